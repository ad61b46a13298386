from typing import Any

import pytest

from abaton.live import log, wire
from abaton.live.role import Phase, Role
from tests.live.conftest import Client, Ship, launch

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def code(message: wire.Message) -> str:
    return message.code if isinstance(message, wire.Refused) else type(message).__name__


async def only_answer(client: Client, message: wire.ClientMessage) -> str:
    client.read()
    answers = [new for new in await client.send(message) if isinstance(new, wire.Refused | wire.Acknowledged)]
    return code(answers[0]) if answers else ""


async def test_a_session_from_lobby_to_close(ship: Ship) -> None:
    lead = await ship.board("lead", Role.LEAD)
    assert code(await lead.control("begin")) == "phase"
    subject = await ship.board("subject", Role.SUBJECT)
    assert not subject.seat.admitted
    assert code(await lead.control("begin")) == "phase"
    assert code(await lead.control("admit", "nobody")) == "unknown"
    assert code(await lead.control("admit", "subject")) == "Acknowledged"
    assert code(await lead.control("admit", "subject")) == "phase"
    assert code(await lead.command("set_swell", swell_m=1.0)) == "phase"
    assert code(await lead.control("begin")) == "Acknowledged"
    assert code(await lead.control("begin")) == "phase"
    assert code(await lead.command("set_swell", swell_m=1.0)) == "Acknowledged"
    assert ship.host.room.state()["swell_m"] == 1.0
    assert code(await lead.control("ask")) == "Acknowledged"
    assert code(await lead.control("ask")) == "phase"
    assert await only_answer(subject, wire.Answer(1, 40, "gaze")) == ""
    answered = [entry.fact for entry in ship.log.entries if isinstance(entry.fact, log.Answered)]
    assert answered == [log.Answered(1, "suds", 40.0, "gaze")]
    assert code(await lead.note("calm")) == "Acknowledged"
    assert code(await lead.control("freeze")) == "Acknowledged"
    assert code(await lead.control("freeze")) == "phase"
    assert code(await lead.control("thaw")) == "Acknowledged"
    assert code(await lead.control("thaw")) == "phase"
    assert code(await lead.control("dance")) == "unknown"
    assert code(await lead.control("close")) == "Acknowledged"
    assert ship.host.room.phase is Phase.CLOSED
    assert code(await lead.control("close")) == "phase"


async def test_nobody_but_the_lead_leads(ship: Ship) -> None:
    _, subject = await ship.under_way()
    observer = await ship.board("observer", Role.OBSERVER)
    for guest in (subject, observer):
        assert code(await guest.command("set_swell", swell_m=1.0)) == "role"
        assert code(await guest.control("close")) == "role"
        assert code(await guest.note("x")) == "role"
    assert await only_answer(observer, wire.Stop("word")) == "role"
    assert await only_answer(observer, wire.Answer(1, 5, "gaze")) == "order"
    assert await only_answer(observer, wire.Sample("heart_rate", 1, [60.0], "strap")) == "role"
    assert code(await subject.command("hoist", flag=True)) == "Acknowledged"
    assert ship.host.room.phase is Phase.RUNNING


async def test_a_subject_who_waits_can_do_nothing(ship: Ship) -> None:
    lead, _ = await ship.under_way()
    waiting = await ship.board("other", Role.SUBJECT)
    assert code(await waiting.command("hoist", flag=True)) == "role"
    assert await only_answer(waiting, wire.Stop("word")) == "role"
    assert await only_answer(waiting, wire.Sample("heart_rate", 1, [60.0], "strap")) == "role"
    await lead.control("ask")
    assert await only_answer(waiting, wire.Answer(1, 5, "gaze")) == "role"
    await lead.send(wire.Stop("lead"))
    assert await only_answer(waiting, wire.Agree()) == "role"


async def test_the_same_request_again_is_answered_but_not_repeated(ship: Ship) -> None:
    lead, _ = await ship.under_way()
    command = wire.Command(lead.number + 1, "set_swell", {"swell_m": 1.0})
    assert await only_answer(lead, command) == "Acknowledged"
    written = len(ship.log.entries)
    assert await only_answer(lead, command) == "Acknowledged"
    assert len(ship.log.entries) == written
    assert await only_answer(lead, wire.Command(command.number, "set_swell", {"swell_m": 2.0})) == "replayed"
    assert await only_answer(lead, wire.Command(command.number + 2, "set_swell", {"swell_m": 2.0})) == "order"
    assert ship.host.room.state()["swell_m"] == 1.0


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("set_swell", {"swell_m": 5.5}, "range"),
        ("set_swell", {"swell_m": 3.5}, "ceiling"),
        ("set_swell", {"swell_m": "high"}, "malformed"),
        ("sink", {}, "unknown"),
    ],
)
async def test_a_bad_command_changes_nothing(name: str, arguments: dict[str, Any], expected: str) -> None:
    ship = await launch({"swell_m": 3.0})
    lead, _ = await ship.under_way()
    written, state = len(ship.log.entries), ship.host.room.state()
    assert code(await lead.command(name, **arguments)) == expected
    assert (len(ship.log.entries), ship.host.room.state()) == (written, state)


