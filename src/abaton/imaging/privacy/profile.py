"""What becomes of each attribute: the standard's table, and the short list of what imaging needs."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

import msgspec
from pydicom.datadict import dictionary_VR

How: TypeAlias = Literal["keep", "uid", "items", "clean", "empty", "pseudonym", "shift", "remove"]
"""What is done to an attribute; see `kept.tsv`. `shift`: a date, moved with all others of this patient."""

TEXT_VRS = frozenset(("AE", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"))
"""Kinds of values that hold free text."""

OVERLAYS_AND_CURVES = (0x5000, 0x6000)
"""Groups whose last byte counts planes: text and drawings are kept there."""


class Options(msgspec.Struct, frozen=True):
    """Options of the profile (PS3.15 E.3). The defaults keep least.

    Attributes:
        modified_dates: Keep dates, moved by a keyed number of days that is the same for all of a patient's dates,
            and times of day. Otherwise dates and times are removed.
        patient_characteristics: Keep sex, age (90 and over as 90), size and weight, and what else is a number or
            code; text is cleaned.
        device_identity: Keep station, serial numbers and the like, as far as they are text on the standard's list;
            not the device's UIDs and dates.
        descriptors: Keep descriptions, cleaned to words of imaging. Otherwise they are removed.
    """

    modified_dates: bool = False
    patient_characteristics: bool = False
    device_identity: bool = False
    descriptors: bool = True


BASIC = Options()
"""The basic profile with cleaned descriptions, and nothing else kept."""


class Row(msgspec.Struct, frozen=True):
    """One line of Table E.1-1.

    Attributes:
        tag: Eight hexadecimal digits; `50xxxxxx`, `60xx3000`, `60xx4000` and `gggg odd` stand for many.
        action: The basic profile's, such as `X/Z/D`.
        options: Those of `dates`, `patient`, `device` and `descriptors` that treat it otherwise.
        keyword: In PS3.6.
    """

    tag: str
    action: str
    options: tuple[str, ...]
    keyword: str


@cache
def table() -> tuple[Row, ...]:
    """Table E.1-1 of PS3.15 (2024b), in order of tags."""
    rows = (line.split("\t") for line in _lines("profile.tsv"))
    return tuple(
        Row(tag, action, () if options == "-" else tuple(options.split(",")), keyword)
        for tag, action, options, keyword in rows
    )


@cache
def kept() -> dict[int, How]:
    """What imaging needs, by tag."""
    return {int(tag, 16): msgspec.convert(how, How) for tag, how, _ in (ln.split("\t") for ln in _lines("kept.tsv"))}


@cache
def words() -> frozenset[str]:
    """Words that may stay in a description, in lower case."""
    return frozenset(word for line in _lines("words.txt") for word in line.split())


def action(tag: int, options: Options) -> How:
    """What is done to an attribute of this tag."""
    how = kept().get(tag, "remove")
    treated = asked(tag)
    if options.modified_dates and "dates" in treated:
        return "shift"
    is_text = bool(treated) and dictionary_VR(tag) in TEXT_VRS
    if options.patient_characteristics and "patient" in treated:
        return "clean" if is_text else "keep"
    if options.device_identity and "device" in treated and is_text:
        return "keep"
    return "empty" if how == "clean" and not options.descriptors else how


def asked(tag: int) -> tuple[str, ...]:
    """Options of the profile that treat this tag otherwise."""
    return _by_tag().get(tag, ())


def describe(options: Options) -> str:
    """The profile and the options in force, for people."""
    chosen = (
        (options.descriptors, "clean descriptors"),
        (options.modified_dates, "retain longitudinal temporal information with modified dates"),
        (options.patient_characteristics, "retain patient characteristics"),
        (options.device_identity, "retain device identity"),
    )
    return "; ".join(["PS3.15 Annex E basic profile", *(name for on, name in chosen if on)])


def is_overlay_or_curve(tag: int) -> bool:
    """Whether a tag is of an overlay or a curve, the groups 60xx and 50xx."""
    return (tag >> 16) & 0xFF00 in OVERLAYS_AND_CURVES


@cache
def _by_tag() -> dict[int, tuple[str, ...]]:
    return {int(row.tag, 16): row.options for row in table() if row.tag.isalnum() and "x" not in row.tag}


@cache
def names_somebody(allowed: Options) -> frozenset[int]:
    """Tags on the standard's list whose text names a person, a place or an order by itself, not by description."""
    return frozenset(
        int(row.tag, 16)
        for row in table()
        if row.tag.isalnum()
        and "x" not in row.tag
        and "descriptors" not in row.options
        and row.action != "U"
        and not (allowed.device_identity and "device" in row.options)
    )


def _lines(name: str) -> Iterator[str]:
    text = files("abaton.imaging.privacy").joinpath(name).read_text(encoding="utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))
