"""`abaton scan measure` on a made scan."""

from pathlib import Path

import pytest

from abaton.imaging.measure import read_report
from tests.cli.conftest import Abaton
from tests.cli.imaging.scans import store_a_tube
from tests.imaging.measure.phantoms import read


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_measurements_are_printed_with_their_uncertainty_and_written_as_a_report(abaton: Abaton, data: Path) -> None:
    scan = store_a_tube(data).id[:6]
    report = data / "report.dcm"
    done = abaton(
        "scan", "measure", scan, "--distance", "-40,0,0", "40,0,0", "--angle", "40,0,0", "0,0,0", "0,40,0",
        "--volume", "colon", "--statistics", "colon", "--sr", str(report), "--data", str(data),
    )  # fmt: skip
    assert done.code == 0, done.errors
    lines = {line.split("  ")[0]: line for line in done.output.splitlines()}
    assert " 80.0 " in lines["distance"]
    assert " 1.6 " in lines["distance"]
    assert " 90.0 " in lines["angle"]
    assert "-950" in lines["mean"]
    assert "HU" in lines["mean"]
    assert "Not for primary diagnosis" in done.errors
    back = read_report(read(report))
    assert [one.quantity for one in back][:3] == ["distance", "angle", "volume"]
    assert back[0].value == pytest.approx(80)


def test_every_kind_can_be_asked_for(abaton: Abaton, data: Path) -> None:
    scan = store_a_tube(data).id
    square = "30,-5,0 50,-5,0 50,5,0 30,5,0"
    done = abaton(
        "scan", "measure", scan, "--path", "40,0,0 0,40,0 -40,0,0", "--lines", "0,0,0", "9,0,0", "0,0,2", "0,9,2",
        "--area", square, "--outline", square, "--sphere", "40,0,0,6", "--slice-area", "colon", "9",
        "--data", str(data),
    )  # fmt: skip
    assert done.code == 0, done.errors
    assert " 113.1 " in done.output
    assert " 200 " in done.output
    assert "sphere of 6 mm" in done.output


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ([], 2, "one at least"),
        (["--distance", "1,2", "3,4,5"], 2, "X,Y,Z in millimetres"),
        (["--distance", "a,b,c", "3,4,5"], 2, "X,Y,Z in millimetres"),
        (["--distance", "nan,0,0", "3,4,5"], 2, "finite"),
        (["--distance", "900,0,0", "3,4,5"], 2, "in the scan"),
        (["--volume", "liver"], 3, "one of colon"),
        (["--volume", "colon", "--segmentation", "4"], 3, "one of colon"),
    ],
)
def test_what_cannot_be_measured_is_told(
    abaton: Abaton, data: Path, arguments: list[str], code: int, told: str
) -> None:
    scan = store_a_tube(data).id
    done = abaton("scan", "measure", scan, *arguments, "--data", str(data))
    assert done.code == code
    assert told in done.errors


def test_scans_without_certificate_or_headers_are_refused(abaton: Abaton, data: Path) -> None:
    loose = store_a_tube(data, certified=False).id
    done = abaton("scan", "measure", loose, "--volume", "colon", "--data", str(data))
    assert (done.code, "original DICOM" in done.errors) == (5, True)
    bare = store_a_tube(data / "other", dicom=False).id
    report = data / "no.dcm"
    done = abaton("scan", "measure", bare, "--volume", "colon", "--sr", str(report), "--data", str(data / "other"))
    assert (done.code, "original DICOM" in done.errors) == (5, True)
    assert not report.exists()
