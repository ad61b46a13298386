"""Where the patient is in a scan, and where there is only air."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.imaging.volume import Volume

SKIN_HU = -400.0
"""Half-way between air and soft tissue."""

_BLANK_SHARE = 0.9
_SAMPLES = 500_000
_GAP_VOXELS = 2


def foreground(volume: Volume) -> NDArray[np.bool_]:
    """The largest connected part that is not air, without holes; boolean, `grid.shape`.

    What differs from the one value that nearly all voxels of the grid's outermost layers have, as around a
    skull-stripped brain. Else, in CT, what is above -400 HU; in others, what is above Li's threshold (Li and Tam 1998).

    Raises:
        Problem: Nothing stands out from the air.
    """
    values = volume.values()
    air = ~np.isfinite(values)
    if volume.padding is not None:
        air |= volume.voxels == volume.padding
    seen = values[~air]
    if seen.size == 0 or float(seen.min()) == float(seen.max()):
        raise _none_found()
    blank = _blank(values)
    beyond = values > _threshold(seen, volume) if blank is None else values != blank
    mask = beyond & ~air
    return _largest_filled(mask)


def _threshold(seen: NDArray[np.float32], volume: Volume) -> float:
    if volume.modality == "CT" and volume.unit == "HU":
        return SKIN_HU
    from skimage import filters

    untyped: Any = filters
    step = max(1, seen.size // _SAMPLES)
    return float(untyped.threshold_li(seen[::step]))


def _blank(values: NDArray[np.float32]) -> float | None:
    """The one value that nearly all voxels of the grid's outermost layers have; None where there is none."""
    rim = np.concatenate([np.take(values, place, axis=axis).ravel() for axis in range(3) for place in (0, -1)])
    found, counts = np.unique(rim[np.isfinite(rim)], return_counts=True)
    most = int(counts.argmax()) if counts.size else 0
    return float(found[most]) if counts.size and counts[most] > _BLANK_SHARE * rim.size else None


def _largest_filled(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    from scipy import ndimage

    untyped: Any = ndimage
    labels, count = untyped.label(mask)
    if count == 0:
        raise _none_found()
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    # Room around it, so that gaps at the grid's edge are closed like any other.
    body = np.pad(labels == int(sizes.argmax()), _GAP_VOXELS, mode="edge")
    body = untyped.binary_closing(body, untyped.generate_binary_structure(3, 1), iterations=_GAP_VOXELS) | body
    inner = slice(_GAP_VOXELS, -_GAP_VOXELS)
    body = body[inner, inner, inner]
    for axis in range(3):
        for index in range(body.shape[axis]):
            cut = (*(slice(None),) * axis, index)
            body[cut] = untyped.binary_fill_holes(body[cut])
    return body


def _none_found() -> Problem:
    return Problem(
        "no_boundary",
        got="a scan in which nothing stands out from the air",
        expected="a patient",
        next_step="Name labels to avoid instead of the boundary.",
    )
