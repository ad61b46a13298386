import io
import json

from abaton.live import log, wire
from abaton.live.bus import LocalBus
from abaton.live.role import Phase, Role
from abaton.live.segments import POSE, Recorded, SegmentWriter, read, segments
from abaton.records.session_log import SessionLog
from abaton.server.live.rooms import LiveRoom, LiveRooms
from abaton.server.log import json_log
from tests.server.live.conftest import LiveWorld


def facts(live_world: LiveWorld, session: str) -> list[log.AnyFact]:
    entries = SessionLog(live_world.database, live_world.mine.id, session).read()
    log.verify(session, entries)
    return [entry.fact for entry in entries]


def found(live_world: LiveWorld, session: str) -> LiveRoom:
    room = live_world.rooms.find(session)
    assert room is not None
    return room


def test_opening_a_session_writes_its_first_entry(live_world: LiveWorld) -> None:
    _, session = live_world.start_session()
    [opened] = facts(live_world, session)
    assert isinstance(opened, log.Opened)
    assert opened.experience == "sea"


def test_poses_and_signals_are_recorded_until_consent_is_withdrawn(live_world: LiveWorld) -> None:
    person = live_world.signed_in()
    with live_world.under_way(recording=True) as (session, _, lead, subject):
        subject.socket.send(bytes([wire.POSE]) + b"one")
        subject.send(wire.Sample("heart_rate", live_world.clock.now_us(), [62.0], "strap"))
        lead.until(wire.SampleOf)
        live_world.withdraw(person, "recording")
        assert lead.until(wire.RoomChanged, lambda changed: not changed.room.recording)
        subject.socket.send(bytes([wire.POSE]) + b"two")
        subject.send(wire.Sample("heart_rate", live_world.clock.now_us(), [63.0], "strap"))
        # The seal comes from another thread, before or after the sample.
        wanted = {"sealed", "sample"}
        while wanted:
            message = lead.until(wire.Happened | wire.SampleOf)
            wanted.discard("sample" if isinstance(message, wire.SampleOf) else message.fact["kind"])
    samples = list(read(segments(live_world.recordings / session)))
    assert [sample.data for sample in samples if sample.kind == POSE] == [b"one"]
    assert [json.loads(sample.data)["values"] for sample in samples if sample.kind == "heart_rate"] == [[62.0]]
    assert [fact.on for fact in facts(live_world, session) if isinstance(fact, log.Recording)] == [True, False]


def test_nothing_is_recorded_without_consent(live_world: LiveWorld) -> None:
    with live_world.under_way() as (session, _, lead, subject):
        subject.socket.send(bytes([wire.POSE]) + b"one")
        subject.send(wire.Sample("heart_rate", 1, [62.0], "strap"))
        lead.until(wire.SampleOf)
    assert not (live_world.recordings / session).exists()


def test_consent_to_care_that_is_withdrawn_stops_the_room(live_world: LiveWorld) -> None:
    person = live_world.signed_in()
    with live_world.under_way() as (_, _, _, subject):
        live_world.withdraw(person, "care")
        assert subject.until(wire.RoomChanged, lambda changed: changed.room.phase is Phase.CALM)


def test_a_restarted_server_makes_the_room_again_where_it_was(live_world: LiveWorld) -> None:
    with live_world.under_way(recording=True) as (session, token, lead, subject):
        lead.ask(lambda n: wire.Command(n, "set_swell", {"swell_m": 2.0}))
        last = subject.until(wire.Happened, lambda happened: happened.fact["kind"] == "commanded").event
        live_world.portal.call(live_world.rooms.stop)
        assert subject.until(wire.Goodbye).code == "restart"
    assert live_world.rooms.find(session) is None
    live_world.portal.call(live_world.rooms.start)
    host = found(live_world, session).host
    assert host.room.state()["swell_m"] == 2.0
    assert (host.room.phase, host.room.frozen_why) == (Phase.FROZEN, "restart")
    assert host.recording
    with live_world.knock(session) as back:
        welcome = back.hello(token, resume_from=last)
        assert welcome.resumed
        [member] = [member for member in welcome.room.members if member.role is Role.SUBJECT]
        assert member.admitted
        assert back.until(wire.Happened).fact["kind"] in ("left", "reopened")


def test_a_recording_that_a_crash_cut_off_is_recovered_and_sealed(live_world: LiveWorld) -> None:
    with live_world.under_way(recording=True) as (session, _, lead, _):
        lead.ask(lambda n: wire.Note(n, "before the crash"))
        live_world.portal.call(live_world.rooms.stop)
    folder = live_world.recordings / session
    folder.mkdir(parents=True, exist_ok=True)
    writer = SegmentWriter(folder)
    writer.add(Recorded("subject", POSE, 1_000_000, 1_000_001, 0, b"pose"))
    writer.sync()
    writer.abandon()
    assert segments(folder) == []
    live_world.portal.call(live_world.rooms.start)
    [path] = segments(folder)
    assert [sample.data for sample in read([path])] == [b"pose"]
    sealed = [fact for fact in facts(live_world, session) if isinstance(fact, log.Sealed)]
    assert [fact.segment for fact in sealed] == [path.name]


def test_a_room_whose_experience_is_gone_is_ended_and_told_of(live_world: LiveWorld) -> None:
    _, session = live_world.start_session()
    live_world.portal.call(live_world.rooms.stop)
    lines = io.StringIO()
    bare = LiveRooms(live_world.database, live_world.recordings, {}, live_world.clock, LocalBus(), json_log(lines))
    live_world.portal.call(bare.start)
    assert bare.find(session) is None
    assert "room_not_reopened" in lines.getvalue()
    live_world.portal.call(bare.stop)
    assert live_world.signed_in().get(f"/api/sessions/{session}").json()["state"] == "closed"


def test_closing_completes_the_record(live_world: LiveWorld) -> None:
    person, session = live_world.start_session(recording=True)
    assert person.post(f"/api/sessions/{session}/close").status_code < 300
    assert live_world.rooms.find(session) is None
    assert isinstance(facts(live_world, session)[-1], log.Closed)
    assert person.get(f"/api/sessions/{session}").json()["state"] == "closed"
