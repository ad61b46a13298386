"""The defibrillator's states, arrows, commands and figures, as data."""

from typing import Final

from abaton.training.devices.machine import STAY, Argument, Chart, Move

ENERGIES_J: Final = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 120, 150, 170, 200, 300, 360)
"""Of the manual device (recalled from manuals of biphasic devices, to be checked)."""
AED_J: Final = 200.0
"""ANZCOR: 200 J biphasic for adults (training reference, section 8)."""
LEAST_FIBRILLATION_J: Final = 120.0
"""AHA: 120 to 200 J biphasic by maker (training reference, section 8)."""
ANALYSIS_S: Final = 8.0
"""An analysis takes 5 to 15 s (recalled from manuals of AEDs, to be checked)."""
CHARGE_J_S: Final = 40.0
"""200 J in 5 s (recalled from manuals, to be checked)."""
DISARM_S: Final = 60.0
"""A charge that nobody uses is taken off after 60 s (recalled from manuals, to be checked)."""
CPR_S: Final = 120.0
"""Change of rescuer and analysis every 2 min (training reference, section 8)."""
BATTERY_J: Final = 40_000.0
"""200 shocks of 200 J (recalled from manuals of AEDs, to be checked)."""
LEAST_BATTERY: Final = 1e-9
"""Share below which it is flat; what is charged is still given."""

FAULTS: Final = {
    "poor_contact": "The pads do not stick: hair, sweat, pressed badly.",
    "motion": "The patient is moved, as in an ambulance: no analysis.",
    "expired_pads": "The pads' gel is dry: contact stays poor until they are replaced.",
    "flat_battery": "The battery is flat.",
}

ON = (
    "attach_pads", "check_pads", "ready", "analysing", "motion", "charging", "charged", "waiting_for_r", "cpr",
)  # fmt: skip
PADDED = ON[2:]
ARMED = ("charged", "waiting_for_r")


ENDS: Final = {"no_pads": "attach_pads", "bad_contact": "check_pads", "leads": "analysing", "": "ready"}


def _settling(trigger: str, sources: tuple[str, ...], guards: tuple[str, ...]) -> tuple[Move, ...]:
    """To where pads, contact and mode lead; the last is where nothing holds it back."""
    return tuple(Move(trigger, sources, ENDS[guard], guard) for guard in (*guards, ""))


CHART: Final = Chart(
    "defibrillator",
    ("off", "faulty", *ON),
    "off",
    (
        Move("switch_on", ("off",), "faulty", "flat"),
        *_settling("switch_on", ("off",), ("no_pads", "bad_contact", "leads")),
        Move("switch_off", ("faulty", *ON), "off"),
        Move("replace_battery", ("faulty",), "off"),
        Move("replace_battery", ("off",), STAY),
        *_settling("attach_pads", ("attach_pads",), ("bad_contact", "leads")),
        Move("remove_pads", ("check_pads", *PADDED), "attach_pads"),
        *_settling("press_pads", ("check_pads",), ("bad_contact", "leads")),
        *_settling("replace_pads", ("attach_pads", "check_pads", *PADDED), ("leads",)),
        *_settling(
            "set_mode",
            ("attach_pads", "check_pads", "ready", "analysing", "motion", "cpr"),
            ("no_pads", "bad_contact", "leads"),
        ),
        Move("select_energy", ("attach_pads", "check_pads", "ready", "charged"), "ready", "was_charged"),
        Move("select_energy", ("attach_pads", "check_pads", "ready"), STAY),
        Move("set_sync", ("attach_pads", "check_pads", "ready", "charged"), STAY),
        Move("set_sync", ("waiting_for_r",), "charged"),
        Move("charge", ("ready",), "charging"),
        Move("disarm", ("charging", *ARMED), "cpr", "leads"),
        Move("disarm", ("charging", *ARMED), "ready"),
        Move("clear", PADDED, STAY),
        Move("shock", ("charged",), "waiting_for_r", "waits"),
        Move("shock", ("charged",), "cpr", "leads"),
        Move("shock", ("charged",), "ready"),
        Move("analyse", ("cpr", "motion"), "analysing", "leads"),
        # What happens by itself.
        Move("battery_ends", ON, "faulty"),
        Move("contact_lost", PADDED, "check_pads"),
        *_settling("contact_back", ("check_pads",), ("leads",)),
        Move("disturbed", ("analysing",), "motion"),
        Move("still", ("motion",), "analysing"),
        Move("advised", ("analysing",), "charging"),
        Move("not_advised", ("analysing",), "cpr"),
        Move("charged_up", ("charging",), "charged"),
        Move("r_wave", ("waiting_for_r",), "ready"),
        Move("timed_out", ARMED, "cpr", "leads"),
        Move("timed_out", ARMED, "ready"),
        Move("cpr_over", ("cpr",), "analysing", "leads"),
    ),
)

COMMANDS: Final[dict[str, dict[str, Argument]]] = {
    "switch_on": {},
    "switch_off": {},
    "replace_battery": {},
    "attach_pads": {},
    "remove_pads": {},
    "press_pads": {},
    "replace_pads": {},
    "set_mode": {"mode": Argument("who leads", words=("aed", "manual"))},
    "select_energy": {"joules": Argument("energy of the next shock, J", 1, 360)},
    "set_sync": {"on": Argument("whether shocks wait for the R wave", words=("on", "off"))},
    "charge": {},
    "disarm": {},
    "clear": {},
    "shock": {},
    "analyse": {},
}
