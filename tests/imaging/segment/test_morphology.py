"""Parts, holes and rolling balls, in millimetres on an oblique grid."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.imaging.segment import morphology
from abaton.imaging.segment.watch import Stopped, Watch
from tests.imaging.segment.made import SPACING_MM, ball_mask, oblique, places, point


def test_parts_are_numbered_by_size() -> None:
    mask = np.zeros((6, 6, 6), dtype=np.bool_)
    mask[0, 0, 0] = mask[2, 0, :4] = mask[4, 0, :2] = True
    numbered = morphology.parts(mask)
    assert [(numbered == part).sum() for part in (1, 2, 3)] == [4, 2, 1]
    assert morphology.largest(mask, 2).sum() == 6
    assert morphology.larger_than(mask, Grid.of(mask.shape, np.diag([2, 1, 1, 1])), 4.0).sum() == 6


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([6, 26]))
def test_parts_are_those_of_scipy(seed: int, touching: int) -> None:
    mask = np.random.default_rng(seed).random((6, 7, 8)) < 0.3
    ours = morphology.parts(mask, touching=touching)
    theirs, count = ndimage.label(mask, np.ones((3, 3, 3)) if touching == 26 else None)
    assert ours.max() == count
    assert len(np.unique(np.stack([ours[mask], theirs[mask]]), axis=1).T) == count


def test_a_part_is_kept_by_a_point_in_it() -> None:
    grid = oblique((5, 6, 7))
    mask = np.zeros(grid.shape, dtype=np.bool_)
    mask[1, 1, 1:4] = mask[3, 4, 1:6] = True
    assert np.array_equal(
        np.argwhere(morphology.holding(mask, grid, [point(grid, 1, 1, 2.4)])), [[1, 1, 1], [1, 1, 2], [1, 1, 3]]
    )
    with pytest.raises(Problem, match="seed 1 of 1 where nothing may grow"):
        morphology.holding(mask, grid, [point(grid, 0, 0, 0)])
    with pytest.raises(Problem, match="outside the scan"):
        morphology.holding(mask, grid, [point(grid, -1, 0, 0)])


def test_a_hollow_is_filled_and_a_bay_is_not() -> None:
    mask = np.ones((5, 5, 5), dtype=np.bool_)
    mask[2, 2, 2] = mask[0, 0, 0] = False
    filled = morphology.filled(mask)
    assert filled[2, 2, 2]
    assert not filled[0, 0, 0]


def test_a_ball_grows_and_shrinks_by_millimetres() -> None:
    grid = oblique((30, 50, 40))
    middle = point(grid, 14.3, 24.6, 19.7)
    for made, radius_mm in ((morphology.dilated, 13.0), (morphology.eroded, 7.0)):
        found = made(ball_mask(grid, middle, 10.0), grid, 3.0)
        distances = np.linalg.norm(places(grid) - np.array(middle), axis=-1)
        within_mm = max(SPACING_MM)
        assert found[distances <= radius_mm - within_mm].all()
        assert not found[distances > radius_mm + within_mm].any()


def test_the_scan_s_edge_does_not_erode() -> None:
    grid = oblique((6, 6, 6))
    mask = np.ones(grid.shape, dtype=np.bool_)
    assert morphology.eroded(mask, grid, 5.0).all()


def test_opening_cuts_a_bridge_and_closing_shuts_a_gap() -> None:
    grid = oblique((24, 60, 40))
    left, right = point(grid, 12, 15, 20), point(grid, 12, 45, 20)
    balls = ball_mask(grid, left, 8.0) | ball_mask(grid, right, 8.0)
    bridged = balls.copy()
    bridged[12, 15:45, 20] = True
    assert morphology.parts(bridged).max() == 1
    opened = morphology.opened(bridged, grid, 2.0)
    assert morphology.parts(opened).max() == 2
    assert (opened != balls).sum() < 0.03 * balls.sum()
    slit = ball_mask(grid, left, 10.0)
    whole = int(slit.sum())
    slit[:, 15, :] = False
    assert (morphology.closed(slit, grid, 2.0) & ~slit).sum() > 0.8 * (whole - slit.sum())


def test_smoothing_keeps_the_number_of_voxels_and_takes_off_the_noise() -> None:
    grid = oblique((24, 40, 30))
    clean = ball_mask(grid, point(grid, 12, 20, 15), 10.0)
    noisy = clean ^ (np.random.default_rng(3).random(grid.shape) < 0.05)
    smooth = morphology.smoothed(noisy, grid, 2.0)
    assert smooth.sum() == pytest.approx(noisy.sum(), abs=2)
    assert (smooth ^ clean).sum() < 0.9 * (noisy ^ clean).sum()
    assert morphology.parts(smooth).max() < 0.1 * morphology.parts(noisy).max()


def test_a_sheared_grid_is_refused_where_millimetres_are_asked_for() -> None:
    grid = Grid.of((4, 4, 4), [[1, 0.2, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    mask = np.zeros(grid.shape, dtype=np.bool_)
    mask[1, 1, 1] = True
    with pytest.raises(Problem, match="right angles"):
        morphology.dilated(mask, grid, 1.0)


def test_a_filter_tells_of_progress_and_can_be_called_off() -> None:
    grid = oblique((60, 60, 60))
    mask = np.random.default_rng(0).random(grid.shape) < 0.5
    shares: list[float] = []
    morphology.dilated(mask, grid, 2.0, Watch(report=lambda doing, share: shares.append(share)))
    assert shares[0] == 0.0
    assert shares[-1] == 1.0
    assert len(shares) > 5
    asked = iter([False, False, False])
    with pytest.raises(Stopped):
        morphology.dilated(mask, grid, 2.0, Watch(cancelled=lambda: next(asked, True)))
