"""A brush of the hand: balls and ellipsoids in millimetres, drawn along a path, taken back and drawn again."""

from typing import Literal, TypeAlias

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from abaton.core.errors import Problem
from abaton.core.kernels import kernel
from abaton.geometry.grid import FloatArray, Grid

Labels = NDArray[np.uint16]
Index = tuple[int, int, int]
Point = tuple[float, float, float]
Mode: TypeAlias = Literal["add", "replace", "erase"]


class Box(msgspec.Struct, frozen=True):
    """Voxels from `low` up to, not including, `high`."""

    low: Index
    high: Index

    @property
    def slices(self) -> tuple[slice, slice, slice]:
        """To index an array with."""
        a, b, c = (slice(low, high) for low, high in zip(self.low, self.high, strict=True))
        return a, b, c


class Stroke(msgspec.Struct, frozen=True):
    """One stroke of the brush. It can be stored and drawn again.

    Attributes:
        path_mm: World positions, LPS, that the brush's middle went through; one for a dab. The brush covers all
            between them, so that a quick hand leaves no gaps.
        semi_axes_mm: (3, 3): the ellipsoid's semi-axes as world vectors, one a row. See `ball`.
        label: What is drawn; 0 for everything when erasing.
        mode: `add` writes the label where nothing is, `replace` over other labels too, `erase` removes the label,
            or any when it is 0.
    """

    path_mm: tuple[Point, ...]
    semi_axes_mm: tuple[Point, Point, Point]
    label: int
    mode: Mode = "add"


class Edit(msgspec.Struct, frozen=True, eq=False):
    """What a stroke changed.

    Attributes:
        box: Holds everything that changed: all that a distance field must compute anew. None when nothing did.
        places: (n,), flat indices into the box.
        before: (n,), labels there before.
        after: (n,), labels there now.
    """

    box: Box | None
    places: NDArray[np.int64]
    before: Labels
    after: Labels


class History(msgspec.Struct, frozen=True, eq=False):
    """Edits that can be taken back, and edits that were.

    Attributes:
        done: The latest last.
        undone: The one to do again next last.
    """

    done: tuple[Edit, ...] = ()
    undone: tuple[Edit, ...] = ()


def ball(radius_mm: float) -> tuple[Point, Point, Point]:
    """The semi-axes of a ball."""
    return (radius_mm, 0.0, 0.0), (0.0, radius_mm, 0.0), (0.0, 0.0, radius_mm)


def painted(labels: Labels, grid: Grid, stroke: Stroke, allowed: NDArray[np.bool_] | None = None) -> Edit:
    """What a stroke would change. The labels are left as they are: `apply` them.

    A voxel is under the brush when its centre is. A brush too small to hold any centre takes the voxel that its
    middle is in, so that no dab is without effect.

    Args:
        labels: `grid.shape`.
        grid: Where they lie, at any angle, with any spacing.
        stroke: What to draw. What lies outside the scan is left out.
        allowed: Only these voxels change, such as those of an interval of values; all when None.

    Raises:
        Problem: The stroke is not finite, has no thickness or no path, or a label that does not fit 16 bits.
    """
    path, axes = _checked(stroke)
    reach = np.abs(np.linalg.inv(grid.affine[:3, :3]) @ axes.T)
    points = grid.to_index(path)
    # The farthest that an ellipsoid reaches along an axis is the length of that axis's row.
    margin = np.linalg.norm(reach, axis=1)
    low = np.clip(np.floor(points.min(axis=0) - margin), 0, grid.shape).astype(int)
    high = np.clip(np.ceil(points.max(axis=0) + margin) + 1, 0, grid.shape).astype(int)
    if (low >= high).any():
        return _nothing()
    box = Box((int(low[0]), int(low[1]), int(low[2])), (int(high[0]), int(high[1]), int(high[2])))
    to_unit = np.linalg.inv(axes.T)
    touched = np.zeros(tuple((high - low).tolist()), dtype=np.bool_)
    matrix = to_unit @ grid.affine[:3, :3]
    offset = matrix @ low + to_unit @ (grid.affine[:3, 3] - path[0])
    _touch(touched, matrix, offset, (path - path[0]) @ to_unit.T)
    for point in np.floor(points + 0.5).astype(int):
        if (point >= low).all() and (point < high).all():
            touched[tuple(point - low)] = True
    before = labels[box.slices]
    touched &= _changes(before, stroke)
    if allowed is not None:
        touched &= allowed[box.slices]
    return _edit(box, touched, before, 0 if stroke.mode == "erase" else stroke.label)


def apply(labels: Labels, edit: Edit) -> None:
    """Writes an edit into the labels."""
    _write(labels, edit, edit.after)


