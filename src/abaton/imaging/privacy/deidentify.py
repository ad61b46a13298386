"""De-identification by PS3.15 Annex E before anything is stored, and stricter: what imaging does not need goes."""

import re
import warnings
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from pydicom import DataElement, Dataset
from pydicom.datadict import dictionary_description, dictionary_has_tag, dictionary_VR
from pydicom.sequence import Sequence as Items

from abaton.imaging.privacy.descriptors import clean, plain
from abaton.imaging.privacy.identifiers import DEEPEST, TEXT_VRS, Identifiers, collect, items, kind, read, texts_of
from abaton.imaging.privacy.profile import BASIC, How, Options, action, asked, describe, is_overlay_or_curve
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
        self._days = 0

    def top(self, header: Dataset) -> Dataset:
        patient = _first(header, 0x00100020)
        self._patient, self._days = patient, self._uids.shift_days(patient)
        result = self.dataset(header, 0)
        _mark(result, self._options)
        return result

    def dataset(self, source: Dataset, depth: int) -> Dataset:
        result = Dataset()
        for tag in list(source.keys()):
            number = int(tag)
            if number & 0xFFFF == 0 or number in _PIXELS:
                continue
            if (number >> 16) % 2:
                self.private += 1
                continue
            how = action(number, self._options)
            if depth and how in ("empty", "pseudonym"):
                how = "remove"  # Objects must have these at the top only.
            raw = source.get_item(tag)
            if how == "remove" or depth >= DEEPEST or not _fits(raw, number):
                self._tally(number, "removed", raw)
                continue
            element = self._element(source, number, how, depth)
            if element is not None:
                result.add(element)
        return result

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

    def _element(self, source: Dataset, number: int, how: How, depth: int) -> DataElement | None:
        if how == "empty":
            self._tally(number, "emptied", source.get_item(number))
            return DataElement(number, kind(source.get_item(number)), None)
        element = read(source, number)
        if element is None:
            self.done[number, "removed"] += 1
            return None
        vr = str(element.VR)
        if how == "items":
            return DataElement(number, "SQ", Items([self.dataset(item, depth + 1) for item in items(source, number)]))
        if vr == "SQ":
            return self._refused(number, element)
        if how == "keep":
            return self._kept(number, vr, element)
        return self._replaced(number, vr, how, element)

    def _kept(self, number: int, vr: str, element: DataElement) -> DataElement | None:
        value = element.value
        if number == 0x00101010:
            value = _age(str(value))
        if vr in _PATTERNS or number in _TERMS:
            pattern = _TERMS.get(number) or _PATTERNS[vr]
            if not all(pattern.fullmatch(text) and not self._names(text, vr) for text in texts_of(value)):
                return self._refused(number, element)
        elif vr in TEXT_VRS and "device" not in asked(number):
            return self._replaced(number, vr, "clean", element)
        elif isinstance(value, bytes):
            return self._refused(number, element)
        return DataElement(number, vr, value)

    def _replaced(self, number: int, vr: str, how: How, element: DataElement) -> DataElement | None:
        texts = texts_of(element.value)
        if how == "uid":
            new: list[str] | None = [self._uid(text) for text in texts]
        elif how == "pseudonym":
            new = [self._uids.pseudonym(text) for text in texts[:1]]
        elif how == "clean":
            new = [text for text in (self._clean(text, vr) for text in texts) if text]
        else:
            new = [moved for moved in (_shifted(text, vr, self._days) for text in texts) if moved]
        if new != texts:
            self._tally(number, _SAID[how], element)
        return DataElement(number, vr, new[0] if len(new) == 1 else new or None)

    def _refused(self, number: int, element: DataElement) -> None:
        self._tally(number, "removed", element)

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

    def _tally(self, number: int, said: str, element: Any) -> None:
        if element.value not in (None, b"", "") and str(element.value).strip():
            self.done[number, said] += 1


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
            code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, "DCM", meaning
            codes.append(code)
    header.DeidentificationMethodCodeSequence = Items(codes)
