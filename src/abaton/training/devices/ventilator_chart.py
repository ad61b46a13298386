"""The ventilator's states, arrows, commands, settings and alarms, as data."""

from typing import Final

from abaton.training.devices.alarms import Rule
from abaton.training.devices.machine import STAY, Argument, Chart, Move

MODES: Final = ("vcv", "pcv", "psv")
BREATHING: Final = (*MODES, "backup")
STANDBY_S: Final = 30.0
"""A patient on a ventilator in standby for so long is a use error (ours)."""
STEP_S: Final = 1.0
"""Alarms are judged once in so long at least."""

FAULTS: Final = {
    "disconnection": "The circuit came off the tube.",
    "oxygen_supply": "No oxygen from the wall: it blows air.",
    "power": "No power from the wall, and the battery is empty.",
}

CHART: Final = Chart(
    "ventilator",
    ("off", "standby", *BREATHING, "confirm_standby"),
    "off",
    (
        Move("switch_on", ("off",), "standby"),
        Move("switch_off", ("standby",), "off"),
        *(Move("start", ("standby",), mode, f"is_{mode}") for mode in MODES),
        Move("set_mode", ("standby",), STAY),
        *(Move("set_mode", BREATHING, mode, f"is_{mode}") for mode in MODES),
        Move("set", ("standby", *BREATHING, "confirm_standby"), STAY),
        Move("set_limit", ("standby", *BREATHING, "confirm_standby"), STAY),
        Move("go_standby", BREATHING, "confirm_standby"),
        Move("confirm", ("confirm_standby",), "standby"),
        *(Move("cancel", ("confirm_standby",), mode, f"is_{mode}") for mode in MODES),
        Move("connect", ("off", "standby", *BREATHING, "confirm_standby"), STAY),
        Move("disconnect", ("off", "standby", *BREATHING, "confirm_standby"), STAY),
        Move("silence", ("standby", *BREATHING, "confirm_standby"), STAY),
        Move("acknowledge", ("standby", *BREATHING, "confirm_standby"), STAY),
        Move("apnoea", ("psv", "confirm_standby"), "backup", "is_psv"),
        Move("breathes", ("backup",), "psv"),
        Move("power_gone", ("standby", *BREATHING, "confirm_standby"), "off"),
    ),
)

SETTINGS: Final[dict[str, Argument]] = {
    "inspired_oxygen": Argument("fraction of oxygen", 0.21, 1.0),
    "rate_per_min": Argument("breaths given a minute", 4, 60),
    "tidal_ml": Argument("volume of a breath in vcv, ml", 50, 1500),
    "inspiratory_cmh2o": Argument("pressure above PEEP in pcv, cmH2O", 1, 50),
    "support_cmh2o": Argument("pressure above PEEP in psv, cmH2O", 0, 40),
    "peep_cmh2o": Argument("pressure at the end of expiration, cmH2O", 0, 25),
    "inspiratory_s": Argument("length of an inspiration, s", 0.3, 3.0),
    "backup_rate_per_min": Argument("breaths a minute of the backup", 4, 30),
    "backup_cmh2o": Argument("pressure above PEEP of the backup, cmH2O", 5, 30),
}
LIMITS: Final[dict[str, Argument]] = {
    "peak_cmh2o": Argument("highest airway pressure, cmH2O; a breath ends there", 10, 80),
    "tidal_low_ml": Argument("least volume that comes back, ml", 0, 1000),
    "rate_high_per_min": Argument("most breaths a minute", 10, 80),
    "apnoea_s": Argument("time without a breath, s", 10, 60),
}
"""Ranges of settings and limits are recalled from manuals of intensive care ventilators, to be checked."""

COMMANDS: Final[dict[str, dict[str, Argument]]] = {
    "switch_on": {},
    "switch_off": {},
    "connect": {},
    "disconnect": {},
    "set_mode": {"mode": Argument("of ventilation", words=MODES)},
    "set": {"setting": Argument("which", words=tuple(SETTINGS)), "value": Argument("its value", 0.0, 2000.0)},
    "set_limit": {"limit": Argument("which", words=tuple(LIMITS)), "value": Argument("its value", 0.0, 2000.0)},
    "start": {},
    "go_standby": {},
    "confirm": {},
    "cancel": {},
    "silence": {"seconds": Argument("of the audio pause", 0.0, 120.0, default=120.0)},
    "acknowledge": {},
}

RULES: Final = (
    Rule("apnoea", "Apnoea", "high", 0.0, 0.0),
    Rule("disconnection", "Circuit disconnected", "high", 5.0, 1.0),
    Rule("peak", "Airway pressure high", "high", 0.0, 1.0),
    Rule("tidal_low", "Tidal volume low", "medium", 15.0, 1.0),
    Rule("rate_high", "Breathing fast", "medium", 15.0, 1.0),
    Rule("oxygen_supply", "No oxygen supply", "high", 2.0, 1.0),
    Rule("backup", "Backup ventilation", "medium", 0.0, 1.0),
)
"""Priorities and delays are ours, after IEC 60601-1-8's principles."""
