"""The page of a run."""

import re
from itertools import pairwise

import numpy as np
import pytest

from abaton.pages.writing import page_html
from abaton.training.page import apart, run_page, said, stages, weightiest, worst_span
from abaton.training.scenario.learners import robot
from abaton.training.scenario.playing import Played, play, why_changed
from abaton.training.scenario.reading import shipped


@pytest.fixture(scope="module")
def harmful() -> Played:
    return play(shipped("bleeding").scenario, robot("harmful"), 1)


@pytest.fixture(scope="module")
def text(harmful: Played) -> str:
    return page_html(run_page(harmful, "harmful", "Played again.", "2026-01-01 00:00 UTC"))


def test_the_page_tells_all_of_it(text: str, harmful: Played) -> None:
    for told in (
        "Bleeding after trauma", "For training, never for care", "Played again.", "Critical items failed",
        "trends", "What happened", "Why", "What would have been", "not at all", "ideal learner", "To talk through",
        "About this scenario", harmful.digest, harmful.scenario.meta.edition,
    ):  # fmt: skip
        assert told in text, told
    for result in harmful.score.results:
        assert result.text in text
    for act in harmful.acts:
        assert said(act) in text
    assert "nan" not in re.sub(r"<style>.*?</style>|sha256-\S+", "", text, flags=re.DOTALL).lower().split()


def test_the_parts_of_the_why_trace_add_up_on_the_page(text: str) -> None:
    found = re.findall(r"The parts add up to ([+-][\d.]+) \S+?, the change is ([+-][\d.]+)\.", text)
    assert found
    assert all(parts == change for parts, change in found)


def test_the_span_that_is_explained_is_the_worst(harmful: Played) -> None:
    start, end = worst_span(harmful, "mean_mmhg")
    mean = np.array([vitals.mean_mmhg for vitals in harmful.timeline])
    assert end - start == 120
    assert abs(mean[end] - mean[start]) > 0.8 * np.abs(mean[120:] - mean[:-120]).max()
    why = why_changed(harmful, "mean_mmhg", start, end)
    assert min(why.parts, key=lambda part: part.change).cause == "bleeding from the leg"


def test_the_act_that_mattered_most_is_found() -> None:
    played = play(shipped("bleeding").scenario, robot("ideal"), 1)
    found = weightiest(played)
    assert found is not None
    number, without = found
    distance = apart(played.timeline, without.played.timeline)
    assert played.acts[number].kind in ("treat", "order")
    assert distance > 1.0
    assert apart(played.timeline, played.timeline) == 0.0


def test_stages_fill_the_time(harmful: Played) -> None:
    found = stages(harmful)
    assert found[0].from_s == 0.0
    assert found[-1].to_s == harmful.run.time_s
    assert all(one.to_s == other.from_s for one, other in pairwise(found))
    assert {"bleeding", "shock", "arrest"} <= {stage.name for stage in found}


def test_who_did_nothing_is_shown_what_the_ideal_would_have_reached() -> None:
    played = play(shipped("bleeding").scenario, robot("idle"), 1)
    text = page_html(run_page(played, "idle"))
    assert "What the ideal learner would have reached" in text
    assert "The act that mattered most" not in text
