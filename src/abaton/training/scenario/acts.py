"""Acts of a learner: what is done, when, and files of them.

A run follows from its scenario, seed and acts alone, so that a file of acts is a recording that can be played again.
"""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from abaton.training.scenario.language import Argument, Kind
from abaton.training.scenario.problems import meant, misread, shown
from abaton.training.scenario.reading import LARGEST_BYTES, Place, converted, nearest_line, tree


class Act(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something done.

    Attributes:
        time_s: Since the learner arrived.
        kind: Of `KINDS`.
        arguments: As `KINDS` says.
    """

    time_s: float
    kind: Kind
    arguments: dict[str, Argument] = {}

    @property
    def text(self) -> str:
        """In words, as events and the debrief tell it."""
        values = dict(self.arguments)
        first = str(values.pop(KINDS[self.kind].main, ""))
        rest = ", ".join(f"{name} {_said(value)}" for name, value in values.items())
        return " ".join(part for part in (self.kind, first, f"({rest})" if rest else "") if part)


class Takes(msgspec.Struct, frozen=True):
    """What an argument may be: a number within bounds, one of words, any text, or yes and no.

    Attributes:
        kind: number, word, text or flag.
        least, most: Of a number.
        words: Of a word.
    """

    kind: str
    least: float = 0.0
    most: float = 0.0
    words: tuple[str, ...] = ()


class KindOfAct(msgspec.Struct, frozen=True):
    """A kind.

    Attributes:
        meaning: In words.
        main: The argument that must be given and that a scenario's `of` lists; empty where there is none.
        takes: Arguments.
    """

    meaning: str
    main: str
    takes: dict[str, Takes]


TEXT, FLAG = Takes("text"), Takes("flag")
SENSORS: Final = ("ecg", "spo2", "nibp", "arterial_line", "capnography", "temperature")
POSITIONS: Final = ("flat", "legs_raised", "sitting", "recovery")
AIRWAYS: Final = ("open", "oropharyngeal", "tube")
KINDS: Final[dict[str, KindOfAct]] = {
    "order": KindOfAct(
        "a drug, fluid or oxygen, as it is said; `insist` overrides a soft limit",
        "text",
        {"text": TEXT, "insist": FLAG},
    ),
    "treat": KindOfAct("a treatment by hand", "name", {"name": TEXT, "site": TEXT, "side": TEXT}),
    "shock": KindOfAct(
        "a shock; `clear` says that nobody touches the patient",
        "",
        {"joules": Takes("number", 1, 360), "sync": FLAG, "clear": FLAG},
    ),
    "compress": KindOfAct(
        "chest compressions, from now until stopped by `on` no",
        "",
        {
            "on": FLAG,
            "rate": Takes("number", 30, 200),
            "depth_mm": Takes("number", 10, 80),
            "residual_mm": Takes("number", 0, 40),
        },
    ),
    "ventilate": KindOfAct(
        "breaths given, from now until `off`",
        "way",
        {
            "way": Takes("word", words=("bag", "ventilator", "off")),
            "rate": Takes("number", 4, 40),
            "tidal_ml": Takes("number", 100, 1500),
            "oxygen": Takes("number", 0.21, 1.0),
            "peep_cmh2o": Takes("number", 0, 20),
        },
    ),
    "device": KindOfAct(
        "a device is told something",
        "name",
        {
            "name": TEXT,
            "command": TEXT,
            "sensor": Takes("word", words=SENSORS),
            "mode": Takes("word", words=("aed", "manual")),
            "joules": Takes("number", 1, 360),
            "on": FLAG,
        },
    ),
    "ask": KindOfAct("the patient, or a companion, is asked", "text", {"text": TEXT}),
    "call": KindOfAct("somebody is called", "who", {"who": TEXT}),
    "examine": KindOfAct("a part or function is looked at", "what", {"what": TEXT}),
    "airway": KindOfAct("the airway is held open", "what", {"what": Takes("word", words=AIRWAYS)}),
    "position": KindOfAct("the patient is put", "what", {"what": Takes("word", words=POSITIONS)}),
}
"""All kinds; who reads acts from outside need know no others."""

MOST_ACTS: Final = 5000
LONGEST_TEXT: Final = 600
LATEST_S: Final = 7200.0


def checked(act: Act, where: str = "") -> Act:
    """The act, if it may be one.

    Args:
        act: As it was read.
        where: `file:line`, for the message.

    Raises:
        Problem: A time before arrival, an argument that its kind does not take or that is missing or out of range.
    """
    if not (math.isfinite(act.time_s) and 0 <= act.time_s <= LATEST_S):
        raise misread(where, "act_time", f"{act.time_s} s", f"0 to {LATEST_S:g} s", "Say when, from arrival on.")
    rules = KINDS[act.kind]
    if rules.main and rules.main not in act.arguments:
        raise misread(
            where, "act_argument", f"{act.kind} without {rules.main!r}", rules.meaning, f"Say {rules.main!r}."
        )
    for name, value in act.arguments.items():
        if name not in rules.takes:
            raise misread(
                where,
                "act_argument",
                f"the argument {shown(name)} of {act.kind}",
                ", ".join(rules.takes),
                meant(name, rules.takes),
            )
        expected = _unfit(value, rules.takes[name])
        if expected:
            raise misread(where, "act_argument", f"{act.kind}: {name} = {shown(value)}", expected, "Correct it.")
    return act


def _unfit(value: Argument, takes: Takes) -> str:
    """What was expected instead, empty where the value is right."""
    if takes.kind == "number":
        number = not isinstance(value, bool | str) and math.isfinite(value) and takes.least <= value <= takes.most
        return "" if number else f"a number from {takes.least:g} to {takes.most:g}"
    if takes.kind == "flag":
        return "" if isinstance(value, bool) else "yes or no"
    if takes.kind == "word":
        return "" if value in takes.words else "one of " + ", ".join(takes.words)
    fine = isinstance(value, str) and bool(value.strip()) and len(value) <= LONGEST_TEXT
    return "" if fine else f"a text of 1 to {LONGEST_TEXT} characters"


def ordered(acts: Iterable[Act]) -> tuple[Act, ...]:
    """By time; those of one time stay in their order."""
    return tuple(sorted(acts, key=lambda act: act.time_s))


def read_acts(path: Path) -> tuple[Act, ...]:
    """Acts of a file: JSON lines (.jsonl), or YAML with a list under `acts`.

    Raises:
        Problem: With file and line.
    """
    try:
        text = path.read_bytes() if path.stat().st_size <= LARGEST_BYTES else b""
    except OSError as error:
        raise misread(
            path.name, "acts_unreadable", "a file that cannot be read", "a file of acts", "Check the path."
        ) from error
    if not text.strip():
        raise misread(
            path.name, "acts_unreadable", "an empty or too large file", "acts, one a line", "Choose another file."
        )
    return read_acts_text(text, path.name, lines_of_json=path.suffix.lower() not in (".yaml", ".yml"))


def read_acts_text(text: bytes, name: str, *, lines_of_json: bool = True) -> tuple[Act, ...]:
    """Acts of a text.

    Raises:
        Problem: With file and line.
    """
    found: list[Act] = []
    if lines_of_json:
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                found.append(checked(_one(line, name, number), f"{name}:{number}"))
    else:
        data, lines = tree(text, name)
        listed: Any = data.get("acts")
        if not isinstance(listed, list):
            raise misread(f"{name}:1", "acts_malformed", "no list of acts", "'acts:' and a list", "Begin with 'acts:'.")
        shift: dict[Place, int] = {place[1:]: line for place, line in lines.items() if place[:1] == ("acts",)}
        acts: tuple[Act, ...] = converted(listed, tuple[Act, ...], name, shift)
        found = [checked(act, f"{name}:{nearest_line(shift, (place,))}") for place, act in enumerate(acts)]
    if len(found) > MOST_ACTS:
        raise misread(name, "acts_malformed", f"{len(found)} acts", f"at most {MOST_ACTS}", "Shorten the file.")
    return ordered(found)


def written_acts(acts: Iterable[Act]) -> bytes:
    """Acts as JSON lines."""
    return b"".join(msgspec.json.encode(act) + b"\n" for act in acts)


def text_of(arguments: Mapping[str, Argument], name: str, otherwise: str = "") -> str:
    """An argument that is a text."""
    return str(arguments.get(name, otherwise))


def number_of(arguments: Mapping[str, Argument], name: str, otherwise: float) -> float:
    """An argument that is a number."""
    value = arguments.get(name, otherwise)
    return otherwise if isinstance(value, str) else float(value)


def _one(line: bytes, name: str, number: int) -> Act:
    try:
        return msgspec.json.decode(line, type=Act)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise misread(
            f"{name}:{number}",
            "acts_malformed",
            shown(str(error)),
            'an act such as {"time_s": 5, "kind": "order", "arguments": {"text": "adrenaline 0.5 mg im"}}',
            "Correct the line.",
        ) from error


def _said(value: Argument) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float | int) else value
