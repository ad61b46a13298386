"""The bedside in a terminal: monitor, log, devices, and a line to type orders in."""

import math
from typing import Any, ClassVar, Protocol

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.widgets import Input, RichLog, Static

from abaton.core.clock import Clock, SystemClock
from abaton.core.errors import Problem
from abaton.training.insults.treatments import TREATMENTS
from abaton.training.live.screen import Line, Second
from abaton.training.live.typed import HELP, typed
from abaton.training.live.views import (
    BACK,
    CYAN,
    FLASH_HZ,
    GREEN,
    PALE,
    RED,
    WHITE,
    YELLOW,
    Banner,
    Figure,
    Wave,
    figure,
)
from abaton.training.live.wording import INKS, about, cuff_and_temperature, minutes, told_of
from abaton.training.scenario.acts import Act

FRAMES_HZ = 20.0
"""How often the waves move on."""
MOST_BEHIND_S = 3.0
"""A terminal that was held up does not rush through more than this."""
SPEEDS = (0.5, 1.0, 2.0, 4.0, 8.0)
WAVES = {"ecg": "25 mm/s", "art": "mmHg", "pleth": "", "co2": "mmHg"}


class Bedside(Protocol):
    """A patient, what stands around them, and whoever keeps the story."""

    @property
    def title(self) -> str:
        """Of the scenario."""
        ...

    @property
    def brief(self) -> str:
        """What is read before it begins."""
        ...

    @property
    def devices(self) -> tuple[str, ...]:
        """Names of what stands at the bed."""
        ...

    def do(self, act: Act) -> tuple[Line, ...]:
        """What is done now, and what is said at once; more may come with the next second.

        Raises:
            Problem: It cannot be done.
        """
        ...

    def second(self) -> Second:
        """A second later."""
        ...

    def debrief(self) -> str:
        """Score and what is to be said of it, in plain text; writes record and page where it was told to."""
        ...


