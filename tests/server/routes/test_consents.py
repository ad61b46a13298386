"""Consent, and how live rooms obey it."""

from contextlib import contextmanager

import pytest

from abaton.records.database import Database, RecordsUnavailable
from tests.server.made_clinics import World


def give(world: World, purpose: str, given: bool):
    path = f"/api/patients/{world.mine.patient_id}/consents"
    return world.signed_in().post(path, {"purpose": purpose, "given": given, "version": "2026-01"})


def test_each_purpose_is_given_and_withdrawn_apart_and_the_history_stays(world: World):
    for purpose, given in (("care", True), ("recording", True), ("recording", False)):
        recorded = give(world, purpose, given)
        assert (recorded.status_code, recorded.json()["recorded_by"]) == (201, world.mine.staff["lead"].id)
    found = world.signed_in("observer").get(f"/api/patients/{world.mine.patient_id}/consents").json()
    assert (found["care"], found["recording"], found["research"]) == (True, False, False)
    assert [(one["purpose"], one["given"]) for one in found["history"]] == [
        ("recording", False),
        ("recording", True),
        ("care", True),
    ]


def test_live_rooms_are_told_of_recording_and_of_withdrawn_care_only(world: World):
    for purpose, given in (("recording", True), ("recording", False), ("care", True), ("care", False)):
        give(world, purpose, given)
    give(world, "research", True)
    who = (world.mine.id, world.mine.patient_id)
    assert [call for call in world.rooms.calls if call[0] != "start"] == [
        ("consent_changed", (*who, True)),
        ("consent_changed", (*who, False)),
        ("care_withdrawn", who),
    ]


def test_a_withdrawal_stops_recording_even_when_it_cannot_be_written(world: World, monkeypatch: pytest.MonkeyPatch):
    lead = world.signed_in()

    @contextmanager
    def full(_: Database):
        raise RecordsUnavailable("a full disk")
        yield

    monkeypatch.setattr(Database, "write", full)
    path = f"/api/patients/{world.mine.patient_id}/consents"
    answers = [lead.post(path, {"purpose": "recording", "given": given, "version": "1"}) for given in (True, False)]
    assert [answer.status_code for answer in answers] == [503, 503]
    told = [call for call in world.rooms.calls if call[0] == "consent_changed"]
    assert told == [("consent_changed", (world.mine.id, world.mine.patient_id, False))]
