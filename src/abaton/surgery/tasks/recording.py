"""The record of a run, in MCAP.

- `/run`: JSON, once: task, seed, trainee, rate, columns, and the digest of the whole trace.
- `/hand/commands`: what the hands did, a tenth of a second a message: (ticks, tools, 8) little-endian float64, exact.
- `/tool/NAME/pose` and `/tool/NAME/force`: JSON, 100 a second, for people and their programs.
- `/readings`: JSON, 100 a second. `/event`: JSON, as it happened. `/score`: JSON, once, at the end.

The commands and the seed, with the labelled volume if there was one, are enough to play the run again; the digest
tells whether it came out the same. Chunks are compressed by zstd and carry checksums. Foxglove and Rerun open these
files.
"""

import contextlib
import os
import re
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from mcap.reader import make_reader
from mcap.writer import CompressionType, Writer
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.core.ids import new_id
from abaton.surgery.skill.kinematics import Track, Trial, read_jigsaws
from abaton.surgery.tasks.running import COMMAND, RATE_HZ, Player, Run

Array = NDArray[np.float64]

_BLOCK, _EVERY = 100, 10
_NS = 1_000_000
_LARGEST_FILE = 512 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
_OBJECT = b'{"type": "object"}'


class Header(msgspec.Struct, frozen=True):
    """What a record says of itself."""

    task: str
    seed: int
    trainee: str
    tools: tuple[str, ...]
    ticks: int
    rate_hz: float
    columns: tuple[str, ...]
    digest: str
    labels: str = ""


class Record(msgspec.Struct, frozen=True, eq=False):
    """A record as read.

    Attributes:
        header: What it says of itself.
        commands: (n, tools, 8).
        marks: The score when it was made.
    """

    header: Header
    commands: Array
    marks: float

    def player(self, _: Any) -> Player:
        """Gives the recorded commands again."""
        # Not `yield from`: an array's iterator takes no answers.
        for row in self.commands:
            _ = yield row


def check_writable(folder: Path) -> None:
    """Refuses a folder that nothing can be written to, before a task is played for it; makes none.

    Raises:
        Problem: It cannot be written to.
    """
    there = next((one for one in (folder, *folder.resolve().parents) if one.exists()), folder)
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise _unwritable(folder, "no folder" if not there.is_dir() else "Permission denied")


