"""Bodies of tetrahedra: their shape at rest, and what changes as they move."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.surgery.tissue.materials import Material

Array = NDArray[np.float64]
Index = NDArray[np.int32]
Flags = NDArray[np.bool_]

FACES = np.array([[1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1]], dtype=np.int32)
"""Corners of a tetrahedron's faces, counter-clockwise seen from outside; face k lies opposite to corner k."""


_FARTHEST_M = 1e6


class Body(msgspec.Struct, frozen=True, eq=False):
    """What never changes while a body moves; a cut makes a new one.

    Attributes:
        rest_m: (n, 3) float64, positions without load.
        tetrahedra: (m, 4) int32, corners, of positive volume at rest.
        material: (m,) int32, index of each tetrahedron's material.
        materials: What the indices mean.
        fixed: (n,) bool, vertices that stay where they are.
    """

    rest_m: Array
    tetrahedra: Index
    material: Index
    materials: tuple[Material, ...]
    fixed: Flags


class BodyState(msgspec.Struct, frozen=True, eq=False):
    """What changes.

    Attributes:
        position_m: (n, 3) float64.
        velocity_m_s: (n, 3) float64.
    """

    position_m: Array
    velocity_m_s: Array


def at_rest(body: Body) -> BodyState:
    """The state without load or motion."""
    return BodyState(body.rest_m.copy(), np.zeros_like(body.rest_m))


def volumes_m3(position_m: Array, tetrahedra: Index) -> Array:
    """(m,) signed volumes; negative where a tetrahedron is inside out."""
    a, b, c, d = (position_m[tetrahedra[:, corner]] for corner in range(4))
    return np.einsum("ij,ij->i", np.cross(b - a, c - a), d - a) / 6


def checked(body: Body) -> Body:
    """The body, if it can be computed with.

    Raises:
        Problem: Empty; arrays of other shapes or kinds; NaN; an index that points nowhere; an inverted or flat
            tetrahedron; a face of more than two tetrahedra.
    """
    count = len(body.rest_m)
    if not count or not len(body.tetrahedra):
        raise _unusable("no tetrahedra", "at least one")
    shapes, kind = (body.rest_m.shape[1:], body.tetrahedra.shape[1:]), body.tetrahedra.dtype.kind
    if shapes != ((3,), (4,)) or kind not in "iu":
        raise _unusable(f"arrays of {shapes} with corners of kind {kind}", "(n, 3) positions and (m, 4) whole numbers")
    if not (np.abs(body.rest_m) < _FARTHEST_M).all():
        raise _unusable("positions that are not numbers, or far off", f"positions within {_FARTHEST_M:g} m")
    if body.tetrahedra.min() < 0 or body.tetrahedra.max() >= count:
        raise _unusable("a corner that is no vertex", f"indices from 0 to {count - 1}")
    if len(body.material) != len(body.tetrahedra) or len(body.fixed) != count:
        raise _unusable("arrays of different lengths", "a material for each tetrahedron and a flag for each vertex")
    if body.material.min() < 0 or body.material.max() >= len(body.materials):
        raise _unusable("a tetrahedron of no material", f"indices from 0 to {len(body.materials) - 1}")
    volume = volumes_m3(body.rest_m, body.tetrahedra)
    if not (volume > 0).all():
        raise _unusable(f"{int((~(volume > 0)).sum())} inverted or flat tetrahedra", "positive volumes")
    _, same = _equal_faces(body)
    if (same[1:] & same[:-1]).any():
        raise _unusable("a face of more than two tetrahedra", "faces of one or two")
    return body


def surface_triangles(body: Body) -> Index:
    """(k, 3) int32, the faces of one tetrahedron only, counter-clockwise seen from outside."""
    order, same = _equal_faces(body)
    alone = ~(np.append(same, False) | np.append(False, same))
    return np.ascontiguousarray(body.tetrahedra[:, FACES].reshape(-1, 3)[np.sort(order[alone])])


def _equal_faces(body: Body) -> tuple[NDArray[np.int64], Flags]:
    """An order of all faces, four a tetrahedron, and whether each is the next one in that order."""
    a, b, c = body.tetrahedra[:, FACES].reshape(-1, 3).astype(np.int64).T
    count = len(body.rest_m)
    low, high = np.minimum(np.minimum(a, b), c), np.maximum(np.maximum(a, b), c)
    middle = a + b + c - low - high
    # One number for a face sorts faster than three; they fit as long as there are fewer than two million vertices.
    if count < 2_000_000:
        key = (low * count + middle) * count + high
        order = np.argsort(key, kind="stable")
        return order, key[order][1:] == key[order][:-1]
    key = low * count + middle
    order = np.lexsort((high, key))
    return order, (key[order][1:] == key[order][:-1]) & (high[order][1:] == high[order][:-1])


def grid(
    axes_m: tuple[Array, Array, Array], material: Material, fixed: str = "bottom", alternate: bool = False
) -> Body:
    """A box of tetrahedra between the planes given.

    Args:
        axes_m: Growing x, y and z of the planes.
        material: Of the whole.
        fixed: `bottom` (least z), `left` (least x) or `none`.
        alternate: Five tetrahedra a cell, mirrored from cell to cell, rather than Kuhn's six.
    """
    x, y, z = axes_m
    rest = np.stack(np.meshgrid(x, y, z, indexing="ij"), axis=-1).reshape(-1, 3)
    cells = np.indices((len(x) - 1, len(y) - 1, len(z) - 1)).reshape(3, -1).T
    corner = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    at = cells[:, None] + corner
    number = (at[..., 0] * len(y) + at[..., 1]) * len(z) + at[..., 2]
    if alternate:
        even = np.array([[0, 4, 2, 1], [6, 2, 4, 7], [5, 4, 1, 7], [3, 1, 2, 7], [1, 4, 2, 7]])
        odd = even ^ 4
        flip = cells.sum(axis=1) % 2 == 1
        tetrahedra = np.where(flip[:, None, None], number[:, odd], number[:, even]).reshape(-1, 4)
    else:
        kuhn = np.array([[0, 4, 6, 7], [0, 4, 5, 7], [0, 2, 6, 7], [0, 2, 3, 7], [0, 1, 5, 7], [0, 1, 3, 7]])
        tetrahedra = number[:, kuhn].reshape(-1, 4)
    tetrahedra = tetrahedra.astype(np.int32)
    inside_out = volumes_m3(rest, tetrahedra) < 0
    tetrahedra[inside_out] = tetrahedra[inside_out][:, [0, 2, 1, 3]]
    held = {"bottom": rest[:, 2] <= z[0], "left": rest[:, 0] <= x[0], "none": np.zeros(len(rest), dtype=np.bool_)}
    if fixed not in held:
        raise _unusable(f"fixed={fixed!r}", "bottom, left or none")
    return checked(Body(rest, tetrahedra, np.zeros(len(tetrahedra), dtype=np.int32), (material,), held[fixed]))


def block(
    size_m: tuple[float, float, float],
    cells: tuple[int, int, int],
    material: Material,
    fixed: str = "bottom",
    alternate: bool = False,
) -> Body:
    """A box of equal cells, one corner at the origin; arguments as of `grid`."""
    x, y, z = (np.linspace(0, size, count + 1) for size, count in zip(size_m, cells, strict=True))
    return grid((x, y, z), material, fixed, alternate)


def _unusable(got: str, expected: str) -> Problem:
    return Problem("body_unusable", got=got, expected=expected, next_step="Mesh the organ again.")
