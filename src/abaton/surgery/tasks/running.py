"""How a task is played: state, command, state, a thousand times a second.

A task is a pure step function, and whoever plays it sees its state and answers with a command. The commands are all
that a record must hold: the same commands from the same seed give the same states, bit for bit.
"""

import hashlib
from collections.abc import Callable, Generator, Mapping
from typing import Any, Protocol, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.surgery.skill.score import Criterion, Score, score

Array = NDArray[np.float64]

RATE_HZ = 1000.0
PERIOD_S = 1.0 / RATE_HZ
COMMAND = ("x", "y", "z", "turn x", "turn y", "turn z", "clutch", "grip")
"""Columns of a command, one row for each hand: position (m), turn from the hand's rest as a rotation vector (rad),
whether the clutch is held (above 0.5), and the opening of the jaws (rad) or, of tools without, the pedal (above 0.5).
A position that is NaN means that the hand's tracking was lost."""

Player: TypeAlias = Generator[Array, Any, None]
"""Yields commands, (tools, 8); is sent the state that each led to."""


class Event(msgspec.Struct, frozen=True):
    """Something that happened.

    Attributes:
        tick: When.
        name: Which sort, a word.
        text: In words.
    """

    tick: int
    name: str
    text: str


class Seen(msgspec.Struct, frozen=True, eq=False):
    """What of a state is looked at and kept.

    Attributes:
        position_m: (tools, 3), of the tools' tips in the task's world.
        rotation: (tools, 3, 3).
        grip_rad: (tools,).
        force_n: (tools,), how hard each tool presses on anything.
        readings: (n,), in the order of the task's `readings`.
    """

    position_m: Array
    rotation: Array
    grip_rad: Array
    force_n: Array
    readings: Array


class Trace(msgspec.Struct, frozen=True, eq=False):
    """A whole run: commands, what was seen after each, and what happened; all at 1 kHz, tick by tick.

    Attributes:
        commands: (n, tools, 8).
        position_m: (n, tools, 3).
        rotation: (n, tools, 3, 3).
        grip_rad: (n, tools).
        force_n: (n, tools).
        readings: (n,) each, by name.
        events: In order.
    """

    commands: Array
    position_m: Array
    rotation: Array
    grip_rad: Array
    force_n: Array
    readings: dict[str, Array]
    events: tuple[Event, ...]

    @property
    def duration_s(self) -> float:
        """From the first tick to the last."""
        return len(self.commands) * PERIOD_S

    @property
    def times_s(self) -> Array:
        """(n,), of the ticks."""
        times: Array = np.arange(1.0, len(self.commands) + 1) * PERIOD_S
        return times

    def count(self, name: str) -> int:
        """How many events of a sort there were."""
        return sum(event.name == name for event in self.events)

    def digest(self) -> str:
        """SHA-256 of all numbers and events: two runs are the same where their digests are."""
        hashed = hashlib.sha256()
        for array in (self.commands, self.position_m, self.rotation, self.grip_rad, self.force_n):
            hashed.update(np.ascontiguousarray(array, dtype="<f8").tobytes())
        for name in sorted(self.readings):
            hashed.update(name.encode() + np.ascontiguousarray(self.readings[name], dtype="<f8").tobytes())
        hashed.update(msgspec.json.encode(self.events))
        return hashed.hexdigest()


