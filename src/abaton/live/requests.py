"""What each message of a client does in its room."""

import math
from collections.abc import Awaitable, Callable
from typing import Any

from abaton.live import log, wire
from abaton.live.bus import Latest
from abaton.live.command import Refusal
from abaton.live.host import Host
from abaton.live.members import Seat
from abaton.live.role import Phase, Role

MEASURES = frozenset({"suds"})
SIGNALS = frozenset({"heart_rate"})
OUT_OF_SIGHT = "out of sight"
"""Why a room is frozen whose subject took the headset off or left the page."""


async def handle(host: Host, seat: Seat, message: wire.ClientMessage) -> None:
    """Carry out a message, and answer it. Never raises for what a client sends."""
    host.heard(seat)
    try:
        match message:
            case wire.Ping():
                pong = wire.Pong(message.sent_us, host.now_us)
                host.audience.publish(f"to/{seat.participant}", Latest("pong", wire.encode(pong)))
            case wire.Stop():
                await _stop(host, seat, message)
            case wire.Command() | wire.Control() | wire.Note():
                await _numbered(host, seat, message)
            case wire.Answer():
                await _answer(host, seat, message)
            case wire.Agree():
                await host.may(seat.participant, lambda: _agreed(host, seat))
            case wire.Sample():
                _sample(host, seat, message)
            case wire.Device():
                await _device(host, seat, message)
            case wire.Hello():
                raise Refusal("order", "a second hello", "one hello at the beginning", "Open a new connection.")
    except Refusal as refusal:
        host.audience.tell(seat.participant, refused(None, refusal))
    except log.LogUnavailable as error:
        host.audience.tell(seat.participant, refused(None, _unavailable(error)))


def refused(number: int | None, refusal: Refusal) -> wire.Refused:
    """A refusal as it goes over the wire."""
    return wire.Refused(number, refusal.code, refusal.got, refusal.expected, refusal.next_step)


async def _numbered(host: Host, seat: Seat, message: wire.Command | wire.Control | wire.Note) -> None:
    """Carry out a numbered request exactly once, and answer it as often as it is sent."""
    try:
        answer = seat.repeated(message)
    except Refusal as refusal:
        host.audience.tell(seat.participant, refused(message.number, refusal))
        return
    if answer is None:
        try:
            await _carry_out(host, seat, message)
            answer = wire.Acknowledged(message.number)
        except Refusal as refusal:
            answer = refused(message.number, refusal)
        except log.LogUnavailable as error:
            answer = refused(message.number, _unavailable(error))
        seat.answered(message, answer)
    host.audience.tell(seat.participant, answer)


async def _carry_out(host: Host, seat: Seat, message: wire.Command | wire.Control | wire.Note) -> None:
    match message:
        case wire.Command():
            await host.may(seat.participant, lambda: _commanded(host, seat, message))
        case wire.Note():
            _only_lead(seat, "a note")
            await host.may(seat.participant, lambda: log.Noted(message.text))
        case wire.Control():
            _only_lead(seat, message.action)
            control = CONTROLS.get(message.action)
            if control is None:
                raise Refusal("unknown", f"action {message.action!r}", f"one of {', '.join(CONTROLS)}", "Use one.")
            await control(host, seat, message)


def _commanded(host: Host, seat: Seat, message: wire.Command) -> log.AnyFact:
    _open(host, message.name)
    if host.room.phase is Phase.LOBBY:
        raise Refusal("phase", f"{message.name} in the lobby", "a session that has begun", "Begin first.")
    if not seat.admitted:
        raise Refusal("role", f"{message.name} from the lobby", "a participant who was let in", "Wait to be let in.")
    arguments = host.check.check(seat.role, message.name, message.arguments, host.now_s, host.room.held)
    return log.Commanded(message.name, message.number, arguments)


async def _stop(host: Host, seat: Seat, message: wire.Stop) -> None:
    if not seat.admitted or seat.role not in (Role.SUBJECT, Role.LEAD):
        raise Refusal("role", f"stop from the {seat.role}", "it from subject or lead", "Leave the room instead.")
    await host.stop(seat.participant, seat.role, message.why)


def _agreed(host: Host, seat: Seat) -> log.AnyFact:
    if host.room.phase is not Phase.CALM:
        raise Refusal("phase", f"agreement while {host.room.phase}", "a stopped room", "Nothing needs agreement now.")
    if not seat.admitted or seat.role not in (Role.SUBJECT, Role.LEAD):
        raise Refusal("role", f"agreement of the {seat.role}", "it of subject and lead", "Wait for both.")
    if seat.role is Role.LEAD and not host.members.present(Role.SUBJECT):
        raise Refusal("phase", "agreement with no subject present", "the subject's device connected", "Reconnect it.")
    return log.Agreed(seat.role)


