"""Where each quantity stands in the body's arrays. Volumes in ml, flows in ml/s, pressures in mmHg, time in s.

Names, not numbers, are used everywhere; compiled functions see them as constants.
"""

STATE = (
    # Circulation: volumes, and two flows that have inertia.
    "V_SA", "F_SA", "V_SP", "V_SV", "V_EV", "V_RA", "V_RV", "V_PA", "F_PA", "V_PP", "V_PV", "V_LA", "V_LV",
    # Heart: place in the beat (0 to 1), beats so far, period of this beat, and what is gathered over it.
    "PHASE", "BEATS", "PERIOD", "HIGH", "LOW", "OUT", "LV_MOST", "LV_LEAST", "PA_HIGH", "PA_LOW",
    "SYSTOLIC", "DIASTOLIC", "STROKE", "EDV", "ESV", "PA_SYSTOLIC", "PA_DIASTOLIC", "BEAT_AGE",
    # One-pole means.
    "MEAN_SA", "MEAN_RA", "MEAN_PA", "MEAN_LA", "FLOW_LV", "FLOW_RV", "FLOW_LV_SLOW", "CPP",
    # Reflexes: afferent, effectors.
    "BARO", "X_LV", "X_RV", "X_SP", "X_EP", "X_SV", "X_EV", "X_TS", "X_TV", "SYMPATHETIC", "VAGAL", "LAST_SA",
    # Five-second means of what the four reflexes sense.
    "SENSED_BARO", "SENSED_LOW", "SENSED_ISCHAEMIC", "SENSED_CHEMO",
    # Blood and water.
    "HAEMOGLOBIN_G", "WATER_PLASMA", "WATER_TISSUE", "LOST", "LOST_BEFORE", "REFILLED", "LACTATE", "TEMPERATURE",
    # Gas: alveolar pressures, contents of brain and tissue, drives, brain flow.
    "PA_O2", "PA_CO2", "B_O2", "B_CO2", "T_O2", "T_CO2", "X_PERIPHERAL", "X_CENTRAL", "PSI_O2", "PSI_CO2",
    "A_O2", "A_CO2", "PAO2", "PACO2", "SATURATION", "PH", "PLUG", "PLUG_PLACE", "V_O2", "V_CO2", "Q_BRAIN",
    # Breathing: volume above FRC, place in the breath, this breath's own wants, and what is gathered over it.
    "LUNG", "AIRFLOW", "BREATH", "BREATHS", "BREATH_PERIOD", "BREATH_EFFORT", "STRIVING", "INHALED", "EXHALED", "DEAD",
    "TIDAL", "TIDAL_PEAK", "TIDAL_LOW", "RATE", "AIRWAY", "PEAK", "PLATEAU", "END_TIDAL", "EXHALED_CO2", "WANTED",
    "PLEURAL", "FRESH",
    # Compressions: place in one, how well the pump is primed.
    "SQUEEZE", "SQUEEZES", "PRIMED",
    # Heart muscle and brain: store of energy, function; hazard gathered.
    "ENERGY", "BRAIN", "HAZARD", "ARREST_S", "WELL_S", "RHYTHM",
    # Places in the ring buffers, and steps so far.
    "RING_S", "RING_V", "STEPS",
)  # fmt: skip
"""Names of the state, in order."""

(
    V_SA, F_SA, V_SP, V_SV, V_EV, V_RA, V_RV, V_PA, F_PA, V_PP, V_PV, V_LA, V_LV,
    PHASE, BEATS, PERIOD, HIGH, LOW, OUT, LV_MOST, LV_LEAST, PA_HIGH, PA_LOW,
    SYSTOLIC, DIASTOLIC, STROKE, EDV, ESV, PA_SYSTOLIC, PA_DIASTOLIC, BEAT_AGE,
    MEAN_SA, MEAN_RA, MEAN_PA, MEAN_LA, FLOW_LV, FLOW_RV, FLOW_LV_SLOW, CPP,
    BARO, X_LV, X_RV, X_SP, X_EP, X_SV, X_EV, X_TS, X_TV, SYMPATHETIC, VAGAL, LAST_SA,
    SENSED_BARO, SENSED_LOW, SENSED_ISCHAEMIC, SENSED_CHEMO,
    HAEMOGLOBIN_G, WATER_PLASMA, WATER_TISSUE, LOST, LOST_BEFORE, REFILLED, LACTATE, TEMPERATURE,
    PA_O2, PA_CO2, B_O2, B_CO2, T_O2, T_CO2, X_PERIPHERAL, X_CENTRAL, PSI_O2, PSI_CO2,
    A_O2, A_CO2, PAO2, PACO2, SATURATION, PH, PLUG, PLUG_PLACE, V_O2, V_CO2, Q_BRAIN,
    LUNG, AIRFLOW, BREATH, BREATHS, BREATH_PERIOD, BREATH_EFFORT, STRIVING, INHALED, EXHALED, DEAD,
    TIDAL, TIDAL_PEAK, TIDAL_LOW, RATE, AIRWAY, PEAK, PLATEAU, END_TIDAL, EXHALED_CO2, WANTED,
    PLEURAL, FRESH,
    SQUEEZE, SQUEEZES, PRIMED,
    ENERGY, BRAIN, HAZARD, ARREST_S, WELL_S, RHYTHM,
    RING_S, RING_V, STEPS,
) = range(len(STATE))  # fmt: skip

