"""A patient in time: one body, and everything that acts on it, in ticks of a second.

Whatever acts is a *cause*: a wound, a disease, a fluid, a drug, a treatment. In each tick every cause contributes a
vector, the body feels their sum for a second, and every cause takes its own course. Nothing is hidden: the same person,
causes and acts give the same patient, bit for bit, and a saved patient may be branched.
"""

import math
from collections.abc import Mapping
from typing import Protocol

import msgspec
import numpy as np

from abaton.training.drugs.effects import contributions, hazard_factor, shock_odds
from abaton.training.drugs.kinetics import NOTHING, DrugState, after
from abaton.training.physiology.engine import FREE, Body, Course, Hold, advance, begin, set_rhythm
from abaton.training.physiology.influences import INDEX, INFLUENCES, TICK_S, Array, Support
from abaton.training.physiology.layout import ENERGY
from abaton.training.physiology.person import Person
from abaton.training.physiology.rhythm import Shock, shocked
from abaton.training.physiology.vitals import Vitals, vitals_of

BIS, HAZARD, WAKE = INDEX["bis_depression"], INDEX["arrhythmia_hazard_per_min"], INDEX["log_wakefulness"]


class Cause(Protocol):
    """Something that acts on a body; a frozen struct."""

    @property
    def name(self) -> str:
        """As the why-trace calls it."""
        ...

    def contribution(self, vitals: Vitals) -> Array:
        """(len(INFLUENCES),) for the coming second."""
        ...

    def after(self, seconds: float, vitals: Vitals) -> "Cause | None":
        """Itself a little later; None when it is over."""
        ...


class Patient(msgspec.Struct, frozen=True, eq=False):
    """A patient now.

    Attributes:
        person: Who.
        body: The body.
        support: What hands and machines do.
        causes: What acts, other than drugs.
        drugs: What is given.
        vitals: At the end of the last tick.
        ticks: So far.
    """

    person: Person
    body: Body
    support: Support
    causes: tuple[Cause, ...]
    drugs: DrugState
    vitals: Vitals
    ticks: int


class Frozen(msgspec.Struct, frozen=True, eq=False):
    """Causes held as they were: for the why-trace.

    Attributes:
        contributions: What each cause contributed when it was held, by name; causes that are not named go on, and a
            cause that is named with zeros is taken away.
        reflexes: Reflexes that are held.
    """

    contributions: Mapping[str, Array]
    reflexes: Hold = FREE


NOTHING_HELD = Frozen({})


def admit(person: Person, threshold: float = 1.0, causes: tuple[Cause, ...] = ()) -> Patient:
    """A patient at rest.

    Args:
        person: Who.
        threshold: Hazard that the heart bears before it fibrillates.
        causes: What acts from the first second on.

    Raises:
        Problem: The model does not stand for such a person.
    """
    body = begin(person, threshold)
    return Patient(person, body, Support(), causes, NOTHING, vitals_of(body), 0)


def acting(patient: Patient) -> dict[str, Array]:
    """What each cause contributes to the coming second, by name; causes of one name are one."""
    found: dict[str, Array] = {}
    for cause in patient.causes:
        given = cause.contribution(patient.vitals)
        found[cause.name] = found[cause.name] + given if cause.name in found else given
    for name, given in contributions(patient.drugs, patient.person, patient.vitals):
        found[name] = found[name] + given if name in found else given
    return found


def tick(patient: Patient, every_ms: int = 8, held: Frozen = NOTHING_HELD) -> tuple[Patient, Course]:
    """A second later, and what the body did meanwhile.

    Args:
        patient: Now; stays as it is.
        every_ms: Between samples of the course.
        held: Causes and reflexes that are held as they were.
    """
    sources = acting(patient)
    influences = np.zeros(len(INFLUENCES))
    for name, given in sources.items():
        influences += held.contributions.get(name, given)
    for name, given in held.contributions.items():
        if name not in sources:
            influences += given
    if influences[HAZARD] > 0.0:
        influences[HAZARD] *= hazard_factor(patient.drugs, patient.person, patient.vitals)
    body, course = advance(patient.body, influences, patient.support, round(1000 * TICK_S), every_ms, held.reflexes)
    vitals = vitals_of(body, float(influences[BIS]), math.exp(float(influences[WAKE])))
    onward = tuple(later for cause in patient.causes if (later := cause.after(TICK_S, vitals)) is not None)
    drugs = after(patient.drugs, patient.person, vitals, TICK_S)
    return Patient(patient.person, body, patient.support, onward, drugs, vitals, patient.ticks + 1), course


def shock(patient: Patient, joules: float, synchronised: bool, draw: float) -> tuple[Patient, Shock]:
    """A shock given, and what it did; drugs against arrhythmia raise its odds.

    Args:
        patient: Now.
        joules: Delivered, 1 to 360.
        synchronised: With the R wave.
        draw: A uniform random number, 0 to 1.

    Raises:
        Problem: Joules that no defibrillator gives.
    """
    odds = shock_odds(patient.drugs, patient.person, patient.vitals)
    found = shocked(patient.vitals.rhythm, float(patient.body.state[ENERGY]), joules, synchronised, draw, odds)
    if found.after == found.before:
        return patient, found
    body = set_rhythm(patient.body, found.after)
    return msgspec.structs.replace(patient, body=body, vitals=vitals_of(body)), found
