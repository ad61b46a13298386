"""Watershed and random walker."""

from importlib import import_module
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.imaging.segment.seeded import random_walker, watershed
from abaton.imaging.segment.walking import probabilities
from abaton.imaging.segment.watch import QUIET, Stopped, Watch
from abaton.imaging.volume import Volume
from tests.imaging.segment.made import ball_mask, oblique, point, volume_of


def noisy_ball(noise: float) -> tuple[Volume, NDArray[np.bool_]]:
    grid = oblique((24, 40, 30))
    truth = ball_mask(grid, point(grid, 12, 20, 15), 9.0)
    speckle = np.random.default_rng(2).normal(0, noise, grid.shape)
    return volume_of((np.where(truth, 200, 100) + speckle).astype(np.int16), grid), truth


def seeds_of(grid: Grid) -> dict[int, list[tuple[float, float, float]]]:
    return {7: [point(grid, 12, 20, 15)], 3: [point(grid, 2, 2, 2), point(grid, 21, 37, 27)]}


def dice(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


@pytest.mark.parametrize("noise", [0.0, 15.0])
def test_both_find_a_ball_from_one_seed_in_it(noise: float) -> None:
    volume, truth = noisy_ball(noise)
    flooded = watershed(volume, seeds_of(volume.grid), sigma_mm=1.5)
    walked = random_walker(volume, seeds_of(volume.grid))
    assert dice(flooded == 7, truth) > 0.95
    assert dice(walked == 7, truth) > 0.97
    assert set(np.unique(walked)) == set(np.unique(flooded)) == {3, 7}


def test_nothing_is_labelled_where_it_was_not_asked_for() -> None:
    volume, truth = noisy_ball(10.0)
    within = ball_mask(volume.grid, point(volume.grid, 12, 20, 15), 12.0)
    for labels in (
        watershed(volume, seeds_of(volume.grid), within, radius_mm=0.0),
        random_walker(volume, seeds_of(volume.grid), within, radius_mm=0.0),
    ):
        assert (labels[~within] > 0).sum() == 2
        assert (labels[truth] > 0).all()


def test_the_random_walker_is_that_of_scikit_image() -> None:
    rng = np.random.default_rng(4)
    values = rng.random((9, 10, 11)).astype(np.float32)
    seeds = np.zeros(values.shape, dtype=np.uint16)
    seeds[1, 1, 1], seeds[7, 8, 9], seeds[1, 8, 5] = 1, 2, 3
    everywhere = np.ones(values.shape, dtype=np.bool_)
    # Theirs divides beta by the standard deviation, ours by the variance, so that units do not matter.
    stiffness = 20.0 * float(values.std())
    ours = probabilities(values, seeds, [1, 2, 3], everywhere, (1.0, 1.0, 1.0), stiffness, QUIET)
    walker: Any = import_module("skimage.segmentation").random_walker
    theirs = walker(
        values.astype(np.float64), seeds.astype(np.int32), beta=20.0, mode="cg_j", tol=1e-6, return_full_prob=True
    )
    assert np.abs(ours - theirs).max() < 0.01
    assert (ours.argmax(axis=0) == theirs.argmax(axis=0)).mean() > 0.99


def test_on_a_line_the_chance_falls_evenly_between_two_seeds() -> None:
    values = np.zeros((1, 1, 11), dtype=np.float32)
    seeds = np.zeros(values.shape, dtype=np.uint16)
    seeds[0, 0, 0], seeds[0, 0, 10] = 1, 2
    chances = probabilities(values, seeds, [1, 2], np.ones(values.shape, np.bool_), (1, 1, 1), 100.0, QUIET)
    assert chances[0, 0, 0] == pytest.approx(np.linspace(1, 0, 11), abs=1e-4)


def test_the_same_again_is_the_same_bit_for_bit() -> None:
    volume, _ = noisy_ball(15.0)
    first, second = (random_walker(volume, seeds_of(volume.grid)) for _ in range(2))
    assert np.array_equal(first, second)


def test_what_walkers_cannot_reach_has_no_label() -> None:
    volume, _ = noisy_ball(5.0)
    grid = volume.grid
    within = np.zeros(grid.shape, dtype=np.bool_)
    within[:, :10] = within[:, 30:] = True
    seeds = {1: [point(grid, 5, 5, 5)], 2: [point(grid, 5, 5, 25)]}
    labels = random_walker(volume, seeds, within, radius_mm=0.0)
    assert (labels[:, :10] > 0).all()
    assert (labels[:, 10:] == 0).all()


def test_seeds_that_overlap_or_stand_alone_are_refused() -> None:
    volume, _ = noisy_ball(0.0)
    here = point(volume.grid, 12, 20, 15)
    with pytest.raises(Problem, match="less than 4 mm apart"):
        watershed(volume, {1: [here], 2: [here]})
    with pytest.raises(Problem, match="seeds of 1 label"):
        random_walker(volume, {1: [here]})


def test_nan_is_no_border_and_a_scan_of_nothing_is_refused() -> None:
    volume, truth = noisy_ball(0.0)
    voxels = volume.voxels.astype(np.float32)
    voxels[0, 0, :5] = np.nan
    labels = random_walker(volume_of(voxels, volume.grid), seeds_of(volume.grid))
    assert dice(labels == 7, truth) > 0.97
    with pytest.raises(Problem, match="nothing was measured"):
        watershed(volume_of(np.full_like(voxels, np.nan), volume.grid), seeds_of(volume.grid))


def test_walking_tells_of_progress_and_can_be_called_off() -> None:
    volume, _ = noisy_ball(15.0)
    shares: list[float] = []
    random_walker(volume, seeds_of(volume.grid), watch=Watch(report=lambda doing, share: shares.append(share)))
    assert len(shares) > 10
    assert max(shares) <= 1.0
    asked = iter([False] * 12)
    with pytest.raises(Stopped):
        random_walker(volume, seeds_of(volume.grid), watch=Watch(cancelled=lambda: next(asked, True)))
