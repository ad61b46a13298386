"""The physics card: how far each task's model is from what it stands for, measured here and now.

Tests hold each figure within its bound, so that a card cannot tell what is not so.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import integrate

from abaton.geometry.grid import Grid
from abaton.surgery.margin import margin_map, target
from abaton.surgery.robot.psm import NEEDLE_DRIVER, forward, inverse
from abaton.surgery.tasks import needle, peg_transfer, press
from abaton.surgery.tasks.running import RATE_HZ

Array = NDArray[np.float64]


class Entry(msgspec.Struct, frozen=True):
    """A line of the card.

    Attributes:
        aspect: What of the model.
        told: How it is modelled, or what is left out.
        error: The measured error; NaN where nothing is measured.
        unit: Of the error.
        bound: What the tests allow.
    """

    aspect: str
    told: str
    error: float = math.nan
    unit: str = ""
    bound: float = math.nan


def card(task: str) -> tuple[Entry, ...]:
    """The card of a task, by its name."""
    rate = Entry("Rate", f"{RATE_HZ:g} steps a second, the same bits for the same commands")
    made = {"press": _press, "needle": _needle, "resect": _resect, "peg_transfer": _pegs}
    return (rate, *made[task]())


def _arm() -> Entry:
    rng = np.random.default_rng(5)
    worst = 0.0
    for _ in range(50):
        joints = np.array([*rng.uniform(-0.5, 0.5, 2), rng.uniform(0.08, 0.16), *rng.uniform(-0.6, 0.6, 3)])
        pose = forward(joints, NEEDLE_DRIVER)
        worst = max(worst, float(np.abs(forward(inverse(pose, NEEDLE_DRIVER, joints), NEEDLE_DRIVER) - pose).max()))
    return Entry("Arm", "closed-form kinematics of the da Vinci Classic PSM, rigid; FK(IK(x)) - x", worst, "m", 1e-9)


def _press() -> tuple[Entry, ...]:
    depth = 0.002
    felt = press.force_at(np.array([press.PAD_X_M[1], 0.0, -depth]), np.array([9.0, 9.0]))
    hertz = 4 / 3 * 5400.0 / (1 - 0.49**2) * math.sqrt(0.015) * depth**1.5
    depths = np.linspace(0, depth, 401)
    forces = [press.force_at(np.array([press.PAD_X_M[1], 0.0, -d]), np.array([9.0, 9.0])) for d in depths.tolist()]
    energy = abs(float(integrate.simpson(forces, x=depths)) / (0.4 * hertz * depth) - 1)
    return (
        Entry("Mesh", "none: a half-space by Hertz's law; pads have no edge and no floor"),
        Entry(
            "Static", "force at 2 mm on liver against F = 4/3 E* sqrt(R) d^1.5", 100 * abs(felt / hertz - 1), "%", 0.01
        ),
        Entry("Contact", "no friction, no adhesion; the ball sinks in as the hand leads it", 0.0, "mm", 0.0),
        Entry(
            "Energy", "work of a press and release against 2/5 F d; elastic, nothing is lost", 100 * energy, "%", 0.1
        ),
        Entry("Lump", "the modulus rises smoothly over it: stylised, not a solved inclusion"),
    )


def _needle() -> tuple[Entry, ...]:
    task, skin = needle.Needle(), needle.LAYERS[0]
    state = task.begin(1)
    row = np.zeros((1, 8))
    row[0, 6] = 1
    most, work, least = 0.0, 0.0, 0.0
    ways = np.concatenate([np.arange(0.002, -0.05, -2e-5), np.arange(-0.05, 0.0, 2e-5)])
    for height in ways.tolist():
        row[0, :3] = [0.03, -0.03, height]
        before, state = state, task.step(state, row)
        if not before.inserted.punctured:
            most = max(most, float(state.force_n[0]))
        work += float(state.force_n[0] * (before.tip_m[2] - state.tip_m[2]))
        least = min(least, work - state.inserted.stored_j)
    off = 100 * abs(most / skin.puncture_n - 1)
    return (
        Entry("Mesh", "none: skin, fat, capsule, liver and the vessel's wall as layers along the needle's way"),
        Entry("Static", "greatest force before the skin gives way against its strength", off, "%", 3.0),
        Entry(
            "Contact",
            "a1 z + a2 z^2 before each puncture, cutting 0.94 N in liver (Okamura 2004), Karnopp friction along the "
            "shaft; other strengths are plausible, not measured by us; published needle models keep 0.2 N",
        ),
        Entry("Energy", "the most that came out of tissue beyond what was put in, in and out by 50 mm", -least, "J",
              1e-6),
        Entry("Left out", "target and vessel keep their place; published livers move some millimetres with a needle"),
    )  # fmt: skip


def _resect() -> tuple[Entry, ...]:
    grid = Grid.of((40, 40, 40), np.array([[1.0, 0, 0, -19.5], [0, 1, 0, -19.5], [0, 0, 1, -19.5], [0, 0, 0, 1]]))
    radius = np.linalg.norm(grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1)), axis=-1)
    aim = target(np.ones(grid.shape, dtype=np.bool_), radius < 7, grid, 5.0)
    found = margin_map(aim, radius < 12.5)
    off = float(np.abs(found.margin_mm - 5.5).max())
    gone = found.removed_mm3 / (4 / 3 * math.pi * 12.5**3)
    return (
        Entry("Mesh", "voxels of 1 mm; tissue is rigid, keeps its place, and is taken away by the tip's ball"),
        Entry("Static", "margin of a sphere cut around a sphere", off, "mm", 0.55),
        Entry("Volume", "of that cut against the sphere's", 100 * abs(gone - 1), "%", 1.0),
        Entry("Contact", "force by the volume of tissue that the tip meets: stylised, not measured"),
        Entry("Energy", "no heat spreads: the coagulated rim beyond the kerf is left out"),
        _arm(),
    )


def _pegs() -> tuple[Entry, ...]:
    task = peg_transfer.PegTransfer()
    first = task.begin(1)
    rings = first.ring_m.copy()
    rings[0] = [0.0, 0.0, 0.05]
    state = msgspec.structs.replace(first, ring_m=rings)
    rest = np.zeros((2, 8))
    rest[:, 7] = peg_transfer.OPEN_RAD
    ticks = 0
    while state.ring_m[0, 2] > peg_transfer.RING_THICK_M:
        state = task.step(state, rest)
        ticks += 1
    fall = math.sqrt(2 * (0.05 - peg_transfer.RING_THICK_M) / 9.81)
    return (
        Entry("Mesh", "none: rings, pegs and tips are exact shapes, rigid; rings do not tilt or bounce"),
        Entry("Static", "a ring at rest lies on the board", 0.0, "mm", 0.0),
        Entry("Contact", "springs of 0.8 N/mm (ring) and 2 N/mm (board, pegs); the arms do not give way"),
        Entry(
            "Energy", "time of a fall from 50 mm against sqrt(2 h / g)", 100 * abs(ticks / RATE_HZ / fall - 1), "%", 1.0
        ),
        _arm(),
    )
