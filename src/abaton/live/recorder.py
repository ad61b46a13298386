"""Records poses and signals of a room into segments, beside the room and never in its way.

The room offers samples; a thread of the recorder's own writes them. Offering only appends to a bounded queue. Once a
second everything taken so far is made durable, and `durable_until` says so.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from pathlib import Path

import msgspec

from abaton.core.clock import Clock
from abaton.live.log import Sealed
from abaton.live.segments import Recorded, SegmentWriter, SignalData

SYNC_EVERY_S = 1.0
SEGMENT_S = 60.0
SEGMENT_BYTES = 16 * 2**20
"""A segment is sealed and the next begun at `SEGMENT_S` or `SEGMENT_BYTES`, whichever comes first."""

QUEUE_SAMPLES = 20_000
"""Samples that may wait for a slow disk: about 16 s of twenty people's poses. More are refused and counted."""

_DRAIN_EVERY_S = 0.2
_LATEST_US = 2**53

_encode = msgspec.json.Encoder().encode


class RecordingFailed(Exception):
    """Recording ended by itself; what was durable before remains so, and the room goes on."""


class SegmentedWriter:
    """Writes samples into one segment after another, on the thread that calls it. Methods may raise OSError.

    Args:
        folder: Where the session's segments go; made with the first one.
        clock: The pace of syncing and of new segments.
        on_sealed: Called with each segment that is sealed.
        open_segment: Makes the next segment in a folder.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        on_sealed: Callable[[Sealed], None],
        open_segment: Callable[[Path], SegmentWriter] = SegmentWriter,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._on_sealed = on_sealed
        self._open_segment = open_segment
        self._segment: SegmentWriter | None = None
        self._opened_s = 0.0
        self._synced_s = 0.0

    def write(self, samples: Iterable[Recorded]) -> None:
        """Add samples to the open segment, and open one where there is none."""
        for sample in samples:
            if self._segment is None:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._segment = self._open_segment(self._folder)
                self._opened_s = self._synced_s = self._clock.monotonic_s()
            self._segment.add(sample)

    def sync_when_due(self) -> bool:
        """Sync or seal if it is time for either. True when all that was written is durable."""
        now_s = self._clock.monotonic_s()
        if self._segment is None:
            return True
        if now_s - self._opened_s >= SEGMENT_S or self._segment.size_bytes >= SEGMENT_BYTES:
            self.seal()
            return True
        if now_s - self._synced_s < SYNC_EVERY_S:
            return False
        self._segment.sync()
        self._synced_s = now_s
        return True

    def seal(self) -> None:
        """Seal the open segment, if any; all that was written is durable then."""
        if self._segment is not None:
            sealed = self._segment.seal()
            self._segment = None
            self._on_sealed(sealed)

    def abandon(self) -> None:
        """Let go of the open segment after a failure; it is left to recovery."""
        if self._segment is not None:
            self._segment.abandon()
            self._segment = None


class Recorder:
    """Records one session's streams while consent lasts. Its methods never block, and no disk makes them raise.

    Nothing is recorded before `start`. All methods belong to the room's thread; both callbacks are called on the
    recorder's own.

    Args:
        folder: Where the session's segments go. Call `recovery.recover` on it first.
        clock: Time of receipt, and the pace of syncing and of new segments.
        on_sealed: Called with each segment that is sealed; the seal belongs into the session's log.
        on_failed: Called at most once for each start, when the disk is full, read-only or gone. What was durable
            is saved by the next recovery.
        open_segment: Makes the next segment in a folder.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        on_sealed: Callable[[Sealed], None],
        on_failed: Callable[[RecordingFailed], None],
        open_segment: Callable[[Path], SegmentWriter] = SegmentWriter,
    ) -> None:
        self._clock = clock
        self._new_writer = lambda: SegmentedWriter(folder, clock, on_sealed, open_segment)
        self._on_failed = on_failed
        self._sequences: Counter[tuple[str, str]] = Counter()
        self._run: _Run | None = None
        self._refused = 0

    @property
    def recording(self) -> bool:
        """Whether samples are being taken."""
        return self._run is not None and self._run.taking

    @property
    def durable_until(self) -> int:
        """How many of the samples taken since the last start, counted from the first, survive a crash by now."""
        return self._run.durable_until if self._run else 0

    @property
    def refused(self) -> int:
        """How many samples a slow disk cost; their sequence numbers are missing in the record."""
        return self._refused

    def start(self) -> None:
        """Record from now on, by consent. Does nothing while recording."""
        if not self.recording:
            previous = self._run.ended if self._run else None
            self._run = _Run(self._new_writer(), self._on_failed, previous)
            self._run.start()

    def stop(self) -> Future[None]:
        """Take nothing more from now on, and seal what was taken. The result is there once all is sealed or failed."""
        if self._run is None:
            nothing = Future[None]()
            nothing.set_result(None)
            return nothing
        self._run.stop()
        return self._run.ended

    def offer(self, participant: str, kind: str, captured_us: int, data: bytes) -> int:
        """Offer a sample of a stream: a packed pose, or a signal's data as `segments` describes it.

        Returns:
            The sample's number since the last start, from 1, to compare with `durable_until`; 0 where it was not
            taken: not recording, the queue full, or a time of capture that no clock shows.
        """
        run = self._run
        if run is None or not run.taking:
            return 0
        stream = (participant, kind)
        sequence = self._sequences[stream]
        self._sequences[stream] = sequence + 1
        if len(run.queue) >= QUEUE_SAMPLES or not 0 <= captured_us < _LATEST_US:
            self._refused += 1
            return 0
        run.queue.append(Recorded(participant, kind, captured_us, self._clock.now_us(), sequence, data))
        run.taken += 1
        return run.taken

    def offer_signal(self, participant: str, signal: str, captured_us: int, values: list[float], source: str) -> int:
        """Offer a sample of a signal; the number as from `offer`."""
        if not self.recording:
            return 0
        return self.offer(participant, signal, captured_us, _encode(SignalData(values, source)))


class _Run:
    """From one start to the next stop: a queue, and the thread that empties it."""

    def __init__(
        self, writer: SegmentedWriter, on_failed: Callable[[RecordingFailed], None], previous: Future[None] | None
    ) -> None:
        self.queue: deque[Recorded] = deque()
        self.taken = 0
        self.taking = True
        self.durable_until = 0
        self.ended = Future[None]()
        self._writer = writer
        self._on_failed = on_failed
        self._previous = previous
        self._stopping = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._write, name="recorder", daemon=True).start()

    def stop(self) -> None:
        self.taking = False
        self._stopping.set()

    def _write(self) -> None:
        if self._previous is not None:
            self._previous.result()  # one writer at a time, so that segments follow in order
        try:
            self._write_until_stopped()
        except Exception as error:  # the room must hear of whatever ends the recording
            self.taking = False
            self._writer.abandon()
            self.queue.clear()
            failure = RecordingFailed(
                f"Recording stopped: got {error}, expected a disk that takes it. Free space or make the folder of "
                "recordings writable, then start recording again."
            )
            failure.__cause__ = error
            self._on_failed(failure)
        finally:
            self.ended.set_result(None)

    def _write_until_stopped(self) -> None:
        written, stopping = 0, False
        while not stopping:
            stopping = self._stopping.wait(_DRAIN_EVERY_S)
            batch = [self.queue.popleft() for _ in range(len(self.queue))]
            self._writer.write(batch)
            written += len(batch)
            if stopping:
                self._writer.seal()
            if stopping or self._writer.sync_when_due():
                self.durable_until = written
