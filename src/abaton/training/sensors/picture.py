"""Pictures of waves: a monitor's screen, and twelve leads on paper."""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from abaton.core.errors import Problem
from abaton.training.physiology.influences import Array
from abaton.training.sensors.bedside import Readings, Waves
from abaton.training.sensors.shapes import LEADS

Colour = tuple[int, int, int]
GROUND, GRID = (6, 9, 12), (28, 34, 40)
GREEN, RED, CYAN, YELLOW, WHITE, GREY = (
    (60, 230, 90), (255, 80, 80), (70, 215, 240), (250, 220, 70), (235, 238, 240), (140, 150, 160),
)  # fmt: skip
FINE = 2
"""Drawn so many times larger, then made small: smooth lines."""
NUMBERS_SHARE = 0.24
SAID = "Simulated patient. Not for diagnosis or care."
PAPER, BOX, LINE, INK = (255, 250, 246), (246, 205, 200), (236, 160, 152), (20, 20, 30)


def monitor_strip(
    waves: Sequence[Waves], readings: Readings | None = None, width: int = 1100, height: int = 520, lead: str = "II",
    seconds: int = 8,
) -> bytes:  # fmt: skip
    """A monitor's screen as PNG: ECG green, arterial line red, oximeter cyan, CO2 yellow, impedance white.

    Args:
        waves: Seconds in order; what is attached in the last of them is shown. Breathing sweeps at a third of the pace.
        readings: Numbers on the right; without them the waves take the whole width.
        width: Pixels, at least 200.
        height: Pixels, at least 100.
        lead: Of the ECG.
        seconds: Of the fast waves; three times as many of breathing, as far as they are given.

    Raises:
        Problem: No waves, a size that is too small, or a lead that does not exist.
    """
    if not waves or seconds < 1 or width < 200 or height < 100 or lead not in LEADS:
        raise Problem(
            "monitor_picture", f"{len(waves)} s of waves, {width} by {height} pixels, lead {lead!r}",
            f"a second or more, 200 by 100 pixels or more, a lead of {', '.join(LEADS)}", "Give more.",
        )  # fmt: skip
    image = Image.new("RGB", (FINE * width, FINE * height), GROUND)
    draw = ImageDraw.Draw(image)
    rows = _rows(waves[-seconds:], waves[-3 * seconds :], lead)
    right = FINE * width if readings is None else int(FINE * width * (1 - NUMBERS_SHARE))
    tall = FINE * height / max(len(rows), 1)
    for number, (label, colour, values, low, high) in enumerate(rows):
        top = number * tall
        if number:
            draw.line([(0, top), (FINE * width, top)], fill=GRID, width=FINE)
        _wave(draw, values, (0.0, top + 0.16 * tall, float(right), top + 0.94 * tall), (low, high), colour)
        draw.text((6 * FINE, top + 3 * FINE), label, fill=colour, font=_font(12))
        if readings is not None:
            _number(draw, label, colour, readings, (right + 8 * FINE, top, FINE * width, top + tall))
    draw.text((4 * FINE, FINE * height - 2 * FINE), SAID, fill=GREY, font=_font(9), anchor="ls")
    return _png(image.resize((width, height), Image.Resampling.LANCZOS))


