"""The shape of what the formulary says: numbers that carry their unit and their source."""

import math
from typing import Literal

import msgspec

from abaton.core.errors import Problem
from abaton.training.physiology.person import Person

Route = Literal["iv", "im", "in", "inhaled", "po", "breathed"]
Kind = Literal["drug", "order", "crystalloid", "blood", "oxygen"]
Covariate = Literal["age_years", "weight_kg", "height_cm", "lean_mass_kg", "fat_free_kg", "female"]
Shape = Literal["linear", "power", "exponential", "saturating", "factor"]
Place = Literal["depot", "central", "effect", "late_effect"]


class Value(msgspec.Struct, frozen=True):
    """One number of the formulary.

    Attributes:
        value: The number.
        unit: Its unit; `1` for a pure number.
        source: Where it was published, or what it was calibrated to. `recalled from ...` waits for a second look.
    """

    value: float
    unit: str
    source: str


class Dependence(msgspec.Struct, frozen=True):
    """How a parameter depends on one thing about the person.

    Attributes:
        of: What it depends on.
        shape: `linear` adds coefficient (x - reference); `power` multiplies by (x / reference)^coefficient;
            `exponential` by exp(coefficient (x - reference)); `saturating` by x / (x + coefficient) over the
            same at the reference; `factor` by the coefficient in women.
        coefficient: Of the shape.
        reference: The person whose parameter is the base.
    """

    of: Covariate
    shape: Shape
    coefficient: Value
    reference: Value


class Parameter(msgspec.Struct, frozen=True):
    """A pharmacokinetic parameter of a person.

    Attributes:
        base: In the reference person.
        depends: On what; linear ones are added first, the others multiply.
    """

    base: Value
    depends: tuple[Dependence, ...] = ()

    def of(self, person: Person) -> float:
        """The person's own value, in the base's unit.

        Raises:
            Problem: The published equation gives no positive value for such a person.
        """
        total, factor = self.base.value, 1.0
        for dependence in self.depends:
            x, reference = covariate(person, dependence.of), dependence.reference.value
            coefficient = dependence.coefficient.value
            if dependence.shape == "linear":
                total += coefficient * (x - reference)
            elif dependence.shape == "power":
                factor *= (x / reference) ** coefficient
            elif dependence.shape == "exponential":
                factor *= math.exp(coefficient * (x - reference))
            elif dependence.shape == "saturating":
                factor *= x / (x + coefficient) * (reference + coefficient) / reference
            else:
                factor *= coefficient if x else 1.0
        if not (math.isfinite(total * factor) and total * factor >= 0.0 and (total > 0.0 or self.base.value == 0.0)):
            raise Problem(
                "drug_person_outside_model",
                got=f"{total * factor:.3g} {self.base.unit} for a parameter of {self.base.source}",
                expected="a person of a size and age for which the published equation is positive",
                next_step="Choose another person, or a drug whose model covers this one.",
            )
        return total * factor


def covariate(person: Person, name: Covariate) -> float:
    """What a parameter may depend on; `female` is 1 or 0, `fat_free_kg` is Al-Sallami's for adults."""
    if name == "female":
        return float(person.sex == "female")
    if name == "fat_free_kg":
        return fat_free_mass_kg(person)
    return float(getattr(person, name))


def fat_free_mass_kg(person: Person) -> float:
    """Fat-free mass by Al-Sallami 2015 at adult age, from weight and body mass index (recalled, to be checked)."""
    index = person.weight_kg / (person.height_cm / 100.0) ** 2
    if person.sex == "female":
        ageing = 1.11 + (1.0 - 1.11) / (1.0 + (person.age_years / 7.1) ** -1.1)
        return ageing * 9270.0 * person.weight_kg / (8780.0 + 244.0 * index)
    ageing = 0.88 + (1.0 - 0.88) / (1.0 + (person.age_years / 13.4) ** -12.7)
    return ageing * 9270.0 * person.weight_kg / (6680.0 + 216.0 * index)


class Absorption(msgspec.Struct, frozen=True):
    """The way from where a drug was put to the blood.

    Attributes:
        route: By which it was given.
        fraction: Of the dose that arrives.
    """

    route: Route
    fraction: Value


