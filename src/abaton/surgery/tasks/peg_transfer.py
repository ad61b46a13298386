"""Peg transfer with two arms: each ring is lifted off a peg, handed over in the air and put on a peg opposite.

After the first task of the Fundamentals of Laparoscopic Surgery. World: metres, z up, the board's top at z = 0.
"""

import math
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.surgery.fixtures.reading import prepare
from abaton.surgery.robot.arm import Arm, arm_at, tick
from abaton.surgery.robot.tremor import oscillator_bank
from abaton.surgery.skill.metrics import bimanual_dexterity, force, motion
from abaton.surgery.skill.score import Criterion
from abaton.surgery.tasks.hands import Hands, Part, skill_of
from abaton.surgery.tasks.running import PERIOD_S, RATE_HZ, Event, Player, Seen, Trace
from abaton.surgery.tasks.turning import rotation_of

Array = NDArray[np.float64]

LEFT, RIGHT = 0, 1
RCM_M = np.array([[-0.05, 0.0, 0.14], [0.05, 0.0, 0.14]])
"""Remote centres of the two arms."""
HOME = np.array([0.0, 0.0, 0.1, 0.0, 0.0, 0.0])
SCALE = 3.0

PEG_RADIUS_M, PEG_HEIGHT_M = 0.0015, 0.012
FROM_PEGS_M = np.array([[-0.034, -0.018, 0.0], [-0.022, 0.0, 0.0], [-0.034, 0.018, 0.0]])
TO_PEGS_M = FROM_PEGS_M * np.array([-1.0, 1.0, 1.0])
PEGS_M = np.vstack([FROM_PEGS_M, TO_PEGS_M])
RING_RADIUS_M, RING_THICK_M = 0.005, 0.0012
"""Of the ring's middle line, and of its round section."""
CLEARANCE_M = RING_RADIUS_M - RING_THICK_M - PEG_RADIUS_M
TIP_RADIUS_M = 0.002
REACH_OF_JAWS_M = 0.0025
OPEN_RAD, CLOSED_RAD = 0.6, 0.15
RING_STIFFNESS_N_M, SLIPS_AT_N = 800.0, 2.4
CONTACT_N_M = 2000.0
FORCE_LIMIT_N = 1.0

CAMERA_M = np.array([0.0, -0.13, 0.11])
LOOKS_AT_M = np.array([0.0, 0.0, 0.012])
HALF_ANGLE_RAD = math.radians(24)
_GRAVITY_M_S2 = 9.81
_FILTER = oscillator_bank(RATE_HZ)
_FREE = prepare(())


class State(msgspec.Struct, frozen=True, eq=False):
    """Two arms and three rings.

    Attributes:
        tick: Steps so far.
        arms: Left and right.
        grip_rad: (2,), opening of the jaws.
        ring_m: (3, 3), centres of the rings.
        falling_m_s: (3,), downwards.
        held: (3, 2), which tool holds which ring.
        grasped_m: (3, 2, 3), from tip to centre, of rings that are held.
        first: (3,), the tool that the ring goes with, -1 none.
        fell_from_m: (3,), height at which it was let go.
        force_n: (2,), of each tool on board, pegs, rings and the other tool.
        touching: (4,), whether each tool touches board or peg, whether the tools touch, whether a ring touches a peg.
        events: So far.
    """

    tick: int
    arms: tuple[Arm, Arm]
    grip_rad: Array
    ring_m: Array
    falling_m_s: Array
    held: NDArray[np.bool_]
    grasped_m: Array
    first: NDArray[np.int64]
    fell_from_m: Array
    force_n: Array
    touching: tuple[bool, bool, bool, bool]
    events: tuple[Event, ...]

    def tips_m(self) -> Array:
        """(2, 3), in the world."""
        return np.array([arm.pose()[:3, 3] for arm in self.arms]) + RCM_M

    def placed(self) -> NDArray[np.bool_]:
        """(3,), whether each ring lies on a peg of the other side and nobody holds it."""
        far = np.linalg.norm(self.ring_m[:, None, :2] - TO_PEGS_M[None, :, :2], axis=2).min(axis=1)
        return (far <= CLEARANCE_M + 1e-6) & (self.ring_m[:, 2] < PEG_HEIGHT_M) & ~self.held.any(axis=1)


