"""The body in time: `advance` steps circulation by 1 ms, reflexes and breathing by 10, gases by 20.

One call costs about 90 microseconds of processor time for each second of the body. The same state, parameters and
influences give the same bits. What this module calls is compiled into it: machine code kept beside it is renewed
when this file changes.
"""

import math

import msgspec
import numpy as np

from abaton.core.errors import Problem
from abaton.core.kernels import kernel
from abaton.training.physiology import layout as at
from abaton.training.physiology.blood import transfuse, volume_ml
from abaton.training.physiology.breathing import BAG, PCV, PSV, SPONTANEOUS, VCV, breathe, capnogram, wanted_l_min
from abaton.training.physiology.circulation import circulate
from abaton.training.physiology.exchange import exchange
from abaton.training.physiology.influences import INDEX, INFLUENCES, LEAST, Array, Support
from abaton.training.physiology.parameters import parameters_of
from abaton.training.physiology.person import Person
from abaton.training.physiology.reflexes import REFLEXES, afferents, period_s, regulate
from abaton.training.physiology.rhythm import Rhythm

RESISTANCE, CONTRACTILITY, HEART_RATE = INDEX["log_resistance"], INDEX["log_contractility"], INDEX["log_heart_rate"]
METABOLISM, NARROW, STIFF = INDEX["log_metabolism"], INDEX["log_airway_resistance"], INDEX["log_compliance"]
DRIVE, WAKE, GAIN, UPPER = (
    INDEX["log_drive"], INDEX["log_wakefulness"], INDEX["log_baroreflex"], INDEX["log_upper_airway"],
)  # fmt: skip
DILATED, PLEURAL_IN, SHUNT_IN = INDEX["venous_unstressed_ml"], INDEX["pleural_mmhg"], INDEX["shunt"]
ARTERIAL, VENOUS, LEAK = INDEX["arterial_bleed_ml_s_mmhg"], INDEX["venous_bleed_ml_s_mmhg"], INDEX["leak_ml_s"]
CRYSTALLOID, BLOOD_IN, TEMPERATURE_IN = INDEX["crystalloid_ml_s"], INDEX["blood_ml_s"], INDEX["temperature_set_c"]
LACTATE_IN, SYMPATHETIC_IN, VAGAL_IN = INDEX["lactate_mmol_min"], INDEX["sympathetic"], INDEX["vagal"]
HAZARD_IN = INDEX["arrhythmia_hazard_per_min"]

COMPRESSION_MMHG, LEAN_SHARE = 34.0, 0.5
"""Pressure of a compression of 50 mm on the heart; calibrated to flow of 17 to 27 % (Redberg 1993, Kim 2008)."""


class Body(msgspec.Struct, frozen=True, eq=False):
    """A body at one time; copy it to branch.

    Attributes:
        time_ms: Since it began.
        state: (len(at.STATE),) float64.
        history: (at.HISTORY,) float64: reflexes under way, blood on its way from the lungs.
        parameters: (len(at.PARAMETERS),) float64.
    """

    time_ms: int
    state: Array
    history: Array
    parameters: Array


class Course(msgspec.Struct, frozen=True, eq=False):
    """What happened, sampled.

    Attributes:
        every_ms: Between samples.
        values: (n, len(at.OUTPUTS)) float64.
    """

    every_ms: int
    values: Array

    def __getitem__(self, name: str) -> Array:
        """(n,) one output by its name."""
        return self.values[:, at.OUTPUTS.index(name)]


class Hold(msgspec.Struct, frozen=True, eq=False):
    """Reflexes held where they were.

    Attributes:
        held: (4,) what each sensed, from `sensed`.
        share: (4,) 1 acts, 0 held.
    """

    held: Array
    share: Array


FREE = Hold(np.zeros(len(REFLEXES)), np.ones(len(REFLEXES)))


