"""Rays against a surface of triangles, found through a grid of cells.

A ray walks the cells that it passes (J. Amanatides, A. Woo, A fast voxel traversal algorithm for ray tracing,
Eurographics 1987) and meets the triangles of each (T. Moeller, B. Trumbore, Fast, minimum storage ray/triangle
intersection, Journal of Graphics Tools 2, 1997).
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel, parallel_range
from abaton.geometry.mesh import TriangleMesh

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int32]


class Cells(msgspec.Struct, frozen=True, eq=False):
    """A surface sorted into cubes.

    Attributes:
        corners: (m, 9), the three corners of each triangle one after the other, mm.
        low_mm: (3,), the corner of the first cell.
        size_mm: Edge of a cell.
        counts: (3,) int64, cells along x, y, z.
        starts: Where each cell's triangles begin in `members`, one more than there are cells.
        members: Numbers of triangles.
    """

    corners: FloatArray
    low_mm: FloatArray
    size_mm: float
    counts: NDArray[np.int64]
    starts: NDArray[np.int64]
    members: IntArray


def cells_of(mesh: TriangleMesh, size_mm: float) -> Cells:
    """Sorts a mesh into cells of an edge length in mm; a triangle lies in each cell that its box touches."""
    corners = mesh.vertices_mm[mesh.faces]
    low = corners.min(axis=(0, 1)) - size_mm
    first = np.floor((corners.min(axis=1) - low) / size_mm - 1e-9).astype(np.int64)
    last = np.floor((corners.max(axis=1) - low) / size_mm + 1e-9).astype(np.int64)
    counts = last.max(axis=0) + 2
    return Cells(
        np.ascontiguousarray(corners.reshape(-1, 9)), low, size_mm, counts, *_sorted_into_cells(first, last, counts)
    )


@kernel()
def _sorted_into_cells(
    first: NDArray[np.int64], last: NDArray[np.int64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], IntArray]:
    starts = np.zeros(counts[0] * counts[1] * counts[2] + 1, dtype=np.int64)
    for face in range(first.shape[0]):
        for x in range(first[face, 0], last[face, 0] + 1):
            for y in range(first[face, 1], last[face, 1] + 1):
                for z in range(first[face, 2], last[face, 2] + 1):
                    starts[(x * counts[1] + y) * counts[2] + z + 1] += 1
    starts = np.cumsum(starts)
    members = np.empty(starts[-1], dtype=np.int32)
    free = starts[:-1].copy()
    for face in range(first.shape[0]):
        for x in range(first[face, 0], last[face, 0] + 1):
            for y in range(first[face, 1], last[face, 1] + 1):
                for z in range(first[face, 2], last[face, 2] + 1):
                    cell = (x * counts[1] + y) * counts[2] + z
                    members[free[cell]] = face
                    free[cell] += 1
    return starts, members


@kernel()
def first_hit(
    corners: FloatArray,
    low: FloatArray,
    size: float,
    counts: NDArray[np.int64],
    starts: NDArray[np.int64],
    members: IntArray,
    eye: FloatArray,
    direction: FloatArray,
    reach: float,
    any_hit: bool,
) -> tuple[int, float, float, float]:
    """The first triangle that a ray meets.

    Args:
        corners: See `Cells`, as the next five.
        low: (3,).
        size: mm.
        counts: (3,).
        starts: Of the cells.
        members: Of the cells.
        eye: (3,), mm.
        direction: (3,), a unit vector.
        reach: No further than this, mm.
        any_hit: Whether any triangle within reach will do.

    Returns:
        Its number, -1 where there is none; the distance; and where in the triangle, as weights of the second and the
        third corner.
    """
    found, found_u, found_v, nearest = -1, 0.0, 0.0, reach
    cell = np.empty(3, dtype=np.int64)
    step = np.empty(3, dtype=np.int64)
    to_next = np.empty(3)
    per_cell = np.empty(3)
    for axis in range(3):
        place = (eye[axis] - low[axis]) / size
        cell[axis] = int(np.floor(place))
        if cell[axis] < 0 or cell[axis] >= counts[axis]:
            return -1, reach, 0.0, 0.0
        if direction[axis] > 1e-12:
            step[axis] = 1
            per_cell[axis] = size / direction[axis]
            to_next[axis] = (cell[axis] + 1 - place) * per_cell[axis]
        elif direction[axis] < -1e-12:
            step[axis] = -1
            per_cell[axis] = -size / direction[axis]
            to_next[axis] = (place - cell[axis]) * per_cell[axis]
        else:
            step[axis], per_cell[axis], to_next[axis] = 0, np.inf, np.inf
    entered = 0.0
    while entered <= nearest:
        number = (cell[0] * counts[1] + cell[1]) * counts[2] + cell[2]
        for place in range(starts[number], starts[number + 1]):
            face = members[place]
            ax, ay, az = corners[face, 0], corners[face, 1], corners[face, 2]
            e1x, e1y, e1z = corners[face, 3] - ax, corners[face, 4] - ay, corners[face, 5] - az
            e2x, e2y, e2z = corners[face, 6] - ax, corners[face, 7] - ay, corners[face, 8] - az
            px = direction[1] * e2z - direction[2] * e2y
            py = direction[2] * e2x - direction[0] * e2z
            pz = direction[0] * e2y - direction[1] * e2x
            area = e1x * px + e1y * py + e1z * pz
            if area == 0.0:
                continue
            tx, ty, tz = eye[0] - ax, eye[1] - ay, eye[2] - az
            u = (tx * px + ty * py + tz * pz) / area
            if u < 0.0 or u > 1.0:
                continue
            qx, qy, qz = ty * e1z - tz * e1y, tz * e1x - tx * e1z, tx * e1y - ty * e1x
            v = (direction[0] * qx + direction[1] * qy + direction[2] * qz) / area
            if v < 0.0 or u + v > 1.0:
                continue
            distance = (e2x * qx + e2y * qy + e2z * qz) / area
            if 1e-6 < distance < nearest:
                found, found_u, found_v, nearest = face, u, v, distance
                if any_hit:
                    return found, nearest, found_u, found_v
        axis = 0
        if to_next[1] < to_next[axis]:
            axis = 1
        if to_next[2] < to_next[axis]:
            axis = 2
        entered = to_next[axis]
        cell[axis] += step[axis]
        if cell[axis] < 0 or cell[axis] >= counts[axis]:
            break
        to_next[axis] += per_cell[axis]
    return found, nearest, found_u, found_v


@kernel(parallel=True)
def seen_from(
    corners: FloatArray,
    low: FloatArray,
    size: float,
    counts: NDArray[np.int64],
    starts: NDArray[np.int64],
    members: IntArray,
    middles: FloatArray,
    outward: FloatArray,
    nearest_eye: NDArray[np.int64],
    eyes: FloatArray,
    looks: FloatArray,
    cosine_of_view: float,
    reach: float,
    sine_of_grazing: float,
) -> NDArray[np.bool_]:
    """Which triangles are seen from one of the eyes at least.

    Args:
        corners: See `Cells`, as the next five.
        low: (3,).
        size: mm.
        counts: (3,).
        starts: Of the cells.
        members: Of the cells.
        middles: (m, 3), a point of each triangle.
        outward: (m, 3), unit normals, away from the eyes.
        nearest_eye: (m,), the eye to begin with.
        eyes: (n, 3), mm.
        looks: (n, 3), unit vectors.
        cosine_of_view: Of half the field of view.
        reach: Nothing is seen further away, mm.
        sine_of_grazing: Of the least angle between the ray and the wall.

    Returns:
        (m,).
    """
    seen = np.zeros(middles.shape[0], dtype=np.bool_)
    count = eyes.shape[0]
    for face in parallel_range(middles.shape[0]):
        direction = np.empty(3)
        # From the nearest eye to both sides: what is seen at all is mostly seen from close by.
        for turn in range(2 * count):
            eye = nearest_eye[face] + ((turn + 1) // 2 if turn % 2 == 1 else -(turn // 2))
            if eye < 0 or eye >= count:
                continue
            dx = middles[face, 0] - eyes[eye, 0]
            dy = middles[face, 1] - eyes[eye, 1]
            dz = middles[face, 2] - eyes[eye, 2]
            distance = np.sqrt(dx * dx + dy * dy + dz * dz)
            if distance > reach or distance < 1e-6:
                continue
            if dx * looks[eye, 0] + dy * looks[eye, 1] + dz * looks[eye, 2] < cosine_of_view * distance:
                continue
            if dx * outward[face, 0] + dy * outward[face, 1] + dz * outward[face, 2] < sine_of_grazing * distance:
                continue
            direction[0], direction[1], direction[2] = dx / distance, dy / distance, dz / distance
            # Triangles that share a corner with this one begin where it does: what is nearer than 1e-4 is no screen.
            blocked, _, _, _ = first_hit(
                corners, low, size, counts, starts, members, eyes[eye], direction, distance * (1 - 1e-4), True
            )
            if blocked < 0:
                seen[face] = True
                break
    return seen


@kernel(parallel=True)
def hits_of(
    corners: FloatArray,
    low: FloatArray,
    size: float,
    counts: NDArray[np.int64],
    starts: NDArray[np.int64],
    members: IntArray,
    eye: FloatArray,
    directions: FloatArray,
    reach: float,
) -> tuple[IntArray, FloatArray]:
    """The first triangle that each of many rays meets.

    Args:
        corners: See `Cells`, as the next five.
        low: (3,).
        size: mm.
        counts: (3,).
        starts: Of the cells.
        members: Of the cells.
        eye: (3,), mm.
        directions: (n, 3), unit vectors.
        reach: mm.

    Returns:
        Numbers of triangles, -1 where there is none, (n,); distance and weights of the corners, (n, 3).
    """
    faces = np.empty(directions.shape[0], dtype=np.int32)
    where = np.empty((directions.shape[0], 3))
    for ray in parallel_range(directions.shape[0]):
        face, distance, u, v = first_hit(
            corners, low, size, counts, starts, members, eye, directions[ray], reach, False
        )
        faces[ray] = face
        where[ray, 0], where[ray, 1], where[ray, 2] = distance, u, v
    return faces, where
