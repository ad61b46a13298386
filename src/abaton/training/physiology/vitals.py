"""What a bedside would read off a body, once a second."""

import msgspec

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
