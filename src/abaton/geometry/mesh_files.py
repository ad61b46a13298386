"""Meshes as files that other programs open."""

import numpy as np
from numpy.typing import NDArray

from abaton.geometry.mesh import TriangleMesh

_STL_FACE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("color", "<u2")])
_PLY_FACE = np.dtype([("count", "u1"), ("vertices", "<i4", 3)])


def as_stl(mesh: TriangleMesh) -> bytes:
    """Binary STL in millimetres. Its header says `SPACE=LPS`, which 3D Slicer reads; STL itself knows no space."""
    faces = np.zeros(len(mesh.faces), dtype=_STL_FACE)
    corners: NDArray[np.float64] = mesh.vertices_mm[mesh.faces]
    normals = np.asarray(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]))
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    faces["normal"] = np.divide(normals, length, out=np.zeros_like(normals), where=length > 0)
    faces["corners"] = corners
    header = b"SPACE=LPS;UNIT=mm;Abaton, not for primary diagnosis".ljust(80)
    return header + np.uint32(len(faces)).tobytes() + faces.tobytes()


def as_ply(mesh: TriangleMesh, colors: NDArray[np.uint8] | None = None) -> bytes:
    """Binary PLY in millimetres, LPS.

    Args:
        mesh: To write.
        colors: (n, 3), a colour for each vertex, or None.
    """
    fields = [("place", "<f4", 3)] + ([] if colors is None else [("color", "u1", 3)])
    vertices = np.zeros(len(mesh.vertices_mm), dtype=np.dtype(fields))
    vertices["place"] = mesh.vertices_mm
    lines = ["ply", "format binary_little_endian 1.0", "comment LPS, millimetres; not for primary diagnosis"]
    lines += [f"element vertex {len(vertices)}", *(f"property float {axis}" for axis in "xyz")]
    if colors is not None:
        vertices["color"] = colors
        lines += [f"property uchar {channel}" for channel in ("red", "green", "blue")]
    faces = np.zeros(len(mesh.faces), dtype=_PLY_FACE)
    faces["count"] = 3
    faces["vertices"] = mesh.faces
    lines += [f"element face {len(faces)}", "property list uchar int vertex_indices", "end_header", ""]
    return "\n".join(lines).encode() + vertices.tobytes() + faces.tobytes()