PARAMETERS = (
    # Vessels.
    "C_SA", "R_SA", "L_SA", "C_SP", "U_SP", "C_SV", "R_SV", "C_EV", "R_EV", "C_PA", "R_PA", "L_PA", "C_PP", "U_PP",
    "R_PP", "C_PV", "U_PV", "R_PV", "C_LA", "U_LA", "R_LA", "C_RA", "U_RA", "R_RA",
    # Ventricles.
    "P0_LV", "K_LV", "U_LV", "E_LV", "KR_LV", "P0_RV", "K_RV", "U_RV", "E_RV", "KR_RV",
    # Effectors at no firing.
    "BASE_RSP", "BASE_REP", "BASE_USV", "BASE_UEV", "BASE_T", "SET_PN", "SIZE_U", "SIZE_R", "SIZE_E",
    # Lungs, metabolism, blood.
    "FRC", "DEAD_SPACE", "C_LUNG", "R_LUNG", "SHUNT", "VO2", "VCO2", "FLOW_0", "FLOW_BRAIN", "BLOOD", "HB_0",
    "T_SET", "RESERVE", "TISSUE_L", "BRAIN_L", "CVP_SET",
    # Answer to loss of blood.
    "LOW_GAIN", "LOW_LIMIT", "WITHDRAWN", "ISCHAEMIC_GAIN", "ISCHAEMIC_MMHG", "REFILL",
)  # fmt: skip
"""Names of a person's parameters, in order."""

(
    C_SA, R_SA, L_SA, C_SP, U_SP, C_SV, R_SV, C_EV, R_EV, C_PA, R_PA, L_PA, C_PP, U_PP,
    R_PP, C_PV, U_PV, R_PV, C_LA, U_LA, R_LA, C_RA, U_RA, R_RA,
    P0_LV, K_LV, U_LV, E_LV, KR_LV, P0_RV, K_RV, U_RV, E_RV, KR_RV,
    BASE_RSP, BASE_REP, BASE_USV, BASE_UEV, BASE_T, SET_PN, SIZE_U, SIZE_R, SIZE_E,
    FRC, DEAD_SPACE, C_LUNG, R_LUNG, SHUNT, VO2, VCO2, FLOW_0, FLOW_BRAIN, BLOOD, HB_0,
    T_SET, RESERVE, TISSUE_L, BRAIN_L, CVP_SET,
    LOW_GAIN, LOW_LIMIT, WITHDRAWN, ISCHAEMIC_GAIN, ISCHAEMIC_MMHG, REFILL,
) = range(len(PARAMETERS))  # fmt: skip

OUTPUTS = (
    "arterial_mmhg", "central_venous_mmhg", "pulmonary_mmhg", "left_atrial_mmhg", "left_ventricle_ml",
    "heart_phase", "beat", "rhythm", "lung_ml", "airway_cmh2o", "airway_flow_ml_s", "exhaled_co2_mmhg",
    "arterial_saturation_pct", "pleural_mmhg", "compression",
)  # fmt: skip
"""What a course holds, sampled every few ms."""

RING_S_LENGTH = 501
"""Sympathetic firing of the last 5 s."""
RING_V_LENGTH = 21
"""Vagal firing of the last 0.2 s."""
PLUG_ML = 10.0
PLUG_LENGTH = 128
"""Contents of the blood on its way from the lungs, for each 10 ml."""
HISTORY = RING_S_LENGTH + RING_V_LENGTH + 2 * PLUG_LENGTH
