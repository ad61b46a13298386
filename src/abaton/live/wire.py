"""Every message between a client and its room, in one definition.

Frames are binary MessagePack maps with a `type` tag, except poses, which are raw: one byte `POSE`, then the
packed pose. TypeScript is generated from this module by `abaton.live.typescript`.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from abaton.live.role import Phase, Role

PROTOCOL = 1
"""Both sides must speak the same number; it changes when a message changes its meaning."""

POSE = 0xF0
"""First byte of a client's pose frame. A MessagePack map never begins with it."""

POSES = 0xF1
"""First byte of a joined pose frame: then, for each pose, slot u8, length u16 little-endian, packed pose."""

MAX_FRAME_BYTES = 16_384
"""A longer frame from a client is refused and the connection closed."""

MAX_POSE_BYTES = 1024

Name = Annotated[str, Meta(min_length=1, max_length=64)]
Counter = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class Message(msgspec.Struct, frozen=True, tag_field="type", forbid_unknown_fields=True):
    """Base of all messages."""


# --- from client to room ---------------------------------------------------------------------------------------


class Hello(Message, frozen=True, tag="hello"):
    """First frame of a connection.

    `token` is the subject's device token, or None for a signed-in practitioner. `resume_from` is the number of the
    last event received on an earlier connection, so that none is lost; None at first.
    """

    protocol: int
    token: Annotated[str, Meta(max_length=128)] | None = None
    resume_from: Counter | None = None


class Ping(Message, frozen=True, tag="ping"):
    """Heartbeat, once a second. `sent_us` is the client's clock; the answer aligns the clocks."""

    sent_us: Counter


class Command(Message, frozen=True, tag="command"):
    """A request to change the state. `number` counts up from 1 for each participant and is never reused."""

    number: Annotated[int, Meta(ge=1, le=2**53 - 1)]
    name: Name
    arguments: dict[str, Any]


class Control(Message, frozen=True, tag="control"):
    """A request of the lead about the room itself.

    `action`: begin, freeze, thaw, ask (for a rating), admit, remove (with `participant`), close.
    """

    number: Annotated[int, Meta(ge=1, le=2**53 - 1)]
    action: Name
    participant: Name | None = None


class Stop(Message, frozen=True, tag="stop"):
    """Stop now. The client of the subject is already in the calm place when it sends this."""

    why: Name


class Agree(Message, frozen=True, tag="agree"):
    """The sender agrees to go on after a stop."""


class Answer(Message, frozen=True, tag="answer"):
    """A rating, 0 to 100. `how`: controller, hand, gaze, keyboard, pointer."""

    question: Counter
    value: Annotated[float, Meta(ge=0, le=100)]
    how: Name


class Note(Message, frozen=True, tag="note"):
    """The lead's note; kept in the session's log."""

    number: Annotated[int, Meta(ge=1, le=2**53 - 1)]
    text: Annotated[str, Meta(min_length=1, max_length=4000)]


class Sample(Message, frozen=True, tag="sample"):
    """One sample of a signal with its time of capture in the room's clock.

    `signal` is `heart_rate` (values: beats a minute, then RR intervals in seconds). `source` is shown on every
    screen: `strap` or `recorded`.
    """

    signal: Name
    captured_us: Counter
    values: Annotated[list[float], Meta(max_length=64)]
    source: Name


class Device(Message, frozen=True, tag="device"):
    """What the subject's device says of itself: battery 0 to 1 or None, frame times in ms, presentation mode."""

    presenting: bool
    visible: bool
    battery: Annotated[float, Meta(ge=0, le=1)] | None = None
    frame_p50_ms: float | None = None
    frame_p95_ms: float | None = None
    frame_p99_ms: float | None = None
    missed_share: float | None = None


ClientMessage = Hello | Ping | Command | Control | Stop | Agree | Answer | Note | Sample | Device

# --- from room to client ---------------------------------------------------------------------------------------


class Parameter(msgspec.Struct, frozen=True):
    """One argument of a command or one field of the state, as a panel needs it.

    `kind`: number, integer, flag, choice or text. `ceiling` is the most that this patient may be given, for graded
    parameters; in a choice all later members are stronger.
    """

    name: str
    label: str
    kind: str
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    choices: list[str] | None = None
    graded: bool = False
    ceiling: float | str | None = None


