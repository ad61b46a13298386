"""Where drugs are: given, infused, moved on in time, saved and restored.

Everything is one vector of numbers and a table of running lines, so that a patient can be branched, compared and asked
again. Nothing here changes what it is given; each function returns a new state.
"""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec
import numpy as np

from abaton.core.errors import Problem
from abaton.training.drugs import compartments as model
from abaton.training.drugs.compartments import COLUMNS, WIDTH, Array
from abaton.training.drugs.formulary import FORMULARY, drug_named
from abaton.training.drugs.sedatives import RECEPTOR
from abaton.training.drugs.values import Drug, Formulary, Parameter
from abaton.training.physiology.person import Person
from abaton.training.physiology.vitals import Vitals

RESTING_INDEX_L_MIN_M2: Final = 3.0
"""Cardiac index at rest (training reference, section 5)."""
FLUIDS: Final = {"crystalloid": -1.0, "blood": -2.0}


class DrugState(msgspec.Struct, frozen=True, eq=False):
    """All drugs in and on the way into one body.

    Attributes:
        present: Names of the drugs with kinetics, in alphabetical order.
        amounts: (9 n + 2,): see `compartments`; the last two are the receptor's occupancies.
        lines: (m, 4): drug's row, place, rate (ug/s, ml/s of fluids), seconds left.
        labels: Of each line, `drug/number of the line/infusion or bolus`.
        given: Total ordered as doses by name, ug or ml.
        edition: Of the formulary.
    """

    present: tuple[str, ...]
    amounts: Array
    lines: Array
    labels: tuple[str, ...]
    given: tuple[tuple[str, float], ...] = ()
    edition: str = FORMULARY.edition


NOTHING = DrugState((), np.zeros(2), np.zeros((0, COLUMNS)), ())
"""A body without drugs."""


def resting_output_l_min(person: Person) -> float:
    """Cardiac output at rest, l/min: index 3.0 times the surface of Du Bois 1916."""
    return RESTING_INDEX_L_MIN_M2 * 0.007184 * person.weight_kg**0.425 * person.height_cm**0.725


def flow_of(person: Person, vitals: Vitals | None) -> float:
    """Cardiac output over its resting value, 0 to 2; 1 where no vital signs are given.

    Raises:
        Problem: Cardiac output is not a number.
    """
    if vitals is None:
        return 1.0
    ratio = vitals.cardiac_output_l_min / _resting(person)
    if not math.isfinite(ratio):
        raise Problem(
            "drug_flow_not_finite",
            got=f"a cardiac output of {vitals.cardiac_output_l_min}",
            expected="a number of litres a minute",
            next_step="Look at the body that computed it.",
        )
    return min(max(ratio, 0.0), 2.0)


_resting = lru_cache(maxsize=512)(resting_output_l_min)


def rates_of(drug: Drug, person: Person) -> Array:
    """A row of rates, (11,), litres and seconds.

    Raises:
        Problem: The person is outside the drug's published model, or it has no kinetics.
    """
    kinetics = drug.kinetics
    if kinetics is None:
        raise Problem(
            "drug_without_kinetics",
            got=drug.name,
            expected="a drug whose way through the body is modelled",
            next_step="Note the order; it has no concentration.",
        )

    def of(parameter: Parameter | None) -> float:
        return 0.0 if parameter is None else parameter.of(person)

    return np.array(
        [
            of(kinetics.depot_per_min) / 60.0,
            of(kinetics.transit_per_min) / 60.0,
            of(kinetics.central_l),
            of(kinetics.clearance_l_min) / 60.0,
            of(kinetics.fast_l_min) / 60.0,
            of(kinetics.fast_l),
            of(kinetics.slow_l_min) / 60.0,
            of(kinetics.slow_l),
            of(kinetics.effect_per_min) / 60.0,
            of(kinetics.late_effect_per_min) / 60.0,
            kinetics.flow_exponent.value,
        ]
    )


@lru_cache(maxsize=2048)
def rates_table(present: tuple[str, ...], person: Person) -> tuple[Array, Array]:
    """Rates of all drugs present, (n, 11), and the receptor's row, (10,); a pure function, kept by its arguments."""
    table = np.zeros((len(present), len(model.RATES)))
    for row, name in enumerate(present):
        table[row] = rates_of(FORMULARY.drugs[name], person)
    receptor = np.ones(10)
    for place, name in enumerate(("fentanyl", "naloxone")):
        receptor[place] = present.index(name) if name in present else -1.0
        mass = FORMULARY.drugs[name].molar_mass
        receptor[2 + place] = mass.value if mass else 1.0
    names = ("agonist_on", "agonist_off", "agonist_power", "antagonist_on", "antagonist_off", "antagonist_power")
    receptor[4:] = [RECEPTOR[name].value for name in names]
    table.flags.writeable = False
    receptor.flags.writeable = False
    return table, receptor