class Monitor(App[str]):
    """The terminal.

    Args:
        bedside: What is shown.
        clock: What time is read from.
        speed: Times real time.
    """

    CSS: ClassVar[str] = f"""
    Screen {{ background: {BACK}; color: {WHITE}; }}
    #banner {{ height: 1; }}
    #monitor {{ height: 3fr; }}
    #waves {{ width: 1fr; }}
    #waves Wave {{ height: 1fr; background: {BACK}; }}
    #figures {{ width: 46; border-left: vkey #1f2a2c; }}
    #figures Figure {{ height: 1fr; background: {BACK}; }}
    #small {{ height: 2; background: {BACK}; color: {WHITE}; padding: 0 1; }}
    #below {{ height: 2fr; min-height: 5; border-top: solid #1f2a2c; }}
    #log {{ width: 1fr; background: {BACK}; scrollbar-size-vertical: 1; padding: 0 1; }}
    #log {{ scrollbar-color: #2a3a3d; scrollbar-background: {BACK}; }}
    #devices {{ width: 46; background: {BACK}; color: {PALE}; padding: 0 1; }}
    #devices {{ border-left: vkey #1f2a2c; overflow-y: auto; scrollbar-size-vertical: 1; }}
    #typed {{ height: 1; border: none; background: #12181b; color: {WHITE}; padding: 0 1; }}
    #keys {{ height: 1; background: #12181b; color: {PALE}; padding: 0 1; }}
    .narrow #figures {{ width: 34; }}
    .narrow #devices {{ width: 34; }}
    .low #keys {{ display: none; }}
    .low #small {{ height: 1; }}
    .low #below {{ min-height: 4; }}
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "hold", "pause", priority=True),
        Binding("f3", "slower", "slower", priority=True),
        Binding("f4", "faster", "faster", priority=True),
        Binding("f10", "end", "end", priority=True),
        Binding("ctrl+q", "end", "end", priority=True, show=False),
    ]
    TITLE = "Abaton: for training, never for care"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, bedside: Bedside, clock: Clock | None = None, speed: float = 1.0) -> None:
        super().__init__()
        self._bedside, self._clock, self.speed = bedside, clock or SystemClock(), speed
        self.held, self.ended = False, False
        self._before_s = self._clock.monotonic_s()
        self._drawn_s = 0.0
        self._second: Second | None = None
        self._known = ""

    def compose(self) -> ComposeResult:
        """The screen."""
        yield Banner()
        with Horizontal(id="monitor"):
            with Vertical(id="waves"):
                yield Wave("II", GREEN, -0.4, 1.2, 30.0, "ecg", 0.4)
                yield Wave("ART", RED, 70.0, 100.0, 30.0, "art", 10.0)
                yield Wave("PLETH", CYAN, -0.2, 0.4, 30.0, "pleth", 0.2)
                yield Wave("CO2", YELLOW, 0.0, 40.0, 9.0, "co2", 20.0)
            with Vertical(id="figures"):
                yield Figure("HR", "/min", GREEN, "hr")
                yield Figure("ART", "mmHg", RED, "bp")
                yield Figure("SpO2", "%", CYAN, "spo2")
                yield Figure("EtCO2", "mmHg", YELLOW, "etco2")
                yield Static(id="small")
        with Horizontal(id="below"):
            yield RichLog(id="log", wrap=True, highlight=False, markup=False, min_width=20)
            yield Static(id="devices")
        yield Input(placeholder="adrenaline 0.5 mg im · treat tourniquet leg · examine pulse · help", id="typed")
        yield Static("F2 pause   F3 slower   F4 faster   F10 end   · for training, never for care", id="keys")

    def on_mount(self) -> None:
        """Begins."""
        banner = self.query_one(Banner)
        banner.title_text = self._bedside.title
        self._tell(Line(0.0, "scenario", self._bedside.brief))
        self.query_one(Input).focus()
        self._before_s = self._clock.monotonic_s()
        self._live()
        self.set_interval(1 / FRAMES_HZ, self.frame)

    def on_resize(self, event: Resize) -> None:
        """Narrow and low terminals have less around the waves."""
        self.screen.set_class(event.size.width < 100, "narrow")
        self.screen.set_class(event.size.height < 30, "low")
        if self._second:
            self._figures(self._second)

    def frame(self) -> None:
        """Goes on by what the clock says has passed."""
        if not self.is_running or not self.screen_stack or not self.query(Banner):
            # A timer may still fire while the terminal is taken down.
            return
        now = self._clock.monotonic_s()
        passed, self._before_s = min(now - self._before_s, MOST_BEHIND_S), now
        self._flash(now)
        if self.held or self.ended or passed <= 0:
            return
        left = passed * self.speed
        while left > 0 and not self.ended:
            part = min(left, 1.0 - self._drawn_s)
            self._draw(part)
            left -= part
            if self._drawn_s >= 1.0 - 1e-9:
                self._live()

    def _live(self) -> None:
        """The next second."""
        try:
            self._second = self._bedside.second()
        except Problem as problem:
            self._tell(Line(math.nan, "refused", told_of(problem)))
            self._finish("the patient is beyond what the model stands for")
            return
        self._drawn_s = 0.0
        self._figures(self._second)
        for line in self._second.lines:
            self._tell(line)
        if self._second.ended:
            self._finish(self._second.ended)

    def _draw(self, seconds: float) -> None:
        second = self._second
        if second is None:
            return
        for name in ("ecg", "art", "pleth", "co2"):
            samples = second.waves.get(name)
            if samples is not None:
                first, last = (round(at * len(samples)) for at in (self._drawn_s, self._drawn_s + seconds))
                self.query_one(f"#{name}", Wave).write(samples[first:last], seconds)
        self._drawn_s += seconds

    def _figures(self, second: Second) -> None:
        shown = second.numbers
        alarms = {word: alarm.priority for alarm in reversed(second.alarms) for word in about(alarm.text)}
        self._figure("hr", alarms, ("", figure(shown.heart_rate)))
        line = not math.isnan(shown.mean_mmhg)
        if line or shown.cuff is None:
            pair = f"{figure(shown.systolic_mmhg)}/{figure(shown.diastolic_mmhg)}" if line else "--"
            mean = (("", f"({shown.mean_mmhg:.0f})"),) if line else ()
            self.query_one("#bp", Figure).show(
                ("", pair), *mean, alarm=alarms.get("bp", ""), label="ART" if line else "BP", color=RED
            )
        else:
            cuff = shown.cuff
            pair = ("", f"{cuff.systolic_mmhg:.0f}/{cuff.diastolic_mmhg:.0f}")
            mean = ("", f"({cuff.mean_mmhg:.0f})")
            self.query_one("#bp", Figure).show(pair, mean, alarm=alarms.get("bp", ""), label="NIBP", color=WHITE)
        self._figure("spo2", alarms, ("", figure(shown.spo2_pct)))
        self._figure("etco2", alarms, ("", figure(shown.etco2_mmhg)), ("RR", figure(shown.respiratory_rate)))
        for name, label in WAVES.items():
            wave = self.query_one(f"#{name}", Wave)
            wave.note = label if name in second.waves else "not attached"
        self.query_one("#small", Static).update(cuff_and_temperature(shown, second.time_s))
        banner = self.query_one(Banner)
        banner.alarms, banner.silenced = second.alarms, second.silenced
        self._status()
        devices = Text()
        for name, state in second.devices:
            devices.append(f"{name}\n", style=f"bold {WHITE}")
            devices.append(f"  {state}\n", style=PALE)
        self.query_one("#devices", Static).update(devices)

    def _figure(self, name: str, alarms: dict[str, str], *parts: tuple[str, str]) -> None:
        self.query_one(f"#{name}", Figure).show(*parts, alarm=alarms.get(name, ""))

    def _status(self) -> None:
        banner = self.query_one(Banner)
        at = self._second.time_s if self._second else 0.0
        speed = "paused" if self.held else "ended" if self.ended else f"x{self.speed:g}"
        banner.right = f"{speed}  {minutes(at)}"
        banner.refresh()

    def _flash(self, now_s: float) -> None:
        banner = self.query_one(Banner)
        priority = banner.alarms[0].priority if banner.alarms else "low"
        rate = FLASH_HZ[priority]
        bright = rate == 0.0 or (now_s * rate) % 1.0 < 0.6
        turn = int(now_s / 3.0)
        if (bright, turn) != (banner.bright, banner.turn):
            banner.bright, banner.turn = bright, turn
            banner.refresh()
        for view in self.query(Figure):
            rate = FLASH_HZ.get(view.alarm, 0.0)
            lit = rate == 0.0 or (now_s * rate) % 1.0 < 0.6
            if lit != view.bright:
                view.bright = lit
                view.refresh()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Does what was typed, or tells why not."""
        text = event.value.strip()
        event.input.clear()
        if not text or self._command(text):
            return
        at = self._second.time_s if self._second else 0.0
        self._tell(Line(at, "you", text))
        if self.ended:
            self._tell(Line(at, "refused", "It has ended. F10 leaves."))
            return
        try:
            for line in self._bedside.do(typed(text, at, self._bedside.devices)):
                self._tell(line)
        except Problem as problem:
            self._tell(Line(at, "refused", told_of(problem)))

    def _command(self, text: str) -> bool:
        """Whether it was for the terminal and not for the patient."""
        words = text.lower().split()
        if words == ["help"]:
            for line in HELP.replace("TREATMENTS", ", ".join(TREATMENTS)).splitlines():
                self._tell(Line(math.nan, "help", line))
        elif words in (["pause"], ["go"], ["go", "on"]):
            self.action_hold()
        elif words in (["quit"], ["end"], ["exit"]):
            self.action_end()
        elif words[0] == "speed" and len(words) == 2:
            try:
                self._to_speed(float(words[1]))
            except ValueError:
                return False
        else:
            return False
        return True

    def _to_speed(self, speed: float) -> None:
        if not 0.1 <= speed <= 50:
            self._tell(Line(math.nan, "refused", f"A speed of {speed:g}. Expected: 0.1 to 50 times real time."))
            return
        self.speed = speed
        self._status()

    def _tell(self, line: Line) -> None:
        at = "" if math.isnan(line.at_s) else f"{minutes(line.at_s)} "
        mark = {"you": "> ", "refused": "✗ "}.get(line.who, "")
        text = Text(at, style=PALE)
        text.append(f"{mark}{line.text}", style=INKS.get(line.who, WHITE))
        self.query_one("#log", RichLog).write(text)

    def action_hold(self) -> None:
        """Stops time, or lets it go on."""
        self.held = not self.held
        self._status()

    def action_slower(self) -> None:
        """Half as fast."""
        self._to_speed(max((speed for speed in SPEEDS if speed < self.speed), default=SPEEDS[0]))

    def action_faster(self) -> None:
        """Twice as fast."""
        self._to_speed(min((speed for speed in SPEEDS if speed > self.speed), default=SPEEDS[-1]))

    def action_end(self) -> None:
        """Ends it with the debrief; once more leaves."""
        if self.ended:
            self.exit(self._known)
            return
        self._finish("ended by you")

    def _finish(self, how: str) -> None:
        self.ended = True
        self._status()
        at = self._second.time_s if self._second else 0.0
        self._tell(Line(at, "scenario", f"The scenario has ended: {how}. The debrief is being written."))
        self.run_worker(self._debrief, thread=True)

    def _debrief(self) -> None:
        """Takes seconds, and so runs beside the screen."""
        try:
            known, who = self._bedside.debrief(), "scenario"
        except Problem as problem:
            known, who = told_of(problem), "refused"
        self.call_from_thread(self._debriefed, known, who)

    def _debriefed(self, known: str, who: str) -> None:
        self._known = known
        for line in known.splitlines():
            self._tell(Line(math.nan, who, line))
        self._tell(Line(math.nan, "help", "F10 leaves."))


def play(bedside: Bedside, speed: float = 1.0, **options: Any) -> str:
    """Runs the terminal until it is left; what the debrief said."""
    return Monitor(bedside, speed=speed).run(**options) or ""
