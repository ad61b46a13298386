"""What an act does to a patient: pure, so that a span can be played again with what else acts held or taken away."""

from collections.abc import Mapping
from typing import Final

import msgspec

from abaton.core.errors import Problem
from abaton.training.drugs.checking import checked
from abaton.training.drugs.giving import give, oxygen_fraction
from abaton.training.drugs.kinetics import infusions
from abaton.training.drugs.orders import parse_order
from abaton.training.insults.catalogue import Argument as Taken
from abaton.training.insults.catalogue import checked_arguments, insult_of
from abaton.training.insults.treatments import treat
from abaton.training.patient import Patient, shock
from abaton.training.physiology.engine import set_rhythm
from abaton.training.physiology.rhythm import SHOCKABLE
from abaton.training.physiology.vitals import vitals_of
from abaton.training.scenario.acts import number_of, text_of
from abaton.training.scenario.language import Argument
from abaton.training.scenario.problems import meant, shown
from abaton.training.scenario.words import RHYTHMS

ANTIBIOTICS: Final = frozenset({"ceftriaxone", "piperacillin-tazobactam", "meropenem", "co-amoxiclav", "gentamicin"})
POSITION_TREATMENTS: Final = {
    "flat": "lay_flat",
    "legs_raised": "raise_legs",
    "sitting": "sit_up",
    "recovery": "recovery_position",
}
AIRWAY_TREATMENTS: Final = {"open": "open_airway", "oropharyngeal": "open_airway", "tube": "intubation"}
AED_JOULES: Final = 200.0
UG_IN_MG: Final = 1000.0
ENERGY: Final = Taken("what the heart's muscle has left", 0.0, 1.0)


class Operation(msgspec.Struct, frozen=True):
    """Something that takes effect on the body.

    Attributes:
        kind: Of an act, or `insult`.
        arguments: Of the act or insult.
        draw: A uniform random number, 0 to 1; for a shock.
    """

    kind: str
    arguments: dict[str, Argument]
    draw: float = 0.0


class Deed(msgspec.Struct, frozen=True):
    """Something that was done, as conditions ask for it.

    Attributes:
        time_s: When.
        kind: Name of the call that asks for it: given, done, called ...
        name: Of what.
        detail: Route, place, command.
        amount: mg of a drug, ml of a fluid, 1 of others.
    """

    time_s: float
    kind: str
    name: str
    detail: str = ""
    amount: float = 1.0


class Effect(msgspec.Struct, frozen=True, eq=False):
    """What came of it.

    Attributes:
        patient: After.
        told: In words.
        deeds: What was done; their times are set by the run.
        worked: Whether it did what it is for.
    """

    patient: Patient
    told: str
    deeds: tuple[Deed, ...] = ()
    worked: bool = True


def operate(patient: Patient, operation: Operation) -> Effect:
    """A patient after an act or insult.

    Raises:
        Problem: An order that may not be given, an insult or treatment that there is not.
    """
    arguments = operation.arguments
    if operation.kind == "order":
        return _order(patient, arguments)
    if operation.kind == "treat":
        return _treat(patient, text_of(arguments, "name"), _without(arguments, "name"))
    if operation.kind == "insult":
        return _insult(patient, arguments)
    if operation.kind == "shock":
        return _shock(patient, operation)
    if operation.kind == "compress":
        return _compress(patient, arguments)
    if operation.kind == "ventilate":
        return _ventilate(patient, arguments)
    if operation.kind in ("airway", "position"):
        what = text_of(arguments, "what")
        table = AIRWAY_TREATMENTS if operation.kind == "airway" else POSITION_TREATMENTS
        done = _treat(patient, table[what], {})
        deed = Deed(0, "airway" if operation.kind == "airway" else "positioned", what)
        return msgspec.structs.replace(done, deeds=(deed, *done.deeds))
    return Effect(patient, "")


def _without(arguments: Mapping[str, Argument], name: str) -> dict[str, float | str]:
    return {key: value for key, value in arguments.items() if key != name}


