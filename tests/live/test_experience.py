from random import Random
from typing import Any

import pytest

from abaton.live.experience import Experience, State, describe, graded_fields, rank
from abaton.live.role import Role
from tests.live.conftest import Sea, Weather


def test_panel_is_described_by_types() -> None:
    shape = describe("sea", Sea, {"swell_m": 2.0})
    swell = shape.state[0]
    assert (swell.name, swell.label, swell.kind, swell.unit) == ("swell_m", "Swell", "number", "m")
    assert (swell.minimum, swell.maximum, swell.step, swell.graded, swell.ceiling) == (0, 5, 0.1, True, 2.0)
    assert [field.kind for field in shape.state] == ["number", "number", "choice", "integer", "flag", "text"]
    assert [command.name for command in shape.commands] == [
        "set_swell",
        "swell_by",
        "set_weather",
        "hoist",
        "drift",
        "capsize",
    ]
    weather = shape.commands[2].parameters[0]
    assert weather.choices == ["calm", "breeze", "storm"]
    assert shape.commands[0].sets == "swell_m"
    assert shape.commands[0].help == "Raise or calm the sea."
    assert shape.commands[3].by == [Role.LEAD, Role.SUBJECT]


def test_only_graded_fields_have_a_ceiling() -> None:
    assert set(graded_fields(Sea)) == {"swell_m", "weather"}
    shape = describe("sea", Sea, {"birds": 3.0})
    assert all(field.ceiling is None for field in shape.state)


def test_a_later_choice_is_the_stronger() -> None:
    weather = graded_fields(Sea)["weather"]
    assert rank(weather, Weather.CALM) < rank(weather, "breeze") < rank(weather, Weather.STORM)


def test_field_that_no_panel_can_show_is_refused() -> None:
    class Odd(Experience):
        title = "Odd"
        scene = "odd"

        class State(State):
            many: list[int] = []  # noqa: RUF012 - msgspec copies defaults

    with pytest.raises(TypeError, match="many is a list"):
        describe("odd", Odd)


def test_bare_experience_does_nothing() -> None:
    class Still(Experience):
        title = "Still"
        scene = "still"

    still = Still(Random(0))
    still.tick(1.0)
    still.on_stop()
    assert still.summary() == {}
    shape: Any = describe("still", Still)
    assert shape.state == shape.commands == []
