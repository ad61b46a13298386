"""Segments that a crash left behind, made whole again.

After `kill -9` a segment has no index, and MCAP's readers see an empty file. Its closed chunks are all there, though:
they are read one by one, checked, and written into a new file with an index.
"""

from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

import msgspec
from mcap.records import Channel, Chunk, Message
from mcap.stream_reader import StreamReader, breakup_chunk

from abaton.live.log import Sealed
from abaton.live.segments import PART, Recorded, SegmentWriter, read, recorded, seal_of, segments, sync_folder

_RECOVERING = ".recovering"
_DAMAGED = ".damaged"


class Recovery(msgspec.Struct, frozen=True):
    """What became of a segment that a crash left behind.

    `samples` were saved. `damaged_chunks` were whole but unreadable; where there are any, the file as it was found
    is kept beside the new one as `NAME.damaged`.
    """

    sealed: Sealed
    samples: int
    damaged_chunks: int


def recover(folder: Path, known: Iterable[str] = ()) -> list[Recovery]:
    """Make whole segments of those that a crash left behind. Call it before anything writes into the folder.

    Every chunk that was closed is saved. An index is written anew: without one, MCAP readers see an empty file. A
    crash during the recovery changes nothing.

    Args:
        folder: Where the session's segments lie; it need not exist.
        known: Names of the segments whose seal is in the session's log already.

    Returns:
        One for each segment that was not known, in the order of writing; their seals belong into the log.
    """
    known = frozenset(known)
    recovered = [recovery for part in sorted(folder.glob(f"*{PART}")) if (recovery := _recover(part))]
    named = known | {recovery.sealed.segment for recovery in recovered}
    unlogged = [path for path in segments(folder) if path.name not in named]
    recovered += [Recovery(seal_of(path), sum(1 for _ in read([path])), 0) for path in unlogged]
    return sorted(recovered, key=lambda recovery: recovery.sealed.segment)


def _recover(part: Path) -> Recovery | None:
    final = part.with_suffix("")
    if final.exists():  # an earlier recovery got this far; the final name is only given to what is whole
        part.unlink()
        return None
    samples, damaged_chunks = _salvage(part.read_bytes())
    recovery = None
    if samples:
        part.with_suffix(_RECOVERING).unlink(missing_ok=True)
        writer = SegmentWriter(part.parent, final.name, _RECOVERING)
        for sample in samples:
            writer.add(sample)
        recovery = Recovery(writer.seal(), len(samples), damaged_chunks)
    if damaged_chunks:
        part.rename(part.with_suffix(_DAMAGED))
    else:
        part.unlink()
    sync_folder(part.parent)
    return recovery


def _salvage(content: bytes) -> tuple[list[Recorded], int]:
    """The samples of all chunks that are whole, and how many chunks are whole in length but not in content."""
    channels: dict[int, Channel] = {}
    samples: list[Recorded] = []
    damaged_chunks = 0
    for chunk in _chunks(content):
        try:
            records = breakup_chunk(chunk, validate_crc=True)
            channels.update({record.id: record for record in records if isinstance(record, Channel)})
            messages = [record for record in records if isinstance(record, Message)]
            samples += [recorded(channels[message.channel_id], message) for message in messages]
        except Exception:  # whatever a broken chunk makes the libraries raise
            damaged_chunks += 1
    return samples, damaged_chunks


def _chunks(content: bytes) -> Iterator[Chunk]:
    """Chunks up to the first byte that makes no sense."""
    # From memory, because a buffered file would allocate whatever length a broken record claims.
    reader = StreamReader(BytesIO(content), emit_chunks=True, record_size_limit=len(content))
    try:
        for record in reader.records:
            if isinstance(record, Chunk):
                yield record
    except Exception:  # the torn end, as the libraries see it
        return
