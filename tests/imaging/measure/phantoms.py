"""Made scans for tests: any spacing, any orientation."""

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import ArrayLike, NDArray
from pydicom import Dataset

from abaton.geometry.grid import Grid
from abaton.imaging.certificate import GeometryCertificate
from abaton.imaging.volume import Segmentation, Volume

GOOD = GeometryCertificate("slice positions", True, (0.0,), 0.0, 0.0, "SPL")
BAD = GeometryCertificate("slice positions", False, (0.0, 48.8), 48.8, 0.0, "SPL")


def rotation(rng: np.random.Generator) -> NDArray[np.float64]:
    q, r = np.linalg.qr(rng.normal(size=(3, 3)))
    q = q * np.sign(np.diag(r))
    return q * np.sign(np.linalg.det(q))


def grid_of(shape: tuple[int, int, int], spacing_mm: ArrayLike, turn: ArrayLike, origin_mm: ArrayLike) -> Grid:
    affine = np.eye(4)
    affine[:3, :3] = np.asarray(turn) * np.asarray(spacing_mm, dtype=np.float64)
    affine[:3, 3] = origin_mm
    return Grid.of(shape, affine)


def any_grid(rng: np.random.Generator, size_mm: float = 64.0) -> Grid:
    spacing = rng.uniform(0.6, 2.5, 3)
    a, b, c = np.ceil(size_mm / spacing).astype(int).tolist()
    return grid_of((a, b, c), spacing, rotation(rng), rng.uniform(-200, 200, 3))


def volume_of(voxels: NDArray[Any], grid: Grid, **more: Any) -> Volume:
    return Volume(voxels=voxels, grid=grid, certificate=more.pop("certificate", GOOD), **more)


def empty_volume(grid: Grid, **more: Any) -> Volume:
    return volume_of(np.zeros(grid.shape, dtype=np.int16), grid, **more)


def read(path: Path) -> Dataset:
    """A DICOM file; pydicom's types of this are partly unknown."""
    library: Any = pydicom
    return library.dcmread(path)


def labelled(mask: NDArray[np.bool_], grid: Grid, name: str = "lesion") -> Segmentation:
    return Segmentation(mask.astype(np.uint16) * 7, grid, {7: name, 9: "nothing"}, "a test")
