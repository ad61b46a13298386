"""Orders carried out: from what was checked to what is in the body."""

import math

from abaton.core.errors import Problem
from abaton.training.drugs.formulary import FORMULARY
from abaton.training.drugs.kinetics import FLUIDS, DrugState, counted, dosed, infuse, stopped, with_line
from abaton.training.drugs.orders import Order
from abaton.training.drugs.values import Formulary
from abaton.training.physiology.person import Person


def give(state: DrugState, order: Order, person: Person, formulary: Formulary = FORMULARY) -> DrugState:
    """The state once a checked order is carried out: dose, infusion, new rate or stop. Oxygen changes nothing here.

    Args:
        state: Before.
        order: As `checking.checked` returned it.
        person: Who gets it.
        formulary: The edition.

    Raises:
        Problem: The order was not checked.
    """
    if not (math.isfinite(order.quantity) and order.quantity >= 0.0) or order.drug not in formulary.drugs:
        raise Problem(
            "order_unchecked",
            got=f"the order {order.text!r} without a quantity",
            expected="an order that passed the check",
            next_step="Check it first.",
        )
    drug = formulary.drugs[order.drug]
    if drug.kind == "oxygen":
        return state
    if order.action == "stop":
        return stopped(state, drug.name, doses=True)
    if drug.kind == "order":
        return counted(state, drug.name, order.quantity)
    if order.action in ("infuse", "set"):
        return infuse(state, drug.name, order.quantity, person, order.line, formulary)
    if drug.name in FLUIDS:
        entry = (FLUIDS[drug.name], 0.0, order.quantity / order.over_s, order.over_s)
        return counted(with_line(state, entry, f"{drug.name}/{order.line}/bolus"), drug.name, order.quantity)
    return dosed(state, drug, order.route, order.quantity, order.over_s, order.line)


def oxygen_fraction(order: Order) -> float | None:
    """The inspired fraction that a checked order of oxygen sets, for `Support`; None of anything else."""
    return order.quantity if order.drug == "oxygen" and math.isfinite(order.quantity) else None
