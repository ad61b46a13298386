"""Parts of the monitor as widgets: a wave, a figure, the banner of alarms."""

import math

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from abaton.training.live.digits import LINES, large, width
from abaton.training.live.screen import Alarm, Array
from abaton.training.live.sweep import Sweep

BACK = "#05080a"
GREEN, RED, CYAN, YELLOW, WHITE, PALE = "#3dff7c", "#ff5b52", "#4fdcff", "#ffe04a", "#f2f5f4", "#7d8a88"
COLORS = {"high": ("#ffffff", "#d4161c"), "medium": ("#141000", "#ffd21f"), "low": ("#03161a", "#4fdcff")}
"""Ink and ground of alarms by priority (IEC 60601-1-8: red, yellow, cyan)."""
LABEL = 7
"""Characters of a figure's label."""
FLASH_HZ = {"high": 2.0, "medium": 0.6, "low": 0.0}
"""Within the standard's 1.4 to 2.8 Hz and 0.4 to 0.8 Hz; low does not flash."""


class Wave(Widget):
    """One wave with its name in the corner.

    Args:
        label: Of the wave.
        color: Of the wave.
        low: Value at the bottom.
        high: Value at the top.
        dots_per_s: How fast it sweeps.
        name: Id of the widget.
        step: See `Sweep`.
    """

    def __init__(
        self, label: str, color: str, low: float, high: float, dots_per_s: float, name: str, step: float = 0.0
    ) -> None:
        super().__init__(id=name)
        self._label, self._ink = label, Style(color=color, bgcolor=BACK)
        self._sweep = Sweep(20, low, high, dots_per_s, step)
        self._rows: list[str] = []
        self.note = "not attached"

    @property
    def sweep(self) -> Sweep:
        """What is drawn."""
        return self._sweep

    def write(self, samples: Array, seconds: float) -> None:
        """Goes on with these samples."""
        self._sweep.write(samples, seconds)
        self._redraw()

    def on_resize(self) -> None:
        """Begins anew in another width."""
        if self.size.width > 1 and self.size.width != self._sweep.columns:
            self._sweep = self._sweep.resized(self.size.width)
        self._redraw()

    def _redraw(self) -> None:
        self._rows = self._sweep.rows(max(self.size.height, 1))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of characters; the name stands over its beginning where there is no wave."""
        text = self._rows[y] if y < len(self._rows) else ""
        text = text.ljust(self.size.width)[: self.size.width]
        if y == 0:
            told = f"{self._label} {self.note}".strip()
            dim = Style(color=self._ink.color, bgcolor=BACK, dim=True)
            return Strip([Segment(told, dim), Segment(text[len(told) :], self._ink)])
        return Strip([Segment(text, self._ink)])


class Figure(Widget):
    """Figures of the monitor in one colour, such as pressure with its mean: names above, large digits below them.

    Args:
        label: Its name.
        unit: Of the value.
        color: Of all of it.
        name: Id of the widget.
    """

    def __init__(self, label: str, unit: str, color: str, name: str) -> None:
        super().__init__(id=name)
        self._label, self._unit, self._hue = label, unit, color
        self._parts: tuple[tuple[str, str], ...] = (("", "--"),)
        self._small = ""
        self.alarm: str = ""
        self.bright = True

    @property
    def shown(self) -> tuple[str, ...]:
        """The texts in large figures."""
        return tuple(text for _, text in self._parts)

    def show(self, *parts: tuple[str, str], alarm: str = "", label: str = "", unit: str = "", color: str = "") -> None:
        """Shows these.

        Args:
            parts: Small name and large text, from left to right; later ones become small where there is no room.
            alarm: Priority of an alarm on it; empty without.
            label: Another name, where it is not empty.
            unit: Another unit, where it is not empty.
            color: Another colour, where it is not empty.
        """
        self._parts, self.alarm = parts, alarm
        self._label, self._unit, self._hue = label or self._label, unit or self._unit, color or self._hue
        self.refresh()

    def _lines(self, across: int) -> list[str]:
        """What stands right of the label: three lines."""
        parts = list(self._parts)
        small: list[str] = []
        while len(parts) > 1 and sum(width(text) + (len(name) + 1 if name else 0) + 2 for name, text in parts) > across:
            name, text = parts.pop()
            small.append(f"{name} {text}".strip())
        lines = ["", "", ""]
        for name, text in parts:
            for row, figures in enumerate(large(text)):
                before = f"{name} " if name else ""
                lines[row] += ("  " if lines[row] else "") + (before if row == 0 else " " * len(before)) + figures
        self._small = " ".join(small)
        return lines

    def render_line(self, y: int) -> Strip:
        """One line; while an alarm flashes, on its ground."""
        ink, ground = self._hue, BACK
        if self.alarm in ("high", "medium") and self.bright:
            ink, ground = COLORS[self.alarm]
        style = Style(color=ink, bgcolor=ground)
        dim = Style(color=ink, bgcolor=ground, dim=not self.alarm)
        across = self.size.width
        top = max((self.size.height - LINES) // 2, 0)
        row = y - top
        lines = self._lines(across - LABEL)
        side = (self._label, self._unit, self._small)[row] if 0 <= row < LINES else ""
        figures = lines[row] if 0 <= row < LINES else ""
        gap = max(across - LABEL - len(figures) - 1, 0)
        strong = Style(color=ink, bgcolor=ground, bold=True)
        label = Segment(f"{side:<{LABEL}}", strong if row == LINES - 1 else dim)
        return Strip([label, Segment(" " * gap + figures, style)]).adjust_cell_length(across, style)


class Banner(Widget):
    """Title, alarms by priority, sound, time."""

    def __init__(self) -> None:
        super().__init__(id="banner")
        self.alarms: tuple[Alarm, ...] = ()
        self.silenced = False
        self.title_text, self.right = "", ""
        self.bright = True
        self.turn = 0

    def render_line(self, y: int) -> Strip:
        """The most urgent alarm on its colour; several of them take turns."""
        across = self.size.width
        plain = Style(color=WHITE, bgcolor="#12181b")
        if y:
            return Strip([Segment(" " * across, plain)])
        right = f" {'🔇 ' if self.silenced else ''}{self.right} "
        room = max(across - len(right) - len(self.title_text) - 2 - (1 if self.silenced else 0), 10)
        if self.alarms:
            urgent = [alarm for alarm in self.alarms if alarm.priority == self.alarms[0].priority]
            alarm = urgent[self.turn % len(urgent)]
            marks = {"high": "!!!", "medium": "!!", "low": "!"}[alarm.priority]
            more = f"  (+{len(self.alarms) - 1})" if len(self.alarms) > 1 else ""
            ink, ground = COLORS[alarm.priority]
            lit = Style(color=ink, bgcolor=ground, bold=True)
            unlit = Style(color=ground, bgcolor="#12181b", bold=True)
            middle = Segment(f"{marks} {alarm.text}{more}"[:room].center(room), lit if self.bright else unlit)
        else:
            middle = Segment(" " * room, plain)
        title = Segment(f" {self.title_text} ", Style(color=PALE, bgcolor="#12181b"))
        return Strip([title, middle, Segment(right, plain)]).adjust_cell_length(across, plain)


def figure(value: float, decimals: int = 0) -> str:
    """A value as the monitor shows it; dashes where nothing is measured."""
    return "--" if math.isnan(value) else f"{value:.{decimals}f}"
