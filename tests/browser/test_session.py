"""The main job as a new user would do it: a clinician leads a patient who fears heights, from consent to report."""

import io
import json
import re
import zipfile
from pathlib import Path

import pyarrow.parquet as parquet
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

    room = watch.open(clinic.room, headset=True, viewport=(1280, 720))
    join(room, code)
    lead.get_by_role("button", name="Admit").click()
    wait_for(room, "room.place === 'lobby'")
    enter_vr(room)
    picture(room, "lobby")
    lead.get_by_role("button", name="Begin").click()
    in_experience(room)
    expect(lead.get_by_role("img", name=re.compile("What the patient sees"))).to_be_visible()

    lead.get_by_role("radio", name="Low").check(force=True)
    set_number(lead, "Set wind", "0.5")
    set_number(lead, "Rise to", "12")
    wait_for(room, "room.state.height_m === 12 && room.state.railing === 'low' && room.state.wind === 0.5", 120)

    lead.get_by_role("button", name="Ask for SUDS").click()
    wait_for(room, "room.widgets.includes('send')")
    frames(room)
    picture(room, "suds")
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        room.keyboard.press(key)
    rating = lead.get_by_role("region", name="SUDS").get_by_text(re.compile(r"^\d+$")).first
    expect(rating).to_be_visible()
    expect(lead.get_by_text(re.compile("recorded")).first).to_be_visible()
    lead.get_by_label("New note").fill("Holds the rail, breathes evenly.")
    lead.get_by_role("button", name="Save note").click()
    expect(lead.get_by_label("New note")).to_have_value("")
    frames(room)
    picture(room, "heights")
    picture(lead, "live")

    room.keyboard.press("Escape")
    wait_for(room, "room.scene === 'calm'")
    assert probe(room)["stop_ms"] is not None
    frames(room)
    picture(room, "calm")
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
    expect(lead.get_by_text("Holds the rail, breathes evenly.").first).to_be_visible()
    picture(lead, "report", whole=True)
    check_downloads(lead)
    lead.get_by_role("link", name=re.compile("[Rr]eplay")).click()
    expect(lead.get_by_role("slider").first).to_be_visible()
    picture(lead, "replay")
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
        column = parquet.read_table(io.BytesIO(archive.read(heights)))
        assert max(column["value"].to_pylist()) == pytest.approx(12.0)
        assert parquet.read_table(io.BytesIO(archive.read(rates))).num_rows > 5
