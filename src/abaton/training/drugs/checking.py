"""Whether an order may be given: unit, route, dose, line, and what the patient is like now.

Hard rules hold always. Soft ones are those that a clinician may override, knowingly, by insisting. Nothing is brought
into range silently: an order is given as it was said or not at all.
"""

from typing import Final

import msgspec

from abaton.core.errors import Problem
from abaton.training.drugs.formulary import FORMULARY
from abaton.training.drugs.kinetics import DrugState, infusions, rates_of
from abaton.training.drugs.orders import Order, refused
from abaton.training.drugs.others import OXYGEN_DEVICES, UNIT_ML
from abaton.training.drugs.values import Drug, Formulary, Limit
from abaton.training.physiology.person import Person
from abaton.training.physiology.vitals import Vitals

TO_BASE: Final = {
    "g": ("mass", 1e6),
    "mg": ("mass", 1e3),
    "ug": ("mass", 1.0),
    "ng": ("mass", 1e-3),
    "ml": ("volume", 1.0),
    "l": ("volume", 1e3),
    "unit": ("unit", 1.0),
    "mmol": ("substance", 1.0),
    "%": ("fraction", 0.01),
}
PER_SECOND: Final = {"s": 1.0, "min": 1.0 / 60.0, "h": 1.0 / 3600.0, "day": 1.0 / 86400.0}
PULSE_ADRENALINE_UG: Final = 100.0
"""Above this an IV dose belongs to arrest: steps are 50 ug with a pulse (recalled from ERC 2021, to be checked)."""
SLOW_HEART_PER_MIN: Final = 50.0
"""Below this amiodarone is questioned: bradycardia in its product information."""


def base(amount: float, unit: str, person: Person) -> tuple[float, str, bool]:
    """An amount in ug, ml, mmol, units or a fraction; its dimension; whether it is a rate (then a second).

    Args:
        amount: In `unit`.
        unit: Such as `mg/kg/h`.
        person: Whose weight /kg means.
    """
    first, *parts = unit.split("/")
    dimension, factor = TO_BASE[first]
    rate = False
    for part in parts:
        if part == "kg":
            factor *= person.weight_kg
        else:
            factor *= PER_SECOND[part]
            rate = True
    return amount * factor, dimension, rate


def checked(
    order: Order,
    person: Person,
    state: DrugState,
    vitals: Vitals | None = None,
    *,
    formulary: Formulary = FORMULARY,
    insist: bool = False,
) -> Order:
    """The order with its route, duration and quantity settled.

    Args:
        order: As it was understood.
        person: Who gets it.
        state: What they have already.
        vitals: How they are; None where it is not known, then no rule asks for it.
        formulary: The edition.
        insist: Whether soft limits are overridden, as by an order that says `insist`. Hard limits never are.

    Raises:
        Problem: With the order's text, what was wrong, what is right and what to do; `refused` as its kind where
            insisting would help.
    """
    drug = formulary.drugs.get(order.drug)
    if drug is None:
        raise refused(
            "drug_unknown",
            order.text,
            f"{order.drug[:60]!r}",
            "a drug of the formulary of " + formulary.edition,
            "Order it by its name in the formulary.",
        )
    if not 1 <= order.line <= 4:
        raise refused("order_line_unknown", order.text, f"line {order.line}", "line 1 to 4", "Name another line.")
    if drug.kind == "oxygen":
        settled, soft = _oxygen(order)
    elif order.action == "stop":
        return _stop(order, drug, state)
    else:
        settled, soft = _dose(order, drug, person, state)
        soft += _dangers(settled, drug, state, vitals, formulary)
    if soft and not (insist or order.insisted):
        raise soft[0]
    return msgspec.structs.replace(settled, insisted=bool(soft))


def _doubt(code: str, order: Order, got: str, expected: str, next_step: str) -> Problem:
    """A soft refusal."""
    problem = refused(code, order.text, got, expected, next_step + " Or add 'insist', if it is meant.")
    problem.kind = "refused"
    return problem


def _times(ratio: float) -> str:
    return f"{ratio:.0f}" if ratio >= 100 else f"{ratio:.3g}"


def _stop(order: Order, drug: Drug, state: DrugState) -> Order:
    if not any(label.split("/")[0] == drug.name for label in state.labels):
        raise refused(
            "infusion_not_running",
            order.text,
            f"{drug.name} is not running",
            "one of what runs: " + (", ".join(sorted({label.split("/")[0] for label in state.labels})) or "nothing"),
            "Check what is running.",
        )
    return msgspec.structs.replace(order, quantity=0.0)


