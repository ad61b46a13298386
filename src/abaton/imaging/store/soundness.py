"""What must hold of a series before it is stored."""

import math

import numpy as np

from abaton.core.errors import Problem
from abaton.imaging.importing.found import ImportedSeries
from abaton.imaging.volume import Volume

VOXEL_TYPES = ("int16", "uint16", "float32")


def check_series(series: ImportedSeries) -> None:
    """Refuses a series that could not be read back as it is.

    Raises:
        Problem: Shape, type, grid, scaling or certificate are not sound.
    """
    volume = series.volume
    if volume.voxels.shape != volume.grid.shape or 0 in volume.voxels.shape:
        raise _unsound(f"{volume.voxels.shape} voxels on a grid of {volume.grid.shape}", "as many as the grid has")
    if volume.voxels.dtype.name not in VOXEL_TYPES:
        raise _unsound(f"voxels of type {volume.voxels.dtype.name}", f"one of {', '.join(VOXEL_TYPES)}")
    affine = volume.grid.affine
    if not np.isfinite(affine).all() or not abs(float(np.linalg.det(affine[:3, :3]))) > 0:
        raise _unsound("a grid without extent in space", "finite numbers and three independent axes")
    if not _is_number(volume.slope) or volume.slope == 0 or not _is_number(volume.intercept):
        raise _unsound("a scaling by zero or by no number", "a slope other than 0 and a finite intercept")
    _check_certificate(volume)
    if len(series.headers) not in (0, volume.voxels.shape[0]):
        raise _unsound(f"{len(series.headers)} headers of {volume.voxels.shape[0]} slices", "one for each, or none")


def _check_certificate(volume: Volume) -> None:
    certificate = volume.certificate
    numbers = (certificate.error_mm, certificate.tilt_deg, *certificate.slice_errors_mm)
    if not all(map(_is_number, numbers)):
        raise _unsound("a certificate with an error that is no number", "finite millimetres and degrees")


def _is_number(value: float) -> bool:
    return math.isfinite(value)


def _unsound(got: str, expected: str) -> Problem:
    return Problem(
        "series_unsound",
        got=f"a series with {got}",
        expected=expected,
        next_step="Import it again from the original files; if this comes back, report it.",
    )
