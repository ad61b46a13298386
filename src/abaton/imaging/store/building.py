"""Builds what is stored of a scan, a file of bricks at a time: memory does not grow with the scan."""

import os
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abaton.geometry.grid import Grid
from abaton.imaging.store.kernels import cell_extremes, halve_floats, halve_integers, pack_gradients
from abaton.imaging.store.levels import Factors, levels_of
from abaton.imaging.store.metadata import IMAGE, write_groups
from abaton.imaging.store.shards import BRICK, Box, bricks_along, open_array, shard_boxes, write_shard
from abaton.imaging.store.working_copy import Bytes
from abaton.imaging.volume import Volume

CELL = 8
"""Voxels along an edge of the cells by which the ray-caster leaps over what cannot be seen."""

COMPRESSION = 5
_AXES = ("z", "y", "x")
_THREADS = 4

Advance = Callable[[int], None]


def build_image(folder: Path, volume: Volume, ends: tuple[float, float], report: Callable[[str, float], None]) -> None:
    """Writes the exact voxels, the working copy, the gradients and the extremes of a scan, at every level.

    Args:
        folder: Of the scan; gets the group `image.ome.zarr`.
        volume: In memory or mapped from a file.
        ends: What bytes 0 and 255 of the working copy stand for.
        report: Told how far it is.
    """
    levels = levels_of(volume.grid)
    write_groups(folder / IMAGE, volume, [grid for grid, _ in levels], ends)
    total = sum(int(np.prod(grid.shape)) for grid, _ in levels)
    done = 0

    def advance(voxels: int) -> None:
        nonlocal done
        done += voxels
        report("Storing", done / total)

    array: NDArray[Any] = volume.voxels
    with ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1)) as executor:
        for number, (grid, _) in enumerate(levels):
            following = levels[number + 1] if number + 1 < len(levels) else None
            coarser = None if following is None else _scratch(folder, following[0].shape, array.dtype)
            level = _Level(folder / IMAGE, number, array, grid, Bytes(volume, ends), executor)
            level.write(volume.padding, coarser, following[1] if following else (1, 1, 1), advance)
            if coarser is not None:
                array = coarser


def _scratch(folder: Path, shape: tuple[int, int, int], dtype: np.dtype[Any]) -> NDArray[Any]:
    """An array in a file without a name, so that a level need not be in memory whole.

    Raises:
        OSError: The disk has no room for it; taking the room before is what makes this an error and not a crash.
    """
    size = int(np.prod(shape)) * dtype.itemsize
    with TemporaryFile(dir=folder) as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
        else:
            file.truncate(size)
        return np.memmap(file, dtype=dtype, mode="r+", shape=shape)


