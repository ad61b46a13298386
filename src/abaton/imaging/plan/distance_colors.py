"""Colours of distances: from deep blue to pale yellow, told apart without red and green; magenta below the margin."""

import html
import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

BELOW = "#d22ad6"
"""What comes nearer than the planned margin, or than 0 mm where none was planned."""

_STOPS = np.array([[26, 54, 112], [22, 104, 142], [47, 154, 140], [134, 199, 112], [250, 237, 145]], dtype=np.float64)


def colors_of(distance_mm: ArrayLike, low_mm: float, high_mm: float) -> NDArray[np.uint8]:
    """(n, 3): magenta below `low_mm`, then from deep blue to pale yellow at `high_mm` and above."""
    values = np.asarray(distance_mm, dtype=np.float64)
    share = np.clip((values - low_mm) / max(high_mm - low_mm, 1e-9), 0.0, 1.0) * (len(_STOPS) - 1)
    colors = np.stack([np.interp(share, np.arange(len(_STOPS)), _STOPS[:, part]) for part in range(3)], axis=-1)
    colors[values < low_mm] = [int(BELOW[place : place + 2], 16) for place in (1, 3, 5)]
    return np.rint(colors).astype(np.uint8)


def hex_color(distance_mm: float, low_mm: float, high_mm: float) -> str:
    """One colour, such as `#16688e`."""
    red, green, blue = (int(part) for part in colors_of([distance_mm], low_mm, high_mm)[0])
    return f"#{red:02x}{green:02x}{blue:02x}"


def histogram(
    edges_mm: NDArray[np.float64], areas_mm2: NDArray[np.float64], low_mm: float, high_mm: float, marks_mm: list[float]
) -> str:
    """Area of the surface by its distance, as SVG; each bar in the colour of its distance, so that it is the legend.

    Args:
        edges_mm: (n + 1,), of the bars.
        areas_mm2: (n,).
        low_mm: Where the colours begin.
        high_mm: Where they end.
        marks_mm: Limits, drawn as lines.
    """
    width, height, left, bottom, top = 640.0, 230.0, 52.0, 40.0, 22.0
    across, up = width - left - 16.0, height - bottom - top
    first, last = float(edges_mm[0]), float(edges_mm[-1])
    tallest = max(float(areas_mm2.max(initial=0.0)), 1e-9)

    def x_of(value: float) -> float:
        return left + across * (value - first) / (last - first)

    bars = [
        f'<rect x="{x_of(float(a)) + 0.5:.1f}" y="{top + up * (1 - area / tallest):.1f}" '
        f'width="{max(x_of(float(b)) - x_of(float(a)) - 1, 0.5):.1f}" height="{up * area / tallest:.1f}" '
        f'fill="{hex_color(float(a + b) / 2, low_mm, high_mm)}" stroke="currentColor" stroke-opacity="0.35" '
        f'stroke-width="0.5"><title>{a:.1f} to {b:.1f} mm: {area:.0f} mm²</title></rect>'
        for a, b, area in zip(edges_mm, edges_mm[1:], areas_mm2.tolist(), strict=False)
    ]
    base = top + up
    step = _step(last - first)
    ticks = [
        f'<line x1="{x_of(at):.1f}" y1="{base}" x2="{x_of(at):.1f}" y2="{base + 5}" stroke="currentColor"/>'
        f'<text x="{x_of(at):.1f}" y="{base + 18}" text-anchor="middle">{at:g}</text>'
        for at in [step * count for count in range(math.ceil(first / step), math.floor(last / step) + 1)]
    ]
    lines = [
        f'<line x1="{x_of(mark):.1f}" y1="{top - 4}" x2="{x_of(mark):.1f}" y2="{base}" stroke="currentColor" '
        f'stroke-dasharray="4 3"/><text x="{x_of(mark):.1f}" y="{top - 8}" text-anchor="middle">{mark:g} mm</text>'
        for mark in marks_mm
        if first < mark < last
    ]
    words = html.escape("distance to the nearest structure, mm")
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" xmlns="http://www.w3.org/2000/svg" font-size="12" '
        f'font-family="inherit" fill="currentColor">{"".join(bars)}'
        f'<line x1="{left}" y1="{base}" x2="{left + across}" y2="{base}" stroke="currentColor"/>'
        f"{''.join(ticks)}{''.join(lines)}"
        f'<text x="{left + across / 2:.1f}" y="{height - 4}" text-anchor="middle">{words}</text>'
        f'<text x="{left - 6}" y="{top + 10}" text-anchor="end">{tallest:.0f}</text>'
        f'<text x="{left - 6}" y="{top + 24}" text-anchor="end">mm²</text></svg>'
    )


def _step(span: float) -> float:
    """A round distance between ticks, five to ten of them."""
    raw = span / 8
    power = 10.0 ** math.floor(math.log10(raw))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw)
