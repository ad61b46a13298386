"""Records a room's poses and signals while there is consent, and notes each sealed segment in the session's log."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from abaton.core.clock import Clock
from abaton.live import log, wire
from abaton.live.host import Host
from abaton.live.recorder import Recorder, RecordingFailed
from abaton.live.segments import POSE


class RoomStreams:
    """The recorder of one room, as its host sees it."""

    def __init__(self, folder: Path, clock: Clock, host: Callable[[], Host], loop: asyncio.AbstractEventLoop) -> None:
        self._host = host
        self._loop = loop
        self._tasks: set[asyncio.Task[None]] = set()
        self._ended: Future[None] | None = None
        self._recorder = Recorder(folder, clock, self._on_sealed, self._on_failed)

    def switch(self, on: bool) -> None:
        """Begin or end recording, at once."""
        if on:
            self._recorder.start()
        else:
            self._ended = self._recorder.stop()

    def pose(self, participant: str, time_us: int, pose: bytes) -> None:
        """Record a packed pose."""
        self._recorder.offer(participant, POSE, time_us, pose)

    def sample(self, participant: str, sample: wire.Sample) -> None:
        """Record a sample of a signal."""
        self._recorder.offer_signal(participant, sample.signal, sample.captured_us, sample.values, sample.source)

    async def sealed(self) -> None:
        """Wait until all that was recorded before the last switch is sealed and noted."""
        if self._ended is not None:
            await asyncio.wrap_future(self._ended)
            # The last seal was handed to the loop before the future was done, so its task exists by now.
            await asyncio.sleep(0)
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def _on_sealed(self, sealed: log.Sealed) -> None:
        self._loop.call_soon_threadsafe(lambda: self._run(self._host().must("room", sealed)))

    def _on_failed(self, _: RecordingFailed) -> None:
        self._loop.call_soon_threadsafe(lambda: self._run(self._host().record(False, "disk")))

    def _run(self, action: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(action)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
