"""Trends as a monitor shows them, and bars of what did how much, as SVG of our own."""

import math
from collections.abc import Callable, Sequence
from html import escape

import msgspec
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Scale = Callable[[float], float]

GROUND, GRID, INK, PALE = "#0b1013", "#1d272b", "#e9efee", "#93a3a2"
GREEN, RED, CYAN, YELLOW, WHITE, ORANGE = "#3dff7c", "#ff5b52", "#4fdcff", "#ffe04a", "#f2f5f4", "#ff9d4d"
STAGES = ("#24404a", "#3a3a52", "#2b3f3f", "#463a50", "#2f3f55", "#44403a")
_W, _LEFT, _RIGHT, _HIGH, _GAP = 960, 78, 80, 84, 22


class Trace(msgspec.Struct, frozen=True, eq=False):
    """A line of a panel.

    Attributes:
        times_s: (n,).
        values: (n,); NaN leaves a gap.
        color: Of the line.
        dashed: For what would have been.
        name: For the legend; empty without.
    """

    times_s: Array
    values: Array
    color: str
    dashed: bool = False
    name: str = ""


class Span(msgspec.Struct, frozen=True, eq=False):
    """What lies between two courses, such as diastolic and systolic pressure."""

    times_s: Array
    low: Array
    high: Array
    color: str


class Panel(msgspec.Struct, frozen=True, eq=False):
    """One vital sign over time.

    Attributes:
        label: Of the panel.
        unit: Of its values.
        color: Of its label.
        traces: Its lines.
        least, most: What the scale covers at least.
        span: A filled band behind the lines.
        last: Text at the right end; empty without.
    """

    label: str
    unit: str
    color: str
    traces: tuple[Trace, ...]
    least: float
    most: float
    span: Span | None = None
    last: str = ""


class Mark(msgspec.Struct, frozen=True):
    """An act on the timeline: when, its number, whether it was refused."""

    at_s: float
    number: int
    refused: bool = False


class Stage(msgspec.Struct, frozen=True):
    """A stage of the story, from when to when."""

    name: str
    from_s: float
    to_s: float


def trends(panels: Sequence[Panel], until_s: float, marks: Sequence[Mark] = (), stages: Sequence[Stage] = ()) -> str:
    """Panels under each other with one time axis; acts above, stages below."""
    lanes = _lanes(marks, until_s)
    top = 14 + 22 * (max(lanes, default=0) + 1 if marks else 0)
    foot = 24 + (26 if stages else 0)
    height = top + len(panels) * (_HIGH + _GAP) + foot
    out = [_opened(height)]
    bottom = height - foot

    def px(at_s: float) -> float:
        return _LEFT + min(max(at_s, 0.0), until_s) / max(until_s, 1.0) * (_W - _LEFT - _RIGHT)

    for at in _minutes(until_s):
        out.append(f'<path d="M{px(at):.1f} {top}V{bottom}" stroke="{GRID}"/>')
        out.append(_text(px(at), bottom + 14, f"{at / 60:g}", "middle"))
    out.append(_text(_W - _RIGHT + 28, bottom + 14, "min", "start"))
    for mark, lane in zip(marks, lanes, strict=True):
        y, color = 18 + 22 * lane, ORANGE if mark.refused else WHITE
        out.append(f'<path d="M{px(mark.at_s):.1f} {y + 9}V{bottom}" stroke="{color}" stroke-opacity=".28"/>')
        out.append(f'<circle cx="{px(mark.at_s):.1f}" cy="{y}" r="9" fill="{GROUND}" stroke="{color}"/>')
        out.append(_text(px(mark.at_s), y + 4, str(mark.number), "middle", color, 11))
    for number, panel in enumerate(panels):
        out += _panel(panel, top + number * (_HIGH + _GAP), px)
    for number, stage in enumerate(stages):
        x0, x1 = px(stage.from_s), px(stage.to_s)
        out.append(f'<rect x="{x0:.1f}" y="{height - 28}" width="{max(x1 - x0, 1):.1f}" height="20" rx="4" '
                   f'fill="{STAGES[number % len(STAGES)]}"/>')  # fmt: skip
        if x1 - x0 > 7.2 * len(stage.name) + 8:
            out.append(_text((x0 + x1) / 2, height - 14, stage.name.replace("_", " "), "middle", INK))
    return "".join(out) + "</svg>"


def _panel(panel: Panel, top: float, px: Scale) -> list[str]:
    values = np.concatenate([trace.values for trace in panel.traces])
    if panel.span is not None:
        values = np.concatenate([values, panel.span.low, panel.span.high])
    known = values[np.isfinite(values)]
    low = min(panel.least, float(known.min()) if len(known) else panel.least)
    high = max(panel.most, float(known.max()) if len(known) else panel.most)
    ticks = _ticks(low, high)
    low, high = min(low, ticks[0]), max(high, ticks[-1])

    def py(value: float) -> float:
        return top + _HIGH - (value - low) / (high - low) * _HIGH

    out: list[str] = []
    for tick in ticks:
        out.append(f'<path d="M{_LEFT} {py(tick):.1f}H{_W - _RIGHT}" stroke="{GRID}"/>')
        out.append(_text(_LEFT - 6, py(tick) + 4, f"{tick:g}", "end", PALE, 10))
    out.append(_text(8, top + 14, panel.label, "start", panel.color, 13, bold=True))
    out.append(_text(8, top + 29, panel.unit, "start", PALE, 10))
    if panel.span is not None:
        out.append(_span(panel.span, px, py))
    for trace in panel.traces:
        dash = ' stroke-dasharray="5 4"' if trace.dashed else ""
        out.append(f'<path d="{_path(trace.times_s, trace.values, px, py)}" fill="none" stroke="{trace.color}" '
                   f'stroke-width="1.7" stroke-linejoin="round"{dash}/>')  # fmt: skip
    if panel.last:
        out.append(_text(_W - _RIGHT + 8, top + _HIGH / 2 + 6, panel.last, "start", panel.color, 18, bold=True))
    return out


