"""Surfaces of masks: closed, outward, smooth, and of the volume that the voxels have."""

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from abaton.geometry.grid import Grid
from abaton.geometry.mesh import (
    TriangleMesh,
    area_mm2,
    enclosed_volume_mm3,
    euler_characteristic,
    is_closed,
    vertex_normals,
)
from abaton.geometry.surface import MOVE_VOXELS, surface_of, surfaces_of

ABDOMEN = Path(__file__).parents[3] / "shared/data/imaging/abdomen_ct/labels.nii.gz"
SPACING_MM = (1.3, 0.6, 0.9)


def oblique(shape: tuple[int, int, int], left_handed: bool = False) -> Grid:
    turned = Rotation.from_euler("xyz", [20, -35, 50], degrees=True).as_matrix()
    affine = np.eye(4)
    affine[:3, :3] = turned @ np.diag([-SPACING_MM[0] if left_handed else SPACING_MM[0], *SPACING_MM[1:]])
    affine[:3, 3] = (-120.0, 45.0, 900.0)
    return Grid.of(shape, affine)


def ball(grid: Grid, radius_mm: float) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    middle = grid.to_world(np.array(grid.shape) / 2 + 0.2)
    places = grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1))
    return np.linalg.norm(places - middle, axis=-1) <= radius_mm, middle


def mean_tilt_deg(mesh: TriangleMesh, middle: NDArray[np.float64]) -> float:
    """How far the normals of what should be a ball lean away from its radii."""
    radii = mesh.vertices_mm - middle
    radii /= np.linalg.norm(radii, axis=1, keepdims=True)
    return float(np.degrees(np.arccos((vertex_normals(mesh) * radii).sum(axis=1).clip(-1, 1))).mean())


@pytest.mark.parametrize("left_handed", [False, True])
def test_a_ball_has_its_radius_its_area_and_its_volume_at_any_orientation(left_handed: bool) -> None:
    grid = oblique((40, 80, 54), left_handed)
    mask, middle = ball(grid, 20.0)
    mesh = surface_of(mask, grid)
    assert is_closed(mesh)
    assert euler_characteristic(mesh) == 2
    assert enclosed_volume_mm3(mesh) == pytest.approx(mask.sum() * grid.voxel_volume_mm3, rel=1e-5)
    assert enclosed_volume_mm3(mesh) == pytest.approx(4 / 3 * np.pi * 20.0**3, rel=0.005)
    assert area_mm2(mesh) == pytest.approx(4 * np.pi * 20.0**2, rel=0.015)
    radii_mm = np.linalg.norm(mesh.vertices_mm - middle, axis=1)
    assert abs(radii_mm - 20.0).max() < 0.7 * max(SPACING_MM)
    assert mean_tilt_deg(mesh, middle) < 5.0
    assert mean_tilt_deg(surface_of(mask, grid, rounds=0), middle) > 15.0


def test_smoothing_moves_no_vertex_further_than_it_says() -> None:
    grid = oblique((20, 20, 20))
    mask = np.random.default_rng(1).random(grid.shape) < 0.3
    rough, smooth = surface_of(mask, grid, rounds=0), surface_of(mask, grid)
    moved_voxels = np.abs(grid.to_index(smooth.vertices_mm) - grid.to_index(rough.vertices_mm))
    volume_step_voxels = 0.5 * grid.voxel_volume_mm3 ** (1 / 3) / min(grid.spacing_mm)
    assert moved_voxels.max() <= MOVE_VOXELS + volume_step_voxels + 1e-6


def test_a_ring_two_balls_and_a_hollow_ball_have_their_topology() -> None:
    grid = oblique((20, 40, 40))
    a, b, c = np.indices(grid.shape) - np.array([10, 20, 20]).reshape(3, 1, 1, 1)
    ring = (np.hypot(b, c) - 12) ** 2 + a**2 <= 4**2
    hollow = (a**2 + b**2 + c**2 <= 9**2) & (a**2 + b**2 + c**2 > 5**2)
    two = (a**2 + (b - 10) ** 2 + c**2 <= 5**2) | (a**2 + (b + 10) ** 2 + c**2 <= 5**2)
    assert [euler_characteristic(surface_of(mask, grid)) for mask in (ring, two, hollow)] == [0, 4, 4]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.02, 0.98), st.booleans(), st.integers(0, 3))
def test_any_mask_gives_a_closed_surface_that_looks_outwards(
    seed: int, filled: float, left_handed: bool, rounds: int
) -> None:
    mask = np.random.default_rng(seed).random((5, 7, 6)) < filled
    mesh = surface_of(mask, oblique((5, 7, 6), left_handed), rounds)
    assert is_closed(mesh)
    assert (enclosed_volume_mm3(mesh) > 0) == mask.any()
    assert np.isfinite(mesh.vertices_mm).all()
    assert len(np.unique(mesh.faces)) == len(mesh.vertices_mm)


def test_voxels_that_touch_along_an_edge_are_one_part_and_at_a_corner_two() -> None:
    grid = Grid.of((4, 4, 4), np.eye(4))
    edge, corner = np.zeros((2, 4, 4, 4), dtype=np.bool_)
    edge[1, 1, 1] = edge[1, 2, 2] = True
    corner[1, 1, 1] = corner[2, 2, 2] = True
    assert euler_characteristic(surface_of(edge, grid)) == 2
    assert euler_characteristic(surface_of(corner, grid)) == 4


def test_a_mask_that_fills_its_grid_is_closed_around_it() -> None:
    grid = oblique((6, 5, 4))
    mesh = surface_of(np.ones(grid.shape, dtype=np.bool_), grid)
    assert is_closed(mesh)
    assert enclosed_volume_mm3(mesh) == pytest.approx(120 * grid.voxel_volume_mm3, rel=1e-5)


def test_an_empty_mask_has_no_surface() -> None:
    mesh = surface_of(np.zeros((3, 3, 3), dtype=np.bool_), Grid.of((3, 3, 3), np.eye(4)))
    assert mesh.vertices_mm.shape == (0, 3)
    assert mesh.faces.shape == (0, 3)
    assert enclosed_volume_mm3(mesh) == 0.0


def test_labels_have_a_surface_each() -> None:
    labels = np.zeros((8, 8, 8), dtype=np.uint16)
    labels[1:4, 1:7, 1:7] = 3
    labels[4:6, 1:7, 1:7] = 700
    surfaces = surfaces_of(labels, oblique(labels.shape))
    assert list(surfaces) == [3, 700]
    voxel_mm3 = float(np.prod(SPACING_MM))
    assert enclosed_volume_mm3(surfaces[3]) == pytest.approx(3 * 36 * voxel_mm3, rel=1e-5)
    assert enclosed_volume_mm3(surfaces[700]) == pytest.approx(2 * 36 * voxel_mm3, rel=1e-5)


@pytest.mark.skipif(not ABDOMEN.exists(), reason="the abdomen CT is not beside this checkout")
def test_every_organ_of_the_abdomen_has_the_volume_of_its_voxels() -> None:
    nibabel: Any = import_module("nibabel")
    image = nibabel.load(ABDOMEN)
    labels: NDArray[np.uint16] = np.asarray(image.dataobj).astype(np.uint16)
    grid = Grid.of(labels.shape, image.affine)
    surfaces = surfaces_of(labels, grid)
    assert len(surfaces) > 50
    for value, mesh in surfaces.items():
        voxels_mm3 = np.count_nonzero(labels == value) * grid.voxel_volume_mm3
        assert is_closed(mesh)
        assert enclosed_volume_mm3(mesh) == pytest.approx(voxels_mm3, rel=0.005), value
