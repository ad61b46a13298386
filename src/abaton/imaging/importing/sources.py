"""From a path that a person gave to plain files that may be scans: folders, zips, gzip, single files.

Nothing that an archive says of itself is believed: not its sizes, not its names, not its checksums.
"""

import errno
import gzip
import os
import re
import shutil
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path, PurePosixPath
from typing import IO, Literal, Protocol

import msgspec

from abaton.core.errors import Problem
from abaton.imaging.importing.found import Report, Skipped
from abaton.imaging.importing.limits import Limits, disk_full, too_much

HEAD_BYTES = 600
"""Enough of a file to tell what it is."""
CHUNK_BYTES = 1 << 20
DEEPEST = 64
RATER_FOLDERS = frozenset(("annotators", "observers", "raters", "readers"))
"""Folders in which each file is named by who drew it; the only names of folders that are kept on unpacking."""

HARMLESS_BYTES = 64 * 1024 * 1024
GREATEST_SHARE = 250
"""A picture that unpacks to more than so many times its packed size, and to much, is no picture but a bomb."""

Kind = Literal["dicom", "nifti", "companion", "gzip", "zip", "index", "empty", "other"]

_WHAT_TO_DO: dict[str, tuple[str, str, str]] = {
    "not_a_scan": ("files of other kinds", "DICOM or NIfTI", "Nothing; they were left out."),
    "empty_file": ("empty files", "DICOM or NIfTI", "Copy them again if they should hold slices."),
    "link_outside": ("links that lead out of the folder", "files", "Copy what they lead to into the folder."),
    "special_file": ("pipes, sockets or devices", "files", "Import the folder that holds the scan itself."),
    "unreadable_file": ("files that cannot be opened", "files that you may read", "Ask for the right to read them."),
    "nested_zip": ("zips within the folder or zip", "scans", "Import each zip by itself."),
    "gzip_damaged": (
        "compressed files that are cut short or damaged",
        "whole files",
        "Copy them again from their source.",
    ),
    "zip_member_damaged": ("files in the zip that are damaged", "whole files", "Make or copy the zip again."),
    "zip_link": ("links in the zip", "files", "Make the zip from the files themselves."),
    "zip_method": ("files packed by a method that is not read", "zip by deflate", "Unpack it and import the folder."),
}


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Sources(msgspec.Struct, frozen=True):
    """What is to be read.

    Attributes:
        files: Plain files, DICOM or NIfTI by their first bytes, in a fixed order.
        skipped: What was left out.
    """

    files: tuple[Path, ...]
    skipped: tuple[Skipped, ...]


def gather(
    path: Path,
    unpacked: Path,
    limits: Limits,
    report: Report,
    free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
) -> Sources:
    """Finds what may be a scan at a path; unpacks what is packed.

    Args:
        path: A folder, a zip, or one file.
        unpacked: An empty folder for what is unpacked.
        limits: Bounds on what is unpacked.
        report: Told how far it is.
        free_bytes: Of a folder's disk.

    Raises:
        Problem: Nothing is there, there is no scan, the archive is hostile, or it goes beyond the limits.
    """
    work = _Work(unpacked, limits, report, free_bytes)
    try:
        files = list(work.folder(path)) if path.is_dir() else list(work.file(path, alone=True))
    except OSError as problem:
        raise _of_the_disk(problem) from None
    if not files:
        raise _no_scans(work.left_out, path.is_dir())
    return Sources(tuple(files), work.skipped())


def kind_of(head: bytes, name: str = "") -> Kind:
    """What a file is, by its first 600 bytes; the name tells only of DICOMDIR and of `.img` beside `.hdr`."""
    if not head:
        return "empty"
    if name.upper() == "DICOMDIR":
        return "index"
    if head[128:132] == b"DICM" or _is_bare_dicom(head):
        return "dicom"
    if head[:2] == b"\x1f\x8b":
        return "gzip"
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "zip"
    if nifti_bytes(head) is not None:
        return "nifti"
    return "companion" if name.lower().endswith(".img") else "other"


