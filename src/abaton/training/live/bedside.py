"""A scenario at the bedside: acts go in, seconds come out as the monitor shows them."""

from collections.abc import Callable

from abaton.training.devices.defibrillator import prompt
from abaton.training.drugs.kinetics import FLUIDS
from abaton.training.live.equipment import alarmed, equipped, fitted, numbers, second, silenced, told
from abaton.training.live.screen import Line, Second
from abaton.training.scenario.acts import Act
from abaton.training.scenario.language import Scenario
from abaton.training.scenario.run import Event, Run
from abaton.training.scenario.running import begin, step

WHO = {
    "act": "", "item": "", "rhythm": "", "told": "told", "refused": "refused", "answer": "patient",
    "finding": "finding", "state": "scenario", "shock": "told", "outcome": "scenario",
}  # fmt: skip
"""Whose line an event is; empty where the learner is not to see it."""

ALSO_CALLED = {"silence": "pause_sound", "cuff": "measure_pressure", "nibp": "measure_pressure"}
"""Short words for commands of the monitor."""

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
        self._bed = fitted(equipped(seed), frozenset(self._run.senses.attached), self._run.patient.vitals)

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
        """Takes effect with the next second; the monitor hears at once."""
        if act.kind == "device" and act.arguments.get("name") == "monitor" and "monitor" in self.devices:
            command = str(act.arguments.get("command", ""))
            if command not in ("attach", "detach"):
                self._bed = told(self._bed, ALSO_CALLED.get(command, command), self._run.patient.vitals)
        self._waiting.append(act)
        return ()

    def second(self) -> Second:
        """A second later."""
        self._run, course = step(self._run, self._waiting)
        self._waiting = []
        run = self._run
        fresh, self._told = run.events[self._told :], len(run.events)
        lines = tuple(_line(event) for event in fresh if WHO.get(event.kind, "told"))
        vitals = run.patient.vitals
        self._bed = fitted(self._bed, frozenset(run.senses.attached), vitals)
        self._bed, waves, alarms = second(self._bed, course, vitals, run.time_s)
        return Second(
            run.time_s,
            waves,
            numbers(self._bed),
            alarmed(self._bed),
            silenced(self._bed),
            tuple((name, _state(name, run)) for name in self.devices) + _running(run),
            lines + alarms,
            run.outcome,
        )

    def debrief(self) -> str:
        """Score, what is to be said of it, and where it was written."""
        return self._debrief(self._run)


def _state(name: str, run: Run) -> str:
    attached = sorted(run.senses.attached)
    if name == "monitor":
        return ", ".join(sensor.replace("_", " ") for sensor in attached if sensor != "pads") or "nothing attached"
    device = run.defibrillator
    if name in ("aed", "defibrillator") and device is not None:
        state = [device.state.replace("_", " "), "pads on" if device.pads else "pads off"]
        said = prompt(device)
        return ", ".join([*state, f"shocks {run.shocks}"]) + (f'\n  "{said}"' if said else "")
    return "ready"


def _running(run: Run) -> tuple[tuple[str, str], ...]:
    """Drugs and fluids that run, oxygen and breaths given."""
    found: list[tuple[str, str]] = []
    drugs, weight_kg = run.patient.drugs, run.patient.person.weight_kg
    for label, (_, _, rate, _) in zip(drugs.labels, drugs.lines.tolist(), strict=True):
        drug, line, kind = label.split("/")
        fluid = f"{60 * rate:.0f} ml/min"
        speed = fluid if drug in FLUIDS else f"{60 * rate / weight_kg:.2g} ug/kg/min"
        found.append((drug, f"{kind}, {speed}, line {line}"))
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
