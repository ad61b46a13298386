"""Breaths: muscles or machines move air through resistance and compliance; the chest presses on heart and vessels.

One compartment, Paw = V/C + R dV/dt - Pmus; volumes above FRC. Spontaneous breaths are shaped by the ventilation that
the chemoreceptors want (Magosso and Ursino; Mann 2022): VA = 0.66 (wakefulness + peripheral + central), l/min.
"""

import math

from abaton.core.kernels import kernel
from abaton.training.physiology import layout as at
from abaton.training.physiology.influences import Array

DT = 0.01
SPONTANEOUS, BAG, VCV, PCV, PSV = 0.0, 1.0, 2.0, 3.0, 4.0
MMHG_PER_CMH2O = 0.7356
MOST_EFFORT_CMH2O = 30.0
"""What the muscles can do for long."""
POP_OFF_CMH2O = 40.0
"""A bag's relief valve."""
UPPER_R = 0.8
"""Of the upper airway, open, cmH2O s/l."""


@kernel()
def breathe(
    y: Array, p: Array, stiff: float, narrow: float, open_factor: float, mode: float, rate: float, tidal: float,
    above: float, peep: float, inspiratory: float, dead_space: float,
) -> float:  # fmt: skip
    """Ten milliseconds of mechanics; changes `y`; gives the volume that moved, ml (inspired positive).

    Args:
        y: State.
        p: Parameters.
        stiff: Factor on compliance.
        narrow: Factor on airway resistance.
        open_factor: Factor on the upper airway's conductance.
        mode: SPONTANEOUS, BAG, VCV, PCV or PSV.
        rate: Of the machine, per minute.
        tidal: Given, ml.
        above: Pressure above PEEP, cmH2O.
        peep: cmH2O.
        inspiratory: Length of its inspiration, s.
        dead_space: ml.
    """
    compliance = p[at.C_LUNG] * stiff * 1000.0
    resistance = (p[at.R_LUNG] * narrow + UPPER_R / max(open_factor, 1e-6)) / 1000.0
    y[at.BREATH] += DT
    if y[at.BREATH] >= y[at.BREATH_PERIOD]:
        _next_breath(y, p, stiff, mode, rate, dead_space)
    since, length = y[at.BREATH], y[at.BREATH_PERIOD]
    effort = 0.0
    if mode in (SPONTANEOUS, PSV):
        time = min(0.4 * length, 2.0)
        if since < time:
            effort = y[at.BREATH_EFFORT] * math.sin(math.pi * since / time)
    volume = y[at.LUNG]
    pushing = since < (min(inspiratory, 0.6 * length) if mode != PSV else min(0.4 * length, 1.2))
    airway = peep
    held = mode in (VCV, BAG)
    if held and pushing:
        flow = tidal / min(inspiratory, 0.6 * length)
        airway = (volume + DT * flow) / compliance + resistance * flow
        limit = POP_OFF_CMH2O if mode == BAG else 80.0
        if airway > limit:
            airway = limit
            held = False
    else:
        held = False
        if pushing and (mode == PCV or (mode == PSV and y[at.BREATH_EFFORT] > 0.5)):
            airway = peep + above
    if held:
        moved = DT * tidal / min(inspiratory, 0.6 * length)
    else:
        # Exact over the step: the lung relaxes to where pressures balance.
        aim = compliance * (airway + effort)
        moved = (aim - volume) * (1.0 - math.exp(-DT / (resistance * compliance)))
    y[at.LUNG] = volume + moved
    y[at.AIRFLOW] = moved / DT
    y[at.AIRWAY] = airway
    y[at.PEAK] = max(y[at.PEAK], airway)
    if pushing and mode != SPONTANEOUS:
        y[at.PLATEAU] = y[at.LUNG] / compliance
    y[at.TIDAL_PEAK] = max(y[at.TIDAL_PEAK], y[at.LUNG])
    y[at.TIDAL_LOW] = min(y[at.TIDAL_LOW], y[at.LUNG])
    # Half of the elastic pressure stands across the chest wall.
    y[at.PLEURAL] = MMHG_PER_CMH2O * (0.5 * y[at.LUNG] / compliance - effort)
    return moved


