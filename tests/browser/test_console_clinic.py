"""What a clinician and an administrator do with the console, by keyboard where it matters, before a session."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.console_clinic import Clinic, identifier
from tests.browser.console_desk import NOBODY_SIGNED_IN, PATIENT, accessibility_violations, sit_down
from tests.browser.console_site import serve_console
from tests.browser.pages import Watch


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with serve_console() as address:
        yield address


def _bodies(clinic: Clinic, path: str) -> list[Any]:
    return [body for _, asked, body in clinic.asked if asked == path]


def test_signing_in_by_keyboard_leads_to_the_page_that_was_asked_for(watch: Watch, site: str) -> None:
    clinic = Clinic(None)
    page = sit_down(watch, site, "/patients", clinic=clinic, expect=NOBODY_SIGNED_IN)
    page.get_by_label("Email").press_sequentially("ines.baumann@clinic.example")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Email or password is wrong")
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Patients", exact=True)).to_be_focused()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_first_set_up_asks_for_a_long_password_twice(watch: Watch, site: str) -> None:
    clinic = Clinic(None)
    clinic.setup_needed = True
    page = sit_down(watch, site, "/sign-in", clinic=clinic, expect=NOBODY_SIGNED_IN)
    expect(page.get_by_text("prints a link that can be used once")).to_be_visible()
    page.goto(f"{site}/setup?link=once")
    page.get_by_label("Name of the clinic").fill("Lindenhof Clinic")
    page.get_by_label("Your name").fill("Tomas Vrba")
    page.get_by_label("Email").fill("tomas.vrba@clinic.example")
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_label("Password again").fill("shorter")
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_text("use at least 12")).to_be_visible()
    expect(page.get_by_text("The two passwords differ")).to_be_visible()
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_label("Password again").fill("correct horse battery")
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("heading", name="Accounts")).to_be_visible()
    assert _bodies(clinic, "/api/setup")[0]["link"] == "once"


def test_administrator_sees_accounts_and_no_patients(watch: Watch, site: str) -> None:
    page = sit_down(watch, site, "/patients", clinic=Clinic("admin"))
    expect(page.get_by_role("heading", name="Accounts")).to_be_visible()
    expect(page.get_by_role("link", name="Patients")).to_have_count(0)


def test_observer_reads_and_changes_nothing(watch: Watch, site: str) -> None:
    page = sit_down(watch, site, f"{PATIENT}?show=consent", clinic=Clinic("observer"))
    expect(page.get_by_role("heading", name="Recording", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Withdraw")).to_have_count(0)
    expect(page.get_by_role("button", name="Edit")).to_have_count(0)
    page.get_by_role("tab", name="Overview").click()
    expect(page.get_by_role("button", name="Start fear of heights")).to_have_count(0)


def test_patient_is_found_and_added(watch: Watch, site: str) -> None:
    clinic = Clinic()
    page = sit_down(watch, site, "/patients", clinic=clinic)
    page.get_by_label("Find a patient").fill("keller")
    expect(page.get_by_role("status").filter(has_text="1 patient for “keller”")).to_be_visible()
    page.get_by_role("button", name="Add a patient").click()
    dialog = page.get_by_role("dialog", name="Add a patient")
    dialog.get_by_label("Given name").fill("Nora")
    dialog.get_by_label("Family name").fill("Aalto")
    dialog.get_by_label("Date of birth").fill("2031-02-03")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("This day is still to come")).to_be_visible()
    assert accessibility_violations(page) == []
    dialog.get_by_label("Date of birth").fill("1991-02-03")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Nora Aalto")).to_be_visible()
    added = {"given_name": "Nora", "family_name": "Aalto", "birth_date": "1991-02-03", "mrn": None}
    assert _bodies(clinic, "/api/patients") == [added]


def test_consent_is_withdrawn_only_after_a_question(watch: Watch, site: str) -> None:
    clinic = Clinic()
    page = sit_down(watch, site, f"{PATIENT}?show=consent", clinic=clinic)
    recording = page.get_by_role("region", name="Recording")
    recording.get_by_role("button", name="Withdraw").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Recording stops at once")
    page.keyboard.press("Escape")
    assert clinic.consents["recording"]
    recording.get_by_role("button", name="Withdraw").click()
    dialog.get_by_role("button", name="Withdraw").click()
    expect(recording.get_by_role("button", name="The patient agrees")).to_be_visible()
    path = f"/api/patients/{identifier('a')}/consents"
    assert _bodies(clinic, path) == [{"purpose": "recording", "given": False, "version": "recording-1"}]


def test_screening_tells_at_once_what_an_answer_means_and_blocks_the_start(watch: Watch, site: str) -> None:
    clinic = Clinic()
    clinic.screening = None
    page = sit_down(watch, site, PATIENT, clinic=clinic)
    expect(page.get_by_role("button", name="Start fear of heights")).to_be_disabled()
    page.get_by_role("link", name="Ask the questions").click()
    record = page.get_by_role("button", name="Record the screening")
    expect(record).to_be_disabled()
    for question in page.locator("form").get_by_role("radiogroup").all():
        question.get_by_label("No", exact=True).check()
    page.get_by_role("radiogroup", name="seizure").get_by_label("Yes").check()
    expect(page.get_by_text("Moving light can provoke a seizure")).to_be_visible()
    record.click()
    expect(page.get_by_text("Blocked: no session")).to_be_visible()
    assert accessibility_violations(page) == []
    page.get_by_role("tab", name="Overview").click()
    expect(page.get_by_text("Screening says no: seizures.")).to_be_visible()
    expect(page.get_by_role("button", name="Start fear of heights")).to_be_disabled()


def test_limits_are_set_by_keyboard(watch: Watch, site: str) -> None:
    clinic = Clinic()
    page = sit_down(watch, site, f"{PATIENT}?show=limits", clinic=clinic)
    slider = page.get_by_role("slider", name="Height, at most")
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", "28 m")
    page.get_by_role("button", name="Save the limits").click()
    expect(page.get_by_text("Limits saved.")).to_be_visible()
    assert clinic.ceilings["heights"] == {"height_m": 28, "railing": "low"}


def test_session_is_started_from_the_patients_page(watch: Watch, site: str) -> None:
    clinic = Clinic()
    page = sit_down(watch, site, PATIENT, clinic=clinic)
    page.get_by_role("button", name="Start fear of heights").click()
    page.wait_for_url(f"**/sessions/{identifier('v')}/live")
    assert _bodies(clinic, "/api/sessions") == [{"patient_id": identifier("a"), "experience": "heights"}]


def test_account_is_deactivated_only_after_a_question(watch: Watch, site: str) -> None:
    clinic = Clinic("admin")
    page = sit_down(watch, site, "/accounts", clinic=clinic)
    page.get_by_role("button", name="Deactivate Lea Morel").click()
    page.get_by_role("dialog").get_by_role("button", name="Deactivate").click()
    expect(page.get_by_role("button", name="Activate Lea Morel")).to_be_visible()
    assert [one["active"] for one in clinic.practitioners if one["name"] == "Lea Morel"] == [False]


def test_audit_log_is_read_to_its_beginning_and_verified(watch: Watch, site: str) -> None:
    page = sit_down(watch, site, "/audit", clinic=Clinic("admin"))
    page.get_by_role("button", name="Show older entries").click()
    expect(page.get_by_role("button", name="Show older entries")).to_have_count(0)
    expect(page.get_by_role("row")).to_have_count(61)
    page.get_by_role("button", name="Verify the chain").click()
    expect(page.get_by_text("The log is as it was written")).to_be_visible()
