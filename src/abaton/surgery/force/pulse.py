"""Force for hands without a haptic device: pulses of a controller, and where the drawn tool must lie."""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem

Array = NDArray[np.float64]

FAINTEST_N = 0.1
"""Below about this a force on the hand is not felt; the logarithmic scale (Weber and Fechner) begins here."""
SHORTEST_S, LONGEST_S = 0.01, 0.05
_SHARP_N_S = 20.0


class Pulse(msgspec.Struct, frozen=True):
    """For `GamepadHapticActuator.pulse`.

    Attributes:
        amplitude: 0 to 1.
        duration_s: At most `LONGEST_S`, so that a lost connection ends it.
    """

    amplitude: float
    duration_s: float


def pulse_of(force_n: float, rate_n_s: float, full_n: float, strongest: float = 1.0) -> Pulse:
    """The pulse that stands for a force: log-scaled in amplitude, short and strong where force leaps.

    A force or rate that is not finite makes no pulse.

    Args:
        force_n: Its size.
        rate_n_s: Its change.
        full_n: The force at which the pulse is strongest.
        strongest: Of the person's settings, 0 to 1.

    Raises:
        Problem: `full_n` is not above zero or `strongest` not within 0 to 1.
    """
    if not (full_n > 0 and math.isfinite(full_n) and 0 <= strongest <= 1):
        raise Problem(
            "pulse_out_of_range",
            got=f"full force {full_n} N, strongest {strongest}",
            expected="a full force above zero and a strongest pulse of 0 to 1",
            next_step="Correct the settings of the controller.",
        )
    if not (math.isfinite(force_n) and math.isfinite(rate_n_s)):
        return Pulse(0.0, SHORTEST_S)
    sharp = min(1.0, abs(rate_n_s) / _SHARP_N_S)
    level = math.log1p(abs(force_n) / FAINTEST_N) / math.log1p(full_n / FAINTEST_N)
    amplitude = strongest * min(1.0, level * (1.0 + 0.5 * sharp))
    return Pulse(amplitude, LONGEST_S - (LONGEST_S - SHORTEST_S) * sharp)


class Drawn(msgspec.Struct, frozen=True, eq=False):
    """Where the drawn tool lies.

    Attributes:
        position_m: (3,).
        ratio: Drawn way for the hand's way since contact (control/display), `least` to 1.
        spent: Share of the force budget, may exceed 1.
    """

    position_m: Array
    ratio: float
    spent: float


def drawn_tool(
    hand_m: Array, contact_m: Array, force_n: float, budget_n: float, least: float = 0.2, farthest_m: float = 0.04
) -> Drawn:
    """Pseudo-haptics: the stiffer the tissue, the less the drawn tool follows the hand (Lecuyer et al. 2000).

    The ratio falls from 1 without force to `least` where the budget is spent. Drawn tool and hand are never farther
    apart than `farthest_m`.

    Args:
        hand_m: (3,), the real hand.
        contact_m: (3,), where the hand was when it touched.
        force_n: Size of the tissue's answer.
        budget_n: What this task allows.
        least: Of the ratio.
        farthest_m: Between drawn tool and hand.

    Raises:
        Problem: Tracking is lost, or a bound is impossible.
    """
    if not (np.isfinite(hand_m).all() and np.isfinite(contact_m).all() and math.isfinite(force_n)):
        raise Problem(
            "tracking_lost",
            got="a hand or force that is not finite",
            expected="finite metres and newtons",
            next_step="Keep the tool where it was drawn last.",
            kind="unavailable",
        )
    if not (budget_n > 0 and 0 < least <= 1 and farthest_m > 0):
        raise Problem(
            "budget_out_of_range",
            got=f"budget {budget_n} N, least ratio {least}, farthest {farthest_m} m",
            expected="figures above zero and a ratio of at most 1",
            next_step="Correct the budget of the task.",
        )
    spent = abs(force_n) / budget_n
    ratio = 1.0 - (1.0 - least) * min(1.0, spent)
    way = hand_m - contact_m
    apart = (1.0 - ratio) * float(np.linalg.norm(way))
    if apart > farthest_m:
        ratio = 1.0 - farthest_m / float(np.linalg.norm(way))
    return Drawn(contact_m + ratio * way, ratio, spent)
