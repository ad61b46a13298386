"""A small renderer: triangles into a depth buffer, soft light from above, a soft shadow; the same bits everywhere.

Light is a hemisphere (bright above, warm below), a key light with a shadow map whose edge is blurred, and a highlight.
Surfaces that let light through are laid over what lies behind, the nearest of them only.
"""

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel
from abaton.surgery.pictures.shapes import Shape

Array = NDArray[np.float64]

FINER = 2
_SHADOW = 900
_KEY = 0.62


class Thing(msgspec.Struct, frozen=True, eq=False):
    """Something that is drawn.

    Attributes:
        shape: Vertices and faces.
        color: RGB, 0 to 1; or (n, 3) for each vertex.
        opacity: Below 1 what lies behind shows through.
        gloss: 0 dull, 1 wet.
    """

    shape: Shape
    color: tuple[float, float, float] | Array
    opacity: float = 1.0
    gloss: float = 0.25


class Camera(msgspec.Struct, frozen=True, eq=False):
    """From where, at what, and how wide it sees upwards and downwards together."""

    eye: Array
    at: Array
    up: Array
    field_of_view_deg: float = 30.0


def render(
    things: Sequence[Thing], camera: Camera, width: int = 720, height: int = 460, toward_light: Array | None = None,
    background: tuple[float, float, float] = (0.955, 0.94, 0.915),
) -> NDArray[np.uint8]:  # fmt: skip
    """A picture, (height, width, 3)."""
    light = np.array([-0.35, -0.45, 1.0]) if toward_light is None else toward_light
    light = light / np.linalg.norm(light)
    wide, high = FINER * width, FINER * height
    image = np.empty((high, wide, 3))
    # The ground of the picture is a little lighter above.
    image[:] = np.array(background) * np.linspace(1.03, 0.95, high)[:, None, None]
    solid = [thing for thing in things if thing.opacity >= 1]
    depth = np.full((high, wide), np.inf)
    shadow = _shadow_map(solid, light)
    for thing in solid:
        _paint(thing, camera, depth, image, light, shadow, 1.0)
    seen = depth.copy()
    for thing in (thing for thing in things if thing.opacity < 1):
        front, layer = seen.copy(), image.copy()
        _paint(thing, camera, front, layer, light, shadow, thing.opacity)
        image = layer
    small = np.clip(image, 0, 1).reshape(height, FINER, width, FINER, 3).mean(axis=(1, 3))
    return np.rint(255 * small).astype(np.uint8)


class _Shadow(msgspec.Struct, frozen=True, eq=False):
    axes: Array
    low: Array
    size: float
    depth: Array


def _shadow_map(things: Sequence[Thing], light: Array) -> _Shadow | None:
    if not things:
        return None
    helper = np.array([1.0, 0, 0]) if abs(light[0]) < 0.9 else np.array([0, 1.0, 0])
    right = np.cross(helper, light)
    right /= np.linalg.norm(right)
    axes = np.stack([right, np.cross(light, right), -light])
    points = np.concatenate([thing.shape[0] for thing in things]) @ axes.T
    low, size = points.min(axis=0), float((points.max(axis=0) - points.min(axis=0))[:2].max()) + 1e-12
    depth = np.full((_SHADOW, _SHADOW), np.inf)
    for thing in things:
        at = (thing.shape[0] @ axes.T - low) * (_SHADOW - 1) / size
        at[:, 2] = (thing.shape[0] @ axes.T)[:, 2]
        nobody = np.zeros((_SHADOW, _SHADOW, 3))
        _rasterise(at, thing.shape[1], depth, nobody, np.zeros((len(at), 3)), 1.0)
    return _Shadow(axes, low, size, depth)


