"""From numbers as recorded to numbers as kept: 16-bit integers wherever they hold everything exactly."""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.imaging.importing.frames import Frame
from abaton.imaging.importing.refusals import refuse

_EXACT_IN_FLOAT32 = 2**24


class Kept(msgspec.Struct, frozen=True, eq=False):
    """Voxels as a `Volume` keeps them.

    Attributes:
        voxels: int16, uint16 or float32; finite.
        slope: The value is `slope * voxel + intercept`.
        intercept: See `slope`.
        padding: Stored value that marks 'no measurement here', or None.
        remarks: What the reader should know.
    """

    voxels: NDArray[Any]
    slope: float
    intercept: float
    padding: float | None
    remarks: tuple[str, ...] = ()


def of_frames(voxels: NDArray[Any], frames: Sequence[Frame]) -> Kept:
    """Keeps pixels as read, in the frames' order.

    Args:
        voxels: (slices, rows, columns), as stored; may be changed.
        frames: Of each slice.
    """
    remarks: list[str] = []
    if frames[0].inverted:
        remarks.append("The scanner asks for low values to be shown bright (MONOCHROME1); values are as recorded.")
    if any(frame.lossy for frame in frames):
        remarks.append("The pixels were once compressed with loss; values are not quite those that were measured.")
    padding = _one_padding(voxels, frames)
    if len({(frame.slope, frame.intercept) for frame in frames}) == 1:
        return kept(voxels, frames[0].slope, frames[0].intercept, padding, tuple(remarks))
    remarks.append("Each slice had a rescale of its own; it has been applied.")
    applied = np.empty(voxels.shape, np.float32)
    for number, frame in enumerate(frames):
        applied[number] = voxels[number] * np.float64(frame.slope) + frame.intercept
    if padding is not None:
        empty = voxels == padding
        padding = float(np.float32(applied.min() - 1))
        applied[empty] = padding
    return kept(applied, 1.0, 0.0, padding, tuple(remarks))


def kept(
    voxels: NDArray[Any], slope: float, intercept: float, padding: float | None, remarks: tuple[str, ...] = ()
) -> Kept:
    """Chooses the type: the voxels themselves where they are 16-bit integers already.

    Raises:
        Problem: `no_numbers`: nothing in it is a finite number.
    """
    native = np.ascontiguousarray(voxels, voxels.dtype.newbyteorder("="))
    if native.dtype.kind in "ui" and native.dtype.itemsize <= 2:
        wide = np.int16 if native.dtype.kind == "i" else np.uint16
        return Kept(native.astype(wide, copy=False), slope, intercept, padding, remarks)
    if native.dtype.kind == "f":
        native, padding, said = _finite(native, padding)
        remarks += said
    low, high = float(native.min()), float(native.max())
    whole = native.dtype.kind in "ui" or _all_whole(native)
    if whole and high - low <= np.iinfo(np.uint16).max:
        return _in_16_bits(native, int(low), int(high), Kept(native, slope, intercept, padding, remarks))
    if not _same_in_float32(native, low, high):
        remarks += ("Values need more than the 24 bits that 32-bit floating point keeps; they are rounded to it.",)
    rounded = native.astype(np.float32)
    if not np.isfinite((rounded.min(), rounded.max())).all():
        raise _no_numbers()
    return Kept(rounded, slope, intercept, padding, remarks)


def _one_padding(voxels: NDArray[Any], frames: Sequence[Frame]) -> int | None:
    """One value for all that is padding; ranges and differing values are written over with it."""
    paddings = {frame.padding for frame in frames}
    first = next((frame.padding[0] for frame in frames if frame.padding), None)
    if first is None or paddings == {(first, first)}:
        return first
    for number, frame in enumerate(frames):
        if frame.padding is not None and frame.padding != (first, first):
            low, high = min(frame.padding), max(frame.padding)
            voxels[number][(voxels[number] >= low) & (voxels[number] <= high)] = first
    return first


def _finite(voxels: NDArray[Any], padding: float | None) -> tuple[NDArray[Any], float | None, tuple[str, ...]]:
    """Marks what is no finite number as padding."""
    good = np.isfinite(voxels)
    count = voxels.size - int(np.count_nonzero(good))
    if not count:
        return voxels, padding, ()
    if count == voxels.size:
        raise _no_numbers()
    if padding is None or not np.isfinite(padding):
        low, high = float(voxels[good].min()), float(voxels[good].max())
        padding = float(np.floor(low - max(1.0, 0.01 * (high - low))))
    voxels = np.where(good, voxels, voxels.dtype.type(padding))
    return voxels, padding, (f"{count} voxels held no finite number; they are marked as not measured.",)


def _all_whole(voxels: NDArray[Any]) -> bool:
    """Slice by slice, so that the first one that is not whole ends it."""
    return all(bool((plane == np.rint(plane)).all()) for plane in voxels)


def _in_16_bits(voxels: NDArray[Any], low: int, high: int, plain: Kept) -> Kept:
    for kind in (np.int16, np.uint16):
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return msgspec.structs.replace(plain, voxels=voxels.astype(kind))
    return Kept(
        (voxels - voxels.dtype.type(low)).astype(np.uint16),
        plain.slope,
        plain.intercept + plain.slope * low,
        None if plain.padding is None else plain.padding - low,
        plain.remarks,
    )


def _same_in_float32(voxels: NDArray[Any], low: float, high: float) -> bool:
    if voxels.dtype.kind in "ui":
        return max(abs(low), abs(high)) <= _EXACT_IN_FLOAT32
    return voxels.dtype.itemsize <= 4


def _no_numbers() -> Exception:
    return refuse(
        "no_numbers",
        got="voxels of which none is a number that can be kept",
        expected="finite values within 32-bit floating point",
        next_step="The file is empty or damaged; export the series again.",
    )