def _order(patient: Patient, arguments: Mapping[str, Argument]) -> Effect:
    text = text_of(arguments, "text")
    order = parse_order(text)
    insist = arguments.get("insist") is True
    order = checked(order, patient.person, patient.drugs, patient.vitals, insist=insist)
    patient = msgspec.structs.replace(patient, drugs=give(patient.drugs, order, patient.person))
    oxygen = oxygen_fraction(order)
    if oxygen is not None:
        support = msgspec.structs.replace(patient.support, inspired_oxygen=oxygen)
        patient = msgspec.structs.replace(patient, support=support)
    deeds = [Deed(0, "given", order.drug, order.route, order.quantity)] if order.action != "stop" else []
    if order.action in ("infuse", "set") and order.drug != "oxygen":
        deeds.append(Deed(0, "infusion", order.drug, order.route, order.quantity))
    if order.insisted:
        deeds.append(Deed(0, "insisted", order.drug))
    if order.drug in ANTIBIOTICS and order.action == "give":
        patient = treat(patient, "antibiotics", {}).patient
    said = {"stop": "stopped", "infuse": "running", "set": "rate changed"}.get(order.action, "given")
    return Effect(patient, f"{order.drug}: {said} ({text}).", tuple(deeds))


def _treat(patient: Patient, name: str, arguments: Mapping[str, float | str]) -> Effect:
    treated = treat(patient, name, arguments)
    place = str(next(iter(arguments.values()), ""))
    deeds = (Deed(0, "tried", name, place),)
    if treated.worked:
        deeds += (Deed(0, "done", name, place),)
    return Effect(treated.patient, treated.told, deeds, treated.worked)


def _insult(patient: Patient, arguments: Mapping[str, Argument]) -> Effect:
    name = text_of(arguments, "insult")
    rest = _without(arguments, "insult")
    if name == "drug":
        # A dose taken before help came: no limit stops it.
        done = _order(patient, {"text": text_of(arguments, "order"), "insist": True})
        return Effect(done.patient, "")
    if name == "rhythm":
        word = text_of(arguments, "rhythm")
        if word not in RHYTHMS:
            raise Problem(
                "rhythm_unknown", f"the rhythm {shown(word)}", "one of " + ", ".join(RHYTHMS), meant(word, RHYTHMS)
            )
        given = checked_arguments(name, _without(rest, "rhythm"), {"energy": ENERGY})
        energy = given.get("energy")
        body = set_rhythm(patient.body, RHYTHMS[word], None if energy is None else float(energy))
        return Effect(msgspec.structs.replace(patient, body=body, vitals=vitals_of(body)), "")
    return Effect(msgspec.structs.replace(patient, causes=(*patient.causes, insult_of(name, rest))), "")


def _shock(patient: Patient, operation: Operation) -> Effect:
    arguments = operation.arguments
    joules = number_of(arguments, "joules", AED_JOULES)
    # A shock stops hands, wherever they are.
    beating = patient.vitals.rhythm not in SHOCKABLE
    hands = patient.support.compression_per_min > 0
    after, found = shock(patient, joules, arguments.get("sync") is True, operation.draw)
    deeds = [Deed(0, "shock", found.before.name, found.after.name, joules)]
    if beating:
        deeds.append(Deed(0, "shocked_beating", found.before.name))
    if hands or arguments.get("clear") is not True:
        deeds.append(Deed(0, "shocked_unclear", found.before.name))
    return Effect(after, found.told, tuple(deeds), found.after != found.before)


def _compress(patient: Patient, arguments: Mapping[str, Argument]) -> Effect:
    on = arguments.get("on", True) is True
    support = msgspec.structs.replace(
        patient.support,
        compression_per_min=number_of(arguments, "rate", 110.0) if on else 0.0,
        compression_depth_mm=number_of(arguments, "depth_mm", 53.0) if on else 0.0,
        compression_residual_mm=number_of(arguments, "residual_mm", 2.0) if on else 0.0,
    )
    told = "Compressions begin." if on else "Hands are off the chest."
    return Effect(msgspec.structs.replace(patient, support=support), told)


def _ventilate(patient: Patient, arguments: Mapping[str, Argument]) -> Effect:
    way = text_of(arguments, "way")
    if way == "off":
        support = msgspec.structs.replace(patient.support, ventilation="spontaneous")
        return Effect(msgspec.structs.replace(patient, support=support), "Breaths are no longer given.")
    support = msgspec.structs.replace(
        patient.support,
        ventilation=way,
        mode="vcv",
        rate_per_min=number_of(arguments, "rate", 10.0),
        tidal_ml=number_of(arguments, "tidal_ml", 500.0),
        inspired_oxygen=number_of(arguments, "oxygen", 1.0),
        peep_cmh2o=number_of(arguments, "peep_cmh2o", 0.0 if way == "bag" else 5.0),
        airway_open=True,
    )
    told = "Breaths are given by bag." if way == "bag" else "The ventilator breathes for the patient."
    return Effect(msgspec.structs.replace(patient, support=support), told)


def running(patient: Patient, drug: str) -> bool:
    """Whether an infusion of the drug runs."""
    return drug in infusions(patient.drugs)
