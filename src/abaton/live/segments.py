"""Files of recorded streams, in MCAP.

A segment holds up to a minute or so of every participant's streams. While it is written it is called `NAME.part`; it
becomes `NAME` once it is whole, on disk and will not change. Each stream is an MCAP channel, and each sample a message:

- topic `/PARTICIPANT/KIND`, where the kind is `pose` or the name of a signal;
- log time: when the sample was captured, in nanoseconds since the epoch; publish time: when the server received it;
- sequence: counts every sample offered, so that a gap tells how many could not be kept;
- poses: the bytes as the browser packed them (encoding `abaton.pose`; the layout is in client/src/wire/codec.ts);
- signals: JSON with `values` (numbers) and `source` (text), described by a JSON Schema in the file.

Foxglove and Rerun open these files as they are.
"""

import contextlib
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import msgspec
from mcap.reader import make_reader
from mcap.records import Channel, Message
from mcap.writer import CompressionType, Writer

from abaton.live.log import Sealed

POSE = "pose"
"""The kind of stream that holds packed poses."""

CHUNK_BYTES = 16_384
"""A crash loses at most the chunk being filled since the last flush."""

PART = ".part"
"""What a segment's name ends in while it is written."""
_NAME = re.compile(r"\d{6}\.mcap")
_SIGNAL_SCHEMA = msgspec.json.encode(
    {
        "type": "object",
        "required": ["values", "source"],
        "properties": {
            "values": {"type": "array", "items": {"type": "number"}},
            "source": {"type": "string"},
        },
    }
)

# macOS has no fdatasync.
_sync_file = getattr(os, "fdatasync", os.fsync)


class Recorded(msgspec.Struct, frozen=True):
    """One sample of a stream. Times are microseconds since the epoch, UTC; `data` is as the kind of stream says."""

    participant: str
    kind: str
    captured_us: int
    received_us: int
    sequence: int
    data: bytes


class SignalData(msgspec.Struct, frozen=True):
    """What the message of a signal says."""

    values: list[float]
    source: str


class BrokenSegment(Exception):
    """A segment differs from what was sealed; `segment` is its name."""

    def __init__(self, segment: str, reason: str) -> None:
        super().__init__(f"segment {segment}: {reason}")
        self.segment = segment


class SegmentWriter:
    """Writes one segment. Every method may raise OSError; what was synced before stays recoverable.

    Args:
        folder: Where the session's segments lie; it must exist.
        name: The segment's name; the next free number where none is given.
        working: What the name ends in until the segment is sealed.
    """

    def __init__(self, folder: Path, name: str | None = None, working: str = PART) -> None:
        self.name = name or _next_name(folder)
        self._path = folder / (self.name + working)
        # Nobody but the server's own account may read a patient's recording.
        self._file = open(self._path, "xb", opener=lambda path, flags: os.open(path, flags, 0o600))  # noqa: SIM115
        sync_folder(folder)
        self._output = _Hashed(self._file)
        self._writer = Writer(self._output, CHUNK_BYTES, CompressionType.ZSTD)  # pyright: ignore[reportArgumentType]
        self._writer.start("abaton", "abaton")
        self._schemas: dict[bool, int] = {}
        self._channels: dict[tuple[str, str], int] = {}

    @property
    def size_bytes(self) -> int:
        """Bytes written so far; the chunk being filled is not among them."""
        return self._output.tell()

    def add(self, sample: Recorded) -> None:
        """Put one more sample into the chunk being filled."""
        stream = (sample.participant, sample.kind)
        channel = self._channels.get(stream) or self._open_channel(*stream)
        self._writer.add_message(
            channel, sample.captured_us * 1000, sample.data, sample.received_us * 1000, sample.sequence & 0xFFFF_FFFF
        )

    def sync(self) -> None:
        """Close the chunk being filled, and return when all that was added survives a crash of the machine."""
        self._writer.flush()
        _sync_file(self._file.fileno())

    def seal(self) -> Sealed:
        """Finish the file with its index, give it its final name, and tell its content's digest."""
        self._writer.finish()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        final = self._path.with_name(self.name)
        self._path.rename(final)
        sync_folder(final.parent)
        return Sealed(self.name, self._output.sha256.hexdigest(), self._output.tell())

    def abandon(self) -> None:
        """Let go of the file after a failure; what is on disk stays for `recover`."""
        # Closing writes the buffered rest, which may fail too; it was never acknowledged.
        with contextlib.suppress(OSError):
            self._file.close()

    def _open_channel(self, participant: str, kind: str) -> int:
        encoding = "abaton.pose" if kind == POSE else "json"
        metadata = {"participant": participant, "kind": kind}
        channel = self._writer.register_channel(
            f"/{participant}/{kind}", encoding, self._schema(kind == POSE), metadata
        )
        self._channels[participant, kind] = channel
        return channel

    def _schema(self, pose: bool) -> int:
        if pose not in self._schemas:
            name, encoding, data = ("abaton.Pose", "", b"") if pose else ("abaton.Signal", "jsonschema", _SIGNAL_SCHEMA)
            self._schemas[pose] = self._writer.register_schema(name, encoding, data)
        return self._schemas[pose]


