"""Scans made for tests: shapes of known size on an oblique, anisotropic grid."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from abaton.geometry.grid import Grid
from abaton.imaging.certificate import GeometryCertificate
from abaton.imaging.volume import Volume

SPACING_MM = (1.5, 0.8, 1.1)
CERTIFICATE = GeometryCertificate("slice positions", True, (), 0.0, 0.0, "SPL")


def oblique(shape: tuple[int, int, int], spacing_mm: tuple[float, float, float] = SPACING_MM) -> Grid:
    turned = Rotation.from_euler("xyz", [20, -35, 50], degrees=True).as_matrix()
    affine = np.eye(4)
    affine[:3, :3] = turned @ np.diag(spacing_mm)
    affine[:3, 3] = (-120.0, 45.0, 900.0)
    return Grid.of(shape, affine)


def volume_of(voxels: NDArray[Any], grid: Grid | None = None, padding: float | None = None) -> Volume:
    return Volume(voxels, grid or oblique(voxels.shape), CERTIFICATE, padding=padding)


def places(grid: Grid) -> NDArray[np.float64]:
    """World position of each voxel."""
    return grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1))


def point(grid: Grid, a: float, b: float, c: float) -> tuple[float, float, float]:
    x, y, z = grid.to_world((a, b, c)).tolist()
    return x, y, z


def ball_mask(grid: Grid, middle: tuple[float, float, float], radius_mm: float) -> NDArray[np.bool_]:
    return np.linalg.norm(places(grid) - np.array(middle), axis=-1) <= radius_mm
