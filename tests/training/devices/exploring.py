"""Every command and event from every state that can be reached, breadth first."""

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from typing import Any, NamedTuple

from abaton.core.errors import Problem
from abaton.training.devices.machine import STAY, Kind, possible

Input = tuple[str, Callable[[Any], tuple[Any, tuple[Any, ...]]]]


class Step(NamedTuple):
    before: Any
    label: str
    after: Any
    happened: tuple[Any, ...]


class Explored(NamedTuple):
    """Abstract states with one device each, what led from where to where, and what was refused."""

    found: dict[Hashable, Any]
    edges: dict[Hashable, set[Hashable]]
    steps: list[Step]
    refusals: list[tuple[Any, str, Problem]]

    @property
    def states(self) -> set[str]:
        return {device.state for device in self.found.values()}

    def leading_to(self, good: Callable[[Any], bool]) -> set[Hashable]:
        """Abstract states from which some way leads to a good one."""
        back: dict[Hashable, set[Hashable]] = {}
        for source, ends in self.edges.items():
            for end in ends:
                back.setdefault(end, set()).add(source)
        reached = {key for key, device in self.found.items() if good(device)}
        waiting = deque(reached)
        while waiting:
            for source in back.get(waiting.popleft(), ()):
                if source not in reached:
                    reached.add(source)
                    waiting.append(source)
        return reached


def explore(start: Any, inputs: Iterable[Input], key: Callable[[Any], Hashable]) -> Explored:
    inputs = tuple(inputs)
    found = {key(start): start}
    edges: dict[Hashable, set[Hashable]] = {}
    steps: list[Step] = []
    refusals: list[tuple[Any, str, Problem]] = []
    waiting = deque([start])
    while waiting:
        device = waiting.popleft()
        here = edges.setdefault(key(device), set())
        for label, act in inputs:
            try:
                later, happened = act(device)
            except Problem as problem:
                refusals.append((device, label, problem))
                continue
            steps.append(Step(device, label, later, happened))
            there = key(later)
            here.add(there)
            if there not in found:
                found[there] = later
                waiting.append(later)
    return Explored(found, edges, steps, refusals)


def check_whole(parts: Iterable[Explored], kind: Kind[Any, Any]) -> None:
    """Every state is reached, every command's arrow is gone, and whatever a state does not take is refused."""
    parts = tuple(parts)
    steps = [step for part in parts for step in part.steps]
    assert {device.state for part in parts for device in part.found.values()} == set(kind.chart.states)
    gone = {(step.before.state, step.label.split()[0], step.after.state) for step in steps}
    for move in kind.chart.moves:
        if move.trigger in kind.commands:
            ends = {(source, move.trigger, source if move.to == STAY else move.to) for source in move.sources}
            assert ends & gone, move
    for part in parts:
        _check_refusals(part, kind)


def _check_refusals(explored: Explored, kind: Kind[Any, Any]) -> None:
    """What a state does not take is refused with the state, the command, and what it takes; the rest says why."""
    assert explored.refusals
    for device, label, problem in explored.refusals:
        command = label.split()[0]
        takes = possible(kind, device.state)
        assert problem.next_step
        if command in takes:
            assert problem.code != "device_state"
        else:
            assert problem.code == "device_state"
            assert repr(command) in problem.got
            assert repr(device.state) in problem.got
            assert problem.expected == "one of " + ", ".join(takes)
