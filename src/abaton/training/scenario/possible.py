"""What can ever hold: conditions weighed without playing, by what the scenario lets be done and what bodies can be.

A condition is impossible when it asks for an act that is not allowed, for a stage that is never entered, or for a vital
sign in two places at once. What is not found impossible may still never happen; the robots show that.
"""

import math
from collections.abc import Iterable
from typing import Final

import msgspec

from abaton.training.scenario.language import Scenario
from abaton.training.scenario.operating import POSITION_TREATMENTS
from abaton.training.scenario.predicates import walk
from abaton.training.scenario.words import (
    CALLS,
    COUNTS,
    RHYTHMS,
    Both,
    Call,
    Compare,
    Either,
    Held,
    Name,
    Node,
    Not,
    Number,
    Since,
)

RANGES: Final = {
    "heart_rate": (0, 300), "systolic_mmhg": (0, 350), "diastolic_mmhg": (0, 250), "mean_mmhg": (0, 280),
    "central_venous_mmhg": (-20, 60), "pulmonary_mmhg": (0, 120), "cardiac_output_l_min": (0, 30),
    "stroke_ml": (0, 250), "respiratory_rate": (0, 80), "tidal_ml": (0, 3000), "minute_ventilation_l": (0, 80),
    "saturation_pct": (0, 100), "pao2_mmhg": (0, 700), "paco2_mmhg": (5, 200), "etco2_mmhg": (0, 200),
    "ph": (6.5, 7.9), "lactate_mmol_l": (0, 40), "haemoglobin_g_dl": (1, 25), "temperature_c": (20, 45),
    "blood_volume_ml": (500, 12000), "lost_ml": (0, 30000), "coronary_perfusion_mmhg": (-50, 200),
    "airway_peak_cmh2o": (0, 120), "airway_plateau_cmh2o": (0, 120), "bispectral": (0, 100), "coma_scale": (3, 15),
    "inspired_oxygen": (0.21, 1), "compression_per_min": (0, 200), "compression_depth_mm": (0, 80),
    "compression_fraction": (0, 1), "shocks": (0, 1000),
}  # fmt: skip
"""What bodies and hands can do, widely."""
FLIPPED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
NEEDS: Final = {
    "compressing": "compress",
    "ventilating": "ventilate",
    "shocked_unclear": "shock",
    "shocked_beating": "shock",
}
"""Flags that somebody must do something for."""


class World(msgspec.Struct, frozen=True):
    """What may be done and reached.

    Attributes:
        allowed: Kind of act to what may be named; None for anything.
        states: Stages that can be entered.
        items: Items of the checklist that can be fulfilled.
        last_s: When the scenario ends at the latest.
    """

    allowed: dict[str, frozenset[str] | None]
    states: frozenset[str]
    items: frozenset[str]
    last_s: float


def world_of(scenario: Scenario) -> World:
    """What the actions of a scenario allow; every stage and item is taken as reachable."""
    allowed: dict[str, frozenset[str] | None] = {}
    for action in scenario.actions:
        before = allowed.get(action.do, frozenset[str]())
        allowed[action.do] = None if before is None or not action.of else before | frozenset(action.of)
    return World(
        allowed,
        frozenset(state.name for state in scenario.states),
        frozenset(item.id for item in scenario.checklist),
        60 * scenario.meta.minutes,
    )


def may(world: World, kind: str, name: str) -> bool:
    """Whether an act of a kind on something is allowed."""
    names = world.allowed.get(kind, frozenset[str]())
    return names is None or name in names


def possible(node: Node, world: World) -> bool:
    """Whether a condition may ever hold."""
    if isinstance(node, Name):
        return node.name not in NEEDS or NEEDS[node.name] in world.allowed
    if isinstance(node, Call):
        return _call(node, world)
    if isinstance(node, Compare):
        return _compare(node, world)
    if isinstance(node, Not):
        return not _always(node.inner)
    if isinstance(node, Held):
        return node.seconds <= world.last_s and possible(node.inner, world)
    if isinstance(node, Either):
        return any(possible(part, world) for part in node.parts)
    if isinstance(node, Both):
        return all(possible(part, world) for part in node.parts) and _together(node.parts, world)
    return True


