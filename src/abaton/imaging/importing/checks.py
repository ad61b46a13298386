"""The last look at what was read, before it leaves the reading process."""

import msgspec

from abaton.imaging.importing.found import Found, ImportedSeries, Skipped
from abaton.imaging.privacy.burned_in import TEXT_IN_PICTURE, text_areas
from abaton.imaging.privacy.descriptors import clean
from abaton.imaging.privacy.identifiers import Identifiers
from abaton.imaging.privacy.search import search


def checked(found: Found, left_out: tuple[Skipped, ...] = ()) -> Found:
    """Only series that name nobody, with a warning where text seems to be burned into the picture.

    Args:
        found: As read.
        left_out: What was left out before reading.
    """
    series: list[ImportedSeries] = []
    places: dict[int, int] = {}
    refused = 0
    for place, one in enumerate(found.series):
        if one.privacy.verified and not search(one.headers, Identifiers()):
            places[place] = len(series)
            series.append(_looked_at(one))
        else:
            refused += one.files
    skipped = left_out + found.skipped + ((_names_somebody(refused),) if refused else ())
    labels = tuple((places[at], labels) for at, labels in found.segmentations if at in places)
    return Found(tuple(series), labels, skipped)


def _looked_at(one: ImportedSeries) -> ImportedSeries:
    warned = one.privacy.warnings
    if text_areas(one.volume.voxels):
        warned = (*warned, TEXT_IN_PICTURE)
    volume = msgspec.structs.replace(one.volume, description=clean(one.volume.description))
    privacy = msgspec.structs.replace(one.privacy, warnings=tuple(dict.fromkeys(warned)))
    return msgspec.structs.replace(one, volume=volume, privacy=privacy)


def _names_somebody(files: int) -> Skipped:
    return Skipped(
        "identifier_left",
        got="a series in which the search after de-identification still found an identifier",
        expected="headers that name nobody",
        next_step="Have it de-identified where it comes from. Nothing of it was stored.",
        files=files,
    )
