"""Stop, by every way, with the server alive or killed, and going on only when both agree."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from abaton.live import wire
from abaton.live.role import Phase, Role
from tests.browser.fake_room import FakeClinic, fake_clinic
from tests.browser.room_page import SMALL, aim, enter_vr, frames, in_experience, join, probe, trigger, wait_for

GONE = r"ERR_CONNECTION_REFUSED"
CALM = "room.scene === 'calm' && room.stop_ms !== null"


@pytest.fixture
def clinic() -> Iterator[FakeClinic]:
    with fake_clinic() as clinic:
        yield clinic


def begin(page: Page, clinic: FakeClinic) -> Page:
    join(page)
    clinic.room.admit()
    clinic.room.begin()
    in_experience(page)
    return page


@pytest.fixture
def flat(clinic: FakeClinic, open_page: Callable[..., Page]) -> Page:
    return begin(open_page(clinic.address, viewport=SMALL, expect=[GONE]), clinic)


@pytest.fixture
def headset(clinic: FakeClinic, open_page: Callable[..., Page]) -> Page:
    page = begin(open_page(clinic.address, viewport=SMALL, headset=True, expect=[GONE]), clinic)
    enter_vr(page)
    return page


def stopped(page: Page, clinic: FakeClinic) -> str:
    wait_for(page, CALM)
    (stop,) = clinic.room.of(wire.Stop)
    return stop.why


@pytest.mark.parametrize("way", ["escape", "word"])
def test_stop_on_the_screen(flat: Page, clinic: FakeClinic, way: str) -> None:
    if way == "escape":
        flat.keyboard.press("Escape")
    else:
        flat.get_by_role("button", name="Stop").click()
    assert stopped(flat, clinic) == way


def test_stop_by_both_grips_held(headset: Page, clinic: FakeClinic) -> None:
    headset.evaluate("headset.controllers.left.updateButtonValue('squeeze', 1)")
    headset.evaluate("headset.controllers.right.updateButtonValue('squeeze', 1)")
    assert stopped(headset, clinic) == "grips"


def test_stop_by_the_upper_button_held(headset: Page, clinic: FakeClinic) -> None:
    headset.evaluate("headset.controllers.right.updateButtonValue('b-button', 1)")
    assert stopped(headset, clinic) == "button"


def test_stop_by_the_word_on_the_panel(headset: Page, clinic: FakeClinic) -> None:
    aim(headset, "right", "stop")
    trigger(headset)
    assert stopped(headset, clinic) == "word"


# The left arm comes up before the eyes with the back of the wrist to them.
_RAISE = """input => {
    headset.primaryInputMode = input;
    headset.controllers.left.position.set(0, 1.35, -0.35);
    headset.hands.left.position.set(0, 1.45, -0.35);
    headset.hands.left.quaternion.set(0.5, 0, 0, Math.sqrt(0.75));
}"""
# The right one goes to where the button is, less what lies before its origin, along -Z.
_REACH = """([input, at, before]) => {
    const {right} = input === 'hand' ? headset.hands : headset.controllers;
    right.quaternion.set(0, 0, 0, 1);
    right.position.set(at[0], at[1], at[2] + before);
}"""


def raised_wrist(page: Page, input_mode: str) -> list[float]:
    page.evaluate(_RAISE, input_mode)
    frames(page, 5)
    wait_for(page, "room.wrist !== null")
    return probe(page)["wrist"]


def test_stop_by_looking_at_the_wrist_and_touching_it(headset: Page, clinic: FakeClinic) -> None:
    at = raised_wrist(headset, "controller")
    headset.evaluate(_REACH, ["controller", at, 0.03])
    assert stopped(headset, clinic) == "wrist"


def test_stop_by_looking_at_the_wrist_and_pinching_toward_it(headset: Page, clinic: FakeClinic) -> None:
    at = raised_wrist(headset, "hand")
    headset.evaluate(_REACH, ["hand", at, 0.3])
    frames(headset, 3)
    headset.evaluate("headset.hands.right.updatePinchValue(1)")
    assert stopped(headset, clinic) == "wrist"


def test_the_wrist_button_shows_only_when_it_is_looked_at(headset: Page) -> None:
    raised_wrist(headset, "controller")
    headset.evaluate("headset.controllers.left.quaternion.set(0, 0, 1, 0)")
    wait_for(headset, "room.wrist === null")
    assert probe(headset)["scene"] == "experience"


def test_one_grip_or_a_short_squeeze_stops_nothing(headset: Page, clinic: FakeClinic) -> None:
    headset.evaluate("headset.controllers.left.updateButtonValue('squeeze', 1)")
    frames(headset, 20)
    headset.evaluate("headset.controllers.left.updateButtonValue('squeeze', 0)")
    frames(headset, 3)
    assert probe(headset)["scene"] == "experience"


def test_stop_works_with_the_server_killed(flat: Page, clinic: FakeClinic) -> None:
    clinic.kill()
    flat.keyboard.press("Escape")
    wait_for(flat, CALM)
    expect(flat.get_by_role("heading", name="You are in a calm place")).to_be_visible()
    flat.get_by_role("button", name="I am ready to go on").click()
    frames(flat, 20)
    assert probe(flat)["scene"] == "calm"


def test_the_leads_stop_stops(flat: Page, clinic: FakeClinic) -> None:
    clinic.room.change(phase=Phase.CALM)
    wait_for(flat, CALM)
    assert clinic.room.of(wire.Stop) == []


def test_both_must_agree_to_go_on(flat: Page, clinic: FakeClinic) -> None:
    flat.keyboard.press("Escape")
    wait_for(flat, "room.phase === 'calm'")
    clinic.room.change(phase=Phase.RUNNING)
    frames(flat, 20)
    assert probe(flat)["scene"] == "calm", "it went on without the subject"
    clinic.room.change(phase=Phase.CALM)
    flat.get_by_role("button", name="I am ready to go on").click()
    expect(flat.get_by_text("when your guide agrees too")).to_be_visible()
    assert clinic.room.of(wire.Agree)
    frames(flat, 10)
    assert probe(flat)["scene"] == "calm", "it went on without the lead"
    clinic.room.change(phase=Phase.RUNNING, agreed=[])
    in_experience(flat)


def test_an_agreement_can_be_taken_back(flat: Page, clinic: FakeClinic) -> None:
    flat.keyboard.press("Escape")
    wait_for(flat, "room.phase === 'calm'")
    flat.get_by_role("button", name="I am ready to go on").click()
    wait_for(flat, "room.widgets.includes('stop')")
    assert clinic.room.view.agreed == [Role.SUBJECT]
    flat.get_by_role("button", name="I need more time").click()
    expect(flat.get_by_role("button", name="I am ready to go on")).to_be_visible()
    assert clinic.room.view.agreed == []


def test_stop_works_in_the_lobby_and_is_left_again(clinic: FakeClinic, open_page: Callable[..., Page]) -> None:
    page = open_page(clinic.address, viewport=SMALL)
    join(page)
    page.keyboard.press("Escape")
    wait_for(page, CALM)
    page.get_by_role("button", name="I am ready to go on").click()
    wait_for(page, "room.scene === 'lobby'")
