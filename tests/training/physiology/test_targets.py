from pathlib import Path

import pytest

from abaton.training.physiology.targets import Finding, findings
from abaton.training.physiology.wrong import page

GUIDE = Path(__file__).parents[3] / "docs/reference/where_the_patient_is_wrong.md"


@pytest.fixture(scope="module")
def found() -> tuple[Finding, ...]:
    return findings()


def test_every_target_has_a_source_and_a_band(found: tuple[Finding, ...]) -> None:
    assert len({finding.target for finding in found}) == len(found) > 50
    for finding in found:
        assert finding.source
        assert finding.least < finding.most


def test_bands_at_rest_and_haemorrhage_are_met(found: tuple[Finding, ...]) -> None:
    missed = {finding.target for finding in found if not finding.met}
    assert not {target for target in missed if target.startswith(("rest: ", "haemorrhage at", "ventilator", "apnoea"))}


def test_the_page_tells_where_the_model_is_wrong(found: tuple[Finding, ...]) -> None:
    """`python -m abaton.training.physiology.wrong` makes the page; figures may differ in their last digits."""
    told = GUIDE.read_text()
    for finding in found:
        assert f"| {finding.target} |" in told
        assert (f"| {finding.target} | missed" in told) == (not finding.met)
    assert page(found).splitlines()[0] == told.splitlines()[0]


def test_a_target_beyond_its_band_is_missed() -> None:
    assert Finding("x", 2.0, 1.0, 3.0, "", "y").met
    assert not Finding("x", 4.0, 1.0, 3.0, "", "y").met
    assert not Finding("x", float("nan"), 1.0, 3.0, "", "y").met
