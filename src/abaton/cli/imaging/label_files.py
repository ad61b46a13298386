"""Labels of a stored scan written to files."""

import datetime
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from abaton.core.errors import Problem
from abaton.geometry.decimation import simplified
from abaton.geometry.mesh_files import as_stl
from abaton.geometry.surface import surface_of
from abaton.imaging.segment.dicom_seg import SegUids, dicom_seg
from abaton.imaging.segment.files import written
from abaton.imaging.segment.nifti import write_nifti
from abaton.imaging.store import ScanRecord, Scans
from abaton.imaging.volume import Segmentation


def export_labels(
    scans: Scans, record: ScanRecord, numbers: Sequence[int], form: str, folder: Path, most_faces: int | None = None
) -> Iterator[Path]:
    """Writes segmentations, each as one file, or one for each label as STL; yields the paths as they are written.

    Raises:
        Problem: A segmentation cannot be written in this form, or the folder holds such a file already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        segmentation = scans.segmentation(record.id, number)
        stem = f"{record.id[:8]}-{number}"
        if form == "stl":
            yield from _meshes(segmentation, folder, stem, most_faces)
        elif form == "nifti":
            path = _free(folder / f"{stem}.nii.gz")
            write_nifti(path, segmentation)
            yield path
        else:
            path = _free(folder / f"{stem}.dcm")
            uids = SegUids.new(len(segmentation.names))
            made = dicom_seg(scans.headers(record.id), segmentation, uids, datetime.datetime.now(datetime.UTC))
            with written(path) as beside:
                made.save_as(beside, enforce_file_format=True)
            yield path


def _meshes(segmentation: Segmentation, folder: Path, stem: str, most_faces: int | None) -> Iterator[Path]:
    for value, name in segmentation.names.items():
        mesh = surface_of(segmentation.labels == value, segmentation.grid)
        if len(mesh.faces) == 0:
            continue
        if most_faces is not None:
            mesh = simplified(mesh, most_faces)
        path = _free(folder / f"{stem}-{value}-{_plain(name)}.stl")
        with written(path) as beside:
            beside.write_bytes(as_stl(mesh))
        yield path


def _plain(name: str) -> str:
    """A name that any file system takes."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "label"


def _free(path: Path) -> Path:
    if path.exists():
        raise Problem(
            "file_exists",
            got=f"the file {path.name}, which is there already",
            expected="a folder without it",
            next_step="Choose another folder with --to, or remove the file.",
            kind="conflict",
        )
    return path
