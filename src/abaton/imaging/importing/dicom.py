"""DICOM files to certified volumes."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import msgspec
import numpy as np

from abaton.core.errors import Problem
from abaton.imaging.certificate import TOLERANCE_MM, GeometryCertificate
from abaton.imaging.importing.found import Report, Skipped
from abaton.imaging.importing.frames import Frame
from abaton.imaging.importing.geometry import Stack, orientation_letters
from abaton.imaging.importing.headers import NotDicom, frames_of_file
from abaton.imaging.importing.multiframe import SEGMENTATION_STORAGE, NotAnImage
from abaton.imaging.importing.pixels import read_pixels
from abaton.imaging.importing.refusals import merged, refuse, skipped, unreadable
from abaton.imaging.importing.resampling import resample
from abaton.imaging.importing.series import Candidate, candidates, fitted, places
from abaton.imaging.importing.values import Kept, of_frames
from abaton.imaging.volume import Volume

_TILTED_DEG = 0.01


class ReadSeries(msgspec.Struct, frozen=True, eq=False):
    """A volume, and the frames it was made of.

    Attributes:
        volume: Certified; its description is still empty.
        frames: In the volume's order; where it was resampled, in the order of the recorded slices.
        resampled: Whether the volume's slices are no longer the recorded ones.
    """

    volume: Volume
    frames: tuple[Frame, ...]
    resampled: bool


class Read(msgspec.Struct, frozen=True, eq=False):
    """What came of a set of files.

    Attributes:
        series: In the order of series number and time.
        segmentations: DICOM SEG files.
        others: Files that are not DICOM.
        skipped: With the reason.
    """

    series: tuple[ReadSeries, ...]
    segmentations: tuple[Path, ...]
    others: tuple[Path, ...]
    skipped: tuple[Skipped, ...]


def no_report(text: str, share: float) -> None:
    """Tells nobody."""
    del text, share


def read_volumes(files: Sequence[Path], report: Report = no_report, threads: int = 2) -> Read:
    """Reads all DICOM among some files.

    Args:
        files: Of one or many series, mixed with anything.
        report: Told how far it is.
        threads: How many read pixels at once.
    """
    frames: list[Frame] = []
    segmentations: list[Path] = []
    others: list[Path] = []
    left: list[Skipped] = []
    for number, path in enumerate(files):
        if number % 64 == 0:
            report("Reading headers", number / len(files))
        try:
            frames.extend(frames_of_file(path))
        except NotDicom:
            others.append(path)
        except NotAnImage as error:
            if error.sop_class == SEGMENTATION_STORAGE:
                segmentations.append(path)
            elif not _is_directory(path, error.sop_class):
                left.append(skipped(_not_an_image(), 1))
        except Problem as problem:
            left.append(skipped(problem, 1))
        except OSError:
            left.append(skipped(unreadable(), 1))
    found, refused = candidates(frames)
    left.extend(refused)
    series: list[ReadSeries] = []
    for number, candidate in enumerate(found):
        try:
            series.append(_read(candidate, threads, partial(_told, report, number, len(found))))
        except Problem as problem:
            left.append(skipped(problem, len({frame.path for frame in candidate.frames})))
        except OSError:
            left.append(skipped(unreadable(), len({frame.path for frame in candidate.frames})))
    return Read(tuple(series), tuple(segmentations), tuple(others), merged(left))


def _told(report: Report, number: int, count: int, share: float) -> None:
    report("Reading pixels", (number + share) / count)


def _read(candidate: Candidate, threads: int, decoded: Callable[[float], None]) -> ReadSeries:
    decoded(0.0)
    remarks: list[str] = []
    if candidate.separated:
        remarks.append(f"Its series was separated by {candidate.separated}.")
    if candidate.plane.rounding_mm > TOLERANCE_MM:
        remarks.append(
            "The recorded directions of rows and columns are rounded and not quite perpendicular; "
            f"corners may lie {candidate.plane.rounding_mm:.3f} mm from where the scanner measured them."
        )
    candidate, copies = _without_copies(candidate)
    if copies:
        remarks.append(f"{copies} {'slice was' if copies == 1 else 'slices were'} there twice, alike; one was kept.")
    stack = fitted(candidate)
    frames = tuple(candidate.frames[index] for index in stack.order)
    values = of_frames(read_pixels(frames, threads, decoded), frames)
    remarks.extend(values.remarks)
    if stack.regular:
        certificate = GeometryCertificate(
            evidence="slice positions",
            certified=True,
            slice_errors_mm=stack.errors_mm,
            error_mm=max(stack.errors_mm),
            tilt_deg=0.0,
            orientation=orientation_letters(stack.grid),
            remarks=tuple(remarks),
        )
        return ReadSeries(_volume(values, stack, certificate, frames), frames, resampled=False)
    return _resampled(candidate, stack, frames, values, remarks)


def _resampled(
    candidate: Candidate, stack: Stack, frames: tuple[Frame, ...], values: Kept, remarks: list[str]
) -> ReadSeries:
    first_mm = np.array(frames[0].position_mm, dtype=np.float64)
    result = resample(values.voxels, stack, candidate.plane, first_mm, values.padding)
    remarks.extend(_reasons(stack, result.between, len(result.voxels)))
    certificate = GeometryCertificate(
        evidence="resampled",
        certified=True,
        slice_errors_mm=stack.errors_mm,
        error_mm=result.error_mm,
        tilt_deg=stack.tilt_deg if stack.tilt_deg > _TILTED_DEG else 0.0,
        orientation=orientation_letters(result.grid),
        remarks=tuple(remarks),
    )
    values = msgspec.structs.replace(values, voxels=result.voxels, padding=result.padding)
    stack = msgspec.structs.replace(stack, grid=result.grid)
    return ReadSeries(_volume(values, stack, certificate, frames), frames, resampled=True)


def _reasons(stack: Stack, between: int, slices: int) -> list[str]:
    remarks = [
        f"Slices lay up to {max(stack.errors_mm):.3f} mm from a regular grid, more than {TOLERANCE_MM} mm; "
        "the volume was computed anew by linear interpolation."
    ]
    if stack.tilt_deg > _TILTED_DEG:
        remarks.append(f"The slices were tilted by {stack.tilt_deg:.2f} degrees (a tilted gantry).")
    gaps = np.diff(np.array(stack.along_mm))
    if np.ptp(gaps) > TOLERANCE_MM:
        remarks.append(
            f"Slices were {gaps.min():.3f} to {gaps.max():.3f} mm apart; {between} of {slices} slices lie between "
            "recorded ones and were not measured themselves."
        )
    return remarks


def _volume(values: Kept, stack: Stack, certificate: GeometryCertificate, frames: Sequence[Frame]) -> Volume:
    return Volume(
        values.voxels,
        stack.grid,
        certificate,
        modality=frames[0].modality,
        unit=_unit(frames[0]),
        slope=values.slope,
        intercept=values.intercept,
        padding=values.padding,
    )


def _unit(frame: Frame) -> str:
    if frame.modality == "CT" and frame.unit in ("", "HU"):
        return "HU"
    return {"HU": "HU", "BQML": "Bq/ml", "GML": "g/ml"}.get(frame.unit, "")


def _without_copies(candidate: Candidate) -> tuple[Candidate, int]:
    """One frame at each place, where the others there are the same picture again.

    Raises:
        Problem: `duplicate_slices`.
    """
    taken = places(candidate)
    if all(len(place) == 1 for place in taken):
        return candidate, 0
    copies = 0
    for place in taken:
        for other in place[1:]:
            pair = [candidate.frames[place[0]], candidate.frames[other]]
            same_place = np.linalg.norm(np.subtract(pair[0].position_mm, pair[1].position_mm)) <= TOLERANCE_MM  # pyright: ignore
            pixels = read_pixels(pair, 1)
            if not same_place or not np.array_equal(pixels[0], pixels[1]) or pair[0].slope != pair[1].slope:
                raise _duplicates()
            copies += 1
    kept = tuple(candidate.frames[place[0]] for place in taken)
    return msgspec.structs.replace(candidate, frames=kept), copies


def _duplicates() -> Problem:
    return refuse(
        "duplicate_slices",
        got="several different slices at one place, which no attribute tells apart",
        expected="one slice at each place, or a time, echo, acquisition or diffusion that separates them",
        next_step="Export the parts as series of their own.",
    )


def _not_an_image() -> Problem:
    return refuse(
        "not_an_image",
        got="DICOM objects that are no images (reports, plans, presentation states)",
        expected="image slices",
        next_step="Nothing needs to be done; they were left out.",
    )


def _is_directory(path: Path, sop_class: str) -> bool:
    return sop_class == "1.2.840.10008.1.3.10" or path.name.upper() == "DICOMDIR"