def _path(times_s: Array, values: Array, px: Scale, py: Scale) -> str:
    step = max(1, len(times_s) // 1200)
    parts: list[str] = []
    pen = False
    for at, value in zip(times_s[::step].tolist(), values[::step].tolist(), strict=True):
        if math.isnan(value):
            pen = False
            continue
        parts.append(f"{'L' if pen else 'M'}{px(at):.1f} {py(value):.1f}")
        pen = True
    return "".join(parts)


def _span(span: Span, px: Scale, py: Scale) -> str:
    upper = _path(span.times_s, span.high, px, py)
    lower = _path(span.times_s[::-1], span.low[::-1], px, py)
    return f'<path d="{upper}L{lower[1:]}Z" fill="{span.color}" fill-opacity=".22"/>' if upper and lower else ""


def legend(entries: Sequence[tuple[str, str, bool]]) -> str:
    """Names, colours and whether dashed, in a row."""
    out = [_opened(30)]
    along = 14.0
    for name, color, dashed in entries:
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        out.append(f'<path d="M{along} 15h26" stroke="{color}" stroke-width="2"{dash}/>')
        out.append(_text(along + 33, 19, name, "start", INK))
        along += 60 + 6.9 * len(name)
    return "".join(out) + "</svg>"


def bars(parts: Sequence[tuple[str, float, float]], unit: str, total: float) -> str:
    """What did how much: (cause, change, spread) each, and their sum.

    Args:
        parts: In the order in which they are drawn.
        unit: Of the changes.
        total: What they add up to.
    """
    row, left = 26, 250
    height = 20 + row * (len(parts) + 1) + 14
    reach = max([abs(change) + spread for _, change, spread in parts] + [abs(total), 1e-9])
    zero = left + (_W - left) / 2
    scale = ((_W - left) / 2 - 125) / reach
    out = [_opened(height)]
    out.append(f'<path d="M{zero} 12V{height - 12}" stroke="{PALE}" stroke-opacity=".6"/>')
    for number, (name, change, spread) in enumerate([*parts, ("in all", total, 0.0)]):
        y = 20 + number * row
        last = number == len(parts)
        color = INK if last else (GREEN if change >= 0 else RED)
        if last:
            out.append(f'<path d="M14 {y - 3}H{_W - 14}" stroke="{GRID}" stroke-width="2"/>')
        across = abs(change) * scale
        out.append(_text(left, y + 14, name[:36], "end", INK, 13, bold=last))
        out.append(f'<rect x="{zero if change >= 0 else zero - across:.1f}" y="{y + 2}" width="{max(across, 0.5):.1f}" '
                   f'height="15" rx="2" fill="{color}" fill-opacity=".85"/>')  # fmt: skip
        end = zero + math.copysign(across, change)
        if spread * scale > 3:
            out.append(f'<path d="M{end - spread * scale:.1f} {y + 9.5}h{2 * spread * scale:.1f}" stroke="{PALE}" '
                       f'stroke-width="1.5"/>')  # fmt: skip
        beyond = math.copysign(across + spread * scale + 8, change)
        anchor = "start" if change >= 0 else "end"
        out.append(_text(zero + beyond, y + 14, f"{change:+.1f} {unit}", anchor, color, 13, bold=last))
    return "".join(out) + "</svg>"


def _lanes(marks: Sequence[Mark], until_s: float) -> list[int]:
    """A lane for each mark so that no two touch."""
    near_s = 20 / (_W - _LEFT - _RIGHT) * max(until_s, 1.0)
    free: list[float] = []
    lanes: list[int] = []
    for mark in marks:
        lane = next((number for number, at in enumerate(free) if mark.at_s - at >= near_s), len(free))
        if lane == len(free):
            free.append(mark.at_s)
        free[lane] = mark.at_s
        lanes.append(lane)
    return lanes


def _opened(height: float) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_W} {height:.0f}" '
        f'font-family="Figtree, system-ui, sans-serif" font-size="12">'
        f'<rect width="100%" height="100%" rx="8" fill="{GROUND}"/>'
    )


def _text(x: float, y: float, text: str, anchor: str, fill: str = PALE, size: int = 12, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}" font-size="{size}"{weight}>'
        f"{escape(text)}</text>"
    )


def _ticks(low: float, high: float, count: int = 3) -> list[float]:
    rough = (high - low) / count
    size = 10 ** math.floor(math.log10(max(rough, 1e-12)))
    step = next((times * size for times in (1, 2, 5, 10) if times * size >= rough), 10 * size)
    return [round(n * step, 12) for n in range(math.floor(low / step), math.ceil(high / step) + 1)]


def _minutes(until_s: float) -> list[float]:
    every = next((step for step in (30, 60, 120, 300, 600) if until_s / step <= 16), 1200)
    return [float(at) for at in range(0, int(until_s) + 1, every)]
