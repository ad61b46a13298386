"""The log of requests, which holds nothing of patients, and unforeseen failures."""

import json

import pytest

from abaton.records import patients
from tests.server.made_clinics import PASSWORD, World

SECRETS = ("GivenKos", "FamilyKos", "1980-05-17", "MRN-Kos", "Zosimos", PASSWORD, "lead@kos.example", "very private")


def lines(world: World) -> list[dict[str, object]]:
    return [json.loads(line) for line in world.logged().splitlines()]


def test_a_line_tells_route_status_and_who_by_id(world: World):
    answer = world.signed_in().get(f"/api/patients/{world.mine.patient_id}")
    line = lines(world)[-1]
    assert line["route"] == "/api/patients/{patient_id}"
    assert (line["method"], line["status"], line["event"]) == ("GET", 200, "request")
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert line["practitioner_id"] == world.mine.staff["lead"].id


def test_nothing_of_patients_or_secrets_is_logged(world: World):
    session_id, lead, patient = world.session(), world.signed_in(), f"/api/patients/{world.mine.patient_id}"
    person = {"given_name": "Zosimos", "family_name": "FamilyKos", "birth_date": "1980-05-17", "mrn": "MRN-Kos"}
    screening = {"answers": dict.fromkeys(("seizures", "vestibular_disease", "psychosis", "intoxication"), False)}
    lead.get(patient)
    lead.get("/api/patients?query=FamilyKos")
    lead.get("/FamilyKos/GivenKos?MRN-Kos")
    lead.post("/api/patients", person)
    lead.post("/api/patients", {**person, "birth_date": "Zosimos"})
    lead.post(f"{patient}/screenings", {**screening, "note": "very private"})
    lead.get(f"/api/sessions/{session_id}")
    world.nobody.post("/api/sign-in", {"email": "lead@kos.example", "password": PASSWORD})
    code = world.code(session_id)
    token = world.nobody.post("/api/pair", {"code": code}).json()["token"]
    logged = world.logged()
    assert len(lines(world)) == 9
    assert [secret for secret in (*SECRETS, code, token, str(lead.token), str(lead.csrf)) if secret in logged] == []


def test_files_are_logged_only_when_they_are_missing(world: World):
    world.nobody.get("/assets/room-A1b2.js")
    world.nobody.get("/assets/nowhere.js")
    assert [(line["route"], line["status"]) for line in lines(world)] == [("/assets", 404)]


def test_an_unforeseen_failure_is_told_and_logged_without_its_words(world: World, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("FamilyKos has a very private trouble")

    monkeypatch.setattr(patients, "get", fail)
    answer = world.signed_in().get(f"/api/patients/{world.mine.patient_id}")
    failure, request = lines(world)[-2:]
    assert answer.status_code == request["status"] == 500
    assert answer.json()["error"]["code"] == "failure"
    assert answer.headers["X-Request-ID"] in answer.json()["error"]["next"]
    assert (failure["event"], failure["error"]) == ("failure", "RuntimeError")
    assert "server/routes/patients.py" in str(failure["at"])
    assert not [secret for secret in SECRETS if secret in world.logged() + answer.text]
