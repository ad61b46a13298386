"""How evenly force comes while a body of 10 k tetrahedra is stepped beside it, and how soon it goes after a hang.

- `period_p50_ms`, `period_p99_ms`: from tick to tick of the force loop, in a process of its own.
- `passivity_violations`: ticks at which the scene had given more energy than it was given, beside 0.5 mJ of reserve.
- `cut_ms`: from the beginning of a cut until the scene is stepped and told to the loop again.
- `force_zero_ms`: from the last word of a physics side that falls silent under load until there is no force.
- `physics_hz`: steps of the body in a second while the loop runs. The local stiffness is that of a half-space.
"""

import argparse
import os
import time
from typing import Any

import msgspec
import numpy as np

from abaton.surgery.force import simulated
from abaton.surgery.force.board import Board
from abaton.surgery.force.coupling import coupling
from abaton.surgery.force.loop import spawn
from abaton.surgery.force.model import half_space
from abaton.surgery.tissue import cutting
from abaton.surgery.tissue.body import at_rest, block
from abaton.surgery.tissue.materials import LIVER
from abaton.surgery.tissue.solver import prepare, step
from benchmarks import output

SIDE_M = 0.06
ALLOWED_S = 0.02
"""Silence that the loop allows a physics side which shares its cores with others; the hang is timed without it."""


def main() -> None:
    """Runs it and prints it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    output.add_arguments(parser)
    parser.add_argument("--seconds", type=float, default=60.0, help="of the run")
    arguments = parser.parse_args()
    output.show("haptics", measure(arguments.seconds), arguments)


def measure(seconds: float) -> dict[str, Any]:
    body = block((SIDE_M, SIDE_M, SIDE_M), (13, 13, 12), LIVER)
    solver, state = prepare(body), at_rest(body)
    blade = np.array([[0.02, -0.01, 0.05], [0.02, 0.03, 0.05], [0.02, 0.03, 0.07], [0.02, -0.01, 0.07]])
    cutting.cut(body, state, blade)  # Compiled or loaded before it is timed.
    state = step(solver, state)
    top = half_space(np.zeros(3), np.array([0.0, 0.0, 1.0]), LIVER.youngs_modulus_pa, LIVER.poisson_ratio, 0.005)
    busy = msgspec.structs.replace(top, silence_s=ALLOWED_S)
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, set(cores[:-1]) or set(cores))
    board = Board()
    board.state()
    board.publish(top.words(time.monotonic()))
    process = spawn(simulated.SimulatedDevice, coupling(simulated.SIMULATED), board, cores[-1])
    while board.state() is None:
        time.sleep(0.01)
    begun, steps, cut_ms = time.monotonic(), 0, 0.0
    centre = np.argmin(np.linalg.norm(body.rest_m - [SIDE_M / 2, SIDE_M / 2, SIDE_M], axis=1))
    try:
        while (now := time.monotonic()) < begun + seconds:
            if cut_ms == 0.0 and now > begun + seconds / 2:
                board.publish(_announced(top, now))
                made = cutting.cut(body, state, blade)
                body, state = made.body, made.state
                solver = prepare(body)
                state = step(solver, state)
                board.publish(top.words(time.monotonic()))
                cut_ms = (time.monotonic() - now) * 1000
                continue
            told = board.state()
            force = np.zeros_like(state.position_m)
            force[centre] = -told.force_n if told else 0.0
            state = step(solver, state, force)
            steps += 1
            board.publish(busy.words(time.monotonic()))
        # The physics side falls silent while the hand presses.
        while not ((told := board.state()) and told.gain == 1.0 and np.linalg.norm(told.force_n) > 0.1):
            board.publish(top.words(time.monotonic()))
        silent = time.monotonic()
        board.publish(top.words(silent))
        while (told := board.state()) and told.force_n.any():
            pass
        zero_ms = (time.monotonic() - silent) * 1000
        assert told is not None
        periods_ms = board.periods_s()[100:] * 1000
        ahead, core = board.granted
    finally:
        board.end()
        process.join(5)
        os.sched_setaffinity(0, set(cores))
        board.close(unlink=True)
    return {
        "seconds": seconds,
        "tetrahedra": len(body.tetrahedra),
        "period_p50_ms": round(float(np.percentile(periods_ms, 50)), 4),
        "period_p99_ms": round(float(np.percentile(periods_ms, 99)), 4),
        "period_max_ms": round(float(periods_ms.max()), 3),
        "passivity_violations": told.violations,
        "least_energy_mj": round(told.least_energy_j * 1000, 4),
        "fault_ticks": told.faults,
        "allowed_silence_ms": ALLOWED_S * 1000,
        "physics_hz": round(steps / seconds),
        "cut_ms": round(cut_ms, 1),
        "force_zero_ms": round(zero_ms, 2),
        "sched_fifo": ahead,
        "loop_core": core,
    }


def _announced(top: Any, now_s: float) -> Any:
    """Before a cut the loop is told to go on alone for as long as it may."""
    return msgspec.structs.replace(top, silence_s=0.05).words(now_s)


if __name__ == "__main__":
    main()
