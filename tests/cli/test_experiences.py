from importlib.metadata import EntryPoint

import pytest

from abaton.cli.experiences import GROUP, installed_experiences
from abaton.core.errors import Problem
from abaton.therapy.experiences.heights import Heights


def _point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, GROUP)


def test_the_heights_are_installed() -> None:
    assert installed_experiences()["heights"] is Heights


def test_experiences_are_in_the_order_of_their_names() -> None:
    value = "abaton.therapy.experiences.heights:Heights"
    assert list(installed_experiences([_point("b", value), _point("a", value)])) == ["a", "b"]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("no.such.module:Thing", "ModuleNotFoundError"),
        ("pathlib:Path", "not an Experience class"),
        ("os:sep", "not an Experience class"),
    ],
)
def test_entry_point_that_is_no_experience_is_named(value: str, reason: str) -> None:
    with pytest.raises(Problem, match=reason) as caught:
        installed_experiences([_point("broken", value)])
    assert "'broken'" in caught.value.got


def test_two_experiences_of_one_name_are_refused() -> None:
    points = [
        _point("same", "abaton.therapy.experiences.heights:Heights"),
        _point("same", "abaton.live.experience:Experience"),
    ]
    with pytest.raises(Problem, match="same name"):
        installed_experiences(points)