class _Level:
    """One level of detail while it is written."""

    def __init__(
        self, image: Path, number: int, array: NDArray[Any], grid: Grid, bytes_of: Bytes, executor: Executor
    ) -> None:
        self._array = array
        self._bytes_of = bytes_of
        self._executor = executor
        self._covector = np.linalg.inv(grid.affine[:3, :3]).T.astype(np.float64, order="C")
        self._exact = image / str(number)
        self._working = image / "working" / str(number)
        self._gradients = image / "gradients" / str(number)
        self._image, self._number = image, number
        shape = array.shape
        open_array(self._exact, shape, array.dtype.name, _AXES, COMPRESSION)
        open_array(self._working, shape, "uint8", _AXES, COMPRESSION)
        open_array(self._gradients, (*shape, 4), "uint8", (*_AXES, "c"), COMPRESSION)
        bricks = [bricks_along(size) for size in shape]
        self._brick_voxels = np.full((2, *bricks), np.nan)
        self._brick_bytes = np.zeros((2, *bricks), dtype=np.uint8)
        self._cells = np.zeros((2, *(cells_along(size) for size in shape)), dtype=np.uint8)

    def write(self, padding: float | None, coarser: NDArray[Any] | None, factors: Factors, advance: Advance) -> None:
        """Writes the level shard by shard, and means of its voxels into the coarser one."""
        for place, box in shard_boxes(self._array.shape):
            block = np.ascontiguousarray(self._array[box])
            around, halo = _with_neighbours(box, self._array.shape)
            bytes_around = self._bytes_of.of(np.ascontiguousarray(self._array[around]))
            inside = tuple(slice(before, before + size) for (before, _), size in zip(halo, block.shape, strict=True))
            working = np.ascontiguousarray(bytes_around[inside])
            write_shard(self._exact, place, block, COMPRESSION, self._executor)
            write_shard(self._working, place, working, COMPRESSION, self._executor)
            gradients = pack_gradients(bytes_around, np.array(halo), self._covector)
            write_shard(self._gradients, place, gradients, COMPRESSION, self._executor)
            self._measure(box, block, working, bytes_around[tuple(slice(before, None) for before, _ in halo)])
            if coarser is not None:
                target = tuple(slice(s.start // f, -(-s.stop // f)) for s, f in zip(box, factors, strict=True))
                coarser[target] = halve(block, factors, padding)
            advance(block.size)
        self._write_extremes()

    def _measure(self, box: Box, block: NDArray[Any], working: NDArray[np.uint8], beyond: NDArray[np.uint8]) -> None:
        first = tuple(side.start // CELL for side in box)
        counts = [
            max(0, min(-(-side.stop // CELL), limit) - begin)
            for side, limit, begin in zip(box, self._cells.shape[1:], first, strict=True)
        ]
        a, b, c = counts
        found = cell_extremes(np.ascontiguousarray(beyond), CELL, (a, b, c))
        self._cells[:, first[0] : first[0] + a, first[1] : first[1] + b, first[2] : first[2] + c] = found
        for at in np.ndindex(*(bricks_along(size) for size in block.shape)):
            inside = tuple(slice(index * BRICK, index * BRICK + BRICK) for index in at)
            place = tuple(index + side.start // BRICK for index, side in zip(at, box, strict=True))
            voxels, seen = block[inside], working[inside]
            # Least and greatest of what is a number; NaN where nothing is.
            self._brick_voxels[(slice(None), *place)] = (np.fmin.reduce(voxels, None), np.fmax.reduce(voxels, None))
            self._brick_bytes[(slice(None), *place)] = (seen.min(), seen.max())

    def _write_extremes(self) -> None:
        for name, array in (
            ("brick_voxels", self._brick_voxels),
            ("brick_bytes", self._brick_bytes),
            ("cell_bytes", self._cells),
        ):
            save_array(self._image / "extremes" / str(self._number) / name, array)


def cells_along(size: int) -> int:
    """How many cells an axis has: the last ends at or behind the last voxel's centre."""
    return max(1, -(-(size - 1) // CELL))


def halve(block: NDArray[Any], factors: Factors, padding: float | None) -> NDArray[Any]:
    """Means of up to 2 x 2 x 2 voxels that hold a measurement; integers rounded to the nearest."""
    halve_type = halve_floats if block.dtype.kind == "f" else halve_integers
    return halve_type(block, factors, padding is not None, 0.0 if padding is None else float(padding))


def save_array(folder: Path, array: NDArray[Any]) -> None:
    """Writes a small array in one piece, uncompressed."""
    import zarr

    untyped: Any = zarr
    made = untyped.create_array(
        store=folder, shape=array.shape, chunks=array.shape, dtype=array.dtype.name, compressors=None, fill_value=0
    )
    made[...] = array


def _with_neighbours(box: Box, shape: tuple[int, ...]) -> tuple[Box, list[tuple[int, int]]]:
    """The box grown by a voxel wherever the array goes on, and by how much it grew at either end of each axis."""
    halo = [(min(side.start, 1), min(size - side.stop, 1)) for side, size in zip(box, shape, strict=True)]
    first, second, third = (
        slice(side.start - before, side.stop + after) for side, (before, after) in zip(box, halo, strict=True)
    )
    return (first, second, third), halo
