"""The infusion pump's states and arrows, as data.

The states from `init` to `infusion_stopped` are those of the generic infusion pump (GIP/GPCA; training reference,
section 10); off, open door, occlusion, air in line and battery are added.
"""

from typing import Final

from abaton.training.devices.machine import STAY, Argument, Chart, Move
from abaton.training.devices.pump_library import LIBRARY, UNITS_OF_DOSE, UNITS_OF_RATE

RUNNING = ("infusion_normal_operation", "warning_low_reservoir")
ASKING = ("confirm_pause", "confirm_stop")
"""Asked whether to pause or stop, it goes on infusing."""
CHANGING = ("change_rate", "alarm_long_wait_change_rate", "check_new_rate", "alarm_unsafe_new_rate")
"""While a rate is changed, the old one goes on if it ran."""
DELIVERING = (*RUNNING, "bolus_request", *ASKING, *CHANGING)
ALARMS = {
    "warning_low_reservoir": ("low", "Reservoir nearly empty"),
    "alarm_long_wait_change_rate": ("low", "Rate not entered"),
    "alarm_too_long_pause": ("medium", "Paused too long"),
    "alarm_unsafe_new_rate": ("medium", "Rate outside the limits"),
    "alarm_wrong_drug": ("medium", "Drug is not the one chosen"),
    "alarm_empty_reservoir": ("high", "Reservoir empty"),
    "alarm_occlusion": ("high", "Line blocked"),
    "alarm_air_in_line": ("high", "Air in the line"),
    "alarm_battery": ("high", "Battery empty"),
    "alarm_level_two_hardware_failure": ("high", "Failure: take out of use"),
}
"""State to priority and text; priorities are ours."""
STOPPED = (
    "init", "check_drug", "alarm_wrong_drug", "infusion_paused", "paused_stop_confirm", "alarm_too_long_pause",
    "infusion_stopped", "alarm_empty_reservoir", "alarm_occlusion", "alarm_air_in_line", "door_open",
)  # fmt: skip
WORKING = (*STOPPED, *DELIVERING)
STATES = ("off", *WORKING, "alarm_battery", "alarm_level_two_hardware_failure")
NORMAL = "infusion_normal_operation"


def _back(trigger: str, sources: tuple[str, ...], idle: str = "init", active: str = NORMAL) -> tuple[Move, ...]:
    """To the infusion if it ran, else to idle."""
    return Move(trigger, sources, active, "running"), Move(trigger, sources, idle)


