"""How fast and how true the margin's heat map is after a cut.

A liver-sized grid of 160^3 voxels of 1.0 x 0.8 x 0.7 mm, a tumour 24 mm across, spheres of several sizes cut around it.

- `cut_ms`: median time of the heat map after one cut, surface, distances and figures included; `cut_p95_ms` likewise.
- `target_ms`: what is done once before the operation, the tumour's distance field.
- `error_voxels`: the largest error of the margin over all vertices of all spheres within the organ, in voxels of the
  largest spacing; `error_p95_voxels`: what 95 % of the vertices keep; `error_rim_voxels`: the largest where the cut
  runs out through the organ's surface.
- `mesh_distance_ms`: the same distances by a k-d tree of SciPy over the tumour's surface voxels, a plain remedy.
"""

import argparse
import time

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, spatial

from abaton.geometry.grid import Grid
from abaton.surgery.margin import margin_map, target
from benchmarks import output

SHAPE, SPACING = (160, 160, 160), np.array([1.0, 0.8, 0.7])
TUMOUR_MM = 12.0
CUTS_MM = tuple(float(cut) for cut in np.linspace(14, 31, 24))
REPEATS = 2


def main() -> None:
    """Cuts, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    output.add_arguments(parser)
    arguments = parser.parse_args()
    affine = np.diag([*SPACING, 1.0])
    affine[:3, 3] = -(np.array(SHAPE) - 1) * SPACING / 2
    grid = Grid.of(SHAPE, affine)
    at = grid.to_world(np.moveaxis(np.indices(SHAPE), 0, -1))
    radius = np.linalg.norm(at, axis=-1)
    whole, cut_off = np.ones(SHAPE, dtype=np.bool_), at[..., 0] < 13
    margin_map(target(whole, radius < TUMOUR_MM, grid, 5.0), radius < CUTS_MM[0])
    begun = time.perf_counter()
    inside = target(whole, radius < TUMOUR_MM, grid, 5.0)
    target_ms = 1000 * (time.perf_counter() - begun)
    rim = target(cut_off, (radius < TUMOUR_MM) & cut_off, grid, 5.0)
    took: list[float] = []
    errors: list[NDArray[np.float64]] = []
    rim_errors: list[float] = []
    order = np.random.default_rng(arguments.seed).permutation(np.repeat(CUTS_MM, REPEATS))
    for cut_mm in order.tolist():
        removed = radius < cut_mm
        begun = time.perf_counter()
        found = margin_map(inside, removed)
        took.append(1000 * (time.perf_counter() - begun))
        errors.append(np.abs(found.margin_mm - (cut_mm - TUMOUR_MM)))
    for cut_mm in CUTS_MM:
        found = margin_map(rim, radius < cut_mm)
        rim_errors.append(float(np.abs(found.margin_mm - (cut_mm - TUMOUR_MM)).max()))
    output.show(
        "margin",
        {
            "cut_ms": round(float(np.median(took)), 1),
            "cut_p95_ms": round(float(np.percentile(took, 95)), 1),
            "target_ms": round(target_ms, 1),
            "error_voxels": round(float(np.concatenate(errors).max() / SPACING.max()), 3),
            "error_p95_voxels": round(float(np.percentile(np.concatenate(errors), 95) / SPACING.max()), 3),
            "error_rim_voxels": round(max(rim_errors) / float(SPACING.max()), 3),
            "mesh_distance_ms": round(tree_ms(radius < TUMOUR_MM, at, radius < CUTS_MM[-1]), 1),
        },
        arguments,
    )


def tree_ms(tumour: NDArray[np.bool_], at: NDArray[np.float64], removed: NDArray[np.bool_]) -> float:
    """Time of the plain remedy, of the same points."""
    begun = time.perf_counter()
    rim = tumour & ~np.asarray(ndimage.binary_erosion(tumour))
    cut = removed & ~np.asarray(ndimage.binary_erosion(removed))
    spatial.KDTree(at[rim]).query(at[cut])
    return 1000 * (time.perf_counter() - begun)


if __name__ == "__main__":
    main()
