"""How far the cut stayed from the tumour: a heat map of the cut surface after each cut.

The tumour's surface is found once, before the operation, finer than the voxels; a cut only changes which voxels are
gone, and only the box around them is looked at. Words are 'planned margin achieved' and 'violated'; nothing is claimed
about recurrence.
"""

import math
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, spatial

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.geometry.isosurface import crossing
from abaton.geometry.mesh import TriangleMesh
from abaton.geometry.signed_distance import SignedDistanceField
from abaton.surgery.subvoxel import boundary, smoothed

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_LEAST_SHARE = 1e-3
_LEAF = 32
"""Points in a leaf of the tree; measured as the fastest."""

ONE_SIDED_95 = 1.645
"""Standard deviations below which 5 % of a normal distribution lie."""


class Target(msgspec.Struct, frozen=True, eq=False):
    """What is to be taken out, known before the first cut.

    Attributes:
        organ: Where the organ is, `grid.shape`.
        tumour: Where the tumour is.
        field: Distances from the tumour's surface, from every voxel's centre.
        points_mm: (n, 3), on the tumour's surface, less than a voxel apart and truer than the voxels are.
        normals: (n, 3), there, away from the tumour.
        nearest: Finds the nearest of these points; SciPy's k-d tree.
        planned_mm: The least distance that the cut should keep.
        registration_sd_mm: Standard deviation of where scan and patient come to lie on each other, along any axis.
        tumour_voxels: How many the tumour has.
    """

    organ: Mask
    tumour: Mask
    field: SignedDistanceField
    points_mm: Array
    normals: Array
    nearest: Any
    planned_mm: float
    registration_sd_mm: float
    tumour_voxels: int

    @property
    def grid(self) -> Grid:
        """Where the voxels lie."""
        return self.field.grid


class MarginMap(msgspec.Struct, frozen=True, eq=False):
    """The cut surface as it is now, and what it keeps.

    Attributes:
        surface: Between what was removed and what remains of the organ; open at its rim. Empty before the first cut.
        margin_mm: (vertices,), distance from the tumour; negative where the cut ran through it.
        area_mm2: Of the cut surface.
        minimum_mm: The least margin; NaN without a cut surface.
        fifth_percentile_mm: 5 % of the area are nearer.
        below_plan_mm2: Area nearer than planned.
        certain_mm: What the least margin is with 95 % confidence, given the registration's error.
        removed_mm3: Of the organ, tumour included.
        healthy_mm3: Removed without being tumour.
        tumour_left_mm3: Still there.
    """

    surface: TriangleMesh
    margin_mm: Array
    area_mm2: float
    minimum_mm: float
    fifth_percentile_mm: float
    below_plan_mm2: float
    certain_mm: float
    removed_mm3: float
    healthy_mm3: float
    tumour_left_mm3: float

    def verdict(self, planned_mm: float) -> str:
        """In words: about the tumour first, then about the margin, then about how certain it is."""
        if self.tumour_left_mm3 > 0:
            return "tumour remains"
        if not self.minimum_mm >= planned_mm:
            return "planned margin violated"
        if self.certain_mm < planned_mm:
            return "planned margin achieved, but not certain within the registration error"
        return "planned margin achieved"

    def verdict_so_far(self, planned_mm: float) -> str:
        """In words, of a cut that is not yet done: the tumour is still to come out."""
        return "planned margin achieved so far" if self.minimum_mm >= planned_mm else "planned margin violated"


def target(organ: Mask, tumour: Mask, grid: Grid, planned_mm: float, registration_sd_mm: float = 0.0) -> Target:
    """What is to be taken out.

    Raises:
        Problem: The masks do not fit the grid, the tumour is empty or reaches out of the organ, or a length is
            negative or not finite.
    """
    if organ.shape != grid.shape or tumour.shape != grid.shape:
        raise _unusable(f"masks of {organ.shape} and {tumour.shape} voxels", f"two of {grid.shape}")
    if not tumour.any() or (tumour & ~organ).any():
        raise _unusable("a tumour that is empty or reaches out of the organ", "one inside the organ")
    for length in (planned_mm, registration_sd_mm):
        if not (math.isfinite(length) and length >= 0):
            raise _unusable(f"a length of {length} mm", "finite millimetres of at least 0")
    field = SignedDistanceField.of(tumour, grid)
    points, normals = boundary(tumour, grid)
    nearest = spatial.KDTree(points, leafsize=_LEAF) if len(points) else None
    return Target(
        organ, tumour, field, points, normals, nearest, planned_mm, registration_sd_mm, int(tumour.sum())
    )  # fmt: skip


