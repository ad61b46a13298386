"""How far every point lies from the surface of a mask."""

from typing import Literal, TypeAlias

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from abaton.core.errors import Problem
from abaton.core.kernels import kernel, parallel_range
from abaton.geometry.distance_transform import Bytes, Depths, Steps, find_depths, first_pass, second_pass, third_pass
from abaton.geometry.grid import FloatArray, Grid

Beyond: TypeAlias = Literal["refuse", "bound"]

LONGEST_AXIS = 32_767
_GREATEST_SHEAR = 1e-4
_HALF_VOXEL = 0.5 + 1e-6


class Projection(msgspec.Struct, frozen=True, eq=False):
    """Points that were moved onto a surface.

    Attributes:
        points_mm: (n, 3).
        remaining_mm: (n,), how far from the surface each still is, at least 0.
    """

    points_mm: FloatArray
    remaining_mm: FloatArray


class Workings(msgspec.Struct, frozen=True, eq=False):
    """What a field was made of, kept by whoever changes the mask later; see `abaton.geometry.distance_transform`.

    Attributes:
        spacing_mm: (3,).
        depth_unit_mm: Of `depth` and `found_depth`.
        mask: uint8, 0 or 1.
        depth: Of centres beside the surface.
        steps: After the first pass.
        squared_mm2, found_depth: After the second.
        distance_mm: After the third: the field.
    """

    spacing_mm: FloatArray
    depth_unit_mm: float
    mask: Bytes
    depth: Depths
    steps: Steps
    squared_mm2: NDArray[np.float32]
    found_depth: Depths
    distance_mm: NDArray[np.float32]


