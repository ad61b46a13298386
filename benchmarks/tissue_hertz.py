"""A ball pressed without friction into a thick elastic block, against Hertz, on meshes chosen by convergence alone.

Rule, fixed before any comparison with Hertz: beginning with cells of 1 mm under the ball, cells are halved until
halving them again moves neither force by more than `SETTLED_PCT`; the coarser mesh of that last pair is the one that
counts. Cells are equal to 3.5 mm from the axis (a contact of 2 mm has a radius of 3.2 mm) and grow from there.
Likewise the block, beginning with 40 mm, is made 1.5 times as large until doing so again moves neither force by more
than `SETTLED_PCT`. `study` shows all of it; a run of the benchmark takes `CELL_M` and `REACH_M`, which are what
it leads to.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from abaton.surgery.tissue.body import Body, BodyState, at_rest, grid
from abaton.surgery.tissue.materials import Material
from abaton.surgery.tissue.solver import Solver, elastic_force_n, prepare, step

LIVER = Material("liver", 5.4e3, 0.49, 1060.0)
BALL_M = 0.005
DEPTHS_M = (1e-3, 2e-3)
EQUAL_TO_M = 3.5e-3
GROWTH = 1.5
SLOW_GROWTH = 1.25
SETTLED_PCT = 2.0
CELL_M = 1e-3
REACH_M = 0.06


@dataclass(frozen=True)
class Press:
    """Forces of the block at the two depths.

    Attributes:
        cell_m: Under the ball.
        reach_m: Half the width of the block and its depth, at least.
        tetrahedra: How many.
        force_n: At each depth.
        unrest_pct: Change of the force within the last 100 steps, the worse.
    """

    cell_m: float
    reach_m: float
    tetrahedra: int
    force_n: tuple[float, ...]
    unrest_pct: float

    @property
    def errors_pct(self) -> tuple[float, ...]:
        """Against Hertz, with sign."""
        return tuple(100 * (force / hertz_n(depth) - 1) for force, depth in zip(self.force_n, DEPTHS_M, strict=True))


def hertz_n(depth_m: float) -> float:
    """F = 4/3 E / (1 - nu^2) sqrt(R) d^1.5."""
    reduced = LIVER.youngs_modulus_pa / (1 - LIVER.poisson_ratio**2)
    return 4 / 3 * reduced * BALL_M**0.5 * depth_m**1.5


def measured() -> dict[str, float]:
    """The figures of the mesh that counts."""
    press = pressed(CELL_M, REACH_M)
    found: dict[str, float] = {}
    for depth, force, error in zip(DEPTHS_M, press.force_n, press.errors_pct, strict=True):
        found[f"hertz_{1000 * depth:.0f}mm_mn"] = round(1000 * force, 2)
        found[f"hertz_{1000 * depth:.0f}mm_error_pct"] = round(error, 2)
    found["hertz_error_pct"] = round(max(abs(error) for error in press.errors_pct), 2)
    found["hertz_unrest_pct"] = round(press.unrest_pct, 2)
    found["hertz_cell_mm"] = 1000 * press.cell_m
    found["hertz_tetrahedra"] = press.tetrahedra
    return found


def study() -> list[dict[str, float]]:
    """Cells halved, the block larger and smaller, and cells that grow more slowly; each about what counts."""
    meshes = [(CELL_M, REACH_M * factor, GROWTH) for factor in (1 / 1.5, 1, 1.5)]
    meshes += [(CELL_M, REACH_M, SLOW_GROWTH)]
    meshes += [(CELL_M * factor, REACH_M, GROWTH) for factor in (0.5, 0.25)]
    rows: list[dict[str, float]] = []
    for cell_m, reach_m, growth in meshes:
        press = pressed(cell_m, reach_m, growth)
        rows.append(
            {
                "cell_mm": 1000 * cell_m,
                "reach_mm": round(1000 * reach_m, 1),
                "growth": growth,
                "tetrahedra": press.tetrahedra,
                "force_1mm_mn": round(1000 * press.force_n[0], 3),
                "force_2mm_mn": round(1000 * press.force_n[1], 3),
                "error_1mm_pct": round(press.errors_pct[0], 2),
                "error_2mm_pct": round(press.errors_pct[1], 2),
                "unrest_pct": round(press.unrest_pct, 3),
            }
        )
    return rows


def thick(cell_m: float, reach_m: float, growth: float) -> Body:
    """The block: its top at z = 0, the ball's axis in the middle, held at the bottom."""
    equal = math.ceil(EQUAL_TO_M / cell_m)
    growing = 1
    while reached_m(cell_m, equal, growing, growth) < reach_m:
        growing += 1
    # As few cells as that growth allows; then the growth that ends exactly where the block does.
    exact = float(brentq(lambda ratio: reached_m(cell_m, equal, growing, ratio) - reach_m, 1.0, growth))
    half = np.concatenate([[0.0], np.cumsum(cell_m * exact ** np.maximum(np.arange(equal + growing) - equal + 1, 0))])
    both = np.concatenate([-half[:0:-1], half])
    return grid((both, both, -half[::-1]), LIVER)


