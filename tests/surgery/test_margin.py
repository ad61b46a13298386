"""Margins of cuts whose distances are known."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.surgery.margin import Target, margin_map, target

Mask = NDArray[np.bool_]
SHAPE, SPACING = (64, 72, 80), np.array([1.0, 0.9, 0.8])


def grid() -> Grid:
    affine = np.diag([*SPACING, 1.0])
    affine[:3, 3] = -(np.array(SHAPE) - 1) * SPACING / 2
    return Grid.of(SHAPE, affine)


GRID = grid()
AT = GRID.to_world(np.moveaxis(np.indices(SHAPE), 0, -1))
RADIUS = np.linalg.norm(AT, axis=-1)
ORGAN = np.ones(SHAPE, dtype=np.bool_)
NOTHING = np.zeros(SHAPE, dtype=np.bool_)


def aim(organ: Mask = ORGAN, planned_mm: float = 5.0, registration_sd_mm: float = 0.0) -> Target:
    return target(organ, (RADIUS < 8) & organ, GRID, planned_mm, registration_sd_mm)


@settings(max_examples=25, deadline=None)
@given(st.floats(11, 24))
def test_a_sphere_cut_around_a_sphere_keeps_the_difference_of_their_radii(radius_mm: float) -> None:
    found = margin_map(aim(), radius_mm > RADIUS)
    errors = np.abs(found.margin_mm - (radius_mm - 8))
    assert errors.max() <= 0.5 * SPACING.max()
    assert np.percentile(errors, 95) <= 0.25 * SPACING.max()
    assert found.fifth_percentile_mm >= found.minimum_mm
    assert found.area_mm2 == pytest.approx(4 * math.pi * radius_mm**2, rel=0.04)
    assert found.tumour_left_mm3 == 0
    assert found.removed_mm3 - found.healthy_mm3 == pytest.approx((RADIUS < 8).sum() * GRID.voxel_volume_mm3)


@settings(max_examples=20, deadline=None)
@given(st.tuples(*[st.floats(-0.5, 0.5)] * 3), st.floats(6, 11), st.floats(2, 12))
def test_spheres_anywhere_between_the_voxels_keep_their_margin(
    middle: tuple[float, float, float], tumour_mm: float, margin_mm: float
) -> None:
    far = np.linalg.norm(AT - np.array(middle), axis=-1)
    found = margin_map(target(ORGAN, far < tumour_mm, GRID, 5.0), far < tumour_mm + margin_mm)
    assert np.abs(found.margin_mm - margin_mm).max() <= 0.5 * SPACING.max()


@pytest.mark.parametrize("radius_mm", [13.0, 16.5, 21.0])
def test_a_cut_that_runs_out_through_the_organs_surface_keeps_its_margin_there(radius_mm: float) -> None:
    organ = AT[..., 0] < 10
    found = margin_map(aim(organ), radius_mm > RADIUS)
    assert np.abs(found.margin_mm - (radius_mm - 8)).max() <= 0.5 * SPACING.max()


def test_a_tumour_of_one_voxel_has_a_margin() -> None:
    tumour = NOTHING.copy()
    tumour[32, 36, 40] = True
    middle = GRID.to_world(np.array([32.0, 36.0, 40.0]))
    far = np.linalg.norm(AT - middle, axis=-1)
    found = margin_map(target(ORGAN, tumour, GRID, 5.0), far < 9)
    # Half a voxel is its radius, and where its surface runs within a voxel of its centre cannot be told.
    assert 8 <= found.minimum_mm <= found.margin_mm.max() <= 9.7


def test_only_the_cut_counts_and_not_the_organs_own_surface() -> None:
    organ = AT[..., 0] < 10
    found = margin_map(aim(organ), RADIUS < 18)
    # A sphere without the cap above 10 mm.
    assert found.area_mm2 == pytest.approx(2 * math.pi * 18 * (18 + 10), rel=0.04)
    assert found.surface.vertices_mm[:, 0].max() < 10.5


def test_a_flat_cut_beside_the_tumour() -> None:
    found = margin_map(aim(), AT[..., 2] > -11)
    assert found.minimum_mm == pytest.approx(3, abs=SPACING[2] / 2)
    assert found.below_plan_mm2 > 0
    assert found.verdict(5.0) == "planned margin violated"


def test_a_cut_through_the_tumour_leaves_some_of_it() -> None:
    found = margin_map(aim(), AT[..., 2] > 0)
    assert found.minimum_mm == pytest.approx(-8, abs=1.0)  # no vertex lies at the very centre
    assert found.tumour_left_mm3 == pytest.approx(2 / 3 * math.pi * 8**3, rel=0.05)
    assert found.verdict(5.0) == "tumour remains"


def test_what_the_registration_may_have_missed_is_told() -> None:
    near = margin_map(aim(registration_sd_mm=2.0), RADIUS < 14)
    assert near.verdict(5.0) == "planned margin achieved, but not certain within the registration error"
    far = margin_map(aim(registration_sd_mm=2.0), RADIUS < 20)
    assert far.verdict(5.0) == "planned margin achieved"
    assert far.certain_mm == pytest.approx(far.minimum_mm - 1.645 * 2)


def test_before_the_first_cut_there_is_nothing_to_measure() -> None:
    found = margin_map(aim(), NOTHING)
    assert math.isnan(found.minimum_mm)
    assert (found.area_mm2, found.removed_mm3) == (0, 0)
    assert found.verdict(5.0) == "tumour remains"


def test_a_cut_outside_the_organ_counts_for_nothing() -> None:
    organ = AT[..., 0] < 10
    assert margin_map(aim(organ), AT[..., 0] > 12).removed_mm3 == 0


@pytest.mark.parametrize(
    ("organ", "tumour", "planned_mm"),
    [(ORGAN, NOTHING, 5.0), (RADIUS < 5, RADIUS < 8, 5.0), (ORGAN, RADIUS < 8, -1.0), (ORGAN[1:], RADIUS < 8, 5.0)],
)
def test_what_cannot_be_planned_is_told(organ: Mask, tumour: Mask, planned_mm: float) -> None:
    with pytest.raises(Problem) as problem:
        target(organ, tumour, GRID, planned_mm)
    assert problem.value.code == "margin_unusable"


def test_a_mask_of_another_shape_is_refused() -> None:
    with pytest.raises(Problem, match="one of"):
        margin_map(aim(), NOTHING[1:])