def nifti_bytes(head: bytes) -> int | None:
    """How long a NIfTI file of this header should be; None if it is no NIfTI header. Huge where its sizes are."""
    for order in "<>":
        if len(head) >= 348 and struct.unpack_from(f"{order}i", head)[0] == 348 and head[344:347] in (b"n+1", b"ni1"):
            dims = struct.unpack_from(f"{order}8h", head, 40)
            bits = struct.unpack_from(f"{order}h", head, 72)[0]
            offset = struct.unpack_from(f"{order}f", head, 108)[0]
            return _length(dims, bits, offset, head[344:347] == b"n+1")
        if len(head) >= 540 and struct.unpack_from(f"{order}i", head)[0] == 540 and head[4:7] in (b"n+2", b"ni2"):
            dims = struct.unpack_from(f"{order}8q", head, 16)
            bits = struct.unpack_from(f"{order}h", head, 14)[0]
            offset = struct.unpack_from(f"{order}q", head, 168)[0]
            return _length(dims, bits, offset, head[4:7] == b"n+2")
    return None


def _length(dims: tuple[int, ...], bits: int, offset: float, single: bool) -> int:
    if not single:
        return 1 << 16
    count = 1
    for length in dims[1 : 1 + min(max(dims[0], 0), 7)]:
        count *= max(length, 1)
    start = int(offset) if 0 <= offset < 1 << 40 else 0
    return max(start, 352) + count * max(bits, 8) // 8


def _is_bare_dicom(head: bytes) -> bool:
    """DICOM without its preamble: the first element is of group 8, and its kind or length is plausible."""
    if len(head) < 16 or head[:2] != b"\x08\x00" or head[3] != 0:
        return False
    explicit = head[4:6] in (b"UL", b"CS", b"UI", b"DA", b"TM", b"SH", b"LO")
    return explicit or struct.unpack_from("<I", head, 4)[0] <= 128


