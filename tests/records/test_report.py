import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.live import log
from abaton.live.role import Role
from abaton.records.report import Series, Summary, make_report, standing, summarise
from abaton.records.sentences import sentence
from tests.records.conftest import OPENED, STORY, chain_of

TIMES = [1_750_000_000_000_000 + step * 1_000_000 for step in range(4)]
HEIGHT = Series("height_m", "m", TIMES, [0.0, 6.0, 12.0, 11.0])
RAILING = Series("railing", "", TIMES, ["full", "full", "low", "low"])
HEART = Series("heart_rate", "/min", TIMES, [70.0, 80.0, 90.0, 81.5])


def test_the_summary_of_a_session() -> None:
    assert summarise(chain_of("s", STORY), [HEIGHT, RAILING, HEART]) == Summary(
        duration_s=14.0,
        stops=1,
        suds_first=55.0,
        suds_peak=55.0,
        suds_last=30.5,
        heart_rate_mean_bpm=80.4,
        peaks={"height_m": 12.0},
    )


@pytest.mark.parametrize("told", [[], [OPENED]])
def test_a_session_in_which_nothing_happened(told: list[log.AnyFact]) -> None:
    entries = chain_of("s", told)
    assert summarise(entries, []) == Summary(0.0, 0, None, None, None, None, {})
    assert make_report(entries, []).series == ()


def test_the_timeline_holds_series_events_and_notes() -> None:
    report = make_report(chain_of("s", STORY), [HEIGHT, HEART])
    assert [series.name for series in report.series] == ["height_m", "heart_rate", "suds"]
    assert list(report.series[2].values) == [55.0, 30.5]
    assert [note.text for note in report.notes] == ["Breathes calmly. Ωραία!"]
    assert report.notes[0].elapsed_s == 7.0
    told = {mark.entry: mark.text for mark in report.events}
    assert told[0] == "Session opened"
    assert told[4] == "Rise to 12"
    assert told[6] == "SUDS 55, by gaze"
    assert told[9] == "Stopped by the subject (grips)"
    assert 7 not in told


def test_what_was_voided_did_not_happen() -> None:
    told: list[log.AnyFact] = [
        OPENED,
        log.Stopped(None, "heartbeat"),
        log.Answered(1, "suds", 90, "gaze"),
        log.Voided(1),
        log.Voided(2),
    ]
    entries = chain_of("s", told)
    assert summarise(entries, []).stops == 0
    assert summarise(entries, []).suds_peak is None
    assert [entry.number for entry in standing(entries)] == [0, 3, 4]


def test_other_measures_are_not_suds() -> None:
    entries = chain_of("s", [OPENED, log.Answered(1, "pain", 90, "gaze")])
    assert summarise(entries, []).suds_first is None


def test_a_clock_set_back_gives_no_negative_duration() -> None:
    first = log.chain("s", None, 0, 2_000_000, "room", OPENED)
    assert summarise([first, log.chain("s", first, 60, 1_000_000, "room", log.Closed("done"))], []).duration_s == 0


def test_the_duration_ends_with_the_close_and_not_with_who_left_after_it() -> None:
    entries = chain_of("s", [OPENED, log.Closed("done"), log.Left("p", "left")])
    assert summarise(entries, []).duration_s == 1.0


@pytest.mark.parametrize("fact", STORY, ids=lambda fact: type(fact).__name__)
def test_every_fact_is_told_in_a_sentence_or_shown_elsewhere(fact: log.AnyFact) -> None:
    told = sentence(fact)
    assert (told is None) is isinstance(fact, log.Noted)
    assert told is None or "<" not in told


@pytest.mark.parametrize(
    ("fact", "told"),
    [
        (log.Stopped(None, "heartbeat"), "Stopped (heartbeat)"),
        (log.Left("p", "lost"), "A connection was lost"),
        (log.Left("p", "left"), "Someone left"),
        (log.Froze("lead"), "Held still (lead)"),
        (log.Thawed(), "Moving again"),
        (log.Reopened(), "Session reopened after the server ended"),
        (log.Recording(False, "consent withdrawn"), "Recording off (consent withdrawn)"),
        (log.ClockJumped(-3.5), "The clock was set back by 3.5 s"),
        (log.Joined("p", Role.OBSERVER), "The observer came in"),
        (log.Commanded("calm", 2, {}), "Calm"),
        (log.Checkpoint("00"), None),
        (log.Voided(3), None),
    ],
)
def test_sentences(fact: log.AnyFact, told: str | None) -> None:
    assert sentence(fact) == told


numbers = st.floats(-1e9, 1e9) | st.just(math.nan)


@given(values=st.lists(numbers, max_size=20), ratings=st.lists(st.floats(0, 100), max_size=10))
def test_peaks_and_ratings_are_among_what_was_given(values: list[float], ratings: list[float]) -> None:
    facts: list[log.AnyFact] = [OPENED, *(log.Answered(1, "suds", value, "gaze") for value in ratings)]
    found = summarise(chain_of("s", facts), [Series("height_m", "m", range(len(values)), values)])
    finite = [value for value in values if not math.isnan(value)]
    assert found.peaks == ({"height_m": max(finite)} if finite else {})
    ends = (ratings[0], max(ratings), ratings[-1]) if ratings else (None, None, None)
    assert (found.suds_first, found.suds_peak, found.suds_last) == ends
