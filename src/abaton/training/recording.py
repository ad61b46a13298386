"""The record of a run of a scenario, in MCAP.

- `/run`: JSON, once: scenario with edition and digest, seed, learner, patient, seconds, the digest of the whole run.
- `/act`: JSON, what the learner did, when. `/event`: JSON, as it happened.
- `/dialogue`: JSON, what was asked: each clause with the likeliest intents, the margin, the decision and the answer.
- `/vitals`: JSON, once a second: true vital signs, before any sensor.
- `/score`: JSON, once, at the end: total and every item.

Scenario, seed, patient and acts are enough to play the run again; the digest tells whether it came out the same. Chunks
are compressed by zstd and carry checksums. Foxglove and Rerun open these files.
"""

import contextlib
import hashlib
import os
from pathlib import Path
from typing import Any

import msgspec
from mcap.reader import make_reader
from mcap.writer import CompressionType, Writer

from abaton.core.errors import Problem
from abaton.core.ids import new_id
from abaton.training.physiology.person import Person
from abaton.training.scenario.acts import MOST_ACTS, Act, checked, read_acts
from abaton.training.scenario.language import Scenario
from abaton.training.scenario.learners import ROBOTS, Learner, recorded, robot
from abaton.training.scenario.playing import Played
from abaton.training.scenario.problems import meant

_NS = 1_000_000_000
_LARGEST_FILE = 256 * 1024 * 1024
_OBJECT = b'{"type": "object"}'


class Header(msgspec.Struct, frozen=True):
    """What a record says of itself.

    Attributes:
        scenario: Its id.
        title: As people call it.
        edition: Of the scenario.
        content: SHA-256 of what the scenario says.
        seed: Of chance.
        learner: ideal, idle, harmful, or who it was.
        person: The patient.
        seconds: Played.
        outcome: How it ended.
        digest: Of the run.
    """

    scenario: str
    title: str
    edition: str
    content: str
    seed: int
    learner: str
    person: Person
    seconds: float
    outcome: str
    digest: str


class Record(msgspec.Struct, frozen=True):
    """A record as read.

    Attributes:
        header: What it says of itself.
        acts: Of the learner.
        marks: The score when it was made.
    """

    header: Header
    acts: tuple[Act, ...]
    marks: float


class Chosen(msgspec.Struct, frozen=True):
    """Who plays.

    Attributes:
        name: For the record's name and the page.
        learner: Who acts.
        record: That is played again, if one is.
    """

    name: str
    learner: Learner
    record: Record | None = None


def content_of(scenario: Scenario) -> str:
    """SHA-256 of what a scenario says, without regard to how it is laid out in its file."""
    return hashlib.sha256(msgspec.json.encode(scenario, order="deterministic")).hexdigest()


def chosen(learner: str, scenario: Scenario) -> Chosen:
    """A robot by its name, a file of acts (.jsonl, .yaml), or a record (.mcap) of the same edition of the scenario.

    Raises:
        Problem: None of these, or a record of another scenario or edition.
    """
    if learner in ROBOTS:
        return Chosen(learner, robot(learner))
    path = Path(learner)
    if not path.is_file():
        raise Problem(
            "learner_unknown",
            got=f"the learner {learner!r}",
            expected=", ".join(ROBOTS) + ", or a file of acts (.jsonl, .yaml) or a record (.mcap)",
            next_step="Check the path." if path.suffix else meant(learner, ROBOTS),
            kind="not_found",
        )
    if path.suffix.lower() != ".mcap":
        return Chosen(path.stem, recorded(read_acts(path)))
    record = read_record(path)
    header = record.header
    wanted = scenario.meta
    if header.scenario != wanted.id:
        raise _other(f"a record of the scenario {header.scenario!r}", f"a record of {wanted.id!r}",
                     f"Play {header.scenario!r}, or choose another record.")  # fmt: skip
    if (header.edition, header.content) != (wanted.edition, content_of(scenario)):
        raise _other(
            f"a record of the edition {header.edition} of {wanted.id!r}, digest {header.content[:12]}",
            f"a record of the edition {wanted.edition}, digest {content_of(scenario)[:12]}",
            "Choose the scenario's file as it was when the record was made.",
        )
    return Chosen(header.learner, recorded(record.acts), record)


