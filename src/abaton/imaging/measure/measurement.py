"""What a measurement says, and what it needs before it may be made."""

from typing import Literal, TypeAlias

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from abaton.core.errors import Problem
from abaton.imaging.volume import Volume

FloatArray: TypeAlias = NDArray[np.float64]
Point: TypeAlias = tuple[float, float, float]

Quantity = Literal[
    "distance",
    "path length",
    "angle",
    "area",
    "volume",
    "mean",
    "standard deviation",
    "minimum",
    "maximum",
    "median",
    "percentile",
]

COVERAGE_FACTOR = 2.0
"""An expanded uncertainty is this many standard uncertainties; about 95 % (GUM, JCGM 100:2008, 6.3.3)."""


class Measurement(msgspec.Struct, frozen=True):
    """One measured value.

    Attributes:
        quantity: What was measured.
        value: In `unit`.
        unit: UCUM: `mm`, `deg`, `mm2`, `mm3`, `[hnsf'U]` (Hounsfield), or `1` where the scanner's numbers have none.
        uncertainty: Expanded: `k` standard uncertainties, in `unit`.
        k: The coverage factor.
        points_mm: The points it was measured from, world mm; none for labels.
        label: Name of the label it was measured on, or empty.
        method: How value and uncertainty came about, in a sentence.
        percent: Which percentile; None for everything else.
    """

    quantity: Quantity
    value: float
    unit: str
    uncertainty: float
    k: float = COVERAGE_FACTOR
    points_mm: tuple[Point, ...] = ()
    label: str = ""
    method: str = ""
    percent: float | None = None

    @property
    def name(self) -> str:
        """The quantity as a reader is shown it, such as `percentile 5`."""
        return self.quantity if self.percent is None else f"{self.quantity} {self.percent:g}"


def require_certificate(volume: Volume) -> None:
    """Lets only volumes through whose millimetres are vouched for.

    Raises:
        Problem: The volume's certificate is not certified.
    """
    if volume.certificate.certified:
        return
    raise Problem(
        "not_certified",
        got=f"a scan whose slices lie up to {volume.certificate.error_mm:.3g} mm from where its geometry says they are",
        expected="a scan with a certified geometry",
        next_step="Import the scan again from its original DICOM slices; it is resampled to a regular grid where that "
        "is possible. Until then look, but do not measure.",
        kind="refused",
    )


def points_inside(volume: Volume, points_mm: ArrayLike, least: int) -> FloatArray:
    """World points as an array, (n, 3), after a look at each.

    Args:
        volume: The points must lie within its voxels.
        points_mm: (n, 3), world mm.
        least: How many points there must be.

    Raises:
        Problem: Not three finite numbers each, too few, or outside the volume.
    """
    points = np.asarray(points_mm, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 3 or len(points) < least:
        raise Problem(
            "points_unusable",
            got=f"points of shape {points.shape}",
            expected=f"{least} points or more, each x, y, z in millimetres",
            next_step="Give each point as X,Y,Z in patient coordinates (left, back, up).",
        )
    if not np.isfinite(points).all():
        raise Problem(
            "points_unusable",
            got="a coordinate that is not a finite number",
            expected="finite x, y, z in millimetres",
            next_step="Place the point again.",
        )
    index = volume.grid.to_index(points)
    outside = ((index < -0.5) | (index > np.array(volume.grid.shape) - 0.5)).any(axis=1)
    if outside.any():
        place = int(np.flatnonzero(outside)[0])
        corners = _corners(volume)
        raise Problem(
            "point_outside_scan",
            got=f"point {place + 1} of {len(points)} at {_shown(points[place])} mm",
            expected=f"a point in the scan, which lies between {_shown(corners.min(axis=0))} and "
            f"{_shown(corners.max(axis=0))} mm",
            next_step="Place the point again; coordinates are the patient's, left, back and up.",
        )
    return points


def as_points(points: FloatArray) -> tuple[Point, ...]:
    """Points as plain numbers."""
    return tuple((x, y, z) for x, y, z in points.tolist())


def _corners(volume: Volume) -> FloatArray:
    ends = [(-0.5, n - 0.5) for n in volume.grid.shape]
    return volume.grid.to_world(np.stack(np.meshgrid(*ends, indexing="ij"), axis=-1).reshape(-1, 3))


def _shown(point: FloatArray) -> str:
    return ", ".join(f"{value:.1f}" for value in point.tolist())
