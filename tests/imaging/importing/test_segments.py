from pathlib import Path
from typing import Any

import numpy as np
import pytest
from highdicom import AlgorithmIdentificationSequence
from highdicom.seg import Segmentation, SegmentDescription
from numpy.typing import NDArray
from pydicom.sr.codedict import codes

from abaton.core.errors import Problem
from abaton.imaging.importing.reading import read_files
from abaton.imaging.importing.segments import read_segments
from abaton.imaging.privacy.uids import UidMap
from tests.imaging.importing.made import oblique, slices, voxels_of, write


def export(path: Path, series: list[Any], labels: NDArray[np.uint8], kind: str = "BINARY") -> Path:
    algorithm = AlgorithmIdentificationSequence("threshold", codes.cid7162.ArtificialIntelligence, "1")
    tissue = codes.SCT.Tissue
    described = [
        SegmentDescription(number, name, tissue, tissue, "AUTOMATIC", algorithm_identification=algorithm)
        for number, name in ((1, "liver"), (2, "Rivers tumor"))
    ]
    pixels: Any = labels
    if kind == "FRACTIONAL":
        pixels = np.stack([labels == 1, labels == 2], axis=-1) * 0.5
    library: Any = Segmentation
    made: Any = library(
        series, pixels, kind, described, "1.2.8", 7, "1.2.8.1", 1, "Abaton", "Abaton", "1", "0", omit_empty_frames=True
    )
    made.save_as(path)
    return path


@pytest.fixture
def series() -> list[Any]:
    made = slices(voxels_of(5, 8, 9), oblique((10, 20, 30)))
    for dataset in made:
        dataset.PatientBirthDate = dataset.PatientSex = dataset.AccessionNumber = dataset.StudyID = ""
        dataset.StudyDate = dataset.StudyTime = dataset.ReferringPhysicianName = ""
        dataset.InstanceNumber, dataset.SeriesNumber = 1, 1
    return made


def labels_of() -> NDArray[np.uint8]:
    labels = np.zeros((5, 8, 9), np.uint8)
    labels[1:3, 2:5, 3:7] = 1
    labels[3, 1:4, 1:4] = 2
    return labels


def test_a_segmentation_beside_its_series(tmp_path: Path, series: list[Any]):
    files = write(tmp_path, series)
    files.append(export(tmp_path / "labels.dcm", series, labels_of()))
    found = read_files(files, UidMap(b"k" * 32), lambda _text, _share: None)
    assert found.skipped == ()
    ((place, segmentation),) = found.segmentations
    assert place == 0
    assert np.array_equal(segmentation.labels, labels_of())
    assert segmentation.names == {1: "liver", 2: "tumor"}


def test_a_segmentation_finds_its_series_among_others_on_the_same_grid(tmp_path: Path, series: list[Any]):
    other = slices(voxels_of(5, 8, 9), oblique((10, 20, 30)), SeriesInstanceUID="1.2.7", SeriesNumber="0")
    files = write(tmp_path, other, "other") + write(tmp_path, series)
    files.append(export(tmp_path / "labels.dcm", series, labels_of()))
    found = read_files(files, UidMap(b"k" * 32), lambda _text, _share: None)
    assert len(found.series) == 2
    assert [place for place, _ in found.segmentations] == [1]


def test_a_segmentation_of_another_scan_is_left_out(tmp_path: Path, series: list[Any]):
    files = write(tmp_path, slices(voxels_of(5, 8, 9)))
    files.append(export(tmp_path / "labels.dcm", series, labels_of()))
    found = read_files(files, UidMap(b"k" * 32), lambda _text, _share: None)
    assert found.segmentations == ()
    assert [skipped.code for skipped in found.skipped] == ["labels_without_scan"]


def test_cut_short(tmp_path: Path, series: list[Any]):
    path = export(tmp_path / "labels.dcm", series, labels_of())
    for length in (500, 2000, path.stat().st_size - 20):
        path.write_bytes(path.read_bytes()[:length])
        with pytest.raises(Problem):
            read_segments(path)


def test_probabilities_are_refused(tmp_path: Path, series: list[Any]):
    path = export(tmp_path / "labels.dcm", series, labels_of(), "FRACTIONAL")
    with pytest.raises(Problem, match="probabilities"):
        read_segments(path)
