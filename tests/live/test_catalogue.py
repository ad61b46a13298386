from importlib.metadata import EntryPoint

import pytest

from abaton.live.catalogue import GROUP, BadExperience, installed
from tests.live.conftest import Sea


def test_what_is_installed_is_found() -> None:
    assert installed()["heights"].title == "Fear of heights"


def test_a_clinic_brings_its_own() -> None:
    point = EntryPoint("sea", "tests.live.conftest:Sea", GROUP)
    assert installed([point]) == {"sea": Sea}


@pytest.mark.parametrize("value", ["tests.live.conftest:launch", "tests.live.conftest:Nothing", "no.such.module:X"])
def test_a_bad_one_is_named(value: str) -> None:
    with pytest.raises(BadExperience, match=r"experience 'odd' .*uninstall"):
        installed([EntryPoint("odd", value, GROUP)])
