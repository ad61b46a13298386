"""What no careful person would do to a patient: extremes of people and input, each answered and none believed."""

from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.training.patient import Patient, admit, tick
from abaton.training.physiology.engine import set_rhythm
from abaton.training.physiology.person import Person
from abaton.training.physiology.rhythm import Rhythm
from abaton.training.physiology.vitals import Vitals
from abaton.training.scenario.acts import Act, checked
from abaton.training.scenario.learners import recorded, robot
from abaton.training.scenario.linter import lint
from abaton.training.scenario.playing import Played, play, why_changed
from abaton.training.scenario.reading import read_text, shipped, shipped_names
from abaton.training.scenario.run import Run
from abaton.training.scenario.running import begin, step

BLEEDING = (Path(__file__).parents[2] / "src/abaton/training/scenarios/bleeding.yaml").read_text()
WOUND = "{name: haemorrhage, arguments: {site: leg, rate_ml_min: 420}, at_s: -180}"
ALL = ("hypertension", "heart_failure", "copd", "obesity", "anaemia", "coronary")
EXTREMES = (
    Person(18, "female", 35, 140, 0.0),
    Person(95, "male", 200, 210, 0.0, ALL),
    Person(95, "female", 35, 140, 0.0, ("heart_failure", "anaemia", "copd", "coronary")),
    Person(18, "male", 200, 140, 1.0, ("obesity",)),
    Person(18, "male", 35, 210, 1.0),
)
PLAUSIBLE = {
    "heart_rate": (0, 260), "mean_mmhg": (-5, 220), "systolic_mmhg": (-5, 300), "saturation_pct": (0, 100),
    "ph": (6, 7.8), "respiratory_rate": (0, 70), "etco2_mmhg": (0, 120), "temperature_c": (30, 42),
    "blood_volume_ml": (800, 13000), "haemoglobin_g_dl": (1, 32), "lactate_mmol_l": (0, 40), "coma_scale": (3, 15),
}  # fmt: skip


def doing(name: str, *acts: Act) -> Run:
    """A run of a scenario with these acts in its first second, a little later."""
    run = begin(shipped(name).scenario, 1)
    run, _ = step(run, acts)
    for _ in range(20):
        run, _ = step(run)
    return run


def refused(run: Run) -> str:
    return " ".join(event.text for event in run.events if event.kind == "refused")


@cache
def played(name: str, learner: str) -> Played:
    return play(shipped(name).scenario, robot(learner), 1)


def rested(person: Person, seconds: int = 60) -> Patient:
    patient = admit(person)
    for _ in range(seconds):
        patient, _ = tick(patient, 1000)
    return patient


def absurd(vitals: Vitals) -> list[str]:
    return [
        f"{sign} {getattr(vitals, sign)}"
        for sign, (least, most) in PLAUSIBLE.items()
        if not least <= float(getattr(vitals, sign)) <= most
    ]


@pytest.mark.parametrize("name", shipped_names())
@pytest.mark.parametrize("person", EXTREMES[:3], ids=lambda person: f"{person.age_years}-{person.weight_kg}")
def test_half_an_hour_without_help_stays_physiology(name: str, person: Person) -> None:
    run = begin(shipped(name).scenario, 1, person)
    for _ in range(1800):
        run, _ = step(run)
        assert absurd(run.patient.vitals) == []
    assert np.isfinite(run.patient.body.state).all()


@pytest.mark.parametrize("person", EXTREMES, ids=lambda person: f"{person.age_years}-{person.weight_kg}")
def test_whoever_is_well_is_awake(person: Person) -> None:
    vitals = rested(person).vitals
    assert vitals.coma_scale == 15
    assert vitals.pulse
    assert 45 < vitals.heart_rate < 110
    assert vitals.saturation_pct > 90


@pytest.mark.parametrize("rhythm", [Rhythm.TACHYCARDIA, Rhythm.ATRIAL_FIBRILLATION, Rhythm.VENTRICULAR_TACHYCARDIA])
def test_a_fast_bad_rhythm_raises_no_pressure(rhythm: Rhythm) -> None:
    well = rested(Person(), 30)
    ill = msgspec.structs.replace(well, body=set_rhythm(well.body, rhythm))
    for _ in range(60):
        ill, _ = tick(ill, 1000)
    assert ill.vitals.rhythm == rhythm
    assert 60 < ill.vitals.mean_mmhg < well.vitals.mean_mmhg + 8
    assert ill.vitals.pulse


def test_sepsis_muddles_and_does_not_fell_at_once() -> None:
    line = played("septic_shock", "idle").timeline
    assert 12 <= line[0].coma_scale <= 14


def test_no_breath_no_end_tidal_carbon_dioxide() -> None:
    line = played("opioid_overdose", "idle").timeline
    still = [vitals for vitals in line if vitals.respiratory_rate == 0]
    assert len(still) > 60
    assert {vitals.etco2_mmhg for vitals in still} == {0.0}


