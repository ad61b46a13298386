"""Measurements as a DICOM structured report: TID 1500 Measurement Report in a Comprehensive 3D SR, and back.

Each measurement, or all statistics of one region, is a measurement group (TID 1501): values in UCUM units, the points
in patient coordinates, the expanded uncertainty as upper and lower range (TID 310), and the method with its coverage
factor as parameters of the algorithm. Coordinates are float32 in DICOM; values are kept in full.
"""

import datetime
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from abaton.core.errors import Problem
from abaton.imaging.dicom_time import stamp
from abaton.imaging.measure.measurement import Measurement, Point
from abaton.imaging.measure.report_codes import (
    NAME_CODES,
    UNIT_CODES,
    derivation_of,
    name_of,
    quantity_of,
)

DEVICE_UID = "2.25.166043021853210744327113290551237834519"
"""Names the product as the observer; the same in every report."""

_UPPER = Code("371886008", "SCT", "+, range of upper measurement uncertainty")
_LOWER = Code("371885007", "SCT", "-, range of lower measurement uncertainty")


class ReportUids(msgspec.Struct, frozen=True):
    """The UIDs that a report brings into the world.

    Attributes:
        series: Of the report's own series.
        instance: Of the report.
        groups: One for each measurement group at least; what is not needed is left.
    """

    series: str
    instance: str
    groups: tuple[str, ...]

    @staticmethod
    def new(groups: int, new_uid: Callable[[], str] | None = None) -> "ReportUids":
        """UIDs by chance, or from a source of them that makes the report repeatable."""
        if new_uid is None:
            from pydicom.uid import generate_uid

            new_uid = lambda: str(generate_uid(None))  # noqa: E731
        return ReportUids(new_uid(), new_uid(), tuple(new_uid() for _ in range(groups)))


def structured_report(
    headers: Sequence[Dataset], measurements: Sequence[Measurement], uids: ReportUids, made_at: datetime.datetime
) -> Dataset:
    """A DICOM SR of measurements on one series.

    Args:
        headers: The series' de-identified headers; the report takes patient and study from them and refers to them.
        measurements: In the order in which they are to stand.
        uids: Of the report.
        made_at: When it was made.

    Raises:
        Problem: There are no measurements, or the scan did not come from DICOM or has no frame of reference.
    """
    import highdicom.sr as sr

    if not measurements:
        raise Problem(
            "nothing_to_report",
            got="no measurement",
            expected="a measurement at least",
            next_step="Measure something first.",
        )
    frame = _frame_of_reference(headers)
    # The slices of a multi-frame image are one instance.
    evidence = list({str(header.SOPInstanceUID): _as_evidence(header) for header in headers}.values())
    library: Any = sr
    context = library.ObservationContext(
        observer_device_context=library.ObserverContext(
            observer_type=codes.DCM.Device,
            observer_identifying_attributes=library.DeviceObserverIdentifyingAttributes(
                uid=DEVICE_UID, name="Abaton", manufacturer_name="Abaton", model_name="Abaton"
            ),
        )
    )
    groups = _grouped(measurements)
    report = library.MeasurementReport(
        observation_context=context,
        procedure_reported=codes.SCT.ImagingProcedure,
        imaging_measurements=[
            _group(library, group, uid, frame, evidence[0]) for group, uid in zip(groups, uids.groups, strict=False)
        ],
        title=codes.DCM.ImagingMeasurementReport,
        referenced_images=evidence if all(_describes_itself(one) for one in evidence) else None,
    )
    document: Dataset = library.Comprehensive3DSR(
        evidence=evidence,
        content=report,
        series_instance_uid=uids.series,
        series_number=1000,
        sop_instance_uid=uids.instance,
        instance_number=1,
        manufacturer="Abaton",
        is_complete=True,
        is_final=False,
        series_description="Measurements, not for primary diagnosis",
    )
    stamp(document, made_at)
    return document


def write_report(path: Path, document: Dataset) -> None:
    """Saves a report as a DICOM file, whole or not at all."""
    beside = path.with_name(path.name + ".writing")
    try:
        document.save_as(beside, enforce_file_format=True)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def read_report(document: Dataset) -> tuple[Measurement, ...]:
    """The measurements of a report that was written by `structured_report`.

    Raises:
        Problem: There is no measurement group in it.
    """
    groups = [item for item in _within(document) if _concept(item) == codes.DCM.MeasurementGroup]
    if not groups:
        raise Problem(
            "report_unusable",
            got="a file without measurement groups",
            expected="a DICOM structured report of template TID 1500",
            next_step="Choose a report that was written with --sr.",
        )
    return tuple(
        _read_measurement(item, _text(group, codes.DCM.TrackingIdentifier))
        for group in groups
        for item in group.ContentSequence
        if item.ValueType == "NUM"
    )


def _frame_of_reference(headers: Sequence[Dataset]) -> str:
    if not headers:
        raise Problem(
            "no_dicom_headers",
            got="a scan that did not come from DICOM slices on a regular grid, so that there is nothing to refer to",
            expected="a scan imported from DICOM, not resampled",
            next_step="Import the original DICOM slices and measure there, or keep the table that is printed.",
            kind="refused",
        )
    frame = str(headers[0].get("FrameOfReferenceUID") or "")
    if not frame:
        raise Problem(
            "no_frame_of_reference",
            got="DICOM slices without a frame of reference",
            expected="slices that name the frame in which their coordinates hold",
            next_step="Ask the scanner's archive for the original series; keep the table that is printed.",
            kind="refused",
        )
    return frame


