"""The demo clinic serves its pages to a real browser, and comes back where it was after a power cut."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.clinic import Clinic


@pytest.mark.parametrize("page_name", ["console", "room"])
def test_pages_open_without_an_error_or_an_outside_request(
    open_page: Callable[..., Page], clinic: Clinic, page_name: str
) -> None:
    # Chromium reports the answer by which the console learns that nobody is signed in.
    page = open_page(getattr(clinic, page_name), expect=[r"status of 401 .*/api/me"])
    page.wait_for_load_state("networkidle")
    assert "Abaton" in page.title()
    assert page.evaluate("document.querySelector('#console, #room').textContent") != ""


def test_type_face_is_served_by_the_clinic(open_page: Callable[..., Page], clinic: Clinic) -> None:
    page = open_page(clinic.room)
    assert page.evaluate("document.fonts.load('16px \"Figtree Variable\"').then(faces => faces.length)") > 0


def test_clinic_that_was_killed_comes_back_with_the_same_accounts(own_clinic: Clinic) -> None:
    origin, password = own_clinic.origin, own_clinic.password
    own_clinic.kill()
    own_clinic.start()
    assert (own_clinic.origin, own_clinic.password) == (origin, password)
