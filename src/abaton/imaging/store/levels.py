"""Levels of detail: how far each is halved, and where its voxels lie."""

import numpy as np

from abaton.geometry.grid import Grid
from abaton.imaging.store.shards import BRICK

Factors = tuple[int, int, int]
_ROOM = 2**0.5


def factors_of(grid: Grid) -> Factors | None:
    """Along which axes the next level is halved (2) or not (1), so that voxels grow towards cubes.

    An axis is halved when its spacing is at most the root of 2 times the smallest; None when the grid fits into one
    brick already.
    """
    if max(grid.shape) <= BRICK:
        return None
    spacing = grid.spacing_mm
    least = min(mm for mm, size in zip(spacing, grid.shape, strict=True) if size > 1)
    a, b, c = (2 if size > 1 and mm <= least * _ROOM else 1 for mm, size in zip(spacing, grid.shape, strict=True))
    return a, b, c


def halved(grid: Grid, factors: Factors) -> Grid:
    """The grid whose voxels are means of so many of this one's.

    The centre of the first lies half a voxel of this grid further in, along each axis that is halved. Where an axis
    has an odd number of voxels the last one stands for itself, half a voxel nearer than its place says.
    """
    scale = np.diag([*map(float, factors), 1.0])
    scale[:3, 3] = [(factor - 1) / 2 for factor in factors]
    shape = [-(-size // factor) for size, factor in zip(grid.shape, factors, strict=True)]
    return Grid.of(shape, grid.affine @ scale)


def levels_of(grid: Grid) -> list[tuple[Grid, Factors]]:
    """All levels from the finest, each with the factors that lead to it from the one before."""
    found: list[tuple[Grid, Factors]] = [(grid, (1, 1, 1))]
    while (factors := factors_of(grid)) is not None:
        grid = halved(grid, factors)
        found.append((grid, factors))
    return found