class PegTransfer(msgspec.Struct, frozen=True):
    """The task."""

    name: str = "peg_transfer"
    title: str = "Peg transfer with two arms"
    goal: str = (
        "Lift each of three rings off its peg with the left tool, hand it to the right tool in the air, and put it on "
        "a peg of the other side, without dropping it and without touching board or pegs."
    )
    tools: tuple[str, ...] = ("left", "right")
    readings: dict[str, str] = msgspec.field(
        default_factory=lambda: {"rings placed": "", "out of view": "", "tips apart": "mm"}
    )
    time_limit_s: float = 75.0
    criteria: tuple[Criterion, ...] = (
        Criterion("rings_left", "Rings not transferred", "", 0, 3, 3.0),
        Criterion("time_per_ring_s", "Time for each ring", "s", 4.0, 16.0, 2.0),
        Criterion("drops", "Rings dropped", "", 0, 2, 2.0),
        Criterion("collisions", "Collisions", "", 0, 8, 2.0),
        Criterion("peak_force_n", "Peak force", "N", 1.0, 4.0, 1.0),
        Criterion("path_per_ring_m", "Path of both tools for each ring", "m", 0.25, 0.6, 1.0),
        Criterion("idle_pct", "Idle time", "%", 35, 80, 1.0),
        Criterion("bimanual_pct", "Both tools moving", "%", 20, 2, 0.5),
        Criterion("ldlj", "Smoothness (LDLJ), mean of both", "", -19.0, -24.0, 1.0),
        Criterion("out_of_view_s", "Tool out of view", "s", 0, 5, 0.5),
    )
    sources: dict[str, str] = msgspec.field(
        default_factory=lambda: {
            "rings_left": "all three are the task",
            "time_per_ring_s": "FLS: 48 s for 12 transfers is proficient; residents' mean of 84 s is 7 s, and more "
            "than twice that has no marks",
            "drops": "FLS: a ring out of the field is an error",
            "collisions": "robot simulators count them",
            "peak_force_n": "the rings slip at 2.4 N",
            "path_per_ring_m": "the way through the pegs is about 0.2 m",
            "idle_pct": "chosen on scripted hands",
            "bimanual_pct": "chosen on scripted hands",
            "ldlj": "experts -21.5 to -24.5 over a minute or two of JIGSAWS; LDLJ grows with the shortness of a run",
            "out_of_view_s": "robot simulators count it",
        }
    )

    def begin(self, seed: int) -> State:
        """Three rings on the pegs at the left, each turned and set by chance within its play."""
        rng = np.random.default_rng([seed, 1])
        rings = FROM_PEGS_M + np.hstack([rng.uniform(-0.4, 0.4, (3, 2)) * CLEARANCE_M, np.full((3, 1), RING_THICK_M)])
        return State(
            0, (arm_at(HOME), arm_at(HOME)), np.full(2, OPEN_RAD), rings, np.zeros(3), np.zeros((3, 2), dtype=np.bool_),
            np.zeros((3, 2, 3)), np.full(3, -1), np.zeros(3), np.zeros(2), (False, False, False, False), (),
        )  # fmt: skip

    def step(self, state: State, command: Array) -> State:
        """A tick: the arms first, then jaws, rings, contacts."""
        arms = (_moved(state.arms[LEFT], command[LEFT]), _moved(state.arms[RIGHT], command[RIGHT]))
        grip = np.where(np.isfinite(command[:, 7]), command[:, 7], state.grip_rad)
        tips = np.array([arm.pose()[:3, 3] for arm in arms]) + RCM_M
        events = list(state.events)
        now = state.tick + 1
        held, grasped, first = state.held.copy(), state.grasped_m.copy(), state.first.copy()
        rings, falling, fell = state.ring_m.copy(), state.falling_m_s.copy(), state.fell_from_m.copy()
        forces = np.zeros(2)
        for tool in (LEFT, RIGHT):
            if grip[tool] > CLOSED_RAD:
                held[:, tool] = False
            elif state.grip_rad[tool] > CLOSED_RAD:
                _take(tool, tips[tool], rings, held, grasped, now, events)
        ring_hits = False
        for n in range(3):
            was = state.held[n].any()
            if held[n].any():
                leader = int(first[n]) if first[n] >= 0 and held[n, first[n]] else int(np.flatnonzero(held[n])[0])
                first[n] = leader
                rings[n] = tips[leader] + grasped[n, leader]
                falling[n] = 0.0
                if held[n].all():
                    _stretch(n, leader, tips, rings, held, grasped, forces, now, events)
                pressed = _on_peg_n(rings[n])
                forces[leader] += pressed
                ring_hits = ring_hits or pressed > 0.05
            else:
                first[n] = -1
                fell[n] = rings[n, 2] if was else fell[n]
                _fall(n, rings, falling, fell, now, events)
        touching = _contacts(tips, forces, ring_hits, state.touching, now, events)
        return State(now, arms, grip, rings, falling, held, grasped, first, fell, forces, touching, tuple(events))

    def seen(self, state: State) -> Seen:
        """What is kept."""
        poses = [arm.pose() for arm in state.arms]
        tips = np.array([pose[:3, 3] for pose in poses]) + RCM_M
        away = any(_out_of_view(tip) for tip in tips)
        apart = 1000 * float(np.linalg.norm(tips[0] - tips[1]))
        readings = np.array([float(state.placed().sum()), float(away), apart])
        return Seen(tips, np.array([pose[:3, :3] for pose in poses]), state.grip_rad, state.force_n, readings)

    def events(self, state: State) -> tuple[Event, ...]:
        """So far."""
        return state.events

    def over(self, state: State) -> bool:
        """All rings are across and both jaws are open."""
        return bool(state.placed().all() and (state.grip_rad > CLOSED_RAD).all() and not state.falling_m_s.any())

    def trainee(self, skill: str, seed: int, state: State) -> Player:
        """Left and right side by side: the left brings, the right takes and places."""
        chosen = skill_of(skill)
        rng = np.random.default_rng([seed, 2])
        start = np.array([[-0.25, 0.0, 0.0], [0.25, 0.0, 0.0]])
        hands = Hands(start, chosen, rng, SCALE, State.tips_m, self.time_limit_s, state)
        hands.grip[:] = OPEN_RAD
        yield from hands.drive(hands.wait(0.3))
        yield from hands.drive(_bring(hands), _place(hands))
        yield from hands.drive(hands.wait(0.2))

    def figures(self, trace: Trace, state: State) -> dict[str, float]:
        """Time, rings, errors, way, smoothness, force."""
        placed = int(state.placed().sum())
        tools = [motion(trace.position_m[:, tool], RATE_HZ) for tool in (LEFT, RIGHT)]
        pressed = force(trace.force_n.max(axis=1), RATE_HZ, FORCE_LIMIT_N)
        path = sum(tool.path_m for tool in tools)
        return {
            "time_s": trace.duration_s,
            "rings_left": 3.0 - placed,
            "time_per_ring_s": trace.duration_s / max(placed, 1),
            "drops": float(trace.count("dropped")),
            "slips": float(trace.count("slipped")),
            "collisions": float(trace.count("collision")),
            "peak_force_n": pressed.peak_n,
            "mean_force_n": pressed.mean_n,
            "over_limit_s": pressed.over_limit_s,
            "path_m": path,
            "path_per_ring_m": path / max(placed, 1),
            "idle_pct": 50 * sum(tool.idle_s for tool in tools) / trace.duration_s,
            "bimanual_pct": 100 * bimanual_dexterity(trace.position_m[:, LEFT], trace.position_m[:, RIGHT], RATE_HZ),
            "ldlj": float(np.mean([tool.ldlj for tool in tools])),
            "sparc": float(np.mean([tool.sparc for tool in tools])),
            "out_of_view_s": float(trace.readings["out of view"].sum()) * PERIOD_S,
        }


