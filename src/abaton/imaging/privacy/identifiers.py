"""What names the patient, staff or place in the original, so that it can be looked for in the result."""

import re
import struct
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import msgspec
from pydicom import DataElement, Dataset
from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataelem import RawDataElement

from abaton.imaging.privacy.descriptors import plain
from abaton.imaging.privacy.profile import BASIC, TEXT_VRS, Options, names_somebody, words
from abaton.imaging.privacy.uids import is_registered

DATE_VRS = frozenset(("DA", "DT"))
SHORTEST_INSIDE = 4
"""Shorter identifiers are only looked for as words of their own: `Li` is in `liver`."""
DEEPEST = 12
"""Sequences within sequences beyond this are not looked into, and are dropped."""

_WORDS = re.compile(r"[^\W_]+")
_DATE = re.compile(r"(\d{4})\.?(\d\d)\.?(\d\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# What stands in fields for names and numbers when nobody is named.
_BROKEN = (ArithmeticError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError, struct.error)
_NOBODY = frozenset(
    ("anonymous", "anonymized", "anonymised", "anon", "unknown", "none", "null", "noname", "deidentified")
)


class Identifiers(msgspec.Struct, frozen=True):
    """What must not be found again. All text is in `plain` form without separators.

    Attributes:
        texts: Names and their parts, numbers, places.
        dates: As digits, in the orders in which people write them.
        uids: Of instances.
    """

    texts: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()
    uids: frozenset[str] = frozenset()

    def forbidden_words(self) -> frozenset[str]:
        """Words that may not stay in a description."""
        return self.texts

    def within(self, text: str) -> bool:
        """Whether a text holds a name, number, place or date, whatever its case, accents and separators."""
        alone = _WORDS.findall(plain(text))
        if any(known in "".join(alone) for known in self.dates):
            return True
        # A word of imaging is only ever compared whole: Mary is in `primary`, and Gina in `original`.
        joined = "".join(" " if word in words() else word for word in alone)
        whole = {*alone, "".join(alone)}
        return any(known in whole or (_is_telling(known) and known in joined) for known in self.texts)


def _is_telling(text: str) -> bool:
    return len(text) >= SHORTEST_INSIDE or (len(text) >= 2 and not text.isascii())


def collect(headers: Iterable[Dataset], allowed: Options = BASIC) -> Identifiers:
    """Everything in these headers, nested ones and private ones included, that names somebody.

    Args:
        headers: Originals, before anything is removed.
        allowed: Options of the profile that let some of it stay.
    """
    naming = names_somebody(allowed)
    texts: set[str] = set()
    dates: set[str] = set()
    uids: set[str] = set()
    seen: set[tuple[int, bytes]] = set()
    for header in headers:
        for tag, vr, value in _elements(header, seen):
            if vr == "UI":
                uids.update(uid for uid in texts_of(value) if not is_registered(uid) and len(uid) > 5)
            elif vr in DATE_VRS:
                dates.update(form for text in texts_of(value) for form in _date_forms(text))
            elif vr == "PN" or (vr in TEXT_VRS and tag in naming):
                texts.update(part for text in texts_of(value) for part in _parts(text, every=vr == "PN"))
    return Identifiers(frozenset(texts - _NOBODY), frozenset(dates), frozenset(uids))


def _parts(text: str, every: bool) -> Iterator[str]:
    """A name or number whole and its words: of a person every word, else what imaging does not say anyway."""
    found = _WORDS.findall(plain(text))
    whole = "".join(found)
    if len(whole) > 1 and (every or whole not in words()):
        yield whole
    if every and len(found) == 2:
        yield found[1] + found[0]
    for word in found:
        if len(word) > 1 and (every or (len(word) >= SHORTEST_INSIDE and word not in words())):
            yield word


def _date_forms(text: str) -> Iterator[str]:
    match = _DATE.match(text.strip())
    if match is None:
        return
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        yield "".join(match.groups())
        return
    month = _MONTHS[day.month - 1]
    yield from (day.strftime(form) for form in ("%Y%m%d", "%d%m%Y", "%m%d%Y"))
    yield from (f"{day.day}{month}{day.year}", f"{day:%d}{month}{day.year}", f"{month}{day.day}{day.year}")


def several_of(value: Any) -> list[Any]:
    """The values of an element: many, one, or none."""
    if hasattr(value, "append"):
        return list(value)
    return [] if value is None else [value]


def texts_of(value: Any) -> list[str]:
    """The values of an element as text, without padding; empty ones are left out."""
    several = several_of(value)
    return [text for one in several if one is not None and (text := str(one).strip().rstrip("\0").strip())]


def _elements(header: Dataset, seen: set[tuple[int, bytes]], depth: int = 0) -> Iterator[tuple[int, str, Any]]:
    """Tags, kinds and values, sequences opened; a value that was seen already in another slice is not read again."""
    for raw in list(header.elements()):
        tag, vr = raw.tag, kind(raw)
        if vr == "SQ":
            for item in items(header, tag) if depth < DEEPEST else ():
                yield from _elements(item, seen, depth + 1)
        elif vr == "UI" or vr in DATE_VRS or vr in TEXT_VRS:
            if isinstance(raw, RawDataElement):
                mark = (int(tag), bytes(raw.value or b""))
                if mark in seen:
                    continue
                seen.add(mark)
            element = read(header, tag)
            if element is not None and element.value is not None:
                yield int(tag), vr, element.value


def kind(element: Any) -> str:
    """The value representation of an element that may not have been read yet; `UN` where nothing tells it."""
    vr = element.VR
    if vr in (None, "UN") and dictionary_has_tag(element.tag):
        return dictionary_VR(element.tag)
    return vr or "UN"


def read(header: Dataset, tag: Any) -> DataElement | None:
    """An element, or None where it cannot be read: what a hostile or broken file holds must not stop the rest."""
    whole: Any = header
    try:
        return whole[tag]
    except _BROKEN:
        return None


def items(header: Dataset, tag: Any) -> list[Dataset]:
    """Items of a sequence; none where it cannot be read."""
    element = read(header, tag)
    value: Any = element.value if element is not None else None
    return [item for item in several_of(value) if isinstance(item, Dataset)]
