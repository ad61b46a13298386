"""What hands did, in figures: time, way, economy, smoothness, idleness, both hands, force."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.surgery.skill.smoothness import ldlj, low_passed, sparc

Array = NDArray[np.float64]

IDLE_BELOW_M_S = 0.002
"""A tool slower than this rests."""
ECONOMY_OF_REST = 1.0


class Motion(msgspec.Struct, frozen=True):
    """How one tool moved.

    Attributes:
        duration_s: From first to last sample.
        path_m: Length of the way.
        economy: Shortest way through the goals over the way taken, 0 to 1; 1 where no goals are known to be left out.
        ldlj: See `smoothness.ldlj`; NaN where the tool never moved.
        sparc: See `smoothness.sparc`; NaN where the tool never moved.
        idle_s: Time at rest.
        mean_speed_m_s: While it moved.
    """

    duration_s: float
    path_m: float
    economy: float
    ldlj: float
    sparc: float
    idle_s: float
    mean_speed_m_s: float


class Force(msgspec.Struct, frozen=True):
    """How hard a tool pressed, over the time it touched.

    Attributes:
        mean_n: While touching; 0 without touch.
        peak_n: The largest.
        over_limit_s: Time above the limit.
        over_limit_n_s: How far above, over time: 1 N too much for 1 s is 1.
        touching_s: Time in touch.
    """

    mean_n: float
    peak_n: float
    over_limit_s: float
    over_limit_n_s: float
    touching_s: float


def motion(position_m: Array, rate_hz: float, goals_m: Array | None = None) -> Motion:
    """How a tool moved, after a low-pass of 10 Hz.

    Args:
        position_m: (n, 3), n at least 16.
        rate_hz: Of the samples.
        goals_m: (m, 3), places that had to be visited in this order; for the economy.

    Raises:
        Problem: Too few samples, or values that are not finite.
    """
    smooth = low_passed(position_m, rate_hz)
    speed = np.linalg.norm(np.gradient(smooth, 1 / rate_hz, axis=0), axis=1)
    path = float(np.linalg.norm(np.diff(smooth, axis=0), axis=1).sum())
    moves = speed >= IDLE_BELOW_M_S
    still = not bool(moves.any())
    return Motion(
        duration_s=(len(position_m) - 1) / rate_hz,
        path_m=path,
        economy=_economy(smooth, path, goals_m),
        ldlj=float("nan") if still else ldlj(smooth, rate_hz),
        sparc=float("nan") if still else sparc(speed, rate_hz),
        idle_s=float((~moves).sum()) / rate_hz,
        mean_speed_m_s=0.0 if still else float(speed[moves].mean()),
    )


def bimanual_dexterity(left_m: Array, right_m: Array, rate_hz: float) -> float:
    """Share of the time in which both tools move, of that in which either does, 0 to 1.

    Raises:
        Problem: The tools' samples differ in number, or see `motion`.
    """
    if len(left_m) != len(right_m):
        raise Problem(
            "tracks_differ",
            got=f"{len(left_m)} samples of the left tool and {len(right_m)} of the right",
            expected="as many of each",
            next_step="Cut both to the same time.",
        )
    moving = [
        np.linalg.norm(np.gradient(low_passed(track, rate_hz), 1 / rate_hz, axis=0), axis=1) >= IDLE_BELOW_M_S
        for track in (left_m, right_m)
    ]
    either = moving[0] | moving[1]
    return float((moving[0] & moving[1]).sum() / either.sum()) if either.any() else 0.0


def force(force_n: Array, rate_hz: float, limit_n: float) -> Force:
    """How hard a tool pressed.

    Args:
        force_n: (n,), magnitudes; 0 where it does not touch.
        rate_hz: Of the samples.
        limit_n: What the tissue bears.

    Raises:
        Problem: Values that are negative or not finite.
    """
    if not (np.isfinite(force_n).all() and (force_n >= 0).all()):
        raise Problem(
            "force_unmeasurable",
            got="forces that are negative or not finite",
            expected="magnitudes in newtons",
            next_step="Give the length of the force vector.",
        )
    touching = force_n > 0
    above = np.maximum(0.0, force_n - limit_n)
    return Force(
        mean_n=float(force_n[touching].mean()) if touching.any() else 0.0,
        peak_n=float(force_n.max(initial=0.0)),
        over_limit_s=float((above > 0).sum()) / rate_hz,
        over_limit_n_s=float(above.sum()) / rate_hz,
        touching_s=float(touching.sum()) / rate_hz,
    )


def _economy(position_m: Array, path_m: float, goals_m: Array | None) -> float:
    if path_m == 0:
        return ECONOMY_OF_REST
    through = [position_m[:1], position_m[-1:]] if goals_m is None else [position_m[:1], goals_m, position_m[-1:]]
    shortest = float(np.linalg.norm(np.diff(np.concatenate(through), axis=0), axis=1).sum())
    return min(1.0, shortest / path_m)
