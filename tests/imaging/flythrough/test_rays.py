"""Rays through cells against every triangle tried one by one."""

import numpy as np
import pytest

from abaton.geometry.mesh import TriangleMesh
from abaton.imaging.flythrough.rays import cells_of, hits_of


@pytest.mark.parametrize(("seed", "size"), [(0, 0.5), (1, 2.0), (2, 7.0), (3, 1.3)])
def test_the_first_triangle_is_the_one_that_trying_all_of_them_finds(seed: int, size: float) -> None:
    rng = np.random.default_rng(seed)
    corners = rng.uniform(-5, 5, (150, 1, 3)) + rng.normal(size=(150, 3, 3))
    mesh = TriangleMesh(corners.reshape(-1, 3), np.arange(450, dtype=np.int32).reshape(-1, 3))
    cells = cells_of(mesh, size)
    eye = np.zeros(3)
    rays = rng.normal(size=(400, 3))
    rays[:6] = np.concatenate([np.eye(3), -np.eye(3)])
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    faces, where = hits_of(
        cells.corners, cells.low_mm, cells.size_mm, cells.counts, cells.starts, cells.members, eye, rays, 100.0
    )
    hits = 0
    for ray, face, (distance, u, v) in zip(rays, faces, where, strict=True):
        edges = np.stack([corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]], axis=-1)
        system = np.concatenate([edges, np.repeat(-ray[None, :, None], 150, 0)], axis=-1)
        solved = np.linalg.solve(system, (eye - corners[:, 0])[..., None])[..., 0]
        met = (solved[:, 0] >= 0) & (solved[:, 1] >= 0) & (solved[:, :2].sum(1) <= 1) & (solved[:, 2] > 1e-6)
        if not met.any():
            assert face == -1
            continue
        hits += 1
        nearest = np.where(met, solved[:, 2], np.inf).argmin()
        assert face == nearest
        assert (u, v, distance) == pytest.approx(tuple(solved[nearest]), abs=1e-9)
    assert 50 < hits < 400
