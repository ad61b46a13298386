import pytest

from abaton.core.errors import Problem
from abaton.records.sqlite import check_version, has_wal_reset_bug


@pytest.mark.parametrize(
    ("version", "affected"),
    [((3, 6, 23), False), ((3, 7, 0), True), ((3, 40, 1), True), ((3, 51, 2), True), ((3, 51, 3), False)],
)
def test_the_versions_whose_wal_can_be_damaged(version: tuple[int, int, int], affected: bool) -> None:
    assert has_wal_reset_bug(version) is affected


def test_a_library_too_old_is_refused() -> None:
    check_version((3, 35, 0))
    with pytest.raises(Problem) as caught:
        check_version((3, 34, 1))
    assert caught.value.code == "sqlite_too_old"
    assert "3.34.1" in caught.value.got
