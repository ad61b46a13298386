"""Where the voxels of an array lie in the patient."""

from typing import TypeAlias

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray: TypeAlias = NDArray[np.float64]
Affine: TypeAlias = tuple[
    tuple[float, float, float, float],
    tuple[float, float, float, float],
    tuple[float, float, float, float],
    tuple[float, float, float, float],
]


class Grid(msgspec.Struct, frozen=True):
    """A regular grid of voxel centres.

    World coordinates are DICOM's patient coordinates: millimetres, x towards the patient's left, y towards the
    back, z towards the head (LPS). Indices follow NumPy's order: `affine @ (a, b, c, 1)` is the world position of
    the centre of `array[a, b, c]`. For scans read from DICOM the axes are slice, row, column.

    Attributes:
        shape: Voxels along each axis of the array.
        affine_mm: 4 x 4, from index to world, last row (0, 0, 0, 1).
    """

    shape: tuple[int, int, int]
    affine_mm: Affine

    @staticmethod
    def of(shape: ArrayLike, affine_mm: ArrayLike) -> "Grid":
        """A grid from any arrays of 3 and of 4 x 4 numbers."""
        a, b, c = (int(n) for n in np.asarray(shape).tolist())
        rows = np.asarray(affine_mm, dtype=np.float64).tolist()
        return Grid((a, b, c), msgspec.convert(rows, Affine))

    @property
    def affine(self) -> FloatArray:
        """(4, 4), from index to world."""
        return np.array(self.affine_mm)

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Distance between voxel centres along each axis of the array."""
        a, b, c = np.linalg.norm(self.affine[:3, :3], axis=0).tolist()
        return a, b, c

    @property
    def voxel_volume_mm3(self) -> float:
        """Volume of one voxel."""
        return float(abs(np.linalg.det(self.affine[:3, :3])))

    def to_world(self, index: ArrayLike) -> FloatArray:
        """World positions in mm, (..., 3), of indices (..., 3); fractions of voxels are allowed."""
        affine = self.affine
        return np.asarray(index, dtype=np.float64) @ affine[:3, :3].T + affine[:3, 3]

    def to_index(self, world_mm: ArrayLike) -> FloatArray:
        """Indices with fractions, (..., 3), of world positions (..., 3) in mm."""
        inverse = np.linalg.inv(self.affine)
        return np.asarray(world_mm, dtype=np.float64) @ inverse[:3, :3].T + inverse[:3, 3]
