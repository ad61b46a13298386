"""Everything that is attached to a patient, and what it shows, a second at a time."""

import msgspec

from abaton.training.physiology.engine import Course
from abaton.training.physiology.influences import Array
from abaton.training.physiology.rhythm import Rhythm
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
        rhythm: As an analysis of the ECG would call it (it is taken to be right); electrical activity without a pulse
            looks like a rhythm with one; None without electrodes and under compressions or shaking.
        pulse_rate: From the oximeter, else from the arterial line.
        spo2_pct: Whole %.
        etco2_mmhg, respiratory_rate: From CO2; 0 in apnoea.
        chest_rate: From impedance; 0 in apnoea.
        arterial_systolic_mmhg, arterial_diastolic_mmhg, arterial_mean_mmhg: Of the line.
        temperature_c: Of the probe.
        cuff_systolic_mmhg, cuff_diastolic_mmhg, cuff_mean_mmhg: Of a cycle of the cuff, in the second it ends.
        cuff_failed: Whether a cycle ended in this second without a value.
        cuff_mmhg: Pressure in the cuff now; None without one.
        last_cuff: The last cycle that succeeded, with its time.
        cuff_stale: Whether that is old, or followed by a failure.
    """

    time_s: float
    heart_rate: float | None = None
    rhythm: Rhythm | None = None
    pulse_rate: float | None = None
    spo2_pct: float | None = None
    etco2_mmhg: float | None = None
    respiratory_rate: float | None = None
    chest_rate: float | None = None
    arterial_systolic_mmhg: float | None = None
    arterial_diastolic_mmhg: float | None = None
    arterial_mean_mmhg: float | None = None
    temperature_c: float | None = None
    cuff_systolic_mmhg: float | None = None
    cuff_diastolic_mmhg: float | None = None
    cuff_mean_mmhg: float | None = None
    cuff_failed: bool = False
    cuff_mmhg: float | None = None
    last_cuff: CuffReading | None = None
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
    seed %= 2**32
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
    heart, finger, airway, line = bedside.ecg, bedside.pleth, bedside.capnogram, bedside.arterial
    chest, core, cuff = bedside.respiration, bedside.temperature, bedside.cuff
    ecg_mv = swing = co2 = mmhg = ohm = None
    if heart is not None:
        heart, ecg_mv = trace(heart, course, vitals, st_mv, territory, motion)
    if cuff is not None:
        cuff = pressed(cuff, vitals, disturbed=compressed or motion >= 0.3)
    if finger is not None:
        squeezed = cuff is not None and cuff.same_arm and cuff.cuff_mmhg > vitals.mean_mmhg
        finger, swing = light(finger, course, vitals, motion, squeezed)
    if airway is not None:
        airway, co2 = gas(airway, course)
    if line is not None:
        line, mmhg = pressure(line, course)
    if chest is not None:
        chest, ohm = impedance(chest, course, motion)
    if core is not None:
        core = warmed(core, vitals.temperature_c)
    after = Bedside(heart, finger, airway, line, chest, core, cuff)
    waves = Waves(
        ecg_mv if heart is not None and heart.connected else None,
        swing if finger is not None and finger.connected else None,
        mmhg if line is not None and line.connected else None,
        co2 if airway is not None and airway.connected else None,
        ohm if chest is not None and chest.connected else None,
    )
    seen = None if compressed or motion >= 0.5 else vitals.rhythm
    return after, waves, readings(after, vitals.time_s, seen)


def readings(bedside: Bedside, time_s: float, rhythm: Rhythm | None = None) -> Readings:
    """The numbers that are displayed now.

    Args:
        bedside: Now.
        time_s: On the patient's clock.
        rhythm: The heart's, where nothing covers it.
    """
    heart, finger, airway, line = bedside.ecg, bedside.pleth, bedside.capnogram, bedside.arterial
    chest, core, cuff = bedside.respiration, bedside.temperature, bedside.cuff
    pulse = saturation = expired = breaths = moves = rate = None
    pressures = None
    if heart is not None and heart.connected:
        rate = heart_rate(heart)
    if finger is not None and finger.connected:
        saturation, pulse = spo2(finger), pulse_rate(finger)
    if line is not None and line.connected:
        pressures = read_pressure(line)
        pulse = line_rate(line) if pulse is None else pulse
    if chest is not None and chest.connected:
        moves = impedance_rate(chest)
    if airway is not None and airway.connected:
        expired, breaths = end_tidal(airway), breaths_per_min(airway)
    systolic, diastolic, mean = pressures if pressures is not None else (None, None, None)
    last = cuff.last if cuff is not None else None
    fresh = last if last is not None and last.taken_s == time_s else None
    return Readings(
        time_s=time_s,
        heart_rate=rate,
        rhythm=_looks_like(rhythm, rate) if heart is not None and heart.connected else None,
        pulse_rate=pulse,
        spo2_pct=saturation,
        etco2_mmhg=expired,
        respiratory_rate=breaths,
        chest_rate=moves,
        arterial_systolic_mmhg=systolic,
        arterial_diastolic_mmhg=diastolic,
        arterial_mean_mmhg=mean,
        temperature_c=core.value_c if core is not None and core.connected else None,
        cuff_systolic_mmhg=fresh.systolic_mmhg if fresh is not None else None,
        cuff_diastolic_mmhg=fresh.diastolic_mmhg if fresh is not None else None,
        cuff_mean_mmhg=fresh.mean_mmhg if fresh is not None else None,
        cuff_failed=cuff is not None and cuff.failed_s == time_s,
        cuff_mmhg=cuff.cuff_mmhg if cuff is not None and cuff.connected else None,
        last_cuff=last,
        cuff_stale=cuff is None or cuff.failed_s is not None or stale(cuff, time_s),
    )


def _looks_like(rhythm: Rhythm | None, rate: float | None) -> Rhythm | None:
    if rhythm is not Rhythm.PULSELESS_ELECTRICAL_ACTIVITY:
        return rhythm
    return Rhythm.BRADYCARDIA if rate is not None and rate < 50 else Rhythm.SINUS
