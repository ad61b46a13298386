"""Press tissues of different stiffness with the same force, then find a lump by touch.

World: metres, z up, the pads' surface z = 0, four pads in a row along x. The probe is a smooth ball pressed by hand.
The pads are bodies of tetrahedra (`tasks.pads`): what is felt comes from them.
"""

import math
from collections import deque

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.surgery.skill.metrics import force, motion
from abaton.surgery.skill.score import Criterion
from abaton.surgery.tasks.hands import Hands, Part, skill_of
from abaton.surgery.tasks.pads import PAD_HALF_M, PAD_X_M, TISSUES, Surface, pad_at, place_for, surface_at
from abaton.surgery.tasks.running import PERIOD_S, RATE_HZ, Event, Player, Seen, Trace

Array = NDArray[np.float64]

WINDOW_N = (0.12, 0.18)
FORCE_LIMIT_N = 0.3
HOLD_S = 3.0
START_M = np.array([-0.105, 0.0, 0.02])
GOAL_N = sum(WINDOW_N) / 2
JUMP_M = 0.1


class State(msgspec.Struct, frozen=True, eq=False):
    """The probe on its pads.

    Attributes:
        tick: Steps so far.
        lump_m: (2,), where the lump is in the last pad, in the plane.
        probe_m: (3,), lowest point of the probe.
        place_m: (2,), middle of the mesh that it presses; NaN where it presses none.
        force_n: On it.
        in_window_s: (3,), for how long each of the first pads was held within the window without a break, at best.
        streak_s: Of the hold going on.
        marked_m: (2,), where the trainee says that the lump is; NaN before.
        events: So far.
    """

    tick: int
    lump_m: Array
    probe_m: Array
    place_m: Array
    force_n: float
    in_window_s: Array
    streak_s: float
    marked_m: Array
    events: tuple[Event, ...]

    def surface(self) -> Surface | None:
        """The pad that is pressed, if one is."""
        pad = pad_at(self.place_m) if np.isfinite(self.place_m[0]) else -1
        return surface_at(pad, self.place_m, self.lump_m) if pad >= 0 else None


