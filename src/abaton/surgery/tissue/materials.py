"""What tissue is made of: published values, each with its source."""

import math

import msgspec

from abaton.core.errors import Problem


class Material(msgspec.Struct, frozen=True):
    """An isotropic elastic tissue.

    Attributes:
        name: As people call it.
        youngs_modulus_pa: Stiffness E at small strain.
        poisson_ratio: Between 0 and 0.499; soft tissue is nearly incompressible.
        density_kg_m3: Mass by volume.
        source: Where the values come from.
    """

    name: str
    youngs_modulus_pa: float
    poisson_ratio: float
    density_kg_m3: float
    source: str = "made up"

    def __post_init__(self) -> None:
        numbers = (self.youngs_modulus_pa, self.poisson_ratio, self.density_kg_m3)
        if not (
            all(math.isfinite(number) for number in numbers)
            and self.youngs_modulus_pa > 0
            and 0 <= self.poisson_ratio <= 0.499
            and self.density_kg_m3 > 0
        ):
            raise Problem(
                "material_unusable",
                got=f"E {self.youngs_modulus_pa} Pa, Poisson ratio {self.poisson_ratio}, {self.density_kg_m3} kg/m3",
                expected="E and density above 0, Poisson ratio from 0 to 0.499",
                next_step="Correct the material.",
            )

    @property
    def shear_modulus_pa(self) -> float:
        """Lame's second parameter mu = E / (2 (1 + nu))."""
        return self.youngs_modulus_pa / (2 * (1 + self.poisson_ratio))

    @property
    def lame_pa(self) -> float:
        """Lame's first parameter lambda = E nu / ((1 + nu) (1 - 2 nu))."""
        nu = self.poisson_ratio
        return self.youngs_modulus_pa * nu / ((1 + nu) * (1 - 2 * nu))


LIVER = Material("liver", 5.4e3, 0.49, 1060.0, "shear modulus 1.8 +- 0.4 kPa by elastography, E = 3 mu")
TUMOUR = Material("tumour", 23.4e3, 0.49, 1060.0, "hepatocellular carcinoma 23.4 kPa; density as liver, assumed")
DISEASED_LIVER = Material("diseased liver", 19.8e3, 0.49, 1060.0, "beside hepatocellular carcinoma 19.8 kPa")
GALLBLADDER = Material("gallbladder", 85e3, 0.45, 1050.0, "85 kPa; density assumed")
VESSEL = Material("vessel", 210e3, 0.45, 1060.0, "hepatic artery 210 kPa; density as blood, assumed")
KIDNEY = Material("kidney", 15e3, 0.49, 1050.0, "cortex shear modulus 5.0 +- 2.9 kPa by shear waves, E = 3 mu")
PANCREAS = Material("pancreas", 4.8e3, 0.49, 1050.0, "4.8 kPa; density assumed")
SPLEEN = Material("spleen", 2.9e3, 0.49, 1060.0, "2.9 kPa; density assumed")
FAT = Material("fat", 2e3, 0.49, 950.0, "1-3 kPa, recalled; not checked")