@pytest.mark.parametrize("name", shipped_names())
@pytest.mark.parametrize("sign", ["mean_mmhg", "heart_rate", "saturation_pct"])
def test_parts_add_up_to_what_was_seen(name: str, sign: str) -> None:
    run = played(name, "ideal" if name == "cardiac_arrest" else "idle")
    end = run.run.time_s - 10
    for first, last in ((0.0, 60.0), (end - 60, end)):
        told = why_changed(run, sign, first, last)
        seen = [
            float(np.mean([getattr(vitals, sign) for vitals in run.timeline[place : place + 5]]))
            for place in (round(first) + 1, round(last) - 4)
        ]
        assert told.last - told.first == pytest.approx(seen[1] - seen[0], abs=1e-9)
        assert sum(part.change for part in told.parts) == pytest.approx(seen[1] - seen[0], abs=1e-6)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("adrenaline 500 mg im", "1000 times the highest usual dose"),
        ("fentanyl 100 mg iv insist", "500 times"),
        ("crystalloid 500 l", "250 times"),
        ("noradrenaline 0.1 mg/kg/min", "100 times"),
        ("adrenaline 0.5 ml im", "Say it in mg"),
        ("fentanyl nan ug iv", "no number"),
        ("unobtainium 5 mg iv", "no drug of the formulary"),
        ("propofol 100 mg iv", "not at hand"),
    ],
)
def test_an_order_that_may_not_be_is_refused_in_its_own_words(text: str, says: str) -> None:
    run = doing("bleeding", Act(0, "order", {"text": text}))
    assert text.split()[0] in refused(run)
    assert says in refused(run)
    assert run.patient.drugs.labels == ()


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (Act(0, "device", {"name": "monitor", "command": "explode"}), "the command 'explode' of monitor"),
        (Act(0, "device", {"name": "monitor"}), "monitor without a command"),
        (Act(0, "device", {"name": "aed", "command": "switch_on"}), "There is no aed here"),
        (Act(0, "shock", {"joules": 200.0, "clear": True}), "not at hand"),
        (Act(0, "treat", {"name": "tourniquet"}), "tourniquet without 'site'"),
    ],
)
def test_what_makes_no_sense_at_the_bedside_is_refused(act: Act, says: str) -> None:
    assert says in refused(doing("bleeding", act))


def test_a_needle_goes_nowhere_by_itself() -> None:
    run = doing("tension_pneumothorax", Act(0, "treat", {"name": "needle_decompression"}))
    assert "needle_decompression without 'side'" in refused(run)


@pytest.mark.parametrize("time_s", [float("nan"), float("inf"), -1.0, 1e9])
def test_acts_outside_time_are_refused(time_s: float) -> None:
    with pytest.raises(Problem, match="0 to 7200 s"):
        checked(Act(time_s, "call", {"who": "team"}))


def test_acts_out_of_order_are_the_same_run() -> None:
    acts = played("bleeding", "ideal").acts
    scenario = shipped("bleeding").scenario
    assert play(scenario, recorded(acts[::-1]), 1).score.total == 100
    assert play(scenario, recorded(acts), 1).digest == played("bleeding", "ideal").digest


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("fitness: 0.6}", "fitness: 0.6, wieght_kg: 70}", "wieght_kg"),
        ("fitness: 0.6}", "fitness: 0.6, 3: 4}", "'3'"),
        ("age_years: 28", "age_years: .inf", "inf"),
        ("sex: male", "sex: !!python/object/apply:os.system ['true']", "patient.sex"),
        ("id: bleeding", "id: ../../etc", "meta.id"),
        ("date: 2023-03-01", "date: 20230301", "20230301"),
    ],
)
def test_a_file_is_refused_with_its_line(old: str, new: str, says: str) -> None:
    text = BLEEDING.replace(old, new, 1)
    line = 1 + text[: text.index(new)].count("\n")
    with pytest.raises(Problem) as told:
        read_text(text, "mine.yaml")
    assert f"mine.yaml:{line}: " in str(told.value)
    assert says in str(told.value)


@pytest.mark.parametrize(
    "wrong",
    [
        "{name: rhythm, arguments: {rhythm: VF, energy: 900}}",
        "{name: rhythm, arguments: {rhythm: VF, energy: much}}",
        "{name: rhythm, arguments: {rhythm: VF, enregy: 0.5}}",
        "{name: rhythm, arguments: {rhythm: jazz}}",
        "{name: drug, arguments: {order: fentanyl 1 kg iv}}",
        "{name: haemorrhage, arguments: {site: leg, rate_ml_min: 420000}}",
    ],
)
def test_an_insult_that_cannot_be_is_linted_and_never_played(wrong: str) -> None:
    written = read_text(BLEEDING.replace(WOUND, wrong), "mine.yaml")
    assert [finding for finding in lint(written) if finding.where == "mine.yaml:27"]
    with pytest.raises(Problem):
        step(begin(written.scenario, 1))


def test_a_bomb_of_references_is_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    with pytest.raises(Problem, match="reference"):
        read_text("\n".join(lines), "bomb.yaml")


def test_a_fraction_of_a_second_before_arrival_keeps_the_clock_whole() -> None:
    scenario = read_text(BLEEDING.replace("at_s: -180}", "at_s: -180.5}"), "mine.yaml").scenario
    assert begin(scenario, 1).time_s == 0


def test_a_run_that_is_branched_leaves_the_first_as_it_was() -> None:
    run = begin(shipped("bleeding").scenario, 1)
    before = run.patient.body.state.tobytes()
    bled, _ = step(run)
    given, _ = step(run, [Act(0, "order", {"text": "oxygen 15 l/min non-rebreather"})])
    assert run.patient.body.state.tobytes() == before
    assert bled.patient.body.state.tobytes() == step(run)[0].patient.body.state.tobytes()
    assert len(given.acts) == 1
    assert msgspec.structs.replace(run).acts == ()
