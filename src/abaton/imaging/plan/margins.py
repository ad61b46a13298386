"""How far a target keeps from what is to be avoided.

Distances are taken from the target's smooth closed surface to the signed distance field of each structure, both to
parts of a voxel, in world millimetres. A distance is negative where the surface lies inside the structure.

Words: a planned margin is achieved or violated by the drawing. Nothing here says what that means for the patient.
"""

from collections.abc import Sequence
from typing import TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.geometry.mesh import TriangleMesh, area_mm2
from abaton.geometry.signed_distance import SignedDistanceField
from abaton.geometry.surface import surface_of
from abaton.imaging.plan.structures import Chosen, Structure
from abaton.imaging.plan.surface_statistics import area_below_mm2, area_percentile

SHELLS_MM = (1.0, 5.0, 10.0)
PERCENT = 5.0

_AROUND_VOXELS = 3

Point: TypeAlias = tuple[float, float, float]
Floats: TypeAlias = NDArray[np.float64]


WIDEST_MM = 1000.0
"""No margin or shell is wider."""


class Closest(msgspec.Struct, frozen=True):
    """Where a target comes nearest to a structure.

    Attributes:
        distance_mm: Negative where they overlap: the depth.
        on_target_mm: World position on the target's surface, or inside it where the structure lies in the target.
        on_structure_mm: The nearest point of the structure's surface.
        structure: Its name.
    """

    distance_mm: float
    on_target_mm: Point
    on_structure_mm: Point
    structure: str


class StructureMargin(msgspec.Struct, frozen=True):
    """The target's margin to one structure.

    Attributes:
        name: Of the structure.
        volume_mm3: Of it; None for the outside of the patient.
        closest: Where they are nearest.
        percentile5_mm: 5 % of the target's surface are nearer than this.
        within_mm2: Area of the target's surface nearer than each limit, in the order of `Margins.limits_mm`.
        overlap_mm3: What both share.
    """

    name: str
    volume_mm3: float | None
    closest: Closest
    percentile5_mm: float
    within_mm2: tuple[float, ...]
    overlap_mm3: float


class Shell(msgspec.Struct, frozen=True):
    """What lies outside the target within a distance of it.

    Attributes:
        within_mm: The distance.
        volume_mm3: Of the shell.
        entered_mm3: Volume of each structure in it, by name; 0 where it keeps clear.
        cut: Whether the shell leaves the scan, so that its volume is too small.
    """

    within_mm: float
    volume_mm3: float
    entered_mm3: dict[str, float]
    cut: bool


class Margins(msgspec.Struct, frozen=True):
    """The margins of one drawing of a target.

    Attributes:
        target: Name of the label.
        made_by: Who drew it.
        volume_mm3: Of the target, voxels counted.
        surface_mm2: Of its smooth surface.
        limits_mm: Of the areas and shells, from the smallest.
        structures: In the order in which they were named.
        closest: To the nearest of them.
        percentile5_mm: 5 % of the target's surface are nearer than this to some structure.
        within_mm2: Area nearer than each limit to some structure.
        shells: One for each limit.
        planned_mm: The planned margin, or None.
        achieved: Whether no point comes nearer than that; None where none was planned.
        voxel_mm: Half a voxel's greatest extent: what the drawing cannot tell apart.
    """

    target: str
    made_by: str
    volume_mm3: float
    surface_mm2: float
    limits_mm: tuple[float, ...]
    structures: tuple[StructureMargin, ...]
    closest: Closest
    percentile5_mm: float
    within_mm2: tuple[float, ...]
    shells: tuple[Shell, ...]
    planned_mm: float | None
    achieved: bool | None
    voxel_mm: float

    @property
    def verdict(self) -> str:
        """`planned margin achieved` or `planned margin violated`; empty where none was planned."""
        if self.achieved is None:
            return ""
        return "planned margin achieved" if self.achieved else "planned margin violated"


class MarginSurface(msgspec.Struct, frozen=True, eq=False):
    """The target's surface with the distances on it.

    Attributes:
        mesh: Closed, world mm.
        distance_mm: (n,), from each vertex to the nearest structure.
        nearest: (n,), which structure that is, by its place among those avoided.
        by_structure_mm: (structures, n).
        field: Distances from the target, on `field.grid`, a part of the scan's grid.
        corner: (3,), index of the scan's grid at which `field` begins.
    """

    mesh: TriangleMesh
    distance_mm: Floats
    nearest: NDArray[np.int64]
    by_structure_mm: Floats
    field: SignedDistanceField
    corner: tuple[int, int, int]


