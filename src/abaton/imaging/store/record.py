"""What is known of a stored scan without reading its voxels."""

import msgspec

from abaton.geometry.grid import Grid
from abaton.imaging.certificate import GeometryCertificate
from abaton.imaging.privacy.report import PrivacyReport


class SegmentationRecord(msgspec.Struct, frozen=True):
    """One segmentation of a scan.

    Attributes:
        number: Counts from 1 in this scan.
        names: What each label value means.
        made_by: Rater or method.
        voxels: How many voxels each label value has; only values that occur.
    """

    number: int
    names: dict[int, str]
    made_by: str
    voxels: dict[int, int] = {}


class ScanRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One stored scan.

    Attributes:
        id: Opaque; a prefix that no other scan has is enough to name it.
        grid: Where the voxels lie.
        modality: DICOM's, such as `CT` or `MR`.
        unit: Of the values.
        slope: The value is `slope * voxel + intercept`.
        intercept: See `slope`.
        padding: Stored value that marks 'no measurement here', or None.
        description: Of the series, free of identifiers.
        certificate: What vouches for millimetres.
        privacy: What was removed.
        segmentations: In the order of their numbers.
        dtype: Of the stored voxels: `int16`, `uint16` or `float32`.
        imported_at: UTC, such as `2026-05-01T12:00:00Z`.
        source: `DICOM`, `NIfTI` or `sample`.
        files: How many files it came from.
        digest: SHA-256 of voxels, type and grid, by which a scan that is here already is known.
        working_range: Values, in `unit`, of byte 0 and byte 255 of the working copy.
    """

    id: str
    grid: Grid
    modality: str
    unit: str
    slope: float
    intercept: float
    padding: float | None
    description: str
    certificate: GeometryCertificate
    privacy: PrivacyReport
    segmentations: tuple[SegmentationRecord, ...] = ()
    dtype: str
    imported_at: str
    source: str
    files: int
    digest: str
    working_range: tuple[float, float]