class Press(msgspec.Struct, frozen=True):
    """The task."""

    name: str = "press"
    title: str = "The right pressure"
    goal: str = (
        "Press fat, liver and kidney with 0.12 to 0.18 N for three seconds each, though one gives way seven times more "
        "easily than another; then find a lump in the last pad by touch and mark it. Never press with more than 0.3 N."
    )
    tools: tuple[str, ...] = ("probe",)
    readings: dict[str, str] = msgspec.field(default_factory=lambda: {"force": "N", "depth": "mm", "pad": ""})
    time_limit_s: float = 90.0
    criteria: tuple[Criterion, ...] = (
        Criterion("pads_not_held", "Pads not held for 3 s", "", 0, 3, 2.0, critical=True),
        Criterion("in_window_pct", "Holding within the window", "%", 75, 20, 3.0),
        Criterion("over_limit_s", "Time above 0.3 N", "s", 0, 1.5, 2.0),
        Criterion("peak_force_n", "Peak force", "N", 0.3, 0.7, 1.0),
        Criterion("lump_error_mm", "Mark from the lump's middle", "mm", 4, 16, 3.0),
        Criterion("time_s", "Time", "s", 45, 90, 1.0),
    )
    sources: dict[str, str] = msgspec.field(
        default_factory=lambda: {
            "pads_not_held": "all three are the task: without any it fails",
            "in_window_pct": "chosen on scripted hands; novices press 22.7 % harder than meant",
            "over_limit_s": "twice the middle of the window",
            "peak_force_n": "twice the middle of the window; beyond 0.7 N fat is pressed in by 9 mm of its 25",
            "lump_error_mm": "half the lump's radius, and its diameter",
            "time_s": "chosen on scripted hands",
        }
    )

    def begin(self, seed: int) -> State:
        """The lump lies anywhere at least 12 mm from the pad's rim."""
        rng = np.random.default_rng([seed, 21])
        reach = PAD_HALF_M[3] - 0.012
        lump = rng.uniform(-reach, reach, 2) + np.array([PAD_X_M[3], 0.0])
        nowhere = np.full(2, math.nan)
        return State(0, lump, START_M.copy(), nowhere, 0.0, np.zeros(3), 0.0, nowhere, ())

    def step(self, state: State, command: Array) -> State:
        """A tick."""
        row, now = command[0], state.tick + 1
        if not np.isfinite(row).all() or math.dist(row[:3], state.probe_m) > JUMP_M:
            # Lost: what follows the hand stays where it is until the hand is back.
            return msgspec.structs.replace(state, tick=now)
        at = row[:3].copy()
        pad = pad_at(at)
        place = place_for(pad, at, state.place_m) if pad >= 0 and at[2] <= 0.0 else np.full(2, math.nan)
        pressed = surface_at(pad, place, state.lump_m).press(at).force_n if np.isfinite(place[0]) else 0.0
        best, streak, events = state.in_window_s, 0.0, state.events
        if 0 <= pad < 3 and WINDOW_N[0] <= pressed <= WINDOW_N[1]:
            streak = state.streak_s + PERIOD_S
            if streak > best[pad]:
                if best[pad] < HOLD_S <= streak:
                    events = (*events, Event(now, "held", f"The {TISSUES[pad]} was held for {HOLD_S:g} s."))
                best = best.copy()
                best[pad] = streak
        if pressed > FORCE_LIMIT_N >= state.force_n:
            events = (*events, Event(now, "too hard", f"More than {FORCE_LIMIT_N:g} N on the {TISSUES[pad]}."))
        marked = state.marked_m
        if row[7] > 0.5 and not np.isfinite(marked[0]):
            marked = at[:2].copy()
            miss = 1000 * float(np.linalg.norm(marked - state.lump_m))
            events = (*events, Event(now, "marked", f"The lump is marked {miss:.1f} mm from its middle."))
        return State(now, state.lump_m, at, place, pressed, best, streak, marked, events)

    def seen(self, state: State) -> Seen:
        """What is kept."""
        depth = max(0.0, -state.probe_m[2]) * 1000
        readings = np.array([state.force_n, depth, float(pad_at(state.probe_m))])
        marked = 1.0 if np.isfinite(state.marked_m[0]) else 0.0
        return Seen(state.probe_m[None], np.eye(3)[None], np.array([marked]), np.array([state.force_n]), readings)

    def events(self, state: State) -> tuple[Event, ...]:
        """So far."""
        return state.events

    def over(self, state: State) -> bool:
        """The lump is marked and the probe is off."""
        return bool(np.isfinite(state.marked_m[0]) and state.probe_m[2] > 0.005)

    def trainee(self, skill: str, seed: int, state: State) -> Player:
        """Presses by feel, then palpates on a lattice and marks the place that felt hardest."""
        chosen = skill_of(skill)
        rng = np.random.default_rng([seed, 22])
        # A resting hand shakes less than one in the air: the probe lies on the tissue.
        steadied = msgspec.structs.replace(chosen, tremor_mm=0.5 * chosen.tremor_mm)
        hands = Hands(START_M[None].copy(), steadied, rng, 1.0, lambda s: s.probe_m[None], self.time_limit_s, state)
        for pad in range(3):
            yield from hands.drive(_hold(hands, pad))
        yield from hands.drive(_search(hands))

    def figures(self, trace: Trace, state: State) -> dict[str, float]:
        """Holds, forces, the lump, time."""
        pads = trace.readings["pad"]
        holding = (trace.force_n[:, 0] > 0.02) & (pads < 3) & (pads >= 0)
        inside = (trace.force_n[:, 0] >= WINDOW_N[0]) & (trace.force_n[:, 0] <= WINDOW_N[1])
        felt = force(trace.force_n[:, 0], RATE_HZ, FORCE_LIMIT_N)
        moved = motion(trace.position_m[:, 0], RATE_HZ)
        return {
            "time_s": trace.duration_s,
            "pads_not_held": float((state.in_window_s < HOLD_S).sum()),
            "in_window_pct": 100 * float((inside & holding).sum()) / max(1, int(holding.sum())),
            "over_limit_s": felt.over_limit_s,
            "over_limit_n_s": felt.over_limit_n_s,
            "peak_force_n": felt.peak_n,
            "mean_force_n": felt.mean_n,
            "lump_error_mm": 1000 * float(np.linalg.norm(state.marked_m - state.lump_m)),
            "path_m": moved.path_m,
            "idle_s": moved.idle_s,
            "ldlj": moved.ldlj,
            "sparc": moved.sparc,
        }