def margins(
    chosen: Chosen, planned_mm: float | None = None, limits_mm: Sequence[float] = SHELLS_MM
) -> tuple[Margins, MarginSurface]:
    """The margins of the target as most raters drew it.

    Args:
        chosen: Target and structures.
        planned_mm: The planned margin, 0 or more; it becomes one of the limits.
        limits_mm: Of shells and areas, above 0.

    Raises:
        Problem: A limit is not a length, or a mask is empty.
    """
    raters = chosen.target.raters
    made_by = raters[0].made_by if len(raters) == 1 else f"majority of {len(raters)} raters"
    fields = [field_of(one.mask, chosen.grid, chosen.target.mask) for one in chosen.avoided]
    return margins_of(chosen, chosen.target.mask, made_by, fields, planned_mm, limits_mm)


def margins_of(
    chosen: Chosen,
    target: NDArray[np.bool_],
    made_by: str,
    fields: Sequence[SignedDistanceField],
    planned_mm: float | None = None,
    limits_mm: Sequence[float] = SHELLS_MM,
) -> tuple[Margins, MarginSurface]:
    """The margins of one drawing of the target, with the structures' distance fields at hand; see `margins`."""
    limits = _limits(planned_mm, limits_mm)
    grid = chosen.grid
    if not target.any():
        raise Problem(
            "target_empty",
            got=f"a target {chosen.target.name!r} without a voxel",
            expected="a target that was drawn",
            next_step="Choose another label, or draw it first.",
        )
    mesh = surface_of(target, grid)
    by_structure = np.stack([field.sample(mesh.vertices_mm, beyond="bound") for field in fields])
    distance = by_structure.min(axis=0)
    corner, own = _own_field(target, grid, max(limits))
    near = [
        _structure(one, field, values, target, mesh, grid, limits)
        for one, field, values in zip(chosen.avoided, fields, by_structure, strict=True)
    ]
    closest = min((one.closest for one in near), key=lambda place: place.distance_mm)
    found = Margins(
        target=chosen.target.name,
        made_by=made_by,
        volume_mm3=int(np.count_nonzero(target)) * grid.voxel_volume_mm3,
        surface_mm2=area_mm2(mesh),
        limits_mm=limits,
        structures=tuple(near),
        closest=closest,
        percentile5_mm=area_percentile(mesh, distance, PERCENT),
        within_mm2=tuple(area_below_mm2(mesh, distance, limit) for limit in limits),
        shells=_shells(own, corner, chosen.avoided, grid, limits),
        planned_mm=planned_mm,
        achieved=None if planned_mm is None else closest.distance_mm >= planned_mm,
        voxel_mm=0.5 * max(grid.spacing_mm),
    )
    nearest = by_structure.argmin(axis=0).astype(np.int64)
    return found, MarginSurface(mesh, distance, nearest, by_structure, own, corner)


def field_of(mask: NDArray[np.bool_], grid: Grid, wanted: NDArray[np.bool_]) -> SignedDistanceField:
    """The distance field of a mask on as much of the grid as the mask and the places where it is wanted need."""
    if not mask.any() or mask.all():
        raise Problem(
            "structure_empty",
            got="a structure to be avoided that is empty or fills the scan",
            expected="one with a surface",
            next_step="Leave it out of --avoid.",
        )
    low, high = box_around(wanted, grid, 0.0)
    own_low, own_high = box_around(mask, grid, 0.0)
    corner, end = np.minimum(low, own_low), np.maximum(high, own_high)
    return SignedDistanceField.of(np.ascontiguousarray(mask[_cut(corner, end)]), part_of(grid, corner, end))


