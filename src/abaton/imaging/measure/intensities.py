"""What the voxels in a region measure: mean, spread, extremes and percentiles, from the exact stored values.

Model of the uncertainty. (1) Sampling: the mean's is SD / sqrt(n) (GUM 4.2.3), the standard deviation's
SD / sqrt(2 (n - 1)) (GUM E.4.3), a percentile's half the distance between the values whose ranks lie one binomial
standard deviation below and above its own. (2) The edge: a voxel of the region's outermost layer may hold other tissue,
by an unknown share, so the value lies anywhere between that of the whole region and that of the region without the
layer; the rectangular distribution over that difference d has a root mean square of d / sqrt(3) about the value that is
stated. (3) The scanner's step: a rectangular distribution as wide as one stored unit. The voxels' noise is taken as
independent.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from abaton.core.errors import Problem
from abaton.imaging.measure.areas import plane_of
from abaton.imaging.measure.boundary import require_label
from abaton.imaging.measure.measurement import (
    COVERAGE_FACTOR,
    FloatArray,
    Measurement,
    Quantity,
    as_points,
    points_inside,
    require_certificate,
)
from abaton.imaging.volume import Segmentation, Volume

PERCENTS = (5.0, 25.0, 75.0, 95.0)
UNITS = {"HU": "[hnsf'U]"}
"""UCUM's words for the units that volumes have."""


def inside_label(volume: Volume, segmentation: Segmentation, name: str) -> NDArray[np.bool_]:
    """Where a label lies.

    Raises:
        Problem: There is no such label, it is empty, or it lies on another grid.
    """
    return require_label(volume, segmentation, name)


def inside_sphere(volume: Volume, center_mm: ArrayLike, radius_mm: float) -> NDArray[np.bool_]:
    """Voxels whose centres lie in a sphere.

    Args:
        volume: The scan.
        center_mm: (3,), world mm.
        radius_mm: Above 0.

    Raises:
        Problem: The centre lies outside the scan, or no voxel's centre lies in the sphere.
    """
    center = points_inside(volume, np.atleast_2d(np.asarray(center_mm, dtype=np.float64)), 1)[0]
    if not (np.isfinite(radius_mm) and radius_mm > 0):
        raise Problem(
            "sphere_unusable",
            got=f"a radius of {radius_mm} mm",
            expected="a radius above 0 mm",
            next_step="Draw the sphere again.",
        )
    reach = np.linalg.norm(np.linalg.inv(volume.grid.affine[:3, :3]), axis=1) * radius_mm
    box = _box(volume, volume.grid.to_index(center)[None], reach)
    mask = np.zeros(volume.grid.shape, dtype=bool)
    mask[box] = ((volume.grid.to_world(_indices(box)) - center) ** 2).sum(axis=-1) <= radius_mm**2
    return _some(mask)


def inside_polygon(volume: Volume, points_mm: ArrayLike) -> NDArray[np.bool_]:
    """Voxels whose centres lie in a flat polygon, in the one layer of voxels that it cuts.

    Args:
        volume: The scan.
        points_mm: (n, 3), n >= 3, world mm, in the order of the outline.

    Raises:
        Problem: The outline is unusable, or no voxel's centre lies in it.
    """
    points = points_inside(volume, points_mm, 3)
    middle, axes = plane_of(points, flat_within_mm=max(volume.grid.spacing_mm) / 2)
    # Half the depth of a voxel across the plane: each line of voxels that pierces it is met once.
    half_mm = float(np.abs(axes[2] @ volume.grid.affine[:3, :3]).max()) / 2
    box = _box(volume, volume.grid.to_index(points), np.ones(3))
    off = volume.grid.to_world(_indices(box)) - middle
    height = off @ axes[2]
    near = (height > -half_mm * (1 + 1e-9)) & (height <= half_mm * (1 - 1e-9))
    mask = np.zeros(volume.grid.shape, dtype=bool)
    mask[box] = near & _in_outline(off @ axes[:2].T, (points - middle) @ axes[:2].T)
    return _some(mask)


