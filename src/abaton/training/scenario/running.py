"""A scenario under way: in each second acts take effect, the patient lives a second, stages and checklist follow.

A run is data: `step` takes one and gives the next. The same scenario, seed and acts give the same run, bit for bit.
"""

from collections.abc import Iterable
from typing import Final

import msgspec
import numpy as np

from abaton.core.errors import Problem
from abaton.training.devices.defibrillator import Defibrillator
from abaton.training.dialogue.classifier import fall_back
from abaton.training.dialogue.conversation import Conversation, ask
from abaton.training.dialogue.conversation import Patient as Teller
from abaton.training.dialogue.conversation import begin as begin_conversation
from abaton.training.patient import Patient, admit, tick
from abaton.training.physiology.engine import Course
from abaton.training.physiology.person import Person
from abaton.training.physiology.vitals import Vitals
from abaton.training.scenario import shocking
from abaton.training.scenario.acts import KINDS, Act, checked, text_of
from abaton.training.scenario.context import RunContext
from abaton.training.scenario.language import Action, Insult, Scenario, State
from abaton.training.scenario.operating import Deed, Operation, drug_of, operate
from abaton.training.scenario.predicates import Memory, holds, parse
from abaton.training.scenario.seeing import CONSCIOUS_SCALE, Seen, Senses, attach, detach, examine, passed, seen

EVERY_MS: Final = 8


class Event(msgspec.Struct, frozen=True):
    """Something on the timeline.

    Attributes:
        time_s: Since arrival.
        kind: act, told, refused, answer, finding, state, shock, rhythm, item or outcome.
        text: In words.
        name: Of the item, state or kind of act that it is about.
    """

    time_s: float
    kind: str
    text: str
    name: str = ""


class Run(msgspec.Struct, frozen=True, eq=False):
    """A scenario under way.

    Attributes:
        scenario: Which.
        seed: Of chance.
        time_s: Since the learner arrived; negative before.
        patient: Now.
        state: Name of the stage.
        passed_states: Stages so far, the first first.
        state_s: When the stage was entered.
        waiting: What takes effect later, and when.
        deeds: What was done so far.
        events: The timeline so far.
        operations: What took effect on the body, by the second.
        acts: The learner's, so far.
        conversation: What was asked and answered.
        senses: What is attached and was looked at.
        memory: Of conditions with `for`.
        held_s: When each item of the checklist first held.
        pulseless_s: Seconds without a pulse.
        compressed_s: Of these, those with compressions.
        hands_off_s: Seconds without a pulse since the last compression.
        shocks: Given.
        outcome: Empty while it goes on.
        defibrillator: The one that stands there.
    """

    scenario: Scenario
    seed: int
    time_s: float
    patient: Patient
    state: str
    passed_states: tuple[str, ...]
    state_s: float
    waiting: tuple[tuple[float, Operation], ...]
    deeds: tuple[Deed, ...]
    events: tuple[Event, ...]
    operations: tuple[tuple[float, Operation], ...]
    acts: tuple[Act, ...]
    conversation: Conversation
    senses: Senses
    memory: Memory
    held_s: dict[str, float]
    pulseless_s: float = 0.0
    compressed_s: float = 0.0
    hands_off_s: float = 0.0
    shocks: int = 0
    outcome: str = ""
    defibrillator: Defibrillator | None = None

    @property
    def vitals(self) -> Vitals:
        """The true vital signs; their time counts from arrival."""
        return msgspec.structs.replace(self.patient.vitals, time_s=self.time_s)


def begin(scenario: Scenario, seed: int = 0, person: Person | None = None) -> Run:
    """A run at the moment when the learner arrives.

    Args:
        scenario: Which.
        seed: Of chance: the heart's threshold, what a shock does.
        person: Another patient than the scenario's, such as one of a cohort.

    Raises:
        Problem: An insult that there is not, or a person for whom the model does not stand.
    """
    if not 0 <= seed < 2**32:
        raise Problem("seed", f"{seed}", "0 to 4294967295", "Choose another seed.")
    threshold = float(np.random.default_rng([seed, 0]).exponential())
    patient = admit(person or scenario.patient, threshold)
    tellers = scenario.disclosures
    conversation = begin_conversation(Teller(tellers.facts, tellers.voice), fall_back())
    start = min([0.0, *(insult.at_s for insult in scenario.insults)])
    first = scenario.states[0]
    senses = Senses()
    for device in scenario.devices:
        for sensor in device.attached:
            senses = attach(senses, sensor, start)
    waiting = _planned(scenario.insults, 0.0) + _planned(first.insults, 0.0)
    run = Run(
        scenario, seed, float(start), patient, first.name, (first.name,), 0.0, waiting, (), (), (), (), conversation,
        senses, {}, {}, defibrillator=shocking.standing(scenario),
    )  # fmt: skip
    while run.time_s < 0:
        run = _effects(run)
        patient, _ = tick(run.patient, 1000)
        run = msgspec.structs.replace(
            run, patient=patient, time_s=run.time_s + 1, senses=passed(run.senses, patient.vitals, run.time_s + 1)
        )
    events = (Event(0.0, "state", first.says, first.name),) if first.says else ()
    return msgspec.structs.replace(run, events=(*run.events, *events))