def box_around(mask: NDArray[np.bool_], grid: Grid, room_mm: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First index and end of a box of the grid that holds a mask and room around it."""
    low, high = np.zeros(3, dtype=np.int64), np.zeros(3, dtype=np.int64)
    for axis in range(3):
        held = np.flatnonzero(mask.any(axis=tuple(other for other in range(3) if other != axis)))
        room = int(np.ceil(room_mm / grid.spacing_mm[axis])) + _AROUND_VOXELS
        low[axis] = max(int(held[0]) - room, 0)
        high[axis] = min(int(held[-1]) + 1 + room, mask.shape[axis])
    return low, high


def part_of(grid: Grid, corner: NDArray[np.int64], end: NDArray[np.int64]) -> Grid:
    """The grid of a box of another."""
    affine = grid.affine
    affine[:3, 3] = grid.to_world(corner)
    return Grid.of(end - corner, affine)


def _cut(corner: NDArray[np.int64], end: NDArray[np.int64]) -> tuple[slice, slice, slice]:
    a, b, c = (slice(int(low), int(high)) for low, high in zip(corner, end, strict=True))
    return a, b, c


def _limits(planned_mm: float | None, limits_mm: Sequence[float]) -> tuple[float, ...]:
    all_limits = {float(limit) for limit in limits_mm}
    if planned_mm:
        all_limits.add(float(planned_mm))
    planned = 0.0 if planned_mm is None else planned_mm
    if not all(0 < one <= WIDEST_MM for one in all_limits) or not all_limits or not planned >= 0.0:
        raise Problem(
            "margin_unusable",
            got="a margin that is no length within a body",
            expected=f"millimetres, above 0 and up to {WIDEST_MM:g}",
            next_step="Give margins such as 5 or 10.",
        )
    return tuple(sorted(all_limits))


def _own_field(
    target: NDArray[np.bool_], grid: Grid, reach_mm: float
) -> tuple[tuple[int, int, int], SignedDistanceField]:
    low, high = box_around(target, grid, reach_mm)
    a, b, c = (int(n) for n in low)
    part = np.ascontiguousarray(target[_cut(low, high)])
    return (a, b, c), SignedDistanceField.of(part, part_of(grid, low, high))


def _structure(
    structure: Structure,
    field: SignedDistanceField,
    values: Floats,
    target: NDArray[np.bool_],
    mesh: TriangleMesh,
    grid: Grid,
    limits: tuple[float, ...],
) -> StructureMargin:
    both = np.argwhere(target & structure.mask)
    place = int(values.argmin())
    here, distance = mesh.vertices_mm[place], float(values[place])
    if len(both):
        inner = field.sample(grid.to_world(both), beyond="bound")
        if inner.min() < distance:
            here, distance = grid.to_world(both[inner.argmin()]), float(inner.min())
    there = _nearest_point(field, here)
    voxel_mm3 = grid.voxel_volume_mm3
    return StructureMargin(
        name=structure.name,
        volume_mm3=None if structure.outside else int(np.count_nonzero(structure.mask)) * voxel_mm3,
        closest=Closest(distance, _point(here), _point(there), structure.name),
        percentile5_mm=area_percentile(mesh, values, PERCENT),
        within_mm2=tuple(area_below_mm2(mesh, values, limit) for limit in limits),
        overlap_mm3=len(both) * voxel_mm3,
    )


def _nearest_point(field: SignedDistanceField, point_mm: Floats) -> Floats:
    """A point of the structure's surface; the start is first brought into the grid, half a voxel away at most."""
    grid = field.grid
    inside = np.clip(grid.to_index(point_mm), 0, np.array(grid.shape) - 1.0)
    return field.project(grid.to_world(inside)[None]).points_mm[0]


def _point(position: Floats) -> Point:
    x, y, z = (float(value) for value in position)
    return x, y, z


def _shells(
    field: SignedDistanceField,
    corner: tuple[int, int, int],
    avoided: Sequence[Structure],
    grid: Grid,
    limits: tuple[float, ...],
) -> tuple[Shell, ...]:
    """Volumes by how much of each voxel lies within the limit: the field and a voxel's extent along its slope."""
    values = field.distance_mm
    extent = _extents(values, np.array(field.grid.spacing_mm))
    start = np.array(corner)
    cut = _cut(start, start + values.shape)
    masks = {one.name: one.mask[cut] for one in avoided}
    voxel_mm3 = grid.voxel_volume_mm3
    inner = np.clip(0.5 - values / extent, 0.0, 1.0)
    shells: list[Shell] = []
    for limit in limits:
        share = np.clip(0.5 + (limit - values) / extent, 0.0, 1.0) - inner
        entered = {name: float(share[mask].sum(dtype=np.float64)) * voxel_mm3 for name, mask in masks.items()}
        volume = float(share.sum(dtype=np.float64)) * voxel_mm3
        shells.append(Shell(limit, volume, entered, _leaves(values, limit)))
    return tuple(shells)


def _extents(values: NDArray[np.float32], spacing_mm: Floats) -> NDArray[np.float32]:
    """How long a voxel is along the slope of the field, mm."""
    squares = np.zeros(values.shape, dtype=np.float32)
    total = np.zeros(values.shape, dtype=np.float32)
    for axis in range(3):
        if values.shape[axis] < 2:
            continue
        slope = np.abs(np.gradient(values, spacing_mm[axis], axis=axis)).astype(np.float32)
        squares += slope * slope
        total += slope * np.float32(spacing_mm[axis])
    longest = np.float32(spacing_mm.max())
    return np.where(squares > 1e-6, total / np.sqrt(np.maximum(squares, 1e-6)), longest).astype(np.float32)


def _leaves(values: NDArray[np.float32], limit_mm: float) -> bool:
    """Whether a shell reaches the outermost layer, where there is room around it only if the grid had it."""
    faces = (np.take(values, place, axis=axis) for axis in range(3) for place in (0, -1))
    return any(bool((face <= limit_mm).any()) for face in faces)
