"""De-identification by PS3.15 Annex E before anything is stored, and stricter: what imaging does not need goes."""

import re
import warnings
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from pydicom import DataElement, Dataset
from pydicom.config import IGNORE
from pydicom.datadict import dictionary_description, dictionary_has_tag, dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.sequence import Sequence as Items
from pydicom.uid import UID

from abaton.imaging.privacy.descriptors import clean, plain
from abaton.imaging.privacy.identifiers import (
    DEEPEST,
    Identifiers,
    collect,
    items,
    kind,
    read,
    several_of,
    texts_of,
)
from abaton.imaging.privacy.profile import BASIC, TEXT_VRS, How, Options, action, asked, describe, is_overlay_or_curve
from abaton.imaging.privacy.report import PrivacyReport, Removed
from abaton.imaging.privacy.risks import header_warnings
from abaton.imaging.privacy.search import Finding, search
from abaton.imaging.privacy.uids import UidMap

METHOD = "Abaton: PS3.15 basic profile, only what imaging needs"
LONGEST_BYTES = 65_536
"""Of one kept value; more is no header's."""

_CODES: tuple[tuple[str, str, Callable[[Options], bool]], ...] = (
    ("113100", "Basic Application Confidentiality Profile", lambda _: True),
    ("113105", "Clean Descriptors Option", lambda options: options.descriptors),
    (
        "113107",
        "Retain Longitudinal Temporal Information Modified Dates Option",
        lambda options: options.modified_dates,
    ),
    ("113108", "Retain Patient Characteristics Option", lambda options: options.patient_characteristics),
    ("113109", "Retain Device Identity Option", lambda options: options.device_identity),
)
_SAID = {
    "remove": "removed",
    "empty": "emptied",
    "clean": "cleaned",
    "uid": "new UID",
    "pseudonym": "replaced",
    "shift": "replaced",
}
_PATIENT_AGE = 0x00101010
_PIXELS = frozenset((0x7FE00008, 0x7FE00009, 0x7FE00010))


def deidentify(
    headers: Sequence[Dataset], uids: UidMap, options: Options = BASIC
) -> tuple[tuple[Dataset, ...], PrivacyReport]:
    """Frees headers of identifiers; the originals stay as they are.

    Give all headers of a series at once, and whole: what is known of the patient from any of them is looked for in
    all of the results.

    Args:
        headers: One for each slice, as read. Pixels are left out of the result.
        uids: Of this installation's key.
        options: Of the profile.

    Returns:
        New headers in the same order, and what was done. `verified` is False where an identifier could not be
        removed; such headers must not be stored.
    """
    with _quiet():
        known = collect(headers, options)
        work = _Work(uids, options, known)
        clean_headers = tuple(work.top(header) for header in headers)
        findings = search(clean_headers, known)
        if findings:
            work.drop(clean_headers, findings)
            findings = search(clean_headers, known)
    report = PrivacyReport(
        profile=describe(options),
        removed=tuple(_removed(tag, done, count) for (tag, done), count in sorted(work.done.items())),
        private_tags=work.private,
        warnings=header_warnings(headers),
        verified=not findings,
    )
    return clean_headers, report


def _removed(tag: int, done: str, count: int) -> Removed:
    name = dictionary_description(tag) if dictionary_has_tag(tag) else "Unknown attribute"
    if is_overlay_or_curve(tag):
        name = "Overlay" if tag >> 24 == 0x60 else "Curve"
    return Removed(f"({tag >> 16:04X},{tag & 0xFFFF:04X})", name, done, count)


