"""The folder of scans: each is written whole or not at all, and read in parts.

A scan is a folder named by its id: `scan.json` (its record), `headers.json.gz` (de-identified headers as DICOM JSON),
`files.json` (what must be there, by size) and `image.ome.zarr`, an OME-Zarr 0.5 image that other viewers open:

- `0`, `1`, ...: exact voxels, then means of 2 x 2 x 2 of them, in bricks of 64 voxels, gzip, many to a file;
- `working/0`, ...: one byte a voxel, for drawing;
- `gradients/0`, ...: four bytes a voxel, for light;
- `extremes/0`, ...: least and greatest value of bricks, and of cells of 8 voxels for leaping over what is empty;
- `labels/1`, ...: segmentations.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from abaton.core.clock import Clock, SystemClock
from abaton.core.errors import Problem
from abaton.core.ids import new_id as random_id
from abaton.geometry.grid import Grid
from abaton.imaging.importing.found import ImportedSeries, Report
from abaton.imaging.store.atomic import flush, sweep, whole_or_nothing
from abaton.imaging.store.bricks import Brick, Kind, bricks_of
from abaton.imaging.store.headers import headers_from_json, headers_to_json
from abaton.imaging.store.labels import add_labels, label_records, labels_folder, read_labels, remove_labels
from abaton.imaging.store.levels import levels_of
from abaton.imaging.store.metadata import IMAGE
from abaton.imaging.store.reading import check_files, damaged, read_array
from abaton.imaging.store.record import ScanRecord, SegmentationRecord
from abaton.imaging.store.secret import uid_key
from abaton.imaging.store.shards import Box
from abaton.imaging.store.soundness import check_series
from abaton.imaging.store.working_copy import working_range
from abaton.imaging.volume import Segmentation, Volume

Source = Literal["DICOM", "NIfTI", "sample"]
_RECORD, _HEADERS, _FILES = "scan.json", "headers.json.gz", "files.json"


def silent(doing: str, share: float) -> None:
    """A report that tells nobody."""


class Scans:
    """The scans of one installation.

    Args:
        folder: Where they are kept; made when the first is added. What a dead writer left is removed at once.
        clock: Tells when a scan was imported.
        new_id: Makes ids.
    """

    def __init__(self, folder: Path, clock: Clock | None = None, new_id: Callable[[], str] = random_id) -> None:
        self._folder = folder
        self._clock = clock or SystemClock()
        self._new_id = new_id
        if folder.is_dir():
            sweep(folder)

    @property
    def key(self) -> bytes:
        """The secret by which UIDs are replaced; made at the first call, in a file that only its owner reads."""
        return uid_key(self._folder)

    def add(
        self,
        series: ImportedSeries,
        segmentations: Sequence[Segmentation] = (),
        report: Report = silent,
        source: Source | None = None,
    ) -> ScanRecord:
        """Stores one series with its segmentations, all or nothing.

        Args:
            series: Read, checked and freed of identifiers.
            segmentations: On its grid.
            report: Told how far it is.
            source: Where it came from; None to take it from the certificate.

        Raises:
            Problem: The series is not sound, or the disk is full; nothing was stored.
        """
        check_series(series)
        volume = _native(series.volume)
        record = self._record_of(series, volume, source)
        with whole_or_nothing(self._folder / record.id) as writing:
            from abaton.imaging.store.building import build_image

            build_image(writing, volume, record.working_range, report)
            (writing / _HEADERS).write_bytes(headers_to_json(series.headers))
            image = (writing / IMAGE).rglob("*")
            sizes = {str(path.relative_to(writing)): path.stat().st_size for path in image if _is_fixed(path, writing)}
            (writing / _FILES).write_text(json.dumps(sizes))
            (writing / _RECORD).write_bytes(msgspec.json.encode(record))
            for segmentation in segmentations:
                add_labels(writing, volume.grid, segmentation)
        return self.record(record.id)

    def records(self) -> tuple[ScanRecord, ...]:
        """All scans that can be read, the oldest first."""
        found: list[ScanRecord] = []
        for name in self._names():
            try:
                found.append(self.record(name))
            except Problem as problem:
                if problem.code != "scan_damaged":
                    raise
        return tuple(sorted(found, key=lambda record: (record.imported_at, record.id)))

    def damaged(self) -> tuple[str, ...]:
        """Ids of scans that cannot be read."""
        readable = {record.id for record in self.records()}
        return tuple(name for name in self._names() if name not in readable)

    def record(self, scan_id: str) -> ScanRecord:
        """The scan with this id, or with the only id that begins so.

        Raises:
            Problem: There is none, there are several (`scan_not_found`), or it is damaged (`scan_damaged`).
        """
        folder = self.folder_of(scan_id)
        try:
            record = msgspec.json.decode((folder / _RECORD).read_bytes(), type=ScanRecord)
            return msgspec.structs.replace(record, segmentations=label_records(folder))
        except (OSError, msgspec.MsgspecError, KeyError) as error:
            raise damaged("its record cannot be read") from error

    def find(self, volume: Volume) -> ScanRecord | None:
        """The stored scan with the same voxels in the same place, if there is one."""
        digest = digest_of(_native(volume))
        return next((record for record in self.records() if record.digest == digest), None)

    def volume(self, scan_id: str) -> Volume:
        """The exact scan, whole.

        Raises:
            Problem: There is none, or it is damaged.
        """
        record = self.record(scan_id)
        return Volume(
            voxels=self.region(record.id),
            grid=record.grid,
            certificate=record.certificate,
            modality=record.modality,
            unit=record.unit,
            slope=record.slope,
            intercept=record.intercept,
            padding=record.padding,
            description=record.description,
        )

    def levels(self, scan_id: str) -> tuple[Grid, ...]:
        """The grids of a scan's levels of detail, from the finest."""
        return tuple(grid for grid, _ in levels_of(self.record(scan_id).grid))

    def region(self, scan_id: str, kind: Kind = "exact", level: int = 0, box: Box | None = None) -> NDArray[Any]:
        """Voxels of one level, or of a part of it, for which only the bricks that it meets are read.

        Args:
            scan_id: Or a prefix.
            kind: `exact` voxels as stored (means of them above level 0), `working` bytes, or `gradients`.
            level: 0 is the finest.
            box: A slice along each axis; None for all.

        Raises:
            Problem: There is no such scan, or it is damaged.
        """
        folder = self.folder_of(scan_id)
        self._check_files(folder)
        return read_array(folder / IMAGE / (str(level) if kind == "exact" else f"{kind}/{level}"), None, box)

    def bricks(self, scan_id: str, kind: Kind, level: int) -> list[Brick]:
        """Where each brick of a level lies in which file, and its extremes; see `in_order_of_need`.

        Raises:
            Problem: There is no such scan or level, or it is damaged.
        """
        folder, grids = self.folder_of(scan_id), self.levels(scan_id)
        if not 0 <= level < len(grids):
            raise Problem("no_such_level", f"level {level}", f"0 to {len(grids) - 1}", "Choose a level it has.")
        try:
            return bricks_of(folder, kind, level, grids[level].shape)
        except (OSError, ValueError) as error:
            raise damaged("the index of its bricks cannot be read") from error

    def headers(self, scan_id: str) -> tuple[Dataset, ...]:
        """De-identified headers, one for each slice; none for NIfTI and for resampled scans."""
        try:
            return headers_from_json((self.folder_of(scan_id) / _HEADERS).read_bytes())
        except (OSError, EOFError, ValueError) as error:
            raise damaged("its headers cannot be read") from error

    def segmentation(self, scan_id: str, number: int) -> Segmentation:
        """One segmentation.

        Raises:
            Problem: There is none of this number, or it is damaged.
        """
        record = self.record(scan_id)
        return read_labels(self.folder_of(record.id), record.grid, _numbered(record, number))

    def segmentations(self, scan_id: str) -> tuple[Segmentation, ...]:
        """All segmentations in the order of their numbers."""
        record = self.record(scan_id)
        folder = self.folder_of(record.id)
        return tuple(read_labels(folder, record.grid, known) for known in record.segmentations)

    def add_segmentation(self, scan_id: str, segmentation: Segmentation) -> SegmentationRecord:
        """Stores a segmentation on the scan's grid, all or nothing.

        Raises:
            Problem: It lies elsewhere, or the disk is full.
        """
        record = self.record(scan_id)
        return add_labels(self.folder_of(record.id), record.grid, segmentation)

    def remove_segmentation(self, scan_id: str, number: int) -> None:
        """Takes a segmentation back. Its number is not given again.

        Raises:
            Problem: There is none of this number.
        """
        record = self.record(scan_id)
        remove_labels(self.folder_of(record.id), _numbered(record, number).number)

    def remove(self, scan_id: str) -> None:
        """Removes a scan and everything that was made from it: at once out of sight, then off the disk."""
        folder = self.folder_of(scan_id)
        hidden = folder.with_name(f".writing-removed-{folder.name}")
        folder.rename(hidden)
        flush(folder.parent)
        shutil.rmtree(hidden, ignore_errors=True)

    def folder_of(self, scan_id: str) -> Path:
        """Where a scan is kept.

        Raises:
            Problem: No id, or more than one, begins so (`scan_not_found`).
        """
        names = self._names()
        found = [name for name in names if scan_id and name.startswith(scan_id.lower())]
        if len(found) == 1 or scan_id in names:
            return self._folder / (scan_id if scan_id in names else found[0])
        raise Problem(
            "scan_not_found",
            got=f"{len(found)} scans whose ids begin with {scan_id!r}" if found else f"no scan {scan_id!r}",
            expected="the id of a scan, or enough of its beginning to tell it from the others",
            next_step="See the ids with `abaton scan list`.",
            kind="not_found",
        )

    def _names(self) -> list[str]:
        return sorted(path.parent.name for path in self._folder.glob(f"*/{_RECORD}") if path.parent.name[0] != ".")

    def _check_files(self, folder: Path) -> None:
        try:
            sizes = msgspec.json.decode((folder / _FILES).read_bytes(), type=dict[str, int])
        except (OSError, msgspec.MsgspecError) as error:
            raise damaged("its list of files cannot be read") from error
        check_files(folder, sizes)

    def _record_of(self, series: ImportedSeries, volume: Volume, source: Source | None) -> ScanRecord:
        made_of = "NIfTI" if volume.certificate.evidence == "header" else "DICOM"
        return ScanRecord(
            id=self._new_id(),
            grid=volume.grid,
            modality=volume.modality,
            unit=volume.unit,
            slope=volume.slope,
            intercept=volume.intercept,
            padding=volume.padding,
            description=volume.description,
            certificate=volume.certificate,
            privacy=series.privacy,
            dtype=volume.voxels.dtype.name,
            imported_at=datetime.fromtimestamp(self._clock.now_us() / 1e6, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            source=source or made_of,
            files=series.files,
            digest=digest_of(volume),
            working_range=working_range(volume),
        )


def digest_of(volume: Volume) -> str:
    """SHA-256 of voxels, their type, scaling and grid."""
    digest = hashlib.sha256(
        msgspec.json.encode([volume.grid, volume.voxels.dtype.name, volume.slope, volume.intercept])
    )
    for piece in volume.voxels:
        digest.update(np.ascontiguousarray(piece).data)
    return digest.hexdigest()


def _native(volume: Volume) -> Volume:
    """The volume in this machine's byte order, and without NaN as a mark of padding, which NaN is anyway."""
    padding = None if volume.padding is not None and np.isnan(volume.padding) else volume.padding
    native = volume.voxels.dtype.newbyteorder("=")
    voxels = volume.voxels if volume.voxels.dtype == native else volume.voxels.astype(native)
    return msgspec.structs.replace(volume, voxels=voxels, padding=padding)


def _numbered(record: ScanRecord, number: int) -> SegmentationRecord:
    for known in record.segmentations:
        if known.number == number:
            return known
    raise Problem(
        "segmentation_not_found",
        got=f"no segmentation {number} of this scan",
        expected=f"one of {', '.join(str(known.number) for known in record.segmentations) or 'none at all'}",
        next_step="See them with `abaton scan show`, or add one with `abaton scan label`.",
        kind="not_found",
    )


def _is_fixed(path: Path, folder: Path) -> bool:
    """Whether a file of the image stays as it is; segmentations come and go."""
    return path.is_file() and labels_folder(folder) not in path.parents