class _Work:
    """One gathering: what is left of the limits, and a count of what was left out."""

    def __init__(self, unpacked: Path, limits: Limits, report: Report, free_bytes: Callable[[Path], int]) -> None:
        self.left_out: Counter[str] = Counter()
        self._unpacked = unpacked
        self._limits = limits
        self._report = report
        self._free_bytes = free_bytes
        self._bytes_left = limits.unpacked_bytes
        self._files_left = limits.files
        self._folders: dict[str, Path] = {}

    def skipped(self) -> tuple[Skipped, ...]:
        return tuple(Skipped(code, *_WHAT_TO_DO[code], files=n) for code, n in sorted(self.left_out.items()))

    def folder(self, root: Path) -> Iterator[Path]:
        home = root.resolve()
        seen: set[Path] = set()
        self._report("Looking through the folder", 0.0)
        for entry in self._walk(home, 0):
            self._count_file()
            place = Path(entry.path)
            if entry.is_symlink():
                place = place.resolve()
                if not place.is_relative_to(home):
                    self.left_out["link_outside"] += 1
                    continue
            if place not in seen:
                seen.add(place)
                yield from self.file(place, alone=False, where=str(place.relative_to(home)))

    def _walk(self, folder: Path, depth: int) -> Iterator[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except PermissionError:
            self.left_out["unreadable_file"] += 1
            return
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if depth < DEEPEST:
                    yield from self._walk(Path(entry.path), depth + 1)
            elif not (entry.is_symlink() and entry.is_dir()):
                yield entry
            else:
                self.left_out["link_outside"] += 1

    def file(self, path: Path, alone: bool, where: str = "") -> Iterator[Path]:
        """The plain files that one file stands for: itself, what is in it, or none; `where` it is in its folder."""
        head = self._head(path, alone)
        if head is None:
            return
        kind = kind_of(head, path.name)
        if kind in ("dicom", "nifti"):
            yield path
        elif kind == "gzip":
            with path.open("rb") as packed:
                yield from self._gzip(packed, path.stat().st_size, path.name, where or path.name, path)
        elif kind == "zip" and alone:
            yield from self._zip(path)
        else:
            self._leave_out(kind)

    def _head(self, path: Path, alone: bool) -> bytes | None:
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                self.left_out["special_file"] += 1
                return None
            with path.open("rb") as file:
                return file.read(HEAD_BYTES)
        except FileNotFoundError:
            if alone:
                raise path_not_found() from None
        except PermissionError:
            if alone:
                raise _unreadable() from None
        self.left_out["unreadable_file"] += 1
        return None

    def _leave_out(self, kind: Kind) -> None:
        code = {"zip": "nested_zip", "gzip": "not_a_scan", "empty": "empty_file"}.get(kind, "not_a_scan")
        if kind not in ("index", "companion"):
            self.left_out[code] += 1

    def _gzip(self, packed: IO[bytes], size: int, name: str, where: str, itself: Path | None = None) -> Iterator[Path]:
        """Unpacks one gzip stream of so many bytes, if a scan is in it.

        A file of NIfTI is looked through and stays where it is: what lies beside it tells whose labels it holds.
        """
        target: Path | None = None
        try:
            with gzip.GzipFile(fileobj=packed) as stream:
                head = _read(stream, HEAD_BYTES)
                kind = kind_of(head, name.removesuffix(".gz"))
                if kind not in ("dicom", "nifti"):
                    self._leave_out("zip" if kind == "zip" else "other")
                    return
                said = nifti_bytes(head) if kind == "nifti" else None
                at_most = HARMLESS_BYTES + GREATEST_SHARE * size if said is None else said + CHUNK_BYTES
                if kind == "nifti" and itself is not None:
                    self._write(None, head, stream, at_most)
                else:
                    target = self._target(where.removesuffix(".gz"))
                    self._write(target, head, stream, at_most)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            if target is not None:
                target.unlink(missing_ok=True)
            self.left_out["gzip_damaged"] += 1
            return
        found = target or itself
        if found is not None:
            yield found

    def _zip(self, path: Path) -> Iterator[Path]:
        try:
            archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error):
            raise _zip_damaged() from None
        with archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            for member in members:
                self._count_file()
                _check_name(member)
            for place, member in enumerate(members):
                self._report("Unpacking", place / len(members))
                yield from self._member(archive, member)

    def _member(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[Path]:
        if stat.S_ISLNK(member.external_attr >> 16):
            self.left_out["zip_link"] += 1
            return
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            self.left_out["zip_method"] += 1
            return
        name = member.filename.replace("\\", "/")
        target: Path | None = None
        try:
            with archive.open(member) as stream:
                head = _read(stream, HEAD_BYTES)
                kind = kind_of(head, PurePosixPath(name).name)
                if kind in ("dicom", "nifti", "companion"):
                    target = self._target(name)
                    self._write(target, head, stream, GREATEST_SHARE * member.compress_size + HARMLESS_BYTES)
            if kind == "gzip":
                with archive.open(member) as stream:
                    yield from self._gzip(stream, member.file_size, PurePosixPath(name).name, name)
            elif target is None:
                self._leave_out(kind)
            elif kind != "companion":
                yield target
        except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, struct.error):
            if target is not None:
                target.unlink(missing_ok=True)
            self.left_out["zip_member_damaged"] += 1

    def _target(self, name: str) -> Path:
        """A place for an unpacked file: in our own folder for the archive's, with a name that is only a name."""
        inner = PurePosixPath(name)
        folder = self._folder(inner.parent if len(inner.parts) <= DEEPEST else PurePosixPath())
        stem = re.sub(r"[^A-Za-z0-9._-]", "_", inner.name).lstrip(".")[-80:] or "file"
        target, turn = folder / stem, 1
        while target.exists():
            turn += 1
            target = folder / f"{turn}-{stem}"
        return target

    def _folder(self, inner: PurePosixPath) -> Path:
        """Our own folder for one of the archive's, at the same place of the tree."""
        folder = self._folders.get(str(inner))
        if folder is None:
            above = self._unpacked if inner.parent == inner else self._folder(inner.parent)
            name = f"{len(self._folders):05}"
            if inner.name.lower() in RATER_FOLDERS:
                name += f"-{inner.name.lower()}"
            folder = self._folders[str(inner)] = above / name
            folder.mkdir()
        return folder

    def _write(self, target: Path | None, head: bytes, stream: _Stream, at_most: int | None) -> None:
        """Writes a stream within the limits; without a target it is only looked through."""
        written = 0
        chunk = head
        with nullcontext() if target is None else target.open("xb") as file:
            while chunk:
                written += len(chunk)
                self._bytes_left -= len(chunk)
                if self._bytes_left < 0 or (at_most is not None and written > at_most):
                    raise too_much("unpacked", self._limits)
                if (written - len(chunk)) % (64 * CHUNK_BYTES) < CHUNK_BYTES:
                    self._check_disk()
                if file is not None:
                    file.write(chunk)
                chunk = stream.read(CHUNK_BYTES)

    def _check_disk(self) -> None:
        if self._free_bytes(self._unpacked) < self._limits.spare_disk_bytes:
            raise disk_full(self._limits.spare_disk_bytes)

    def _count_file(self) -> None:
        self._files_left -= 1
        if self._files_left < 0:
            raise too_much("files", self._limits)


