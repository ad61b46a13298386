"""Where a field of numbers crosses a level: a closed surface without one faulty edge.

Marching cubes (Lorensen and Cline, 1987) with a table of our own. Published tables, those of scikit-image among
them, draw some diagonals on the faces that two cubes share; where both neighbours draw the same one, four triangles
meet at an edge and the surface is no longer a surface. Here each cube's outline is traced face by face, inside corners
of an ambiguous face are joined, and an outline is cut only along chords that lie on no face of the cube, which every
outline allows. So every edge has exactly two triangles and every vertex one fan; voxels that touch along an edge are
joined, as a thin vessel that runs askew must be, and voxels that touch at a corner only are apart.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel

# Corner i of a cube lies at (i >> 2 & 1, i >> 1 & 1, i & 1). Each face's corners in a turn that is
# counter-clockwise seen from outside of a right-handed grid.
_FACES = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
_EDGES = tuple((low, low | 4 >> axis) for axis in range(3) for low in range(8) if not low & 4 >> axis)
_NEAREST = 1e-3
"""Share of an edge that a crossing keeps from its ends, so that no triangle loses its area."""

Loop: TypeAlias = Sequence[int]


def crossing(values: NDArray[Any], level: float) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """The surface between values at or above a level and values below it.

    Args:
        values: (a, b, c), at least 2 along each axis; NaN counts as below. Where a value at the edge of the array is
            at or above the level, the surface is open.
        level: In the unit of the values.

    Returns:
        Vertices (n, 3) in index coordinates and faces (m, 3), counter-clockwise seen from below the level when the
        axes of the array are right-handed.
    """
    counts, triangles = _table()
    vertex_count, face_count = _count(values, float(level), counts)
    vertices = np.empty((vertex_count, 3))
    faces = np.empty((face_count, 3), dtype=np.int32)
    _fill(values, float(level), counts, triangles, np.array(_EDGES), vertices, faces)
    return vertices, faces


@lru_cache(maxsize=1)
def _table() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many triangles each of the 256 cases has, and the edges of the cube, (256, 5, 3), that are their corners."""
    cases = [[triangle for loop in _outlines(case) for triangle in next(_cuts(loop))] for case in range(256)]
    counts = np.array([len(triangles) for triangles in cases])
    corners = np.zeros((256, int(counts.max()), 3), dtype=np.int64)
    for case, triangles in enumerate(cases):
        corners[case, : len(triangles)] = np.array(triangles, dtype=np.int64).reshape(-1, 3)
    return counts, corners


def _outlines(case: int) -> list[Loop]:
    """The closed outlines of a cube's surface, each a turn of edges."""
    following: dict[int, int] = {}
    for face in _FACES:
        outside = [not case >> corner & 1 for corner in face]
        for first in range(4):
            if not outside[first] or outside[first - 1]:
                continue
            last = first
            while outside[(last + 1) % 4]:
                last += 1
            begins = _edge(face[first - 1], face[first])
            ends = _edge(face[last % 4], face[(last + 1) % 4])
            following[ends] = begins
    loops: list[Loop] = []
    while following:
        start, edge = following.popitem()
        loop = [start]
        while edge != start:
            loop.append(edge)
            edge = following.pop(edge)
        loops.append(tuple(loop))
    return loops


def _edge(one: int, other: int) -> int:
    return _EDGES.index((min(one, other), max(one, other)))


def _cuts(loop: Loop) -> Iterator[list[Loop]]:
    """Every way to make triangles of an outline by chords that lie on no face of the cube."""
    if len(loop) < 3:
        yield []
    for tip in range(1, len(loop) - 1):
        if tip > 1 and _on_one_face(loop[0], loop[tip]):
            continue
        if tip < len(loop) - 2 and _on_one_face(loop[tip], loop[-1]):
            continue
        for before, after in product(_cuts(loop[: tip + 1]), _cuts(loop[tip:])):
            yield [(loop[0], loop[tip], loop[-1]), *before, *after]


def _on_one_face(one: int, other: int) -> bool:
    corners = {*_EDGES[one], *_EDGES[other]}
    return any(corners <= set(face) for face in _FACES)


