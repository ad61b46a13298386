"""Reflexes of the circulation: arterial baroreceptors, low-pressure receptors, ischaemia of the brain, chemoreceptors.

Ursino 1998, eq. 28-42; the response to loss of blood (low-pressure receptors and ischaemia) is added to sympathetic
firing and calibrated to Guyton's curves of haemorrhage, which the benchmark then does not count as validation.
"""

import math

from abaton.core.kernels import kernel
from abaton.training.physiology import layout as at
from abaton.training.physiology.influences import Array

DT = 0.01
REFLEXES = ("baroreflex", "low-pressure reflex", "ischaemic reflex", "chemoreflex")
"""What may be held by `share`: each reflex's afferent stays where `held` says in the measure that share is below 1."""


@kernel()
def afferents(y: Array, p: Array, thorax: float, gain: float, out: Array) -> None:
    """What the four reflexes sense now, into `out` (4,), spikes/s; their means are kept in `y`.

    The firing of the carotid sinus (Ursino eq. 29), and three terms that are added to sympathetic firing.
    """
    steep = math.exp(min(max(gain * (y[at.BARO] - p[at.SET_PN]) / 11.758, -30.0), 30.0))
    out[0] = (2.52 + 47.78 * steep) / (1.0 + steep)
    low = p[at.CVP_SET] - (y[at.MEAN_RA] - thorax)
    # The reflex of low filling saturates, and is withdrawn when the heart is nearly empty: the second phase of
    # haemorrhage (Schadt and Ludbrook 1991, Am J Physiol 260:H305; recalled, to be checked).
    out[1] = p[at.LOW_GAIN] * min(low, p[at.LOW_LIMIT]) if low > 0.0 else 0.0
    if low > p[at.LOW_LIMIT]:
        out[1] -= p[at.WITHDRAWN] * (low - p[at.LOW_LIMIT])
    lack = (p[at.ISCHAEMIC_MMHG] - y[at.MEAN_SA]) / p[at.ISCHAEMIC_MMHG]
    out[2] = p[at.ISCHAEMIC_GAIN] * lack if lack > 0.0 else 0.0
    # Hypoxia below 60 mmHg and retained CO2 excite the sympathetic (Albanese 2016; gain recalled, to be checked).
    hypoxia = 60.0 - y[at.PAO2]
    retained = y[at.PACO2] - 45.0
    out[3] = (0.12 * hypoxia if hypoxia > 0.0 else 0.0) + (0.08 * min(retained, 40.0) if retained > 0.0 else 0.0)


@kernel()
def regulate(
    y: Array, p: Array, history: Array, sensed: Array, held: Array, share: Array, sympathetic: float,
    vagal: float,
) -> None:  # fmt: skip
    """Ten milliseconds of reflexes; changes `y` and the rings of firing in `history`.

    Args:
        y: State.
        p: Parameters.
        history: Rings.
        sensed: (4,) from `afferents`.
        held: (4,) what each sensed when it was held.
        share: (4,) 1 acts, 0 held.
        sympathetic: Spikes/s added from outside.
        vagal: Spikes/s added from outside.
    """
    pressure = y[at.V_SA] / p[at.C_SA]
    y[at.BARO] += (DT * (pressure - y[at.BARO]) + 6.37 * (pressure - y[at.LAST_SA])) / 2.076
    y[at.LAST_SA] = pressure
    for place in range(4):
        y[at.SENSED_BARO + place] += DT / 5.0 * (sensed[place] - y[at.SENSED_BARO + place])
    carotid = held[0] + share[0] * (sensed[0] - held[0])
    low = held[1] + share[1] * (sensed[1] - held[1])
    ischaemic = held[2] + share[2] * (sensed[2] - held[2])
    chemo = held[3] + share[3] * (sensed[3] - held[3])
    firing = 2.10 + 14.01 * math.exp(-0.0675 * carotid) + low + ischaemic + chemo + sympathetic
    y[at.SYMPATHETIC] = max(firing, 0.0)
    pace = math.exp((carotid - 25.0) / 7.06)
    y[at.VAGAL] = max((3.2 + 6.3 * pace) / (1.0 + pace) + vagal, 0.0)
    ring_s = int(y[at.RING_S])
    history[ring_s] = y[at.SYMPATHETIC]
    slow = history[(ring_s + 1) % at.RING_S_LENGTH]
    quick = history[(ring_s + at.RING_S_LENGTH - 200) % at.RING_S_LENGTH]
    y[at.RING_S] = (ring_s + 1) % at.RING_S_LENGTH
    ring = int(y[at.RING_V])
    history[at.RING_S_LENGTH + ring] = y[at.VAGAL]
    vagal_then = history[at.RING_S_LENGTH + (ring + 1) % at.RING_V_LENGTH]
    y[at.RING_V] = (ring + 1) % at.RING_V_LENGTH
    two = math.log(max(quick - 2.66 + 1.0, 1.0))
    five = math.log(max(slow - 2.66 + 1.0, 1.0))
    y[at.X_LV] += DT / 8.0 * (p[at.E_LV] + 0.475 * p[at.SIZE_E] * two - y[at.X_LV])
    y[at.X_RV] += DT / 8.0 * (p[at.E_RV] + 0.282 * p[at.SIZE_E] * two - y[at.X_RV])
    y[at.X_SP] += DT / 6.0 * (p[at.BASE_RSP] + 0.695 * p[at.SIZE_R] * two - y[at.X_SP])
    y[at.X_EP] += DT / 6.0 * (p[at.BASE_REP] + 0.53 * p[at.SIZE_R] * two - y[at.X_EP])
    y[at.X_SV] += DT / 20.0 * (p[at.BASE_USV] - 265.4 * p[at.SIZE_U] * five - y[at.X_SV])
    y[at.X_EV] += DT / 20.0 * (p[at.BASE_UEV] - 132.5 * p[at.SIZE_U] * five - y[at.X_EV])
    y[at.X_TS] += DT / 2.0 * (-0.13 * two - y[at.X_TS])
    y[at.X_TV] += DT / 1.5 * (0.09 * vagal_then - y[at.X_TV])


@kernel()
def period_s(y: Array, p: Array, faster: float) -> float:
    """Length of the next beat by rhythm, s; `faster` is a factor on the rate."""
    own = (p[at.BASE_T] + y[at.X_TS] + y[at.X_TV]) / faster
    return min(max(own, 0.27), 3.0)