class SignedDistanceField(msgspec.Struct, frozen=True, eq=False):
    """Distances in mm from the surface of a mask, at the voxel centres of its grid; negative inside.

    The surface runs between the centres inside and those outside, where the mask, smoothed by one voxel, is a half;
    where something is too thin for that, half-way between them. From a centre, the distance is the exact Euclidean
    one to the nearest centre of the other side, less the way from that centre back to the surface. On spheres of
    six voxels' radius and more the error is below half a voxel's width along the way to the surface, at most places
    below a tenth; flat faces along the grid lie half-way between centres.

    Nothing is cut off: there is no band outside which values are capped. What lies outside the grid is not known; the
    edge of the grid is no surface. Where the mask is empty all distances are `inf`, where it is full `-inf`.

    Attributes:
        grid: Where the values lie. Its axes are at right angles.
        distance_mm: float32, `grid.shape`.
    """

    grid: Grid
    distance_mm: NDArray[np.float32]

    @staticmethod
    def of(mask: NDArray[np.bool_], grid: Grid) -> "SignedDistanceField":
        """The field of a mask.

        Needs 15 bytes of memory a voxel while it works, and 4 afterwards.

        Args:
            mask: Boolean, `grid.shape`.
            grid: Where the voxels lie.

        Raises:
            Problem: The mask is not boolean or not of the grid's shape, or the grid's axes are not at right angles.
        """
        return SignedDistanceField(grid, distance_workings(mask, grid).distance_mm)

    @property
    def has_surface(self) -> bool:
        """Whether the mask was neither empty nor full."""
        return bool(np.isfinite(self.distance_mm.flat[0]))

    def sample(self, points_mm: ArrayLike, beyond: Beyond = "refuse") -> FloatArray:
        """Distances (...) in mm at world points (..., 3), interpolated along straight lines between centres.

        Args:
            points_mm: Anywhere up to half a voxel outside the outermost centres.
            beyond: What becomes of points further out: they are refused, or get a lower bound of their distance to
                the part of the mask that lies in the grid: the hypotenuse of the way to the grid and of the
                (positive) distance there.

        Raises:
            Problem: A coordinate is NaN or infinite, or a point lies outside and `beyond` refuses that.
        """
        return self._sampled(points_mm, beyond)[0]

    def sample_with_gradient(self, points_mm: ArrayLike, beyond: Beyond = "refuse") -> tuple[FloatArray, FloatArray]:
        """Distances (...) and their gradients (..., 3): world directions away from the surface, about 1 long.

        The gradient is 0 where the mask has no surface. See `sample`.
        """
        return self._sampled(points_mm, beyond)

    def project(self, points_mm: ArrayLike, tolerance_mm: float = 0.01, rounds: int = 30) -> Projection:
        """The points moved along the gradient onto the surface.

        A point as near to two parts of the surface goes to one of them. Points whose way leaves the grid stop at its
        edge. `remaining_mm` tells how near each came.

        Raises:
            Problem: The mask has no surface, or a point lies outside the grid, or a coordinate is not a number.
        """
        if not self.has_surface:
            raise Problem(
                "no_surface",
                got="a mask that is empty or fills its grid",
                expected="a mask with a surface",
                next_step="Choose another label.",
            )
        points = np.array(points_mm, dtype=np.float64)
        value, gradient = self._sampled(points, "refuse")
        flat = points.reshape(-1, 3)
        for _ in range(rounds):
            if np.all(np.abs(value) <= tolerance_mm):
                break
            steep = np.maximum(np.sum(gradient.reshape(-1, 3) ** 2, axis=1), 0.25)
            flat -= (value.reshape(-1) / steep)[:, None] * gradient.reshape(-1, 3)
            flat[:] = self._into_grid(flat)
            value, gradient = self._sampled(points, "bound")
        return Projection(points, np.abs(value))

    def _into_grid(self, points_mm: FloatArray) -> FloatArray:
        index = self.grid.to_index(points_mm)
        return self.grid.to_world(np.clip(index, -0.5, np.array(self.grid.shape) - 0.5))

    def _sampled(self, points_mm: ArrayLike, beyond: Beyond) -> tuple[FloatArray, FloatArray]:
        points = np.asarray(points_mm, dtype=np.float64)
        if points.shape[-1:] != (3,):
            raise _unusable("points", f"points of shape {points.shape}", "three coordinates in the last axis")
        if not np.isfinite(points).all():
            raise _unusable("points", "a coordinate that is NaN or infinite", "world millimetres")
        index = self.grid.to_index(points.reshape(-1, 3))
        last = np.array(self.grid.shape) - 1.0
        inside = np.clip(index, 0.0, last)
        away = index - inside
        if beyond == "refuse" and np.any(np.abs(away) > _HALF_VOXEL):
            raise _unusable("points", "points outside the grid", "points inside it, or a wish for lower bounds")
        value = np.empty(len(index))
        slope = np.empty((len(index), 3))
        _interpolate(self.distance_mm, inside, value, slope)
        spacing = np.array(self.grid.spacing_mm)
        slope /= spacing
        far = np.any(np.abs(away) > _HALF_VOXEL, axis=1)
        if far.any():
            _bound(value, slope, away * spacing, far)
        directions = self.grid.affine[:3, :3] / spacing
        return value.reshape(points.shape[:-1]), (slope @ directions.T).reshape(points.shape)


def distance_workings(mask: NDArray[np.bool_], grid: Grid) -> Workings:
    """The field with all that it was computed from.

    Raises:
        Problem: See `SignedDistanceField.of`.
    """
    _check(mask, grid)
    shape = grid.shape
    spacing = np.array(grid.spacing_mm)
    made = Workings(
        spacing,
        float(spacing.max()) / np.iinfo(np.uint16).max,
        np.ascontiguousarray(mask).view(np.uint8),
        np.empty(shape, dtype=np.uint16),
        np.empty(shape, dtype=np.int16),
        np.empty(shape, dtype=np.float32),
        np.empty(shape, dtype=np.uint16),
        np.empty(shape, dtype=np.float32),
    )
    low, high = np.zeros(3, dtype=np.int64), np.array(shape, dtype=np.int64)
    all_lines = np.ones(shape[1:], dtype=np.bool_)
    every_line = np.ones((shape[0], shape[2]), dtype=np.bool_)
    find_depths(made.mask, spacing, made.depth_unit_mm, low, high, made.depth)
    first_pass(made.mask, made.depth, low, high, made.steps)
    second_pass(
        made.mask, made.depth, made.steps, spacing, 0, every_line, made.squared_mm2, made.found_depth, all_lines
    )
    third_pass(
        made.mask, made.depth, made.squared_mm2, made.found_depth, spacing, made.depth_unit_mm, all_lines,
        made.distance_mm,
    )  # fmt: skip
    return made


