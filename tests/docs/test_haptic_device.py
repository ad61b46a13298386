"""The page on haptic devices: its driver is run as it stands there, and what it says comes out."""

import re
import sys
import tomllib
from contextlib import redirect_stdout
from importlib.metadata import EntryPoint
from io import StringIO
from pathlib import Path
from types import ModuleType

import pytest

from abaton.surgery.force.coupling import FORCE_GONE_S, coupling
from abaton.surgery.force.device import GROUP, HapticDevice, device_named
from abaton.surgery.force.simulated import SIMULATED

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "haptic_device.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def ran() -> tuple[ModuleType, list[str]]:
    module, told = ModuleType("our_stylus"), StringIO()
    with redirect_stdout(told):
        for block in blocks("python"):
            exec(compile(block, "haptic_device.md", "exec"), module.__dict__)  # noqa: S102 - it is our own page
    return module, told.getvalue().splitlines()


def test_the_page_prints_what_it_says(ran: tuple[ModuleType, list[str]]) -> None:
    assert len(ran[1]) == 2
    for line in ran[1]:
        assert f"`{line}`" in PAGE.replace("\n", " ")


def test_the_driver_on_the_page_is_one_and_is_found_as_it_is_announced(
    ran: tuple[ModuleType, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (announced,) = blocks("toml")
    ((name, value),) = tomllib.loads(announced)["project"]["entry-points"][GROUP].items()
    monkeypatch.setitem(sys.modules, "our_stylus", ran[0])
    found = device_named(name, [EntryPoint(name, value, GROUP)])
    assert isinstance(found(), HapticDevice)
    assert coupling(found.limits).stiffness_n_m > 500


def test_figures_are_those_of_the_code() -> None:
    assert f"No force {FORCE_GONE_S * 1000:g} ms after the last word" in PAGE
    told = coupling(SIMULATED)
    assert f"leaps faster than {told.leap_m_s:g} m/s" in " ".join(PAGE.replace("\n", " ").split())
    assert f"in {told.ramp_up_s:g} s" in PAGE
