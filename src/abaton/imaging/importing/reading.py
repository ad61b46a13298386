"""Plain files to everything that can be made of them: certified volumes without identifiers, and labels on them."""

import hashlib
import uuid
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
from pydicom import Dataset

from abaton.core.errors import Problem
from abaton.imaging.importing.dicom import ReadSeries, read_volumes
from abaton.imaging.importing.found import Found, ImportedSeries, Report, Skipped
from abaton.imaging.importing.labels import Scans, laid_on, looks_like_labels, makers, names_of, present, same_grid
from abaton.imaging.importing.library import dataset_of, foreign
from abaton.imaging.importing.nifti import NiftiFile, NotNifti, read_nifti
from abaton.imaging.importing.refusals import merged, refuse, skipped, unreadable
from abaton.imaging.importing.segments import read_segments
from abaton.imaging.privacy.deidentify import deidentify
from abaton.imaging.privacy.descriptors import clean
from abaton.imaging.privacy.uids import UidMap
from abaton.imaging.volume import Segmentation, Volume

_AIR_HU = (-1050, -950)
_LEAST_HU = -3100
"""Scanners write less outside their field of view."""
_CLASSES = {"CT": "1.2.840.10008.5.1.4.1.1.2", "MR": "1.2.840.10008.5.1.4.1.1.4", "PT": "1.2.840.10008.5.1.4.1.1.128"}


def read_files(files: Sequence[Path], uids: UidMap, report: Report) -> Found:
    """Reads plain files of one or many scans, mixed with anything.

    Args:
        files: DICOM, NIfTI or others; not archives.
        uids: Gives the UIDs that replace the recorded ones.
        report: Told how far it is.
    """
    read = read_volumes(files, report)
    left = list(read.skipped)
    series: list[ImportedSeries] = []
    folders: list[Path] = []
    recorded: list[str] = []
    for number, one in enumerate(read.series):
        report("Removing identifiers", number / len(read.series))
        try:
            series.append(_imported(one, uids))
            folders.append(one.frames[0].path.parent)
            recorded.append(one.frames[0].series[1])
        except Problem as problem:
            left.append(skipped(problem, len({frame.path for frame in one.frames})))
    images, labels = _nifti(read.others, left, report)
    series.extend(_of_nifti(path, file) for path, file in images)
    folders.extend(path.parent for path, _ in images)
    recorded.extend("" for _ in images)
    scans = Scans(tuple(one.volume.grid for one in series), tuple(folders), tuple(recorded))
    segmentations = [*_lay(labels, scans, left), *_lay_segments(read.segmentations, scans, left)]
    report("Read", 1.0)
    return Found(tuple(series), tuple(segmentations), merged(left))


def _imported(read: ReadSeries, uids: UidMap) -> ImportedSeries:
    """De-identifies the headers of a volume."""
    paths = list(dict.fromkeys(frame.path for frame in read.frames))
    originals = [dataset_of(path) for path in paths]
    with foreign():
        _fill_missing(originals)
    headers, privacy = deidentify(originals, uids)
    if not privacy.verified:
        raise refuse(
            "identifiers_remain",
            got="headers in which identifiers were found after they had been removed",
            expected="none",
            next_step="Have the series de-identified where it comes from, and import it again.",
        )
    with foreign():
        description = str(headers[0].get("SeriesDescription", "") or "")
    volume = msgspec.structs.replace(read.volume, description=description)
    # An enhanced object has one header for all of its frames, a resampled volume none for its slices.
    one_each = not read.resampled and len(headers) == len(read.frames)
    return ImportedSeries(volume, headers if one_each else (), privacy, len(paths))


def _fill_missing(headers: Sequence[Dataset]) -> None:
    """Gives headers the identities that an export needs and that some archives strip."""
    first = headers[0]
    for header in headers:
        meta = header.file_meta
        if not header.get("SOPInstanceUID"):
            header.SOPInstanceUID = meta.get("MediaStorageSOPInstanceUID") or _made_up(header, "instance")
        if not header.get("SOPClassUID"):
            by_modality = _CLASSES.get(str(header.get("Modality", "")), "1.2.840.10008.5.1.4.1.1.7")
            header.SOPClassUID = meta.get("MediaStorageSOPClassUID") or by_modality
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"):
        if not first.get(keyword):
            made_up = _made_up(first, keyword)
            for header in headers:
                setattr(header, keyword, made_up)


