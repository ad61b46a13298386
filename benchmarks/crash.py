"""One life of a room, ended by `kill -9` at a random moment, and the look at what was left.

The room is the real one: host, journal, session log on SQLite, recorder. Its process tells through a pipe what was
acknowledged: each command when its acknowledgement goes out, with the digest of the room's state then, and how many
recorded samples are durable. After the kill everything that was acknowledged must be found again.
"""

import asyncio
import hashlib
import multiprocessing
import os
import select
import signal
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from abaton.core.clock import Clock, SystemClock
from abaton.live import log, requests, wire
from abaton.live.bus import Delivery, Event, LocalBus
from abaton.live.host import Host, Setting
from abaton.live.journal import Draft, Journal
from abaton.live.recorder import Recorder
from abaton.live.recovery import recover
from abaton.live.replay import ReplayMismatch, rebuild
from abaton.live.role import Phase, Role
from abaton.live.room import Room
from abaton.live.segments import POSE, read, segments
from abaton.records.database import Database
from abaton.records.session_log import SessionLog
from abaton.therapy.experiences.heights import Heights
from benchmarks.clinic import SEED, Clinic

SPEED = 10
"""The room's clock runs so much faster than the machine's, so that a short life has many seconds in it."""

PEOPLE = 20
POSE_BYTES = 200

_fork = multiprocessing.get_context("fork")


class Place(msgspec.Struct, frozen=True):
    """Where one session is kept."""

    folder: Path
    clinic_id: str
    session_id: str

    @property
    def url(self) -> str:
        """Of the database."""
        return f"sqlite:///{self.folder / 'abaton.sqlite'}"

    @property
    def recordings(self) -> Path:
        """Of this session."""
        return self.folder / "recordings"


class CommandAcknowledged(msgspec.Struct, frozen=True, tag="command"):
    """Entry `entry` of the log was acknowledged; the room's state had this digest."""

    entry: int
    number: int
    digest: str


class SamplesDurable(msgspec.Struct, frozen=True, tag="samples"):
    """The first `count` samples of life `life` are durable."""

    life: int
    count: int


Acknowledgement = CommandAcknowledged | SamplesDurable


class Findings(msgspec.Struct, frozen=True):
    """What was left after the kills so far."""

    commands_lost: int
    samples_lost: int
    replay_mismatch: int


class SwiftClock:
    """The machine's clock, running faster."""

    def __init__(self) -> None:
        self._began_us = SystemClock().now_us()
        self._began_s = time.monotonic()

    def now_us(self) -> int:
        """Microseconds since the epoch."""
        return self._began_us + round(self.monotonic_s() * 1e6)

    def monotonic_s(self) -> float:
        """Seconds since this clock was made."""
        return (time.monotonic() - self._began_s) * SPEED


def in_process(function: Callable[..., Any], *arguments: Any) -> Any:
    """The result of a function that runs in a process of its own, so that this one never has threads to fork."""
    receiving, sending = _fork.Pipe(duplex=False)

    def run(connection: Connection) -> None:
        connection.send(function(*arguments))

    process = _fork.Process(target=run, args=(sending,))
    process.start()
    sending.close()
    try:
        return receiving.recv()
    except EOFError:
        raise SystemExit(f"{function.__name__} failed; its error is above.") from None
    finally:
        process.join()


def make_session(folder: Path) -> Place:
    """A database with one open session."""
    folder.mkdir(parents=True)
    database = Database.open(f"sqlite:///{folder / 'abaton.sqlite'}", SystemClock())
    database.migrate()
    with database.write() as writing:
        clinic = Clinic(writing, 0)
        session = clinic.session(writing)
    database.close()
    return Place(folder, clinic.id, session.id)


