import asyncio
import json
import re
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from pyrofile_validator import Validator
from pyrofile_validator.config import ValidatorConfig

from abaton.core.errors import Problem
from abaton.records import consents, sessions
from abaton.records.database import Database
from abaton.records.fhir import bundle, dossier
from abaton.records.report import Series
from abaton.records.session_log import SessionLog
from tests.records.conftest import STORY, Place, chain_of, make_session

TIMES = [1_750_000_000_000_000 + step * 1_000_000 for step in range(4)]
SERIES = [
    Series("height_m", "m", TIMES, [0.0, 6.0, 12.0, 12.0]),
    Series("railing", "", TIMES, ["full", "full", "low", "low"]),
    Series("heart_rate", "/min", TIMES, [70.0, 80.0, 90.0, 81.5]),
]


@pytest.fixture
def session(database: Database, place: Place) -> sessions.Session:
    made = make_session(database, place)
    asked: list[tuple[consents.Purpose, bool]] = [("recording", True), ("research", False)]
    with database.write() as writing:
        for purpose, given in asked:
            consents.record(writing, place.id, place.patient.id, purpose=purpose, given=given, version="2026-1", by="x")
    asyncio.run(SessionLog(database, place.id, made.id).append(chain_of(made.id, STORY)))
    return made


def exported(database: Database, session: sessions.Session) -> dict[str, Any]:
    with database.read() as reading:
        return bundle(dossier(reading, session.clinic_id, session.id), SERIES)


def of_type(found: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in found["entry"] if entry["resource"]["resourceType"] == name]


def errors(found: dict[str, Any]) -> list[str]:
    report = Validator(ValidatorConfig()).validate_resource(found)
    # Version 0.3 does not know `item.text`, which R4 has in both resources.
    wrong = re.compile(r"Questionnaire(Response)?\.item\[\d\]\.text")
    return [f"{issue.path}: {issue.message}" for issue in report.errors if not wrong.fullmatch(str(issue.path))]


def test_a_session_is_valid_for_both_validators(database: Database, session: sessions.Session) -> None:
    found = exported(database, session)
    Bundle.model_validate(found)
    assert errors(found) == []


def test_the_validators_can_fail(database: Database, session: sessions.Session) -> None:
    found = exported(database, session)
    observation = of_type(found, "Observation")[0]
    observation["subject"]["reference"] = "Patient/nobody here"
    assert "subject" in errors(found)[0]
    del observation["code"]
    with pytest.raises(ValueError, match="code"):
        Bundle.model_validate(found)


def test_everything_that_was_recorded_is_in_it(database: Database, session: sessions.Session) -> None:
    found = exported(database, session)
    assert of_type(found, "Patient")[0]["birthDate"] == "1980-02-29"
    assert of_type(found, "Encounter")[0]["status"] == "finished"
    procedure = of_type(found, "Procedure")[0]
    assert procedure["note"][0]["text"] == "Breathes calmly. Ωραία!"
    assert procedure["usedReference"][0]["reference"] in {entry["fullUrl"] for entry in found["entry"]}
    assert [given["status"] for given in of_type(found, "Consent")] == ["active", "active", "inactive"]
    answers = of_type(found, "QuestionnaireResponse")[0]["item"]
    assert [item["answer"] for item in answers[:4]] == [[{"valueBoolean": False}]] * 4
    observed = {item["code"]["text"]: item["valueQuantity"]["value"] for item in of_type(found, "Observation")}
    assert observed["Heart rate, mean over the session"] == 80.4
    assert observed["Greatest height_m of the experience"] == 12
    suds = [item for item in of_type(found, "Observation") if "SUDS" in item["code"]["text"]]
    assert [item["valueQuantity"]["value"] for item in suds] == [55, 30.5]
    document = of_type(found, "DocumentReference")[0]
    assert document["content"][0]["attachment"]["size"] == 12345
    assert document["masterIdentifier"]["value"] == "ni:///sha-256;" + "q6ur" * 10 + "q6s"


def test_every_reference_leads_to_a_resource_of_the_bundle(database: Database, session: sessions.Session) -> None:
    found = exported(database, session)
    addresses = [entry["fullUrl"] for entry in found["entry"]]
    assert len(set(addresses)) == len(addresses)

    led = re.findall(r'"reference": "([^"]*)"', json.dumps(found))
    assert led
    assert set(led) <= set(addresses)


def test_the_same_session_gives_the_same_bundle(database: Database, session: sessions.Session) -> None:
    assert json.dumps(exported(database, session)) == json.dumps(exported(database, session))


def test_a_session_that_was_only_planned_is_valid(database: Database, place: Place) -> None:
    planned = make_session(database, place)
    found = exported(database, planned)
    Bundle.model_validate(found)
    assert errors(found) == []
    assert of_type(found, "Observation") == []


def test_a_session_of_another_clinic_is_not_found(database: Database, session: sessions.Session, other: Place) -> None:
    with database.read() as reading, pytest.raises(Problem) as caught:
        dossier(reading, other.id, session.id)
    assert caught.value.kind == "not_found"
