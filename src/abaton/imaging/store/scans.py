"""The folder of scans: each is written whole or not at all, and read in parts."""

import json
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from pydicom import Dataset

from abaton.core.clock import Clock, SystemClock
from abaton.core.errors import Problem
from abaton.core.ids import new_id as random_id
from abaton.imaging.importing.found import ImportedSeries, Report
from abaton.imaging.store.record import ScanRecord, SegmentationRecord
from abaton.imaging.volume import Segmentation, Volume


def silent(doing: str, share: float) -> None:
    """A report that tells nobody."""


class Scans:
    """The scans of one installation."""

    def __init__(self, folder: Path, clock: Clock | None = None, new_id: Callable[[], str] = random_id) -> None:
        self._folder = folder
        self._clock = clock or SystemClock()
        self._new_id = new_id

    def add(
        self, series: ImportedSeries, segmentations: Sequence[Segmentation] = (), report: Report = silent
    ) -> ScanRecord:
        """Stores one series."""
        scan_id = self._new_id()
        volume = series.volume
        record = ScanRecord(
            id=scan_id,
            grid=volume.grid,
            modality=volume.modality,
            unit=volume.unit,
            slope=volume.slope,
            intercept=volume.intercept,
            padding=volume.padding,
            description=volume.description,
            certificate=volume.certificate,
            privacy=series.privacy,
            dtype=str(volume.voxels.dtype),
            imported_at=datetime.fromtimestamp(self._clock.now_us() / 1e6, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            source="DICOM" if series.headers else "NIfTI",
            files=series.files,
        )
        writing = self._folder / f".writing-{scan_id}"
        writing.mkdir(parents=True)
        np.save(writing / "voxels.npy", volume.voxels)
        headers = [header.to_json_dict() for header in series.headers]
        (writing / "headers.json").write_text(json.dumps(headers))
        (writing / "scan.json").write_bytes(msgspec.json.encode(record))
        writing.rename(self._folder / scan_id)
        for segmentation in segmentations:
            self.add_segmentation(scan_id, segmentation)
        report("Stored", 1.0)
        return self.record(scan_id)

    def records(self) -> tuple[ScanRecord, ...]:
        """All scans, the oldest first."""
        found = [self.record(path.parent.name) for path in self._folder.glob("*/scan.json")]
        return tuple(sorted(found, key=lambda record: (record.imported_at, record.id)))

    def record(self, scan_id: str) -> ScanRecord:
        """The scan with this id, or with the only id that begins so."""
        path = self.folder_of(scan_id) / "scan.json"
        record = msgspec.json.decode(path.read_bytes(), type=ScanRecord)
        segmentations = tuple(
            msgspec.json.decode(found.read_bytes(), type=SegmentationRecord)
            for found in sorted(path.parent.glob("labels/*.json"), key=lambda found: int(found.stem))
        )
        return msgspec.structs.replace(record, segmentations=segmentations)

    def volume(self, scan_id: str) -> Volume:
        """The exact scan, whole."""
        record = self.record(scan_id)
        return Volume(
            voxels=np.load(self.folder_of(scan_id) / "voxels.npy"),
            grid=record.grid,
            certificate=record.certificate,
            modality=record.modality,
            unit=record.unit,
            slope=record.slope,
            intercept=record.intercept,
            padding=record.padding,
            description=record.description,
        )

    def headers(self, scan_id: str) -> tuple[Dataset, ...]:
        """De-identified headers, one for each slice."""
        headers: list[Any] = json.loads((self.folder_of(scan_id) / "headers.json").read_text())
        return tuple(Dataset.from_json(header) for header in headers)

    def segmentation(self, scan_id: str, number: int) -> Segmentation:
        """One segmentation."""
        record = self.record(scan_id)
        for known in record.segmentations:
            if known.number == number:
                labels = np.load(self.folder_of(scan_id) / f"labels/{number}.npy")
                return Segmentation(labels, record.grid, known.names, known.made_by)
        raise Problem(
            "segmentation_not_found",
            got=f"no segmentation {number} of this scan",
            expected=f"one of {', '.join(str(known.number) for known in record.segmentations) or 'none at all'}",
            next_step="See them with `abaton scan list`.",
            kind="not_found",
        )

    def segmentations(self, scan_id: str) -> tuple[Segmentation, ...]:
        """All segmentations in the order of their numbers."""
        return tuple(self.segmentation(scan_id, known.number) for known in self.record(scan_id).segmentations)

    def add_segmentation(self, scan_id: str, segmentation: Segmentation) -> SegmentationRecord:
        """Stores a segmentation."""
        known = self.record(scan_id).segmentations
        number = 1 + max((one.number for one in known), default=0)
        record = SegmentationRecord(number, segmentation.names, segmentation.made_by)
        folder = self.folder_of(scan_id) / "labels"
        folder.mkdir(exist_ok=True)
        np.save(folder / f"{number}.npy", segmentation.labels)
        (folder / f"{number}.json").write_bytes(msgspec.json.encode(record))
        return record

    def remove_segmentation(self, scan_id: str, number: int) -> None:
        """Takes a segmentation back."""
        self.segmentation(scan_id, number)
        folder = self.folder_of(scan_id) / "labels"
        (folder / f"{number}.json").unlink()
        (folder / f"{number}.npy").unlink()

    def remove(self, scan_id: str) -> None:
        """Removes a scan and everything that was made from it."""
        shutil.rmtree(self.folder_of(scan_id))

    def folder_of(self, scan_id: str) -> Path:
        """Where a scan is kept."""
        names = [path.parent.name for path in self._folder.glob("*/scan.json")]
        found = [name for name in names if scan_id and name.startswith(scan_id)]
        if scan_id in names or len(found) == 1:
            return self._folder / (scan_id if scan_id in names else found[0])
        raise Problem(
            "scan_not_found",
            got=f"no scan {scan_id!r}" if not found else f"{len(found)} scans whose ids begin with {scan_id!r}",
            expected="the id of a scan, or enough of its beginning to tell it from the others",
            next_step="See the ids with `abaton scan list`.",
            kind="not_found",
        )
