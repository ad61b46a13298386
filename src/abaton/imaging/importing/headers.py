"""Files to frames: what is in each file, read without its pixels."""

import os
import struct
from pathlib import Path

from abaton.imaging.importing.elements import (
    DOUBLE_PIXEL_DATA,
    ENCAPSULATED,
    PIXEL_DATA,
    Elements,
    TooShort,
    Unusual,
    scan,
)
from abaton.imaging.importing.frames import Frame, frame_of, layout_of
from abaton.imaging.importing.multiframe import (
    MOST_COMPRESSION,
    SEGMENTATION_STORAGE,
    NotAnImage,
    Place,
    frames_by_library,
)
from abaton.imaging.importing.refusals import too_large, truncated

_FIRST_BYTES = 8 << 10
_MOST_BYTES = 2 << 20

_TEXT = {
    0x00080008: "ImageType",
    0x00080016: "SOPClassUID",
    0x00080018: "SOPInstanceUID",
    0x00080031: "SeriesTime",
    0x00080032: "AcquisitionTime",
    0x00080060: "Modality",
    0x00180081: "EchoTime",
    0x00180086: "EchoNumbers",
    0x00181060: "TriggerTime",
    0x0020000D: "StudyInstanceUID",
    0x0020000E: "SeriesInstanceUID",
    0x00200011: "SeriesNumber",
    0x00200012: "AcquisitionNumber",
    0x00200032: "ImagePositionPatient",
    0x00200037: "ImageOrientationPatient",
    0x00200052: "FrameOfReferenceUID",
    0x00200100: "TemporalPositionIdentifier",
    0x00280004: "PhotometricInterpretation",
    0x00280008: "NumberOfFrames",
    0x00280030: "PixelSpacing",
    0x00281052: "RescaleIntercept",
    0x00281053: "RescaleSlope",
    0x00281054: "RescaleType",
    0x00282110: "LossyImageCompression",
    0x00541001: "Units",
}
_SHORT = {
    0x00280002: "SamplesPerPixel",
    0x00280010: "Rows",
    0x00280011: "Columns",
    0x00280100: "BitsAllocated",
    0x00280101: "BitsStored",
    0x00280102: "HighBit",
    0x00280103: "PixelRepresentation",
    0x00280120: "PixelPaddingValue",
    0x00280121: "PixelPaddingRangeLimit",
}
_B_VALUE = 0x00189087
_GRADIENT = 0x00189089
_TABLE = 0x00283000
_PER_FRAME, _SHARED = 0x52009230, 0x52009229
_WANTED = frozenset((*_TEXT, *_SHORT, _B_VALUE, _GRADIENT, _TABLE, _PER_FRAME, _SHARED))
_short = struct.Struct("<H").unpack


class NotDicom(Exception):
    """The file is something else."""


def frames_of_file(path: Path) -> list[Frame]:
    """The frames of one file, without their pixels.

    Raises:
        NotDicom: Its content is something else.
        NotAnImage: It is a report, a plan, a segmentation.
        Problem: It is an image that cannot be used.
    """
    elements, size = _scanned(path)
    if elements is None:
        return frames_by_library(path, size)
    values = _text_values(elements.values)
    if not elements.pixels or values.get("SOPClassUID") == SEGMENTATION_STORAGE:
        if "Rows" in values and not elements.pixels:
            raise truncated()
        raise NotAnImage(values.get("SOPClassUID", ""))
    if elements.pixels_at + elements.pixels_length > size:
        raise truncated()
    layout = layout_of(
        values,
        elements.syntax,
        floating=elements.pixels != PIXEL_DATA,
        double=elements.pixels == DOUBLE_PIXEL_DATA,
    )
    held = elements.pixels_length
    if held == ENCAPSULATED:
        held = (size - elements.pixels_at) * MOST_COMPRESSION
    place = Place(path, layout, held, -1 if elements.pixels_length == ENCAPSULATED else elements.pixels_at)
    if _PER_FRAME in elements.values or values.get("NumberOfFrames", "1") not in ("", "1"):
        return frames_by_library(path, size, place)
    if layout.frame_bytes > held:
        raise too_large()
    return [frame_of(values, path, 0, place.offset, layout, has_table=_TABLE in elements.values)]


def _scanned(path: Path) -> tuple[Elements | None, int]:
    """The wanted elements and the file's size; None for the elements where the quick way does not lead."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        size = os.fstat(descriptor).st_size
        for amount in (_FIRST_BYTES, _MOST_BYTES):
            data = os.pread(descriptor, amount, 0)
            if not _looks_like_dicom(data):
                raise NotDicom
            try:
                return scan(data, _WANTED, whole=len(data) == size), size
            except TooShort:
                continue
            except Unusual:
                break
        return None, size
    finally:
        os.close(descriptor)


def _looks_like_dicom(data: bytes) -> bool:
    """The prefix of part 10; or, for old files without it, a first element of group 2 or 8 that makes sense."""
    if data[128:132] == b"DICM":
        return True
    if len(data) < 16:
        return False
    group, element = struct.unpack_from("<HH", data)
    length = struct.unpack_from("<L", data, 4)[0]
    return group in (2, 8) and element < 0x1200 and (length < 256 or (data[4:6].isalpha() and data[4:6].isupper()))


def _text_values(raw: dict[int, bytes]) -> dict[str, str]:
    values: dict[str, str] = {}
    for tag, data in raw.items():
        keyword = _TEXT.get(tag)
        if keyword is not None:
            values[keyword] = data.decode("latin-1").strip("\0 ")
        elif tag in _SHORT and len(data) >= 2:
            values[_SHORT[tag]] = str(_short(data[:2])[0])
    if len(raw.get(_B_VALUE, b"")) == 8:
        values["DiffusionBValue"] = str(struct.unpack("<d", raw[_B_VALUE])[0])
    if len(raw.get(_GRADIENT, b"")) == 24:
        values["DiffusionGradientOrientation"] = "\\".join(map(str, struct.unpack("<3d", raw[_GRADIENT])))
    return values
