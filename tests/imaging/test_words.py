import msgspec
import pytest

from abaton.core.clock import ManualClock
from abaton.imaging import words
from abaton.imaging.certificate import GeometryCertificate
from abaton.imaging.privacy.report import PrivacyReport
from abaton.imaging.store import ScanRecord, Scans
from tests.imaging.store.made import ball, labels_of, series_of


@pytest.fixture
def record(tmp_path_factory: pytest.TempPathFactory) -> ScanRecord:
    voxels = ball((4, 30, 26))
    scans = Scans(tmp_path_factory.mktemp("scans"), ManualClock(), lambda: "abcdefghijkl")
    return scans.add(series_of(voxels), [labels_of(voxels)])


def test_sizes_are_told_columns_first(record: ScanRecord) -> None:
    assert words.size_text(record) == "26 x 30 x 4 voxels"
    assert words.spacing_text(record) == "0.600 x 0.500 x 2.000 mm"
    assert words.extent_text(record) == "16 x 15 x 8 mm"
    assert words.orientation_text(record) == "LPS: columns towards left, rows towards back, slices towards head"


def test_id_is_cut_to_what_tells_it_from_others(record: ScanRecord) -> None:
    other = msgspec.structs.replace(record, id="abcdefghizzz")
    assert words.short_id(record) == "abcdefgh"
    assert words.short_id(record, [record, other]) == "abcdefghij"


@pytest.mark.parametrize(
    ("certificate", "said"),
    [
        (GeometryCertificate("slice positions", True, (0.0, 0.002), 0.002, 0.0, "SPL"), "within 0.0020 mm"),
        (GeometryCertificate("slice positions", False, (0.0, 3.0), 3.0, 0.0, "SPL"), "NOT certified"),
        (GeometryCertificate("resampled", True, (0.0, 48.8), 0.0, 12.0, "SPL"), "up to 48.80 mm off, gantry tilt 12.0"),
        (GeometryCertificate("resampled", True, (0.0, 0.002), 0.0, 0.0, "SPL"), "slices lay within 0.0020 mm"),
        (GeometryCertificate("header", True, (), 0.0, 0.0, "SPL"), "by the header alone"),
        (GeometryCertificate("header", False, (), 0.0, 0.0, "SPL"), "not certified"),
    ],
)
def test_certificate_in_a_sentence(certificate: GeometryCertificate, said: str) -> None:
    assert said in words.certificate_text(certificate)


def test_privacy_in_a_sentence(record: ScanRecord) -> None:
    assert words.privacy_text(record.privacy).startswith("2 values of 1 attribute removed or replaced, 3 private ones")
    assert "found no identifier" in words.privacy_text(record.privacy)
    assert "NOT verified" in words.privacy_text(PrivacyReport("x", (), 0, (), False))


def test_labels_in_a_line(record: ScanRecord) -> None:
    assert words.labels_text(record.segmentations[0]) == "1: rater one (shell, core)"


@pytest.mark.parametrize(
    ("description", "title"), [("CT body", "CT body"), ("ct", "CT"), ("", "CT"), ("abdomen", "CT abdomen")]
)
def test_title_says_nothing_twice(record: ScanRecord, description: str, title: str) -> None:
    assert words.title(msgspec.structs.replace(record, description=description)) == title
