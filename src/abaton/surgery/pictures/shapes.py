"""Meshes of tools and of things in a scene, as (vertices (n, 3), faces (m, 3)); units are the caller's."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Faces = NDArray[np.int32]
Shape = tuple[Array, Faces]


def _lattice(rows: int, columns: int, closed: bool) -> Faces:
    """Two triangles for each cell of a lattice of points; the columns run around where it is closed."""
    a, b = np.meshgrid(np.arange(rows - 1), np.arange(columns if closed else columns - 1), indexing="ij")
    after = (b + 1) % columns
    low, high = a * columns, (a + 1) * columns
    one = np.stack([low + b, low + after, high + b], axis=-1)
    two = np.stack([low + after, high + after, high + b], axis=-1)
    return np.concatenate([one.reshape(-1, 3), two.reshape(-1, 3)]).astype(np.int32)


def ball(centre: Array, radius: float, steps: int = 20) -> Shape:
    """A sphere."""
    down, around = np.linspace(0, np.pi, steps), np.linspace(0, 2 * np.pi, 2 * steps, endpoint=False)
    d, a = np.meshgrid(down, around, indexing="ij")
    points = np.stack([np.sin(d) * np.cos(a), np.sin(d) * np.sin(a), np.cos(d)], axis=-1)
    return centre + radius * points.reshape(-1, 3), _lattice(steps, 2 * steps, True)


def tube(points: Array, radius: float, steps: int = 16) -> Shape:
    """A round bar along a broken line, closed at both ends."""
    way = np.gradient(points, axis=0)
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    helper = np.where(np.abs(way[:, :1]) < 0.9, [[1.0, 0, 0]], [[0, 1.0, 0]])
    across = np.cross(way, helper)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    other = np.cross(way, across)
    angle = np.linspace(0, 2 * np.pi, steps, endpoint=False)
    rim = np.cos(angle)[None, :, None] * across[:, None] + np.sin(angle)[None, :, None] * other[:, None]
    rings = np.concatenate(
        [points[:1, None] + 0 * rim[:1], points[:, None] + radius * rim, points[-1:, None] + 0 * rim[:1]]
    )
    return rings.reshape(-1, 3), _lattice(len(rings), steps, True)


def ring(centre: Array, radius: float, thick: float, steps: int = 32) -> Shape:
    """A ring around z."""
    u, v = np.meshgrid(np.linspace(0, 2 * np.pi, steps), np.linspace(0, 2 * np.pi, 14, endpoint=False), indexing="ij")
    wide = radius + thick * np.cos(v)
    points = np.stack([wide * np.cos(u), wide * np.sin(u), thick * np.sin(v)], axis=-1)
    return centre + points.reshape(-1, 3), _lattice(steps, 14, True)


def box(low: Array, high: Array, steps: int = 24) -> Shape:
    """A box along the axes, its sides flat, each a lattice so that shadows lie on it."""
    corners: list[Array] = []
    faces: list[Faces] = []
    share = np.linspace(0.0, 1.0, steps)
    u, v = np.meshgrid(share, share, indexing="ij")
    for axis in range(3):
        one, two = (axis + 1) % 3, (axis + 2) % 3
        for side in (low, high):
            square = np.empty((steps, steps, 3))
            square[..., axis] = side[axis]
            square[..., one] = low[one] + u * (high[one] - low[one])
            square[..., two] = low[two] + v * (high[two] - low[two])
            faces.append(_lattice(steps, steps, False) + steps * steps * len(corners))
            corners.append(square.reshape(-1, 3))
    return np.concatenate(corners), np.concatenate(faces)


def plate(height: Array, x: Array, y: Array) -> Shape:
    """A surface over a lattice of x and y, `height` (x, y)."""
    a, b = np.meshgrid(x, y, indexing="ij")
    return np.stack([a, b, height], axis=-1).reshape(-1, 3), _lattice(len(x), len(y), False)


def jaws(pose: Array, opening_rad: float, length: float, radius: float) -> list[Shape]:
    """Two jaws whose tips meet at a pose, (4, 4), where they are closed; z runs along them."""
    made: list[Shape] = []
    for side in (-1.0, 1.0):
        angle = side * max(opening_rad, 0.02) / 2
        way = np.cos(angle) * pose[:3, 2] + np.sin(angle) * pose[:3, 0]
        root = pose[:3, 3] - length * pose[:3, 2]
        made.append(tube(np.stack([root, root + 0.5 * length * way, root + length * way]), radius))
    return made
