"""Bodies from surfaces and labels: volume, shape, sound tetrahedra, the same each time, and bad input."""

import hashlib
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.geometry.isosurface import crossing
from abaton.geometry.mesh import TriangleMesh, enclosed_volume_mm3, euler_characteristic, is_closed
from abaton.surgery.tasks.liver import HEPATIC, LIVER, PORTAL, TUMOUR, Scene, made_up
from abaton.surgery.tissue import materials
from abaton.surgery.tissue.body import Body, surface_triangles, volumes_m3
from abaton.surgery.tissue.lattice import thinnest
from abaton.surgery.tissue.meshing import Fixed, Plane, body_of_labels, body_of_mesh
from abaton.surgery.tissue.solver import prepare

Array = NDArray[np.float64]
RADIUS = 20.0
OF_LABELS = {1: materials.LIVER, 2: materials.TUMOUR, 3: materials.VESSEL, 4: materials.VESSEL}


def ball(
    radius: float = RADIUS, at: tuple[float, float, float] = (5.0, -7.0, 300.0), inner: float = 0.0
) -> TriangleMesh:
    """A ball, or a shell, by marching cubes at 1 mm."""
    half = int(radius) + 3
    distance = np.linalg.norm(np.indices((2 * half + 1,) * 3) - float(half), axis=0)
    solid = np.minimum(radius - distance, distance - inner) if inner else radius - distance
    vertices, faces = crossing(solid, 0.0)
    mesh = TriangleMesh(vertices - half + np.array(at), faces)
    return (
        mesh if enclosed_volume_mm3(mesh) > 0 else TriangleMesh(mesh.vertices_mm, np.ascontiguousarray(faces[:, ::-1]))
    )


def cube(side: float = 10.0, at: float = 0.0) -> TriangleMesh:
    corners = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)]) * side + at
    squares = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = np.array([part for a, b, c, d in squares for part in ((a, b, c), (a, c, d))], dtype=np.int32)
    mesh = TriangleMesh(corners, faces)
    assert is_closed(mesh)
    assert enclosed_volume_mm3(mesh) == pytest.approx(side**3)
    return mesh


def surface(body: Body) -> TriangleMesh:
    """The body's outside in mm, without the vertices inside."""
    kept, faces = np.unique(surface_triangles(body), return_inverse=True)
    return TriangleMesh(body.rest_m[kept] * 1000, faces.reshape(-1, 3).astype(np.int32))


def volume_mm3(body: Body) -> float:
    return float(volumes_m3(body.rest_m, body.tetrahedra).sum()) * 1e9


def bits(body: Body) -> str:
    return hashlib.sha256(
        b"".join(a.tobytes() for a in (body.rest_m, body.tetrahedra, body.material, body.fixed))
    ).hexdigest()


@pytest.mark.parametrize("edge", [3.0, 5.0, 8.0])
def test_a_ball_keeps_its_volume_its_shape_and_a_closed_surface(edge: float) -> None:
    mesh = ball()
    body = body_of_mesh(mesh, materials.LIVER, edge)
    assert volume_mm3(body) == pytest.approx(enclosed_volume_mm3(mesh), rel=0.02)
    skin = surface(body)
    assert is_closed(skin)
    assert euler_characteristic(skin) == 2
    from_middle = np.linalg.norm(skin.vertices_mm - [5.0, -7.0, 300.0], axis=1)
    # Flat triangles on a ball: with the same volume, corners stand out about as far as middles stay behind.
    assert np.abs(from_middle - RADIUS).max() < 0.3 * edge**2 / RADIUS + 0.1


@pytest.mark.parametrize("edge", [3.0, 5.0, 8.0])
def test_no_tetrahedron_is_so_thin_that_steps_become_many(edge: float) -> None:
    body = body_of_mesh(ball(), materials.LIVER, edge)
    heights = thinnest(body.rest_m, body.tetrahedra) * 1000 / edge
    # Uncut ones are 0.707 of an edge thick.
    assert heights.min() > 0.1
    assert np.median(heights) > (0.6 if edge < 6 else 0.35)


