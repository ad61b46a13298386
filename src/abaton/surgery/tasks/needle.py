"""A needle through the skin to a target in the liver, past a vessel that lies on the straight way.

World: metres, the skin's plane z = 0, the body below it. Along the needle it is `force.needle` that answers: skin,
fat, the liver's capsule, liver, and the vessel where the needle is aimed through it. The needle is straight; tissue
holds its shaft at the entry, so that a hand that pushes sideways bends it and is pushed back.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.surgery.force import needle
from abaton.surgery.skill.metrics import force, motion
from abaton.surgery.skill.score import Criterion
from abaton.surgery.tasks.hands import Hands, Part, skill_of
from abaton.surgery.tasks.running import PERIOD_S, RATE_HZ, Event, Player, Seen, Trace
from abaton.surgery.tasks.turning import rotation_of, turn_between

Array = NDArray[np.float64]

TARGET_RADIUS_M, VESSEL_RADIUS_M = 0.006, 0.004
CAPSULE_M = 0.018
"""Depth of the liver's capsule below the skin."""
DOWN = np.array([0.0, 0.0, -1.0])
START_M = np.array([0.03, -0.03, 0.03])

LAYERS = (
    needle.SKIN,
    msgspec.structs.replace(needle.FAT, thickness_m=CAPSULE_M - needle.SKIN.thickness_m),
    needle.HELD_CAPSULE,
    msgspec.structs.replace(needle.HELD_LIVER, thickness_m=0.1),
)
"""From the skin straight down."""
TOLD = {"skin": "The skin gives way.", "capsule": "The capsule gives way."}
SIDE_N_M, YIELDS = 350.0, 0.3
"""Sideways stiffness of tissue around the shaft, and the share of a sideways push that the tip follows."""
FORCE_LIMIT_N = 3.0
WALL_M = 0.001
JUMP_M = 0.1


class State(msgspec.Struct, frozen=True, eq=False):
    """The needle and what it meets.

    Attributes:
        tick: Steps so far.
        target_m, vessel_m, vessel_axis: The scene.
        hand_m: (3,), last that was tracked.
        tip_m: (3,).
        axis: (3,), along the needle, into the body.
        entry_m: (3,), where it went through the skin; NaN outside.
        layers: What lies on this way.
        inserted: The needle in them.
        force_n: (2,), along the needle, positive where tissue pushes it out, and across it.
        in_vessel: Whether the tip is in it.
        clear_m: The least distance of the inserted needle from the vessel's wall so far.
        passes: Punctures of the skin.
        sampled_m: (3,), where the sample was taken; NaN before.
        events: So far.
    """

    tick: int
    target_m: Array
    vessel_m: Array
    vessel_axis: Array
    hand_m: Array
    tip_m: Array
    axis: Array
    entry_m: Array
    layers: tuple[needle.Layer, ...]
    inserted: needle.NeedleState
    force_n: Array
    in_vessel: bool
    clear_m: float
    passes: int
    sampled_m: Array
    events: tuple[Event, ...]

    def from_vessel_m(self, point_m: Array) -> float:
        """Distance of a point from the vessel's wall; negative inside."""
        return float(np.linalg.norm(self._off_axis(point_m))) - VESSEL_RADIUS_M

    def way_from_vessel_m(self, one_m: Array, other_m: Array) -> float:
        """The least distance from the vessel's wall on the straight way between two points."""
        start, way = self._off_axis(one_m), self._off_axis(other_m) - self._off_axis(one_m)
        share = min(1.0, max(0.0, -float(start @ way) / max(float(way @ way), 1e-30)))
        return float(np.linalg.norm(start + share * way)) - VESSEL_RADIUS_M

    def _off_axis(self, point_m: Array) -> Array:
        way = point_m - self.vessel_m
        across: Array = way - (way @ self.vessel_axis) * self.vessel_axis
        return across


