import asyncio

import pytest

from abaton.live import log, wire
from abaton.live.replay import rebuild
from abaton.live.role import Phase, Role
from tests.live.conftest import SESSION, Sea, Ship, launch

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def kinds(ship: Ship) -> list[type[log.Fact]]:
    log.verify(SESSION, ship.log.entries)
    return [type(entry.fact) for entry in ship.log.entries]


async def test_a_room_ticks_at_its_rate_and_tells_what_changed(ship: Ship) -> None:
    lead, subject = await ship.under_way()
    subject.read()
    await ship.sail(2.0, lead, subject)
    assert ship.host.room.tick in (119, 120, 121)
    patches = [message for message in subject.read() if isinstance(message, wire.Patch)]
    assert patches[-1].changes["birds"] in range(10)


async def test_a_late_room_lets_time_go_rather_than_leap(ship: Ship) -> None:
    lead, subject = await ship.under_way()
    await ship.sail(1.0, lead, subject)
    before = ship.host.room.tick
    ship.clock.advance(2.0)
    ship.host.advance()
    assert ship.host.room.tick - before <= 16


async def test_lost_heartbeat_freezes_then_calms_and_both_must_agree(ship: Ship) -> None:
    lead, subject = await ship.under_way()
    await lead.command("swell_by", rising_mps=0.5)
    await ship.sail(2.5, lead)
    assert ship.host.room.phase is Phase.RUNNING
    await ship.sail(1.0, lead)
    assert (ship.host.room.phase, ship.host.room.frozen_why) == (Phase.FROZEN, "heartbeat of the subject")
    swell_m = ship.host.room.state()["swell_m"]
    await ship.sail(5.0, lead)
    assert ship.host.room.state()["swell_m"] == swell_m
    await ship.sail(3.0, lead)
    assert ship.host.room.phase is Phase.CALM
    await ship.sail(2.0, lead, subject)
    assert ship.host.room.phase is Phase.CALM
    await lead.send(wire.Agree())
    assert ship.host.room.phase is Phase.CALM
    await subject.send(wire.Agree())
    assert ship.host.room.phase is Phase.RUNNING
    happened = [kind for kind in kinds(ship) if kind is not log.Checkpoint]
    assert happened[-4:] == [log.Froze, log.Stopped, log.Agreed, log.Agreed]


async def test_a_heartbeat_that_comes_back_in_time_thaws(ship: Ship) -> None:
    lead, subject = await ship.under_way()
    await ship.sail(4.0, subject)
    assert ship.host.room.frozen_why == "heartbeat of the lead"
    await ship.sail(1.0, lead, subject)
    assert ship.host.room.phase is Phase.RUNNING


async def test_what_the_lead_froze_stays_frozen(ship: Ship) -> None:
    lead, subject = await ship.under_way()
    await lead.control("freeze")
    await ship.sail(5.0, lead, subject)
    assert ship.host.room.frozen_why == "lead"


async def test_stop_is_told_before_the_log_answers() -> None:
    ship = await launch(patience_s=60)
    lead, subject = await ship.under_way()
    lead.read()
    ship.log.release = asyncio.Event()
    stopping = asyncio.ensure_future(subject.send(wire.Stop("grips")))
    await asyncio.sleep(0)
    [changed] = [message for message in lead.read() if isinstance(message, wire.RoomChanged)]
    assert changed.room.phase is Phase.CALM
    ship.log.release.set()
    await stopping
    assert ship.host.room.phase is Phase.CALM


async def test_the_log_fails_and_the_session_goes_on(ship: Ship) -> None:
    lead, subject = await ship.under_way()
    ship.log.failing = True
    refused = await lead.command("set_swell", swell_m=2.0)
    assert isinstance(refused, wire.Refused)
    assert refused.code == "unavailable"
    assert ship.host.room.state()["swell_m"] == 0.0
    assert ship.host.view().durable is False
    await subject.send(wire.Stop("word"))
    assert ship.host.room.phase is Phase.CALM
    await ship.sail(1.0, lead, subject)
    ship.log.failing = False
    await ship.host.settle()
    assert ship.host.view().durable is True
    assert kinds(ship)[-1] is log.Stopped
    assert rebuild(ship.log.entries, Sea).phase is Phase.CALM


async def test_ticks_wait_for_an_entry_so_that_its_tick_is_true() -> None:
    ship = await launch(patience_s=60)
    lead, _ = await ship.under_way()
    ship.log.release = asyncio.Event()
    commanding = asyncio.ensure_future(lead.command("set_swell", swell_m=2.0))
    await asyncio.sleep(0)
    before = ship.host.room.tick
    ship.clock.advance(0.1)
    ship.host.advance()
    assert ship.host.room.tick == before
    ship.log.release.set()
    await commanding
    assert ship.log.entries[-1].tick == before


