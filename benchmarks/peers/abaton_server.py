"""Abaton as it is served to clinics, with made-up sessions: the real application, sockets, rooms, log and database.

Every room has a subject, who was paired and waits to be admitted, a lead, who admits the subject and begins, and
observers for the rest. Prints its port, then a line of JSON: how each client connects, room by room.
"""

import argparse
import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from abaton.cli.composition import compose
from abaton.cli.listeners import listen, serve_on
from abaton.core.clock import SystemClock
from abaton.core.settings import Settings
from abaton.core.tokens import token_hash
from abaton.live import log, wire
from abaton.records import sign_ins
from abaton.records.database import Database
from abaton.records.session_log import SessionLog
from abaton.records.sessions import Session
from abaton.server.access import COOKIE
from abaton.server.log import json_log
from abaton.server.settings import ServerSettings
from abaton.therapy.experiences.heights import Heights
from benchmarks.clinic import SEED, Clinic
from benchmarks.connection import Connection


def make(database: Database, rooms: int, size: int) -> list[Connection]:
    """Fill the database with sessions whose logs have begun, and tell how their members connect."""
    with database.write() as writing:
        clinic = Clinic(writing, size - 2)
        staff = (clinic.lead, *clinic.observers)
        cookies = [sign_ins.start(writing, clinic.id, one.id, lifetime_s=3600)[0] for one in staff]
        opened = [clinic.session(writing) for _ in range(rooms)]
        tokens = [clinic.paired(writing, session) for session in opened]
    asyncio.run(begin_logs(database, clinic, opened))
    connections: list[Connection] = []
    for session, token in zip(opened, tokens, strict=True):
        subject = f"subject-{token_hash(token).hex()[:16]}"
        hello = wire.Hello(wire.PROTOCOL)
        admit = wire.Control(1, "admit", subject)
        connections.append(connection(session, None, wire.Hello(wire.PROTOCOL, token)))
        connections.append(connection(session, cookies[0], hello, admit, wire.Control(2, "begin")))
        connections += [connection(session, cookie, hello) for cookie in cookies[1:]]
    return connections


async def begin_logs(database: Database, clinic: Clinic, opened: list[Session]) -> None:
    """Write the first entry of every session's log, from which the server opens its room when it starts."""
    fact = log.Opened("heights", Heights.version, SEED, Heights.rate_hz, {})
    for session in opened:
        entry = log.chain(session.id, None, 0, SystemClock().now_us(), clinic.lead.id, fact)
        await SessionLog(database, clinic.id, session.id).append([entry])


def connection(session: Session, cookie: str | None, *first: wire.Message) -> Connection:
    """How one member connects."""
    headers = {} if cookie is None else {"Cookie": f"{COOKIE}={cookie}"}
    return Connection(f"/api/live/{session.id}", headers, [wire.encode(message) for message in first])


def main() -> None:
    """Serves until it is told to end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rooms", type=int, required=True)
    parser.add_argument("--size", type=int, required=True)
    arguments = parser.parse_args()
    clock = SystemClock()
    with TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        database = Database.open(settings.resolved_database_url, clock)
        database.migrate()
        connections = make(database, arguments.rooms, arguments.size)
        app = compose(settings, ServerSettings(), database, clock, json_log(sys.stderr, "warning"))
        listener = listen("127.0.0.1", 0)
        print(listener.port)
        print(msgspec.json.encode(connections).decode(), flush=True)
        serve_on(app, [listener])
        database.close()


if __name__ == "__main__":
    main()
