"""Every hazard of the pump has a test that exists; every class of hazard is there; the page is current."""

import ast
from pathlib import Path

import pytest

from abaton.training.devices.hazards import CLASSES, Hazard, hazards, page

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


def held_by(name: str) -> set[str]:
    """Tests that a file holds: functions, and classes that hold some."""
    found: set[str] = set()
    for node in ast.parse((HERE / name).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            found.add(node.name)
        if isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name) and target.id[:4] == "Test"}
    return found


@pytest.mark.parametrize("hazard", hazards(), ids=lambda hazard: hazard.name)
def test_every_hazard_has_a_test(hazard: Hazard):
    file, name = hazard.test.split("::")
    assert name in held_by(file)


def test_every_class_has_hazards_in_order_and_none_twice():
    classes = [hazard.kind for hazard in hazards()]
    assert list(dict.fromkeys(classes)) == list(CLASSES)
    assert classes == sorted(classes, key=CLASSES.index)
    names = [hazard.name for hazard in hazards()]
    assert len(names) == len(set(names)) >= 25


def test_the_page_is_current():
    written = (ROOT / "docs/reference/pump_hazards.md").read_text(encoding="utf-8")
    assert written == page(), "python -m abaton.training.devices.hazards > docs/reference/pump_hazards.md"
