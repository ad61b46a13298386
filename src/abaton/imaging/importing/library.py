"""The long way through a DICOM file: pydicom, for whatever is not of the ordinary sort.

Compressed, big-endian or deflated files, enhanced multi-frame objects, headers that bend the standard.
"""

import io
import warnings
import zlib
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import pydicom
from pydicom import Dataset
from pydicom.dataelem import DataElement

from abaton.core.errors import Problem
from abaton.imaging.importing.elements import EXPLICIT_LITTLE
from abaton.imaging.importing.refusals import too_large, unreadable

_DEFLATED = b"1.2.840.10008.1.2.1.99"
_LONGEST_META = 64 << 10
_MOST_INFLATED = 4 << 30
_PIXELS = {
    b"\xe0\x7f\x10\x00": "PixelData",
    b"\xe0\x7f\x08\x00": "FloatPixelData",
    b"\xe0\x7f\x09\x00": "DoubleFloatPixelData",
}


@contextmanager
def foreign() -> Generator[None]:
    """Runs a library's reader: its warnings are not shown, its errors become `unreadable`.

    Headers that bend the standard are common, and pydicom warns of each; what matters of them is checked by us.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except Problem:
            raise
        except MemoryError:
            raise too_large() from None
        except Exception:
            # Damaged headers raise nearly anything. Nothing of the message is kept: it may quote the header.
            raise unreadable() from None


def dataset_of(path: Path, tags: Sequence[int] | None = None, *, pixels: bool = False) -> Dataset:
    """The data set of a file, all of it or some tags, with or without its pixels.

    Raises:
        Problem: `unreadable`, `size_does_not_fit`.
    """
    with foreign(), path.open("rb") as file:
        return _read(_inflated(file), tags, pixels=pixels)


def pixel_keyword(path: Path) -> str:
    """Which kind of pixel data ends the header; empty where the file ends before it."""
    with foreign(), path.open("rb") as file:
        source = _inflated(file)
        _read(source, [], pixels=False)
        tag = source.read(4)
        return _PIXELS.get(tag, "") or _PIXELS.get(tag[1::-1] + tag[:1:-1], "")


def _read(source: BinaryIO, tags: Sequence[int] | None, *, pixels: bool) -> Dataset:
    specific: Any = None if tags is None else list(tags)
    read = cast("Any", pydicom.dcmread)  # pyright: ignore[reportUnknownMemberType]
    return read(source, stop_before_pixels=not pixels, force=True, specific_tags=specific)


def _inflated(file: BinaryIO) -> BinaryIO:
    """The file, or where its data set is deflated, the same inflated in memory within bounds (PS3.5, A.5)."""
    start = _deflated_from(file)
    file.seek(0)
    if not start:
        return file
    head = file.read(start)
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    plain = inflate.decompress(file.read(), _MOST_INFLATED)
    if inflate.unconsumed_tail:
        raise too_large()
    # The transfer syntax becomes explicit little endian; padded to the same length, every offset stays.
    syntax = EXPLICIT_LITTLE.encode().ljust(len(_DEFLATED), b"\0")
    return io.BytesIO(head.replace(_DEFLATED, syntax) + plain)


def _deflated_from(file: BinaryIO) -> int:
    """Where the deflated data set begins; 0 where it is not deflated."""
    head = file.read(_LONGEST_META)
    if head[128:132] != b"DICM" or _DEFLATED not in head:
        return 0
    at, deflated = 132, False
    while head[at : at + 2] == b"\x02\0":
        long = head[at + 4 : at + 6] in (b"OB", b"UN", b"OW")
        length = int.from_bytes(head[at + 8 : at + 12] if long else head[at + 6 : at + 8], "little")
        value = at + (12 if long else 8)
        if head[at : at + 4] == b"\x02\0\x10\0":
            deflated = head[value : value + length].rstrip(b"\0 ") == _DEFLATED
        at = value + length
    return at if deflated else 0


def text_of(element: DataElement) -> str:
    """A value as DICOM writes it: parts divided by a backslash."""
    value: Any = element.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip("\0 ")
    if isinstance(value, bytes):
        return ""
    try:
        return "\\".join(str(part) for part in value)
    except TypeError:
        return str(value)
