"""Blood and water: bleeding takes red cells, water moves between vessels and tissue, lactate comes and goes."""

from abaton.core.kernels import kernel
from abaton.training.physiology import layout as at
from abaton.training.physiology.influences import Array

DT = 0.01
OUT_PER_S, BACK_PER_S = 0.75 * 0.6931 / 480.0, 0.25 * 0.6931 / 480.0
"""Crystalloid leaves plasma with a half time of 8 min until a quarter stays (Hahn 2010; recalled, to be checked)."""
GIVEN_HB_G_DL = 15.0
LACTATE_SPACE_L = 40.0
LACTATE_PER_S = 0.6931 / 2400.0
CRITICAL = 0.55
"""Lactate is made where oxygen delivery falls below this share of that at rest."""
LACTATE_MMOL_MIN = 22.0
"""With no delivery at all; lactate then rises by about 0.5 mmol/l a minute."""


@kernel()
def volume_ml(y: Array) -> float:
    """All blood inside the vessels and the heart."""
    body = y[at.V_SA] + y[at.V_SP] + y[at.V_SV] + y[at.V_EV]
    lungs = y[at.V_PA] + y[at.V_PP] + y[at.V_PV]
    return body + lungs + y[at.V_RA] + y[at.V_RV] + y[at.V_LA] + y[at.V_LV]


@kernel()
def transfuse(
    y: Array, p: Array, thorax: float, crystalloid: float, blood: float, leak: float,
    temperature_set: float, lactate: float,
) -> float:  # fmt: skip
    """Ten milliseconds; changes `y`; gives what enters the veins, ml/s.

    Args:
        y: State.
        p: Parameters.
        thorax: Pressure around the heart by breathing, mmHg: veins that are pressed from outside draw no fluid in.
        crystalloid: Given, ml/s.
        blood: Given, ml/s.
        leak: Lost through capillaries, ml/s.
        temperature_set: Added to the set point, C.
        lactate: Made besides, mmol/min.
    """
    total = volume_ml(y)
    density = y[at.HAEMOGLOBIN_G] / max(total, 300.0)
    y[at.HAEMOGLOBIN_G] += DT * blood * GIVEN_HB_G_DL / 100.0 - (y[at.LOST] - y[at.LOST_BEFORE]) * density
    y[at.LOST_BEFORE] = y[at.LOST]
    shifted = OUT_PER_S * y[at.WATER_PLASMA] - BACK_PER_S * y[at.WATER_TISSUE]
    y[at.WATER_PLASMA] += DT * (crystalloid - shifted)
    y[at.WATER_TISSUE] += DT * shifted
    low = p[at.CVP_SET] - (y[at.MEAN_RA] - thorax)
    refill = p[at.REFILL] * low if low > 0.0 and y[at.REFILLED] < 1200.0 else 0.0
    y[at.REFILLED] += DT * refill
    leaving = leak if total > 1500.0 else 0.0
    delivered = y[at.FLOW_LV_SLOW] * 0.06 * y[at.A_O2] / (p[at.FLOW_0] * 0.195)
    lack = max(CRITICAL - delivered, 0.0) / CRITICAL
    made = LACTATE_MMOL_MIN * lack * p[at.VO2] / 250.0 + lactate
    y[at.LACTATE] += DT * (made / 60.0 / LACTATE_SPACE_L - LACTATE_PER_S * (y[at.LACTATE] - 1.0))
    y[at.TEMPERATURE] += DT / 3600.0 * (p[at.T_SET] + temperature_set - y[at.TEMPERATURE])
    return crystalloid - shifted + blood + refill - leaving
