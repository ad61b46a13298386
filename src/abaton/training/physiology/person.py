"""Who the patient is: age, sex, size, fitness, disease."""

import math

import msgspec
import numpy as np


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a body's parameters follow from.

    Attributes:
        age_years: 18 to 95.
        sex: `female` or `male`.
        weight_kg: 35 to 200.
        height_cm: 140 to 210.
        fitness: 0 frail to 1 athlete; 0.5 is usual.
        diseases: Of `hypertension`, `heart_failure`, `copd`, `obesity`, `anaemia`, `coronary`.
    """

    age_years: float = 35.0
    sex: str = "male"
    weight_kg: float = 73.0
    height_cm: float = 177.0
    fitness: float = 0.5
    diseases: tuple[str, ...] = ()

    @property
    def lean_mass_kg(self) -> float:
        """Lean body mass (James 1976)."""
        ratio = (self.weight_kg / self.height_cm) ** 2
        if self.sex == "female":
            return 1.07 * self.weight_kg - 148 * ratio
        return 1.10 * self.weight_kg - 128 * ratio


def cohort(
    count: int, rng: np.random.Generator, age_years: tuple[float, float] = (18, 85), diseases: bool = True
) -> tuple[Person, ...]:
    """People as they come.

    Sizes of both sexes are means and spreads of adults (NCD-RisC 2016, rounded); fitness falls with age and diseases
    rise with it, by round shares of adults: stylised.

    Args:
        count: How many.
        rng: Chance.
        age_years: Youngest and oldest.
        diseases: Whether some have them.
    """
    people: list[Person] = []
    for _ in range(count):
        age = float(rng.uniform(*age_years))
        sex = "female" if rng.random() < 0.5 else "male"
        height = _within(rng.normal(162 if sex == "female" else 175, 6.5), 142, 205)
        mass_index = _within(rng.lognormal(math.log(25.5), 0.16), 18, 45)
        fitness = _within(rng.normal(0.6 - 0.004 * (age - 35), 0.15), 0, 1)
        shares = {
            "hypertension": 0.05 + 0.007 * (age - 18),
            "copd": 0.001 * (age - 18),
            "heart_failure": 0.0007 * (age - 18),
            "coronary": 0.0018 * (age - 18),
            "anaemia": 0.05,
        }
        has = tuple(name for name, share in shares.items() if diseases and rng.random() < share)
        has += ("obesity",) if mass_index > 35 else ()
        people.append(Person(age, sex, mass_index * (height / 100) ** 2, height, fitness, has))
    return tuple(people)


def _within(value: float, least: float, most: float) -> float:
    return min(max(value, least), most)
