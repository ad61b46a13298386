"""Learners: a recording, or a robot that does what the scenario's author wrote, by what it can know."""

from collections.abc import Callable, Generator, Sequence
from typing import Final, TypeAlias

from abaton.core.errors import Problem
from abaton.training.scenario.acts import Act, ordered
from abaton.training.scenario.context import SeenContext
from abaton.training.scenario.language import Move, Scenario
from abaton.training.scenario.predicates import Memory, holds, parse
from abaton.training.scenario.problems import meant
from abaton.training.scenario.run import Run
from abaton.training.scenario.seeing import Seen

Doing: TypeAlias = Generator[tuple[Act, ...], tuple[Run, Seen], None]
"""Is sent the run (for what it did itself) and what can be known, once a second; yields acts."""

Learner: TypeAlias = Callable[[Scenario], Doing]

ROBOTS: Final = ("ideal", "idle", "harmful")


def robot(name: str) -> Learner:
    """The robot of a name.

    Raises:
        Problem: There is none.
    """
    if name not in ROBOTS:
        raise Problem("learner_unknown", f"the learner {name!r}", "one of " + ", ".join(ROBOTS), meant(name, ROBOTS))

    def learner(scenario: Scenario) -> Doing:
        moves: Sequence[Move] = () if name == "idle" else getattr(scenario.learners, name)
        return _moving(tuple(moves))

    return learner


def recorded(acts: Sequence[Act]) -> Learner:
    """One who does again what was recorded, at the same times."""

    def learner(_: Scenario) -> Doing:
        return _repeating(ordered(acts))

    return learner


def _repeating(acts: tuple[Act, ...]) -> Doing:
    at = 0
    due: tuple[Act, ...] = ()
    while True:
        _, seen = yield due
        first = at
        while at < len(acts) and acts[at].time_s <= seen.time_s:
            at += 1
        due = acts[first:at]


def _moving(moves: tuple[Move, ...]) -> Doing:
    memory: Memory = {}
    last: dict[int, float] = {}
    count = dict.fromkeys(range(len(moves)), 0)
    due: tuple[Act, ...] = ()
    while True:
        run, seen = yield due
        context = SeenContext(run, seen)
        found: list[Act] = []
        for number, move in enumerate(moves):
            true = not move.when or holds(parse(move.when), context, seen.time_s, memory)
            most = move.times if move.again_s > 0 else 1
            rested = number not in last or seen.time_s - last[number] >= move.again_s
            if true and seen.time_s >= move.at_s and count[number] < most and rested:
                last[number] = seen.time_s
                count[number] += 1
                found.append(Act(seen.time_s, move.do, move.arguments))
        due = tuple(found)
