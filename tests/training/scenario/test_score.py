"""The score by hand."""

import msgspec
import pytest

from abaton.training.scenario.language import Item, Objective
from abaton.training.scenario.reading import shipped
from abaton.training.scenario.score import scored


def item(name: str, kind: str, weight: float, **more: object) -> Item:
    return Item(name, name, kind, "pulse", "aim", weight, "book", **more)  # pyright: ignore[reportArgumentType]


def scenario(*items: Item):
    base = shipped("bleeding").scenario
    return msgspec.structs.replace(base, checklist=items, objectives=(Objective("aim", "aim"),))


def test_done_late_missed_and_never() -> None:
    whole = scenario(
        item("a", "must", 50, by_s=60.0), item("b", "should", 30, by_s=60.0), item("c", "should", 20),
        item("d", "never", 15),
    )  # fmt: skip
    assert scored(whole, {"a": 60.0, "b": 10.0, "c": 900.0}).total == 100
    assert scored(whole, {"a": 61.0, "b": 10.0, "c": 900.0}).total == 75
    assert scored(whole, {"a": 10.0, "b": 10.0}).total == 80
    assert scored(whole, {"a": 10.0, "b": 10.0, "d": 5.0}).total == 65
    assert scored(whole, {"d": 5.0}).total == 0
    assert scored(whole, {}).objectives == {"aim": 0.0}


def test_weights_that_are_not_a_hundred_are_shares() -> None:
    assert scored(scenario(item("a", "must", 1), item("b", "must", 3)), {"b": 1.0}).total == 75


@pytest.mark.parametrize(
    ("held", "verdict"),
    [
        ({"a": 5.0, "b": 9.0}, "done"),
        ({"a": 9.0, "b": 5.0}, "out of order"),
        ({"b": 5.0}, "out of order"),
        ({"a": 5.0}, "missed"),
    ],
)
def test_order_of_after(held: dict[str, float], verdict: str) -> None:
    whole = scenario(item("a", "must", 50), item("b", "must", 50, after=("a",)))
    assert scored(whole, held).results[1].verdict == verdict


def test_order_of_before() -> None:
    whole = scenario(item("a", "must", 50, before=("b",)), item("b", "must", 50))
    assert scored(whole, {"a": 9.0, "b": 5.0}).results[0].verdict == "out of order"
    assert scored(whole, {"a": 9.0}).results[0].verdict == "done"


def test_a_critical_item_caps_the_score() -> None:
    whole = scenario(item("a", "must", 10, critical=True), item("b", "must", 90), item("d", "never", 0, critical=True))
    missed = scored(whole, {"b": 1.0})
    assert (missed.total, missed.uncapped, missed.critical_failed, missed.passed) == (40, 90, ("a",), False)
    broken = scored(whole, {"a": 1.0, "b": 1.0, "d": 1.0})
    assert (broken.total, broken.critical_failed) == (40, ("d",))
    assert scored(whole, {"a": 1.0, "b": 1.0}).passed
