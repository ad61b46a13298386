"""The way from files to a page, on the sample, on made files and, where they are, on real scans."""

import re
import zipfile
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest

from abaton.cli.program import EXIT_CODES
from abaton.imaging.store import Scans
from tests.cli.conftest import Abaton, abaton
from tests.imaging.store.made import ball, labels_of

__all__ = ["abaton"]

SHARED = Path(__file__).parents[4] / "shared/data/imaging"
real = pytest.mark.skipif(not SHARED.is_dir(), reason="the real scans are not on this machine")
SHAPE = (12, 40, 34)


def write_nifti(path: Path, voxels: np.ndarray, right_mm: float = 0.0) -> None:
    affine = np.diag([-0.6, -0.5, 2.0, 1.0])
    affine[0, 3] = right_mm
    library: Any = nibabel
    library.Nifti1Image(voxels.T, affine).to_filename(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A made CT as NIfTI, labels beside it, and a file that is no scan."""
    made = tmp_path / "from the scanner"
    made.mkdir()
    voxels = ball(SHAPE)
    write_nifti(made / "ct.nii.gz", voxels)
    labels = labels_of(voxels).labels
    write_nifti(made / "labels.nii.gz", np.where(labels == 40_000, 2, labels).astype(np.uint8))
    (made / "readme.txt").write_text("nothing")
    return made


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def told(output: str, name: str) -> str:
    found = re.search(rf"^{name} +(.+)$", output, re.MULTILINE)
    assert found is not None, f"{name} is not in:\n{output}"
    return found[1].strip()


def test_import_tells_what_it_found_and_what_to_do_next(abaton: Abaton, folder: Path, data: Path) -> None:
    ended = abaton("import", "scan", folder, "--data", data)
    assert ended.code == 0, ended.errors
    scan = told(ended.output, "Scan")
    assert told(ended.output, "Series").startswith("CT")
    assert "34 x 40 x 12 voxels" in told(ended.output, "Size")
    assert told(ended.output, "Spacing") == "0.600 x 0.500 x 2.000 mm"
    assert told(ended.output, "Orientation").startswith("LPS")
    assert "by the header alone" in told(ended.output, "Geometry")
    assert "found no identifier" in told(ended.output, "Privacy")
    assert "label 1, label 2" in told(ended.output, "Labels")
    assert Path(told(ended.output, "Stored in")).is_dir()
    assert "1 file " in ended.output.split("Left out")[1]
    assert f"Next: abaton scan show {scan} --data {data}" in ended.errors
    np.testing.assert_array_equal(Scans(data / "scans").volume(scan).voxels, ball(SHAPE))


def test_import_of_a_zip_is_that_of_its_folder(abaton: Abaton, folder: Path, data: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "scan.zip", "w") as packed:
        for path in folder.iterdir():
            packed.write(path, path.name)
    ended = abaton("import", "scan", tmp_path / "scan.zip", "--data", data)
    assert ended.code == 0, ended.errors
    assert "34 x 40 x 12 voxels" in ended.output


def test_second_import_stores_nothing_twice_and_adds_new_labels(abaton: Abaton, folder: Path, data: Path) -> None:
    labels = (folder / "labels.nii.gz").rename(folder.parent / "labels.nii.gz")
    abaton("import", "scan", folder, "--data", data)
    labels.rename(folder / "labels.nii.gz")
    for _ in range(2):
        ended = abaton("import", "scan", folder, "--data", data)
        assert "nothing was stored twice" in ended.output
    (record,) = Scans(data / "scans").records()
    assert len(record.segmentations) == 1


def test_names_of_labels_may_be_given(abaton: Abaton, folder: Path, data: Path) -> None:
    ended = abaton("import", "scan", folder, "--label-names", "totalsegmentator", "--data", data)
    assert "spleen, kidney_right" in told(ended.output, "Labels")


@pytest.mark.parametrize("what", ["nothing", "empty", "text", "missing", "half"])
def test_what_is_no_scan_is_refused_and_nothing_stored(
    abaton: Abaton, folder: Path, data: Path, tmp_path: Path, what: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").write_text("no scan")
    (tmp_path / "half").write_bytes((folder / "ct.nii.gz").read_bytes()[:2000])
    ended = abaton("import", "scan", *([] if what == "nothing" else [tmp_path / what]), "--data", data)
    assert ended.code in (2, 3, 5)
    assert "Do " in ended.errors
    assert "Traceback" not in ended.errors
    assert Scans(data / "scans").records() == ()


def test_sample_is_imported_listed_and_shown(
    abaton: Abaton, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "No scans yet" in abaton("scan", "list", "--data", data).errors
    ended = abaton("import", "scan", "--sample", "--data", data)
    assert ended.code == 0, ended.errors
    scan = told(ended.output, "Scan")
    assert told(ended.output, "Spacing") == "1.000 x 1.000 x 1.000 mm"
    listed = abaton("scan", "list", "--data", data)
    assert scan in listed.output
    assert "192 x 256 x 256" in listed.output
    shown = abaton("scan", "show", scan[:4], "--data", data)
    assert shown.code == 0
    page = (tmp_path / f"scan-{scan}.html").read_text()
    assert shown.output.strip() == f"scan-{scan}.html"
    assert page.count("<figure") == 4
    assert page.count("not for primary diagnosis") == 3
    for said in ("Geometry certificate", "Privacy", "T1 head", "Axial, slice", ["256", "256", "192"][0]):
        assert said in page


def test_page_of_a_labelled_scan_has_volumes_and_outlines(
    abaton: Abaton, folder: Path, data: Path, tmp_path: Path
) -> None:
    scan = told(abaton("import", "scan", folder, "--data", data).output, "Scan")
    ended = abaton("scan", "label", scan, folder / "labels.nii.gz", "--by", "rater two", "--data", data)
    assert ended.code == 0, ended.errors
    assert ended.output.startswith("Segmentation 2: rater two (label 1, label 2)")
    assert f"--segmentation 2 --data {data}" in ended.errors
    page = tmp_path / "page.html"
    assert abaton("scan", "show", scan, "--to", page, "--segmentation", "2", "--data", data).code == 0
    text = page.read_text()
    shell = int((labels_of(ball(SHAPE)).labels == 1).sum())
    assert f'<td class="number">{shell}</td><td class="number">{round(shell * 0.6 / 1000, 2)}</td>' in text
    assert "Who labelled what" in text
    assert "<title>label 1</title>" in text


def test_labels_of_another_scan_are_refused_with_the_reason(
    abaton: Abaton, folder: Path, data: Path, tmp_path: Path
) -> None:
    scan = told(abaton("import", "scan", folder, "--data", data).output, "Scan")
    write_nifti(tmp_path / "other.nii", np.ones((5, 40, 30), np.uint8), right_mm=-0.3)
    ended = abaton("scan", "label", scan, tmp_path / "other.nii", "--data", data)
    assert ended.code == EXIT_CODES["refused"]
    assert "another grid" in ended.errors
    resampled = abaton("scan", "label", scan, tmp_path / "other.nii", "--nearest", "--data", data)
    assert resampled.code == 0
    assert "resampled" in resampled.output


@pytest.mark.parametrize(
    "arguments", [("show", "zzzz"), ("label", "zzzz", "x.nii"), ("show", "zzzz", "--segmentation", "3")]
)
def test_scan_that_there_is_not(abaton: Abaton, data: Path, arguments: tuple[str, ...]) -> None:
    ended = abaton("scan", *arguments, "--data", data)
    assert ended.code == EXIT_CODES["not_found"]
    assert "abaton scan list" in ended.errors


def test_segmentation_that_there_is_not(abaton: Abaton, folder: Path, data: Path) -> None:
    scan = told(abaton("import", "scan", folder, "--data", data).output, "Scan")
    assert abaton("scan", "show", scan, "--segmentation", "9", "--data", data).code == EXIT_CODES["not_found"]


def test_damaged_scan_is_listed_as_damaged(abaton: Abaton, folder: Path, data: Path) -> None:
    stored = Path(told(abaton("import", "scan", folder, "--data", data).output, "Stored in"))
    (stored / "scan.json").write_text("{")
    ended = abaton("scan", "list", "--data", data)
    assert ended.code == 0
    assert f"{stored.name} is damaged" in ended.errors


def test_data_folder_that_cannot_be_written(abaton: Abaton, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = abaton("import", "scan", folder, "--data", tmp_path / "file")
    assert ended.code == EXIT_CODES["unavailable"]
    assert "Traceback" not in ended.errors


@real
def test_real_ct_with_its_labels_as_a_new_user_does_it(
    abaton: Abaton, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ABATON_DATA", str(data))
    ended = abaton("import", "scan", SHARED / "abdomen_ct")
    assert ended.code == 0, ended.errors
    assert "512 x 512 x 20 voxels" in ended.output
    assert "122 x 101 x 112 voxels" in ended.output
    assert "NOT" not in ended.output
    (whole,) = [record for record in Scans(data / "scans").records() if record.grid.shape == (112, 101, 122)]
    assert "colon" in whole.segmentations[0].names.values()
    page = tmp_path / "abdomen.html"
    assert abaton("scan", "show", whole.id, "--to", page).code == 0
    text = page.read_text()
    # 59 968 voxels of 27 mm3: 1619.14 ml.
    assert re.search(r"colon</th><td[^>]*>20</td><td[^>]*>59968</td><td[^>]*>1619.14</td>", text)
    assert page.stat().st_size < 5_000_000
