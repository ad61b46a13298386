"""A wave that sweeps over a screen of characters as on a monitor: written from left to right behind an erase bar.

Each character holds 2 x 4 dots (Braille). A column of dots shows everything between the least and the greatest sample
of its time, joined to the column before it, so that no spike falls between two columns.
"""

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DOTS_WIDE, DOTS_HIGH = 2, 4
BLANK = 0x2800
BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.int32)
"""Bit of each dot of a Braille character, by row and column (Unicode 15, block 2800)."""
ERASED_SHARE = 0.05
"""Part of the width that the erase bar takes."""


class Sweep:
    """What stands on one line of the monitor.

    Args:
        columns: Characters across.
        low: Value at the bottom.
        high: Value at the top.
        dots_per_s: How fast the pen goes, dots a second.

        step: The scale follows the wave in steps of this, and never is less than `low` to `high`; 0 keeps it.

    Attributes:
        pen: Column of dots that is written next.
    """

    def __init__(self, columns: int, low: float, high: float, dots_per_s: float, step: float = 0.0) -> None:
        self.low, self.high, self.dots_per_s, self.step = low, high, dots_per_s, step
        self._least_range = low, high
        self._least = np.full(columns * DOTS_WIDE, math.nan)
        self._most = np.full(columns * DOTS_WIDE, math.nan)
        self.pen = 0
        self._owed = 0.0
        self._last = math.nan

    @property
    def columns(self) -> int:
        """Characters across."""
        return len(self._least) // DOTS_WIDE

    def resized(self, columns: int) -> "Sweep":
        """An empty one of another width; its pen begins at the left."""
        low, high = self._least_range
        return Sweep(columns, low, high, self.dots_per_s, self.step)

    def write(self, samples: Array, seconds: float) -> None:
        """Writes samples, evenly spread over `seconds`; NaN leaves a gap."""
        self._owed += seconds * self.dots_per_s
        dots = int(self._owed)
        self._owed -= dots
        if not dots or not len(samples):
            return
        edges = np.linspace(0, len(samples), dots + 1).round().astype(int)
        for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            self._put(samples[first : max(last, first + 1)])
        if self.step:
            self._follow()

    def _follow(self) -> None:
        """The scale takes in all that is seen; it narrows only where that leaves much of it empty."""
        shown = np.isfinite(self._most)
        if not shown.any():
            return
        least, most = float(self._least[shown].min()), float(self._most[shown].max())
        (floor, ceiling), step = self._least_range, self.step
        low = min(floor, step * math.floor(least / step))
        high = max(ceiling, step * math.ceil(most / step))
        if low < self.low or high > self.high or high - low < 0.7 * (self.high - self.low):
            self.low, self.high = low, high

    def _put(self, part: Array) -> None:
        known = part[np.isfinite(part)]
        if len(known):
            joined = known if math.isnan(self._last) else np.append(known, self._last)
            self._least[self.pen], self._most[self.pen] = joined.min(), joined.max()
            self._last = float(known[-1])
        else:
            self._least[self.pen] = self._most[self.pen] = self._last = math.nan
        self.pen = (self.pen + 1) % len(self._least)
        bar = max(round(ERASED_SHARE * len(self._least)), DOTS_WIDE)
        ahead = (self.pen + np.arange(bar)) % len(self._least)
        self._least[ahead] = self._most[ahead] = math.nan

    def rows(self, height: int) -> list[str]:
        """The picture as `height` lines of `columns` characters."""
        dots = height * DOTS_HIGH
        span = max(self.high - self.low, 1e-9)
        top = np.round((1 - (self._most - self.low) / span) * (dots - 1))
        bottom = np.round((1 - (self._least - self.low) / span) * (dots - 1))
        shown = np.isfinite(top)
        top = np.clip(np.where(shown, top, 1), 0, dots - 1)
        bottom = np.clip(np.where(shown, bottom, 0), 0, dots - 1)
        row = np.arange(dots)[:, None]
        lit = (row >= top[None]) & (row <= bottom[None]) & shown[None]
        cells = lit.reshape(height, DOTS_HIGH, self.columns, DOTS_WIDE)
        codes = BLANK + np.einsum("hrcw,rw->hc", cells, BITS)
        return ["".join(map(chr, line)) for line in codes.tolist()]
