"""Gaps between tools and triangles, which triangles are watched, and where forces pass on to."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from abaton.surgery.tissue.reaching import furthest_way, gap_between, near, outward, pass_on
from abaton.surgery.tissue.tools import Capsule, Tool, Tools, prepare

Array = NDArray[np.float64]
RADIUS_M = 0.003
BALL = prepare((Tool("ball", Capsule((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), RADIUS_M), 0.5),))
FLAT = np.array([[0.0, 0, 0], [0.01, 0, 0], [0, 0.01, 0]])
FACE = np.array([[0, 1, 2]], dtype=np.int32)
Found = tuple[NDArray[np.int64], NDArray[np.int64], Array, Array, Array, Array, Array]


def at(*place: float) -> Array:
    pose = np.eye(4)[None].copy()
    pose[0, :3, 3] = place
    return pose


def measured(place: tuple[float, float, float], tools: Tools = BALL) -> tuple[float, Array, Array, Array]:
    """Gap, weights, normal and point of a tool over the flat triangle."""
    corners, outside = np.zeros((3, 3)), np.zeros(3)
    outward(FLAT, FACE[0], corners, outside)
    weights, normal, point = np.zeros(3), np.zeros(3), np.zeros(3)
    gap = gap_between(
        np.int64(0), tools.numbers[0], tools.spans[0], tools.voxels_mm, at(*place)[0], corners, outside, weights,
        normal, point,
    )  # fmt: skip
    return gap, weights, normal, point


def found_by(triangles: NDArray[np.int32], position: Array, tools: Tools, poses: Array, then: Array) -> Found:
    return near(
        triangles, position, tools.kinds, tools.numbers, tools.spans, tools.voxels_mm, tools.box_m, poses, then, 0.002
    )  # fmt: skip


@given(st.floats(0.0005, 0.0045), st.floats(0.0005, 0.0045), st.floats(1e-6, 0.02))
def test_over_a_triangle_the_gap_is_the_height_less_the_radius(x: float, y: float, height: float) -> None:
    gap, weights, normal, point = measured((x, y, height))
    assert gap == pytest.approx(height - RADIUS_M, abs=1e-15)
    np.testing.assert_allclose(weights, [1 - (x + y) / 0.01, x / 0.01, y / 0.01], atol=1e-12)
    np.testing.assert_allclose(normal, [0, 0, -1], atol=1e-9)
    np.testing.assert_allclose(point, [x, y, 0], atol=1e-15)


def test_beside_a_triangle_the_gap_is_to_its_corner() -> None:
    gap, weights, normal, _ = measured((-0.003, 0.0, 0.004))
    assert gap == pytest.approx(0.005 - RADIUS_M)
    np.testing.assert_allclose(weights, [1, 0, 0])
    np.testing.assert_allclose(normal, [0.6, 0, -0.8])


def test_where_the_axis_crosses_the_triangle_its_own_normal_decides() -> None:
    rod = prepare((Tool("rod", Capsule((0.0, 0.0, -0.01), (0.0, 0.0, 0.01), RADIUS_M), 0.0),))
    gap, _, normal, _ = measured((0.002, 0.002, 0.0), rod)
    assert gap == pytest.approx(-RADIUS_M)
    np.testing.assert_allclose(normal, [0, 0, -1])


def test_a_triangle_without_area_has_no_outside() -> None:
    corners, outside = np.zeros((3, 3)), np.ones(3)
    outward(np.zeros((3, 3)), FACE[0], corners, outside)
    assert not outside.any()


@given(st.floats(-3, 3), st.tuples(*[st.floats(-0.1, 0.1)] * 3))
def test_the_furthest_corner_tells_how_far_a_tool_goes(turn: float, way: tuple[float, float, float]) -> None:
    box_m = np.array([[-0.01, -0.02, 0.0], [0.03, 0.01, 0.05]])
    before, after = np.eye(4), np.eye(4)
    after[:2, :2] = [[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]]
    after[:3, 3] = way
    corners = np.array([[x, y, z, 1] for x in box_m[:, 0] for y in box_m[:, 1] for z in box_m[:, 2]])
    expected = np.linalg.norm((corners @ (after - before).T)[:, :3], axis=1).max()
    assert furthest_way(box_m, before, after) == pytest.approx(expected, abs=1e-12)


def test_only_what_is_near_the_way_is_watched() -> None:
    away = np.concatenate([FLAT, FLAT + np.array([0.1, 0, 0])])
    faces = np.concatenate([FACE, FACE + 3]).astype(np.int32)
    over = at(0.002, 0.002, 0.0045)
    triangle, tool, _, _, _, anchor, gap = found_by(faces, away, BALL, over, over)
    assert (triangle.tolist(), tool.tolist()) == ([0], [0])
    np.testing.assert_allclose(anchor, [[0, 0, -0.0045]])
    assert gap[0] == pytest.approx(0.0015)
    high = at(0.002, 0.002, 0.0055)
    assert len(found_by(faces, away, BALL, high, high)[0]) == 0
    # One that will come down within the step is watched from where it begins.
    assert found_by(faces, away, BALL, at(0.002, 0.002, 0.0155), over)[6].tolist() == pytest.approx([0.0125])


def test_the_far_side_of_a_sheet_is_no_contact() -> None:
    beneath = at(0.002, 0.002, -0.0035)
    assert len(found_by(FACE, FLAT, BALL, beneath, beneath)[0]) == 0


def test_more_than_fits_at_first_is_found_and_in_order() -> None:
    faces = np.array([[n, n + 1, n + 9] for n in range(8 * 9) if n % 9 < 8], dtype=np.int32)
    sheet = np.array([[0.0025 * (n % 9), 0.0025 * (n // 9), 0.0] for n in range(81)])
    wide = prepare((Tool("wide", Capsule((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), 0.05), 0.0),))
    many = np.concatenate([faces, faces]).astype(np.int32)
    over = at(0.01, 0.01, 0.05)
    triangle = found_by(many, sheet, wide, over, over)[0]
    assert triangle.tolist() == list(range(128))


def passed(force: Array, triangle: int, tool: int = 0) -> Array:
    """Where a force of the step before goes, among contacts of triangles 2 and 5 of tool 0 and 5 of tool 1."""
    guess = np.zeros((3, 3))
    place = np.array([[0.01, 0, 0]])
    points = np.array([[0.0, 0, 0], [0.011, 0, 0], [0.01, 0, 0]])
    pass_on(
        np.array([tool]), np.array([triangle]), place, force[None], np.array([0, 0, 1]), np.array([2, 5, 5]), points,
        np.tile([0.0, 0, -1], (3, 1)), np.array([0.5, 0.5]), guess,
    )  # fmt: skip
    return guess


@pytest.mark.parametrize(
    ("triangle", "tool", "heir"), [(2, 0, 0), (5, 0, 1), (5, 1, 2), (-1, 0, 1), (4, 0, 1), (9, 1, 2), (3, 2, -1)]
)
def test_a_force_stays_with_its_triangle_or_goes_to_the_nearest_of_its_tool(
    triangle: int, tool: int, heir: int
) -> None:
    force = np.array([0.3, 0.1, -1.0])
    expected = np.zeros((3, 3))
    if heir >= 0:
        expected[heir] = force
    np.testing.assert_allclose(passed(force, triangle, tool), expected, atol=1e-15)


def test_what_would_pull_or_rub_beyond_friction_is_left_behind() -> None:
    assert not passed(np.array([0.0, 0, 1.0]), 2).any()
    assert not passed(np.array([0.4, 0, 1.0]), 2).any()
    np.testing.assert_allclose(passed(np.array([3.0, 4.0, -2.0]), 2)[0], [0.6, 0.8, -2.0])
