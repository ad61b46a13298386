"""Cut a tumour out of a liver with a planned margin, by robot arm, between vessels that no tool may touch.

The tool is an energy device whose tip takes away what it touches while the pedal is pressed. A hard fixture keeps it
off the vessels; nothing but the hand keeps it off the tumour. World: metres, the tumour's middle at the origin, z out
of the liver towards the arm.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from abaton.core.kernels import kernel
from abaton.geometry.signed_distance import SignedDistanceField
from abaton.surgery.fixtures.reading import Fixtures, distances, prepare
from abaton.surgery.fixtures.shapes import Fixture, Region
from abaton.surgery.margin import MarginMap, Target, margin_map, target
from abaton.surgery.robot.arm import Arm, arm_at, tick
from abaton.surgery.robot.tremor import oscillator_bank
from abaton.surgery.skill.metrics import force, motion
from abaton.surgery.skill.score import Criterion
from abaton.surgery.tasks.cup import cut_cup
from abaton.surgery.tasks.hands import Hands, skill_of
from abaton.surgery.tasks.liver import HEPATIC, LIVER, PORTAL, TUMOUR, Scene, made_up
from abaton.surgery.tasks.running import PERIOD_S, RATE_HZ, Event, Player, Seen, Trace
from abaton.surgery.tasks.tip import REDUCED_PA, hertz_n, press, take
from abaton.surgery.tasks.turning import hand_pose

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

PLANNED_MM, REGISTRATION_SD_MM = 5.0, 0.5
TIP_MM = 2.2
"""Radius of what the energised tip takes away."""
CUT_EVERY = 10
"""Ticks between two bites of the tool: 100 a second."""
LOOK_EVERY = 500
"""Ticks between two looks at whether the specimen is free."""
CUT_TICKS = 1000
"""The margin is mapped after each cut: when the pedal comes up, and after this long with it down."""
VESSEL_MARGIN_M = 0.001
FULL_FORCE_N = hertz_n(REDUCED_PA[LIVER], TIP_MM, TIP_MM)
"""The tip pressed into healthy liver as deep as its own radius, 0.05 N: no tissue is pushed harder without need."""
FORCE_LIMIT_N = hertz_n(REDUCED_PA[TUMOUR], TIP_MM, TIP_MM)
"""The same on tumour, 0.2 N: so it feels to press on what is not to be touched."""
HOME = np.array([0.0, 0.0, 0.1, 0.0, 0.0, 0.0])
RCM_M = np.array([0.0, 0.0, 0.14])
SCALE = 3.0
START_M = np.array([0.0, -0.1, 0.1])
_NOWHERE = np.array([math.inf])
_FILTER = oscillator_bank(RATE_HZ)
_HOME_TURN = arm_at(HOME).pose()[:3, :3].copy()


class Field(msgspec.Struct, frozen=True, eq=False):
    """What does not change.

    Attributes:
        scene: Labels.
        aim: The tumour and its planned margin.
        fixtures: Of the vessels, in the arm's base frame.
        to_index: (4, 4), from world metres to indices of the field.
        spacing_mm: (3,), of the field.
    """

    scene: Scene
    aim: Target
    fixtures: Fixtures
    to_index: Array
    spacing_mm: Array


class CutMargin(msgspec.Struct, frozen=True):
    """What a cut left of the margin.

    Attributes:
        tick: When the cut ended.
        minimum_mm: The least distance of any cut surface so far from the tumour; of the specimen's, once it is free.
        fifth_percentile_mm: 5 % of the surface are nearer.
        area_mm2, below_plan_mm2: Of the surface, and of what of it is nearer than planned.
        certain_mm: What the least margin is with 95 % confidence, given the registration's error.
        healthy_mm3: Liver taken so far that is no tumour.
        verdict: In words.
    """

    tick: int
    minimum_mm: float
    fifth_percentile_mm: float
    area_mm2: float
    below_plan_mm2: float
    certain_mm: float
    healthy_mm3: float
    verdict: str


class State(msgspec.Struct, frozen=True, eq=False):
    """The arm and what is left of the liver.

    Attributes:
        tick: Steps so far.
        field: What does not change.
        arm: It.
        pose: (4, 4), of its tip, in the arm's base frame.
        pedal: Whether energy is on.
        gone: Where the tool took tissue away.
        absent: That, and where the specimen was once it is free.
        specimen: What hangs together with the tumour once that is free of the liver; else empty.
        freed: Whether it is.
        force_n: On the tip.
        vessel_m, tumour_m: Distance of the tip from each, the tip's radius taken off.
        taken: (labels,), voxels that the tool took, by label.
        cut_from: Tick at which the cut began that no map shows yet; 0 where there is none.
        cuts: The margin after each cut so far.
        events: So far.
    """

    tick: int
    field: Field
    arm: Arm
    pose: Array
    pedal: bool
    gone: Mask
    absent: Mask
    specimen: Mask
    freed: bool
    force_n: float
    vessel_m: float
    tumour_m: float
    taken: NDArray[np.int64]
    cut_from: int
    cuts: tuple[CutMargin, ...]
    events: tuple[Event, ...]

    def tip_m(self) -> Array:
        """(3,), in the world."""
        return self.pose[:3, 3] + RCM_M


_NO_CUT = CutMargin(0, math.nan, math.nan, math.nan, math.nan, math.nan, 0.0, "")


class Resect(msgspec.Struct, frozen=True, eq=False):
    """The task; `scene` replaces the liver made in code, and `labels` is the SHA-256 of the file that it came from."""

    scene: Scene | None = None
    labels: str = ""
    name: str = "resect"
    title: str = "Resection of a liver tumour with a margin"
    goal: str = (
        f"Cut the tumour out of the liver with {PLANNED_MM:g} mm of healthy tissue around it and little more, by robot "
        "arm, without touching the vessels beneath it."
    )
    tools: tuple[str, ...] = ("energy device",)
    readings: dict[str, str] = msgspec.field(
        default_factory=lambda: {
            "to vessels": "mm",
            "to tumour": "mm",
            "energy": "",
            "removed": "ml",
            "least margin": "mm",
            "5th percentile of the margin": "mm",
            "least margin with 95 % confidence": "mm",
            "cut surface below plan": "mm2",
            "healthy liver taken": "ml",
        }
    )
    time_limit_s: float = 110.0
    criteria: tuple[Criterion, ...] = (
        Criterion("tumour_left_mm3", "Tumour left behind", "mm3", 0, 1, 2.0, critical=True),
        Criterion("margin_mm", "Least margin on the specimen", "mm", PLANNED_MM, 1.0, 3.0),
        Criterion("below_plan_pct", "Cut surface nearer than planned", "%", 0, 25, 2.0),
        Criterion("healthy_ml", "Healthy liver taken", "ml", 16, 34, 1.0),
        Criterion("at_vessel_s", "Pressed against the vessels' fixture", "s", 0.0, 3.0, 1.0),
        Criterion("peak_force_n", "Peak force on tissue", "N", FULL_FORCE_N, FORCE_LIMIT_N, 0.5),
        Criterion("time_s", "Time", "s", 40, 100, 1.0),
        Criterion("ldlj", "Smoothness (LDLJ)", "", -23.5, -28.0, 1.0),
    )
    sources: dict[str, str] = msgspec.field(
        default_factory=lambda: {
            "tumour_left_mm3": "no tumour may remain",
            "margin_mm": "the plan of 5 mm (HCC, non-anatomic); 1 mm is the least that counts as R0",
            "below_plan_pct": "the plan",
            "healthy_ml": "a cup around this tumour at 5 mm is about 13 ml",
            "at_vessel_s": "vessels are forbidden",
            "peak_force_n": "the tip as deep as its radius in liver; in tumour (Hertz, published moduli)",
            "time_s": "chosen on scripted hands",
            "ldlj": "chosen on scripted hands",
        }
    )

    def begin(self, seed: int) -> State:
        """The liver, whole."""
        scene = self.scene or made_up(seed)
        labels = scene.labels
        aim = target(labels > 0, labels == TUMOUR, scene.grid, PLANNED_MM, REGISTRATION_SD_MM)
        # From metres of the world (z outward, tumour at the origin) to the field's indices.
        affine = scene.grid.affine
        turn = np.stack([affine[:3, 1], affine[:3, 2], -affine[:3, 0]], axis=1) / np.linalg.norm(affine[:3, 0])
        world = np.eye(4)
        world[:3, :3], world[:3, 3] = 1000 * turn, scene.centre_mm
        from_base = world.copy()
        from_base[:3, 3] = scene.centre_mm + world[:3, :3] @ RCM_M
        vessels = (labels == PORTAL) | (labels == HEPATIC)
        held: tuple[Fixture, ...] = ()
        if vessels.any():
            region = Region(SignedDistanceField.of(vessels, scene.grid), from_base)
            held = (Fixture("vessels", region, margin_m=VESSEL_MARGIN_M + TIP_MM / 1000),)
        spacing = np.array(scene.grid.spacing_mm)
        field = Field(scene, aim, prepare(held), np.linalg.inv(affine) @ world, spacing)
        empty = np.zeros(labels.shape, dtype=np.bool_)
        arm = arm_at(HOME)
        return State(
            0, field, arm, arm.pose(), False, empty, empty, empty, False, 0.0, math.nan, math.nan,
            np.zeros(len(REDUCED_PA), dtype=np.int64), 0, (), (),
        )  # fmt: skip

    def step(self, state: State, command: Array) -> State:
        """A tick: the arm, then the bite of its tool, now and then a look at specimen and margin."""
        row, now, field = command[0], state.tick + 1, state.field
        arm = tick(state.arm, hand_pose(row, _HOME_TURN), bool(row[6] > 0.5), _FILTER, field.fixtures, SCALE, PERIOD_S)
        pose, pedal = arm.pose(), bool(row[7] > 0.5)
        at = _index(field.to_index, pose, RCM_M)
        nearest = distances(field.fixtures, pose[:3, 3].copy())[0] if field.fixtures.named else _NOWHERE
        vessel = float(nearest[0]) - TIP_MM / 1000
        events = state.events
        if _held_off(vessel) and not _held_off(state.vessel_m):
            events = (*events, Event(now, "vessel", "The fixture holds the tool off a vessel."))
        made = msgspec.structs.replace(
            state, tick=now, arm=arm, pose=pose, pedal=pedal, vessel_m=vessel, events=events,
            tumour_m=_to_tumour(field.aim.field.distance_mm, at, field.spacing_mm, TIP_MM) / 1000,
        )  # fmt: skip
        if now % CUT_EVERY == 0:
            made = _bitten(made, at)
        if now % LOOK_EVERY == 0 and made.gone is not state.gone and not made.freed:
            made = _looked(made)
        over = made.cut_from and (not pedal or now - made.cut_from >= CUT_TICKS)
        return _mapped(made) if over or made.freed != state.freed else made

    def seen(self, state: State) -> Seen:
        """What is kept."""
        voxel_ml = state.field.scene.grid.voxel_volume_mm3 / 1000
        removed = float(state.taken.sum() + (np.count_nonzero(state.specimen) if state.freed else 0)) * voxel_ml
        last = state.cuts[-1] if state.cuts else _NO_CUT
        readings = np.array([
            1000 * state.vessel_m, 1000 * state.tumour_m, float(state.pedal), removed, last.minimum_mm,
            last.fifth_percentile_mm, last.certain_mm, last.below_plan_mm2, last.healthy_mm3 / 1000,
        ])  # fmt: skip
        return Seen(
            state.tip_m()[None], state.pose[None, :3, :3], np.array([float(state.pedal)]), np.array([state.force_n]),
            readings,
        )  # fmt: skip

    def events(self, state: State) -> tuple[Event, ...]:
        """So far."""
        return state.events

    def over(self, state: State) -> bool:
        """The specimen is free, the pedal is up and the tool is out."""
        return state.freed and not state.pedal and bool(state.pose[2, 3] + RCM_M[2] > 0.02)

    def trainee(self, skill: str, seed: int, state: State) -> Player:
        """Cuts a cup around the tumour in a spiral, and again where it still holds."""
        hands = Hands(
            START_M[None].copy(), skill_of(skill), np.random.default_rng([seed, 32]), SCALE,
            lambda s: s.tip_m()[None], self.time_limit_s, state,
        )  # fmt: skip
        yield from hands.drive(hands.wait(0.3))
        yield from hands.drive(cut_cup(hands, PLANNED_MM, TIP_MM))
        yield from hands.drive(hands.wait(0.2))

    def figures(self, trace: Trace, state: State) -> dict[str, float]:
        """Margin, what was taken, vessels, force, time, smoothness."""
        found = final_margin(state)
        moved = motion(trace.position_m[:, 0], RATE_HZ)
        felt = force(trace.force_n[:, 0], RATE_HZ, FORCE_LIMIT_N)
        left = found.tumour_left_mm3 if state.freed else float(state.field.aim.tumour_voxels)
        return {
            "time_s": trace.duration_s,
            "tumour_left_mm3": left,
            "margin_mm": found.minimum_mm if state.freed else math.nan,
            "margin_5_pct_mm": found.fifth_percentile_mm,
            "margin_certain_mm": found.certain_mm,
            "below_plan_pct": 100 * found.below_plan_mm2 / found.area_mm2 if found.area_mm2 else math.nan,
            "cut_area_mm2": found.area_mm2,
            "cuts": float(len(state.cuts)),
            "healthy_ml": _healthy_mm3(state) / 1000,
            "tumour_cut": float(trace.count("tumour cut")),
            "vessel_mm": float(trace.readings["to vessels"].min()),
            "at_vessel_s": float((trace.readings["to vessels"] < 1000 * VESSEL_MARGIN_M + 0.1).sum()) * PERIOD_S,
            "peak_force_n": felt.peak_n,
            "over_limit_s": felt.over_limit_s,
            "path_m": moved.path_m,
            "idle_s": moved.idle_s,
            "ldlj": moved.ldlj,
            "sparc": moved.sparc,
        }


def final_margin(state: State) -> MarginMap:
    """The margin on the specimen, as a pathologist measures it; while it still hangs on, that of the cut so far.

    Tumour that the tool took away with the kerf counts as removed, but where the tool ran through the tumour the cut
    surface lies at a margin of zero or less.
    """
    if not state.freed:
        return margin_map(state.field.aim, state.gone)
    on_specimen = margin_map(state.field.aim, state.specimen)
    left = float((state.field.aim.tumour & ~state.specimen & ~state.gone).sum())
    cut = (state.gone & state.field.aim.tumour).any()
    least = min(on_specimen.minimum_mm, 0.0) if cut else on_specimen.minimum_mm
    return msgspec.structs.replace(
        on_specimen, tumour_left_mm3=left * state.field.scene.grid.voxel_volume_mm3, minimum_mm=least,
        certain_mm=least - (on_specimen.minimum_mm - on_specimen.certain_mm),
    )  # fmt: skip


def _held_off(vessel_m: float) -> bool:
    return vessel_m < VESSEL_MARGIN_M + 1e-4


def _healthy_mm3(state: State) -> float:
    """Liver taken that is no tumour and no vessel, specimen included."""
    count = int(state.taken[LIVER])
    if state.freed:
        count += int(np.count_nonzero(state.specimen & (state.field.scene.labels == LIVER)))
    return count * state.field.scene.grid.voxel_volume_mm3


def _bitten(state: State, at: Array) -> State:
    """How hard the tip presses; with the pedal down, without the tissue that it reaches."""
    labels, spacing = state.field.scene.labels, state.field.spacing_mm
    force_n = press(labels, state.absent, at, spacing, TIP_MM, REDUCED_PA)
    if not (state.pedal and force_n > 0):
        return msgspec.structs.replace(state, force_n=force_n)
    absent, taken = state.absent.copy(), state.taken.copy()
    take(labels, absent, at, spacing, TIP_MM, taken)
    if taken.sum() == state.taken.sum():
        return msgspec.structs.replace(state, force_n=force_n)
    events = state.events
    if taken[TUMOUR] and not state.taken[TUMOUR]:
        events = (*events, Event(state.tick, "tumour cut", "The tool cuts into the tumour."))
    return msgspec.structs.replace(
        state, force_n=force_n, absent=absent, gone=absent & ~state.specimen if state.freed else absent, taken=taken,
        cut_from=state.cut_from or state.tick, events=events,
    )  # fmt: skip


def _looked(state: State) -> State:
    """With the specimen, if it is free of the liver."""
    specimen = _specimen(state.field, state.gone)
    if not specimen.any():
        return state
    events = (*state.events, Event(state.tick, "freed", "The specimen is free of the liver."))
    return msgspec.structs.replace(
        state, specimen=specimen, freed=True, absent=state.gone | specimen, events=events
    )  # fmt: skip


def _mapped(state: State) -> State:
    """With the margin after a cut, and word of it where the verdict has changed."""
    found = final_margin(state)
    words = found.verdict(PLANNED_MM) if state.freed else found.verdict_so_far(PLANNED_MM)
    cut = CutMargin(
        state.tick, found.minimum_mm, found.fifth_percentile_mm, found.area_mm2, found.below_plan_mm2,
        found.certain_mm, _healthy_mm3(state), words,
    )  # fmt: skip
    events = state.events
    if not state.cuts or state.cuts[-1].verdict != words:
        text = f"{words[0].upper()}{words[1:]}: at least {found.minimum_mm:.1f} mm."
        events = (*events, Event(state.tick, "margin", text))
    return msgspec.structs.replace(state, cut_from=0, cuts=(*state.cuts, cut), events=events)


def _specimen(field: Field, gone: Mask) -> Mask:
    """What of the tumour no longer hangs together with the liver at the field's sides and floor; empty if it does."""
    left = (field.scene.labels > 0) & ~gone
    parts: NDArray[np.int32] = np.asarray(ndimage.label(left)[0], dtype=np.int32)
    sides = (parts[-1], parts[:, 0], parts[:, -1], parts[:, :, 0], parts[:, :, -1])
    rim = set(np.concatenate([side.ravel() for side in sides]).tolist())
    sick: set[int] = set(parts[field.aim.tumour & left].tolist()) - {0}
    if not sick or sick & rim:
        return np.zeros_like(gone)
    return np.isin(parts, list(sick))


@kernel()
def _index(to_index: Array, pose: Array, rcm_m: Array) -> Array:
    """Where a tip is, in indices of the field."""
    at = np.empty(3)
    for axis in range(3):
        at[axis] = to_index[axis, 3]
        for other in range(3):
            at[axis] += to_index[axis, other] * (pose[other, 3] + rcm_m[other])
    return at


@kernel()
def _to_tumour(distance_mm: NDArray[np.float32], at: Array, spacing_mm: Array, tip_mm: float) -> float:
    """From the tip's edge to the tumour, mm: at the nearest centre, and the way from there where it is outside."""
    near, beyond = np.empty(3, dtype=np.int64), 0.0
    for axis in range(3):
        near[axis] = min(distance_mm.shape[axis] - 1, max(0, round(at[axis])))
        beyond += ((at[axis] - near[axis]) * spacing_mm[axis]) ** 2
    beyond = math.sqrt(beyond)
    return float(distance_mm[near[0], near[1], near[2]]) + (beyond if beyond > 1.0 else 0.0) - tip_mm
