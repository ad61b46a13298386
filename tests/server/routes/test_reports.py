"""Report, replay, trends and exports of a session."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from abaton.live import log
from abaton.live.role import Role
from abaton.live.segments import POSE, Recorded, SegmentWriter
from tests.server.made_clinics import World

SUBJECT = "subject-1"


@pytest.fixture
def told(world: World) -> str:
    """A session of ten seconds: the sea rises after two, SUDS after three and eight, a note, a stop, the end."""
    session_id, lead = world.session(), world.mine.staff["lead"].id
    facts: list[tuple[int, str, log.AnyFact]] = [
        (0, lead, log.Opened("sea", "1", 7, 60, {"swell_m": 4.0})),
        (0, SUBJECT, log.Joined(SUBJECT, Role.SUBJECT)),
        (60, lead, log.Began()),
        (120, lead, log.Commanded("set_swell", 1, {"swell_m": 3.0})),
        (180, "room", log.Asked(1, "suds")),
        (180, SUBJECT, log.Answered(1, "suds", 40.0, "gaze")),
        (240, lead, log.Noted("Breathes calmly")),
        (300, SUBJECT, log.Stopped(Role.SUBJECT, "grips")),
        (420, lead, log.Agreed(Role.LEAD)),
        (420, SUBJECT, log.Agreed(Role.SUBJECT)),
        (480, SUBJECT, log.Answered(2, "suds", 70.0, "gaze")),
        (600, lead, log.Closed("lead")),
    ]
    world.write_log(session_id, facts)
    return session_id


def record(folder: Path, opened_us: int) -> None:
    """A minute of heart rate and some poses, as a room records them."""
    folder.mkdir(parents=True)
    segment = SegmentWriter(folder)
    for second, rate in enumerate((70.0, 80.0, 90.0)):
        at_us = opened_us + second * 1_000_000
        data = json.dumps({"values": [rate, 0.8], "source": "recorded"}).encode()
        segment.add(Recorded(SUBJECT, "heart_rate", at_us, at_us, second, data))
    for number in range(60):
        at_us = opened_us + number * 16_667
        segment.add(Recorded(SUBJECT, POSE, at_us, at_us, number, bytes((number,))))
    segment.seal()


def test_the_report_tells_the_session_in_figures_lines_events_and_notes(world: World, told: str):
    report = world.signed_in("observer").get(f"/api/sessions/{told}/report").json()
    summary = report["summary"]
    assert report["session"]["id"] == told
    assert (summary["duration_s"], summary["stops"], summary["notes"]) == (10.0, 1, 1)
    assert (summary["suds_first"], summary["suds_peak"], summary["suds_last"]) == (40.0, 70.0, 70.0)
    assert summary["heart_rate_mean_bpm"] is summary["heart_rate_source"] is None
    highest = {one["field"]: (one["value"], one["ceiling"]) for one in summary["highest"]}
    assert highest == {"swell_m": (3.0, 4.0), "weather": ("calm", None)}
    assert [note["text"] for note in report["notes"]] == ["Breathes calmly"]
    stop = next(event for event in report["events"] if event["kind"] == "stopped")
    assert (stop["at_s"], stop["by"]) == (5.0, "subject")
    series = {one["key"]: one for one in report["series"]}
    assert (series["suds"]["at_s"], series["suds"]["values"]) == ([3.0, 8.0], [40.0, 70.0])
    assert series["suds"]["unit"] is None
    swell = series["swell_m"]
    assert (swell["label"], swell["unit"], swell["step"]) == ("Swell", "m", False)
    assert (swell["values"][0], swell["values"][-1], max(swell["values"])) == (0.0, 3.0, 3.0)
    assert len(swell["values"]) <= 5


def test_running_time_leaves_out_lobby_and_calm(world: World, told: str):
    report = world.signed_in().get(f"/api/sessions/{told}/report").json()
    assert report["summary"]["running_s"] == pytest.approx(7.0, abs=0.2)


def test_recorded_signals_are_told_with_their_source(world: World, told: str, tmp_path: Path):
    record(tmp_path / "recordings" / told, world.clock.now_us())
    report = world.signed_in().get(f"/api/sessions/{told}/report").json()
    summary = report["summary"]
    assert (summary["heart_rate_mean_bpm"], summary["heart_rate_max_bpm"]) == (80.0, 90.0)
    assert summary["heart_rate_source"] == "recorded"
    heart = next(one for one in report["series"] if one["key"] == "heart_rate")
    assert (heart["label"], heart["source"], heart["at_s"]) == ("Heart rate", "recorded", [0.0, 1.0, 2.0])
    assert heart["unit"] == "beats/min"


def test_the_replay_has_a_frame_for_each_change(world: World, told: str, tmp_path: Path):
    record(tmp_path / "recordings" / told, world.clock.now_us())
    replay = world.signed_in().get(f"/api/sessions/{told}/replay").json()
    assert (replay["seed"], replay["rate_hz"], replay["duration_s"]) == (7, 10, 10.0)
    assert replay["experience"]["scene"] == "sea"
    phases = [frame["phase"] for frame in replay["frames"]]
    assert phases[0] == "lobby"
    assert {"running", "calm"} <= set(phases)
    at_2_s = [frame for frame in replay["frames"] if frame["at_s"] > 2.1]
    assert {frame["state"]["swell_m"] for frame in at_2_s} == {3.0}
    assert len(replay["frames"]) < 12
    assert [frame["at_s"] for frame in replay["frames"]] == sorted(frame["at_s"] for frame in replay["frames"])
    (track,) = replay["poses"]
    assert (track["participant"], track["role"], track["packed"][0]) == (SUBJECT, "subject", "AA==")
    assert len(track["at_s"]) == 10


def test_trends_hold_a_line_for_each_closed_session(world: World, told: str):
    found = world.signed_in("observer").get(f"/api/patients/{world.mine.patient_id}/trends").json()
    (trend,) = found
    assert (trend["session_id"], trend["suds_peak"], trend["duration_s"]) == (told, 70.0, 10.0)
    assert trend["highest"]["swell_m"] == 3.0


def test_the_exports_are_downloads(world: World, told: str):
    lead = world.signed_in()
    bundle = lead.get(f"/api/sessions/{told}/export/fhir")
    assert bundle.headers["Content-Type"] == "application/fhir+json"
    assert f'filename="abaton-session-{told}.fhir.json"' in bundle.headers["Content-Disposition"]
    assert bundle.json()["resourceType"] == "Bundle"
    parquet = lead.get(f"/api/sessions/{told}/export/parquet")
    names = zipfile.ZipFile(io.BytesIO(parquet.content)).namelist()
    assert {"events.parquet", "suds.parquet", "swell_m.parquet"} <= set(names)


def test_a_session_without_a_log_has_no_report_yet(world: World):
    refused = world.signed_in().get(f"/api/sessions/{world.session()}/report")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_opened")


def test_a_log_that_does_not_give_its_states_is_refused(world: World):
    session_id, lead = world.session(), world.mine.staff["lead"].id
    facts: list[tuple[int, str, log.AnyFact]] = [
        (0, lead, log.Opened("sea", "1", 7, 60, {})),
        (60, "room", log.Checkpoint("0" * 64)),
        (60, lead, log.Closed("lead")),
    ]
    world.write_log(session_id, facts)
    refused = world.signed_in().get(f"/api/sessions/{session_id}/replay")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "cannot_replay")
    assert world.signed_in().get(f"/api/patients/{world.mine.patient_id}/trends").json() == []


def test_a_damaged_recording_is_refused_by_name(world: World, told: str, tmp_path: Path):
    folder = tmp_path / "recordings" / told
    folder.mkdir(parents=True)
    (folder / "000001.mcap").write_bytes(b"no recording")
    refused = world.signed_in().get(f"/api/sessions/{told}/report")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "recording")
