"""Labels to DICOM SEG, which refers to the slices that they were drawn on."""

import datetime
from collections.abc import Callable, Sequence
from importlib import import_module, metadata
from typing import Any

import msgspec
import numpy as np
from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from abaton.core.errors import Problem
from abaton.geometry.grid import FloatArray, Grid
from abaton.imaging.dicom_time import stamp
from abaton.imaging.importing.segments import VALUE_PREFIX
from abaton.imaging.volume import Segmentation

_IMAGE_CLASSES = {
    "CT": "1.2.840.10008.5.1.4.1.1.2",
    "MR": "1.2.840.10008.5.1.4.1.1.4",
    "PT": "1.2.840.10008.5.1.4.1.1.128",
    "OT": "1.2.840.10008.5.1.4.1.1.7",
}
_PLACE = ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing")
_FARTHEST_MM = 0.05
_LONGEST_NAME = 64

_ANATOMY = codes.SCT.AnatomicalStructure
_KNOWN: dict[str, tuple[Code, Code]] = {
    "liver": (_ANATOMY, codes.SCT.Liver),
    "spleen": (_ANATOMY, codes.SCT.Spleen),
    "kidney": (_ANATOMY, codes.SCT.Kidney),
    "colon": (_ANATOMY, codes.SCT.Colon),
    "stomach": (_ANATOMY, codes.SCT.Stomach),
    "pancreas": (_ANATOMY, codes.SCT.Pancreas),
    "brain": (_ANATOMY, codes.SCT.Brain),
    "heart": (_ANATOMY, codes.SCT.Heart),
    "aorta": (_ANATOMY, codes.SCT.Aorta),
}
_OTHER = codes.SCT.Tissue


class SegUids(msgspec.Struct, frozen=True):
    """The UIDs that a segmentation brings into the world.

    Attributes:
        series: Of its own series.
        instance: Of the object.
        frame: Of reference, used only where the source names none.
        dimensions: Of the organization of its planes.
        segments: One for each label at least.
    """

    series: str
    instance: str
    frame: str
    dimensions: str
    segments: tuple[str, ...]

    @staticmethod
    def new(segments: int, new_uid: Callable[[], str] | None = None) -> "SegUids":
        """UIDs by chance, or from a source of them that makes the object repeatable."""
        from pydicom.uid import generate_uid

        make = new_uid or (lambda: str(generate_uid(None)))
        return SegUids(make(), make(), make(), make(), tuple(make() for _ in range(segments)))


def dicom_seg(
    headers: Sequence[Dataset], segmentation: Segmentation, uids: SegUids, made_at: datetime.datetime
) -> Dataset:
    """A DICOM SEG of labels: one binary segment for each name, in the order of the labels' values.

    Args:
        headers: De-identified, one for each slice in the volume's order; patient and study are theirs.
        segmentation: On the grid of those slices.
        uids: Of the object.
        made_at: When it was made.

    Raises:
        Problem: The scan has no DICOM slices (NIfTI, or resampled), they lie elsewhere than the grid says, or there
            is no label.
    """
    values = sorted(segmentation.names)
    if not values or not (segmentation.labels > 0).any():
        raise Problem(
            "nothing_to_export",
            got="a segmentation without labels",
            expected="at least one labelled voxel",
            next_step="Segment something first.",
        )
    _check(headers, segmentation.grid)
    places = _places(segmentation.grid)
    sources = [_source(header, place, segmentation.grid, uids) for header, place in zip(headers, places, strict=True)]
    numbers = np.zeros(int(segmentation.labels.max()) + 1, dtype=np.uint16)
    for number, value in enumerate(values, start=1):
        if value < len(numbers):
            numbers[value] = number
    library: Any = import_module("highdicom")
    made: Dataset = library.seg.Segmentation(
        source_images=sources,
        pixel_array=numbers[segmentation.labels],
        segmentation_type="BINARY",
        segment_descriptions=[
            _described(library, number, value, segmentation, uid)
            for (number, value), uid in zip(enumerate(values, start=1), uids.segments, strict=False)
        ],
        series_instance_uid=uids.series,
        series_number=1001,
        sop_instance_uid=uids.instance,
        instance_number=1,
        manufacturer="Abaton",
        manufacturer_model_name="Abaton",
        software_versions=metadata.version("abaton"),
        device_serial_number="0",
        content_label="LABELS",
        content_description="Labels, not for primary diagnosis",
    )
    made.SpecificCharacterSet = "ISO_IR 192"
    made.SeriesDescription = "Labels, not for primary diagnosis"
    for segment in made.SegmentSequence:
        segment.SegmentDescription = segmentation.made_by[:1024]
    for item in (*made.DimensionOrganizationSequence, *made.DimensionIndexSequence):
        item.DimensionOrganizationUID = uids.dimensions
    stamp(made, made_at)
    return made


