"""Reads the sample."""

from importlib import resources
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.geometry.grid import Grid
from abaton.imaging.certificate import GeometryCertificate
from abaton.imaging.importing.found import ImportedSeries
from abaton.imaging.privacy.report import PrivacyReport
from abaton.imaging.volume import Volume

VOXELS = "t1_head.nii.gz"
ABOUT = "t1_head.json"


class About(msgspec.Struct, frozen=True):
    """What the file of voxels cannot hold, or not exactly.

    Attributes:
        grid: Exact, where NIfTI rounds to 32 bits.
        certificate: Of the scan that the sample was computed from, and what was done to it.
        privacy: What was removed from its headers.
        description: Of the series.
        files: How many files it came from.
    """

    grid: Grid
    certificate: GeometryCertificate
    privacy: PrivacyReport
    description: str
    files: int


def read_sample() -> ImportedSeries:
    """The T1-weighted head at 1 mm, certified and free of identifiers; public domain, see the notice beside it."""
    folder = resources.files("abaton.imaging.sample")
    about = msgspec.json.decode((folder / ABOUT).read_bytes(), type=About)
    voxels = _voxels((folder / VOXELS).read_bytes())
    volume = Volume(voxels, about.grid, about.certificate, modality="MR", description=about.description)
    return ImportedSeries(volume, (), about.privacy, about.files)


def _voxels(packed: bytes) -> NDArray[np.int16]:
    """Voxels of a NIfTI file, in the order of slices, rows and columns."""
    import gzip

    import nibabel

    untyped: Any = nibabel
    image = untyped.Nifti1Image.from_bytes(gzip.decompress(packed))
    return np.ascontiguousarray(np.asarray(image.dataobj).T, dtype=np.int16)