def _read(stream: _Stream, count: int) -> bytes:
    """Exactly so many bytes, unless there are fewer."""
    read = b""
    while len(read) < count and (more := stream.read(count - len(read))):
        read += more
    return read


def _check_name(member: zipfile.ZipInfo) -> None:
    name = member.filename.replace("\\", "/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/") or "\0" in member.orig_filename:
        raise Problem(
            "zip_path",
            got="a zip with a file that wants to be written outside of it",
            expected="names within the zip",
            next_step="Do not open it. Tell who sent it to you, and ask for the scan anew.",
            kind="refused",
        )
    if member.flag_bits & 0x1:
        raise Problem(
            "zip_encrypted",
            got="a zip with a password",
            expected="one without",
            next_step="Unpack it with its password and import the folder.",
        )


def path_not_found() -> Problem:
    """The problem of a path at which there is nothing."""
    return Problem(
        "path_not_found",
        got="a path at which there is no file or folder",
        expected="a folder, a zip, a DICOM file or a NIfTI file",
        next_step="Check its spelling; put it in quotes if it has spaces.",
        kind="not_found",
    )


def _unreadable() -> Problem:
    return Problem(
        "path_unreadable",
        got="a file that cannot be opened",
        expected="one that you may read",
        next_step="Ask for the right to read it, or copy it to where you have it.",
        kind="refused",
    )


def _zip_damaged() -> Problem:
    return Problem(
        "zip_damaged",
        got="a zip that is cut short or damaged",
        expected="a whole zip",
        next_step="Copy or download it again, and compare its size with the original's.",
    )


def _no_scans(left_out: Counter[str], is_folder: bool) -> Problem:
    looked_at = left_out.total()
    if not is_folder and set(left_out) == {"gzip_damaged"}:
        return Problem("gzip_damaged", *_WHAT_TO_DO["gzip_damaged"])
    if not looked_at and is_folder:
        got = "an empty folder"
    else:
        got = f"no scan: {looked_at:,} files were looked at" if looked_at != 1 else "a file that is no scan"
    return Problem(
        "no_scans",
        got=got,
        expected="DICOM slices, or a NIfTI file (.nii, .nii.gz)",
        next_step="Choose the folder that holds the slices; on a CD from a hospital it is often called DICOM.",
        kind="not_found",
    )


def _of_the_disk(problem: OSError) -> Problem:
    if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return disk_full()
    return Problem(
        "path_broken",
        got=f"a folder or file that stopped answering ({errno.errorcode.get(problem.errno or 0, 'unknown')})",
        expected="one that can be read to its end",
        next_step="Check the disk or the network, copy the scan to this machine, and import the copy.",
        kind="unavailable",
    )
