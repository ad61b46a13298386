import math

import numpy as np
import pytest

from abaton.imaging.plan import choose, dice, disagreement, margins
from abaton.imaging.volume import Segmentation
from tests.imaging.plan.made import ball, grid_of, labelled, volume_of

GRID = grid_of((35, 70, 80), (2.0, 1.0, 0.9), oblique=True)
CENTRE = GRID.to_world((17, 30, 40))
ORGAN = ball(GRID, CENTRE + GRID.affine[:3, 1] * 30, 8.0)


def raters(*radii_mm: float) -> list[Segmentation]:
    return [
        labelled(GRID, f"rater {n}", tumour=ball(GRID, CENTRE, radius), organ=ORGAN)
        for n, radius in enumerate(radii_mm)
    ]


def test_concentric_raters_differ_by_their_radii_everywhere() -> None:
    radii = (10.0, 12.0, 14.0)
    chosen = choose(volume_of(GRID), raters(*radii), "tumour", ["organ"])
    consensus, surface = margins(chosen, 9.0)
    found, deviation = disagreement(chosen, consensus, surface) or pytest.fail("three raters differ")
    # The majority is the middle one. Standard deviation of 10, 12, 14 with n - 1: 2.
    assert deviation == pytest.approx(2.0, abs=1.0)
    assert found.boundary_deviation_mm == pytest.approx(2.0, abs=0.15)
    assert found.at_closest_mm == pytest.approx(2.0, abs=0.5)
    assert found.boundary_deviation95_mm == pytest.approx(2.0, abs=0.6)
    distances = [30 - 8 - radius for radius in radii]
    assert [one.closest_mm for one in found.raters] == pytest.approx(distances, abs=0.5)
    assert found.closest_mm == pytest.approx((min(distances), max(distances)), abs=0.5)
    assert found.closest_deviation_mm == pytest.approx(2.0, abs=0.4)
    assert [one.achieved for one in found.raters] == [True, True, False]
    assert found.achieved_by == 2
    for one, radius in zip(found.raters, radii, strict=True):
        small, large = sorted((radius, 12.0))
        assert one.dice == pytest.approx(2 * small**3 / (small**3 + large**3), abs=0.02)
        assert one.hausdorff95_mm == pytest.approx(abs(radius - 12.0), abs=0.7)
        assert one.volume_mm3 == pytest.approx(4 / 3 * math.pi * radius**3, rel=0.03)


def test_raters_who_agree_leave_no_uncertainty() -> None:
    chosen = choose(volume_of(GRID), raters(12.0, 12.0), "tumour", ["organ"])
    consensus, surface = margins(chosen)
    found, deviation = disagreement(chosen, consensus, surface) or pytest.fail("two raters")
    assert not deviation.any()
    assert found.boundary_deviation_mm == 0
    assert found.closest_deviation_mm == 0
    assert found.achieved_by is None
    assert [one.dice for one in found.raters] == [1.0, 1.0]
    assert [one.hausdorff95_mm for one in found.raters] == [0.0, 0.0]


def test_one_rater_can_not_disagree() -> None:
    chosen = choose(volume_of(GRID), raters(12.0), "tumour", ["organ"])
    assert disagreement(chosen, *margins(chosen)) is None


def test_each_rater_is_measured_to_the_structure_as_drawn_by_the_same_rater() -> None:
    drawn = raters(12.0, 12.0, 12.0)
    nearer = ball(GRID, CENTRE + GRID.affine[:3, 1] * 27, 8.0)
    drawn[2] = labelled(GRID, "rater 2", tumour=ball(GRID, CENTRE, 12.0), organ=nearer)
    chosen = choose(volume_of(GRID), drawn, "tumour", ["organ"])
    found, _ = disagreement(chosen, *margins(chosen)) or pytest.fail("three raters")
    assert [one.closest_mm for one in found.raters] == pytest.approx([10, 10, 7], abs=0.5)


def test_dice_of_nothing_is_not_a_number() -> None:
    nothing = np.zeros((2, 2, 2), np.bool_)
    assert math.isnan(dice(nothing, nothing))
    assert dice(~nothing, nothing) == 0
    assert dice(~nothing, ~nothing) == 1
