"""Gases in lung, blood, tissue and brain.

Spencer 1979 for the contents of blood (two equations with a closed-form inverse); one lung, two tissues and the control
of breathing by Magosso and Ursino 2001-2004 as given by Mann 2022. Set otherwise: the tissue's store of CO2 is twice as
large, so that PaCO2 rises in apnoea as it does in people; a growing alveolar dead space when flow falls.
"""

import math

from abaton.core.kernels import kernel

K1, A1, B1 = 14.99, 0.03198, 0.008275
K2, A2, B2 = 194.4, 0.05591, 0.03255
O2_MOST = 0.02272 * 9.0
CO2_MOST = 0.02272 * 86.11
TISSUE_CO2, TISSUE_CO2_0 = 1.334e-3, 0.5524
BRAIN_CO2, BRAIN_CO2_0 = 6.67e-4, 0.5824
DISSOLVED_O2 = 3.17e-5
PLENTY_MMHG = 120.0
"""Spencer's curve ends at full haemoglobin; above this pressure oxygen dissolved in plasma is added."""


@kernel(inline=True)
def oxygen_content(po2: float, pco2: float, blood: float) -> float:
    """Litres of oxygen in a litre of blood; `blood` is haemoglobin over 15 g/dl. Spencer 1979, eq. 1."""
    f = max(po2, 0.01) * (1 + B1 * pco2) / (K1 * (1 + A1 * pco2))
    x = f ** (1 / 0.3836)
    bound = blood * O2_MOST * x / (1 + x)
    return bound + DISSOLVED_O2 * (po2 - PLENTY_MMHG) if po2 > PLENTY_MMHG else bound


@kernel(inline=True)
def carbon_content(po2: float, pco2: float) -> float:
    """Litres of carbon dioxide in a litre of blood. Spencer 1979, eq. 2."""
    f = max(pco2, 0.01) * (1 + B2 * po2) / (K2 * (1 + A2 * po2))
    x = f ** (1 / 1.819)
    return CO2_MOST * x / (1 + x)


@kernel()
def pressures(oxygen: float, carbon: float, blood: float) -> tuple[float, float]:
    """Pressures of both gases from contents, mmHg: the closed-form inverse, a quadratic; halving where O2 is plenty."""
    share = min(max(oxygen / (blood * O2_MOST), 1e-6), 0.999999)
    x = K1 * (share / (1 - share)) ** 0.3836
    other = min(max(carbon / CO2_MOST, 1e-6), 0.999999)
    y = K2 * (other / (1 - other)) ** 1.819
    a = B2 + B1 * A2 * y
    b = 1 + B1 * y - x * B2 - x * A1 * A2 * y
    c = -x * (1 + A1 * y)
    po2 = (-b + math.sqrt(b * b - 4 * a * c)) / (2 * a)
    pco2 = y * (1 + A2 * po2) / (1 + B2 * po2)
    if po2 > PLENTY_MMHG:
        low, high = PLENTY_MMHG, 760.0
        for _ in range(12):
            po2 = 0.5 * (low + high)
            pco2 = y * (1 + A2 * po2) / (1 + B2 * po2)
            if oxygen_content(po2, pco2, blood) > oxygen:
                high = po2
            else:
                low = po2
        pco2 = y * (1 + A2 * po2) / (1 + B2 * po2)
    return po2, pco2


@kernel()
def saturation(po2: float, ph: float, temperature_c: float) -> float:
    """Percent of haemoglobin that carries oxygen: Severinghaus 1979, with Bohr's shift and temperature."""
    moved = po2 * 10 ** (0.48 * (ph - 7.4) - 0.024 * (temperature_c - 37))
    if moved < 0.1:
        return 0.0
    return 100.0 / (1 + 23400.0 / (moved**3 + 150.0 * moved))


@kernel()
def acidity(pco2: float, lactate: float) -> float:
    """Arterial pH: Henderson and Hasselbalch, acute change of bicarbonate with CO2, and lactic acid."""
    bicarbonate = 24.0 + (0.1 if pco2 > 40.0 else 0.2) * (pco2 - 40.0) - max(lactate - 1.0, 0.0)
    return 6.1 + math.log10(max(bicarbonate, 2.0) / (0.0307 * max(pco2, 1.0)))


@kernel()
def brain_flow(pao2: float, paco2: float) -> tuple[float, float]:
    """Where oxygen and carbon dioxide drive the brain's flow, as additions to 1 (Mann 2022)."""
    carbon = ((-30.0 + 60.0 / (1 + math.exp(-(paco2 - 40.0) / 4.5))) * 1500.0 / 100.0 / 1000.0 / 60.0) / 0.0125
    oxygen = min(17.0 * (math.exp(-pao2 / 11.0) - math.exp(-95.0 / 11.0)), 2.0)
    return max(oxygen, 0.0), carbon