def _moved(arm: Arm, row: Array) -> Arm:
    pose = np.eye(4)
    pose[:3, :3] = rotation_of(row[3:6]) @ _HOME_TURN
    pose[:3, 3] = row[:3]
    return tick(arm, pose, bool(row[6] > 0.5), _FILTER, _FREE, SCALE, PERIOD_S)


_HOME_TURN = arm_at(HOME).pose()[:3, :3].copy()


def _take(
    tool: int, tip: Array, rings: Array, held: NDArray[np.bool_], grasped: Array, now: int, events: list[Event]
) -> None:
    """Jaws that close grasp the ring whose middle line is nearest, if one is within their reach."""
    best, nearest = -1, REACH_OF_JAWS_M
    for n in range(3):
        across = tip[:2] - rings[n, :2]
        gap = math.hypot(math.hypot(across[0], across[1]) - RING_RADIUS_M, tip[2] - rings[n, 2])
        if gap < nearest:
            best, nearest = n, gap
    side = ("left", "right")[tool]
    if best < 0:
        events.append(Event(now, "missed", f"The {side} tool closes on nothing."))
        return
    held[best, tool] = True
    grasped[best, tool] = rings[best] - tip
    events.append(Event(now, "grasped", f"The {side} tool grasps ring {best + 1}."))


