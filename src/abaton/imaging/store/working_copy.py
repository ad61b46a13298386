"""The working copy: one byte a voxel, for drawing. Numbers are never read from it."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abaton.imaging.volume import Volume

CT_LOW_HU = -1024.0
CT_LEAST_HIGH_HU = 1000.0
CT_HIGH_HU = 3071.0
HIGH_PERCENTILE = 99.95
LOW_PERCENTILE = 0.05
_BINS = 65536
_SLAB_VOXELS = 1_048_576


def working_range(volume: Volume) -> tuple[float, float]:
    """The values, in the volume's unit, that bytes 0 and 255 stand for.

    CT in Hounsfield units begins at -1024 (air) and ends at the 99.95th percentile, but at 1000 at least, so that
    bone looks the same in scans with and without metal, and at 3071 at most, where 12-bit scanners end. Every other
    modality goes from the 0.05th to the 99.95th percentile, so that a few bright vessels or dead pixels do not
    darken the rest. Padding and NaN do not count. Values outside are drawn as the nearest end.
    """
    low, high = _percentiles(volume)
    if volume.modality == "CT" and volume.unit == "HU":
        low, high = CT_LOW_HU, min(max(high, CT_LEAST_HIGH_HU), CT_HIGH_HU)
    return (low, high) if high > low else (low, low + 1.0)


class Bytes:
    """Turns stored voxels into bytes of the working copy.

    Args:
        volume: Whose slope, intercept, padding and type count.
        ends: What bytes 0 and 255 stand for, in the volume's unit. Padding and NaN become 0.
    """

    def __init__(self, volume: Volume, ends: tuple[float, float]) -> None:
        self._volume = volume
        self._ends = ends
        self._table: NDArray[np.uint8] | None = None
        if volume.voxels.dtype.itemsize == 2:
            every = np.arange(_BINS, dtype=np.uint16).view(volume.voxels.dtype)
            self._table = self._compute(every)

    def of(self, voxels: NDArray[Any]) -> NDArray[np.uint8]:
        """The bytes of stored voxels of the volume's type, of any shape."""
        if self._table is None:
            return self._compute(voxels)
        return self._table[voxels.view(np.uint16)]

    def _compute(self, voxels: NDArray[Any]) -> NDArray[np.uint8]:
        low, high = self._ends
        values = voxels.astype(np.float64) * self._volume.slope + self._volume.intercept
        bytes_of = np.clip(np.floor((values - low) / (high - low) * 255 + 0.5), 0, 255)
        nothing = np.isnan(bytes_of)
        if self._volume.padding is not None:
            nothing |= voxels == self._volume.padding
        return np.where(nothing, 0, bytes_of).astype(np.uint8)


def _percentiles(volume: Volume) -> tuple[float, float]:
    """The values below which 0.05 % and 99.95 % of all measured voxels lie, from a histogram made slab by slab."""
    first, last = _ends(volume)
    if first > last:
        return 0.0, 1.0
    whole = volume.voxels.dtype.kind != "f"
    bins = int(last - first) + 1 if whole else _BINS
    width = 1.0 if whole else (last - first) / (bins - 1) or 1.0
    counts = np.zeros(bins, dtype=np.int64)
    for measured in _slabs(volume):
        places = np.floor((measured.astype(np.float64) - first) / width + 0.5).astype(np.int64)
        counts += np.bincount(places, minlength=bins)
    below: NDArray[np.float64] = np.cumsum(counts) / counts.sum()
    low = int(np.searchsorted(below, LOW_PERCENTILE / 100))
    high = int(np.searchsorted(below, HIGH_PERCENTILE / 100))
    ends = [(first + place * width) * volume.slope + volume.intercept for place in (low, min(high, bins - 1))]
    return min(ends), max(ends)


def _ends(volume: Volume) -> tuple[float, float]:
    slabs = [(float(measured.min()), float(measured.max())) for measured in _slabs(volume) if measured.size]
    return min((low for low, _ in slabs), default=math.inf), max((high for _, high in slabs), default=-math.inf)


def _slabs(volume: Volume) -> Iterator[NDArray[Any]]:
    """All voxels that hold a measurement, some slices at a time."""
    step = max(1, _SLAB_VOXELS // max(1, volume.voxels[0].size))
    for begin in range(0, volume.voxels.shape[0], step):
        slab = volume.voxels[begin : begin + step]
        kept = np.isfinite(slab) if slab.dtype.kind == "f" else None
        if volume.padding is not None:
            measured = slab != volume.padding
            kept = measured if kept is None else kept & measured
        yield slab.ravel() if kept is None else slab[kept]