def _dose(order: Order, drug: Drug, person: Person, state: DrugState) -> tuple[Order, list[Problem]]:
    quantity, dimension, rate = base(order.amount, order.unit, person)
    if drug.kind == "blood" and dimension == "unit":
        quantity, dimension = quantity * UNIT_ML.value, "volume"
    _sane(order, drug, rate, state)
    limit = _limit(order, drug, person, dimension, rate)
    low, high, hard = (base(v.value, limit.unit, person)[0] for v in (limit.low, limit.high, limit.hard))
    if not quantity <= hard:
        raise refused(
            "order_dose_dangerous",
            order.text,
            f"{_times(quantity / high)} times the highest usual dose",
            f"at most {limit.hard.value:g} {limit.unit} {limit.route} ({limit.hard.source})",
            f"Check the unit and the point; usual is {_usual(limit)}.",
        )
    soft: list[Problem] = []
    if not low <= quantity <= high:
        above = f"{_times(quantity / high)} times the highest"
        times = above if quantity > high else f"{quantity / low:.2g} of the lowest"
        soft.append(
            _doubt(
                "order_dose_unusual",
                order,
                f"{times} usual dose",
                f"{_usual(limit)} ({limit.high.source})",
                "Check the dose and its unit.",
            )
        )
    over_s = order.over_s
    if not rate and over_s == 0.0 and drug.default_over is not None:
        over_s = drug.default_over.value
    if drug.kinetics is not None:
        rates_of(drug, person)
    _fast(order, drug, quantity, over_s, person)
    return msgspec.structs.replace(order, route=limit.route, over_s=over_s, quantity=quantity), soft


def _usual(limit: Limit) -> str:
    return f"{limit.low.value:g} to {limit.high.value:g} {limit.unit} {limit.route}"


def _sane(order: Order, drug: Drug, rate: bool, state: DrugState) -> None:
    """What no insisting helps against: nothing or less given, a rate with a duration, a wrong verb."""
    if not order.amount > 0.0 or order.amount == float("inf"):
        raise refused(
            "order_dose_not_positive",
            order.text,
            f"a dose of {order.amount:g}",
            "a dose above 0",
            "Say how much, or 'stop'.",
        )
    if not 0.0 <= order.over_s <= 86400.0:
        raise refused(
            "order_duration_wrong",
            order.text,
            f"{order.over_s:g} s",
            "at most 24 h",
            "Say how long, such as 'over 10 min'.",
        )
    if rate and order.over_s:
        raise refused(
            "order_rate_and_duration",
            order.text,
            "a rate and a duration",
            "a rate (which runs until it is stopped), or a dose over a time",
            "Leave one out.",
        )
    running = drug.name in infusions(state)
    if order.action == "set" and not rate:
        raise refused("order_rate_missing", order.text, f"{order.unit}", "a rate, such as ug/kg/min", "Say it by time.")
    if order.action == "set" and not running:
        raise refused(
            "infusion_not_running",
            order.text,
            f"{drug.name} is not running",
            "a running infusion",
            "Start it: say 'start'.",
        )
    if order.action == "infuse" and rate and running:
        raise Problem(
            "infusion_running",
            got=f"the order {order.text!r}: {drug.name} is running already",
            expected="one infusion of a drug",
            next_step=f"Say 'set {drug.name} {order.amount:g} {order.unit}' to change its rate, or stop it first.",
            kind="conflict",
        )


def _limit(order: Order, drug: Drug, person: Person, dimension: str, rate: bool) -> Limit:
    """The limit that the order falls under; a wrong form, route or unit is refused."""
    form = "infusion" if rate else "dose"
    formed = [limit for limit in drug.limits if limit.rate == rate]
    if not formed:
        raise refused(
            "order_form_wrong",
            order.text,
            f"{drug.name} as a {form}",
            "; ".join(_usual(limit) for limit in drug.limits),
            "Order it so.",
        )
    routes = sorted({limit.route for limit in formed})
    if not order.route and len(routes) > 1:
        raise refused(
            "order_route_missing", order.text, "no route", "one of " + ", ".join(routes), "Say by which route."
        )
    routed = [limit for limit in formed if limit.route == (order.route or routes[0])]
    if not routed:
        raise refused(
            "order_route_not_allowed",
            order.text,
            f"{drug.name} {order.route} as a {form}",
            "; ".join(_usual(limit) for limit in formed),
            "Choose one of these routes.",
        )
    fitting = [limit for limit in routed if base(1.0, limit.unit, person)[1] == dimension]
    if not fitting:
        raise refused(
            "order_unit_wrong",
            order.text,
            f"a dose in {order.unit}",
            f"a dose as {_usual(routed[0])}",
            f"Say it in {routed[0].unit}.",
        )
    return fitting[0]


