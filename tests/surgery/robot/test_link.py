"""Lines that are late, uneven and lossy."""

import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.surgery.robot.link import Line, arrivals, latest

SENT = [n / 1000 for n in range(5000)]


def test_a_perfect_line_is_no_line() -> None:
    assert arrivals(Line(), SENT, np.random.default_rng(0)) == SENT


def test_delay_jitter_and_loss_are_as_ordered() -> None:
    arrived = arrivals(Line(0.1, 0.02, 0.25), SENT, np.random.default_rng(1))
    late = [at - sent for at, sent in zip(arrived, SENT, strict=True) if at is not None]
    assert min(late) >= 0.1
    assert np.mean(late) == pytest.approx(0.1 + 0.02 * np.sqrt(2 / np.pi), abs=0.001)
    assert len(late) / len(SENT) == pytest.approx(0.75, abs=0.02)


def test_what_was_overtaken_counts_no_more() -> None:
    assert latest("abc", [0.0, 0.1, 0.2], [0.9, 0.5, None], 0.6) == "b"
    assert latest("abc", [0.0, 0.1, 0.2], [0.9, 0.5, None], 1.0) == "b"
    assert latest("abc", [0.0, 0.1, 0.2], [0.9, 0.5, None], 0.4) is None


@pytest.mark.parametrize("line", [Line(-0.1), Line(0.0, float("nan")), Line(loss=1.5)])
def test_an_impossible_line_is_refused(line: Line) -> None:
    with pytest.raises(Problem) as problem:
        arrivals(line, SENT, np.random.default_rng(0))
    assert problem.value.code == "line_impossible"