@contextmanager
def _quiet() -> Generator[None]:
    """Without the library's remarks on values that break the standard: they are replaced or removed anyway."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"pydicom\.")
        warnings.filterwarnings("ignore", category=UserWarning)
        yield


_Result: TypeAlias = tuple[str, Any, str | None]
"""Kind and value of the new element, no kind where there is none; and what was done, if anything."""
_REMOVED: _Result = ("", None, "removed")


class _Work:
    """One series' de-identification: what is known, and a tally of what was done."""

    def __init__(self, uids: UidMap, options: Options, known: Identifiers) -> None:
        self.done: Counter[tuple[int, str]] = Counter()
        self.private = 0
        self._uids = uids
        self._options = options
        self._known = known
        self._cleaned: dict[tuple[str, str], str] = {}
        self._mapped: dict[str, str] = {}
        self._patient = ""
        # Most values are the same in all slices: what became of one raw value is remembered.
        self._became: dict[tuple[Any, ...], _Result] = {}

    def top(self, header: Dataset) -> Dataset:
        self._patient = _first(header, 0x00100020)
        result = self.dataset(header, 0)
        _mark(result, self._options)
        return result

    def dataset(self, source: Dataset, depth: int) -> Dataset:
        result = Dataset()
        for raw in list(source.elements()):
            number = int(raw.tag)
            if number & 0xFFFF == 0 or number in _PIXELS:
                continue
            if (number >> 16) % 2:
                self.private += 1
                continue
            how = action(number, self._options)
            if depth and how in ("empty", "pseudonym"):
                how = "remove"  # Objects must have these at the top only.
            if how == "remove" or depth >= DEEPEST or not _fits(raw, number):
                vr, value, said = "", None, "removed"
            elif how == "items":
                inner = [self.dataset(item, depth + 1) for item in items(source, number)]
                vr, value, said = "SQ", Items(inner), None
            else:
                vr, value, said = self._remembered(source, raw, how, depth)
            if said is not None and not _is_empty(raw):
                self.done[number, said] += 1
            if vr:
                result.add(DataElement(raw.tag, vr, value, already_converted=True))
        return result

    def _remembered(self, source: Dataset, raw: Any, how: How, depth: int) -> "_Result":
        if depth or not isinstance(raw, RawDataElement):
            return self._element(source, raw, how)
        charset = source.original_character_set
        key = (raw.tag, raw.VR, raw.value, self._patient, charset if isinstance(charset, str) else tuple(charset))
        if key not in self._became:
            self._became[key] = self._element(source, raw, how)
        vr, value, said = self._became[key]
        return vr, several_of(value) if hasattr(value, "append") else value, said

    def drop(self, headers: Sequence[Dataset], findings: Sequence[Finding]) -> None:
        """Removes attributes in which the search found something, wherever they are."""
        tags = {finding.number for finding in findings}
        for header in headers:
            self._drop(header, tags)

    def _drop(self, header: Dataset, tags: set[int]) -> None:
        for tag in list(header.keys()):
            if int(tag) in tags:
                del header[tag]
                self.done[int(tag), "removed"] += 1
            elif kind(header.get_item(tag)) == "SQ":
                for item in items(header, tag):
                    self._drop(item, tags)

    def _element(self, source: Dataset, raw: Any, how: How) -> "_Result":
        if how == "empty":
            return kind(raw), None, "emptied"
        element = read(source, raw.tag)
        if element is None or element.VR == "SQ":
            return _REMOVED
        number, vr = int(raw.tag), str(element.VR)
        return self._kept(number, vr, element.value) if how == "keep" else self._replaced(vr, how, element.value)

    def _kept(self, number: int, vr: str, value: Any) -> "_Result":
        if vr in _PATTERNS or number in _TERMS:
            pattern = _TERMS.get(number) or _PATTERNS[vr]
            if not all(pattern.fullmatch(text) and not self._names(text, vr) for text in texts_of(value)):
                return _REMOVED
        elif vr in TEXT_VRS and "device" not in asked(number):
            return self._replaced(vr, "clean", value)
        elif isinstance(value, bytes):
            return _REMOVED
        if number == _PATIENT_AGE:
            return vr, _age(str(value)), "replaced" if _age(str(value)) != str(value) else None
        return vr, several_of(value) if hasattr(value, "append") else value, None

    def _replaced(self, vr: str, how: How, value: Any) -> "_Result":
        texts = texts_of(value)
        if how == "uid":
            new: list[Any] = [UID(self._uid(text), IGNORE) for text in texts]
        elif how == "pseudonym":
            new = [self._uids.pseudonym(self._patient)] if self._patient else []
        elif how == "clean":
            new = [text for text in (self._clean(text, vr) for text in texts) if text]
        else:
            days = self._uids.shift_days(self._patient)
            new = [moved for moved in (_shifted(text, vr, days) for text in texts) if moved]
        return vr, new[0] if len(new) == 1 else new or None, _SAID[how] if new != texts else None

    def _names(self, text: str, vr: str) -> bool:
        if vr in ("DS", "IS"):
            return len(text) > 4 and text in self._known.texts
        return self._known.within(text)

    def _clean(self, text: str, vr: str) -> str:
        if (text, vr) not in self._cleaned:
            words = clean(text, self._known.forbidden_words())
            if vr == "CS":
                words = words.upper()[:16].strip()
            self._cleaned[text, vr] = "" if self._known.within(words) else words
        return self._cleaned[text, vr]

    def _uid(self, uid: str) -> str:
        if uid not in self._mapped:
            self._mapped[uid] = self._uids.new(uid)
        return self._mapped[uid]


