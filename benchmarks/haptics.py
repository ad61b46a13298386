"""How evenly force comes while a body of 10 k tetrahedra runs beside it with its contact, and how soon it goes.

The scene: a ball is led by the simulated hand in and out of a block of liver and across it. Each step the ball goes to
the loop's proxy, the block is stepped with contact and friction, and the loop is told the force that was found with the
stiffness condensed from the block where it is touched. In mid-run a cut is made beside the scene, which goes on.

- `period_p50_ms`, `period_p99_ms`: from tick to tick of the force loop, in a process of its own.
- `passivity_violations`: ticks at which the scene had given more energy than it was given, beside 0.5 mJ of reserve.
- `cut_ms`: the longest that the scene went without a step from the beginning of the cut until the cut body runs.
- `cut_whole_ms`: from the beginning of the cut until the cut body runs.
- `force_zero_ms`: from the last word of a scene that falls silent under load until there is no force, with the longest
  silence that the loop allows.
- `physics_hz`: steps of the scene in a second while the loop runs.
- `told_late_pct`: of the steps, how many came later than the silence that the loop allows.
"""

import argparse
import os
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.surgery.force import simulated
from abaton.surgery.force.board import Board
from abaton.surgery.force.coupling import coupling
from abaton.surgery.force.loop import REST_S, SCENE_PRIORITY, get_ahead, get_back, spawn
from abaton.surgery.force.model import LONGEST_SILENCE_S
from abaton.surgery.force.picture import Picture
from abaton.surgery.tissue import contact, cutting, tools
from abaton.surgery.tissue.body import Body, BodyState, at_rest, block
from abaton.surgery.tissue.materials import LIVER
from abaton.surgery.tissue.solver import Solver, prepare, step
from benchmarks import output

Array = NDArray[np.float64]

SIDE_M = 0.06
BALL_M = 0.006
UP = np.array([0.0, 0.0, 1.0])
HAND_M = np.array([0.03, 0.03, SIDE_M + BALL_M])
"""Where the middle of the hand's swing lies in the block's axes: the ball just touches."""
BLADE = np.array([[0.02, -0.01, 0.05], [0.02, 0.03, 0.05], [0.02, 0.03, 0.07], [0.02, -0.01, 0.07]])


class Scene(msgspec.Struct):
    """A block of liver and a ball, and what is kept from step to step."""

    solver: Solver
    state: BodyState
    skin: contact.Skin
    tools: tools.Tools
    contacts: contact.Contacts
    poses: Array
    force_n: Array

    def go(self, to_m: Array) -> None:
        """One step, with the ball led to a place; a leap is held."""
        wanted = np.eye(4)[None].copy()
        wanted[0, :3, 3] = to_m
        following = tools.follow(self.tools, self.poses, wanted, 0.05).poses
        found = contact.find(self.skin, self.tools, self.state, self.poses, following, self.contacts)
        stepped = step(self.solver, self.state, contact.forces(self.skin, found))
        touch = contact.resolve(self.skin, self.tools, self.state, stepped, self.poses, following, found)
        self.state, self.contacts, self.poses = touch.state, touch.contacts, following
        self.force_n = touch.tool_force_n[0]

    def exchange(self, solver: Solver, skin: contact.Skin, made: cutting.Cut) -> None:
        """The cut body takes over where the uncut one has come to meanwhile."""
        self.state = cutting.carried(made, self.state)
        self.solver, self.skin, self.contacts = solver, skin, contact.after_cut(self.contacts)


def made(body: Body) -> Scene:
    """The scene at rest, with all kernels compiled or loaded."""
    solver = prepare(body)
    held = tools.prepare((tools.Tool("ball", tools.Capsule((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), BALL_M)),))
    pose = np.eye(4)[None].copy()
    pose[0, :3, 3] = HAND_M + 0.005 * UP
    none = contact.Contacts.none()
    scene = Scene(
        solver, at_rest(body), contact.skin_of(body, solver.moved_mass_kg), held, none, pose, np.zeros(3)
    )  # fmt: skip
    cutting.cut(body, scene.state, BLADE)
    scene.go(HAND_M - 0.0005 * UP)
    scene.go(HAND_M + 0.005 * UP)
    return scene


def cut_beside(body: Body, state: BodyState) -> tuple[cutting.Cut, Solver, contact.Skin]:
    """A cut body made ready, in the thread beside the scene."""
    cut = cutting.cut(body, state, BLADE)
    solver = prepare(cut.body)
    return cut, solver, contact.skin_of(cut.body, solver.moved_mass_kg)


