"""Triangles and rods, beside a search over many points."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from abaton.surgery.tissue.nearest import point_triangle, segment_distance, segment_triangle

numbers = st.floats(-1, 1, width=32)
points = st.tuples(numbers, numbers, numbers)


@settings(max_examples=100, deadline=None)
@given(st.tuples(points, points, points), points, points)
def test_no_pair_of_points_is_nearer(triangle: tuple[object, ...], start: object, end: object) -> None:
    corners, one, two = np.array(triangle, dtype=float), np.array(start, dtype=float), np.array(end, dtype=float)
    weights = np.zeros(3)
    distance, along = segment_triangle(one, two, corners, weights)
    np.testing.assert_allclose(weights.sum(), 1)
    assert weights.min() >= -1e-12
    assert 0 <= along <= 1
    np.testing.assert_allclose(
        np.linalg.norm(weights @ corners - one - along * (two - one)), distance, atol=1e-7 + 1e-6 * distance
    )
    grid = np.array([(i, j) for i in range(9) for j in range(9 - i)]) / 8
    many = corners[0] + grid @ (corners[1:] - corners[0])
    assert distance <= min(segment_distance(point, one, two) for point in many) + 1e-7


def test_regions_of_a_triangle() -> None:
    corners = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]])
    weights = np.zeros(3)
    for point, expected, squared in (
        ((0.2, 0.2, 0.5), (0.6, 0.2, 0.2), 0.25),
        ((-1.0, -1, 0), (1, 0, 0), 2.0),
        ((1.0, 1, 0), (0, 0.5, 0.5), 0.5),
        ((0.5, -1, 0), (0.5, 0.5, 0), 1.0),
    ):
        np.testing.assert_allclose(point_triangle(np.array(point), corners, weights), squared)
        np.testing.assert_allclose(weights, expected, atol=1e-12)


def test_a_rod_through_a_triangle_has_no_distance() -> None:
    corners = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]])
    weights = np.zeros(3)
    distance, along = segment_triangle(np.array([0.2, 0.3, 1]), np.array([0.2, 0.3, -1]), corners, weights)
    assert (distance, along) == (0.0, 0.5)
    np.testing.assert_allclose(weights, [0.5, 0.2, 0.3])
