"""Large figures."""

import pytest

from abaton.training.live.digits import LINES, large, width


def test_figures_are_told_apart() -> None:
    shapes = {tuple(large(character)) for character in "0123456789-/?().: "}
    assert len(shapes) == 18


@pytest.mark.parametrize(("text", "wide", "across"), [("97", False, 7), ("97", True, 14), ("120/80", False, 23)])
def test_all_lines_are_as_long(text: str, wide: bool, across: int) -> None:
    lines = large(text, wide)
    assert len(lines) == LINES
    assert {len(line) for line in lines} == {across} == {width(text, wide)}


def test_a_seven_looks_like_one() -> None:
    assert large("7") == ["▀▀█", " ▄▀", " ▀ "]
