"""Alarms by a clock that is passed in: delays, latching, acknowledging, audio pause."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.core.errors import Problem
from abaton.training.devices import alarms
from abaton.training.devices.alarms import SIGNALS, AlarmChange, Board, Rule
from abaton.training.devices.machine import UseError

HEART = Rule("heart", "HR low", "medium", condition_delay_s=5.0, signal_delay_s=1.0)
ARREST = Rule("arrest", "Asystole", "high", condition_delay_s=3.0, signal_delay_s=1.0, latching=True)
LEAD = Rule("lead", "Lead off", "low")
BOARD = Board((HEART, ARREST, LEAD))


def through(board: Board, *steps: tuple[float, str]) -> tuple[Board, list[AlarmChange]]:
    """The board after steps of seconds and conditions (names with blanks between)."""
    changes: list[AlarmChange] = []
    for seconds, names in steps:
        board, happened = alarms.after(board, seconds, dict.fromkeys(names.split()))
        changes.extend(event for event in happened if isinstance(event, AlarmChange))
    return board, changes


def test_it_is_raised_after_both_delays_and_logs_them():
    board, changes = through(BOARD, (10.0, ""), (5.9, "heart"))
    assert (changes, alarms.sounding(board)) == ([], None)
    board, changes = through(board, (0.2, "heart"))
    assert [(c.name, c.change, c.priority) for c in changes] == [("heart", "raised", "medium")]
    assert (changes[0].began_s, changes[0].condition_delay_s, changes[0].signal_delay_s) == (10.0, 5.0, 1.0)
    assert changes[0].time_s == 16.0
    assert alarms.sounding(board) == SIGNALS["medium"]


def test_a_condition_that_does_not_last_is_none():
    board, changes = through(BOARD, (4.9, "heart"), (0.1, ""), (4.9, "heart"), (1.0, ""))
    assert (changes, board.alarms) == ([], ())


def test_what_does_not_latch_ends_with_its_condition():
    board, changes = through(BOARD, (7.0, "heart"), (1.0, ""))
    assert [change.change for change in changes] == ["raised", "ended"]
    assert alarms.seen(board) == ()


def test_what_latches_stays_until_acknowledged():
    board, changes = through(BOARD, (5.0, "arrest"), (60.0, ""))
    assert [change.change for change in changes] == ["raised", "latched"]
    assert alarms.sounding(board) == SIGNALS["high"]
    board, happened = alarms.acknowledged(board)
    assert [event.change for event in happened] == ["ended"]
    assert (alarms.seen(board), alarms.sounding(board)) == ((), None)


def test_what_is_acknowledged_is_seen_and_not_heard():
    board, _ = through(BOARD, (5.0, "arrest"))
    board, _ = alarms.acknowledged(board)
    assert (alarms.seen(board), alarms.sounding(board)) == ((ARREST,), None)
    board, changes = through(board, (1.0, ""), (5.0, "arrest"))
    assert [change.change for change in changes] == ["ended", "raised"]
    assert alarms.sounding(board) == SIGNALS["high"]


def test_the_most_urgent_sounds():
    board, _ = through(BOARD, (10.0, "lead heart"))
    assert alarms.sounding(board) == SIGNALS["medium"]
    board, _ = through(board, (10.0, "lead heart arrest"))
    assert alarms.sounding(board) == SIGNALS["high"]
    assert alarms.seen(board) == (ARREST, HEART, LEAD)


def test_a_rule_that_covers_another_is_shown_alone():
    low, very_low = Rule("low", "low", "medium"), Rule("very_low", "very low", "high", covers="low")
    board, _ = through(Board((low, very_low)), (1.0, "low very_low"))
    assert alarms.seen(board) == (very_low,)


def test_a_pause_is_silent_for_two_minutes_and_no_longer():
    board, _ = through(BOARD, (10.0, "heart"))
    board = alarms.paused(board, 120.0)
    assert (alarms.silenced(board), alarms.sounding(board), alarms.seen(board)) == (True, None, (HEART,))
    quiet, happened = alarms.after(board, 119.9, {"heart": None})
    assert (alarms.sounding(quiet), happened) == (None, ())
    loud, happened = alarms.after(quiet, 0.1, {"heart": None})
    assert alarms.sounding(loud) == SIGNALS["medium"]
    assert [event.code for event in happened if isinstance(event, UseError)] == ["alarm_silenced_forgotten"]
    for seconds in (121.0, -1.0, float("nan")):
        with pytest.raises(Problem) as met:
            alarms.paused(board, seconds)
        assert met.value.code == "alarm_pause_too_long"


def test_a_pause_after_which_nothing_is_wrong_was_not_forgotten():
    board, _ = through(BOARD, (10.0, "heart"))
    _, happened = alarms.after(alarms.paused(board, 60.0), 61.0, {})
    assert not [event for event in happened if isinstance(event, UseError)]


def test_a_new_danger_breaks_the_pause():
    board, _ = through(BOARD, (10.0, "heart"))
    board, changes = through(alarms.paused(board, 120.0), (5.0, "heart arrest"))
    assert [change.name for change in changes] == ["arrest"]
    assert alarms.sounding(board) == SIGNALS["high"]
    calm, _ = through(alarms.paused(BOARD, 120.0), (10.0, "heart"))
    assert alarms.sounding(calm) is None


def test_a_condition_without_a_rule_is_refused():
    with pytest.raises(Problem):
        alarms.after(BOARD, 1.0, {"thirst": None})


def test_signals_tell_priorities_apart():
    """High is 10 pulses in groups of 5 and flashes faster than medium, which has 3 (IEC 60601-1-8)."""
    assert [SIGNALS[name].pulses for name in ("high", "medium", "low")] == [10, 3, 2]
    assert SIGNALS["high"].group == 5
    assert SIGNALS["high"].flash_hz[0] > SIGNALS["medium"].flash_hz[1] > SIGNALS["low"].flash_hz[1] == 0


@given(
    st.lists(st.tuples(st.floats(0.01, 9.0), st.booleans()), max_size=12),
    st.lists(st.integers(1, 4), min_size=12, max_size=12),
)
def test_times_do_not_depend_on_how_time_is_cut(steps: list[tuple[float, bool]], cuts: list[int]):
    """An alarm is raised when its condition has lasted for both delays, however often the board is asked."""
    _, whole = through(BOARD, *((seconds, "heart" if held else "") for seconds, held in steps))
    fine = [
        (seconds / cut, "heart" if held else "")
        for (seconds, held), cut in zip(steps, cuts, strict=False)
        for _ in range(cut)
    ]
    _, cut_up = through(BOARD, *fine)
    assert [(change.name, change.change) for change in whole] == [(change.name, change.change) for change in cut_up]
    ends = list(itertools.accumulate((seconds for seconds, _ in steps), initial=0.0))
    expected: list[float] = []
    began = None
    for (_, held), start, end in zip(steps, ends, ends[1:], strict=False):
        began = (start if began is None else began) if held else None
        if began is not None and began + 6.0 <= end and began + 6.0 not in expected:
            expected.append(began + 6.0)
    assert [change.time_s for change in whole if change.change == "raised"] == pytest.approx(expected)
