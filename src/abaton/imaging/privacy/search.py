"""The test after de-identification: looks in the result for whatever named somebody in the original.

It shares the list of identifiers with de-identification and nothing else, so that a mistake there is found here.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Literal, TypeAlias

import msgspec
from pydicom import Dataset
from pydicom.datadict import dictionary_description, dictionary_has_tag

from abaton.imaging.privacy.identifiers import Identifiers, items, kind, read, several_of, texts_of
from abaton.imaging.privacy.profile import TEXT_VRS, is_overlay_or_curve
from abaton.imaging.privacy.uids import is_registered

Why: TypeAlias = Literal[
    "an identifier of the original",
    "a UID of the original",
    "a UID that was not replaced",
    "a person's name",
    "a private attribute",
    "an overlay or curve",
    "bytes of unknown meaning",
    "unreadable",
]

_OURS = frozenset((0x00120062, 0x00120063, 0x00120064, 0x00280303))
_PSEUDONYM = 0x00100020
_NUMBERS = frozenset(("DS", "IS"))
_OPAQUE = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "UN"))
_TEXT = TEXT_VRS | {"CS", "DA", "DT", "TM", "AS"}


class Finding(msgspec.Struct, frozen=True):
    """Where something is left that should not be. Says not what it is.

    Attributes:
        number: The attribute's tag.
        name: The attribute's name.
        why: What it seems to be.
    """

    number: int
    name: str
    why: Why


def search(result: Dataset | Iterable[Dataset], known: Identifiers) -> tuple[Finding, ...]:
    """What is left of the original's identifiers.

    Args:
        result: Headers that are to be stored, one or many; sequences are opened.
        known: From `collect` on the originals, or typed in by a person who checks.

    Returns:
        Findings in order of tags, each attribute and reason once; none when the headers name nobody.
    """
    headers = [result] if isinstance(result, Dataset) else result
    seen: dict[tuple[int, str], Why | None] = {}
    found: set[tuple[int, Why]] = set()
    for header in headers:
        for number, vr, value in _elements(header):
            for text in _texts(value):
                if (number, text) not in seen:
                    seen[number, text] = _judge(number, vr, text, known)
                if why := seen[number, text]:
                    found.add((number, why))
    return tuple(Finding(number, _name(number), why) for number, why in sorted(found))


def search_text(text: str, known: Identifiers) -> bool:
    """Whether a text outside DICOM, such as a field of a NIfTI header, holds an identifier."""
    return known.within(text) or any(uid in text for uid in known.uids)


def _judge(number: int, vr: str, text: str, known: Identifiers) -> Why | None:
    if (number >> 16) % 2:
        return "a private attribute"
    if is_overlay_or_curve(number):
        return "an overlay or curve"
    if vr in _OPAQUE:
        return "bytes of unknown meaning"
    if vr == "PN":
        return "a person's name"
    if vr == "UI":
        if text in known.uids:
            return "a UID of the original"
        return None if is_registered(text) or text.startswith("2.25.") else "a UID that was not replaced"
    if any(uid in text for uid in known.uids):
        return "a UID of the original"
    if vr in _NUMBERS:
        return "an identifier of the original" if len(text) > 4 and text in known.texts else None
    if vr in _TEXT and number != _PSEUDONYM and known.within(text):
        return "an identifier of the original"
    return None


def _elements(header: Dataset) -> Iterator[tuple[int, str, Any]]:
    for raw in list(header.elements()):
        tag, number = raw.tag, int(raw.tag)
        if number in _OURS:
            continue
        vr = kind(raw)
        if vr == "SQ":
            for item in items(header, tag):
                yield from _elements(item)
        element = read(header, tag)
        if element is None:
            yield number, "UN", "unreadable"
        elif vr != "SQ" or (number >> 16) % 2:
            yield number, element.VR, element.value


def _texts(value: Any) -> list[str]:
    """Values as text, decimal ones as they were written; bytes are not shown."""
    if isinstance(value, bytes):
        return ["bytes"]
    return texts_of([_as_written(one) for one in several_of(value)])


def _as_written(one: Any) -> Any:
    return getattr(one, "original_string", one) if isinstance(one, int | float) else one


def _name(number: int) -> str:
    return (
        dictionary_description(number) if dictionary_has_tag(number) else f"({number >> 16:04X},{number & 0xFFFF:04X})"
    )
