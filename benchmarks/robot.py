"""How fast and how true the arm is: tick, kinematics, fixtures, tremor filters side by side.

- `tick_p50_us`, `tick_p99_us`: one tick of the arm: tremor filter, clutch, fixtures of an organ and a floor, QP.
- `rcm_error_m`: the largest distance of the shaft from the remote centre; `ik_error`: of FK(IK(x)) from x, in metres
  and in entries of the rotation, both over `poses`.
- `fixture_hz`: how often an organ, a vessel and a floor answer a motion in a second; `penetration_mm`: the deepest that
  a tool came into any of them, over `motions` steps of 0.1 m/s towards random goals behind them.
- `tremor_rms_cut_pct`, `tremor_error_cut_pct`, `tremor_lag_ms`: of the oscillator bank, on drawings that it was not
  tuned on: how much of 6 to 16 Hz is gone, how much nearer to the meant motion, and how late. The same for the low-pass
  and the weighted-frequency Fourier combiner, in the same run on the same motions, as `tremor.NAME.*`.
"""

import argparse
import math
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from abaton.geometry.grid import Grid
from abaton.geometry.signed_distance import SignedDistanceField
from abaton.surgery.fixtures.reading import Fixtures, distances, prepare
from abaton.surgery.fixtures.response import constrain
from abaton.surgery.fixtures.shapes import Cylinder, Fixture, Plane, Region
from abaton.surgery.robot import hand, psm
from abaton.surgery.robot.arm import arm_at, tick
from abaton.surgery.robot.tremor import TremorFilter, fourier_combiner, low_pass, oscillator_bank
from benchmarks import output

Array = NDArray[np.float64]
RATE_HZ = 1000.0
POSES = 100_000
MOTIONS = 100_000
TICKS = 20_000
TRIALS = 6
SECONDS = 20
SETTLED = 2000
HOME = np.array([0.0, 0.0, 0.14, 0.0, 0.0, 0.0])


def organ(centre_m: Array) -> Fixture:
    """A bumpy organ, 30 mm across."""
    shape, spacing = (70, 84, 96), np.array([1.0, 0.8, 0.7])
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = -(np.array(shape) - 1) * spacing / 2
    grid = Grid.of(shape, affine)
    at = grid.to_world(np.moveaxis(np.indices(shape), 0, -1))
    bumps = 1.5 * np.sin(at[..., 0] / 3) * np.cos(at[..., 1] / 4)
    field = SignedDistanceField.of(np.linalg.norm(at, axis=-1) + bumps < 15, grid)
    to_field = np.diag([1000.0, 1000, 1000, 1])
    to_field[:3, 3] = -1000 * centre_m
    return Fixture("organ", Region(field, to_field))


def scene(centre_m: Array) -> Fixtures:
    x, y, z = centre_m.tolist()
    return prepare(
        (
            organ(centre_m),
            Fixture("floor", Plane((x, y, z - 0.022), (0.0, 0.0, 1.0))),
            Fixture("vessel", Cylinder((x + 0.02, y, z), (0.0, 1.0, 0.0), 0.003, "outside")),
        )
    )