def main() -> None:
    """Runs it and prints it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    output.add_arguments(parser)
    parser.add_argument("--seconds", type=float, default=60.0, help="of the run")
    arguments = parser.parse_args()
    output.show("haptics", measure(arguments.seconds), arguments)


def measure(seconds: float) -> dict[str, Any]:
    """The run, and the fall of the force after it."""
    scene = made(block((SIDE_M, SIDE_M, SIDE_M), (13, 13, 12), LIVER))
    tetrahedra = len(scene.solver.body.tetrahedra)
    cores = sorted(os.sched_getaffinity(0))
    sys.setswitchinterval(0.0005)  # The thread beside the scene lets go of the interpreter in time.
    board = Board()
    process = None
    try:
        with ThreadPoolExecutor(1) as beside:
            beside.submit(int).result()  # Begun now, it does not get ahead with the scene.
            picture = Picture(board, scene.tools, scene.solver, scene.state.position_m, HAND_M, beside)
            tell(picture, scene)
            board.state()
            process = spawn(simulated.SimulatedDevice, coupling(simulated.SIMULATED), board, cores[-1])
            while board.state() is None:
                time.sleep(0.01)
            if not board.granted[0]:  # A loop that is not ahead of all others needs a core of its own.
                os.sched_setaffinity(0, set(cores[:-1]) or set(cores))
            scene_ahead = get_ahead(SCENE_PRIORITY)
            measured = run(board, picture, scene, beside, seconds)
            zero_ms = fall_silent(board, picture, scene)
        told = board.state()
        assert told is not None
        periods_ms = board.periods_s()[100:] * 1000
        ahead, core = board.granted
    finally:
        board.end()
        if process is not None:
            process.join(5)
        get_back()
        os.sched_setaffinity(0, set(cores))
        board.close(unlink=True)
    return {
        "seconds": seconds,
        "tetrahedra": tetrahedra,
        "period_p50_ms": round(float(np.percentile(periods_ms, 50)), 4),
        "period_p99_ms": round(float(np.percentile(periods_ms, 99)), 4),
        "period_max_ms": round(float(periods_ms.max()), 3),
        "late_ticks_pct": round(float((periods_ms > 1.1).mean() * 100), 3),
        "passivity_violations": told.violations,
        "least_energy_mj": round(told.least_energy_j * 1000, 4),
        "controlled_ticks": told.controlled,
        **measured,
        "force_zero_ms": round(zero_ms, 2),
        "sched_fifo": ahead,
        "loop_core": core,
        "scene_fifo": scene_ahead,
        "load_per_core": round(os.getloadavg()[0] / len(cores), 2),
    }


def run(board: Board, picture: Picture, scene: Scene, beside: ThreadPoolExecutor, seconds: float) -> dict[str, Any]:
    """The scene beside the loop, with a cut in the middle."""
    steps, cut_ms, cut_begun, cut_done = 0, 0.0, 0.0, 0.0
    gaps: list[float] = []
    most_n, touched = 0.0, 0
    cutting_now: Future[tuple[cutting.Cut, Solver, contact.Skin]] | None = None
    begun = before = time.monotonic()
    faults_at_start = told.faults if (told := board.state()) else 0
    while before < begun + seconds:
        if cut_begun == 0.0 and before > begun + seconds / 2:
            cut_begun = before
            cutting_now = beside.submit(cut_beside, scene.solver.body, scene.state)
        if cutting_now is not None and cutting_now.done():
            cut, solver, skin = cutting_now.result()
            scene.exchange(solver, skin, cut)
            picture.after_cut(solver, scene.state.position_m)
        told = board.state()
        assert told is not None
        scene.go(HAND_M + told.proxy_m)
        tell(picture, scene)
        time.sleep(REST_S)
        now = time.monotonic()
        gaps.append(now - before)
        if cutting_now is not None:
            cut_ms = max(cut_ms, gaps[-1] * 1000)
            if cutting_now.done() and len(scene.skin.inverse_mass) == len(cutting_now.result()[0].body.rest_m):
                cut_done, cutting_now = now, None
        most_n, touched = max(most_n, float(np.linalg.norm(told.force_n))), touched + told.touching
        before, steps = now, steps + 1
    assert told is not None
    late = np.array(gaps) > LONGEST_SILENCE_S
    return {
        "fault_ticks": told.faults - faults_at_start,
        "most_force_n": round(most_n, 3),
        "touching_pct": round(100 * touched / steps, 1),
        "physics_hz": round(steps / seconds),
        "step_p99_ms": round(float(np.percentile(gaps, 99)) * 1000, 2),
        "told_late_pct": round(float(late.mean()) * 100, 3),
        "cut_ms": round(cut_ms, 1),
        "cut_whole_ms": round((cut_done - cut_begun) * 1000, 1),
    }


def tell(picture: Picture, scene: Scene) -> None:
    """The scene's last step, to the loop, in the hand's axes."""
    picture.tell(time.monotonic(), scene.contacts, scene.skin, scene.poses[0], scene.force_n, origin_m=HAND_M)


def fall_silent(board: Board, picture: Picture, scene: Scene) -> float:
    """The scene hangs while the hand presses: how long, in ms, until there is no force; NaN if it never pressed."""
    given_up = time.monotonic() + 30
    while not ((told := board.state()) and told.gain == 1.0 and np.linalg.norm(told.force_n) > 0.05):
        if time.monotonic() > given_up:
            return float("nan")
        scene.go(HAND_M + told.proxy_m if told else HAND_M)
        tell(picture, scene)
    silent = time.monotonic()
    tell(picture, scene)
    while (told := board.state()) and told.force_n.any():
        pass
    return (time.monotonic() - silent) * 1000


if __name__ == "__main__":
    main()