def test_a_hollow_and_separate_parts_stay_so() -> None:
    shell = ball(inner=10.0)
    body = body_of_mesh(shell, materials.LIVER, 4.0)
    assert volume_mm3(body) == pytest.approx(enclosed_volume_mm3(shell), rel=0.02)
    assert euler_characteristic(surface(body)) == 4
    one, other = cube(), cube(at=30.0)
    both = TriangleMesh(
        np.concatenate([one.vertices_mm, other.vertices_mm]), np.concatenate([one.faces, other.faces + 8])
    )
    body = body_of_mesh(both, materials.LIVER, 2.0)
    assert volume_mm3(body) == pytest.approx(2000, rel=0.02)
    assert euler_characteristic(surface(body)) == 4


@settings(max_examples=25, deadline=None)
@example(turn=(0.0, 0.0, 0.0), size=(20.0, 20.0, 20.0), edge=5.40625)
@given(turn=st.tuples(*[st.floats(-3, 3)] * 3), size=st.tuples(*[st.floats(20, 60)] * 3), edge=st.floats(3.0, 6.0))
def test_any_box_however_it_lies_is_filled_soundly(
    turn: tuple[float, float, float], size: tuple[float, float, float], edge: float
) -> None:
    x, y, z = turn
    about = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    turned: Array = np.linalg.solve(np.eye(3) - about, np.eye(3) + about).astype(np.float64)
    mesh = cube(1.0)
    mesh = TriangleMesh((mesh.vertices_mm * np.array(size)) @ turned.T, mesh.faces)
    body = body_of_mesh(mesh, materials.LIVER, edge)
    assert volume_mm3(body) == pytest.approx(np.prod(size), rel=0.02)
    assert is_closed(surface(body))
    assert (thinnest(body.rest_m, body.tetrahedra) * 1000 > 0.02 * edge).all()


def test_faces_along_the_lattice_and_through_its_points_are_no_trouble() -> None:
    # The box's sides pass exactly through points of the lattice, which begins 1.5 edges before it.
    body = body_of_mesh(cube(8.0), materials.LIVER, 2.0)
    assert volume_mm3(body) == pytest.approx(512, rel=0.02)
    assert is_closed(surface(body))


@pytest.fixture(scope="module")
def scene() -> Scene:
    return made_up(3)


@pytest.mark.parametrize("part", ["field", "whole"])
def test_a_liver_keeps_its_tumour_and_its_vessels(scene: Scene, part: str) -> None:
    labels, grid, edge = (scene.labels, scene.grid, 5.0) if part == "field" else (scene.whole, scene.whole_grid, 8.0)
    body = body_of_labels(labels, grid, OF_LABELS, edge, fixed=HEPATIC)
    volumes = volumes_m3(body.rest_m, body.tetrahedra) * 1e9
    assert volumes.sum() == pytest.approx((labels > 0).sum() * grid.voxel_volume_mm3, rel=0.02)
    for place, label in enumerate((LIVER, TUMOUR, PORTAL, HEPATIC)):
        wanted = (labels == label).sum() * grid.voxel_volume_mm3
        assert volumes[body.material == place].sum() == pytest.approx(wanted, rel=0.02)
    assert body.materials == tuple(OF_LABELS.values())
    held = np.zeros(len(body.rest_m), dtype=np.bool_)
    held[body.tetrahedra[body.material == 3]] = True
    assert (body.fixed == held).all()
    # The tumour lies where it lay, with its middle and in its voxels, but for some tetrahedra at its edge.
    of_tumour = body.material == 1
    middles = body.rest_m[body.tetrahedra[of_tumour]].mean(axis=1) * 1000
    middle = (middles * volumes[of_tumour, None]).sum(axis=0) / volumes[of_tumour].sum()
    at = grid.to_world(np.argwhere(labels == TUMOUR)).mean(axis=0)
    assert np.linalg.norm(middle - at) < 0.1 * edge
    assert (labels[tuple(np.rint(grid.to_index(middles)).astype(int).T)] == TUMOUR).mean() > 0.75
    assert prepare(body).substeps <= 16


