"""Treatments by hand: what is done to a wound, a chest, an airway, a posture. Drugs are ordered, devices operated."""

import math
from collections.abc import Callable, Mapping

import msgspec

from abaton.core.errors import Problem
from abaton.training.insults.catalogue import SIDE, Argument, checked_arguments
from abaton.training.insults.causes import (
    BLEEDS,
    Haemorrhage,
    Posture,
    SepticShock,
    TensionPneumothorax,
)
from abaton.training.patient import Cause, Patient

SITE = Argument("of the wound", words=tuple(BLEEDS))

TREATMENTS: dict[str, dict[str, Argument]] = {
    "tourniquet": {"site": SITE},
    "pressure": {"site": SITE},
    "packing": {"site": SITE},
    "needle_decompression": {"side": SIDE},
    "chest_drain": {"side": SIDE},
    "open_airway": {},
    "recovery_position": {},
    "intubation": {},
    "lay_flat": {},
    "raise_legs": {},
    "sit_up": {},
    "antibiotics": {},
    "surgery": {"site": SITE},
}
"""Name to arguments."""


class Treated(msgspec.Struct, frozen=True, eq=False):
    """What came of it.

    Attributes:
        patient: After.
        told: In words.
        worked: Whether it did what it is for.
    """

    patient: Patient
    told: str
    worked: bool


def treat(patient: Patient, treatment: str, arguments: Mapping[str, float | str]) -> Treated:
    """A treatment carried out.

    Raises:
        Problem: No such treatment, or arguments it does not take.
    """
    if treatment not in TREATMENTS:
        raise Problem(
            "treatment_unknown",
            f"the treatment {treatment!r}",
            "one of " + ", ".join(TREATMENTS),
            "Choose one of these.",
            "not_found",
        )
    given = checked_arguments(treatment, arguments, TREATMENTS[treatment])
    for name, rule in TREATMENTS[treatment].items():
        if name not in given:
            # Where a needle goes is never guessed.
            raise Problem(
                "argument_missing",
                f"{treatment} without {name!r}",
                f"{name}: one of " + ", ".join(rule.words),
                f"Say the {name}.",
            )
    if treatment in ("tourniquet", "pressure", "packing", "surgery"):
        return _wound(patient, treatment, str(given["site"]))
    if treatment in ("needle_decompression", "chest_drain"):
        return _chest(patient, treatment, str(given["side"]))
    if treatment in ("open_airway", "recovery_position", "intubation"):
        support = msgspec.structs.replace(
            patient.support, airway_open=True, tube=patient.support.tube or treatment == "intubation"
        )
        return Treated(msgspec.structs.replace(patient, support=support), "The airway is open.", True)
    if treatment == "antibiotics":
        return _antibiotics(patient)
    venous = {"lay_flat": 0.0, "raise_legs": -250.0, "sit_up": 300.0}[treatment]
    others = tuple(cause for cause in patient.causes if not isinstance(cause, Posture))
    told = {"lay_flat": "The patient lies flat.", "raise_legs": "The legs are raised.", "sit_up": "The patient sits."}
    causes = (*others, Posture(venous)) if venous else others
    return Treated(msgspec.structs.replace(patient, causes=causes), told[treatment], True)


def _wound(patient: Patient, treatment: str, site: str) -> Treated:
    column = {"tourniquet": 1, "pressure": 2, "packing": 3, "surgery": 0}[treatment]
    leaves = 0.0 if treatment == "surgery" else float(BLEEDS[site][column])

    def change(cause: Cause) -> Cause:
        if isinstance(cause, Haemorrhage) and cause.site == site:
            return msgspec.structs.replace(cause, left=min(cause.left, leaves))
        return cause

    if leaves >= 1.0:
        return Treated(patient, f"A {treatment} does nothing for bleeding of the {site}.", False)
    told = {"tourniquet": "The tourniquet is tight", "pressure": "Pressure is on", "packing": "The wound is packed"}
    return _changed(patient, change, f"{told.get(treatment, 'The bleeding is stopped by surgery')}: {site}.",
                    f"Nothing bleeds at the {site}.")  # fmt: skip


def _chest(patient: Patient, treatment: str, side: str) -> Treated:
    def change(cause: Cause) -> Cause:
        if isinstance(cause, TensionPneumothorax) and cause.side == side:
            # A needle stays open for about five minutes before it kinks or clots; stylised.
            stays = 0.0 if treatment == "chest_drain" else 300.0
            return msgspec.structs.replace(cause, vented=True, needle_s=stays)
        return cause

    return _changed(patient, change, f"Air hisses out of the {side} chest.", f"No air comes from the {side} chest.")


def _antibiotics(patient: Patient) -> Treated:
    def change(cause: Cause) -> Cause:
        if isinstance(cause, SepticShock) and math.isnan(cause.treated_s):
            return msgspec.structs.replace(cause, treated_s=0.0)
        return cause

    return _changed(patient, change, "Antibiotics run in.", "Antibiotics run in; there is nothing that they treat.")


def _changed(patient: Patient, change: Callable[[Cause], Cause], worked: str, failed: str) -> Treated:
    causes = tuple(change(cause) for cause in patient.causes)
    if causes == patient.causes:
        return Treated(patient, failed, False)
    return Treated(msgspec.structs.replace(patient, causes=causes), worked, True)
