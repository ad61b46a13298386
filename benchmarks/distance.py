"""How fast and how true distances from the surface of a mask are, beside SciPy and SimpleITK in the same run.

Speed: a ball of 80 voxels' radius in 256^3, isotropic, and a mask of many blobs of any shape (`blobs.`). Every full
field is made some times in turn with the peers, in random order; figures are medians.

- `full_s`, `full_best_s`: the signed field of the ball. `blobs.full_s`: of the blobs.
- `one_thread_s`: the ball's, on one core. `full_cpu_s`: processor seconds of all cores, which a busy machine changes
  less than the wall's.
- `update_ms`: brush strokes of 10 voxels' radius on the surface of ball and blobs, set and cleared; median.
  `update_worst_ms`: the slowest of them. `update_one_thread_ms`: median on one core.
- `update_first_ms`: the first stroke in an empty grid, where every distance of the grid changes.
- `update_equal`: whether each field after a stroke is, bit for bit, the one made anew.
- `scipy_s`: `scipy.ndimage.distance_transform_edt` inside and outside, which a signed field needs. `simpleitk_s`:
  `SignedMaurerDistanceMap`, on the same number of threads. `scipy_cpu_s`, `simpleitk_cpu_s` likewise.

Truth: spheres of 6 to 30 voxels' radius, placed at random, on grids of different anisotropy.

- `error_voxels`: largest error of any voxel, in widths of a voxel along the way to the surface (a voxel of 3 x 0.7 x
  0.7 mm is 3 mm wide along its first axis). `error_rms_voxels`: root of the mean square.
- `scipy_error_voxels`, `simpleitk_error_voxels` and `_rms_` likewise; both measure between centres of voxels.
- `centres_mm`: largest difference from SciPy's distance between centres where the two mean the same: what is exact.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from random import Random
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from abaton.geometry.distance_editing import DistanceEditor
from abaton.geometry.grid import Grid
from abaton.geometry.signed_distance import SignedDistanceField, distance_workings
from benchmarks import output

SIDE = 256
BRUSH_VOXELS = 10.0
SPACINGS_MM = ((1.0, 1.0, 1.0), (3.0, 0.7, 0.7), (2.0, 1.0, 0.8), (1.0, 0.5, 2.5), (0.7, 0.667, 0.667), (5.0, 0.8, 0.8))
RADII_VOXELS = (6.0, 8.0, 12.0, 20.0, 30.0)
LARGEST_GRID = 12_000_000

Mask = NDArray[np.bool_]
Field = NDArray[np.floating]


def sphere(
    shape: tuple[int, int, int],
    spacing_mm: tuple[float, float, float],
    centre_mm: NDArray[np.float64],
    radius_mm: float,
) -> tuple[Field, NDArray[np.float64]]:
    """The true distances, and the width of a voxel along the way to the surface."""
    axes = [np.arange(n) * h - c for n, h, c in zip(shape, spacing_mm, centre_mm, strict=True)]
    a, b, c = axes[0][:, None, None], axes[1][None, :, None], axes[2][None, None, :]
    away = np.sqrt(a * a + b * b + c * c)
    safe = np.maximum(away, 1e-9)
    width = (abs(a) * spacing_mm[0] + abs(b) * spacing_mm[1] + abs(c) * spacing_mm[2]) / safe
    # In the middle of the sphere the way to the surface may be any.
    return away - radius_mm, np.where(away < max(spacing_mm), max(spacing_mm), width)


def ball() -> Mask:
    """The mask of the speed measurements."""
    truth, _ = sphere((SIDE, SIDE, SIDE), (1.0, 1.0, 1.0), np.full(3, SIDE / 2), 80.0)
    return truth < 0


def blobs(seed: int) -> Mask:
    """A mask of many parts of any shape, a fifth of the grid."""
    noise = np.random.default_rng(seed).random((SIDE, SIDE, SIDE), dtype=np.float32)
    smooth = ndimage.gaussian_filter(noise, 6)
    return smooth > np.quantile(smooth[::8, ::8, ::8], 0.8)


def by_scipy(mask: Mask, spacing_mm: tuple[float, float, float]) -> Field:
    """SciPy's distance between centres, outside less inside."""
    transform: Any = ndimage.distance_transform_edt
    return transform(~mask, sampling=spacing_mm) - transform(mask, sampling=spacing_mm)