def test_borders_inside_follow_the_tissue() -> None:
    """Vertices between a round tumour and the liver lie nearer to its surface than steps of the lattice would."""
    grid = Grid.of((41, 41, 41), np.diag([1.0, 1.0, 1.0, 1.0]))
    from_middle = np.linalg.norm(np.indices(grid.shape) - 20.0, axis=0)
    labels = np.where(from_middle < 10.0, 2, np.where(from_middle < 19.0, 1, 0))
    body = body_of_labels(labels, grid, OF_LABELS, 4.0)
    tumour = np.unique(body.tetrahedra[body.material == 1])
    liver = np.unique(body.tetrahedra[body.material == 0])
    border = np.intersect1d(tumour, liver)
    off = np.abs(np.linalg.norm(body.rest_m[border] * 1000 - 20.0, axis=1) - 10.0)
    # Unmoved they are 1.1 mm off, up to 2.2 mm.
    assert off.mean() < 0.4
    assert off.max() < 1.5


def test_axes_of_the_grid_may_be_turned_mirrored_and_unequal() -> None:
    affine = np.array([[0, 0.6, 0.8, -30], [0, 0.8, -0.6, 10], [-2.0, 0, 0, 200], [0, 0, 0, 1]])
    grid = Grid.of((12, 30, 25), affine)
    labels = np.ones(grid.shape, dtype=np.uint8)
    labels[4:8, 10:20, 8:16] = 2
    body = body_of_labels(labels, grid, OF_LABELS, 3.0)
    volumes = volumes_m3(body.rest_m, body.tetrahedra) * 1e9
    assert volumes.sum() == pytest.approx(labels.size * 2, rel=0.02)
    assert volumes[body.material == 1].sum() == pytest.approx(320 * 2, rel=0.02)
    inside = grid.to_index(body.rest_m[body.tetrahedra[body.material == 1]].mean(axis=1) * 1000)
    assert (inside > np.array([2.5, 8.5, 6.5])).all()
    assert (inside < np.array([8.5, 20.5, 16.5])).all()


def test_the_same_input_gives_the_same_bits(scene: Scene) -> None:
    assert bits(body_of_mesh(ball(), materials.LIVER, 4.0)) == bits(body_of_mesh(ball(), materials.LIVER, 4.0))
    # Every other voxel: a quarter of the work is enough to come out another way.
    coarse = np.ascontiguousarray(scene.whole[::2, ::2, ::2])
    affine = np.array(scene.whole_grid.affine_mm) @ np.diag([2.0, 2.0, 2.0, 1.0])
    first, again = (body_of_labels(coarse, Grid.of(coarse.shape, affine), OF_LABELS, 14.0) for _ in range(2))
    assert len(np.unique(first.material)) == 4
    assert bits(first) == bits(again)


def test_what_is_fixed_is_given_by_a_plane_or_by_positions() -> None:
    mesh = cube(10.0)
    low = body_of_mesh(mesh, materials.LIVER, 2.0, Plane((0, 0, 2.5), (0, 0, 1)))
    assert (low.fixed == (low.rest_m[:, 2] <= 2.5e-3)).all()
    assert low.fixed.any()
    assert not low.fixed.all()
    same = body_of_mesh(mesh, materials.LIVER, 2.0, lambda points_mm: points_mm[:, 2] <= 2.5)
    assert (same.fixed == low.fixed).all()
    assert not body_of_mesh(mesh, materials.LIVER, 2.0).fixed.any()


CUBE = cube()


def _moved(place: float) -> TriangleMesh:
    vertices = CUBE.vertices_mm.copy()
    vertices[3, 1] = place
    return TriangleMesh(vertices, CUBE.faces)


def _twice(at: float) -> TriangleMesh:
    other = cube(at=at)
    return TriangleMesh(
        np.concatenate([CUBE.vertices_mm, other.vertices_mm]), np.concatenate([CUBE.faces, other.faces + 8])
    )


