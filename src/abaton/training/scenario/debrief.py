"""The talk afterwards: what went well and what did not, bound to the second when it happened, and where to look closer.

The texts are the author's. Turning points are found in the course of the scenario's main vital sign; for each the
why-trace can tell what made it (`playing.why_changed`), and each act can be taken away (`playing.counterfactual`).
"""

from typing import Final

import msgspec
import numpy as np

from abaton.training.physiology.vitals import Vitals
from abaton.training.scenario.acts import Act
from abaton.training.scenario.playing import Change, Counterfactual, Played, counterfactual, why_changed
from abaton.training.scenario.score import Result
from abaton.training.why import Why

SPAN_S: Final = 60
"""Length of a span that a turning point is looked for in."""
MOST: Final = 3
SHARE: Final = 0.1
"""A change of less than this share of the sign's range over the run is no turning point."""
KINDS_ASKED: Final = ("order", "treat", "shock", "ventilate", "compress", "airway", "position")
"""Acts that change the body."""


class Line(msgspec.Struct, frozen=True):
    """One line of the debrief.

    Attributes:
        time_s: When it happened; None where it did not.
        item: Id of the checklist's item.
        verdict: As scored.
        text: What the item asks for.
        said: The author's words about it.
        evidence: Why it is asked for.
        critical: Whether it caps the score.
        good: Whether it went well.
    """

    time_s: float | None
    item: str
    verdict: str
    text: str
    said: str
    evidence: str
    critical: bool
    good: bool


class Turn(msgspec.Struct, frozen=True):
    """A span in which the main vital sign changed much.

    Attributes:
        from_s: Its beginning.
        to_s: Its end.
        sign: The vital sign.
        first: Its value at the beginning.
        last: At the end.
        acts: Done in the span or the span's length before, with their numbers in the run.
    """

    from_s: float
    to_s: float
    sign: str
    first: float
    last: float
    acts: tuple[tuple[int, Act], ...]


class Debrief(msgspec.Struct, frozen=True):
    """All of it.

    Attributes:
        opening: The first question.
        total: The score.
        outcome: What became of the patient.
        lines: What happened by its time; what did not happen last.
        turns: Turning points, by time.
        reflect: Questions to talk over.
        stamp: Edition of the scenario and of its guidelines.
    """

    opening: str
    total: float
    outcome: str
    lines: tuple[Line, ...]
    turns: tuple[Turn, ...]
    reflect: tuple[str, ...]
    stamp: str


def debrief(played: Played) -> Debrief:
    """The debrief of a run."""
    scenario = played.scenario
    lines = [_line(played, result) for result in played.score.results]
    lines.sort(key=lambda line: (line.time_s is None, line.time_s or 0.0))
    guidelines = ", ".join(f"{each.name} {each.edition} ({each.date})" for each in scenario.meta.guidelines)
    stamp = f"{scenario.meta.id}, edition {scenario.meta.edition}; {guidelines}; {scenario.meta.pilot}"
    return Debrief(
        scenario.debrief.opening,
        played.score.total,
        played.outcome,
        tuple(lines),
        turns(played),
        scenario.debrief.reflect,
        stamp,
    )


def turns(played: Played, sign: str = "", most: int = MOST) -> tuple[Turn, ...]:
    """Spans of a minute in which a vital sign changed most, none overlapping, by time.

    Args:
        played: The run.
        sign: A field of `Vitals`; the scenario's main one where it is empty.
        most: At most so many.
    """
    sign = sign or played.scenario.debrief.sign
    values = np.array([_value(vitals, sign) for vitals in played.timeline])
    if len(values) <= SPAN_S or np.ptp(values) == 0:
        return ()
    # Means over five seconds: breaths and single beats are no turning points.
    smooth = np.convolve(values, np.ones(5) / 5, mode="same")
    smooth[:2], smooth[-2:] = values[:2], values[-2:]
    change = smooth[SPAN_S:] - smooth[:-SPAN_S]
    left = np.abs(change)
    found: list[int] = []
    while len(found) < most and left.max() >= SHARE * np.ptp(values):
        start = int(left.argmax())
        found.append(start)
        left[max(start - SPAN_S, 0) : start + SPAN_S] = 0.0
    return tuple(_turn(played, sign, start, smooth) for start in sorted(found))


def why_turned(played: Played, turn: Turn, orders: int = 1) -> Why:
    """What made a turning point: each cause's share of the change."""
    return why_changed(played, turn.sign, turn.from_s, turn.to_s, orders)


def missed_earlier(played: Played, earlier_s: float = 120.0) -> tuple[Counterfactual, ...]:
    """For each act of an item that came late: what if it had come earlier.

    Args:
        played: The run.
        earlier_s: By how much the act is moved, not before arrival.
    """
    late = [result for result in played.score.results if result.verdict == "late" and result.time_s is not None]
    found: list[Counterfactual] = []
    for result in late:
        number = _act_before(played.acts, result.time_s or 0.0)
        if number is not None:
            to_s = max(played.acts[number].time_s - earlier_s, 0.0)
            found.append(counterfactual(played, Change("move", number, to_s=to_s)))
    return tuple(found)


def _act_before(acts: tuple[Act, ...], time_s: float) -> int | None:
    """The last act on the body at or before a time."""
    numbers = [number for number, act in enumerate(acts) if act.time_s <= time_s and act.kind in KINDS_ASKED]
    return numbers[-1] if numbers else None


def _turn(played: Played, sign: str, start: int, smooth: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Turn:
    acts = tuple(
        (number, act)
        for number, act in enumerate(played.acts)
        if start - SPAN_S <= act.time_s < start + SPAN_S and act.kind in KINDS_ASKED
    )
    return Turn(float(start), float(start + SPAN_S), sign, float(smooth[start]), float(smooth[start + SPAN_S]), acts)


def _value(vitals: Vitals, sign: str) -> float:
    return float(getattr(vitals, sign))


def _line(played: Played, result: Result) -> Line:
    item = next(item for item in played.scenario.checklist if item.id == result.item)
    good = result.verdict in ("done", "kept")
    said = next((each for each in played.scenario.debrief.items if each.item == result.item), None)
    words = "" if said is None else said.met if good else said.missed
    return Line(result.time_s, result.item, result.verdict, result.text, words, item.evidence, result.critical, good)
