"""Labels from a file of their own, laid on a scan that is stored already."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.geometry.grid import FloatArray, Grid
from abaton.imaging.certificate import GeometryCertificate
from abaton.imaging.importing.found import Found, ImportedSeries, Report, Skipped
from abaton.imaging.privacy.report import PrivacyReport
from abaton.imaging.privacy.uids import UidMap
from abaton.imaging.volume import Segmentation, Volume

READER = "abaton.imaging.label_files:read_label_files"
"""For the sandbox: reads labels on a grid of their own, without the scan."""

SAME_VOXEL = 0.01
"""Labels whose voxels lie nearer than this to the scan's, in voxels, are on the same grid."""

_NOTHING_REMOVED = PrivacyReport("labels", (), 0, (), verified=True)
_CERTIFICATE = GeometryCertificate(
    "header", certified=True, slice_errors_mm=(), error_mm=0.0, tilt_deg=0.0, orientation=""
)


def read_label_files(files: Sequence[Path], _uids: UidMap, report: Report) -> Found:
    """Reads files of labels, each on the grid that it was drawn on.

    Args:
        files: NIfTI or DICOM SEG.
        report: Told how far it is.

    Returns:
        For each file a series that holds its labels as voxels, and the segmentation itself.
    """
    series: list[ImportedSeries] = []
    segmentations: list[tuple[int, Segmentation]] = []
    left: list[Skipped] = []
    for number, path in enumerate(files):
        report("Reading labels", number / len(files))
        try:
            found = _of_nifti(path) or _of_segments(path)
        except Problem as problem:
            left.append(Skipped(problem.code, problem.got, problem.expected, problem.next_step, 1))
            continue
        volume = Volume(found.labels, found.grid, _CERTIFICATE, modality="SEG")
        segmentations.append((len(series), found))
        series.append(ImportedSeries(volume, (), _NOTHING_REMOVED, 1))
    return Found(tuple(series), tuple(segmentations), tuple(left))


def laid_on_scan(segmentation: Segmentation, scan: Grid, *, nearest: bool = False) -> Segmentation:
    """The labels on a scan's grid.

    Args:
        segmentation: On any grid.
        scan: The scan's grid.
        nearest: Whether labels on another grid are resampled: each voxel of the scan gets the label of the nearest
            voxel of the labels, and none outside of them.

    Raises:
        Problem: The grids differ and `nearest` is false (`labels_elsewhere`), or they do not even overlap.
    """
    laid = _placed(segmentation.labels, segmentation.grid, scan)
    if laid is None and not nearest:
        raise _elsewhere(segmentation.grid, scan)
    if laid is None:
        laid = _nearest(segmentation.labels, segmentation.grid, scan)
        if not laid.any():
            raise Problem(
                "labels_outside",
                got="labels none of which lies in the scan",
                expected="labels that were drawn on this scan",
                next_step="Make sure that file and scan are of the same examination.",
            )
        resampled = f"{segmentation.made_by}, resampled"
        return Segmentation(laid, scan, segmentation.names, resampled)
    return Segmentation(laid, scan, segmentation.names, segmentation.made_by)


def _placed(labels: NDArray[np.uint16], lies: Grid, scan: Grid) -> NDArray[np.uint16] | None:
    """Labels whose voxels are some of the scan's, in whatever order; None where they are not."""
    steps = np.linalg.solve(scan.affine, lies.affine)
    turned = np.rint(steps[:3, :3])
    order: list[int] = np.abs(turned).argmax(axis=1).tolist()
    if sorted(order) != [0, 1, 2] or np.abs(turned).sum() != 3:
        return None
    corners = np.stack(np.meshgrid(*([0, side - 1] for side in lies.shape), indexing="ij")).reshape(3, -1)
    found = steps[:3, :3] @ corners + steps[:3, 3:4]
    first, last = np.rint(found.min(axis=1)), np.rint(found.max(axis=1))
    exact = turned @ corners + np.rint(steps[:3, 3:4])
    if np.abs(found - exact).max() > SAME_VOXEL or first.min() < 0 or (last >= scan.shape).any():
        return None
    directions = tuple(slice(None, None, -1 if turned[axis, order[axis]] < 0 else 1) for axis in range(3))
    laid = np.zeros(scan.shape, np.uint16)
    begin, end = first.astype(int).tolist(), last.astype(int).tolist()
    laid[tuple(slice(a, b + 1) for a, b in zip(begin, end, strict=True))] = labels.transpose(order)[directions]
    return laid


def _nearest(labels: NDArray[np.uint16], lies: Grid, scan: Grid) -> NDArray[np.uint16]:
    laid = np.zeros(scan.shape, np.uint16)
    steps = np.linalg.solve(lies.affine, scan.affine)
    rows, columns = np.indices(scan.shape[1:])
    plane = steps[:3, 1, None, None] * rows + steps[:3, 2, None, None] * columns + steps[:3, 3, None, None]
    limits = np.array(lies.shape)[:, None, None]
    for at in range(scan.shape[0]):
        index = np.rint(plane + steps[:3, 0, None, None] * at).astype(np.int64)
        inside = ((index >= 0) & (index < limits)).all(axis=0)
        a, b, c = np.where(inside, index, 0)
        laid[at] = np.where(inside, labels[a, b, c], 0)
    return laid


