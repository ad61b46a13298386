"""Everything that is attached to a patient, and what it shows, a second at a time."""

import msgspec

from abaton.training.physiology.engine import Course
from abaton.training.physiology.influences import Array
from abaton.training.physiology.vitals import Vitals
from abaton.training.sensors.arterial import Arterial, catheter, line_rate, pressure, read_pressure
from abaton.training.sensors.capnogram import Capnogram, breaths_per_min, co2_sensor, end_tidal, gas
from abaton.training.sensors.ecg import Ecg, electrodes, heart_rate, trace
from abaton.training.sensors.pleth import Pleth, light, probe, pulse_rate, spo2
from abaton.training.sensors.pressure_cuff import Cuff, CuffReading, pressed, stale
from abaton.training.sensors.respiration import Respiration, impedance, impedance_rate, impedance_sensor
from abaton.training.sensors.temperature import Temperature, thermometer, warmed


class Bedside(msgspec.Struct, frozen=True, eq=False):
    """Sensors; None is not attached. `msgspec.structs.replace` attaches, takes off and breaks them."""

    ecg: Ecg | None = None
    pleth: Pleth | None = None
    capnogram: Capnogram | None = None
    arterial: Arterial | None = None
    respiration: Respiration | None = None
    temperature: Temperature | None = None
    cuff: Cuff | None = None


class Waves(msgspec.Struct, frozen=True, eq=False):
    """A second of waves; None where nothing is attached or connected.

    Attributes:
        ecg_mv: (250, 12) at 250 Hz, leads in the order of `shapes.LEADS`.
        pleth: (125,) where 1 is the swing of a pulse pressure of 40 mmHg.
        arterial_mmhg: (125,).
        co2_mmhg: (125,).
        impedance_ohm: (125,).
    """

    ecg_mv: Array | None = None
    pleth: Array | None = None
    arterial_mmhg: Array | None = None
    co2_mmhg: Array | None = None
    impedance_ohm: Array | None = None


class Readings(msgspec.Struct, frozen=True):
    """Numbers as displayed; None where they are lost (`--`).

    Attributes:
        time_s: On the patient's clock.
        heart_rate: From the ECG; 0 after 4 s without QRS.
        pulse_rate: From the oximeter, else from the arterial line.
        spo2_pct: Whole %.
        etco2_mmhg: 0 in apnoea.
        respiratory_rate: From CO2 where it is measured, else from impedance; 0 in apnoea.
        arterial_systolic_mmhg, arterial_diastolic_mmhg, arterial_mean_mmhg: Of the line.
        temperature_c: Of the probe.
        cuff: The last reading that succeeded, with its time.
        cuff_mmhg: Pressure in the cuff now; None without one.
        cuff_failed: Whether the last cycle failed.
        cuff_stale: Whether the last reading is old.
    """

    time_s: float
    heart_rate: float | None = None
    pulse_rate: float | None = None
    spo2_pct: float | None = None
    etco2_mmhg: float | None = None
    respiratory_rate: float | None = None
    arterial_systolic_mmhg: float | None = None
    arterial_diastolic_mmhg: float | None = None
    arterial_mean_mmhg: float | None = None
    temperature_c: float | None = None
    cuff: CuffReading | None = None
    cuff_mmhg: float | None = None
    cuff_failed: bool = False
    cuff_stale: bool = True


def attached(seed: int, vitals: Vitals, site: str = "finger", airway: str = "sidestream", line: bool = True) -> Bedside:
    """All sensors of a bed in intensive care.

    Args:
        seed: Of their noise and errors.
        vitals: Now; blood already in the finger is as saturated.
        site: Of the oximeter.
        airway: `sidestream` or `mainstream`.
        line: Whether there is an arterial line.

    Raises:
        Problem: No such site or sensor.
    """
    return Bedside(
        electrodes(seed), probe(seed + 1000, vitals.saturation_pct, site),
        co2_sensor(seed + 2000, airway), catheter(seed + 3000) if line else None,
        impedance_sensor(seed + 4000), thermometer(), Cuff(seed + 5000),
    )  # fmt: skip


