import msgspec
import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.signals.beats import find_beats
from abaton.training.physiology.engine import Course
from abaton.training.physiology.influences import Array, Support
from abaton.training.physiology.rhythm import Rhythm
from abaton.training.sensors.ecg import Ecg, electrodes, heart_rate, trace
from abaton.training.sensors.shapes import LEADS
from tests.training.sensors.conftest import Play, Played

HANDS = Support(compression_per_min=110, compression_depth_mm=50)


def traced(played: Played, ecg: Ecg | None = None, **infarction: object) -> tuple[Ecg, Array]:
    ecg, parts = ecg or electrodes(7), list[Array]()
    for course, vitals in zip(played.courses, played.vitals, strict=True):
        ecg, part = trace(ecg, course, vitals, **infarction)  # pyright: ignore[reportArgumentType]
        parts.append(part)
    return ecg, np.concatenate(parts)


def r_waves(played: Played) -> Array:
    """Times at which the model's beats begin, between samples."""
    phase, beat = played.all("heart_phase"), played.all("beat")
    begun = 1 + np.flatnonzero(beat[1:-1] != beat[:-2])
    return 0.008 * (begun + 1 - phase[begun] / (phase[begun + 1] - phase[begun]))


def lead(ecg: Array, name: str) -> Array:
    return ecg[:, LEADS.index(name)]


def mean_beat(played: Played, ecg: Array, name: str) -> Array:
    """-0.3 to 0.5 s around R, mean of the beats of the later half, at 250 Hz."""
    waves = [round(250 * at) - 1 for at in r_waves(played) if len(ecg) / 500 < at < len(ecg) / 250 - 0.6]
    return np.mean([lead(ecg, name)[at - 75 : at + 125] for at in waves], axis=0)


@pytest.mark.parametrize("rhythm", [Rhythm.SINUS, Rhythm.ATRIAL_FIBRILLATION, Rhythm.TACHYCARDIA])
def test_the_beats_in_the_trace_are_the_models(play: Play, rhythm: Rhythm) -> None:
    played = play(50, rhythm)
    _ecg, trace_mv = traced(played)
    found, true = find_beats(lead(trace_mv, "II"), 250), r_waves(played)
    found, true = found[found > 12], true[true > 12]
    assert 60 / np.diff(found).mean() == pytest.approx(60 / np.diff(true).mean(), abs=2)
    nearest = np.abs(found[:, None] - true).min(axis=1)
    assert np.percentile(nearest, 95) < 0.02


@pytest.mark.parametrize("rhythm", [rhythm for rhythm in Rhythm if rhythm <= Rhythm.VENTRICULAR_TACHYCARDIA])
def test_the_rate_shown_is_that_of_the_last_eight_intervals(play: Play, rhythm: Rhythm) -> None:
    played = play(40, rhythm)
    counted = heart_rate(traced(played)[0])
    assert counted is not None
    assert counted == pytest.approx(60 / np.diff(r_waves(played))[-8:].mean(), rel=0.05)


def test_leads_obey_einthoven_and_goldberger(play: Play) -> None:
    _, ecg = traced(play(5, Rhythm.VENTRICULAR_FIBRILLATION))
    one, two = lead(ecg, "I"), lead(ecg, "II")
    assert np.abs(one + lead(ecg, "III") - two).max() < 1e-14
    assert (lead(ecg, "aVR") == -(one + two) / 2).all()
    assert (lead(ecg, "aVL") == one - two / 2).all()
    assert (lead(ecg, "aVF") == two - one / 2).all()


def test_a_healthy_trace_looks_as_textbooks_say(play: Play) -> None:
    played = play(30)
    _, ecg = traced(played)
    beats = {name: mean_beat(played, ecg, name) for name in LEADS}
    qrs, level = slice(60, 95), {name: beats[name][48:54].mean() for name in LEADS}
    high = {name: beats[name][qrs].max() - level[name] for name in LEADS}
    low = {name: level[name] - beats[name][qrs].min() for name in LEADS}
    assert low["aVR"] > 3 * high["aVR"]
    axis = np.degrees(np.arctan2(high["aVF"] - low["aVF"], high["I"] - low["I"]))
    assert 20 < axis < 75
    # R grows from V1 to V4 against S, and S goes by V6.
    ratios = [high[name] / (high[name] + low[name]) for name in ("V1", "V2", "V3", "V4")]
    assert ratios == sorted(ratios)
    assert low["V1"] > high["V1"]
    assert high["V5"] > 3 * low["V5"]
    # P and T are upright in II, and of usual size (0.05 to 0.25 mV; 0.1 to 0.5 mV).
    assert 0.05 < beats["II"][25:50].max() - level["II"] < 0.25
    assert 0.1 < beats["II"][110:160].max() - level["II"] < 0.5
    assert 0.6 < high["II"] < 2.0


