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

from abaton.geometry.signed_distance import SignedDistanceField
from abaton.surgery.fixtures.reading import Fixtures, distances, prepare
from abaton.surgery.fixtures.shapes import Fixture, Region
from abaton.surgery.margin import MarginMap, Target, margin_map, target
from abaton.surgery.robot.arm import Arm, arm_at, tick
from abaton.surgery.robot.tremor import oscillator_bank
from abaton.surgery.skill.metrics import force, motion
from abaton.surgery.skill.score import Criterion
from abaton.surgery.tasks.hands import Hands, Part, skill_of
from abaton.surgery.tasks.liver import HEPATIC, LIVER, PORTAL, TUMOUR, Scene, made_up
from abaton.surgery.tasks.running import PERIOD_S, RATE_HZ, Event, Player, Seen, Trace
from abaton.surgery.tasks.turning import rotation_of

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

PLANNED_MM, REGISTRATION_SD_MM = 5.0, 0.5
TIP_MM = 2.2
"""Radius of what the energised tip takes away."""
CUT_EVERY = 10
"""Ticks between two bites of the tool: 100 a second."""
LOOK_EVERY = 500
"""Ticks between two looks at whether the specimen is free."""
VESSEL_MARGIN_M = 0.001
FORCE_N_MM3 = 0.02
"""Of the tip on tissue that it pushes aside, for each mm3 of it; stylised."""
FORCE_LIMIT_N = 0.5
HOME = np.array([0.0, 0.0, 0.1, 0.0, 0.0, 0.0])
RCM_M = np.array([0.0, 0.0, 0.14])
SCALE = 3.0
START_M = np.array([0.0, -0.1, 0.1])
_FILTER = oscillator_bank(RATE_HZ)
_HOME_TURN = arm_at(HOME).pose()[:3, :3].copy()


class Field(msgspec.Struct, frozen=True, eq=False):
    """What does not change.

    Attributes:
        scene: Labels.
        aim: The tumour and its planned margin.
        fixtures: Of the vessels, in the arm's base frame.
        to_index: (4, 4), from world metres to indices of the field.
    """

    scene: Scene
    aim: Target
    fixtures: Fixtures
    to_index: Array


class State(msgspec.Struct, frozen=True, eq=False):
    """The arm and what is left of the liver.

    Attributes:
        tick: Steps so far.
        field: What does not change.
        arm: It.
        pedal: Whether energy is on.
        gone: Where tissue was taken away.
        specimen: What hangs together with the tumour once that is free of the liver; else empty.
        freed: Whether it is.
        force_n: On the tip.
        vessel_m, tumour_m: Distance of the tip from each, the tip's radius taken off.
        events: So far.
    """

    tick: int
    field: Field
    arm: Arm
    pedal: bool
    gone: Mask
    specimen: Mask
    freed: bool
    force_n: float
    vessel_m: float
    tumour_m: float
    events: tuple[Event, ...]

    def tip_m(self) -> Array:
        """(3,), in the world."""
        return self.arm.pose()[:3, 3] + RCM_M


