"""Lives a session again from its log."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from rich.progress import Progress

from abaton.cli.experiences import installed_experiences
from abaton.cli.kept_sessions import experience_of, find_session, open_to_look
from abaton.core.errors import Problem
from abaton.core.settings import Settings
from abaton.live import log
from abaton.live.replay import ReplayMismatch, opening
from abaton.live.replay import replay as replay_log
from abaton.records.session_log import read_entries


@dataclass(frozen=True)
class Played:
    """How much was replayed, and how many recorded digests of the state were met."""

    ticks: int
    checkpoints: int


def replay_session(
    settings: Settings, session_id: str, every_s: float, write: Callable[[str], None], bar: Progress
) -> Played:
    """Replays a session and writes its states.

    Args:
        settings: Where the records are.
        session_id: Which session.
        every_s: Seconds of the session between two states written; 0 writes every tick.
        write: Takes one line of JSON with `elapsed_s`, `phase` and `state`.
        bar: Shows how far it is.

    Raises:
        Problem: There is no such session, it has no log, or a state is not what it was.
    """
    with open_to_look(settings) as records, records.read() as reading:
        session = find_session(reading, session_id)
        entries = read_entries(reading, session.clinic_id, session_id)
    experience = experience_of(session, installed_experiences())
    try:
        rate_hz = opening(entries).rate_hz
        last = 0
        task = bar.add_task("Replaying", total=entries[-1].tick)
        for frame in replay_log(entries, experience, every=max(1, round(every_s * rate_hz))):
            elapsed_s = (frame.time_us - entries[0].time_us) / 1e6
            line = {"elapsed_s": elapsed_s, "phase": frame.phase, "state": frame.state}
            write(json.dumps(msgspec.to_builtins(line)))
            bar.update(task, completed=frame.tick)
            last = frame.tick
    except (ReplayMismatch, ValueError) as error:
        raise _cannot_replay(session_id, error) from error
    return Played(last, sum(isinstance(entry.fact, log.Checkpoint) for entry in entries))


def _cannot_replay(session_id: str, error: Exception) -> Problem:
    return Problem(
        "cannot_replay",
        got=f"session {session_id}: {error}",
        expected="a log that brings the room to every state that it recorded",
        next_step="Run `abaton verify` to see whether a record was changed.",
        kind="conflict",
    )