def _stretch(
    n: int, leader: int, tips: Array, rings: Array, held: NDArray[np.bool_], grasped: Array, forces: Array, now: int,
    events: list[Event],
) -> None:  # fmt: skip
    """A ring in both tools is stretched by what they move apart; it slips from the one that came later."""
    other = 1 - leader
    pull = RING_STIFFNESS_N_M * float(np.linalg.norm(tips[other] + grasped[n, other] - rings[n]))
    forces += pull
    if pull > SLIPS_AT_N:
        held[n, other] = False
        events.append(Event(now, "slipped", f"Ring {n + 1} slips from the {('left', 'right')[other]} tool."))


def _on_peg_n(ring: Array) -> float:
    """Force of a carried ring that rides on the side of a peg."""
    if ring[2] > PEG_HEIGHT_M + RING_THICK_M:
        return 0.0
    far = float(np.linalg.norm(PEGS_M[:, :2] - ring[:2], axis=1).min())
    inside = far - CLEARANCE_M
    outside = RING_RADIUS_M + RING_THICK_M + PEG_RADIUS_M - far
    return RING_STIFFNESS_N_M * max(0.0, min(inside, outside))


def _fall(n: int, rings: Array, falling: Array, fell: Array, now: int, events: list[Event]) -> None:
    if rings[n, 2] <= RING_THICK_M:
        return
    falling[n] += _GRAVITY_M_S2 * PERIOD_S
    rings[n, 2] -= falling[n] * PERIOD_S
    across = rings[n, :2] - PEGS_M[:, :2]
    peg = int(np.argmin(np.linalg.norm(across, axis=1)))
    far = float(np.linalg.norm(across[peg]))
    if rings[n, 2] < PEG_HEIGHT_M and CLEARANCE_M < far < RING_RADIUS_M + RING_THICK_M + PEG_RADIUS_M:
        # A ring that is nearly over the peg slides onto it; one that is not slides off.
        onto = far < CLEARANCE_M + RING_THICK_M
        wanted = 0.9 * CLEARANCE_M if onto else RING_RADIUS_M + RING_THICK_M + PEG_RADIUS_M + 1e-4
        rings[n, :2] = PEGS_M[peg, :2] + across[peg] * (wanted / max(far, 1e-9))
        far = wanted
    if rings[n, 2] <= RING_THICK_M:
        rings[n, 2], falling[n] = RING_THICK_M, 0.0
        if far <= CLEARANCE_M:
            if peg >= 3:
                events.append(Event(now, "placed", f"Ring {n + 1} is on peg {peg - 2}."))
        elif fell[n] > 0.004:
            events.append(Event(now, "dropped", f"Ring {n + 1} falls on the board from {1000 * fell[n]:.0f} mm."))


def _contacts(
    tips: Array, forces: Array, ring_hits: bool, before: tuple[bool, bool, bool, bool],
    now: int, events: list[Event],
) -> tuple[bool, bool, bool, bool]:  # fmt: skip
    """Board, pegs and the other tool push back; a touch that begins is a collision."""
    touches = [False, False, False, ring_hits]
    for tool in (LEFT, RIGHT):
        pressed = CONTACT_N_M * max(0.0, -tips[tool, 2])
        if tips[tool, 2] < PEG_HEIGHT_M:
            far = float(np.linalg.norm(PEGS_M[:, :2] - tips[tool, :2], axis=1).min())
            pressed += CONTACT_N_M * max(0.0, TIP_RADIUS_M + PEG_RADIUS_M - far)
        forces[tool] += pressed
        touches[tool] = pressed > 0.05
    apart = float(np.linalg.norm(tips[0] - tips[1]))
    pressed = CONTACT_N_M * max(0.0, 2 * TIP_RADIUS_M - apart)
    forces += pressed
    touches[2] = pressed > 0.05
    told = ("The left tool touches board or peg.", "The right tool touches board or peg.", "The tools touch.")
    for n, text in enumerate((*told, "A ring is forced against a peg.")):
        if touches[n] and not before[n]:
            events.append(Event(now, "collision", text))
    return touches[0], touches[1], touches[2], touches[3]


def _out_of_view(tip: Array) -> bool:
    way, axis = tip - CAMERA_M, LOOKS_AT_M - CAMERA_M
    cosine = float(way @ axis / (np.linalg.norm(way) * np.linalg.norm(axis)))
    return cosine < math.cos(HALF_ANGLE_RAD)


def _up(height_m: float) -> Array:
    return np.array([0.0, 0.0, height_m])