def live_and_die(place: Place, life: int, lifetime_s: float) -> list[Acknowledgement]:
    """Let the room live for a while, kill it, and return what it had acknowledged."""
    reading, writing = os.pipe()
    process = _fork.Process(target=_live, args=(place, life, writing))
    process.start()
    os.close(writing)
    said = bytearray()
    until = time.monotonic() + lifetime_s
    while (left := until - time.monotonic()) > 0 and select.select([reading], [], [], left)[0]:
        heard = os.read(reading, 65536)
        if not heard:
            break  # it ended by itself, which the exit code tells
        said += heard
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    while heard := os.read(reading, 65536):
        said += heard
    os.close(reading)
    if process.exitcode != -signal.SIGKILL:
        raise SystemExit(f"The room ended by itself with code {process.exitcode}; its error is above.")
    whole = bytes(said).split(b"\n")[:-1]  # what follows the last line's end was cut by the kill
    return [msgspec.json.decode(line, type=Acknowledgement) for line in whole]


def sample_data(life: int, number: int) -> bytes:
    """What sample `number` of a life says; the first is 1."""
    head = life.to_bytes(4, "little") + number.to_bytes(4, "little")
    return head + hashlib.shake_128(head).digest(POSE_BYTES - len(head))


class _Streams:
    """Records as a room's streams do, and says what is durable."""

    def __init__(self, place: Place, clock: Clock, life: int, say: Callable[[Acknowledgement], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._life = life
        self._say = say
        self._said = 0
        self.host: Host | None = None
        self.recorder = Recorder(place.recordings, clock, self._on_sealed, self._on_failed)

    def switch(self, on: bool) -> None:
        if on:
            self.recorder.start()
        else:
            self.recorder.stop()

    def pose(self, participant: str, time_us: int, pose: bytes) -> None:
        self.recorder.offer(participant, POSE, time_us, pose)

    def sample(self, participant: str, sample: wire.Sample) -> None:
        self.recorder.offer_signal(participant, sample.signal, sample.captured_us, sample.values, sample.source)

    def say_what_is_durable(self) -> None:
        durable = self.recorder.durable_until
        if durable > self._said:
            self._said = durable
            self._say(SamplesDurable(self._life, durable))

    def _on_sealed(self, sealed: log.Sealed) -> None:
        host = self.host
        assert host is not None
        self._loop.call_soon_threadsafe(lambda: self._loop.create_task(host.must("room", sealed)))

    def _on_failed(self, failure: Exception) -> None:
        raise failure


def _live(place: Place, life: int, pipe: int) -> None:
    def say(acknowledgement: Acknowledgement) -> None:
        os.write(pipe, msgspec.json.encode(acknowledgement) + b"\n")

    asyncio.run(_live_until_killed(place, life, say))


async def _live_until_killed(place: Place, life: int, say: Callable[[Acknowledgement], None]) -> None:
    clock = SwiftClock()
    streams = _Streams(place, clock, life, say)
    host = await _open(place, clock, streams)
    streams.host = host

    def hear(delivery: Delivery) -> None:
        message = wire.decode_room(delivery.frame) if isinstance(delivery, Event) else None
        if isinstance(message, wire.Acknowledged):
            say(CommandAcknowledged(len(host.journal.entries) - 1, message.number, host.room.digest()))

    lead = await host.enter("lead", Role.LEAD, hear, None)
    subject = await host.enter("subject", Role.SUBJECT, lambda _: None, None)
    number = 1
    await requests.handle(host, lead, wire.Control(number, "admit", "subject"))
    if host.room.phase is Phase.LOBBY:
        number += 1
        await requests.handle(host, lead, wire.Control(number, "begin"))
    others = range(PEOPLE - 2)
    observers = [await host.enter(f"observer{other}", Role.OBSERVER, lambda _: None, None) for other in others]
    everyone = [lead, subject, *observers]
    await host.record(True, "consent")
    random = Random(life)  # noqa: S311 - made-up behaviour
    sample = 0
    while True:
        for seat in everyone:
            sample += 1
            host.pose(seat, sample_data(life, sample))
            host.heard(seat)
        host.advance()
        number += 1
        await requests.handle(host, lead, wire.Command(number, *_something(random)))
        streams.say_what_is_durable()
        await asyncio.sleep(1 / 60 / SPEED)


async def _open(place: Place, clock: Clock, streams: _Streams) -> Host:
    """The session's room, made or made again from its log, as the server does it."""
    database = Database.open(place.url, clock)
    destination = SessionLog(database, place.clinic_id, place.session_id)
    entries = destination.read()
    journal = Journal(place.session_id, destination, entries, patience_s=60)
    if entries:
        room = rebuild(entries, Heights)
    else:
        room = Room(Heights, SEED, Heights.rate_hz, {})
        opened = log.Opened("heights", Heights.version, SEED, Heights.rate_hz, {})
        await journal.write(Draft(0, clock.now_us(), "room", opened))
    setting = Setting(place.session_id, "heights", Heights, SEED, {})
    host = Host(setting, room, journal, clock, LocalBus(), asyncio.get_running_loop().call_later, streams)
    if entries:
        await host.must("room", log.Reopened())
    return host


def _something(random: Random) -> tuple[str, dict[str, Any]]:
    """A command that the lead might give."""
    match random.randrange(3):
        case 0:
            return "rise_to", {"height_m": random.randrange(121) / 2}
        case 1:
            return "set_wind", {"wind": random.randrange(21) / 20}
        case _:
            return "set_railing", {"railing": random.choice(["full", "low", "none"])}


def find_again(place: Place, acknowledged: list[Acknowledgement]) -> Findings:
    """Open what the kill left, as a restarted server would, and look for everything that was acknowledged."""
    database = Database.open(place.url, SystemClock())
    destination = SessionLog(database, place.clinic_id, place.session_id)
    entries = destination.read()
    log.verify(place.session_id, entries)
    known = [entry.fact.segment for entry in entries if isinstance(entry.fact, log.Sealed)]
    seals = [recovery.sealed for recovery in recover(place.recordings, known)]
    asyncio.run(_append(place, destination, entries, seals))
    database.close()
    commands = [one for one in acknowledged if isinstance(one, CommandAcknowledged)]
    return Findings(
        commands_lost=sum(not _holds(entries, command) for command in commands),
        samples_lost=_samples_lost(place, acknowledged),
        replay_mismatch=_mismatches(entries, commands),
    )


async def _append(place: Place, destination: SessionLog, entries: list[log.Entry], seals: list[log.Sealed]) -> None:
    for sealed in seals:
        last = entries[-1]
        entries.append(log.chain(place.session_id, last, last.tick, last.time_us, "room", sealed))
        await destination.append(entries[-1:])


def _holds(entries: list[log.Entry], command: CommandAcknowledged) -> bool:
    if command.entry >= len(entries):
        return False
    fact = entries[command.entry].fact
    # The other numbered requests of a life are its first: admit and begin.
    return fact.number == command.number if isinstance(fact, log.Commanded) else command.number <= 2


def _mismatches(entries: list[log.Entry], commands: list[CommandAcknowledged]) -> int:
    """Replays that come to another state: at each checkpoint, and at the last acknowledged command."""
    mismatches = int(bool(entries) and _replayed(entries) is None)
    if commands:
        last = commands[-1]
        mismatches += _replayed(entries[: last.entry + 1]) != last.digest
    return mismatches


def _replayed(entries: list[log.Entry]) -> str | None:
    """The digest of the state at the end of a log, or None where a checkpoint was not met on the way."""
    try:
        return rebuild(entries, Heights).digest()
    except ReplayMismatch:
        return None


def _samples_lost(place: Place, acknowledged: list[Acknowledgement]) -> int:
    promised: dict[int, int] = {}
    for one in acknowledged:
        if isinstance(one, SamplesDurable):
            promised[one.life] = max(one.count, promised.get(one.life, 0))
    found = {sample.data for sample in read(segments(place.recordings))}
    return sum(sample_data(life, n) not in found for life, count in promised.items() for n in range(1, count + 1))
