"""Gas exchange of lung, brain and tissue, and what follows from it: drives to breathe, acidity, brain, heart muscle."""

import math

from abaton.core.kernels import kernel
from abaton.training.physiology import layout as at
from abaton.training.physiology.gas import (
    BRAIN_CO2,
    BRAIN_CO2_0,
    DISSOLVED_O2,
    TISSUE_CO2,
    TISSUE_CO2_0,
    acidity,
    brain_flow,
    carbon_content,
    oxygen_content,
    pressures,
    saturation,
)  # fmt: skip
from abaton.training.physiology.influences import Array

DT = 0.02
RING = at.RING_S_LENGTH + at.RING_V_LENGTH
DRY_MMHG = 713.0
PLUG_MOST_ML = at.PLUG_ML * at.PLUG_LENGTH
NO_FLOW_MMHG = 8.0
"""Coronary flow ends at about this perfusion pressure (Bellamy 1978; recalled, to be checked)."""
ENERGY_RISE_S, ENERGY_FALL_S = 60.0, 270.0
"""The heart's store of energy refills in a minute of good flow; without any it lasts for about five (stylised so that
chances of a shock fall by about a tenth a minute, Larsen 1993)."""


@kernel()
def exchange(
    y: Array, p: Array, history: Array, fresh_ml: float, inspired: float, reachable: bool, shunt: float,
    metabolism: float, blood: float,
) -> None:  # fmt: skip
    """Twenty milliseconds of gas; changes `y` and the plug of blood in `history`.

    Args:
        y: State.
        p: Parameters.
        history: Rings.
        fresh_ml: Fresh gas that reached the alveoli.
        inspired: Fraction of oxygen in it.
        reachable: Whether the airway lets gas follow what blood takes (apnoeic oxygenation).
        shunt: Added fraction.
        metabolism: Factor on oxygen use.
        blood: Haemoglobin over 15 g/dl.
    """
    flow = max(y[at.FLOW_RV], 0.0) / 1000.0
    s = min(p[at.SHUNT] + shunt, 0.95)
    end_o2 = oxygen_content(y[at.PA_O2], y[at.PA_CO2], blood)
    end_co2 = carbon_content(y[at.PA_O2], y[at.PA_CO2])
    through = flow * (1.0 - s)
    j_o2 = 863.0 * through * (y[at.V_O2] - end_o2)
    j_co2 = 863.0 * through * (y[at.V_CO2] - end_co2)
    volume = max(p[at.FRC] + y[at.LUNG], 300.0) / 1000.0
    net = (j_o2 + j_co2) / DRY_MMHG
    entering = fresh_ml / 1000.0 / DT
    if reachable and net < 0.0:
        entering -= net
    y[at.PA_O2] += DT * (entering * (inspired * DRY_MMHG - y[at.PA_O2]) + j_o2 - y[at.PA_O2] * net) / volume
    y[at.PA_CO2] += DT * (entering * (0.3 - y[at.PA_CO2]) + j_co2 - y[at.PA_CO2] * net) / volume
    y[at.PA_O2] = max(y[at.PA_O2], 0.5)
    y[at.PA_CO2] = max(y[at.PA_CO2], 0.5)
    y[at.A_O2] = (1 - s) * end_o2 + s * y[at.V_O2]
    y[at.A_CO2] = (1 - s) * end_co2 + s * y[at.V_CO2]
    _carry(y, history)
    y[at.PAO2], y[at.PACO2] = pressures(y[at.A_O2], y[at.A_CO2], blood)
    y[at.PH] = acidity(y[at.PACO2], y[at.LACTATE])
    y[at.SATURATION] = saturation(y[at.PAO2], y[at.PH], y[at.TEMPERATURE])
    _consume(y, p, history, metabolism, blood)


