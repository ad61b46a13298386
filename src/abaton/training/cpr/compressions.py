"""Compressions in a stream of depths, fed as it comes.

A compression is a way down and up again of at least `SWING_MM`, whose lowest point lies at least `LEAST_DEPTH_MM` below
the chest at rest. Depth counts from the chest at rest, as guidelines mean it, so a rescuer who leans loses recoil, not
depth. A stream fed in pieces gives, bit for bit, what it gives at once.
"""

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import ArrayLike

from abaton.core.errors import Problem

SWING_MM = 10.0
"""A turn counts once the chest has come this far from it: more than any device's noise, less than any compression."""
LEAST_DEPTH_MM = 15.0
"""Half of the depth at which the score becomes 0; above it hands only rest, or are lifted away."""
GAP_S = 0.25
"""Without a depth for longer than this, what was going on is not known."""
STILL_MM = 5.0
_FEWEST_RESTING = 10


class Compression(msgspec.Struct, frozen=True):
    """One compression.

    Attributes:
        peak_s: When it was deepest.
        depth_mm: Below the chest at rest.
        residual_mm: How far below it the chest stayed before the next; 0 where it, or the hand, came up all the way.
        follows: Whether the time since the compression before was watched without a gap.
    """

    peak_s: float
    depth_mm: float
    residual_mm: float
    follows: bool


class Stream(msgspec.Struct, frozen=True):
    """What was found so far, and all that is needed to go on.

    Attributes:
        rest_mm: What the device says of a chest at rest.
        compressions: In order; the last one's residual is that of now.
        first_s, last_s: Of all samples, NaN before the first.
        seen_s: When a depth was last known; NaN before.
        samples: Known depths.
        gaps: Times without depths, longer than `GAP_S`, from and to, s.
        pressing: On the way down, that is beyond the last turn upwards by `SWING_MM`.
        turn_mm, turn_s: The deepest of this way down, or the highest of this way up.
        unbroken: Whether there was no gap since the compression before.
    """

    rest_mm: float = 0.0
    compressions: tuple[Compression, ...] = ()
    first_s: float = math.nan
    last_s: float = math.nan
    seen_s: float = math.nan
    samples: int = 0
    gaps: tuple[tuple[float, float], ...] = ()
    pressing: bool = False
    turn_mm: float = math.inf
    turn_s: float = math.nan
    unbroken: bool = False


def resting_level(depth_mm: ArrayLike) -> float:
    """What the device says of a chest at rest with the hands on it: the median of a still moment.

    Args:
        depth_mm: Of about a second; NaN where not known.

    Raises:
        Problem: Fewer than ten depths are known, or the hands move.
    """
    given = np.asarray(depth_mm, dtype=np.float64).ravel()
    known = given[np.isfinite(given)]
    if len(known) < _FEWEST_RESTING or float(np.ptp(known)) > STILL_MM:
        moved = f", {np.ptp(known):.1f} mm apart" if len(known) else ""
        raise Problem(
            "chest_not_at_rest",
            got=f"{len(known)} known depths{moved}",
            expected=f"at least {_FEWEST_RESTING}, within {STILL_MM:g} mm",
            next_step="Lay the hands on the chest without pressing, and hold still for a second.",
        )
    return float(np.median(known))


def feed(stream: Stream, time_s: ArrayLike, depth_mm: ArrayLike) -> Stream:
    """The stream after some more samples.

    Args:
        stream: Before.
        time_s: (n,), growing, later than all before.
        depth_mm: (n,), down is positive; NaN where tracking was lost.

    Raises:
        Problem: Times and depths are not as many, or times are not finite or do not grow.
    """
    times = np.asarray(time_s, dtype=np.float64)
    depths = np.asarray(depth_mm, dtype=np.float64)
    if times.ndim != 1 or times.shape != depths.shape:
        raise _unfit(f"{times.size} times of shape {times.shape} for depths of shape {depths.shape}")
    if not len(times):
        return stream
    before = times[0] - 1.0 if math.isnan(stream.last_s) else stream.last_s
    if not np.isfinite(times).all() or not (np.diff(times, prepend=before) > 0).all():
        raise _unfit("times that are not finite, stand still or go back")
    first_s = float(times[0]) if math.isnan(stream.first_s) else stream.first_s
    follower = _Follower(stream, first_s)
    known: Sequence[bool] = np.isfinite(depths).tolist()
    for now_s, depth, is_known in zip(times.tolist(), (depths - stream.rest_mm).tolist(), known, strict=True):
        if is_known:
            follower.see(now_s, depth)
    return follower.state(stream.rest_mm, first_s, float(times[-1]))


class _Follower:
    """The stream in variables that change, while one piece of it is read."""

    def __init__(self, stream: Stream, first_s: float) -> None:
        self.found = list(stream.compressions)
        self.gaps = list(stream.gaps)
        self.seen_s, self.samples = stream.seen_s if stream.samples else first_s, stream.samples
        self.pressing, self.turn_mm, self.turn_s = stream.pressing, stream.turn_mm, stream.turn_s
        self.unbroken = stream.unbroken

    def see(self, now_s: float, depth_mm: float) -> None:
        if now_s - self.seen_s > GAP_S:
            # A way down whose end was not seen is none; a release counts as far as it was seen.
            self.gaps.append((self.seen_s, now_s))
            self.pressing, self.turn_mm, self.unbroken = False, math.inf, False
        self.seen_s, self.samples = now_s, self.samples + 1
        if self.pressing:
            if depth_mm > self.turn_mm:
                self.turn_mm, self.turn_s = depth_mm, now_s
            elif depth_mm <= self.turn_mm - SWING_MM:
                self._turn_up(depth_mm)
        elif depth_mm >= self.turn_mm + SWING_MM:
            self.pressing, self.turn_mm, self.turn_s = True, depth_mm, now_s
        elif depth_mm < self.turn_mm:
            self.turn_mm, self.turn_s = depth_mm, now_s
            self._released_to(depth_mm)

    def _turn_up(self, depth_mm: float) -> None:
        if self.turn_mm >= LEAST_DEPTH_MM:
            self.found.append(Compression(self.turn_s, self.turn_mm, max(0.0, depth_mm), self.unbroken))
            self.unbroken = True
        self.pressing, self.turn_mm = False, depth_mm

    def _released_to(self, depth_mm: float) -> None:
        if self.unbroken and self.found and depth_mm < self.found[-1].residual_mm:
            last = self.found[-1]
            self.found[-1] = Compression(last.peak_s, last.depth_mm, max(0.0, depth_mm), last.follows)

    def state(self, rest_mm: float, first_s: float, last_s: float) -> Stream:
        return Stream(
            rest_mm=rest_mm,
            compressions=tuple(self.found),
            first_s=first_s,
            last_s=last_s,
            seen_s=self.seen_s if self.samples else math.nan,
            samples=self.samples,
            gaps=tuple(self.gaps),
            pressing=self.pressing,
            turn_mm=self.turn_mm,
            turn_s=self.turn_s,
            unbroken=self.unbroken,
        )


def _unfit(got: str) -> Problem:
    return Problem(
        "samples_unfit",
        got=got,
        expected="as many finite, growing times in seconds as depths in millimetres",
        next_step="Sort the samples by time, drop doubles, and send each once.",
    )
