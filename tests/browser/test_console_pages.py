"""Every page of the console opens under the strict policy, and passes axe in light and in dark."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from abaton.live.role import Phase
from tests.browser.console_clinic import Clinic, refusal
from tests.browser.console_desk import (
    LIVE,
    NOBODY_SIGNED_IN,
    PATIENT,
    REPLAY,
    REPORT,
    accessibility_violations,
    sit_down,
)
from tests.browser.console_room import LiveRoom
from tests.browser.console_site import serve_console
from tests.browser.pages import Watch

PAGES = {
    "sign-in": (None, "/sign-in", "Sign in"),
    "set-up": (None, "/setup?link=abc", "Set up your clinic"),
    "today": ("lead", "/", "Today"),
    "patients": ("lead", "/patients", "Patients"),
    "patient": ("lead", PATIENT, "Marta Keller"),
    "consent": ("lead", f"{PATIENT}?show=consent", "Marta Keller"),
    "screening": ("lead", f"{PATIENT}?show=screening", "Marta Keller"),
    "limits": ("lead", f"{PATIENT}?show=limits", "Marta Keller"),
    "report": ("lead", REPORT, "Jonas Lindqvist"),
    "replay": ("lead", REPLAY, "Jonas Lindqvist"),
    "accounts": ("admin", "/accounts", "Accounts"),
    "audit": ("admin", "/audit", "Audit log"),
}


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with serve_console() as address:
        yield address


def _settled(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("status").filter(has_text="…")).to_have_count(0)


def _violations_in_light_and_dark(page: Page) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", scheme)
        # Colours pass over softly; axe must not look at them half-way.
        page.evaluate("""async () => {
            await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
            await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
        }""")
        found[scheme] = accessibility_violations(page)
    return found


@pytest.mark.parametrize("name", PAGES)
def test_page_has_no_accessibility_violation(watch: Watch, site: str, name: str) -> None:
    role, path, heading = PAGES[name]
    expected = NOBODY_SIGNED_IN if role is None else ()
    page = sit_down(watch, site, path, clinic=Clinic(role), expect=expected)
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    _settled(page)
    assert _violations_in_light_and_dark(page) == {"light": [], "dark": []}


@pytest.mark.parametrize("phase", [Phase.LOBBY, Phase.RUNNING, Phase.FROZEN, Phase.CALM])
def test_live_page_has_no_accessibility_violation(watch: Watch, site: str, phase: Phase) -> None:
    page = sit_down(watch, site, LIVE, room=LiveRoom(phase))
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()
    expect(page.get_by_text("Subject joined")).to_be_attached()
    _settled(page)
    assert _violations_in_light_and_dark(page) == {"light": [], "dark": []}


@pytest.mark.parametrize("path", ["/", "/patients", PATIENT, REPORT, LIVE])
def test_page_fits_a_narrow_screen(watch: Watch, site: str, path: str) -> None:
    page = sit_down(watch, site, path, room=LiveRoom(), viewport=(360, 740))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    _settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_empty_clinic_says_what_to_do(watch: Watch, site: str) -> None:
    clinic = Clinic()
    clinic.sessions, clinic.patients = [], []
    page = sit_down(watch, site, "/", clinic=clinic)
    expect(page.get_by_text("No session today yet")).to_be_visible()
    page.get_by_role("link", name="Choose a patient").click()
    expect(page.get_by_text("No patients yet")).to_be_visible()
    assert accessibility_violations(page) == []


def test_refusal_is_told_with_what_to_do_and_can_be_tried_again(watch: Watch, site: str) -> None:
    clinic = Clinic()
    problem = refusal("database_busy", "no answer of the database", "one within 5 s", "Wait a moment, then try again.")
    clinic.broken["/api/sessions"] = (503, problem)
    page = sit_down(watch, site, "/", clinic=clinic, expect=("status of 503",))
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Database busy")
    expect(alert).to_contain_text("Wait a moment, then try again.")
    assert accessibility_violations(page) == []
    clinic.broken.clear()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Marta Keller")).to_be_visible()


def test_unknown_address_leads_back(watch: Watch, site: str) -> None:
    page = sit_down(watch, site, "/no-such-page")
    expect(page.get_by_text("There is no page at this address")).to_be_visible()


def test_colours_follow_the_choice_and_keep_it(watch: Watch, site: str) -> None:
    page = sit_down(watch, site, "/", color_scheme="light")
    page.get_by_role("radio", name="As this computer").press("ArrowRight")
    scheme = "document.documentElement.dataset.mantineColorScheme"
    assert page.evaluate(scheme) == "dark"
    page.reload()
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
    assert page.evaluate(scheme) == "dark"
