"""Patients and their limits."""

import pytest

from tests.server.made_clinics import World

NEW = {"given_name": " Hygieia ", "family_name": "Ασκληπιάδου", "birth_date": "1988-02-29", "mrn": "77"}


def test_a_patient_is_made_found_changed_and_read(world: World):
    lead = world.signed_in()
    made = lead.post("/api/patients", NEW)
    assert made.status_code == 201
    path = f"/api/patients/{made.json()['id']}"
    assert lead.get(path).json() == made.json()
    assert made.json()["given_name"] == "Hygieia"
    assert [one["mrn"] for one in lead.get("/api/patients?query=ασκλ 77").json()] == ["77"]
    changed = lead.call("PATCH", path, json={"family_name": "New"}).json()
    assert (changed["family_name"], changed["given_name"], changed["mrn"]) == ("New", "Hygieia", "77")


def test_a_number_that_another_patient_has_is_refused(world: World):
    lead = world.signed_in()
    assert lead.post("/api/patients", NEW).status_code == 201
    again = lead.post("/api/patients", NEW)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "mrn_taken")
    theirs = world.signed_in("lead", world.other).post("/api/patients", NEW)
    assert theirs.status_code == 201


@pytest.mark.parametrize(
    "wrong",
    [
        {"given_name": "   "},
        {"given_name": "x" * 101},
        {"given_name": "two\nlines"},
        {"family_name": "nul\x00"},
        {"birth_date": "1988-02-30"},
        {"birth_date": 5},
        {"clinic_id": "mine"},
    ],
)
def test_a_malformed_patient_is_refused_by_rule_and_without_its_words(world: World, wrong: dict[str, object]):
    refused = world.signed_in().post("/api/patients", {**NEW, **wrong})
    assert refused.status_code == 422
    assert next(iter(wrong)) in refused.json()["error"]["got"]
    assert "Ασκληπιάδου" not in refused.text


def test_limits_are_kept_by_experience(world: World):
    lead, path = world.signed_in(), f"/api/patients/{world.mine.patient_id}"
    values = {"swell_m": 2.5, "weather": "calm"}
    set_to = lead.call("PUT", f"{path}/ceilings/sea", json={"values": values})
    assert set_to.json()["ceilings"] == {"sea": values}
    assert lead.get(path).json()["ceilings"] == {"sea": values}
    assert lead.call("PUT", f"{path}/ceilings/sea", json={"values": {}}).json()["ceilings"]["sea"] == {}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"swell_m": 5.1}, "ceiling_value"),
        ({"swell_m": -1}, "ceiling_value"),
        ({"swell_m": "high"}, "ceiling_value"),
        ({"weather": "hail"}, "ceiling_value"),
        ({"weather": 1}, "ceiling_value"),
        ({"birds": 3}, "ceiling_field"),
        ({"depth": 3}, "ceiling_field"),
        ({"Not A Name": 3}, "ceiling_field"),
        ({"swell_m": None}, "invalid"),
        ({f"x{number}": 1 for number in range(33)}, "invalid"),
    ],
)
def test_limits_that_do_not_fit_the_experience_are_refused(world: World, values: dict[str, object], code: str):
    path = f"/api/patients/{world.mine.patient_id}/ceilings/sea"
    refused = world.signed_in().call("PUT", path, json={"values": values})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, code)


def test_limits_in_an_unknown_experience_are_refused(world: World):
    path = f"/api/patients/{world.mine.patient_id}/ceilings/nowhere"
    assert world.signed_in().call("PUT", path, json={"values": {}}).status_code == 404
