"""`abaton scan segment` and its neighbours on a made scan."""

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from abaton.imaging.importing.segments import read_segments
from abaton.imaging.store import Scans
from tests.cli.conftest import Abaton
from tests.cli.imaging.scans import store_a_tube


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_a_label_is_made_listed_and_taken_back(abaton: Abaton, data: Path) -> None:
    scan = store_a_tube(data).id[:6]
    done = abaton(
        "scan", "segment", scan, "air", "--threshold", "-1100", "-500", "--largest", "1", "--smooth", "1",
        "--data", str(data),
    )  # fmt: skip
    assert done.code == 0, done.errors
    assert "Segmentation 2, threshold -1100 to -500, largest part, smoothed by 1 mm" in done.output
    assert "Not for primary diagnosis" in done.errors
    first, second = Scans(data / "scans").segmentations(scan)
    assert (first.mask("colon") ^ second.mask("air")).sum() < 0.05 * first.mask("colon").sum()
    assert "air" in abaton("scan", "segmentations", scan, "--data", str(data)).output
    assert abaton("scan", "unsegment", scan, "2", "--data", str(data)).code == 0
    assert len(Scans(data / "scans").segmentations(scan)) == 1


@pytest.mark.parametrize(
    "how",
    [
        ["--grow", "40,0,0", "--within", "-1000", "-900", "--neck", "2"],
        ["--grow", "40,0,0", "--grow", "0,40,0"],
        ["--watershed", "--seed", "air=40,0,0", "--seed", "rest=0,0,0", "--within", "-1000", "-900"],
        ["--random-walker", "--seed", "air=40,0,0", "--seed", "rest=0,0,0", "--within", "-1000", "-900"],
    ],
)
def test_every_method_finds_the_tube(abaton: Abaton, data: Path, how: list[str]) -> None:
    scan = store_a_tube(data).id
    done = abaton("scan", "segment", scan, "air", *how, "--data", str(data))
    assert done.code == 0, done.errors
    tube, air = Scans(data / "scans").segmentations(scan)
    assert (tube.mask("colon") ^ air.mask("air")).sum() < 0.1 * tube.mask("colon").sum()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["x"], 2, "no method"),
        (["x", "--threshold", "0", "1", "--watershed"], 2, "2 methods"),
        (["--threshold", "0", "100"], 2, "no name"),
        (["x", "--threshold", "100", "0"], 2, "not above the high one"),
        (["x", "--grow", "1,2"], 2, "X,Y,Z in millimetres"),
        (["x", "--grow", "900,0,0"], 2, "outside the scan"),
        (["x", "--watershed", "--seed", "40,0,0"], 2, "NAME=X,Y,Z"),
        (["x", "--watershed", "--seed", "a=40,0,0"], 2, "at least two labels"),
        (["--with", "none"], 3, "no segmenter 'none'"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_is_stored(
    abaton: Abaton, data: Path, arguments: list[str], code: int, told: str
) -> None:
    scan = store_a_tube(data).id
    done = abaton("scan", "segment", scan, *arguments, "--data", str(data))
    assert done.code == code
    assert told in re.sub(r"\s+", " ", done.errors)
    assert len(Scans(data / "scans").segmentations(scan)) == 1


def test_raters_are_compared_in_a_table_and_on_a_page(abaton: Abaton, data: Path, tmp_path: Path) -> None:
    scan = store_a_tube(data).id
    alone = abaton("scan", "agreement", scan, "--data", str(data))
    assert alone.code == 2
    assert "at least two" in alone.errors
    assert abaton("scan", "segment", scan, "colon", "--threshold", "-1000", "-500", "--data", str(data)).code == 0
    page = tmp_path / "agreement.html"
    done = abaton("scan", "agreement", scan, "--page", str(page), "--data", str(data))
    assert done.code == 0, done.errors
    assert re.search(r"colon +2 of 2 .* 1\.00", done.output)
    assert "2: threshold -1000 to -500" in page.read_text()
    assert "ot for primary diagnosis" in page.read_text()


def test_labels_are_exported_in_every_form_and_never_over_a_file(abaton: Abaton, data: Path, tmp_path: Path) -> None:
    scan = store_a_tube(data)
    folder = tmp_path / "out"
    for form in ("dicom-seg", "nifti", "stl"):
        done = abaton("scan", "export", scan.id, "--as", form, "--to", str(folder), "--data", str(data))
        assert done.code == 0, done.errors
    stem = f"{scan.id[:8]}-1"
    assert sorted(path.name for path in folder.iterdir()) == [f"{stem}-1-colon.stl", f"{stem}.dcm", f"{stem}.nii.gz"]
    labels = Scans(data / "scans").segmentation(scan.id, 1).labels
    assert np.array_equal(read_segments(folder / f"{stem}.dcm").laid_on(scan.grid).labels, labels)
    nibabel: Any = import_module("nibabel")
    assert np.array_equal(np.asarray(nibabel.load(folder / f"{stem}.nii.gz").dataobj).transpose(2, 1, 0), labels)
    small = tmp_path / "small"
    command = ("scan", "export", scan.id, "--as", "stl", "--faces", "500", "--to", str(small), "--data", str(data))
    assert abaton(*command).code == 0
    assert (small / f"{stem}-1-colon.stl").stat().st_size == 84 + 50 * 500
    again = abaton("scan", "export", scan.id, "--as", "nifti", "--to", str(folder), "--data", str(data))
    assert again.code == 4


def test_a_scan_without_dicom_slices_is_not_exported_as_dicom(abaton: Abaton, data: Path, tmp_path: Path) -> None:
    scan = store_a_tube(data, dicom=False).id
    done = abaton("scan", "export", scan, "--as", "dicom-seg", "--to", str(tmp_path / "out"), "--data", str(data))
    assert done.code == 5
    assert "--as nifti" in done.errors
    assert list((tmp_path / "out").iterdir()) == []


def test_without_plug_ins_the_list_says_how_to_have_one(abaton: Abaton) -> None:
    done = abaton("scan", "segmenters")
    assert done.code == 0
    assert "abaton.segmenters" in done.errors + done.output


def test_ctrl_c_calls_it_off_and_nothing_is_stored(data: Path) -> None:
    scan = store_a_tube(data).id
    program = (
        "import os, signal\n"
        "from abaton.imaging.segment import growing\n"
        "from abaton.cli import main\n"
        "read = growing.threshold\n"
        "def interrupted(*given):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    return read(*given)\n"
        "growing.threshold = interrupted\n"
        "main()\n"
    )
    command = [sys.executable, "-c", program, "scan", "segment", scan, "air", "--threshold", "-1100", "-500"]
    done = subprocess.run([*command, "--data", str(data)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 130
    assert done.stderr.strip() == "Called off; nothing was stored."
    assert len(Scans(data / "scans").segmentations(scan)) == 1
