"""What surgery and training show, as a new user comes to see it; their pictures stand in the README."""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from textual.widgets import Input
from typer.testing import CliRunner

from abaton.cli.program import app
from abaton.core.clock import ManualClock
from abaton.training.live.app import Monitor
from abaton.training.live.bedside import ScenarioBedside
from abaton.training.scenario.reading import shipped
from tests.browser.pictures import picture

pytestmark = pytest.mark.browser


def test_a_resection_and_its_margin(open_page: Callable[..., Page], tmp_path: Path) -> None:
    arguments = ["surgery", "run", "resect", "--trainee", "careful", "--seed", "3", "--to", str(tmp_path)]
    ran = CliRunner().invoke(app, arguments)
    assert ran.exit_code == 0, ran.output
    (written,) = tmp_path.glob("*.html")
    page = open_page(written.as_uri(), viewport=(1100, 900))
    heading = page.get_by_role("heading", name="What happened")
    heading.evaluate("element => element.scrollIntoView()")
    expect(page.get_by_text("Planned margin achieved").first).to_be_visible()
    drawn = page.locator("figure img, figure svg")
    assert drawn.count() >= 3
    picture(page, "resect")


def test_a_patient_and_why(open_page: Callable[..., Page], tmp_path: Path) -> None:
    arguments = ["patient", "run", "anaphylaxis", "--learner", "harmful", "--seed", "3", "--to", str(tmp_path)]
    ran = CliRunner().invoke(app, arguments)
    assert ran.exit_code == 0, ran.output
    (written,) = tmp_path.glob("*.html")
    page = open_page(written.as_uri(), viewport=(1100, 960))
    expect(page.get_by_text("Critical items failed").first).to_be_visible()
    trends = page.get_by_role("heading", name="The monitor's trends")
    trends.evaluate("element => element.scrollIntoView()")
    picture(page, "patient_trends")
    heading = page.get_by_role("heading", name="Why", exact=True)
    heading.evaluate("element => element.scrollIntoView()")
    expect(page.get_by_text("The parts add up").first).to_be_visible()
    picture(page, "why")


def test_the_monitor_in_the_terminal(open_page: Callable[..., Page], tmp_path: Path) -> None:
    clock = ManualClock()
    monitor = Monitor(ScenarioBedside(shipped("anaphylaxis").scenario, 1, lambda _: ""), clock)

    async def driven() -> str:
        async with monitor.run_test(size=(120, 40)) as pilot:

            async def typed(text: str, seconds: int) -> None:
                monitor.query_one(Input).value = text
                await pilot.press("enter")
                for _ in range(4 * seconds):
                    clock.advance(0.25)
                    monitor.frame()

            for sensor in ("ecg", "spo2", "nibp", "arterial line", "capnography", "temperature"):
                await typed(f"attach {sensor}", 1)
            await typed("ask do you have any allergies", 8)
            await typed("examine chest", 10)
            await typed("adrenaline 500 mg im", 4)
            await typed("adrenaline 0.5 mg im", 60)
            await pilot.pause()
            return monitor.export_screenshot(title="abaton patient live anaphylaxis")

    # Playwright keeps a loop of its own in this thread.
    with ThreadPoolExecutor(1) as elsewhere:
        drawn = elsewhere.submit(lambda: asyncio.run(driven())).result()
    for word in ("ART", "SpO2", "EtCO2", "NIBP"):
        assert word in drawn
    # The picture asks for a font from elsewhere; the machine's own will do.
    (tmp_path / "bedside.svg").write_text(re.sub(r"@font-face\s*{.*?}", "", drawn, flags=re.DOTALL))
    page = open_page((tmp_path / "bedside.svg").as_uri(), viewport=(1480, 1000))
    picture(page, "bedside")
