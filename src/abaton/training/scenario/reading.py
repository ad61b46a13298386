"""Scenarios read from YAML, so that whatever is wrong is told with file and line."""

import math
import re
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any, cast

import msgspec
import yaml

from abaton.core.errors import Problem
from abaton.training.physiology.parameters import checked
from abaton.training.scenario.language import Scenario
from abaton.training.scenario.predicates import parse
from abaton.training.scenario.problems import meant, misread, shown

LARGEST_BYTES = 1_000_000
MOST_NODES = 20_000

Place = tuple[str | int, ...]
"""Keys and numbers from the top of a file to a value."""


class Written(msgspec.Struct, frozen=True, eq=False):
    """A scenario and where each of its values is written.

    Attributes:
        scenario: What it says.
        name: Of the file.
        lines: Line of each value and key by its place.
    """

    scenario: Scenario
    name: str
    lines: dict[Place, int]

    def where(self, *place: str | int) -> str:
        """`file:line` of a place, or of the nearest place around it that is written."""
        return f"{self.name}:{nearest_line(self.lines, place)}"


def read(path: Path) -> Written:
    """The scenario in a file.

    Raises:
        Problem: The file cannot be read or says no scenario; with its line.
    """
    try:
        size = path.stat().st_size
        text = path.read_bytes() if size <= LARGEST_BYTES else b""
    except OSError as error:
        raise misread(
            path.name, "scenario_unreadable", "a file that cannot be read", "a scenario in YAML", "Check the path."
        ) from error
    if size > LARGEST_BYTES:
        raise misread(
            path.name,
            "scenario_too_large",
            f"{size} bytes",
            f"at most {LARGEST_BYTES}",
            "Choose a scenario's file.",
        )
    return read_text(text, path.name)


def shipped_names() -> tuple[str, ...]:
    """Ids of the scenarios that come with the product."""
    files = resources.files("abaton.training.scenarios").iterdir()
    return tuple(sorted(file.name[:-5] for file in files if file.name.endswith(".yaml")))


def shipped(name: str) -> Written:
    """A scenario that comes with the product.

    Raises:
        Problem: There is none of that name.
    """
    names = shipped_names()
    if name not in names:
        raise Problem(
            "scenario_not_found",
            got=f"a scenario named {shown(name)}",
            expected="one of " + ", ".join(names) + ", or the path of a file that ends in .yaml",
            next_step=meant(name, names),
            kind="not_found",
        )
    file = resources.files("abaton.training.scenarios").joinpath(f"{name}.yaml")
    return read_text(file.read_bytes(), f"{name}.yaml")


def read_text(text: str | bytes, name: str) -> Written:
    """The scenario that a text says.

    Args:
        text: YAML, UTF-8.
        name: Of the file, for messages.

    Raises:
        Problem: With file and line, what was met, what is right and what to do.
    """
    data, lines = tree(text, name)
    scenario = converted(data, Scenario, name, lines)
    written = Written(scenario, name, lines)
    for place, condition in conditions(scenario):
        parse(condition, written.where(*place))
    try:
        checked(scenario.patient)
    except Problem as problem:
        place = written.where("patient")
        raise misread(place, problem.code, problem.got, problem.expected, problem.next_step) from problem
    return written


def conditions(scenario: Scenario) -> Iterable[tuple[Place, str]]:
    """Every condition of a scenario and its place."""
    for number, state in enumerate(scenario.states):
        if state.when:
            yield ("states", number, "when"), state.when
    for number, finding in enumerate(scenario.findings):
        if finding.when:
            yield ("findings", number, "when"), finding.when
    for number, item in enumerate(scenario.checklist):
        yield ("checklist", number, "when"), item.when
    for robot in ("ideal", "harmful"):
        for number, move in enumerate(getattr(scenario.learners, robot)):
            if move.when:
                yield ("learners", robot, number, "when"), move.when
    yield ("learners", "expect", "ideal"), scenario.learners.expect.ideal
    yield ("learners", "expect", "idle"), scenario.learners.expect.idle


