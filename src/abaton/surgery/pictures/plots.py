"""Plots over time and in the plane, as SVG of our own."""

from collections.abc import Callable, Sequence
from html import escape

import msgspec
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

COLORS = ("#1c594c", "#b4642d", "#5b6fae", "#8a5a83")
_W, _H, _L, _R, _T, _B = 720, 240, 56, 14, 30, 34


class Line(msgspec.Struct, frozen=True, eq=False):
    """A line of a plot: its name, its x and y values, (n,) each."""

    name: str
    x: Array
    y: Array


class Band(msgspec.Struct, frozen=True):
    """A range of y that is wanted, or a limit where both are equal."""

    low: float
    high: float
    name: str


def plot(
    lines: Sequence[Line], x_label: str, y_label: str, bands: Sequence[Band] = (),
    marks: Sequence[tuple[float, str]] = (), low: float | None = None, high: float | None = None,
    named: bool = False,
) -> str:  # fmt: skip
    """Lines over time or another x; `marks` are events, (x, text), their texts shown if `named`."""
    xs = np.concatenate([line.x for line in lines])
    ys = np.concatenate([line.y[np.isfinite(line.y)] for line in lines] + [np.array([b.low, b.high]) for b in bands])
    x0, x1 = float(xs.min()), max(float(xs.max()), float(xs.min()) + 1e-9)
    y0, y1 = float(ys.min()) if low is None else low, float(ys.max()) if high is None else high
    y1 = y1 if y1 > y0 else y0 + 1.0
    ticks = _ticks(y0, y1)
    y0, y1 = min(y0, ticks[0]), max(y1, ticks[-1])

    def px(x: float) -> float:
        return _L + (x - x0) / (x1 - x0) * (_W - _L - _R)

    def py(y: float) -> float:
        return _H - _B - (min(max(y, y0), y1) - y0) / (y1 - y0) * (_H - _T - _B)

    out = [_open(_W, _H)]
    for band in bands:
        # Named in the legend: beside the line a name would lie under what is drawn.
        top, bottom = py(band.high), py(band.low)
        if bottom - top < 1:
            out.append(f'<path d="M{_L} {top:.1f}H{_W - _R}" stroke="#b04a3a" stroke-dasharray="5 4"/>')
        else:
            out.append(
                f'<rect x="{_L}" y="{top:.1f}" width="{_W - _L - _R}" height="{bottom - top:.1f}" fill="#dcebe4"/>'
            )
    for tick in ticks:
        out.append(f'<path d="M{_L} {py(tick):.1f}H{_W - _R}" stroke="#e3dcd0"/>')
        out.append(_text(_L - 6, py(tick) + 4, f"{tick:g}", "end"))
    seconds = [tick for tick in _ticks(x0, x1, 8) if x0 <= tick <= x1]
    out += [_text(px(tick), _H - _B + 15, f"{tick:g}", "middle") for tick in seconds]
    for at, _ in marks:
        out.append(f'<path d="M{px(at):.1f} {_T}V{_H - _B}" stroke="#b4642d" stroke-opacity=".45" stroke-width="1"/>')
        out.append(f'<circle cx="{px(at):.1f}" cy="{_T}" r="3" fill="#b4642d"/>')
    for n, line in enumerate(lines):
        out.append(_path(line, px, py, COLORS[n % len(COLORS)]))
    for n, (at, text) in enumerate(marks if named else ()):
        side, anchor = (6, "start") if px(at) < 0.6 * _W else (-6, "end")
        out.append(_text(px(at) + side, _T + 13 + 14 * (n % 3), text, anchor, "#8a4a1f"))
    out += _legend(lines if len(lines) > 1 else (), bands)
    out.append(_text(_W - _R, 15, y_label, "end"))
    out.append(_text(_W - _R, _H - 4, x_label, "end"))
    return "".join(out) + "</svg>"


def _legend(lines: Sequence[Line], bands: Sequence[Band]) -> list[str]:
    out: list[str] = []
    along = float(_L)
    for n, line in enumerate(lines):
        out.append(f'<rect x="{along}" y="9" width="14" height="4" rx="2" fill="{COLORS[n % len(COLORS)]}"/>')
        out.append(_text(along + 19, 15, line.name, "start"))
        along += 34 + 7.0 * len(line.name)
    for band in (one for one in bands if one.name):
        if band.low == band.high:
            out.append(f'<path d="M{along} 11h15" stroke="#b04a3a" stroke-dasharray="5 4"/>')
        else:
            out.append(f'<rect x="{along}" y="6" width="14" height="10" fill="#dcebe4" stroke="#b9d3c7"/>')
        out.append(_text(along + 19, 15, band.name, "start"))
        along += 34 + 7.0 * len(band.name)
    return out


