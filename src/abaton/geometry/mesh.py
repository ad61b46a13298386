"""Surfaces made of triangles."""

import msgspec
import numpy as np
from numpy.typing import NDArray


class TriangleMesh(msgspec.Struct, frozen=True, eq=False):
    """A surface.

    Attributes:
        vertices_mm: (n, 3) float64, world positions.
        faces: (m, 3) int32, indices of vertices; counter-clockwise seen from outside.
    """

    vertices_mm: NDArray[np.float64]
    faces: NDArray[np.int32]
