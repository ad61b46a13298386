"""Surfaces of masks whose shape is known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from abaton.geometry.grid import Grid
from abaton.geometry.isosurface import crossing
from abaton.surgery.subvoxel import boundary, smoothed

SPACING = np.array([1.0, 0.8, 1.2])


def grid(size: int) -> Grid:
    affine = np.diag([*SPACING, 1.0])
    affine[:3, 3] = -(size - 1) * SPACING / 2
    return Grid.of((size, size, size), affine)


def places(of: Grid) -> NDArray[np.float64]:
    return of.to_world(np.moveaxis(np.indices(of.shape), 0, -1))


@pytest.mark.parametrize("radius_mm", [7.0, 9.4, 11.3])
def test_the_boundary_of_a_sphere_lies_on_it_and_looks_outwards(radius_mm: float) -> None:
    within = grid(32)
    points, normals = boundary(np.linalg.norm(places(within), axis=-1) < radius_mm, within)
    away = np.linalg.norm(points, axis=1)
    assert np.abs(away - radius_mm).max() < 0.4 * SPACING.max()
    assert abs(float((away - radius_mm).mean())) < 0.12
    # A sphere's normal is the way from its middle; 0.95 is 18 degrees.
    assert ((points / away[:, None]) * normals).sum(axis=1).min() > 0.95


def test_a_turned_grid_turns_the_normals() -> None:
    turned = grid(32).affine.copy()
    turned[:3, :3] = np.array([[0, -1, 0], [0, 0, 1], [-1, 0, 0]]) @ turned[:3, :3]
    turned[:3, 3] = -turned[:3, :3] @ np.full(3, 15.5)
    within = Grid.of((32, 32, 32), turned)
    points, normals = boundary(np.linalg.norm(places(within), axis=-1) < 9, within)
    assert (points / np.linalg.norm(points, axis=1)[:, None] * normals).sum(axis=1).min() > 0.95


@pytest.mark.parametrize("filled", [False, True])
def test_an_empty_mask_and_a_full_one_have_no_boundary(filled: bool) -> None:
    points, normals = boundary(np.full((8, 8, 8), filled), grid(8))
    assert points.shape == normals.shape == (0, 3)


def test_no_centre_changes_sides() -> None:
    mask = np.random.default_rng(3).random((12, 12, 12)) < 0.5
    corners, faces = crossing(mask.astype(np.float32), 0.5)
    moved = smoothed(corners, faces)
    assert np.abs(moved - corners).max() <= 0.5 + 1e-12
    assert np.isfinite(moved).all()


def test_terraces_of_a_slope_become_a_slope() -> None:
    """A plane that rises by one voxel in nine: half a voxel off as voxels have it, a tenth once smoothed."""
    index = np.moveaxis(np.indices((60, 20, 20)), 0, -1)
    height = index[..., 2] - 10 - index[..., 0] / 9
    corners, faces = crossing((height < 0).astype(np.float32), 0.5)
    moved = smoothed(corners, faces)
    inner = (np.abs(corners[:, 0] - 29.5) < 18) & (np.abs(corners[:, 1] - 9.5) < 5)
    off = np.abs(moved[:, 2] - 10 - moved[:, 0] / 9)[inner]
    rough = np.abs(corners[:, 2] - 10 - corners[:, 0] / 9)[inner]
    assert rough.max() > 0.4
    assert off.max() < 0.15