def after(state: DrugState, person: Person, vitals: Vitals | None, seconds: float = 1.0) -> DrugState:
    """The state some seconds later, with cardiac output held as it is.

    Args:
        state: Now.
        person: Whose body it is.
        vitals: For cardiac output; None for a resting one.
        seconds: How long, at most a day.

    Raises:
        Problem: The time is not a number from 0 to 86 400, or cardiac output is none.
    """
    if not 0.0 <= seconds <= 86400.0:
        raise Problem(
            "drug_time_out_of_range",
            got=f"{seconds} s",
            expected="0 to 86 400 s",
            next_step="Go in steps of a tick.",
        )
    if not state.present and not state.labels:
        return state
    table, receptor = rates_table(state.present, person)
    amounts, lines, ended = model.advance(state.amounts, table, state.lines, receptor, flow_of(person, vitals), seconds)
    labels = state.labels
    if ended:
        lines, labels = _running(lines, labels)
    return DrugState(state.present, amounts, lines, labels, state.given, state.edition)


def _running(lines: Array, labels: tuple[str, ...]) -> tuple[Array, tuple[str, ...]]:
    on = lines[:, 3] > 1e-12
    return lines[on], tuple(label for label, keep in zip(labels, on, strict=True) if keep)


def with_drug(state: DrugState, name: str) -> DrugState:
    """The state with places for one more drug."""
    if name in state.present:
        return state
    present = tuple(sorted((*state.present, name)))
    amounts = np.zeros(len(present) * WIDTH + 2)
    rows = {old: present.index(kept) for old, kept in enumerate(state.present)}
    for old, new in rows.items():
        amounts[new * WIDTH : (new + 1) * WIDTH] = state.amounts[old * WIDTH : (old + 1) * WIDTH]
    amounts[-2:] = state.amounts[-2:]
    lines = state.lines.copy()
    for line in lines:
        if line[0] >= 0.0:
            line[0] = rows[int(line[0])]
    return DrugState(present, amounts, lines, state.labels, state.given, state.edition)


def dosed(state: DrugState, drug: Drug, route: str, amount_ug: float, over_s: float, line: int = 1) -> DrugState:
    """A dose on its way in, at once or evenly over a time; what a route loses is kept in the balance."""
    fraction, place = 1.0, model.CENTRAL
    kinetics = drug.kinetics
    for absorption in kinetics.absorptions if kinetics else ():
        if absorption.route == route:
            fraction, place = absorption.fraction.value, model.DEPOT
    state = with_drug(state, drug.name)
    start = state.present.index(drug.name) * WIDTH
    if over_s > 0.0:
        row = float(state.present.index(drug.name))
        for where, share in ((place, fraction), (model.LOST, 1.0 - fraction)):
            if share > 0.0:
                entry = (row, float(where), amount_ug * share / over_s, over_s)
                state = with_line(state, entry, f"{drug.name}/{line}/bolus")
    else:
        amounts = state.amounts.copy()
        amounts[start + place] += amount_ug * fraction
        amounts[start + model.LOST] += amount_ug * (1.0 - fraction)
        state = DrugState(state.present, amounts, state.lines, state.labels, state.given, state.edition)
    return counted(state, drug.name, amount_ug)


def with_line(state: DrugState, entry: tuple[float, float, float, float], label: str) -> DrugState:
    """One more line running: row, place, rate, seconds left."""
    lines = np.vstack([state.lines, np.array([entry])])
    return DrugState(state.present, state.amounts, lines, (*state.labels, label), state.given, state.edition)


def counted(state: DrugState, name: str, amount: float) -> DrugState:
    """The total given of a drug, ug or ml, one dose higher."""
    given = dict(state.given)
    given[name] = given.get(name, 0.0) + amount
    return DrugState(
        state.present, state.amounts, state.lines, state.labels, tuple(sorted(given.items())), state.edition
    )