@kernel()
def _carry(y: Array, history: Array) -> None:
    """Arterial blood moves on by volume: what left the lung arrives when as much has followed."""
    # No more than the whole plug can move in one step.
    y[at.PLUG] += min(max(y[at.FLOW_LV], 0.0) * DT, PLUG_MOST_ML)
    while y[at.PLUG] >= at.PLUG_ML:
        y[at.PLUG] -= at.PLUG_ML
        place = int(y[at.PLUG_PLACE])
        history[RING + place] = y[at.A_O2]
        history[RING + at.PLUG_LENGTH + place] = y[at.A_CO2]
        y[at.PLUG_PLACE] = (place + 1) % at.PLUG_LENGTH


@kernel()
def _consume(y: Array, p: Array, history: Array, metabolism: float, blood: float) -> None:
    place = int(y[at.PLUG_PLACE])
    near = RING + (place + at.PLUG_LENGTH - 59) % at.PLUG_LENGTH
    far = RING + (place + at.PLUG_LENGTH - 93) % at.PLUG_LENGTH
    total = max(y[at.FLOW_LV], 0.0) / 1000.0
    perfused = min(max((y[at.MEAN_SA] - 8.0) / 47.0, 0.0), 1.0)
    # Brain: tissue pressures are those of its venous blood.
    po2 = y[at.B_O2] / DISSOLVED_O2
    width = _opened(1.0 + y[at.PSI_O2] + y[at.PSI_CO2], po2, y[at.MEAN_SA])
    brain = min(max(p[at.FLOW_BRAIN] * p[at.FLOW_0] / 60.0 * width * perfused, 0.0), 0.28 * total)
    tissue = total - brain
    warm = metabolism * 1.08 ** (y[at.TEMPERATURE] - 37.0)
    pco2 = (y[at.B_CO2] - BRAIN_CO2_0) / BRAIN_CO2
    brain_o2, brain_co2 = oxygen_content(po2, pco2, blood), carbon_content(po2, pco2)
    burnt = 0.2 * p[at.VO2] / 60000.0 * warm * min(max(po2, 0.0) / 6.0, 1.0)
    y[at.B_O2] = max(y[at.B_O2] + DT * (brain * (history[far] - brain_o2) - burnt) / p[at.BRAIN_L], 1e-7)
    made = 0.8 * burnt
    y[at.B_CO2] += DT * (brain * (history[far + at.PLUG_LENGTH] - brain_co2) + made) / p[at.BRAIN_L]
    to2 = y[at.T_O2] / DISSOLVED_O2
    tco2 = (y[at.T_CO2] - TISSUE_CO2_0) / TISSUE_CO2
    tissue_o2, tissue_co2 = oxygen_content(to2, tco2, blood), carbon_content(to2, tco2)
    used = 0.8 * p[at.VO2] / 60000.0 * warm * min(max(to2, 0.0) / 6.0, 1.0)
    y[at.T_O2] = max(y[at.T_O2] + DT * (tissue * (history[near] - tissue_o2) - used) / p[at.TISSUE_L], 1e-7)
    y[at.T_CO2] += (
        DT * (tissue * (history[near + at.PLUG_LENGTH] - tissue_co2) + used * p[at.VCO2] / p[at.VO2]) / p[at.TISSUE_L]
    )
    if total > 1e-5:
        mixed_o2 = (brain * brain_o2 + tissue * tissue_o2) / total
        mixed_co2 = (brain * brain_co2 + tissue * tissue_co2) / total
        y[at.V_O2] += min(DT / 3.0, 1.0) * (mixed_o2 - y[at.V_O2])
        y[at.V_CO2] += min(DT / 3.0, 1.0) * (mixed_co2 - y[at.V_CO2])
    y[at.Q_BRAIN] = brain * 60.0
    _sense(y, pco2, history[near], history[near + at.PLUG_LENGTH], blood)
    _function(y, p, brain, history[far], po2, warm)


