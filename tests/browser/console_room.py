"""A made-up room that speaks the wire to the console inside the browser: one subject, one lead, a lift."""

import re
from typing import Any

import msgspec
from playwright.sync_api import BrowserContext, Page, WebSocketRoute

from abaton.live import log, wire
from abaton.live.experience import describe
from abaton.live.role import Phase, Role
from abaton.therapy.experiences.heights import Heights
from tests.browser.console_clinic import NOW
from tests.browser.console_session import SUDS

NOW_US = int(NOW.timestamp() * 1_000_000)
SUBJECT = wire.Device(presenting=True, visible=True, battery=0.68, frame_p95_ms=14.1, missed_share=0.01)


class LiveRoom:
    """Greets the lead with a session that began `minutes` ago, and answers what the lead asks.

    Attributes:
        asked: every message of the page but its heartbeat.
        refuse: the refusal to answer commands with, or None.
    """

    def __init__(self, phase: Phase = Phase.RUNNING, minutes: float = 12.6, height_m: float = 12.0) -> None:
        self.asked: list[wire.ClientMessage] = []
        self.refuse: tuple[str, str, str, str] | None = None
        self.state: dict[str, Any] = {
            **msgspec.to_builtins(Heights.State()),
            "height_m": height_m,
            "target_m": height_m,
            "railing": "low",
            "wind": 0.2,
        }
        lobby = phase is Phase.LOBBY
        self.subject = wire.Member("subject", Role.SUBJECT, 1, admitted=not lobby, connected=True, device=SUBJECT)
        self.view = wire.RoomView(
            phase=phase,
            members=[wire.Member("lead", Role.LEAD, 0, admitted=True, connected=True), self.subject],
            agreed=[],
            question=None,
            recording=True,
            frozen_why="lead" if phase is Phase.FROZEN else None,
            began_tick=None if lobby else 0,
            durable=True,
        )
        self._events = 0
        self._began_us = NOW_US - int(minutes * 60e6)
        self._past = self._history() if not lobby else [(-20.0, log.Joined("subject", Role.SUBJECT))]

    def _history(self) -> list[tuple[float, log.AnyFact]]:
        facts: list[tuple[float, log.AnyFact]] = [
            (-40, log.Joined("subject", Role.SUBJECT)),
            (-31, log.Admitted("subject")),
            (0, log.Began()),
            (120, log.Commanded("rise_to", 1, {"height_m": 3.0})),
            (330, log.Commanded("rise_to", 2, {"height_m": 6.0})),
            (384, log.Noted("Looks down by herself for the first time; holds the railing with both hands.")),
            (560, log.Commanded("rise_to", 3, {"height_m": 12.0})),
            (720, log.Commanded("set_railing", 4, {"railing": "low"})),
        ]
        for number, (at, value) in enumerate(SUDS):
            if at < 745:
                facts.append((at, log.Asked(number, "suds")))
                facts.append((at + 6, log.Answered(number, "suds", float(value), "controller")))
        if self.view.phase is Phase.CALM:
            facts.append((750, log.Stopped(Role.SUBJECT, "wrist")))
        return sorted(facts, key=lambda pair: pair[0])

    def install(self, page: Page | BrowserContext) -> None:
        """Takes the place of the room's socket for a page, or for all pages of a profile."""
        page.route_web_socket(re.compile("/api/live/"), self._connect)

    def _connect(self, socket: WebSocketRoute) -> None:
        self.socket = socket
        socket.on_message(lambda frame: self._receive(frame if isinstance(frame, bytes) else frame.encode()))

    def say(self, message: wire.Message) -> None:
        """Sends the page a message."""
        self.socket.send(wire.encode(message))

    def show(self, **changes: Any) -> None:
        """Changes how the room stands, and tells the page."""
        self.view = msgspec.structs.replace(self.view, **changes)
        self.say(wire.RoomChanged(self.view))

    def happen(self, fact: log.AnyFact, at_us: int = NOW_US, actor: str = "lead") -> None:
        """Tells the page of an event."""
        self._events += 1
        self.say(wire.Happened(self._events, 0, at_us, actor, msgspec.to_builtins(fact)))

    def beat(self, at_us: int, bpm: float, source: str = "recorded") -> None:
        """Sends the page one heart-rate sample."""
        self.say(wire.SampleOf("subject", "heart_rate", at_us, [bpm], source))

    def _receive(self, frame: bytes) -> None:
        message = wire.decode_client(frame)
        if isinstance(message, wire.Ping):
            self.say(wire.Pong(message.sent_us, message.sent_us))
            return
        self.asked.append(message)
        if isinstance(message, wire.Hello):
            self._greet()
        elif isinstance(message, wire.Stop):
            self.show(phase=Phase.CALM, agreed=[])
            self.happen(log.Stopped(Role.LEAD, message.why))
        elif isinstance(message, wire.Agree):
            self.show(agreed=[Role.LEAD])
        elif isinstance(message, wire.Command | wire.Control | wire.Note):
            self._numbered(message)

    def _greet(self) -> None:
        shape = describe("heights", Heights, {"height_m": 30.0, "railing": "low"})
        self.say(
            wire.Welcome(
                participant="lead",
                role=Role.LEAD,
                session="s" * 26,
                experience=shape,
                rate_hz=60,
                seed=7,
                tick=0,
                time_us=NOW_US,
                state=self.state,
                room=self.view,
                event=0,
                resumed=False,
                next_number=1,
            )
        )
        for at_s, fact in self._past:
            self.happen(fact, self._began_us + int(at_s * 1e6))
        if self.view.phase is not Phase.LOBBY:
            seconds = range(int((NOW_US - self._began_us) / 1e6) + 1)
            for second in seconds:
                self.beat(self._began_us + second * 1_000_000, 84 + 9 * ((second // 90) % 3) + 2.0 * (second % 7) / 7)

    def _numbered(self, message: wire.Command | wire.Control | wire.Note) -> None:
        if self.refuse is not None and isinstance(message, wire.Command):
            self.say(wire.Refused(message.number, *self.refuse))
            return
        self.say(wire.Acknowledged(message.number))
        if isinstance(message, wire.Note):
            self.happen(log.Noted(message.text))
        elif isinstance(message, wire.Command):
            self._commanded(message)
        elif message.action == "admit":
            self.subject = msgspec.structs.replace(self.subject, admitted=True)
            self.show(members=[self.view.members[0], self.subject])
        elif message.action == "begin":
            self.show(phase=Phase.RUNNING, began_tick=0)
            self.happen(log.Began())
        elif message.action in ("freeze", "thaw"):
            frozen = message.action == "freeze"
            self.show(phase=Phase.FROZEN if frozen else Phase.RUNNING, frozen_why="lead" if frozen else None)
        elif message.action == "ask":
            self.show(question=wire.Question(9, "suds"))
        elif message.action == "close":
            self.show(phase=Phase.CLOSED)

    def _commanded(self, message: wire.Command) -> None:
        self.happen(log.Commanded(message.name, message.number, message.arguments))
        changes = {"target_m" if message.name == "rise_to" else key: value for key, value in message.arguments.items()}
        self.state.update(changes)
        self.say(wire.Patch(1, NOW_US, changes))
