"""Runs are deterministic, can be played again, branched by a change, and taken apart."""

import math
from functools import lru_cache
from importlib import resources

import msgspec
import pytest

from abaton.core.errors import Problem
from abaton.training.scenario.acts import Act
from abaton.training.scenario.debrief import debrief, missed_earlier, turns, why_turned
from abaton.training.scenario.learners import recorded, robot
from abaton.training.scenario.playing import Change, Played, counterfactual, play, why_changed
from abaton.training.scenario.reading import read_text, shipped
from abaton.training.scenario.running import begin, seen_now, step

BLEEDING = shipped("bleeding").scenario
BLEEDING_TEXT = resources.files("abaton.training.scenarios").joinpath("bleeding.yaml").read_text()


@lru_cache(maxsize=2)
def ideal() -> Played:
    return play(BLEEDING, robot("ideal"), 7)


def number_of(played: Played, words: str) -> int:
    return next(number for number, act in enumerate(played.acts) if words in act.text)


def test_the_same_scenario_seed_and_acts_give_the_same_run() -> None:
    again = play(BLEEDING, recorded(ideal().acts), 7)
    assert again.digest == ideal().digest
    assert again.events == ideal().events
    assert play(BLEEDING, recorded(ideal().acts[1:]), 7).digest != ideal().digest


def test_a_change_before_the_tourniquet_costs_blood_and_points() -> None:
    found = counterfactual(ideal(), Change("move", number_of(ideal(), "tourniquet"), to_s=200.0))
    lost = [each.timeline[-1].lost_ml for each in (ideal(), found.played)]
    assert lost[1] > lost[0]
    assert found.played.score.total < ideal().score.total
    assert "instead of 20 s" in found.told
    assert ("Puts on a tourniquet within two minutes", "done", "late") in [
        (each.what, each.before, each.after) for each in found.differs
    ]


def test_without_pressure_and_tourniquet_the_same_acts_do_not_save() -> None:
    first = counterfactual(ideal(), Change("remove", number_of(ideal(), "tourniquet")))
    second = counterfactual(first.played, Change("remove", number_of(first.played, "pressure")))
    assert second.played.score.critical_failed == ("control",)
    assert min(v.mean_mmhg for v in second.played.timeline) < min(v.mean_mmhg for v in ideal().timeline)


def test_an_act_can_be_added() -> None:
    act = Act(30.0, "order", {"text": "crystalloid 1500 ml over 5 min"})
    found = counterfactual(ideal(), Change("add", act=act))
    assert "diluted" in found.played.score.critical_failed


@pytest.mark.parametrize("change", [Change("remove", 99), Change("move", 0, to_s=-3.0), Change("add")])
def test_a_change_that_cannot_be_is_refused(change: Change) -> None:
    with pytest.raises(Problem):
        counterfactual(ideal(), change)


def test_the_parts_of_a_change_add_up() -> None:
    idle = play(BLEEDING, robot("idle"), 7)
    found = why_changed(idle, "mean_mmhg", 0.0, 120.0)
    assert math.isclose(sum(part.change for part in found.parts), found.last - found.first, abs_tol=1e-6)
    worst = min(found.parts, key=lambda part: part.change)
    assert worst.cause == "bleeding from the leg"


def test_the_trace_plays_the_span_as_it_was() -> None:
    found = why_changed(ideal(), "mean_mmhg", 0.0, 60.0)
    last = [vitals.mean_mmhg for vitals in ideal().timeline[56:61]]
    assert found.last == pytest.approx(sum(last) / len(last), abs=1e-9)


def test_the_debrief_is_bound_to_the_timeline() -> None:
    idle = play(BLEEDING, robot("idle"), 7)
    told = debrief(idle)
    assert "bleeding, edition 2026-11-20" in told.stamp
    control = next(line for line in told.lines if line.item == "control")
    assert (control.time_s, control.good, control.critical) == (None, False, True)
    assert "400 ml" in control.said
    assert told.turns
    assert all(turn.to_s - turn.from_s == 60 for turn in told.turns)
    assert why_turned(idle, told.turns[0]).sign == "mean_mmhg"
    assert all(line.said for line in debrief(ideal()).lines)
    assert turns(idle, "heart_rate", most=1)[0].sign == "heart_rate"


def test_what_came_late_is_played_earlier() -> None:
    late = counterfactual(ideal(), Change("move", number_of(ideal(), "tourniquet"), to_s=200.0)).played
    found = missed_earlier(late)
    assert any("tourniquet" in each.told and each.played.score.total > late.score.total for each in found)