def _call(node: Call, world: World) -> bool:
    name = node.arguments[0]
    if node.name == "in_state":
        return name in world.states
    if node.name == "fulfilled":
        return name in world.items
    if node.name in ("given", "ordered", "insisted", "infusing", "doses", "total_mg", "total_ml"):
        return may(world, "order", name)
    if node.name in ("done", "tried", "times"):
        by_position = any(
            treatment == name and may(world, "position", position)
            for position, treatment in POSITION_TREATMENTS.items()
        )
        by_airway = (name == "open_airway" and "airway" in world.allowed) or (
            name == "intubation" and may(world, "airway", "tube")
        )
        return may(world, "treat", name) or by_position or by_airway
    kind = {"asked": "ask", "attached": "device", "used": "device", "device_in": "device", "misused": "device"}
    if node.name in kind:
        return kind[node.name] in world.allowed
    by_name = {"called": "call", "examined": "examine", "airway": "airway", "positioned": "position"}
    return node.name not in by_name or may(world, by_name[node.name], name)


def _compare(node: Compare, world: World) -> bool:
    for side in (node.left, node.right):
        if isinstance(side, Since) and not possible(side.act, world):
            return False
        if isinstance(side, Call) and not _call(side, world):
            # A count of what cannot be done stays 0.
            other, sign = _sided(node, side)
            return other is None or _meets((0.0, 0.0), sign, other)
    found = _bounded(node)
    return found is None or _meets(_range(found[0], world), found[1], found[2])


def _sided(node: Compare, side: Node) -> tuple[float | None, str]:
    """The other side, if it is a figure, and the comparison as seen from this side."""
    other = node.right if side is node.left else node.left
    sign = node.sign if side is node.left else FLIPPED[node.sign]
    return (other.value if isinstance(other, Number) else None), sign


def _bounded(node: Compare) -> tuple[str, str, float] | None:
    """(sign's name, comparison, figure) of a vital sign compared with a figure."""
    for side in (node.left, node.right):
        if isinstance(side, Name) and side.name not in RHYTHMS and side.name != "rhythm":
            value, sign = _sided(node, side)
            return None if value is None else (side.name, sign, value)
    return None


def _range(name: str, world: World) -> tuple[float, float]:
    if name in ("time", "hands_off_s"):
        return 0.0, world.last_s
    return RANGES.get(name, (-math.inf, math.inf))


def _meets(bounds: tuple[float, float], sign: str, value: float) -> bool:
    least, most = bounds
    return {
        "<": least < value,
        "<=": least <= value,
        ">": most > value,
        ">=": most >= value,
        "==": least <= value <= most,
        "!=": not least == most == value,
    }[sign]


def _together(parts: Iterable[Node], world: World) -> bool:
    """Whether comparisons that must hold at once leave room for each sign, and one rhythm."""
    bounds: dict[str, tuple[float, float]] = {}
    strict: dict[str, bool] = {}
    rhythms: set[str] = set()
    for node in parts:
        inner = node.inner if isinstance(node, Held) else node
        if not isinstance(inner, Compare):
            continue
        names = [side.name for side in (inner.left, inner.right) if isinstance(side, Name) and side.name in RHYTHMS]
        if names and inner.sign == "==":
            rhythms.update(names)
        found = _bounded(inner)
        if found is None or found[1] == "!=":
            continue
        name, sign, value = found
        least, most = bounds.get(name, _range(name, world))
        if sign in (">", ">=", "=="):
            least = max(least, value)
        if sign in ("<", "<=", "=="):
            most = min(most, value)
        bounds[name] = (least, most)
        strict[name] = strict.get(name, False) or sign in ("<", ">")
    fits = all(least < most or (least == most and not strict[name]) for name, (least, most) in bounds.items())
    return fits and len(rhythms) < len(("one", "other"))


def _always(node: Node) -> bool:
    """Whether a condition holds at all times; only the plain cases are found."""
    found = _bounded(node) if isinstance(node, Compare) else None
    if found is None:
        return False
    name, sign, value = found
    least, most = (0.0, math.inf) if name == "time" else RANGES.get(name, (-math.inf, math.inf))
    return {"<": most < value, "<=": most <= value, ">": least > value, ">=": least >= value}.get(sign, False)


def asks_for(node: Node) -> set[tuple[str, str]]:
    """(call, name) of all that a condition names in brackets."""
    return {
        (inner.name, inner.arguments[0])
        for inner in walk(node)
        if isinstance(inner, Call) and inner.name in (*CALLS, *COUNTS)
    }
