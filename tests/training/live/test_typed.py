"""What is typed at the bedside."""

import pytest

from abaton.core.errors import Problem
from abaton.training.live.typed import typed


@pytest.mark.parametrize(
    ("text", "kind", "arguments"),
    [
        ("adrenaline 0.5 mg im", "order", {"text": "adrenaline 0.5 mg im"}),
        ("fentanyl 500 ug iv INSIST", "order", {"text": "fentanyl 500 ug iv", "insist": True}),
        ("treat tourniquet leg", "treat", {"name": "tourniquet", "site": "leg"}),
        ("treat needle decompression left", "treat", {"name": "needle_decompression", "side": "left"}),
        ("treat chest drain", "treat", {"name": "chest_drain"}),
        ("treat leeches", "treat", {"name": "leeches"}),
        ("shock 200", "shock", {"clear": True, "sync": False, "joules": 200.0}),
        ("shock 120j sync touching", "shock", {"clear": False, "sync": True, "joules": 120.0}),
        ("compress on", "compress", {"on": True}),
        ("compress 110 55", "compress", {"on": True, "rate": 110.0, "depth_mm": 55.0}),
        ("compress off", "compress", {"on": False}),
        ("bag 10", "ventilate", {"way": "bag", "rate": 10.0}),
        ("ventilator 14 450", "ventilate", {"way": "ventilator", "rate": 14.0, "tidal_ml": 450.0}),
        ("breathing off", "ventilate", {"way": "off"}),
        ("airway open", "airway", {"what": "open"}),
        ("position legs raised", "position", {"what": "legs_raised"}),
        ("examine blood gas", "examine", {"what": "blood_gas"}),
        ("ask Do you have allergies?", "ask", {"text": "Do you have allergies?"}),
        ("call trauma team", "call", {"who": "trauma_team"}),
        ("attach arterial line", "device", {"name": "monitor", "command": "attach", "sensor": "arterial_line"}),
        ("attach pads", "device", {"name": "aed", "command": "attach_pads"}),
        ("silence", "device", {"name": "monitor", "command": "silence"}),
        ("device aed switch_on", "device", {"name": "aed", "command": "switch_on"}),
        (
            "device defibrillator select_energy joules=200",
            "device",
            {"name": "defibrillator", "command": "select_energy", "joules": 200.0},
        ),
    ],
)
def test_lines_are_acts(text: str, kind: str, arguments: dict[str, object]) -> None:
    act = typed(text, 12.0, ("aed", "monitor"))
    assert (act.time_s, act.kind, act.arguments) == (12.0, kind, arguments)


@pytest.mark.parametrize(
    "text",
    ["", "treat", "shock hard", "shock 9000", "shock nan", "compress fast", "ask", "device aed", "airway nose",
     "attach", "attach leeches", "compress 110 55 x", "treat lay_flat now", "bag 400"],
)  # fmt: skip
def test_what_is_not_understood_is_answered(text: str) -> None:
    with pytest.raises(Problem) as refused:
        typed(text, 0.0)
    assert refused.value.expected
    assert refused.value.next_step