def test_fibrillating_atria_make_no_p_waves_but_waves_of_4_to_8_hz(play: Play) -> None:
    sinus, atria = play(40), play(40, Rhythm.ATRIAL_FIBRILLATION)
    _, regular = traced(sinus)
    _, irregular = traced(atria)
    # P stands out 130 ms before R against the segment before QRS; f waves cancel out over beats.
    p_waves = list[float]()
    for played, ecg in ((sinus, regular), (atria, irregular)):
        beat = mean_beat(played, ecg, "II")
        p_waves.append(float(beat[38:46].mean() - beat[54:58].mean()))
    assert p_waves[0] > 0.06
    assert abs(p_waves[1]) < 0.03
    # Between beats of AF, power lies at 4 to 8 Hz: what a mean beat does not explain in V1.
    shown = lead(irregular, "V1")[5000:]
    still = lead(regular, "V1")[5000:]
    hertz = np.fft.rfftfreq(len(shown), 0.004)
    waves, none = (np.abs(np.fft.rfft(part * np.hanning(len(part)))) ** 2 for part in (shown, still))
    band = (hertz > 5) & (hertz < 7)
    assert waves[band].mean() > 1.5 * none[band].mean()
    rr = np.diff(r_waves(atria)[-40:])
    assert rr.std() / rr.mean() > 0.1


def test_ventricular_tachycardia_is_wide(play: Play) -> None:
    widths: list[float] = []
    for rhythm in (Rhythm.SINUS, Rhythm.VENTRICULAR_TACHYCARDIA):
        played = play(15, rhythm)
        _, ecg = traced(played)
        beat = mean_beat(played, ecg, "II")[60:110]
        level = np.percentile(beat, 20)
        widths.append(0.004 * float((beat > level + 0.3 * (beat.max() - level)).sum()))
    assert widths[0] < 0.05
    assert widths[1] > 0.08


def test_ventricular_fibrillation_lies_between_3_and_7_hz(play: Play) -> None:
    _, ecg = traced(play(60, Rhythm.VENTRICULAR_FIBRILLATION))
    for name in ("II", "V3"):
        power = np.abs(np.fft.rfft(lead(ecg, name)[3000:] * np.hanning(len(ecg) - 3000))) ** 2
        hertz = np.fft.rfftfreq(len(ecg) - 3000, 0.004)
        inside = power[(hertz >= 3) & (hertz <= 7)].sum() / power[hertz > 0.8].sum()
        assert inside > 0.93
        assert 3.5 < hertz[np.argmax(power)] < 6.5


def test_fibrillation_fades_by_e_in_eight_minutes_but_not_under_compressions(play: Play) -> None:
    played = play(3, Rhythm.VENTRICULAR_FIBRILLATION)
    course, vitals = played.courses[-1], played.vitals[-1]
    ecg, parts = electrodes(5), list[Array]()
    for _ in range(600):
        ecg, part = trace(ecg, course, vitals)
        parts.append(part[:, 1] - part[:, 1].mean())
    sizes = [np.concatenate(parts[first : first + 120]).std() for first in (0, 480)]
    assert sizes[1] / sizes[0] == pytest.approx(np.exp(-1), rel=0.2)
    squeezed = msgspec.structs.replace(course, values=course.values.copy())
    squeezed["compression"][:] = np.maximum(np.sin(np.arange(125) * 2 * np.pi * 2 / 125), 0)
    pressed = electrodes(5)
    for _ in range(480):
        pressed, _ = trace(pressed, squeezed, vitals)
    held = [trace(pressed, course, vitals)]
    for _ in range(119):
        held.append(trace(held[-1][0], course, vitals))
    later = np.concatenate([part[:, 1] - part[:, 1].mean() for _, part in held[1:]]).std()
    assert later > 0.75 * sizes[0]


