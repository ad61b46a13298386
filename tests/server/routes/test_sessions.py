"""Starting, listing and closing sessions."""

import pytest

from abaton.records import consents
from tests.server.made_clinics import CLEAR, World


def start(world: World, experience: str = "sea"):
    return world.signed_in().post("/api/sessions", {"patient_id": world.mine.patient_id, "experience": experience})


def consent(world: World, given: bool = True):
    with world.database.write() as writing:
        mine = world.mine
        consents.record(writing, mine.id, mine.patient_id, purpose="care", given=given, version="1", by="x")


def screen(world: World, acknowledged: bool = False, **answers: bool):
    body = {"answers": {**CLEAR, **answers}, "acknowledged": acknowledged}
    path = f"/api/patients/{world.mine.patient_id}/screenings"
    answer = world.signed_in().post(path, body)
    assert answer.status_code == 201
    return answer.json()


def test_a_session_is_started_with_the_patients_limits_and_consents(world: World):
    lead = world.signed_in()
    world.allow(recording=True)
    limits = {"swell_m": 2.0}
    lead.call("PUT", f"/api/patients/{world.mine.patient_id}/ceilings/sea", json={"values": limits})
    started = start(world)
    assert started.status_code == 201
    session = started.json()
    assert (session["state"], session["patient_name"]) == ("open", "GivenKos FamilyKos")
    assert (session["lead_name"], session["experience_title"]) == ("Kos lead", "At sea")
    assert session["room"] == {"phase": "lobby", "subject_connected": False, "recording": True}
    order = world.rooms.orders[session["id"]]
    assert (order.ceilings, order.recording, order.experience) == (limits, True, "sea")
    assert (order.lead_id, order.patient_id) == (world.mine.staff["lead"].id, world.mine.patient_id)
    assert 0 <= order.seed < 2**53


def test_without_consent_to_care_or_screening_it_is_refused_with_both_reasons(world: World):
    refused = start(world)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "may_not_start")
    assert "consent" in refused.json()["error"]["got"].lower()
    assert "screen" in refused.json()["error"]["got"].lower()
    assert world.rooms.orders == {}


def test_a_withdrawn_consent_counts(world: World):
    world.allow()
    consent(world, given=False)
    assert start(world).json()["error"]["code"] == "may_not_start"


@pytest.mark.parametrize("question", ["seizures", "psychosis", "intoxication"])
def test_a_blocking_answer_refuses_even_when_acknowledged(world: World, question: str):
    consent(world)
    screening = screen(world, acknowledged=True, **{question: True})
    assert (screening["outcome"], screening["blocking"]) == ("block", [question])
    assert start(world).json()["error"]["code"] == "may_not_start"


def test_a_caution_must_be_acknowledged(world: World):
    consent(world)
    screening = screen(world, vestibular_disease=True)
    assert (screening["outcome"], screening["cautions"]) == ("caution", ["vestibular_disease"])
    assert start(world).json()["error"]["code"] == "may_not_start"
    screen(world, acknowledged=True, vestibular_disease=True)
    assert start(world).status_code == 201


def test_a_screening_holds_until_the_clinics_day_ends(world: World):
    consent(world)
    assert screen(world)["valid_until"] == "2025-06-16T00:00:00Z"
    world.clock.advance(24 * 3600)
    assert start(world).json()["error"]["code"] == "may_not_start"
    screen(world)
    assert start(world).status_code == 201
    path = f"/api/patients/{world.mine.patient_id}/screenings"
    assert len(world.signed_in("observer").get(path).json()) == 2


def test_a_patient_has_one_open_session_at_a_time(world: World):
    world.allow()
    first = start(world).json()
    assert start(world).json()["error"]["code"] == "session_open"
    assert world.signed_in().post(f"/api/sessions/{first['id']}/close").json()["state"] == "closed"
    assert start(world).status_code == 201


def test_a_room_that_cannot_open_leaves_no_open_session(world: World):
    world.allow()
    world.rooms.broken = True
    assert start(world).status_code == 503
    world.rooms.broken = False
    assert start(world).status_code == 201


def test_an_unknown_experience_is_refused(world: World):
    world.allow()
    assert start(world, "nowhere").status_code == 404


def test_a_closed_session_is_not_closed_again(world: World):
    session_id = world.session()
    lead = world.signed_in()
    assert lead.post(f"/api/sessions/{session_id}/close").status_code == 200
    assert lead.post(f"/api/sessions/{session_id}/close").json()["error"]["code"] == "session_closed"


def test_sessions_are_listed_by_day_and_by_patient_latest_first(world: World):
    lead, listed = world.signed_in(), "/api/sessions"
    first = world.session()
    lead.post(f"/api/sessions/{first}/close")
    world.clock.advance(24 * 3600)
    second = world.session()
    lead = world.signed_in()
    patient = f"patient_id={world.mine.patient_id}"
    assert [one["id"] for one in lead.get(listed).json()] == [second]
    assert [one["id"] for one in lead.get(f"{listed}?day=today").json()] == [second]
    assert [one["id"] for one in lead.get(f"{listed}?{patient}").json()] == [second, first]
    assert [one["id"] for one in lead.get(f"{listed}?{patient}&day=today").json()] == [second]
    assert lead.get(f"{listed}?day=yesterday").status_code == 422
