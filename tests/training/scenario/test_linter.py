"""The linter finds what is not sound and nothing in what is shipped."""

from pathlib import Path

import msgspec
import pytest

from abaton.training.scenario.linter import Edition, current, lint
from abaton.training.scenario.reading import read_text, shipped, shipped_names

FILE = Path(__file__).parents[3] / "src/abaton/training/scenarios/bleeding.yaml"
TEXT = FILE.read_text()


@pytest.mark.parametrize("name", shipped_names())
def test_what_is_shipped_is_sound(name: str) -> None:
    assert [str(finding) for finding in lint(shipped(name))] == []


def changed(*pairs: tuple[str, str]) -> str:
    text = TEXT
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("when: mean_mmhg < 60 for 20s", "when: mean_mmhg < 60 and mean_mmhg > 80", "state_unreachable"),
        ("when: mean_mmhg < 60 for 20s", "when: mean_mmhg > 400", "state_unreachable"),
        ("when: mean_mmhg < 60 for 20s", "when: given(propofol)", "state_unreachable"),
        ("when: mean_mmhg < 60 for 20s", "when: time > 1200", "state_unreachable"),
        ("when: mean_mmhg < 60 for 20s", "when: rhythm == VF and rhythm == asystole", "state_unreachable"),
        ("when: mean_mmhg < 60 for 20s", "when: doses(naloxone) >= 1", "state_unreachable"),
        ("when: not pulse for 30s", "when: shocked_beating", "state_unreachable"),
        ("    after: [arrest]\n", "    after: [arest]\n", "state_unknown"),
        ("when: called(trauma_team) or called(surgeon)", "when: shocked_unclear", "item_impossible"),
        ("when: done(tourniquet, leg)", "when: done(needle_decompression)", "item_impossible"),
        ("when: total_ml(blood) >= 300", "when: given(naloxone)", "item_impossible"),
        ("when: asked(medicines)", "when: asked(medicine)", "intent_unknown"),
        ("objective: spare", "objective: spar", "objective_unknown"),
        ("  - {id: spare,", "  - {id: spared,", "objective_unscored"),
        ('edition: "6", date: 2023-03-01', 'edition: "5", date: 2019-03-27', "guideline_outdated"),
        ("name: european_trauma_bleeding", "name: european_trauma", "guideline_unknown"),
        ("name: haemorrhage", "name: hemorrhage", "insult_unknown"),
        ("rate_ml_min: 420", "rate_ml_min: 42000", "argument_wrong"),
        ("of: [tranexamic acid,", "of: [tranexamic acd,", "drug_unknown"),
        ("of: [pressure, packing,", "of: [presure, packing,", "treatment_unknown"),
        ("    weight: 20\n", "    weight: 25\n", "weights_sum"),
        ("critical_cap: 40", "critical_cap: 80", "cap_too_high"),
        ("    - item: control\n", "    - item: controll\n", "item_unknown"),
        ("    - item: control\n", "    - item: tourniquet\n", "debrief_missing"),
        ("sign: mean_mmhg", "sign: mean", "sign_unknown"),
        ("text: oxygen 15 l/min non-rebreather", "text: oxigen 15 l/min", "drug_unknown"),
        ("text: oxygen 15 l/min non-rebreather", "text: naloxone 0.4 mg iv", "act_not_allowed"),
        ("do: call, arguments: {who: trauma_team}", "do: call, arguments: {whom: trauma_team}", "act_argument"),
        ("  - {intent: events,", "  - {intent: allergies,", "fact_twice"),
        ("by_s: 600", "by_s: 6000", "item_too_late"),
        ("    after: [control]\n", "    after: [exposure]\n", "order_circular"),
        ("when: (done(tourniquet) and mean_mmhg > 65) for 60s", "when: saturation_pct > 90 and mean_mmhg > 65 for 60s",
         "for_misleading"),
        ("of: leg, when: not done(tourniquet), text",
         "of: leg, when: not done(tourniquet) for 5s, text", "finding_for"),
        ("name: monitor}", "name: monitor, attached: [egc]}", "sensor_unknown"),
    ],
)  # fmt: skip
def test_what_is_not_sound_is_found_at_its_line(old: str, new: str, code: str) -> None:
    text = changed((old, new))
    found = [finding for finding in lint(read_text(text, "bleeding.yaml")) if finding.code == code]
    assert found, code
    first = text[: text.index(new) + 1].count("\n") + 1
    last = first + new.count("\n")
    for finding in found:
        name, _, line = finding.where.rpartition(":")
        assert name == "bleeding.yaml"
        assert finding.expected
        assert finding.next_step
        # Within the entry that was changed, or of an item or section that the change leaves alone.
        near = abs(int(line) - first) <= 12 or abs(int(line) - last) <= 12
        assert near or code in ("weights_sum", "debrief_missing", "fact_twice", "objective_unscored", "cap_too_high")


def test_a_newer_edition_makes_a_scenario_outdated() -> None:
    editions = current()
    newer = tuple(
        Edition(each.name, each.title, "next", "2031-01-01", each.source) if each.name == "erc" else each
        for each in editions.guidelines
    )
    later = msgspec.structs.replace(editions, guidelines=newer)
    assert [finding.code for finding in lint(shipped("opioid_overdose"), later)] == ["guideline_outdated"]


def test_every_edition_has_a_source_and_a_date() -> None:
    for each in current().guidelines:
        assert each.source
        assert "2000-01-01" < each.date <= current().checked
