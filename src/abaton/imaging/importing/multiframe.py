"""Frames of files that pydicom reads: unusual ones, and enhanced multi-frame objects (PS3.3, C.7.6.16)."""

from collections.abc import Iterable
from pathlib import Path
from typing import cast

import msgspec
from pydicom import Dataset
from pydicom.datadict import tag_for_keyword

from abaton.core.errors import Problem
from abaton.imaging.importing.frames import KINDS, Frame, Layout, frame_of, layout_of
from abaton.imaging.importing.library import dataset_of, foreign, pixel_keyword, text_of
from abaton.imaging.importing.refusals import refuse, too_large, truncated

SEGMENTATION_STORAGE = "1.2.840.10008.5.1.4.1.1.66.4"
NATIVE = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99")
MOST_COMPRESSION = 20_000
"""No lossless image of a scanner is packed tighter; a constant slice of 512 x 512 in JPEG 2000 comes to 2 000."""
_MOST_DEFLATION = 1_100
_MOST_FRAMES = 100_000

_RENAMED = {
    "EffectiveEchoTime": "EchoTime",
    "FrameType": "ImageType",
    "FrameAcquisitionNumber": "AcquisitionNumber",
    "NominalCardiacTriggerDelayTime": "TriggerTime",
}
_KEYWORDS = (
    "SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "StackID",
    "SeriesNumber", "SeriesTime", "AcquisitionTime", "Modality", "ImageType", "ComplexImageComponent", "EchoTime",
    "EchoNumbers", "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "RescaleSlope",
    "RescaleIntercept", "RescaleType", "Units", "SamplesPerPixel", "PhotometricInterpretation", "NumberOfFrames",
    "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "PixelPaddingValue",
    "PixelPaddingRangeLimit", "VolumetricProperties", "LossyImageCompression", *KINDS, *_RENAMED,
)  # fmt: skip
_SEQUENCES = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence", "ModalityLUTSequence")
_TAGS = tuple(tag for keyword in (*_KEYWORDS, *_SEQUENCES) if (tag := tag_for_keyword(keyword)) is not None)
_KNOWN = {keyword: tag for keyword in _KEYWORDS if (tag := tag_for_keyword(keyword)) is not None}


class NotAnImage(Exception):
    """DICOM without pixels that could be part of a volume; `sop_class` says what it is."""

    def __init__(self, sop_class: str) -> None:
        super().__init__(sop_class)
        self.sop_class = sop_class


class Place(msgspec.Struct, frozen=True):
    """Where the pixels of a file are.

    Attributes:
        path: The file.
        layout: How they are kept.
        held: The most bytes that they can come to, by the bytes that are there.
        offset: Where they begin, uncompressed; -1 where they must be decoded.
    """

    path: Path
    layout: Layout
    held: int
    offset: int


def frames_by_library(path: Path, size: int, place: Place | None = None) -> list[Frame]:
    """The frames of one file, without their pixels.

    Args:
        path: The file.
        size: Its bytes.
        place: Where the pixels are, if that is known.

    Raises:
        NotAnImage: It is something else.
        Problem: It cannot be used.
    """
    dataset = dataset_of(path, _TAGS)
    with foreign():
        values = _values(dataset)
        syntax = str(dataset.file_meta.get("TransferSyntaxUID", NATIVE[0]))
    if "Rows" not in values or values.get("SOPClassUID") == SEGMENTATION_STORAGE:
        raise NotAnImage(values.get("SOPClassUID", ""))
    place = place or _place(path, size, values, syntax)
    with foreign():
        return _frames(dataset, values, place)


def _place(path: Path, size: int, values: dict[str, str], syntax: str) -> Place:
    kind = pixel_keyword(path)
    if not kind:
        raise truncated()
    floating = kind != "PixelData"
    layout = layout_of(values, syntax, floating=floating, double=kind == "DoubleFloatPixelData")
    return Place(path, layout, size * (_MOST_DEFLATION if syntax in NATIVE else MOST_COMPRESSION), -1)


def _frames(dataset: Dataset, values: dict[str, str], place: Place) -> list[Frame]:
    count = _count(values)
    layout = place.layout
    if count * layout.frame_bytes > place.held:
        raise too_large()
    shared = _groups(dataset, "SharedFunctionalGroupsSequence")
    own = _groups(dataset, "PerFrameFunctionalGroupsSequence")
    if own and len(own) != count:
        raise _group_count(len(own), count)
    if count > 1 and not own:
        raise _no_frame_positions()
    common = values | (_flat(shared[0]) if shared else {})
    frames: list[Frame] = []
    for index in range(count):
        mine = common | (_flat(own[index]) if own else {})
        offset = place.offset + index * layout.frame_bytes if place.offset >= 0 else -1
        volumetric = mine.get("VolumetricProperties", "") not in ("DISTORTED", "SAMPLED")
        table = "ModalityLUTSequence" in dataset
        frames.append(frame_of(mine, place.path, index, offset, layout, has_table=table, volumetric=volumetric))
    return frames


def _count(values: dict[str, str]) -> int:
    try:
        count = int(values.get("NumberOfFrames") or 1)
    except ValueError:
        raise too_large() from None
    if not 0 < count <= _MOST_FRAMES:
        raise too_large()
    return count


def _groups(dataset: Dataset, keyword: str) -> list[Dataset]:
    return list(cast("Iterable[Dataset]", dataset.get(keyword) or ()))


def _values(dataset: Dataset) -> dict[str, str]:
    """Known attributes of one level, sequences left out."""
    values: dict[str, str] = {}
    for keyword, tag in _KNOWN.items():
        if tag in dataset:
            text = text_of(dataset[tag])
            if text:
                values[_RENAMED.get(keyword, keyword)] = text
    return values


def _flat(groups: Dataset, depth: int = 0) -> dict[str, str]:
    """Known attributes of the first item of every functional group of the standard; private ones are not unpacked."""
    values = _values(groups)
    for tag in groups.keys():  # noqa: SIM118 - iterating a data set itself would unpack every element
        if tag.is_private or depth >= 3:
            continue
        element = groups[tag]
        if element.VR == "SQ" and element.value:
            items = cast("list[Dataset]", element.value)
            values |= _flat(items[0], depth + 1)
    return values


def _group_count(groups: int, frames: int) -> Problem:
    return refuse(
        "frames_without_place",
        got=f"{frames} frames, of which {groups} are described",
        expected="a per-frame functional group for each frame",
        next_step="The file is damaged; export the series again.",
    )


def _no_frame_positions() -> Problem:
    return refuse(
        "no_frame_positions",
        got="several frames in one file without a position for each (a film, a secondary capture)",
        expected="an enhanced object with per-frame positions, or one file a slice",
        next_step="Export the original series instead.",
    )