def twelve_leads(waves: Sequence[Waves], width: int = 1100) -> bytes:
    """Twelve leads as PNG on paper: 2.5 s of each in four columns, 25 mm/s and 10 mm/mV, and lead II below.

    Raises:
        Problem: Less than 10 s of ECG.
    """
    found = [second.ecg_mv for second in waves if second.ecg_mv is not None]
    if len(found) < 10 or width < 300:
        raise Problem(
            "twelve_leads", f"{len(found)} s of ECG, {width} pixels", "10 s in 300 pixels or more", "Record for longer."
        )
    ecg = np.concatenate(found[-10:])
    millimetre = FINE * width / 260.0
    height = int(millimetre * 150)
    image = Image.new("RGB", (FINE * width, height), PAPER)
    draw = ImageDraw.Draw(image)
    for step, colour in ((1, BOX), (5, LINE)):
        if step == 1 and width < 700:
            continue
        for number in range(0, 261, step):
            draw.line([(number * millimetre, 0), (number * millimetre, height)], fill=colour)
            draw.line([(0, number * millimetre), (FINE * width, number * millimetre)], fill=colour)
    columns = np.array(LEADS).reshape(4, 3)
    for column in range(4):
        for row in range(3):
            name = str(columns[column, row])
            part = ecg[625 * column : 625 * (column + 1), LEADS.index(name)]
            _ink(draw, part, name, (5 + 62.5 * column, 22 + 37 * row), millimetre)
    _ink(draw, ecg[:, 1], "II", (5, 22 + 37 * 3), millimetre)
    told = f"25 mm/s   10 mm/mV   {SAID}"
    draw.text((5 * millimetre, height - 2 * millimetre), told, fill=GREY, font=_font(11), anchor="ls")
    return _png(image.resize((width, height // FINE), Image.Resampling.LANCZOS))


def _ink(
    draw: ImageDraw.ImageDraw, values: Array, name: str, corner_mm: tuple[float, float], millimetre: float
) -> None:
    across = corner_mm[0] + 25.0 * np.arange(len(values)) / 250.0
    down = corner_mm[1] - 10.0 * values
    points = [(float(x) * millimetre, float(y) * millimetre) for x, y in zip(across, down, strict=True)]
    draw.line(points, fill=INK, width=FINE + 1, joint="curve")
    draw.text(((corner_mm[0] + 1) * millimetre, (corner_mm[1] - 16) * millimetre), name, fill=INK, font=_font(13))


def _rows(waves: Sequence[Waves], slow: Sequence[Waves], lead: str) -> list[tuple[str, Colour, Array, float, float]]:
    """What is shown: label, colour, samples, and the values at the foot and the top of its band."""
    rows: list[tuple[str, Colour, Array, float, float]] = []
    last = waves[-1]
    if last.ecg_mv is not None:
        column = LEADS.index(lead)
        shown = _joined([None if second.ecg_mv is None else second.ecg_mv[:, column] for second in waves], 250)
        # One scale for all rhythms, so that fibrillation looks as low as it is; what is larger is fitted.
        least, most = _span(shown)
        rows.append((f"ECG {lead}", GREEN, shown, min(-0.6, least - 0.1), max(1.2, most + 0.1)))
    if last.arterial_mmhg is not None:
        shown = _joined([second.arterial_mmhg for second in waves], 125)
        least, most = _span(shown)
        low, high = (0.0, 60.0) if most < 55 else (max(0.0, 20 * (least // 20) - 10), 20 * (most // 20) + 25)
        rows.append(("ART", RED, shown, low, high))
    if last.pleth is not None:
        shown = _joined([second.pleth for second in waves], 125)
        least, most = _span(shown)
        size = max(most - least, 0.5)
        middle = (most + least) / 2
        rows.append(("PLETH", CYAN, shown, middle - 0.6 * size, middle + 0.6 * size))
    if last.co2_mmhg is not None:
        shown = _joined([second.co2_mmhg for second in slow], 125)
        rows.append(("CO2", YELLOW, shown, -3.0, max(50.0, _span(shown)[1] + 5)))
    elif last.impedance_ohm is not None:
        shown = _joined([second.impedance_ohm for second in slow], 125)
        least, most = _span(shown)
        rows.append(("RESP", WHITE, shown, min(-0.8, least), max(0.8, most)))
    return rows


def _joined(parts: Sequence[Array | None], count: int) -> Array:
    """One array, with NaN for seconds in which nothing came."""
    return np.concatenate([np.full(count, np.nan) if part is None else part for part in parts])


def _span(values: Array) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    return (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)


def _wave(
    draw: ImageDraw.ImageDraw, values: Array, box: tuple[float, float, float, float], scale: tuple[float, float],
    colour: Colour,
) -> None:  # fmt: skip
    left, top, right, bottom = box
    across = np.linspace(left, right, len(values))
    down = bottom - (values - scale[0]) / (scale[1] - scale[0]) * (bottom - top)
    run: list[tuple[float, float]] = []
    for x, y in zip(across, down, strict=True):
        if np.isfinite(y):
            run.append((float(x), float(min(max(y, top - 0.1 * (bottom - top)), bottom + 4))))
            continue
        if len(run) > 1:
            draw.line(run, fill=colour, width=FINE + 1, joint="curve")
        run = []
    if len(run) > 1:
        draw.line(run, fill=colour, width=FINE + 1, joint="curve")


def _number(
    draw: ImageDraw.ImageDraw, label: str, colour: Colour, readings: Readings, box: tuple[float, float, float, float]
) -> None:
    """The number beside a wave, and what belongs to it in small."""
    left, top, right, bottom = box
    small = ""
    if label.startswith("ECG"):
        name, large = "HR", shown(readings.heart_rate)
        # Without a line the cuff's numbers stand here.
        small = f"NIBP {_cuff(readings)}" if readings.arterial_mean_mmhg is None else ""
    elif label == "ART":
        name = "ABP"
        large = f"{shown(readings.arterial_systolic_mmhg)}/{shown(readings.arterial_diastolic_mmhg)}"
        small = f"({shown(readings.arterial_mean_mmhg)})   NIBP {_cuff(readings)}"
    elif label == "PLETH":
        name, large, small = "SpO2", shown(readings.spo2_pct), f"PR {shown(readings.pulse_rate)}"
    elif label == "CO2":
        name, large, small = "EtCO2", shown(readings.etco2_mmhg), f"RR {shown(readings.respiratory_rate)}"
    else:
        name, large = "RR", shown(readings.chest_rate)
    size = (bottom - top) / FINE
    draw.text((left, top + 3 * FINE), name, fill=colour, font=_font(12))
    room = (right - left) / FINE
    points = min(0.52 * size, room / (0.62 * max(len(large), 2)))
    draw.text((left + 4 * FINE, top + 0.50 * (bottom - top)), large, fill=colour, font=_font(points), anchor="lm")
    draw.text((left + 4 * FINE, bottom - 5 * FINE), small, fill=colour, font=_font(12), anchor="ls")


def shown(value: float | None) -> str:
    """A number as displays give it: whole, `--` where it is lost."""
    return "--" if value is None else f"{value:.0f}"


def _cuff(readings: Readings) -> str:
    if readings.last_cuff is None:
        return "--"
    mark = " old" if readings.cuff_stale else ""
    return f"{shown(readings.last_cuff.systolic_mmhg)}/{shown(readings.last_cuff.diastolic_mmhg)}{mark}"


def _font(points: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(max(FINE * points, 1.0))


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()
