"""The way through the middle of a lumen, from end to end.

A way costs more the nearer it is to the wall (I. Bitter, A. Kaufman, M. Sato, Penalized-distance volumetric skeleton
algorithm, IEEE TVCG 7, 2001): here the inverse fourth power of the distance, so that where two loops of bowel touch,
the long way through the open lumen is cheaper than the short one through the contact. It cannot know a wall that
the label does not show: what the way leaves out is told, with a point to send it through.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from abaton.core.errors import Problem
from abaton.imaging.flythrough.lumen import Lumen
from abaton.imaging.flythrough.shortest_paths import cheapest, numbered

FloatArray = NDArray[np.float64]

POWER = 4
USED_FACTOR = 50.0
"""Where the way has been already costs this much more, so that it goes on and does not turn back."""


class Unvisited(msgspec.Struct, frozen=True):
    """A part of the lumen that the way does not pass.

    Attributes:
        volume_ml: Of the part.
        through_mm: A point in its middle; given as one to pass, the way leads there.
    """

    volume_ml: float
    through_mm: tuple[float, float, float]


class Centreline(msgspec.Struct, frozen=True, eq=False):
    """A way from voxel to voxel.

    Attributes:
        points_mm: (n, 3), centres of voxels that touch each other, world.
        length_mm: Along them.
        unvisited: Parts further from the way than twice their width, the largest first.
    """

    points_mm: FloatArray
    length_mm: float
    unvisited: tuple[Unvisited, ...]


def centreline(
    lumen: Lumen,
    start_mm: ArrayLike | None = None,
    end_mm: ArrayLike | None = None,
    through_mm: Sequence[ArrayLike] = (),
) -> Centreline:
    """The way through the middle.

    Args:
        lumen: In one piece.
        start_mm: (3,), world; None for the first of the two ends that are farthest apart along the lumen.
        end_mm: (3,), world; None for the other, or for the farthest from `start_mm`.
        through_mm: Points to pass, in order.

    Raises:
        Problem: A point lies outside the lumen, or the way has no length.
    """
    graph, number, offsets, lengths = numbered(lumen.mask, lumen.grid)
    voxels, places = graph[:, :3], np.ascontiguousarray(graph[:, 3])
    clearance = lumen.clearance_mm[tuple(voxels.T)]
    cost = np.maximum(clearance / min(lumen.grid.spacing_mm), 0.25) ** -POWER

    def farthest_from(place: int) -> int:
        _, length, _ = cheapest(places, number, offsets, lengths, cost, place)
        return _well_inside(int(np.where(np.isfinite(length), length, -1).argmax()), voxels, clearance)

    given = [_voxel_of(lumen, voxels, point) for point in through_mm]
    if start_mm is None:
        # From the widest place to its farthest, and from there to the farthest again: the two ends of a tree.
        start = farthest_from(_voxel_of(lumen, voxels, end_mm) if end_mm is not None else int(clearance.argmax()))
        if end_mm is None:
            start = farthest_from(farthest_from(start))
    else:
        start = _voxel_of(lumen, voxels, start_mm)
    end = farthest_from(start) if end_mm is None else _voxel_of(lumen, voxels, end_mm)
    way, cost_now = [start], cost
    for goal in (*given, end):
        _, _, before = cheapest(places, number, offsets, lengths, cost_now, way[-1])
        leg = [goal]
        while before[leg[-1]] >= 0:
            leg.append(int(before[leg[-1]]))
        way += leg[-2::-1]
        cost_now = np.where(_near(lumen, voxels[way])[tuple(voxels.T)], cost * USED_FACTOR, cost)
    points = lumen.grid.to_world(voxels[way])
    length_mm = float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())
    if length_mm < 4 * max(lumen.grid.spacing_mm):
        raise Problem(
            "centreline_too_short",
            got=f"a way of {length_mm:.1f} mm",
            expected="a hollow organ that is longer than it is wide, and two ends apart",
            next_step="Choose ends further from each other, or a label that holds the organ.",
        )
    return Centreline(points, length_mm, _unvisited(lumen, voxels[way]))


def _well_inside(place: int, voxels: NDArray[np.int64], clearance: FloatArray) -> int:
    """The middle of the lumen beside its very end, where a camera has room to stand."""
    near = np.flatnonzero(np.abs(voxels - voxels[place]).max(axis=1) <= 2)
    return int(near[clearance[near].argmax()])


def _voxel_of(lumen: Lumen, voxels: NDArray[np.int64], point_mm: ArrayLike) -> int:
    point = np.asarray(point_mm, dtype=np.float64)
    if point.shape == (3,) and np.isfinite(point).all():
        off = np.linalg.norm((voxels - lumen.grid.to_index(point)) * lumen.grid.spacing_mm, axis=1)
        nearest = int(off.argmin())
        if off[nearest] <= 2 * max(lumen.grid.spacing_mm):
            return nearest
    raise Problem(
        "point_outside_lumen",
        got="a point that does not lie in the organ",
        expected="x, y, z in millimetres, inside the label",
        next_step="Place the point inside the organ; coordinates are the patient's, left, back and up.",
    )


def _near(lumen: Lumen, way: NDArray[np.int64], widths: float = 1.5) -> NDArray[np.bool_]:
    """Where the way has been: balls around it, so much wider than the lumen there."""
    near = np.zeros(lumen.mask.shape, dtype=bool)
    spacing = np.array(lumen.grid.spacing_mm)
    for voxel in way[:: max(1, len(way) // 400)]:
        radius = widths * max(lumen.clearance_mm[tuple(voxel)], 0.0) + 2 * spacing.max()
        low = np.maximum(np.floor(voxel - radius / spacing), 0).astype(int)
        high = np.minimum(np.ceil(voxel + radius / spacing) + 1, near.shape).astype(int)
        size: list[int] = (high - low).tolist()
        off = (np.moveaxis(np.indices(size), 0, -1) + low - voxel) * spacing
        square: FloatArray = (off**2).sum(axis=-1)
        near[low[0] : high[0], low[1] : high[1], low[2] : high[2]] |= square <= radius**2
    return near & lumen.mask


def _unvisited(lumen: Lumen, way: NDArray[np.int64]) -> tuple[Unvisited, ...]:
    rest = lumen.mask & ~_near(lumen, way, widths=2.0)
    parts, count = ndimage.label(rest)
    found: list[Unvisited] = []
    voxel_ml = lumen.grid.voxel_volume_mm3 / 1000
    for part in range(1, int(count) + 1):
        inside = np.argwhere(parts == part)
        share = len(inside) / np.count_nonzero(lumen.mask)
        if share < 0.01:
            continue
        widest = inside[lumen.clearance_mm[tuple(inside.T)].argmax()]
        x, y, z = lumen.grid.to_world(widest).tolist()
        found.append(Unvisited(len(inside) * voxel_ml, (x, y, z)))
    return tuple(sorted(found, key=lambda one: -one.volume_ml))
