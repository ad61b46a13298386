"""What the camera sees at a place on its way: the lumen from inside, lit by a lamp beside the camera."""

import numpy as np
from numpy.typing import NDArray

from abaton.geometry.mesh import TriangleMesh
from abaton.imaging.flythrough.camera import CameraPath
from abaton.imaging.flythrough.rays import Cells, hits_of

FloatArray = NDArray[np.float64]

MUCOSA = np.array([0.90, 0.56, 0.45])
DEEP = np.array([0.20, 0.045, 0.04])
MISSED = np.array([0.26, 0.44, 0.88])
LAMP_MM = 28.0
"""Distance at which the lamp gives half of its light."""


def inside_view(
    wall: TriangleMesh,
    cells: Cells,
    normals: FloatArray,
    missed: NDArray[np.bool_],
    eye_mm: FloatArray,
    direction: FloatArray,
    up: FloatArray,
    field_of_view_deg: float,
    pixels: int = 320,
) -> NDArray[np.uint8]:
    """The lumen seen from inside.

    Args:
        wall: Of the lumen.
        cells: Of the wall; see `rays.cells_of`.
        normals: Of its vertices, outward.
        missed: (m,), triangles that the flight misses, tinted blue.
        eye_mm: (3,).
        direction: (3,), unit.
        up: (3,), unit, across `direction`.
        field_of_view_deg: From edge to edge of the picture, below 180.
        pixels: Width and height.

    Returns:
        (pixels, pixels, 3), RGB.
    """
    rays = _rays(direction, up, field_of_view_deg, 2 * pixels)
    faces, where = hits_of(
        cells.corners,
        cells.low_mm,
        cells.size_mm,
        cells.counts,
        cells.starts,
        cells.members,
        np.ascontiguousarray(eye_mm, dtype=np.float64),
        rays,
        1e4,
    )
    hit = faces >= 0
    light = np.zeros((len(rays), 3))
    face = faces[hit]
    distance, second, third = where[hit].T
    weights = np.stack([1 - second - third, second, third], axis=-1)
    normal = (normals[wall.faces[face]] * weights[:, :, None]).sum(axis=1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    light[hit] = _shaded((normal * rays[hit]).sum(axis=1), distance, missed[face])
    picture = light.reshape(pixels, 2, pixels, 2, 3).mean(axis=(1, 3))
    return np.rint(_exposed(picture) * 255).astype(np.uint8)


def stations(cells: Cells, path: CameraPath, count: int) -> list[int]:
    """Samples of a flight worth a picture: from each of `count` equal stretches the one that looks furthest ahead."""
    chosen: list[int] = []
    for stretch in np.array_split(np.arange(len(path.along_mm)), count):
        candidates: list[int] = stretch[len(stretch) // 8 :: max(1, len(stretch) // 24)].tolist()
        ahead = [_ahead(cells, path, at) for at in candidates]
        chosen.append(candidates[int(np.argmax(ahead))])
    return chosen


def _ahead(cells: Cells, path: CameraPath, at: int) -> float:
    """How far the camera sees in the middle of its picture, mm."""
    rays = _rays(path.directions[at], path.ups[at], 30.0, 5)
    _, where = hits_of(
        cells.corners,
        cells.low_mm,
        cells.size_mm,
        cells.counts,
        cells.starts,
        cells.members,
        np.ascontiguousarray(path.positions_mm[at]),
        rays,
        1e4,
    )
    return float(np.minimum(where[:, 0], 150.0).mean())


def _rays(direction: FloatArray, up: FloatArray, field_of_view_deg: float, count: int) -> FloatArray:
    across = np.cross(direction, up)
    half = np.tan(np.radians(field_of_view_deg / 2))
    grid = ((np.arange(count) + 0.5) / count * 2 - 1) * half
    rays = direction + across * grid[None, :, None] - up * grid[:, None, None]
    rays = rays.reshape(-1, 3)
    return np.ascontiguousarray(rays / np.linalg.norm(rays, axis=1, keepdims=True))


def _shaded(facing: FloatArray, distance: FloatArray, missed: NDArray[np.bool_]) -> FloatArray:
    """Linear light of wall met at a cosine `facing`, at a distance in mm: half-Lambert, a wet highlight, and depth."""
    facing = np.clip(facing, 0, 1)
    fall = 1 / (1 + (distance / LAMP_MM) ** 2)
    soft = (0.08 + 0.92 * facing) ** 1.3
    color = np.where(missed[:, None], MISSED, MUCOSA)
    lit = color**2.2 * (soft * fall)[:, None] + 0.10 * (facing**60 * fall)[:, None]
    # Light that has gone through tissue comes back red where the wall turns away.
    return lit + DEEP * (0.25 * (1 - facing) * fall)[:, None]


def _exposed(light: FloatArray) -> FloatArray:
    """Linear light as sRGB from 0 to 1, exposed as an endoscope does: the bright parts well lit, none burnt out."""
    bright = float(np.percentile(light.max(axis=-1), 90))
    light = light * (0.75 / max(bright, 1e-9))
    # Reinhard's curve with a white point (E. Reinhard and others, SIGGRAPH 2002, equation 4), then nearly sRGB.
    return (light * (1 + light / 6.0) / (1 + 0.45 * light)).clip(0, 1) ** (1 / 2.2)
