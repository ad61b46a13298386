"""From a wanted motion of the tool to rates of the joints, within every limit."""

import math
from typing import Literal, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel
from abaton.surgery.fixtures.reading import lost_tracking
from abaton.surgery.fixtures.response import check_period
from abaton.surgery.quadratic import UNBOUNDED, minimise
from abaton.surgery.robot.psm import LOWER, UPPER, jacobian

Array = NDArray[np.float64]
Outcome: TypeAlias = Literal["moved", "limited", "held"]

FASTEST = np.array([2.0, 2.0, 0.4, 6.0, 6.0, 6.0])
"""Limits of the joints' rates, rad/s and for the insertion m/s."""
DAMPING = 1e-6
"""e of the objective: keeps the solution finite where the arm is singular."""
TURN_WEIGHT_M2 = 0.01**2
"""An error of 1 rad/s counts as much as one of 10 mm/s."""


_FASTEST_M_S, _FASTEST_RAD_S = 100.0, 10_000.0
_NO_ROWS, _NO_LEAST = np.zeros((0, 3)), np.zeros(0)
_FREE, _BOUND, _NOT_FINITE = range(3)


class Rates(msgspec.Struct, frozen=True, eq=False):
    """What the joints are to do.

    Attributes:
        rates: (6,), rad/s and m/s.
        outcome: `moved`: as wanted. `limited`: a limit or fixture allowed less. `held`: nothing satisfies them all.
    """

    rates: Array
    outcome: Outcome


def joint_rates(
    joints: Array, tool: Array, twist: Array, period_s: float, rows: Array | None = None, least: Array | None = None
) -> Rates:
    """Rates that follow a twist as closely as limits and fixtures allow.

    min |J q' - v|^2_W + e |q'|^2, subject to joint limits, rate limits, and `rows @ (J q')_linear * period >= least`.

    Args:
        joints: (6,), now.
        tool: (4, 4), from the wrist's last frame to the tool.
        twist: (6,), m/s and rad/s in the base's axes.
        period_s: Of the control loop.
        rows: (m, 3), from `fixtures.response.step_bounds`.
        least: (m,), likewise.

    Raises:
        Problem: Something is not finite, or the period is no time; the arm must hold.
    """
    check_period(period_s)
    # Beyond what any joint follows, size adds nothing but rounding errors to the program.
    size = max(np.abs(twist[:3]).max() / _FASTEST_M_S, np.abs(twist[3:]).max() / _FASTEST_RAD_S)
    twist = twist / size if 1.0 < size < math.inf else twist
    bounds = (_NO_ROWS, _NO_LEAST) if rows is None or least is None else (rows, least)
    free, verdict = _free_rates(joints, tool, twist, period_s, *bounds, LOWER, UPPER, FASTEST)
    if verdict == _NOT_FINITE:
        raise lost_tracking()
    if verdict == _FREE:
        return Rates(free, "moved")
    matrix = jacobian(joints, tool)
    weights = np.array([1.0, 1.0, 1.0, TURN_WEIGHT_M2, TURN_WEIGHT_M2, TURN_WEIGHT_M2])
    weighted = matrix.T * weights
    objective = weighted @ matrix + DAMPING * TURN_WEIGHT_M2 * np.eye(6)
    upper = np.minimum(FASTEST, np.maximum(0.0, (UPPER - joints) / period_s))
    lower = np.maximum(-FASTEST, np.minimum(0.0, (LOWER - joints) / period_s))
    bounded = np.zeros((0, 6))
    if rows is not None and least is not None and len(least):
        bounded = np.ascontiguousarray(rows @ matrix[:3]) * period_s
        lower = np.concatenate([lower, least])
        upper = np.concatenate([upper, np.full(len(least), UNBOUNDED)])
    solved = minimise(objective, -(weighted @ twist), bounded, lower, upper)
    if solved is None:
        return Rates(np.zeros(6), "held")
    # The solver keeps bounds to its own tolerance; the arm keeps them.
    rates, bound = np.clip(solved[0], lower[:6], upper[:6]), solved[1]
    return Rates(rates, "limited" if bound else "moved")


@kernel()
def _free_rates(
    joints: Array, tool: Array, twist: Array, period_s: float, rows: Array, least: Array, lower: Array, upper: Array,
    fastest: Array,
) -> tuple[Array, int]:  # fmt: skip
    """The rates if nothing bound them, and whether nothing does: then they are the quadratic program's solution."""
    rates = np.zeros(6)
    for n in range(6):
        if not (np.isfinite(joints[n]) and np.isfinite(twist[n])):
            return rates, 2
    matrix = jacobian(joints, tool)
    factor = np.zeros((6, 6))
    for a in range(6):
        for b in range(a + 1):
            total = DAMPING * TURN_WEIGHT_M2 if a == b else 0.0
            for row in range(6):
                total += matrix[row, a] * matrix[row, b] * (1.0 if row < 3 else TURN_WEIGHT_M2)
            for inner in range(b):
                total -= factor[a, inner] * factor[b, inner]
            factor[a, b] = np.sqrt(total) if a == b else total / factor[b, b]
    for a in range(6):
        total = 0.0
        for row in range(6):
            total += matrix[row, a] * twist[row] * (1.0 if row < 3 else TURN_WEIGHT_M2)
        for inner in range(a):
            total -= factor[a, inner] * rates[inner]
        rates[a] = total / factor[a, a]
    for a in range(5, -1, -1):
        total = rates[a]
        for inner in range(a + 1, 6):
            total -= factor[inner, a] * rates[inner]
        rates[a] = total / factor[a, a]
    for n in range(6):
        room_up = min(fastest[n], max(0.0, (upper[n] - joints[n]) / period_s))
        room_down = max(-fastest[n], min(0.0, (lower[n] - joints[n]) / period_s))
        if not room_down <= rates[n] <= room_up:
            return rates, 1
    for n in range(rows.shape[0]):
        along = 0.0
        for axis in range(3):
            for joint in range(6):
                along += rows[n, axis] * matrix[axis, joint] * rates[joint]
        if along * period_s < least[n]:
            return rates, 1
    return rates, 0
