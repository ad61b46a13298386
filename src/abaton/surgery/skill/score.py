"""A score in parts, each against what proficient hands do."""

import math
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from abaton.core.errors import Problem


class Criterion(msgspec.Struct, frozen=True):
    """What one figure is worth.

    Attributes:
        figure: Its name in the task's figures, such as `peak_force_n`.
        title: As people read it.
        unit: Of the figure.
        proficient: Full marks here and beyond.
        failing: No marks here and beyond; larger or smaller than `proficient`, which says which way is better.
        weight: Of this part in the whole.
        critical: Whether no marks here fail the whole task, whatever the rest.
    """

    figure: str
    title: str
    unit: str
    proficient: float
    failing: float
    weight: float = 1.0
    critical: bool = False


class Part(msgspec.Struct, frozen=True):
    """One line of the score table: marks from 0 to 100."""

    criterion: Criterion
    value: float
    marks: float


class Score(msgspec.Struct, frozen=True):
    """The whole table.

    Attributes:
        parts: In the order of the criteria.
        total: Weighted mean of the marks, 0 to 100; 0 where a critical part has none.
        failed: Titles of critical parts without marks.
    """

    parts: tuple[Part, ...]
    total: float
    failed: tuple[str, ...]


def score(criteria: Sequence[Criterion], figures: Mapping[str, float]) -> Score:
    """Marks for every criterion, linear between failing and proficient.

    A figure that is NaN could not be measured and has no marks.

    Raises:
        Problem: A figure is missing, or a criterion's bounds are equal or not finite, or no weight is positive.
    """
    parts = tuple(_part(criterion, figures) for criterion in criteria)
    weight = sum(part.criterion.weight for part in parts)
    if not weight > 0:
        raise _unusable("no criterion with a weight", "at least one weight above 0")
    failed = tuple(part.criterion.title for part in parts if part.criterion.critical and part.marks == 0)
    total = 0.0 if failed else sum(part.marks * part.criterion.weight for part in parts) / weight
    return Score(parts, total, failed)


def _part(criterion: Criterion, figures: Mapping[str, float]) -> Part:
    if criterion.figure not in figures:
        raise _unusable(f"no figure {criterion.figure!r}", "one of " + ", ".join(sorted(figures)))
    way = criterion.proficient - criterion.failing
    if not (math.isfinite(way) and way != 0):
        raise _unusable(f"bounds {criterion.failing} and {criterion.proficient}", "two different finite bounds")
    value = float(figures[criterion.figure])
    share = 0.0 if math.isnan(value) else (value - criterion.failing) / way
    return Part(criterion, value, 100 * min(1.0, max(0.0, share)))


class LearningCurve(msgspec.Struct, frozen=True):
    """How a figure falls or rises with practice: value(n) = plateau + gap * exp(-(n - 1) / pace).

    Attributes:
        plateau: What practice leads to.
        gap: How far from it the first trial was.
        pace: Trials after which 63 % of the gap is closed.
        residual: Root mean square of what the curve does not explain.
    """

    plateau: float
    gap: float
    pace: float
    residual: float

    def at(self, trial: float) -> float:
        """The figure foretold for a trial; the first is 1."""
        return self.plateau + self.gap * math.exp(-(trial - 1) / self.pace)


def learning_curve(values: Sequence[float]) -> LearningCurve:
    """The exponential curve of least squares through the trials of one person, in order.

    For each pace of a fine scale the two other numbers follow by linear least squares; the best pace is taken. Paces
    beyond the number of trials cannot be told from a straight line and are not tried.

    Raises:
        Problem: Fewer than four trials, or values that are not finite.
    """
    given = np.asarray(values, dtype=np.float64)
    if len(given) < 4 or not np.isfinite(given).all():
        raise _unusable(f"{len(given)} trials", "at least four, with finite values")
    trials = np.arange(len(given))
    best: LearningCurve | None = None
    for pace in np.geomspace(0.3, len(given), 200).tolist():
        basis = np.column_stack([np.ones(len(given)), np.exp(-trials / pace)])
        (plateau, gap), *_ = np.linalg.lstsq(basis, given, rcond=None)
        residual = float(np.sqrt(np.mean((basis @ [plateau, gap] - given) ** 2)))
        if best is None or residual < best.residual:
            best = LearningCurve(float(plateau), float(gap), pace, residual)
    assert best is not None  # noqa: S101 - there is always a first pace
    return best


def _unusable(got: str, expected: str) -> Problem:
    return Problem(
        "score_unusable",
        got=got,
        expected=expected,
        next_step="Correct the criteria or figures, and score again.",
    )
