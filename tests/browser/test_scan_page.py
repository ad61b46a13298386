"""The 3-D view of a report on a scan, opened from its file."""

import base64
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from abaton.geometry.grid import Grid
from abaton.pages import FlightPath, Heading, View3D, ViewedMesh, write_page
from abaton.pages import Page as Report
from tests.browser.console_desk import accessibility_violations

ARTIFACTS = Path(__file__).parents[2] / "artifacts"
SIDE = 40
VOXEL_MM = 2.0
BLUE = "#2050d0"
WITHOUT_WEBGL = """
const real = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return kind === 'webgl2' ? null : real.call(this, kind, ...rest);
};
"""

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


def a_box(low: tuple[float, float, float], high: tuple[float, float, float]) -> tuple[Any, Any]:
    """Vertices and faces of a box in mm."""
    corners = np.array([[(low, high)[n >> axis & 1][axis] for axis in range(3)] for n in range(8)], dtype=np.float64)
    quads = [(0, 4, 6, 2), (1, 3, 7, 5), (0, 1, 5, 4), (2, 6, 7, 3), (0, 2, 3, 1), (4, 5, 7, 6)]
    return corners, np.array([(a, b, c) for q in quads for a, b, c in ((q[0], q[1], q[2]), (q[0], q[2], q[3]))])


def a_body() -> tuple[Grid, NDArray[np.uint8], NDArray[np.uint8]]:
    """A ball of tissue, hollow along the patient's length; a label in its upper part."""
    z, y, x = np.ogrid[:SIDE, :SIDE, :SIDE]
    middle = (SIDE - 1) / 2
    ball = (x - middle) ** 2 + (y - middle) ** 2 + (z - middle) ** 2 < (0.4 * SIDE) ** 2
    tube = (x - middle) ** 2 + (y - middle) ** 2 < 16
    values = np.where(ball & ~tube, 200, 0).astype(np.uint8)
    label = ((x - middle) ** 2 + (y - middle) ** 2 + (z - 0.7 * SIDE) ** 2 < 36).astype(np.uint8)
    start = -middle * VOXEL_MM
    affine = [[0, 0, VOXEL_MM, start], [0, VOXEL_MM, 0, start], [VOXEL_MM, 0, 0, start], [0, 0, 0, 1]]
    return Grid.of(values.shape, affine), values, label


@pytest.fixture
def scan(tmp_path: Path) -> str:
    """A page with a view of a body, a box in front of it, a label inside, and a way through."""
    ARTIFACTS.mkdir(exist_ok=True)
    grid, values, label = a_body()
    # In front of the face; the patient's back is towards +y.
    vertices, faces = a_box((-8, -50, -8), (8, -40, 8))
    view = View3D(
        values=values,
        grid=grid,
        range=(-1000.0, 1000.0),
        unit="HU",
        modality="CT",
        title="Abdomen",
        alt="The abdomen in three dimensions",
        labels=label,
        label_names={1: ("Polyp", "#c2782a")},
        meshes=[ViewedMesh("Needle guide", BLUE, vertices, faces)],
        path=FlightPath(np.array([[0.0, 0.0, z] for z in range(-30, 31, 5)]), 90),
    )
    path = tmp_path / "scan.html"
    write_page(path, Report("A made scan", "For a test", [Heading("In three dimensions"), view]))
    return path.as_uri()


def canvas_of(page: Page) -> Locator:
    return page.get_by_role("application")


def at_rest(page: Page) -> None:
    """Waits until it is drawn as it is meant."""
    expect(page.get_by_text("As seen: full quality")).to_be_visible()


def drawn(page: Page) -> NDArray[np.uint8]:
    """The picture, (height, width, 3), once it is at rest."""
    page.wait_for_timeout(300)  # the coarse picture in motion comes first
    at_rest(page)
    return np.asarray(Image.open(io.BytesIO(canvas_of(page).screenshot())).convert("RGB"))


