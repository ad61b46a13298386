"""A liver with a tumour and vessels, made in code: stylised, of plausible sizes, the same for the same seed.

Patient millimetres (LPS). Two ellipsoids blend into right and left lobe, a plane cuts the lower surface; the portal
vein and the hepatic veins are tubes along broken lines. A labelled volume may take its place.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.geometry.signed_distance import SignedDistanceField

Array = NDArray[np.float64]
Labels = NDArray[np.uint8]

LIVER, TUMOUR, PORTAL, HEPATIC = 1, 2, 3, 4
NAMES = {LIVER: "liver", TUMOUR: "tumour", PORTAL: "portal vein", HEPATIC: "hepatic veins"}
FIELD_MM = 1.0
"""Spacing of the operative field."""
HALF_WIDTH_MM, ABOVE_MM, BELOW_MM = 34, 16, 40
"""The field around the tumour's middle: sideways, towards the surface, away from it."""
LARGEST_TUMOUR_MM, DEEPEST_MM = 12.0, 20.0


class Scene(msgspec.Struct, frozen=True, eq=False):
    """What is operated on.

    Attributes:
        grid: Of the operative field; its first axis points away from the arm, into the liver.
        labels: uint8, `grid.shape`.
        centre_mm: (3,), the tumour's middle.
        outward: (3,), from there to the nearest surface of the liver.
        radius_mm: From the tumour's middle to its furthest point.
        depth_mm: From the liver's surface to the tumour's middle.
        whole_grid, whole: The same liver, coarse and whole, for pictures.
    """

    grid: Grid
    labels: Labels
    centre_mm: Array
    outward: Array
    radius_mm: float
    depth_mm: float
    whole_grid: Grid
    whole: Labels


def made_up(seed: int) -> Scene:
    """The stylised liver; the seed sets the tumour's place and size."""
    rng = np.random.default_rng([seed, 31])
    centre = np.array([-62.0, -54.0, 4.0]) + rng.uniform(-4, 4, 3) * np.array([1.0, 0.3, 1.0])
    radius = float(rng.uniform(6.0, 7.5))
    axes = radius * rng.uniform(0.85, 1.0, 3)

    def label_at(points_mm: Array) -> Labels:
        return _labels(points_mm, centre, axes)

    whole_grid = Grid.of((62, 68, 92), [[0, 0, 2.5, -150], [0, 2.5, 0, -80], [2.5, 0, 0, -75], [0, 0, 0, 1]])
    return _scene(label_at, centre, whole_grid)


