"""Tilted, shifted or unevenly spaced slices, computed anew on a regular grid.

Each slice is moved within its plane, then neighbours are mixed along the normal, both linearly: no ringing, no value
that was not between two that were measured. Slices of the new grid that fall on a recorded one are that one. Where
nothing was measured, and wherever padding would have to be mixed in, the result is padding.
"""

import math
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.geometry.grid import FloatArray, Grid
from abaton.imaging.certificate import TOLERANCE_MM
from abaton.imaging.importing.geometry import Plane, Stack, check_gaps, grid_of
from abaton.imaging.importing.refusals import refuse, too_large

_STEADY = 1e-3
_MOST_SHIFT = 1.0


class Resampled(msgspec.Struct, frozen=True, eq=False):
    """A regular volume.

    Attributes:
        voxels: Of the type given.
        grid: Where they lie.
        padding: Value of voxels without a measurement; None where there are none.
        error_mm: How far a slice that was taken as it is lies from the grid.
        between: How many of the slices lie between recorded ones.
    """

    voxels: NDArray[Any]
    grid: Grid
    padding: float | None
    error_mm: float
    between: int


def resample(
    voxels: NDArray[Any], stack: Stack, plane: Plane, first_mm: FloatArray, padding: float | None
) -> Resampled:
    """Puts slices on a regular grid.

    Args:
        voxels: In the stack's order.
        stack: Where they lie.
        plane: What they share.
        first_mm: Position of the first slice in order.
        padding: Value of voxels without a measurement, or None.

    Raises:
        Problem: `missing_slices`, `uneven_spacing`, `displaced_slices`, `size_does_not_fit`.
    """
    along = np.array(stack.along_mm)
    spacing = check_gaps(along)
    count = math.floor((along[-1] + TOLERANCE_MM) / spacing) + 1
    shift = np.array(stack.shift_mm) / np.array(plane.spacing_mm)
    if np.abs(shift).max() * min(plane.spacing_mm) < _STEADY:
        shift = np.zeros_like(shift)
    if (np.ptp(shift, axis=0) > _MOST_SHIFT * np.array([plane.rows, plane.columns])).any():
        raise _displaced()
    low = np.floor(shift.min(axis=0)).astype(int)
    high = np.ceil(shift.max(axis=0)).astype(int)
    rows, columns = plane.rows + int(high[0] - low[0]), plane.columns + int(high[1] - low[1])
    fill = padding
    if fill is None and (shift.any()):
        voxels, fill = with_room_below(voxels)
    wide = msgspec.structs.replace(plane, rows=rows, columns=columns)
    corner = np.array(plane.along_column) * plane.spacing_mm[0] * low[0]
    corner = corner + np.array(plane.along_row) * plane.spacing_mm[1] * low[1]
    grid = grid_of(first_mm + corner, spacing, wide, count)
    try:
        result = np.empty(grid.shape, voxels.dtype)
    except MemoryError:
        raise too_large() from None
    error, between = _fill(result, voxels, along, spacing, shift - low, fill)
    return Resampled(result, grid, fill, error, between)


def _fill(
    result: NDArray[Any], voxels: NDArray[Any], along: FloatArray, spacing: float, shift: FloatArray, fill: float | None
) -> tuple[float, int]:
    """Computes each slice; the largest error of slices taken as they are, and the number of slices between."""
    error, between = 0.0, 0
    moved: dict[int, NDArray[Any]] = {}
    size = result.shape[1:]
    for number in range(len(result)):
        place = number * spacing
        nearest = int(np.argmin(np.abs(along - place)))
        if abs(along[nearest] - place) <= TOLERANCE_MM:
            error = max(error, float(abs(along[nearest] - place)))
            if not shift[nearest].any() and voxels.shape[1:] == size:
                result[number] = voxels[nearest]
                continue
            mixed: NDArray[Any] = _moved(voxels[nearest], shift[nearest], size, fill)
        else:
            between += 1
            after = int(np.searchsorted(along, place))
            part = float((place - along[after - 1]) / (along[after] - along[after - 1]))
            for index in [index for index in moved if index < after - 1]:
                del moved[index]
            for index in (after - 1, after):
                if index not in moved:
                    moved[index] = _moved(voxels[index], shift[index], size, fill)
            mixed = moved[after - 1] * np.float32(1 - part) + moved[after] * np.float32(part)
        result[number] = _stored(mixed, result.dtype, fill)
    return error, between


def _moved(plane: NDArray[Any], shift: FloatArray, size: tuple[int, ...], fill: float | None) -> NDArray[Any]:
    """A slice moved by (rows, columns) into a larger one, linearly; NaN where nothing was measured."""
    values = plane.astype(np.float32)
    if fill is not None:
        values[plane == fill] = np.nan
    start = np.floor(shift + _STEADY).astype(int)
    part = np.where(shift - start > _STEADY, shift - start, 0.0)
    result: NDArray[Any] = np.full((size[0] + 1, size[1] + 1), np.nan, np.float32)
    result[start[0] : start[0] + plane.shape[0], start[1] : start[1] + plane.shape[1]] = values
    for axis in (0, 1):
        if part[axis] > 0:
            before = np.full_like(result, np.nan)
            if axis == 0:
                before[1:] = result[:-1]
            else:
                before[:, 1:] = result[:, :-1]
            result = result * np.float32(1 - part[axis]) + before * np.float32(part[axis])
    return result[: size[0], : size[1]]


def _stored(mixed: NDArray[Any], kind: np.dtype[Any], fill: float | None) -> NDArray[Any]:
    empty = np.isnan(mixed)
    if kind.kind != "f":
        mixed = np.rint(mixed)
    mixed[empty] = 0.0 if fill is None else fill
    return mixed.astype(kind)


def with_room_below(voxels: NDArray[Any]) -> tuple[NDArray[Any], float]:
    """The voxels in a type that holds one value below the smallest, and that value."""
    low, high = float(voxels.min()), float(voxels.max())
    if voxels.dtype.kind == "f":
        return voxels, float(np.float32(low - max(1.0, 0.01 * (high - low))))
    information = np.iinfo(voxels.dtype)
    if low - 1 >= information.min:
        return voxels, low - 1
    if high <= np.iinfo(np.int16).max:
        return voxels.astype(np.int16), low - 1
    return voxels.astype(np.float32), low - 1


def _displaced() -> Exception:
    return refuse(
        "displaced_slices",
        got="slices displaced in their plane by more than their own size",
        expected="slices that lie one upon the other",
        next_step="The positions in the headers are wrong, or the series is put together of several.",
    )
