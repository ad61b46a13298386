"""Drivers are found by name, and what is no driver is refused before it is used."""

from importlib.metadata import EntryPoint

import pytest

from abaton.core.errors import Problem
from abaton.surgery.force.device import GROUP, HapticDevice, device_named
from abaton.surgery.force.simulated import SimulatedDevice

STYLUS = EntryPoint("stylus", "abaton.surgery.force.simulated:SimulatedDevice", GROUP)


def test_a_driver_that_a_package_announces_is_found_and_fits() -> None:
    found = device_named("stylus", [EntryPoint("other", "json:dumps", GROUP), STYLUS])
    assert found is SimulatedDevice
    assert isinstance(found(), HapticDevice)


def test_an_unknown_name_is_told_with_those_that_there_are() -> None:
    with pytest.raises(Problem, match=r"no haptic device 'omni'; there are: stylus") as told:
        device_named("omni", [STYLUS])
    assert told.value.kind == "not_found"
    with pytest.raises(Problem, match="there are: none"):
        device_named("omni", [])


@pytest.mark.parametrize(
    ("value", "why"),
    [("json:JSONDecoder", "lacks limits, open, read, write, close"), ("no_such_package:Driver", "can not be loaded")],
)
def test_what_is_no_driver_is_refused(value: str, why: str) -> None:
    with pytest.raises(Problem, match=why) as told:
        device_named("broken", [EntryPoint("broken", value, GROUP)])
    assert told.value.code == "haptic_device_unfit"


def test_without_drivers_given_those_of_the_environment_are_searched() -> None:
    with pytest.raises(Problem, match="no haptic device 'there is no such name'"):
        device_named("there is no such name")
