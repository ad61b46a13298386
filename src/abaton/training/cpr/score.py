"""How good compressions and breaths were: one published function, with the interval that the device's error leaves.

    s = sD^0.4 sR^0.3 sL^0.3 for each compression; C = 100 x its mean
    sD = 1 from 50 to 60 mm, falling to 0 at 30 and 75        (depth)
    sR = 1 from 100 to 120 a minute, falling to 0 at 70 and 150 (60 / interval)
    sL = 1 up to 5 mm, falling to 0 at 20                     (what is left of it at the release)
    V = 100 x mean over breaths of volume (1 from 400 to 700 ml, 0 at 0 and 1200) x inflation (1 from 0.8 to 1.5 s,
        0 at 0.2 and 3.0); halved where any minute held more than 12
    F = min(1, CCF / 0.80), but 0 where CCF is below 0.40
    score = F (0.75 C + 0.25 V), or F C where only compressions are asked for

All falls are straight lines. The targets are those of the AHA's guidelines of 2025, in which those for adults are
as they were in 2020; shape, weights and the bounds of inflation are ours. It is a measure for practice, no certificate.

A device that may be off by e millimetres may be off in either way at each compression, in depth and in release alike.
The interval is what the score could be at worst and at best under any such errors, the same each time or not: the
least and the greatest of each sD and sL within e. Times are held to be exact.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, TypeAlias

import msgspec

from abaton.core.errors import Problem
from abaton.training.cpr.compressions import Compression, Stream

Mode: TypeAlias = Literal["compressions and breaths", "compressions only"]

EDITION = "AHA 2025"
EDITION_DATE = "2025-10-22"
DEVICE_ERRORS_MM = {"hand controller": 5.0, "manikin": 1.0}
"""What a device's depth may be off by; others state their own."""
DEPTH_MM = (30.0, 50.0, 60.0, 75.0)
RATE_PER_MIN = (70.0, 100.0, 120.0, 150.0)
RESIDUAL_MM = (-math.inf, -math.inf, 5.0, 20.0)
VOLUME_ML = (0.0, 400.0, 700.0, 1200.0)
INFLATION_S = (0.2, 0.8, 1.5, 3.0)
"""Each: 0 up to the first, 1 from the second to the third, 0 from the fourth on."""
MOST_BREATHS_PER_MIN = 12
LEAST_CCF, GOOD_CCF = 0.40, 0.80
PAUSE_S = 2.0
"""Longer from one compression to the next, they were interrupted."""
LONG_PAUSE_S = 10.0
LEAST_RATE_HZ = 20.0
"""With fewer depths a second, the deepest point of a compression may be missed by 1.4 mm and more."""
_LONE_S = 60 / 110


class Breath(msgspec.Struct, frozen=True):
    """One ventilation, by whatever measured it.

    Attributes:
        time_s: When it began, on the stream's clock.
        volume_ml: Given.
        inflation_s: How long that took.
    """

    time_s: float
    volume_ml: float
    inflation_s: float


class Shares(msgspec.Struct, frozen=True):
    """Compressions within the targets, in percent: each by itself, and all three at once."""

    depth_pct: float
    rate_pct: float
    recoil_pct: float
    all_pct: float


class Score(msgspec.Struct, frozen=True):
    """What is told at the end, or at any moment before.

    Attributes:
        score, low, high: 0 to 100, and the interval that the device's error leaves.
        compressions_score, breaths_score: C and V; V is None where no breaths are asked for.
        time_factor: F.
        ccf: Compression fraction: time in compressions by time seen, 0 to 1.
        count: Compressions.
        mean_depth_mm, mean_residual_mm, rate_per_min: None without compressions; the rate is the median's.
        shares: Within the targets, as measured.
        sure, possible: `shares` at worst and at best under the device's error.
        pauses_s: Interruptions, those before the first and after the last compression too.
        long_pauses: How many of them are longer than 10 s.
        unseen_s: Time without depths; it counts neither for nor against.
        breaths: How many.
        device_error_mm: As given.
        edition: Of the guidelines that the targets are from.
    """

    score: float
    low: float
    high: float
    compressions_score: float
    breaths_score: float | None
    time_factor: float
    ccf: float
    count: int
    mean_depth_mm: float | None
    mean_residual_mm: float | None
    rate_per_min: float | None
    shares: Shares
    sure: Shares
    possible: Shares
    pauses_s: tuple[float, ...]
    long_pauses: int
    unseen_s: float
    breaths: int
    device_error_mm: float
    edition: str = EDITION


