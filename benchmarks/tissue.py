"""How fast and how true tissue is, beside MuJoCo, Newton, pyPBD and PyBullet on the same tetrahedra, in one run.

Two blocks of 100 mm (1 296 and 10 368 tetrahedra) under their weight, E 10 kPa, nu 0.45, 1 000 kg/m3, the bottom held,
and a beam of 100 x 20 x 20 mm (1 600), E 0.3 MPa, nu 0.3, one end held; steps of 1 ms, no contact, one thread, pinned
to one core. Every engine is given the same files. All of it takes two minutes, more on a busy machine.

Ours:

- `ours_1k_hz`, `ours_10k_hz`: steps in a second of the processor's time, which is a second by the clock where the core
  does nothing else; so for the peers. A sample is the best of five runs of 100 steps; samples are taken before, between
  and after the peers; this is their median. `ours_10k_best_hz`, `ours_10k_least_hz`: of the samples.
- `ours_10k_clock_hz`, `ours_10k_best_clock_hz`: median and best sample by the clock, beside what else was running.
- `ours_beam_error_pct`, `ours_beam_ms`: the end at rest against linear finite elements on the same tetrahedra, which
  are computed in the run (`reference_mm`); a step of 1 ms, the median.
- `ours_block_1k_error_pct`, `ours_block_10k_error_pct`: the top at rest, likewise.
- `ours_settings`: substeps, drag, and mass added for stability (none here), which are the same for a rate and for the
  figure of rest beside it: it is one solver, prepared once, that is timed and then comes to rest. Drag, per mass, is
  that of `prepare` by default, 30 per s, and 70 per s on the beam; rest does not depend on it. Dynamics are explicit,
  single precision within a tetrahedron; nothing is approximated for speed.
- `hertz_error_pct`: see `benchmarks.tissue_hertz`; `--study` shows how its mesh is chosen. It is not in real time.

Each peer NAME, best of five runs as a sample of ours is:

- `NAME_1k_hz`, `NAME_10k_hz`: in the cheapest of the settings tried (`NAME_setting`) that is right, where one is.
- `NAME_beam_error_pct`, `NAME_block_1k_error_pct`, `NAME_block_10k_error_pct`: at rest, with drag while it gets there.
  Blocks are pressed by up to a tenth, so that the law matters: engines of the law of St. Venant and Kirchhoff are
  compared with it, by finite elements on the same mesh, the others with linear elasticity. Null: it diverged, or
  did not come to rest in the time given. What sinks twice as far as it should is stopped there: 100 % or more.
- `NAME_right`: did not diverge and nothing of that is more than 5 % wrong. `NAME_tried`: all settings tried.
- `ahead_of`, `behind`: of the peers that are right, those slower, and faster, than ours at 10 k. `wrong`: the others,
  which count as failed; some are faster. `peers_failed`: what gave no figures, and why.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from abaton.surgery.tissue.body import Body, BodyState, at_rest
from abaton.surgery.tissue.solver import Solver, prepare, step, weight_n
from benchmarks import output, tissue_hertz
from benchmarks.surgery_peers import scenes

PEERS = {
    "mujoco_full": ("mujoco_flex", "full"),
    "mujoco_trilinear": ("mujoco_flex", "trilinear"),
    "mujoco_quadratic": ("mujoco_flex", "quadratic"),
    "newton_vbd": ("newton_tissue", "vbd"),
    "newton_xpbd": ("newton_tissue", "xpbd"),
    "pypbd_xpbd": ("pbd_tissue", ""),
    "pybullet_neohookean": ("bullet_tissue", ""),
}
"""Script, and how the names of its settings begin."""
BEAM_DRAG_PER_S = 70.0
PEER_SECONDS = 50.0
PATIENCE_S = 240.0
"""By the clock, for one peer."""
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@dataclass(frozen=True)
class Ours:
    """A body made ready by our solver, under its weight."""

    body: Body
    solver: Solver

    def run(self, state: BodyState, steps: int) -> tuple[BodyState, list[float]]:
        """The state after some steps, and the seconds that each took."""
        load = weight_n(self.solver)
        took: list[float] = []
        for _ in range(steps):
            begun = time.process_time()
            state = step(self.solver, state, load)
            took.append(time.process_time() - begun)
        return state, took

    def rates_hz(self) -> tuple[float, float]:
        """Steps in a second of the processor and by the clock, each the best of five runs of 100."""
        state, _ = self.run(at_rest(self.body), 1)
        processor, clock = np.inf, np.inf
        for _ in range(5):
            begun, used = time.perf_counter(), time.process_time()
            state, _ = self.run(state, 100)
            processor = min(processor, (time.process_time() - used) / 100)
            clock = min(clock, (time.perf_counter() - begun) / 100)
        return 1 / processor, 1 / clock

    def at_rest(self) -> tuple[float, float]:
        """Sinking of what is probed after 1 000 steps in mm, and milliseconds a step."""
        state, took = self.run(at_rest(self.body), 1000)
        sunk = (self.body.rest_m - state.position_m)[scenes.probed(self.body), 2]
        return 1000 * float(sunk.mean()), 1000 * float(np.median(took))


def main() -> None:
    """Measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    output.add_arguments(parser)
    parser.add_argument("--peers", default=sys.executable, help="Python interpreter that has the peers")
    parser.add_argument("--study", action="store_true", help="only how the mesh of the ball is chosen; minutes")
    arguments = parser.parse_args()
    core = pinned()
    if arguments.study:
        output.show("tissue", {"hertz_study": tissue_hertz.study()}, arguments)
        return
    begun = time.perf_counter()
    load_before = round(os.getloadavg()[0], 2)
    with tempfile.TemporaryDirectory() as folder:
        references = scenes.save(Path(folder))
        figures = compared(arguments.peers, Path(folder), references)
    figures |= tissue_hertz.measured()
    figures |= {"reference_mm": references, "core": core, "load_average_before": load_before}
    figures["minutes"] = round((time.perf_counter() - begun) / 60, 1)
    output.show("tissue", figures, arguments)