class CommandShape(msgspec.Struct, frozen=True):
    """A command as a panel needs it. `by` are the roles that may give it, `every_s` the least time between two."""

    name: str
    label: str
    help: str
    by: list[Role]
    every_s: float
    parameters: list[Parameter]
    sets: str | None = None


class ExperienceShape(msgspec.Struct, frozen=True):
    """What a client must know of an experience to draw its panel and choose its scene."""

    name: str
    title: str
    scene: str
    version: str
    state: list[Parameter]
    commands: list[CommandShape]


class Member(msgspec.Struct, frozen=True):
    """A participant as others see them. `slot` tags this one's poses. `device` is the last Device message."""

    participant: str
    role: Role
    slot: int
    admitted: bool
    connected: bool
    device: Device | None = None


class Question(msgspec.Struct, frozen=True):
    """A rating that the room waits for."""

    number: int
    measure: str


class RoomView(msgspec.Struct, frozen=True):
    """Everything about the room but the experience's own state."""

    phase: Phase
    members: list[Member]
    agreed: list[Role]
    question: Question | None
    recording: bool
    frozen_why: str | None
    began_tick: int | None
    durable: bool


class Welcome(Message, frozen=True, tag="welcome"):
    """Answer to Hello: who you are, what runs here, the whole state, and the number of the last event sent so far.

    `resumed` is false when events before `event` could not be sent again (too long away): start afresh.
    """

    participant: str
    role: Role
    session: str
    experience: ExperienceShape
    rate_hz: int
    seed: int
    tick: int
    time_us: int
    state: dict[str, Any]
    room: RoomView
    event: int
    resumed: bool
    next_number: int


class Patch(Message, frozen=True, tag="patch"):
    """The fields of the state that changed, at this tick. Latest wins."""

    tick: int
    time_us: int
    changes: dict[str, Any]


class RoomChanged(Message, frozen=True, tag="room"):
    """The room's view changed. Latest wins."""

    room: RoomView


class Happened(Message, frozen=True, tag="happened"):
    """An event of the session log. `event` counts up without gaps; a client resumes from it."""

    event: int
    tick: int
    time_us: int
    actor: str
    fact: dict[str, Any]


class Acknowledged(Message, frozen=True, tag="acknowledged"):
    """A command, control or note is durable and applied."""

    number: int


class Refused(Message, frozen=True, tag="refused"):
    """A request was not carried out, and nothing changed.

    `code`: unknown, malformed, role, range, ceiling, rate, phase, replayed, order, consent, unavailable.
    """

    number: int | None
    code: str
    got: str
    expected: str
    next: str


class SampleOf(Message, frozen=True, tag="sample_of"):
    """A sample of a participant's signal, relayed live."""

    participant: str
    signal: str
    captured_us: int
    values: list[float]
    source: str


class Pong(Message, frozen=True, tag="pong"):
    """Answer to Ping: the client's time sent back, and the room's clock."""

    sent_us: int
    time_us: int


class Goodbye(Message, frozen=True, tag="goodbye"):
    """The last message before the room closes the connection. `code`: closed, removed, replaced, refused, restart."""

    code: str
    reason: str


RoomMessage = Welcome | Patch | RoomChanged | Happened | Acknowledged | Refused | SampleOf | Pong | Goodbye

_encoder = msgspec.msgpack.Encoder()
_decode_client = msgspec.msgpack.Decoder(ClientMessage)
_decode_room = msgspec.msgpack.Decoder(RoomMessage)


def encode(message: Message) -> bytes:
    """One frame."""
    return _encoder.encode(message)


def decode_client(frame: bytes) -> ClientMessage:
    """Read a client's frame; raises msgspec.DecodeError (ValidationError where the shape is wrong)."""
    return _decode_client.decode(frame)


def decode_room(frame: bytes) -> RoomMessage:
    """Read a room's frame, as tests and Python clients do."""
    return _decode_room.decode(frame)