class Resect(msgspec.Struct, frozen=True, eq=False):
    """The task; `scene` replaces the liver made in code."""

    scene: Scene | None = None
    name: str = "resect"
    title: str = "Resection of a liver tumour with a margin"
    goal: str = (
        f"Cut the tumour out of the liver with {PLANNED_MM:g} mm of healthy tissue around it and little more, by robot "
        "arm, without touching the vessels beneath it."
    )
    tools: tuple[str, ...] = ("energy device",)
    readings: dict[str, str] = msgspec.field(
        default_factory=lambda: {"to vessels": "mm", "to tumour": "mm", "energy": "", "removed": "ml"}
    )
    time_limit_s: float = 110.0
    criteria: tuple[Criterion, ...] = (
        Criterion("tumour_left_mm3", "Tumour left behind", "mm3", 0, 1, 2.0, critical=True),
        Criterion("margin_mm", "Least margin on the specimen", "mm", PLANNED_MM, 1.0, 3.0),
        Criterion("below_plan_pct", "Cut surface nearer than planned", "%", 0, 25, 2.0),
        Criterion("healthy_ml", "Healthy liver taken", "ml", 16, 34, 1.0),
        Criterion("at_vessel_s", "Pressed against the vessels' fixture", "s", 0.0, 3.0, 1.0),
        Criterion("peak_force_n", "Peak force on tissue", "N", 0.6, 1.5, 0.5),
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
            "peak_force_n": "chosen on scripted hands",
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
        field = Field(scene, aim, prepare(held), np.linalg.inv(affine) @ world)
        empty = np.zeros(labels.shape, dtype=np.bool_)
        return State(0, field, arm_at(HOME), False, empty, empty, False, 0.0, math.nan, math.nan, ())

    def step(self, state: State, command: Array) -> State:
        """A tick: the arm, then the bite of its tool, now and then a look at the specimen."""
        row, now, field = command[0], state.tick + 1, state.field
        pose = np.eye(4)
        pose[:3, :3] = rotation_of(row[3:6]) @ _HOME_TURN
        pose[:3, 3] = row[:3]
        arm = tick(state.arm, pose, bool(row[6] > 0.5), _FILTER, field.fixtures, SCALE, PERIOD_S)
        tip = arm.pose()[:3, 3] + RCM_M
        pedal = bool(row[7] > 0.5)
        events, gone, specimen, freed, pressed = state.events, state.gone, state.specimen, state.freed, state.force_n
        if now % CUT_EVERY == 0:
            box, ball = _bite(field, tip)
            solid = ball & (field.scene.labels[box] > 0) & ~gone[box] & ~specimen[box]
            pressed = FORCE_N_MM3 * float(solid.sum()) * field.scene.grid.voxel_volume_mm3
            if pedal and solid.any():
                if (solid & (field.scene.labels[box] == TUMOUR)).any() and not (gone & field.aim.tumour).any():
                    events = (*events, Event(now, "tumour cut", "The tool cuts into the tumour."))
                gone = gone.copy()
                gone[box] |= solid
        if now % LOOK_EVERY == 0 and gone is not state.gone and not freed:
            specimen = _specimen(field, gone)
            freed = bool(specimen.any())
            if freed:
                events = (*events, Event(now, "freed", "The specimen is free of the liver."))
        vessel, tumour = _clearances(field, arm, tip)
        touching = vessel < VESSEL_MARGIN_M + 1e-4
        if touching and not state.vessel_m < VESSEL_MARGIN_M + 1e-4:
            events = (*events, Event(now, "vessel", "The fixture holds the tool off a vessel."))
        return State(now, field, arm, pedal, gone, specimen, freed, pressed, vessel, tumour, events)

    def seen(self, state: State) -> Seen:
        """What is kept."""
        pose = state.arm.pose()
        removed = float(state.gone.sum() + state.specimen.sum()) if state.tick % CUT_EVERY == 0 else math.nan
        readings = np.array([1000 * state.vessel_m, 1000 * state.tumour_m, float(state.pedal), removed / 1000])
        return Seen(
            (pose[:3, 3] + RCM_M)[None], pose[None, :3, :3], np.array([float(state.pedal)]), np.array([state.force_n]),
            readings,
        )  # fmt: skip

    def events(self, state: State) -> tuple[Event, ...]:
        """So far."""
        return state.events

    def over(self, state: State) -> bool:
        """The specimen is free, the pedal is up and the tool is out."""
        return state.freed and not state.pedal and state.tip_m()[2] > 0.02

    def trainee(self, skill: str, seed: int, state: State) -> Player:
        """Cuts a cup around the tumour in a spiral, and again where it still holds."""
        hands = Hands(
            START_M[None].copy(), skill_of(skill), np.random.default_rng([seed, 32]), SCALE,
            lambda s: s.tip_m()[None], self.time_limit_s, state,
        )  # fmt: skip
        yield from hands.drive(hands.wait(0.3))
        yield from hands.drive(_cut_cup(hands))
        yield from hands.drive(hands.wait(0.2))

    def figures(self, trace: Trace, state: State) -> dict[str, float]:
        """Margin, what was taken, vessels, force, time, smoothness."""
        found = final_margin(state)
        moved = motion(trace.position_m[:, 0], RATE_HZ)
        felt = force(trace.force_n[:, 0], RATE_HZ, FORCE_LIMIT_N)
        taken = state.gone | state.specimen
        healthy = float((taken & (state.field.scene.labels == LIVER)).sum()) * state.field.scene.grid.voxel_volume_mm3
        left = found.tumour_left_mm3 if state.freed else float(state.field.aim.tumour_voxels)
        return {
            "time_s": trace.duration_s,
            "tumour_left_mm3": left,
            "margin_mm": found.minimum_mm if state.freed else math.nan,
            "margin_5_pct_mm": found.fifth_percentile_mm,
            "margin_certain_mm": found.certain_mm,
            "below_plan_pct": 100 * found.below_plan_mm2 / found.area_mm2 if found.area_mm2 else math.nan,
            "cut_area_mm2": found.area_mm2,
            "healthy_ml": healthy / 1000,
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


def _bite(field: Field, tip: Array) -> tuple[tuple[slice, ...], Mask]:
    """The voxels within the tip's ball: a box of the field, and which of it."""
    at = field.to_index[:3, :3] @ tip + field.to_index[:3, 3]
    spacing = np.array(field.scene.grid.spacing_mm)
    reach = np.ceil(TIP_MM / spacing).astype(np.int64)
    low = np.maximum(0, np.floor(at).astype(np.int64) - reach)
    high = np.minimum(np.array(field.scene.grid.shape), np.ceil(at).astype(np.int64) + reach + 1)
    high = np.maximum(low, high)
    along: list[Array] = [(np.arange(low[n], high[n]) - at[n]) * spacing[n] for n in range(3)]
    ball: Mask = along[0][:, None, None] ** 2 + along[1][None, :, None] ** 2 + along[2][None, None, :] ** 2 <= TIP_MM**2
    return tuple(slice(int(low[n]), int(high[n])) for n in range(3)), ball


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


def _clearances(field: Field, arm: Arm, tip: Array) -> tuple[float, float]:
    vessel = math.inf
    if field.fixtures.named:
        vessel = float(distances(field.fixtures, arm.pose()[:3, 3].copy())[0][0]) - TIP_MM / 1000
    grid = field.scene.grid
    index = field.to_index[:3, :3] @ tip + field.to_index[:3, 3]
    near = np.clip(np.rint(index).astype(np.int64), 0, np.array(grid.shape) - 1)
    beyond = float(np.linalg.norm((index - near) * grid.spacing_mm))
    tumour = float(field.aim.field.distance_mm[near[0], near[1], near[2]])
    return vessel, (tumour + (beyond if beyond > 1 else 0.0) - TIP_MM) / 1000


def cup_m(scene: Scene, spacing_mm: float = 3.1) -> Array:
    """The planned way of the tip's middle, (n, 3) m: down a cylinder's wall in turns, then inwards over a half ball.

    Points lie 0.25 mm apart. The specimen's margin along it is the planned one and a millimetre for grid and hand.
    """
    radius = scene.radius_mm + PLANNED_MM + TIP_MM + 0.8
    top = scene.depth_mm + 1.0
    turns_down = top / spacing_mm
    quarter = radius * math.pi / 2 / spacing_mm
    turns = np.arange(0.0, turns_down + quarter, 0.25 / (2 * math.pi * radius))
    below = np.clip((turns - turns_down) / quarter, 0.0, 1.0) * math.pi / 2
    wide = radius * np.cos(below)
    height = np.where(turns < turns_down, top - spacing_mm * turns, -radius * np.sin(below))
    angle = 2 * math.pi * turns
    way = np.stack([wide * np.cos(angle), wide * np.sin(angle), height], axis=1) / 1000
    step = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(way, axis=0), axis=1))])
    even = np.arange(0.0, step[-1], 0.25e-3)
    return np.stack([np.interp(even, step, way[:, n]) for n in range(3)], axis=1)


