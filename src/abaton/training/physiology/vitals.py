"""What a bedside would read off a body, once a second."""

import msgspec

from abaton.training.physiology import layout
from abaton.training.physiology.blood import volume_ml
from abaton.training.physiology.engine import Body
from abaton.training.physiology.rhythm import Rhythm


class Vitals(msgspec.Struct, frozen=True):
    """True values, before any sensor's lag, noise or failure.

    Attributes:
        time_s: Since the beginning.
        heart_rate: Electrical beats a minute.
        systolic_mmhg, diastolic_mmhg, mean_mmhg: Of the systemic arteries, over the last beats.
        central_venous_mmhg: Mean pressure of the right atrium.
        pulmonary_mmhg: Mean pulmonary arterial pressure.
        cardiac_output_l_min: Mean flow out of the left ventricle.
        stroke_ml: Of the left ventricle.
        respiratory_rate: Breaths a minute, own or given.
        tidal_ml: Volume of a breath.
        minute_ventilation_l: Litres a minute.
        saturation_pct: Arterial oxygen saturation.
        pao2_mmhg, paco2_mmhg: Arterial gas pressures.
        etco2_mmhg: At the end of expiration; 0 without breaths.
        ph: Arterial.
        lactate_mmol_l: In blood.
        haemoglobin_g_dl: In blood.
        temperature_c: Core.
        blood_volume_ml: Inside the vessels.
        lost_ml: Bled so far.
        coronary_perfusion_mmhg: Aortic less right atrial pressure in diastole (relaxation phase in compressions).
        airway_peak_cmh2o, airway_plateau_cmh2o: Of the last breath given.
        bispectral: Bispectral index, 0 to 100.
        coma_scale: Glasgow, 3 to 15.
        rhythm: Of the heart.
        pulse: Whether a pulse can be felt at the carotid.
    """

    time_s: float
    heart_rate: float
    systolic_mmhg: float
    diastolic_mmhg: float
    mean_mmhg: float
    central_venous_mmhg: float
    pulmonary_mmhg: float
    cardiac_output_l_min: float
    stroke_ml: float
    respiratory_rate: float
    tidal_ml: float
    minute_ventilation_l: float
    saturation_pct: float
    pao2_mmhg: float
    paco2_mmhg: float
    etco2_mmhg: float
    ph: float
    lactate_mmol_l: float
    haemoglobin_g_dl: float
    temperature_c: float
    blood_volume_ml: float
    lost_ml: float
    coronary_perfusion_mmhg: float
    airway_peak_cmh2o: float
    airway_plateau_cmh2o: float
    bispectral: float
    coma_scale: int
    rhythm: Rhythm
    pulse: bool


def vitals_of(body: Body, bis_depression: float = 0.0, wakefulness: float = 1.0) -> Vitals:
    """What a perfect bedside would read off a body now.

    Args:
        body: Whose.
        bis_depression: 0 awake to 1, by drugs (from the influences).
        wakefulness: Factor on the drive of being awake (from the influences): opioids lower it.
    """
    y = body.state
    rhythm = Rhythm(int(y[layout.RHYTHM]))
    electrical = rhythm <= Rhythm.VENTRICULAR_TACHYCARDIA or rhythm == Rhythm.PULSELESS_ELECTRICAL_ACTIVITY
    total = volume_ml(y)
    systolic, diastolic = float(y[layout.SYSTOLIC]), float(y[layout.DIASTOLIC])
    awake = (1.0 - min(max(bis_depression, 0.0), 1.0)) * float(y[layout.BRAIN])
    narcosis = min(max((float(y[layout.PACO2]) - 75.0) / 45.0, 0.0), 0.8)
    awake *= 1.0 - narcosis
    roused = awake * min(1.0, wakefulness / 0.25)
    return Vitals(
        time_s=body.time_ms / 1000,
        heart_rate=60.0 / float(y[layout.PERIOD]) if electrical else 0.0,
        systolic_mmhg=systolic,
        diastolic_mmhg=diastolic,
        mean_mmhg=float(y[layout.MEAN_SA]),
        central_venous_mmhg=float(y[layout.MEAN_RA]),
        pulmonary_mmhg=float(y[layout.MEAN_PA]),
        cardiac_output_l_min=0.06 * float(y[layout.FLOW_LV_SLOW]),
        stroke_ml=float(y[layout.STROKE]),
        respiratory_rate=float(y[layout.RATE]),
        tidal_ml=float(y[layout.TIDAL]),
        minute_ventilation_l=float(y[layout.RATE] * y[layout.TIDAL]) / 1000,
        saturation_pct=float(y[layout.SATURATION]),
        pao2_mmhg=float(y[layout.PAO2]),
        paco2_mmhg=float(y[layout.PACO2]),
        etco2_mmhg=float(y[layout.END_TIDAL]) if y[layout.RATE] > 0.0 else 0.0,
        ph=float(y[layout.PH]),
        lactate_mmol_l=float(y[layout.LACTATE]),
        haemoglobin_g_dl=100.0 * float(y[layout.HAEMOGLOBIN_G]) / total,
        temperature_c=float(y[layout.TEMPERATURE]),
        blood_volume_ml=total,
        lost_ml=float(y[layout.LOST]),
        coronary_perfusion_mmhg=float(y[layout.CPP]),
        airway_peak_cmh2o=float(y[layout.PEAK]),
        airway_plateau_cmh2o=float(y[layout.PLATEAU]),
        bispectral=97.4 * awake,
        coma_scale=3 + round(12 * min(max((roused - 0.35) / 0.55, 0.0), 1.0)),
        rhythm=rhythm,
        pulse=systolic > 50.0 and systolic - diastolic > 12.0,
    )