def _hold(hands: Hands, pad: int) -> Part:
    """Over the pad, down until it is felt, then by feel to the goal; off when it seems to have been long enough."""
    skill, rng = hands.skill, hands.rng
    yield from hands.reach(0, np.array([PAD_X_M[pad], 0.0, 0.006]), 4.0)
    judged = 1 + rng.normal(0.0, skill.force_error) + (0.5 * skill.force_error if skill.force_error > 0.1 else 0.0)
    felt: deque[float] = deque(maxlen=round(skill.attention_s * RATE_HZ))
    drift, held, low = 0.0, 0.0, 0.0
    for _ in range(round(14 * RATE_HZ)):
        felt.append(hands.state.force_n)
        then = felt[0]
        # A hand's own force wanders slowly; a steady one is corrected, an unsteady one chases it.
        drift += -drift * PERIOD_S / 0.8 + rng.normal(0.0, skill.force_error * math.sqrt(2 * PERIOD_S / 0.8))
        error = (GOAL_N * judged * (1 + drift) - then) / GOAL_N
        pace = 0.0035 if skill.force_error < 0.1 else 0.009
        hands.position_m[0, 2] -= pace * float(np.clip(error, -1.5, 1.0)) * PERIOD_S
        held += PERIOD_S if abs(then - GOAL_N) < 0.8 * (WINDOW_N[1] - GOAL_N) else 0.0
        low += PERIOD_S
        if held > HOLD_S + 0.6 or low > 11.0:
            break
        yield
    yield from hands.move(0, np.array([0.0, 0.0, 0.012 - hands.tip_m(0)[2]]), 0.5 * skill.pace)


def _search(hands: Hands) -> Part:
    """Dabs on a coarse lattice, then on a fine one around the hardest place."""
    clumsy = hands.skill.force_error > 0.1
    middle, reach = np.array([PAD_X_M[3], 0.0]), 0.027
    for steps in (5, 3) if not clumsy else (4, 2):
        places = [middle + np.array([x, y]) for x in np.linspace(-reach, reach, steps) for y in
                  np.linspace(-reach, reach, steps)]  # fmt: skip
        felt: list[tuple[float, Array]] = []
        for place in places:
            dab: list[float] = []
            yield from _dab(hands, place, dab)
            felt.append((max(dab) * (1 + hands.rng.normal(0.0, hands.skill.force_error)), hands.tip_m(0)[:2].copy()))
        weights = np.array([pressed for pressed, _ in felt])
        weights = np.maximum(0.0, weights - np.quantile(weights, 0.7)) if not clumsy else weights == weights.max()
        middle = (weights[:, None] * np.array([at for _, at in felt])).sum(axis=0) / weights.sum()
        reach = 0.008
    yield from hands.reach(0, np.array([*middle, 0.002]), 1.0)
    yield from hands.grasp(0, 1.0)
    yield from hands.move(0, np.array([0.0, 0.0, 0.02]), 0.5)


def _dab(hands: Hands, place: Array, felt: list[float]) -> Part:
    depth = 0.0021 * (1 + hands.rng.normal(0.0, 0.3 * hands.skill.force_error))
    by = np.array([*place, 0.002]) - hands.position_m[0]
    by[:2] += hands.rng.normal(0.0, hands.skill.aim_mm / 1000, 2)
    yield from hands.move(0, by, 0.26 * hands.skill.pace)
    down = np.array([0.0, 0.0, -0.002 - depth])
    for part in (hands.move(0, down, 0.22 * hands.skill.pace), hands.wait(0.1)):
        for _ in part:
            felt.append(hands.state.force_n)
            yield
    yield from hands.move(0, -down, 0.18 * hands.skill.pace)