def _half_turned() -> TriangleMesh:
    both = _twice(30.0)
    bigger = np.concatenate([CUBE.vertices_mm * 2, both.vertices_mm[8:]])
    return TriangleMesh(bigger, np.concatenate([both.faces[:12], both.faces[12:, ::-1]]))


@pytest.mark.parametrize(
    ("mesh", "said"),
    [
        (TriangleMesh(np.zeros((0, 3)), np.zeros((0, 3), dtype=np.int32)), "empty"),
        (TriangleMesh(CUBE.vertices_mm, CUBE.faces[:-1]), "open or branching"),
        (TriangleMesh(CUBE.vertices_mm, np.concatenate([CUBE.faces, CUBE.faces[:1]])), "open or branching"),
        (TriangleMesh(CUBE.vertices_mm, CUBE.faces[:, ::-1]), "look inwards"),
        (_moved(np.nan), "not numbers"),
        (_moved(np.inf), "not numbers"),
        (TriangleMesh(CUBE.vertices_mm[:-1], CUBE.faces), "no vertex"),
        (TriangleMesh(CUBE.vertices_mm[:, :2], CUBE.faces), "shape"),
        (_twice(5.0), "overlaps itself"),
        (_half_turned(), "overlaps itself or is in part inside out"),
    ],
)
def test_a_surface_that_encloses_nothing_clear_is_refused(mesh: TriangleMesh, said: str) -> None:
    with pytest.raises(Problem, match=said) as refused:
        body_of_mesh(mesh, materials.LIVER, 2.0)
    assert refused.value.code == "mesh_unusable"


@pytest.mark.parametrize("edge", [0.0, -1.0, float("nan"), float("inf"), 1e-3, 12.0, 1000.0])
def test_an_edge_absurd_for_the_size_is_refused(edge: float) -> None:
    with pytest.raises(Problem) as refused:
        body_of_mesh(CUBE, materials.LIVER, edge)
    assert refused.value.code == "edge_unusable"


GRID = Grid.of((6, 6, 6), np.diag([2.0, 2.0, 2.0, 1.0]))


@pytest.mark.parametrize(
    ("labels", "grid", "said"),
    [
        (np.zeros((6, 6, 6), dtype=np.uint8), GRID, "without a label"),
        (np.full((6, 6, 6), 9, dtype=np.uint8), GRID, r"without a material: \[9\]"),
        (np.full((6, 6, 6), -1, dtype=np.int16), GRID, r"without a material: \[-1\]"),
        (np.ones((6, 6, 5), dtype=np.uint8), GRID, "shape"),
        (np.ones((6, 6, 6)), GRID, "float64"),
        (np.ones((6, 6, 6), dtype=np.uint8), Grid.of((6, 6, 6), np.diag([2.0, 2.0, 0.0, 1.0])), "without a size"),
        (np.ones((6, 6, 6), dtype=np.uint8), Grid.of((6, 6, 6), np.diag([2.0, np.nan, 2.0, 1.0])), "without a size"),
    ],
)
def test_labels_that_mean_no_body_are_refused(labels: Any, grid: Grid, said: str) -> None:
    with pytest.raises(Problem, match=said) as refused:
        body_of_labels(labels, grid, OF_LABELS, 3.0)
    assert refused.value.code == "labels_unusable"


def _heights(points_mm: Array) -> Any:
    return points_mm[:, 2]


def _of_three(points_mm: Array) -> Any:
    return points_mm[:3, 2] > 0


@pytest.mark.parametrize(
    "fixed",
    [
        Plane((0, 0, 0), (0, 0, 0)),
        Plane((0, float("nan"), 0), (0, 0, 1)),
        _heights,
        _of_three,
    ],
)
def test_what_is_fixed_has_to_be_clear(fixed: Fixed) -> None:
    with pytest.raises(Problem) as refused:
        body_of_mesh(CUBE, materials.LIVER, 2.0, fixed)
    assert refused.value.code == "fixed_unusable"
    with pytest.raises(Problem, match="does not occur"):
        body_of_labels(np.ones((6, 6, 6), dtype=np.uint8), GRID, OF_LABELS, 3.0, fixed=2)
