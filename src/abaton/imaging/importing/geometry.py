"""Where slices lie: sorts them along their normal, fits a regular grid to them, and says how far they are from it.

The in-plane axes come from Image Orientation (Patient) and Pixel Spacing, the third from the positions alone: slice
thickness, spacing between slices and instance number are never asked (PS3.3, C.7.6.2.1.1).
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.geometry.grid import FloatArray, Grid
from abaton.imaging.certificate import TOLERANCE_MM
from abaton.imaging.importing.frames import Sextuple, Triple
from abaton.imaging.importing.refusals import refuse

FEWEST_SLICES = 3
"""Two positions always lie on a line at one distance; only a third can contradict them."""
SAME_PLACE_MM = TOLERANCE_MM
"""Slices nearer than this to each other are at the same place."""
WIDEST_GAP = 2.05
"""In usual gaps: one missing slice is interpolated, and said; more are refused."""
MOST_NEW_SLICES = 4
"""The regular grid of unevenly spaced slices may have this many times as many."""

_LETTERS = (("L", "R"), ("P", "A"), ("S", "I"))


class Plane(msgspec.Struct, frozen=True):
    """What the slices of a stack share.

    Attributes:
        along_row: Unit vector of growing column index, LPS.
        along_column: Unit vector of growing row index, perpendicular to it.
        spacing_mm: Between rows, then between columns.
        rows: Of a slice.
        columns: Of a slice.
        recorded: The two directions as the header has them.
    """

    along_row: Triple
    along_column: Triple
    spacing_mm: tuple[float, float]
    rows: int
    columns: int
    recorded: Sextuple

    @staticmethod
    def of(orientation: Sextuple, spacing_mm: tuple[float, float], rows: int, columns: int) -> "Plane":
        """A plane whose two directions are made exactly perpendicular, each turned by half of what was amiss."""
        axes = np.array(orientation).reshape(2, 3)
        axes /= np.linalg.norm(axes, axis=1, keepdims=True)
        total, difference = axes[0] + axes[1], axes[0] - axes[1]
        total /= np.linalg.norm(total)
        difference /= np.linalg.norm(difference)
        row, column = (total + difference) / np.sqrt(2), (total - difference) / np.sqrt(2)
        return Plane(_triple(row), _triple(column), spacing_mm, rows, columns, orientation)

    @property
    def normal(self) -> FloatArray:
        """Unit vector from slice to slice."""
        return np.cross(self.along_row, self.along_column)

    @property
    def rounding_mm(self) -> float:
        """How far a corner lies from where the recorded directions, were they taken as they are, would put it."""
        upright = (*self.along_row, *self.along_column)
        return float(np.linalg.norm(self._corners_mm(upright) - self._corners_mm(self.recorded), axis=1).max())

    def turn_mm(self, orientation: Sextuple) -> FloatArray:
        """How far the corners of a slice lie from the plane's by its own recorded directions, (4, 3)."""
        return self._corners_mm(orientation) - self._corners_mm(self.recorded)

    def _corners_mm(self, orientation: Sextuple) -> FloatArray:
        return corner_offsets_mm(orientation, self.spacing_mm, self.rows, self.columns)


class Stack(msgspec.Struct, frozen=True):
    """Slices in order, and the regular grid that fits them best.

    Attributes:
        order: Of the given positions, along the normal.
        grid: Orthogonal; slice, row, column.
        errors_mm: For each slice in order, the largest distance of one of its corners from the grid's.
        along_mm: For each slice in order, its place along the normal, the first at 0.
        shift_mm: For each slice in order, how far it is displaced along its columns and rows, (slices, 2).
        tilt_deg: Angle between the normal and the line on which the slices lie.
    """

    order: tuple[int, ...]
    grid: Grid
    errors_mm: tuple[float, ...]
    along_mm: tuple[float, ...]
    shift_mm: tuple[tuple[float, float], ...]
    tilt_deg: float

    @property
    def regular(self) -> bool:
        """Whether every slice lies where the grid says."""
        return max(self.errors_mm) <= TOLERANCE_MM


def order_along_normal(positions_mm: FloatArray, plane: Plane) -> NDArray[np.intp]:
    """Indices of positions (n, 3), from one end of the stack to the other."""
    return np.argsort(positions_mm @ plane.normal, kind="stable")


