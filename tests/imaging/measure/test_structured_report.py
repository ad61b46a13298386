"""DICOM SR TID 1500: what is written is what is read, by us and by highdicom."""

import datetime
import warnings
from pathlib import Path
from typing import Any

import highdicom.sr
import numpy as np
import pytest
from pydicom import Dataset
from pydicom.uid import CTImageStorage

from abaton.core.errors import Problem
from abaton.imaging.measure import (
    Measurement,
    ReportUids,
    angle,
    angle_between_lines,
    distance,
    inside_sphere,
    intensity_statistics,
    label_volume,
    polygon_area,
    polyline,
    read_report,
    structured_report,
    write_report,
)
from abaton.imaging.volume import Volume
from tests.imaging.measure.phantoms import grid_of, labelled, read, volume_of

library: Any = highdicom.sr
MADE_AT = datetime.datetime(2026, 5, 1, 12, 30, 0, tzinfo=datetime.UTC)
UIDS = ReportUids.new(20, iter([f"1.2.3.4.{n}" for n in range(100)]).__next__)


def headers(slices: int = 20) -> list[Dataset]:
    """De-identified headers of a CT, as the store keeps them."""
    found: list[Dataset] = []
    for place in range(slices):
        one = Dataset()
        one.SOPClassUID = CTImageStorage
        one.SOPInstanceUID = f"1.2.3.9.{place + 1}"
        one.StudyInstanceUID, one.SeriesInstanceUID = "1.2.3.7", "1.2.3.8"
        one.FrameOfReferenceUID = "1.2.3.6"
        one.Modality, one.PatientID, one.PatientName = "CT", "", ""
        one.Rows = one.Columns = 30
        one.PixelSpacing, one.SliceThickness = [1.5, 0.75], 2.0
        one.ImagePositionPatient, one.ImageOrientationPatient = [0, 0, 2.0 * place], [1, 0, 0, 0, 1, 0]
        found.append(one)
    return found


def scan() -> Volume:
    grid = grid_of((20, 30, 30), (2.0, 1.5, 0.75), np.eye(3)[::-1].T, (0, 0, 0))
    voxels = np.random.default_rng(1).integers(-1000, 1000, grid.shape, dtype=np.int16)
    return volume_of(voxels, grid, unit="HU", modality="CT", slope=0.3, intercept=-1024.0)


def some_of_each(volume: Volume) -> list[Measurement]:
    mask = np.zeros(volume.grid.shape, dtype=bool)
    mask[3:9, 4:15, 6:20] = True
    sphere = inside_sphere(volume, [10, 20, 20], 6.0)
    return [
        distance(volume, [[1.1, 2.2, 3.3], [20, 30, 35]]),
        polyline(volume, [[1, 2, 3], [10, 2, 3], [10, 20, 30]]),
        angle(volume, [[10, 0, 0], [0, 0, 0], [0, 10, 0]]),
        angle_between_lines(volume, [[0, 0, 0], [20, 0, 0], [5, 5, 30], [5, 25, 30]]),
        polygon_area(volume, [[5, 5, 9], [15, 5, 9], [15, 25, 9.3], [5, 25, 9]]),
        label_volume(volume, labelled(mask, volume.grid, "left kidney"), "left kidney"),
        *intensity_statistics(volume, sphere, percents=(5, 33.3, 95), points_mm=[[10, 20, 20]]),
    ]


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    measurements = some_of_each(scan())
    path = tmp_path / "report.dcm"
    write_report(path, structured_report(headers(), measurements, UIDS, MADE_AT))
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.dcm"]
    back = read_report(read(path))
    assert len(back) == len(measurements)
    for written, found in zip(measurements, back, strict=True):
        assert (found.quantity, found.percent, found.unit, found.label) == (
            written.quantity,
            written.percent,
            written.unit,
            written.label,
        )
        assert (found.value, found.uncertainty, found.k) == (written.value, written.uncertainty, written.k)
        assert found.method == written.method
        # SCOORD3D is float32.
        assert np.allclose(found.points_mm, written.points_mm, atol=1e-5)


def test_highdicom_reads_the_report_as_tid_1500(tmp_path: Path) -> None:
    measurements = some_of_each(scan())
    path = tmp_path / "report.dcm"
    write_report(path, structured_report(headers(), measurements, UIDS, MADE_AT))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        document: Any = library.srread(path)
    assert isinstance(document, library.Comprehensive3DSR)
    assert document.ContentTemplateSequence[0].TemplateIdentifier == "1500"
    groups = document.content.get_image_measurement_groups()
    assert len(groups) == 7
    first = groups[0].get_measurements()[0]
    assert first.value == measurements[0].value
    assert first.unit.value == "mm"
    assert first.name.meaning == "Distance"
    statistics = groups[-1].get_measurements()
    assert [one.derivation.meaning for one in statistics][:2] == ["Mean", "Standard Deviation"]
    assert {one.name.meaning for one in statistics} == {"Attenuation Coefficient"}
    assert len(document.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence) == 1


def test_the_same_measurements_give_the_same_file() -> None:
    measurements = some_of_each(scan())
    one, other = (structured_report(headers(), measurements, UIDS, MADE_AT) for _ in range(2))
    assert one == other
    assert one.ContentDate == "20260501"
    assert one.StudyInstanceUID == "1.2.3.7"


def test_scans_that_cannot_be_referred_to_are_refused_with_what_to_do() -> None:
    measurements = some_of_each(scan())[:1]
    with pytest.raises(Problem, match="original DICOM slices") as problem:
        structured_report([], measurements, UIDS, MADE_AT)
    assert problem.value.code == "no_dicom_headers"
    lost = headers()
    for one in lost:
        del one.FrameOfReferenceUID
    with pytest.raises(Problem) as problem:
        structured_report(lost, measurements, UIDS, MADE_AT)
    assert problem.value.code == "no_frame_of_reference"
    with pytest.raises(Problem, match="Measure something"):
        structured_report(headers(), [], UIDS, MADE_AT)


def test_other_files_are_not_taken_for_reports() -> None:
    with pytest.raises(Problem, match="TID 1500"):
        read_report(headers()[0])


SLICES = Path(__file__).parents[4] / "shared/data/imaging/abdomen_ct/dicom_j2k"


@pytest.mark.skipif(not SLICES.is_dir(), reason="the abdomen CT is not beside this checkout")
def test_a_report_on_a_real_scan_refers_to_its_slices(tmp_path: Path) -> None:
    from abaton.imaging.importing.reading import read_files
    from abaton.imaging.privacy.uids import UidMap

    found = read_files(sorted(SLICES.iterdir()), UidMap(b"k" * 32), lambda doing, share: None)
    series = found.series[0]
    ends = series.volume.grid.to_world([[3, 100, 120], [15, 300, 310]])
    measured = distance(series.volume, ends)
    document = structured_report(series.headers, [measured], UIDS, MADE_AT)
    write_report(tmp_path / "report.dcm", document)
    back = read_report(read(tmp_path / "report.dcm"))
    assert back[0].value == measured.value
    referred = document.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0].ReferencedSOPSequence
    assert {item.ReferencedSOPInstanceUID for item in referred} == {one.SOPInstanceUID for one in series.headers}


def test_slices_that_do_not_describe_themselves_are_referred_to_all_the_same() -> None:
    bare = headers()
    for one in bare:
        del one.PixelSpacing
    document = structured_report(bare, some_of_each(scan())[:1], UIDS, MADE_AT)
    assert (
        len(document.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0].ReferencedSOPSequence)
        == 20
    )
