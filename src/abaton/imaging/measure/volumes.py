"""Volumes of labels."""

import numpy as np

from abaton.core.errors import Problem
from abaton.imaging.measure.boundary import boundary_variance, require_label, surface_mm2
from abaton.imaging.measure.measurement import COVERAGE_FACTOR, Measurement, require_certificate
from abaton.imaging.volume import Segmentation, Volume


def label_volume(volume: Volume, segmentation: Segmentation, name: str, boundary_mm: float = 0.0) -> Measurement:
    """The volume of a label: its voxels times a voxel's volume. The model of the uncertainty is in `boundary`.

    Args:
        volume: Certified.
        segmentation: On the volume's grid.
        name: Of the label.
        boundary_mm: Standard uncertainty of where the boundary was drawn, everywhere the same way, such as the
            disagreement of raters; 0 leaves it out.

    Raises:
        Problem: The volume is not certified, there is no such label, or `boundary_mm` is no length.
    """
    require_certificate(volume)
    if not (np.isfinite(boundary_mm) and boundary_mm >= 0):
        raise Problem(
            "boundary_unusable",
            got=f"a boundary uncertain by {boundary_mm} mm",
            expected="0 mm or more",
            next_step="Give how far the boundary may have been drawn wrong, as a standard deviation.",
        )
    mask = require_label(volume, segmentation, name)
    voxel_mm3 = volume.grid.voxel_volume_mm3
    variance = boundary_variance(mask) * voxel_mm3**2
    method = f"{int(mask.sum())} voxels; partial boundary voxels (rectangular)"
    if boundary_mm > 0:
        variance += (surface_mm2(mask, volume.grid) * boundary_mm) ** 2
        method += f"; boundary drawn within {boundary_mm:g} mm (standard)"
    return Measurement(
        quantity="volume",
        value=float(mask.sum()) * voxel_mm3,
        unit="mm3",
        uncertainty=COVERAGE_FACTOR * float(np.sqrt(variance)),
        label=name,
        method=method,
    )