def _as_evidence(header: Dataset) -> Dataset:
    """A header with the attributes that a report copies; the de-identified ones are empty."""
    whole = Dataset()
    whole.update(header)
    for name in (
        "PatientID",
        "PatientName",
        "PatientBirthDate",
        "PatientSex",
        "AccessionNumber",
        "StudyID",
        "StudyDate",
        "StudyTime",
    ):
        if name not in whole:
            setattr(whole, name, "")
    return whole


def _describes_itself(header: Dataset) -> bool:
    """Whether a header has what an entry of the report's image library must say; the library is optional."""
    position = ("ImagePositionPatient", "ImageOrientationPatient")
    return all(header.get(name) for name in ("Rows", "Columns", "PixelSpacing", "SliceThickness", *position))


def _grouped(measurements: Sequence[Measurement]) -> list[list[Measurement]]:
    """Statistics of one region stand together; every other measurement stands alone."""
    groups: list[list[Measurement]] = []
    for one in measurements:
        last = groups[-1][0] if groups else None
        together = (
            last is not None
            and NAME_CODES[one.quantity] == NAME_CODES[last.quantity] == NAME_CODES["mean"]
            and (one.label, one.points_mm) == (last.label, last.points_mm)
        )
        if together:
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _group(library: Any, group: Sequence[Measurement], uid: str, frame: str, image: Dataset) -> Any:
    first = group[0]
    return library.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=library.TrackingIdentifier(uid=uid, identifier=first.label or first.quantity),
        measurements=[_measurement(library, one, frame, image) for one in group],
    )


def _measurement(library: Any, one: Measurement, frame: str, image: Dataset) -> Any:
    unit = UNIT_CODES[one.unit]
    properties = library.MeasurementProperties(
        upper_measurement_uncertainty=float(one.uncertainty), lower_measurement_uncertainty=float(one.uncertainty)
    )
    for item in properties:
        # highdicom writes uncertainties without a unit; they are lengths, areas, volumes.
        item.MeasuredValueSequence[0].MeasurementUnitsCodeSequence = [library.CodedConcept.from_code(unit)]
    return library.Measurement(
        name=name_of(one, str(image.get("Modality", ""))),
        value=float(one.value),
        unit=unit,
        derivation=derivation_of(one),
        properties=properties,
        referenced_coordinates=_coordinates(library, one, frame) or None,
        algorithm_id=library.AlgorithmIdentification(
            name="Abaton", version=metadata.version("abaton"), parameters=[f"k={one.k:g}", f"method={one.method}"]
        ),
    )


def _coordinates(library: Any, one: Measurement, frame: str) -> list[Any]:
    points = np.array(one.points_mm, dtype=np.float64).reshape(-1, 3)
    if len(points) == 0:
        return []
    if len(points) == 1:
        return [library.CoordinatesForMeasurement3D("POINT", points, frame)]
    if one.quantity == "angle" and len(points) == 4:
        return [library.CoordinatesForMeasurement3D("POLYLINE", line, frame) for line in (points[:2], points[2:])]
    if one.quantity in ("distance", "path length", "angle"):
        return [library.CoordinatesForMeasurement3D("POLYLINE", points, frame)]
    # An outline drawn by hand is flat to half a voxel, a POLYGON of DICOM strictly: so a closed line.
    return [library.CoordinatesForMeasurement3D("POLYLINE", np.vstack([points, points[:1]]), frame)]


def _read_measurement(item: Dataset, tracked: str) -> Measurement:
    value = item.MeasuredValueSequence[0]
    quantity, percent = quantity_of(item)
    parameters = dict(text.split("=", 1) for text in _texts(item, codes.DCM.AlgorithmParameters))
    ranges = [part for part in item.ContentSequence if _concept(part) in (_UPPER, _LOWER)]
    uncertainty = max((_number(part.MeasuredValueSequence[0]) for part in ranges), default=float("nan"))
    points: list[Point] = []
    for part in item.ContentSequence:
        if part.ValueType == "SCOORD3D":
            flat: list[float] = [float(number) for number in part.GraphicData]
            points += [(flat[at], flat[at + 1], flat[at + 2]) for at in range(0, len(flat), 3)]
    outline = quantity not in ("distance", "path length", "angle") and len(points) > 1
    return Measurement(
        quantity=quantity,
        value=_number(value),
        unit=str(value.MeasurementUnitsCodeSequence[0].CodeValue),
        uncertainty=uncertainty,
        k=float(parameters.get("k", "nan")),
        points_mm=tuple(points[:-1] if outline else points),
        label="" if tracked in NAME_CODES else tracked,
        method=parameters.get("method", ""),
        percent=percent,
    )


def _number(value: Dataset) -> float:
    return float(value.FloatingPointValue if "FloatingPointValue" in value else value.NumericValue)


def _within(item: Dataset) -> list[Dataset]:
    found: list[Dataset] = []
    for part in item.get("ContentSequence", ()):
        found += [part, *_within(part)]
    return found


def _concept(item: Dataset) -> Code | None:
    if "ConceptNameCodeSequence" not in item:
        return None
    code = item.ConceptNameCodeSequence[0]
    return Code(str(code.CodeValue), str(code.CodingSchemeDesignator), str(code.CodeMeaning))


def _texts(item: Dataset, concept: Code) -> list[str]:
    return [str(part.TextValue) for part in item.get("ContentSequence", ()) if _concept(part) == concept]


def _text(item: Dataset, concept: Code) -> str:
    return next(iter(_texts(item, concept)), "")
