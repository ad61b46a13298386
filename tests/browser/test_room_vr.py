"""The room in an emulated headset: entering, and answering by everything that a hand, an eye or a key can do."""

import math
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from abaton.live import wire
from tests.browser.fake_room import FakeClinic, fake_clinic
from tests.browser.room_page import (
    SMALL,
    aim,
    enter_vr,
    frames,
    in_experience,
    join,
    pinch,
    probe,
    trigger,
    wait_for,
)

QUESTION = wire.Question(1, "suds")


@pytest.fixture
def clinic() -> Iterator[FakeClinic]:
    with fake_clinic() as clinic:
        yield clinic


@pytest.fixture
def page(clinic: FakeClinic, open_page: Callable[..., Page]) -> Page:
    page = open_page(clinic.address, headset=True, viewport=SMALL)
    join(page)
    enter_vr(page)
    return page


def ask(page: Page, clinic: FakeClinic) -> None:
    clinic.room.admit()
    clinic.room.change(phase="running", began_tick=0, question=QUESTION)
    in_experience(page)
    wait_for(page, "room.widgets.includes('send')")
    frames(page, 2)


def answer(clinic: FakeClinic, page: Page) -> wire.Answer:
    wait_for(page, "!room.widgets.includes('send')")
    (answer,) = clinic.room.of(wire.Answer)
    return answer


def test_vr_is_drawn_for_two_eyes_within_the_budget(page: Page, clinic: FakeClinic) -> None:
    clinic.room.admit()
    clinic.room.begin()
    in_experience(page)
    frames(page)
    shown = probe(page)
    assert shown["presenting"]
    assert 0 < shown["draw_calls"] <= 120
    assert 0 < shown["triangles"] <= 300_000


def test_a_controller_answers(page: Page, clinic: FakeClinic) -> None:
    ask(page, clinic)
    aim(page, "right", "rate-70")
    trigger(page)
    aim(page, "right", "send")
    trigger(page)
    assert answer(clinic, page) == wire.Answer(1, 70.0, "controller")


def test_a_hand_answers(page: Page, clinic: FakeClinic) -> None:
    page.evaluate("headset.primaryInputMode = 'hand'")
    frames(page, 6)
    ask(page, clinic)
    aim(page, "hand", "rate-20")
    pinch(page)
    aim(page, "hand", "send")
    pinch(page)
    assert answer(clinic, page) == wire.Answer(1, 20.0, "hand")


def test_the_gaze_alone_answers(page: Page, clinic: FakeClinic) -> None:
    page.evaluate("for (const side of ['left', 'right']) headset.controllers[side].connected = false")
    ask(page, clinic)
    aim(page, "gaze", "rate-40")
    wait_for(page, "room.page.includes('rate-40/40/true')")
    aim(page, "gaze", "send")
    assert answer(clinic, page) == wire.Answer(1, 40.0, "gaze")


def test_the_gaze_selects_nothing_while_there_are_controllers(page: Page, clinic: FakeClinic) -> None:
    ask(page, clinic)
    aim(page, "gaze", "rate-40")
    frames(page, 40)
    assert "/true/" not in probe(page)["page"]


def test_the_keyboard_answers(page: Page, clinic: FakeClinic) -> None:
    ask(page, clinic)
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    assert answer(clinic, page) == wire.Answer(1, 60.0, "keyboard")


def test_sitting_lifts_the_eyes_and_turning_keeps_the_place(page: Page, clinic: FakeClinic) -> None:
    clinic.room.admit()
    page.evaluate("headset.position.set(0.4, 1.1, -0.3)")
    aim(page, "right", "recentre")
    trigger(page)
    aim(page, "right", "seated")
    trigger(page)
    assert probe(page)["head"] == pytest.approx([0, 1.6, 0], abs=0.01)
    for push in (1, 0, 1, 0):
        page.evaluate(f"headset.controllers.right.updateAxes('thumbstick', {push}, 0)")
        frames(page, 3)
    assert probe(page)["head"] == pytest.approx([0, 1.6, 0], abs=0.01)
    assert math.degrees(probe(page)["heading"]) == pytest.approx(-90, abs=0.5)


def test_the_body_is_sent_thirty_times_a_second(page: Page, clinic: FakeClinic) -> None:
    frames(page, 5)
    assert clinic.room.poses
    pose = clinic.room.poses[-1]
    assert len(pose) == 43
    assert pose[0] == 1 | 2 | 64
    head_mm = [int.from_bytes(pose[at : at + 2], "little", signed=True) for at in (7, 9, 11)]
    assert head_mm == pytest.approx([0, 1600, 0], abs=2)
