"""The geometry certificate: how far each slice lies from where the volume says it is."""

from typing import Literal

import msgspec

TOLERANCE_MM = 0.01
"""Slices further than this from the volume's affine make it resampled or refused."""

Evidence = Literal["slice positions", "header", "resampled"]


class GeometryCertificate(msgspec.Struct, frozen=True):
    """What vouches for millimetres in this volume. Measuring needs one that is `certified`.

    Attributes:
        evidence: `slice positions`: each slice's recorded position was compared with the affine. `header`: the file
            holds an affine only (NIfTI), so there was nothing to compare it with. `resampled`: the recorded
            positions did not fit one affine, and the volume was computed anew on a grid that they do fit.
        certified: Whether world millimetres may be measured.
        slice_errors_mm: For every slice, the distance between where its furthest corner was recorded and where the
            affine puts it, before resampling where there was any. Empty for `header`.
        error_mm: The largest distance that remains in this volume.
        tilt_deg: Gantry tilt that was found; 0 where there was none.
        orientation: Of the array's axes, such as `SPL`: towards superior, posterior, left.
        remarks: What was found and done, in plain sentences; shown to the reader.
    """

    evidence: Evidence
    certified: bool
    slice_errors_mm: tuple[float, ...]
    error_mm: float
    tilt_deg: float
    orientation: str
    remarks: tuple[str, ...] = ()
