import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.live.command import CommandCheck, Refusal
from abaton.live.role import Role
from tests.live.conftest import Sea, Weather


def refusal(code: str, role: Role, name: str, arguments: dict[str, Any], ceilings: dict[str, Any] | None = None) -> str:
    with pytest.raises(Refusal) as caught:
        CommandCheck(Sea, ceilings or {}).check(role, name, arguments, 0.0, None)
    assert caught.value.code == code
    return str(caught.value)


def test_arguments_come_back_in_their_types() -> None:
    check = CommandCheck(Sea, {})
    assert check.check(Role.LEAD, "set_swell", {"swell_m": 2}, 0.0, None) == {"swell_m": 2.0}
    assert check.check(Role.LEAD, "set_weather", {"weather": "storm"}, 0.0, None) == {"weather": Weather.STORM}


def test_bad_commands_are_told_apart() -> None:
    assert "one of capsize, drift, hoist" in refusal("unknown", Role.LEAD, "sink", {})
    assert "Ask the lead" in refusal("role", Role.SUBJECT, "set_swell", {"swell_m": 1})
    refusal("malformed", Role.LEAD, "set_swell", {})
    refusal("malformed", Role.LEAD, "set_swell", {"swell_m": 1, "more": 1})
    refusal("malformed", Role.LEAD, "set_swell", {"swell_m": "1"})
    refusal("malformed", Role.LEAD, "set_weather", {"weather": "snow"})
    assert "0 to 5 m" in refusal("range", Role.LEAD, "set_swell", {"swell_m": 5.01})
    assert "at most this patient's ceiling, 2.0" in refusal(
        "ceiling", Role.LEAD, "set_swell", {"swell_m": 2.5}, {"swell_m": 2.0}
    )
    refusal("ceiling", Role.LEAD, "set_weather", {"weather": "storm"}, {"weather": "breeze"})


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none_are_out_of_range(value: float) -> None:
    refusal("range", Role.LEAD, "set_swell", {"swell_m": value})
    refusal("range", Role.LEAD, "drift", {"heading": value})


def test_same_command_again_too_soon() -> None:
    check = CommandCheck(Sea, {})
    check.check(Role.LEAD, "set_swell", {"swell_m": 1}, 10.0, None)
    with pytest.raises(Refusal, match=r"at least 0\.5 s") as caught:
        check.check(Role.LEAD, "set_swell", {"swell_m": 1}, 10.4, None)
    assert caught.value.code == "rate"
    check.check(Role.LEAD, "set_weather", {"weather": "calm"}, 10.4, None)
    check.check(Role.LEAD, "set_swell", {"swell_m": 1}, 10.5, None)


def test_a_refused_command_does_not_count_for_the_rate() -> None:
    check = CommandCheck(Sea, {})
    with pytest.raises(Refusal):
        check.check(Role.LEAD, "set_swell", {"swell_m": 9}, 0.0, None)
    check.check(Role.LEAD, "set_swell", {"swell_m": 1}, 0.1, None)


def test_while_stopped_graded_values_may_only_fall() -> None:
    check = CommandCheck(Sea, {})
    held = {"swell_m": 1.0, "weather": Weather.BREEZE}
    with pytest.raises(Refusal) as caught:
        check.check(Role.LEAD, "set_swell", {"swell_m": 1.1}, 0.0, held)
    assert caught.value.code == "phase"
    check.check(Role.LEAD, "set_swell", {"swell_m": 0.5}, 0.0, held)
    check.check(Role.LEAD, "set_weather", {"weather": "calm"}, 0.0, held)
    check.check(Role.SUBJECT, "hoist", {"flag": True}, 0.0, held)


@given(
    st.text(max_size=8),
    st.dictionaries(st.text(max_size=4), st.none() | st.floats() | st.text(max_size=4) | st.lists(st.integers())),
    st.sampled_from(Role),
)
def test_anything_else_is_a_refusal_and_nothing_worse(name: str, arguments: dict[str, Any], role: Role) -> None:
    with pytest.raises(Refusal):
        CommandCheck(Sea, {}).check(role, name, arguments, 0.0, None)


@given(st.floats(0, 5), st.floats(0, 5))
def test_nothing_passes_above_the_ceiling(value: float, ceiling: float) -> None:
    check = CommandCheck(Sea, {"swell_m": ceiling})
    if value <= ceiling:
        assert check.check(Role.LEAD, "set_swell", {"swell_m": value}, 0.0, None) == {"swell_m": value}
        return
    with pytest.raises(Refusal) as caught:
        check.check(Role.LEAD, "set_swell", {"swell_m": value}, 0.0, None)
    assert caught.value.code == "ceiling"
