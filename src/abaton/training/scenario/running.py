"""A scenario under way: in each second acts take effect, the patient lives a second, stages and checklist follow.

A run is data: `step` takes one and gives the next. The same scenario, seed and acts give the same run, bit for bit.
"""

from collections.abc import Callable, Iterable
from typing import Final

import msgspec
import numpy as np

from abaton.core.errors import Problem
from abaton.training.dialogue.classifier import fall_back
from abaton.training.dialogue.conversation import Patient as Teller
from abaton.training.dialogue.conversation import begin as begin_conversation
from abaton.training.drugs.orders import parse_order
from abaton.training.patient import admit, tick
from abaton.training.physiology.engine import Course
from abaton.training.physiology.person import Person
from abaton.training.physiology.vitals import Vitals
from abaton.training.scenario import shocking
from abaton.training.scenario.acts import KINDS, Act, checked, text_of
from abaton.training.scenario.answering import asked, called, defibrillated, examined, shock_wanted, told_device
from abaton.training.scenario.context import RunContext
from abaton.training.scenario.language import Action, Insult, Scenario, State
from abaton.training.scenario.operating import Deed, Operation, operate
from abaton.training.scenario.predicates import holds, parse
from abaton.training.scenario.run import Event, Run, did, noted
from abaton.training.scenario.seeing import Seen, Senses, attach, passed, seen

EVERY_MS: Final = 8
AT_ONCE: Final[dict[str, Callable[[Run, Act], Run]]] = {
    "ask": asked,
    "call": called,
    "examine": examined,
    "device": told_device,
    "shock": shock_wanted,
}
"""What is answered in the second in which it is done; other acts take effect on the body."""


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
    start = float(np.floor(min([0.0, *(insult.at_s for insult in scenario.insults)])))
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
        run = defibrillated(run, shocking.second(run.defibrillator, run.patient))
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
        try:
            main = parse_order(main).drug
        except Problem as problem:
            return noted(run, "refused", str(problem), problem.code)
        run = did(run, Deed(0, "ordered", main))
    action = allowed_by(run.scenario, act.kind, main)
    if action is None:
        return noted(run, "refused", f"{act.text}: that is not at hand here.", "not_at_hand")
    if act.kind in AT_ONCE:
        return AT_ONCE[act.kind](run, act)
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
