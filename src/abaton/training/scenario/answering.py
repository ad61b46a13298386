"""What is answered at once when a learner asks, calls, examines or tells a device something."""

from typing import Final

import msgspec
import numpy as np

from abaton.core.errors import Problem
from abaton.training.devices import monitor, pump, ventilator
from abaton.training.dialogue.classifier import fall_back
from abaton.training.dialogue.conversation import ask
from abaton.training.physiology.vitals import Vitals
from abaton.training.scenario import shocking
from abaton.training.scenario.acts import Act, text_of
from abaton.training.scenario.context import RunContext
from abaton.training.scenario.operating import Deed
from abaton.training.scenario.predicates import holds, parse
from abaton.training.scenario.problems import meant, shown
from abaton.training.scenario.run import Run, did, noted
from abaton.training.scenario.seeing import CONSCIOUS_SCALE, attach, detach, examine

TAKING_OFF: Final = ("detach", "remove")
SENSING: Final = ("attach", *TAKING_OFF)
COMMANDS: Final = {
    "monitor": (*monitor.COMMANDS, "silence", "cuff", "nibp"),
    "pump": tuple(pump.COMMANDS),
    "ventilator": tuple(ventilator.COMMANDS),
    "defibrillator": (),
    "aed": (),
}
"""What a device can be told; one that shocks answers for itself."""


def asked(run: Run, act: Act) -> Run:
    """Somebody is asked: the patient while conscious, or a companion."""
    teller = run.scenario.disclosures.teller
    if teller == "patient" and run.patient.vitals.coma_scale < CONSCIOUS_SCALE:
        return noted(run, "answer", "The patient does not answer.")
    try:
        conversation = ask(run.conversation, text_of(act.arguments, "text"), max(run.time_s, 0.0), fall_back())
    except Problem as problem:
        return noted(run, "refused", str(problem), problem.code)
    before = len(run.conversation.exchanges)
    deeds = [
        Deed(0, "asked", heard.intent)
        for exchange in conversation.exchanges[before:]
        for heard in exchange.heard
        if heard.decision in ("disclosed", "told_more", "repeated", "no_fact", "courtesy")
    ]
    run = msgspec.structs.replace(run, conversation=conversation)
    return noted(did(run, *deeds), "answer", conversation.exchanges[-1].reply)


def called(run: Run, act: Act) -> Run:
    """Somebody is called."""
    who = text_of(act.arguments, "who")
    return noted(did(run, Deed(0, "called", who)), "told", f"Called: {who.replace('_', ' ')}.")


def examined(run: Run, act: Act) -> Run:
    """A part is looked at: the author's finding, or what anybody would find."""
    what, vitals = text_of(act.arguments, "what"), run.patient.vitals
    run = did(run, Deed(0, "examined", what))
    run = msgspec.structs.replace(run, senses=examine(run.senses, what, vitals, run.time_s))
    context = RunContext(run)
    for finding in run.scenario.findings:
        if finding.of == what and (not finding.when or holds(parse(finding.when), context, run.time_s, {})):
            return noted(run, "finding", finding.text, what)
    return noted(run, "finding", _plain(what, vitals), what)


def _plain(what: str, vitals: Vitals) -> str:
    """What anybody would find, where the author wrote nothing."""
    if what in ("pulse", "circulation"):
        return f"Pulse {vitals.heart_rate:.0f} a minute." if vitals.pulse else "No pulse."
    if what == "breathing":
        return f"{vitals.respiratory_rate:.0f} breaths a minute." if vitals.respiratory_rate >= 2 else "No breathing."
    if what in ("consciousness", "disability"):
        return f"Coma scale {vitals.coma_scale}."
    if what == "temperature":
        return f"{vitals.temperature_c:.1f} degrees."
    if what == "blood_gas":
        return "Blood is taken; the result comes in a minute."
    return "Nothing unusual."


def told_device(run: Run, act: Act) -> Run:
    """A device is told something."""
    name, command = text_of(act.arguments, "name"), text_of(act.arguments, "command")
    present = [device.name for device in run.scenario.devices]
    if name not in present:
        return noted(run, "refused", f"There is no {name} here; there is: {', '.join(present) or 'nothing'}.", name)
    if run.defibrillator is not None and name in ("aed", "defibrillator"):
        rest = {key: value for key, value in act.arguments.items() if key not in ("name", "command")}
        try:
            answered = shocking.commanded(run.defibrillator, command, rest, run.patient)
        except Problem as problem:
            return noted(run, "refused", str(problem), problem.code)
        return defibrillated(did(run, Deed(0, "used", name, shocking.ALIASES.get(command, command))), answered)
    sensor = text_of(act.arguments, "sensor")
    known = SENSING if sensor else COMMANDS[name]
    if command not in known:
        got = f"the command {shown(command)} of {name}" if command else f"{name} without a command"
        problem = Problem("device_command_unknown", got, "one of " + ", ".join(known), meant(command, known))
        return noted(run, "refused", str(problem), problem.code)
    run = did(run, Deed(0, "used", name, command))
    if not sensor:
        return noted(run, "told", f"{name}: {command}.")
    if command in TAKING_OFF:
        return msgspec.structs.replace(run, senses=detach(run.senses, sensor))
    run = msgspec.structs.replace(run, senses=attach(run.senses, sensor, run.time_s))
    return noted(did(run, Deed(0, "attached", sensor)), "told", f"{name}: {sensor.replace('_', ' ')} attached.")


def shock_wanted(run: Run, act: Act) -> Run:
    """Somebody presses the shock button."""
    if run.defibrillator is None:
        return noted(run, "refused", "There is no defibrillator here.", "shock")
    try:
        return defibrillated(run, shocking.pressed(run.defibrillator, act.arguments, run.patient))
    except Problem as problem:
        return noted(run, "refused", str(problem), problem.code)


def defibrillated(run: Run, answered: shocking.Answered) -> Run:
    """What the defibrillator said and did."""
    before, senses = run.defibrillator, run.senses
    if answered.device.pads and (before is None or not before.pads):
        senses = attach(senses, "pads", run.time_s)
    elif not answered.device.pads:
        senses = detach(senses, "pads")
    if answered.advised is not None:
        senses = msgspec.structs.replace(senses, analysed=(run.time_s, answered.advised))
    run = msgspec.structs.replace(run, defibrillator=answered.device, senses=senses)
    for shock in answered.shocks:
        draw = float(np.random.default_rng([run.seed, 1 + run.shocks]).random())
        due = (run.time_s, msgspec.structs.replace(shock, draw=draw))
        run = msgspec.structs.replace(run, shocks=run.shocks + 1, waiting=(*run.waiting, due))
    for text in answered.told:
        run = noted(run, "told", text, "defibrillator")
    return did(run, *answered.deeds)
