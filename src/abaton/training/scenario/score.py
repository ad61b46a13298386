"""Points of a run, by rules that anyone can read.

    score = 100 x earned / (weights of must and should) - weights of what never should be done, and was

An item that was done in time and in order earns its weight, late or out of order a part of it. The score is not below
0; a critical item that failed caps it.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from abaton.training.scenario.language import Item, Scenario

Verdict = Literal["done", "late", "out of order", "missed", "kept", "broken"]


class Result(msgspec.Struct, frozen=True):
    """What became of one item.

    Attributes:
        item: Its id.
        text: What it asks for.
        kind: must, should or never.
        verdict: `kept` and `broken` are of never.
        time_s: When it was first fulfilled or broken; None if it was not.
        points: Earned, or (negative) lost.
        weight: Of the item.
        critical: Whether it caps the score when it fails.
        failed: Whether it failed: missed or broken.
        objective: That it measures.
    """

    item: str
    text: str
    kind: str
    verdict: Verdict
    time_s: float | None
    points: float
    weight: float
    critical: bool
    failed: bool
    objective: str


class Score(msgspec.Struct, frozen=True):
    """The score and what it follows from.

    Attributes:
        total: 0 to 100.
        uncapped: Before the cap of critical items.
        passed: Whether it is enough, with no critical item failed.
        results: Of each item, in the order of the checklist.
        critical_failed: Ids of critical items that failed.
        objectives: Share of its items' weight that each objective earned, 0 to 1.
    """

    total: float
    uncapped: float
    passed: bool
    results: tuple[Result, ...]
    critical_failed: tuple[str, ...]
    objectives: dict[str, float]


def scored(scenario: Scenario, held_s: Mapping[str, float]) -> Score:
    """The score of a run.

    Args:
        scenario: Which.
        held_s: When each item first held.
    """
    results = tuple(_result(item, scenario, held_s) for item in scenario.checklist)
    whole = sum(result.weight for result in results if result.kind != "never")
    earned = sum(result.points for result in results if result.kind != "never")
    lost = sum(result.points for result in results if result.kind == "never")
    uncapped = min(max((100 * earned / whole if whole else 100.0) + lost, 0.0), 100.0)
    failed = tuple(result.item for result in results if result.critical and result.failed)
    total = min(uncapped, scenario.score.critical_cap) if failed else uncapped
    shares: dict[str, float] = {}
    for objective in scenario.objectives:
        of = [result for result in results if result.objective == objective.id and result.kind != "never"]
        weight = sum(result.weight for result in of)
        broken = any(result.failed for result in results if result.objective == objective.id and result.kind == "never")
        shares[objective.id] = 0.0 if broken else sum(result.points for result in of) / weight if weight else 1.0
    passed = total >= scenario.score.passing and not failed
    return Score(round(total, 2), round(uncapped, 2), passed, results, failed, shares)


def _result(item: Item, scenario: Scenario, held_s: Mapping[str, float]) -> Result:
    time_s = held_s.get(item.id)
    if item.kind == "never":
        verdict: Verdict = "kept" if time_s is None else "broken"
        points = 0.0 if time_s is None else -item.weight
    elif time_s is None:
        verdict, points = "missed", 0.0
    else:
        verdict = _when(item, time_s, held_s)
        points = item.weight * (1.0 if verdict == "done" else scenario.score.late_share)
    failed = verdict in ("missed", "broken")
    return Result(
        item.id, item.text, item.kind, verdict, time_s, points, item.weight, item.critical, failed, item.objective
    )


def _when(item: Item, time_s: float, held_s: Mapping[str, float]) -> Verdict:
    first = all(other in held_s and held_s[other] <= time_s for other in item.after)
    last = all(held_s[other] >= time_s for other in item.before if other in held_s)
    if not (first and last):
        return "out of order"
    return "late" if item.by_s and time_s > item.by_s else "done"
