"""Bodies from closed surfaces and from labelled volumes.

A lattice of well-shaped tetrahedra is cut at the surface (`lattice`). That is the same from run to run, leaves no
splinters and encloses the volume asked for. fTetWild's result differs from run to run, and Delaunay's tetrahedra
need their splinters taken out, so neither is used.
"""

import math
from collections.abc import Callable, Mapping
from typing import TypeAlias

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.geometry.mesh import TriangleMesh, enclosed_volume_mm3, is_closed
from abaton.geometry.signed_distance import SignedDistanceField
from abaton.geometry.surface import surface_of
from abaton.surgery.tissue import embedding
from abaton.surgery.tissue.body import Body, checked, volumes_m3
from abaton.surgery.tissue.enclosure import distances
from abaton.surgery.tissue.lattice import Lattice, cut, lattice
from abaton.surgery.tissue.materials import Material

Array = NDArray[np.float64]
Index = NDArray[np.int32]
Flags = NDArray[np.bool_]

LEAST_TETRAHEDRA, MOST_TETRAHEDRA = 24, 2_000_000
WRONG_VOLUME = 0.02
"""Part of the volume by which a body may differ from its surface."""
_SECANTS, _HALVINGS = 5, 8
_ASIDE = (0.0, 0.2)
"""Where the lattice begins, in edges further out: tried in turn, for faces along it may leap with all their points."""
_CLOSE_ENOUGH = 0.001
_GREATEST_SHIFT = 0.3
"""How far the surface may be shifted to give the body its volume, in edges."""


class Plane(msgspec.Struct, frozen=True):
    """Holds what lies on it or behind it.

    Attributes:
        point_mm: On the plane.
        normal: Towards what stays free.
    """

    point_mm: tuple[float, float, float]
    normal: tuple[float, float, float]


Fixed: TypeAlias = Plane | Callable[[Array], Flags] | None
"""Which vertices stay where they are: those behind a plane, those for which a function of positions (n, 3) in world
mm says so, or none."""


def body_of_mesh(mesh: TriangleMesh, material: Material, edge_mm: float, fixed: Fixed = None) -> Body:
    """What a closed surface encloses, as a body of one material.

    Args:
        mesh: Closed, faces counter-clockwise seen from outside; several parts and hollows are allowed.
        material: Of the whole.
        edge_mm: Of the lattice; about 12 tetrahedra to its cube.
        fixed: Vertices that stay where they are.

    Returns:
        Positions in metres, on the axes and from the origin of the mesh. Its volume is within 2 % of the mesh's.

    Raises:
        Problem: The mesh is empty, not closed, inside out, overlaps itself or is not of finite numbers; the edge
            would make too many tetrahedra, or is too long for the shape.
    """
    _check_mesh(mesh)
    volume_mm3 = enclosed_volume_mm3(mesh)
    if volume_mm3 <= 0:
        raise _mesh_problem("faces that look inwards", "faces counter-clockwise seen from outside")
    _check_edge(edge_mm, volume_mm3)
    points_mm, tetrahedra = _fitted(mesh, edge_mm, volume_mm3)
    return _body(points_mm, tetrahedra, np.zeros(len(tetrahedra), dtype=np.int32), (material,), _held(points_mm, fixed))


def body_of_labels(
    labels: NDArray[np.integer],
    grid: Grid,
    materials: Mapping[int, Material],
    edge_mm: float,
    fixed: Fixed | int = None,
) -> Body:
    """A body with a material for each label of a volume, such as a liver with its tumour and vessels.

    Args:
        labels: Whole numbers, `grid.shape`; 0 is outside.
        grid: Where the voxels lie.
        materials: Of each label that occurs.
        edge_mm: Of the lattice; about 12 tetrahedra to its cube. What is thinner than half of it is drawn in single
            tetrahedra, with the volume it has but not its shape.
        fixed: Vertices that stay where they are; a number holds all that touches that label.

    Returns:
        Positions in metres of the patient; `material` follows the order of `materials` by label, as
        `sorted(materials)`. The volume is within 2 % of the voxels'; that of each label comes as near to it as whole
        tetrahedra allow, with one at least.

    Raises:
        Problem: No label, a label without a material, labels that do not fit the grid; the edge would make too many
            tetrahedra, or is too long for the shape.
    """
    present = _check_labels(labels, grid, materials, fixed)
    volume_mm3 = {label: float((labels == label).sum()) * grid.voxel_volume_mm3 for label in present}
    _check_edge(edge_mm, sum(volume_mm3.values()))
    points_mm, tetrahedra = _fitted(surface_of(labels > 0, grid), edge_mm, sum(volume_mm3.values()), sure=True)
    order = sorted(materials)
    number = np.zeros(len(tetrahedra), dtype=np.int32)
    if len(present) > 1:
        fields = [_field(labels == label, grid) for label in present]
        wanted = np.array([volume_mm3[label] for label in present])
        points_mm, number = embedding.embed(points_mm, tetrahedra, fields, wanted, edge_mm)
    material = np.array([order.index(label) for label in present], dtype=np.int32)[number]
    if isinstance(fixed, int):
        held = np.zeros(len(points_mm), dtype=np.bool_)
        held[tetrahedra[material == order.index(fixed)]] = True
    else:
        held = _held(points_mm, fixed)
    return _body(points_mm, tetrahedra, material, tuple(materials[label] for label in order), held)