class Needle(msgspec.Struct, frozen=True):
    """The task."""

    name: str = "needle"
    title: str = "Needle to a target behind a vessel"
    goal: str = (
        "Choose an entry and an angle from which the way to the target keeps clear of the vessel before it, advance "
        "steadily to the target's middle, and take the sample; in one pass, without bending the needle."
    )
    tools: tuple[str, ...] = ("needle",)
    readings: dict[str, str] = msgspec.field(
        default_factory=lambda: {"depth": "mm", "to vessel": "mm", "to target": "mm", "along": "N", "across": "N"}
    )
    time_limit_s: float = 60.0
    criteria: tuple[Criterion, ...] = (
        Criterion("miss_mm", "Sample from the target's middle", "mm", 2.0, 6.0, 3.0, critical=True),
        Criterion("vessel_hits", "Punctures of the vessel", "", 0, 1, 2.0, critical=True),
        Criterion("clearance_mm", "Least distance from the vessel", "mm", 4.0, 0.0, 2.0),
        Criterion("passes", "Punctures of the skin", "", 1, 4, 1.0),
        Criterion("peak_across_n", "Peak sideways force", "N", 0.4, 2.0, 1.0),
        Criterion("peak_force_n", "Peak force", "N", 3.0, 4.5, 1.0),
        Criterion("time_s", "Time", "s", 15, 45, 1.0),
        Criterion("ldlj", "Smoothness (LDLJ)", "", -18.0, -24.0, 1.0),
    )
    sources: dict[str, str] = msgspec.field(
        default_factory=lambda: {
            "miss_mm": "the target's radius is 6 mm: a sample from outside, or none, fails the task",
            "vessel_hits": "a punctured vessel bleeds: it fails the task",
            "clearance_mm": "the vessel's own radius as room",
            "passes": "each pass adds to the risk of bleeding",
            "peak_across_n": "1.1 mm of sideways motion bends the needle by 0.4 N in this model",
            "peak_force_n": "skin 2 N, capsule 1.5 N, liver 0.94 N (Okamura 2004), with friction and room",
            "time_s": "chosen on scripted hands",
            "ldlj": "chosen on scripted hands",
        }
    )

    def begin(self, seed: int) -> State:
        """A target 60 to 75 mm deep, and a vessel 18 to 24 mm before it on the way straight down."""
        rng = np.random.default_rng([seed, 11])
        target = np.array([*rng.uniform(-0.008, 0.008, 2), -rng.uniform(0.060, 0.075)])
        angle = rng.uniform(0, math.pi)
        vessel = target + np.array([*rng.uniform(-0.002, 0.002, 2), rng.uniform(0.018, 0.024)])
        axis = np.array([math.cos(angle), math.sin(angle), rng.uniform(-0.15, 0.15)])
        nowhere = np.full(3, math.nan)
        return State(
            0, target, vessel, axis / np.linalg.norm(axis), START_M.copy(), START_M.copy(), DOWN.copy(), nowhere,
            LAYERS, needle.NeedleState(), np.zeros(2), False, math.inf, 0, nowhere, (),
        )  # fmt: skip

    def step(self, state: State, command: Array) -> State:
        """A tick: where the needle goes, what it punctures, what it feels."""
        row = command[0]
        hand = row[:3].copy()
        if not np.isfinite(row).all() or math.dist(hand, state.hand_m) > JUMP_M:
            # Lost: the needle stays where it is until the hand is back.
            return msgspec.structs.replace(state, tick=state.tick + 1)
        now = state.tick + 1
        events = list(state.events)
        inside = bool(np.isfinite(state.entry_m[0]))
        axis = state.axis if inside else rotation_of(row[3:6]) @ DOWN
        entry, passes, layers, inserted = state.entry_m, state.passes, state.layers, state.inserted
        if not inside and hand[2] <= 0.0 < -axis[2]:
            entry, passes, inside = hand - axis * (hand[2] / axis[2]), passes + 1, True
            layers, inserted = _layers(state, entry, axis), needle.NeedleState()
        depth = float((hand - entry) @ axis)
        if not inside or depth < 0.0:
            if inside and inserted.punctured:
                events.append(Event(now, "withdrawn", "The needle is out of the skin."))
            return msgspec.structs.replace(
                state, tick=now, hand_m=hand, tip_m=hand, axis=axis, entry_m=np.full(3, math.nan), passes=passes,
                inserted=needle.NeedleState(), force_n=np.zeros(2), in_vessel=False, events=tuple(events),
            )  # fmt: skip
        across = hand - entry - depth * axis
        tip = entry + depth * axis + YIELDS * across
        moved = needle.advance(layers, inserted, depth, PERIOD_S)
        opened = layers[inserted.punctured : moved.punctured]
        events += [Event(now, "punctured", TOLD[layer.name]) for layer in opened if layer.name in TOLD]
        clear = state.way_from_vessel_m(state.tip_m if state.passes == passes else entry, tip)
        # A tip that trembles at the wall has punctured it once.
        within = clear < (WALL_M if state.in_vessel else 0.0)
        if within and not state.in_vessel:
            events.append(Event(now, "vessel", "The needle punctures the vessel."))
        sampled = state.sampled_m
        if row[7] > 0.5 and not np.isfinite(sampled[0]):
            sampled = tip.copy()
            miss = 1000 * float(np.linalg.norm(tip - state.target_m))
            events.append(Event(now, "sampled", f"A sample is taken {miss:.1f} mm from the target's middle."))
        side = SIDE_N_M * (1 - YIELDS) * float(np.linalg.norm(across)) * min(1.0, depth / 0.02)
        return msgspec.structs.replace(
            state, tick=now, hand_m=hand, tip_m=tip, axis=axis, entry_m=entry, passes=passes, layers=layers,
            inserted=moved, force_n=np.array([-moved.force_n, side]), in_vessel=within,
            clear_m=min(state.clear_m, clear), sampled_m=sampled, events=tuple(events),
        )  # fmt: skip

    def seen(self, state: State) -> Seen:
        """What is kept."""
        depth = 1000 * float((state.tip_m - state.entry_m) @ state.axis) if np.isfinite(state.entry_m[0]) else 0.0
        to_target = 1000 * float(np.linalg.norm(state.tip_m - state.target_m))
        readings = np.array([depth, 1000 * state.from_vessel_m(state.tip_m), to_target, *state.force_n])
        turn = rotation_of(turn_between(DOWN, state.axis))
        total = float(np.linalg.norm(state.force_n))
        sampled = 1.0 if np.isfinite(state.sampled_m[0]) else 0.0
        return Seen(state.tip_m[None], turn[None], np.array([sampled]), np.array([total]), readings)

    def events(self, state: State) -> tuple[Event, ...]:
        """So far."""
        return state.events

    def over(self, state: State) -> bool:
        """The sample is taken and the needle is out."""
        return bool(np.isfinite(state.sampled_m[0]) and not np.isfinite(state.entry_m[0]) and state.tip_m[2] > 0.01)

    def trainee(self, skill: str, seed: int, state: State) -> Player:
        """Plans an entry, points the needle, advances, corrects once if far off, samples, withdraws."""
        chosen = skill_of(skill)
        rng = np.random.default_rng([seed, 12])
        hands = Hands(START_M[None].copy(), chosen, rng, 1.0, lambda s: s.tip_m[None], self.time_limit_s, state)
        yield from hands.drive(hands.wait(0.5 + rng.exponential(chosen.hesitation_s)))
        yield from hands.drive(_insert(hands))
        yield from hands.drive(hands.wait(0.2))

    def figures(self, trace: Trace, state: State) -> dict[str, float]:
        """Miss, vessel, passes, forces, time, smoothness."""
        moved = motion(trace.position_m[:, 0], RATE_HZ)
        felt = force(trace.force_n[:, 0], RATE_HZ, FORCE_LIMIT_N)
        return {
            "time_s": trace.duration_s,
            "miss_mm": 1000 * float(np.linalg.norm(state.sampled_m - state.target_m)),
            "vessel_hits": float(trace.count("vessel")),
            "clearance_mm": 1000 * state.clear_m if math.isfinite(state.clear_m) else math.nan,
            "passes": float(sum(event.text.startswith("The skin") for event in trace.events)),
            "peak_force_n": felt.peak_n,
            "mean_force_n": felt.mean_n,
            "over_limit_s": felt.over_limit_s,
            "peak_across_n": float(trace.readings["across"].max()),
            "path_m": moved.path_m,
            "economy": moved.economy,
            "idle_s": moved.idle_s,
            "ldlj": moved.ldlj,
            "sparc": moved.sparc,
        }


