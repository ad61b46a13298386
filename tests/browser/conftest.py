"""Fixtures for tests that drive a real Chromium: `browser`, `watch`, `open_page`, `clinic`, `own_clinic`."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.chromium import find_chromium, launch
from tests.browser.clinic import Clinic
from tests.browser.pages import Watch

_ARTIFACTS = Path(__file__).parents[2] / "artifacts"
_FAILED = pytest.StashKey[bool]()

# Two cores without a GPU may take their time; what is expected comes, or the test fails in the end.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests; each test opens its pages in profiles of its own."""
    with sync_playwright() as playwright:
        executable = find_chromium(playwright)
        if executable is None:
            reason = "no Chromium was found: run `make browser`, or name one in ABATON_CHROMIUM"
            (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
        browser = launch(playwright, executable)
        yield browser
        browser.close()


@pytest.fixture
def watch(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Watch]:
    """Opens pages and profiles; the test fails if a page erred or reached for an outside host."""
    watch = Watch(browser)
    yield watch
    if request.node.stash.get(_FAILED, False):
        _photograph(watch.pages, request.node.name)
    watch.close()
    assert watch.problems == []


@pytest.fixture
def open_page(watch: Watch) -> Callable[..., Page]:
    """`Watch.open`, for tests that need nothing else."""
    return watch.open


@pytest.fixture(scope="session")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """A demo clinic that all tests share: leave it running, and make the patients that you change."""
    yield from _running(tmp_path_factory.mktemp("clinic"))


@pytest.fixture
def own_clinic(tmp_path: Path) -> Iterator[Clinic]:
    """A demo clinic for one test, which may stop, kill and start it."""
    yield from _running(tmp_path)


def _running(folder: Path) -> Iterator[Clinic]:
    clinic = Clinic(folder)
    clinic.start()
    yield clinic
    clinic.stop()


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Remembers a failure so that `watch` can leave a picture of it."""
    if call.when == "call" and call.excinfo is not None:
        item.stash[_FAILED] = True


def _photograph(pages: list[Page], name: str) -> None:
    _ARTIFACTS.mkdir(exist_ok=True)
    for number, page in enumerate(pages):
        if not page.is_closed():
            page.screenshot(path=_ARTIFACTS / f"failed-{name}-{number}.png")
