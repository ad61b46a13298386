"""Meshes with fewer faces: closed, of the same topology and volume, near the shape."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from abaton.geometry.decimation import simplified
from abaton.geometry.grid import Grid
from abaton.geometry.mesh import enclosed_volume_mm3, euler_characteristic, is_closed
from abaton.geometry.surface import surface_of


def grid_of(shape: tuple[int, int, int]) -> Grid:
    affine = np.eye(4)
    affine[:3, :3] = Rotation.from_euler("xyz", [20, -35, 50], degrees=True).as_matrix() @ np.diag([1.3, 0.6, 0.9])
    return Grid.of(shape, affine)


def test_a_ball_stays_a_ball_with_a_tenth_of_its_faces() -> None:
    grid = grid_of((40, 80, 54))
    middle = grid.to_world((20, 40, 27))
    places = grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1))
    mesh = surface_of(np.linalg.norm(places - middle, axis=-1) <= 20.0, grid)
    few = simplified(mesh, len(mesh.faces) // 10)
    assert len(few.faces) <= len(mesh.faces) // 10
    assert is_closed(few)
    assert euler_characteristic(few) == 2
    assert enclosed_volume_mm3(few) == pytest.approx(enclosed_volume_mm3(mesh), rel=1e-5)
    radii_mm = np.linalg.norm(few.vertices_mm - middle, axis=1)
    before_mm = np.linalg.norm(mesh.vertices_mm - middle, axis=1)
    assert abs(radii_mm - 20.0).max() < abs(before_mm - 20.0).max() + 0.3


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.05, 0.95), st.floats(0.0, 1.0))
def test_any_surface_stays_closed_and_keeps_its_parts_and_tunnels(seed: int, filled: float, share: float) -> None:
    mask = np.random.default_rng(seed).random((6, 7, 5)) < filled
    mesh = surface_of(mask, grid_of((6, 7, 5)))
    few = simplified(mesh, int(share * len(mesh.faces)))
    assert is_closed(few)
    assert euler_characteristic(few) == euler_characteristic(mesh)
    assert len(few.faces) <= len(mesh.faces)
    assert np.isfinite(few.vertices_mm).all()


def test_a_mesh_with_few_enough_faces_is_left_alone() -> None:
    mesh = surface_of(np.ones((2, 2, 2), dtype=np.bool_), grid_of((2, 2, 2)))
    same = simplified(mesh, len(mesh.faces))
    assert np.array_equal(same.vertices_mm, mesh.vertices_mm)
    assert np.array_equal(same.faces, mesh.faces)
    empty = simplified(surface_of(np.zeros((2, 2, 2), dtype=np.bool_), grid_of((2, 2, 2))), 10)
    assert len(empty.faces) == 0
