from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from numpy.typing import NDArray

from abaton.imaging.importing.found import Found
from abaton.imaging.importing.reading import read_files
from abaton.imaging.privacy.uids import UidMap
from tests.imaging.importing.made import AXIAL, enhanced, grid_of, positions, slices, voxels_of, write

DATA = Path(__file__).parents[4] / "shared/data/imaging"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"the real scans are not beside the checkout: {DATA}")
CARET = b"""<CaretExtension><VolumeInformation Index="0"><LabelTable>
<Label Key="3" Red="0.0" Alpha="1"><![CDATA[left_kidney]]></Label><Label Key="4" Red="0"><![CDATA[<script>]]></Label>
</LabelTable></VolumeInformation></CaretExtension>"""


def read(*paths: Path) -> Found:
    said: list[float] = []
    files = [file for path in paths for file in sorted(path.rglob("*")) if file.is_file()]
    found = read_files(files, UidMap(b"k" * 32), lambda _, share: said.append(share))
    assert all(0 <= share <= 1 for share in said)
    assert said[-1] == 1
    return found


def blobs(shape: tuple[int, int, int] = (9, 12, 14)) -> NDArray[np.uint8]:
    labels = np.zeros(shape, np.uint8)
    labels[2:6, 3:9, 4:12] = 3
    labels[6:8, 3:9, 4:12] = 4
    return labels


def save_nifti(path: Path, voxels: NDArray[Any], lps: NDArray[np.float64], extension: bytes = b"") -> Path:
    """An array in the order slice, row, column, with the affine of its grid."""
    library: Any = nibabel
    path.parent.mkdir(parents=True, exist_ok=True)
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ lps[:, [2, 1, 0, 3]]
    image = library.Nifti1Image(voxels.transpose(2, 1, 0), affine)
    image.header.set_xyzt_units("mm")
    if extension:
        image.header.extensions.append(library.nifti1.Nifti1Extension(0, extension))
    library.save(image, path)
    return path


def noise(shape: tuple[int, int, int] = (9, 12, 14)) -> NDArray[np.int16]:
    return np.random.default_rng(2).integers(0, 900, shape).astype(np.int16)


def test_headers_name_nobody_and_follow_the_slices(tmp_path: Path):
    write(tmp_path, slices(voxels_of(), SeriesDescription="t1 axial Rivers"))
    (series,) = read(tmp_path).series
    assert series.files == len(series.headers) == 5
    assert series.volume.description == "t1 axial"
    assert series.privacy.verified
    heights = [float(header.ImagePositionPatient[2]) for header in series.headers]
    assert heights == pytest.approx(positions(5, AXIAL)[:, 2].tolist())
    assert "Rivers" not in str(series.headers)
    assert "4711" not in str(series.headers)
    assert all("PixelData" not in header for header in series.headers)


def test_identities_that_an_archive_stripped_are_made_anew_and_alike(tmp_path: Path):
    made = slices(voxels_of())
    for dataset in made:
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.SeriesInstanceUID = dataset.StudyInstanceUID = dataset.SOPInstanceUID = ""
        del dataset.FrameOfReferenceUID
    write(tmp_path, made)
    (series,) = read(tmp_path).series
    (again,) = read(tmp_path).series
    assert len({header.SOPInstanceUID for header in series.headers}) == 5
    for keyword in ("SeriesInstanceUID", "StudyInstanceUID", "FrameOfReferenceUID"):
        (uid,) = {header.get(keyword) for header in series.headers}
        assert uid == again.headers[0].get(keyword)
        assert uid.startswith("2.25.")


def test_resampled_and_enhanced_volumes_have_no_headers(tmp_path: Path):
    write(tmp_path / "gap", slices(voxels_of(6)))
    (tmp_path / "gap/slice0003.dcm").unlink()
    write(tmp_path / "enhanced", [enhanced(voxels_of(), (1, 0, 2, 3, 4))])
    for folder in ("gap", "enhanced"):
        (series,) = read(tmp_path / folder).series
        assert series.headers == ()
        assert any(removed.name == "Patient's Name" for removed in series.privacy.removed)


