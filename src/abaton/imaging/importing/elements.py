"""The quick way through an ordinary DICOM file: its data elements, found without building a data set.

Explicit and implicit little endian, well formed, pixels compressed or not; that is nearly every file of a scanner.
Whatever is not so raises `Unusual`, and pydicom reads the file instead. Nothing that a file declares is believed
beyond the bytes that are there. (PS3.5, sections 7.1, 7.5 and A.4; PS3.10, section 7.1.)
"""

import struct
from collections.abc import Set as AbstractSet

import msgspec

IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
PIXEL_DATA = 0x7FE00010
FLOAT_PIXEL_DATA = 0x7FE00008
DOUBLE_PIXEL_DATA = 0x7FE00009
TRANSFER_SYNTAX = 0x00020010
ENCAPSULATED = -1
"""In place of the length of compressed pixels, which are in fragments."""

_COMPRESSED = ("1.2.840.10008.1.2.4.", "1.2.840.10008.1.2.5")
_PREAMBLE = 132
_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_LONG_VALUES = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"))
_SHORT_VALUES = frozenset(b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())
_MOST_NESTED = 16
_implicit = struct.Struct("<HHL").unpack_from
_explicit = struct.Struct("<HH2sH").unpack_from
_long = struct.Struct("<L").unpack_from


class Unusual(Exception):
    """The file is not of the ordinary sort; nothing is said about whether it is right."""


class TooShort(Unusual):
    """The header goes on after the bytes that were given."""


class Elements(msgspec.Struct, frozen=True):
    """The wanted elements of a file.

    Attributes:
        values: Bytes of each wanted element at the top level, by tag (group * 65536 + element).
        syntax: Transfer syntax UID.
        pixels: Tag of the pixel data that ended the search; 0 where there is none.
        pixels_at: Where their bytes begin in the file.
        pixels_length: How many bytes they are declared to have; `ENCAPSULATED` where they are compressed.
    """

    values: dict[int, bytes]
    syntax: str
    pixels: int
    pixels_at: int
    pixels_length: int


def scan(data: bytes, wanted: AbstractSet[int], *, whole: bool) -> Elements:
    """Finds wanted elements.

    Args:
        data: The file's first bytes.
        wanted: Tags.
        whole: Whether `data` is all of the file.

    Raises:
        TooShort: More of the file is needed.
        Unusual: Another reader must be asked.
    """
    if data[128:_PREAMBLE] != b"DICM":
        raise Unusual
    try:
        meta, at = _meta(data)
        syntax = meta.rstrip(b"\0 ").decode("ascii")
        if syntax not in (IMPLICIT_LITTLE, EXPLICIT_LITTLE) and not syntax.startswith(_COMPRESSED):
            raise Unusual
        return _top(data, at, wanted, syntax, whole)
    except (struct.error, UnicodeDecodeError) as error:
        raise (Unusual if whole else TooShort) from error


def _meta(data: bytes) -> tuple[bytes, int]:
    """The transfer syntax, and where the data set begins."""
    at, syntax = _PREAMBLE, b""
    while at < len(data):
        group, element, representation, length = _explicit(data, at)
        if group != 2:
            break
        if representation in _LONG_VALUES:
            length, at = _long(data, at + 8)[0], at + 12
        else:
            at += 8
        if element == TRANSFER_SYNTAX & 0xFFFF:
            syntax = data[at : at + length]
        at += length
    return syntax, at


def _top(data: bytes, at: int, wanted: AbstractSet[int], syntax: str, whole: bool) -> Elements:
    values: dict[int, bytes] = {}
    explicit = syntax != IMPLICIT_LITTLE
    end, before = len(data), 0
    while at < end:
        tag, length, start = _explicit_element(data, at) if explicit else _implicit_element(data, at)
        if tag <= before:
            raise Unusual
        before = tag
        if tag in (PIXEL_DATA, FLOAT_PIXEL_DATA, DOUBLE_PIXEL_DATA):
            if (length == _UNDEFINED) != syntax.startswith(_COMPRESSED):
                raise Unusual
            if length == _UNDEFINED:
                length = ENCAPSULATED
            return Elements(values, syntax, tag, start, length)
        if length == _UNDEFINED:
            if tag in wanted:
                values[tag] = b""
            at = _after_sequence(data, start, explicit, 0)
            continue
        at = start + length
        if tag in wanted:
            if at > end:
                raise Unusual if whole else TooShort
            values[tag] = data[start:at]
    if at > end or not whole:
        raise Unusual if whole else TooShort
    return Elements(values, syntax, 0, at, 0)


def _implicit_element(data: bytes, at: int) -> tuple[int, int, int]:
    """Tag, declared length, and where the value begins."""
    group, element, length = _implicit(data, at)
    return group << 16 | element, length, at + 8


def _explicit_element(data: bytes, at: int) -> tuple[int, int, int]:
    group, element, representation, length = _explicit(data, at)
    if representation in _SHORT_VALUES:
        return group << 16 | element, length, at + 8
    if representation in _LONG_VALUES:
        length = _long(data, at + 8)[0]
        if length == _UNDEFINED and representation == b"UN":
            raise Unusual  # its content is implicit: PS3.5, section 6.2.2
        return group << 16 | element, length, at + 12
    raise Unusual


def _after_sequence(data: bytes, at: int, explicit: bool, depth: int) -> int:
    """Where the element after a sequence of undefined length begins."""
    if depth > _MOST_NESTED:
        raise Unusual
    while True:
        tag, length, at = _implicit_element(data, at)
        if tag == _SEQUENCE_END:
            return at
        if tag != _ITEM:
            raise Unusual
        at = _after_item(data, at, explicit, depth) if length == _UNDEFINED else at + length


def _after_item(data: bytes, at: int, explicit: bool, depth: int) -> int:
    while True:
        tag, length, start = _implicit_element(data, at)
        if tag == _ITEM_END:
            return start
        if explicit:
            tag, length, start = _explicit_element(data, at)
        at = _after_sequence(data, start, explicit, depth + 1) if length == _UNDEFINED else start + length