def grade(value: float, bounds: tuple[float, float, float, float]) -> float:
    """1 within the inner bounds, 0 outside the outer, straight between; 0 for NaN."""
    lowest, low, high, highest = bounds
    if low <= value <= high:
        return 1.0
    if lowest < value < low:
        return (value - lowest) / (low - lowest)
    return (highest - value) / (highest - high) if high < value < highest else 0.0


def compression_score(depth_mm: float, rate_per_min: float, residual_mm: float) -> float:
    """The s of one compression, 0 to 1; NaN as a rate, of one alone, gives 0."""
    return (
        grade(depth_mm, DEPTH_MM) ** 0.4
        * grade(rate_per_min, RATE_PER_MIN) ** 0.3
        * grade(residual_mm, RESIDUAL_MM) ** 0.3
    )


def breaths_score(breaths: Sequence[Breath]) -> float:
    """V, 0 to 100."""
    if not breaths:
        return 0.0
    whole = sum(grade(one.volume_ml, VOLUME_ML) * grade(one.inflation_s, INFLATION_S) for one in breaths)
    times = sorted(one.time_s for one in breaths)
    most = max(sum(begun <= later < begun + 60.0 for later in times) for begun in times)
    return 100 * whole / len(breaths) * (0.5 if most > MOST_BREATHS_PER_MIN else 1.0)


