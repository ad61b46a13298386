"""The console as tests drive it, from sign-in to the live page."""

import re

from playwright.sync_api import Page, expect

from tests.browser.clinic import Clinic
from tests.browser.pages import Watch

SIGNED_OUT = "401"
"""A console that nobody is signed in to asks who is, and the browser notes the answer as an error."""


def sign_in(watch: Watch, clinic: Clinic, who: int = 0, viewport: tuple[int, int] = (1440, 900)) -> Page:
    """A console of the demo clinic, signed in as its lead (0), administrator (1) or observer (2)."""
    page = watch.open(clinic.console, viewport=viewport, expect=[SIGNED_OUT])
    page.get_by_label("Email").fill(clinic.emails[who])
    page.get_by_label("Password", exact=True).fill(clinic.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    return page


def open_patient(page: Page, family_name: str) -> None:
    """From anywhere to a patient's page."""
    page.get_by_role("link", name="Patients").first.click()
    page.get_by_role("link", name=re.compile(family_name)).click()
    expect(page.get_by_role("tab", name="Consent")).to_be_visible()


def consent(page: Page, *purposes: str) -> None:
    """Record the patient's consents, each by itself."""
    page.get_by_role("tab", name="Consent").click()
    for purpose in purposes:
        card = page.get_by_role("region", name=purpose)
        card.get_by_role("button", name="The patient agrees").click()
        expect(card.get_by_role("button", name=re.compile("ithdraw"))).to_be_visible()


def screen(page: Page) -> None:
    """Answer all screening questions with no."""
    page.get_by_role("tab", name="Screening").click()
    answers = page.get_by_role("radio", name="No")
    expect(answers).to_have_count(4)
    for answer in answers.all():
        answer.check(force=True)
    page.get_by_role("button", name="Record the screening").click()
    page.get_by_role("tab", name="Overview").click()


def start_heights(page: Page) -> str:
    """Start the session and return the pairing code that the live page shows."""
    page.get_by_role("button", name="Start fear of heights").click()
    code = page.get_by_text(re.compile(r"^[A-Z0-9]{4}\s[A-Z0-9]{4}$"))
    expect(code).to_be_visible()
    return code.inner_text()


def set_number(page: Page, command: str, value: str) -> None:
    """Type a value into a command's field on the live panel, and send it."""
    page.get_by_role("textbox", name=re.compile(command)).fill(value)
    page.get_by_role("button", name=f"Go: {command}").click()