@kernel()
def _opened(width: float, venous_mmhg: float, mean_mmhg: float) -> float:
    """Factor on the brain's flow: a brain short of oxygen opens its vessels, in anaemia and against low CO2 as well.

    The flow follows what the blood carries (Brown 1985, Brain 108:81; recalled, to be checked); its amount is
    stylised. Below a mean pressure of about 45 mmHg all vessels are open already; so are they when gases do it.

    Args:
        width: Factor that arterial gases ask for.
        venous_mmhg: Oxygen in the blood that leaves the brain.
        mean_mmhg: Mean arterial pressure.
    """
    reserve = min(max((mean_mmhg - 45.0) / 15.0, 0.0), 1.0)
    wider = width * (1.0 + reserve * min(max((29.0 - venous_mmhg) / 10.0, 0.0), 1.0))
    return max(width, min(wider, 1.3))


@kernel()
def _sense(y: Array, pco2: float, near_o2: float, near_co2: float, blood: float) -> None:
    """Chemoreceptors (Magosso and Ursino 2001; Mann 2022): the carotid bodies, and the brain's own CO2."""
    seen_o2, seen_co2 = pressures(near_o2, near_co2, blood)
    steep = math.exp(min(max((seen_o2 - 45.0) / 29.27, -20.0), 20.0))
    firing = 1.738 * math.log(max(seen_co2, 18.5) / 18.0) * (12.3 + 0.8352 * steep) / (1.0 + steep)
    # Too much oxygen silences the carotid bodies, but takes only about a tenth of ventilation (Dejours 1962).
    gain = 2.5 if firing > 3.67 else 0.5
    y[at.X_PERIPHERAL] += DT / 7.0 * (gain * (firing - 3.67) - y[at.X_PERIPHERAL])
    y[at.X_CENTRAL] += DT / 60.0 * (2.0 * (pco2 - 45.27) - y[at.X_CENTRAL])
    oxygen, carbon = brain_flow(y[at.PAO2], y[at.PACO2])
    y[at.PSI_O2] += DT / 10.0 * (oxygen - y[at.PSI_O2])
    y[at.PSI_CO2] += DT / 20.0 * (carbon - y[at.PSI_CO2])


@kernel()
def _function(y: Array, p: Array, brain: float, content: float, venous_mmhg: float, warm: float) -> None:
    """Brain and heart muscle live on what oxygen reaches them.

    Consciousness goes below about 40 % of the oxygen that usually arrives, or a jugular pressure of about 17 mmHg
    (Lennox 1935, Meyer 1965; recalled, to be checked).
    """
    # Blood that is thicker than usual carries more and flows less.
    delivered = brain * min(content, 0.2) / (p[at.FLOW_BRAIN] * p[at.FLOW_0] / 60.0 * 0.195)
    able = min(max((delivered - 0.35) / 0.3, 0.0), max((venous_mmhg - 12.0) / 8.0, 0.0), 1.0)
    y[at.BRAIN] += DT / (8.0 if able < y[at.BRAIN] else 20.0) * (able - y[at.BRAIN])
    rhythm = y[at.RHYTHM]
    if rhythm < 5.0:
        demand = 60.0 / y[at.PERIOD] / 72.0 * math.sqrt(max(y[at.MEAN_SA], 20.0) / 90.0)
    else:
        demand = 0.6 if rhythm == 5.0 else (0.45 if rhythm == 6.0 else 0.3)
    supply = p[at.RESERVE] * max(y[at.CPP] - NO_FLOW_MMHG, 0.0) / (70.0 - NO_FLOW_MMHG) * y[at.A_O2] / 0.195
    ratio = supply / max(demand * warm, 0.05)
    if ratio >= 1.0:
        y[at.ENERGY] += DT / ENERGY_RISE_S * (1.0 - y[at.ENERGY])
    else:
        y[at.ENERGY] = max(y[at.ENERGY] - DT / ENERGY_FALL_S * (1.0 - ratio), 0.0)
