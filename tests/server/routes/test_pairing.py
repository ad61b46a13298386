"""Pairing codes, right and wrong."""

import pytest

from abaton.core.tokens import CODE_ALPHABET
from abaton.records import pairings
from tests.server.made_clinics import World


def new_code(world: World, session_id: str) -> str:
    made = world.signed_in().post(f"/api/sessions/{session_id}/pairing")
    assert made.status_code == 201
    return made.json()["code"]


def pair(world: World, code: str):
    return world.nobody.post("/api/pair", {"code": code})


def wrong(code: str) -> str:
    return code[:-1] + ("2" if code[-1] != "2" else "3")


def test_a_code_gives_a_device_a_token_for_its_session(world: World):
    session_id = world.session()
    code = new_code(world, session_id)
    assert len(code) == 8
    assert set(code) <= set(CODE_ALPHABET)
    assert not set("01OIL") & set(code) - set("L")
    paired = pair(world, code)
    assert (paired.status_code, paired.json()["session_id"]) == (200, session_id)
    with world.database.read() as reading:
        device = pairings.find_device(reading, paired.json()["token"])
    assert device is not None
    assert device.session_id == session_id
    assert ("paired", session_id) in world.rooms.calls


@pytest.mark.parametrize("form", ["{0}{1}", " {0}-{1} ", "{0} {1}"])
def test_case_spaces_and_dashes_do_not_matter(world: World, form: str):
    code = new_code(world, world.session()).lower()
    assert pair(world, form.format(code[:4], code[4:])).status_code == 200


def test_every_code_that_does_not_work_is_refused_alike(world: World):
    session_id = world.session()
    answers = [pair(world, "22222222")]
    replaced = new_code(world, session_id)
    used = new_code(world, session_id)
    answers.append(pair(world, replaced))
    answers.append(pair(world, wrong(used)))
    assert pair(world, used).status_code == 200
    answers.append(pair(world, used))
    expired = new_code(world, session_id)
    world.clock.advance(601)
    answers.append(pair(world, expired))
    closing = new_code(world, session_id)
    world.signed_in().post(f"/api/sessions/{session_id}/close")
    answers.append(pair(world, closing))
    assert [answer.status_code for answer in answers] == [403] * len(answers)
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json()["error"]["code"] == "pairing_code"


def test_a_code_dies_of_five_wrong_tries(world: World):
    session_id = world.session()
    code = new_code(world, session_id)
    for _ in range(4):
        assert pair(world, wrong(code)).status_code == 403
    assert pair(world, code).status_code == 200
    code = new_code(world, session_id)
    for _ in range(5):
        assert pair(world, wrong(code)).status_code == 403
    assert pair(world, code).status_code == 403


def test_a_second_headset_with_a_new_code_takes_the_place_of_the_first(world: World):
    session_id = world.session()
    first = pair(world, new_code(world, session_id)).json()["token"]
    second = pair(world, new_code(world, session_id)).json()["token"]
    with world.database.read() as reading:
        assert pairings.find_device(reading, first) is None
        assert pairings.find_device(reading, second) is not None


def test_an_address_that_guesses_must_wait(world: World):
    code = new_code(world, world.session())
    guesses = [pair(world, f"{first}2222222") for first in CODE_ALPHABET if first != code[0]][:10]
    assert [guess.status_code for guess in guesses] == [403] * 10
    refused = pair(world, code)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "600")
    world.clock.advance(600)
    assert pair(world, code).status_code == 403, "the code is ten minutes old by now"


def test_the_token_is_no_sign_in(world: World):
    token = pair(world, new_code(world, world.session())).json()["token"]
    headers = {"Cookie": f"__Host-abaton={token}"}
    assert world.nobody.get("/api/me", headers=headers).status_code == 401


def test_a_closed_session_gets_no_code(world: World):
    session_id = world.session()
    lead = world.signed_in()
    lead.post(f"/api/sessions/{session_id}/close")
    refused = lead.post(f"/api/sessions/{session_id}/pairing")
    assert refused.json()["error"]["code"] == "session_closed"
