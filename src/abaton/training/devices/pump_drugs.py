"""The pump and the drugs: what it delivers goes into the body's kinetics, to the last microlitre."""

from abaton.training.devices.machine import Happened, with_fields
from abaton.training.devices.pump import after, delivering_ug_s
from abaton.training.devices.pump_flow import Given, Pump
from abaton.training.drugs.formulary import FORMULARY
from abaton.training.drugs.kinetics import FLUIDS, DrugState, counted, dosed, infuse, infusions, with_line
from abaton.training.physiology.person import Person

AT_ONCE_S = 1.0
"""A fluid that comes at once still takes a second."""


def set_infusion(state: DrugState, pump: Pump, person: Person, seconds: float = 1.0) -> DrugState:
    """The drugs with the pump's rate for the coming seconds.

    Args:
        state: Of the drugs.
        pump: Before `after` of these seconds.
        person: Who gets it.
        seconds: The tick.
    """
    rate = delivering_ug_s(pump, seconds)
    now, line = infusions(state).get(pump.loaded, (0.0, pump.line))
    if not pump.loaded or (now, line) == (rate, pump.line) or (rate == 0.0 and line != pump.line):
        return state
    return infuse(state, pump.loaded, rate, person, pump.line)


def given_into(state: DrugState, happened: Happened) -> DrugState:
    """The drugs with what the pump's events gave at once; other events are passed over."""
    for event in happened:
        if not isinstance(event, Given) or event.amount <= 0.0:
            continue
        if event.drug in FLUIDS:
            entry = (FLUIDS[event.drug], 0.0, event.amount / AT_ONCE_S, AT_ONCE_S)
            state = counted(with_line(state, entry, f"{event.drug}/{event.line}/bolus"), event.drug, event.amount)
        else:
            state = dosed(state, FORMULARY.drugs[event.drug], "iv", event.amount, 0.0, event.line)
    return state


def pumped(state: DrugState, pump: Pump, person: Person, seconds: float = 1.0) -> tuple[DrugState, Pump, Happened]:
    """One tick of a pump before the patient's: the drugs with its rate, the pump later, what happened.

    What happened at once in the tick (`Given`) is in the drugs already.
    """
    state = set_infusion(state, pump, person, seconds)
    pump, happened = after(pump, seconds, person)
    return given_into(state, happened), pump, happened


def carried(state: DrugState, before: Pump, later: Pump, happened: Happened, person: Person) -> DrugState:
    """The drugs after a command to the pump or a fault of it.

    Args:
        state: Of the drugs.
        before: The pump before it.
        later: The pump after it.
        happened: What it returned.
        person: Who gets it.
    """
    if before.loaded and before.loaded != later.loaded:
        emptied = with_fields(before, state="off")
        state = set_infusion(state, emptied, person)
    return given_into(set_infusion(state, later, person), happened)