def write_record(path: Path, run: Run, tools: tuple[str, ...], labels: str = "") -> None:
    """Writes a record; the file is there whole or not at all.

    Args:
        path: Where to; a file that is there is replaced.
        run: What was played.
        tools: Their names.
        labels: SHA-256 of the labelled volume that took the liver's place, if one did.

    Raises:
        Problem: It cannot be written.
    """
    writing = path.with_name(f".{path.name}.{new_id()[:8]}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with writing.open("wb") as file:
            _write(Writer(file, compression=CompressionType.ZSTD), run, tools, labels)
            file.flush()
            os.fsync(file.fileno())
        writing.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            writing.unlink()
        raise _unwritable(path, error.strerror or str(error)) from error


def _write(writer: Writer, run: Run, tools: tuple[str, ...], labels: str) -> None:
    trace = run.trace
    writer.start("abaton", "abaton")
    schema = writer.register_schema("abaton.Json", "jsonschema", _OBJECT)
    exact = writer.register_schema("abaton.Commands", "", b"")
    channels: dict[str, int] = {}

    def add(topic: str, tick: int, value: Any) -> None:
        raw = isinstance(value, bytes)
        if topic not in channels:
            channels[topic] = writer.register_channel(
                topic, "abaton.commands" if raw else "json", exact if raw else schema
            )
        data = value if raw else msgspec.json.encode(value)
        writer.add_message(channels[topic], tick * _NS, data, tick * _NS, tick)

    ticks = len(trace.commands)
    header = Header(run.task, run.seed, run.trainee, tools, ticks, RATE_HZ, COMMAND, trace.digest(), labels)
    add("/run", 0, header)
    events = list(trace.events)
    for tick in range(ticks):
        while events and events[0].tick <= tick:
            add("/event", tick, events.pop(0))
        if tick % _BLOCK == 0:
            add("/hand/commands", tick, trace.commands[tick : tick + _BLOCK].astype("<f8").tobytes())
        if tick % _EVERY == 0:
            for n, tool in enumerate(tools):
                place: Any = {
                    "position_m": trace.position_m[tick, n].tolist(),
                    "rotation": trace.rotation[tick, n].tolist(),
                    "grip_rad": float(trace.grip_rad[tick, n]),
                }
                add(f"/tool/{tool}/pose", tick, place)
                add(f"/tool/{tool}/force", tick, {"force_n": float(trace.force_n[tick, n])})
            add("/readings", tick, {name: float(values[tick]) for name, values in trace.readings.items()})
    for event in events:
        add("/event", event.tick, event)
    add("/score", ticks, {"total": run.score.total, "figures": run.figures, "parts": run.score.parts})
    writer.finish()


def read_record(path: Path) -> Record:
    """A record. Where tracking was lost its commands are NaN, and are played again as such.

    Raises:
        Problem: There is no such file, or it is cut off, changed, not a record of a task, or one of another rate.
    """
    if not path.is_file():
        raise Problem(
            "record_not_found",
            got=f"no file {path}",
            expected="careful, clumsy, or the path of a record",
            next_step="Check the path.",
            kind="not_found",
        )
    if path.stat().st_size > _LARGEST_FILE:
        raise _unreadable(f"a file of {path.stat().st_size} bytes", f"at most {_LARGEST_FILE}")
    messages: dict[str, list[bytes]] = {}
    try:
        with path.open("rb") as file:
            for _, channel, message in make_reader(file, validate_crcs=True).iter_messages(
                topics=["/run", "/hand/commands", "/score"]
            ):
                messages.setdefault(channel.topic, []).append(message.data)
        header = msgspec.json.decode(messages["/run"][0], type=Header)
        marks = float(msgspec.json.decode(messages["/score"][0])["total"])
        flat = np.frombuffer(b"".join(messages["/hand/commands"]), dtype="<f8")
        commands = flat.reshape(header.ticks, len(header.tools), len(COMMAND)).astype(np.float64)
    except OSError:
        raise
    except Exception as error:
        raise _unreadable("a file that is cut off, changed, or no record of a task", "a whole record") from error
    # A file may come from anyone, and the trainee's name becomes part of other files' names.
    if header.seed < 0 or not _NAME.fullmatch(header.trainee):
        raise _unreadable(f"seed {header.seed} and trainee {header.trainee!r}", "a seed of 0 or more, and a plain name")
    if header.rate_hz != RATE_HZ or header.columns != COMMAND:
        got = f"commands of {len(header.columns)} columns at {header.rate_hz:g} Hz"
        raise _unreadable(got, f"{', '.join(COMMAND)} at {RATE_HZ:g} Hz")
    return Record(header, commands, marks)


def tracks_of(run: Run, rate_hz: float = 30.0) -> Trial:
    """The tools' tracks of a run as JIGSAWS has them: hands, and tools, left and right."""
    every = RATE_HZ / rate_hz
    ticks = np.minimum(
        np.rint(np.arange(0, len(run.trace.commands), every)).astype(np.int64), len(run.trace.commands) - 1
    )
    tracks: dict[str, Track] = {}
    for n, side in enumerate(("left", "right")[: run.trace.commands.shape[1]]):
        grip = run.trace.grip_rad[ticks, n]
        turn = run.trace.rotation[ticks, n]
        for part, at in (("master", run.trace.commands[ticks, n, :3]), ("slave", run.trace.position_m[ticks, n])):
            speed = np.gradient(at, 1 / rate_hz, axis=0)
            tracks[f"{part} {side}"] = Track(at, turn, speed, np.zeros_like(at), grip)
    return Trial(rate_hz, tracks)


def jigsaws_player(path: Path, start_m: Array, scale: float, player_tools: int) -> Array:
    """Commands, (n, tools, 8), that lead the tools as those of a JIGSAWS trial went, from where the task begins.

    Args:
        path: Of the text file.
        start_m: (tools, 3), where the hands are at first.
        scale: How far a hand moves for a unit of the tool's motion.
        player_tools: One takes the right tool, two take both.

    Raises:
        Problem: The file is no such trial.
    """
    trial = read_jigsaws(path)
    sides = ("left", "right") if player_tools == 2 else ("right",)
    length = len(trial.tracks["slave left"].position_m)
    times = np.arange(0.0, (length - 1) / trial.rate_hz, 1 / RATE_HZ)
    at = np.arange(length) / trial.rate_hz
    commands = np.zeros((len(times), player_tools, len(COMMAND)))
    commands[:, :, 6] = 1.0
    for n, side in enumerate(sides):
        track = trial.tracks[f"slave {side}"]
        for axis in range(3):
            moved = np.interp(times, at, track.position_m[:, axis]) - track.position_m[0, axis]
            commands[:, n, axis] = start_m[n, axis] + scale * moved
        commands[:, n, 7] = np.interp(times, at, track.grip_rad)
    return commands


def _unwritable(path: Path, why: str) -> Problem:
    return Problem(
        "record_unwritable",
        got=f"{path} cannot be written: {why}",
        expected="a folder that this user may write to, on a disk with room",
        next_step="Choose another folder with --to, or free some space.",
        kind="unavailable",
    )


def _unreadable(got: str, expected: str) -> Problem:
    return Problem(
        "record_unreadable", got=got, expected=expected, next_step="Choose another record, or play the task again."
    )
