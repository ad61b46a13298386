"""Compressions found in made streams, and the published function on its edges."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.training.cpr.compressions import Stream, feed, resting_level
from abaton.training.cpr.score import Breath, Mode, Score, breaths_score, compression_score, score

Array = NDArray[np.float64]
HZ = 100.0
ONLY: Mode = "compressions only"


def rest(seconds: float) -> Array:
    return np.zeros(round(seconds * HZ))


def run(count: int, depth_mm: float = 55.0, per_min: float = 110.0, residual_mm: float = 0.0) -> Array:
    """Compressions as haversines between the residual and the depth."""
    samples = round(count * 60 / per_min * HZ)
    phase = np.arange(samples) / HZ * per_min / 60
    return residual_mm + (depth_mm - residual_mm) * (1 - np.cos(2 * math.pi * phase)) / 2


def times(depths: Array, hz: float = HZ) -> Array:
    return np.arange(len(depths)) / hz


def judged(
    parts: Sequence[Array] | Array, error_mm: float = 0.0, breaths: Sequence[Breath] = (), mode: Mode = ONLY
) -> Score:
    depths = np.concatenate([*parts, rest(0.2)])
    return score(feed(Stream(), times(depths), depths), error_mm, breaths, mode)


def test_two_minutes_by_the_book_score_full_marks() -> None:
    done = judged([run(220)])
    assert done.count == 220
    assert done.score == pytest.approx(100)
    assert done.ccf == pytest.approx(1.0, abs=0.01)
    assert done.rate_per_min == pytest.approx(110, rel=0.02)
    assert done.mean_depth_mm == pytest.approx(55, abs=0.3)
    assert done.shares.all_pct == 100
    assert done.pauses_s == ()
    assert done.edition == "AHA 2025"


@pytest.mark.parametrize(
    ("depth_mm", "per_min", "residual_mm", "expected"),
    [
        (55, 110, 0, 1.0),
        (40, 110, 0, 0.5**0.4),
        (67.5, 110, 0, 0.5**0.4),
        (30, 110, 0, 0.0),
        (75, 110, 0, 0.0),
        (55, 85, 0, 0.5**0.3),
        (55, 135, 0, 0.5**0.3),
        (55, 70, 0, 0.0),
        (55, 110, 5, 1.0),
        (55, 110, 12.5, 0.5**0.3),
        (55, 110, 20, 0.0),
        (40, 85, 12.5, 0.5),
        (55, math.nan, 0, 0.0),
    ],
)
def test_the_published_function(depth_mm: float, per_min: float, residual_mm: float, expected: float) -> None:
    assert compression_score(depth_mm, per_min, residual_mm) == pytest.approx(expected)


@settings(max_examples=25, deadline=None)
@given(st.floats(34, 72), st.floats(78, 140), st.floats(0, 18))
def test_a_stream_is_scored_as_the_function_says(depth_mm: float, per_min: float, residual_mm: float) -> None:
    done = judged([run(40, depth_mm, per_min, residual_mm)])
    assert done.count == 40
    assert done.mean_depth_mm == pytest.approx(depth_mm, abs=0.3)
    assert done.rate_per_min == pytest.approx(per_min, rel=0.025)
    # The last release comes to rest; samples are 10 ms apart, which near the ends of the function, where it falls like
    # a root, would move the score by more.
    expected = 100 * compression_score(depth_mm, per_min, residual_mm)
    assert done.compressions_score == pytest.approx(expected, abs=6.0)


def test_leaning_is_measured_from_the_chest_at_rest() -> None:
    done = judged([run(30, 55, 110, 12.5)])
    assert done.mean_residual_mm == pytest.approx(12.5 * 29 / 30, abs=0.5)
    assert done.mean_depth_mm == pytest.approx(55, abs=0.2)
    assert done.shares.recoil_pct == pytest.approx(100 / 30)


def test_pauses_lower_the_fraction_and_the_score() -> None:
    # 60 s of compressions in 100 s: F = 0.6 / 0.8.
    done = judged([rest(5), run(55), rest(12), run(55), rest(22.8)])
    assert done.ccf == pytest.approx(0.60, abs=0.01)
    assert done.time_factor == pytest.approx(0.75, abs=0.01)
    assert done.score == pytest.approx(75, abs=1)
    np.testing.assert_allclose(done.pauses_s, [5, 12, 23], atol=0.05)
    assert done.long_pauses == 2
    half = judged([run(55), rest(30)])
    assert half.ccf == pytest.approx(0.5, abs=0.01)
    assert half.score == pytest.approx(100 * 0.5 / 0.8, abs=1)
    assert judged([run(55), rest(44)]).score == pytest.approx(50, abs=1)
    assert judged([run(55), rest(46)]).score == 0, "below 40 % nothing counts"


def test_thirty_to_two_with_breaths() -> None:
    parts: list[Array] = []
    breaths: list[Breath] = []
    for cycle in range(5):
        begun = cycle * (30 * 60 / 110 + 4.0)
        parts += [run(30), rest(4.0)]
        breaths += [Breath(begun + 17.0, 550, 1.0), Breath(begun + 18.8, 550, 1.0)]
    done = judged(parts, breaths=breaths, mode="compressions and breaths")
    assert done.breaths_score == 100
    assert done.compressions_score == pytest.approx(100)
    assert done.ccf == pytest.approx(0.80, abs=0.01)
    assert done.score == pytest.approx(100, abs=1.5)
    without = judged(parts, mode="compressions and breaths")
    assert without.breaths_score == 0
    assert without.score == pytest.approx(0.75 * done.score, abs=0.5)


def test_breaths() -> None:
    assert breaths_score([Breath(0, 400, 0.8), Breath(6, 700, 1.5)]) == 100
    assert breaths_score([Breath(0, 200, 1.0)]) == pytest.approx(50)
    assert breaths_score([Breath(0, 950, 1.0)]) == pytest.approx(50)
    assert breaths_score([Breath(0, 1200, 1.0)]) == breaths_score([Breath(0, 0, 1.0)]) == breaths_score([]) == 0
    assert breaths_score([Breath(0, 550, 0.5)]) == pytest.approx(50)
    assert breaths_score([Breath(5.0 * n, 550, 1.0) for n in range(12)]) == 100
    assert breaths_score([Breath(4.5 * n, 550, 1.0) for n in range(14)]) == 50


def test_no_compressions_score_nothing() -> None:
    for done in (judged([rest(30)]), score(Stream(), 5.0, mode=ONLY)):
        assert (done.score, done.low, done.high, done.count, done.ccf) == (0, 0, 0, 0, 0)
        assert done.mean_depth_mm is done.rate_per_min is done.mean_residual_mm is None
    assert judged([rest(30)]).long_pauses == 1


def test_one_compression_has_no_rate() -> None:
    done = judged([rest(1), run(1), rest(1)])
    assert done.count == 1
    assert done.rate_per_min is None
    assert done.score == 0
    assert done.shares.depth_pct == 100
    assert done.shares.rate_pct == 0


def test_hands_that_are_lifted_or_rest_are_no_compressions() -> None:
    waving = -150 + run(20, 60, 60)
    resting = run(30, 9, 120)
    done = judged([run(30), waving, resting, run(30)])
    assert done.count == 60
    assert done.shares.recoil_pct == 100


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 400), max_size=8), st.integers(0, 2**32 - 1))
def test_a_stream_in_pieces_gives_what_it_gives_at_once(cuts: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    depths = np.concatenate([run(4, 55, 100, 6), rest(3), run(5, 48, 130), rest(0.5)])
    depths = depths + rng.normal(0, 1.0, len(depths))
    depths[rng.integers(0, len(depths), 60)] = np.nan
    begin = int(rng.integers(0, 500))
    depths[begin : begin + 45] = np.nan
    when = times(depths)
    whole = feed(Stream(1.5), when, depths)
    pieces, at = Stream(1.5), 0
    for cut in [*cuts, len(depths)]:
        pieces = feed(pieces, when[at : at + cut], depths[at : at + cut])
        at += cut
    assert repr(pieces) == repr(whole)
    assert score(pieces, 5.0, mode=ONLY) == score(whole, 5.0, mode=ONLY)


def test_lost_tracking_counts_neither_for_nor_against() -> None:
    full = judged([run(110)])
    lost = np.concatenate([run(55), np.full(2000, math.nan), run(55)])
    done = judged([lost])
    assert done.count == 110
    assert done.unseen_s == pytest.approx(20, abs=0.1)
    assert done.ccf == pytest.approx(full.ccf, abs=0.02)
    assert done.score == pytest.approx(full.score, abs=1)
    assert done.pauses_s == ()
    at_the_edges = judged([np.full(500, math.nan), run(55), np.full(500, math.nan)])
    assert at_the_edges.unseen_s == pytest.approx(10, abs=0.3)
    assert at_the_edges.score == pytest.approx(100, abs=1)
    nothing = judged([np.full(500, math.nan)])
    assert nothing.count == 0


def test_a_compression_half_seen_is_none_and_single_holes_do_no_harm() -> None:
    depths = run(20)
    cut = depths.copy()
    cut[400:440] = math.nan
    assert judged([cut]).count in (18, 19)
    holes = depths.copy()
    holes[::3] = math.nan
    assert judged([holes]).count == 20


def test_an_offset_of_the_sensor_is_measured_at_rest() -> None:
    rng = np.random.default_rng(2)
    offset = 37.0
    depths = offset + np.concatenate([rest(1), run(60), rest(0.3)]) + rng.normal(0, 0.3, 100 + 3273 + 30)
    zero = resting_level(depths[:100])
    assert zero == pytest.approx(offset, abs=0.2)
    done = score(feed(Stream(zero), times(depths), depths), 1.0, mode=ONLY)
    assert done.score == pytest.approx(100, abs=3)
    wrong = score(feed(Stream(0.0), times(depths), depths), 1.0, mode=ONLY)
    assert wrong.score < 10, "an offset that nobody measured ruins depth and recoil"
    for unfit in (run(2), np.zeros(5), np.full(100, math.nan)):
        with pytest.raises(Problem) as problem:
            resting_level(unfit)
        assert problem.value.code == "chest_not_at_rest"


@settings(max_examples=40, deadline=None)
@given(st.floats(35, 72), st.floats(0, 15), st.sampled_from([1.0, 5.0]), st.integers(0, 2**32 - 1))
def test_the_interval_holds_whatever_the_device_did(depth: float, residual: float, error: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    true = [(depth + rng.normal(0, 4), max(0.0, residual + rng.normal(0, 3))) for _ in range(12)]
    # A chest that hardly moves is no compression, to a device or to a person.
    assume(min(d - r for d, r in true) > 2 * error + 12)
    honest = 100 * sum(compression_score(d, 110, r) for d, r in true) / 12
    parts: list[Array] = []
    before = 0.0
    rise = (1 - np.cos(np.linspace(0, math.pi, 28, endpoint=False))) / 2
    for d, r in true:
        off = rng.uniform(-0.95 * error, 0.95 * error, 2)
        deepest, released = d + off[0], max(0.0, r + off[1])
        parts.append(np.concatenate([before + rise * (deepest - before), deepest + rise * (released - deepest)]))
        before = released
    depths = np.append(np.concatenate(parts), before)
    done = score(feed(Stream(), np.arange(len(depths)) * 60 / 110 / 56, depths), error, mode=ONLY)
    assert done.count == 12
    assert 0 <= done.low <= done.score <= done.high <= 100
    assert done.low - 1e-6 <= honest <= done.high + 1e-6


def test_a_better_device_leaves_a_narrower_interval() -> None:
    parts = [run(60, 49, 110, 6)]
    none, manikin, controller = (judged(parts, error) for error in (0.0, 1.0, 5.0))
    assert none.low == none.score == none.high
    assert controller.low < manikin.low < none.score < manikin.high <= controller.high == pytest.approx(100)
    assert manikin.score == controller.score == none.score
    assert controller.sure.all_pct == 0
    assert controller.possible.all_pct == 100
    assert none.shares.all_pct == 0


@pytest.mark.parametrize(
    ("when", "depths"),
    [
        ([0.0, 0.1, 0.1], [0.0, 1.0, 2.0]),
        ([0.0, 0.2, 0.1], [0.0, 1.0, 2.0]),
        ([0.0, math.nan, 0.2], [0.0, 1.0, 2.0]),
        ([0.0, math.inf], [0.0, 1.0]),
        ([0.0, 0.1], [0.0]),
        ([[0.0, 0.1]], [[0.0, 1.0]]),
    ],
)
def test_samples_that_do_not_fit_are_refused(when: list[float], depths: list[float]) -> None:
    with pytest.raises(Problem) as problem:
        feed(Stream(), when, depths)
    assert problem.value.code == "samples_unfit"


def test_what_cannot_be_judged_is_refused() -> None:
    begun = feed(Stream(), [1.0], [0.0])
    with pytest.raises(Problem, match="go back"):
        feed(begun, [0.5], [0.0])
    assert feed(begun, [], []) == begun
    for error in (-1.0, math.nan, math.inf):
        with pytest.raises(Problem) as problem:
            score(begun, error)
        assert problem.value.code == "device_error_out_of_range"
    with pytest.raises(Problem) as problem:
        score(begun, 1.0, [Breath(0, math.nan, 1)])
    assert problem.value.code == "breath_unfit"
    slow = run(20)[::10]
    with pytest.raises(Problem) as problem:
        score(feed(Stream(), times(slow, HZ / 10), slow), 1.0)
    assert problem.value.code == "sampled_too_seldom"