def test_a_step_leaves_the_run_before_it_as_it_was() -> None:
    run = begin(BLEEDING, 3)
    first, course = step(run, [Act(0.0, "treat", {"name": "pressure", "site": "leg"})])
    second, _ = step(run, [Act(0.0, "treat", {"name": "pressure", "site": "leg"})])
    assert run.time_s == 0
    assert run.acts == ()
    assert first.vitals == second.vitals
    assert len(course.values) == 125


def test_what_cannot_be_done_is_told_and_nothing_breaks() -> None:
    run = begin(BLEEDING, 3)
    acts = [
        Act(0.0, "order", {"text": "adrenaline 500 mg im"}),
        Act(0.0, "order", {"text": "unobtainium 5 mg iv"}),
        Act(0.0, "treat", {"name": "needle_decompression", "side": "left"}),
        Act(0.0, "device", {"name": "aed", "command": "on"}),
        Act(0.0, "shock", {"joules": 200.0}),
        Act(0.0, "treat", {"name": "pressure", "site": "moon"}),
    ]
    run, _ = step(run, acts)
    for _ in range(6):
        run, _ = step(run)
    refused = [event.text for event in run.events if event.kind == "refused"]
    assert len(refused) == len(acts)
    assert any("500 mg" in text for text in refused)
    with pytest.raises(Problem):
        step(run, [Act(0.0, "call", {})])
    with pytest.raises(Problem):
        begin(BLEEDING, -1)


def test_a_learner_knows_what_is_attached_and_no_more() -> None:
    run = begin(BLEEDING, 3)
    assert set(seen_now(run).known) == {"coma_scale"}
    assert seen_now(run).pulse is None
    run, _ = step(run, [Act(0.0, "device", {"name": "monitor", "command": "attach", "sensor": "nibp"})])
    assert "mean_mmhg" not in seen_now(run).known
    for _ in range(31):
        run, _ = step(run)
    assert seen_now(run).known["mean_mmhg"] == pytest.approx(run.vitals.mean_mmhg, abs=15)
    run, _ = step(run, [Act(0.0, "examine", {"what": "pulse"})])
    assert seen_now(run).pulse is True


def test_an_unconscious_patient_does_not_answer() -> None:
    run = begin(BLEEDING, 3)
    run, _ = step(run, [Act(0.0, "ask", {"text": "Do you take any medicines?"})])
    assert run.events[-1].kind == "item" or "rivaroxaban" in " ".join(event.text for event in run.events)
    vitals = msgspec.structs.replace(run.patient.vitals, coma_scale=8)
    run = msgspec.structs.replace(run, patient=msgspec.structs.replace(run.patient, vitals=vitals))
    run, _ = step(run, [Act(0.0, "ask", {"text": "Are you allergic to anything?"})])
    assert run.events[-1].text == "The patient does not answer."


def test_a_touched_patient_in_a_shock_is_a_use_error() -> None:
    run = begin(shipped("cardiac_arrest").scenario, 1)
    run, _ = step(run, [Act(0.0, "device", {"name": "aed", "command": "on"})])
    run, _ = step(run, [Act(0.0, "device", {"name": "aed", "command": "pads"})])
    for _ in range(14):
        run, _ = step(run)
    assert run.defibrillator is not None
    assert run.defibrillator.state == "charged"
    run, _ = step(run, [Act(0.0, "shock", {"clear": False})])
    assert {deed.name for deed in run.deeds if deed.kind == "use_error"} == {"shock_without_clearing"}
    assert run.shocks == 1
    assert "unclear" in run.held_s


def test_robots_that_do_not_exist() -> None:
    with pytest.raises(Problem, match="Did you mean 'ideal'"):
        robot("ideel")


def test_stages_are_entered_once_and_in_their_order() -> None:
    text = (
        "states:\n  - name: first\n  - name: second\n    when: time >= 5\n  - name: third\n    when: time >= 3\n"
        "    after: [second]\n    outcome: stable\n"
    )
    source = BLEEDING_TEXT[: BLEEDING_TEXT.index("states:")] + text + BLEEDING_TEXT[BLEEDING_TEXT.index("actions:") :]
    played = play(read_text(source, "x.yaml").scenario, robot("idle"))
    assert played.run.passed_states == ("first", "second", "third")
    assert (played.run.time_s, played.outcome) == (6.0, "stable")