def _field(mask: Flags, grid: Grid) -> Callable[[Array], Array]:
    """Distances from a label, computed in the box around it; beyond, what they are at least."""
    where = np.argwhere(mask)
    low, high = where.min(axis=0), where.max(axis=0) + 1
    box = np.pad(mask[tuple(slice(a, b) for a, b in zip(low, high, strict=True))], 1)
    affine = grid.affine.copy()
    affine[:3, 3] = grid.to_world(low - 1)
    field = SignedDistanceField.of(box, Grid.of(box.shape, affine))
    return lambda points_mm: field.sample(points_mm, beyond="bound")


def _fitted(mesh: TriangleMesh, edge_mm: float, volume_mm3: float, sure: bool = False) -> tuple[Array, Index]:
    """Points and tetrahedra of the volume that is wanted; `sure` where the surface is known to be sound."""
    wrong = -1.0
    for aside in _ASIDE:
        whole, inside, sound = _enclosed(mesh, edge_mm, aside)
        if not (sound or sure):
            raise _mesh_problem(
                "a surface that overlaps itself or is in part inside out", "one that meets itself nowhere"
            )
        points_mm, tetrahedra, wrong = _filled(whole, inside, volume_mm3)
        if abs(wrong) <= WRONG_VOLUME:
            return points_mm, tetrahedra
    raise _edge_problem(
        f"an edge of {edge_mm:g} mm, with which the volume is {100 * wrong:+.1f} % wrong",
        f"an edge short enough for {100 * WRONG_VOLUME:g} %",
        "Choose a shorter edge, such as half of it.",
    )


def _enclosed(mesh: TriangleMesh, edge_mm: float, aside: float) -> tuple[Lattice, Array, bool]:
    vertices = mesh.vertices_mm
    whole = lattice(vertices.min(axis=0) - aside * edge_mm, vertices.max(axis=0), edge_mm)
    a, b, c = whole.cells
    corners, sound = distances(vertices, mesh.faces, whole.low, edge_mm, (a + 1, b + 1, c + 1))
    middles, also = distances(vertices, mesh.faces, whole.low + edge_mm / 2, edge_mm, whole.cells)
    return whole, np.concatenate([corners.ravel(), middles.ravel()]), sound and also


def _filled(whole: Lattice, inside: Array, volume_mm3: float) -> tuple[Array, Index, float]:
    """The lattice cut at the surface, which is shifted by a small part of an edge until the volume is right.

    Flat faces between points on a round surface would otherwise enclose too little. Told with it is the part of the
    volume that is still wrong.
    """
    shift, best = 0.0, (math.inf, np.zeros((0, 3)), np.zeros((0, 4), dtype=np.int32))
    known: list[tuple[float, float]] = []
    for turn in range(_SECANTS + _HALVINGS):
        points, tetrahedra = cut(whole, inside - shift)
        wrong = float(volumes_m3(points, tetrahedra).sum()) / volume_mm3 - 1 if len(tetrahedra) else -1.0
        if abs(wrong) < abs(best[0]):
            best = (wrong, points, tetrahedra)
        if abs(wrong) < _CLOSE_ENOUGH or (turn + 1 >= _SECANTS and abs(best[0]) <= WRONG_VOLUME):
            break
        known.append((shift, wrong))
        shift = _next_shift(known, whole.edge)
    wrong, points, tetrahedra = best
    return points, tetrahedra, wrong


def _next_shift(known: list[tuple[float, float]], edge: float) -> float:
    """By the secant through the last two; the first step is small, outwards where volume lacks.

    Where faces lie along the lattice, the volume leaps as points of it come to lie inside, and secants miss it: then
    the narrowest known span is halved.
    """
    if len(known) >= _SECANTS:
        small = [shift for shift, wrong in known if wrong < 0]
        large = [shift for shift, wrong in known if wrong > 0]
        return (max(small) + min(large)) / 2 if small and large else known[-1][0]
    limit = _GREATEST_SHIFT * edge
    shift, wrong = known[-1]
    if len(known) == 1:
        return -math.copysign(0.02 * edge, wrong)
    before, wrong_before = known[-2]
    if wrong == wrong_before:
        return shift
    return min(max(shift - wrong * (shift - before) / (wrong - wrong_before), -limit), limit)


