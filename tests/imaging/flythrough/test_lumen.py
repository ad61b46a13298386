"""The inside of a hollow organ in one piece."""

import numpy as np
import pytest
from scipy import ndimage

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.imaging.flythrough import lumen_of
from tests.imaging.flythrough.tubes import arc, tube

STRAIGHT = np.stack([np.zeros(200), np.zeros(200), np.linspace(0, 100, 200)], axis=-1)


@pytest.mark.parametrize("spacing", [(2.0, 2.0, 2.0), (3.0, 1.0, 1.5)])
def test_clearance_in_a_tube_is_never_overstated_and_short_by_a_voxel_at_most(
    spacing: tuple[float, float, float],
) -> None:
    mask, grid = tube(STRAIGHT, 11.0, spacing)
    lumen = lumen_of(mask, grid)
    for off in (0.0, 6.0, 9.0):
        found = lumen.clearance_at(STRAIGHT[40:-40] + np.array([off, 0, 0]))
        assert found.max() <= 11.0 - off + 0.5 * max(spacing)
        assert found.min() >= 11.0 - off - 1.05 * max(spacing)
    assert lumen.clearance_at(STRAIGHT[40:-40] + np.array([16.0, 0, 0])).max() <= -2.5
    assert lumen.gaps == ()


def test_collapsed_stretches_are_bridged_and_told() -> None:
    mask, grid = tube(STRAIGHT, 9.0)
    at = grid.to_world(np.argwhere(np.ones(grid.shape, dtype=bool)))[:, 2].reshape(grid.shape)
    mask &= ~((at > 30) & (at < 41)) & ~((at > 70) & (at < 75))
    lumen = lumen_of(mask, grid)
    assert ndimage.label(lumen.mask)[1] == 1
    assert sorted(gap.length_mm for gap in lumen.gaps) == pytest.approx([4.0, 10.0], abs=2.1)
    (longest,) = [gap for gap in lumen.gaps if gap.length_mm > 6]
    assert {round(longest.from_mm[2], -1), round(longest.to_mm[2], -1)} == {30, 40}


def test_holes_are_filled_and_crumbs_left_out() -> None:
    mask, grid = tube(STRAIGHT, 9.0)
    whole = np.count_nonzero(mask)
    middle = tuple(np.rint(grid.to_index([0.0, 0.0, 50.0])).astype(int))
    mask[middle] = False
    mask[1, 1, 1] = True
    lumen = lumen_of(mask, grid)
    assert np.count_nonzero(lumen.mask) == whole
    assert lumen.left_out == 1


def test_what_is_no_organ_is_told() -> None:
    mask, grid = tube(STRAIGHT, 9.0)
    with pytest.raises(Problem, match="label of 0 voxels"):
        lumen_of(np.zeros_like(mask), grid)
    long = np.stack([np.zeros(400), np.zeros(400), np.linspace(0, 200, 400)], axis=-1)
    far, grid = tube(long, 9.0, (3.0, 3.0, 3.0))
    at = grid.to_world(np.argwhere(np.ones(grid.shape, dtype=bool)))[:, 2].reshape(grid.shape)
    with pytest.raises(Problem, match="parts of the label"):
        lumen_of(far & ((at < 50) | (at > 150)), grid)


def test_places_do_not_depend_on_where_in_the_scan_the_organ_lies() -> None:
    mask, grid = tube(arc(40, 90), 8.0)
    affine = grid.affine
    affine[:3, 3] = grid.to_world([-3, -5, -7])
    moved = Grid.of(np.add(grid.shape, [3, 5, 7]), affine)
    one, other = lumen_of(mask, grid), lumen_of(np.pad(mask, ((3, 0), (5, 0), (7, 0))), moved)
    points = arc(40, 90)[60:-60]
    assert one.clearance_at(points) == pytest.approx(other.clearance_at(points))