def begin(person: Person, threshold: float = 1.0, settle_s: int = 300) -> Body:
    """A body at rest, lying, awake, breathing air.

    Args:
        person: Whose.
        threshold: Hazard that the heart bears before it fibrillates; draw it from an exponential distribution.
        settle_s: For how long it comes to rest first.

    Raises:
        Problem: The model does not stand for such a person.
    """
    p = parameters_of(person)
    y, history = _first(p, threshold)
    body = Body(0, y, history, p)
    quiet = np.zeros(len(INFLUENCES))
    for _ in range(settle_s // 60):
        body, course = advance(body, quiet, Support(), 60_000, 20)
        # Low-pressure receptors are set to the person's own filling at rest.
        own = p.copy()
        own[at.CVP_SET] = float((course["central_venous_mmhg"] - course["pleural_mmhg"])[-1500:].mean()) - 0.05
        # What little is drawn from tissue while it settles is given back: volume is the person's own.
        state = body.state.copy()
        state[at.V_EV] += p[at.BLOOD] - volume_ml(state)
        state[at.REFILLED] = 0.0
        state[at.HAEMOGLOBIN_G] = p[at.HB_0] * p[at.BLOOD] / 100
        body = msgspec.structs.replace(body, state=state, parameters=own)
    return msgspec.structs.replace(body, time_ms=0)


def advance(
    body: Body, influences: Array, support: Support, ms: int = 1000, every_ms: int = 8, hold: Hold = FREE
) -> tuple[Body, Course]:
    """The body `ms` later, and what it did.

    Args:
        body: Now; it stays as it is.
        influences: (len(INFLUENCES),), the sum of contributions, for the whole time.
        support: What hands and machines do meanwhile.
        ms: At least 20, a multiple of 20.
        every_ms: Between samples of the course.
        hold: Reflexes that are held.

    Raises:
        Problem: Inputs that are not finite or of another shape, or a support that no device can give.
    """
    if influences.shape != (len(INFLUENCES),) or not np.isfinite(influences).all():
        raise _refused("influences that are not finite numbers", f"{len(INFLUENCES)} finite numbers")
    if (influences < LEAST - 1e-12).any():
        worst = INFLUENCES[int(np.argmin(influences - LEAST))]
        raise _refused(f"{worst} of {influences[INDEX[worst]]:g} in all", "a sum that is not negative")
    if ms < 20 or ms % 20 or every_ms < 1:
        raise _refused(f"{ms} ms sampled every {every_ms}", "a multiple of 20 ms")
    y, history = body.state.copy(), body.history.copy()
    out = np.empty((ms // every_ms, len(at.OUTPUTS)))
    _run(y, history, body.parameters, influences, support_vector(support), hold.held, hold.share, ms, every_ms, out)
    return Body(body.time_ms + ms, y, history, body.parameters), Course(every_ms, out)


def sensed(body: Body) -> Array:
    """(4,) what the reflexes have sensed in the last seconds, for `Hold`."""
    return body.state[at.SENSED_BARO : at.SENSED_CHEMO + 1].copy()


def set_rhythm(body: Body, rhythm: Rhythm, energy: float | None = None) -> Body:
    """The body with another rhythm from now on; `energy` is how much the heart muscle has left, 0 to 1, if it changes.

    Raises:
        Problem: Energy outside 0 to 1.
    """
    state = body.state.copy()
    if energy is not None:
        if not 0 <= energy <= 1:
            raise _refused(f"energy {energy}", "0 to 1")
        state[at.ENERGY] = energy
    state[at.RHYTHM] = float(rhythm)
    state[at.ARREST_S] = state[at.WELL_S] = 0.0
    return msgspec.structs.replace(body, state=state)


def support_vector(support: Support) -> Array:
    """(11,) as the compiled engine takes it.

    Raises:
        Problem: A value that no device can give.
    """
    numbers = (
        support.inspired_oxygen, support.rate_per_min, support.tidal_ml, support.inspiratory_cmh2o,
        support.peep_cmh2o, support.inspiratory_s, support.compression_per_min, support.compression_depth_mm,
        support.compression_residual_mm,
    )  # fmt: skip
    if not all(math.isfinite(number) and number >= 0 for number in numbers) or support.inspired_oxygen > 1:
        raise _refused(f"support of {numbers}", "finite numbers, none negative, oxygen at most 1")
    if support.ventilation not in ("spontaneous", "bag", "ventilator"):
        raise _refused(f"ventilation {support.ventilation!r}", "spontaneous, bag or ventilator")
    mode = {"spontaneous": SPONTANEOUS, "bag": BAG}.get(support.ventilation)
    if mode is None:
        modes = {"vcv": VCV, "pcv": PCV, "psv": PSV}
        if support.mode not in modes:
            raise _refused(f"the ventilator mode {support.mode!r}", "vcv, pcv or psv")
        mode = modes[support.mode]
    if mode not in (SPONTANEOUS, PSV) and not 1 <= support.rate_per_min <= 60:
        raise _refused(f"{support.rate_per_min:g} breaths a minute", "1 to 60")
    if mode != SPONTANEOUS and support.inspiratory_s < 0.2:
        raise _refused(f"an inspiration of {support.inspiratory_s:g} s", "at least 0.2 s")
    amplitude = COMPRESSION_MMHG * (support.compression_depth_mm / 50) ** 1.5
    lean = LEAN_SHARE * COMPRESSION_MMHG * (support.compression_residual_mm / 50) ** 1.5
    return np.array([
        support.inspired_oxygen, mode, max(support.rate_per_min, 1.0), support.tidal_ml, support.inspiratory_cmh2o,
        support.peep_cmh2o, support.inspiratory_s, amplitude, lean, support.compression_per_min / 60,
        2.0 if support.tube else 1.0 if support.airway_open else 0.0,
    ])  # fmt: skip


def _refused(got: str, expected: str) -> Problem:
    return Problem(
        "physiology_input", got=got, expected=expected, next_step="Correct the order or setting that led to it."
    )


def _first(p: Array, threshold: float) -> tuple[Array, Array]:
    """Near rest; `begin` lets it settle."""
    y = np.zeros(len(at.STATE))
    place = {name: number for number, name in enumerate(at.STATE)}
    size, easy = p[at.SIZE_U], p[at.SIZE_R]
    filled = {
        "V_SA": 92 * p[at.C_SA], "F_SA": 88.0, "V_SP": p[at.U_SP] + 90 * p[at.C_SP], "V_RA": 150 * size,
        "V_RV": 120 * size, "V_PA": 13 * p[at.C_PA], "F_PA": 88.0, "V_PP": p[at.U_PP] + 11 * p[at.C_PP],
        "V_PV": p[at.U_PV] + 7 * p[at.C_PV], "V_LA": 150 * size, "V_LV": 120 * size,
        "PERIOD": 0.83, "MEAN_SA": 92.0, "MEAN_RA": 4.0, "FLOW_LV": 88.0, "FLOW_RV": 88.0, "FLOW_LV_SLOW": 88.0,
        "CPP": 70.0, "BARO": 92.0, "LAST_SA": 92.0, "X_LV": p[at.E_LV] + 0.56 / size,
        "X_RV": p[at.E_RV] + 0.34 / size, "X_SP": p[at.BASE_RSP] + 0.82 * easy,
        "X_EP": p[at.BASE_REP] + 0.63 * easy, "X_SV": p[at.BASE_USV] - 314 * size,
        "X_EV": p[at.BASE_UEV] - 157 * size, "X_TS": -0.154, "X_TV": 0.4,
        "HAEMOGLOBIN_G": p[at.HB_0] * p[at.BLOOD] / 100, "LACTATE": 1.0, "TEMPERATURE": p[at.T_SET],
        "PA_O2": 100.0, "PA_CO2": 39.0, "B_O2": 33 * 3.17e-5, "B_CO2": 45.5 * 6.67e-4 + 0.5824,
        "T_O2": 40 * 3.17e-5, "T_CO2": 45.5 * 1.334e-3 + 0.5524, "A_O2": 0.197, "A_CO2": 0.48, "PAO2": 93.0,
        "PACO2": 39.5, "SATURATION": 97.0, "PH": 7.4, "V_O2": 0.15, "V_CO2": 0.52, "WANTED": 4.3,
        "BREATH_PERIOD": 4.6, "BREATH_EFFORT": 6.0, "STRIVING": 1.0, "ENERGY": 1.0, "BRAIN": 1.0, "HAZARD": -threshold,
    }  # fmt: skip
    for name, value in filled.items():
        y[place[name]] = value
    y[at.V_SV] = y[at.X_SV] + 6 * p[at.C_SV]
    y[at.V_EV] += p[at.BLOOD] - volume_ml(y)
    history = np.zeros(at.HISTORY)
    history[: at.RING_S_LENGTH] = 4.87
    history[at.RING_S_LENGTH : at.RING_S_LENGTH + at.RING_V_LENGTH] = 4.5
    plug = at.RING_S_LENGTH + at.RING_V_LENGTH
    history[plug : plug + at.PLUG_LENGTH] = 0.197
    history[plug + at.PLUG_LENGTH :] = 0.48
    return y, history


@kernel()
def _effort(rhythm: float) -> float:
    """Factor on the ventricles' strength in a rhythm that fills them badly or beats them out of step; stylised.

    Set so that atria that fibrillate take what a faster heart would bring, and ventricular tachycardia about a quarter
    of the pressure at rest.
    """
    if rhythm == 2.0:  # tachycardia
        return 0.35
    if rhythm == 3.0:  # atrial fibrillation
        return 0.55
    return 0.22 if rhythm == 4.0 else 1.0  # ventricular tachycardia


@kernel()
def _run(
    y: Array, history: Array, p: Array, u: Array, support: Array, held: Array, share: Array, ms: int, every_ms: int,
    out: Array,
) -> None:  # fmt: skip
    """`ms` milliseconds; changes `y` and `history`, fills `out`."""
    strength, resistance = math.exp(u[CONTRACTILITY]), math.exp(u[RESISTANCE])
    faster, gain = math.exp(u[HEART_RATE]), math.exp(u[GAIN])
    mode, squeeze_hz = support[1], support[9]
    amplitude, lean = (support[7], support[8]) if squeeze_hz > 0.0 else (0.0, 0.0)
    dead_space = p[at.DEAD_SPACE] * (0.55 if support[10] > 1.5 else 1.0)
    feels = np.empty(4)
    given, pressing = 0.0, 0.0
    thorax = u[PLEURAL_IN]
    beat = y[at.PERIOD]
    for ms_now in range(ms):
        if ms_now % 10 == 0:
            upper = math.exp(u[UPPER])
            if y[at.BRAIN] < 0.4:
                upper *= 0.3
            if support[10] > 1.5:
                upper = 1.0
            elif support[10] > 0.5:
                upper = max(upper, 0.5)
            moved = breathe(
                y, p, math.exp(u[STIFF]), math.exp(u[NARROW]), upper, mode, support[2], support[3], support[4],
                support[5], support[6], dead_space,
            )  # fmt: skip
            flow = y[at.FLOW_LV_SLOW] / (p[at.FLOW_0] / 0.06)
            wasted = 0.03 + 0.79 * (1.0 - min(flow, 1.0))
            y[at.FRESH] += capnogram(y, moved, y[at.PA_CO2], wasted, dead_space)
            # Pressure around the heart, beyond that of a quiet chest at rest.
            thorax = u[PLEURAL_IN] + y[at.PLEURAL]
            afferents(y, p, thorax, gain, feels)
            regulate(y, p, history, feels, held, share, u[SYMPATHETIC_IN], u[VAGAL_IN])
            given = transfuse(
                y, p, y[at.PLEURAL], u[CRYSTALLOID], u[BLOOD_IN], u[LEAK], u[TEMPERATURE_IN], u[LACTATE_IN]
            )
            beat = _beat(y, p, faster)
        if ms_now % 20 == 0:
            hb = y[at.HAEMOGLOBIN_G] / volume_ml(y) * 100.0 / 15.0
            exchange(
                y,
                p,
                history,
                y[at.FRESH],
                support[0],
                u[UPPER] > -3.0,
                u[SHUNT_IN],
                math.exp(u[METABOLISM]),
                max(hb, 0.05),
            )
            y[at.FRESH] = 0.0
            y[at.WANTED] = wanted_l_min(y, math.exp(u[DRIVE]), math.exp(u[WAKE]), y[at.X_PERIPHERAL], y[at.X_CENTRAL])
        pressing = circulate(
            y, p, beat, strength * _effort(y[at.RHYTHM]), resistance, u[DILATED], thorax, amplitude, lean, squeeze_hz,
            u[ARTERIAL], u[VENOUS], given,
        )  # fmt: skip
        y[at.STEPS] += 1.0
        if int(y[at.STEPS]) % 1000 == 0:
            _turn(y, u[HAZARD_IN])
        if (ms_now + 1) % every_ms == 0 and ms_now // every_ms < len(out):
            _sample(y, p, thorax, pressing, amplitude, out[ms_now // every_ms])


@kernel()
def _beat(y: Array, p: Array, faster: float) -> float:
    """Length of the next beat by rhythm, s."""
    own = period_s(y, p, faster)
    rhythm = y[at.RHYTHM]
    if y[at.ENERGY] < 0.6:
        # A heart without oxygen slows before it stops.
        own *= 1.0 + 0.9 * (0.6 - y[at.ENERGY]) / 0.6
    if rhythm == 1.0:
        return max(1.9 * own, 1.3)
    if rhythm == 2.0:
        return 0.35
    if rhythm == 3.0:
        chance = math.sin(12.9898 * (y[at.BEATS] + 1.0)) * 43758.5453
        return 0.62 * own * (0.7 + 0.6 * (chance - math.floor(chance)))
    if rhythm == 4.0:
        return 0.33
    return own


@kernel()
def _turn(y: Array, hazard_per_min: float) -> None:
    """Once a second: what the rhythm turns into by the heart's store of energy, pressure and chance."""
    rhythm, energy = y[at.RHYTHM], y[at.ENERGY]
    if rhythm < 5.0:
        ischaemic = 1.5 * max(0.35 - energy, 0.0)
        y[at.HAZARD] += (max(hazard_per_min, 0.0) + ischaemic + (0.4 if rhythm == 4.0 else 0.0)) / 60.0
        y[at.ARREST_S] = y[at.ARREST_S] + 1.0 if y[at.SYSTOLIC] < 40.0 else 0.0
        if y[at.HAZARD] >= 0.0:
            y[at.HAZARD] = -1.0
            y[at.RHYTHM] = 5.0
            y[at.ARREST_S] = y[at.WELL_S] = 0.0
        elif y[at.ARREST_S] > 15.0 and energy < 0.4:
            y[at.RHYTHM] = 6.0
            y[at.WELL_S] = 0.0
        return
    y[at.ARREST_S] += 1.0
    if rhythm == 5.0:
        if energy < 0.03:
            y[at.RHYTHM] = 7.0
        return
    # Return of circulation: coronary perfusion of 15 mmHg or more (Paradis 1990), and the store filled again.
    well = energy > 0.6 and y[at.CPP] >= 15.0
    y[at.WELL_S] = y[at.WELL_S] + 1.0 if well else 0.0
    if y[at.WELL_S] >= 10.0:
        y[at.RHYTHM] = 0.0
        y[at.PHASE] = 0.0
        y[at.ARREST_S] = y[at.WELL_S] = 0.0
    elif rhythm == 6.0 and energy < 0.05:
        y[at.RHYTHM] = 7.0


@kernel(inline=True)
def _sample(y: Array, p: Array, thorax: float, pressing: float, amplitude: float, row: Array) -> None:
    row[0] = y[at.V_SA] / p[at.C_SA]
    row[1] = (y[at.V_RA] - p[at.U_RA]) / p[at.C_RA] + thorax + 0.6 * pressing
    row[2] = y[at.V_PA] / p[at.C_PA] + thorax + 0.6 * pressing
    row[3] = (y[at.V_LA] - p[at.U_LA]) / p[at.C_LA] + thorax + 0.6 * pressing
    row[4] = y[at.V_LV]
    row[5] = y[at.PHASE] if y[at.RHYTHM] < 5.0 or y[at.RHYTHM] == 6.0 else math.nan
    row[6] = y[at.BEATS]
    row[7] = y[at.RHYTHM]
    row[8] = y[at.LUNG]
    row[9] = y[at.AIRWAY]
    row[10] = y[at.AIRFLOW]
    row[11] = y[at.EXHALED_CO2]
    row[12] = y[at.SATURATION]
    row[13] = thorax
    row[14] = pressing / amplitude if amplitude > 0.0 else 0.0