def _other(got: str, expected: str, next_step: str) -> Problem:
    return Problem("record_of_another_scenario", got, expected, next_step, "conflict")


def header_of(played: Played, learner: str) -> Header:
    """What a record of this run says of itself."""
    meta = played.scenario.meta
    return Header(
        meta.id, meta.title, meta.edition, content_of(played.scenario), played.seed, learner, played.person,
        played.run.time_s, played.outcome, played.digest,
    )  # fmt: skip


def write_record(path: Path, played: Played, learner: str) -> None:
    """Writes a record; the file is there whole or not at all.

    Args:
        path: Where to; a file that is there is replaced.
        played: What was played.
        learner: Who played.

    Raises:
        Problem: It cannot be written.
    """
    writing = path.with_name(f".{path.name}.{new_id()[:8]}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with writing.open("wb") as file:
            _write(Writer(file, compression=CompressionType.ZSTD), played, learner)
            file.flush()
            os.fsync(file.fileno())
        writing.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            writing.unlink()
        raise Problem(
            "record_unwritable",
            got=f"{path} cannot be written: {error.strerror or error}",
            expected="a folder that this user may write to, on a disk with room",
            next_step="Choose another folder with --to, or free some space.",
            kind="unavailable",
        ) from error


def _write(writer: Writer, played: Played, learner: str) -> None:
    writer.start("abaton", "abaton")
    schema = writer.register_schema("abaton.Json", "jsonschema", _OBJECT)
    channels: dict[str, int] = {}
    entries: list[tuple[float, str, Any]] = [(0.0, "/run", header_of(played, learner))]
    entries += [(act.time_s, "/act", act) for act in played.acts]
    entries += [(max(event.time_s, 0.0), "/event", event) for event in played.events]
    entries += [(talk.at_s, "/dialogue", talk) for talk in played.run.conversation.exchanges]
    entries += [
        (vitals.time_s, "/vitals", {**msgspec.structs.asdict(vitals), "rhythm": vitals.rhythm.name.lower()})
        for vitals in played.timeline
    ]
    entries.append((played.run.time_s, "/score", played.score))
    for number, (at_s, topic, value) in enumerate(sorted(entries, key=lambda entry: entry[0])):
        if topic not in channels:
            channels[topic] = writer.register_channel(topic, "json", schema)
        at = round(at_s * _NS)
        writer.add_message(channels[topic], at, msgspec.json.encode(value), at, number)
    writer.finish()


def read_record(path: Path) -> Record:
    """A record.

    Raises:
        Problem: There is no such file, or it is cut off, changed, or not a record of a scenario.
    """
    if not path.is_file():
        raise Problem("record_not_found", f"no file {path}", "the path of a record", "Check the path.", "not_found")
    if path.stat().st_size > _LARGEST_FILE:
        raise _unreadable(f"a file of {path.stat().st_size} bytes", f"at most {_LARGEST_FILE}")
    messages: dict[str, list[bytes]] = {"/act": []}
    try:
        with path.open("rb") as file:
            for _, channel, message in make_reader(file, validate_crcs=True).iter_messages(
                topics=["/run", "/act", "/score"]
            ):
                messages.setdefault(channel.topic, []).append(message.data)
        header = msgspec.json.decode(messages["/run"][0], type=Header)
        marks = float(msgspec.json.decode(messages["/score"][0])["total"])
        acts = tuple(msgspec.json.decode(act, type=Act) for act in messages["/act"][: MOST_ACTS + 1])
    except OSError:
        raise
    except Exception as error:
        raise _unreadable("a file that is cut off, changed, or no record of a scenario", "a whole record") from error
    if len(acts) > MOST_ACTS:
        raise _unreadable("too many acts", f"at most {MOST_ACTS}")
    return Record(header, tuple(checked(act, path.name) for act in acts), marks)


def _unreadable(got: str, expected: str) -> Problem:
    return Problem("record_unreadable", got, expected, "Choose another record, or play the scenario again.")
