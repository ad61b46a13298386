"""Fewer triangles for the same surface, which stays closed."""

import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel
from abaton.geometry.grid import FloatArray
from abaton.geometry.mesh import TriangleMesh, enclosed_volume_mm3
from abaton.geometry.surface import with_volume

_SHARE_A_ROUND = 0.3
"""Only so many of the cheapest edges may go in one round: then the order is nearly that of always the cheapest."""
_LEAST_COSINE = 0.3
"""A face may not turn further than this, so that none is folded over."""
_MOST_FACES_AROUND = 16
_STEADYING = 1e-3
_LARGEST_OFFSET_MM = 0.5
_ROUNDS = 200

Ints = NDArray[np.int64]


def simplified(mesh: TriangleMesh, most_faces: int) -> TriangleMesh:
    """A closed mesh of about the same shape with fewer faces, by collapsing edges.

    The edge that moves the surface least goes first, by the quadric error of Garland and Heckbert (SIGGRAPH 1997). An
    edge stays where its going would change the topology or fold a face over, so parts and holes stay as they are and
    every edge keeps its two faces. The volume is restored.

    Args:
        mesh: Closed.
        most_faces: To stop at. A mesh of many small parts may need more.
    """
    vertices, faces = mesh.vertices_mm.copy(), mesh.faces.astype(np.int64)
    quadrics = _quadrics(vertices, faces)
    for _ in range(_ROUNDS):
        surplus = len(faces) - most_faces
        if surplus <= 0:
            break
        edges = _edges(faces)
        costs, places = _costs(vertices, quadrics, edges)
        count = max(int(len(edges) * _SHARE_A_ROUND), min(len(edges), 64))
        order = np.argsort(costs, kind="stable")[:count]
        starts, around = _faces_around(faces, len(vertices))
        target = np.arange(len(vertices))
        gone = _collapse(vertices, faces, quadrics, starts, around, edges[order], places[order], target, surplus)
        if gone == 0:
            break
        vertices, faces, quadrics = _compacted(vertices, faces, quadrics, target)
    made = TriangleMesh(vertices, faces.astype(np.int32))
    if len(faces) == len(mesh.faces):
        return made
    return with_volume(made, enclosed_volume_mm3(mesh), _LARGEST_OFFSET_MM)


def _edges(faces: Ints) -> Ints:
    """(n, 2): each edge once; a closed mesh has it once in either direction."""
    directed = np.stack([faces, np.roll(faces, -1, axis=1)], axis=-1).reshape(-1, 2)
    return np.ascontiguousarray(directed[directed[:, 0] < directed[:, 1]])


def _faces_around(faces: Ints, count: int) -> tuple[Ints, Ints]:
    """The faces of vertex i are `around[starts[i]:starts[i + 1]]`."""
    corners = faces.ravel()
    starts = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(corners, minlength=count), out=starts[1:])
    return starts, np.argsort(corners, kind="stable") // 3


def _quadrics(vertices: FloatArray, faces: Ints) -> FloatArray:
    """(n, 4, 4): the sum of squared distances to the planes around each vertex, by area."""
    a, b, c = vertices[faces[:, 0]], vertices[faces[:, 1]], vertices[faces[:, 2]]
    normals = np.asarray(np.cross(b - a, c - a))
    doubled = np.linalg.norm(normals, axis=1, keepdims=True)
    normals = np.divide(normals, doubled, out=np.zeros_like(normals), where=doubled > 0)
    planes = np.concatenate([normals, -(normals * a).sum(axis=1, keepdims=True)], axis=1)
    of_faces = (planes[:, :, None] * planes[:, None, :]) * (doubled[:, :, None] / 2)
    quadrics = np.zeros((len(vertices), 4, 4))
    _add_at(quadrics, faces, of_faces)
    return quadrics


def _compacted(
    vertices: FloatArray, faces: Ints, quadrics: FloatArray, target: Ints
) -> tuple[FloatArray, Ints, FloatArray]:
    """Without the vertices and faces that are gone."""
    moved = target[faces]
    kept = (moved[:, 0] != moved[:, 1]) & (moved[:, 1] != moved[:, 2]) & (moved[:, 2] != moved[:, 0])
    staying = target == np.arange(len(target))
    numbers = np.cumsum(staying) - 1
    return vertices[staying], np.ascontiguousarray(numbers[moved[kept]]), quadrics[staying]


@kernel()
def _add_at(sums: FloatArray, faces: Ints, of_faces: FloatArray) -> None:
    for face in range(len(faces)):
        for corner in range(3):
            sums[faces[face, corner]] += of_faces[face]


@kernel()
def _costs(vertices: FloatArray, quadrics: FloatArray, edges: Ints) -> tuple[FloatArray, FloatArray]:
    """For each edge the error when it goes, and the place of the vertex that takes its place."""
    costs = np.empty(len(edges))
    places = np.empty((len(edges), 3))
    q = np.empty((4, 4))
    for edge in range(len(edges)):
        one, other = edges[edge, 0], edges[edge, 1]
        length2 = 0.0
        for axis in range(3):
            places[edge, axis] = (vertices[one, axis] + vertices[other, axis]) / 2
            length2 += (vertices[one, axis] - vertices[other, axis]) ** 2
        for row in range(4):
            for column in range(4):
                q[row, column] = quadrics[one, row, column] + quadrics[other, row, column]
        _best(q, length2, places[edge])
        error = q[3, 3]
        for row in range(3):
            error += 2 * q[row, 3] * places[edge, row]
            for column in range(3):
                error += q[row, column] * places[edge, row] * places[edge, column]
        # Of flat edges the short ones go first.
        costs[edge] = max(error, 0.0) + 1e-6 * length2 * length2
    return costs, places


