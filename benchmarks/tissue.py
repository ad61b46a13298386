"""How fast and how true tissue is, beside MuJoCo's flex on blocks and beams of the same size.

- `ours_1k_hz`, `ours_10k_hz`: steps of 1 ms in a second, a block of 100 mm under its weight, E 10 kPa, nu 0.45.
- `ours_beam_error_pct`, `ours_beam_ms`: a beam of 100 x 20 x 20 mm at rest under its weight, E 0.3 MPa, nu 0.3, the
  tip against linear finite elements on the same 1 600 tetrahedra (11.11 mm); and time of a step of 1 ms.
- `hertz_error_pct`: the worse of a ball of 5 mm pressed 1 and 2 mm into a half space, E 5.4 kPa, nu 0.49, against
  Hertz; the same forces on a finer graded mesh, come to rest with masses chosen for that.
- `mujoco_...`: the same; `mujoco_right` says whether its beam is within 5 % of 11.11 mm. It runs in a process of its
  own, by the interpreter that `--peers` names; what is not installed or fails is named in `peers_failed`.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abaton.surgery.tissue.body import BodyState, at_rest, block, grid
from abaton.surgery.tissue.materials import Material
from abaton.surgery.tissue.solver import elastic_force_n, prepare, step, weight_n
from benchmarks import output

BLOCK = Material("block", 10e3, 0.45, 1000.0)
BEAM = Material("beam", 0.3e6, 0.3, 1000.0)
LIVER = Material("liver", 5.4e3, 0.49, 1060.0)
LINEAR_TIP_M = 0.01111
BALL_M = 0.005


def main() -> None:
    """Measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    output.add_arguments(parser)
    parser.add_argument("--peers", default=sys.executable, help="Python interpreter that has the peers")
    arguments = parser.parse_args()
    figures: dict[str, Any] = {"ours_1k_hz": rate(6), "ours_10k_hz": rate(12), **beam(), **hertz()}
    failed: dict[str, str] = {}
    figures.update(peer(arguments.peers, failed))
    output.show("tissue", {**figures, "peers_failed": failed}, arguments)


def rate(cells: int) -> float:
    """Steps in a second, the best of five runs."""
    body = block((0.1, 0.1, 0.1), (cells, cells, cells), BLOCK)
    solver = prepare(body)
    load = weight_n(solver)
    state = step(solver, at_rest(body), load)
    best = np.inf
    for _ in range(5):
        begun = time.perf_counter()
        for _ in range(100):
            state = step(solver, state, load)
        best = min(best, (time.perf_counter() - begun) / 100)
    return round(1 / best)


def beam() -> dict[str, float]:
    """The tip at rest, and a step's time."""
    body = block((0.1, 0.02, 0.02), (20, 4, 4), BEAM, "left", alternate=True)
    solver = prepare(body, damping_per_s=70.0)
    load = weight_n(solver)
    state = step(solver, at_rest(body), load)
    took: list[float] = []
    for _ in range(1000):
        begun = time.perf_counter()
        state = step(solver, state, load)
        took.append(time.perf_counter() - begun)
    tip = float((body.rest_m - state.position_m)[body.rest_m[:, 0] > 0.0999, 2].mean())
    return {
        "ours_beam_error_pct": round(100 * abs(tip / LINEAR_TIP_M - 1), 2),
        "ours_beam_ms": round(1000 * float(np.median(took)), 3),
    }


def hertz() -> dict[str, float]:
    """Force of a ball without friction, 1 and 2 mm deep, on a block 120 mm wide and 60 mm deep."""
    near, ratio = 0.5e-3, 1.5
    sizes = np.concatenate([np.full(7, near), near * ratio ** np.arange(1, 10)])
    half = np.concatenate([[0.0], np.cumsum(sizes)])
    both = np.concatenate([-half[:0:-1], half])
    body = grid((both, both, -half[::-1]), LIVER)
    # A period long enough that masses are chosen by stability alone: every vertex then settles as fast as it can.
    solver = prepare(body, period_s=0.01, damping_per_s=2.0, most_substeps=1)
    state = at_rest(body)
    top = np.flatnonzero((body.rest_m[:, 2] >= 0) & (np.hypot(body.rest_m[:, 0], body.rest_m[:, 1]) < BALL_M))
    errors: dict[str, float] = {}
    for depth in (1e-3, 2e-3):
        middle = np.array([0.0, 0.0, BALL_M - depth])
        forces: list[float] = []
        for count in range(2400):
            state, touching, normal = pressed(step(solver, state), top, middle)
            if count >= 2300:
                push = elastic_force_n(solver, state.position_m)[touching]
                forces.append(float((push * normal).sum(axis=1) @ normal[:, 2]) if len(touching) else 0.0)
        force = float(np.mean(forces))
        exact = 4 / 3 * 5.4e3 / (1 - 0.49**2) * BALL_M**0.5 * depth**1.5
        errors[f"hertz_{1000 * depth:.0f}mm_mn"] = round(1000 * abs(force), 2)
        errors[f"hertz_{1000 * depth:.0f}mm_error_pct"] = round(100 * (abs(force) / exact - 1), 2)
        errors[f"hertz_{1000 * depth:.0f}mm_unrest_pct"] = round(100 * float(np.ptp(forces)) / exact, 2)
    errors["hertz_error_pct"] = max(abs(errors["hertz_1mm_error_pct"]), abs(errors["hertz_2mm_error_pct"]))
    return errors


def pressed(
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


def peer(interpreter: str, failed: dict[str, str]) -> dict[str, Any]:
    """MuJoCo's figures, from a process of its own."""
    script = Path(__file__).parent / "surgery_peers" / "mujoco_flex.py"
    try:
        ran = subprocess.run([interpreter, str(script)], capture_output=True, text=True, timeout=240, check=True)
    except subprocess.CalledProcessError as error:
        failed["mujoco"] = str(error.stderr).strip().splitlines()[-1][:200] if error.stderr else str(error)
        return {}
    except (subprocess.TimeoutExpired, OSError) as error:
        failed["mujoco"] = str(error)[:200]
        return {}
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    tip = found["mujoco_beam_mm"]
    found["mujoco_right"] = bool(np.isfinite(tip) and abs(tip / (1000 * LINEAR_TIP_M) - 1) <= 0.05)
    return found


if __name__ == "__main__":
    main()
