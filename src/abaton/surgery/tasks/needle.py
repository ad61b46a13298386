"""A needle through the skin to a target in the liver, past a vessel that lies on the straight way.

World: metres, the skin's plane z = 0, the body below it. The needle is straight; tissue holds its shaft at the entry,
so that a hand that pushes sideways bends it and is pushed back.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.surgery.skill.metrics import force, motion
from abaton.surgery.skill.score import Criterion
from abaton.surgery.tasks.hands import Hands, Part, skill_of
from abaton.surgery.tasks.running import RATE_HZ, Event, Player, Seen, Trace
from abaton.surgery.tasks.turning import rotation_of, turn_between

Array = NDArray[np.float64]

TARGET_RADIUS_M, VESSEL_RADIUS_M = 0.006, 0.004
CAPSULE_M = 0.018
"""Depth of the liver's capsule below the skin."""
DOWN = np.array([0.0, 0.0, -1.0])
START_M = np.array([0.03, -0.03, 0.03])

MEMBRANES_M = (0.0, CAPSULE_M)
PUNCTURE_N = (1.6, 0.9)
"""Skin and capsule give way at these."""
STIFFNESS_N_M, HARDENING_N_M2 = 150.0, 6.0e4
"""a1 and a2 of F = a1 z + a2 z^2 before a puncture (Okamura, Simone, O'Leary 2004)."""
CUTTING_N = 0.94
"""Of bovine liver (Okamura, Simone, O'Leary 2004); less in the fat above it."""
FAT_CUTTING_N = 0.3
FRICTION_N_M, DAMPING_N_S_M2 = 8.0, 60.0
"""Coulomb and viscous friction for each metre of shaft in tissue."""
SIDE_N_M, YIELDS = 350.0, 0.3
"""Sideways stiffness of tissue around the shaft, and the share of a sideways push that the tip follows."""
STILL_M_S = 1e-4
FORCE_LIMIT_N = 2.5
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
        deepest_m: Of this pass.
        dent_m: How far the next membrane is pushed in.
        through: Membranes that are punctured.
        force_n: (2,), along the needle and across it.
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
    deepest_m: float
    dent_m: float
    through: int
    force_n: Array
    in_vessel: bool
    clear_m: float
    passes: int
    sampled_m: Array
    events: tuple[Event, ...]

    def from_vessel_m(self, point_m: Array) -> float:
        """Distance of a point from the vessel's wall; negative inside."""
        way = point_m - self.vessel_m
        return float(np.linalg.norm(way - (way @ self.vessel_axis) * self.vessel_axis)) - VESSEL_RADIUS_M


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
        Criterion("miss_mm", "Sample from the target's middle", "mm", 2.0, 6.0, 3.0),
        Criterion("vessel_hits", "Punctures of the vessel", "", 0, 1, 2.0, critical=True),
        Criterion("clearance_mm", "Least distance from the vessel", "mm", 4.0, 0.0, 2.0),
        Criterion("passes", "Punctures of the skin", "", 1, 4, 1.0),
        Criterion("peak_across_n", "Peak sideways force", "N", 0.4, 2.0, 1.0),
        Criterion("peak_force_n", "Peak force", "N", 2.5, 4.0, 1.0),
        Criterion("time_s", "Time", "s", 15, 45, 1.0),
        Criterion("ldlj", "Smoothness (LDLJ)", "", -18.0, -24.0, 1.0),
    )
    sources: dict[str, str] = msgspec.field(
        default_factory=lambda: {
            "miss_mm": "the target's radius is 6 mm: at its rim there are no marks",
            "vessel_hits": "a punctured vessel bleeds: it fails the task",
            "clearance_mm": "the vessel's own radius as room",
            "passes": "each pass adds to the risk of bleeding",
            "peak_across_n": "1.1 mm of sideways motion bends the needle by 0.4 N in this model",
            "peak_force_n": "skin 1.6 N and liver 0.94 N (Okamura 2004) with friction",
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
            0, target, vessel, axis / np.linalg.norm(axis), START_M.copy(), START_M.copy(), DOWN.copy(), nowhere, 0.0,
            0.0, 0, np.zeros(2), False, math.inf, 0, nowhere, (),
        )  # fmt: skip

    def step(self, state: State, command: Array) -> State:
        """A tick: where the needle goes, what it punctures, what it feels."""
        row = command[0]
        hand = row[:3].copy()
        if not np.isfinite(row).all() or np.linalg.norm(hand - state.hand_m) > JUMP_M:
            # Lost: the needle stays where it is until the hand is back.
            return msgspec.structs.replace(state, tick=state.tick + 1)
        now = state.tick + 1
        events = list(state.events)
        inside = bool(np.isfinite(state.entry_m[0]))
        axis = state.axis if inside else rotation_of(row[3:6]) @ DOWN
        entry, passes = state.entry_m, state.passes
        if not inside and hand[2] <= 0.0:
            back = axis * (hand[2] / axis[2])
            entry, passes, inside = hand - back, passes + 1, True
        if not inside:
            return msgspec.structs.replace(
                state, tick=now, hand_m=hand, tip_m=hand, axis=axis, force_n=np.zeros(2), dent_m=0.0, through=0
            )
        depth = float((hand - entry) @ axis)
        across = hand - entry - depth * axis
        if depth < 0.0:
            if state.through:
                events.append(Event(now, "withdrawn", "The needle is out of the skin."))
            return msgspec.structs.replace(
                state, tick=now, hand_m=hand, tip_m=hand, entry_m=np.full(3, math.nan), deepest_m=0.0, dent_m=0.0,
                through=0, force_n=np.zeros(2), in_vessel=False, events=tuple(events),
            )  # fmt: skip
        speed = (depth - float((state.tip_m - entry) @ axis)) * RATE_HZ if state.passes == passes else 0.0
        tip = entry + depth * axis + YIELDS * across
        along, dent, through = _resistance(state, axis, depth, speed, now, events)
        clear = state.from_vessel_m(tip)
        within = clear < 0.0
        if within and not state.in_vessel:
            events.append(Event(now, "vessel", "The needle punctures the vessel."))
        sampled = state.sampled_m
        if row[7] > 0.5 and not np.isfinite(sampled[0]):
            sampled = tip.copy()
            miss = 1000 * float(np.linalg.norm(tip - state.target_m))
            events.append(Event(now, "sampled", f"A sample is taken {miss:.1f} mm from the target's middle."))
        side = SIDE_N_M * (1 - YIELDS) * float(np.linalg.norm(across)) * min(1.0, depth / 0.02)
        return msgspec.structs.replace(
            state, tick=now, hand_m=hand, tip_m=tip, axis=axis, entry_m=entry, passes=passes,
            deepest_m=max(state.deepest_m, depth), dent_m=dent, through=through, force_n=np.array([along, side]),
            in_vessel=within, clear_m=min(state.clear_m, clear), sampled_m=sampled, events=tuple(events),
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


def _resistance(
    state: State, axis: Array, depth: float, speed: float, now: int, events: list[Event]
) -> tuple[float, float, int]:
    """Force along the needle, the dent of the next membrane, and how many are through."""
    through = state.through
    along, dent = 0.0, 0.0
    if through < len(MEMBRANES_M):
        dent = max(0.0, depth * -float(axis[2]) - MEMBRANES_M[through])
        along = STIFFNESS_N_M * dent + HARDENING_N_M2 * dent**2
        if along >= PUNCTURE_N[through]:
            events.append(Event(now, "punctured", ("The skin gives way.", "The capsule gives way.")[through]))
            through, dent, along = through + 1, 0.0, 0.0
    if through and speed > STILL_M_S and dent == 0.0 and depth >= state.deepest_m:
        along += CUTTING_N if through > 1 else FAT_CUTTING_N
    # Friction holds against the motion; at rest it lets go of whatever the hand does not push (Karnopp 1985).
    along += (FRICTION_N_M + DAMPING_N_S_M2 * abs(speed)) * depth * (1.0 if abs(speed) > STILL_M_S else 0.0)
    return abs(along), dent, through


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
