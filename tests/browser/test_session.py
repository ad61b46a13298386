"""The main job as a new user would do it: a clinician leads a patient who fears heights, from consent to report."""

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pyarrow.parquet  # pyright: ignore[reportMissingTypeStubs]
import pytest
from playwright.sync_api import Page, expect
from typer.testing import CliRunner

from abaton.cli.program import app
from tests.browser.clinic import Clinic
from tests.browser.console_page import consent, open_patient, screen, set_number, sign_in, start_heights
from tests.browser.pages import Watch
from tests.browser.pictures import picture
from tests.browser.room_page import enter_vr, frames, in_experience, join, probe, wait_for


def facts(lead: Page) -> str:
    return lead.get_by_role("region", name="What happened").first.inner_text()


def test_a_session_from_consent_to_report(own_clinic: Clinic, watch: Watch) -> None:
    clinic = own_clinic
    lead = sign_in(watch, clinic)
    picture(lead, "today")
    open_patient(lead, "Herrera")
    consent(lead, "Care", "Recording")
    picture(lead, "consent")
    screen(lead)
    code = start_heights(lead)
    picture(lead, "pairing")

    room = watch.open(clinic.room, headset=True, viewport=(640, 360))
    join(room, code)
    lead.get_by_role("button", name="Admit").click()
    wait_for(room, "room.place === 'lobby'")
    enter_vr(room)
    lead.get_by_role("button", name="Begin").click()
    in_experience(room)
    expect(lead.get_by_role("img", name=re.compile("What the patient sees"))).to_be_visible()
    # Two pages that draw by software on two cores starve each other's heartbeats.
    lead.get_by_role("button", name="Hide the view").click()

    lead.get_by_role("radiogroup", name="Set railing").get_by_text("Low").click()
    set_number(lead, "Set wind", "0.5")
    set_number(lead, "Rise to", "12")
    wait_for(room, "room.state.height_m === 12 && room.state.railing === 'low' && room.state.wind === 0.5", 120)

    lead.get_by_role("button", name="Ask for SUDS").click()
    wait_for(room, "room.widgets.includes('send')")
    frames(room)
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        room.keyboard.press(key)
    expect(lead.get_by_role("region", name="SUDS")).to_contain_text("Last rating 60")
    expect(lead.get_by_text(re.compile("recorded")).first).to_be_visible()
    lead.get_by_label("New note").fill("Holds the rail, breathes evenly.")
    lead.get_by_role("button", name="Save note").click()
    expect(lead.get_by_label("New note")).to_have_value("")
    picture(lead, "session")

    room.keyboard.press("Escape")
    wait_for(room, "room.scene === 'calm'")
    assert probe(room)["stop_ms"] is not None
    expect(lead.get_by_text("Stopped").first).to_be_visible()
    wait_for(room, "room.widgets.includes('ready')")
    room.keyboard.press("Enter")
    lead.get_by_role("button", name=re.compile("go on", re.IGNORECASE)).click()
    wait_for(room, "room.phase === 'running' && room.scene === 'experience'")

    lead.get_by_role("button", name="Close", exact=True).click()
    lead.get_by_role("button", name="Close the session").click()
    wait_for(room, "room.place === 'ended'")

    session = re.search(r"/sessions/(\w+)", lead.url)
    assert session
    lead.goto(f"{clinic.origin}/sessions/{session[1]}/report")
    # The note stands twice in the page: under Notes, and in the timeline's table, which is hidden until asked for.
    expect(lead.get_by_text("Holds the rail, breathes evenly.").filter(visible=True).first).to_be_visible()
    check_downloads(lead)
    lead.get_by_role("link", name=re.compile("[Rr]eplay")).click()
    expect(lead.get_by_role("slider").first).to_be_visible()
    for page in (lead, room):
        page.close()
    clinic.stop()
    verified = CliRunner().invoke(app, ["verify", "--data", str(clinic.data)])
    assert verified.exit_code == 0, verified.output


def check_downloads(lead: Page) -> None:
    with lead.expect_download() as waiting:
        lead.get_by_role("link", name=re.compile("FHIR")).click()
    bundle = json.loads(Path(waiting.value.path()).read_text())
    kinds = {entry["resource"]["resourceType"] for entry in bundle["entry"]}
    assert kinds >= {"Patient", "Encounter", "Procedure", "Observation", "Consent", "QuestionnaireResponse"}
    with lead.expect_download() as waiting:
        lead.get_by_role("link", name=re.compile("Parquet")).click()
    with zipfile.ZipFile(waiting.value.path()) as archive:
        names = archive.namelist()
        heights = next(name for name in names if "height_m" in name)
        rates = next(name for name in names if "heart_rate" in name)
        assert max(values(archive.read(heights))) == pytest.approx(12.0)
        assert len(values(archive.read(rates))) > 5


def values(table: bytes) -> list[float]:
    read: Any = getattr(pyarrow.parquet, "read_table")  # noqa: B009 - its types are unknown
    return read(io.BytesIO(table))["value"].to_pylist()
