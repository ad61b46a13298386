"""What must hold: a small language over vital signs, acts, time and dialogue, read by a parser of its own.

    mean_mmhg < 55 for 60s
    given(adrenaline, im) and time > 120
    rhythm == VF and not compressing for 10s
    since(given(adrenaline)) > 5min

`not` binds closest, then `for`, then `and`, then `or`. `for` says how long what is before it must have held without a
break, so that `not pulse for 30s` is half a minute without a pulse. A vital sign that is not known (to a learner whose
monitor is not attached) makes every comparison with it false. Nothing is ever evaluated by Python.
"""

import math
import operator
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final, Protocol, TypeAlias

import msgspec

from abaton.training.scenario.problems import meant, misread, shown
from abaton.training.scenario.words import (
    CALLS,
    COUNTS,
    FLAGS,
    RHYTHMS,
    SIGNS,
    Both,
    Call,
    Compare,
    Either,
    Held,
    Name,
    Node,
    Not,
    Number,
    Since,
)

LONGEST_TEXT: Final = 400
DEEPEST: Final = 20
LONGEST_S: Final = 7200.0


class Predicate(msgspec.Struct, frozen=True):
    """A text that was understood.

    Attributes:
        text: As it was written.
        node: What it says.
    """

    text: str
    node: Node


class Context(Protocol):
    """What predicates ask about: a run as it is, or a run as a learner sees it."""

    def sign(self, name: str) -> float | None:
        """A number; None where it is not known. Of `rhythm`, its code."""
        ...

    def flag(self, name: str) -> bool:
        """One of `FLAGS`."""
        ...

    def call(self, name: str, arguments: tuple[str, ...]) -> bool:
        """One of `CALLS`."""
        ...

    def count(self, name: str, arguments: tuple[str, ...]) -> float:
        """One of `COUNTS`."""
        ...

    def last(self, name: str, arguments: tuple[str, ...]) -> float | None:
        """When an act was last done, s; None if never."""
        ...


Memory: TypeAlias = dict[tuple[str, int], float]
"""Since when what stands before a `for` has held, by predicate and place; changed by `holds`."""

OPERATORS: Final[dict[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w-]*)|(?P<sign><=|>=|==|!=|<|>)|(?P<mark>[(),]))"
)
SECONDS: Final = {"s": 1.0, "sec": 1.0, "seconds": 1.0, "second": 1.0, "min": 60.0, "minutes": 60.0, "minute": 60.0}


def holds(predicate: Predicate, context: Context, time_s: float, memory: Memory) -> bool:
    """Whether it holds now. Asked every second, or `for` is not counted.

    Args:
        predicate: What.
        context: Of what.
        time_s: Now.
        memory: Of this run; changed.
    """
    return _true(predicate.node, context, time_s, memory, predicate.text)


def _true(node: Node, context: Context, time_s: float, memory: Memory, text: str) -> bool:
    if isinstance(node, Call):
        return context.call(node.name, node.arguments)
    if isinstance(node, Name):
        return context.flag(node.name)
    if isinstance(node, Compare):
        left, right = _value(node.left, context, time_s), _value(node.right, context, time_s)
        return left is not None and right is not None and OPERATORS[node.sign](left, right)
    if isinstance(node, Not):
        return not _true(node.inner, context, time_s, memory, text)
    if isinstance(node, Both | Either):
        # Every part is asked, so that each `for` goes on counting.
        found = [_true(part, context, time_s, memory, text) for part in node.parts]
        return all(found) if isinstance(node, Both) else any(found)
    if isinstance(node, Held):
        key = (text, node.place)
        if not _true(node.inner, context, time_s, memory, text):
            memory.pop(key, None)
            return False
        return time_s - memory.setdefault(key, time_s) >= node.seconds
    raise TypeError(node)


def _value(node: Node, context: Context, time_s: float) -> float | None:
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Name):
        return float(RHYTHMS[node.name]) if node.name in RHYTHMS else context.sign(node.name)
    if isinstance(node, Call):
        return context.count(node.name, node.arguments)
    if isinstance(node, Since):
        last = context.last(node.act.name, node.act.arguments)
        return None if last is None else time_s - last
    raise TypeError(node)


