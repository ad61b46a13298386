"""The way through the middle of a lumen, from end to end.

A way costs more the nearer it is to the wall (I. Bitter, A. Kaufman, M. Sato, Penalized-distance volumetric skeleton
algorithm, IEEE TVCG 7, 2001): here the inverse fourth power of the distance, so that where two loops of bowel touch,
the long way through the open lumen is cheaper than the short one through the contact.

Where the contact is as wide as the bowel, no such cost can tell: the label shows no wall. Then a short cut leaves out a
loop. So the way is sent through the middle of what it left out, at the place among its stops where that makes it pass
most at the least additional length, until nothing large is left or no detour is worth its length. What is left all the
same is told, with a point to send the way through. A part with one mouth only is flown in and out.
"""

from collections.abc import Sequence
from typing import Any, cast

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
SMALLEST_SHARE = 0.01
"""Parts of the lumen with a smaller share of it may be left out."""
WORTH = 0.15
"""A detour must pass this share of the part that it is made for, at least."""
LENGTH_WEIGHT = 0.06
"""Of two detours the one with less left out; additional way counts as this share of a mean stretch of organ."""
MOST_STOPS = 12


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
        through_mm: Points that it was sent through.
        found: Whether those were found because a shorter way left parts out, and not given.
    """

    points_mm: FloatArray
    length_mm: float
    unvisited: tuple[Unvisited, ...]
    through_mm: tuple[tuple[float, float, float], ...] = ()
    found: bool = False


class _Graph(msgspec.Struct, frozen=True, eq=False):
    """The lumen's voxels as a graph; see `shortest_paths.numbered`."""

    lumen: Lumen
    voxels: NDArray[np.int64]
    places: NDArray[np.int64]
    number: NDArray[np.int64]
    offsets: NDArray[np.int64]
    lengths_mm: FloatArray
    clearance: FloatArray
    cost: FloatArray

    def lengths_from(self, start: int) -> FloatArray:
        """Way from a voxel to every other, mm; -1 where there is none."""
        found = cheapest(self.places, self.number, self.offsets, self.lengths_mm, self.cost, start, -1)[1]
        return np.where(np.isfinite(found), found, -1.0)


class _Leg(msgspec.Struct, frozen=True, eq=False):
    """A way from one stop to the next: numbers of voxels, and where the whole way has been by its end."""

    way: list[int]
    used: NDArray[np.bool_]


def centreline(
    lumen: Lumen,
    start_mm: ArrayLike | None = None,
    end_mm: ArrayLike | None = None,
    through_mm: Sequence[ArrayLike] = (),
    whole: bool = True,
) -> Centreline:
    """The way through the middle.

    Args:
        lumen: In one piece.
        start_mm: (3,), world; None for the first of the two ends that are farthest apart along the lumen.
        end_mm: (3,), world; None for the other, or for the farthest from `start_mm`.
        through_mm: Points to pass, in order.
        whole: Whether the way is also sent through what it leaves out; not where points to pass are given.

    Raises:
        Problem: A point lies outside the lumen, or the way has no length.
    """
    graph = _graph(lumen)
    given = [_voxel_of(lumen, graph.voxels, point) for point in through_mm]
    start, end = _ends(graph, start_mm, end_mm)
    stops = [start, *given, end]
    legs = _legs(graph, stops, [])
    if _length(graph, _way(legs)) < 4 * max(lumen.grid.spacing_mm):
        raise Problem(
            "centreline_too_short",
            got=f"a way of {_length(graph, _way(legs)):.1f} mm",
            expected="a hollow organ that is longer than it is wide, and two ends apart",
            next_step="Choose ends further from each other, or a label that holds the organ.",
        )
    if whole and not given:
        stops, legs = _with_detours(graph, stops, legs)
    way = _way(legs)
    passed = tuple(_point(lumen, graph.voxels[stop]) for stop in stops[1:-1])
    return Centreline(
        points_mm=lumen.grid.to_world(graph.voxels[way]),
        length_mm=_length(graph, way),
        unvisited=tuple(part for part, _ in _unvisited(graph, way)),
        through_mm=passed,
        found=not given and bool(passed),
    )


def _graph(lumen: Lumen) -> _Graph:
    found, number, offsets, lengths = numbered(lumen.mask, lumen.grid)
    voxels = np.ascontiguousarray(found[:, :3])
    clearance = lumen.clearance_mm[tuple(voxels.T)]
    cost = np.maximum(clearance / min(lumen.grid.spacing_mm), 0.25) ** -POWER
    return _Graph(lumen, voxels, np.ascontiguousarray(found[:, 3]), number, offsets, lengths, clearance, cost)


def _ends(graph: _Graph, start_mm: ArrayLike | None, end_mm: ArrayLike | None) -> tuple[int, int]:
    def farthest_from(place: int) -> int:
        return _well_inside(int(graph.lengths_from(place).argmax()), graph.voxels, graph.clearance)

    end = None if end_mm is None else _voxel_of(graph.lumen, graph.voxels, end_mm)
    if start_mm is not None:
        start = _voxel_of(graph.lumen, graph.voxels, start_mm)
    elif end is not None:
        start = farthest_from(end)
    else:
        # From the widest place to its farthest, and from there to the farthest again: the two ends of a tree.
        start = farthest_from(farthest_from(farthest_from(int(graph.clearance.argmax()))))
    return start, farthest_from(start) if end is None else end


