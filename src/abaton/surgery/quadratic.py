"""Small quadratic programs, solved by DAQP (Arnstrom, Bemporad, Axehill 2022)."""

from typing import Any, TypeAlias

import daqp
import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
UNBOUNDED = 1e30


def minimise(quadratic: Array, linear: Array, rows: Array, lower: Array, upper: Array) -> tuple[Array, bool] | None:
    """The x of least `x' quadratic x / 2 + linear' x` with `lower <= (x, rows @ x) <= upper`, and whether a bound acts.

    Args:
        quadratic: (n, n), positive definite.
        linear: (n,).
        rows: (m, n).
        lower: (k + m,): of the first k variables themselves, then of the rows.
        upper: (k + m,).

    Returns:
        None where no x keeps all bounds.
    """
    solver: Any = daqp
    found, _, flag, info = solver.solve(quadratic, linear, rows, upper, lower, np.zeros(len(upper), dtype=np.int32))
    if flag < 1:
        return None
    multipliers: Array = info["lam"]
    return found, bool(np.any(np.abs(multipliers) > 1e-12))
