"""The reading process: reads hostile files under limits, and hands over what it found. `sandbox` starts it.

It takes one `Task` on standard input and answers on standard output, each message after its length in four bytes. When
standard input ends, whoever started it is gone, and it ends too.
"""

import errno
import importlib
import os
import shutil
import struct
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, BinaryIO, TypeAlias

import msgspec

from abaton.core.errors import Kind, Problem
from abaton.imaging.importing.limits import Limits, disk_full, too_much

LENGTH = struct.Struct("<I")
LONGEST_MESSAGE = 1 << 20


class Task(msgspec.Struct, frozen=True):
    """What to read.

    Attributes:
        path: Given by a person, as the operating system writes it.
        key: Of the UIDs.
        limits: To live within.
        spool: A folder of this import alone, with `found` and `unpacked` in it.
        reader: `module:function`, called like `read_files`.
    """

    path: bytes
    key: bytes
    limits: Limits
    spool: bytes
    reader: str


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """How far it is."""

    doing: str
    done: float


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """All is in the spool folder."""


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """A problem, on its way to the other process."""

    code: str
    got: str
    expected: str
    next_step: str
    kind: Kind


Message: TypeAlias = Progress | Ended | Failed


def main() -> None:
    """Does one task."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    # Libraries print what they like, patients' names among it: nobody hears it.
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    task = msgspec.msgpack.decode(read_message(sys.stdin.buffer), type=Task)
    spool = Path(os.fsdecode(task.spool))
    threading.Thread(target=_end_with_parent, args=(spool,), daemon=True).start()
    try:
        _work(task, spool, answers)
        answer: Message = Ended()
    except Problem as problem:
        answer = _failed(problem)
    except MemoryError:
        answer = _failed(too_much("memory", task.limits))
    except RecursionError:
        answer = _failed(_unreadable("too deeply nested"))
    except OSError as problem:
        full = problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        answer = _failed(disk_full() if full else _unreadable("an error of the disk"))
    except Exception as problem:
        answer = _failed(_unreadable(type(problem).__name__))
    _send(answers, answer)
    answers.flush()
    # Nothing is left to tidy up, and libraries that hostile input has upset may hang or crash while they try to.
    os._exit(0)


def _work(task: Task, spool: Path, answers: BinaryIO) -> None:
    module, _, function = task.reader.partition(":")
    read_files: Callable[..., Any] = getattr(importlib.import_module(module), function)
    from abaton.imaging.importing.checks import checked
    from abaton.imaging.importing.sources import gather
    from abaton.imaging.importing.spool import write_found
    from abaton.imaging.privacy.uids import UidMap

    confine(task.limits)
    report = _reporter(answers)
    sources = gather(Path(os.fsdecode(task.path)), spool / "unpacked", task.limits, report)

    def make_room(count_bytes: int) -> None:
        needed = count_bytes + task.limits.spare_disk_bytes
        if shutil.disk_usage(spool).free < needed:
            raise disk_full(needed)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = read_files(sources.files, UidMap(task.key), report)
    report("Checking for identifiers", 0.95)
    write_found(spool / "found", checked(found, sources.skipped), make_room)


def confine(limits: Limits) -> None:
    """Sets limits on this process; where the system has none (Windows), time alone is limited, from outside."""
    try:
        import resource
    except ImportError:
        return
    bounds = {
        "RLIMIT_AS": _address_space_bytes() + limits.memory_bytes,
        "RLIMIT_CPU": limits.cpu_s,
        "RLIMIT_FSIZE": limits.unpacked_bytes,
        "RLIMIT_CORE": 0,
    }
    for name, bound in bounds.items():
        number: int = getattr(resource, name)
        hardest = resource.getrlimit(number)[1]
        bound = bound if hardest == resource.RLIM_INFINITY else min(bound, hardest)
        # Of processor time the first limit is a signal that says why, the second kills.
        after = 5 if name == "RLIMIT_CPU" else 0
        resource.setrlimit(number, (bound, bound + after if hardest == resource.RLIM_INFINITY else hardest))


def _address_space_bytes() -> int:
    """What this process has mapped already: libraries, and the stacks of their threads."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 1 << 30


def _reporter(answers: BinaryIO) -> Callable[[str, float], None]:
    last: list[Progress] = []

    def report(doing: str, done: float) -> None:
        said = Progress(doing[:200], round(min(max(done, 0.0), 1.0), 2))
        if last != [said]:
            last[:] = [said]
            _send(answers, said)

    return report


def _send(answers: BinaryIO, message: Message) -> None:
    raw = msgspec.msgpack.encode(message)
    answers.write(LENGTH.pack(len(raw)) + raw)
    answers.flush()


def read_message(stream: IO[bytes]) -> bytes:
    """The next message.

    Raises:
        EOFError: The other end is gone.
        ValueError: What comes is no message.
    """
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    (length,) = LENGTH.unpack(head)
    if length > LONGEST_MESSAGE:
        raise ValueError("a message that is too long")
    raw = stream.read(length)
    if len(raw) < length:
        raise EOFError
    return raw


def _end_with_parent(spool: Path) -> None:
    while os.read(0, 1):
        pass
    # Twice: the main thread may be writing while the folder goes.
    shutil.rmtree(spool, ignore_errors=True)
    shutil.rmtree(spool, ignore_errors=True)
    os._exit(1)


def _failed(problem: Problem) -> Failed:
    return Failed(problem.code, problem.got, problem.expected, problem.next_step, problem.kind)


def _unreadable(why: str) -> Problem:
    return Problem(
        "scan_unreadable",
        got=f"files that cannot be read ({why})",
        expected="DICOM or NIfTI as the standards write it",
        next_step="Export the series anew from the scanner or archive. If it fails again, send us how it was made.",
    )


if __name__ == "__main__":
    main()