def step(run: Run, acts: Iterable[Act] = ()) -> tuple[Run, Course]:
    """A second later, and what the body did meanwhile.

    Args:
        run: Now; stays as it is. One that has an outcome goes on living, without stages and checklist.
        acts: What the learner does now; their times are set to now.

    Raises:
        Problem: An act that is none, as `acts.checked`. What cannot be done is told in an event.
    """
    for act in acts:
        run = _act(run, checked(msgspec.structs.replace(act, time_s=run.time_s)))
    if run.defibrillator is not None:
        run = _answered(run, shocking.second(run.defibrillator, run.patient))
    run = _effects(run)
    before = run.patient.vitals
    patient, course = tick(run.patient, EVERY_MS)
    vitals, time_s = patient.vitals, run.time_s + 1
    off = not vitals.pulse
    pressing = patient.support.compression_per_min > 0
    run = msgspec.structs.replace(
        run,
        patient=patient,
        time_s=time_s,
        senses=passed(run.senses, vitals, time_s),
        pulseless_s=run.pulseless_s + off,
        compressed_s=run.compressed_s + (off and pressing),
        hands_off_s=run.hands_off_s + 1 if off and not pressing else 0.0,
    )
    if vitals.rhythm != before.rhythm:
        run = noted(run, "rhythm", f"The rhythm is now {vitals.rhythm.name.lower().replace('_', ' ')}.")
    return (run if run.outcome else _follow(run)), course


def seen_now(run: Run) -> Seen:
    """What the learner can know now."""
    told = tuple(
        event.text
        for event in run.events
        if event.time_s >= run.time_s - 1 and event.kind in ("told", "refused", "answer", "finding", "state")
    )
    return seen(run.senses, run.patient.vitals, run.time_s, told)


def noted(run: Run, kind: str, text: str, name: str = "") -> Run:
    """With one event more."""
    return msgspec.structs.replace(run, events=(*run.events, Event(run.time_s, kind, text, name)))


def did(run: Run, *deeds: Deed) -> Run:
    """With deeds done now."""
    now = tuple(msgspec.structs.replace(deed, time_s=run.time_s) for deed in deeds)
    return msgspec.structs.replace(run, deeds=(*run.deeds, *now)) if now else run


def _planned(insults: Iterable[Insult], from_s: float) -> tuple[tuple[float, Operation], ...]:
    return tuple(
        (from_s + insult.at_s, Operation("insult", {**insult.arguments, "insult": insult.name})) for insult in insults
    )


def _follow(run: Run) -> Run:
    """Checklist, stages, end."""
    context = RunContext(run)
    memory, held = dict(run.memory), dict(run.held_s)
    fresh: list[str] = []
    for item in run.scenario.checklist:
        true = holds(parse(item.when), context, run.time_s, memory)
        if true and item.id not in held:
            held[item.id] = run.time_s
            fresh.append(item.id)
    entered: State | None = None
    for state in run.scenario.states[1:]:
        true = holds(parse(state.when), context, run.time_s, memory)
        allowed = not state.after or run.state in state.after
        if true and allowed and entered is None and state.name not in run.passed_states:
            entered = state
    run = msgspec.structs.replace(run, memory=memory, held_s=held)
    for name in fresh:
        item = next(item for item in run.scenario.checklist if item.id == name)
        run = noted(run, "item", item.text, name)
    if entered is not None:
        run = _enter(run, entered)
    if not run.outcome and run.time_s >= 60 * run.scenario.meta.minutes:
        run = _end(run, _left(run.patient.vitals))
    return run


