"""The pump's drug library: standard syringes, and limits that come from the formulary."""

from typing import Final

import msgspec

from abaton.core.errors import Problem
from abaton.training.drugs.checking import base
from abaton.training.drugs.formulary import FORMULARY
from abaton.training.drugs.kinetics import FLUIDS
from abaton.training.drugs.values import Limit
from abaton.training.physiology.person import Person

ICS: Final = (
    "recalled from Intensive Care Society, Medication concentrations in adult critical care areas, to be checked"
)
LABEL: Final = "recalled from product information, to be checked"


class Entry(msgspec.Struct, frozen=True):
    """A line of the library.

    Attributes:
        drug: Name in the formulary.
        concentration: ug/ml; 1 of fluids, whose amounts are ml.
        source: Of the concentration.
    """

    drug: str
    concentration: float
    source: str


LIBRARY: Final[dict[str, Entry]] = {
    "noradrenaline 80 ug/ml": Entry("noradrenaline", 80.0, ICS + ": 4 mg in 50 ml"),
    "noradrenaline 160 ug/ml": Entry("noradrenaline", 160.0, ICS + ": 8 mg in 50 ml"),
    "adrenaline 80 ug/ml": Entry("adrenaline", 80.0, ICS + ": 4 mg in 50 ml"),
    "propofol 10 mg/ml": Entry("propofol", 10_000.0, LABEL + ": 1 %"),
    "propofol 20 mg/ml": Entry("propofol", 20_000.0, LABEL + ": 2 %"),
    "remifentanil 50 ug/ml": Entry("remifentanil", 50.0, LABEL + ": 50 ug/ml for adults"),
    "fentanyl 50 ug/ml": Entry("fentanyl", 50.0, LABEL + ": undiluted"),
    "naloxone 4 ug/ml": Entry("naloxone", 4.0, LABEL + ": 2 mg in 500 ml"),
    "salbutamol 200 ug/ml": Entry("salbutamol", 200.0, ICS + ": 10 mg in 50 ml"),
    "crystalloid": Entry("crystalloid", 1.0, "a fluid is counted in ml"),
}


class Bounds(msgspec.Struct, frozen=True):
    """Limits for one person, in ug/s and ug (ml/s and ml of fluids).

    Attributes:
        low, high: Soft: outside them the pump asks.
        hard: Never above.
    """

    low: float
    high: float
    hard: float


def entry_named(name: str) -> Entry:
    """A line of the library.

    Raises:
        Problem: There is none of that name.
    """
    if name not in LIBRARY:
        raise Problem(
            "pump_entry_unknown", f"{name[:60]!r}", "one of " + ", ".join(LIBRARY), "Choose one of these.", "not_found"
        )
    return LIBRARY[name]


def rate_bounds(entry: Entry, person: Person) -> Bounds:
    """Limits of an infusion's rate.

    Raises:
        Problem: The formulary has no infusion of that drug.
    """
    return _bounds(entry, person, rate=True)


def bolus_bounds(entry: Entry, person: Person) -> Bounds:
    """Limits of a bolus.

    Raises:
        Problem: The formulary has no intravenous dose of that drug.
    """
    return _bounds(entry, person, rate=False)


def _bounds(entry: Entry, person: Person, *, rate: bool) -> Bounds:
    fluid = entry.drug in FLUIDS
    for limit in FORMULARY.drugs[entry.drug].limits:
        if limit.route == "iv" and limit.rate == rate:
            return Bounds(*(_amount(limit, value, person, fluid) for value in (limit.low, limit.high, limit.hard)))
    raise Problem(
        "pump_no_limit",
        f"an intravenous {'infusion' if rate else 'bolus'} of {entry.drug}",
        "a drug whose formulary allows it",
        "Give it in another way.",
        "refused",
    )


def _amount(limit: Limit, value: object, person: Person, fluid: bool) -> float:
    number = getattr(value, "value", 0.0)
    quantity, dimension, _ = base(float(number), limit.unit, person)
    if dimension != ("volume" if fluid else "mass"):
        raise Problem("pump_unit", limit.unit, "an amount of the drug", "Correct the formulary.")
    return quantity


def rate_of(amount: float, unit: str, entry: Entry, person: Person) -> float:
    """A rate that was typed in, in ug/s (ml/s of fluids).

    Raises:
        Problem: The unit is no rate of this drug.
    """
    quantity, dimension, rate = base(amount, unit, person)
    if not rate:
        raise Problem("pump_unit", unit, "a rate such as ml/h or ug/kg/min", "Set a rate.")
    return quantity * entry.concentration if dimension == "volume" else _mass(quantity, entry, unit)


def dose_of(amount: float, unit: str, entry: Entry, person: Person) -> float:
    """A dose that was typed in, in ug (ml of fluids).

    Raises:
        Problem: The unit is no amount of this drug.
    """
    quantity, dimension, rate = base(amount, unit, person)
    if rate:
        raise Problem("pump_unit", unit, "an amount such as ml or mg", "Set an amount.")
    return quantity * entry.concentration if dimension == "volume" else _mass(quantity, entry, unit)


def _mass(quantity: float, entry: Entry, unit: str) -> float:
    if entry.drug in FLUIDS:
        raise Problem("pump_unit", f"{unit} of a fluid", "ml or ml/h", "Set it in millilitres.")
    return quantity


UNITS_OF_RATE: Final = (
    "ml/h", "ml/min", "ug/min", "ug/h", "mg/min", "mg/h", "ug/kg/min", "ug/kg/h", "mg/kg/h", "mg/kg/min",
)  # fmt: skip
UNITS_OF_DOSE: Final = ("ml", "ug", "mg", "ug/kg", "mg/kg")
