"""Which way a slice is turned for the eye, by the conventions of radiology."""

from itertools import permutations
from typing import Literal, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.geometry.grid import FloatArray, Grid

Plane: TypeAlias = Literal["axial", "coronal", "sagittal"]
PLANES: tuple[Plane, ...] = ("axial", "coronal", "sagittal")

OBLIQUE_COSINE = 0.2588
"""A direction that leans further than 15 degrees towards a second side is lettered with both."""

_PATIENT_AXIS = {"sagittal": 0, "coronal": 1, "axial": 2}
# Rightwards and downwards on the screen, as world directions: the patient's left is at the right of axial and
# coronal pictures, and a sagittal picture looks to the left of the screen.
_RIGHTWARDS = {"axial": (1, 0, 0), "coronal": (1, 0, 0), "sagittal": (0, 1, 0)}
_DOWNWARDS = {"axial": (0, 1, 0), "coronal": (0, 0, -1), "sagittal": (0, 0, -1)}
_LETTERS = (("R", "L"), ("A", "P"), ("I", "S"))


class Layout(msgspec.Struct, frozen=True):
    """How one plane of a grid is laid on the screen.

    Attributes:
        plane: Its name.
        normal: The axis of the array that is cut.
        down: The axis of the array that runs downwards on the screen.
        across: The axis of the array that runs to the right.
        flip_down: Whether indices of `down` fall on the way down.
        flip_across: Whether indices of `across` fall on the way to the right.
        left: Letters of the side of the patient at the left edge; likewise `right`, `top`, `bottom`.
        oblique_deg: The angle between the plane's normal and the patient's axis.
    """

    plane: Plane
    normal: int
    down: int
    across: int
    flip_down: bool
    flip_across: bool
    left: str
    right: str
    top: str
    bottom: str
    oblique_deg: float

    def picture(self, array: NDArray[np.generic], index: int) -> NDArray[np.generic]:
        """The slice as it lies on the screen, (rows from the top, columns from the left); a view of the array."""
        cut = np.take(array, index, axis=self.normal)
        if self.down > self.across:
            cut = cut.T
        return cut[:: -1 if self.flip_down else 1, :: -1 if self.flip_across else 1]

    def on_screen_mm(self, grid: Grid, world_mm: FloatArray) -> FloatArray:
        """Millimetres from the picture's left and top edges, (..., 2), of world positions (..., 3)."""
        index = grid.to_index(world_mm)
        across, down = index[..., self.across], index[..., self.down]
        if self.flip_across:
            across = grid.shape[self.across] - 1 - across
        if self.flip_down:
            down = grid.shape[self.down] - 1 - down
        spacing = grid.spacing_mm
        return np.stack([(across + 0.5) * spacing[self.across], (down + 0.5) * spacing[self.down]], axis=-1)


def layout_of(grid: Grid, plane: Plane) -> Layout:
    """The plane of the array's own axes that is nearest to this plane of the patient, turned for the eye."""
    directions = grid.affine[:3, :3] / np.asarray(grid.spacing_mm)
    # The axis of the array that goes with x, y and z of the patient: each goes with one.
    axes = max(permutations(range(3)), key=lambda order: sum(abs(directions[i, order[i]]) for i in range(3)))
    rightwards, downwards = np.array(_RIGHTWARDS[plane]), np.array(_DOWNWARDS[plane])
    normal = axes[_PATIENT_AXIS[plane]]
    across, down = axes[int(np.argmax(np.abs(rightwards)))], axes[int(np.argmax(np.abs(downwards)))]
    across_world, down_world = directions[:, across], directions[:, down]
    flip_across, flip_down = bool(across_world @ rightwards < 0), bool(down_world @ downwards < 0)
    right = across_world * (-1 if flip_across else 1)
    bottom = down_world * (-1 if flip_down else 1)
    lean = min(1.0, abs(float(directions[_PATIENT_AXIS[plane], normal])))
    return Layout(
        plane=plane,
        normal=normal,
        down=down,
        across=across,
        flip_down=flip_down,
        flip_across=flip_across,
        left=side(-right),
        right=side(right),
        top=side(-bottom),
        bottom=side(bottom),
        oblique_deg=float(np.degrees(np.arccos(lean))),
    )


def side(direction: FloatArray) -> str:
    """Letters of the patient's side that a direction of length 1 points to, such as `L` or `LA`."""
    order = sorted(range(3), key=lambda axis: -abs(float(direction[axis])))
    seen = [axis for place, axis in enumerate(order) if place == 0 or abs(direction[axis]) > OBLIQUE_COSINE]
    return "".join(_LETTERS[axis][int(direction[axis] > 0)] for axis in seen)
