"""Robots prove every shipped scenario: the ideal one scores high and saves, the idle and the harmful one fail."""

from functools import lru_cache

import pytest

from abaton.training.scenario.context import RunContext
from abaton.training.scenario.learners import robot
from abaton.training.scenario.playing import Played, play
from abaton.training.scenario.predicates import holds, parse
from abaton.training.scenario.reading import shipped, shipped_names
from abaton.training.scenario.run import Run

NAMES = shipped_names()


@lru_cache(maxsize=32)
def ran(name: str, learner: str, seed: int = 1) -> tuple[Played, bool]:
    """A run, and whether what is expected of the idle learner's patient held at some time."""
    scenario = shipped(name).scenario
    condition = parse(scenario.learners.expect.idle)
    held: list[bool] = []

    def watch(run: Run) -> None:
        held.append(holds(condition, RunContext(run), run.time_s, {}))

    return play(scenario, robot(learner), seed, watch), any(held)


@pytest.mark.parametrize("name", NAMES)
def test_the_ideal_learner_scores_high_and_the_patient_improves(name: str) -> None:
    played, _ = ran(name, "ideal")
    assert played.score.total >= 90
    assert played.score.passed
    assert not played.score.critical_failed
    assert played.outcome == "recovered"
    expected = parse(played.scenario.learners.expect.ideal)
    assert holds(expected, RunContext(played.run), played.run.time_s, {})
    assert not [event for event in played.events if event.kind == "refused"]


@pytest.mark.parametrize("name", NAMES)
def test_the_idle_learner_scores_low_and_the_patient_deteriorates(name: str) -> None:
    played, worse = ran(name, "idle")
    assert played.acts == ()
    assert played.score.total <= 40
    assert worse
    assert played.outcome in ("deteriorated", "died")


@pytest.mark.parametrize("name", NAMES)
def test_the_harmful_learner_fails_a_critical_item(name: str) -> None:
    played, _ = ran(name, "harmful")
    assert played.score.critical_failed
    assert played.score.total <= played.scenario.score.critical_cap
    broken = [result for result in played.score.results if result.verdict == "broken"]
    assert broken, "a harmful learner does what never should be done, not only too little"


@pytest.mark.parametrize("seed", [0, 2, 3, 4, 5])
def test_the_ideal_learner_of_the_arrest_is_good_whatever_chance_says(seed: int) -> None:
    assert ran("cardiac_arrest", "ideal", seed)[0].score.total >= 90
