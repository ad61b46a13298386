"""DICOM SEG objects as labels on the grid of a scan (PS3.3, A.51 and C.8.20)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from abaton.core.errors import Problem
from abaton.geometry.grid import FloatArray, Grid
from abaton.imaging.importing.frames import LARGEST_SIDE
from abaton.imaging.importing.library import dataset_of, foreign
from abaton.imaging.importing.refusals import refuse, too_large, truncated
from abaton.imaging.privacy.descriptors import clean
from abaton.imaging.volume import Segmentation

_SAME_VOXEL = 0.01
_MOST_SEGMENTS = 65_535

VALUE_PREFIX = "label "
"""Before the label's value in the tracking identifier of each segment of an object that was written here."""


class Segments(msgspec.Struct, frozen=True, eq=False):
    """Frames of a SEG object.

    Attributes:
        frames: Binary or label values, (frames, rows, columns).
        numbers: Segment of each frame; 0 where the frame holds label values.
        corners_mm: World positions of each frame's first pixel, its neighbour in the row, and that in the column,
            (frames, 3, 3).
        names: Of segments, by number.
        made_by: Algorithm, or empty.
        series: UID of the series to which it refers; empty where it names none.
    """

    frames: NDArray[Any]
    numbers: tuple[int, ...]
    corners_mm: FloatArray
    names: dict[int, str]
    made_by: str
    series: str

    def lies_on(self, grid: Grid) -> bool:
        """Whether every frame is one of the grid's slices."""
        if self.frames.shape[1:] != grid.shape[1:] or not len(self.frames):
            return False
        found = grid.to_index(self.corners_mm)
        slices = np.rint(found[:, 0, 0])
        expected = np.array([[0, 0, 0], [0, 0, 1], [0, 1, 0]]) + slices[:, None, None] * np.array([1, 0, 0])
        return bool(
            slices.min() >= 0 and slices.max() < grid.shape[0] and np.abs(found - expected).max() <= _SAME_VOXEL
        )

    def laid_on(self, grid: Grid) -> Segmentation:
        """The labels on a scan's grid, on which they lie.

        Raises:
            Problem: `overlapping_segments`: a voxel would need two labels.
        """
        places = np.rint(grid.to_index(self.corners_mm)[:, 0, 0]).astype(int)
        labels = np.zeros(grid.shape, np.uint16)
        for frame, number, place in zip(self.frames, self.numbers, places.tolist(), strict=True):
            drawn = frame != 0
            values = frame[drawn] if number == 0 else number
            plane = labels[place]
            if ((plane[drawn] != 0) & (plane[drawn] != values)).any():
                raise _overlap()
            plane[drawn] = values
        return Segmentation(labels, grid, self.names, self.made_by or "DICOM SEG")


def read_segments(path: Path) -> Segments:
    """Reads a binary SEG or a label map.

    Raises:
        Problem: It is damaged, fractional, or not an image of segments.
    """
    dataset = dataset_of(path, pixels=True)
    with foreign():
        kind = str(dataset.get("SegmentationType", ""))
        if kind not in ("BINARY", "LABELMAP"):
            raise _fractional()
        frames = _frames(dataset)
        shared = list(dataset.get("SharedFunctionalGroupsSequence") or ())
        own = list(dataset.get("PerFrameFunctionalGroupsSequence") or ())
        if len(own) != len(frames):
            raise truncated()
        corners = np.array([_corners(group, shared[0] if shared else Dataset()) for group in own])
        if not np.isfinite(corners).all():
            raise truncated()
        numbers = tuple(0 if kind == "LABELMAP" else _number(group, shared) for group in own)
        values = _values(dataset) if kind == "BINARY" else {}
        numbers = tuple(values.get(number, number) for number in numbers)
        names = {
            values.get(int(item.SegmentNumber), int(item.SegmentNumber)): _name(item)
            for item in dataset.SegmentSequence
        }
        first: Any = dataset.SegmentSequence[0]
        made_by = clean(str(first.get("SegmentAlgorithmName", "")))
        referred: Any = dataset.get("ReferencedSeriesSequence")
        series = str(referred[0].get("SeriesInstanceUID", "")) if referred else ""
    names = {number: name for number, name in names.items() if 0 < number <= _MOST_SEGMENTS}
    return Segments(frames, numbers, corners, names, made_by, series)


def _frames(dataset: Dataset) -> NDArray[Any]:
    rows, columns, count = int(dataset.Rows), int(dataset.Columns), int(dataset.get("NumberOfFrames") or 1)
    bits, data = int(dataset.BitsAllocated), dataset.PixelData
    if not (0 < rows <= LARGEST_SIDE and 0 < columns <= LARGEST_SIDE and count > 0 and bits in (1, 8, 16)):
        raise too_large()
    encapsulated = dataset.file_meta.TransferSyntaxUID.is_encapsulated
    if rows * columns * count * bits > len(data) * 8 * (2_000 if encapsulated else 1):
        raise too_large()
    pixels: NDArray[Any] = dataset.pixel_array
    return pixels.reshape(count, rows, columns)


def _corners(group: Dataset, shared: Dataset) -> list[list[float]]:
    def item(keyword: str) -> Any:
        return (group.get(keyword) or shared.get(keyword))[0]  # pyright: ignore[reportOptionalSubscript]

    position = np.array(item("PlanePositionSequence").ImagePositionPatient, dtype=np.float64)
    orientation = np.array(item("PlaneOrientationSequence").ImageOrientationPatient, dtype=np.float64)
    spacing = np.array(item("PixelMeasuresSequence").PixelSpacing, dtype=np.float64)
    return [
        position.tolist(),
        (position + orientation[:3] * spacing[1]).tolist(),
        (position + orientation[3:] * spacing[0]).tolist(),
    ]


def _number(group: Dataset, shared: Sequence[Dataset]) -> int:
    # An object with one segment may name it once for all frames.
    holder = group if "SegmentIdentificationSequence" in group or not shared else shared[0]
    number = int(holder.SegmentIdentificationSequence[0].ReferencedSegmentNumber)
    if not 0 < number <= _MOST_SEGMENTS:
        raise too_large()
    return number


def _values(dataset: Dataset) -> dict[int, int]:
    """Label values by segment number, where the object was written here: segments must count from 1, labels not."""
    told = {int(item.SegmentNumber): str(item.get("TrackingID", "")) for item in dataset.SegmentSequence}
    values = {
        number: int(text.removeprefix(VALUE_PREFIX))
        for number, text in told.items()
        if text.startswith(VALUE_PREFIX) and text.removeprefix(VALUE_PREFIX).isdecimal()
    }
    whole = len(set(values.values())) == len(told) and all(0 < value <= _MOST_SEGMENTS for value in values.values())
    return values if whole else {}


def _name(item: Any) -> str:
    label = clean(str(item.get("SegmentLabel", "")))
    return label or f"label {int(item.SegmentNumber)}"


def _fractional() -> Problem:
    return refuse(
        "fractional_segments",
        got="a segmentation that holds probabilities instead of labels",
        expected="a binary segmentation or a label map",
        next_step="Export it as binary.",
    )


def _overlap() -> Problem:
    return refuse(
        "overlapping_segments",
        got="segments that overlap",
        expected="at most one label a voxel",
        next_step="Export the segments as objects of their own, one a file.",
    )
