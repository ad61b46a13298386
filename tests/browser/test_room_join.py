"""Coming into the room: the code, its refusals, coming back after a reload."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from abaton.live import wire
from tests.browser.fake_room import CODE, FakeClinic, fake_clinic
from tests.browser.room_page import SMALL, in_lobby, join, wait_for

NOT_REACHED = r"ERR_CONNECTION|ERR_EMPTY_RESPONSE|status of 4|WebSocket connection"


@pytest.fixture
def clinic() -> Iterator[FakeClinic]:
    with fake_clinic() as clinic:
        yield clinic


def enter(page: Page, code: str) -> None:
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Enter the room").click()


def test_a_code_opens_the_lobby_and_a_reload_comes_back(clinic: FakeClinic, open_page: Callable[..., Page]) -> None:
    page = open_page(clinic.address, viewport=SMALL)
    join(page, f" {CODE[:4].lower()} - {CODE[4:].lower()}")
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    expect(page.get_by_text("waiting to be admitted")).to_be_visible()
    clinic.room.admit()
    expect(page.get_by_text("You are admitted")).to_be_visible()
    page.reload()
    in_lobby(page)
    first, second = clinic.room.of(wire.Hello)
    assert first.token == second.token == "t" * 26


def test_what_is_no_code_is_said_before_it_is_sent(clinic: FakeClinic, open_page: Callable[..., Page]) -> None:
    page = open_page(clinic.address)
    expect(page.get_by_label("Code")).to_be_focused()
    enter(page, "abc")
    expect(page.get_by_role("alert")).to_have_text("The code has 8 letters and digits; this one has 3.")


def test_a_wrong_code_says_what_to_do(clinic: FakeClinic, open_page: Callable[..., Page]) -> None:
    page = open_page(clinic.address, expect=[NOT_REACHED])
    enter(page, "WRONGGGG")
    expect(page.get_by_role("alert")).to_contain_text("ask your guide for a new one")
    enter(page, CODE)
    in_lobby(page)


def test_a_clinic_that_is_gone_says_what_to_do(clinic: FakeClinic, open_page: Callable[..., Page]) -> None:
    page = open_page(clinic.address, expect=[NOT_REACHED])
    clinic.kill()
    enter(page, CODE)
    expect(page.get_by_role("alert")).to_contain_text("Check the network of this device")


def test_a_device_that_is_refused_is_asked_for_a_new_code(clinic: FakeClinic, open_page: Callable[..., Page]) -> None:
    page = open_page(clinic.address, viewport=SMALL)
    join(page)
    clinic.room.send(wire.Goodbye("refused", "not paired any more"))
    expect(page.get_by_role("alert")).to_contain_text("Ask your guide for a new code")


def test_the_session_ends_with_a_goodbye(clinic: FakeClinic, open_page: Callable[..., Page]) -> None:
    page = open_page(clinic.address, viewport=SMALL)
    join(page)
    clinic.room.send(wire.Goodbye("closed", "over"))
    wait_for(page, "room.place === 'ended' && room.scene === 'calm'")
    expect(page.get_by_role("heading", name="Goodbye")).to_be_visible()