_PATTERNS = {
    "CS": re.compile(r"[A-Z0-9_ ]{0,16}"),
    "DS": re.compile(r"[-+0-9.eE ]{0,64}"),
    "IS": re.compile(r"[-+0-9 ]{0,24}"),
    "AS": re.compile(r"\d{3}[DWMY]"),
    "UI": re.compile(r"[0-9.]{0,64}"),
}
_TERMS = {
    0x00281054: re.compile(r"HU|US|OD|HGML|PCT|Z_EFF|ED|EDW|HU_MOD|MGML|normalized|BQML|SUV"),
    0x00180085: re.compile(r"\d{0,3}[A-Z][a-z]?\d{0,3}"),
    0x00080100: re.compile(r"[-A-Za-z0-9.\[\]'{}/%*^]{1,16}"),
    0x00080102: re.compile(r"DCM|SCT|SRT|SNM3|SNOMED|UCUM|FMA|NCIt|UMLS|LN|MA|RADLEX|RADELEMENT|BI|NDC|MSH|ITIS_TSN"),
}


def _fits(element: Any, number: int) -> bool:
    """Whether an element is of the kind that the standard gives it, and of a size that a header's value may have."""
    value = element.value
    if isinstance(value, bytes | str) and len(value) > LONGEST_BYTES:
        return kind(element) == "SQ"
    return not dictionary_has_tag(number) or kind(element) in dictionary_VR(number).split(" or ")


def _first(header: Dataset, tag: int) -> str:
    element = read(header, tag) if tag in header else None
    texts = texts_of(element.value) if element is not None else []
    return plain(texts[0]) if texts else ""


def _is_empty(raw: Any) -> bool:
    value = raw.value
    if isinstance(value, bytes | str):
        return not value.strip()
    return value is None or (hasattr(value, "append") and not value)


def _age(age: str) -> str:
    """An age as it may be told: of 90 years and over, nobody's exactly."""
    years = age[:3]
    return "090Y" if age.endswith("Y") and years.isdigit() and int(years) > 90 else age


def _shifted(text: str, vr: str, days: int) -> str:
    """A date moved by days; a time as it is; empty for what is neither."""
    if vr == "TM":
        return text if re.fullmatch(r"\d{2}:?(\d{2}:?(\d{2}(\.\d{1,6})?)?)?", text) else ""
    match = re.fullmatch(r"(\d{4})\.?(\d\d)\.?(\d\d)(\d{0,6}(?:\.\d{1,6})?)(?:[+-]\d{4})?", text)
    if match is None:
        return ""
    try:
        moved = datetime(int(match[1]), int(match[2]), int(match[3])) + timedelta(days=days)  # noqa: DTZ001
    except (ValueError, OverflowError):
        return ""
    return f"{moved:%Y%m%d}" + (match[4] if vr == "DT" else "")


def _mark(header: Dataset, options: Options) -> None:
    header.SpecificCharacterSet = "ISO_IR 192"
    header.PatientIdentityRemoved = "YES"
    header.DeidentificationMethod = METHOD
    header.LongitudinalTemporalInformationModified = "MODIFIED" if options.modified_dates else "REMOVED"
    codes: list[Dataset] = []
    for value, meaning, holds in _CODES:
        if holds(options):
            code = Dataset()
            for tag, vr, text in ((0x00080100, "SH", value), (0x00080102, "SH", "DCM"), (0x00080104, "LO", meaning)):
                code.add(DataElement(tag, vr, text, already_converted=True))
            codes.append(code)
    header.add(DataElement(0x00120064, "SQ", Items(codes), already_converted=True))