CHART: Final = Chart(
    "infusion pump",
    STATES,
    "off",
    (
        Move("switch_on", ("off",), "alarm_level_two_hardware_failure", "broken"),
        Move("switch_on", ("off",), "alarm_battery", "without_power"),
        Move("switch_on", ("off",), "init"),
        Move(
            "switch_off",
            ("init", "check_drug", "alarm_wrong_drug", "infusion_stopped", "door_open", *STATES[-2:]),
            "off",
        ),
        Move("open_door", tuple(state for state in WORKING if state != "door_open"), "door_open"),
        *_back("close_door", ("door_open",), active="infusion_paused"),
        Move("load", ("door_open",), STAY),
        Move("set_clamp", STATES, STAY),
        Move("connect", STATES, STAY),
        Move("disconnect", STATES, STAY),
        *_back("plug_in", ("alarm_battery",), active="infusion_paused"),
        Move("plug_in", ("off", *WORKING, "alarm_level_two_hardware_failure"), STAY),
        Move("unplug", STATES, STAY),
        Move("choose", ("init", "infusion_stopped", "alarm_wrong_drug"), "init"),
        Move("change_rate", RUNNING, "change_rate"),
        Move("set_rate", ("init", "infusion_stopped", *CHANGING), "alarm_unsafe_new_rate", "unsafe"),
        Move("set_rate", ("init", "infusion_stopped", *CHANGING), "check_new_rate"),
        Move("override", ("alarm_unsafe_new_rate",), "check_new_rate"),
        *_back("confirm", ("check_new_rate",)),
        Move("confirm", ("confirm_pause",), "infusion_paused"),
        Move("confirm", ("confirm_stop", "paused_stop_confirm"), "infusion_stopped"),
        *_back("cancel", CHANGING),
        Move("cancel", ASKING, NORMAL),
        Move("cancel", ("paused_stop_confirm",), "infusion_paused"),
        Move("cancel", ("check_drug", "alarm_wrong_drug"), "init"),
        Move("start", ("init", "infusion_stopped"), "check_drug"),
        Move("scan", ("check_drug",), NORMAL, "drug_matches"),
        Move("scan", ("check_drug",), "alarm_wrong_drug"),
        Move("confirm_drug", ("check_drug",), NORMAL),
        Move("pause", RUNNING, "confirm_pause"),
        Move("stop", (*RUNNING, "bolus_request"), "confirm_stop"),
        Move("stop", ("infusion_paused", "alarm_too_long_pause"), "paused_stop_confirm"),
        Move("stop", ("alarm_empty_reservoir", "alarm_occlusion", "alarm_air_in_line"), "infusion_stopped"),
        Move("resume", ("infusion_paused", "alarm_too_long_pause", "alarm_occlusion", "alarm_air_in_line"), NORMAL),
        Move("bolus", RUNNING, "bolus_request"),
        Move("stop_bolus", ("bolus_request",), NORMAL),
        Move("acknowledge", ("warning_low_reservoir",), NORMAL),
        Move("acknowledge", ("alarm_too_long_pause",), "infusion_paused"),
        Move("acknowledge", ("alarm_long_wait_change_rate",), "change_rate"),
        Move("silence", tuple(ALARMS), STAY),
        Move("relieve", ("alarm_occlusion", "infusion_paused", "infusion_stopped", "door_open", "init"), STAY),
        Move("prime", ("alarm_air_in_line",), "infusion_paused"),
        Move("prime", ("init", "infusion_paused", "infusion_stopped"), STAY),
        # What happens by itself.
        Move("reservoir_low", ("infusion_normal_operation",), "warning_low_reservoir"),
        Move("reservoir_empty", DELIVERING, "alarm_empty_reservoir"),
        Move("occluded", DELIVERING, "alarm_occlusion"),
        Move("air_found", DELIVERING, "alarm_air_in_line"),
        Move("bolus_done", ("bolus_request",), NORMAL),
        Move("paused_long", ("infusion_paused", "paused_stop_confirm"), "alarm_too_long_pause"),
        Move("waited_long", ("change_rate",), "alarm_long_wait_change_rate"),
        Move("power_gone", WORKING, "alarm_battery"),
        Move("failed", (*WORKING, "alarm_battery"), "alarm_level_two_hardware_failure"),
    ),
)

AMOUNT = Argument("the number, in the unit", 0.0, 1e6)
COMMANDS: Final[dict[str, dict[str, Argument]]] = {
    "switch_on": {},
    "switch_off": {},
    "open_door": {},
    "close_door": {},
    "load": {
        "drug": Argument("what is really in the syringe or bag", text=True),
        "concentration": Argument("ug/ml; 1 of fluids", 0.01, 1e6),
        "volume_ml": Argument("how much of it", 1.0, 3000.0),
    },
    "set_clamp": {"position": Argument("of the roller clamp", words=("open", "closed"))},
    "connect": {},
    "disconnect": {},
    "plug_in": {},
    "unplug": {},
    "choose": {"entry": Argument("line of the drug library", words=tuple(LIBRARY))},
    "change_rate": {},
    "set_rate": {"amount": AMOUNT, "unit": Argument("of the rate", words=UNITS_OF_RATE)},
    "override": {},
    "confirm": {},
    "cancel": {},
    "start": {},
    "scan": {},
    "confirm_drug": {},
    "pause": {},
    "stop": {},
    "resume": {},
    "bolus": {
        "amount": AMOUNT,
        "unit": Argument("of the dose", words=UNITS_OF_DOSE),
        "insist": Argument("whether a soft limit is overridden", words=("yes", "no"), default="no"),
    },
    "stop_bolus": {},
    "acknowledge": {},
    "silence": {},
    "relieve": {},
    "prime": {},
}