def from_file(path: Path) -> Scene:
    """A labelled volume: an .npz with `labels` (1 liver, 2 tumour, 3 and 4 vessels) and `affine` (4 x 4, index to mm).

    Raises:
        Problem: It is no such file, has no liver or tumour, or a tumour too large or too deep for this task.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            labels, affine = np.asarray(file["labels"]), np.asarray(file["affine"], dtype=np.float64)
    except FileNotFoundError:
        raise _unusable(f"no file {path.name}", "a file that exists") from None
    except Exception:
        raise _unusable("a file that is no labelled volume", "an .npz with `labels` and `affine`") from None
    if labels.ndim != 3 or affine.shape != (4, 4) or not np.isfinite(affine).all() or labels.dtype.kind not in "iub":
        raise _unusable(f"labels of shape {labels.shape}", "whole numbers in three axes, and a finite 4 x 4 affine")
    if abs(np.linalg.det(affine[:3, :3])) < 1e-9:
        raise _unusable("voxels without a size", "an affine that can be inverted")
    if not ((labels == LIVER).any() and (labels == TUMOUR).any()):
        raise _unusable("no liver or no tumour", "label 1 for the liver and 2 for the tumour")
    grid = Grid.of(labels.shape, affine)
    given = np.where((labels >= 0) & (labels <= HEPATIC), labels, 0).astype(np.uint8)

    def label_at(points_mm: Array) -> Labels:
        index = np.rint(grid.to_index(points_mm)).astype(np.int64)
        inside = ((index >= 0) & (index < np.array(grid.shape))).all(axis=-1)
        index = np.clip(index, 0, np.array(grid.shape) - 1)
        return np.where(inside, given[index[..., 0], index[..., 1], index[..., 2]], 0).astype(np.uint8)

    return _scene(label_at, grid.to_world(np.argwhere(given == TUMOUR)).mean(axis=0), grid, given)


def _scene(label_at: Callable[[Array], Labels], centre: Array, whole_grid: Grid, whole: Labels | None = None) -> Scene:
    everything = whole if whole is not None else label_at(_points(whole_grid))
    organ = SignedDistanceField.of(everything > 0, whole_grid)
    depth, slope = organ.sample_with_gradient(centre)
    outward = slope / np.linalg.norm(slope)
    grid = _field_grid(centre, outward)
    labels = label_at(_points(grid))
    tumour = grid.to_world(np.argwhere(labels == TUMOUR))
    if not len(tumour):
        raise _unusable("a tumour that its own middle does not lie near", "one tumour")
    radius = float(np.linalg.norm(tumour - centre, axis=1).max()) + FIELD_MM / 2
    # The surface above the tumour, on the fine grid: the coarse one is too rough to plan on.
    column = labels[:, labels.shape[1] // 2, labels.shape[2] // 2] > 0
    depth_mm = float(ABOVE_MM - np.argmax(column)) * FIELD_MM if column.any() else -float(depth)
    if radius > LARGEST_TUMOUR_MM or depth_mm > DEEPEST_MM:
        raise _unusable(
            f"a tumour of {radius:.0f} mm radius, {depth_mm:.0f} mm below the surface",
            f"at most {LARGEST_TUMOUR_MM:g} mm and {DEEPEST_MM:g} mm",
        )
    return Scene(grid, labels, centre, outward, radius, depth_mm, whole_grid, everything)


def _field_grid(centre: Array, outward: Array) -> Grid:
    helper = np.array([1.0, 0.0, 0.0]) if abs(outward[0]) < 0.9 else np.array([0.0, 0.0, 1.0])
    across = np.cross(outward, helper)
    across /= np.linalg.norm(across)
    other = np.cross(across, outward)
    affine = np.eye(4)
    affine[:3, :3] = FIELD_MM * np.stack([-outward, across, other], axis=1)
    affine[:3, 3] = centre + ABOVE_MM * outward - HALF_WIDTH_MM * (across + other)
    wide = 2 * HALF_WIDTH_MM + 1
    return Grid.of((ABOVE_MM + BELOW_MM + 1, wide, wide), affine)


def _points(grid: Grid) -> Array:
    return grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1))


def _labels(points: Array, centre: Array, axes: Array) -> Labels:
    right = _ellipsoid(points, np.array([-65.0, 0.0, 0.0]), np.array([72.0, 65.0, 68.0]))
    left = _ellipsoid(points, np.array([20.0, -28.0, 22.0]), np.array([72.0, 34.0, 38.0]))
    share = np.clip(0.5 + 0.5 * (left - right) / 22.0, 0.0, 1.0)
    body = left * (1 - share) + right * share - 22.0 * share * (1 - share)
    lower = np.array([0.45, 0.35, -0.82])
    body = np.maximum(body, (points - np.array([-20.0, 10.0, -22.0])) @ lower)
    labels = np.zeros(points.shape[:-1], dtype=np.uint8)
    inside = body < 0
    labels[inside] = LIVER
    behind = centre + np.array([2.0, 6.5 + 5.0 + 1.5 + 3.0 + 7.5, 0.0])
    portal = [
        ([(20, 40, -10), (-15, 8, -2), (-45, -8, -4)], 6.0, 5.0),
        (
            [
                (-45, -8, -4),
                tuple(behind + np.array([14, 4, -12])),
                tuple(behind),
                tuple(behind + np.array([-16, 6, 14])),
            ],
            4.0,
            2.5,
        ),
        ([(-45, -8, -4), (-80, 10, -14), (-105, 15, -10)], 4.0, 2.5),
        ([(-15, 8, -2), (15, -20, 15), (50, -30, 25)], 4.0, 2.0),
    ]
    hepatic = [
        ([(-25, 35, 55), (-45, 10, 35), (-80, -20, 12)], 5.0, 2.5),
        ([(-25, 35, 55), (-20, -5, 40), (-15, -30, 15)], 4.5, 2.0),
        ([(-25, 35, 55), (10, -10, 40), (45, -30, 30)], 4.5, 2.0),
    ]
    for label, lines in ((PORTAL, portal), (HEPATIC, hepatic)):
        for line, begins, ends in lines:
            labels[inside & (_tube(points, np.array(line, dtype=np.float64), begins, ends) < 0)] = label
    labels[inside & ((((points - centre) / axes) ** 2).sum(axis=-1) < 1)] = TUMOUR
    return labels


def _ellipsoid(points: Array, centre: Array, axes: Array) -> Array:
    """A bound of the distance, exact at the surface."""
    scaled = (points - centre) / axes
    far, steep = np.linalg.norm(scaled, axis=-1), np.linalg.norm(scaled / axes, axis=-1)
    return far * (far - 1.0) / np.maximum(steep, 1e-9)


def _tube(points: Array, line: Array, begins_mm: float, ends_mm: float) -> Array:
    """Distance from a tube along a broken line whose radius shrinks from piece to piece."""
    nearest = np.full(points.shape[:-1], np.inf)
    for n in range(len(line) - 1):
        way = line[n + 1] - line[n]
        share = np.clip((points - line[n]) @ way / (way @ way), 0.0, 1.0)
        radius = begins_mm + (ends_mm - begins_mm) * (n + share) / (len(line) - 1)
        nearest = np.minimum(nearest, np.linalg.norm(points - line[n] - share[..., None] * way, axis=-1) - radius)
    return nearest


def _unusable(got: str, expected: str) -> Problem:
    return Problem(
        "labels_unusable", got=got, expected=expected, next_step="Choose another volume, or leave out --labels."
    )
