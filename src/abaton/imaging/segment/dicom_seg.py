"""DICOM SEG files to labels on the grid of a scan."""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from abaton.core.errors import Problem
from abaton.geometry.grid import FloatArray, Grid
from abaton.imaging.volume import Segmentation

SEGMENTATION_STORAGE = "1.2.840.10008.5.1.4.1.1.66.4"
LABEL_MAP_STORAGE = "1.2.840.10008.5.1.4.1.1.66.7"

TRACKING_PREFIX = "label "
"""Before the label's value in the tracking identifier of segments that were written here."""

_OFF_GRID_VOXELS = 0.1
_MOST_FRAMES = 100_000
_LONGEST_NAME = 64


class Frame(msgspec.Struct, frozen=True, eq=False):
    """One plane of one segment.

    Attributes:
        segment: Its number; 0 in a label map, whose pixels hold the numbers.
        start: (3,), the voxel of the first pixel.
        row_step: (3,), from a pixel to the one below.
        column_step: (3,), from a pixel to the one at its right.
    """

    segment: int
    start: NDArray[np.int64]
    row_step: NDArray[np.int64]
    column_step: NDArray[np.int64]


def is_segmentation(dataset: Dataset) -> bool:
    """Whether this is a DICOM SEG, with bits, probabilities or a label map."""
    return str(dataset.get("SOPClassUID", "")) in (SEGMENTATION_STORAGE, LABEL_MAP_STORAGE)


def referenced_series(dataset: Dataset) -> str:
    """The UID of the series that the labels were drawn on; empty where the file does not say."""
    series: Sequence[Dataset] = dataset.get("ReferencedSeriesSequence", ())
    return str(series[0].get("SeriesInstanceUID", "")) if series else ""


def read_segmentations(dataset: Dataset, grid: Grid) -> tuple[Segmentation, ...]:
    """The labels of a DICOM SEG, on the grid of the scan that they were drawn on.

    Segments that overlap cannot lie in one array of labels; they are put into as many as it takes, the first segments
    in the first. Values are the segments' numbers, or those that the labels had here before they were exported.
    Probabilities of a half and more count as inside.

    Args:
        dataset: With its pixels, which are read whole.
        grid: Of the scan.

    Raises:
        Problem: The file is no segmentation, is damaged, or its planes do not lie on the grid's voxels.
    """
    if not is_segmentation(dataset):
        raise _unusable("a file that is no segmentation", "a DICOM segmentation (SEG)")
    names, values = _segments(dataset)
    pixels = _pixels(dataset, grid)
    frames = tuple(_frames(dataset, grid))
    if len(frames) != len(pixels):
        raise _unusable(f"{len(pixels)} planes, and places for {len(frames)}", "a place for each plane")
    layers: list[NDArray[np.uint16]] = []
    layer_of: dict[int, int] = {}
    for number in sorted(names):
        voxels = _voxels_of(number, frames, pixels, grid)
        place = next((at for at, layer in enumerate(layers) if not layer[voxels].any()), len(layers))
        if place == len(layers):
            layers.append(np.zeros(grid.shape, dtype=np.uint16))
        layers[place][voxels] = values[number]
        layer_of[number] = place
    made_by = _made_by(dataset)
    return tuple(
        Segmentation(
            layer, grid, {values[number]: names[number] for number in sorted(names) if layer_of[number] == at}, made_by
        )
        for at, layer in enumerate(layers)
    )


def _segments(dataset: Dataset) -> tuple[dict[int, str], dict[int, int]]:
    """Each segment's name and label value, by its number."""
    names: dict[int, str] = {}
    values: dict[int, int] = {}
    for segment in dataset.get("SegmentSequence", ()):
        number = int(segment.get("SegmentNumber", 0))
        name = "".join(c for c in str(segment.get("SegmentLabel", "")) if c.isprintable()).strip()[:_LONGEST_NAME]
        names[number] = name or f"segment {number}"
        tracked = str(segment.get("TrackingID", ""))
        told = tracked.removeprefix(TRACKING_PREFIX) if tracked.startswith(TRACKING_PREFIX) else ""
        values[number] = int(told) if told.isdecimal() and len(told) <= 5 else number
    # Number 0 is the background of a label map.
    names.pop(0, None)
    values.pop(0, None)
    if not names:
        raise _unusable("a segmentation without segments", "at least one segment")
    if len(set(values.values())) < len(values) or not all(1 <= value <= 65535 for value in values.values()):
        values = {number: number for number in names}
    if max(values.values()) > np.iinfo(np.uint16).max or min(values.values()) < 1:
        raise _unusable("segment numbers that are not from 1 to 65535", "numbers as the standard has them")
    return names, values