def paths(
    lines: Sequence[Line], circles: Sequence[tuple[float, float, float, str]],
    boxes: Sequence[tuple[float, float, float, float]] = (),
) -> str:  # fmt: skip
    """Ways in a plane, drawn to scale; circles are (x, y, radius, name), boxes (x, y, x, y) of two corners."""
    xs = np.concatenate([line.x for line in lines] + [np.array([x - r, x + r]) for x, _, r, _ in circles]
                        + [np.array(box[::2]) for box in boxes])  # fmt: skip
    ys = np.concatenate([line.y for line in lines] + [np.array([y - r, y + r]) for _, y, r, _ in circles]
                        + [np.array(box[1::2]) for box in boxes])  # fmt: skip
    x0, x1, y0, y1 = (float(v) for v in (xs.min(), xs.max(), ys.min(), ys.max()))
    scale = min((_W - 60) / max(x1 - x0, 1e-9), 360 / max(y1 - y0, 1e-9))
    height = (y1 - y0) * scale + 80
    left = (_W - (x1 - x0) * scale) / 2

    def px(x: float) -> float:
        return left + (x - x0) * scale

    def py(y: float) -> float:
        return 40 + (y1 - y) * scale

    out = [_open(_W, height)]
    for x, y, r, _ in circles:
        out.append(
            f'<circle cx="{px(x):.1f}" cy="{py(y):.1f}" r="{max(r * scale, 1.5):.1f}" fill="#ead9c4" stroke="#b79a76"/>'
        )
    for left_mm, low, right_mm, high in boxes:
        out.append(
            f'<rect x="{px(left_mm):.1f}" y="{py(high):.1f}" width="{(right_mm - left_mm) * scale:.1f}" '
            f'height="{(high - low) * scale:.1f}" fill="#ead9c4" stroke="#b79a76"/>'
        )
    out += [_path(line, px, py, COLORS[n % len(COLORS)]) for n, line in enumerate(lines)]
    out += [_text(px(x), py(y) - r * scale - 4, name, "middle") for x, y, r, name in circles if name]
    for n, line in enumerate(lines):
        out.append(f'<rect x="{20 + 130 * n}" y="9" width="14" height="4" rx="2" fill="{COLORS[n % len(COLORS)]}"/>')
        out.append(_text(39 + 130 * n, 15, line.name, "start"))
    bar = 10 ** np.floor(np.log10(max(x1 - x0, 1e-9) / 2))
    out.append(
        f'<path d="M{_W - 20 - bar * scale:.1f} {height - 14:.1f}h{bar * scale:.1f}" stroke="#2b2722" '
        f'stroke-width="2"/>'
    )
    out.append(_text(_W - 20, height - 20, f"{bar:g} mm", "end"))
    return "".join(out) + "</svg>"


def _open(width: float, height: float) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'font-family="Figtree, sans-serif" font-size="12"><rect width="100%" height="100%" rx="8" fill="#fffdfa"/>'
    )


def _text(x: float, y: float, text: str, anchor: str, fill: str = "#675e52") -> str:
    """Text with a rim in the ground's colour, so that it is read across lines."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}" stroke="#fffdfa" stroke-width="3" '
        f'stroke-linejoin="round" paint-order="stroke">{escape(text)}</text>'
    )


def _path(line: Line, px: Callable[[float], float], py: Callable[[float], float], color: str) -> str:
    step = max(1, len(line.x) // 1400)
    pen = False
    parts: list[str] = []
    for x, y in zip(line.x[::step].tolist(), line.y[::step].tolist(), strict=True):
        if y != y:
            pen = False
            continue
        parts.append(f"{'L' if pen else 'M'}{px(x):.1f} {py(y):.1f}")
        pen = True
    return f'<path d="{"".join(parts)}" fill="none" stroke="{color}" stroke-width="1.6" stroke-linejoin="round"/>'


def _ticks(low: float, high: float, count: int = 5) -> list[float]:
    rough = (high - low) / count
    size = 10 ** np.floor(np.log10(max(rough, 1e-12)))
    step = next((m * size for m in (1, 2, 5, 10) if m * size >= rough), 10 * size)
    return [float(round(n * step, 12)) for n in range(int(np.floor(low / step)), int(np.ceil(high / step)) + 1)]
