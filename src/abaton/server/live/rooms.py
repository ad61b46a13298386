"""All live rooms of this server."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from structlog.typing import FilteringBoundLogger

from abaton.core.clock import Clock
from abaton.core.errors import Problem
from abaton.live import log
from abaton.live.bus import Bus
from abaton.live.experience import Experience
from abaton.live.host import Host, Setting
from abaton.live.journal import Draft, Journal
from abaton.live.recovery import recover
from abaton.live.replay import ReplayMismatch, opening, rebuild
from abaton.live.role import Phase, Role
from abaton.live.room import Room
from abaton.live.segments import BrokenSegment
from abaton.records import sessions
from abaton.records.database import Database
from abaton.records.session_log import SessionLog
from abaton.server.live.streams import RoomStreams
from abaton.server.rooms import RoomNow, RoomOrder

TICK_S = 1 / 60
CARE_S = 1.0
"""How often rooms whose log is failing try to write again."""


@dataclass(frozen=True)
class LiveRoom:
    """A room with whose it is and where it is recorded."""

    clinic_id: str
    patient_id: str
    lead_id: str
    host: Host
    streams: RoomStreams


class LiveRooms:
    """Makes, finds and ends rooms, and gives them their ticks. Belongs to one event loop.

    Args:
        database: Where the logs are.
        recordings: The folder of recorded streams; one folder a session below it.
        experiences: What is installed, by name.
        clock: Time.
        bus: How rooms reach their members.
        logger: For the operator; no patient data.
        on_closed: Called with clinic and session once a session's record is complete.
        each_second: Called for each room about once a second.
    """

    def __init__(
        self,
        database: Database,
        recordings: Path,
        experiences: Mapping[str, type[Experience]],
        clock: Clock,
        bus: Bus,
        logger: FilteringBoundLogger,
        on_closed: Callable[[str, str], Awaitable[None]] | None = None,
        each_second: Callable[[Host], None] = lambda _: None,
    ) -> None:
        self._database = database
        self._recordings = recordings
        self._experiences = experiences
        self._clock = clock
        self._bus = bus
        self._logger = logger
        self._on_closed = on_closed
        self._each_second = each_second
        self._rooms: dict[str, LiveRoom] = {}
        self._ticker: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    # --- for the server ------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Make the rooms of unfinished sessions again, and begin to tick."""
        for session in await asyncio.to_thread(self._unfinished):
            await self._reopen(session)
        self._ticker = asyncio.create_task(self._tick())

    async def stop(self) -> None:
        """Tell everyone that the server goes, and leave the rooms to whoever starts next."""
        if self._ticker is not None:
            self._ticker.cancel()
            await asyncio.gather(self._ticker, return_exceptions=True)
        for live in self._rooms.values():
            live.host.audience.dismiss_all("restart", "The server restarts; the session goes on in a moment.")
            live.streams.switch(False)
            await live.streams.sealed()
            await live.host.idle()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._rooms.clear()

    async def open(self, order: RoomOrder) -> None:
        """Make a room; raises Problem where its first entry cannot be written."""
        experience = self._experiences[order.experience]
        setting = Setting(order.session_id, order.experience, experience, order.seed, order.ceilings)
        room = Room(experience, order.seed, experience.rate_hz, order.ceilings)
        journal = Journal(order.session_id, self._log(order.clinic_id, order.session_id))
        opened = log.Opened(order.experience, experience.version, order.seed, experience.rate_hz, dict(order.ceilings))
        try:
            await journal.write(Draft(0, self._clock.now_us(), order.lead_id, opened))
        except log.LogUnavailable as error:
            raise _unwritten(error) from error
        host = self._add(order.clinic_id, order.patient_id, order.lead_id, setting, room, journal)
        if order.recording:
            await host.record(True, "consent")

    async def consent_changed(self, clinic_id: str, patient_id: str, recording: bool) -> None:
        """Switch recording in the patient's rooms."""
        for live in self._of(clinic_id, patient_id):
            await live.host.record(recording, "consent" if recording else "consent withdrawn")

    async def care_withdrawn(self, clinic_id: str, patient_id: str) -> None:
        """Bring the patient's rooms to the calm place."""
        for live in self._of(clinic_id, patient_id):
            await live.host.stop("room", Role.LEAD, "consent to care withdrawn")

    async def paired(self, session_id: str) -> None:
        """Another device was paired: the one before must leave."""
        live = self._rooms.get(session_id)
        for seat in list(live.host.members) if live else []:
            if live is not None and seat.role is Role.SUBJECT:
                await live.host.remove(seat.participant)

    async def signed_out(self, practitioner_id: str) -> None:
        """End the sockets of a practitioner."""
        for live in self._rooms.values():
            if live.host.members.get(practitioner_id) is not None:
                live.host.audience.dismiss(practitioner_id, "refused", "You signed out.")

    async def close(self, session_id: str, by: str) -> bool:
        """Close a room for good; False where there is none."""
        live = self._rooms.get(session_id)
        if live is None:
            return False
        await live.host.close(by, "lead")
        await self._finish(session_id)
        return True

    def status(self, session_id: str) -> RoomNow | None:
        """The room now, or None where there is none."""
        live = self._rooms.get(session_id)
        if live is None:
            return None
        host = live.host
        return RoomNow(host.room.phase, bool(host.members.present(Role.SUBJECT)), host.recording)

    # --- for the sockets -----------------------------------------------------------------------------------------

    def find(self, session_id: str) -> LiveRoom | None:
        """The room of a session, or None."""
        return self._rooms.get(session_id)

    # --- inside --------------------------------------------------------------------------------------------------

    def _of(self, clinic_id: str, patient_id: str) -> list[LiveRoom]:
        return [live for live in self._rooms.values() if live.clinic_id == clinic_id and live.patient_id == patient_id]

    def _log(self, clinic_id: str, session_id: str) -> SessionLog:
        return SessionLog(self._database, clinic_id, session_id)

    def _unfinished(self) -> list[sessions.Session]:
        with self._database.read() as reading:
            return sessions.unfinished(reading)

    async def _reopen(self, session: sessions.Session) -> None:
        destination = self._log(session.clinic_id, session.id)
        entries = await asyncio.to_thread(destination.read)
        try:
            opened = opening(entries)
            experience = self._experiences[opened.experience]
            room = await asyncio.to_thread(rebuild, entries, experience)
        except (KeyError, ValueError, ReplayMismatch) as error:
            self._logger.error("room_not_reopened", session=session.id, error=type(error).__name__)
            await asyncio.to_thread(self._abandon, session)
            return
        setting = Setting(session.id, opened.experience, experience, opened.seed, opened.ceilings)
        journal = Journal(session.id, destination, entries)
        host = self._add(session.clinic_id, session.patient_id, session.lead_id, setting, room, journal)
        await self._recover(host)
        if room.phase is Phase.CLOSED:
            await self._finish(session.id)
        else:
            await host.resume()

    async def _recover(self, host: Host) -> None:
        """Make whole what the crash of a server left of a recording, and note its seals in the log."""
        folder = self._recordings / host.setting.session
        known = [entry.fact.segment for entry in host.journal.entries if isinstance(entry.fact, log.Sealed)]
        try:
            recovered = await asyncio.to_thread(recover, folder, known)
        except (OSError, BrokenSegment) as error:
            self._logger.error("recording_not_recovered", session=host.setting.session, error=type(error).__name__)
            return
        for recovery in recovered:
            await host.must("room", recovery.sealed)

    def _abandon(self, session: sessions.Session) -> None:
        with self._database.write() as writing:
            sessions.abandon(writing, session.clinic_id, session.id, by="room")

    def _add(
        self, clinic_id: str, patient_id: str, lead_id: str, setting: Setting, room: Room, journal: Journal
    ) -> Host:
        loop = asyncio.get_running_loop()
        streams = RoomStreams(self._recordings / setting.session, self._clock, lambda: host, loop)
        host = Host(setting, room, journal, self._clock, self._bus, loop.call_later, streams)
        self._rooms[setting.session] = LiveRoom(clinic_id, patient_id, lead_id, host, streams)
        return host

    async def _tick(self) -> None:
        cared_s = self._clock.monotonic_s()
        while True:
            started_s = self._clock.monotonic_s()
            for session, live in list(self._rooms.items()):
                live.host.advance()
                if live.host.room.phase is Phase.CLOSED:
                    self._soon(self._finish(session))
            if started_s - cared_s >= CARE_S:
                cared_s = started_s
                self._care()
            await asyncio.sleep(max(0.0, TICK_S - (self._clock.monotonic_s() - started_s)))

    def _care(self) -> None:
        for live in self._rooms.values():
            self._each_second(live.host)
            if not live.host.journal.durable:
                self._soon(live.host.settle())

    async def _finish(self, session_id: str) -> None:
        """Send everyone away from a closed room, complete its record, and let go of it."""
        live = self._rooms.get(session_id)
        if live is None:
            return
        live.host.audience.dismiss_all("closed", "The session has ended.")
        if not live.host.journal.durable:
            return  # its closing is still to be written; the next round looks again
        del self._rooms[session_id]
        await live.host.idle()
        await live.streams.sealed()
        if self._on_closed is not None:
            await self._on_closed(live.clinic_id, session_id)

    def _soon(self, action: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(action)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._logger.error("room_task_failed", error=type(task.exception()).__name__)


def _unwritten(error: log.LogUnavailable) -> Problem:
    return Problem(
        "unavailable",
        got=f"a log that cannot be written ({error})",
        expected="a database that takes entries",
        next_step="Check the disk and the database, then start the session again.",
        kind="unavailable",
    )