def measure_tick(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    arm = arm_at(HOME)
    fixtures = scene(arm.pose()[:3, 3] - [0, 0, 0.018])
    bank = oscillator_bank(RATE_HZ)
    way = np.sin(np.arange(TICKS)[:, None] / RATE_HZ * np.array([3.0, 2.3, 1.7])) * 0.02
    way += hand.tremor(rng, TICKS, RATE_HZ) / 1000
    pose = arm.pose()
    took: list[float] = []
    for position in way:
        pose[:3, 3] = position
        begun = time.perf_counter_ns()
        arm = tick(arm, pose, True, bank, fixtures, 2.0)
        took.append((time.perf_counter_ns() - begun) / 1000)
    settled = np.array(took[500:])
    return {
        "tick_p50_us": round(float(np.percentile(settled, 50)), 1),
        "tick_p99_us": round(float(np.percentile(settled, 99)), 1),
    }


def measure_kinematics(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    lower = psm.LOWER.copy()
    lower[2] = 0.03
    worst, off = 0.0, 0.0
    for _ in range(POSES):
        joints = rng.uniform(lower, psm.UPPER)
        pose = psm.forward(joints, psm.NEEDLE_DRIVER)
        found, status = psm.nearest(pose, psm.NEEDLE_DRIVER, joints)
        worst = max(worst, math.inf if status else float(np.abs(psm.forward(found, psm.NEEDLE_DRIVER) - pose).max()))
        straight = np.array([found[0], found[1], found[2], 0.0, 0.0, 0.0])
        shallow = np.array([found[0], found[1], found[2] / 2, 0.0, 0.0, 0.0])
        far, near = psm.forward(straight, psm.BARE_WRIST)[:3, 3], psm.forward(shallow, psm.BARE_WRIST)[:3, 3]
        off = max(off, float(np.linalg.norm(np.cross(near, far - near)) / np.linalg.norm(far - near)))
    return {"poses": POSES, "ik_error": worst, "rcm_error_m": off}


def measure_fixtures(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    fixtures = scene(np.zeros(3))
    at, deepest, goal, spent = np.array([0, 0, 0.025]), 0.0, np.zeros(3), 0
    constrain(fixtures, at, np.zeros(3), 1 / RATE_HZ)
    for n in range(MOTIONS):
        if n % 60 == 0:
            goal = rng.uniform(-0.025, 0.025, 3)
        way = goal - at
        length = float(np.linalg.norm(way))
        step = way * min(1.0, 1e-4 / length) if length > 0 else way
        begun = time.perf_counter_ns()
        motion = constrain(fixtures, at, step, 1 / RATE_HZ)
        spent += time.perf_counter_ns() - begun
        at = at + motion.step_m
        deepest = min(deepest, float(distances(fixtures, at)[0].min()))
    return {"motions": MOTIONS, "fixture_hz": round(MOTIONS / spent * 1e9), "penetration_mm": round(-1000 * deepest, 4)}


def drawing(rng: np.random.Generator) -> Array:
    """Loops of random size and speed up to 1.5 Hz, on every axis; nothing like the reaches filters were tuned on."""
    t = np.arange(int(SECONDS * RATE_HZ)) / RATE_HZ
    loops = [
        rng.uniform(1, 8, 3) * np.sin(2 * math.pi * rng.uniform(0.1, 1.5, 3) * t[:, None] + rng.uniform(0, 6, 3))
        for _ in range(4)
    ]
    return np.sum(loops, axis=0)


def judge(a_filter: TremorFilter, meant: Array, shaken: Array) -> tuple[float, float, float]:
    memory = a_filter.start(shaken[0])
    result = np.empty_like(shaken)
    for n, sample in enumerate(shaken):
        memory, result[n] = a_filter.step(memory, sample)
    scipy_signal: Any = signal
    band = scipy_signal.butter(4, (6.0, 16.0), "bandpass", fs=RATE_HZ, output="sos")

    def in_band(motion: Array) -> float:
        return float(np.std(scipy_signal.sosfiltfilt(band, motion, axis=0)[SETTLED:]))

    def error(motion: Array) -> float:
        return float(np.sqrt(np.mean((motion - meant)[SETTLED:] ** 2)))

    ends = slice(SETTLED, len(meant) - 200)
    misfits = [float(np.mean((np.roll(result, -lag, axis=0) - meant)[ends] ** 2)) for lag in range(100)]
    return 1 - in_band(result) / in_band(shaken), 1 - error(result) / error(shaken), float(np.argmin(misfits))


def measure_tremor(seed: int) -> dict[str, float]:
    filters = [oscillator_bank(RATE_HZ), low_pass(RATE_HZ), fourier_combiner(RATE_HZ)]
    names = ["tremor_", "tremor.low_pass.", "tremor.wflc."]
    figures: dict[str, float] = {}
    for a_filter, name in zip(filters, names, strict=True):
        results: list[tuple[float, float, float]] = []
        for trial in range(TRIALS):
            rng = np.random.default_rng((seed, trial))
            meant = drawing(rng)
            shaken = meant + hand.tremor(rng, len(meant), RATE_HZ) + rng.normal(0, 0.003, meant.shape)
            results.append(judge(a_filter, meant, shaken))
        cut, error, lag = np.mean(results, axis=0).tolist()
        figures |= {
            f"{name}rms_cut_pct": round(100 * cut, 1),
            f"{name}error_cut_pct": round(100 * error, 1),
            f"{name}lag_ms": round(lag / RATE_HZ * 1000, 2),
        }
    return figures


def main() -> None:
    """Runs everything on one core and prints it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    output.add_arguments(parser)
    arguments = parser.parse_args()
    figures: dict[str, Any] = {}
    for what, part in (
        ("ticks", measure_tick),
        ("kinematics", measure_kinematics),
        ("fixtures", measure_fixtures),
        ("tremor", measure_tremor),
    ):
        output.progress(f"{what} ...")
        figures |= part(arguments.seed)
    output.show("robot", figures, arguments)


if __name__ == "__main__":
    main()
