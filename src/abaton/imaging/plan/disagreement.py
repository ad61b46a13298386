"""What several raters' drawings of the same target do to its margins."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.geometry.grid import Grid
from abaton.geometry.signed_distance import SignedDistanceField
from abaton.imaging.plan.margins import Floats, Margins, MarginSurface, box_around, field_of, margins_of, part_of
from abaton.imaging.plan.structures import Chosen, Rated, Structure
from abaton.imaging.plan.surface_statistics import area_percentile, vertex_areas_mm2

HAUSDORFF_PERCENT = 95.0


class RaterMargin(msgspec.Struct, frozen=True):
    """One rater's target beside the majority's.

    Attributes:
        made_by: The rater.
        volume_mm3: Of this rater's target.
        closest_mm: Its distance to the nearest structure.
        closest_to: That structure.
        percentile5_mm: 5 % of its surface are nearer than this.
        achieved: Whether the planned margin is kept; None where none was planned.
        dice: Overlap with the majority, 0 to 1.
        hausdorff95_mm: 95 % of both surfaces, this rater's and the majority's, are nearer to the other than this.
    """

    made_by: str
    volume_mm3: float
    closest_mm: float
    closest_to: str
    percentile5_mm: float
    achieved: bool | None
    dice: float
    hausdorff95_mm: float


class Disagreement(msgspec.Struct, frozen=True):
    """How uncertain the margin is because raters differ.

    Attributes:
        raters: Each of them.
        closest_mm: Least and greatest of the raters' smallest distances.
        closest_deviation_mm: Their standard deviation (n - 1).
        boundary_deviation_mm: Of the raters' surfaces from each other, at the places of the majority's surface:
            root mean square over its area of the standard deviation (n - 1) of the raters' signed distances.
        boundary_deviation95_mm: 95 % of that surface have less.
        at_closest_mm: That deviation where the majority comes nearest to a structure.
        achieved_by: How many raters' targets keep the planned margin; None where none was planned.
    """

    raters: tuple[RaterMargin, ...]
    closest_mm: tuple[float, float]
    closest_deviation_mm: float
    boundary_deviation_mm: float
    boundary_deviation95_mm: float
    at_closest_mm: float
    achieved_by: int | None


def disagreement(chosen: Chosen, consensus: Margins, surface: MarginSurface) -> tuple[Disagreement, Floats] | None:
    """The raters' margins, and at each vertex of the majority's surface the deviation of their boundaries, mm.

    Args:
        chosen: Target and structures.
        consensus: Margins of the majority.
        surface: Its surface.

    Returns:
        None where fewer than two raters drew the target.
    """
    raters = chosen.target.raters
    if len(raters) < 2:
        return None
    everyone = np.logical_or.reduce([one.mask for one in raters])
    shared = [None if one.raters else field_of(one.mask, chosen.grid, everyone) for one in chosen.avoided]
    away = np.empty((len(raters), len(surface.mesh.vertices_mm)))
    rows: list[RaterMargin] = []
    for place, rater in enumerate(raters):
        row, away[place] = _rater(rater, chosen, everyone, shared, consensus, surface)
        rows.append(row)
    deviation = away.std(axis=0, ddof=1)
    weights = vertex_areas_mm2(surface.mesh)
    distances = np.array([row.closest_mm for row in rows])
    kept = [row.achieved for row in rows if row.achieved is not None]
    closest = int(surface.distance_mm.argmin())
    found = Disagreement(
        raters=tuple(rows),
        closest_mm=(float(distances.min()), float(distances.max())),
        closest_deviation_mm=float(distances.std(ddof=1)),
        boundary_deviation_mm=float(np.sqrt(np.average(deviation**2, weights=weights))),
        boundary_deviation95_mm=area_percentile(surface.mesh, deviation, HAUSDORFF_PERCENT),
        at_closest_mm=float(deviation[closest]),
        achieved_by=sum(kept) if kept else None,
    )
    return found, deviation


def dice(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Twice what both share over the sum of both, 0 to 1; NaN where both are empty."""
    total = int(np.count_nonzero(one)) + int(np.count_nonzero(other))
    return 2.0 * int(np.count_nonzero(one & other)) / total if total else float("nan")


def _rater(
    rater: Rated,
    chosen: Chosen,
    everyone: NDArray[np.bool_],
    shared: list[SignedDistanceField | None],
    consensus: Margins,
    surface: MarginSurface,
) -> tuple[RaterMargin, Floats]:
    own = msgspec.structs.replace(chosen, avoided=tuple(_by(one, rater.made_by) for one in chosen.avoided))
    fields = [
        known or field_of(one.mask, chosen.grid, everyone) for known, one in zip(shared, own.avoided, strict=True)
    ]
    margins, drawn = margins_of(own, rater.mask, rater.made_by, fields, consensus.planned_mm, consensus.limits_mm)
    field = _field_around(rater.mask, everyone, chosen.grid)
    majority = _field_around(chosen.target.mask, everyone, chosen.grid)
    away = field.sample(surface.mesh.vertices_mm, beyond="bound")
    # A smooth surface lies a part of a voxel beside its own field: the difference of two fields does not.
    there = np.abs(away - majority.sample(surface.mesh.vertices_mm, beyond="bound"))
    back = majority.sample(drawn.mesh.vertices_mm, beyond="bound")
    back = np.abs(back - field.sample(drawn.mesh.vertices_mm, beyond="bound"))
    hausdorff = max(
        area_percentile(surface.mesh, there, HAUSDORFF_PERCENT), area_percentile(drawn.mesh, back, HAUSDORFF_PERCENT)
    )
    row = RaterMargin(
        made_by=rater.made_by,
        volume_mm3=margins.volume_mm3,
        closest_mm=margins.closest.distance_mm,
        closest_to=margins.closest.structure,
        percentile5_mm=margins.percentile5_mm,
        achieved=margins.achieved,
        dice=dice(rater.mask, chosen.target.mask),
        hausdorff95_mm=hausdorff,
    )
    return row, away


def _by(structure: Structure, rater: str) -> Structure:
    """The structure as this rater drew it."""
    return msgspec.structs.replace(structure, mask=structure.by(rater))


def _field_around(mask: NDArray[np.bool_], everyone: NDArray[np.bool_], grid: Grid) -> SignedDistanceField:
    low, high = box_around(everyone, grid, 0.0)
    a, b, c = (slice(int(start), int(end)) for start, end in zip(low, high, strict=True))
    return SignedDistanceField.of(np.ascontiguousarray(mask[a, b, c]), part_of(grid, low, high))
