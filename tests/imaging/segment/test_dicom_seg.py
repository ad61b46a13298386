"""DICOM SEG: written, read back by highdicom and by the import, and the same."""

import datetime
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydicom import Dataset

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.imaging.importing.reading import read_files
from abaton.imaging.importing.segments import read_segments
from abaton.imaging.privacy import UidMap
from abaton.imaging.segment.dicom_seg import SegUids, dicom_seg
from abaton.imaging.volume import Segmentation
from tests.imaging.segment.made import oblique

REAL = Path(__file__).parents[4] / "shared/data/imaging/conformance/siemens/anatomical"
MADE_AT = datetime.datetime(2026, 5, 1, 12, 30, tzinfo=datetime.UTC)
GRID = oblique((5, 6, 7), (2.5, 0.7, 0.7))


def quiet(doing: str, share: float) -> None:
    pass


def series(grid: Grid, frame_of_reference: bool = True) -> list[Dataset]:
    """De-identified headers of a made MR series on a grid."""
    axes = grid.affine[:3, :3] / np.array(grid.spacing_mm)
    headers: list[Dataset] = []
    for index in range(grid.shape[0]):
        header = Dataset()
        header.SOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
        header.SOPInstanceUID = f"1.2.3.4.{index + 1}"
        header.StudyInstanceUID, header.SeriesInstanceUID = "1.2.3.1", "1.2.3.2"
        if frame_of_reference:
            header.FrameOfReferenceUID = "1.2.3.3"
        header.Modality, header.PatientID, header.PatientName = "MR", "pseudonym", ""
        header.Rows, header.Columns = grid.shape[1], grid.shape[2]
        header.ImagePositionPatient = [round(x, 9) for x in grid.to_world((index, 0, 0)).tolist()]
        header.ImageOrientationPatient = [round(x, 9) for x in np.concatenate([axes[:, 2], axes[:, 1]]).tolist()]
        header.PixelSpacing = [grid.spacing_mm[1], grid.spacing_mm[2]]
        headers.append(header)
    return headers


def uids() -> SegUids:
    numbers = count(1)
    return SegUids.new(10, lambda: f"1.2.826.0.1.{next(numbers)}")


def by_highdicom(path: Path, sources: list[Dataset], values: list[int]) -> NDArray[np.uint16]:
    """The labels as highdicom gives them for each source slice."""
    library: Any = import_module("highdicom")
    read = library.seg.segread(str(path))
    stacked = read.get_pixels_by_source_instance(
        [header.SOPInstanceUID for header in sources], combine_segments=True, assert_missing_frames_are_empty=True
    )
    return np.array([0, *values], dtype=np.uint16)[stacked]


def saved(path: Path, segmentation: Segmentation, sources: list[Dataset]) -> Path:
    dicom_seg(sources, segmentation, uids(), MADE_AT).save_as(path, enforce_file_format=True)
    return path


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(0, 2**32 - 1),
    st.lists(st.integers(1, 65535), min_size=1, max_size=4, unique=True),
    st.floats(0.02, 1.0),
    st.booleans(),
)
def test_any_labels_come_back_as_they_were(
    tmp_path: Path, seed: int, values: list[int], filled: float, frame_of_reference: bool
) -> None:
    rng = np.random.default_rng(seed)
    labels = np.where(rng.random(GRID.shape) < filled, rng.choice(values, GRID.shape), 0).astype(np.uint16)
    labels[0, 0, 0] = values[0]
    names = {value: f"part {place}" for place, value in enumerate(values)}
    segmentation = Segmentation(labels, GRID, names, "threshold 1 to 2 mm³")
    sources = series(GRID, frame_of_reference)
    path = saved(tmp_path / "labels.dcm", segmentation, sources)
    assert np.array_equal(by_highdicom(path, sources, sorted(values)), labels)
    imported = read_segments(path)
    assert imported.lies_on(GRID)
    again = imported.laid_on(GRID)
    assert np.array_equal(again.labels, labels)
    assert set(again.names) == set(names)


