"""Conditions: what they mean second by second, and what is told where one cannot be read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abaton.core.errors import Problem
from abaton.training.physiology.rhythm import Rhythm
from abaton.training.scenario.predicates import Memory, holds, parse


class Bedside:
    """Signs and deeds that a test sets."""

    def __init__(self, signs: dict[str, float] | None = None, true: set[str] | None = None) -> None:
        self.signs = signs or {}
        self.true = true or set()
        self.done: dict[tuple[str, str], float] = {}

    def sign(self, name: str) -> float | None:
        return self.signs.get(name)

    def flag(self, name: str) -> bool:
        return name in self.true

    def call(self, name: str, arguments: tuple[str, ...]) -> bool:
        return (name, arguments[0]) in self.done

    def count(self, name: str, arguments: tuple[str, ...]) -> float:
        return float(sum(key[1] == arguments[0] for key in self.done))

    def last(self, name: str, arguments: tuple[str, ...]) -> float | None:
        return self.done.get((name, arguments[0]))


def now(text: str, bedside: Bedside, time_s: float = 0.0, memory: Memory | None = None) -> bool:
    return holds(parse(text), bedside, time_s, {} if memory is None else memory)


def test_for_counts_seconds_without_a_break() -> None:
    bedside = Bedside({"mean_mmhg": 50.0})
    memory: Memory = {}
    course = [50.0] * 5 + [60.0] + [50.0] * 8
    found: list[bool] = []
    for second, pressure in enumerate(course):
        bedside.signs["mean_mmhg"] = pressure
        found.append(now("mean_mmhg < 55 for 4s", bedside, second, memory))
    # Held at 0 to 4, broken at 5, held again from 6.
    assert [second for second, true in enumerate(found) if true] == [4, 10, 11, 12, 13]


def test_not_binds_before_for() -> None:
    bedside = Bedside(true={"pulse"})
    memory: Memory = {}
    assert not now("not pulse for 2s", bedside, 0, memory)
    bedside.true.clear()
    assert [now("not pulse for 2s", bedside, second, memory) for second in (1, 2, 3)] == [False, False, True]


def test_for_keeps_counting_beside_what_does_not_hold() -> None:
    bedside = Bedside({"mean_mmhg": 50.0})
    memory: Memory = {}
    text = "compressing and mean_mmhg < 55 for 3s"
    assert not any(now(text, bedside, second, memory) for second in range(4))
    bedside.true.add("compressing")
    assert now(text, bedside, 4, memory)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rhythm == VF", True),
        ("rhythm != VF", False),
        ("given(adrenaline) and time > 120", True),
        ("given(adrenaline) and time > 500", False),
        ("since(given(adrenaline)) > 5min", False),
        ("since(given(adrenaline)) >= 100", True),
        ("since(given(naloxone)) > 0", False),
        ("not (given(naloxone) or compressing)", True),
        ("compressing or given(adrenaline) and time < 10", False),
        ("not not given(tranexamic acid)", True),
        ("55 < mean_mmhg", True),
        ("doses(adrenaline) == 1", True),
        ("lactate_mmol_l > 2", False),
        ("not lactate_mmol_l > 2", True),
    ],
)
def test_what_conditions_mean(text: str, expected: bool) -> None:
    bedside = Bedside({"rhythm": float(Rhythm.VENTRICULAR_FIBRILLATION), "time": 200.0, "mean_mmhg": 60.0})
    bedside.done = {("given", "adrenaline"): 100.0, ("given", "tranexamic acid"): 50.0}
    assert now(text, bedside, 200.0) is expected


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("mean_mmgh < 55", "predicate_unknown", "Did you mean 'mean_mmhg'?"),
        ("gvien(adrenaline)", "predicate_unknown", "Did you mean 'given'?"),
        ("mean_mmhg = 55", "predicate_malformed", "Write '=='"),
        ("mean_mmhg < 55 mean_mmhg > 5", "predicate_malformed", "'and' or 'or'"),
        ("50 < mean_mmhg < 60", "predicate_malformed", "Join two by 'and'"),
        ("mean_mmhg", "predicate_malformed", "Compare it"),
        ("pulse > 1", "predicate_malformed", "alone"),
        ("pulse()", "predicate_malformed", "brackets off"),
        ("given", "predicate_malformed", "in brackets"),
        ("given()", "predicate_malformed", "Name the drug"),
        ("given(adrenaline, im, leg)", "predicate_malformed", "at most 2"),
        ("rhythm == 3", "predicate_malformed", "rhythm == VF"),
        ("rhythm < VF", "predicate_malformed", "rhythm == VF"),
        ("pulse for 60", "predicate_malformed", "Say how long"),
        ("pulse for 0s", "predicate_malformed", "Say how long"),
        ("pulse for 9999min", "predicate_malformed", "at most"),
        ("1 < 2", "predicate_malformed", "Name what is compared"),
        ("(pulse", "predicate_malformed", "')'"),
        ("since(pulse) > 3", "predicate_malformed", "since(given(adrenaline))"),
        ("__import__('os')", "predicate_malformed", "Take it out"),
        ("   ", "predicate_length", "Write a condition"),
        ("pulse and " * 80 + "pulse", "predicate_length", "Write a condition"),
        ("(" * 60 + "pulse" + ")" * 60, "predicate_malformed", "Split it"),
    ],
)
def test_what_cannot_be_read_is_told_with_the_line(text: str, code: str, says: str) -> None:
    with pytest.raises(Problem) as raised:
        parse(text, "scenario.yaml:42")
    assert raised.value.code == code
    assert str(raised.value).startswith("scenario.yaml:42: ")
    assert says in str(raised.value)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz_()<>=!,. 0123456789", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    told = "read"
    try:
        parse(text)
    except Problem as problem:
        told = problem.expected and problem.next_step
    assert told


conditions = st.recursive(
    st.sampled_from(["pulse", "compressing", "mean_mmhg < 55", "given(adrenaline)"]),
    lambda inner: st.one_of(
        inner.map(lambda text: f"not ({text})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}) and ({pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}) or ({pair[1]})"),
    ),
    max_leaves=6,
)


@settings(max_examples=100, deadline=None)
@given(conditions.filter(lambda text: len(text) < 190), st.booleans(), st.floats(40, 70))
def test_a_condition_and_its_opposite(text: str, compressing: bool, pressure: float) -> None:
    bedside = Bedside({"mean_mmhg": pressure}, {"pulse"} | ({"compressing"} if compressing else set()))
    assert now(f"not ({text})", bedside) is not now(text, bedside)
