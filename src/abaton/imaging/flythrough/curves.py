"""The curve of a flight: distance to the wall and what is seen of it, along the way, as SVG."""

import numpy as np
from numpy.typing import NDArray

from abaton.imaging.flythrough.camera import CameraPath
from abaton.imaging.flythrough.coverage import Coverage

FloatArray = NDArray[np.float64]

WIDTH, PANEL, LEFT, RIGHT, TOP, GAP = 960.0, 150.0, 64.0, 24.0, 30.0, 64.0
STRETCH_MM = 20.0
SEEN, BACK, MISSED, CLEAR = "#d99a7c", "#ecc98a", "#3a60c8", "#2f7f6d"


def flight_curve(path: CameraPath, found: Coverage) -> str:
    """Two panels over the same way: clearance in mm; share of the wall seen, forward and back, with what is missed."""
    whole = float(path.along_mm[-1])
    height = TOP + 2 * PANEL + GAP + 52
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {height:.0f}" width="100%" role="img" '
        'font-family="Figtree, system-ui, sans-serif" font-size="13" fill="currentColor">',
        *_clearance_panel(path, whole, TOP),
        *_coverage_panel(found, whole, TOP + PANEL + GAP),
        "</svg>",
    ]
    return "".join(parts)


def _clearance_panel(path: CameraPath, whole: float, top: float) -> list[str]:
    most = _round_up(float(path.clearance_mm.max()))
    every = max(1, len(path.along_mm) // 800)
    xs, ys = _x(path.along_mm[::every], whole), top + PANEL * (1 - np.clip(path.clearance_mm[::every] / most, 0, 1))
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs.tolist(), ys.tolist(), strict=True))
    base = top + PANEL
    least = int(path.clearance_mm.argmin())
    x, y = float(_x(path.along_mm[least : least + 1], whole)[0]), base - PANEL * max(path.clearance_mm[least], 0) / most
    side = "end" if x > WIDTH / 2 else "start"
    return [
        *_frame(top, "Distance to the wall, mm", [(0.0, "0"), (0.5, f"{most / 2:g}"), (1.0, f"{most:g}")], whole),
        f'<polygon points="{LEFT:.1f},{base:.1f} {line} {xs[-1]:.1f},{base:.1f}" fill="{CLEAR}" fill-opacity="0.14"/>',
        f'<polyline points="{line}" fill="none" stroke="{CLEAR}" stroke-width="2" stroke-linejoin="round"/>',
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{CLEAR}"/>',
        f'<text x="{x + (-7 if side == "end" else 7):.1f}" y="{base + 17:.1f}" text-anchor="{side}" fill-opacity="0.8">'
        f"least {path.clearance_mm[least]:.1f}</text>",
    ]


def _coverage_panel(found: Coverage, whole: float, top: float) -> list[str]:
    middles, forward, both = found.along(STRETCH_MM)
    bars: list[str] = []
    for middle, there, back in zip(middles.tolist(), forward.tolist(), both.tolist(), strict=True):
        if np.isnan(there):
            continue
        left = float(_x(np.array([max(middle - STRETCH_MM / 2, 0.0)]), whole)[0])
        right = float(_x(np.array([min(middle + STRETCH_MM / 2, whole)]), whole)[0])
        for low, high, color in ((0.0, there, SEEN), (there, back, BACK), (back, 1.0, MISSED)):
            if high - low > 1e-4:
                bars.append(
                    f'<rect x="{left:.1f}" y="{top + PANEL * (1 - high):.1f}" width="{max(right - left - 1, 0.5):.1f}" '
                    f'height="{PANEL * (high - low):.1f}" fill="{color}"/>'
                )
    words = ["seen on the way there"]
    colors = [SEEN]
    if found.both > found.forward:
        words, colors = [*words, "seen on the way back"], [*colors, BACK]
    words, colors = [*words, "missed"], [*colors, MISSED]
    legend: list[str] = []
    x = LEFT
    for word, color in zip(words, colors, strict=True):
        y = top + PANEL + 42
        legend.append(f'<rect x="{x:.0f}" y="{y - 10:.0f}" width="11" height="11" rx="2" fill="{color}"/>')
        legend.append(f'<text x="{x + 17:.0f}" y="{y:.0f}">{word}</text>')
        x += 34 + 7.2 * len(word)
    ticks = [(0.0, "0"), (0.5, "50"), (1.0, "100")]
    return [*_frame(top, "Wall seen, %", ticks, whole), *bars, *legend, *_way_axis(top + PANEL, whole)]


def _frame(top: float, title: str, ticks: list[tuple[float, str]], whole: float) -> list[str]:
    parts = [f'<text x="{LEFT:.0f}" y="{top - 10:.0f}" font-weight="600">{title}</text>']
    for share, word in ticks:
        y = top + PANEL * (1 - share)
        parts.append(
            f'<line x1="{LEFT:.0f}" x2="{float(_x(np.array([whole]), whole)[0]):.0f}" y1="{y:.1f}" y2="{y:.1f}" '
            'stroke="currentColor" stroke-opacity="0.18"/>'
        )
        parts.append(f'<text x="{LEFT - 8:.0f}" y="{y + 4.5:.1f}" text-anchor="end">{word}</text>')
    return parts


def _way_axis(base: float, whole: float) -> list[str]:
    step = _round_up(whole / 8)
    parts: list[str] = []
    for along in np.arange(0, whole + 1e-9, step).tolist():
        x = float(_x(np.array([along]), whole)[0])
        parts.append(f'<text x="{x:.1f}" y="{base + 18:.1f}" text-anchor="middle">{along / 10:g}</text>')
    parts.append(f'<text x="{WIDTH - RIGHT:.0f}" y="{base + 42:.1f}" text-anchor="end">Way from the start, cm</text>')
    return parts


def _x(along: FloatArray, whole: float) -> FloatArray:
    return LEFT + (WIDTH - LEFT - RIGHT) * along / whole


def _round_up(value: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(max(value, 1e-9)))
    return float(next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= value * (1 - 1e-9)))
