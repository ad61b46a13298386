import io

import msgspec
import numpy as np
import pytest
from PIL import Image

from abaton.core.errors import Problem
from abaton.training.physiology.rhythm import Rhythm
from abaton.training.sensors.bedside import Readings, Waves, attached, sample
from abaton.training.sensors.picture import monitor_strip, shown, twelve_leads
from tests.training.sensors.conftest import Play, Played


def bed(played: Played, line: bool = True) -> tuple[list[Waves], Readings]:
    bedside, waves, number = attached(9, played.vitals[0], line=line), list[Waves](), Readings(0.0)
    for course, vitals in zip(played.courses, played.vitals, strict=True):
        bedside, wave, number = sample(bedside, course, vitals)
        waves.append(wave)
    return waves, number


def colours(png: bytes) -> dict[str, int]:
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    return {
        "green": int(((green > 150) & (red < 120) & (blue < 140)).sum()),
        "red": int(((red > 150) & (green < 120)).sum()),
        "cyan": int(((blue > 150) & (green > 130) & (red < 120)).sum()),
        "yellow": int(((red > 150) & (green > 130) & (blue < 120)).sum()),
    }


def test_a_screen_has_its_waves_in_their_colours(play: Play) -> None:
    waves, number = bed(play(10))
    png = monitor_strip(waves, number, 800, 400)
    assert Image.open(io.BytesIO(png)).size == (800, 400)
    assert min(colours(png).values()) > 500
    without = colours(monitor_strip(bed(play(10), line=False)[0], number, 800, 400))
    assert without["red"] < 20 < 500 < without["green"]


def test_fibrillation_fills_its_band_and_a_still_heart_draws_a_line(play: Play) -> None:
    heights = list[int]()
    for rhythm in (Rhythm.VENTRICULAR_FIBRILLATION, Rhythm.ASYSTOLE):
        waves, _ = bed(play(15, rhythm))
        pixels = np.asarray(Image.open(io.BytesIO(monitor_strip(waves, None, 800, 400))).convert("RGB")).astype(int)
        rows = np.flatnonzero(((pixels[20:100, :, 1] > 150) & (pixels[20:100, :, 0] < 120)).any(axis=1))
        heights.append(int(np.ptp(rows)))
    assert heights[1] < 25 < 40 < heights[0]


def test_gaps_and_lost_numbers_are_drawn(play: Play) -> None:
    waves, number = bed(play(5))
    holed = [*waves[:-3], Waves(), *waves[-2:]]
    png = monitor_strip(holed, msgspec.structs.replace(number, spo2_pct=None), 600, 300)
    assert colours(png)["green"] > 200
    assert shown(None) == "--"
    assert shown(96.6) == "97"


def test_twelve_leads_are_on_paper(play: Play) -> None:
    waves, _ = bed(play(5))
    image = Image.open(io.BytesIO(twelve_leads(waves, 800)))
    pixels = np.asarray(image.convert("L"))
    assert image.size[0] == 800
    assert (pixels < 90).sum() > 3000
    assert (pixels > 180).mean() > 0.7


def test_nothing_to_draw_is_refused(play: Play) -> None:
    waves, number = bed(play(1))
    for call in (
        lambda: monitor_strip([], number), lambda: monitor_strip(waves, number, 10, 10),
        lambda: monitor_strip(waves, number, lead="V9"), lambda: twelve_leads(waves[:5]),
    ):  # fmt: skip
        with pytest.raises(Problem):
            call()
