"""Every route of the document, as every role, of both clinics, against one table of who may do what."""

from typing import Any

import pytest
from fastapi import FastAPI
from starlette.routing import Route

from abaton.core.ids import new_id
from abaton.server.access import UndeclaredAccessError, require_declared
from abaton.server.openapi import document
from abaton.server.routes import api_routes
from tests.server.made_clinics import PASSWORD, Browser, MadeClinic, World

PUBLIC = {"nobody", "subject", "admin", "lead", "observer"}
SIGNED_IN = {"admin", "lead", "observer"}
CLINICIANS = {"lead", "observer"}

ALLOWED: dict[str, set[str]] = {
    "get_health": PUBLIC,
    "get_readiness": PUBLIC,
    "get_setup": PUBLIC,
    "set_up": PUBLIC,
    "sign_in": PUBLIC,
    "pair": PUBLIC,
    "sign_out": SIGNED_IN,
    "get_me": SIGNED_IN,
    "change_password": SIGNED_IN,
    "list_experiences": SIGNED_IN,
    "list_practitioners": {"admin"},
    "create_practitioner": {"admin"},
    "change_practitioner": {"admin"},
    "list_audit": {"admin"},
    "verify_audit": {"admin"},
    "list_patients": CLINICIANS,
    "get_patient": CLINICIANS,
    "get_trends": CLINICIANS,
    "get_consents": CLINICIANS,
    "list_screenings": CLINICIANS,
    "list_sessions": CLINICIANS,
    "get_session": CLINICIANS,
    "get_report": CLINICIANS,
    "get_replay": CLINICIANS,
    "create_patient": {"lead"},
    "change_patient": {"lead"},
    "set_ceilings": {"lead"},
    "record_consent": {"lead"},
    "record_screening": {"lead"},
    "start_session": {"lead"},
    "close_session": {"lead"},
    "create_pairing": {"lead"},
    "export_fhir": {"lead"},
    "export_parquet": {"lead"},
}
"""Who may call which operation. A new route does not pass until it is written here."""

OPERATIONS = [
    (operation["operationId"], method.upper(), path)
    for path, operations in document()["paths"].items()
    for method, operation in operations.items()
]
OF_ONE_RECORD = [operation for operation in OPERATIONS if "{" in operation[2]]
ACTORS = ("nobody", "subject", "admin", "lead", "observer")
ACCESS_CODES = {"signed_out", "csrf", "role", "origin", "host"}


def bodies(clinic: MadeClinic) -> dict[str, Any]:
    """A body for each operation that takes one, good enough to be let through to the route."""
    person = {"given_name": "Anna", "family_name": "New", "birth_date": "1990-01-01"}
    account = {"name": "New", "email": f"{new_id()}@example.org", "role": "lead", "password": "a long password"}
    answers = dict.fromkeys(("seizures", "vestibular_disease", "psychosis", "intoxication"), False)
    return {
        "set_up": {"name": "N", "email": "n@n.example", "password": PASSWORD, "clinic_name": "C", "link": "x"},
        "sign_in": {"email": "nobody@example.org", "password": "wrong"},
        "pair": {"code": "AAAAAAAA"},
        "change_password": {"current": "wrong", "new": "another long password"},
        "create_practitioner": account,
        "change_practitioner": {"name": "Renamed"},
        "create_patient": person,
        "change_patient": {"given_name": "Maria"},
        "set_ceilings": {"values": {"swell_m": 2.0}},
        "record_consent": {"purpose": "care", "given": True, "version": "1"},
        "record_screening": {"answers": answers},
        "start_session": {"patient_id": clinic.patient_id, "experience": "sea"},
    }


def call(browser: Browser, operation: tuple[str, str, str], clinic: MadeClinic, session_id: str) -> Any:
    name, method, template = operation
    path = template.format(
        patient_id=clinic.patient_id,
        session_id=session_id,
        practitioner_id=clinic.staff["observer"].id,
        experience="sea",
    )
    body = bodies(clinic).get(name)
    return browser.call(method, path, json=body) if body is not None else browser.call(method, path)


def browser_of(world: World, actor: str, session_id: str) -> Browser:
    if actor == "nobody":
        return world.nobody
    if actor == "subject":
        token = world.nobody.post("/api/pair", {"code": world.code(session_id)}).json()["token"]
        return Browser(world.client, token, token, {"Authorization": f"Bearer {token}"})
    return world.signed_in(actor)


