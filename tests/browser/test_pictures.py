"""The documentation's pictures of scenes and of pages that need a longer session than a test has time for."""

from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from abaton.live.role import Phase
from abaton.live.wire import Question
from tests.browser.console_desk import LIVE, REPLAY, REPORT, sit_down
from tests.browser.console_room import LiveRoom
from tests.browser.console_site import serve_console
from tests.browser.fake_room import FakeClinic, fake_clinic
from tests.browser.pages import Watch
from tests.browser.pictures import PICTURES, picture
from tests.browser.room_page import enter_vr, frames, in_experience, join, wait_for


@pytest.fixture
def clinic() -> Iterator[FakeClinic]:
    with fake_clinic() as made:
        yield made


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with serve_console() as address:
        yield address


def shows_something(name: str) -> None:
    """Neither blank nor noise."""
    colours = np.asarray(Image.open(PICTURES / f"{name}.png").convert("RGB"), float)
    assert colours.std() > 20


def look_down(page: Page) -> None:
    """Hold the key that looks down, for some pictures."""
    page.keyboard.down("ArrowDown")
    frames(page, 5)
    page.keyboard.up("ArrowDown")


def test_the_lift_and_the_calm_place(clinic: FakeClinic, watch: Watch) -> None:
    page = watch.open(clinic.address, viewport=(1280, 720), device_scale_factor=2)
    join(page)
    clinic.room.admit()
    clinic.room.begin()
    in_experience(page)
    clinic.room.patch(height_m=30.0, target_m=30.0, railing="low", wind=0.3)
    wait_for(page, "room.state.height_m === 30")
    look_down(page)
    frames(page, 4)
    picture(page, "heights")
    shows_something("heights")
    page.keyboard.press("Escape")
    clinic.room.change(phase=Phase.CALM)
    wait_for(page, "room.scene === 'calm' && room.widgets.includes('ready')")
    frames(page, 3)
    picture(page, "calm")
    shows_something("calm")


def test_the_rating_as_one_eye_sees_it(clinic: FakeClinic, watch: Watch) -> None:
    page = watch.open(clinic.address, headset=True, viewport=(1440, 720))
    join(page)
    clinic.room.admit()
    clinic.room.begin()
    in_experience(page)
    clinic.room.patch(height_m=12.0, target_m=12.0)
    enter_vr(page)
    clinic.room.change(question=Question(1, "suds"))
    wait_for(page, "room.widgets.includes('send')")
    page.evaluate("headset.quaternion.set(0, Math.sin(0.15), 0, Math.cos(0.15))")
    frames(page, 3)
    picture(page, "suds")
    both = Image.open(PICTURES / "suds.png")
    both.crop((0, 0, both.width // 2, both.height)).save(PICTURES / "suds.png")
    shows_something("suds")


def test_the_live_page(site: str, watch: Watch) -> None:
    page = sit_down(watch, site, LIVE, room=LiveRoom(), mirror=True, viewport=(1440, 1000))
    expect(page.get_by_text("Running", exact=True)).to_be_visible()
    view = page.get_by_role("img", name="What the patient sees")
    expect(view).to_be_visible()
    for _ in range(100):
        page.clock.run_for(200)
        view_of_it = Image.open(picture(page, "live")).crop((100, 200, 700, 500)).convert("L")
        if np.asarray(view_of_it).min() < 90:
            break
        page.wait_for_timeout(200)
    shows_something("live")


@pytest.mark.parametrize(("name", "path"), [("report", REPORT), ("replay", REPLAY)])
def test_the_report_and_the_replay(site: str, watch: Watch, name: str, path: str) -> None:
    page = sit_down(watch, site, path, mirror=name == "replay", viewport=(1440, 1500 if name == "report" else 900))
    expect(page.get_by_text("Jonas Lindqvist").first).to_be_visible()
    page.clock.run_for(3000)
    page.wait_for_timeout(2000)
    picture(page, name)
    shows_something(name)
