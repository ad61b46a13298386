"""Signing in and out, the cookie, expiry, throttling."""

from argon2 import PasswordHasher
from httpx import Response

from abaton.records import audit, practitioners
from tests.server.made_clinics import ORIGIN, PASSWORD, Browser, World


def sign_in(
    world: World, password: str = PASSWORD, email: str = "lead@kos.example", cookie: str | None = None
) -> Response:
    headers = {"Cookie": cookie}
    return world.nobody.post("/api/sign-in", {"email": email, "password": password}, headers=headers)


def as_browser(world: World, response: Response) -> Browser:
    return Browser(world.client, response.cookies["__Host-abaton"], response.json()["csrf"])


def test_signing_in_gives_a_strict_cookie_and_says_who_it_is(world: World):
    response = sign_in(world, email="Lead@Kos.Example ")
    assert response.status_code == 200
    cookie = response.headers["set-cookie"].lower()
    assert cookie.startswith("__host-abaton=")
    assert {"httponly", "secure", "samesite=strict", "path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "domain" not in cookie
    assert "max-age" not in cookie
    me = as_browser(world, response).get("/api/me").json()
    assert me == response.json()
    assert (me["name"], me["role"], me["clinic_name"], me["demo"]) == ("Kos lead", "lead", "Kos", False)


def test_each_sign_in_has_a_new_token_and_ends_the_one_before(world: World):
    first = as_browser(world, sign_in(world))
    second = as_browser(world, sign_in(world, cookie=f"__Host-abaton={first.token}"))
    assert first.token != second.token
    assert first.csrf != second.csrf
    assert first.get("/api/me").status_code == 401
    assert second.get("/api/me").status_code == 200


def test_a_wrong_password_and_an_unknown_account_are_told_alike(world: World):
    wrong, unknown = sign_in(world, "not this one"), sign_in(world, email="nobody@kos.example")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert "set-cookie" not in wrong.headers


def test_an_inactive_account_cannot_sign_in(world: World):
    with world.database.write() as writing:
        lead = world.mine.staff["lead"]
        practitioners.change(writing, world.mine.id, lead.id, by="setup", active=False)
    assert sign_in(world).json() == sign_in(world, "not this one").json()


def test_the_sixth_failure_must_wait_even_with_the_right_password(world: World):
    assert [sign_in(world, "not this one").status_code for _ in range(5)] == [401] * 5
    refused = sign_in(world)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "900"
    assert sign_in(world, email="admin@kos.example").status_code == 200
    world.clock.advance(900)
    assert sign_in(world).status_code == 200


def test_a_right_password_forgets_earlier_failures(world: World):
    for _ in range(3):
        assert [sign_in(world, "not this one").status_code for _ in range(4)] == [401] * 4
        assert sign_in(world).status_code == 200


def test_many_accounts_from_one_address_are_throttled_too(world: World):
    tried = [sign_in(world, email=f"someone{number}@kos.example").status_code for number in range(51)]
    assert tried == [401] * 50 + [429]


def test_a_failure_is_in_the_audit_log(world: World):
    sign_in(world, "not this one")
    with world.database.read() as reading:
        last = audit.page(reading, world.mine.id, limit=1)[0]
    assert (last.action, last.record_id) == ("sign_in_refused", world.mine.staff["lead"].id)


def test_signing_out_ends_the_sign_in_and_takes_the_cookie_back(world: World):
    browser = as_browser(world, sign_in(world))
    response = browser.post("/api/sign-out")
    assert response.status_code == 204
    assert "max-age=0" in response.headers["set-cookie"].lower()
    assert browser.get("/api/me").json()["error"]["code"] == "signed_out"
    assert ("signed_out", world.mine.staff["lead"].id) in world.rooms.calls


def test_a_sign_in_ends_after_half_an_hour_without_use(world: World):
    browser = world.signed_in()
    for _ in range(4):
        assert browser.get("/api/me").status_code == 200
        world.clock.advance(30 * 60)
    assert browser.get("/api/me").status_code == 200
    world.clock.advance(30 * 60 + 1)
    assert browser.get("/api/me").status_code == 401
    assert browser.get("/api/me").status_code == 401


def test_a_sign_in_ends_after_twelve_hours_however_much_it_is_used(world: World):
    browser = world.signed_in()
    for _ in range(12 * 3 - 1):
        world.clock.advance(20 * 60)
        assert browser.get("/api/me").status_code == 200
    world.clock.advance(20 * 60)
    assert browser.get("/api/me").status_code == 401


def test_what_a_page_asks_by_itself_does_not_keep_its_sign_in_alive(world: World):
    browser, answers = world.signed_in(), list[int]()
    for _ in range(4):
        answers.append(browser.get("/api/me", headers={"X-Abaton-Background": "1"}).status_code)
        world.clock.advance(12 * 60)
    assert answers == [200, 200, 200, 401]


def test_a_wall_clock_set_back_does_not_lengthen_idleness(world: World):
    browser = world.signed_in()
    assert browser.get("/api/me").status_code == 200
    world.clock.advance(31 * 60)
    world.clock.jump(-31 * 60)
    assert browser.get("/api/me").status_code == 401


def test_a_new_password_ends_the_other_sign_ins_and_renews_this_one(world: World):
    this, elsewhere = world.signed_in(), world.signed_in()
    body = {"current": PASSWORD, "new": "eleven olive trees"}
    changed = this.call("PUT", "/api/me/password", json=body)
    assert changed.status_code == 200
    assert this.get("/api/me").status_code == elsewhere.get("/api/me").status_code == 401
    assert as_browser(world, changed).get("/api/me").status_code == 200
    assert sign_in(world).status_code == 401
    assert sign_in(world, "eleven olive trees").status_code == 200


def test_a_new_password_needs_the_present_one_and_twelve_characters(world: World):
    lead = world.signed_in()
    wrong = lead.call("PUT", "/api/me/password", json={"current": "wrong", "new": "eleven olive trees"})
    short = lead.call("PUT", "/api/me/password", json={"current": PASSWORD, "new": "short"})
    assert (wrong.status_code, short.status_code) == (403, 422)
    assert sign_in(world).status_code == 200


def test_a_hash_with_other_parameters_is_made_anew_at_sign_in(world: World):
    lead = world.mine.staff["lead"]
    older = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    with world.database.write() as writing:
        practitioners.change(writing, world.mine.id, lead.id, by="setup", password_hash=older)
    assert sign_in(world).status_code == 200
    with world.database.read() as reading:
        found = practitioners.credential(reading, lead.email)
    assert found is not None
    assert "t=1,p=1" in found.password_hash
    assert sign_in(world).status_code == 200


def test_the_token_alone_does_not_allow_unsafe_requests(world: World):
    browser, other = world.signed_in(), world.signed_in()
    for csrf in (None, "", "x", other.csrf):
        refused = browser.call("POST", "/api/sign-out", headers={"X-Abaton-CSRF": csrf})
        assert refused.json()["error"]["code"] == "csrf"
    assert browser.post("/api/sign-out").status_code == 204


def test_unsafe_requests_must_come_from_a_page_of_this_server(world: World):
    browser = world.signed_in()
    bodies = {
        "/api/sign-out": None,
        "/api/sign-in": {"email": "lead@kos.example", "password": PASSWORD},
        "/api/pair": {"code": "AAAAAAAA"},
    }
    for origin in (None, "null", "https://evil.example", ORIGIN + ".evil.example", "https://"):
        for path, body in bodies.items():
            refused = browser.post(path, body, headers={"Origin": origin})
            assert (refused.status_code, refused.json()["error"]["code"]) == (403, "origin"), (origin, path)
    assert browser.get("/api/me", headers={"Origin": None}).status_code == 200
