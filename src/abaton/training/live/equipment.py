"""Sensors and monitor at the bed: what is attached shows itself as it would, late, noisy and sometimes lost."""

import math
from typing import Any

import msgspec

from abaton.training.devices import alarms, monitor
from abaton.training.devices.alarms import AlarmChange
from abaton.training.devices.monitor import CuffStarted, Monitor, new_monitor
from abaton.training.devices.monitor_limits import Readings as Told
from abaton.training.live.screen import Alarm, Array, Cuff, Line, Numbers
from abaton.training.physiology.engine import Course
from abaton.training.physiology.vitals import Vitals
from abaton.training.sensors import bedside as sensors
from abaton.training.sensors.arterial import catheter
from abaton.training.sensors.bedside import Bedside, Readings
from abaton.training.sensors.capnogram import co2_sensor
from abaton.training.sensors.ecg import electrodes
from abaton.training.sensors.pleth import probe
from abaton.training.sensors.pressure_cuff import Cuff as ArmCuff
from abaton.training.sensors.pressure_cuff import every, started
from abaton.training.sensors.respiration import impedance_sensor
from abaton.training.sensors.temperature import thermometer

LEAD_II = 1
CUFF_EVERY_MIN = 2.0
"""Between cuff measurements, as the monitor begins; `device monitor cuff` measures at once."""


class Equipment(msgspec.Struct, frozen=True, eq=False):
    """What is at the bed.

    Attributes:
        seed: Of the sensors' noise.
        sensors: On the patient.
        monitor: The device.
        cuff: Last pressure by cuff, on the scenario's clock.
        readings: As displayed now.
    """

    seed: int
    sensors: Bedside
    monitor: Monitor
    cuff: Cuff | None = None
    readings: Readings | None = None


def equipped(seed: int) -> Equipment:
    """A monitor that is on, with nothing attached."""
    device, _ = monitor.command(new_monitor(), "switch_on")
    device, _ = monitor.after(device, monitor.START_S)
    return Equipment(seed, Bedside(), device)


def fitted(bed: Equipment, names: frozenset[str], vitals: Vitals) -> Equipment:
    """With these sensors on, and no others; those that stay are as they were."""
    wanted, before = names & monitor.SENSORS.keys(), bed.monitor.attached
    if wanted == before:
        return bed
    device, on = bed.monitor, bed.sensors
    for name in sorted(wanted ^ before):
        device, _ = monitor.command(device, "attach" if name in wanted else "detach", {"sensor": name})
        fresh = _sensors(name, bed.seed, vitals)
        on = msgspec.structs.replace(on, **(fresh if name in wanted else dict.fromkeys(fresh)))
    return msgspec.structs.replace(bed, sensors=on, monitor=device)


def _sensors(name: str, seed: int, vitals: Vitals) -> dict[str, Any]:
    """What is put on the patient, by its field of `Bedside`."""
    if name == "ecg":
        return {"ecg": electrodes(seed), "respiration": impedance_sensor(seed + 4000)}
    if name == "spo2":
        return {"pleth": probe(seed + 1000, vitals.saturation_pct)}
    if name == "capnography":
        return {"capnogram": co2_sensor(seed + 2000)}
    if name == "arterial_line":
        return {"arterial": catheter(seed + 3000)}
    if name == "temperature":
        return {"temperature": thermometer()}
    return {"cuff": every(ArmCuff(seed + 5000), CUFF_EVERY_MIN)}


def told(bed: Equipment, command: str, vitals: Vitals) -> Equipment:
    """After a command to the monitor.

    Raises:
        Problem: It has no such command, or not now.
    """
    device, happened = monitor.command(bed.monitor, command)
    on = bed.sensors
    if any(isinstance(one, CuffStarted) for one in happened) and on.cuff is not None:
        on = msgspec.structs.replace(on, cuff=started(on.cuff, vitals.time_s))
    return msgspec.structs.replace(bed, monitor=device, sensors=on)


def second(
    bed: Equipment, course: Course, vitals: Vitals, time_s: float
) -> tuple[Equipment, dict[str, Array], tuple[Line, ...]]:
    """A second later: the bed, its waves, and alarms that began.

    Args:
        bed: Before.
        course: What the body did.
        vitals: At its end, on the patient's clock.
        time_s: Since arrival.
    """
    on, waves, shown = sensors.sample(bed.sensors, course, vitals)
    cuff = bed.cuff
    if shown.last_cuff is not None and shown.cuff_mean_mmhg is not None:
        one = shown.last_cuff
        cuff = Cuff(one.systolic_mmhg, one.diastolic_mmhg, one.mean_mmhg, time_s)
    heard = Told(**{name: getattr(shown, name) for name in Told.__struct_fields__})
    device, happened = monitor.after(bed.monitor, 1.0, heard)
    lines = tuple(
        Line(time_s, "alarm", one.text)
        for one in happened
        if isinstance(one, AlarmChange) and one.change == "raised" and one.priority == "high"
    )
    lead = None if waves.ecg_mv is None else waves.ecg_mv[:, LEAD_II]
    found = {"ecg": lead, "art": waves.arterial_mmhg, "pleth": waves.pleth, "co2": waves.co2_mmhg}
    drawn = {name: wave for name, wave in found.items() if wave is not None}
    return msgspec.structs.replace(bed, sensors=on, monitor=device, cuff=cuff, readings=shown), drawn, lines


def numbers(bed: Equipment) -> Numbers:
    """The figures that the monitor shows."""
    shown = bed.readings or Readings(0.0)
    heart = shown.heart_rate if shown.heart_rate is not None else shown.pulse_rate
    return Numbers(
        _or_nan(heart), _or_nan(shown.arterial_systolic_mmhg), _or_nan(shown.arterial_diastolic_mmhg),
        _or_nan(shown.arterial_mean_mmhg), _or_nan(shown.spo2_pct), _or_nan(shown.etco2_mmhg),
        _or_nan(shown.respiratory_rate if shown.respiratory_rate is not None else shown.chest_rate),
        _or_nan(shown.temperature_c), bed.cuff,
        bed.sensors.cuff is not None and bed.sensors.cuff.running,
        bed.sensors.cuff is not None and bed.sensors.cuff.failed_s is not None,
    )  # fmt: skip


def alarmed(bed: Equipment) -> tuple[Alarm, ...]:
    """Alarms that are shown, most urgent first."""
    return tuple(Alarm(rule.priority, rule.text) for rule in alarms.seen(bed.monitor.board))


def silenced(bed: Equipment) -> bool:
    """Whether the sound is paused."""
    return alarms.silenced(bed.monitor.board)


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