def _paint(
    thing: Thing, camera: Camera, depth: Array, image: Array, light: Array, shadow: _Shadow | None, opacity: float
) -> None:
    points, faces = thing.shape
    if not len(faces):
        return
    high, wide = depth.shape
    ahead = camera.at - camera.eye
    ahead = ahead / np.linalg.norm(ahead)
    right = np.cross(ahead, camera.up)
    right /= np.linalg.norm(right)
    from_eye = (points - camera.eye) @ np.stack([right, np.cross(right, ahead), ahead]).T
    scale = high / 2 / math.tan(math.radians(camera.field_of_view_deg) / 2)
    far = np.maximum(from_eye[:, 2], 1e-9)
    at = np.stack([wide / 2 + scale * from_eye[:, 0] / far, high / 2 - scale * from_eye[:, 1] / far, far], axis=1)
    normals = _normals(points, faces)
    toward_eye = camera.eye - points
    toward_eye /= np.linalg.norm(toward_eye, axis=1, keepdims=True)
    normals *= np.where((normals * toward_eye).sum(axis=1) < 0, -1.0, 1.0)[:, None]
    colors = _lit(thing, points, normals, toward_eye, light, shadow)
    _rasterise(at, faces, depth, image, colors, opacity)


def _normals(points: Array, faces: NDArray[np.int32]) -> Array:
    a, b, c = points[faces[:, 0]], points[faces[:, 1]], points[faces[:, 2]]
    of_faces = np.cross(b - a, c - a)
    normals = np.stack(
        [np.bincount(faces.ravel(), np.repeat(of_faces[:, n], 3), len(points)) for n in range(3)], axis=1
    )
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30)


def _lit(thing: Thing, points: Array, normals: Array, eye: Array, light: Array, shadow: _Shadow | None) -> Array:
    base = np.broadcast_to(np.asarray(thing.color, dtype=np.float64), points.shape)
    bright = np.full(len(points), 1.0)
    if shadow is not None:
        within = points @ shadow.axes.T
        at = (within - shadow.low)[:, :2] * (_SHADOW - 1) / shadow.size
        total = np.zeros(len(points))
        for dx in (-3, 0, 3):
            for dy in (-3, 0, 3):
                x = np.clip(np.rint(at[:, 0] + dx).astype(np.int64), 0, _SHADOW - 1)
                y = np.clip(np.rint(at[:, 1] + dy).astype(np.int64), 0, _SHADOW - 1)
                total += within[:, 2] <= shadow.depth[y, x] + 0.012 * shadow.size
        bright = total / 9
    above = 0.5 + 0.5 * normals @ np.array([0.0, 0.0, 1.0]) if abs(light[2]) > 0.5 else 0.5 + 0.5 * normals @ light
    ambient = 0.36 + 0.16 * above
    key = _KEY * np.maximum(0.0, normals @ light) * bright
    halfway = light + eye
    halfway /= np.linalg.norm(halfway, axis=1, keepdims=True)
    shine = thing.gloss * bright * np.maximum(0.0, (normals * halfway).sum(axis=1)) ** 40
    return base * (ambient + key)[:, None] + shine[:, None]


@kernel()
def _rasterise(at: Array, faces: NDArray[np.int32], depth: Array, image: Array, colors: Array, opacity: float) -> None:
    """Fills triangles: nearest wins; layers that let light through are mixed with what was there before, once."""
    high, wide = depth.shape
    below = image.copy() if opacity < 1.0 else image
    for n in range(faces.shape[0]):
        i, j, k = faces[n, 0], faces[n, 1], faces[n, 2]
        ax, ay, bx, by, cx, cy = at[i, 0], at[i, 1], at[j, 0], at[j, 1], at[k, 0], at[k, 1]
        area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
        if area == 0.0 or area != area:
            continue
        left = max(0, math.floor(min(ax, bx, cx)))
        right = min(wide - 1, math.ceil(max(ax, bx, cx)))
        top = max(0, math.floor(min(ay, by, cy)))
        bottom = min(high - 1, math.ceil(max(ay, by, cy)))
        for y in range(top, bottom + 1):
            for x in range(left, right + 1):
                u = ((bx - x) * (cy - y) - (cx - x) * (by - y)) / area
                v = ((cx - x) * (ay - y) - (ax - x) * (cy - y)) / area
                w = 1.0 - u - v
                if u < -1e-9 or v < -1e-9 or w < -1e-9:
                    continue
                far = u * at[i, 2] + v * at[j, 2] + w * at[k, 2]
                if far < depth[y, x]:
                    depth[y, x] = far
                    for c in range(3):
                        value = u * colors[i, c] + v * colors[j, c] + w * colors[k, c]
                        image[y, x, c] = opacity * value + (1.0 - opacity) * below[y, x, c]