def _check(mask: NDArray[np.bool_], grid: Grid) -> None:
    if mask.dtype != np.bool_:
        raise _unusable("mask", f"an array of {mask.dtype}", "booleans")
    if mask.shape != grid.shape or mask.size == 0 or max(mask.shape) > LONGEST_AXIS:
        expected = f"{grid.shape}, none of them 0 or above {LONGEST_AXIS}"
        raise _unusable("mask", f"a mask of {mask.shape} voxels on a grid of {grid.shape}", expected)
    spacing = np.array(grid.spacing_mm)
    if not np.isfinite(grid.affine).all() or spacing.min() <= 0.0:
        raise _unusable("grid", "voxels without a size", "spacings above 0 mm")
    directions = grid.affine[:3, :3] / spacing
    if np.abs(directions.T @ directions - np.eye(3)).max() > _GREATEST_SHEAR:
        raise _unusable("grid", "a grid whose axes are not at right angles", "right angles")


def _unusable(what: str, got: str, expected: str) -> Problem:
    return Problem(
        f"distance_{what}", got=got, expected=expected, next_step="Resample the scan to a regular grid and try again."
    )


def _bound(value: FloatArray, slope: FloatArray, away_mm: FloatArray, far: NDArray[np.bool_]) -> None:
    """Replaces values of points outside by the lower bound that Pythagoras gives, and their slopes by its slopes.

    The grid is a box and therefore convex: with c the point of it that is nearest to p, the angle at c between p and
    any point x of the box is at least 90 degrees, so |p - x|^2 >= |p - c|^2 + |c - x|^2.
    """
    way = np.linalg.norm(away_mm[far], axis=1)
    there = np.maximum(value[far], 0.0)
    whole = np.hypot(way, there)
    with np.errstate(invalid="ignore"):
        along = np.where(np.isfinite(there), there / whole, 0.0)[:, None] * slope[far]
    slope[far] = np.where(away_mm[far] != 0.0, away_mm[far] / whole[:, None], along)
    value[far] = whole


@kernel(parallel=True)
def _interpolate(field: NDArray[np.float32], index: FloatArray, value: FloatArray, slope: FloatArray) -> None:
    """Trilinear values and slopes per voxel at fractional indices inside the field."""
    for n in parallel_range(len(index)):
        low = np.empty(3, dtype=np.int64)
        high = np.empty(3, dtype=np.int64)
        part = np.empty(3)
        for axis in range(3):
            low[axis] = min(int(index[n, axis]), max(field.shape[axis] - 2, 0))
            high[axis] = min(low[axis] + 1, field.shape[axis] - 1)
            part[axis] = index[n, axis] - low[axis]
        total = 0.0
        slope[n, :] = 0.0
        for corner in range(8):
            x, y, z = corner >> 2, (corner >> 1) & 1, corner & 1
            a = high[0] if x else low[0]
            b = high[1] if y else low[1]
            c = high[2] if z else low[2]
            here = float(field[a, b, c])
            wx = part[0] if x else 1.0 - part[0]
            wy = part[1] if y else 1.0 - part[1]
            wz = part[2] if z else 1.0 - part[2]
            total += here * wx * wy * wz if here - here == 0.0 else 0.0
            slope[n, 0] += here * wy * wz * (1.0 if x else -1.0) if here - here == 0.0 else 0.0
            slope[n, 1] += here * wx * wz * (1.0 if y else -1.0) if here - here == 0.0 else 0.0
            slope[n, 2] += here * wx * wy * (1.0 if z else -1.0) if here - here == 0.0 else 0.0
        first = float(field[0, 0, 0])
        value[n] = total if first - first == 0.0 else first
