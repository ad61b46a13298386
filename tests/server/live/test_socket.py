import asyncio
import socket as sockets

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from abaton.live import log, wire
from abaton.live.outbox import MAX_EVENTS
from abaton.live.role import Phase, Role
from abaton.records.session_log import SessionLog
from abaton.server.live.socket import MAX_BAD_FRAMES, MAX_FRAMES_PER_S
from tests.server.live.conftest import WAIT_S, LiveWorld, Member


def goodbye(member: Member) -> str:
    farewell = member.until(wire.Goodbye)
    with pytest.raises(ConnectionClosed):
        member.socket.recv(WAIT_S)
    return farewell.code


def test_a_led_session_over_the_socket(live_world: LiveWorld) -> None:
    person, session = live_world.start_session()
    token = live_world.pair(person, session)
    with live_world.knock(session, person) as lead, live_world.knock(session) as subject:
        assert lead.hello().role is Role.LEAD
        welcome = subject.hello(token)
        assert (welcome.role, welcome.room.phase) == (Role.SUBJECT, Phase.LOBBY)
        assert isinstance(lead.ask(lambda n: wire.Control(n, "admit", welcome.participant)), wire.Acknowledged)
        assert isinstance(lead.ask(lambda n: wire.Control(n, "begin")), wire.Acknowledged)
        assert isinstance(lead.ask(lambda n: wire.Command(n, "set_swell", {"swell_m": 2.0})), wire.Acknowledged)
        assert subject.until(wire.Patch, lambda patch: patch.changes.get("swell_m") == 2.0)
        subject.socket.send(bytes([wire.POSE]) + b"pose")
        while (frame := lead.socket.recv(WAIT_S, decode=False))[0] != wire.POSES:
            pass
        assert frame.endswith(b"pose")
        subject.send(wire.Stop("grips"))
        assert lead.until(wire.RoomChanged, lambda changed: changed.room.phase is Phase.CALM)
        assert isinstance(lead.ask(lambda n: wire.Control(n, "close")), wire.Acknowledged)
        assert goodbye(lead) == goodbye(subject) == "closed"
    entries = SessionLog(live_world.database, live_world.mine.id, session).read()
    log.verify(session, entries)
    assert {type(entry.fact) for entry in entries} >= {log.Opened, log.Began, log.Commanded, log.Stopped, log.Closed}


def test_only_a_page_of_this_server_may_connect(live_world: LiveWorld) -> None:
    person, session = live_world.start_session()
    for origin in ("https://evil.example", None):
        with pytest.raises(InvalidStatus), live_world.knock(session, person, origin):
            pass


@pytest.mark.parametrize(
    "frame",
    [
        wire.encode(wire.Ping(1)),
        wire.encode(wire.Hello(wire.PROTOCOL + 1)),
        wire.encode(wire.Hello(wire.PROTOCOL, "made up")),
        wire.encode(wire.Hello(wire.PROTOCOL)),
        b"\xc1nonsense",
        "text",
    ],
    ids=["no hello", "other protocol", "unknown token", "nobody", "noise", "text"],
)
def test_whoever_has_no_place_is_turned_away(live_world: LiveWorld, frame: bytes | str) -> None:
    _, session = live_world.start_session()
    with live_world.knock(session) as member:
        member.socket.send(frame)
        assert goodbye(member) == "refused"


def test_another_clinic_finds_no_room_and_administrators_no_place(live_world: LiveWorld) -> None:
    _, session = live_world.start_session()
    for person, code in (
        (live_world.signed_in(clinic=live_world.other), "closed"),
        (live_world.signed_in("admin"), "refused"),
    ):
        with live_world.knock(session, person) as member:
            member.send(wire.Hello(wire.PROTOCOL))
            assert goodbye(member) == code


def test_others_of_the_clinic_only_watch(live_world: LiveWorld) -> None:
    _, session = live_world.start_session()
    for who in ("observer", "second"):
        with live_world.knock(session, live_world.signed_in(who)) as member:
            assert member.hello().role is Role.OBSERVER
            refused = member.ask(lambda n: wire.Control(n, "begin"))
            assert isinstance(refused, wire.Refused)
            assert refused.code == "role"


