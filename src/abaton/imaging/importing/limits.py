"""How much an import may use: files come from anywhere, and a header may say anything."""

from typing import Literal

import msgspec

from abaton.core.errors import Problem

GIB = 1 << 30


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on reading one path.

    Attributes:
        memory_bytes: Address space of the reading process beyond what it needs to start.
        wall_s: Time until it is ended.
        cpu_s: Processor time until it is ended.
        files: In a folder or zip.
        unpacked_bytes: All that is unpacked from zip and gzip, and the largest file that may be written.
        spare_disk_bytes: What must stay free on the disk.
    """

    memory_bytes: int = 6 * GIB
    wall_s: float = 1800.0
    cpu_s: int = 1800
    files: int = 100_000
    unpacked_bytes: int = 16 * GIB
    spare_disk_bytes: int = GIB // 4


Amount = Literal["files", "unpacked", "memory", "time"]


def too_much(what: Amount, limits: Limits) -> Problem:
    """The problem of a path that needs more than it may use."""
    got, expected, next_step = {
        "files": (
            f"more than {limits.files:,} files",
            "a folder or zip with one patient's scan or a few",
            "Import a part of it, such as one study's folder.",
        ),
        "unpacked": (
            f"an archive that unpacks to more than {size(limits.unpacked_bytes)}, or to more than its header says",
            "an archive of a scan, as a scanner or an archive system writes it",
            "Make sure where it comes from. If it is right, unpack it yourself and import the folder.",
        ),
        "memory": (
            f"a scan that needs more than {size(limits.memory_bytes)} of memory, or a header that says so",
            "a series that fits, 2,000 slices of 512 x 512 for instance",
            "Import one series at a time, on a machine with more memory if need be; if it is small, it is damaged.",
        ),
        "time": (
            f"files that were still being read after {max(limits.wall_s, limits.cpu_s):.0f} s",
            "a scan that is read in seconds to minutes",
            "Try again with one series. If it hangs again, a file is damaged: export the series anew.",
        ),
    }[what]
    return Problem(f"too_much_{what}", got=got, expected=expected, next_step=next_step, kind="refused")


def disk_full(needed_bytes: int | None = None) -> Problem:
    """The problem of a disk without room for the import; nothing is left behind."""
    return Problem(
        "disk_full",
        got="too little free disk space"
        if needed_bytes is None
        else f"less than {size(needed_bytes)} of free disk space",
        expected="room for the scan while it is being read",
        next_step="Free some space, or set TMPDIR to a folder on a larger disk, and import again. Nothing was stored.",
        kind="unavailable",
    )


def size(count_bytes: float) -> str:
    """Bytes as people read them: `6.0 GiB`."""
    for unit in ("bytes", "KiB", "MiB"):
        if count_bytes < 1024:
            return f"{count_bytes:.0f} {unit}" if unit == "bytes" else f"{count_bytes:.1f} {unit}"
        count_bytes /= 1024
    return f"{count_bytes:.1f} GiB"
