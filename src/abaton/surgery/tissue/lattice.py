"""Tetrahedra of a body-centred cubic lattice, cut at a surface (isosurface stuffing: Labelle, Shewchuk 2007).

All tetrahedra of the lattice are alike and well shaped. Where the surface passes close to a vertex, the vertex moves
onto it; what then crosses is cut. So no tetrahedron becomes a splinter, which matters here: the thinnest one sets how
short an explicit solver's steps must be.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel

Array = NDArray[np.float64]
Index = NDArray[np.int32]

_LONG, _SHORT = 0.24999, 0.41189
"""Parts of an edge along an axis, and of one along a diagonal, within which its vertex moves (ibid., table 1)."""
_AXES = ((0, 1, 2), (1, 2, 0), (2, 0, 1))


class Lattice(msgspec.Struct, frozen=True, eq=False):
    """Vertices and tetrahedra before anything is cut.

    Attributes:
        low: (3,) of the first corner.
        edge: Between corners along an axis.
        cells: Along each axis.
        points: (n, 3): corners of cells, then their middles, the last axis first.
        tetrahedra: (m, 4), each of volume edge^3 / 12.
    """

    low: Array
    edge: float
    cells: tuple[int, int, int]
    points: Array
    tetrahedra: Index


def lattice(low: Array, high: Array, edge: float) -> Lattice:
    """A lattice that fills the box and more than an edge around it."""
    low = low - 1.5 * edge
    cells = np.ceil((high - low) / edge + 1.5).astype(np.int64)
    a, b, c = (int(n) for n in cells)
    outer, inner = cells + 1, cells
    corners = np.indices((a + 1, b + 1, c + 1)).reshape(3, -1).T
    middles = np.indices((a, b, c)).reshape(3, -1).T
    points = np.concatenate([low + edge * corners, low + edge * (middles + 0.5)])

    def corner(at: NDArray[np.int64]) -> NDArray[np.int64]:
        return (at[:, 0] * outer[1] + at[:, 1]) * outer[2] + at[:, 2]

    def middle(at: NDArray[np.int64]) -> NDArray[np.int64]:
        return len(corners) + (at[:, 0] * inner[1] + at[:, 1]) * inner[2] + at[:, 2]

    made: list[NDArray[np.int64]] = []
    for axis, second, third in _AXES:
        here = middles[middles[:, axis] < inner[axis] - 1]
        along, one, two = (np.eye(3, dtype=np.int64)[n] for n in (axis, second, third))
        around = [here + along, here + along + one, here + along + one + two, here + along + two]
        for n in range(4):
            ends = middle(here), middle(here + along), corner(around[n]), corner(around[(n + 1) % 4])
            made.append(np.stack(ends, axis=1))
    tetrahedra = _turned(points, np.concatenate(made).astype(np.int32))
    return Lattice(low, edge, (a, b, c), points, tetrahedra)


def cut(whole: Lattice, inside: Array) -> tuple[Array, Index]:
    """What lies inside a surface.

    Args:
        whole: The lattice around it.
        inside: (n,) signed distances of its points from the surface, negative inside; right within an edge of it.

    Returns:
        Vertices and tetrahedra of positive volume; the surface's vertices lie where the distance, drawn as straight
        lines along the edges, is 0.
    """
    tetrahedra = whole.tetrahedra[(inside[whole.tetrahedra] < 0).any(axis=1)]
    kept, numbers = np.unique(tetrahedra, return_inverse=True)
    points, inside = whole.points[kept], inside[kept].copy()
    tetrahedra = numbers.reshape(-1, 4).astype(np.int32)
    moved = points.copy()
    edges = _edges(tetrahedra)
    limit = np.where(
        np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1) > 0.9 * whole.edge, _LONG, _SHORT
    )
    both = np.concatenate([edges, edges[:, ::-1]])
    order = np.lexsort((both[:, 1], both[:, 0]))
    starts = np.searchsorted(both[order, 0], np.arange(len(points) + 1))
    _warp(points, moved, inside, starts, both[order, 1], np.concatenate([limit, limit])[order])
    return _pieces(moved, tetrahedra, inside)


def thinnest(points: Array, tetrahedra: Index) -> Array:
    """(m,) the least height of each tetrahedron."""
    corners = points[tetrahedra]
    inverse: Array = np.linalg.inv(corners[:, 1:] - corners[:, :1]).astype(np.float64)
    steepest = np.maximum((inverse**2).sum(axis=1).max(axis=1), (inverse.sum(axis=2) ** 2).sum(axis=1))
    heights: Array = 1 / np.sqrt(steepest)
    return heights


@kernel()
def _warp(
    points: Array,
    moved: Array,
    inside: Array,
    starts: NDArray[np.int64],
    ends: NDArray[np.int32],
    limit: Array,
) -> None:
    """Vertices onto the nearest crossing of their edges, where one is too near; `moved` and `inside` are written."""
    for v in range(points.shape[0]):
        if inside[v] == 0.0:
            continue
        nearest, length, far = -1, np.inf, 0.0
        for n in range(starts[v], starts[v + 1]):
            other = inside[ends[n]]
            if other * inside[v] < 0.0:
                part = inside[v] / (inside[v] - other)
                if part < limit[n]:
                    way = 0.0
                    for axis in range(3):
                        way += (part * (points[ends[n], axis] - points[v, axis])) ** 2
                    if way < length:
                        nearest, length, far = ends[n], way, part
        if nearest >= 0:
            for axis in range(3):
                moved[v, axis] = points[v, axis] + far * (points[nearest, axis] - points[v, axis])
            inside[v] = 0.0


def _pieces(points: Array, tetrahedra: Index, inside: Array) -> tuple[Array, Index]:
    """The parts of tetrahedra inside. Quadrilaterals are split from their least vertex, alike on both sides."""
    sign = np.sign(inside[tetrahedra]).astype(np.int64)
    order = np.argsort(sign, axis=1, kind="stable")
    tetrahedra = np.take_along_axis(tetrahedra, order, axis=1)
    least, zero = (sign < 0).sum(axis=1), (sign == 0).sum(axis=1)
    count = len(points)
    edges = _edges(tetrahedra)
    crossed = edges[inside[edges[:, 0]] * inside[edges[:, 1]] < 0]
    keys = crossed[:, 0].astype(np.int64) * count + crossed[:, 1]
    a, b = crossed[:, 0], crossed[:, 1]
    part = (inside[a] / (inside[a] - inside[b]))[:, None] if len(crossed) else np.zeros((0, 1))
    points = np.concatenate([points, points[a] + part * (points[b] - points[a])])

    def crossing(one: Index, other: Index) -> Index:
        key = np.minimum(one, other).astype(np.int64) * count + np.maximum(one, other)
        return (count + np.searchsorted(keys, key)).astype(np.int32)

    made = [tetrahedra[(least > 0) & (least + zero == 4)]]
    for outside in (1, 2, 3):
        a, *rest = tetrahedra[(least == 1) & (zero == 3 - outside)].T
        for n in range(3 - outside, 3):
            rest[n] = crossing(a, rest[n])
        made.append(np.stack([a, *rest], axis=1))
    a, b, c, d = tetrahedra[(least == 2) & (zero == 1)].T
    made.extend(_pyramids(c, (a, b, crossing(b, d), crossing(a, d))))
    a, b, c, d = tetrahedra[(least == 2) & (zero == 0)].T
    made.extend(_prisms((a, crossing(a, c), crossing(a, d)), (b, crossing(b, c), crossing(b, d))))
    a, b, c, d = tetrahedra[(least == 3) & (zero == 0)].T
    made.extend(_prisms((a, b, c), (crossing(a, d), crossing(b, d), crossing(c, d))))
    found = np.concatenate(made)
    kept, numbers = np.unique(found, return_inverse=True)
    points = points[kept]
    return points, _turned(points, numbers.reshape(-1, 4).astype(np.int32))


def _pyramids(top: Index, base: tuple[Index, Index, Index, Index]) -> list[Index]:
    around = np.stack(base, axis=1)
    first = np.argmin(around, axis=1) if len(around) else np.zeros(0, dtype=np.int64)
    a, b, c, d = (around[np.arange(len(around)), (first + n) % 4] for n in range(4))
    return [np.stack([top, a, b, c], axis=1), np.stack([top, a, c, d], axis=1)]


def _prisms(one: tuple[Index, Index, Index], other: tuple[Index, Index, Index]) -> list[Index]:
    """Three tetrahedra each, of prisms with edges from one[k] to other[k]."""
    corners = np.stack([*one, *other], axis=1)
    first = np.argmin(corners, axis=1) if len(corners) else np.zeros(0, dtype=np.int64)
    swapped = (first >= 3)[:, None]
    near = np.where(swapped, corners[:, 3:], corners[:, :3])
    far = np.where(swapped, corners[:, :3], corners[:, 3:])
    rows = np.arange(len(corners))
    a, b, c = (near[rows, (first + n) % 3] for n in range(3))
    x, y, z = (far[rows, (first + n) % 3] for n in range(3))
    rising = np.minimum(b, z) < np.minimum(c, y)
    return [
        np.stack([a, b, c, np.where(rising, z, y)], axis=1),
        np.where(rising[:, None], np.stack([a, b, y, z], axis=1), np.stack([a, c, z, y], axis=1)),
        np.stack([a, x, y, z], axis=1),
    ]


def _edges(tetrahedra: Index) -> Index:
    """(k, 2) with the lesser vertex first, sorted."""
    pairs = np.sort(tetrahedra[:, [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]].reshape(-1, 2), axis=1)
    size = int(pairs.max(initial=0)) + 1
    keys = np.unique(pairs[:, 0].astype(np.int64) * size + pairs[:, 1])
    return np.stack([keys // size, keys % size], axis=1).astype(np.int32)


def _turned(points: Array, tetrahedra: Index) -> Index:
    corners = points[tetrahedra]
    a, b, c = (corners[:, n] - corners[:, 0] for n in (1, 2, 3))
    wrong = np.einsum("ij,ij->i", np.cross(a, b), c) < 0
    tetrahedra = tetrahedra.copy()
    tetrahedra[wrong] = tetrahedra[wrong][:, [0, 2, 1, 3]]
    return np.ascontiguousarray(tetrahedra)
