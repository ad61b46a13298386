"""The audit log: every read of a patient and every write is in it, and nothing of what was read."""

import sqlite3
from pathlib import Path

from abaton.live import log
from abaton.records import audit
from tests.server.made_clinics import World
from tests.server.test_access import ALLOWED, OPERATIONS, call


def newest(world: World) -> int:
    with world.database.read() as reading:
        return audit.page(reading, world.mine.id, limit=1)[0].number


def entries(world: World, **query: int) -> list[dict[str, object]]:
    asked = "&".join(f"{key}={value}" for key, value in query.items())
    page = world.signed_in("admin").get(f"/api/audit?{asked}")
    assert page.status_code == 200
    return page.json()["entries"]


def test_reads_and_writes_are_told_with_who_and_which(world: World):
    session_id, lead, patient_id = world.session(), world.signed_in(), world.mine.patient_id
    patient = f"/api/patients/{patient_id}"
    answers = [
        lead.get(patient),
        lead.get(f"{patient}/consents"),
        lead.get(f"{patient}/screenings"),
        lead.get(f"{patient}/trends"),
        lead.get(f"/api/sessions/{session_id}"),
        lead.get("/api/patients?query=FamilyKos"),
        lead.call("PATCH", patient, json={"given_name": "Secretname"}),
    ]
    assert {answer.status_code for answer in answers} == {200}
    me = world.mine.staff["lead"].id
    told = [(one["action"], one["record"], one["record_id"]) for one in entries(world) if one["actor"] == me]
    assert {
        ("read", "patient", patient_id),
        ("read_consents", "patient", patient_id),
        ("read_screenings", "patient", patient_id),
        ("read_trends", "patient", patient_id),
        ("read", "session", session_id),
        ("list", "patient", world.mine.id),
        ("change", "patient", patient_id),
    } <= set(told)
    text = str(entries(world))
    assert "Kos lead" in text
    assert not any(word in text for word in ("FamilyKos", "Secretname", "1980-05-17"))


def test_every_operation_that_touches_records_is_told(world: World):
    """All of the document; those that show or change nothing of a record are named here."""
    silent = {"get_me", "list_experiences", "list_practitioners", "get_health", "get_readiness", "get_setup"}
    session_id, told = world.session(), set[str]()
    world.write_log(session_id, [(0, world.mine.staff["lead"].id, log.Opened("sea", "1", 7, 60, {}))])
    for operation in sorted(OPERATIONS, key=lambda one: one[0] == "close_session"):
        browser = world.signed_in("lead" if "lead" in ALLOWED[operation[0]] else "admin")
        before = newest(world)
        answer = call(browser, operation, world.mine, session_id)
        if answer.status_code < 300:
            assert (newest(world) > before) == (operation[0] not in silent), operation
            told.add(operation[0])
    refused = {"set_up", "sign_in", "pair", "change_password", "start_session"}
    assert told == set(ALLOWED) - refused


def test_a_refused_read_leaves_no_trace_of_a_read(world: World):
    before = entries(world)[0]["number"]
    assert world.signed_in().get(f"/api/patients/{world.other.patient_id}").status_code == 404
    assert not [one for one in entries(world) if one["action"] == "read" and int(str(one["number"])) > int(str(before))]


def test_pages_go_back_to_the_first_entry(world: World):
    lead = world.signed_in()
    for _ in range(12):
        lead.get(f"/api/patients/{world.mine.patient_id}")
    admin, seen, before = world.signed_in("admin"), list[int](), None
    while True:
        asked = "/api/audit?limit=5" + ("" if before is None else f"&before={before}")
        page = admin.get(asked).json()
        seen += [one["number"] for one in page["entries"]]
        before = page["next_before"]
        if before is None:
            break
    assert seen == list(range(seen[0], -1, -1))


def test_an_unchanged_log_is_intact(world: World):
    found = world.signed_in("admin").get("/api/audit/verify").json()
    assert found["intact"] is True
    assert found["findings"] == []
    assert found["entries"] > 5


def test_a_changed_entry_is_named(world: World, tmp_path: Path):
    with sqlite3.connect(tmp_path / "records.sqlite") as connection:
        connection.execute("UPDATE audit SET actor = 'nobody' WHERE number = 3 AND clinic_id = ?", (world.mine.id,))
    connection.close()
    found = world.signed_in("admin").get("/api/audit/verify").json()
    assert found["intact"] is False
    assert any("3" in finding["record"] for finding in found["findings"])
    assert world.signed_in("admin", world.other).get("/api/audit/verify").json()["intact"] is True