async def test_too_fast_is_refused(ship: Ship) -> None:
    lead, _ = await ship.under_way()
    assert code(await lead.command("set_swell", swell_m=1.0)) == "Acknowledged"
    assert code(await lead.command("set_swell", swell_m=1.5)) == "rate"
    ship.clock.advance(0.5)
    assert code(await lead.command("set_swell", swell_m=1.5)) == "Acknowledged"


async def test_while_stopped_the_lead_can_only_ease(ship: Ship) -> None:
    lead, subject = await ship.under_way()
    await lead.command("set_swell", swell_m=2.0)
    await subject.send(wire.Stop("grips"))
    ship.clock.advance(1)
    assert code(await lead.command("set_swell", swell_m=2.5)) == "phase"
    assert code(await lead.command("set_swell", swell_m=0.5)) == "Acknowledged"
    assert await only_answer(lead, wire.Agree()) == ""
    assert await only_answer(subject, wire.Agree()) == ""
    assert ship.host.room.phase is Phase.RUNNING
    assert await only_answer(lead, wire.Agree()) == "phase"


async def test_nobody_goes_on_without_the_subject(ship: Ship) -> None:
    lead, subject = await ship.under_way()
    await lead.control("freeze")
    await ship.host.leave("subject", subject.outbox.offer, "lost")
    assert code(await lead.control("thaw")) == "phase"
    await lead.send(wire.Stop("lead"))
    assert await only_answer(lead, wire.Agree()) == "phase"


async def test_an_answer_must_fit_the_question(ship: Ship) -> None:
    lead, subject = await ship.under_way()
    assert await only_answer(subject, wire.Answer(1, 40, "gaze")) == "order"
    await lead.control("ask")
    assert await only_answer(subject, wire.Answer(2, 40, "gaze")) == "order"
    assert await only_answer(lead, wire.Answer(1, 40, "pointer")) == ""
    fact = ship.log.entries[-1].fact
    assert isinstance(fact, log.Answered)
    assert fact.how == "lead"
    assert await only_answer(subject, wire.Answer(1, 41, "gaze")) == "order"


async def test_signals_reach_the_clinic_and_not_the_subject(ship: Ship) -> None:
    lead, subject = await ship.under_way()
    lead.read()
    await subject.send(wire.Sample("heart_rate", 5, [62.0, 0.97], "recorded"))
    [shown] = [message for message in lead.read() if isinstance(message, wire.SampleOf)]
    assert (shown.values, shown.source) == ([62.0, 0.97], "recorded")
    assert not any(isinstance(message, wire.SampleOf) for message in subject.read())
    assert await only_answer(subject, wire.Sample("heart_rate", 5, [float("nan")], "strap")) == "malformed"
    assert await only_answer(subject, wire.Sample("mood", 5, [1.0], "strap")) == "malformed"


async def test_ping_is_answered_with_both_clocks(ship: Ship) -> None:
    lead, _ = await ship.under_way()
    [pong] = [message for message in await lead.send(wire.Ping(123)) if isinstance(message, wire.Pong)]
    assert (pong.sent_us, pong.time_us) == (123, ship.host.now_us)


async def test_what_the_device_says_is_shown(ship: Ship) -> None:
    lead, subject = await ship.under_way()
    lead.read()
    await subject.send(wire.Device(presenting=True, visible=True, battery=0.4))
    [changed] = [message for message in lead.read() if isinstance(message, wire.RoomChanged)]
    [member] = [member for member in changed.room.members if member.role is Role.SUBJECT]
    assert member.device is not None
    assert member.device.battery == 0.4


async def test_a_headset_taken_off_freezes_until_it_is_back(ship: Ship) -> None:
    lead, subject = await ship.under_way()
    await subject.send(wire.Device(presenting=True, visible=False))
    assert (ship.host.room.phase, ship.host.room.frozen_why) == (Phase.FROZEN, "out of sight")
    await lead.send(wire.Device(presenting=False, visible=True))
    assert ship.host.room.phase is Phase.FROZEN
    await subject.send(wire.Device(presenting=True, visible=True))
    assert ship.host.room.phase is Phase.RUNNING
    await lead.control("freeze")
    await subject.send(wire.Device(presenting=True, visible=False))
    await subject.send(wire.Device(presenting=True, visible=True))
    assert ship.host.room.frozen_why == "lead"


async def test_a_signal_from_elsewhere_is_shown_to_its_wearer_too(ship: Ship) -> None:
    lead, subject = await ship.under_way()
    ship.host.sample(subject.seat, wire.Sample("heart_rate", 5, [62.0], "recorded"), echo=True)
    for member in (lead, subject):
        [shown] = [message for message in member.read() if isinstance(message, wire.SampleOf)]
        assert shown.source == "recorded"


async def test_a_second_hello_is_refused(ship: Ship) -> None:
    lead, _ = await ship.under_way()
    assert await only_answer(lead, wire.Hello(1)) == "order"


async def test_the_lead_sends_someone_away(ship: Ship) -> None:
    lead, subject = await ship.under_way()
    assert code(await lead.control("remove", "lead")) == "unknown"
    assert code(await lead.control("remove", "subject")) == "Acknowledged"
    last = subject.read()[-1]
    assert isinstance(last, wire.Goodbye)
    assert last.code == "removed"
    await ship.sail(20, lead)
    assert ship.host.room.phase is Phase.RUNNING
