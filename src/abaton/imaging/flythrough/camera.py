"""A smooth flight along a centreline: where the camera is, where it looks, and when.

The centreline is smoothed as far as the wall allows, resampled by arc length, and flown at a speed that a viewer's
stomach allows: no faster than `speed_mm_s`, no turning faster than `turning_deg_s`, no sudden start. The camera never
rolls about its own line of sight (the frame turns by the least rotation from each direction to the next: rotation
minimising, W. Wang et al., Computation of rotation minimizing frames, ACM Transactions on Graphics 27, 2008).
"""

from typing import Any, cast

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import make_interp_spline
from scipy.ndimage import gaussian_filter1d
from scipy.sparse import diags_array
from scipy.sparse.linalg import spsolve

from abaton.core.errors import Problem
from abaton.imaging.flythrough.centreline import Centreline
from abaton.imaging.flythrough.lumen import Lumen

FloatArray = NDArray[np.float64]


class Comfort(msgspec.Struct, frozen=True):
    """How fast one is willing to be flown.

    Attributes:
        speed_mm_s: At most.
        turning_deg_s: At most.
        acceleration_mm_s2: At most, along the way.
        bend_radius_mm: The flight is smoothed until no bend is tighter, where the wall leaves room for that.
        clearance_share: The flight keeps at least this share of the centreline's own distance from the wall.
    """

    speed_mm_s: float = 20.0
    turning_deg_s: float = 30.0
    acceleration_mm_s2: float = 10.0
    bend_radius_mm: float = 8.0
    clearance_share: float = 0.5


class CameraPath(msgspec.Struct, frozen=True, eq=False):
    """A flight, sampled at equal steps of the way.

    Attributes:
        positions_mm: (n, 3), world (LPS).
        orientations: (n, 4), unit quaternions (x, y, z, w), from the camera's axes to the world's; the camera looks
            along its -z, its y is up, as in WebXR.
        times_s: (n,), from 0, increasing.
        along_mm: (n,), way since the start.
        clearance_mm: (n,), to the wall.
        tightest_bend_mm: The least radius of curvature.
    """

    positions_mm: FloatArray
    orientations: FloatArray
    times_s: FloatArray
    along_mm: FloatArray
    clearance_mm: FloatArray
    tightest_bend_mm: float

    @property
    def directions(self) -> FloatArray:
        """(n, 3), unit vectors: where the camera looks."""
        return -self._axes(2)

    @property
    def ups(self) -> FloatArray:
        """(n, 3), unit vectors."""
        return self._axes(1)

    def _axes(self, axis: int) -> FloatArray:
        from scipy.spatial.transform import Rotation

        return np.asarray(Rotation.from_quat(self.orientations).as_matrix())[:, :, axis]


def camera_path(line: Centreline, lumen: Lumen, comfort: Comfort | None = None, step_mm: float = 1.0) -> CameraPath:
    """A flight along a centreline that stays inside the lumen.

    Args:
        line: Through the lumen.
        lumen: Gives the wall.
        comfort: Bounds of speed and turning.
        step_mm: Between two samples, about.

    Raises:
        Problem: A bound is not above 0.
    """
    comfort = comfort or Comfort()
    bounds = (comfort.speed_mm_s, comfort.turning_deg_s, comfort.acceleration_mm_s2, comfort.bend_radius_mm, step_mm)
    if not all(np.isfinite(bound) and bound > 0 for bound in bounds) or not 0 < comfort.clearance_share <= 1:
        raise Problem(
            "comfort_unusable",
            got="a speed, a bend, a step or a clearance that is 0 or less, or no number",
            expected="numbers above 0, and a share of the clearance up to 1",
            next_step="Leave the bounds as they are, or give some above 0.",
        )
    smooth = _smoothed(_resampled(line.points_mm, step_mm), lumen, comfort, step_mm)
    positions = _resampled(smooth, step_mm)
    steps: FloatArray = np.linalg.norm(np.diff(positions, axis=0), axis=1)
    along: FloatArray = np.concatenate([[0.0], np.cumsum(steps)])
    directions = _looks(positions, step_mm)
    return CameraPath(
        positions_mm=positions,
        orientations=frame_along(directions),
        times_s=_times(along, directions, comfort),
        along_mm=along,
        clearance_mm=lumen.clearance_at(positions),
        tightest_bend_mm=float(1 / max(_curvature(positions, step_mm).max(), 1e-9)),
    )


def turned_back(path: CameraPath) -> CameraPath:
    """The same way flown from its end to its start, looking the other way."""
    ups = path.ups[::-1]
    return CameraPath(
        positions_mm=path.positions_mm[::-1].copy(),
        orientations=_quaternions(-path.directions[::-1], ups),
        times_s=(path.times_s[-1] - path.times_s)[::-1].copy(),
        along_mm=(path.along_mm[-1] - path.along_mm)[::-1].copy(),
        clearance_mm=path.clearance_mm[::-1].copy(),
        tightest_bend_mm=path.tightest_bend_mm,
    )


def _resampled(points: FloatArray, step_mm: float) -> FloatArray:
    """Points at equal steps along a cubic spline through the given ones."""
    steps: FloatArray = np.linalg.norm(np.diff(points, axis=0), axis=1)
    keep = np.concatenate([[True], steps > 1e-9])
    points, steps = points[keep], steps[steps > 1e-9]
    along: FloatArray = np.concatenate([[0.0], np.cumsum(steps)])
    spline: Any = make_interp_spline(along, points, k=min(3, len(points) - 1))
    fine: FloatArray = np.linspace(0, float(along[-1]), max(8 * len(points), 64))
    dense: FloatArray = np.asarray(spline(fine))
    way: FloatArray = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(dense, axis=0), axis=1))])
    count = max(round(float(way[-1]) / step_mm), 3) + 1
    at: FloatArray = np.interp(np.linspace(0, float(way[-1]), count), way, fine)
    return np.asarray(spline(at))