def _pixels(dataset: Dataset, grid: Grid) -> NDArray[np.integer]:
    """(planes, rows, columns): segment numbers of a label map, otherwise 1 inside and 0 outside."""
    frames, rows, columns = (int(dataset.get(key, 0)) for key in ("NumberOfFrames", "Rows", "Columns"))
    if not (0 < frames <= _MOST_FRAMES and 0 < rows <= 65535 and 0 < columns <= 65535):
        raise _unusable(f"{frames} planes of {rows} x {columns}", f"at most {_MOST_FRAMES} planes")
    if rows * columns > max(grid.shape) ** 2:
        raise _unusable(f"planes of {rows} x {columns}", "planes no larger than the scan's")
    try:
        pixels = np.asarray(dataset.pixel_array).reshape(frames, rows, columns)
    except Exception as error:
        raise _unusable("pixels that cannot be read", "whole pixel data in a known transfer syntax") from error
    kind = str(dataset.get("SegmentationType", "BINARY"))
    if kind == "FRACTIONAL":
        return (2 * pixels.astype(np.int64) >= int(dataset.get("MaximumFractionalValue", 1))).astype(np.uint8)
    return pixels


def _frames(dataset: Dataset, grid: Grid) -> Iterator[Frame]:
    """Where each plane lies on the grid."""
    shared = _first(dataset, "SharedFunctionalGroupsSequence")
    whole_map = (
        str(dataset.get("SOPClassUID", "")) == LABEL_MAP_STORAGE or dataset.get("SegmentationType") == "LABELMAP"
    )
    to_index = np.linalg.inv(grid.affine)
    for groups in dataset.get("PerFrameFunctionalGroupsSequence", ()):
        orientation = _numbers(_group(groups, shared, "PlaneOrientationSequence"), "ImageOrientationPatient", 6)
        spacing = _numbers(_group(groups, shared, "PixelMeasuresSequence"), "PixelSpacing", 2)
        position = _numbers(_group(groups, shared, "PlanePositionSequence"), "ImagePositionPatient", 3)
        start = to_index[:3, :3] @ position + to_index[:3, 3]
        row_step = to_index[:3, :3] @ orientation[3:] * spacing[0]
        column_step = to_index[:3, :3] @ orientation[:3] * spacing[1]
        segment = 0
        if not whole_map:
            identification = _group(groups, shared, "SegmentIdentificationSequence")
            segment = int(identification.get("ReferencedSegmentNumber", 0)) if identification is not None else 0
        _check_on_grid(start, row_step, column_step, int(dataset.Rows), int(dataset.Columns))
        yield Frame(segment, _whole(start), _whole(row_step), _whole(column_step))


def _check_on_grid(start: FloatArray, row_step: FloatArray, column_step: FloatArray, rows: int, columns: int) -> None:
    """All four corners must lie on voxels, and no step may be one that leaves voxels out."""
    for step in (row_step, column_step):
        if np.abs(_whole(step)).sum() != 1:
            raise _off_grid()
    for down in (0, rows - 1):
        for right in (0, columns - 1):
            there = start + down * row_step + right * column_step
            meant = _whole(start) + down * _whole(row_step) + right * _whole(column_step)
            if not np.abs(there - meant).max() <= _OFF_GRID_VOXELS:
                raise _off_grid()


def _voxels_of(
    number: int, frames: Sequence[Frame], pixels: NDArray[np.integer], grid: Grid
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The voxels of one segment, as an index."""
    found = [np.zeros((0, 3), dtype=np.int64)]
    for frame, plane in zip(frames, pixels, strict=True):
        if frame.segment not in (0, number):
            continue
        held = np.argwhere(plane == number if frame.segment == 0 else plane > 0)
        found.append(frame.start + held[:, :1] * frame.row_step + held[:, 1:] * frame.column_step)
    voxels = np.concatenate(found)
    if len(voxels) and ((voxels < 0) | (voxels >= np.array(grid.shape))).any():
        raise _off_grid()
    return voxels[:, 0], voxels[:, 1], voxels[:, 2]


def _made_by(dataset: Dataset) -> str:
    """Method as the file tells it; never the person who drew."""
    segment: Dataset = dataset.SegmentSequence[0]
    if str(segment.get("TrackingID", "")).startswith(TRACKING_PREFIX) and segment.get("SegmentDescription"):
        return str(segment.SegmentDescription)
    how = str(segment.get("SegmentAlgorithmType", "")).lower() or "method unknown"
    return f"DICOM SEG, {how}"


def _first(dataset: Dataset | None, name: str) -> Dataset | None:
    items: Sequence[Dataset] = () if dataset is None else dataset.get(name, ())
    return items[0] if items else None


def _group(frame: Dataset, shared: Dataset | None, name: str) -> Dataset | None:
    own = _first(frame, name)
    return own if own is not None else _first(shared, name)


def _numbers(group: Dataset | None, name: str, count: int) -> FloatArray:
    numbers = np.array([] if group is None else group.get(name, []), dtype=np.float64)
    if numbers.shape != (count,) or not np.isfinite(numbers).all():
        raise _unusable("planes without a place in the patient", "position, orientation and spacing for each")
    return numbers


def _whole(numbers: FloatArray) -> NDArray[np.int64]:
    return np.floor(numbers + 0.5).astype(np.int64)


def _off_grid() -> Problem:
    return Problem(
        "segmentation_off_grid",
        got="labels that do not lie on the voxels of this scan",
        expected="labels drawn on this series, not resampled",
        next_step="Import them together with the series that they were drawn on.",
    )


def _unusable(got: str, expected: str) -> Problem:
    return Problem(
        "segmentation_unusable", got=got, expected=expected, next_step="Export the segmentation again at its source."
    )
