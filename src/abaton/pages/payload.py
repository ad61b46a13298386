"""What the 3-D view of a page is given: the working copy, labels, surfaces and the way through them, as JSON."""

import base64
import gzip
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.pages.blocks import View3D, ViewedMesh

_COMPRESSION = 6


def payload_json(view: View3D) -> str:
    """The view as JSON that may stand inside a script element.

    Texture order is (column, row, slice), the reverse of the array's axes: the same memory, and an index-to-world
    matrix with its first three columns in reverse.

    Raises:
        Problem: The labels are not on the grid, or go above 255.
    """
    grid = view.grid
    affine = grid.affine
    matrix = np.column_stack([affine[:, 2], affine[:, 1], affine[:, 0], affine[:, 3]])
    payload: dict[str, Any] = {
        "size": list(reversed(grid.shape)),
        "values": _packed(view.values),
        "range": list(view.range),
        "unit": view.unit,
        "modality": view.modality,
        "title": view.title,
        "indexToWorld": matrix.T.ravel().tolist(),
        "meshes": [_mesh(mesh) for mesh in view.meshes],
    }
    if view.labels is not None:
        payload["labels"] = _packed(_byte_labels(view))
        payload["labelNames"] = {
            str(value): {"name": name, "color": color} for value, (name, color) in view.label_names.items()
        }
    if view.path is not None:
        points = np.asarray(view.path.points_mm, dtype=np.float64)
        payload["path"] = {"points": points.tolist(), "fieldOfViewDeg": view.path.field_of_view_deg}
    if view.preset is not None:
        payload["preset"] = view.preset
    # A '<' could end the script element that this stands in.
    return msgspec.json.encode(payload).decode().replace("<", "\\u003c")


def _byte_labels(view: View3D) -> NDArray[np.uint8]:
    labels = view.labels
    if labels is None or labels.shape != view.grid.shape:
        raise Problem("labels_elsewhere", "labels of another shape", f"{view.grid.shape}", "Resample the labels first.")
    if labels.size and int(labels.max()) > 255:
        raise Problem(
            "labels_too_large",
            got=f"a label of {int(labels.max())}",
            expected="labels up to 255 in a 3-D view",
            next_step="Number the labels that are shown anew, from 1.",
        )
    return np.asarray(labels, dtype=np.uint8)


def _packed(values: NDArray[np.uint8]) -> str:
    # No time stamp, so that the same view gives the same page.
    return _base64(gzip.compress(np.ascontiguousarray(values, dtype=np.uint8).tobytes(), _COMPRESSION, mtime=0))


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _mesh(mesh: ViewedMesh) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "name": mesh.name,
        "color": mesh.color,
        "opacity": mesh.opacity,
        "vertices": _base64(np.ascontiguousarray(mesh.vertices_mm, dtype="<f4").tobytes()),
        "faces": _base64(np.ascontiguousarray(mesh.faces, dtype="<u4").tobytes()),
    }
    if mesh.colors is not None:
        payload["colors"] = _base64(np.ascontiguousarray(mesh.colors, dtype=np.uint8).tobytes())
    return payload