def _of_nifti(path: Path) -> Segmentation | None:
    from abaton.imaging.importing.labels import MOST_LABELS, names_of, present
    from abaton.imaging.importing.nifti import NotNifti, read_nifti

    try:
        file = read_nifti(path)
    except NotNifti:
        return None
    voxels = file.kept.voxels
    if not file.whole_numbers or file.kept.intercept != 0 or voxels.dtype.kind not in "iu":
        raise _not_labels("values with fractions or a scale")
    found = present(voxels)
    if not found or len(found) > MOST_LABELS:
        raise _not_labels("values below 0, or more of them than there are labels")
    return Segmentation(voxels.astype(np.uint16), file.grid, names_of(file, found), "label file")


def _of_segments(path: Path) -> Segmentation:
    """A SEG object on a grid made of the positions of its frames; slices without a segment may be missing."""
    from abaton.imaging.importing.segments import read_segments

    segments = read_segments(path)
    return segments.laid_on(_grid_of(segments.corners_mm, segments.frames.shape[1:], _spacing_mm(path)))


def _grid_of(corners_mm: FloatArray, shape: tuple[int, ...], spacing_mm: float | None) -> Grid:
    across = corners_mm[0, 1] - corners_mm[0, 0]
    down = corners_mm[0, 2] - corners_mm[0, 0]
    normal = np.cross(across, down)
    normal = normal / np.linalg.norm(normal)
    places: list[float] = ((corners_mm[:, 0] - corners_mm[0, 0]) @ normal).tolist()
    different = sorted({round(place, 3) for place in places})
    gaps = [after - before for before, after in pairwise(different)]
    step = spacing_mm or min(gaps, default=1.0)
    first = corners_mm[int(np.argmin(places)), 0]
    affine = np.eye(4)
    affine[:3, :3] = np.column_stack([normal * step, down, across])
    affine[:3, 3] = first
    count = round((different[-1] - different[0]) / step) + 1
    return Grid.of((count, shape[0], shape[1]), affine)


def _spacing_mm(path: Path) -> float | None:
    from abaton.imaging.importing.library import dataset_of, foreign

    dataset: Any = dataset_of(path)
    with foreign():
        shared = dataset.get("SharedFunctionalGroupsSequence") or ()
        measures = shared[0].get("PixelMeasuresSequence") if shared else None
        spacing = measures[0].get("SpacingBetweenSlices") if measures else None
        return abs(float(spacing)) if spacing else None


def _not_labels(got: str) -> Problem:
    return Problem(
        "not_labels",
        got=f"a file that holds {got}",
        expected="whole numbers from 0, one for each structure",
        next_step="Choose the file of labels; bring scans in with `abaton import scan`.",
    )


def _elsewhere(lies: Grid, scan: Grid) -> Problem:
    def said(grid: Grid) -> str:
        size, spacing = " x ".join(map(str, grid.shape)), " x ".join(f"{mm:.2f}" for mm in grid.spacing_mm)
        return f"{size} voxels of {spacing} mm"

    where = ""
    if sorted(lies.shape) == sorted(scan.shape):
        apart = np.linalg.norm(lies.to_world((np.array(lies.shape) - 1) / 2) - _middle(scan))
        where = f", their middles {apart:.1f} mm apart"
    return Problem(
        "labels_elsewhere",
        got=f"labels on another grid than the scan's: {said(lies)}{where}",
        expected=f"{said(scan)} in the same place",
        next_step="Attach them to the scan that they were drawn on, or have them resampled with --nearest.",
        kind="refused",
    )


def _middle(grid: Grid) -> FloatArray:
    return grid.to_world((np.array(grid.shape) - 1) / 2)


def only_one(found: Found) -> Segmentation:
    """The segmentation of a path that holds one.

    Raises:
        Problem: There is none, or several.
    """
    if len(found.segmentations) == 1:
        return found.segmentations[0][1]
    if found.segmentations:
        raise Problem(
            "several_label_files",
            got=f"{len(found.segmentations)} files of labels",
            expected="one",
            next_step="Attach them one by one, each with its --by.",
        )
    first = found.skipped[0] if found.skipped else None
    raise Problem(
        first.code if first else "no_labels_found",
        got=first.got if first else "no labels",
        expected=first.expected if first else "a NIfTI file of labels or a DICOM SEG",
        next_step=first.next_step if first else "Choose the file that holds the labels.",
    )


def made_by(segmentation: Segmentation, rater: str | None) -> Segmentation:
    """The segmentation with the name of who made it."""
    if rater is None:
        return segmentation
    resampled = ", resampled" if segmentation.made_by.endswith(", resampled") else ""
    return msgspec.structs.replace(segmentation, made_by=f"{rater}{resampled}")
