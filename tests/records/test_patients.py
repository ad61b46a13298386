import datetime

import pytest

from abaton.core.errors import Problem
from abaton.records import audit, patients
from abaton.records.database import Database
from tests.records.conftest import Place

BORN = datetime.date(1990, 5, 6)


def test_a_patient_is_found_as_written(database: Database, place: Place) -> None:
    with database.read() as reading:
        found = patients.get(reading, place.id, place.patient.id)
    assert found == place.patient
    assert found.birth_date == datetime.date(1980, 2, 29)


@pytest.mark.parametrize("query", ["", "ariadne", "KALLI ari", "17", "élo", "  "])
def test_search_takes_every_word_in_any_case_and_script(database: Database, place: Place, query: str) -> None:
    with database.write() as writing:
        elodie = patients.add(
            writing, place.id, given_name="Élodie", family_name="Ünal", birth_date=BORN, by=place.lead.id
        )
        found = patients.search(writing, place.id, query)
    expected = {"": [place.patient, elodie], "  ": [place.patient, elodie], "élo": [elodie]}
    assert found == expected.get(query, [place.patient])


@pytest.mark.parametrize("query", ["%", "_", "kalli x", "\\", "'"])
def test_search_takes_signs_as_they_are(database: Database, place: Place, query: str) -> None:
    with database.read() as reading:
        assert patients.search(reading, place.id, query) == []


def test_a_record_number_is_taken_once_in_a_clinic(database: Database, place: Place, other: Place) -> None:
    with pytest.raises(Problem) as caught, database.write() as writing:
        patients.add(writing, place.id, given_name="A", family_name="B", birth_date=BORN, mrn="17", by="x")
    assert caught.value.code == "mrn_taken"
    assert "17" not in str(caught.value)
    assert other.patient.mrn == place.patient.mrn
    with database.write() as writing:
        for _ in range(2):
            patients.add(writing, place.id, given_name="A", family_name="B", birth_date=BORN, by="x")


def test_a_change_keeps_what_is_not_given(database: Database, place: Place) -> None:
    with database.write() as writing:
        changed = patients.change(writing, place.id, place.patient.id, by=place.lead.id, family_name="Nea")
        assert (changed.family_name, changed.given_name, changed.mrn) == ("Nea", "Ariadne", "17")
        without = patients.change(writing, place.id, place.patient.id, by=place.lead.id, mrn="")
        assert without.mrn is None
        assert patients.change(writing, place.id, place.patient.id, by=place.lead.id) == without


def test_ceilings_are_kept_by_experience(database: Database, place: Place) -> None:
    identifier, by = place.patient.id, place.lead.id
    with database.write() as writing:
        patients.set_ceilings(writing, place.id, identifier, "heights", {"height_m": 30.0, "railing": "low"}, by=by)
        patients.set_ceilings(writing, place.id, identifier, "spiders", {"count": 3}, by=by)
        found = patients.set_ceilings(writing, place.id, identifier, "heights", {"height_m": 12.5}, by=by)
    assert found.ceilings == {"heights": {"height_m": 12.5}, "spiders": {"count": 3}}


def test_the_audit_log_names_fields_and_no_patient(database: Database, place: Place) -> None:
    with database.write() as writing:
        patients.change(writing, place.id, place.patient.id, by=place.lead.id, given_name="Phaidra")
    with database.read() as reading:
        entries = audit.page(reading, place.id)
    assert b"given_name" in entries[0].detail
    assert not any(word in str(entries) for word in ("Phaidra", "Ariadne", "Kalli", "1980"))