def test_it_says_what_it_is_when_it_was_made_and_to_what_it_belongs(tmp_path: Path) -> None:
    labels = np.ones(GRID.shape, dtype=np.uint16) * 5
    sources = series(GRID)
    dcmread: Any = import_module("pydicom").dcmread
    read = dcmread(saved(tmp_path / "labels.dcm", Segmentation(labels, GRID, {5: "kidney_left"}, "rater 7"), sources))
    segment = read.SegmentSequence[0]
    assert segment.SegmentLabel == "kidney_left"
    assert segment.SegmentedPropertyTypeCodeSequence[0].CodeValue == "64033007"
    assert segment.SegmentAlgorithmType == "MANUAL"
    assert segment.SegmentDescription == "rater 7"
    assert (read.ContentDate, read.ContentTime) == ("20260501", "123000")
    assert read.StudyInstanceUID == "1.2.3.1"
    assert read.FrameOfReferenceUID == "1.2.3.3"
    assert read.ReferencedSeriesSequence[0].SeriesInstanceUID == "1.2.3.2"
    assert "not for primary diagnosis" in read.SeriesDescription
    assert read.PatientName == ""


def test_the_same_labels_give_the_same_object() -> None:
    segmentation = Segmentation(np.ones(GRID.shape, dtype=np.uint16), GRID, {1: "one"}, "threshold")
    first, second = (dicom_seg(series(GRID), segmentation, uids(), MADE_AT) for _ in range(2))
    assert first.to_json() == second.to_json()


def test_what_cannot_be_referred_to_is_refused_with_what_to_do() -> None:
    segmentation = Segmentation(np.ones(GRID.shape, dtype=np.uint16), GRID, {1: "one"}, "threshold")
    with pytest.raises(Problem, match="--as nifti"):
        dicom_seg([], segmentation, uids(), MADE_AT)
    with pytest.raises(Problem, match="do not lie where"):
        dicom_seg(series(GRID)[:-1], segmentation, uids(), MADE_AT)
    moved = series(GRID)
    moved[2].ImagePositionPatient = [0, 0, 0]
    with pytest.raises(Problem, match="do not lie where"):
        dicom_seg(moved, segmentation, uids(), MADE_AT)
    with pytest.raises(Problem, match="do not lie where"):
        dicom_seg(series(GRID)[::-1], segmentation, uids(), MADE_AT)
    turned = series(GRID)
    turned[0].ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    with pytest.raises(Problem, match="do not lie where"):
        dicom_seg(turned, segmentation, uids(), MADE_AT)
    nothing = Segmentation(np.zeros(GRID.shape, dtype=np.uint16), GRID, {1: "one"}, "threshold")
    with pytest.raises(Problem, match="without labels"):
        dicom_seg(series(GRID), nothing, uids(), MADE_AT)

    twins = series(GRID)
    twins[1].SOPInstanceUID = twins[0].SOPInstanceUID
    with pytest.raises(Problem, match="told apart by their UIDs"):
        dicom_seg(twins, segmentation, uids(), MADE_AT)


def test_a_place_that_a_header_lacks_is_the_grid_s(tmp_path: Path) -> None:
    bare = series(GRID)
    for header in bare:
        del header.ImagePositionPatient, header.ImageOrientationPatient, header.PixelSpacing, header.SOPClassUID
    labels = np.arange(5 * 6 * 7).reshape(GRID.shape).astype(np.uint16) % 3
    path = saved(tmp_path / "labels.dcm", Segmentation(labels, GRID, {1: "one", 2: "two"}, "threshold"), bare)
    assert np.array_equal(read_segments(path).laid_on(GRID).labels, labels)


@pytest.mark.skipif(not REAL.exists(), reason="the conformance series are not beside this checkout")
def test_labels_of_a_real_series_come_back_as_they_were(tmp_path: Path) -> None:
    found = read_files(sorted(path for path in REAL.rglob("*") if path.is_file()), UidMap(bytes(32)), quiet)
    series_found = found.series[0]
    volume, sources = series_found.volume, list(series_found.headers)
    values = volume.values()
    labels = np.digitize(values, np.percentile(values, [60, 80, 95])).astype(np.uint16) * 3
    names = {3: "dark", 6: "grey", 9: "bright"}
    path = saved(tmp_path / "labels.dcm", Segmentation(labels, volume.grid, names, "thresholds"), sources)
    assert np.array_equal(by_highdicom(path, sources, sorted(names)), labels)
    assert np.array_equal(read_segments(path).laid_on(volume.grid).labels, labels)
