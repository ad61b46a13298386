"""How stiffly a hand and the scene hang together, and whether that is passive: checked before anything moves."""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.surgery.force.device import Limits

Array = NDArray[np.float64]

FORCE_GONE_S = 0.010
"""So long after a device or a scene fell silent, at the latest, there is no force."""


class Coupling(msgspec.Struct, frozen=True):
    """The virtual coupling F = k (x_proxy - x_device) - b v, and the bounds of the loop.

    Made by `coupling`, which refuses what is not passive. However it is made, it refuses what would leave a force on
    the hand for longer than `FORCE_GONE_S` after a fault.

    Attributes:
        stiffness_n_m: k.
        damping_n_s_m: b, in contact only.
        period_s: T, of the loop.
        limits: Of the device.
        device_silence_s: A device without a new measurement for so long hangs.
        ramp_down_s: From full force to none after a fault.
        ramp_up_s: From none to full force at the start and after a fault.
        blend_s: Time constant with which a newly published model takes over, so that no force leaps.
        leap_m_s: A hand is not faster than this; what is, is lost tracking.
        reserve_j: Energy that the scene may give beyond what it was given, once.
        controlled: Whether the passivity controller acts; the observer always does.
    """

    stiffness_n_m: float
    damping_n_s_m: float
    period_s: float
    limits: Limits
    device_silence_s: float = 0.0035
    ramp_down_s: float = 0.0035
    ramp_up_s: float = 0.1
    blend_s: float = 0.003
    leap_m_s: float = 5.0
    reserve_j: float = 0.0005
    controlled: bool = True

    def __post_init__(self) -> None:
        """Refuses what would not be safe, also from `msgspec.structs.replace`."""
        spans = (self.period_s, self.device_silence_s, self.ramp_down_s)
        gone_s = sum(spans)
        if not (all(math.isfinite(span) and span > 0 for span in spans) and gone_s <= FORCE_GONE_S):
            raise Problem(
                "coupling_too_slow",
                got=f"a period of {self.period_s * 1000:g} ms, {self.device_silence_s * 1000:g} ms of silence and "
                f"{self.ramp_down_s * 1000:g} ms until the force is gone",
                expected=f"spans above zero, together at most {FORCE_GONE_S * 1000:g} ms",
                next_step="Shorten the silence, the ramp or the period.",
                kind="refused",
            )

    @property
    def scene_silence_s(self) -> float:
        """A scene without a new word for so long hangs, whatever silence it asked for."""
        return FORCE_GONE_S - self.ramp_down_s - self.period_s

    def words(self) -> Array:
        """As the kernel of `rendering` reads it."""
        return np.array(
            [
                self.stiffness_n_m,
                self.damping_n_s_m,
                self.period_s,
                self.limits.force_n,
                self.limits.damping_n_s_m,
                self.limits.mass_kg,
                self.device_silence_s,
                self.ramp_down_s,
                self.ramp_up_s,
                self.blend_s,
                self.leap_m_s,
                self.reserve_j,
                float(self.controlled),
                self.scene_silence_s,
            ]
        )


def coupling(
    limits: Limits, stiffness_n_m: float | None = None, damping_n_s_m: float = 0.0, period_s: float = 0.001
) -> Coupling:
    """A coupling that is passive on this device.

    The device's own damping must exceed K T / 2 + |B| (Colgate and Schenkel 1997, doi
    10.1002/(SICI)1097-4563(199701)14:1<37::AID-ROB4>3.0.CO;2-V, for a wall with a backward difference).

    Args:
        limits: Of the device.
        stiffness_n_m: None takes four fifths of the stiffest that is passive, at most 2000 N/m.
        damping_n_s_m: B, beside the device's own.
        period_s: Of the loop.

    Raises:
        Problem: `coupling_not_passive`, or a figure that is not finite or not positive.
    """
    given = (limits.force_n, limits.damping_n_s_m, limits.mass_kg, period_s, stiffness_n_m or 1.0)
    if not all(math.isfinite(number) and number > 0 for number in given) or not math.isfinite(damping_n_s_m):
        raise Problem(
            "coupling_impossible",
            got=f"force, device damping, mass, period, stiffness = {given}, damping {damping_n_s_m}",
            expected="finite figures above zero",
            next_step="Correct the device's limits or the coupling.",
        )
    stiffest = stiffest_passive(limits, damping_n_s_m, period_s)
    stiffness = min(2000.0, 0.8 * stiffest) if stiffness_n_m is None else stiffness_n_m
    if stiffness >= stiffest or stiffness <= 0:
        raise Problem(
            "coupling_not_passive",
            got=f"stiffness {stiffness:g} N/m with damping {damping_n_s_m:g} N s/m at {period_s * 1000:g} ms "
            f"on a device that damps {limits.damping_n_s_m:g} N s/m",
            expected=f"K T / 2 + |B| below the device's own damping: a stiffness below {max(stiffest, 0.0):g} N/m",
            next_step="Choose a softer coupling, less virtual damping or a shorter period.",
            kind="refused",
        )
    return Coupling(stiffness, damping_n_s_m, period_s, limits)


def stiffest_passive(limits: Limits, damping_n_s_m: float, period_s: float) -> float:
    """The stiffness, N/m, at which b = K T / 2 + |B|; nothing at or above it is passive. May be negative."""
    return 2 * (limits.damping_n_s_m - abs(damping_n_s_m)) / period_s
