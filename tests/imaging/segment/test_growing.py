"""Thresholds and regions that grow from seeds."""

from importlib import import_module
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from abaton.core.errors import Problem
from abaton.imaging.segment.growing import grown, grown_confidently, threshold
from abaton.imaging.segment.watch import Stopped, Watch
from abaton.imaging.volume import Volume
from tests.imaging.segment.made import CERTIFICATE, ball_mask, oblique, point, volume_of


def test_the_interval_is_closed_and_in_the_volume_s_unit() -> None:
    voxels = np.arange(20 * 2 * 2, dtype=np.int16).reshape(20, 2, 2)
    volume = Volume(voxels, oblique(voxels.shape), CERTIFICATE, slope=2.0, intercept=-1000.0)
    assert np.array_equal(threshold(volume, -990.0, -980.0), (voxels >= 5) & (voxels <= 10))
    assert threshold(volume, -np.inf, np.inf).all()


def test_nan_and_padding_are_in_no_interval() -> None:
    voxels = np.array([[[1.0, np.nan, np.inf, -2000.0]]], dtype=np.float32)
    assert threshold(volume_of(voxels, padding=-2000.0), -np.inf, np.inf).tolist() == [[[True, False, True, False]]]


@pytest.mark.parametrize(("low", "high"), [(2.0, 1.0), (np.nan, 1.0), (1.0, np.nan)])
def test_an_interval_without_values_is_refused(low: float, high: float) -> None:
    with pytest.raises(Problem, match="an interval from"):
        threshold(volume_of(np.zeros((2, 2, 2), dtype=np.int16)), low, high)


def two_balls() -> tuple[Volume, np.ndarray, np.ndarray, tuple[float, float, float]]:
    """Two balls of 100 in 0, with a bridge one voxel wide between them."""
    grid = oblique((24, 60, 40))
    left, right = ball_mask(grid, point(grid, 12, 15, 20), 8.0), ball_mask(grid, point(grid, 12, 45, 20), 8.0)
    voxels = np.where(left | right, 100, 0).astype(np.int16)
    voxels[12, 15:45, 20] = 100
    return volume_of(voxels, grid), left, right, point(grid, 12, 15, 20)


def test_a_region_grows_over_a_bridge_unless_the_neck_is_too_narrow() -> None:
    volume, left, right, seed = two_balls()
    through = grown(volume, [seed], 50, 150)
    assert through[left | right].all()
    held = grown(volume, [seed], 50, 150, neck_mm=2.0)
    assert not held[right].any()
    assert (held ^ left).sum() < 0.05 * left.sum()


def test_a_seed_off_the_interval_or_the_scan_is_refused() -> None:
    volume, *_ = two_balls()
    with pytest.raises(Problem, match="seed 1 of 1 where nothing may grow"):
        grown(volume, [point(volume.grid, 0, 0, 0)], 50, 150)
    with pytest.raises(Problem, match="outside the scan"):
        grown(volume, [(0.0, 0.0, 0.0)], 50, 150)
    with pytest.raises(Problem, match="three finite numbers"):
        grown(volume, [(np.nan, 0.0, 0.0)], 50, 150)


def test_a_region_finds_its_own_interval_in_noise() -> None:
    grid = oblique((24, 40, 30))
    truth = ball_mask(grid, point(grid, 12, 20, 15), 9.0)
    noise = np.random.default_rng(5).normal(0, 8, grid.shape)
    volume = volume_of((np.where(truth, 300, 100) + noise).astype(np.int16), grid)
    found = grown_confidently(volume, [point(grid, 12, 20, 15)], deviations=3.0)
    assert not (found & ~truth).any()
    assert (found & truth).sum() > 0.98 * truth.sum()


def test_simpleitk_grows_the_same_region() -> None:
    grid = oblique((20, 30, 30))
    smooth = ndimage.gaussian_filter(np.random.default_rng(8).random(grid.shape), 2)
    voxels = np.round(1000 * smooth).astype(np.int16)
    seed = tuple(int(n) for n in np.unravel_index(np.argmax(voxels), voxels.shape))
    low, high = int(np.percentile(voxels, 55)), int(voxels.max())
    tools: Any = import_module("SimpleITK")
    theirs = tools.ConnectedThreshold(tools.GetImageFromArray(voxels), [seed[::-1]], low, high)
    ours = grown(volume_of(voxels, grid), [point(grid, *seed)], low, high)
    assert 100 < ours.sum() < ours.size
    assert np.array_equal(ours, tools.GetArrayFromImage(theirs) > 0)


def test_reading_values_can_be_called_off() -> None:
    with pytest.raises(Stopped):
        threshold(volume_of(np.zeros((4, 4, 4), dtype=np.int16)), 0, 1, Watch(cancelled=lambda: True))
