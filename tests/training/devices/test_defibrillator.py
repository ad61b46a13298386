"""The defibrillator: an AED that leads, a manual one that obeys, and what people do wrong."""

from typing import Any

import msgspec
import pytest

from abaton.core.errors import Problem
from abaton.training.devices import defibrillator
from abaton.training.devices.defibrillator import Defibrillator, Electrodes, ShockDelivered
from abaton.training.devices.machine import Told, UseError
from abaton.training.physiology.rhythm import Rhythm

VF = Electrodes(Rhythm.VENTRICULAR_FIBRILLATION)
AF = Electrodes(Rhythm.ATRIAL_FIBRILLATION, pulse=True)
FLAT = Electrodes(Rhythm.ASYSTOLE)


class Scene:
    """A device in hands, and all that happened."""

    def __init__(self, manual: bool = False, context: Electrodes = VF) -> None:
        self.device: Defibrillator = defibrillator.new_defibrillator(manual)
        self.context = context
        self.log: list[Any] = []

    def do(self, *acts: str, **arguments: float | str) -> "Scene":
        for act in acts:
            self.device, happened = defibrillator.command(self.device, act, arguments, self.context)
            self.log += happened
        return self

    def wait(self, seconds: float) -> "Scene":
        self.device, happened = defibrillator.after(self.device, seconds, self.context)
        self.log += happened
        return self

    @property
    def shocks(self) -> list[ShockDelivered]:
        return [event for event in self.log if isinstance(event, ShockDelivered)]

    @property
    def errors(self) -> set[str]:
        return {event.code for event in self.log if isinstance(event, UseError)}

    @property
    def said(self) -> list[str]:
        return [event.text for event in self.log if isinstance(event, Told)]


def charged(**how: Any) -> Scene:
    return Scene(manual=True, **how).do("switch_on", "attach_pads", "charge").wait(5)


def test_an_aed_leads_through_a_shock_and_two_minutes_of_compressions():
    scene = Scene().do("switch_on", "attach_pads").wait(8)
    assert scene.device.state == "charging"
    scene.wait(5).do("clear", "shock")
    assert scene.shocks == [ShockDelivered(200.0, synchronised=False, cleared=True)]
    assert scene.device.state == "cpr"
    assert scene.wait(119).device.state == "cpr"
    assert scene.wait(1).device.state == "analysing"
    assert scene.said == [
        "Attach the pads to the bare chest.",
        "Do not touch the patient. Analysing the rhythm.",
        "Shock advised.",
        "Charging. Stand clear.",
        "Stand clear. Press the shock button.",
        "Stand clear!",
        "Shock delivered, 200 J.",
        "Begin chest compressions.",
        "Do not touch the patient. Analysing the rhythm.",
    ]
    assert scene.errors == set()


@pytest.mark.parametrize("rhythm", [None, *(rhythm for rhythm in Rhythm if rhythm not in defibrillator.SHOCKABLE)])
def test_an_aed_shocks_nothing_but_fibrillation_and_tachycardia(rhythm: Rhythm | None):
    scene = Scene(context=Electrodes(rhythm)).do("switch_on", "attach_pads").wait(600)
    assert "No shock advised." in scene.said
    assert "Shock advised." not in scene.said


def test_an_analysis_of_the_ecg_goes_before_the_rhythm():
    scene = Scene(context=Electrodes(Rhythm.VENTRICULAR_FIBRILLATION, shockable=False)).do("switch_on", "attach_pads")
    assert scene.wait(8).device.state == "cpr"


def test_motion_and_hands_hold_the_analysis_up():
    scene = Scene(context=Electrodes(Rhythm.VENTRICULAR_FIBRILLATION, touching=True)).do("switch_on", "attach_pads")
    assert scene.wait(30).device.state == "motion"
    scene.context = VF
    assert scene.wait(7.9).device.state == "analysing"
    scene.device = defibrillator.fault(scene.device, "motion")
    assert scene.wait(20).device.state == "motion"
    scene.device = defibrillator.fault(scene.device, "motion", present=False)
    assert scene.wait(8).device.state == "charging"


def test_poor_contact_asks_for_the_pads():
    scene = Scene()
    scene.device = defibrillator.fault(scene.device, "poor_contact")
    assert scene.do("switch_on", "attach_pads").device.state == "check_pads"
    assert scene.wait(60).device.state == "check_pads"
    assert scene.do("press_pads").device.state == "analysing"
    scene.device = defibrillator.fault(scene.device, "poor_contact")
    assert scene.wait(8).device.state == "check_pads"


def test_pads_that_come_off_take_the_charge():
    scene = charged()
    scene.device = defibrillator.fault(scene.device, "poor_contact")
    assert scene.wait(0).device.state == "check_pads"
    with pytest.raises(Problem):
        scene.do("shock")


def test_expired_pads_are_replaced():
    scene = Scene()
    scene.device = defibrillator.fault(scene.device, "expired_pads")
    scene.do("switch_on", "attach_pads", "press_pads")
    assert (scene.device.state, scene.errors) == ("check_pads", {"pads_expired"})
    assert scene.do("replace_pads").device.state == "analysing"


