from typing import Any

import pytest

from abaton.core.errors import Problem
from abaton.records import audit, practitioners, sign_ins
from abaton.records.database import Database
from tests.records.conftest import Place


def test_an_address_has_one_account_in_the_whole_installation(database: Database, place: Place, other: Place) -> None:
    with pytest.raises(Problem) as caught, database.write() as writing:
        practitioners.add(
            writing, other.id, name="X", email=" LEAD@Asklepieion.example", password_hash="x", role="lead", by="x"
        )
    assert caught.value.code == "email_taken"


def test_a_credential_is_found_by_address_in_any_case(database: Database, place: Place) -> None:
    with database.read() as reading:
        found = practitioners.credential(reading, "Lead@ASKLEPIEION.example ")
        assert found is not None
        assert (found.id, found.password_hash) == (place.lead.id, "$argon2id$…")
        assert practitioners.credential(reading, "nobody@example.org") is None


def test_accounts_are_listed_by_clinic(database: Database, place: Place, other: Place) -> None:
    with database.read() as reading:
        assert practitioners.of_clinic(reading, place.id) == [place.admin, place.lead]
        assert practitioners.get(reading, other.id, other.lead.id) == other.lead


def test_a_change_keeps_what_is_not_given(database: Database, place: Place) -> None:
    with database.write() as writing:
        changed = practitioners.change(writing, place.id, place.lead.id, by=place.admin.id, name="Nea")
        assert (changed.name, changed.role, changed.active) == ("Nea", "lead", True)
        same = practitioners.change(writing, place.id, place.lead.id, by=place.admin.id)
        assert same == changed


@pytest.mark.parametrize("change", [{"role": "observer"}, {"active": False}])
def test_the_last_administrator_stays(database: Database, place: Place, change: dict[str, Any]) -> None:
    with pytest.raises(Problem) as caught, database.write() as writing:
        practitioners.change(writing, place.id, place.admin.id, by=place.admin.id, **change)
    assert caught.value.code == "last_admin"
    with database.write() as writing:
        practitioners.change(writing, place.id, place.lead.id, by=place.admin.id, role="admin")
        practitioners.change(writing, place.id, place.admin.id, by=place.admin.id, **change)


@pytest.mark.parametrize(
    ("change", "ends"), [({"active": False}, True), ({"role": "observer"}, True), ({"password_hash": "new"}, True),
                         ({"name": "Nea"}, False)]
)  # fmt: skip
def test_what_changes_ends_sign_ins(database: Database, place: Place, change: dict[str, Any], ends: bool) -> None:
    with database.write() as writing:
        token, _ = sign_ins.start(writing, place.id, place.lead.id, lifetime_s=60)
        practitioners.change(writing, place.id, place.lead.id, by=place.admin.id, **change)
    with database.read() as reading:
        assert (sign_ins.find(reading, token) is None) is ends


def test_acts_on_accounts_are_in_the_audit_log(database: Database, place: Place) -> None:
    with database.write() as writing:
        practitioners.change(writing, place.id, place.lead.id, by=place.admin.id, name="Nea Kalli")
    with database.read() as reading:
        newest = audit.page(reading, place.id)[0]
    assert (newest.actor, newest.action, newest.record_id) == (place.admin.id, "change", place.lead.id)
    assert b"Nea" not in newest.detail