def by_simpleitk(mask: Mask, spacing_mm: tuple[float, float, float]) -> Field:
    """SimpleITK's signed Maurer map."""
    import SimpleITK

    itk: Any = SimpleITK
    picture = itk.GetImageFromArray(mask.view(np.uint8))
    picture.SetSpacing(spacing_mm[::-1])
    found = itk.SignedMaurerDistanceMap(picture, insideIsPositive=False, squaredDistance=False, useImageSpacing=True)
    return itk.GetArrayFromImage(found)


def by_us(mask: Mask, spacing_mm: tuple[float, float, float]) -> Field:
    """Ours."""
    return SignedDistanceField.of(mask, Grid.of(mask.shape, np.diag([*spacing_mm, 1.0]))).distance_mm


def seconds(work: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def full_fields(mask: Mask, repeats: int, peer_repeats: int, random: Random) -> dict[str, list[float]]:
    """Wall and processor seconds of each maker, in random order."""
    one = (1.0, 1.0, 1.0)
    makers = [("ours", by_us)] * repeats + [("scipy", by_scipy), ("simpleitk", by_simpleitk)] * peer_repeats
    random.shuffle(makers)
    times: dict[str, list[float]] = {}
    for name, maker in makers:
        output.progress(f"full field: {name}")
        before_s = time.process_time()
        times.setdefault(name, []).append(seconds(lambda maker=maker: maker(mask, one)))
        times.setdefault(f"{name} cpu", []).append(time.process_time() - before_s)
    return times


def strokes(mask: Mask, count: int, random: Random, check: bool) -> tuple[list[float], bool]:
    """Milliseconds of strokes at random places of the surface, set and cleared in turn; and whether all were equal."""
    grid = Grid.of(mask.shape, np.eye(4))
    editor = DistanceEditor(mask, grid)
    rim = np.argwhere(np.abs(editor.field.distance_mm) < 1.0)
    times: list[float] = []
    equal = True
    for number in range(count):
        place = rim[random.randrange(len(rim))]
        start = time.perf_counter()
        editor.paint_ball(place, BRUSH_VOXELS, inside=number % 2 == 0)
        times.append(1e3 * (time.perf_counter() - start))
        if check:
            anew = SignedDistanceField.of(editor.mask, grid).distance_mm
            equal = equal and np.array_equal(anew, editor.field.distance_mm)
    return times, equal


def errors(random: Random) -> dict[str, float]:
    """Largest and root mean square errors on spheres, in voxels, of each maker."""
    makers = {"": by_us, "scipy_": by_scipy, "simpleitk_": by_simpleitk}
    worst = dict.fromkeys(makers, 0.0)
    squares = dict.fromkeys(makers, 0.0)
    count = 0
    for spacing_mm in SPACINGS_MM:
        for radius_voxels in RADII_VOXELS:
            radius_mm = radius_voxels * max(spacing_mm)
            shape = tuple(int((2 * radius_mm + 6 * max(spacing_mm)) / h) + 2 for h in spacing_mm)
            if np.prod(shape) > LARGEST_GRID:
                continue
            output.progress(f"sphere of {radius_mm:g} mm, voxels of {spacing_mm}")
            centre = np.array([n * h / 2 + (random.random() - 0.5) * h for n, h in zip(shape, spacing_mm, strict=True)])
            truth, width = sphere((shape[0], shape[1], shape[2]), spacing_mm, centre, radius_mm)
            count += truth.size
            for name, maker in makers.items():
                wrong = (maker(truth < 0, spacing_mm) - truth) / width
                worst[name] = max(worst[name], float(np.abs(wrong).max()))
                squares[name] += float(np.square(wrong).sum())
    largest = {f"{name}error_voxels": round(value, 4) for name, value in worst.items()}
    typical = {f"{name}error_rms_voxels": round((value / count) ** 0.5, 4) for name, value in squares.items()}
    return {**largest, **typical}


def centres(seed: int) -> float:
    """Largest difference between our distances of centres and SciPy's, in mm."""
    noise = np.random.default_rng(seed).random((64, 80, 72))
    mask = ndimage.gaussian_filter(noise, 3) > 0.5
    spacing_mm = (3.0, 0.7, 1.1)
    work = distance_workings(mask, Grid.of(mask.shape, np.diag([*spacing_mm, 1.0])))
    transform: Any = ndimage.distance_transform_edt
    # Within the planes of axes 1 and 2 after two passes.
    planes = [transform(p, sampling=spacing_mm[1:]) + transform(~p, sampling=spacing_mm[1:]) for p in mask]
    return float(np.abs(np.sqrt(work.squared_mm2) - np.array(planes)).max())


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    output.add_arguments(parser)
    parser.add_argument("--repeats", type=int, default=9, help="full fields of ours")
    parser.add_argument("--peer-repeats", type=int, default=3, help="full fields of each peer")
    parser.add_argument("--strokes", type=int, default=12, help="on each of the two masks")
    arguments = parser.parse_args()
    random = Random(arguments.seed)  # noqa: S311 - places of spheres and strokes
    round_mask, wild_mask = ball(), blobs(arguments.seed)
    strokes(
        round_mask[:32, :32, 100:132].copy() | round_mask[100:132, 100:132, 20:52], 2, random, check=True
    )  # compile
    times = full_fields(round_mask, arguments.repeats, arguments.peer_repeats, random)
    wild = [seconds(lambda: by_us(wild_mask, (1.0, 1.0, 1.0))) for _ in range(arguments.repeats)]
    output.progress("strokes")
    timed = strokes(round_mask, arguments.strokes, random, check=False)[0]
    timed += strokes(wild_mask, arguments.strokes, random, check=False)[0]
    checks = [strokes(mask, 4, random, check=True)[1] for mask in (round_mask, wild_mask)]
    first = DistanceEditor(np.zeros_like(round_mask), Grid.of(round_mask.shape, np.eye(4)))
    first_ms = 1e3 * seconds(lambda: first.paint_ball((128, 128, 128), BRUSH_VOXELS, inside=True))
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    output.progress("one thread")
    alone = [seconds(lambda: by_us(round_mask, (1.0, 1.0, 1.0))) for _ in range(3)]
    alone_strokes = strokes(round_mask, arguments.strokes, random, check=False)[0]
    numba.set_num_threads(threads)
    figures: dict[str, Any] = {
        "full_s": round(statistics.median(times["ours"]), 3),
        "full_best_s": round(min(times["ours"]), 3),
        "blobs.full_s": round(statistics.median(wild), 3),
        "one_thread_s": round(statistics.median(alone), 3),
        "full_cpu_s": round(statistics.median(times["ours cpu"]), 3),
        "scipy_cpu_s": round(statistics.median(times["scipy cpu"]), 3),
        "simpleitk_cpu_s": round(statistics.median(times["simpleitk cpu"]), 3),
        "scipy_s": round(statistics.median(times["scipy"]), 3),
        "simpleitk_s": round(statistics.median(times["simpleitk"]), 3),
        "update_ms": round(statistics.median(timed), 2),
        "update_worst_ms": round(max(timed), 2),
        "update_one_thread_ms": round(statistics.median(alone_strokes), 2),
        "update_first_ms": round(first_ms, 2),
        "update_equal": all(checks),
        **errors(random),
        "centres_mm": round(centres(arguments.seed), 7),
        "threads": min(threads, os.cpu_count() or threads),
    }
    output.show("distance", figures, arguments)


if __name__ == "__main__":
    main()
