"""Blood moved by two ventricles through lungs and body, a millisecond at a time.

Ursino 1998, Am J Physiol 275:H1733: vessels C dP/dt = inflow - outflow (eq. 1-8), elastance and activation of the
ventricles (eq. 9-21), venous return. Added: valves in the veins, wounds, fluids, thoracic pressure, compressions.
"""

import math

from abaton.core.kernels import kernel
from abaton.training.physiology import layout as at
from abaton.training.physiology.influences import Array

DT = 0.001
VF, PEA, ASYSTOLE = 5.0, 6.0, 7.0
BACKWARD = 0.02
"""What a vein's valve lets back."""
PRIME_S = 5.0
"""Compressions build up flow over about ten to fifteen (Kern 1991; recalled, to be checked); a pause undoes it."""


@kernel(inline=True)
def _gather(y: Array, pressure: float, pulmonary: float) -> None:
    """Closes a beat (or a compression): what was highest and lowest in it is read from now on."""
    y[at.SYSTOLIC], y[at.DIASTOLIC] = y[at.HIGH], y[at.LOW]
    y[at.STROKE] = y[at.OUT]
    y[at.EDV], y[at.ESV] = y[at.LV_MOST], y[at.LV_LEAST]
    y[at.PA_SYSTOLIC], y[at.PA_DIASTOLIC] = y[at.PA_HIGH], y[at.PA_LOW]
    y[at.HIGH] = y[at.LOW] = pressure
    y[at.PA_HIGH] = y[at.PA_LOW] = pulmonary
    y[at.OUT] = 0.0
    y[at.LV_MOST] = y[at.LV_LEAST] = y[at.V_LV]
    y[at.BEAT_AGE] = 0.0


@kernel()
def circulate(
    y: Array, p: Array, period: float, strength: float, resistance: float, dilated: float, thorax: float,
    amplitude: float, lean: float, squeeze_hz: float, arterial_wound: float, venous_wound: float, given: float,
) -> float:  # fmt: skip
    """One millisecond; changes `y`; gives the pressure of a compression now, mmHg.

    Args:
        y: State.
        p: Parameters.
        period: Of the next beat, s.
        strength: Factor on both ventricles' elastance.
        resistance: Factor on peripheral resistance.
        dilated: ml added to venous unstressed volume.
        thorax: Pressure around heart and lungs, mmHg above that at rest.
        amplitude: Greatest pressure of a compression on the heart, mmHg; 0 none.
        lean: Pressure left between compressions, mmHg.
        squeeze_hz: Compressions a second.
        arterial_wound: Conductance, ml/s per mmHg.
        venous_wound: Conductance, ml/s per mmHg.
        given: Fluid into the veins less what leaves by capillaries, ml/s.
    """
    rhythm = y[at.RHYTHM]
    pulsing = rhythm < VF
    # Beats: the phase runs through 1; quiet rhythms keep their electrical beat (PEA) or have none.
    if pulsing or rhythm == PEA:
        y[at.PHASE] += DT / y[at.PERIOD]
    fresh = False
    if y[at.PHASE] >= 1.0:
        y[at.PHASE] -= 1.0
        y[at.BEATS] += 1.0
        y[at.PERIOD] = period
        fresh = pulsing
    beat = y[at.PERIOD]
    systole = 0.5 - 0.075 / beat if beat > 0.25 else 0.2
    if systole < 0.12:
        systole = 0.12
    since = y[at.PHASE] * beat
    phi = 0.0
    if since < systole and rhythm != VF and rhythm != ASYSTOLE:
        phi = math.sin(math.pi * since / systole) ** 2
        if rhythm == PEA:
            phi *= 0.015
    # Compressions: half of a cycle down, half up.
    pressing = 0.0
    if squeeze_hz > 0.0 and amplitude > 0.0:
        y[at.SQUEEZE] += DT * squeeze_hz
        if y[at.SQUEEZE] >= 1.0:
            y[at.SQUEEZE] -= 1.0
            y[at.SQUEEZES] += 1.0
            fresh = fresh or not pulsing
        y[at.PRIMED] += DT * (1.0 - y[at.PRIMED]) / PRIME_S
        if y[at.SQUEEZE] < 0.5:
            pressing = amplitude * (0.45 + 0.55 * y[at.PRIMED]) * math.sin(2.0 * math.pi * y[at.SQUEEZE])
    else:
        y[at.PRIMED] -= DT * y[at.PRIMED] / PRIME_S
        y[at.SQUEEZE] = 0.0
    around = thorax + lean + 0.6 * pressing
    on_heart = thorax + lean + pressing
    p_sa = y[at.V_SA] / p[at.C_SA]
    p_sp = (y[at.V_SP] - p[at.U_SP]) / p[at.C_SP]
    p_sv = (y[at.V_SV] - y[at.X_SV] - 0.45 * dilated) / p[at.C_SV]
    p_ev = (y[at.V_EV] - y[at.X_EV] - 0.55 * dilated) / p[at.C_EV]
    p_ra = (y[at.V_RA] - p[at.U_RA]) / p[at.C_RA] + around
    p_pa = y[at.V_PA] / p[at.C_PA] + around
    p_pp = (y[at.V_PP] - p[at.U_PP]) / p[at.C_PP] + around
    p_pv = (y[at.V_PV] - p[at.U_PV]) / p[at.C_PV] + around
    p_la = (y[at.V_LA] - p[at.U_LA]) / p[at.C_LA] + around
    if fresh:
        _gather(y, p_sa, p_pa)
    # Ventricles (Ursino eq. 15-21): isometric pressure, viscous loss, valves.
    force = strength * (y[at.ENERGY] * 2.5 if y[at.ENERGY] < 0.4 else 1.0)
    stiff_left = p[at.P0_LV] * (math.exp(p[at.K_LV] * y[at.V_LV]) - 1)
    left = phi * force * y[at.X_LV] * (y[at.V_LV] - p[at.U_LV]) + (1 - phi) * stiff_left
    stiff_right = p[at.P0_RV] * (math.exp(p[at.K_RV] * y[at.V_RV]) - 1)
    right = phi * force * y[at.X_RV] * (y[at.V_RV] - p[at.U_RV]) + (1 - phi) * stiff_right
    out_left = out_right = 0.0
    p_left, p_right = left + on_heart, right + on_heart
    if p_left > p_sa:
        loss = p[at.KR_LV] * max(p_left, 20.0)
        out_left = (p_left - p_sa) / loss
        p_left -= loss * out_left
    if p_right > p_pa:
        loss = p[at.KR_RV] * max(p_right, 5.0)
        out_right = (p_right - p_pa) / loss
        p_right -= loss * out_right
    in_left = (p_la - p_left) / p[at.R_LA] if p_la > p_left else 0.0
    in_right = (p_ra - p_right) / p[at.R_RA] if p_ra > p_right else 0.0
    # Vessels.
    f_pv = (p_pv - p_la) / p[at.R_PV]
    f_pp = (p_pp - p_pv) / p[at.R_PP]
    f_sp = (p_sp - p_sv) / (y[at.X_SP] * resistance)
    f_ep = (p_sp - p_ev) / (y[at.X_EP] * resistance)
    f_sv = (p_sv - p_ra) / p[at.R_SV]
    f_ev = (p_ev - p_ra) / p[at.R_EV]
    if f_sv < 0.0:
        f_sv *= BACKWARD
    if f_ev < 0.0:
        f_ev *= BACKWARD
    if f_pv < 0.0 and pressing > 0.0:
        f_pv *= BACKWARD
    y[at.F_SA] += DT * (p_sa - p_sp - p[at.R_SA] * y[at.F_SA]) / p[at.L_SA]
    y[at.F_PA] += DT * (p_pa - p_pp - p[at.R_PA] * y[at.F_PA]) / p[at.L_PA]
    bled = arterial_wound * p_sa if p_sa > 0.0 else 0.0
    seeped = venous_wound * p_ev if p_ev > 0.0 else 0.0
    y[at.V_SA] += DT * (out_left - y[at.F_SA] - bled)
    y[at.V_SP] += DT * (y[at.F_SA] - f_sp - f_ep)
    y[at.V_SV] += DT * (f_sp - f_sv)
    y[at.V_EV] += DT * (f_ep - f_ev - seeped + given)
    y[at.V_RA] += DT * (f_sv + f_ev - in_right)
    y[at.V_RV] += DT * (in_right - out_right)
    y[at.V_PA] += DT * (out_right - y[at.F_PA])
    y[at.V_PP] += DT * (y[at.F_PA] - f_pp)
    y[at.V_PV] += DT * (f_pp - f_pv)
    y[at.V_LA] += DT * (f_pv - in_left)
    y[at.V_LV] += DT * (in_left - out_left)
    y[at.LOST] += DT * (bled + seeped)
    _watch(y, p_sa, p_ra, p_pa, p_la, out_left, out_right, phi > 0.0 or pressing > 0.0)
    return pressing


