"""The uncertainty of counting voxels.

Model. A voxel belongs to a label when its centre does, so each voxel that the true boundary crosses is counted as 1 or
0 instead of its share. As many voxels are crossed as there are voxel faces between inside and outside (a plane with
unit normal n crosses |n_x| + |n_y| + |n_z| voxels for each face's area of it, and makes as many steps). The error of
each is rectangular over one voxel, variance 1/12 (GUM 4.3.7), and independent of its neighbours' where the boundary
runs slantwise. Where it runs along the grid over 5 x 5 faces or more, all faces of that patch err together, so a patch
of m faces has the variance m^2 / 12.

This is what the voxels alone make uncertain. Where the boundary was drawn is another matter: state how far it may be
off, on the whole, as `boundary_mm`, such as the disagreement of raters; it adds surface times that.
"""

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.imaging.volume import Segmentation, Volume

FLAT_FACES = 5
"""A patch of faces in one plane errs as one where it holds a square of this many faces."""


def require_label(volume: Volume, segmentation: Segmentation, name: str) -> NDArray[np.bool_]:
    """Where a label lies, boolean, `grid.shape`.

    Raises:
        Problem: The segmentation lies on another grid, has no such label, or the label is empty.
    """
    if segmentation.labels.shape != volume.grid.shape or segmentation.grid != volume.grid:
        raise Problem(
            "grid_differs",
            got="labels on another grid than the scan's",
            expected="labels on the scan's own grid",
            next_step="Import the labels together with this scan.",
        )
    if name not in segmentation.names.values():
        raise Problem(
            "label_not_found",
            got=f"no label {name!r}",
            expected=f"one of {', '.join(sorted(segmentation.names.values())) or 'none: there are no labels'}",
            next_step="Choose one of the labels of this scan.",
            kind="not_found",
        )
    mask = segmentation.mask(name)
    if not mask.any():
        raise Problem(
            "label_empty",
            got=f"the label {name!r} holds no voxel",
            expected="a label with a voxel at least",
            next_step="Draw the label, or choose another.",
        )
    return mask


def boundary_variance(mask: NDArray[np.bool_]) -> float:
    """The variance of a count of voxels, or of pixels.

    Args:
        mask: Two or three dimensions, boolean.

    Returns:
        In voxels squared.
    """
    filled = ndimage.find_objects(mask.astype(np.uint8))[0]
    padded = np.pad(mask[filled], 1)
    variance = 0.0
    for axis in range(mask.ndim):
        inside = np.moveaxis(padded, axis, 0)
        for faces in (inside[1:] & ~inside[:-1], inside[:-1] & ~inside[1:]):
            variance += _variance_of_faces(faces)
    return variance


def _variance_of_faces(faces: NDArray[np.bool_]) -> float:
    """Of the faces that look one way, (planes, ...)."""
    square = np.ones((1,) + (FLAT_FACES,) * (faces.ndim - 1), dtype=bool)
    flat: NDArray[np.bool_] = ndimage.binary_opening(faces, structure=square)
    patches, _ = _components(flat)
    sizes = np.bincount(patches.ravel())[1:].astype(np.float64)
    return float(((sizes**2).sum() + np.count_nonzero(faces & ~flat)) / 12.0)


def _components(flat: NDArray[np.bool_]) -> tuple[NDArray[np.int32], int]:
    touching = np.zeros((3,) * flat.ndim, dtype=bool)
    touching[1] = ndimage.generate_binary_structure(flat.ndim - 1, 1)
    return cast("Any", ndimage.label)(flat, structure=touching)


def surface_mm2(mask: NDArray[np.bool_], grid: Grid) -> float:
    """The surface of a mask in mm^2: the total variation of the mask after a Gaussian of one voxel.

    The co-area formula makes it the surface where that is smooth; a voxel's stairs do not count.
    """
    filled = ndimage.find_objects(mask.astype(np.uint8))[0]
    smooth = ndimage.gaussian_filter(np.pad(mask[filled], 5).astype(np.float64), 1.0)
    by_axis: list[NDArray[np.float64]] = [np.asarray(np.gradient(smooth, axis=axis)) for axis in range(3)]
    slopes: NDArray[np.float64] = np.stack(by_axis, axis=-1) @ np.linalg.inv(grid.affine[:3, :3])
    return float(np.linalg.norm(slopes, axis=-1).sum() * grid.voxel_volume_mm3)
