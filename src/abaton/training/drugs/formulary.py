"""The formulary: every drug by its name, with an edition's date."""

from collections.abc import Iterator
from typing import Any

import msgspec
from rapidfuzz import fuzz, process

from abaton.core.errors import Problem
from abaton.training.drugs import others, sedatives, vasoactive
from abaton.training.drugs.values import Drug, Formulary, Value

DRUGS: tuple[Drug, ...] = (
    sedatives.PROPOFOL,
    sedatives.PROPOFOL_ELEVELD,
    sedatives.REMIFENTANIL,
    sedatives.FENTANYL,
    sedatives.NALOXONE,
    vasoactive.ADRENALINE,
    vasoactive.NORADRENALINE,
    vasoactive.ATROPINE,
    vasoactive.AMIODARONE_DRUG,
    vasoactive.SALBUTAMOL,
    others.TRANEXAMIC_ACID,
    others.CRYSTALLOID,
    others.BLOOD,
    others.OXYGEN,
    *others.NOTED,
)


def made(drugs: tuple[Drug, ...], edition: str) -> Formulary:
    """A formulary of these drugs.

    Raises:
        Problem: Two drugs answer to one name.
    """
    names: dict[str, str] = {}
    for drug in drugs:
        for name in (drug.name, *drug.synonyms):
            if name in names:
                raise Problem(
                    "formulary_name_twice",
                    got=f"{name!r} for {names[name]} and {drug.name}",
                    expected="a name that means one drug",
                    next_step="Take it off one of them.",
                )
            names[name] = drug.name
    return Formulary(edition, {drug.name: drug for drug in drugs}, names, others.INCOMPATIBLE)


FORMULARY = made(DRUGS, "2026-11-20")
"""The edition that is used unless another is passed."""


def drug_named(name: str, formulary: Formulary = FORMULARY) -> Drug:
    """The drug of that name or synonym.

    Raises:
        Problem: There is none; the nearest name is offered.
    """
    found = formulary.names.get(name.strip().lower())
    if found is None:
        near = nearest(name, formulary)
        raise Problem(
            "drug_unknown",
            got=f"a drug named {name[:60]!r}",
            expected="a drug of the formulary of " + formulary.edition,
            next_step=f"Do you mean {near!r}?"
            if near
            else "Choose one of: " + ", ".join(sorted(formulary.drugs)) + ".",
            kind="not_found",
        )
    return formulary.drugs[found]


def nearest(name: str, formulary: Formulary = FORMULARY) -> str:
    """The name that is spelt most like it, empty where none is near."""
    found = process.extractOne(name.strip().lower(), list(formulary.names), scorer=fuzz.ratio, score_cutoff=70.0)
    return found[0] if found else ""


def values(thing: Any, where: str = "") -> Iterator[tuple[str, Value]]:
    """Every value inside a drug, a formulary or any nesting of them, with where it is."""
    if isinstance(thing, Value):
        yield where, thing
    elif isinstance(thing, msgspec.Struct):
        for field in thing.__struct_fields__:
            yield from values(getattr(thing, field), f"{where}.{field}")
    elif isinstance(thing, dict):
        for key, inner in thing.items():  # pyright: ignore[reportUnknownVariableType]
            yield from values(inner, f"{where}.{key}")
    elif isinstance(thing, tuple):
        for place, inner in enumerate(thing):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
            yield from values(inner, f"{where}[{place}]")


def all_values(formulary: Formulary = FORMULARY) -> Iterator[tuple[str, Value]]:
    """Every number of the formulary and of what belongs to it: receptor, tone, shock, unit of blood, oxygen devices."""
    yield from values(formulary.drugs)
    yield from values(sedatives.RECEPTOR, ".receptor")
    yield from values(vasoactive.SHOCK_ODDS, ".shock")
    yield from values(vasoactive.PROTECTION, ".protection")
    yield from values(vasoactive.TONE, ".tone")
    yield from values(others.UNIT_ML, ".unit")
    yield from values(others.OXYGEN_DEVICES, ".oxygen")
