"""A room in real time: holds its members, its clock and its log, and tells everyone what happens.

Requests are checked, written, applied and acknowledged, in that order; while an entry is being written no tick is
made, so that the tick in the entry is the tick at which it took effect. Stop, and whatever else keeps the subject
safe, takes effect whether or not it could be written, and is written as soon as that is possible.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Protocol

import msgspec

from abaton.core.clock import Clock
from abaton.live import log, wire
from abaton.live.audience import CLINIC, Audience
from abaton.live.bus import Bus, Change, Event, Latest, Receiver
from abaton.live.command import CommandCheck
from abaton.live.experience import Ceilings, Experience, describe
from abaton.live.journal import Draft, Journal
from abaton.live.members import Members, Seat
from abaton.live.poses import PoseExchange
from abaton.live.replay import applicable
from abaton.live.role import Phase, Role
from abaton.live.room import Room
from abaton.live.roomclock import RoomClock
from abaton.live.watchdog import Alarm, Watchdog

CHECKPOINT_EVERY_S = 5.0
PATCH_EVERY_S = 1 / 30
MAX_LAG_S = 0.25
"""A room that fell behind further than this lets the lost time go rather than hurry: a lift must not leap."""


class Streams(Protocol):
    """Where poses and signals are recorded while there is consent to it."""

    def switch(self, on: bool) -> None:
        """Begin or end recording, at once."""
        ...

    def pose(self, participant: str, time_us: int, pose: bytes) -> None:
        """A packed pose."""
        ...

    def sample(self, participant: str, sample: wire.Sample) -> None:
        """A sample of a signal."""
        ...


class Setting(msgspec.Struct, frozen=True):
    """What a room is made of: the session's id, the experience under its name, the seed, the patient's ceilings."""

    session: str
    name: str
    experience: type[Experience]
    seed: int
    ceilings: Ceilings


class Host:
    """Runs one room. All methods belong to one event loop."""

    def __init__(
        self,
        setting: Setting,
        room: Room,
        journal: Journal,
        clock: Clock,
        bus: Bus,
        later: Callable[[float, Callable[[], None]], object],
        streams: Streams | None = None,
    ) -> None:
        self.setting = setting
        self.room = room
        self.journal = journal
        self.members = Members()
        self.check = CommandCheck(setting.experience, setting.ceilings)
        self.streams = streams
        self.recording = False
        self.audience = Audience(setting.session, bus)
        self.poses = PoseExchange(bus, self.audience.topic("room"), later)
        self._clock = RoomClock(clock)
        self._watchdog = Watchdog()
        self._lock = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._due_s: float | None = None
        self._checkpoint_s = self._patch_s = self.now_s
        self._sent_state: dict[str, Any] = room.state()
        self._sent_view: wire.RoomView | None = None

    # --- time ---------------------------------------------------------------------------------------------------

    @property
    def now_s(self) -> float:
        """Monotonic time in seconds."""
        return self._clock.monotonic_s()

    @property
    def now_us(self) -> int:
        """The room's clock: wall time at its opening carried on by the monotonic clock, so that it never jumps."""
        return self._clock.now_us()

    def advance(self) -> None:
        """Make the ticks that are due, watch over heartbeats, and tell what changed. Never waits; at most 15 ticks."""
        now_s = self.now_s
        jumped_s = self._clock.jump_s()
        if jumped_s:
            self._soon(self.must("room", log.ClockJumped(jumped_s)))
        if self._lock.locked() or self._tasks:
            return
        if self.room.phase in (Phase.RUNNING, Phase.CALM):
            self._tick(now_s)
            self._watch(now_s)
            self._checkpoint(now_s)
        else:
            self._due_s = None
            if self.room.phase is Phase.FROZEN:
                self._watch(now_s)
        self._patch(now_s)

    def _tick(self, now_s: float) -> None:
        if self._due_s is None or now_s - self._due_s > MAX_LAG_S:
            self._due_s = now_s
        before = self.room.phase
        while self._due_s <= now_s and self.room.phase is before:
            self.room.step()
            self._due_s += 1 / self.room.rate_hz
        if self.room.phase is not before:
            self._soon(self.must("room", log.Froze(self.room.frozen_why or "fault")))

    def _watch(self, now_s: float) -> None:
        verdict = self._watchdog.judge(now_s)
        seat = self.members.get(verdict.who)
        whose = seat.role if seat else Role.SUBJECT
        phase = self.room.phase
        if verdict.alarm is Alarm.CALM and phase is not Phase.CALM:
            self._soon(self.must("room", log.Stopped(None, f"heartbeat of the {whose}")))
        elif verdict.alarm is Alarm.FREEZE and phase is Phase.RUNNING:
            self._soon(self.must("room", log.Froze(f"heartbeat of the {whose}")))
        elif verdict.alarm is Alarm.NONE and phase is Phase.FROZEN and self._thaws_by_itself():
            self._soon(self.must("room", log.Thawed()))

    def _thaws_by_itself(self) -> bool:
        why = self.room.frozen_why or ""
        everyone = self.members.present(Role.LEAD) and self.members.present(Role.SUBJECT)
        return bool(everyone) and (why == "restart" or why.startswith("heartbeat"))

    def _checkpoint(self, now_s: float) -> None:
        if now_s - self._checkpoint_s >= CHECKPOINT_EVERY_S:
            self._checkpoint_s = now_s
            self._soon(self._write_checkpoint())

    async def _write_checkpoint(self) -> None:
        async with self._lock:
            # Only a waymark: where it cannot be written, the view tells the lead that the log is unavailable.
            with suppress(log.LogUnavailable):
                self._announce(await self.journal.write(self._draft("room", log.Checkpoint(self.room.digest()))))
        self.show()

    # --- what happens -------------------------------------------------------------------------------------------

    async def may(self, actor: str, check: Callable[[], log.AnyFact]) -> None:
        """Check, write, apply, tell: nothing happens unless it is durable first.

        Raises:
            Refusal: by the check, which sees the room as it is when its turn comes.
            log.LogUnavailable: the fact could not be written; nothing changed.
        """
        async with self._lock:
            fact = check()
            try:
                entries = await self.journal.write(self._draft(actor, fact))
            finally:
                self.show()
            self._apply(fact)
            self._announce(entries)

    async def must(self, actor: str, fact: log.AnyFact) -> None:
        """Let a fact take effect whether or not it can be written now; it is kept until it can."""
        async with self._lock:
            draft = self._draft(actor, fact)
            try:
                entries: Sequence[log.Entry] = await self.journal.write(draft)
            except log.LogUnavailable:
                self.journal.keep(draft)
                entries = ()
            self._apply(fact)
            self._announce(entries)

    async def stop(self, actor: str, by: Role, why: str) -> None:
        """Stop the room: everyone is told at once, before the log is asked."""
        if self.room.phase in (Phase.LOBBY, Phase.CLOSED):
            return
        self._stopping = True
        self.show()
        try:
            await self.must(actor, log.Stopped(by, why))
        finally:
            self._stopping = False
            self.show()

    async def record(self, on: bool, why: str) -> None:
        """Switch the recording of poses and signals; off takes effect at once."""
        if on == self.recording or self.room.phase is Phase.CLOSED:
            return
        self.recording = on
        if self.streams is not None:
            self.streams.switch(on)
        await self.must("room", log.Recording(on, why))

    async def resume(self) -> None:
        """Take up a room whose server ended: its members' places, its recording, and a watch over who comes back."""
        for entry in applicable(self.journal.entries):
            match entry.fact:
                case log.Joined(participant, role):
                    self.members.sit(participant, role, admitted=role in CLINIC)
                case log.Admitted(participant):
                    self.members[participant].admitted = True
                case log.Left(participant, "removed"):
                    self.members.remove(participant)
                case log.Recording(on):
                    self.recording = on
                case _:
                    pass
        for seat in self.members:
            self.heard(seat)
        if self.recording and self.streams is not None:
            self.streams.switch(True)
        await self.must("room", log.Reopened())

    async def close(self, actor: str, why: str) -> None:
        """End the session, whether or not that can be written now."""
        await self.record(False, "closed")
        await self.must(actor, log.Closed(why))

    async def settle(self) -> None:
        """Write what could not be written before; called now and then while the log is failing."""
        if self.journal.durable:
            return
        async with self._lock:
            with suppress(log.LogUnavailable):
                self._announce(await self.journal.flush())
        self.show()

    async def idle(self) -> None:
        """Wait for what the room itself set going."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def _apply(self, fact: log.AnyFact) -> None:
        self.room.apply(fact)
        self._patch(self.now_s, at_once=True)
        self.show()

    def _draft(self, actor: str, fact: log.AnyFact) -> Draft:
        return Draft(self.room.tick, self.now_us, actor, fact)

    def _soon(self, action: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(action)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- members ------------------------------------------------------------------------------------------------

    async def enter(self, participant: str, role: Role, receiver: Receiver, resume_from: int | None) -> Seat:
        """Seat a participant, or let it take up the seat that it had."""
        seat = self.members.sit(participant, role, admitted=role in CLINIC)
        self.audience.connect(participant, receiver)
        seat.connected = True
        await self.must(participant, log.Joined(participant, role))
        self._welcome(seat, resume_from)
        self.audience.greet(participant)
        if seat.admitted:
            self.let_in(seat)
        self.show()
        return seat

    def let_in(self, seat: Seat) -> None:
        """Let a participant see what happens in the room."""
        seat.admitted = True
        self.audience.let_in(seat.participant, seat.role)
        self.heard(seat)
        change = Change.of(self.room.tick, self.now_us, self.room.state())
        self.audience.publish(f"to/{seat.participant}", change)
        self.poses.members = len(self.audience)

    async def leave(self, participant: str, receiver: Receiver, why: str) -> None:
        """A connection ended. The silence that follows is watched."""
        seat = self.members.get(participant)
        if seat is None or not self.audience.holds(participant, receiver):
            return
        seat.connected = False
        self.audience.disconnect(participant)
        self.poses.members = len(self.audience)
        if self.room.phase is not Phase.CLOSED:
            await self.must(participant, log.Left(participant, why))
        self.show()

    async def remove(self, participant: str) -> None:
        """Send a participant away for good."""
        self.audience.dismiss(participant, "removed", "The lead has ended your visit.")
        self._watchdog.forget(participant)
        self.members.remove(participant)
        self.poses.members = len(self.audience)
        await self.must("room", log.Left(participant, "removed"))
        self.show()

    def heard(self, seat: Seat) -> None:
        """A sign of life of a participant."""
        if seat.watched:
            self._watchdog.heard(seat.participant, self.now_s)

    def pose(self, seat: Seat, pose: bytes) -> None:
        """Pass a pose on, and record it where there is consent."""
        if not seat.admitted:
            return
        self.poses.offer(seat.slot, pose)
        if self.recording and self.streams is not None:
            self.streams.pose(seat.participant, self.now_us, pose)

    def sample(self, seat: Seat, sample: wire.Sample, *, echo: bool = False) -> None:
        """Show a signal to the clinic's side, and record it where there is consent.

        `echo` shows it to the participant too, for a signal that did not come from there.
        """
        shown = wire.SampleOf(seat.participant, sample.signal, sample.captured_us, sample.values, sample.source)
        frame = Event(wire.encode(shown))
        self.audience.publish("clinic", frame)
        if echo:
            self.audience.publish(f"to/{seat.participant}", frame)
        if self.recording and self.streams is not None:
            self.streams.sample(seat.participant, sample)

    # --- telling ------------------------------------------------------------------------------------------------

    def show(self) -> None:
        """Tell everyone how the room stands, if that has changed."""
        view = self.view()
        if view != self._sent_view:
            self._sent_view = view
            self.audience.publish("all", Latest("room", wire.encode(wire.RoomChanged(view))))

    def view(self) -> wire.RoomView:
        """How the room stands."""
        room = self.room
        return wire.RoomView(
            phase=Phase.CALM if self._stopping else room.phase,
            members=[seat.view() for seat in self.members],
            agreed=sorted(room.agreed),
            question=room.question,
            recording=self.recording,
            frozen_why=room.frozen_why,
            began_tick=room.began_tick,
            durable=self.journal.durable,
        )

    def _patch(self, now_s: float, *, at_once: bool = False) -> None:
        if not at_once and now_s - self._patch_s < PATCH_EVERY_S:
            return
        self._patch_s = now_s
        state = self.room.state()
        changes = {name: value for name, value in state.items() if self._sent_state.get(name) != value}
        if changes:
            self._sent_state = state
            self.audience.publish("room", Change.of(self.room.tick, self.now_us, changes))

    def _announce(self, entries: Sequence[log.Entry]) -> None:
        for entry in entries:
            self.audience.announce(entry)

    def _welcome(self, seat: Seat, resume_from: int | None) -> None:
        entries = self.journal.entries
        resumed = resume_from is not None and resume_from < len(entries)
        welcome = wire.Welcome(
            participant=seat.participant,
            role=seat.role,
            session=self.setting.session,
            experience=describe(self.setting.name, self.setting.experience, self.setting.ceilings),
            rate_hz=self.room.rate_hz,
            seed=self.setting.seed,
            tick=self.room.tick,
            time_us=self.now_us,
            state=self.room.state(),
            room=self.view(),
            event=max(0, len(entries) - 1),
            resumed=resumed,
            next_number=seat.last_number + 1,
        )
        self.audience.tell(seat.participant, welcome)
        if seat.admitted:
            # The clinic's side sees the whole session whenever it comes in; a guest only what it missed.
            fresh = 0 if seat.role in CLINIC else len(entries)
            for entry in entries[resume_from + 1 if resumed and resume_from is not None else fresh :]:
                self.audience.repeat(seat.participant, seat.role, entry)