@kernel()
def _best(q: FloatArray, length2: float, place: FloatArray) -> None:
    """Moves `place`, the edge's middle, to where the quadric is least, if that is near.

    A little pull towards the middle keeps the place steady where the surface is flat. Solved by Cramer's rule.
    """
    pull = _STEADYING * (q[0, 0] + q[1, 1] + q[2, 2]) + 1e-12
    a, b, c = q[0, 0] + pull, q[1, 1] + pull, q[2, 2] + pull
    d, e, f = q[0, 1], q[0, 2], q[1, 2]
    x = pull * place[0] - q[0, 3]
    y = pull * place[1] - q[1, 3]
    z = pull * place[2] - q[2, 3]
    whole = a * (b * c - f * f) - d * (d * c - f * e) + e * (d * f - b * e)
    u = (x * (b * c - f * f) - d * (y * c - f * z) + e * (y * f - b * z)) / whole
    v = (a * (y * c - z * f) - x * (d * c - f * e) + e * (d * z - y * e)) / whole
    w = (a * (b * z - y * f) - d * (d * z - y * e) + x * (d * f - b * e)) / whole
    if (u - place[0]) ** 2 + (v - place[1]) ** 2 + (w - place[2]) ** 2 <= length2:
        place[0], place[1], place[2] = u, v, w


@kernel()
def _turns(
    vertices: FloatArray, faces: Ints, starts: Ints, around: Ints, moving: int, other: int, place: FloatArray
) -> bool:
    """Whether a face around a vertex, those that go apart, would turn too far when the vertex moves."""
    before = np.empty(3)
    after = np.empty(3)
    for at in range(starts[moving], starts[moving + 1]):
        face = around[at]
        if faces[face, 0] == other or faces[face, 1] == other or faces[face, 2] == other:
            continue
        first = 0 if faces[face, 0] == moving else (1 if faces[face, 1] == moving else 2)
        second, third = faces[face, (first + 1) % 3], faces[face, (first + 2) % 3]
        _normal(vertices[moving], vertices[second], vertices[third], before)
        _normal(place, vertices[second], vertices[third], after)
        cosine, one, two = 0.0, 0.0, 0.0
        for axis in range(3):
            cosine += before[axis] * after[axis]
            one += before[axis] * before[axis]
            two += after[axis] * after[axis]
        if not cosine > _LEAST_COSINE * np.sqrt(one * two):
            return True
    return False


@kernel()
def _normal(a: FloatArray, b: FloatArray, c: FloatArray, normal: FloatArray) -> None:
    for axis in range(3):
        y, z = (axis + 1) % 3, (axis + 2) % 3
        normal[axis] = (b[y] - a[y]) * (c[z] - a[z]) - (b[z] - a[z]) * (c[y] - a[y])


@kernel()
def _collapse(
    vertices: FloatArray,
    faces: Ints,
    quadrics: FloatArray,
    starts: Ints,
    around: Ints,
    edges: Ints,
    places: FloatArray,
    target: Ints,
    surplus: int,
) -> int:
    """Lets edges go in their order, none beside another; `target` gets where vertices went. Returns the faces gone."""
    locked = np.zeros(len(vertices), dtype=np.bool_)
    met = np.full(len(vertices), -1, dtype=np.int64)
    degree = starts[1:] - starts[:-1]
    gone = 0
    for edge in range(len(edges)):
        one, other = edges[edge, 0], edges[edge, 1]
        if locked[one] or locked[other]:
            continue
        for at in range(starts[one], starts[one + 1]):
            for corner in range(3):
                met[faces[around[at], corner]] = edge
        common = 0
        slim = False
        for at in range(starts[other], starts[other + 1]):
            face = around[at]
            # The vertex that follows in the face's turn: so each neighbour is met once.
            first = 0 if faces[face, 0] == other else (1 if faces[face, 1] == other else 2)
            following = faces[face, (first + 1) % 3]
            if following != one and met[following] == edge:
                common += 1
                slim = slim or degree[following] <= 3
        merged = degree[one] + degree[other] - 4
        if common != 2 or slim or merged < 3 or merged > _MOST_FACES_AROUND:
            continue
        place = places[edge]
        if _turns(vertices, faces, starts, around, one, other, place):
            continue
        if _turns(vertices, faces, starts, around, other, one, place):
            continue
        for end in (one, other):
            for at in range(starts[end], starts[end + 1]):
                for corner in range(3):
                    locked[faces[around[at], corner]] = True
        for at in range(starts[other], starts[other + 1]):
            face = around[at]
            if faces[face, 0] == one or faces[face, 1] == one or faces[face, 2] == one:
                for corner in range(3):
                    if faces[face, corner] != one and faces[face, corner] != other:
                        degree[faces[face, corner]] -= 1
        for axis in range(3):
            vertices[one, axis] = place[axis]
        for row in range(4):
            for column in range(4):
                quadrics[one, row, column] += quadrics[other, row, column]
        target[other] = one
        gone += 2
        if gone >= surplus:
            break
    return gone