def margins_mm(aim: Target, points_mm: Array) -> Array:
    """(n,), signed distances in mm of points, (n, 3), from the tumour's surface; negative inside it.

    Half a voxel of error at most on spheres, tumour's and cut's together, where both are found as here.
    """
    index = np.rint(aim.grid.to_index(points_mm)).astype(np.int64)
    index = np.clip(index, 0, np.array(aim.grid.shape) - 1)
    coarse = aim.field.distance_mm[tuple(index.T)].astype(np.float64)
    if aim.nearest is None or not len(points_mm):
        return coarse
    found: Any = aim.nearest.query(points_mm)
    away, which = np.asarray(found[0]), np.asarray(found[1])
    # Beside the surface the side is the normal's to tell, and the distance that from the plane through the point.
    plane = ((points_mm - aim.points_mm[which]) * aim.normals[which]).sum(axis=1)
    beside = away < max(aim.grid.spacing_mm)
    return np.where(beside, plane, np.copysign(away, coarse))


def margin_map(aim: Target, removed: Mask) -> MarginMap:
    """What the cut keeps, after any cut. O(voxels of the box around what was removed).

    Args:
        aim: What is to be taken out.
        removed: Where tissue is gone, `grid.shape`; what lies outside the organ does not count.

    Raises:
        Problem: The mask does not fit the grid.
    """
    if removed.shape != aim.grid.shape:
        raise _unusable(f"a mask of {removed.shape} voxels", f"one of {aim.grid.shape}")
    box = _box(removed)
    gone = removed[box] & aim.organ[box]
    voxel_mm3 = aim.grid.voxel_volume_mm3
    count, sick = int(np.count_nonzero(gone)), int(np.count_nonzero(gone & aim.tumour[box]))
    surface = _cut_surface(gone, box, aim)
    margin = margins_mm(aim, surface.vertices_mm)
    areas, of_faces = _faces(surface, margin)
    least = float(margin.min(initial=math.inf)) if len(margin) else math.nan
    return MarginMap(
        surface=surface,
        margin_mm=margin,
        area_mm2=float(areas.sum()),
        minimum_mm=least,
        fifth_percentile_mm=_percentile(of_faces, areas, 0.05),
        below_plan_mm2=float(areas[of_faces < aim.planned_mm].sum()),
        certain_mm=least - ONE_SIDED_95 * aim.registration_sd_mm,
        removed_mm3=count * voxel_mm3,
        healthy_mm3=(count - sick) * voxel_mm3,
        tumour_left_mm3=(aim.tumour_voxels - sick) * voxel_mm3,
    )


def _cut_surface(here: Mask, box: tuple[slice, ...], aim: Target) -> TriangleMesh:
    """Where removed tissue met what remains, as smooth as the voxels allow."""
    if not here.any():
        return TriangleMesh(np.zeros((0, 3)), np.zeros((0, 3), dtype=np.int32))
    organ = aim.organ[box]
    # The mean over the organ's own voxels: what lies outside it was neither cut nor left.
    share = ndimage.uniform_filter(here.astype(np.float32), size=3, mode="constant")
    whole = ndimage.uniform_filter(organ.astype(np.float32), size=3, mode="constant")
    smooth = np.divide(share, whole, out=np.zeros_like(share), where=whole > _LEAST_SHARE)
    # A voxel stays on its own side of the surface, however thin the part that it belongs to.
    smooth[here] = np.maximum(smooth[here], 0.5 + 1e-3)
    left = organ & ~here
    smooth[left] = np.minimum(smooth[left], 0.5 - 1e-3)
    corners, faces = crossing(smooth, 0.5)
    low, high = np.floor(corners).astype(np.int64), np.ceil(corners).astype(np.int64)
    remains = organ[tuple(low.T)] & organ[tuple(high.T)]
    faces = faces[remains[faces].all(axis=1)]
    used, faces = np.unique(faces, return_inverse=True)
    first = np.array([part.start for part in box])
    faces = faces.reshape(-1, 3).astype(np.int32)
    return TriangleMesh(aim.grid.to_world(smoothed(corners[used], faces) + first), faces)


def _box(removed: Mask) -> tuple[slice, ...]:
    """Where anything is gone, and two voxels beyond."""
    along: list[slice] = []
    seen = removed
    for axis in range(3):
        found = np.flatnonzero(seen.any(axis=tuple(other for other in range(3) if other != axis)))
        if not len(found):
            return (slice(0, 0), slice(0, 0), slice(0, 0))
        along.append(slice(max(0, int(found[0]) - 2), int(found[-1]) + 3))
        seen = removed[tuple(along)]
    return tuple(along)


def _faces(surface: TriangleMesh, margin: Array) -> tuple[Array, Array]:
    corners = surface.vertices_mm[surface.faces]
    crossed = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return np.linalg.norm(crossed, axis=1) / 2, margin[surface.faces].mean(axis=1)


def _percentile(values: Array, weights: Array, share: float) -> float:
    if not len(values):
        return math.nan
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, share * reached[-1])])


def _unusable(got: str, expected: str) -> Problem:
    return Problem(
        "margin_unusable", got=got, expected=expected, next_step="Check the labels that organ and tumour come from."
    )
