"""One frame of one file: where it lies in the patient, how its pixels are kept, and what it belongs to."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import msgspec

from abaton.core.errors import Problem
from abaton.imaging.importing.refusals import refuse

Triple: TypeAlias = tuple[float, float, float]
Sextuple: TypeAlias = tuple[float, float, float, float, float, float]

LARGEST_SIDE = 32_768
"""Rows or columns; no scanner makes more, and a larger number is a header that lies."""
_SMALLEST_SPACING_MM, _LARGEST_SPACING_MM = 1e-4, 1e3
_UNIT_TOLERANCE = 2e-3
_LOSSY = ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51")
"""JPEG baseline and extended; the other syntaxes may be either, and the header says which."""


class Layout(msgspec.Struct, frozen=True):
    """How the pixels of a frame are kept (PS3.3, C.7.6.3).

    Attributes:
        rows: Of a frame.
        columns: Of a frame.
        bits_allocated: Of a pixel, 8, 16, 32 or 64.
        bits_stored: How many of them hold the value.
        high_bit: The highest of those.
        signed: Two's complement.
        floating: 32- or 64-bit floating point instead of integers.
        syntax: Transfer syntax UID.
    """

    rows: int
    columns: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    floating: bool
    syntax: str

    @property
    def frame_bytes(self) -> int:
        """Of one frame, uncompressed."""
        return self.rows * self.columns * (self.bits_allocated // 8)


class Frame(msgspec.Struct, frozen=True):
    """What is known of one frame before its pixels are read.

    Attributes:
        path: Its file.
        index: Its place in the file.
        offset: Where its uncompressed pixels begin in the file; -1 where they must be decoded.
        layout: How they are kept.
        series: What must be the same for frames to belong together, whatever else is: study, series, frame of
            reference, modality, magnitude or phase, echo.
        kind: What tells frames at the same place apart, in the order in which it is tried: acquisition, temporal
            position, trigger, diffusion, kind of image.
        instance: SOP instance UID; empty where there is none.
        modality: Such as `CT`.
        order: Series number and time, for the order of what is found.
        position_mm: Centre of the first pixel, LPS; None where it is not recorded.
        orientation: Direction along a row, then along a column; None where it is not recorded.
        spacing_mm: Between rows, then between columns; None where it is not recorded.
        slope: Of the rescale.
        intercept: Of the rescale.
        unit: As recorded: `HU`, `US`, `BQML`.
        padding: Stored value, and where it is one end of a range, the other end; None where there is none.
        inverted: MONOCHROME1.
        lossy: Whether the pixels were ever compressed with loss.
        refusal: Why it cannot be part of a volume, whatever else is right.
    """

    path: Path
    index: int
    offset: int
    layout: Layout
    series: tuple[str, ...]
    kind: tuple[str, ...]
    instance: str
    modality: str
    order: tuple[int, str]
    position_mm: Triple | None
    orientation: Sextuple | None
    spacing_mm: tuple[float, float] | None
    slope: float
    intercept: float
    unit: str
    padding: tuple[int, int] | None
    inverted: bool
    lossy: bool
    refusal: Problem | None = None


Values: TypeAlias = Mapping[str, str]
"""Attributes by keyword as DICOM writes them: parts divided by a backslash, numbers in decimal."""


def layout_of(values: Values, syntax: str, *, floating: bool, double: bool) -> Layout:
    """How pixels are kept; refuses what no volume is made of."""
    if _whole(values, "SamplesPerPixel", 1) != 1 or values.get("PhotometricInterpretation") not in (
        None,
        "",
        "MONOCHROME1",
        "MONOCHROME2",
    ):
        raise colour()
    rows, columns = _whole(values, "Rows", 0), _whole(values, "Columns", 0)
    bits = (64 if double else 32) if floating else _whole(values, "BitsAllocated", 0)
    stored = bits if floating else _whole(values, "BitsStored", bits)
    high = bits - 1 if floating else _whole(values, "HighBit", stored - 1)
    if not (0 < rows <= LARGEST_SIDE and 0 < columns <= LARGEST_SIDE):
        raise refuse(
            "bad_size",
            got="a frame without rows and columns, or with more than a scanner makes",
            expected=f"1 to {LARGEST_SIDE} rows and columns",
            next_step="The header is damaged; export the series again.",
        )
    if (
        bits not in ((32, 64) if floating else (8, 16, 32))
        or not (0 < stored <= bits)
        or not (stored - 1 <= high < bits)
    ):
        raise refuse(
            "unsupported_pixels",
            got=f"pixels of {stored} bits in {bits}, the highest being bit {high}",
            expected="integers of 8, 16 or 32 bits, or floating point of 32 or 64",
            next_step="Export the series as 16-bit images.",
        )
    signed = not floating and _whole(values, "PixelRepresentation", 0) == 1
    return Layout(rows, columns, bits, stored, high, signed, floating, syntax)


def colour() -> Problem:
    """Colour is a picture, not a measurement."""
    return refuse(
        "colour",
        got="colour images, such as a screen capture, a photograph or a fused picture",
        expected="one measured value a pixel (MONOCHROME2)",
        next_step="Import the original series from which the pictures were made.",
    )


def frame_of(
    values: Values, path: Path, index: int, offset: int, layout: Layout, *, has_table: bool, volumetric: bool = True
) -> Frame:
    """One frame from its attributes.

    Args:
        values: See `Values`.
        path: See `Frame`.
        index: See `Frame`.
        offset: See `Frame`.
        layout: See `Frame`.
        has_table: Whether values are given by a table (Modality LUT) instead of slope and intercept.
        volumetric: Whether the frame may be part of a volume; a localizer or a distorted view may not.
    """
    slope, intercept = _number(values, "RescaleSlope", 1.0), _number(values, "RescaleIntercept", 0.0)
    refusal = None
    if has_table:
        refusal = _table()
    elif not math.isfinite(slope) or not math.isfinite(intercept) or slope == 0:
        refusal = _bad_rescale()
    elif not volumetric:
        refusal = _not_a_slice()
    text = values.get
    image_type = text("ImageType", "").split("\\")
    component = text("ComplexImageComponent", "") or next((t for t in image_type[2:] if t in _COMPONENTS), "")
    modality = text("Modality", "") or "OT"
    localizer = "LOCALIZER" if "LOCALIZER" in image_type else ""
    return Frame(
        path,
        index,
        offset,
        layout,
        series=(
            text("StudyInstanceUID", ""),
            text("SeriesInstanceUID", ""),
            text("FrameOfReferenceUID", ""),
            text("StackID", ""),
            modality,
            _COMPONENTS.get(component, component),
            text("EchoTime", ""),
            text("EchoNumbers", ""),
            localizer,
        ),
        kind=tuple(text(keyword, "") for keyword in KINDS),
        instance=text("SOPInstanceUID", ""),
        modality=modality,
        order=(_whole(values, "SeriesNumber", 0), text("SeriesTime", "") or text("AcquisitionTime", "")),
        position_mm=_triple(values.get("ImagePositionPatient")),
        orientation=_orientation(values.get("ImageOrientationPatient")),
        spacing_mm=_spacing(values.get("PixelSpacing")),
        slope=slope if refusal is None else 1.0,
        intercept=intercept if refusal is None else 0.0,
        unit=text("RescaleType", "") or text("Units", ""),
        padding=_padding(values, layout),
        inverted=text("PhotometricInterpretation") == "MONOCHROME1",
        lossy=text("LossyImageCompression", "") == "01" or layout.syntax in _LOSSY,
        refusal=refusal,
    )


KINDS = (
    "AcquisitionNumber",
    "TemporalPositionIdentifier",
    "TemporalPositionIndex",
    "TriggerTime",
    "DiffusionBValue",
    "DiffusionGradientOrientation",
    "ImageType",
    "AcquisitionTime",
)
"""Attributes that tell frames at the same place apart, the plainest first."""

_COMPONENTS = {
    "M": "MAGNITUDE", "MAGNITUDE": "MAGNITUDE", "P": "PHASE", "PHASE": "PHASE", "R": "REAL", "REAL": "REAL",
    "I": "IMAGINARY", "IMAGINARY": "IMAGINARY",
}  # fmt: skip


def _whole(values: Values, keyword: str, otherwise: int) -> int:
    number = _number(values, keyword, float(otherwise))
    return int(number) if math.isfinite(number) and abs(number) < 2**53 else otherwise


def _number(values: Values, keyword: str, otherwise: float) -> float:
    """The first part as a number; NaN where it is none, the default where it is absent."""
    text = values.get(keyword, "")
    if not text:
        return otherwise
    try:
        return float(text.split("\\", 1)[0])
    except ValueError:
        return math.nan


def _numbers(text: str | None, count: int) -> tuple[float, ...] | None:
    if not text:
        return None
    try:
        numbers = tuple(map(float, text.split("\\")))
    except ValueError:
        return None
    return numbers if len(numbers) == count and all(map(math.isfinite, numbers)) else None


def _triple(text: str | None) -> Triple | None:
    numbers = _numbers(text, 3)
    return None if numbers is None or max(map(abs, numbers)) > 1e6 else (numbers[0], numbers[1], numbers[2])


def _spacing(text: str | None) -> tuple[float, float] | None:
    numbers = _numbers(text, 2)
    if numbers is None or not all(_SMALLEST_SPACING_MM <= number <= _LARGEST_SPACING_MM for number in numbers):
        return None
    return numbers[0], numbers[1]


def _orientation(text: str | None) -> Sextuple | None:
    """Two perpendicular unit vectors, or None."""
    numbers = _numbers(text, 6)
    if numbers is None:
        return None
    a, b, c, d, e, f = numbers
    along_row, along_column = math.hypot(a, b, c), math.hypot(d, e, f)
    if abs(along_row - 1) > _UNIT_TOLERANCE or abs(along_column - 1) > _UNIT_TOLERANCE:
        return None
    return (a, b, c, d, e, f) if abs(a * d + b * e + c * f) < _UNIT_TOLERANCE else None


def _padding(values: Values, layout: Layout) -> tuple[int, int] | None:
    if layout.floating or not values.get("PixelPaddingValue"):
        return None
    first = _number(values, "PixelPaddingValue", math.nan)
    last = _number(values, "PixelPaddingRangeLimit", first)
    if not (math.isfinite(first) and math.isfinite(last)):
        return None
    return _as_stored(int(first), layout), _as_stored(int(last), layout)


def _as_stored(value: int, layout: Layout) -> int:
    """The padding value in the sign of the pixels: headers are often written with the other representation."""
    modulus = 1 << layout.bits_allocated
    value %= modulus
    return value - modulus if layout.signed and value >= modulus // 2 else value


def _table() -> Problem:
    return refuse(
        "value_table",
        got="values that are given by a table (Modality LUT Sequence)",
        expected="values that are a straight line of what is stored (rescale slope and intercept)",
        next_step="Export the series with its original values.",
    )


def _bad_rescale() -> Problem:
    return refuse(
        "bad_rescale",
        got="a rescale slope or intercept that is zero, infinite or no number",
        expected="finite numbers, the slope not zero",
        next_step="The header is damaged; export the series again.",
    )


def _not_a_slice() -> Problem:
    return refuse(
        "not_a_slice",
        got="frames that are no undistorted slices of a volume",
        expected="slices (volumetric properties VOLUME, or none recorded)",
        next_step="Import the series that they were made from.",
    )
