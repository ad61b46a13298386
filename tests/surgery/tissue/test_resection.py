"""What energy reaches, and which voxels go with it."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.surgery.margin import margin_map, target
from abaton.surgery.tissue.cutting import remove
from abaton.surgery.tissue.resection import removed_mask, within
from abaton.surgery.tissue.tools import Capsule, Solid, Tool, prepare
from tests.surgery.tissue.plain import at_rest, box, volumes
from tests.surgery.tissue.test_tools import BALL

Array = NDArray[np.float64]
BLOCK = box((0.04, 0.03, 0.03), (16, 12, 12))
MIDDLES = BLOCK.rest_m[BLOCK.tetrahedra].mean(axis=1)
PLACE = np.eye(4)
PLACE[:3, 3] = 0.02, 0.015, 0.015
TOOLS = prepare((Tool("hook", Capsule((0, 0, 0), (0, 0, 0), 0.006)), Tool("ball", Solid(BALL))))


def grid(spacing_mm: float) -> Grid:
    shape = (int(44 / spacing_mm), int(34 / spacing_mm), int(34 / spacing_mm))
    return Grid.of(shape, np.vstack([np.c_[spacing_mm * np.eye(3), [-2.0, -2.0, -2.0]], [0, 0, 0, 1]]))


def test_a_ball_of_energy() -> None:
    away = np.linalg.norm(MIDDLES - PLACE[:3, 3], axis=1)
    np.testing.assert_array_equal(within(BLOCK, at_rest(BLOCK), TOOLS, 0, PLACE), away <= 0.006)
    np.testing.assert_array_equal(within(BLOCK, at_rest(BLOCK), TOOLS, 0, PLACE, 0.002), away <= 0.008)


def test_a_solid_takes_what_lies_in_it() -> None:
    inside = within(BLOCK, at_rest(BLOCK), TOOLS, 1, PLACE)
    away = np.linalg.norm(MIDDLES - PLACE[:3, 3], axis=1)
    assert inside[away < 0.0075].all()
    assert not inside[away > 0.0085].any()


@pytest.mark.parametrize("reach", [math.nan, 0.0])
def test_a_lost_tool_removes_nothing(reach: float) -> None:
    with pytest.raises(Problem):
        within(BLOCK, at_rest(BLOCK), TOOLS, 0, PLACE * (math.nan if reach == 0.0 else 1.0), reach)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000))
def test_voxels_are_gone_where_their_centres_were(seed: int) -> None:
    """Beside barycentric coordinates of each voxel in each tetrahedron."""
    body = box((0.02, 0.01, 0.01), (2, 1, 1))
    gone = np.random.default_rng(seed).random(len(body.tetrahedra)) < 0.5
    where = Grid.of((11, 7, 6), np.array([[2.1, 0.0, 0.3, -0.7], [0, 1.9, 0, -0.4], [0.1, 0, 2.2, -0.6], [0, 0, 0, 1]]))
    centres = where.to_world(np.stack(np.meshgrid(*[np.arange(n) for n in where.shape], indexing="ij"), axis=-1))
    expected = np.zeros(where.shape, dtype=np.bool_)
    for tetrahedron in body.tetrahedra[gone]:
        corners = body.rest_m[tetrahedron] * 1000
        inverse = np.asarray(np.linalg.inv(corners[1:] - corners[0]), dtype=np.float64)
        weights: Array = (centres - corners[0]) @ inverse
        expected |= (weights.min(axis=-1) >= -1e-9) & (weights.sum(axis=-1) <= 1 + 1e-9)
    np.testing.assert_array_equal(removed_mask(body, gone, where), expected)


def test_the_volume_of_voxels_is_that_of_the_tissue() -> None:
    gone = within(BLOCK, at_rest(BLOCK), TOOLS, 0, PLACE)
    where = grid(0.7)
    mask = removed_mask(BLOCK, gone, where)
    assert mask.sum() * where.voxel_volume_mm3 == pytest.approx(volumes(BLOCK)[gone].sum() * 1e9, rel=0.03)


def test_the_margin_after_a_resection() -> None:
    """A tumour of 4 mm in a cavity of 8 mm: tetrahedra of 2.5 mm leave a margin of 4 mm less their size or better."""
    where = grid(0.9)
    centres = where.to_world(np.stack(np.meshgrid(*[np.arange(n) for n in where.shape], indexing="ij"), axis=-1))
    organ = np.asarray(((centres > 0) & (centres < [40, 30, 30])).all(axis=-1))
    tumour = np.linalg.norm(centres - [20, 15, 15], axis=-1) <= 4
    made = remove(BLOCK, at_rest(BLOCK), within(BLOCK, at_rest(BLOCK), TOOLS, 0, PLACE, 0.002))
    found = margin_map(target(organ, tumour, where, 2.0), removed_mask(BLOCK, made.removed, where))
    assert found.tumour_left_mm3 == 0
    assert 1.5 < found.minimum_mm < 4.5
    assert found.removed_mm3 == pytest.approx(made.removed_m3 * 1e9, rel=0.05)


def test_a_mask_of_another_body_is_refused() -> None:
    with pytest.raises(Problem):
        removed_mask(BLOCK, np.zeros(3, dtype=np.bool_), grid(2.0))