def _body(points_mm: Array, tetrahedra: Index, material: Index, materials: tuple[Material, ...], held: Flags) -> Body:
    return checked(Body(np.ascontiguousarray(points_mm * 1e-3), tetrahedra, material, materials, held))


def _held(points_mm: Array, fixed: Fixed) -> Flags:
    if fixed is None:
        return np.zeros(len(points_mm), dtype=np.bool_)
    if isinstance(fixed, Plane):
        normal = np.array(fixed.normal)
        if not (np.isfinite(normal).all() and np.isfinite(fixed.point_mm).all() and normal.any()):
            raise _fixed_problem("a plane without a direction", "a point and a normal of finite numbers")
        return (points_mm - np.array(fixed.point_mm)) @ normal <= 0
    held: ArrayLike = fixed(points_mm)
    found = np.asarray(held)
    if found.dtype != np.bool_ or found.shape != (len(points_mm),):
        raise _fixed_problem(f"{found.dtype} of shape {found.shape}", f"{len(points_mm)} booleans, one for each vertex")
    return found


def _check_mesh(mesh: TriangleMesh) -> None:
    vertices, faces = mesh.vertices_mm, mesh.faces
    if not len(vertices) or not len(faces):
        raise _mesh_problem("an empty mesh", "a closed surface")
    if vertices.shape[1:] != (3,) or faces.shape[1:] != (3,):
        raise _mesh_problem(f"vertices of shape {vertices.shape} and faces of shape {faces.shape}", "(n, 3) and (m, 3)")
    if not np.isfinite(vertices).all():
        raise _mesh_problem("positions that are not numbers", "finite positions in mm")
    if faces.dtype.kind not in "iu" or faces.min() < 0 or faces.max() >= len(vertices):
        raise _mesh_problem("a corner that is no vertex", f"indices from 0 to {len(vertices) - 1}")
    if not is_closed(mesh):
        raise _mesh_problem(
            "an open or branching surface", "every edge between two faces that run along it in opposite directions"
        )


def _check_labels(
    labels: NDArray[np.integer], grid: Grid, materials: Mapping[int, Material], fixed: Fixed | int
) -> list[int]:
    if labels.dtype.kind not in "iu" or labels.shape != grid.shape:
        got = f"{labels.dtype} of shape {labels.shape} on a grid of {grid.shape}"
        raise _labels_problem(got, "whole numbers, one for each voxel")
    if not np.isfinite(grid.affine).all() or grid.voxel_volume_mm3 < 1e-9:
        raise _labels_problem("voxels without a size", "an affine that can be inverted")
    present = [int(label) for label in np.unique(labels) if label != 0]
    if not present:
        raise _labels_problem("a volume without a label", "a label at one voxel at least")
    without = [label for label in present if label not in materials]
    if without:
        raise _labels_problem(f"labels without a material: {without}", "a material for each label that occurs")
    if isinstance(fixed, int) and fixed not in present:
        raise _fixed_problem(f"label {fixed}, which does not occur", f"one of {present}")
    return present


def _check_edge(edge_mm: float, volume_mm3: float) -> None:
    if not (math.isfinite(edge_mm) and edge_mm > 0):
        raise _edge_problem(f"an edge of {edge_mm} mm", "a length above 0", "Correct the edge.")
    least, most = ((12 * volume_mm3 / count) ** (1 / 3) for count in (MOST_TETRAHEDRA, LEAST_TETRAHEDRA))
    if not least <= edge_mm <= most:
        raise _edge_problem(
            f"an edge of {edge_mm:g} mm for {volume_mm3:.0f} mm3",
            f"{LEAST_TETRAHEDRA} to {MOST_TETRAHEDRA} tetrahedra",
            f"Choose an edge from {least:.2g} to {most:.2g} mm.",
        )


def _mesh_problem(got: str, expected: str) -> Problem:
    return Problem("mesh_unusable", got=got, expected=expected, next_step="Repair the surface, or segment it again.")


def _labels_problem(got: str, expected: str) -> Problem:
    return Problem("labels_unusable", got=got, expected=expected, next_step="Correct the labels or the materials.")


def _edge_problem(got: str, expected: str, next_step: str) -> Problem:
    return Problem("edge_unusable", got=got, expected=expected, next_step=next_step)


def _fixed_problem(got: str, expected: str) -> Problem:
    return Problem("fixed_unusable", got=got, expected=expected, next_step="Correct what is to be fixed.")
