"""Trends and bars as SVG."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np

from abaton.training.plots import Mark, Panel, Span, Stage, Trace, bars, legend, trends

TIMES = np.arange(601.0)


def test_trends_are_whole_and_hold_what_they_are_given() -> None:
    values = np.linspace(90, 40, 601)
    values[100:200] = np.nan
    panels = [
        Panel("MAP", "mmHg", "#f00", (Trace(TIMES, values, "#f00"), Trace(TIMES, values + 5, "#fff", True)), 40, 120,
              Span(TIMES, values - 10, values + 20, "#f00"), "40"),
        Panel("<SpO2>", "%", "#0ff", (Trace(TIMES, np.full(601, 97.0), "#0ff"),), 85, 100),
    ]  # fmt: skip
    marks = [Mark(10, 1), Mark(12, 2), Mark(300, 3)]
    svg = trends(panels, 600, marks, [Stage("well", 0, 300), Stage("worse", 300, 600)])
    root = ElementTree.fromstring(svg)  # noqa: S314 - made above
    texts = ["".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")]
    for told in ("MAP", "<SpO2>", "1", "2", "3", "well", "worse", "10"):
        assert told in texts
    assert "nan" not in svg
    circles = {place.get("cx"): place.get("cy") for place in root.iter("{http://www.w3.org/2000/svg}circle")}
    assert len(circles) == 3
    assert len(set(circles.values())) == 2


def test_a_line_goes_where_its_values_are() -> None:
    panel = Panel("HR", "/min", "#0f0", (Trace(TIMES, np.linspace(0, 100, 601), "#0f0"),), 0, 100)
    path = re.search(r'<path d="(M[^"]+)" fill="none"', trends([panel], 600))
    assert path is not None
    places = [tuple(map(float, pair.split())) for pair in re.split("[ML]", path[1])[1:]]
    assert all(here[0] <= there[0] and here[1] >= there[1] for here, there in pairwise(places))


def test_bars_tell_each_part_and_their_sum() -> None:
    svg = bars([("bleeding & more", -49.1, 10.0), ("crystalloid", 12.7, 0.5)], "mmHg", -36.4)
    root = ElementTree.fromstring(svg)  # noqa: S314 - made above
    texts = ["".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["bleeding & more", "-49.1 mmHg", "crystalloid", "+12.7 mmHg", "in all", "-36.4 mmHg"]
    drawn = list(root.iter("{http://www.w3.org/2000/svg}rect"))[1:]
    widths = [float(str(bar.get("width"))) for bar in drawn]
    np.testing.assert_allclose(np.array(widths) / widths[0], [1, 12.7 / 49.1, 36.4 / 49.1], rtol=0.01)


def test_a_legend_names_its_lines() -> None:
    assert "as played" in legend([("as played", "#f00", False)])