@kernel()
def _next_breath(y: Array, p: Array, stiff: float, mode: float, rate: float, dead_space: float) -> None:
    volume = y[at.TIDAL_PEAK] - y[at.TIDAL_LOW]
    apnoea = volume < 60.0
    y[at.TIDAL] = 0.0 if apnoea else volume
    y[at.RATE] = 0.0 if apnoea else 60.0 / y[at.BREATH_PERIOD]
    y[at.END_TIDAL] = y[at.EXHALED_CO2] if y[at.EXHALED] > dead_space and not apnoea else 0.0
    y[at.TIDAL_PEAK] = y[at.TIDAL_LOW] = y[at.LUNG]
    y[at.INHALED] = 0.0
    y[at.PEAK] = 0.0
    y[at.BREATH] = 0.0
    y[at.BREATHS] += 1.0
    y[at.DEAD] = dead_space
    if mode != SPONTANEOUS and mode != PSV:
        y[at.BREATH_PERIOD] = 60.0 / rate
        y[at.BREATH_EFFORT] = 0.0
        return
    wanted = y[at.WANTED]
    if wanted < 0.3:
        # Apnoea: the centre is asked again in a second.
        y[at.BREATH_PERIOD] = 1.0
        y[at.BREATH_EFFORT] = 0.0
        return
    pace = 13.0 * (wanted / 4.3) ** (0.9 if wanted < 4.3 else 0.55)
    # Stiff lungs are breathed fast and shallow: least work (Mead 1960).
    pace = min(max(pace * min(max(stiff, 0.2), 2.0) ** -0.4, 1.5), 45.0)
    share = 1000.0 * wanted / pace + dead_space
    y[at.BREATH_PERIOD] = 60.0 / pace
    # Muscles strive for the volume that is wanted, breath by breath, as far as they can.
    reached = y[at.BREATH_EFFORT] > 0.5 and not apnoea
    y[at.STRIVING] *= min(max(share / volume, 0.6), 1.5) ** 0.3 if reached else 1.0
    y[at.STRIVING] = min(max(y[at.STRIVING], 0.8), 6.0)
    y[at.BREATH_EFFORT] = min(y[at.STRIVING] * 1.08 * share / (1000.0 * p[at.C_LUNG]), MOST_EFFORT_CMH2O)


@kernel()
def capnogram(y: Array, moved: float, alveolar_co2: float, wasted: float, dead_space: float) -> float:
    """CO2 at the mouth, mmHg, from what is exhaled; and the fresh gas that reaches alveoli, ml.

    Gives the fresh volume of this step. `wasted` is the alveolar dead space as a share of ventilation.
    """
    if moved > 0.0:
        if y[at.EXHALED] > 0.0 and moved > 0.3:
            y[at.EXHALED] = 0.0
        y[at.INHALED] += moved
        y[at.EXHALED_CO2] *= 0.85
        beyond = y[at.INHALED] - dead_space
        return min(max(beyond, 0.0), moved) * (1.0 - wasted)
    y[at.EXHALED] -= moved
    front = (y[at.EXHALED] - dead_space) / (0.18 * dead_space)
    reached = 1.0 / (1.0 + math.exp(-min(max(front, -30.0), 30.0)))
    if moved < -0.02 or reached > 0.99:
        y[at.EXHALED_CO2] = alveolar_co2 * (1.0 - wasted) * reached * (0.97 + 0.03 * min(y[at.EXHALED] / 500.0, 1.5))
    return 0.0


@kernel()
def wanted_l_min(y: Array, drive: float, wake: float, peripheral: float, central: float) -> float:
    """Alveolar ventilation that the centre asks for, l/min; a brain without oxygen asks for none."""
    chemical = peripheral + central
    if chemical > 0.0:
        chemical *= drive
    # Who is awake goes on breathing when CO2 is low; asleep or drugged, breathing stops (Fink 1961).
    chemical = max(chemical, -0.5 * 6.62 * wake * wake) if wake > 0.7 else chemical
    return max(0.66 * (6.62 * wake + chemical), 0.0) * min(max((y[at.BRAIN] - 0.1) / 0.3, 0.0), 1.0)