def walk(node: Node) -> Iterator[Node]:
    """The node and all that is in it."""
    yield node
    if isinstance(node, Compare):
        yield from walk(node.left)
        yield from walk(node.right)
    elif isinstance(node, Not | Held):
        yield from walk(node.inner)
    elif isinstance(node, Both | Either):
        for part in node.parts:
            yield from walk(part)
    elif isinstance(node, Since):
        yield from walk(node.act)


@lru_cache(maxsize=4096)
def parse(text: str, where: str = "") -> Predicate:
    """What a text says.

    Args:
        text: At most 400 characters.
        where: `file:line`, for the message.

    Raises:
        Problem: A word, sign or form that the language does not have.
    """
    if not text.strip() or len(text) > LONGEST_TEXT:
        raise misread(
            where,
            "predicate_length",
            f"a condition of {len(text)} characters",
            f"1 to {LONGEST_TEXT}",
            "Write a condition such as 'mean_mmhg < 55 for 60s'.",
        )
    reader = _Reader(text, where)
    node = reader.either(0)
    reader.end()
    return Predicate(text, node)


class _Reader:
    """Reads one text from left to right."""

    def __init__(self, text: str, where: str) -> None:
        self.text, self.where = text, where
        self.tokens: list[tuple[str, str]] = []
        self.at = self.helds = 0
        position, length = 0, len(text.rstrip())
        while position < length:
            found = TOKEN.match(text, position)
            if found is None or found.lastgroup is None:
                rest = text[position:].strip()
                equals = rest.startswith("=")
                raise self.wrong(
                    f"{rest[:20]!r}",
                    "names, numbers, brackets, and < <= > >= == !=",
                    "Write '==' to compare." if equals else "Take it out.",
                )
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            position = found.end()

    def wrong(self, got: str, expected: str, next_step: str, code: str = "predicate_malformed") -> Exception:
        return misread(self.where, code, f"{got} in the condition {shown(self.text)}", expected, next_step)

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self, *words: str) -> bool:
        if self.peek()[1] in words and self.peek()[0] != "end":
            self.at += 1
            return True
        return False

    def need(self, word: str) -> None:
        if not self.take(word):
            raise self.wrong(self.said(), f"{word!r}", f"Put {word!r} there.")

    def said(self) -> str:
        kind, word = self.peek()
        return "the end" if kind == "end" else f"{word!r}"

    def end(self) -> None:
        if self.peek()[0] == "end":
            return
        kind, word = self.peek()
        if kind == "sign":
            raise self.wrong(f"a second comparison {word!r}", "one comparison at a time", "Join two by 'and'.")
        raise self.wrong(self.said(), "'and', 'or', 'for' or the end", "Join conditions by 'and' or 'or'.")

    def either(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise self.wrong("too many brackets within brackets", f"at most {DEEPEST}", "Split it.")
        parts = [self.both(depth)]
        while self.take("or"):
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def both(self, depth: int) -> Node:
        parts = [self.held(depth)]
        while self.take("and"):
            parts.append(self.held(depth))
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def held(self, depth: int) -> Node:
        node = self.negated(depth)
        if not self.take("for"):
            return node
        self.helds += 1
        return Held(node, self.duration(), self.helds)

    def negated(self, depth: int) -> Node:
        nots = 0
        while self.take("not"):
            nots += 1
        node = self.simple(depth)
        return Not(node) if nots % 2 else node

    def duration(self) -> float:
        kind, figure = self.peek()
        self.at += 1
        unit = self.peek()[1]
        if kind != "number" or unit not in SECONDS:
            raise self.wrong(f"the time {figure + unit!r}", "a time such as 60s or 2min", "Say how long.")
        self.at += 1
        seconds = float(figure) * SECONDS[unit]
        if not 0 < seconds <= LONGEST_S:
            raise self.wrong(f"{seconds:g} s", f"more than 0 and at most {LONGEST_S:g} s", "Say how long.")
        return seconds

    def simple(self, depth: int) -> Node:
        if self.take("("):
            node = self.either(depth + 1)
            self.need(")")
            return node
        left = self.operand()
        kind, sign = self.peek()
        if kind != "sign":
            return self.alone(left)
        self.at += 1
        right = self.operand()
        return self.compared(sign, left, right)

    def alone(self, node: Node) -> Node:
        """Something that holds or not."""
        if (isinstance(node, Name) and node.name in FLAGS) or (isinstance(node, Call) and node.name in CALLS):
            return node
        said = node.name if isinstance(node, Name | Call) else "a number"
        raise self.wrong(
            f"{said} without a comparison", "a comparison such as 'mean_mmhg < 55'", "Compare it with a number."
        )

    def compared(self, sign: str, left: Node, right: Node) -> Node:
        sides = (left, right)
        for side in sides:
            if (isinstance(side, Name) and side.name in FLAGS) or (isinstance(side, Call) and side.name in CALLS):
                raise self.wrong(
                    f"{side.name} compared", "a number to compare", f"Write {side.name!r} alone, or with 'not'."
                )
        rhythms = [isinstance(side, Name) and side.name in RHYTHMS for side in sides]
        asks = [isinstance(side, Name) and side.name == "rhythm" for side in sides]
        if (any(rhythms) or any(asks)) and (sum(rhythms) != 1 or sum(asks) != 1 or sign not in ("==", "!=")):
            raise self.wrong(
                "a rhythm compared with something else",
                "rhythm == or != one of " + ", ".join(RHYTHMS),
                "Write such as 'rhythm == VF'.",
            )
        if all(isinstance(side, Number) for side in sides):
            raise self.wrong("two numbers compared", "a vital sign or count on one side", "Name what is compared.")
        return Compare(sign, left, right)

    def operand(self) -> Node:
        kind, word = self.peek()
        self.at += 1
        if kind == "number":
            value = float(word)
            unit = self.peek()[1]
            if unit in SECONDS:
                self.at += 1
                value *= SECONDS[unit]
            if not math.isfinite(value):
                raise self.wrong(f"{word[:20]}", "a number", "Write a smaller one.")
            return Number(value)
        if kind != "name" or word in ("and", "or", "not", "for"):
            self.at -= 1
            raise self.wrong(self.said(), "a vital sign, act or number", "Put one there, or take the rest out.")
        if self.take("("):
            return self.called(word)
        if word in FLAGS or word in SIGNS or word in RHYTHMS or word == "rhythm":
            return Name(word)
        if word in CALLS or word in COUNTS or word == "since":
            raise self.wrong(f"{word} without brackets", f"{word}(...)", "Say of what, in brackets.")
        known = (*SIGNS, *FLAGS, "rhythm", *CALLS, *COUNTS, *RHYTHMS, "since")
        raise self.wrong(
            f"{word!r}", "a vital sign, flag, act or rhythm that is known", meant(word, known), "predicate_unknown"
        )

    def called(self, word: str) -> Node:
        if word == "since":
            act = self.operand()
            self.need(")")
            if (
                not isinstance(act, Call)
                or act.name not in CALLS
                or act.name in ("fulfilled", "in_state", "infusing", "device_in")
            ):
                raise self.wrong("since(...) of something else", "an act", "Write such as 'since(given(adrenaline))'.")
            return Since(act)
        takes = CALLS.get(word) or COUNTS.get(word)
        if takes is None:
            if word in SIGNS or word in FLAGS:
                raise self.wrong(f"{word} with brackets", f"{word} alone", "Take the brackets off.")
            raise self.wrong(
                f"{word!r}(...)", "an act that is known", meant(word, (*CALLS, *COUNTS, "since")), "predicate_unknown"
            )
        arguments = [self.argument(takes[0])]
        while self.take(","):
            arguments.append(self.argument(takes[min(len(arguments), len(takes) - 1)]))
        self.need(")")
        if len(arguments) > len(takes):
            raise self.wrong(
                f"{word} of {len(arguments)} things", f"{word}({', '.join(takes)})", f"Give at most {len(takes)}."
            )
        return Call(word, tuple(arguments))

    def argument(self, what: str) -> str:
        words: list[str] = []
        while self.peek()[0] in ("name", "number"):
            words.append(self.peek()[1])
            self.at += 1
        if not words:
            raise self.wrong(self.said(), f"a {what} in the brackets", f"Name the {what}.")
        return " ".join(words)