def test_a_flat_battery_is_replaced():
    scene = Scene()
    scene.device = defibrillator.fault(scene.device, "flat_battery")
    assert scene.do("switch_on").device.state == "faulty"
    assert scene.do("replace_battery", "switch_on").device.state == "attach_pads"


def test_a_battery_has_two_hundred_shocks():
    scene = Scene(manual=True).do("switch_on", "attach_pads")
    for _ in range(200):
        scene.do("charge").wait(5).do("clear", "shock").wait(0)
    assert len(scene.shocks) == 200
    assert scene.device.state == "faulty"


def test_charging_takes_as_long_as_the_energy_asks():
    scene = Scene(manual=True).do("switch_on", "attach_pads").do("select_energy", joules=360).do("charge")
    assert scene.wait(8.9).device.state == "charging"
    assert scene.wait(0.2).device.state == "charged"


def test_a_charge_is_taken_off_after_a_minute():
    scene = charged()
    assert scene.wait(59.9).device.state == "charged"
    assert scene.wait(0.2).device.state == "ready"
    assert scene.shocks == []


def test_another_energy_takes_the_charge_off():
    assert charged().do("select_energy", joules=150).device.state == "ready"


def test_a_shock_without_clearing_is_an_error():
    assert charged().do("shock").errors == {"shock_without_clearing"}
    assert charged().do("clear", "shock").errors == set()
    touched = charged(context=Electrodes(Rhythm.VENTRICULAR_FIBRILLATION, touching=True)).do("clear", "shock")
    assert touched.errors == {"shock_without_clearing"}
    assert [shock.cleared for shock in touched.shocks] == [False]
    twice = charged().do("clear", "shock", "charge").wait(5).do("shock")
    assert [shock.cleared for shock in twice.shocks] == [True, False]


def test_synchronising_left_off_is_an_error():
    assert charged(context=AF).do("clear", "shock").errors == {"sync_left_off"}
    right = charged(context=AF).do("set_sync", on="on").do("clear", "shock").wait(1)
    assert (right.errors, [shock.synchronised for shock in right.shocks]) == (set(), [True])
    assert not right.device.synchronised


def test_synchronising_left_on_gives_no_shock_in_fibrillation():
    scene = charged().do("set_sync", on="on").do("clear", "shock")
    assert (scene.device.state, scene.shocks, scene.errors) == ("waiting_for_r", [], {"sync_left_on"})
    assert scene.wait(60).device.state == "ready"
    assert scene.shocks == []
    off = charged().do("set_sync", on="on").do("clear", "shock").do("set_sync", on="off").do("shock")
    assert len(off.shocks) == 1


def test_shocks_that_do_not_help_are_errors():
    assert charged(context=FLAT).do("clear", "shock").errors == {"shock_not_indicated"}
    scene = Scene(manual=True).do("switch_on", "attach_pads").do("select_energy", joules=50).do("charge").wait(2)
    assert scene.do("clear", "shock").errors == {"energy_low"}


def test_tachycardia_with_a_pulse_is_synchronised_and_without_is_not():
    assert charged(context=Electrodes(Rhythm.VENTRICULAR_TACHYCARDIA)).do("clear", "shock").errors == set()
    pulsing = charged(context=Electrodes(Rhythm.VENTRICULAR_TACHYCARDIA, pulse=True)).do("clear", "shock")
    assert pulsing.errors == {"sync_left_off"}


def test_a_manual_device_can_lead_too():
    scene = Scene(manual=True).do("switch_on", "attach_pads").do("set_mode", mode="aed")
    assert scene.wait(13).device.state == "charged"
    assert scene.do("set_mode", mode="manual") if scene.device.state == "cpr" else True
    assert scene.do("clear", "shock").do("set_mode", mode="manual").device.state == "ready"


@pytest.mark.parametrize(
    ("manual", "name", "arguments"),
    [
        (False, "set_mode", {"mode": "manual"}),
        (False, "select_energy", {"joules": 150}),
        (False, "set_sync", {"on": "on"}),
        (False, "charge", {}),
        (True, "select_energy", {"joules": 155}),
        (True, "select_energy", {"joules": 400}),
        (True, "select_energy", {"joules": float("nan")}),
        (True, "shock", {}),
        (True, "set_sync", {"on": "yes"}),
        (True, "explode", {}),
    ],
)
def test_bad_commands_are_refused(manual: bool, name: str, arguments: dict[str, Any]):
    scene = Scene(manual=manual).do("switch_on", "attach_pads")
    before = scene.device
    with pytest.raises(Problem) as met:
        scene.do(name, **arguments)
    assert met.value.next_step
    assert scene.device == before


def test_a_refusal_names_state_command_and_what_is_possible():
    with pytest.raises(Problem) as met:
        Scene().do("shock")
    assert "'shock'" in met.value.got
    assert "'off'" in met.value.got
    assert met.value.expected == "one of switch_on, replace_battery"


def test_it_can_be_saved():
    device = defibrillator.fault(charged().device, "motion")
    assert msgspec.json.decode(msgspec.json.encode(device), type=Defibrillator) == device