@kernel(inline=True)
def _watch(
    y: Array, p_sa: float, p_ra: float, p_pa: float, p_la: float, out_left: float, out_right: float, busy: bool
) -> None:  # fmt: skip
    """Means of 2 s (slow flow 10 s), and what is gathered over a beat."""
    y[at.MEAN_SA] += DT / 2.0 * (p_sa - y[at.MEAN_SA])
    y[at.MEAN_RA] += DT / 2.0 * (p_ra - y[at.MEAN_RA])
    y[at.MEAN_PA] += DT / 2.0 * (p_pa - y[at.MEAN_PA])
    y[at.MEAN_LA] += DT / 2.0 * (p_la - y[at.MEAN_LA])
    y[at.FLOW_LV] += DT / 1.5 * (out_left - y[at.FLOW_LV])
    y[at.FLOW_RV] += DT / 1.5 * (out_right - y[at.FLOW_RV])
    y[at.FLOW_LV_SLOW] += DT / 8.0 * (out_left - y[at.FLOW_LV_SLOW])
    if not busy:
        y[at.CPP] += DT / 1.0 * (p_sa - p_ra - y[at.CPP])
    if p_sa > y[at.HIGH]:
        y[at.HIGH] = p_sa
    if p_sa < y[at.LOW]:
        y[at.LOW] = p_sa
    if p_pa > y[at.PA_HIGH]:
        y[at.PA_HIGH] = p_pa
    if p_pa < y[at.PA_LOW]:
        y[at.PA_LOW] = p_pa
    if y[at.V_LV] > y[at.LV_MOST]:
        y[at.LV_MOST] = y[at.V_LV]
    if y[at.V_LV] < y[at.LV_LEAST]:
        y[at.LV_LEAST] = y[at.V_LV]
    y[at.OUT] += DT * out_left
    y[at.BEAT_AGE] += DT
    if y[at.BEAT_AGE] > 4.0:
        # Nothing has moved for four seconds: the pressures are what they are.
        y[at.SYSTOLIC] = y[at.DIASTOLIC] = y[at.MEAN_SA]
        y[at.PA_SYSTOLIC] = y[at.PA_DIASTOLIC] = y[at.MEAN_PA]
        y[at.STROKE] = 0.0
        y[at.HIGH] = y[at.LOW] = p_sa
        y[at.PA_HIGH] = y[at.PA_LOW] = p_pa
        y[at.OUT] = 0.0