def pinned() -> int | None:
    """Keeps this process and those that it starts on one core, the last; None where the system cannot."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return core


def compared(interpreter: str, folder: Path, references: dict[str, dict[str, float]]) -> dict[str, Any]:
    """Ours and the peers', in turns."""
    bodies = scenes.bodies()
    ours = {name: Ours(body, prepare(body)) for name, body in bodies.items() if name != "beam"}
    ours["beam"] = Ours(bodies["beam"], prepare(bodies["beam"], damping_per_s=BEAM_DRAG_PER_S))
    samples = [sampled(ours)]
    failed: dict[str, str] = {}
    peers: dict[str, dict[str, Any]] = {}
    for name, (script, only) in PEERS.items():
        output.progress(name)
        found = peer(interpreter, script, only, folder)
        if isinstance(found, str):
            failed[name] = found
        else:
            peers[name] = found
        samples.append(sampled(ours))
    figures = rates(samples) | rests(ours, references)
    figures["ours_settings"] = {
        name: {
            "substeps": one.solver.substeps,
            "drag_per_s": one.solver.damping_per_s,
            "added_mass_kg": one.solver.added_mass_kg,
        }
        for name, one in ours.items()
    }
    for name, found in peers.items():
        figures |= {f"{name}_{key}": value for key, value in flat(found).items()}
    return figures | ranked(figures["ours_10k_hz"], peers) | {"peers_failed": failed}


def sampled(ours: dict[str, Ours]) -> tuple[float, float, float]:
    """One sample: the small block, the large one, the large one by the clock."""
    return ours["1k"].rates_hz()[0], *ours["10k"].rates_hz()


def rates(samples: list[tuple[float, float, float]]) -> dict[str, Any]:
    """Medians of the samples, and how far they lie apart."""
    small, large, clock = np.array(samples).T
    return {
        "ours_1k_hz": round(float(np.median(small))),
        "ours_10k_hz": round(float(np.median(large))),
        "ours_10k_best_hz": round(float(large.max())),
        "ours_10k_least_hz": round(float(large.min())),
        "ours_10k_clock_hz": round(float(np.median(clock))),
        "ours_10k_best_clock_hz": round(float(clock.max())),
        "ours_samples": len(samples),
    }


def rests(ours: dict[str, Ours], references: dict[str, dict[str, float]]) -> dict[str, float]:
    """Errors at rest by the solvers that the rates were measured with."""
    figures: dict[str, float] = {}
    for name, one in ours.items():
        sag, milliseconds = one.at_rest()
        key = "ours_beam" if name == "beam" else f"ours_block_{name}"
        figures[f"{key}_error_pct"] = round(100 * (sag / references[name]["linear_mm"] - 1), 2)
        figures[f"{key}_ms"] = round(milliseconds, 3)
    return figures


def peer(interpreter: str, script: str, only: str, folder: Path) -> dict[str, Any] | str:
    """A peer's figures, or in words why there are none."""
    found = shutil.which(interpreter)
    if not found:
        return f"there is no interpreter {interpreter}"
    # Peers leave logs where they run, which is therefore the folder that goes afterwards.
    root = Path(__file__).parents[1]
    environment = os.environ | dict.fromkeys(ONE_THREAD, "1") | {"PYTHONPATH": str(root)}
    command = [str(Path(found).absolute()), "-m", f"benchmarks.surgery_peers.{script}", str(folder)]
    command += ["--only", only, "--seconds", str(PEER_SECONDS)]
    try:
        ran = subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE_S, check=True, cwd=folder, env=environment
        )
    except subprocess.TimeoutExpired:
        return f"gave no figures within {PATIENCE_S:.0f} s"
    except subprocess.CalledProcessError as error:
        said = str(error.stderr).strip().splitlines()
        if said and "ModuleNotFoundError" in said[-1]:
            return f"not installed: {said[-1].split(':', 1)[1].strip()}"
        return f"ended with {error.returncode}: {said[-1][:200] if said else 'said nothing'}"
    return json.loads(ran.stdout.splitlines()[-1])


def flat(found: dict[str, Any]) -> dict[str, Any]:
    """A peer's figures by the keys of the table."""
    figures = {key: found[key] for key in ("1k_hz", "10k_hz", "right", "setting", "diverged")}
    figures["beam_ms"] = found["beam"]["ms"]
    figures |= {f"{key}_error_pct": found[key]["error_pct"] for key in ("beam", "block_1k", "block_10k")}
    return figures | {"tried": found["tried"]}


def ranked(ours_hz: float, peers: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """Which peers are right, and of those which are slower than ours."""
    right = {name: found["10k_hz"] for name, found in peers.items() if found["right"]}
    return {
        "ahead_of": [name for name, rate in right.items() if rate < ours_hz],
        "behind": [name for name, rate in right.items() if rate >= ours_hz],
        "wrong": [name for name in peers if name not in right],
    }


if __name__ == "__main__":
    main()