def draw(history: History, labels: Labels, edit: Edit) -> History:
    """Writes an edit into the labels and remembers it; what was undone can no longer be done again."""
    if edit.box is None:
        return history
    apply(labels, edit)
    return History((*history.done, edit), ())


def undo(history: History, labels: Labels) -> tuple[History, Box | None]:
    """Takes the latest edit back; with the box that changed, or None where there is nothing to take back."""
    if not history.done:
        return history, None
    edit = history.done[-1]
    _write(labels, edit, edit.before)
    return History(history.done[:-1], (*history.undone, edit)), edit.box


def redo(history: History, labels: Labels) -> tuple[History, Box | None]:
    """Does again what was undone last; with the box that changed, or None where nothing was undone."""
    if not history.undone:
        return history, None
    edit = history.undone[-1]
    apply(labels, edit)
    return History((*history.done, edit), history.undone[:-1]), edit.box


def _checked(stroke: Stroke) -> tuple[FloatArray, FloatArray]:
    path = np.array(stroke.path_mm, dtype=np.float64).reshape(-1, 3)
    axes = np.array(stroke.semi_axes_mm, dtype=np.float64)
    if len(path) == 0 or not np.isfinite(path).all() or not np.isfinite(axes).all():
        raise _unusable("a stroke without a path, or with numbers that are not finite")
    if abs(np.linalg.det(axes)) < 1e-9:
        raise _unusable("a brush without thickness")
    least = 0 if stroke.mode == "erase" else 1
    if not least <= stroke.label <= np.iinfo(np.uint16).max:
        raise _unusable(f"label {stroke.label}")
    return path, axes


def _unusable(got: str) -> Problem:
    return Problem(
        "unusable_stroke",
        got=got,
        expected="at least one finite position, three semi-axes that span a volume, and a label from 1 to 65535",
        next_step="Draw again.",
    )


def _changes(before: Labels, stroke: Stroke) -> NDArray[np.bool_]:
    if stroke.mode == "add":
        return before == 0
    if stroke.mode == "replace":
        return before != stroke.label
    return before == stroke.label if stroke.label else before > 0


def _edit(box: Box, touched: NDArray[np.bool_], before: Labels, value: int) -> Edit:
    changed = np.argwhere(touched)
    if len(changed) == 0:
        return _nothing()
    low, high = changed.min(axis=0), changed.max(axis=0) + 1
    start = np.array(box.low) + low
    end = np.array(box.low) + high
    tight = Box(_index(start), _index(end))
    places = np.asarray(np.ravel_multi_index(tuple((changed - low).T), tuple((high - low).tolist())))
    return Edit(tight, places.astype(np.int64), before[touched], np.full(len(changed), value, dtype=np.uint16))


def _index(of: ArrayLike) -> Index:
    a, b, c = (int(value) for value in np.asarray(of).tolist())
    return a, b, c


def _nothing() -> Edit:
    none = np.zeros(0, dtype=np.uint16)
    return Edit(None, np.zeros(0, dtype=np.int64), none, none)


def _write(labels: Labels, edit: Edit, values: Labels) -> None:
    if edit.box is None:
        return
    region = labels[edit.box.slices]
    region[np.unravel_index(edit.places, region.shape)] = values


@kernel()
def _touch(
    touched: NDArray[np.bool_], matrix: NDArray[np.float64], offset: NDArray[np.float64], path: NDArray[np.float64]
) -> None:
    """Marks voxels within 1 of the path, in the space where the brush is the unit ball."""
    slices, rows, columns = touched.shape
    for i in range(slices):
        for j in range(rows):
            for k in range(columns):
                x = matrix[0, 0] * i + matrix[0, 1] * j + matrix[0, 2] * k + offset[0]
                y = matrix[1, 0] * i + matrix[1, 1] * j + matrix[1, 2] * k + offset[1]
                z = matrix[2, 0] * i + matrix[2, 1] * j + matrix[2, 2] * k + offset[2]
                for piece in range(max(len(path) - 1, 1)):
                    last = min(piece + 1, len(path) - 1)
                    dx = path[last, 0] - path[piece, 0]
                    dy = path[last, 1] - path[piece, 1]
                    dz = path[last, 2] - path[piece, 2]
                    px, py, pz = x - path[piece, 0], y - path[piece, 1], z - path[piece, 2]
                    length = dx * dx + dy * dy + dz * dz
                    along = 0.0
                    if length > 0.0:
                        along = min(max((px * dx + py * dy + pz * dz) / length, 0.0), 1.0)
                    px -= along * dx
                    py -= along * dy
                    pz -= along * dz
                    if px * px + py * py + pz * pz <= 1.0 + 1e-9:
                        touched[i, j, k] = True
                        break
