"""Reads a path in a process of its own, so that no file can hang, crash or fill this one."""

import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from abaton.core.errors import Problem
from abaton.imaging.importing.found import Found, Report
from abaton.imaging.importing.limits import Limits, disk_full, too_much
from abaton.imaging.importing.sources import path_not_found
from abaton.imaging.importing.worker import LENGTH, Ended, Failed, Message, Task, read_message

READER = "abaton.imaging.importing.reading:read_files"
SPOOL_PREFIX = "abaton-import-"
LOOK_EVERY_S = 0.1
"""How often a cancellation is looked for."""

# The reading process is told no secrets: of the environment it gets what it needs to start.
_ENVIRONMENT = (
    "PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LANG", "LC_ALL", "HOME", "LD_LIBRARY_PATH",
    "NUMBA_CACHE_DIR", "NUMBA_NUM_THREADS", "SYSTEMROOT", "COVERAGE_PROCESS_START",
)  # fmt: skip
# Address space is limited: no arena of 64 MiB and no stack for threads that reading does not use.
_FEW_THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2", "PYTHONUTF8": "1"}


def import_path(
    path: Path,
    key: bytes,
    limits: Limits = Limits(),  # noqa: B008
    report: Report = lambda _doing, _done: None,
    *,
    cancelled: Callable[[], bool] = lambda: False,
    spool_root: Path | None = None,
    reader: str = READER,
    environment: Mapping[str, str] = os.environ,
    monotonic_s: Callable[[], float] = time.monotonic,
) -> Found:
    """Reads scans from a folder, a zip, or a DICOM or NIfTI file, and frees them of identifiers.

    Args:
        path: What a person chose.
        key: At least 16 secret bytes; see `UidMap`.
        limits: On memory, time, and what is unpacked.
        report: Told how far it is.
        cancelled: Asked ten times a second; True ends the import.
        spool_root: Where the reading process writes; the system's folder for temporary files if None. On Linux the
            arrays of the result are mapped from files there that have no name any more: their room is given back when
            the arrays are dropped.
        reader: `module:function` that reads plain files.
        environment: Of this process; little of it is passed on.
        monotonic_s: A clock.

    Returns:
        Series, labels, and what was left out with the reason.

    Raises:
        Problem: There is no scan, it goes beyond a limit, it is damaged, or it was cancelled. Nothing is left behind.
    """
    if not path.exists():
        raise path_not_found()
    root = Path(tempfile.gettempdir()) if spool_root is None else spool_root
    sweep(root)
    if shutil.disk_usage(root).free < limits.spare_disk_bytes:
        raise disk_full(limits.spare_disk_bytes)
    with _spool(root) as spool:
        task = Task(os.fsencode(path.absolute()), key, limits, os.fsencode(spool), reader)
        with _reading(task, spool, environment) as messages:
            _follow(messages, limits, report, cancelled, monotonic_s)
        return read_found_lazily(spool / "found")


def read_found_lazily(folder: Path) -> Found:
    """As `spool.read_found`; NumPy and pydicom are loaded only now."""
    from abaton.imaging.importing.spool import read_found

    return read_found(folder)


def sweep(root: Path) -> None:
    """Removes spool folders that a crash of the whole machine left behind: they may hold what was unpacked."""
    for folder in root.glob(f"{SPOOL_PREFIX}*"):
        try:
            owner = int(folder.name.removeprefix(SPOOL_PREFIX).split("-")[0])
            mine = os.name == "nt" or folder.lstat().st_uid == os.getuid()
        except (ValueError, OSError):
            continue
        if mine and owner != os.getpid() and not _alive(owner) and not folder.is_symlink():
            shutil.rmtree(folder, ignore_errors=True)


def _alive(process: int) -> bool:
    import psutil

    return psutil.pid_exists(process)


@contextmanager
def _spool(root: Path) -> Generator[Path]:
    try:
        spool = Path(tempfile.mkdtemp(prefix=f"{SPOOL_PREFIX}{os.getpid()}-", dir=root))
    except OSError:
        raise disk_full() from None
    try:
        try:
            (spool / "found").mkdir()
            (spool / "unpacked").mkdir()
        except OSError:
            raise disk_full() from None
        yield spool
    finally:
        shutil.rmtree(spool, ignore_errors=True)


@contextmanager
def _reading(task: Task, spool: Path, environment: Mapping[str, str]) -> Generator["queue.Queue[Message | int]"]:
    """The reading process at work; its messages, then its exit status. It is gone when this ends, however it ends."""
    passed_on = {name: environment[name] for name in _ENVIRONMENT if name in environment}
    # -P: a file called numpy.py in the current folder is not imported.
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "abaton.imaging.importing.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=spool,
        env=passed_on | _FEW_THREADS | {"TMPDIR": str(spool)},
        start_new_session=True,
    )
    messages: queue.Queue[Message | int] = queue.Queue(maxsize=1000)
    listener = threading.Thread(target=_listen, args=(process, messages), daemon=True)
    try:
        assert process.stdin is not None  # noqa: S101
        raw = msgspec.msgpack.encode(task)
        with suppress(BrokenPipeError):  # It ended already; its exit status says how.
            process.stdin.write(LENGTH.pack(len(raw)) + raw)
            process.stdin.flush()
        listener.start()
        yield messages
    finally:
        process.kill()
        process.wait()
        if listener.ident is not None:
            _drain(messages, listener)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def _listen(process: "subprocess.Popen[bytes]", messages: "queue.Queue[Message | int]") -> None:
    assert process.stdout is not None  # noqa: S101
    try:
        while True:
            messages.put(msgspec.msgpack.decode(read_message(process.stdout), type=Message))
    except (EOFError, ValueError, OSError, msgspec.MsgspecError):
        process.kill()
    messages.put(process.wait())


def _drain(messages: "queue.Queue[Message | int]", listener: threading.Thread) -> None:
    while listener.is_alive():
        try:
            messages.get(timeout=LOOK_EVERY_S)
        except queue.Empty:
            continue
    listener.join()


def _follow(
    messages: "queue.Queue[Message | int]",
    limits: Limits,
    report: Report,
    cancelled: Callable[[], bool],
    monotonic_s: Callable[[], float],
) -> None:
    """Passes on progress until all is read.

    Raises:
        Problem: It failed, took too long, or was cancelled.
    """
    ends_s = monotonic_s() + limits.wall_s
    while True:
        if cancelled():
            raise _cancelled()
        if monotonic_s() > ends_s:
            raise too_much("time", limits)
        try:
            message = messages.get(timeout=LOOK_EVERY_S)
        except queue.Empty:
            continue
        if isinstance(message, int):
            raise _died(message, limits)
        if isinstance(message, Ended):
            return
        if isinstance(message, Failed):
            raise Problem(message.code, message.got, message.expected, message.next_step, message.kind)
        report(message.doing, message.done)


def _cancelled() -> Problem:
    return Problem(
        "import_cancelled",
        got="an import that was cancelled",
        expected="one that is let finish",
        next_step="Start it again when you wish. Nothing was stored.",
        kind="refused",
    )


def _died(status: int, limits: Limits) -> Problem:
    if os.name != "nt" and status == -signal.SIGXCPU:
        return too_much("time", limits)
    if os.name != "nt" and status in (-signal.SIGKILL, -signal.SIGABRT):
        # The system's answer to too little memory, and C++'s.
        return too_much("memory", limits)
    return Problem(
        "reader_died",
        got=f"a reading process that crashed (status {status})",
        expected="files that can be read",
        next_step="A file is damaged, or made to do harm: export the series anew. Nothing was stored.",
        kind="refused",
    )