def infuse(
    state: DrugState, drug: str, rate: float, person: Person, line: int = 1, formulary: Formulary = FORMULARY
) -> DrugState:
    """Sets an infusion's rate, ug/s (ml/s of fluids), until it is set again; 0 stops it. For pumps and orders.

    Raises:
        Problem: The drug is unknown or cannot be infused, the rate is no number from 0 up, or the person is outside
            the drug's model.
    """
    known = drug_named(drug, formulary)
    if not (math.isfinite(rate) and rate >= 0.0):
        raise Problem(
            "infusion_rate_wrong", got=f"{rate} of {known.name}", expected="a rate from 0 up", next_step="Set it again."
        )
    state = stopped(state, known.name)
    if rate == 0.0:
        return state
    label = f"{known.name}/{line}/infusion"
    if known.name in FLUIDS:
        return with_line(state, (FLUIDS[known.name], 0.0, rate, math.inf), label)
    rates_of(known, person)
    state = with_drug(state, known.name)
    row = float(state.present.index(known.name))
    return with_line(state, (row, float(model.CENTRAL), rate, math.inf), label)


def stopped(state: DrugState, name: str, *, doses: bool = False) -> DrugState:
    """Without this drug's infusion; `doses` also ends those still running in."""
    ends = ("infusion", "bolus") if doses else ("infusion",)
    keep = [not (label.split("/")[0] == name and label.split("/")[2] in ends) for label in state.labels]
    if all(keep):
        return state
    labels = tuple(label for label, kept in zip(state.labels, keep, strict=True) if kept)
    return DrugState(state.present, state.amounts, state.lines[np.array(keep)], labels, state.given, state.edition)


def infusions(state: DrugState) -> dict[str, tuple[float, int]]:
    """What is infused: rate in ug/s (ml/s of fluids) and number of the line, by drug."""
    found: dict[str, tuple[float, int]] = {}
    for entry, label in zip(state.lines, state.labels, strict=True):
        name, line, kind = label.split("/")
        if kind == "infusion":
            found[name] = (float(entry[2]), int(line))
    return found


def concentration(state: DrugState, person: Person, name: str, vitals: Vitals | None = None) -> float:
    """In plasma (central compartment), ug/l; 0 of a drug that is not there."""
    if name not in state.present:
        return 0.0
    row = state.present.index(name)
    volume = rates_table(state.present, person)[0][row, 2] * (0.5 + 0.5 * min(flow_of(person, vitals), 1.0))
    return float(state.amounts[row * WIDTH + model.CENTRAL] / volume)


def effect_site(state: DrugState, name: str) -> float:
    """At the effect site, ug/l; 0 of a drug that is not there."""
    if name not in state.present:
        return 0.0
    return float(state.amounts[state.present.index(name) * WIDTH + model.EFFECT])


def occupancy(state: DrugState) -> tuple[float, float]:
    """Fractions of the mu receptor held by fentanyl and by naloxone."""
    return float(state.amounts[-2]), float(state.amounts[-1])


def saved(state: DrugState) -> dict[str, Any]:
    """Plain data, exact, for JSON or msgpack; a line without end has -1 seconds left."""
    lines = np.where(np.isinf(state.lines), -1.0, state.lines)
    return {
        "edition": state.edition,
        "present": list(state.present),
        "amounts": state.amounts.tolist(),
        "lines": lines.tolist(),
        "labels": list(state.labels),
        "given": [list(pair) for pair in state.given],
    }


def restored(data: Mapping[str, Any]) -> DrugState:
    """What `saved` made.

    Raises:
        Problem: It is not such data, or of another edition of the formulary.
    """
    try:
        present = tuple(str(name) for name in data["present"])
        amounts = np.array(data["amounts"], float)
        lines = np.array(data["lines"], float).reshape(-1, COLUMNS)
        labels = tuple(str(label) for label in data["labels"])
        given = tuple((str(name), float(amount)) for name, amount in data["given"])
        right = (
            data["edition"] == FORMULARY.edition
            and all(name in FORMULARY.drugs and FORMULARY.drugs[name].kinetics for name in present)
            and amounts.shape == (len(present) * WIDTH + 2,)
            and len(lines) == len(labels)
            and bool(np.isfinite(amounts).all() and np.isfinite(lines).all())
            and bool((lines[:, 0] < len(present)).all() and (lines[:, 0] >= -2).all())
            and bool((lines[:, 1] >= 0).all() and (lines[:, 1] < WIDTH).all())
            and all(label.count("/") == 2 for label in labels)
        )
    except (KeyError, TypeError, ValueError):
        right, present, amounts, lines, labels, given = False, (), np.zeros(2), np.zeros((0, 4)), (), ()
    if not right:
        raise Problem(
            "drug_state_unreadable",
            got="data that is no state of drugs of this formulary",
            expected="what was saved with the formulary of " + FORMULARY.edition,
            next_step="Restore it with the version that saved it.",
        )
    lines[:, 3] = np.where(lines[:, 3] < 0.0, math.inf, lines[:, 3])
    return DrugState(present, amounts, lines, labels, given)
