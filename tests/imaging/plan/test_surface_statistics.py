import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.geometry.mesh import TriangleMesh
from abaton.imaging.plan.surface_statistics import area_below_mm2, area_histogram, area_percentile, face_areas_mm2

ONE = TriangleMesh(np.array([[0.0, 0, 0], [4, 0, 0], [0, 3, 0]]), np.array([[0, 1, 2]], dtype=np.int32))
values = st.floats(-50, 50, allow_subnormal=False).map(lambda value: round(value, 3))


def square(count: int) -> TriangleMesh:
    """The unit square times ten, in count x count cells."""
    x, y = np.meshgrid(np.linspace(0, 10, count + 1), np.linspace(0, 10, count + 1))
    corners = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], axis=1)
    low = (np.arange(count)[:, None] * (count + 1) + np.arange(count)).ravel()
    upper, lower = np.stack([low, low + 1, low + count + 2], 1), np.stack([low, low + count + 2, low + count + 1], 1)
    return TriangleMesh(corners, np.concatenate([upper, lower]).astype(np.int32))


@given(values, values, values, values)
def test_parts_of_a_triangle_below_and_above_make_the_whole(a: float, b: float, c: float, limit: float) -> None:
    corners = np.array([a, b, c])
    below = area_below_mm2(ONE, corners, limit)
    above = area_below_mm2(ONE, -corners, -limit)
    assert 0 <= below <= 6 + 1e-9
    if a == b == c == limit:
        assert below == 0
        return
    assert below + above == pytest.approx(6.0, abs=1e-6)


def test_a_cut_triangle_has_the_area_of_its_corner() -> None:
    # Values 0 at one corner and 1 at both others: half-way, a quarter of the area.
    assert area_below_mm2(ONE, np.array([0.0, 1, 1]), 0.5) == pytest.approx(1.5)
    assert area_below_mm2(ONE, np.array([0.0, 0, 1]), 0.5) == pytest.approx(4.5)
    assert face_areas_mm2(ONE) == pytest.approx([6.0])


def test_shares_of_a_slope() -> None:
    mesh = square(20)
    slope = mesh.vertices_mm[:, 0]
    assert area_below_mm2(mesh, slope, 3.3) == pytest.approx(33.0)
    assert area_percentile(mesh, slope, 5) == pytest.approx(0.5, abs=0.5)
    assert area_percentile(mesh, slope, 50) == pytest.approx(5.0, abs=0.5)
    assert area_histogram(mesh, slope, np.array([0.0, 2.0, 5.0, 11.0])) == pytest.approx([20, 30, 50])


def test_infinite_values_count_as_far_away() -> None:
    mesh = square(4)
    assert area_below_mm2(mesh, np.full(25, np.inf), 10.0) == 0
    assert area_below_mm2(mesh, np.full(25, -np.inf), 10.0) == pytest.approx(100.0)