def converted(data: Any, shape: Any, name: str, lines: dict[Place, int]) -> Any:
    """Plain data as a structure.

    Raises:
        Problem: A field is missing, unknown, of another type or out of range; with its line.
    """
    try:
        return msgspec.convert(data, shape)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `")
        place = _place(path.rstrip("`"))
        field = re.search(r"field `([^`]+)`", message)
        if field and "unknown" in message:
            where = f"{name}:{nearest_line(lines, (*place, field[1]))}"
            raise misread(
                where,
                "scenario_field_unknown",
                f"the field {field[1]!r}",
                "a field of the scenario language",
                meant(field[1], _fields(Scenario, set())),
            ) from error
        where = f"{name}:{nearest_line(lines, place)}"
        inside = ".".join(str(part) for part in place) or "the file"
        value = _found(data, place)
        if field:
            raise misread(
                where,
                "scenario_field_missing",
                f"{inside} without {field[1]!r}",
                f"{field[1]!r}",
                f"Add '{field[1]}:' there.",
            ) from error
        expected = message.removeprefix("Expected ").rstrip(".")
        raise misread(
            where, "scenario_value_wrong", f"{inside} = {shown(value)}", expected, "Correct the value."
        ) from error


def nearest_line(lines: dict[Place, int], place: Place) -> int:
    """The line of a place, or of what is around it."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def tree(text: str | bytes, name: str) -> tuple[dict[str, Any], dict[Place, int]]:
    """Plain data of a YAML text, and the line of each value.

    Dates stay text, keys stay as they are written, and what could surprise (a key twice, anchors, NaN) is refused.

    Raises:
        Problem: It is not YAML, or has what is refused; with its line.
    """
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            lines: dict[Place, int] = {}
            data: Any = _Tree(name, lines, loader).plain(node, ()) if node is not None else None
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        got = " ".join(part for part in (error.context, error.problem) if part)
        raise misread(
            f"{name}:{line}", "scenario_not_yaml", got, "YAML", "Look at the indentation and quotes there."
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise misread(
            f"{name}:1", "scenario_not_yaml", "a text that is not YAML in UTF-8", "YAML", "Choose another file."
        ) from error
    if not isinstance(data, dict):
        raise misread(
            f"{name}:1",
            "scenario_not_yaml",
            "a file without fields" if data is None else "a list or a single value",
            "fields such as meta, objectives, patient",
            "Begin with 'meta:'.",
        )
    return cast("dict[str, Any]", data), lines


class _Loader(yaml.SafeLoader):
    """The safe loader without references: a file says what it says where it says it."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        here: Any = self
        if here.check_event(yaml.events.AliasEvent):
            raise yaml.MarkedYAMLError(problem="a reference (*name)", problem_mark=here.peek_event().start_mark)
        return super().compose_node(parent, index)


class _Tree:
    """Turns nodes into plain data and remembers their lines."""

    def __init__(self, name: str, lines: dict[Place, int], loader: _Loader) -> None:
        self.name, self.lines, self.count = name, lines, 0
        self.loader: Any = loader

    def plain(self, node: Any, place: Place) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(place, line)
        self.count += 1
        if self.count > MOST_NODES:
            raise misread(
                f"{self.name}:{line}",
                "scenario_too_large",
                "too many values",
                f"at most {MOST_NODES}",
                "Shorten it.",
            )
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(value, (*place, number)) for number, value in enumerate(node.value)]
        return self.scalar(node, line)

    def mapping(self, node: Any, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise misread(
                    f"{self.name}:{line}", "scenario_not_yaml", "a key that is no word", "a word", "Name the field."
                )
            word = str(key.value)
            if word in found:
                raise misread(
                    f"{self.name}:{line}",
                    "scenario_field_twice",
                    f"the field {shown(word)} a second time",
                    "each field once",
                    "Take one of them out.",
                )
            self.lines[(*place, word)] = line
            found[word] = self.plain(value, (*place, word))
        return found

    def scalar(self, node: Any, line: int) -> Any:
        if node.tag == "tag:yaml.org,2002:timestamp":
            return str(node.value)
        value = self.loader.construct_object(node)
        if isinstance(value, float) and not math.isfinite(value):
            raise misread(
                f"{self.name}:{line}", "scenario_value_wrong", f"{value}", "a finite number", "Write a number."
            )
        return value


def _place(path: str) -> Place:
    """`$.checklist[3].by_s` as keys and numbers."""
    parts = re.findall(r"\.([^.\[\]]+)|\[(\d+)\]|\[(\.\.\.)\]", path)
    return tuple(int(number) if number else (word or dots) for word, number, dots in parts)


def _found(data: Any, place: Place) -> Any:
    for part in place:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return data
    return data


def _fields(shape: Any, known: set[str]) -> set[str]:
    """Names of all fields of a structure and of those within it."""
    for field in msgspec.structs.fields(shape):
        known.add(field.name)
        for inner in _structures(field.type):
            _fields(inner, known)
    return known


def _structures(kind: Any) -> Iterable[Any]:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
    inners: tuple[Any, ...] = getattr(cast("Any", kind), "__args__", ())
    for inner in inners:
        yield from _structures(inner)
