"""Segmentations of a stored scan: added, read, taken back."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.imaging.label_colors import label_color
from abaton.imaging.store.atomic import alone, unwritable, whole_or_nothing
from abaton.imaging.store.building import COMPRESSION
from abaton.imaging.store.metadata import IMAGE, write_label_group, write_label_list
from abaton.imaging.store.reading import read_array
from abaton.imaging.store.record import SegmentationRecord
from abaton.imaging.store.shards import open_array, shard_boxes, write_shard
from abaton.imaging.volume import Segmentation

_LOCK = ".labels.lock"


class _Attributes(msgspec.Struct):
    abaton: dict[str, Any]


class _Group(msgspec.Struct):
    attributes: _Attributes


def labels_folder(folder: Path) -> Path:
    """Where the segmentations of the scan in this folder are."""
    return folder / IMAGE / "labels"


def label_records(folder: Path) -> tuple[SegmentationRecord, ...]:
    """The segmentations of the scan in this folder, by number."""
    found = [
        msgspec.convert(_group(path)["record"], SegmentationRecord, strict=False)
        for path in labels_folder(folder).glob("[1-9]*/zarr.json")
    ]
    return tuple(sorted(found, key=lambda record: record.number))


def add_labels(folder: Path, grid: Grid, segmentation: Segmentation) -> SegmentationRecord:
    """Stores a segmentation whole or not at all; values without a name are called by their number.

    Args:
        folder: Of the scan.
        grid: Of the scan.
        segmentation: On the same grid.

    Raises:
        Problem: It lies elsewhere, or the disk is full.
    """
    _check(grid, segmentation)
    labels = np.ascontiguousarray(segmentation.labels, dtype=np.uint16)
    counts = np.bincount(labels.ravel(), minlength=1)
    voxels = {int(value): int(counts[value]) for value in np.flatnonzero(counts) if value}
    names = {value: f"label {value}" for value in voxels} | segmentation.names
    try:
        with alone(folder / _LOCK):
            known = [record.number for record in label_records(folder)]
            last = int(_group(labels_folder(folder) / "zarr.json").get("last", 0))
            # A number that was taken back is never given again: a plan may name it.
            number = 1 + max([last, *known])
            record = SegmentationRecord(number, dict(sorted(names.items())), segmentation.made_by, voxels)
            with whole_or_nothing(labels_folder(folder) / str(number)) as writing:
                write_label_group(writing, grid, record, {value: label_color(value) for value in names if value > 0})
                open_array(writing / "0", labels.shape, "uint16", ("z", "y", "x"), COMPRESSION)
                with ThreadPoolExecutor(2) as executor:
                    for place, box in shard_boxes(labels.shape):
                        write_shard(writing / "0", place, labels[box], COMPRESSION, executor)
            write_label_list(folder / IMAGE, [*known, number], number)
    except OSError as error:
        raise unwritable(error, folder) from error
    return record


def read_labels(folder: Path, grid: Grid, record: SegmentationRecord) -> Segmentation:
    """A stored segmentation.

    Raises:
        Problem: It is damaged.
    """
    labels = read_array(labels_folder(folder) / str(record.number) / "0", record.voxels)
    return Segmentation(labels, grid, record.names, record.made_by)


def remove_labels(folder: Path, number: int) -> None:
    """Takes a segmentation back: at once out of sight, then off the disk."""
    with alone(folder / _LOCK):
        known = [record.number for record in label_records(folder)]
        last = int(_group(labels_folder(folder) / "zarr.json").get("last", 0))
        gone = labels_folder(folder) / str(number)
        # A folder of this name is a leftover to `sweep`, should the process end here.
        hidden = gone.with_name(f".writing-removed-{number}")
        gone.rename(hidden)
        write_label_list(folder / IMAGE, [one for one in known if one != number], max([last, *known]))
        remove_tree(hidden)


def remove_tree(folder: Path) -> None:
    """Removes a folder; what cannot be removed now is removed by the next sweep."""
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def _group(path: Path) -> dict[str, Any]:
    return msgspec.json.decode(path.read_bytes(), type=_Group).attributes.abaton


def _check(grid: Grid, segmentation: Segmentation) -> None:
    same_place = segmentation.grid.shape == grid.shape and np.allclose(
        segmentation.grid.affine, grid.affine, rtol=0, atol=1e-3
    )
    if not same_place or segmentation.labels.shape != grid.shape:
        raise Problem(
            "labels_elsewhere",
            got=f"labels of {' x '.join(map(str, segmentation.labels.shape))} voxels in another place than the scan's",
            expected=f"the scan's own grid of {' x '.join(map(str, grid.shape))} voxels",
            next_step="Resample the labels onto the scan first.",
        )
    if segmentation.labels.dtype.kind not in "iu" or segmentation.labels.min(initial=0) < 0:
        raise Problem("labels_type", "labels that are not whole numbers from 0", "uint16", "Convert the labels.")
    if segmentation.labels.max(initial=0) > np.iinfo(np.uint16).max:
        raise Problem("labels_too_large", "a label above 65535", "labels up to 65535", "Number the labels anew.")