class Kinetics(msgspec.Struct, frozen=True):
    """Three compartments, up to two effect sites, and a depot; parameters in litres and minutes.

    Attributes:
        central_l, fast_l, slow_l: Volumes.
        clearance_l_min: Out of the body from the central compartment.
        fast_l_min, slow_l_min: Exchange with the other two.
        effect_per_min, late_effect_per_min: ke0 of the two effect sites; 0 where there is none.
        depot_per_min: Out of the depot.
        transit_per_min: Through the transit compartment behind it; 0 where there is none.
        absorptions: Routes that pass through the depot.
        flow_exponent: Clearance goes with (cardiac output / its resting value) to this power.
    """

    central_l: Parameter
    clearance_l_min: Parameter
    flow_exponent: Value
    fast_l: Parameter | None = None
    fast_l_min: Parameter | None = None
    slow_l: Parameter | None = None
    slow_l_min: Parameter | None = None
    effect_per_min: Parameter | None = None
    late_effect_per_min: Parameter | None = None
    depot_per_min: Parameter | None = None
    transit_per_min: Parameter | None = None
    absorptions: tuple[Absorption, ...] = ()


class Effect(msgspec.Struct, frozen=True):
    """What a concentration does: E = most C^steepness / (half^steepness + C^steepness).

    Attributes:
        influence: Which of the body's influences it enters.
        place: Whose concentration (ug/l), or the depot's amount (ug).
        most: E at endless concentration. `remaining` effects enter as ln(1 - E), so that `most` is a fraction.
        half: Concentration of half the effect.
        steepness: Hill's exponent.
        remaining: Whether E is the fraction taken away of what the influence multiplies.
        competes: Whether naloxone on the receptor raises `half`.
        needs_tone: Whether it fades as mean pressure falls, since vessels without tone have nothing to give up.
        scale: Calibration to the whole body; 1 is as published.
    """

    influence: str
    place: Place
    most: Value
    half: Value
    steepness: Value
    remaining: bool = False
    competes: bool = False
    needs_tone: bool = False
    scale: Value = Value(1.0, "1", "as published: no calibration to the body")


class Limit(msgspec.Struct, frozen=True):
    """What may be ordered by a route.

    Attributes:
        route: Of the order.
        rate: Whether it limits a rate (an infusion) rather than a dose.
        unit: Of the three values: mg, mg/kg, ug/kg/min, ml, l/min ...
        low, high: Usual; outside them a clinician has to insist.
        hard: Never above this.
    """

    route: Route
    rate: bool
    unit: str
    low: Value
    high: Value
    hard: Value


class Drug(msgspec.Struct, frozen=True):
    """All that is known of one drug.

    Attributes:
        name: As shown.
        synonyms: Other names, brands, abbreviations, in lower case.
        kind: `drug` acts in the body; `order` is noted and does nothing to circulation or breathing; the others are
            what they say.
        limits: Routes and doses; a route without a limit is not allowed.
        kinetics: Where it goes; None for what has none.
        effects: What it does.
        hypnotic_half: Effect-site concentration of half the effect on the bispectral index, ug/l.
        defaults: Usual doses' duration in seconds where an order names none; 0 is at once.
        molar_mass: g/mol, of drugs that bind to the opioid receptor.
    """

    name: str
    synonyms: tuple[str, ...]
    kind: Kind
    limits: tuple[Limit, ...]
    kinetics: Kinetics | None = None
    effects: tuple[Effect, ...] = ()
    hypnotic_half: Value | None = None
    default_over: Value | None = None
    molar_mass: Value | None = None


class Pair(msgspec.Struct, frozen=True):
    """Two that may not meet in one line, and why."""

    first: str
    second: str
    source: str


class Formulary(msgspec.Struct, frozen=True):
    """The drugs of an edition.

    Attributes:
        edition: Date of this edition, ISO 8601.
        drugs: By name.
        names: Every name and synonym to the drug's name.
        incompatible: What may not meet in one line.
    """

    edition: str
    drugs: dict[str, Drug]
    names: dict[str, str]
    incompatible: tuple[Pair, ...]