def middle_of(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The mean colour around the middle."""
    height, width, _ = picture.shape
    return picture[height // 2 - 4 : height // 2 + 4, width // 2 - 4 : width // 2 + 4].mean(axis=(0, 1))


def is_blue(color: NDArray[np.float64]) -> bool:
    return bool(color[2] > 1.5 * color[0])


def test_the_scan_is_drawn_with_what_it_was_seen_with(open_page: Open, scan: str) -> None:
    page = open_page(scan, viewport=(960, 640))
    picture = drawn(page)
    assert picture[picture.shape[0] // 4, 10].max() < 40  # air is dark
    assert (picture.max(axis=2) > 60).mean() > 0.1  # the body fills a good part
    seen = page.locator(".seen").inner_text()
    assert "step 2.00 mm" in seen
    assert re.search(r"\d+ . \d+ pixels, all of the screen's", seen)
    expect(page.locator(".seen")).to_contain_text("Brightness is off by")
    # On the page, and in the picture itself.
    expect(page.locator("#view3d").get_by_text("Not for primary diagnosis")).to_be_visible()
    page.screenshot(path=ARTIFACTS / "scan_page.png", full_page=True)


def test_everything_can_be_done_by_keyboard(open_page: Open, scan: str) -> None:
    page = open_page(scan, viewport=(960, 640))
    at_rest(page)
    canvas = canvas_of(page)
    page.get_by_role("button", name="From: Front").press("Enter")
    expect(canvas).to_have_attribute("aria-label", "Abdomen, seen from the front")
    canvas.focus()
    for _ in range(6):
        page.keyboard.press("Shift+ArrowRight")
    expect(canvas).to_have_attribute("aria-label", "Abdomen, seen from the left")
    for _ in range(18):
        page.keyboard.press("ArrowUp")
    expect(canvas).to_have_attribute("aria-label", "Abdomen, seen from the head")
    before = drawn(page)
    for _ in range(4):
        page.keyboard.press("+")
    assert (drawn(page).max(axis=2) > 60).sum() > 1.2 * (before.max(axis=2) > 60).sum()
    page.keyboard.press("Home")
    expect(canvas).to_have_attribute("aria-label", "Abdomen, seen from the front and left")
    for name in ("Tissue", "Drawn as", "Cut away"):
        choice = page.get_by_label(name)
        chosen = choice.input_value()
        choice.press("ArrowDown")
        assert choice.input_value() != chosen
    expect(page.get_by_role("slider", name="Cut to")).to_be_visible()
    shell = page.get_by_label("Polyp")
    shell.press("Space")
    expect(shell).not_to_be_checked()


def test_a_mouse_turns_it(open_page: Open, scan: str) -> None:
    page = open_page(scan, viewport=(960, 640))
    at_rest(page)
    page.get_by_role("button", name="From: Front").click()
    expect(canvas_of(page)).to_have_attribute("aria-label", "Abdomen, seen from the front")
    canvas_of(page).hover()
    page.mouse.down()
    page.mouse.move(400, 400)
    page.mouse.move(625, 400)  # 90 degrees, whatever the first move was
    page.mouse.up()
    expect(canvas_of(page)).not_to_have_attribute("aria-label", "Abdomen, seen from the front")


def test_surfaces_stand_before_and_behind_the_volume(open_page: Open, scan: str) -> None:
    page = open_page(scan, viewport=(960, 640))
    page.get_by_label("Drawn as").select_option("iso")
    page.get_by_role("button", name="From: Front").click()
    assert is_blue(middle_of(drawn(page)))
    page.get_by_role("button", name="From: Back").click()
    assert not is_blue(middle_of(drawn(page)))
    page.get_by_label("Scan", exact=True).uncheck()
    page.get_by_label("Polyp").uncheck()
    assert is_blue(middle_of(drawn(page)))
    page.get_by_label("Needle guide").uncheck()
    assert drawn(page)[100:-100, 100:-150].max() < 40  # nothing is left


def test_a_cut_takes_away_one_side(open_page: Open, scan: str) -> None:
    page = open_page(scan, viewport=(960, 640))
    page.get_by_label("Needle guide").uncheck()
    page.get_by_label("Polyp").uncheck()
    page.get_by_label("Drawn as").select_option("iso")
    page.get_by_role("button", name="From: Front").click()

    def upper_and_lower() -> list[bool]:
        picture = drawn(page)
        height, width, _ = picture.shape
        places = (picture[round(height * share), round(0.45 * width)] for share in (0.35, 0.65))
        return [bool(place.max() > 60) for place in places]

    assert upper_and_lower() == [True, True]
    page.get_by_label("Cut away").select_option("From above")
    page.get_by_role("slider", name="Cut to").fill("0.5")
    assert upper_and_lower() == [False, True]
    page.get_by_label("Cut away").select_option("From below")
    assert upper_and_lower() == [True, False]


def test_the_way_through_the_organ_is_flown_and_scrubbed(open_page: Open, scan: str) -> None:
    page = open_page(scan, viewport=(960, 640))
    page.get_by_label("Look from inside").check()
    expect(page.get_by_label("Drawn as")).to_have_value("iso")
    assert (drawn(page).max(axis=2) > 40).mean() > 0.5  # walls all around
    page.get_by_role("slider", name="Way").fill("30")
    expect(canvas_of(page)).to_have_attribute("aria-label", "Abdomen, 30 mm along the way")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.get_by_role("button", name="Play")).to_be_visible()  # at the end
    expect(canvas_of(page)).to_have_attribute("aria-label", "Abdomen, 60 mm along the way")
    page.get_by_label("Look from inside").uncheck()
    expect(canvas_of(page)).to_have_attribute("aria-label", "Abdomen, seen from the front and left")


def test_the_view_has_no_accessibility_violation_in_light_and_dark(open_page: Open, scan: str) -> None:
    page = open_page(scan, viewport=(1100, 900))
    page.get_by_label("Cut away").select_option("From the front")
    page.get_by_label("Look from inside").check()
    at_rest(page)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert accessibility_violations(page) == []
        page.screenshot(path=ARTIFACTS / f"scan_page_{scheme}.png", full_page=True)


def test_a_narrow_page_needs_no_sideways_scrolling(open_page: Open, scan: str) -> None:
    page = open_page(scan, viewport=(360, 740))
    at_rest(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_lost_graphics_card_is_told_and_drawn_again(open_page: Open, scan: str) -> None:
    page = open_page(scan, viewport=(960, 640))
    before = drawn(page)
    page.evaluate(
        "window.lost = document.querySelector('canvas').getContext('webgl2').getExtension('WEBGL_lose_context');"
        "window.lost.loseContext()"
    )
    expect(page.get_by_text("The graphics card was taken away")).to_be_visible()
    page.evaluate("window.lost.restoreContext()")
    expect(page.get_by_text("The graphics card was taken away")).to_be_hidden()
    after = drawn(page)
    assert np.abs(after.astype(int) - before).mean() < 2


def test_a_browser_without_webgl_is_told_what_to_do(open_page: Open, scan: str, watch: Any) -> None:
    context = watch.new_context()
    context.add_init_script(WITHOUT_WEBGL)
    page = open_page(scan, context)
    expect(page.get_by_role("alert")).to_contain_text("WebGL 2 is missing")


def test_damaged_data_is_told(open_page: Open, scan: str, tmp_path: Path) -> None:
    text = Path(scan.removeprefix("file://")).read_text()
    found = re.search(r'id="scan">(.*?)</script>', text)
    assert found
    payload = json.loads(found[1])
    payload["values"] = base64.b64encode(b"no scan").decode()
    damaged = tmp_path / "damaged.html"
    damaged.write_text(text.replace(found[1], json.dumps(payload)))
    page = open_page(damaged.as_uri())
    expect(page.get_by_role("alert")).to_contain_text("Write the page again")
