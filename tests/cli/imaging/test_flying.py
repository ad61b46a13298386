"""`abaton scan fly` through a made bent tube."""

from pathlib import Path

from tests.cli.conftest import Abaton
from tests.cli.imaging.scans import store_a_tube


def test_a_flight_prints_its_figures_and_writes_its_page(abaton: Abaton, tmp_path: Path) -> None:
    scan = store_a_tube(tmp_path).id
    page = tmp_path / "flight.html"
    done = abaton(
        "scan", "fly", scan, "--through", "colon", "--both-ways", "--field-of-view", "110",
        "--to", str(page), "--data", str(tmp_path),
    )  # fmt: skip
    assert done.code == 0, done.errors
    assert "Seen there and back" in done.output
    assert "Missed patches" in done.output
    assert "Not for primary diagnosis" in done.errors
    text = page.read_text()
    assert text.count("data:image/png;base64,") == 6
    assert "<svg" in text
    assert '"path"' in text
    assert '"fieldOfViewDeg"' in text
    assert "not for primary diagnosis" in text.lower()


def test_points_lead_the_way(abaton: Abaton, tmp_path: Path) -> None:
    scan = store_a_tube(tmp_path).id
    page = tmp_path / "flight.html"
    given = ["--from", "0,40,0", "--end", "-40,0,0", "--via", "-28,28,0", "--to", str(page), "--data", str(tmp_path)]
    done = abaton("scan", "fly", scan, "--through", "colon", *given)
    assert done.code == 0, done.errors
    half = float(done.output.split("Way")[1].split("cm")[0])
    assert 5.4 < half < 6.6


def test_what_cannot_be_flown_is_told_and_leaves_nothing(abaton: Abaton, tmp_path: Path) -> None:
    scan = store_a_tube(tmp_path).id
    page = tmp_path / "flight.html"
    rest = ["--to", str(page), "--data", str(tmp_path)]
    assert "one of colon" in abaton("scan", "fly", scan, "--through", "aorta", *rest).errors
    outside = abaton("scan", "fly", scan, "--through", "colon", "--from", "0,0,0", *rest)
    assert outside.code == 2
    assert "inside the label" in outside.errors
    assert not page.exists()