def intensity_statistics(
    volume: Volume,
    region: NDArray[np.bool_],
    percents: Sequence[float] = PERCENTS,
    label: str = "",
    points_mm: ArrayLike = (),
) -> tuple[Measurement, ...]:
    """Mean, standard deviation, minimum, maximum, median and percentiles of the values in a region.

    Padding and values that are not numbers are left out, and the method says how many.

    Args:
        volume: Certified.
        region: Boolean, `grid.shape`; see `inside_label`, `inside_sphere` and `inside_polygon`.
        percents: Between 0 and 100.
        label: What the region is called.
        points_mm: The points that it was drawn by, if any.

    Raises:
        Problem: The volume is not certified, nothing was measured in the region, or a percent is out of range.
    """
    require_certificate(volume)
    if not all(0 <= percent <= 100 for percent in percents):
        raise Problem(
            "percent_unusable",
            got="a percentile outside 0 to 100",
            expected="percents between 0 and 100",
            next_step="Ask for percentiles such as 5 and 95.",
        )
    values, left_out = _measured_values(volume, region)
    if values.size == 0:
        raise Problem(
            "nothing_measured",
            got=f"a region of {int(region.sum())} voxels, all without a measurement",
            expected="a region with a measured voxel at least",
            next_step="Choose a region inside what was scanned.",
        )
    inner, _ = _measured_values(volume, ndimage.binary_erosion(region))
    method = f"{values.size} voxels" + (f", {left_out} without a measurement left out" if left_out else "")
    asked: list[tuple[Quantity, float | None]] = [
        ("mean", None),
        ("standard deviation", None),
        ("minimum", None),
        ("maximum", None),
        ("median", None),
        *(("percentile", percent) for percent in percents),
    ]
    points = np.asarray(points_mm, dtype=np.float64).reshape(-1, 3)
    found: list[Measurement] = []
    for quantity, percent in asked:
        value = _statistic(values, quantity, percent)
        edge = abs(_statistic(inner, quantity, percent) - value) if inner.size else 0.0
        variance = _sampling_variance(values, quantity, percent) + edge**2 / 3 + volume.slope**2 / 12
        found.append(
            Measurement(
                quantity=quantity,
                value=value,
                unit=UNITS.get(volume.unit, "1"),
                uncertainty=COVERAGE_FACTOR * float(np.sqrt(variance)),
                points_mm=as_points(points),
                label=label,
                method=method + "; sampling, the outermost layer, and the stored step",
                percent=percent,
            )
        )
    return tuple(found)


def _measured_values(volume: Volume, region: NDArray[np.bool_]) -> tuple[FloatArray, int]:
    stored = volume.voxels[region]
    keep = np.isfinite(stored)
    if volume.padding is not None:
        keep &= stored != volume.padding
    # float64: a 16-bit voxel times its slope is exact enough to be read out again.
    return stored[keep].astype(np.float64) * volume.slope + volume.intercept, int((~keep).sum())


def _statistic(values: FloatArray, quantity: Quantity, percent: float | None) -> float:
    if quantity == "mean":
        return float(values.mean())
    if quantity == "standard deviation":
        return float(values.std(ddof=1)) if values.size > 1 else 0.0
    if quantity == "minimum":
        return float(values.min())
    if quantity == "maximum":
        return float(values.max())
    return float(np.percentile(values, 50.0 if percent is None else percent))


def _sampling_variance(values: FloatArray, quantity: Quantity, percent: float | None) -> float:
    count = values.size
    if count < 2 or quantity in ("minimum", "maximum"):
        return 0.0
    spread = float(values.var(ddof=1))
    if quantity == "mean":
        return spread / count
    if quantity == "standard deviation":
        return spread / (2 * (count - 1))
    share = 0.5 if percent is None else percent / 100
    off = np.sqrt(share * (1 - share) / count)
    low, high = np.quantile(values, np.clip([share - off, share + off], 0, 1)).tolist()
    return ((high - low) / 2) ** 2


def _box(volume: Volume, index: FloatArray, reach: FloatArray) -> tuple[slice, slice, slice]:
    low = np.maximum(np.floor(index.min(axis=0) - reach), 0).astype(int)
    high = np.minimum(np.ceil(index.max(axis=0) + reach) + 1, volume.grid.shape).astype(int)
    a, b, c = (slice(int(start), int(stop)) for start, stop in zip(low, high, strict=True))
    return a, b, c


def _indices(box: tuple[slice, slice, slice]) -> NDArray[np.int64]:
    low = [part.start for part in box]
    counts = [part.stop - part.start for part in box]
    return np.moveaxis(np.indices(counts), 0, -1) + np.array(low)


def _in_outline(flat: FloatArray, outline: FloatArray) -> NDArray[np.bool_]:
    """Whether points (..., 2) lie in a polygon (n, 2): a ray to the right crosses its edges an odd number of times."""
    inside = np.zeros(flat.shape[:-1], dtype=bool)
    x, y = flat[..., 0], flat[..., 1]
    for (x0, y0), (x1, y1) in zip(outline.tolist(), np.roll(outline, -1, axis=0).tolist(), strict=True):
        if y0 == y1:
            continue
        spans = (y < y0) != (y < y1)
        inside ^= spans & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
    return inside


def _some(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    if mask.any():
        return mask
    raise Problem(
        "region_empty",
        got="a region that holds no voxel's centre",
        expected="a region with a voxel at least",
        next_step="Draw it larger.",
    )