def test_a_token_of_another_session_does_not_fit(live_world: LiveWorld) -> None:
    person, first = live_world.start_session()
    token = live_world.pair(person, first)
    with live_world.knock("another") as member:
        member.send(wire.Hello(wire.PROTOCOL, token))
        assert goodbye(member) == "refused"


def test_malformed_frames_are_answered_and_then_end_it(live_world: LiveWorld) -> None:
    person, session = live_world.start_session()
    with live_world.knock(session, person) as lead:
        lead.hello()
        lead.socket.send(b"\xc1")
        assert lead.until(wire.Refused).code == "malformed"
        assert isinstance(lead.ask(lambda n: wire.Note(n, "still here")), wire.Acknowledged)
        for _ in range(MAX_BAD_FRAMES):
            lead.socket.send(b"\xc1")
        assert goodbye(lead) == "refused"


@pytest.mark.parametrize("first", [0x80, wire.POSE])
def test_an_oversized_frame_ends_it(live_world: LiveWorld, first: int) -> None:
    person, session = live_world.start_session()
    with live_world.knock(session, person) as lead:
        lead.hello()
        lead.socket.send(bytes([first]) * (wire.MAX_FRAME_BYTES + 1))
        assert goodbye(lead) == "refused"


def test_a_flood_ends_it(live_world: LiveWorld) -> None:
    person, session = live_world.start_session()
    with live_world.knock(session, person) as lead:
        lead.hello()
        for _ in range(MAX_FRAMES_PER_S + 1):
            lead.socket.send(bytes([wire.POSE]) + b"pose")
        assert goodbye(lead) == "refused"


def test_a_second_device_needs_a_code_of_its_own_and_replaces_the_first(live_world: LiveWorld) -> None:
    person, session = live_world.start_session()
    first_token = live_world.pair(person, session)
    with live_world.knock(session) as first:
        first.hello(first_token)
        second_token = live_world.pair(person, session)
        assert goodbye(first) == "removed"
    for token, expected in ((first_token, wire.Goodbye), (second_token, wire.Welcome)):
        with live_world.knock(session) as member:
            member.send(wire.Hello(wire.PROTOCOL, token))
            member.until(expected)


def test_signing_out_ends_the_socket(live_world: LiveWorld) -> None:
    person, session = live_world.start_session()
    with live_world.knock(session, person) as lead:
        lead.hello()
        assert person.post("/api/sign-out").status_code < 300
        assert goodbye(lead) == "refused"


def test_a_client_that_stops_reading_is_let_go_and_disturbs_nobody(live_world: LiveWorld) -> None:
    person, session = live_world.start_session()
    watcher = live_world.signed_in("observer")
    with live_world.knock(session, person) as lead:
        lead.hello()
        deaf = sockets.create_connection(("127.0.0.1", int(live_world.origin.rsplit(":", 1)[1])))
        with deaf:
            deaf.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
            deaf.sendall(_handshake(live_world, session, watcher.cookie))
            assert deaf.recv(512).startswith(b"HTTP/1.1 101")
            deaf.sendall(_masked(wire.encode(wire.Hello(wire.PROTOCOL))))
            lead.until(wire.RoomChanged, lambda changed: len(changed.room.members) == 2)
            room = live_world.rooms.find(session)
            assert room is not None
            watching = live_world.mine.staff["observer"].id

            async def tell_much() -> None:
                # More than the kernel's buffers, the transport's and the outbox take, in steps that let them fill.
                for number in range(20):
                    for _ in range(MAX_EVENTS // 4):
                        room.host.audience.tell(watching, wire.Goodbye("noise", f"{number}" * 2000))
                    await asyncio.sleep(0)

            live_world.portal.call(tell_much)
            gone = lead.until(wire.RoomChanged, lambda changed: not changed.room.members[-1].connected)
            assert [member.connected for member in gone.room.members] == [True, False]
        assert isinstance(lead.ask(lambda n: wire.Note(n, "undisturbed")), wire.Acknowledged)


def _handshake(live_world: LiveWorld, session: str, cookie: str) -> bytes:
    lines = [
        f"GET /api/live/{session} HTTP/1.1",
        f"Host: {live_world.origin.removeprefix('http://')}",
        f"Origin: {live_world.origin}",
        f"Cookie: {cookie}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def _masked(payload: bytes) -> bytes:
    return bytes([0x82, 0x80 | len(payload)]) + bytes(4) + payload
