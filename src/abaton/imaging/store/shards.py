"""Writes arrays in the form of zarr v3: bricks, each compressed by itself, many to a file.

A file (a shard) holds its bricks one after the other and ends with an index: for each brick, in C order, offset and
length in bytes as little-endian uint64, both 2^64 - 1 where the brick is empty, then the index's CRC-32C. A browser can
so fetch the index by one range request, each brick by another, and unpack it with `DecompressionStream("gzip")`. The
library writes the metadata and reads everything back. It would also write the bricks, but with the time of day in
each, and keeps no track of where they lie.
"""

import gzip
from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

BRICK = 64
"""Voxels along an edge of a brick: 256 KiB of the working copy, about 100 KiB when compressed."""

SHARD = (128, 256, 256)
"""Voxels of a file of bricks; as many as are in memory at a time while a scan is written."""

MISSING = 2**64 - 1
INDEX_ENTRY_BYTES = 16
CHECKSUM_BYTES = 4

Box: TypeAlias = tuple[slice, slice, slice]


def open_array(folder: Path, shape: Sequence[int], dtype: str, dimensions: Sequence[str], level: int) -> None:
    """Writes the metadata of an array in bricks; more than three axes are whole in each brick.

    Args:
        folder: Of the array; made.
        shape: Voxels along each axis.
        dtype: Such as `int16`.
        dimensions: Names of the axes.
        level: Of compression, 0 to 9.
    """
    import zarr
    from zarr.codecs import GzipCodec

    untyped: Any = zarr
    rest = tuple(shape[3:])
    untyped.create_array(
        store=folder,
        shape=tuple(shape),
        chunks=(BRICK,) * 3 + rest,
        shards=SHARD + rest,
        dtype=dtype,
        compressors=GzipCodec(level=level),
        filters=None,
        fill_value=0,
        dimension_names=list(dimensions),
    )


def shard_boxes(shape: Sequence[int]) -> list[tuple[tuple[int, int, int], Box]]:
    """Place and extent in voxels of each shard of an array, in C order."""
    counts = [-(-size // step) for size, step in zip(shape[:3], SHARD, strict=True)]
    found: list[tuple[tuple[int, int, int], Box]] = []
    for a, b, c in np.ndindex(*counts):
        sides = zip((a, b, c), SHARD, shape[:3], strict=True)
        first, second, third = (slice(at * step, min(at * step + step, size)) for at, step, size in sides)
        found.append(((a, b, c), (first, second, third)))
    return found


def bricks_along(size: int) -> int:
    """How many bricks an axis has."""
    return -(-size // BRICK)


def write_shard(folder: Path, place: tuple[int, int, int], block: NDArray[Any], level: int, executor: Executor) -> None:
    """Writes one shard of an array.

    Args:
        folder: Of the array.
        place: Of the shard among shards.
        block: Its voxels; smaller than a shard at the far rims.
        level: Of compression, as the metadata says.
        executor: Compresses bricks side by side.
    """
    counts = [size // BRICK for size in SHARD]

    def pack(at: tuple[int, ...]) -> bytes:
        a, b, c = (index * BRICK for index in at)
        found = block[a : a + BRICK, b : b + BRICK, c : c + BRICK]
        # Bytes tell: a negative zero is not the zero that an empty brick stands for.
        if found.size == 0 or not np.ascontiguousarray(found).view(np.uint8).any():
            return b""
        whole = np.zeros((BRICK, BRICK, BRICK, *block.shape[3:]), dtype=block.dtype)
        whole[: found.shape[0], : found.shape[1], : found.shape[2]] = found
        return gzip.compress(whole.astype(whole.dtype.newbyteorder("<"), copy=False).tobytes(), level, mtime=0)

    packed = list(executor.map(pack, list(np.ndindex(*counts))))
    if not any(packed):
        return
    path = folder.joinpath("c", *map(str, place), *["0"] * (block.ndim - 3))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        offset = 0
        index: list[int] = []
        for brick in packed:
            index += [offset, len(brick)] if brick else [MISSING, MISSING]
            file.write(brick)
            offset += len(brick)
        file.write(_index_bytes(index))


def read_index(path: Path) -> NDArray[np.uint64]:
    """Offsets and lengths of a shard's bricks, (bricks, 2), in C order; `MISSING` where a brick is empty.

    Raises:
        ValueError: The index is damaged.
    """
    counts = [size // BRICK for size in SHARD]
    length = INDEX_ENTRY_BYTES * int(np.prod(counts))
    with path.open("rb") as file:
        file.seek(-(length + CHECKSUM_BYTES), 2)
        raw = file.read()
    if raw[length:] != _checksum(raw[:length]):
        raise ValueError("the index of a file of bricks is damaged")
    return np.frombuffer(raw[:length], dtype="<u8").reshape(-1, 2)


def _index_bytes(index: list[int]) -> bytes:
    raw = np.array(index, dtype="<u8").tobytes()
    return raw + _checksum(raw)


def _checksum(raw: bytes) -> bytes:
    import google_crc32c

    untyped: Any = google_crc32c
    return int(untyped.value(raw)).to_bytes(4, "little")
