"""Waves that sweep over a screen of characters."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from abaton.training.live.sweep import BLANK, Sweep


def lit(rows: list[str]) -> int:
    return sum(bin(ord(character) - BLANK).count("1") for row in rows for character in row)


def test_a_steady_wave_is_a_line_of_one_dot_behind_the_pen() -> None:
    sweep = Sweep(20, 0.0, 1.0, 40.0)
    sweep.write(np.full(100, 0.5), 0.5)
    assert sweep.pen == 20
    assert lit(sweep.rows(3)) == 20
    assert all(character == chr(BLANK) for row in sweep.rows(3) for character in row[10:])


def test_a_spike_between_two_columns_is_not_lost() -> None:
    samples = np.zeros(1000)
    samples[503] = 1.0
    sweep = Sweep(20, 0.0, 1.0, 40.0)
    sweep.write(samples, 1.0 - 1e-9)
    assert sweep.rows(4)[0].strip(chr(BLANK))


def test_the_pen_comes_round_behind_an_erase_bar() -> None:
    sweep = Sweep(20, 0.0, 1.0, 40.0)
    sweep.write(np.full(500, 0.2), 1.5)
    row = "".join(sweep.rows(1))
    place = sweep.pen // 2
    assert row[place] == chr(BLANK)
    assert lit([row]) == 40 - 2


def test_what_is_not_measured_leaves_a_gap() -> None:
    sweep = Sweep(10, 0.0, 1.0, 20.0)
    sweep.write(np.array([0.5] * 50 + [math.nan] * 50), 0.8)
    assert lit(sweep.rows(2)) == 8


def test_the_scale_follows_the_wave() -> None:
    sweep = Sweep(20, 70.0, 100.0, 40.0, 10.0)
    sweep.write(np.linspace(88, 163, 100), 0.9)
    assert (sweep.low, sweep.high) == (70.0, 170.0)
    sweep.write(np.linspace(40, 60, 100), 1.0)
    assert sweep.low == 40.0


@given(st.lists(st.floats(-1e3, 1e3) | st.just(math.nan), max_size=60), st.floats(0, 3), st.integers(1, 5))
def test_any_wave_can_be_drawn(samples: list[float], seconds: float, height: int) -> None:
    sweep = Sweep(13, -1.0, 1.0, 30.0, 0.5)
    sweep.write(np.array(samples), seconds)
    rows = sweep.rows(height)
    assert [len(row) for row in rows] == [13] * height
