"""A made CT for the commands of the guides: stored in a data folder, and as files beside it."""

from pathlib import Path
from typing import Any

import nibabel
import numpy as np

from abaton.geometry.grid import Grid
from abaton.imaging.certificate import GeometryCertificate
from abaton.imaging.importing.found import ImportedSeries
from abaton.imaging.privacy.report import PrivacyReport
from abaton.imaging.store import Scans
from abaton.imaging.volume import Segmentation, Volume

SHAPE = (30, 44, 40)
SPACING_MM = 2.0
NAMES = {1: "tumour", 2: "vessel", 3: "colon"}
VALUES_HU = {1: 90, 2: 350, 3: -900}


def keep_scan(data: Path, folder: Path) -> str:
    """Stores the scan with two raters' labels; writes it and its labels into the folder, and labels beside it.

    Returns:
        The scan's id.
    """
    labels, other = _labels(8.0), _labels(9.0)
    voxels = np.full(SHAPE, 40, np.int16)
    for value, hounsfield in VALUES_HU.items():
        voxels[labels == value] = hounsfield
    voxels[:, :3] = voxels[:, -3:] = -1000
    folder.mkdir()
    _write_nifti(folder / "ct.nii.gz", voxels)
    _write_nifti(folder / "labels.nii.gz", labels.astype(np.uint8))
    _write_nifti(folder.parent / "labels.nii.gz", labels.astype(np.uint8))
    grid = Grid.of(SHAPE, _affine())
    certificate = GeometryCertificate("slice positions", True, (0.0,) * SHAPE[0], 0.0, 0.0, "SPL")
    volume = Volume(voxels + np.int16(1), grid, certificate, modality="CT", unit="HU", description="made")
    raters = [Segmentation(drawn, grid, NAMES, f"rater {name}") for drawn, name in ((labels, "one"), (other, "two"))]
    series = ImportedSeries(volume, (), PrivacyReport("none", (), 0, (), True), 1)
    return Scans(data / "scans").add(series, raters).id


def _labels(radius_mm: float) -> np.ndarray:
    """A ball, a vessel beside it, and a tube that runs from the feet to the head."""
    z, y, x = (np.indices(SHAPE).astype(np.float64) * SPACING_MM).reshape(3, *SHAPE)
    labels = np.zeros(SHAPE, np.uint16)
    labels[(z - 30) ** 2 + (y - 30) ** 2 + (x - 20) ** 2 <= radius_mm**2] = 1
    labels[(y - 30) ** 2 + (x - 38) ** 2 <= 3**2] = 2
    labels[((y - 60) ** 2 + (x - 50) ** 2 <= 8**2) & (z > 5) & (z < 53)] = 3
    return labels


def _affine() -> np.ndarray:
    affine = np.zeros((4, 4))
    affine[0, 2] = affine[1, 1] = affine[2, 0] = SPACING_MM
    affine[3, 3] = 1
    return affine


def _write_nifti(path: Path, voxels: np.ndarray) -> None:
    library: Any = nibabel
    affine = np.diag([-SPACING_MM, -SPACING_MM, SPACING_MM, 1.0])
    library.Nifti1Image(voxels.T, affine).to_filename(path)