def reached_m(cell_m: float, equal: int, growing: int, growth: float) -> float:
    """How far equal cells and then growing ones come."""
    return cell_m * (equal + float((growth ** np.arange(1, growing + 1)).sum()))


def pressed(cell_m: float, reach_m: float, growth: float = GROWTH) -> Press:
    """Presses the ball to each depth and waits until the force rests."""
    body = thick(cell_m, reach_m, growth)
    # A period long enough that masses are chosen by stability alone: every vertex then settles as fast as it can.
    # What a body comes to rest at does not depend on mass.
    solver = prepare(body, period_s=0.01, damping_per_s=2.0, most_substeps=1)
    state = at_rest(body)
    near = np.hypot(body.rest_m[:, 0], body.rest_m[:, 1]) < BALL_M
    top = np.flatnonzero((body.rest_m[:, 2] >= 0) & near)
    found: list[float] = []
    unrest = 0.0
    for depth in DEPTHS_M:
        middle = np.array([0.0, 0.0, BALL_M - depth])
        forces: list[float] = []
        for count in range(6000):
            state, touching, normal = put_out(step(solver, state), top, middle)
            if count % 10 == 0:
                forces.append(upward_n(solver, state, touching, normal))
            # The force swings slowly towards its end, so that a short stillness proves nothing.
            if count >= 1500 and np.ptp(forces[-50:]) < 1e-3 * forces[-1]:
                break
        found.append(float(np.mean(forces[-10:])))
        unrest = max(unrest, 100 * float(np.ptp(forces[-10:])) / found[-1])
    return Press(cell_m, reach_m, len(body.tetrahedra), tuple(found), unrest)


def upward_n(solver: Solver, state: BodyState, touching: NDArray[np.int64], normal: NDArray[np.float64]) -> float:
    """What the touching vertices press against the ball with."""
    if not len(touching):
        return 0.0
    push = elastic_force_n(solver, state.position_m)[touching]
    return float((push * normal).sum(axis=1) @ normal[:, 2])


def put_out(
    state: BodyState, top: NDArray[np.int64], middle: NDArray[np.float64]
) -> tuple[BodyState, NDArray[np.int64], NDArray[np.float64]]:
    """The state with vertices put out of the ball, which they are, and the way out of it there."""
    away = state.position_m[top] - middle
    distance = np.linalg.norm(away, axis=1)
    inside = distance < BALL_M
    touching, normal = top[inside], away[inside] / distance[inside, None]
    state.position_m[touching] = middle + BALL_M * normal
    inward = np.minimum((state.velocity_m_s[touching] * normal).sum(axis=1), 0.0)
    state.velocity_m_s[touching] -= inward[:, None] * normal
    return state, touching, normal
