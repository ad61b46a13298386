"""Pictures of a coloured surface alone, seen from far away from six sides."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel
from abaton.geometry.mesh import TriangleMesh, vertex_normals

Side: TypeAlias = tuple[str, tuple[float, float, float], tuple[float, float, float]]

SIDES: tuple[Side, ...] = (
    ("from the front", (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    ("from the patient's left", (-1.0, 0.0, 0.0), (0.0, 0.0, 1.0)),
    ("from the back", (0.0, -1.0, 0.0), (0.0, 0.0, 1.0)),
    ("from the patient's right", (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)),
    ("from above", (0.0, 0.0, -1.0), (0.0, -1.0, 0.0)),
    ("from below", (0.0, 0.0, 1.0), (0.0, -1.0, 0.0)),
)
"""Name, the way one looks, and what is up on the picture; world directions (left, back, up)."""

_ROOM = 1.06
_AMBIENT = 0.45


def surface_picture(mesh: TriangleMesh, colors: NDArray[np.uint8], side: Side, width_mm: float) -> NDArray[np.uint8]:
    """(n, n, 4) uint8: the surface lit from the eye, transparent around it.

    Args:
        mesh: Seen in parallel projection around the middle of its box.
        colors: (vertices, 3).
        side: See `SIDES`.
        width_mm: Of the picture; the same for all sides keeps their scale.
    """
    _, looking, upwards = side
    forward, up = np.array(looking), np.array(upwards)
    right = np.cross(forward, up)
    pixels = 300
    middle = (mesh.vertices_mm.min(axis=0) + mesh.vertices_mm.max(axis=0)) / 2.0
    offset = mesh.vertices_mm - middle
    scale = pixels / (width_mm * _ROOM)
    screen = np.stack(
        [pixels / 2 + scale * (offset @ right), pixels / 2 - scale * (offset @ up), offset @ forward], axis=1
    )
    facing = np.clip(-(vertex_normals(mesh) @ forward), 0.0, 1.0)
    lit = colors * (_AMBIENT + (1.0 - _AMBIENT) * facing)[:, None]
    picture = np.zeros((pixels, pixels, 4))
    _draw(screen, mesh.faces, lit.astype(np.float64), np.full((pixels, pixels), np.inf), picture)
    return picture.astype(np.uint8)


@kernel()
def _draw(
    screen: NDArray[np.float64],
    faces: NDArray[np.int32],
    colors: NDArray[np.float64],
    nearest: NDArray[np.float64],
    picture: NDArray[np.float64],
) -> None:
    """Draws triangles in front of what is drawn already; `nearest` holds depths."""
    rows, columns = nearest.shape
    for face in range(len(faces)):
        i, j, k = faces[face, 0], faces[face, 1], faces[face, 2]
        ax, ay = screen[i, 0], screen[i, 1]
        bx, by = screen[j, 0], screen[j, 1]
        cx, cy = screen[k, 0], screen[k, 1]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area == 0.0:
            continue
        left, right = int(max(min(ax, bx, cx), 0.0)), int(min(max(ax, bx, cx) + 1.0, columns - 1.0))
        top, bottom = int(max(min(ay, by, cy), 0.0)), int(min(max(ay, by, cy) + 1.0, rows - 1.0))
        for y in range(top, bottom + 1):
            for x in range(left, right + 1):
                px, py = x + 0.5, y + 0.5
                u = ((bx - px) * (cy - py) - (by - py) * (cx - px)) / area
                v = ((cx - px) * (ay - py) - (cy - py) * (ax - px)) / area
                w = 1.0 - u - v
                if u < 0.0 or v < 0.0 or w < 0.0:
                    continue
                depth = u * screen[i, 2] + v * screen[j, 2] + w * screen[k, 2]
                if depth < nearest[y, x]:
                    nearest[y, x] = depth
                    for part in range(3):
                        picture[y, x, part] = u * colors[i, part] + v * colors[j, part] + w * colors[k, part]
                    picture[y, x, 3] = 255.0
