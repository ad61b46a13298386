"""Who the patient is: age, sex, size, fitness, disease."""

import msgspec


class Person(msgspec.Struct, frozen=True):
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
