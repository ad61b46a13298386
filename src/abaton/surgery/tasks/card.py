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
from abaton.surgery.tasks import needle, pads, peg_transfer, press
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
    """Against the closed form of a ball on a bonded layer (Dimitriadis and others 2002, their eq. 12)."""
    off: list[float] = []
    inside, energy = 0.0, 0.0
    for pad in range(3):
        place = np.array([pads.PAD_X_M[pad], 0.0])
        surface = pads.surface_at(pad, place, place)
        depth = next(d for d in np.arange(5e-4, 0.01, 5e-5).tolist() if _layer_n(pad, d) > press.GOAL_N)
        depths = np.linspace(0.0, depth, 41)
        felt = [surface.press(np.array([*place, -d])) for d in depths.tolist()]
        off.append(100 * abs(felt[-1].force_n / _layer_n(pad, depth) - 1))
        work = float(integrate.simpson([one.force_n for one in felt], x=depths))
        energy = max(energy, 100 * abs(work / felt[-1].stored_j - 1))
        inside = max(inside, *(one.inside_m for one in felt))
    told = [f"{error:.1f} % on {name}" for name, error in zip(pads.TISSUES, off, strict=False)]
    place = np.array([pads.PAD_X_M[3], 0.0])
    even, lump = (
        pads.surface_at(3, place, at).press(np.array([*place, -0.002])).force_n for at in (place + 0.028, place)
    )
    return (
        Entry(
            "Mesh",
            f"pads of 3 500 to 6 000 tetrahedra, {1000 * pads.CELL_M:g} mm under the ball and growing away from it, "
            "made where the ball comes down; on a hard floor, sides free; the lump is tetrahedra of 23.4 kPa in 5.4",
        ),
        Entry(
            "Static", "force within the window against a ball on a bonded layer (Dimitriadis 2002; Hertz's with the "
            f"floor 25 mm below): {', '.join(told)}", max(off), "%", 10.0,
        ),
        Entry("Strain", "stiffness is the body's at rest: at 4 mm and deeper real tissue stiffens more"),
        Entry("Motion", "no inertia and no viscosity: the surface is at rest in each tick"),
        Entry("Contact", "a smooth ball, no friction, no adhesion; how far a vertex lies within it", 1000 * inside,
              "mm", 0.001),
        Entry("Energy", "work of a press against what the tissue holds; nothing is lost", energy, "%", 2.0),
        Entry("Lump", f"felt as {lump / even:.2f} times the force beside it, 2 mm deep; beside it the force is off by "
              f"{100 * (even / _layer_n(3, 0.002) - 1):.0f} %, alike from place to place"),
    )  # fmt: skip


def _layer_n(pad: int, depth_m: float) -> float:
    tissue = pads.MATERIALS[pad]
    ratio = math.sqrt(pads.PROBE_RADIUS_M * depth_m) / pads.THICK_M
    floor = 1 + 1.133 * ratio + 1.283 * ratio**2 + 0.769 * ratio**3 + 0.0975 * ratio**4
    stiff = tissue.youngs_modulus_pa / (1 - tissue.poisson_ratio**2)
    return 4 / 3 * stiff * math.sqrt(pads.PROBE_RADIUS_M) * depth_m**1.5 * floor


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
