"""Areas of polygons, and of labels in a slice."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from abaton.core.errors import Problem
from abaton.imaging.measure.boundary import boundary_variance, require_label
from abaton.imaging.measure.lengths import PLACED
from abaton.imaging.measure.measurement import (
    COVERAGE_FACTOR,
    FloatArray,
    Measurement,
    as_points,
    points_inside,
    require_certificate,
)
from abaton.imaging.measure.propagation import standard_uncertainty
from abaton.imaging.volume import Segmentation, Volume


def polygon_area(volume: Volume, points_mm: ArrayLike) -> Measurement:
    """The area of a planar polygon; its uncertainty is that of its corners (see `propagation`).

    Args:
        volume: Certified.
        points_mm: (n, 3), n >= 3, world mm, in the order of the outline; the last is joined to the first.

    Raises:
        Problem: The volume is not certified, a point is unusable, or the outline is not flat, crosses itself or
            encloses nothing.
    """
    require_certificate(volume)
    points = points_inside(volume, points_mm, 3)
    plane_of(points, flat_within_mm=max(volume.grid.spacing_mm) / 2)
    return Measurement(
        quantity="area",
        value=_area(points),
        unit="mm2",
        uncertainty=COVERAGE_FACTOR * standard_uncertainty(volume, points, _area),
        points_mm=as_points(points),
        method=PLACED,
    )


def label_area(volume: Volume, segmentation: Segmentation, name: str, axis: int, place: int) -> Measurement:
    """The area of a label in one slice.

    Voxels whose centre the label holds, times the area of their face. The model of the uncertainty is in `boundary`,
    here for pixels and edges.

    Args:
        volume: Certified.
        segmentation: On the volume's grid.
        name: Of the label.
        axis: Of the array, 0 to 2; the slice lies across it.
        place: Index of the slice.

    Raises:
        Problem: The volume is not certified, or there is no such label or slice, or the label is not in it.
    """
    require_certificate(volume)
    if axis not in (0, 1, 2) or not 0 <= place < volume.grid.shape[axis]:
        raise Problem(
            "slice_not_found",
            got=f"slice {place} of axis {axis}",
            expected=f"an axis from 0 to 2 and a slice of the scan, which has {volume.grid.shape} voxels",
            next_step="Choose a slice of the scan.",
        )
    mask = require_label(volume, segmentation, name)
    flat: NDArray[np.bool_] = np.take(mask, place, axis=axis)
    if not flat.any():
        filled = np.flatnonzero(mask.any(axis=tuple(a for a in range(3) if a != axis)))
        raise Problem(
            "label_not_in_slice",
            got=f"the label {name!r} is not in slice {place}",
            expected=f"a slice between {filled[0]} and {filled[-1]}",
            next_step="Choose one of those slices.",
        )
    edges = np.delete(volume.grid.affine[:3, :3], axis, axis=1)
    pixel_mm2 = float(np.linalg.norm(np.cross(edges[:, 0], edges[:, 1])))
    return Measurement(
        quantity="area",
        value=float(flat.sum()) * pixel_mm2,
        unit="mm2",
        uncertainty=COVERAGE_FACTOR * float(np.sqrt(boundary_variance(flat))) * pixel_mm2,
        label=name,
        method=f"{int(flat.sum())} pixels of slice {place}; partial boundary pixels (rectangular)",
    )


def plane_of(points: FloatArray, flat_within_mm: float) -> tuple[FloatArray, FloatArray]:
    """A flat outline's plane: a point of it, (3,), and axes (3, 3): two in the plane, then its unit normal.

    Args:
        points: (n, 3), n >= 3, world mm, in the order of the outline.
        flat_within_mm: No point may lie further from the plane.

    Raises:
        Problem: The outline is not flat, crosses itself or encloses nothing.
    """
    middle = points.mean(axis=0)
    axes = np.linalg.svd(points - middle)[2]
    off = np.abs((points - middle) @ axes[2]).max()
    if off > flat_within_mm:
        raise Problem(
            "polygon_not_flat",
            got=f"corners up to {off:.2f} mm from their common plane",
            expected=f"a flat outline, within {flat_within_mm:.2f} mm",
            next_step="Draw the outline in one slice.",
        )
    flat = (points - middle) @ axes[:2].T
    if _crosses_itself(flat):
        raise Problem(
            "polygon_crosses_itself",
            got="an outline that crosses itself",
            expected="an outline whose corners follow each other around the area",
            next_step="Place the corners in order, once around.",
        )
    size = np.ptp(flat, axis=0).max()
    if size == 0 or _area(points) < 1e-9 * size**2 or _area(points) < 1e-6:
        raise Problem(
            "polygon_degenerate",
            got="corners in one place or on one line",
            expected="an outline that encloses an area",
            next_step="Place three corners or more around the area.",
        )
    return middle, axes


def _area(points: FloatArray) -> float:
    around = points - points.mean(axis=0)
    return float(np.linalg.norm(np.cross(around, np.roll(around, -1, axis=0)).sum(axis=0)) / 2)


def _crosses_itself(flat: FloatArray) -> bool:
    start, end = flat, np.roll(flat, -1, axis=0)

    def side(a: FloatArray, b: FloatArray, c: FloatArray) -> FloatArray:
        first, second = b - a, c - a
        return first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0]

    a, b = start[:, None], end[:, None]
    c, d = start[None], end[None]
    crossing = (side(a, b, c) * side(a, b, d) < 0) & (side(c, d, a) * side(c, d, b) < 0)
    return bool(crossing.any())
