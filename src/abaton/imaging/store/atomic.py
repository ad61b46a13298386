"""Folders that are there whole or not at all, whatever ends the process or fills the disk."""

import contextlib
import errno
import os
import shutil
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

from abaton.core.errors import Problem
from abaton.core.ids import new_id

_WRITING = ".writing-"


@contextlib.contextmanager
def whole_or_nothing(final: Path) -> Generator[Path]:
    """A folder to write into, which becomes `final` at the end.

    Everything is on the disk before it has its name. When the block fails, nothing is left. A process that dies in
    it leaves a folder that `sweep` removes: its lock tells that nobody is writing there any more.

    Raises:
        Problem: The disk is full or cannot be written, or `final` is there already.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    name = f"{_WRITING}{new_id()}"
    writing, lock_path = final.with_name(name), final.with_name(f"{name}.lock")
    try:
        lock = _held(lock_path)
        try:
            writing.mkdir()
            yield writing
            flush_tree(writing)
            writing.rename(final)
            flush(final.parent)
        finally:
            shutil.rmtree(writing, ignore_errors=True)
            os.close(lock)
            lock_path.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(error, final.parent) from error


@contextlib.contextmanager
def alone(path: Path) -> Generator[None]:
    """Waits until no other process is in a block with the same lock file."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor, wait=True)
        yield
    finally:
        os.close(descriptor)


def sweep(folder: Path) -> None:
    """Removes what writers left that are no longer alive."""
    for lock_path in folder.glob(f"{_WRITING}*.lock"):
        with contextlib.suppress(OSError):
            lock = _held(lock_path)
            shutil.rmtree(lock_path.with_suffix(""), ignore_errors=True)
            lock_path.unlink(missing_ok=True)
            os.close(lock)
    for left in folder.glob(f"{_WRITING}*"):
        if left.is_dir() and not left.with_name(f"{left.name}.lock").exists():
            shutil.rmtree(left, ignore_errors=True)


def write_file(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Replaces a file by one with this content, which is on the disk before it has the name."""
    writing = path.with_name(f".{path.name}.{new_id()}")
    try:
        descriptor = os.open(writing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        writing.replace(path)
    finally:
        writing.unlink(missing_ok=True)
    flush(path.parent)


def flush_tree(folder: Path) -> None:
    """Waits until everything in a folder is on the disk."""
    for path in folder.rglob("*"):
        flush(path)
    flush(folder)


def flush(path: Path) -> None:
    """Waits until a file, or the list of a folder's names, is on the disk."""
    if sys.platform == "win32" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def unwritable(error: OSError, folder: Path) -> Problem:
    """What to tell of a folder that could not be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Problem(
            "disk_full",
            got=f"the disk of {folder} is full; nothing was stored",
            expected="room for the scan, its levels of detail and its working copy",
            next_step="Free some space, or choose another folder with --data, and do it again.",
            kind="unavailable",
        )
    return Problem(
        "folder_unwritable",
        got=f"{folder} cannot be written: {error.strerror or type(error).__name__}; nothing was stored",
        expected="a folder that this user may write to",
        next_step="Check who owns it, or choose another folder with --data.",
        kind="unavailable",
    )


def _held(path: Path) -> int:
    """An open file that this process has locked.

    Raises:
        OSError: Another process holds it, or removed it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor)
        # Who swept may have removed the name between the opening and the lock.
        if not path.exists():
            raise FileNotFoundError(errno.ENOENT, "removed by another process", path.name)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _lock(descriptor: int, *, wait: bool = False) -> Any:
    if sys.platform == "win32":
        import msvcrt

        return msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
    import fcntl

    return fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
