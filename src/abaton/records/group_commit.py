"""One thread that makes the work of many callers durable with one commit."""

import contextlib
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future

import msgspec

from abaton.records.transaction import Writing

Work = Callable[[Writing], None]
_MOST_AT_ONCE = 256


class _Job(msgspec.Struct, frozen=True, eq=False):
    work: Work
    done: Future[None]


class GroupCommit:
    """Takes work from any thread and does what waits in one transaction, each piece undone by itself if it fails.

    Args:
        write: Opens a transaction that is durable when its block ends.
        closed: Makes the exception for work that comes after `close`.
    """

    def __init__(
        self,
        write: Callable[[], contextlib.AbstractContextManager[Writing]],
        closed: Callable[[], Exception],
    ) -> None:
        self._write = write
        self._closed = closed
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._open = True
        self._thread = threading.Thread(target=self._run, name="abaton-records", daemon=True)
        self._thread.start()

    def submit(self, work: Work) -> Future[None]:
        """Queue work; the future is done once it is durable, or holds why it is not."""
        done: Future[None] = Future()
        with self._lock:
            if not self._open:
                raise self._closed()
            self._jobs.put(_Job(work, done))
        return done

    def close(self) -> None:
        """Finish what waits, then end the thread."""
        with self._lock:
            if self._open:
                self._open = False
                self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            batch: list[_Job] = []
            job = self._jobs.get()
            while job is not None:
                # A caller that gave up before its turn gets nothing written.
                if job.done.set_running_or_notify_cancel():
                    batch.append(job)
                if len(batch) == _MOST_AT_ONCE or self._jobs.empty():
                    break
                job = self._jobs.get()
            going = job is not None
            if batch:
                self._commit(batch)

    def _commit(self, batch: list[_Job]) -> None:
        failed: dict[int, Exception] = {}
        try:
            with self._write() as writing:
                for place, job in enumerate(batch):
                    try:
                        with writing.savepoint():
                            job.work(writing)
                    except Exception as problem:
                        if writing.is_broken:
                            raise
                        failed[place] = problem
        except Exception as problem:
            failed = dict.fromkeys(range(len(batch)), problem)
        for place, job in enumerate(batch):
            if place in failed:
                job.done.set_exception(failed[place])
            else:
                job.done.set_result(None)