def score(
    stream: Stream, device_error_mm: float, breaths: Sequence[Breath] = (), mode: Mode = "compressions and breaths"
) -> Score:
    """The score of what was fed so far.

    Args:
        stream: Compressions.
        device_error_mm: By how much its depths may be off, as a bound; see `DEVICE_ERRORS_MM`.
        breaths: Ventilations.
        mode: Whether breaths are asked for.

    Raises:
        Problem: The error or a breath is not a number, or depths come too seldom to be judged.
    """
    _check(stream, device_error_mm, breaths)
    found = stream.compressions
    runs = _runs(found)
    rates = _rates(runs)
    unseen_s = sum(end - begin for begin, end in _gaps(stream))
    spans = _spans(runs, stream)
    seen_s = (stream.last_s - stream.first_s if stream.samples else 0.0) - unseen_s
    ccf = min(1.0, sum(end - begin for begin, end in spans) / seen_s) if seen_s > 0 else 0.0
    factor = 0.0 if ccf < LEAST_CCF else min(1.0, ccf / GOOD_CCF)
    values = tuple(_mean_score(found, rates, device_error_mm * side) for side in (0.0, -1.0, 1.0))
    volume = breaths_score(breaths) if mode == "compressions and breaths" else None
    totals = [factor * (value if volume is None else 0.75 * value + 0.25 * volume) for value in values]
    pauses = _pauses(spans, stream)
    known = sorted(rate for rate in rates if math.isfinite(rate))
    count = len(found)
    return Score(
        score=totals[0],
        low=totals[1],
        high=totals[2],
        compressions_score=values[0],
        breaths_score=volume,
        time_factor=factor,
        ccf=ccf,
        count=count,
        mean_depth_mm=sum(one.depth_mm for one in found) / count if count else None,
        mean_residual_mm=sum(one.residual_mm for one in found) / count if count else None,
        rate_per_min=known[len(known) // 2] if known else None,
        shares=_shares(found, rates, 0.0),
        sure=_shares(found, rates, -device_error_mm),
        possible=_shares(found, rates, device_error_mm),
        pauses_s=pauses,
        long_pauses=sum(pause > LONG_PAUSE_S for pause in pauses),
        unseen_s=unseen_s,
        breaths=len(breaths),
        device_error_mm=device_error_mm,
    )


def _check(stream: Stream, device_error_mm: float, breaths: Sequence[Breath]) -> None:
    if not 0.0 <= device_error_mm < math.inf:
        raise Problem(
            "device_error_out_of_range",
            got=f"an error of {device_error_mm} mm",
            expected="a finite length of at least 0",
            next_step="Give the device's error: 5 mm for a hand controller, 1 mm for a manikin, if it states none.",
        )
    for breath in breaths:
        if not all(math.isfinite(v) for v in (breath.time_s, breath.volume_ml, breath.inflation_s)):
            raise Problem(
                "breath_unfit",
                got=f"a breath of {breath.volume_ml} ml in {breath.inflation_s} s at {breath.time_s} s",
                expected="finite numbers",
                next_step="Leave out breaths that were not measured.",
            )
    seen_s = stream.seen_s - stream.first_s - sum(end - begin for begin, end in stream.gaps)
    if stream.samples > 1 and seen_s > 1.0 and (stream.samples - 1) / seen_s < LEAST_RATE_HZ:
        raise Problem(
            "sampled_too_seldom",
            got=f"{(stream.samples - 1) / seen_s:.1f} depths a second",
            expected=f"at least {LEAST_RATE_HZ:g}",
            next_step="Set the device to send depths more often.",
        )


def _gaps(stream: Stream) -> list[tuple[float, float]]:
    """Times without depths: between them, and before the first and after the last."""
    if not stream.samples:
        return [(stream.first_s, stream.last_s)] if math.isfinite(stream.last_s) else []
    return [*stream.gaps, *([(stream.seen_s, stream.last_s)] if stream.last_s > stream.seen_s else [])]


def _runs(found: Sequence[Compression]) -> list[list[Compression]]:
    """Compressions without an interruption, or a time that was not seen, between them."""
    runs: list[list[Compression]] = []
    for one in found:
        if runs and one.follows and one.peak_s - runs[-1][-1].peak_s <= PAUSE_S:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _rates(runs: list[list[Compression]]) -> list[float]:
    """Of each compression, by the interval since the one before; a run's first by that to the next; alone, NaN."""
    rates: list[float] = []
    for run in runs:
        own = [60 / (after.peak_s - before.peak_s) for before, after in pairwise(run)]
        rates += [own[0], *own] if own else [math.nan]
    return rates


def _spans(runs: list[list[Compression]], stream: Stream) -> list[tuple[float, float]]:
    """From half an interval before a run's first compression to half an interval after its last."""
    spans: list[tuple[float, float]] = []
    for run in runs:
        length = run[-1].peak_s - run[0].peak_s
        half = (length / (len(run) - 1) if len(run) > 1 else _LONE_S) / 2
        begin = max(stream.first_s, spans[-1][1] if spans else stream.first_s, run[0].peak_s - half)
        spans.append((begin, min(stream.last_s, run[-1].peak_s + half)))
    return spans


def _pauses(spans: list[tuple[float, float]], stream: Stream) -> tuple[float, ...]:
    if not stream.samples:
        return ()
    ends = [stream.first_s, *(end for _, end in spans)]
    begins = [*(begin for begin, _ in spans), stream.last_s]
    pauses: list[float] = []
    for end, begin in zip(ends, begins, strict=True):
        unseen = sum(max(0.0, min(begin, last) - max(end, first)) for first, last in _gaps(stream))
        pauses.append(begin - end - unseen)
    # A run's own intervals reach half of one into the pause.
    return tuple(pause for pause in pauses if pause > PAUSE_S - _LONE_S)


def _mean_score(found: Sequence[Compression], rates: Sequence[float], error_mm: float) -> float:
    """C, as measured for 0, at best under errors up to `error_mm`, at worst where that is negative."""
    if not found:
        return 0.0
    whole = 0.0
    for one, rate in zip(found, rates, strict=True):
        depth, residual = _within(one.depth_mm, error_mm), max(0.0, one.residual_mm - error_mm)
        whole += compression_score(depth, rate, residual)
    return 100 * whole / len(found)


def _within(depth_mm: float, error_mm: float) -> float:
    """The best depth that this one may be, for an error above 0; the worst for one below."""
    if error_mm >= 0:
        return min(max(depth_mm, min(DEPTH_MM[1], depth_mm + error_mm)), max(DEPTH_MM[2], depth_mm - error_mm))
    # A grade that rises once and falls once is least at an end.
    return min(depth_mm + error_mm, depth_mm - error_mm, key=lambda depth: grade(depth, DEPTH_MM))


def _shares(found: Sequence[Compression], rates: Sequence[float], error_mm: float) -> Shares:
    if not found:
        return Shares(0.0, 0.0, 0.0, 0.0)
    met: list[tuple[bool, bool, bool]] = []
    for one, rate in zip(found, rates, strict=True):
        depth = DEPTH_MM[1] - error_mm <= one.depth_mm <= DEPTH_MM[2] + error_mm
        met.append((depth, RATE_PER_MIN[1] <= rate <= RATE_PER_MIN[2], one.residual_mm - error_mm <= RESIDUAL_MM[2]))
    share = 100 / len(met)
    depths, paces, releases = zip(*met, strict=True)
    return Shares(share * sum(depths), share * sum(paces), share * sum(releases), share * sum(all(m) for m in met))