def test_a_still_heart_draws_a_wandering_line_and_a_spent_one_broad_beats(play: Play) -> None:
    still, ecg = traced(play(30, Rhythm.ASYSTOLE))
    assert np.abs(ecg[3000:]).max() < 0.2
    assert ecg[3000:, 1].std() > 0.005
    assert heart_rate(still) == 0
    played = play(20, Rhythm.PULSELESS_ELECTRICAL_ACTIVITY, 0.3)
    spent, _ = traced(played)
    counted = heart_rate(spent)
    assert counted is not None
    assert counted == pytest.approx(played.vitals[-1].heart_rate, abs=4)
    assert not played.vitals[-1].pulse


def test_compressions_cover_the_trace_at_their_own_pace(play: Play) -> None:
    _, ecg = traced(play(30, Rhythm.ASYSTOLE, 0.1, HANDS))
    shown = lead(ecg, "II")[3000:]
    power = np.abs(np.fft.rfft(shown * np.hanning(len(shown))))
    assert np.fft.rfftfreq(len(shown), 0.004)[np.argmax(power)] == pytest.approx(110 / 60, abs=0.06)
    assert np.ptp(shown) > 0.5


@pytest.mark.parametrize(
    ("territory", "up", "down"),
    [("anterior", ("V2", "V3"), ("III", "aVF")), ("inferior", ("III", "aVF"), ("aVL", "I")),
     ("lateral", ("V5", "aVL"), ("III", "aVR"))],
)  # fmt: skip
def test_an_infarction_lifts_st_over_it_and_sinks_it_across(
    play: Play, territory: str, up: tuple[str, ...], down: tuple[str, ...]
) -> None:
    played = play(10)
    _, healthy = traced(played)
    _, sick = traced(played, st_mv=0.4, territory=territory)
    change = {name: (mean_beat(played, sick, name) - mean_beat(played, healthy, name)) for name in LEADS}
    for name in up:
        # 60 to 100 ms after the J point, which is 45 ms after R.
        assert 0.25 < change[name][100:110].mean() < 0.5
    for name in down:
        assert change[name][100:110].mean() < -0.05
    assert all(abs(change[name][:60]).max() < 0.02 for name in LEADS)


@pytest.mark.parametrize("rhythm", list(Rhythm))
def test_nothing_jumps_from_one_second_to_the_next(play: Play, rhythm: Rhythm) -> None:
    _, ecg = traced(play(20, rhythm, 0.5))
    assert np.isfinite(ecg).all()
    steps = np.abs(np.diff(ecg, axis=0))
    border = steps[249::250]
    # QRS may fall on a border, so a border's step is held against the steps around it.
    around = np.array([steps[250 * n + 249 - 4 : 250 * n + 249 + 5].mean(axis=0) for n in range(len(border))])
    assert (border < 4 * around + 0.08).all()


def test_the_same_seed_gives_the_same_bits_and_a_branch_goes_its_way(play: Play) -> None:
    played = play(10, Rhythm.VENTRICULAR_FIBRILLATION)
    whole, ecg = traced(played)
    again, same = traced(played)
    assert ecg.tobytes() == same.tobytes()
    assert whole.memory.tobytes() == again.memory.tobytes()
    half = Played(played.courses[:12], played.vitals[:12])
    rest = Played(played.courses[12:], played.vitals[12:])
    middle, _ = traced(half)
    kept = middle.memory.tobytes()
    _, tail = traced(rest, middle)
    assert tail.tobytes() == ecg[3000:].tobytes()
    assert middle.memory.tobytes() == kept
    assert traced(played, electrodes(8))[1].tobytes() != ecg.tobytes()


def test_what_cannot_be_is_refused(play: Play) -> None:
    played = play(1)
    course, vitals = played.courses[0], played.vitals[0]
    for bad in (
        {"st_mv": 2.0},
        {"st_mv": float("nan")},
        {"territory": "left"},
        {"motion": 1.5},
        {"motion": float("nan")},
    ):
        with pytest.raises(Problem):
            trace(electrodes(1), course, vitals, **bad)  # pyright: ignore[reportArgumentType]
    with pytest.raises(Problem, match="8 ms"):
        trace(electrodes(1), Course(20, course.values), vitals)