def _fast(order: Order, drug: Drug, quantity: float, over_s: float, person: Person) -> None:
    """A fluid over too short a time is refused: no cannula passes it."""
    if drug.kind not in ("crystalloid", "blood") or not over_s:
        return
    for limit in drug.limits:
        most = base(limit.hard.value, limit.unit, person)[0]
        if limit.rate and quantity / over_s > most:
            raise refused(
                "order_too_fast",
                order.text,
                f"{60.0 * quantity / over_s:.0f} ml/min",
                f"at most {60.0 * most:.0f} ml/min ({limit.hard.source})",
                "Give it over a longer time, or less of it.",
            )


def _dangers(order: Order, drug: Drug, state: DrugState, vitals: Vitals | None, formulary: Formulary) -> list[Problem]:
    """Soft: what does not go together in a line, or with the patient as they are."""
    soft: list[Problem] = []
    for label in state.labels if order.route == "iv" else ():
        other, line, _ = label.split("/")
        soft.extend(
            _doubt(
                "order_incompatible",
                order,
                f"{drug.name} with {other} running in line {line}",
                f"a line of its own ({pair.source})",
                f"Use another line: add 'line {2 if order.line == 1 else 1}'.",
            )
            for pair in formulary.incompatible
            if {pair.first, pair.second} == {drug.name, other} and int(line) == order.line
        )
    if vitals is None or not vitals.pulse:
        return soft
    if drug.name == "adrenaline" and order.route == "iv" and order.action == "give":
        slow = order.over_s >= 300.0
        if order.quantity > PULSE_ADRENALINE_UG and not slow:
            soft.append(
                _doubt(
                    "order_adrenaline_with_pulse",
                    order,
                    f"{order.quantity / 1000.0:g} mg of adrenaline into a vein with a pulse",
                    "0.01 to 0.1 mg into a vein, or 0.5 mg into the thigh",
                    "Say 'im', or a smaller dose.",
                )
            )
    if drug.name == "amiodarone" and vitals.heart_rate < SLOW_HEART_PER_MIN:
        soft.append(
            _doubt(
                "order_amiodarone_slow_heart",
                order,
                f"amiodarone at a heart rate of {vitals.heart_rate:.0f} /min",
                f"a heart rate of {SLOW_HEART_PER_MIN:.0f} /min or more",
                "Treat the slow heart first.",
            )
        )
    return soft


def _oxygen(order: Order) -> tuple[Order, list[Problem]]:
    """Oxygen's fraction from device and flow, or as said for a Venturi mask."""
    if order.action == "stop":
        return msgspec.structs.replace(order, route="breathed", quantity=0.21), []
    if order.unit == "%" and order.device == "venturi":
        if not 24.0 <= order.amount <= 60.0:
            raise refused(
                "order_oxygen_fraction",
                order.text,
                f"{order.amount:g} %",
                "24 to 60 % by a Venturi mask",
                "Say it again.",
            )
        return msgspec.structs.replace(order, route="breathed", quantity=order.amount / 100.0), []
    if order.unit != "l/min":
        raise refused(
            "order_unit_wrong", order.text, f"oxygen in {order.unit}", "l/min, or % by a Venturi mask", "Say the flow."
        )
    if order.device not in OXYGEN_DEVICES:
        raise refused(
            "order_device_missing",
            order.text,
            "no device" if not order.device else f"{order.amount:g} l/min by {order.device}",
            "one of " + ", ".join(OXYGEN_DEVICES) + ", or % by a Venturi mask",
            "Say by which device, such as 'oxygen 15 l/min non-rebreather'.",
        )
    fraction, most, least = OXYGEN_DEVICES[order.device]
    if not 0.0 < order.amount <= 60.0:
        raise refused(
            "order_dose_dangerous",
            order.text,
            f"{order.amount:g} l/min",
            "above 0, at most 60 l/min",
            "Say the flow again.",
        )
    soft: list[Problem] = []
    if not least.value <= order.amount <= most.value:
        soft.append(
            _doubt(
                "order_dose_unusual",
                order,
                f"{order.amount:g} l/min by {order.device}",
                f"{least.value:g} to {most.value:g} l/min ({most.source})",
                "Change the flow or the device.",
            )
        )
    return msgspec.structs.replace(order, route="breathed", quantity=fraction.value), soft