def _described(library: Any, number: int, value: int, segmentation: Segmentation, uid: str) -> Any:
    name = segmentation.names[value]
    category, kind = _meaning(name)
    by_hand = segmentation.made_by.startswith("rater")
    algorithm = library.AlgorithmIdentificationSequence(
        name="Abaton", version=metadata.version("abaton"), family=codes.DCM.MorphologicalOperations
    )
    return library.seg.SegmentDescription(
        segment_number=number,
        segment_label=name[:_LONGEST_NAME],
        segmented_property_category=category,
        segmented_property_type=kind,
        algorithm_type="MANUAL" if by_hand else "SEMIAUTOMATIC",
        algorithm_identification=None if by_hand else algorithm,
        tracking_uid=uid,
        tracking_id=f"{VALUE_PREFIX}{value}",
    )


def _meaning(name: str) -> tuple[Code, Code]:
    """Category and kind of what a name stands for; tissue where it is not known."""
    words = name.lower().replace("_", " ").split()
    return next((_KNOWN[word] for word in words if word in _KNOWN), (_OTHER, _OTHER))


def _check(headers: Sequence[Dataset], grid: Grid) -> None:
    if len(headers) == 0:
        raise Problem(
            "no_dicom_headers",
            got="a scan without DICOM slices to refer to: it came from NIfTI, or was resampled",
            expected="a scan imported from DICOM whose slices were kept as they were",
            next_step="Export with `--as nifti`, or import the original DICOM series and segment there.",
            kind="refused",
        )
    if len(headers) != grid.shape[0]:
        raise _elsewhere()
    for header, place in zip(headers, _places(grid), strict=True):
        # A header may lack its place, which the scan's certificate vouches for then; it may not name another.
        for name, expected, tolerance in zip(_PLACE, place, (_FARTHEST_MM, 1e-3, 1e-3), strict=True):
            recorded = np.array(header.get(name) or expected, dtype=np.float64)
            if recorded.shape != expected.shape or not np.abs(recorded - expected).max() <= tolerance:
                raise _elsewhere()
        if (int(header.get("Rows", 0)), int(header.get("Columns", 0))) != grid.shape[1:]:
            raise _elsewhere()
    named = {str(header.get("SOPInstanceUID") or "") for header in headers}
    if len(named) < len(headers) or "" in named or not all(header.get("SeriesInstanceUID") for header in headers):
        raise Problem(
            "slices_without_identity",
            got="slices that cannot be told apart by their UIDs: frames of one file, or files whose UIDs were removed",
            expected="a file with a UID of its own for each slice",
            next_step="Export with `--as nifti`.",
            kind="refused",
        )


def _places(grid: Grid) -> list[tuple[FloatArray, FloatArray, FloatArray]]:
    """Position, orientation and spacing of each slice, as DICOM has them."""
    axes = grid.affine[:3, :3] / np.array(grid.spacing_mm)
    # DICOM names the direction along a row first, which is that of the array's last axis.
    orientation = np.concatenate([axes[:, 2], axes[:, 1]])
    spacing = np.array(grid.spacing_mm[1:])
    return [(grid.to_world((index, 0, 0)), orientation, spacing) for index in range(grid.shape[0])]


def _elsewhere() -> Problem:
    return Problem(
        "headers_elsewhere",
        got="slices that do not lie where the labels' grid does",
        expected="labels on the grid of the DICOM slices as they were recorded",
        next_step="Export with `--as nifti`, or import the original DICOM series again and segment there.",
        kind="refused",
    )


def _source(header: Dataset, place: tuple[FloatArray, FloatArray, FloatArray], grid: Grid, uids: SegUids) -> Dataset:
    """A slice's header with what highdicom copies from it; what de-identification emptied stays empty."""
    source = Dataset()
    source.update(header)
    for name in (
        "PatientID",
        "PatientName",
        "PatientBirthDate",
        "PatientSex",
        "AccessionNumber",
        "StudyID",
        "StudyDate",
        "StudyTime",
        "ReferringPhysicianName",
    ):
        if name not in source:
            setattr(source, name, "")
    # highdicom asks the class of the source which attributes it has; some archives empty it.
    if str(source.get("SOPClassUID", "")) not in _IMAGE_CLASSES.values():
        source.SOPClassUID = _IMAGE_CLASSES.get(str(source.get("Modality", "")), _IMAGE_CLASSES["OT"])
    if not source.get("FrameOfReferenceUID"):
        source.FrameOfReferenceUID = uids.frame
    if "PositionReferenceIndicator" not in source:
        source.PositionReferenceIndicator = ""
    if not source.get("SliceThickness"):
        source.SliceThickness = grid.spacing_mm[0]
    for name, expected in zip(_PLACE, place, strict=True):
        if not source.get(name):
            setattr(source, name, [round(number, 9) for number in expected.tolist()])
    return source
