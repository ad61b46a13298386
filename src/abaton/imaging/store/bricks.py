"""Where each brick of a stored scan lies, and in which order a browser should ask for them.

How a browser reads a scan: it gets the bricks of the coarsest level of the working copy, so that there is a picture at
once; then, level by level, the bricks in which something can be seen, the nearest to the point that is looked at
first. A brick is one range request (`path`, `offset`, `length`) and one `new DecompressionStream("gzip")`; it holds
64 x 64 x 64 voxels (or 4 bytes each of gradients) in texture order, x fastest, filled up with zeros where the volume
ends. Bricks of nothing but zeros have no range and need no request.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.geometry.grid import FloatArray, Grid
from abaton.imaging.store.metadata import IMAGE
from abaton.imaging.store.shards import BRICK, MISSING, SHARD, bricks_along, read_index

Kind: TypeAlias = Literal["exact", "working", "gradients"]


class Brick(msgspec.Struct, frozen=True):
    """One brick of one level.

    Attributes:
        kind: Exact voxels, bytes of the working copy, or gradients.
        level: 0 is the finest.
        index: Among the bricks of the level, in the array's order.
        path: Of the file, from the scan's folder.
        offset: In the file, in bytes.
        length: In bytes, compressed; 0 where the brick holds zeros only.
        low: Least byte of the working copy in it.
        high: Greatest byte of the working copy in it.
        low_voxel: Least exact voxel as stored, NaN where none is a number.
        high_voxel: Greatest exact voxel as stored.
    """

    kind: Kind
    level: int
    index: tuple[int, int, int]
    path: str
    offset: int
    length: int
    low: int
    high: int
    low_voxel: float
    high_voxel: float


class Eye(msgspec.Struct, frozen=True):
    """Where someone looks from.

    Attributes:
        position_mm: In the world.
        forward: Direction of looking, of any length but 0.
        half_angle_deg: Half of the widest field of view; 180 sees all around.
    """

    position_mm: tuple[float, float, float]
    forward: tuple[float, float, float]
    half_angle_deg: float = 180.0


def bricks_of(folder: Path, kind: Kind, level: int, shape: tuple[int, int, int]) -> list[Brick]:
    """All bricks of one level, in C order; what is read for it is the index at the end of each file.

    Args:
        folder: Of the scan.
        kind: Of what.
        level: 0 is the finest.
        shape: Voxels of the level.

    Raises:
        ValueError: An index is damaged.
        OSError: A file cannot be read.
    """
    array = f"{IMAGE}/{level}" if kind == "exact" else f"{IMAGE}/{kind}/{level}"
    extremes = folder / IMAGE / "extremes" / str(level)
    voxels, seen = load_array(extremes / "brick_voxels"), load_array(extremes / "brick_bytes")
    per_shard = [size // BRICK for size in SHARD]
    found: list[Brick] = []
    indices: dict[str, NDArray[np.uint64] | None] = {}
    for a, b, c in np.ndindex(*(bricks_along(size) for size in shape)):
        place = [at // step for at, step in zip((a, b, c), per_shard, strict=True)]
        inside = [at % step for at, step in zip((a, b, c), per_shard, strict=True)]
        path = "/".join([array, "c", *map(str, place), *(["0"] if kind == "gradients" else [])])
        if path not in indices:
            # A file without a single brick that holds anything is not written.
            indices[path] = read_index(folder / path) if (folder / path).exists() else None
        index = indices[path]
        entry = None if index is None else index[int(np.ravel_multi_index(inside, per_shard))]
        offset, length = (0, 0) if entry is None or int(entry[0]) == MISSING else (int(entry[0]), int(entry[1]))
        low, high = seen[:, a, b, c].tolist()
        low_voxel, high_voxel = voxels[:, a, b, c].tolist()
        found.append(Brick(kind, level, (a, b, c), path, offset, length, low, high, low_voxel, high_voxel))
    return found


def in_order_of_need(
    bricks: Iterable[Brick],
    grids: list[Grid],
    focus_mm: tuple[float, float, float],
    *,
    least_byte: int = 1,
    eye: Eye | None = None,
) -> list[Brick]:
    """The bricks to ask for, the most needed first.

    Args:
        bricks: Of one kind, of any levels.
        grids: Of the levels, from the finest.
        focus_mm: The point that is looked at.
        least_byte: The least byte that the transfer function shows; bricks below it are left out.
        eye: Bricks outside of its field of view come last in their level; None where everything is seen.

    Returns:
        The coarsest level first; in each level what can be seen first, then by the distance from the focus.
    """
    wanted = [brick for brick in bricks if brick.length and brick.high >= least_byte]
    centres = [_centre_mm(brick, grids[brick.level]) for brick in wanted]

    def need(place: int) -> tuple[int, bool, float]:
        brick, centre = wanted[place], centres[place]
        hidden = eye is not None and not _in_view(centre, _radius_mm(brick, grids[brick.level]), eye)
        return -brick.level, hidden, float(np.linalg.norm(centre - np.asarray(focus_mm)))

    return [wanted[place] for place in sorted(range(len(wanted)), key=need)]


def load_array(folder: Path) -> NDArray[Any]:
    """A small stored array."""
    import zarr

    untyped: Any = zarr
    return np.asarray(untyped.open_array(store=folder, mode="r")[...])


def _centre_mm(brick: Brick, grid: Grid) -> FloatArray:
    first, behind = _extent(brick, grid)
    return grid.to_world((first + behind - 1) / 2)


def _radius_mm(brick: Brick, grid: Grid) -> float:
    first, behind = _extent(brick, grid)
    return float(np.linalg.norm((behind - first) * np.asarray(grid.spacing_mm) / 2))


def _extent(brick: Brick, grid: Grid) -> tuple[FloatArray, FloatArray]:
    """Index of the brick's first voxel, and of the one behind its last that the volume has."""
    first = np.array(brick.index, dtype=np.float64) * BRICK
    return first, np.minimum(first + BRICK, grid.shape)


def _in_view(centre: FloatArray, radius_mm: float, eye: Eye) -> bool:
    """Whether a ball meets the eye's cone; the test errs towards yes."""
    towards = centre - np.asarray(eye.position_mm)
    distance = float(np.linalg.norm(towards))
    if distance <= radius_mm:
        return True
    forward = np.asarray(eye.forward) / np.linalg.norm(eye.forward)
    angle = np.degrees(np.arccos(np.clip(float(towards @ forward) / distance, -1, 1)))
    return bool(angle - np.degrees(np.arcsin(radius_mm / distance)) <= eye.half_angle_deg)
