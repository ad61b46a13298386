"""What the room does when the network, the tab or the headset goes away: it holds still, and never escalates."""

import contextlib
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from starlette.websockets import WebSocketDisconnect

from abaton.live import wire
from abaton.live.role import Phase
from tests.browser.fake_room import FakeClinic, fake_clinic
from tests.browser.room_page import (
    SMALL,
    can_leap,
    enter_vr,
    frames,
    in_experience,
    join,
    leap,
    probe,
    wait_for,
)

GONE = r"WebSocket connection"
HIDDEN = (
    "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
    " document.dispatchEvent(new Event('visibilitychange')); }"
)


@pytest.fixture
def clinic() -> Iterator[FakeClinic]:
    with fake_clinic() as clinic:
        yield clinic


@pytest.fixture
def page(clinic: FakeClinic, open_page: Callable[..., Page]) -> Page:
    page = open_page(clinic.address, viewport=SMALL, headset=True, expect=[GONE])
    join(page)
    clinic.room.admit()
    clinic.room.begin()
    in_experience(page)
    can_leap(page)
    return page


def silent(page: Page, seconds: float) -> None:
    """Lets the page's clock run on without an answer, in steps that are no sleep of the page."""
    for _ in range(round(seconds / 0.5)):
        leap(page, 0.5)
        frames(page, 1)


def test_three_seconds_of_silence_freeze_what_is_drawn(page: Page, clinic: FakeClinic) -> None:
    # A page that is slow to draw may give the silent connection up meanwhile; it is not greeted before the end either.
    clinic.room.answers_pings = clinic.room.greets = False
    silent(page, 3.5)
    wait_for(page, "room.place === 'frozen'")
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        clinic.room.patch(height_m=25.0, wind=1.0)
    frames(page, 3)
    assert probe(page)["state"]["height_m"] == 0
    clinic.room.answers_pings = clinic.room.greets = True
    clinic.room.drop()
    wait_for(page, "room.place === 'running' && room.state.height_m === 25")
    assert probe(page)["stop_ms"] is None


def test_ten_seconds_of_silence_lead_to_the_calm_place(page: Page, clinic: FakeClinic) -> None:
    clinic.room.answers_pings = False
    clinic.room.refuses = True
    silent(page, 11)
    wait_for(page, "room.scene === 'calm'")
    expect(page.get_by_role("status").filter(has_text="The connection to your guide was lost")).to_be_attached()
    clinic.room.answers_pings, clinic.room.refuses = True, False
    wait_for(page, "room.status === 'joined' && room.phase === 'calm'")
    assert clinic.room.of(wire.Stop)[0].why == "heartbeat"
    assert probe(page)["scene"] == "calm"


def test_a_lost_connection_comes_back_by_itself(page: Page, clinic: FakeClinic) -> None:
    clinic.room.drop()
    clinic.room.state["height_m"] = 6.0
    wait_for(page, "room.status === 'joined' && room.state.height_m === 6")
    first, second = clinic.room.of(wire.Hello)
    assert first.resume_from is None
    assert second.resume_from == 0
    assert probe(page)["place"] == "running"


def test_a_stop_that_the_room_missed_is_told_when_it_is_back(page: Page, clinic: FakeClinic) -> None:
    clinic.room.refuses = True
    clinic.room.drop()
    wait_for(page, "room.status === 'lost'")
    page.keyboard.press("Escape")
    wait_for(page, "room.scene === 'calm'")
    assert clinic.room.of(wire.Stop) == []
    clinic.room.refuses = False
    wait_for(page, "room.phase === 'calm'")
    assert clinic.room.of(wire.Stop) == [wire.Stop("escape")]


def test_nothing_is_drawn_above_the_ceiling(page: Page, clinic: FakeClinic) -> None:
    clinic.room.patch(height_m=60.0, target_m=1e9, railing="none", wind=7.0)
    wait_for(page, "room.state.wind === 1 && room.state.height_m === 30")
    assert probe(page)["state"] == {
        "height_m": 30,
        "target_m": 30,
        "speed_mps": 1,
        "railing": "low",
        "floor": "opaque",
        "wind": 1,
    }


def test_a_hidden_page_holds_still_until_the_subject_goes_on(page: Page, clinic: FakeClinic) -> None:
    page.evaluate(HIDDEN, True)
    wait_for(page, "room.place === 'frozen'")
    clinic.room.patch(height_m=25.0)
    page.evaluate(HIDDEN, False)
    frames(page, 10)
    assert probe(page)["state"]["height_m"] == 0
    assert [device.visible for device in clinic.room.of(wire.Device)][-2:] == [False, False]
    page.get_by_role("button", name="Go on").click()
    wait_for(page, "room.place === 'running' && room.state.height_m === 25")


def test_a_headset_that_is_taken_off_holds_still(page: Page) -> None:
    enter_vr(page)
    page.evaluate("headset.updateVisibilityState('hidden')")
    wait_for(page, "room.place === 'frozen'")
    page.evaluate("headset.updateVisibilityState('visible')")
    frames(page, 5)
    assert "resume" in probe(page)["widgets"]


def test_leaving_vr_holds_still_on_the_screen(page: Page, clinic: FakeClinic) -> None:
    enter_vr(page)
    page.evaluate("headset.activeSession?.end() ?? headset.xrSession?.end()")
    wait_for(page, "!room.presenting && room.place === 'frozen'")
    expect(page.get_by_text("You left VR")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    wait_for(page, "room.place === 'running'")


def test_the_leads_pause_holds_still(page: Page, clinic: FakeClinic) -> None:
    clinic.room.change(phase=Phase.FROZEN, frozen_why="lead")
    expect(page.get_by_text("Your guide paused")).to_be_visible()
    clinic.room.change(phase=Phase.RUNNING, frozen_why=None)
    wait_for(page, "room.place === 'running'")


def test_a_rating_on_the_screen_by_mouse_and_by_keys(page: Page, clinic: FakeClinic) -> None:
    clinic.room.change(question=wire.Question(1, "suds"))
    page.get_by_role("radio", name="30", exact=True).check()
    page.get_by_role("button", name="30 is right").click()
    wait_for(page, "!room.widgets.includes('send')")
    clinic.room.change(question=wire.Question(2, "suds"))
    page.get_by_role("radio", name="10", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    wait_for(page, "!room.widgets.includes('send')")
    assert clinic.room.of(wire.Answer) == [wire.Answer(1, 30.0, "pointer"), wire.Answer(2, 20.0, "keyboard")]
