"""A scan in memory, and labels drawn on it."""

from typing import Any, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.geometry.grid import Grid
from abaton.imaging.certificate import GeometryCertificate

Voxels: TypeAlias = NDArray[np.int16] | NDArray[np.uint16] | NDArray[np.float32]


class Volume(msgspec.Struct, frozen=True, eq=False):
    """A certified scan.

    Attributes:
        voxels: As stored, C-contiguous, `grid.shape`: slice, row, column. The value is `slope * voxel + intercept`.
            float32 only where 16-bit integers cannot hold what was recorded exactly.
        grid: Where the voxels lie.
        certificate: What vouches for the grid.
        modality: DICOM's, such as `CT` or `MR`; `OT` where unknown.
        unit: Of the values: `HU`, or empty where the scanner's numbers have none.
        slope: See `voxels`.
        intercept: See `voxels`.
        padding: Stored value that marks 'no measurement here', or None.
        description: Of the series, free of identifiers.
    """

    voxels: NDArray[Any]
    grid: Grid
    certificate: GeometryCertificate
    modality: str = "OT"
    unit: str = ""
    slope: float = 1.0
    intercept: float = 0.0
    padding: float | None = None
    description: str = ""

    def values(self) -> NDArray[np.float32]:
        """All values in `unit`, float32, `grid.shape`."""
        return self.voxels.astype(np.float32) * np.float32(self.slope) + np.float32(self.intercept)


class Segmentation(msgspec.Struct, frozen=True, eq=False):
    """Labels on the grid of a scan, by one rater or one method.

    Attributes:
        labels: uint16, `grid.shape`; 0 is nothing.
        grid: Where they lie; the same as the scan's.
        names: What each label value means, such as `{5: "liver"}`.
        made_by: Rater or method: `rater isen-20`, `threshold above 300 HU`.
    """

    labels: NDArray[np.uint16]
    grid: Grid
    names: dict[int, str]
    made_by: str

    def mask(self, name: str) -> NDArray[np.bool_]:
        """Where a label lies, boolean, `grid.shape`; empty when no label has this name."""
        values = [value for value, known in self.names.items() if known == name]
        return np.isin(self.labels, values)