def fit(positions_mm: FloatArray, plane: Plane, orientations: Sequence[Sextuple] = ()) -> Stack:
    """Fits an orthogonal regular grid to slices by least squares.

    Args:
        positions_mm: (slices, 3), at least two, no two at the same place along the normal.
        plane: What they share.
        orientations: Of each slice, where they differ within what is taken for the same; their corners are compared.
    """
    order = order_along_normal(positions_mm, plane)
    sorted_mm = positions_mm[order]
    along = sorted_mm @ plane.normal
    steps = np.arange(len(along)) - (len(along) - 1) / 2
    spacing = float(steps @ along / (steps @ steps))
    middle = sorted_mm.mean(axis=0)
    predicted = middle + steps[:, None] * spacing * plane.normal
    displaced = sorted_mm - predicted
    turned: list[Sextuple] = [orientations[index] for index in order.tolist()] if orientations else []
    errors = _largest_error(displaced, plane, turned)
    in_plane = (sorted_mm - sorted_mm[0]) @ np.array([plane.along_column, plane.along_row]).T
    span = float(along[-1] - along[0])
    tilt = float(np.degrees(np.arctan2(np.linalg.norm(_slope(along, in_plane)), 1.0))) if span > 0 else 0.0
    return Stack(
        tuple(order.tolist()),
        grid_of(predicted[0], spacing, plane, len(along)),
        tuple(errors.tolist()),
        tuple((along - along[0]).tolist()),
        tuple((float(v), float(u)) for v, u in in_plane.tolist()),
        tilt,
    )


def grid_of(origin_mm: FloatArray, spacing_mm: float, plane: Plane, slices: int) -> Grid:
    """The grid of slices at one distance along the normal."""
    affine = np.eye(4)
    affine[:3, 0] = plane.normal * spacing_mm
    affine[:3, 1] = np.array(plane.along_column) * plane.spacing_mm[0]
    affine[:3, 2] = np.array(plane.along_row) * plane.spacing_mm[1]
    affine[:3, 3] = origin_mm
    return Grid.of((slices, plane.rows, plane.columns), affine)


def corner_offsets_mm(orientation: Sextuple, spacing_mm: tuple[float, float], rows: int, columns: int) -> FloatArray:
    """From the centre of the first pixel to the centres of the four corner pixels, (4, 3)."""
    row, column = np.array(orientation).reshape(2, 3)
    right = row * spacing_mm[1] * (columns - 1)
    down = column * spacing_mm[0] * (rows - 1)
    return np.array([np.zeros(3), right, down, right + down])


def orientation_letters(grid: Grid) -> str:
    """Where each axis of the array leads, such as `SPL`: towards superior, posterior, left."""
    directions = grid.affine[:3, :3] / np.array(grid.spacing_mm)
    letters = ["", "", ""]
    strength = np.abs(directions)
    for _ in range(3):
        world, axis = np.unravel_index(int(np.argmax(strength)), (3, 3))
        letters[axis] = _LETTERS[world][0 if directions[world, axis] > 0 else 1]
        strength[world, :] = -1
        strength[:, axis] = -1
    return "".join(letters)


def check_gaps(along_mm: FloatArray) -> float:
    """The spacing of the regular grid for sorted places along the normal.

    Raises:
        Problem: `missing_slices`, `uneven_spacing`: interpolation would invent too much.
    """
    gaps = np.diff(along_mm)
    usual = float(np.median(gaps))
    if float(gaps.max()) > WIDEST_GAP * usual:
        wide = float(gaps.max())
        raise refuse(
            "missing_slices",
            got=f"a gap of {wide:.3f} mm between slices that are otherwise {usual:.3f} mm apart",
            expected=f"no gap wider than {WIDEST_GAP:g} times the usual one",
            next_step="Import the missing slices too; what lies between would be invented.",
        )
    counts = gaps / usual
    if np.abs(counts - np.round(counts)).max() * usual <= TOLERANCE_MM:
        return usual
    spacing = float(gaps.min())
    slices = round((along_mm[-1] - along_mm[0]) / spacing) + 1
    if slices > MOST_NEW_SLICES * len(along_mm):
        raise refuse(
            "uneven_spacing",
            got=f"slices between {spacing:.3f} mm and {float(gaps.max()):.3f} mm apart",
            expected="slices at about one distance",
            next_step="The series seems to be put together of several; import each on its own.",
        )
    return spacing


def _slope(along: FloatArray, in_plane: FloatArray) -> FloatArray:
    """How far slices are displaced in their plane for each millimetre along the normal, (2,)."""
    centred = along - along.mean()
    return centred @ (in_plane - in_plane.mean(axis=0)) / (centred @ centred)


def _largest_error(displaced: FloatArray, plane: Plane, orientations: Sequence[Sextuple]) -> FloatArray:
    """Of each slice's corners; where all have the plane's directions, that of its first pixel."""
    if all(orientation == plane.recorded for orientation in orientations):
        return np.linalg.norm(displaced, axis=1)
    turns = np.array([plane.turn_mm(orientation) for orientation in orientations])
    return np.linalg.norm(displaced[:, None, :] + turns, axis=2).max(axis=1)


def _triple(vector: FloatArray) -> Triple:
    x, y, z = vector.tolist()
    return x, y, z
