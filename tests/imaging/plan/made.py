"""Made scans with spheres and boxes on them, on any grid."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from abaton.geometry.grid import FloatArray, Grid
from abaton.imaging.certificate import GeometryCertificate
from abaton.imaging.volume import Segmentation, Volume

CERTIFICATE = GeometryCertificate("slice positions", True, (), 0.0, 0.0, "SPL")


def grid_of(
    shape: tuple[int, int, int], spacing_mm: tuple[float, float, float] = (1.0, 1.0, 1.0), oblique: bool = False
) -> Grid:
    """Upright, or turned by 30 degrees about one axis and 20 about another, and moved."""
    a, b = np.radians(30), np.radians(20)
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_z = np.array([[np.cos(b), -np.sin(b), 0], [np.sin(b), np.cos(b), 0], [0, 0, 1]])
    affine = np.eye(4)
    affine[:3, :3] = (about_x @ about_z if oblique else np.eye(3)) * spacing_mm
    affine[:3, 3] = (12.0, -80.0, 30.0) if oblique else 0.0
    return Grid.of(shape, affine)


def positions(grid: Grid) -> FloatArray:
    index = np.stack(np.meshgrid(*[np.arange(n) for n in grid.shape], indexing="ij"), axis=-1)
    return grid.to_world(index)


def ball(grid: Grid, centre_mm: ArrayLike, radius_mm: float) -> NDArray[np.bool_]:
    return np.linalg.norm(positions(grid) - np.asarray(centre_mm), axis=-1) <= radius_mm


def volume_of(grid: Grid, body: NDArray[np.bool_] | None = None, modality: str = "MR") -> Volume:
    """Air of 0 with a body of 100 in it; noise of 0 to 9 in both."""
    noise = np.random.default_rng(0).integers(0, 10, grid.shape)
    values = noise + (0 if body is None else 100 * body)
    return Volume(values.astype(np.int16), grid, CERTIFICATE, modality)


def labelled(grid: Grid, made_by: str = "one", **masks: NDArray[np.bool_]) -> Segmentation:
    """Each name's mask, later ones over earlier ones."""
    labels = np.zeros(grid.shape, dtype=np.uint16)
    for value, mask in enumerate(masks.values(), start=1):
        labels[mask] = value
    return Segmentation(labels, grid, dict(enumerate(masks, start=1)), made_by)