def _enter(run: Run, state: State) -> Run:
    run = msgspec.structs.replace(
        run,
        state=state.name,
        passed_states=(*run.passed_states, state.name),
        state_s=run.time_s,
        waiting=run.waiting + _planned(state.insults, run.time_s),
    )
    run = noted(run, "state", state.says, state.name)
    return _end(run, state.outcome) if state.outcome else run


def _end(run: Run, outcome: str) -> Run:
    return noted(msgspec.structs.replace(run, outcome=outcome), "outcome", f"The scenario ends: {outcome}.", outcome)


def _left(vitals: Vitals) -> str:
    """How the patient is when the time is up."""
    if not vitals.pulse:
        return "died"
    poor = vitals.mean_mmhg < 60 or vitals.saturation_pct < 88 or vitals.coma_scale < 9
    return "deteriorated" if poor else "stable"


def _effects(run: Run) -> Run:
    """What is due takes effect."""
    due = [operation for when, operation in run.waiting if when <= run.time_s]
    if not due:
        return run
    run = msgspec.structs.replace(run, waiting=tuple(entry for entry in run.waiting if entry[0] > run.time_s))
    for operation in due:
        try:
            effect = operate(run.patient, operation)
        except Problem as problem:
            if operation.kind == "insult":
                raise
            run = noted(run, "refused", str(problem), problem.code)
            continue
        operations = (*run.operations, (run.time_s, operation))
        run = did(msgspec.structs.replace(run, patient=effect.patient, operations=operations), *effect.deeds)
        if effect.told:
            run = noted(run, "shock" if operation.kind == "shock" else "told", effect.told, operation.kind)
    return run


def _act(run: Run, act: Act) -> Run:
    """What happens at once when a learner does something."""
    run = noted(msgspec.structs.replace(run, acts=(*run.acts, act)), "act", act.text, act.kind)
    main = text_of(act.arguments, KINDS[act.kind].main) if KINDS[act.kind].main else ""
    if act.kind == "order":
        main = drug_of(main) or main
        run = did(run, Deed(0, "ordered", main))
    action = allowed_by(run.scenario, act.kind, main)
    if action is None:
        return noted(run, "refused", f"{act.text}: that is not at hand here.", "not_at_hand")
    if act.kind in ("ask", "call", "examine", "device"):
        return {"ask": _ask, "call": _call, "examine": _examine, "device": _device}[act.kind](run, act)
    if act.kind == "shock":
        return _shock(run, act)
    operation = Operation(act.kind, act.arguments)
    if act.kind == "order" and action.delay_s > 0:
        # What may not be given is refused when it is ordered, not when it is drawn up.
        try:
            operate(run.patient, operation)
        except Problem as problem:
            return noted(run, "refused", str(problem), problem.code)
    return msgspec.structs.replace(run, waiting=(*run.waiting, (run.time_s + action.delay_s, operation)))


def allowed_by(scenario: Scenario, kind: str, main: str) -> Action | None:
    """The action of the scenario that allows an act; None where none does."""
    for action in scenario.actions:
        if action.do == kind and (not action.of or main in action.of):
            return action
    return None


def _ask(run: Run, act: Act) -> Run:
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


def _call(run: Run, act: Act) -> Run:
    who = text_of(act.arguments, "who")
    return noted(did(run, Deed(0, "called", who)), "told", f"Called: {who.replace('_', ' ')}.")


def _examine(run: Run, act: Act) -> Run:
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


def _device(run: Run, act: Act) -> Run:
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
        return _answered(did(run, Deed(0, "used", name, shocking.ALIASES.get(command, command))), answered)
    sensor = text_of(act.arguments, "sensor")
    run = did(run, Deed(0, "used", name, command))
    if not sensor:
        return noted(run, "told", f"{name}: {command}.")
    if command in ("detach", "remove"):
        return msgspec.structs.replace(run, senses=detach(run.senses, sensor))
    run = msgspec.structs.replace(run, senses=attach(run.senses, sensor, run.time_s))
    return noted(did(run, Deed(0, "attached", sensor)), "told", f"{name}: {sensor.replace('_', ' ')} attached.")


def _shock(run: Run, act: Act) -> Run:
    if run.defibrillator is None:
        return noted(run, "refused", "There is no defibrillator here.", "shock")
    try:
        return _answered(run, shocking.pressed(run.defibrillator, act.arguments, run.patient))
    except Problem as problem:
        return noted(run, "refused", str(problem), problem.code)


def _answered(run: Run, answered: shocking.Answered) -> Run:
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
