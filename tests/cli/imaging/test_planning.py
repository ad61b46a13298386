"""`abaton scan plan` on a made scan of two balls drawn by three raters."""

from pathlib import Path

import numpy as np
import pytest

from abaton.imaging.importing.found import ImportedSeries
from abaton.imaging.privacy.report import PrivacyReport
from abaton.imaging.store import ScanRecord, Scans
from tests.cli.conftest import Abaton
from tests.imaging.plan.made import ball, grid_of, labelled, volume_of

GRID = grid_of((30, 40, 64), (2.0, 1.5, 1.0), oblique=True)


def store(folder: Path, raters: int = 1) -> ScanRecord:
    """A body of 27 mm with a tumour and, 9 mm from it, a vessel; each rater draws the tumour 1 mm larger."""
    middle = GRID.to_world((14.5, 19.5, 31.5))
    along = GRID.affine[:3, 2]
    drawings = [
        labelled(
            GRID,
            f"rater {n}",
            vessel=ball(GRID, middle + 14 * along, 3.0),
            tumour=ball(GRID, middle - 5 * along, 6.0 + n),
        )
        for n in range(raters)
    ]
    series = ImportedSeries(
        volume_of(GRID, ball(GRID, middle, 26.0)), (), PrivacyReport("none", (), 0, (), verified=True), files=1
    )
    return Scans(folder / "scans").add(series, drawings)


def test_margins_are_printed_and_drawn(abaton: Abaton, tmp_path: Path) -> None:
    scan = store(tmp_path).id[:8]
    page = tmp_path / "plan.html"
    done = abaton(
        "scan", "plan", scan, "--target", "tumour", "--avoid", "vessel", "--margin", "4", "--to", str(page),
        "--data", str(tmp_path),
    )  # fmt: skip
    assert done.code == 0, done.errors
    assert "Planned margin achieved: 4 mm were planned" in done.output
    row = next(line for line in done.output.splitlines() if line.startswith("vessel"))
    assert float(row.split()[1]) == pytest.approx(10.0, abs=1.0)
    assert "Not for primary diagnosis" in done.errors
    text = page.read_text()
    assert "Planned margin achieved" in text
    assert text.count("viewBox=") >= 7
    assert "<title>4 mm</title>" in text
    assert "<title>vessel</title>" in text
    assert '"colors"' in text
    assert "recurrence" not in text
    assert "not for primary diagnosis" in text.lower()


def test_raters_are_compared(abaton: Abaton, tmp_path: Path) -> None:
    scan = store(tmp_path, raters=3).id
    page = tmp_path / "plan.html"
    rest = ["--data", str(tmp_path), "--to", str(page)]
    done = abaton("scan", "plan", scan, "--target", "tumour", "--avoid", "vessel", "--margin", "9", *rest)
    assert done.code == 0, done.errors
    assert "achieved in " in done.output
    assert "3 raters. Smallest distance" in done.output
    assert all(f"rater {n}" in done.output for n in range(3))
    text = page.read_text()
    assert "Where the raters differ" in text
    assert text.count("<title>rater 1</title>") >= 1
    alone = abaton("scan", "plan", scan, "--target", "tumour", "--avoid", "vessel", "--segmentation", "2", *rest)
    assert alone.code == 0, alone.errors
    assert "Smallest distance" not in alone.output


def test_without_a_name_to_avoid_the_boundary_is_avoided(abaton: Abaton, tmp_path: Path) -> None:
    scan = store(tmp_path).id
    page = tmp_path / "plan.html"
    done = abaton("scan", "plan", scan, "--target", "tumour", "--data", str(tmp_path), "--to", str(page))
    assert done.code == 0, done.errors
    assert "tumour comes within" in done.output
    row = next(line for line in done.output.splitlines() if line.startswith("boundary"))
    assert float(row.split()[1]) == pytest.approx(15.0, abs=2.5)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--target", "tumor"], 3, "one of: tumour, vessel"),
        (["--target", "tumour", "--avoid", "aorta"], 3, "no label 'aorta'"),
        (["--target", "tumour", "--avoid", "tumour"], 2, "two different labels"),
        (["--target", "tumour", "--margin", "nan"], 2, "length"),
        (["--target", "tumour", "--shell", "-3"], 2, "length"),
        (["--target", "tumour", "--segmentation", "9"], 3, "one of 1"),
    ],
)
def test_what_cannot_be_planned_is_told_and_leaves_no_page(
    abaton: Abaton, tmp_path: Path, arguments: list[str], code: int, told: str
) -> None:
    scan = store(tmp_path).id
    page = tmp_path / "plan.html"
    done = abaton("scan", "plan", scan, *arguments, "--data", str(tmp_path), "--to", str(page))
    assert done.code == code
    assert told in " ".join(done.errors.split())
    assert not page.exists()


def test_a_scan_without_labels_says_so(abaton: Abaton, tmp_path: Path) -> None:
    series = ImportedSeries(
        volume_of(GRID, np.ones(GRID.shape, np.bool_)), (), PrivacyReport("none", (), 0, (), verified=True), files=1
    )
    scan = Scans(tmp_path / "scans").add(series).id
    done = abaton("scan", "plan", scan, "--target", "tumour", "--data", str(tmp_path))
    assert done.code == 3
    assert "this one has none" in done.errors
