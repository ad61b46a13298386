"""A room as pure state: facts go in at ticks, states come out, the same every time.

Nothing here waits, reads a clock or touches a network. `host` runs a room in real time; `replay` runs it from a log.
"""

import hashlib
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import msgspec

from abaton.live import log
from abaton.live.experience import Ceilings, Experience, argument_types, commands_of, graded_fields, rank
from abaton.live.role import Phase, Role
from abaton.live.wire import Parameter, Question

_encode = msgspec.msgpack.Encoder(order="deterministic").encode

AGREEING = frozenset({Role.LEAD, Role.SUBJECT})
"""Who must agree before a stopped room goes on."""


class Room:
    """One running experience.

    Attributes:
        tick: how many ticks have been made.
        phase: what the room is doing.
        agreed: who agreed to go on since the last stop.
        question: the rating that is waited for, or None.
        frozen_why: why the experience holds still, or None.
        began_tick: the tick at which the experience began, or None.
        fault: what the experience did wrong (its class of error or `ceiling`), or None.
    """

    def __init__(self, experience: type[Experience], seed: int, rate_hz: int, ceilings: Ceilings) -> None:
        self.experience = experience(Random(seed))  # noqa: S311 - repeatable on purpose, guards nothing
        self.rate_hz = rate_hz
        self.tick = 0
        self.phase = Phase.LOBBY
        self.agreed: frozenset[Role] = frozenset()
        self.question: Question | None = None
        self.frozen_why: str | None = None
        self.began_tick: int | None = None
        self.fault: str | None = None
        self._questions = 0
        self._limits = [_Limit(field, ceilings.get(name)) for name, field in graded_fields(experience).items()]
        handlers = {name: handler for name, (handler, _) in commands_of(experience).items()}
        self._commands = {name: (handler, argument_types(handler)) for name, handler in handlers.items()}
        self._held: dict[str, Any] | None = None

    def step(self) -> None:
        """One tick. The experience moves while running and, so that the lead can ease it, while stopped."""
        if self.phase in (Phase.RUNNING, Phase.CALM):
            self._guarded(self.experience.tick, 1 / self.rate_hz)
        self.tick += 1

    def apply(self, fact: log.AnyFact) -> None:
        """Take in a fact that was already checked and written."""
        match fact:
            case log.Began():
                self.phase, self.began_tick = Phase.RUNNING, self.tick
            case log.Commanded():
                self._command(fact)
            case log.Asked():
                self._questions = fact.question
                self.question = Question(fact.question, fact.measure)
            case log.Answered():
                self.question = None
            case log.Stopped():
                self._stop(fact.by)
            case log.Agreed():
                self._agree(fact.by)
            case log.Froze():
                self._freeze(fact.why)
            case log.Thawed():
                if self.phase is Phase.FROZEN:
                    self.phase, self.frozen_why, self._held, self.fault = Phase.RUNNING, None, None, None
            case log.Reopened():
                if self.phase is Phase.RUNNING:
                    self._freeze("restart")
            case log.Closed():
                self.phase, self.question = Phase.CLOSED, None
            case _:
                pass  # who came and went, notes, recording: they do not move the experience

    @property
    def held(self) -> Mapping[str, Any] | None:
        """The graded values that nothing may rise above while the room is stopped or frozen; None otherwise."""
        return self._held

    @property
    def next_question(self) -> int:
        """The number for the next rating asked for."""
        return self._questions + 1

    def state(self) -> dict[str, Any]:
        """The experience's state as plain values by field."""
        return msgspec.to_builtins(self.experience.state)

    def digest(self) -> str:
        """SHA-256 over everything that makes the room what it is at this tick, in hexadecimal."""
        whole = (
            self.tick,
            self.phase,
            sorted(self.agreed),
            self.question,
            self.frozen_why,
            self.fault,
            self.experience.state,
        )
        return hashlib.sha256(_encode(whole)).hexdigest()

    def _command(self, fact: log.Commanded) -> None:
        handler, types = self._commands[fact.name]
        typed = {name: msgspec.convert(value, types[name]) for name, value in fact.arguments.items()}
        self._guarded(handler, self.experience, **typed)

    def _stop(self, by: Role | None) -> None:
        if self.phase in (Phase.LOBBY, Phase.CLOSED):
            return
        if self.phase is Phase.CALM:
            # Stopping once more takes back one's own agreement; who stopped nothing has nothing to take back.
            self.agreed = self.agreed - {by} if by else frozenset()
            return
        self._guarded(self.experience.on_stop)
        self.phase, self.agreed, self.frozen_why = Phase.CALM, frozenset(), None
        self._hold()

    def _agree(self, role: Role) -> None:
        if self.phase is not Phase.CALM or role not in AGREEING:
            return
        self.agreed |= {role}
        if self.agreed >= AGREEING:
            self.phase, self.agreed, self._held = Phase.RUNNING, frozenset(), None

    def _freeze(self, why: str) -> None:
        if self.phase is Phase.RUNNING:
            self.phase, self.frozen_why = Phase.FROZEN, why
            self._hold()

    def _hold(self) -> None:
        state = self.experience.state
        self._held = {limit.name: getattr(state, limit.name) for limit in self._limits}

    def _guarded(self, action: Callable[..., None], *arguments: Any, **named: Any) -> None:
        """Let the experience act, and hold it where it is when it fails or goes above a limit."""
        try:
            action(*arguments, **named)
        except Exception as error:  # a clinic's own experience must not take the room down
            self.fault = type(error).__name__
            self._freeze("fault")
        state = self.experience.state
        for limit in self._limits:
            value = getattr(state, limit.name)
            if limit.exceeded_by(value):
                setattr(state, limit.name, limit.strongest(value))
                self.fault = "ceiling"
                self._freeze("ceiling")
            if self._held is not None and not limit.rank(value) <= limit.rank(self._held[limit.name]):
                setattr(state, limit.name, self._held[limit.name])


class _Limit:
    """The most that a graded field may reach: the patient's ceiling, or else the end of its range."""

    def __init__(self, field: Parameter, ceiling: float | str | None) -> None:
        self.name = field.name
        self._field = field
        self._ceiling = field.maximum if ceiling is None else ceiling
        self._most = None if self._ceiling is None else rank(field, self._ceiling)

    def rank(self, value: Any) -> float:
        return rank(self._field, value)

    def exceeded_by(self, value: Any) -> bool:
        # Written so that NaN, which compares false with everything, counts as above.
        return self._most is not None and not rank(self._field, value) <= self._most

    def strongest(self, like: Any) -> Any:
        return type(like)(self._ceiling)