async def test_what_happened_can_be_replayed_to_the_same_state(ship: Ship) -> None:
    lead, subject = await ship.under_way()
    await lead.command("swell_by", rising_mps=0.2)
    await ship.sail(6.0, lead, subject)
    await subject.send(wire.Stop("grips"))
    await ship.sail(3.0, lead, subject)
    await lead.send(wire.Agree())
    await subject.send(wire.Agree())
    await ship.sail(5.0, lead, subject)
    await lead.note("well done")
    assert log.Checkpoint in kinds(ship)
    assert rebuild(ship.log.entries, Sea).digest() == ship.host.room.digest()


async def test_an_experience_that_fails_is_frozen_and_the_lead_told(ship: Ship) -> None:
    lead, subject = await ship.under_way()
    await lead.command("swell_by", rising_mps=1.0)
    await ship.sail(6.0, lead, subject)
    assert ship.host.room.frozen_why == "ceiling"
    assert "froze" in lead.facts()
    assert rebuild(ship.log.entries, Sea).state()["swell_m"] == 5.0


async def test_a_second_device_takes_the_place_and_the_first_is_told(ship: Ship) -> None:
    first = await ship.board("subject", Role.SUBJECT)
    second = await ship.board("subject", Role.SUBJECT)
    assert isinstance(first.read()[-1], wire.Goodbye)
    assert first.outbox.closed
    assert isinstance(second.read()[0], wire.Welcome)
    await ship.host.leave("subject", first.outbox.offer, "lost")
    assert ship.host.members["subject"].connected
    assert kinds(ship)[-1] is log.Joined


async def test_guests_do_not_see_notes_nor_the_waiting_anything(ship: Ship) -> None:
    lead, subject = await ship.under_way()
    waiting = await ship.board("peer", Role.PEER)
    await lead.note("private")
    await lead.command("set_swell", swell_m=1.0)
    assert "noted" in lead.facts()
    assert "noted" not in subject.facts()
    assert "commanded" in subject.facts()
    assert waiting.facts() == []
    assert not any(isinstance(message, wire.Patch) for message in waiting.seen)


async def test_coming_back_loses_no_event(ship: Ship) -> None:
    lead, subject = await ship.under_way()
    subject.facts()
    last = [message for message in subject.seen if isinstance(message, wire.Happened)][-1].event
    await ship.host.leave("subject", subject.outbox.offer, "lost")
    await lead.command("set_swell", swell_m=1.0)
    await lead.note("private")
    await lead.command("set_weather", weather="breeze")
    back = await ship.board("subject", Role.SUBJECT, resume_from=last)
    assert [kind for kind in back.facts() if kind == "commanded"] == ["commanded", "commanded"]
    assert "noted" not in back.facts()
    assert back.seat.admitted
    [welcome] = [message for message in back.seen if isinstance(message, wire.Welcome)]
    assert welcome.resumed
    assert welcome.state["swell_m"] == 1.0


async def test_the_welcome_comes_first(ship: Ship) -> None:
    for role in Role:
        newcomer = await ship.board(role, role)
        assert isinstance(newcomer.read()[0], wire.Welcome)


async def test_whoever_leads_sees_the_whole_session_on_coming_in(ship: Ship) -> None:
    await ship.under_way()
    again = await ship.board("lead", Role.LEAD)
    assert again.facts()[:2] == ["opened", "joined"]


async def test_recording_follows_consent_at_once(ship: Ship) -> None:
    lead, _ = await ship.under_way()
    await ship.host.record(True, "consent")
    assert ship.host.view().recording
    ship.log.failing = True
    await ship.host.record(False, "consent withdrawn")
    assert not ship.host.view().recording
    ship.log.failing = False
    await ship.host.settle()
    assert kinds(ship)[-2:] == [log.Recording, log.Recording]
    assert "recording" in lead.facts()


async def test_close_ends_recording_and_the_session(ship: Ship) -> None:
    lead, _ = await ship.under_way()
    await ship.host.record(True, "consent")
    await ship.host.close("lead", "lead")
    assert ship.host.room.phase is Phase.CLOSED
    assert not ship.host.recording
    assert kinds(ship)[-2:] == [log.Recording, log.Closed]
    assert "closed" in lead.facts()


async def test_a_clock_that_jumps_is_noted_and_changes_nothing(ship: Ship) -> None:
    lead, subject = await ship.under_way()
    await ship.sail(1.0, lead, subject)
    before_us = ship.host.now_us
    ship.clock.jump(-7200)
    await ship.sail(1.0, lead, subject)
    assert ship.host.room.phase is Phase.RUNNING
    assert 0.9e6 < ship.host.now_us - before_us < 1.1e6
    [jump] = [entry.fact for entry in ship.log.entries if isinstance(entry.fact, log.ClockJumped)]
    assert jump.by_s == pytest.approx(-7200)
    times = [entry.time_us for entry in ship.log.entries]
    assert times == sorted(times)