def _legs(graph: _Graph, stops: Sequence[int], known: Sequence[_Leg]) -> list[_Leg]:
    """The ways from stop to stop; the first of them may be known."""
    legs = list(known)
    for place in range(len(legs), len(stops) - 1):
        start, goal = stops[place], stops[place + 1]
        used = legs[-1].used if legs else np.zeros(len(graph.cost), dtype=bool)
        cost = np.where(used, graph.cost * USED_FACTOR, graph.cost)
        _, _, before = cheapest(graph.places, graph.number, graph.offsets, graph.lengths_mm, cost, start, goal)
        way = [goal]
        while before[way[-1]] >= 0:
            way.append(int(before[way[-1]]))
        way.reverse()
        legs.append(_Leg(way, used | _near(graph, way, 1.5)))
    return legs


def _with_detours(graph: _Graph, stops: list[int], legs: list[_Leg]) -> tuple[list[int], list[_Leg]]:
    """Stops and legs that also pass what the first way left out, as far as that is worth its length."""
    voxel_ml = graph.lumen.grid.voxel_volume_mm3 / 1000
    per_mm = LENGTH_WEIGHT * len(graph.cost) * voxel_ml / max(_length(graph, _way(legs)), 1.0)
    left: set[int] = set()
    while len(stops) < MOST_STOPS + 2:
        missed = _unvisited(graph, _way(legs))
        todo = [(part, stop) for part, stop in missed if stop not in left and stop not in stops]
        if not todo:
            break
        part, stop = todo[0]
        tries: list[tuple[float, int, float, list[_Leg]]] = []
        for place in range(len(legs)):
            tried = _legs(graph, [*stops[: place + 1], stop, *stops[place + 1 :]], legs[:place])
            still = sum(other.volume_ml for other, _ in _unvisited(graph, _way(tried)))
            tries.append((still + per_mm * _length(graph, _way(tried)), place, still, tried))
        _, place, still, tried = min(tries, key=lambda one: one[:2])
        if still > sum(other.volume_ml for other, _ in missed) - WORTH * part.volume_ml:
            left.add(stop)
            continue
        stops, legs = [*stops[: place + 1], stop, *stops[place + 1 :]], tried
    return stops, legs


def _way(legs: Sequence[_Leg]) -> list[int]:
    return [legs[0].way[0], *(number for leg in legs for number in leg.way[1:])]


def _length(graph: _Graph, way: Sequence[int]) -> float:
    points = graph.lumen.grid.to_world(graph.voxels[list(way)])
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


def _point(lumen: Lumen, voxel: NDArray[np.int64]) -> tuple[float, float, float]:
    x, y, z = lumen.grid.to_world(voxel).tolist()
    return x, y, z


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


def _near(graph: _Graph, way: Sequence[int], widths: float) -> NDArray[np.bool_]:
    """Voxels where the way has been: balls around it, so many times wider than the lumen there."""
    lumen = graph.lumen
    near = np.zeros(lumen.mask.shape, dtype=bool)
    spacing = np.array(lumen.grid.spacing_mm)
    # Balls are wider than three voxels, so every third of the way is enough.
    for number in [*way[::3], way[-1]]:
        voxel = graph.voxels[number]
        radius = widths * max(float(graph.clearance[number]), 0.0) + 2 * float(spacing.max())
        low = np.maximum(np.floor(voxel - radius / spacing), 0).astype(int)
        high = np.minimum(np.ceil(voxel + radius / spacing) + 1, near.shape).astype(int)
        squares: list[FloatArray] = [
            ((np.arange(int(low[a]), int(high[a]), dtype=np.float64) - voxel[a]) * spacing[a]) ** 2 for a in range(3)
        ]
        square = squares[0][:, None, None] + squares[1][None, :, None] + squares[2][None, None, :]
        near[low[0] : high[0], low[1] : high[1], low[2] : high[2]] |= square <= radius**2
    return near[tuple(graph.voxels.T)]


def _unvisited(graph: _Graph, way: Sequence[int]) -> list[tuple[Unvisited, int]]:
    """Parts that the way leaves out, the largest first, each with the number of the voxel in its middle."""
    lumen = graph.lumen
    rest = np.zeros(lumen.mask.shape, dtype=bool)
    rest[tuple(graph.voxels.T)] = ~_near(graph, way, 2.0)
    parts, count = cast("Any", ndimage.label)(rest)
    part_of: NDArray[np.int64] = parts[tuple(graph.voxels.T)].astype(np.int64)
    sizes = np.bincount(part_of, minlength=int(count) + 1)
    found: list[tuple[Unvisited, int]] = []
    for part in np.flatnonzero(sizes >= SMALLEST_SHARE * len(graph.cost)).tolist():
        if part == 0:
            continue
        inside = np.flatnonzero(part_of == part)
        widest = int(inside[graph.clearance[inside].argmax()])
        volume_ml = len(inside) * lumen.grid.voxel_volume_mm3 / 1000
        found.append((Unvisited(volume_ml, _point(lumen, graph.voxels[widest])), widest))
    return sorted(found, key=lambda one: -one[0].volume_ml)
