"""What the reading process hands over: a folder of arrays, de-identified headers and one file that describes them."""

import os
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset
from pydicom.filewriter import write_dataset

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.imaging.certificate import GeometryCertificate
from abaton.imaging.importing.found import Found, ImportedSeries, Skipped
from abaton.imaging.privacy.report import PrivacyReport
from abaton.imaging.volume import Segmentation, Volume

_FOUND = "found.msgpack"


class _Series(msgspec.Struct, frozen=True):
    header_bytes: tuple[int, ...]
    grid: Grid
    certificate: GeometryCertificate
    modality: str
    unit: str
    slope: float
    intercept: float
    padding: float | None
    description: str
    privacy: PrivacyReport
    files: int


class _Labels(msgspec.Struct, frozen=True):
    series: int
    grid: Grid
    names: dict[int, str]
    made_by: str


class _Found(msgspec.Struct, frozen=True):
    series: tuple[_Series, ...]
    segmentations: tuple[_Labels, ...]
    skipped: tuple[Skipped, ...]


def write_found(folder: Path, found: Found, make_room: Callable[[int], None] = lambda _: None) -> None:
    """Writes what was found into an empty folder; `read_found` gives it back.

    Args:
        folder: That exists.
        found: With arrays of the shape of their grids.
        make_room: Told before each array how many bytes it takes; raises where the disk has no room.
    """
    series: list[_Series] = []
    for number, one in enumerate(found.series):
        volume = one.volume
        make_room(volume.voxels.nbytes)
        _save(folder / f"voxels-{number}.npy", volume.voxels)
        lengths = _write_headers(folder / f"headers-{number}", one.headers)
        description = (volume.modality, volume.unit, volume.slope, volume.intercept, volume.padding, volume.description)
        series.append(_Series(lengths, volume.grid, volume.certificate, *description, one.privacy, one.files))
    labels: list[_Labels] = []
    for number, (place, segmentation) in enumerate(found.segmentations):
        make_room(segmentation.labels.nbytes)
        _save(folder / f"labels-{number}.npy", segmentation.labels)
        labels.append(_Labels(place, segmentation.grid, segmentation.names, segmentation.made_by))
    (folder / _FOUND).write_bytes(msgspec.msgpack.encode(_Found(tuple(series), tuple(labels), found.skipped)))


def read_found(folder: Path) -> Found:
    """What `write_found` wrote. Arrays are mapped, not read: their files may be unlinked, but not changed.

    Raises:
        Problem: The folder does not hold what it should.
    """
    try:
        stored = msgspec.msgpack.decode((folder / _FOUND).read_bytes(), type=_Found)
        series: list[ImportedSeries] = []
        for number, one in enumerate(stored.series):
            voxels = _load(folder / f"voxels-{number}.npy", one.grid, ("i2", "u2", "f4"))
            volume = Volume(
                voxels,
                one.grid,
                one.certificate,
                one.modality,
                one.unit,
                one.slope,
                one.intercept,
                one.padding,
                one.description,
            )
            headers = _read_headers(folder / f"headers-{number}", one.header_bytes)
            series.append(ImportedSeries(volume, headers, one.privacy, one.files))
        segmentations: list[tuple[int, Segmentation]] = []
        for number, one in enumerate(stored.segmentations):
            labels = _load(folder / f"labels-{number}.npy", one.grid, ("u2",))
            if not 0 <= one.series < len(series):
                raise ValueError("labels of no series")
            segmentations.append((one.series, Segmentation(labels, one.grid, one.names, one.made_by)))
    except (ValueError, EOFError, FileNotFoundError, msgspec.MsgspecError):
        raise Problem(
            "reader_broken",
            got="a reading process that handed over something else than a scan",
            expected="arrays and headers that belong together",
            next_step="Do not import these files: one of them may be made to do harm. Tell who sent them.",
            kind="refused",
        ) from None
    return Found(tuple(series), tuple(segmentations), stored.skipped)


def _save(path: Path, array: NDArray[Any]) -> None:
    """As `numpy.save`, which does not say why it could not write (a full disk)."""
    whole = np.ascontiguousarray(array)
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, np.lib.format.header_data_from_array_1_0(whole))
        file.write(whole.reshape(-1).view(np.uint8).data)


def _load(path: Path, grid: Grid, kinds: Sequence[str]) -> NDArray[Any]:
    # Copy on write: whoever gets the array may write to it, and nobody else sees it. Windows keeps no unlinked files.
    loaded = np.load(path, mmap_mode=None if os.name == "nt" else "c", allow_pickle=False)
    array: NDArray[Any] = np.asarray(loaded)
    if array.shape != grid.shape or array.dtype.str[1:] not in kinds or not array.flags.c_contiguous:
        raise ValueError("array does not fit its grid")
    return array


def _write_headers(path: Path, headers: Sequence[Dataset]) -> tuple[int, ...]:
    lengths: list[int] = []
    with path.open("wb") as file:
        for header in headers:
            buffer = DicomBytesIO()
            buffer.is_little_endian = True
            buffer.is_implicit_VR = False
            write: Any = write_dataset
            write(buffer, header)
            lengths.append(file.write(buffer.getvalue()))
    return tuple(lengths)


def _read_headers(path: Path, lengths: Sequence[int]) -> tuple[Dataset, ...]:
    raw = path.read_bytes()
    if len(raw) != sum(lengths) or any(length < 0 for length in lengths):
        raise ValueError("headers of another length")
    headers: list[Dataset] = []
    start = 0
    read: Any = read_dataset
    for length in lengths:
        headers.append(read(BytesIO(raw[start : start + length]), is_implicit_VR=False, is_little_endian=True))
        start += length
    return tuple(headers)