class _Hashed:
    """Passes what is written on to a file and keeps its digest and length, so that sealing reads nothing back."""

    def __init__(self, file: IO[bytes]) -> None:
        self.sha256 = hashlib.sha256()
        self._file = file
        self._length = 0

    def write(self, data: bytes) -> int:
        self.sha256.update(data)
        self._length += len(data)
        return self._file.write(data)

    def tell(self) -> int:
        return self._length

    def flush(self) -> None:
        self._file.flush()


def segments(folder: Path) -> list[Path]:
    """The sealed segments of a session in the order of writing; none where nothing was recorded."""
    return sorted(path for path in folder.glob("*.mcap") if _NAME.fullmatch(path.name))


def read(paths: Iterable[Path], *, participant: str | None = None, kind: str | None = None) -> Iterator[Recorded]:
    """Samples of sealed segments, by time of capture within each; of one participant or kind where one is named.

    Raises:
        BrokenSegment: A file is not a whole MCAP file of ours; recover it or restore it from a copy.
    """
    for path in paths:
        try:
            with path.open("rb") as file:
                for _, channel, message in make_reader(file, validate_crcs=True).iter_messages():
                    sample = recorded(channel, message)
                    if participant in (None, sample.participant) and kind in (None, sample.kind):
                        yield sample
        except OSError:
            raise
        except Exception as error:
            raise BrokenSegment(path.name, f"not a whole MCAP file ({error}); restore it from a copy") from error


def check(folder: Path, sealed: Sealed) -> None:
    """Compare a segment with what the log says of it; raises BrokenSegment where it is missing or was changed."""
    path = folder / sealed.segment
    if not path.is_file():
        raise BrokenSegment(sealed.segment, "it is missing; restore it from a copy")
    found = seal_of(path)
    if found != sealed:
        raise BrokenSegment(
            sealed.segment,
            f"got {found.size_bytes} bytes with SHA-256 {found.sha256}, expected {sealed.size_bytes} bytes "
            f"with {sealed.sha256}; restore it from a copy",
        )


def recorded(channel: Channel, message: Message) -> Recorded:
    """A sample from what MCAP's readers yield."""
    return Recorded(
        channel.metadata["participant"],
        channel.metadata["kind"],
        message.log_time // 1000,
        message.publish_time // 1000,
        message.sequence,
        message.data,
    )


def seal_of(path: Path) -> Sealed:
    """The name, digest and size of a segment as it is on disk now."""
    with path.open("rb") as file:
        return Sealed(path.name, hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size)


def _next_name(folder: Path) -> str:
    taken = [int(path.name[:6]) for path in folder.iterdir() if _NAME.match(path.name)]
    return f"{max(taken, default=0) + 1:06}.mcap"


def sync_folder(folder: Path) -> None:
    """Make a new or changed name survive a crash of the machine."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