def test_labels_beside_a_dicom_series(tmp_path: Path):
    write(tmp_path / "dicom", slices(noise()))
    grid = grid_of(9, AXIAL, (0.5, 0.8), (12, 14))
    flipped = grid.affine
    flipped[:, 3] += flipped[:, 2] * 13
    flipped[:, 2] *= -1
    save_nifti(tmp_path / "organ_labels.nii.gz", blobs()[:, :, ::-1], flipped, CARET)
    found = read(tmp_path)
    ((place, segmentation),) = found.segmentations
    assert place == 0
    assert np.array_equal(segmentation.labels, blobs())
    assert segmentation.labels.dtype == np.uint16
    assert segmentation.grid == found.series[0].volume.grid
    # The second name is no name; nothing of it is kept.
    assert segmentation.names == {3: "left_kidney", 4: "label 4"}
    assert found.skipped == ()


def test_raters(tmp_path: Path):
    affine = grid_of(9, AXIAL, (0.5, 0.8), (12, 14)).affine
    save_nifti(tmp_path / "flair.nii.gz", noise(), affine)
    save_nifti(tmp_path / "raters/ann.nii.gz", blobs(), affine)
    save_nifti(tmp_path / "raters/bob.nii.gz", np.roll(blobs(), 1, 0), affine)
    found = read(tmp_path)
    assert [(place, labels.made_by) for place, labels in found.segmentations] == [(0, "rater 1"), (0, "rater 2")]
    assert found.series[0].volume.description == "flair"


def test_labels_alone_are_refused(tmp_path: Path):
    save_nifti(tmp_path / "labels.nii.gz", blobs(), grid_of(9, AXIAL, (0.5, 0.8), (12, 14)).affine)
    found = read(tmp_path)
    assert (found.series, found.segmentations) == ((), ())
    assert [skipped.code for skipped in found.skipped] == ["labels_without_scan"]


@pytest.mark.parametrize("kind", ["measured", "whole floats", "negative", "coarse"])
def test_what_is_measured_is_no_label(tmp_path: Path, kind: str):
    voxels: NDArray[Any] = noise()
    if kind == "whole floats":
        voxels = blobs().astype(np.float32)
    elif kind == "negative":
        voxels = blobs().astype(np.int16) - 5
    elif kind == "coarse":
        voxels = (noise() // 100).astype(np.uint8)  # few values, but noise
    save_nifti(tmp_path / "a.nii.gz", voxels, grid_of(9, AXIAL, (0.5, 0.8), (12, 14)).affine)
    assert len(read(tmp_path).series) == 1


def test_hounsfield_units_are_recognised_and_said(tmp_path: Path):
    voxels = noise()
    voxels[:4] = -1000
    save_nifti(tmp_path / "a.nii.gz", voxels, grid_of(9, AXIAL, (0.5, 0.8), (12, 14)).affine)
    volume = read(tmp_path).series[0].volume
    assert (volume.modality, volume.unit) == ("CT", "HU")
    assert "Taken for CT" in volume.certificate.remarks[-1]


def test_good_and_bad_together(tmp_path: Path):
    write(tmp_path / "good", slices(voxels_of()))
    broken = write(tmp_path / "broken", slices(voxels_of(), SeriesInstanceUID="1.9"))
    for path in broken:
        path.write_bytes(path.read_bytes()[:-30])
    (tmp_path / "README").write_text("hello")
    found = read(tmp_path)
    assert len(found.series) == 1
    assert sorted((skipped.code, skipped.files) for skipped in found.skipped) == [("not_a_scan", 1), ("truncated", 5)]


def test_nothing_at_all(tmp_path: Path):
    (tmp_path / "empty").write_bytes(b"")
    found = read(tmp_path)
    assert (found.series, found.segmentations) == ((), ())


@needs_data
def test_the_glioma_and_its_raters():
    found = read(DATA / "glioma")
    assert [one.volume.description for one in found.series] == ["flair", "t1", "t1c"]
    makers = {labels.made_by for _, labels in found.segmentations}
    assert makers == {"file fused majority", *(f"rater {number}" for number in range(1, 6))}
    # All three scans are of one patient on one grid, and so each label belongs to each.
    assert len(found.segmentations) == 3 * len(makers)
    assert all(one.volume.certificate.certified for one in found.series)


@needs_data
def test_the_abdomen_and_its_organs():
    found = read(DATA / "abdomen_ct")
    sizes = [one.volume.voxels.shape for one in found.series]
    assert sizes == [(20, 512, 512), (112, 101, 122)]
    labels = dict(found.segmentations)
    assert labels[0].names[5] == labels[1].names[5] == "liver"
    assert all(one.volume.unit == "HU" for one in found.series)
    for place, one in enumerate(found.series):
        liver = one.volume.values()[labels[place].mask("liver")]
        assert 0 < np.median(liver) < 200  # HU, in either; labels laid elsewhere would be in air or bone
        assert np.percentile(liver, 5) > -50