def _made_up(header: Dataset, purpose: str) -> str:
    """A UID under 2.25 that is the same each time."""
    known = "\\".join(str(header.get(keyword, "")) for keyword in ("SOPInstanceUID", "FrameOfReferenceUID"))
    known += str(header.get("ImagePositionPatient", ""))
    return f"2.25.{uuid.UUID(bytes=hashlib.sha256(f'{purpose} {known}'.encode()).digest()[:16], version=5).int}"


def _nifti(
    paths: Sequence[Path], left: list[Skipped], report: Report
) -> tuple[list[tuple[Path, NiftiFile]], list[tuple[Path, NiftiFile]]]:
    """Images and label maps among the files."""
    images: list[tuple[Path, NiftiFile]] = []
    labels: list[tuple[Path, NiftiFile]] = []
    for number, path in enumerate(paths):
        report("Reading files", number / len(paths))
        try:
            file = read_nifti(path)
            (labels if looks_like_labels(file) else images).append((path, file))
        except NotNifti:
            left.append(skipped(_not_a_scan(), 1))
        except Problem as problem:
            left.append(skipped(problem, 1))
        except OSError:
            left.append(skipped(unreadable(), 1))
    return images, labels


def _of_nifti(path: Path, file: NiftiFile) -> ImportedSeries:
    values, certificate = file.kept, file.certificate
    is_ct = _holds_hounsfield(file)
    if is_ct:
        said = (*certificate.remarks, "Taken for CT in Hounsfield units by its values; NIfTI does not say.")
        certificate = msgspec.structs.replace(certificate, remarks=said)
    volume = Volume(
        values.voxels,
        file.grid,
        certificate,
        modality="CT" if is_ct else "OT",
        unit="HU" if is_ct else "",
        slope=values.slope,
        intercept=values.intercept,
        padding=values.padding,
        description=clean(path.name.removesuffix(".gz").removesuffix(".nii")),
    )
    return ImportedSeries(volume, (), file.privacy, 1)


def _holds_hounsfield(file: NiftiFile) -> bool:
    """Whole numbers, a tenth of them air in HU, and some denser than any soft tissue: nothing else is made so."""
    voxels = file.kept.voxels
    if not file.whole_numbers or voxels.dtype != np.int16 or file.kept.intercept != 0:
        return False
    if not (_LEAST_HU <= int(voxels.min()) <= _AIR_HU[1] and int(voxels.max()) > 200):
        return False
    return float(np.mean((voxels >= _AIR_HU[0]) & (voxels <= _AIR_HU[1]))) >= 0.1


def _lay(labels: Sequence[tuple[Path, NiftiFile]], scans: Scans, left: list[Skipped]) -> list[tuple[int, Segmentation]]:
    found: list[tuple[int, Segmentation]] = []
    names = makers([path for path, _ in labels])
    for path, file in labels:
        voxels = file.kept.voxels
        values = present(voxels)
        places = scans.near(path.parent, partial(same_grid, file.grid))
        if not places or not values:
            left.append(skipped(_without_scan(), 1))
        for place in places:
            grid = scans.grids[place]
            laid = laid_on(voxels, file.grid, grid)
            if laid is not None:
                found.append((place, Segmentation(laid, grid, names_of(file, values), names[path])))
    return found


def _lay_segments(paths: Sequence[Path], scans: Scans, left: list[Skipped]) -> list[tuple[int, Segmentation]]:
    found: list[tuple[int, Segmentation]] = []
    for path in paths:
        try:
            segments = read_segments(path)
            places = scans.drawn_on(segments.series, segments.lies_on) or scans.near(path.parent, segments.lies_on)
            if not places:
                raise _without_scan()
            found.extend((place, segments.laid_on(scans.grids[place])) for place in places)
        except Problem as problem:
            left.append(skipped(problem, 1))
    return found


def _not_a_scan() -> Problem:
    return refuse(
        "not_a_scan",
        got="files that are neither DICOM nor NIfTI",
        expected="scans",
        next_step="Nothing needs to be done; they were left out.",
    )


def _without_scan() -> Problem:
    return refuse(
        "labels_without_scan",
        got="labels that lie on no grid of a scan beside them",
        expected="the scan on which they were drawn, in the same folder",
        next_step="Put the labels beside their scan and import the folder.",
    )
