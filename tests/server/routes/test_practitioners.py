"""The clinic's accounts."""

from tests.server.made_clinics import World

NEW = {"name": "Iaso", "email": "IASO@kos.example", "role": "lead", "password": "eleven olive trees"}


def test_an_administrator_makes_an_account_that_can_sign_in(world: World):
    made = world.signed_in("admin").post("/api/practitioners", NEW)
    assert made.status_code == 201
    assert (made.json()["email"], made.json()["active"]) == ("iaso@kos.example", True)
    assert "password" not in made.text
    body = {"email": "iaso@kos.example", "password": NEW["password"]}
    assert world.nobody.post("/api/sign-in", body).json()["role"] == "lead"


def test_an_address_that_has_an_account_anywhere_is_refused(world: World):
    again = world.signed_in("admin").post("/api/practitioners", {**NEW, "email": "lead@epidaurus.example"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "email_taken")
    assert "epidaurus" not in again.text.lower()


def test_a_changed_role_or_password_ends_the_accounts_sign_ins(world: World):
    admin, lead = world.signed_in("admin"), world.mine.staff["lead"]
    for change in ({"role": "observer"}, {"role": "lead"}, {"password": "twelve olive trees"}):
        browser = world.signed_in("lead")
        assert browser.get("/api/me").status_code == 200
        assert admin.call("PATCH", f"/api/practitioners/{lead.id}", json=change).status_code == 200
        assert browser.get("/api/me").status_code == 401


def test_a_new_name_ends_nothing(world: World):
    admin, browser = world.signed_in("admin"), world.signed_in("lead")
    account = f"/api/practitioners/{world.mine.staff['lead'].id}"
    assert admin.call("PATCH", account, json={"name": "Panakeia"}).json()["name"] == "Panakeia"
    assert browser.get("/api/me").json()["name"] == "Panakeia"
    assert not [call for call in world.rooms.calls if call[0] == "signed_out"]


def test_the_last_administrator_stays(world: World):
    admin = world.signed_in("admin")
    refused = admin.call("PATCH", f"/api/practitioners/{world.mine.staff['admin'].id}", json={"role": "lead"})
    assert refused.json()["error"]["code"] == "last_admin"
    assert admin.get("/api/me").json()["role"] == "admin"
