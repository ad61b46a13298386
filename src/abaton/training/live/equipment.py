"""Sensors and monitor at the bed: what is attached shows itself as it would, late, noisy and sometimes lost."""

import math

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


def attach(bed: Equipment, names: frozenset[str], vitals: Vitals) -> Equipment:
    """With these sensors on; those that are on stay as they are."""
    seed, on = bed.seed, bed.sensors
    fresh = (names & monitor.SENSORS.keys()) - bed.monitor.attached
    device = bed.monitor
    for name in sorted(fresh):
        device, _ = monitor.command(device, "attach", {"sensor": name})
        if name == "ecg":
            on = msgspec.structs.replace(on, ecg=electrodes(seed), respiration=impedance_sensor(seed + 4000))
        elif name == "spo2":
            on = msgspec.structs.replace(on, pleth=probe(seed + 1000, vitals.saturation_pct))
        elif name == "capnography":
            on = msgspec.structs.replace(on, capnogram=co2_sensor(seed + 2000))
        elif name == "arterial_line":
            on = msgspec.structs.replace(on, arterial=catheter(seed + 3000))
        elif name == "temperature":
            on = msgspec.structs.replace(on, temperature=thermometer())
        elif name == "nibp":
            on = msgspec.structs.replace(on, cuff=every(ArmCuff(seed + 5000), CUFF_EVERY_MIN))
    return msgspec.structs.replace(bed, sensors=on, monitor=device) if fresh else bed


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
    ended = shown.cuff is not None and shown.cuff != (bed.readings.cuff if bed.readings else None)
    cuff = bed.cuff
    if ended and shown.cuff is not None:
        one = shown.cuff
        cuff = Cuff(one.systolic_mmhg, one.diastolic_mmhg, one.mean_mmhg, time_s)
    before = bed.sensors.cuff
    failed = shown.cuff_failed and not (before is not None and before.failed_s is not None)
    device, happened = monitor.after(bed.monitor, 1.0, _readings(shown, vitals, ended, failed))
    lines = tuple(
        Line(time_s, "alarm", one.text)
        for one in happened
        if isinstance(one, AlarmChange) and one.change == "raised" and one.priority == "high"
    )
    drawn: dict[str, Array] = {}
    if waves.ecg_mv is not None:
        drawn["ecg"] = waves.ecg_mv[:, LEAD_II]
    for name, wave in (("art", waves.arterial_mmhg), ("pleth", waves.pleth), ("co2", waves.co2_mmhg)):
        if wave is not None:
            drawn[name] = wave
    return msgspec.structs.replace(bed, sensors=on, monitor=device, cuff=cuff, readings=shown), drawn, lines


def numbers(bed: Equipment) -> Numbers:
    """The figures that the monitor shows."""
    shown = bed.readings or Readings(0.0)
    heart = shown.heart_rate if shown.heart_rate is not None else shown.pulse_rate
    return Numbers(
        _or_nan(heart), _or_nan(shown.arterial_systolic_mmhg), _or_nan(shown.arterial_diastolic_mmhg),
        _or_nan(shown.arterial_mean_mmhg), _or_nan(shown.spo2_pct), _or_nan(shown.etco2_mmhg),
        _or_nan(shown.respiratory_rate), _or_nan(shown.temperature_c), bed.cuff,
        bed.sensors.cuff is not None and bed.sensors.cuff.running, shown.cuff_failed,
    )  # fmt: skip


def alarmed(bed: Equipment) -> tuple[Alarm, ...]:
    """Alarms that are shown, most urgent first."""
    return tuple(Alarm(rule.priority, rule.text) for rule in alarms.seen(bed.monitor.board))


def silenced(bed: Equipment) -> bool:
    """Whether the sound is paused."""
    return alarms.silenced(bed.monitor.board)


def _readings(shown: Readings, vitals: Vitals, ended: bool, failed: bool) -> Told:
    """What the sensors tell the monitor; the cuff in the second in which it ends only."""
    cuff = shown.cuff if ended else None
    return Told(
        heart_rate=shown.heart_rate,
        rhythm=vitals.rhythm,
        spo2_pct=shown.spo2_pct,
        pulse_rate=shown.pulse_rate,
        arterial_systolic_mmhg=shown.arterial_systolic_mmhg,
        arterial_diastolic_mmhg=shown.arterial_diastolic_mmhg,
        arterial_mean_mmhg=shown.arterial_mean_mmhg,
        cuff_systolic_mmhg=cuff.systolic_mmhg if cuff else None,
        cuff_diastolic_mmhg=cuff.diastolic_mmhg if cuff else None,
        cuff_mean_mmhg=cuff.mean_mmhg if cuff else None,
        cuff_failed=failed,
        etco2_mmhg=shown.etco2_mmhg,
        respiratory_rate=shown.respiratory_rate,
        chest_rate=shown.respiratory_rate,
        temperature_c=shown.temperature_c,
    )


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