async def _answer(host: Host, seat: Seat, message: wire.Answer) -> None:
    def check() -> log.AnyFact:
        question = host.room.question
        if question is None or question.number != message.question:
            expected = "no answer" if question is None else f"an answer to question {question.number}"
            raise Refusal("order", f"an answer to question {message.question}", expected, "Answer the one shown.")
        if seat.role not in (Role.SUBJECT, Role.LEAD) or not seat.admitted:
            raise Refusal("role", f"an answer from the {seat.role}", "one from subject or lead", "Let them answer.")
        how = "lead" if seat.role is Role.LEAD else message.how
        return log.Answered(message.question, question.measure, message.value, how)

    await host.may(seat.participant, check)


async def _device(host: Host, seat: Seat, message: wire.Device) -> None:
    """Show how the device does; hold still while the subject has taken the headset off or left the page."""
    seat.device = message
    host.show()
    if not seat.admitted or seat.role is not Role.SUBJECT:
        return
    if not message.visible and host.room.phase is Phase.RUNNING:
        await host.must(seat.participant, log.Froze(OUT_OF_SIGHT))
    elif message.visible and host.room.frozen_why == OUT_OF_SIGHT:
        await host.must(seat.participant, log.Thawed())


def _sample(host: Host, seat: Seat, message: wire.Sample) -> None:
    if not seat.admitted or seat.role is not Role.SUBJECT:
        raise Refusal("role", f"a signal of the {seat.role}", "one of the subject", "Wear the sensor in that role.")
    if message.signal not in SIGNALS or not all(math.isfinite(value) for value in message.values):
        raise Refusal("malformed", f"signal {message.signal!r}", "heart_rate with finite values", "Check the sensor.")
    host.sample(seat, message)


# --- what the lead may ask of the room -----------------------------------------------------------------------------


async def _begin(host: Host, seat: Seat, _: wire.Control) -> None:
    def check() -> log.AnyFact:
        if host.room.phase is not Phase.LOBBY:
            raise Refusal("phase", f"begin while {host.room.phase}", "a room in the lobby", "It has begun already.")
        if not host.members.present(Role.SUBJECT):
            raise Refusal("phase", "begin with nobody there", "a subject who was let in", "Pair a device and admit it.")
        return log.Began()

    await host.may(seat.participant, check)


async def _freeze(host: Host, seat: Seat, _: wire.Control) -> None:
    def check() -> log.AnyFact:
        if host.room.phase is not Phase.RUNNING:
            raise Refusal("phase", f"freeze while {host.room.phase}", "a running room", "Nothing moves now.")
        return log.Froze("lead")

    await host.may(seat.participant, check)


async def _thaw(host: Host, seat: Seat, _: wire.Control) -> None:
    def check() -> log.AnyFact:
        if host.room.phase is not Phase.FROZEN:
            raise Refusal("phase", f"thaw while {host.room.phase}", "a frozen room", "Nothing to thaw.")
        if not host.members.present(Role.SUBJECT):
            raise Refusal("phase", "thaw with no subject present", "the subject's device connected", "Reconnect it.")
        return log.Thawed()

    await host.may(seat.participant, check)


async def _ask(host: Host, seat: Seat, _: wire.Control) -> None:
    def check() -> log.AnyFact:
        _open(host, "ask")
        if host.room.question is not None:
            raise Refusal("phase", "a second question", "one at a time", "Wait for the answer, or enter it yourself.")
        return log.Asked(host.room.next_question, "suds")

    await host.may(seat.participant, check)


async def _admit(host: Host, seat: Seat, message: wire.Control) -> None:
    guest = host.members.get(message.participant)
    if guest is None or not guest.connected:
        raise Refusal("unknown", f"participant {message.participant!r}", "one who waits", "Look who is in the lobby.")
    if guest.admitted:
        raise Refusal("phase", "a participant who is in already", "one who waits", "Nothing to do.")
    await host.may(seat.participant, lambda: log.Admitted(guest.participant))
    host.let_in(guest)
    host.show()


async def _remove(host: Host, seat: Seat, message: wire.Control) -> None:
    guest = host.members.get(message.participant)
    if guest is None or guest.participant == seat.participant:
        raise Refusal("unknown", f"participant {message.participant!r}", "another who is here", "Look at the members.")
    await host.remove(guest.participant)


async def _close(host: Host, seat: Seat, _: wire.Control) -> None:
    if host.room.phase is Phase.CLOSED:
        raise Refusal("phase", "close again", "an open room", "It is closed.")
    await host.close(seat.participant, "lead")


CONTROLS: dict[str, Callable[[Host, Seat, wire.Control], Awaitable[Any]]] = {
    "begin": _begin,
    "freeze": _freeze,
    "thaw": _thaw,
    "ask": _ask,
    "admit": _admit,
    "remove": _remove,
    "close": _close,
}


def _only_lead(seat: Seat, what: str) -> None:
    if seat.role is not Role.LEAD:
        raise Refusal("role", f"{what} from the {seat.role}", "it from the lead", "Ask the lead.")


def _open(host: Host, what: str) -> None:
    if host.room.phase is Phase.CLOSED:
        raise Refusal("phase", f"{what} after the close", "an open room", "Open a new session.")


def _unavailable(error: log.LogUnavailable) -> Refusal:
    got = f"a record that cannot be written ({error})"
    return Refusal("unavailable", got, "a log that takes entries", "Nothing was changed. Check disk and database.")