def _smoothed(points: FloatArray, lumen: Lumen, comfort: Comfort, step_mm: float) -> FloatArray:
    """The points that bend least while none leaves its clearance (Whittaker's smoother with a weight for each).

    Minimises sum of w_i |x_i - p_i|^2 + stiffness * |second differences|^2. Where the result comes too near the wall
    the weights are raised, so the wall has the last word.
    """
    floor = comfort.clearance_share * np.minimum(lumen.clearance_at(points), 1e9)
    second = diags_array([1.0, -2.0, 1.0], offsets=[0, 1, 2], shape=(len(points) - 2, len(points)))
    bending = cast("Any", second).T @ second
    best = points
    stiffness = (2.0 / step_mm) ** 4
    for _ in range(10):
        weights = np.ones(len(points))
        weights[[0, -1]] = 1e6
        for _ in range(30):
            moved = _solved(weights, stiffness * bending, points)
            near = lumen.clearance_at(moved) < floor - 1e-9
            if not near.any():
                break
            weights *= np.where(gaussian_filter1d(near.astype(np.float64), 2.0 / step_mm) > 0.02, 2.0, 1.0)
        else:
            return best
        best = moved
        if _curvature(moved, step_mm).max() <= 1 / comfort.bend_radius_mm:
            return best
        stiffness *= 3.0
    return best


def _solved(weights: FloatArray, bending: Any, points: FloatArray) -> FloatArray:
    matrix = cast("Any", diags_array(weights)) + bending
    return np.asarray(cast("Any", spsolve)(matrix.tocsc(), weights[:, None] * points), dtype=np.float64)


def _curvature(points: FloatArray, step_mm: float) -> FloatArray:
    first = np.gradient(points, step_mm, axis=0)
    second = np.gradient(first, step_mm, axis=0)
    speed = np.maximum(np.linalg.norm(first, axis=1), 1e-9)
    return np.asarray(np.linalg.norm(np.cross(first, second), axis=1) / speed**3)


def _looks(positions: FloatArray, step_mm: float) -> FloatArray:
    """Where the camera looks: along the way, calmed over some millimetres."""
    along = np.asarray(np.gradient(gaussian_filter1d(positions, 3.0 / step_mm, axis=0, mode="nearest"), axis=0))
    return along / np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-12)


def frame_along(directions: FloatArray) -> FloatArray:
    """Quaternions (x, y, z, w) that look along directions and never roll.

    The up vector is carried along by the least rotation from each direction to the next.

    Args:
        directions: (n, 3), unit vectors, none the reverse of the one before.

    Returns:
        (n, 4); see `CameraPath.orientations`.
    """
    # Up at first is where the patient's front or head is, whichever the camera does not look along.
    first = np.array([0.0, -1.0, 0.0]) if abs(directions[0, 1]) < 0.8 else np.array([0.0, 0.0, 1.0])
    ups = np.empty_like(directions)
    up = first
    for place, direction in enumerate(directions):
        if place > 0:
            up = _carried(up, directions[place - 1], direction)
        up = up - direction * (up @ direction)
        up = up / np.linalg.norm(up)
        ups[place] = up
    return _quaternions(directions, ups)


def _carried(vector: FloatArray, before: FloatArray, after: FloatArray) -> FloatArray:
    """A vector turned by the least rotation that takes one unit vector to another (Rodrigues)."""
    axis, cosine = np.cross(before, after), float(before @ after)
    if cosine < -0.999999:
        return vector
    return vector * cosine + np.cross(axis, vector) + axis * (axis @ vector) / (1 + cosine)


def _quaternions(directions: FloatArray, ups: FloatArray) -> FloatArray:
    from scipy.spatial.transform import Rotation

    axes = np.stack([np.cross(directions, ups), ups, -directions], axis=-1)
    found: FloatArray = np.asarray(Rotation.from_matrix(axes).as_quat())
    # q and -q are the same turn: take the one next to its neighbour, so that a player may blend them.
    flips = np.where((found[1:] * found[:-1]).sum(axis=1) < 0, -1.0, 1.0)
    found[1:] *= np.cumprod(flips)[:, None]
    return found


def _times(along: FloatArray, directions: FloatArray, comfort: Comfort) -> FloatArray:
    steps = np.diff(along)
    turns = np.degrees(2 * np.arcsin(np.clip(np.linalg.norm(np.diff(directions, axis=0), axis=1) / 2, 0, 1)))
    limit = np.minimum(comfort.speed_mm_s, comfort.turning_deg_s * steps / np.maximum(turns, 1e-9))
    speed = np.concatenate([[0.0], np.minimum(limit[:-1], limit[1:]), [0.0]])
    # v^2 changes by 2 a s at most from one sample to the next: once forward for starting, once back for braking.
    gain = 2 * comfort.acceleration_mm_s2 * steps
    for place in range(1, len(speed)):
        speed[place] = min(speed[place], np.sqrt(speed[place - 1] ** 2 + gain[place - 1]))
    for place in range(len(speed) - 2, -1, -1):
        speed[place] = min(speed[place], np.sqrt(speed[place + 1] ** 2 + gain[place]))
    return np.concatenate([[0.0], np.cumsum(2 * steps / (speed[:-1] + speed[1:]))])