def sample(
    bedside: Bedside, course: Course, vitals: Vitals, motion: float = 0.0, st_mv: float = 0.0,
    territory: str = "anterior",
) -> tuple[Bedside, Waves, Readings]:  # fmt: skip
    """A second at the bedside.

    Args:
        bedside: Before.
        course: What the body did in this second, sampled every 8 ms.
        vitals: At its end.
        motion: 0 still to 1 shaking.
        st_mv: See `ecg.trace`.
        territory: See `ecg.trace`.

    Raises:
        Problem: A course of another pace, or an elevation of ST that is not known.
    """
    compressed = float(course["compression"].max()) > 0.05
    heart, light_probe, airway, line = bedside.ecg, bedside.pleth, bedside.capnogram, bedside.arterial
    chest, core, cuff = bedside.respiration, bedside.temperature, bedside.cuff
    ecg_mv = swing = co2 = mmhg = ohm = None
    if heart is not None:
        heart, ecg_mv = trace(heart, course, vitals, st_mv, territory, motion)
    if cuff is not None:
        cuff = pressed(cuff, vitals, disturbed=compressed or motion >= 0.3)
    if light_probe is not None:
        squeezed = cuff is not None and cuff.same_arm and cuff.cuff_mmhg > vitals.mean_mmhg
        light_probe, swing = light(light_probe, course, vitals, motion, squeezed)
    if airway is not None:
        airway, co2 = gas(airway, course)
    if line is not None:
        line, mmhg = pressure(line, course)
    if chest is not None:
        chest, ohm = impedance(chest, course, motion)
    if core is not None:
        core = warmed(core, vitals.temperature_c)
    after = Bedside(heart, light_probe, airway, line, chest, core, cuff)
    waves = Waves(
        ecg_mv if heart is not None and heart.connected else None,
        swing if light_probe is not None and light_probe.connected else None,
        mmhg if line is not None and line.connected else None,
        co2 if airway is not None and airway.connected else None,
        ohm if chest is not None and chest.connected else None,
    )
    return after, waves, readings(after, vitals.time_s)


def readings(bedside: Bedside, time_s: float) -> Readings:
    """The numbers that are displayed now."""
    heart, light_probe, airway, line = bedside.ecg, bedside.pleth, bedside.capnogram, bedside.arterial
    chest, core, cuff = bedside.respiration, bedside.temperature, bedside.cuff
    pulse = saturation = expired = breaths = None
    pressures = None
    if light_probe is not None and light_probe.connected:
        saturation, pulse = spo2(light_probe), pulse_rate(light_probe)
    if line is not None and line.connected:
        pressures = read_pressure(line)
        pulse = line_rate(line) if pulse is None else pulse
    if chest is not None and chest.connected:
        breaths = impedance_rate(chest)
    if airway is not None and airway.connected:
        expired, breaths = end_tidal(airway), breaths_per_min(airway)
    systolic, diastolic, mean = pressures if pressures is not None else (None, None, None)
    return Readings(
        time_s=time_s,
        heart_rate=heart_rate(heart) if heart is not None and heart.connected else None,
        pulse_rate=pulse,
        spo2_pct=saturation,
        etco2_mmhg=expired,
        respiratory_rate=breaths,
        arterial_systolic_mmhg=systolic,
        arterial_diastolic_mmhg=diastolic,
        arterial_mean_mmhg=mean,
        temperature_c=core.value_c if core is not None and core.connected else None,
        cuff=cuff.last if cuff is not None else None,
        cuff_mmhg=cuff.cuff_mmhg if cuff is not None and cuff.connected else None,
        cuff_failed=cuff is not None and cuff.failed_s is not None,
        cuff_stale=cuff is None or stale(cuff, time_s),
    )