def code_of(response: Any) -> str | None:
    if response.status_code < 400:
        return None
    return response.json()["error"]["code"]


def test_the_table_has_every_operation_and_no_other():
    assert {name for name, _, _ in OPERATIONS} == set(ALLOWED)
    assert len(OPERATIONS) == len(ALLOWED)


@pytest.mark.parametrize("actor", ACTORS)
def test_every_operation_lets_in_whom_the_table_names_and_nobody_else(world: World, actor: str):
    session_id = world.session()
    found: dict[str, bool] = {}
    for operation in OPERATIONS:
        browser = browser_of(world, actor, session_id)
        response = call(browser, operation, world.mine, session_id)
        code = code_of(response)
        found[operation[0]] = code not in ACCESS_CODES
        if code in ACCESS_CODES:
            assert response.status_code == (401 if actor in ("nobody", "subject") else 403), operation
        assert response.status_code != 404, operation
        assert response.status_code < 500, (operation, response.text)
    assert found == {name: actor in allowed for name, allowed in ALLOWED.items()}


@pytest.mark.parametrize("actor", ["admin", "lead", "observer"])
def test_another_clinics_records_are_not_found(world: World, actor: str):
    session_id = world.session(world.other)
    nothing = MadeClinic(new_id(), dict.fromkeys(world.other.staff, world.other.staff["admin"]), new_id())
    for operation in OF_ONE_RECORD:
        response = call(world.signed_in(actor), operation, world.other, session_id)
        expected = 404 if actor in ALLOWED[operation[0]] else 403
        assert response.status_code == expected, (operation, response.text)
        if expected == 404 and "practitioner_id" not in operation[2]:
            unknown = call(world.signed_in(actor), operation, nothing, new_id())
            assert (unknown.status_code, code_of(unknown)) == (404, code_of(response)), operation


@pytest.mark.parametrize(
    ("actor", "path"),
    [
        ("admin", "/api/practitioners"),
        ("admin", "/api/audit?limit=500"),
        ("lead", "/api/patients"),
        ("lead", "/api/patients?query=Epidaurus"),
        ("lead", "/api/sessions"),
        ("observer", "/api/sessions?day=today"),
    ],
)
def test_lists_hold_nothing_of_another_clinic(world: World, actor: str, path: str):
    session_id = world.session(world.other)
    mine = world.signed_in(actor).get(path)
    theirs = world.signed_in(actor, world.other).get(path)
    assert mine.status_code == theirs.status_code == 200
    secrets = (session_id, world.other.id, world.other.patient_id, "Epidaurus", world.other.staff["lead"].id)
    assert any(secret in theirs.text for secret in secrets)
    assert not any(secret in mine.text for secret in secrets)


def test_ids_of_another_clinic_in_a_body_or_query_are_not_found(world: World):
    world.allow(world.other)
    lead = world.signed_in("lead")
    started = lead.post("/api/sessions", {"patient_id": world.other.patient_id, "experience": "sea"})
    listed = lead.get(f"/api/sessions?patient_id={world.other.patient_id}")
    assert (started.status_code, listed.status_code) == (404, 404)
    assert world.rooms.orders == {}


@pytest.mark.parametrize("action", ["pairing", "close"])
def test_only_its_lead_acts_on_a_session(world: World, action: str):
    session_id = world.session()
    refused = world.signed_in("second").post(f"/api/sessions/{session_id}/{action}")
    assert (refused.status_code, code_of(refused)) == (403, "not_your_session")
    assert world.signed_in("lead").post(f"/api/sessions/{session_id}/{action}").status_code < 300


def test_an_account_that_is_switched_off_is_signed_out(world: World):
    lead, admin = world.signed_in("lead"), world.signed_in("admin")
    account = f"/api/practitioners/{world.mine.staff['lead'].id}"
    assert admin.call("PATCH", account, json={"active": False}).json()["active"] is False
    assert lead.get("/api/me").status_code == 401
    assert ("signed_out", world.mine.staff["lead"].id) in world.rooms.calls


def test_an_app_with_an_undeclared_route_is_refused():
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.get("/api/forgotten")
    def forgotten() -> str:
        return "everything"

    require_declared(api_routes())
    with pytest.raises(UndeclaredAccessError, match="forgotten"):
        require_declared(app.routes)
    with pytest.raises(UndeclaredAccessError):
        require_declared([Route("/plain", forgotten)])