class Task(Protocol):
    """One task of the catalogue. `Any` is its own state."""

    @property
    def name(self) -> str:
        """As given on the command line."""
        ...

    @property
    def title(self) -> str:
        """As people read it."""
        ...

    @property
    def goal(self) -> str:
        """What is to be done, in a sentence or two."""
        ...

    @property
    def tools(self) -> tuple[str, ...]:
        """Names of the tools, one for each hand."""
        ...

    @property
    def readings(self) -> Mapping[str, str]:
        """Names of what is read off each tick, and their units."""
        ...

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """What is marked."""
        ...

    @property
    def sources(self) -> Mapping[str, str]:
        """Where each criterion's bounds come from, by figure."""
        ...

    @property
    def time_limit_s(self) -> float:
        """The run ends here, whatever the trainee still means to do."""
        ...

    def begin(self, seed: int) -> Any:
        """The state before the first tick."""
        ...

    def step(self, state: Any, command: Array) -> Any:
        """The state a tick later; pure."""
        ...

    def seen(self, state: Any) -> Seen:
        """What is kept of a state."""
        ...

    def events(self, state: Any) -> tuple[Event, ...]:
        """What has happened up to a state."""
        ...

    def over(self, state: Any) -> bool:
        """Whether there is nothing left to do."""
        ...

    def trainee(self, skill: str, seed: int, state: Any) -> Player:
        """A scripted trainee, by the name of a skill."""
        ...

    def figures(self, trace: Trace, state: Any) -> dict[str, float]:
        """All figures of a run."""
        ...


class Run(msgspec.Struct, frozen=True, eq=False):
    """A task played to its end.

    Attributes:
        task: Its name.
        seed: Of the scene.
        trainee: Who played: a skill, or `recorded`.
        trace: What was done and seen.
        first, last: The states before and after.
        figures: By name.
        score: Marks.
    """

    task: str
    seed: int
    trainee: str
    trace: Trace
    first: Any
    last: Any
    figures: dict[str, float]
    score: Score


def play(
    task: Task,
    seed: int,
    player: Callable[[Any], Player],
    trainee: str,
    watch: Callable[[int, Any], None] | None = None,
) -> Run:
    """Plays a task until it is over, its time is up, or the player ends.

    Args:
        task: Which.
        seed: Of the scene.
        player: Given the first state, yields commands.
        trainee: The player's name.
        watch: Called with every tick and state, for pictures; changes nothing.

    Raises:
        Problem: The player gave no command, or one of another shape.
    """
    first = state = task.begin(seed)
    playing = player(state)
    commands: list[Array] = []
    seen: list[Seen] = []
    command = next(playing, None)
    limit = round(task.time_limit_s * RATE_HZ)
    while command is not None and len(commands) < limit:
        given = _checked(command, len(task.tools))
        state = task.step(state, given)
        commands.append(given)
        seen.append(task.seen(state))
        if watch is not None:
            watch(len(commands), state)
        if task.over(state):
            break
        try:
            command = playing.send(state)
        except StopIteration:
            break
    playing.close()
    if len(commands) < 100:
        raise Problem(
            "run_too_short",
            got=f"{len(commands)} commands",
            expected="at least 100, a tenth of a second",
            next_step="Play the task again, or choose a longer record.",
        )
    trace = _trace(task, commands, seen, task.events(state))
    figures = task.figures(trace, state)
    return Run(task.name, seed, trainee, trace, first, state, figures, score(task.criteria, figures))


def _checked(command: Array, tools: int) -> Array:
    given = np.array(command, dtype=np.float64)
    if given.shape != (tools, len(COMMAND)):
        raise Problem(
            "command_misshapen",
            got=f"a command of shape {given.shape}",
            expected=f"({tools}, {len(COMMAND)}): a row for each tool of this task",
            next_step="Choose a record of the same task.",
        )
    return given


def _trace(task: Task, commands: list[Array], seen: list[Seen], events: tuple[Event, ...]) -> Trace:
    readings = np.array([one.readings for one in seen]).reshape(len(seen), len(task.readings))
    return Trace(
        commands=np.array(commands),
        position_m=np.array([one.position_m for one in seen]),
        rotation=np.array([one.rotation for one in seen]),
        grip_rad=np.array([one.grip_rad for one in seen]),
        force_n=np.array([one.force_n for one in seen]),
        readings={name: readings[:, n].copy() for n, name in enumerate(task.readings)},
        events=events,
    )
