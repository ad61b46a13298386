"""A scenario at the bedside: acts go in, seconds come out as the monitor shows them."""

import math
from collections.abc import Callable

from abaton.training.live.screen import Alarm, Cuff, Line, Numbers, Second
from abaton.training.live.waves import waves_of
from abaton.training.physiology.vitals import Vitals
from abaton.training.scenario.acts import Act
from abaton.training.scenario.language import Scenario
from abaton.training.scenario.running import Event, Run, begin, seen_now, step

WHO = {
    "act": "", "item": "", "rhythm": "", "told": "told", "refused": "refused", "answer": "patient",
    "finding": "finding", "state": "scenario", "shock": "told", "outcome": "scenario",
}  # fmt: skip
"""Whose line an event is; empty where the learner is not to see it."""

Debrief = Callable[[Run], str]


class ScenarioBedside:
    """A scenario, stepped second by second.

    Args:
        scenario: Which.
        seed: Of chance.
        debrief: What is told at the end; writes what is to be written.
    """

    def __init__(self, scenario: Scenario, seed: int, debrief: Debrief) -> None:
        self._run = begin(scenario, seed)
        self._debrief = debrief
        self._waiting: list[Act] = []
        self._told = 0
        self._cuff: Cuff | None = None
        self._cuff_due = self._run.senses.cuff_s

    @property
    def run(self) -> Run:
        """As it is now."""
        return self._run

    @property
    def title(self) -> str:
        """Of the scenario."""
        return self._run.scenario.meta.title

    @property
    def brief(self) -> str:
        """What is read before it begins."""
        return " ".join(self._run.scenario.prebrief.split())

    @property
    def devices(self) -> tuple[str, ...]:
        """Names of what stands at the bed."""
        return tuple(device.name for device in self._run.scenario.devices)

    def do(self, act: Act) -> tuple[Line, ...]:
        """Takes effect with the next second."""
        self._waiting.append(act)
        return ()

    def second(self) -> Second:
        """A second later."""
        self._run, course = step(self._run, self._waiting)
        self._waiting = []
        run = self._run
        fresh, self._told = run.events[self._told :], len(run.events)
        lines = tuple(_line(event) for event in fresh if WHO.get(event.kind, "told"))
        attached = frozenset(run.senses.attached)
        numbers = self._numbers()
        return Second(
            run.time_s,
            waves_of(course, attached, run.time_s),
            numbers,
            alarms_of(numbers, run.vitals, attached),
            devices=tuple((name, _state(name, run)) for name in self.devices) + _running(run),
            lines=lines,
            ended=run.outcome,
        )

    def debrief(self) -> str:
        """Score, what is to be said of it, and where it was written."""
        return self._debrief(self._run)

    def _numbers(self) -> Numbers:
        run = self._run
        known, attached = seen_now(run).known, run.senses.attached
        if "nibp" in attached and run.senses.cuff_s != self._cuff_due:
            self._cuff = Cuff(*run.senses.cuff, at_s=run.time_s) if run.senses.cuff else None
            self._cuff_due = run.senses.cuff_s

        def of(name: str, *sensors: str) -> float:
            return known.get(name, math.nan) if attached.keys() & set(sensors) else math.nan

        return Numbers(
            of("heart_rate", "ecg", "spo2", "arterial_line"),
            of("systolic_mmhg", "arterial_line"),
            of("diastolic_mmhg", "arterial_line"),
            of("mean_mmhg", "arterial_line"),
            of("saturation_pct", "spo2"),
            of("etco2_mmhg", "capnography"),
            of("respiratory_rate", "capnography"),
            of("temperature_c", "temperature"),
            self._cuff,
        )


def alarms_of(numbers: Numbers, vitals: Vitals, attached: frozenset[str]) -> tuple[Alarm, ...]:
    """What the monitor alarms about."""
    found: list[Alarm] = []
    if attached & {"ecg", "pads"} and vitals.rhythm >= 4:
        name = {4: "VENTRICULAR TACHYCARDIA", 5: "VENTRICULAR FIBRILLATION", 7: "ASYSTOLE"}.get(int(vitals.rhythm))
        if name:
            found.append(Alarm("high", name))
    if numbers.mean_mmhg < 60:
        found.append(Alarm("high", f"ART mean {numbers.mean_mmhg:.0f} < 60"))
    if numbers.spo2_pct < 90:
        found.append(Alarm("high", f"SpO2 {numbers.spo2_pct:.0f} < 90"))
    if numbers.heart_rate > 120:
        found.append(Alarm("medium", f"HR {numbers.heart_rate:.0f} > 120"))
    return tuple(found)


def _state(name: str, run: Run) -> str:
    attached = sorted(run.senses.attached)
    if name == "monitor":
        return ", ".join(sensor.replace("_", " ") for sensor in attached if sensor != "pads") or "nothing attached"
    if name in ("aed", "defibrillator"):
        return ("pads on" if "pads" in attached else "pads off") + f", {run.shocks} shocks"
    return "ready"


def _running(run: Run) -> tuple[tuple[str, str], ...]:
    """Drugs and fluids that run, oxygen and breaths given."""
    found: list[tuple[str, str]] = []
    for label in run.patient.drugs.labels:
        drug, line, kind = label.split("/")
        found.append((drug, f"{kind}, line {line}"))
    support = run.patient.support
    if support.inspired_oxygen > 0.22:
        found.append(("oxygen", f"{100 * support.inspired_oxygen:.0f} % inspired"))
    if support.ventilation != "spontaneous":
        found.append((support.ventilation, f"{support.rate_per_min:g} /min, {support.tidal_ml:g} ml"))
    if support.compression_per_min:
        found.append(("compressions", f"{support.compression_per_min:g} /min, {support.compression_depth_mm:g} mm"))
    return tuple(found)


def _line(event: Event) -> Line:
    return Line(event.time_s, WHO.get(event.kind, "told"), event.text)

