"""What the pump's motor moves, and what of it reaches the patient."""

from typing import Final

import msgspec

from abaton.training.devices.machine import Happened, Told, with_fields
from abaton.training.devices.pump_chart import ASKING, CHANGING, DELIVERING, RUNNING

MOST_ML_S: Final = 1200.0 / 3600.0
"""Fastest rate, and rate of a bolus: 1200 ml/h (recalled from manuals of syringe pumps, to be checked)."""
OCCLUSION_MMHG: Final = 525.0
"""Pressure at which a blocked line alarms (recalled from manuals; settable there from 75 to 900, to be checked)."""
COMPLIANCE_ML_MMHG: Final = 0.002
"""Of syringe and line: about 1 ml is trapped at 500 mmHg (order of Kim and Steward 1999, recalled, to be checked)."""
FREE_FLOW_ML_S: Final = 1.0
"""By gravity through a 20 G cannula from 1 m: 60 ml/min (recalled from makers' figures, to be checked)."""
PRIME_ML: Final = 2.0
"""Moved by priming: an extension line's volume (recalled from makers' figures, to be checked)."""


class Pump(msgspec.Struct, frozen=True):
    """An infusion pump now.

    Attributes:
        state: In the chart.
        entry: Chosen line of the library; empty if none.
        loaded: Drug that is really in it; empty if none.
        concentration: Of that, ug/ml (1 of fluids).
        volume_ml: Left in the reservoir.
        rate_ml_s: Programmed and confirmed.
        pending_ml_s: Typed in, not yet confirmed.
        unsafe: Whether what is pending is outside the limits: `soft`, `hard` or empty.
        running: Whether an infusion was started and not stopped.
        bolus_ml: Left of the bolus.
        trapped_ml: Pressed into a blocked line.
        connected: Whether the line is at the patient.
        clamp_open: Of the roller clamp on the line.
        mains: Whether it is plugged in.
        battery_s: Left on battery.
        in_state_s: Time in this state.
        time_s: Clock, moved by `after`.
        silenced_until_s: End of the audio pause.
        low_seen: Whether the warning of a low reservoir was acknowledged.
        loaded_s: Time since loading.
        line: Number of the venous line it feeds.
        faults: Names of `FAULTS`.
    """

    state: str = "off"
    entry: str = ""
    loaded: str = ""
    concentration: float = 1.0
    volume_ml: float = 0.0
    rate_ml_s: float = 0.0
    pending_ml_s: float = 0.0
    unsafe: str = ""
    running: bool = False
    bolus_ml: float = 0.0
    trapped_ml: float = 0.0
    connected: bool = True
    clamp_open: bool = True
    mains: bool = True
    battery_s: float = 14400.0
    in_state_s: float = 0.0
    time_s: float = 0.0
    silenced_until_s: float = 0.0
    low_seen: bool = False
    loaded_s: float = 0.0
    line: int = 1
    faults: frozenset[str] = frozenset()


class Given(msgspec.Struct, frozen=True, tag="given"):
    """A drug that reached the patient at once, beyond the rate.

    Attributes:
        drug: In the formulary.
        amount: ug (ml of fluids).
        line: Number of the venous line.
        why: `post_occlusion_bolus` or `primed_into_patient`.
    """

    drug: str
    amount: float
    line: int
    why: str


def motor_ml_s(pump: Pump) -> float:
    """What the motor moves now, ml/s; 0 in every state that does not deliver."""
    if pump.state == "bolus_request":
        return MOST_ML_S
    if pump.state in (*RUNNING, *ASKING) or (pump.state in CHANGING and pump.running):
        return pump.rate_ml_s
    return 0.0


def blocked(pump: Pump) -> bool:
    """Whether nothing passes the line."""
    return "occlusion" in pump.faults or not pump.clamp_open


def free_flow_ml_s(pump: Pump) -> float:
    """What runs by gravity past an open door: only with the clamp open and the anti-flow valve broken."""
    free = pump.state == "door_open" and "anti_flow_valve" in pump.faults and not blocked(pump)
    return FREE_FLOW_ML_S if free and pump.volume_ml > 0.0 else 0.0


def on_battery(pump: Pump) -> bool:
    """Whether it runs on its battery."""
    return not pump.mains or "mains_lost" in pump.faults


def reaching_ml_s(pump: Pump, seconds: float = 1.0) -> float:
    """Mean flow into the patient over the coming seconds, ml/s, if nothing changes."""
    if blocked(pump) or not pump.connected:
        return 0.0
    powered_s = min(seconds, pump.battery_s) if on_battery(pump) else seconds
    bolus_s = min(powered_s, pump.bolus_ml / MOST_ML_S) if pump.state == "bolus_request" else 0.0
    rate = pump.rate_ml_s if pump.state == "bolus_request" else motor_ml_s(pump)
    moved = MOST_ML_S * bolus_s + rate * (powered_s - bolus_s) + free_flow_ml_s(pump) * seconds
    return min(moved, pump.volume_ml) / seconds


def delivering_ug_s(pump: Pump, seconds: float = 1.0) -> float:
    """Drug into the patient over the coming seconds, ug/s (ml/s of fluids): of what is loaded, not what was chosen."""
    return reaching_ml_s(pump, seconds) * pump.concentration if pump.loaded else 0.0


def pressure_mmhg(pump: Pump) -> float:
    """In the line, above that of the vein."""
    return pump.trapped_ml / COMPLIANCE_ML_MMHG


def flowed(pump: Pump, seconds: float) -> Pump:
    """The pump after so long of the same flow: reservoir, bolus, trapped volume."""
    moving = motor_ml_s(pump) + free_flow_ml_s(pump)
    moved_ml = min(moving * seconds, pump.volume_ml)
    trapped = pump.trapped_ml + moved_ml if blocked(pump) and pump.connected else pump.trapped_ml
    bolus = max(0.0, pump.bolus_ml - moved_ml) if pump.state == "bolus_request" else pump.bolus_ml
    return with_fields(pump, volume_ml=pump.volume_ml - moved_ml, trapped_ml=trapped, bolus_ml=bolus)


def released(pump: Pump) -> tuple[Pump, Happened]:
    """What was trapped runs into the patient once the line is free: the bolus after an occlusion."""
    if pump.trapped_ml <= 0.0 or blocked(pump):
        return pump, ()
    amount = pump.trapped_ml * pump.concentration
    freed = with_fields(pump, trapped_ml=0.0)
    if not pump.connected or not pump.loaded:
        return freed, ()
    told = Told("post_occlusion_bolus", f"The line is free, and {pump.trapped_ml:.2f} ml run in at once.")
    return freed, (Given(pump.loaded, amount, pump.line, "post_occlusion_bolus"), told)


def is_delivering(pump: Pump) -> bool:
    """Whether its motor turns."""
    return pump.state in DELIVERING and motor_ml_s(pump) > 0.0