def _layers(state: State, entry: Array, axis: Array) -> tuple[needle.Layer, ...]:
    """What lies along a way: slanted layers are thicker, and the vessel divides the liver where the way meets it."""
    slant = -float(axis[2])
    skin, fat, capsule, liver = (
        msgspec.structs.replace(layer, thickness_m=layer.thickness_m / slant) for layer in LAYERS
    )
    cross = axis - (axis @ state.vessel_axis) * state.vessel_axis
    start = entry - state.vessel_m
    start = start - (start @ state.vessel_axis) * state.vessel_axis
    squared = max(float(cross @ cross), 1e-12)
    nearest = -float(start @ cross) / squared
    half = VESSEL_RADIUS_M**2 - float(((start + nearest * cross) ** 2).sum())
    first = sum(layer.thickness_m for layer in (skin, fat, capsule))
    if half <= 0.0 or nearest - math.sqrt(half / squared) <= first:
        return skin, fat, capsule, liver
    half = math.sqrt(half / squared)
    before = msgspec.structs.replace(liver, thickness_m=nearest - half - first)
    return skin, fat, capsule, before, msgspec.structs.replace(needle.VESSEL, thickness_m=2 * half), liver


def _plan(state: State, skill_error_rad: float, room_m: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """The entry with the least slant whose way keeps this much room, and the direction to the target, with error."""
    across = np.cross(state.vessel_axis, DOWN)
    across /= np.linalg.norm(across)
    best = np.array([0.0, 0.0])
    for slant in np.linspace(0.0, 0.06, 61).tolist():
        ways = [state.target_m[:2] + side * slant * across[:2] for side in (1.0, -1.0)]
        clear = [_clear_m(state, np.array([*way, 0.0])) for way in ways]
        best = ways[int(np.argmax(clear))]
        if max(clear) >= room_m:
            break
    entry = np.array([*best, 0.0])
    axis = state.target_m - entry
    axis = rotation_of(rng.normal(0.0, skill_error_rad, 3)) @ (axis / np.linalg.norm(axis))
    return entry, axis


def _clear_m(state: State, entry: Array) -> float:
    points = entry + np.linspace(0, 1, 60)[:, None] * (state.target_m - entry)
    way = points - state.vessel_m
    across = way - (way @ state.vessel_axis)[:, None] * state.vessel_axis
    return float(np.linalg.norm(across, axis=1).min()) - VESSEL_RADIUS_M


def _insert(hands: Hands) -> Part:
    clumsy = hands.skill.aim_mm > 1
    room, error = (0.0015, 0.05) if clumsy else (0.006, 0.008)
    axis, start = DOWN, hands.position_m[0].copy()
    for again in range(3):
        entry, axis = _plan(hands.state, error / (1 + again), room, hands.rng)
        hands.turn[0] = turn_between(DOWN, axis)
        yield from hands.reach(0, entry - 0.006 * axis, 2.0)
        # The point is set on the skin, then the needle is led along its own axis.
        start, depth = hands.position_m[0].copy(), float(np.linalg.norm(hands.state.target_m - entry)) + 0.006
        strokes = 2 if not clumsy else 5
        for n in range(strokes):
            wander = hands.rng.normal(0.0, hands.skill.aim_mm / 1000, 3)
            wander -= (wander @ axis) * axis
            ahead = (n + 1) / strokes * depth
            ahead += hands.rng.uniform(0, 1) * hands.skill.overshoot * 0.012 if n < strokes - 1 else 0.0
            goal = start + ahead * axis + wander
            yield from hands.move(0, goal - hands.position_m[0], hands.skill.pace * 4.2 / strokes)
            if hands.rng.random() < hands.skill.hesitation:
                yield from hands.wait(hands.rng.exponential(hands.skill.hesitation_s))
        left = hands.state.target_m - hands.tip_m(0)
        aside = float(np.linalg.norm(left - (left @ axis) * axis))
        # A last move along the axis brings the tip level with the target.
        yield from hands.move(
            0, float(left @ axis) * axis + hands.rng.normal(0, 0.3 * hands.skill.aim_mm / 1000, 3), 0.5
        )
        if aside < (0.0025 if not clumsy else 0.0055) or again == 2:
            break
        yield from hands.move(0, -(depth + 0.01) * axis, 2.0 * hands.skill.pace)
    yield from hands.wait(0.4)
    yield from hands.grasp(0, 1.0, 0.1)
    out = float((hands.position_m[0] - start) @ axis)
    yield from hands.move(0, np.asarray(-(out + 0.02) * axis), 2.5 * hands.skill.pace)
