import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abaton.signals.beats import Floats, find_beats, plausible


def synthetic_ecg(beats_s: Floats, duration_s: float, rate_hz: float) -> Floats:
    """QRS complexes (25 ms wide) with P and T waves on a slow drift."""
    time_s = np.arange(int(duration_s * rate_hz)) / rate_hz
    since_s = time_s[:, None] - beats_s[None, :]
    wave = np.exp(-((since_s / 0.012) ** 2))
    wave += 0.1 * np.exp(-(((since_s + 0.16) / 0.03) ** 2)) + 0.2 * np.exp(-(((since_s - 0.25) / 0.05) ** 2))
    return wave.sum(axis=1) + 0.1 * np.sin(2 * np.pi * 0.2 * time_s)


@settings(max_examples=40, deadline=None)
@given(
    mean_s=st.floats(0.5, 1.0),
    breathing=st.floats(0, 0.12),
    breath_beats=st.floats(3, 12),
    rate_hz=st.sampled_from([100.0, 130.0, 250.0, 500.0]),
    scale=st.floats(0.01, 100),
)
def test_finds_every_beat_within_three_ms_once_it_has_learnt(
    mean_s: float, breathing: float, breath_beats: float, rate_hz: float, scale: float
) -> None:
    intervals_s = mean_s * (1 + breathing * np.sin(np.arange(40.0) * 2 * np.pi / breath_beats))
    beats_s: Floats = np.cumsum(intervals_s)
    end_s = float(beats_s[-1])
    found = find_beats(scale * synthetic_ecg(beats_s, end_s + 1, rate_hz), rate_hz)
    found, expected = (times[(times > 2.2) & (times < end_s - 0.25)] for times in (found, beats_s))
    assert len(found) == len(expected)
    assert np.abs(found - expected).max() < 0.003


def test_beats_lie_between_samples() -> None:
    beats_s = 0.5 + 0.8037 * np.arange(20.0)
    found = find_beats(synthetic_ecg(beats_s, 18, 100), 100)
    assert np.abs(np.diff(found) - 0.8037).max() < 0.002


@pytest.mark.parametrize(
    ("ecg", "rate_hz", "message"),
    [
        (np.zeros((1000, 2)), 100, "one lead"),
        (np.zeros(1000), 50, "at least 100"),
        (np.zeros(499), 100, "at least 5 s"),
        (np.full(1000, np.nan), 100, "NaN"),
        (np.ones(1000), 100, "flat"),
    ],
)
def test_refuses_what_is_no_ecg(ecg: Floats, rate_hz: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        find_beats(ecg, rate_hz)


def test_a_missed_and_an_extra_beat_are_not_plausible() -> None:
    rr_s = np.full(30, 0.8)
    rr_s[10] = 1.6
    rr_s[20], rr_s[21] = 0.3, 0.5
    assert np.flatnonzero(~plausible(rr_s)).tolist() == [10, 20, 21]


def test_breathing_is_plausible() -> None:
    rr_s = 0.8 + 0.06 * np.sin(np.arange(60) * 2 * np.pi / 5)
    assert plausible(rr_s).all()


def test_no_intervals_are_no_error() -> None:
    assert plausible(np.zeros(0)).shape == (0,)