def _cut_cup(hands: Hands) -> Part:
    skill, rng = hands.skill, hands.rng
    scene = hands.state.field.scene
    clumsy = skill.aim_mm > 1
    for again in range(3):
        way = cup_m(scene, 3.1 if again == 0 else 2.4)
        # The hand's picture of where the tumour lies is off by this, and wanders along the way.
        wander = _wander(rng, len(way), 0.16 * skill.aim_mm if not clumsy else 0.9 * skill.aim_mm)
        way = way + wander + rng.normal(0.0, (0.1 if not clumsy else 0.9) * skill.aim_mm, 3) / 1000
        yield from hands.reach(0, way[0] + np.array([0, 0, 0.006]), 3.0)
        yield from hands.grasp(0, 1.0, 0.05)
        yield from hands.reach(0, way[0], 3.0)
        yield from _follow(hands, way, 0.036 if not clumsy else 0.032)
        yield from hands.grasp(0, 0.0, 0.05)
        if hands.state.freed:
            break
        yield from hands.wait(1.0)
        if hands.state.freed:
            break
        yield from hands.reach(0, np.array([0.0, 0.0, scene.depth_mm / 1000 + 0.008]), 8.0)
    yield from hands.reach(0, hands.tip_m(0) * np.array([1, 1, 0]) + np.array([0.0, 0.0, 0.028]), 8.0)


def _wander(rng: np.random.Generator, points: int, spread_mm: float) -> Array:
    """A smooth random walk around nothing, (points, 3) m, over about 20 mm of way."""
    rough = rng.normal(0.0, 1.0, (points + 480, 3))
    smooth = np.asarray(ndimage.gaussian_filter1d(rough, 40.0, axis=0))[240 : 240 + points]
    return spread_mm / 1000 * smooth / max(float(smooth.std()), 1e-9)


def _follow(hands: Hands, way: Array, speed_m_s: float) -> Part:
    """Leads the tip along a way, the eye closing what is left between tip and way."""
    skill, rng = hands.skill, hands.rng
    at, pace, told = 0.0, 1.0, 0
    while at < len(way) - 1 and not hands.state.freed:
        goal = way[int(at)]
        if told <= 0:
            if rng.random() < 0.5 * skill.hesitation:
                yield from hands.wait(rng.exponential(skill.hesitation_s))
            pace = float(np.clip(1 + rng.normal(0.0, 0.3 * (skill.pace - 0.8)), 0.4, 1.8))
            told = int(rng.uniform(800, 2000))
        told -= 1
        at += pace * speed_m_s * PERIOD_S / 0.25e-3
        ahead = way[min(int(at), len(way) - 1)] - goal
        closing = 0.004 * (goal - hands.tip_m(0))
        hands.position_m[0] += SCALE * (ahead + np.clip(closing, -2e-5, 2e-5))
        yield