@kernel()
def _case(values: NDArray[Any], level: float, a: int, b: int, c: int) -> int:
    case = 0
    for corner in range(8):
        if values[a + (corner >> 2 & 1), b + (corner >> 1 & 1), c + (corner & 1)] >= level:
            case |= 1 << corner
    return case


@kernel()
def _count(values: NDArray[Any], level: float, counts: NDArray[np.int64]) -> tuple[int, int]:
    """How many vertices and faces there will be."""
    vertices = 0
    faces = 0
    slices, rows, columns = values.shape
    for a in range(slices):
        for b in range(rows):
            for c in range(columns):
                inside = values[a, b, c] >= level
                if a + 1 < slices and (values[a + 1, b, c] >= level) != inside:
                    vertices += 1
                if b + 1 < rows and (values[a, b + 1, c] >= level) != inside:
                    vertices += 1
                if c + 1 < columns and (values[a, b, c + 1] >= level) != inside:
                    vertices += 1
                if a + 1 < slices and b + 1 < rows and c + 1 < columns:
                    faces += counts[_case(values, level, a, b, c)]
    return vertices, faces


@kernel()
def _share(low: float, high: float, level: float) -> float:
    """How far along an edge the level is crossed, 0 to 1."""
    share = (level - low) / (high - low)
    if not np.isfinite(share):
        return 0.5
    return min(max(share, _NEAREST), 1.0 - _NEAREST)


@kernel()
def _cross_slice(
    values: NDArray[Any], level: float, a: int, ids: NDArray[np.int32], vertices: NDArray[np.float64], made: int
) -> int:
    """Puts vertices on the edges within slice `a`; `ids` (2, rows, columns) gets their numbers."""
    _, rows, columns = values.shape
    for b in range(rows):
        for c in range(columns):
            here = values[a, b, c]
            for axis in range(2):
                along_b, along_c = b + 1 - axis, c + axis
                if along_b == rows or along_c == columns:
                    continue
                there = values[a, along_b, along_c]
                if (here >= level) != (there >= level):
                    share = _share(here, there, level)
                    vertices[made, 0] = a
                    vertices[made, 1] = b + (1 - axis) * share
                    vertices[made, 2] = c + axis * share
                    ids[axis, b, c] = made
                    made += 1
    return made


@kernel()
def _fill(
    values: NDArray[Any],
    level: float,
    counts: NDArray[np.int64],
    triangles: NDArray[np.int64],
    edges: NDArray[np.int64],
    vertices: NDArray[np.float64],
    faces: NDArray[np.int32],
) -> None:
    """Writes vertices and faces, slice by slice; only the numbers of two slices' vertices are kept."""
    slices, rows, columns = values.shape
    within = np.zeros((2, 2, rows, columns), dtype=np.int32)
    between = np.zeros((rows, columns), dtype=np.int32)
    corner_ids = np.zeros(12, dtype=np.int32)
    made = _cross_slice(values, level, 0, within[0], vertices, 0)
    faced = 0
    for a in range(slices - 1):
        made = _cross_slice(values, level, a + 1, within[(a + 1) % 2], vertices, made)
        for b in range(rows):
            for c in range(columns):
                here, there = values[a, b, c], values[a + 1, b, c]
                if (here >= level) != (there >= level):
                    vertices[made, 0] = a + _share(here, there, level)
                    vertices[made, 1] = b
                    vertices[made, 2] = c
                    between[b, c] = made
                    made += 1
        for b in range(rows - 1):
            for c in range(columns - 1):
                case = _case(values, level, a, b, c)
                if counts[case] == 0:
                    continue
                for edge in range(12):
                    low = edges[edge, 0]
                    at_b, at_c = b + (low >> 1 & 1), c + (low & 1)
                    if edge < 4:
                        corner_ids[edge] = between[at_b, at_c]
                    else:
                        corner_ids[edge] = within[(a + (low >> 2)) % 2, edge // 4 - 1, at_b, at_c]
                for triangle in range(counts[case]):
                    for corner in range(3):
                        faces[faced, corner] = corner_ids[triangles[case, triangle, corner]]
                    faced += 1
