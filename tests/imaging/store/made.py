"""Small scans that are computed, and a store of them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from abaton.geometry.grid import Grid
from abaton.imaging.certificate import GeometryCertificate
from abaton.imaging.importing.found import ImportedSeries
from abaton.imaging.privacy.report import PrivacyReport, Removed
from abaton.imaging.volume import Segmentation, Volume

CERTIFICATE = GeometryCertificate("slice positions", True, (0.0, 0.001), 0.001, 0.0, "SPL")
PRIVACY = PrivacyReport(
    "PS3.15 Annex E basic profile", (Removed("(0010,0010)", "Patient's Name", "emptied", 2),), 3, (), True
)
SPACING_MM = (2.0, 0.5, 0.6)


def grid_of(shape: tuple[int, int, int], turned: bool = True) -> Grid:
    """Anisotropic and, unless told not to be, oblique by 20 degrees about z."""
    angle = np.deg2rad(20.0 if turned else 0.0)
    cosine, sine = np.cos(angle), np.sin(angle)
    columns, rows, slices = (cosine, sine, 0.0), (-sine, cosine, 0.0), (0.0, 0.0, 1.0)
    affine = np.eye(4)
    affine[:3, :3] = np.array([slices, rows, columns]).T * SPACING_MM
    affine[:3, 3] = (-30.5, 12.25, 100.0)
    return Grid.of(shape, affine)


def volume_of(voxels: NDArray[Any], **given: Any) -> Volume:
    made: dict[str, Any] = {"modality": "CT", "unit": "HU", "description": "made"}
    return Volume(voxels, grid_of(voxels.shape), CERTIFICATE, **(made | given))


def series_of(voxels: NDArray[Any], **given: Any) -> ImportedSeries:
    volume = volume_of(voxels, **given)
    return ImportedSeries(volume, tuple(header(at) for at in range(voxels.shape[0])), PRIVACY, voxels.shape[0])


def header(at: int) -> Dataset:
    made = Dataset()
    made.SOPInstanceUID = f"2.25.{1000 + at}"
    made.Modality = "CT"
    made.ImagePositionPatient = [-30.5, 12.25, 100.0 + 2.0 * at]
    made.InstanceNumber = at + 1
    return made


def ball(shape: tuple[int, int, int] = (20, 70, 66), seed: int = 7) -> NDArray[np.int16]:
    """A ball of 300 HU with a core of 1000 HU in noisy air; over one brick long in two axes."""
    index = np.indices(shape).astype(np.float64)
    middle = (np.array(shape) - 1) / 2
    radius = np.sqrt(sum(((index[axis] - middle[axis]) * SPACING_MM[axis]) ** 2 for axis in range(3)))
    voxels = np.random.default_rng(seed).normal(-1000, 5, shape)
    voxels[radius < 14] = 300
    voxels[radius < 5] = 1000
    return np.rint(voxels).astype(np.int16)


def labels_of(voxels: NDArray[np.int16], made_by: str = "rater one") -> Segmentation:
    labels = np.zeros(voxels.shape, np.uint16)
    labels[voxels >= 300] = 1
    labels[voxels >= 1000] = 40_000
    return Segmentation(labels, grid_of(voxels.shape), {1: "shell", 40_000: "core"}, made_by)
