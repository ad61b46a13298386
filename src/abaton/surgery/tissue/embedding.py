"""Which tetrahedra belong to which tissue inside a body, with the volume that each has.

Each tetrahedron goes to the tissue in which its middle lies deepest. Vertices between two tissues move onto the border
as far as the tetrahedra around them stay in shape; then the borders shift until the volumes are right.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel
from abaton.surgery.tissue.body import FACES, volumes_m3
from abaton.surgery.tissue.lattice import thinnest

Array = NDArray[np.float64]
Index = NDArray[np.int32]
Field = Callable[[Array], Array]

_LEAST_HEIGHT = 0.2
"""Of an edge: thinner than this no tetrahedron becomes by moving a vertex onto a border."""
_FURTHEST = 0.35
"""Of an edge: no vertex moves further."""
_ROUNDS, _SWEEPS = 3, 4


def embed(points: Array, tetrahedra: Index, fields: Sequence[Field], wanted: Array, edge: float) -> tuple[Array, Index]:
    """Points that follow the borders, and the tissue of each tetrahedron (m,).

    Args:
        points: (n, 3).
        tetrahedra: (m, 4).
        fields: Signed distance from each tissue, negative inside.
        wanted: Volume of each; their sum need not be quite that of the tetrahedra.
        edge: Of the lattice.
    """
    points = points.copy()
    movable = np.ones(len(points), dtype=np.bool_)
    movable[_outside(tetrahedra)] = False
    starts, around = _around(tetrahedra, len(points))
    began = points.copy()
    for _ in range(_ROUNDS):
        number = shared(_at_middles(points, tetrahedra, fields), volumes_m3(points, tetrahedra), wanted)
        border = _borders(tetrahedra, number, len(points)) & movable
        aim = _onto_border(points, np.flatnonzero(border), fields, edge)
        far = np.linalg.norm(aim - began, axis=1, keepdims=True)
        aim = began + (aim - began) * np.minimum(1.0, _FURTHEST * edge / np.maximum(far, 1e-12))
        heights = thinnest(points, tetrahedra)
        _settle(points, aim, border, tetrahedra, starts, around, np.minimum(heights, _LEAST_HEIGHT * edge))
    return points, shared(_at_middles(points, tetrahedra, fields), volumes_m3(points, tetrahedra), wanted)


def shared(depth: Array, volume: Array, wanted: Array) -> Index:
    """The tissue of each tetrahedron: where it lies deepest, after borders are shifted for the volumes wanted.

    Args:
        depth: (m, k) signed distances of the tetrahedra from the tissues, negative inside.
        volume: (m,).
        wanted: (k,) volumes. The largest tissue takes what is left.
    """
    shift = np.zeros(len(wanted))
    largest = int(np.argmax(wanted))
    for _ in range(_SWEEPS):
        for tissue in np.argsort(wanted, kind="stable").tolist():
            if tissue == largest:
                continue
            others = np.delete(depth - shift, tissue, axis=1).min(axis=1)
            margin = depth[:, tissue] - others
            order = np.argsort(margin, kind="stable")
            sums = np.cumsum(volume[order])
            take = max(1, int(np.argmin(np.abs(sums - wanted[tissue]))) + 1)
            if take >= len(order):
                continue
            shift[tissue] = (margin[order[take - 1]] + margin[order[take]]) / 2
    return np.argmin(depth - shift, axis=1).astype(np.int32)


def _at_middles(points: Array, tetrahedra: Index, fields: Sequence[Field]) -> Array:
    middles = points[tetrahedra].mean(axis=1)
    return np.stack([field(middles) for field in fields], axis=1)


def _onto_border(points: Array, which: NDArray[np.int64], fields: Sequence[Field], edge: float) -> Array:
    """Where the two tissues nearest to each of these vertices are equally far; others stay."""
    aim = points.copy()
    here = points[which]
    depth = np.stack([field(here) for field in fields], axis=1)
    order = np.argsort(depth, axis=1, kind="stable")
    rows = np.arange(len(which))

    def half(at: Array) -> Array:
        value = np.stack([field(at) for field in fields], axis=1)
        return (value[rows, order[:, 0]] - value[rows, order[:, 1]]) / 2

    step = 0.1 * edge
    slope = np.stack([(half(here + step * axis) - half(here - step * axis)) / (2 * step) for axis in np.eye(3)], axis=1)
    steep = np.maximum((slope**2).sum(axis=1, keepdims=True), 0.25)
    aim[which] = here - half(here)[:, None] * slope / steep
    return aim


def _outside(tetrahedra: Index) -> Index:
    """Vertices of faces that belong to one tetrahedron only."""
    faces = tetrahedra[:, FACES].reshape(-1, 3)
    _, first, uses = np.unique(np.sort(faces, axis=1), axis=0, return_index=True, return_counts=True)
    return np.unique(faces[first[uses == 1]])


def _borders(tetrahedra: Index, number: Index, count: int) -> NDArray[np.bool_]:
    least, most = np.full(count, np.iinfo(np.int32).max), np.full(count, -1)
    np.minimum.at(least, tetrahedra.ravel(), np.repeat(number, 4))
    np.maximum.at(most, tetrahedra.ravel(), np.repeat(number, 4))
    return least < most


def _around(tetrahedra: Index, count: int) -> tuple[NDArray[np.int64], Index]:
    """Tetrahedra around each vertex: those of v are the second array from the first's v to v + 1."""
    order = np.argsort(tetrahedra.ravel(), kind="stable")
    starts = np.searchsorted(tetrahedra.ravel()[order], np.arange(count + 1))
    return starts, (order // 4).astype(np.int32)


@kernel()
def _settle(
    points: Array,
    aim: Array,
    which: NDArray[np.bool_],
    tetrahedra: Index,
    starts: NDArray[np.int64],
    around: Index,
    least: Array,
) -> None:
    """Moves vertices towards their aims, in turn, by as much as leaves each tetrahedron its least height."""
    before = np.empty(3)
    for v in range(points.shape[0]):
        if not which[v]:
            continue
        before[:] = points[v]
        share = 1.0
        for _ in range(4):
            for axis in range(3):
                points[v, axis] = before[axis] + share * (aim[v, axis] - before[axis])
            sound = True
            for n in range(starts[v], starts[v + 1]):
                if _height(points, tetrahedra[around[n]]) < least[around[n]]:
                    sound = False
                    break
            if sound:
                break
            share *= 0.5
            points[v] = before


@kernel()
def _height(points: Array, corners: Index) -> float:
    """Least height of a tetrahedron; negative where it is inside out."""
    a, b = points[corners[1]] - points[corners[0]], points[corners[2]] - points[corners[0]]
    c = points[corners[3]] - points[corners[0]]
    volume = np.dot(np.cross(a, b), c)
    area = max(
        max(np.sum(np.cross(a, b) ** 2), np.sum(np.cross(a, c) ** 2)),
        max(np.sum(np.cross(b, c) ** 2), np.sum(np.cross(b - a, c - a) ** 2)),
    )
    return volume / np.sqrt(area) if area > 0.0 else -1.0