_MEETING_M = np.array([0.0, 0.0, 0.032])
_LEFT_WALL, _RIGHT_WALL = np.array([-RING_RADIUS_M, 0.0, 0.0]), np.array([RING_RADIUS_M, 0.0, 0.0])


def _todo(state: State) -> int | None:
    """The next ring that is not across, or None."""
    left = np.flatnonzero(~state.placed())
    return int(left[0]) if len(left) else None


def _bring(hands: Hands) -> Part:
    """The left tool: fetch, bring to the middle, let go when the right one holds."""
    while (ring := _todo(hands.state)) is not None:
        if hands.state.held[ring, RIGHT] or not _reachable(hands.state, ring):
            yield
            continue
        if not hands.state.held[ring, LEFT]:
            yield from _pick(hands, LEFT, ring, _LEFT_WALL)
            if not hands.state.held[ring, LEFT]:
                continue
        yield from hands.reach(LEFT, hands.tip_m(LEFT) + _up(0.022), 6.0)
        # The ring is to be at the meeting place, wherever along its wall it is held.
        yield from hands.reach(LEFT, _MEETING_M - hands.state.grasped_m[ring, LEFT], 2.0)
        yield from hands.until(lambda state, ring=ring: bool(state.held[ring, RIGHT] or not state.held[ring, LEFT]))
        yield from hands.wait(0.1 * hands.skill.pace)
        yield from hands.grasp(LEFT, OPEN_RAD)
        yield from hands.reach(LEFT, hands.tip_m(LEFT) + np.array([-0.012, 0.0, 0.004]), 6.0)


def _reachable(state: State, ring: int) -> bool:
    return bool(state.ring_m[ring, 0] < 0.03)


def _pick(hands: Hands, tool: int, ring: int, wall: Array) -> Part:
    """From above: over the ring's wall, down, close."""
    at = hands.state.ring_m[ring] + wall
    yield from hands.reach(tool, at + _up(0.018), 2.5)
    at = hands.state.ring_m[ring] + wall
    yield from hands.reach(tool, at + _up(0.001), 1.5)
    yield from hands.grasp(tool, 0.0)
    if not hands.state.held[ring, tool]:
        yield from hands.grasp(tool, OPEN_RAD)
        yield from hands.reach(tool, hands.tip_m(tool) + _up(0.012), 5.0)


def _place(hands: Hands) -> Part:
    """The right tool: wait at the middle, take, carry over a peg, lower, let go."""
    while (ring := _todo(hands.state)) is not None:
        state: Any = hands.state
        if not state.held[ring].any():
            if not _reachable(state, ring):
                # A ring that fell on this tool's own side.
                yield from _pick(hands, RIGHT, ring, _RIGHT_WALL)
            else:
                yield
                continue
        if not hands.state.held[ring, RIGHT]:
            there = np.linalg.norm(hands.state.ring_m[ring] - _MEETING_M) < 0.006
            if not there:
                yield
                continue
            yield from hands.reach(RIGHT, hands.state.ring_m[ring] + _RIGHT_WALL + np.array([0.008, 0, 0.004]), 3.0)
            yield from hands.reach(RIGHT, hands.state.ring_m[ring] + _RIGHT_WALL, 1.5)
            yield from hands.grasp(RIGHT, 0.0)
            if not hands.state.held[ring, RIGHT]:
                yield from hands.grasp(RIGHT, OPEN_RAD)
                yield from hands.reach(RIGHT, hands.tip_m(RIGHT) + np.array([0.01, 0, 0.004]), 5.0)
                continue
            yield from hands.until(lambda state, ring=ring: not state.held[ring, LEFT], 5.0)
        yield from _put(hands, ring)


def _put(hands: Hands, ring: int) -> Part:
    """Over the free peg that has the ring's number, or the next, and down."""
    taken = np.linalg.norm(hands.state.ring_m[:, None, :2] - TO_PEGS_M[None, :, :2], axis=2).min(axis=0) < 0.004
    peg = ring if not taken[ring] else int(np.flatnonzero(~taken)[0])
    for height_m in (0.022, 0.007):
        if not hands.state.held[ring, RIGHT]:
            break
        yield from hands.reach(RIGHT, TO_PEGS_M[peg] + _up(height_m) - hands.state.grasped_m[ring, RIGHT], 1.5)
    yield from hands.grasp(RIGHT, OPEN_RAD)
    yield from hands.wait(0.1)
    yield from hands.reach(RIGHT, hands.tip_m(RIGHT) + _up(0.022), 6.0)
