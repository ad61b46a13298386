import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.imaging.importing.geometry import Plane, check_gaps, fit, orientation_letters
from tests.imaging.importing.made import AXIAL, oblique, positions

PLANE = Plane.of((1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (0.5, 0.8), 100, 200)


def test_one_displaced_slice_shows_in_the_certificate():
    """Least squares through 5 places of which the middle one is 1 mm off in the plane: 0.2 mm, and 0.8 for that one."""
    at_mm = positions(5, AXIAL)
    at_mm[2, 0] += 1
    np.testing.assert_allclose(fit(at_mm, PLANE).errors_mm, [0.2, 0.2, 0.8, 0.2, 0.2], atol=1e-12)


def test_a_turned_slice_is_measured_at_its_corners():
    """A turn of 0.0001 rad moves the last column, 199 * 0.8 mm away, by 0.0159 mm."""
    turned = (np.cos(1e-4), np.sin(1e-4), 0.0, -np.sin(1e-4), np.cos(1e-4), 0.0)
    stack = fit(positions(4, AXIAL), PLANE, [AXIAL, AXIAL, turned, AXIAL])  # type: ignore[list-item]
    corner = 1e-4 * np.hypot(199 * 0.8, 99 * 0.5)
    assert stack.errors_mm[2] == pytest.approx(corner, rel=1e-3)
    assert max(stack.errors_mm[:2]) < 1e-9


@given(st.floats(0.05, 40), st.floats(-80, 80))
def test_tilt(tilt_deg: float, turn_deg: float):
    orientation = oblique((turn_deg, 20, -30))
    plane = Plane.of(orientation, (1.0, 1.0), 10, 10)  # type: ignore[arg-type]
    along = plane.normal + np.tan(np.radians(tilt_deg)) * np.array(plane.along_column)
    stack = fit(np.arange(6)[:, None] * along, plane)
    assert stack.tilt_deg == pytest.approx(tilt_deg, abs=1e-6)


def test_directions_that_are_not_quite_perpendicular_are_turned_alike():
    plane = Plane.of((1.0, 0.001, 0.0, 0.001, 1.0, 0.0), (1.0, 1.0), 10, 10)
    assert np.dot(plane.along_row, plane.along_column) == pytest.approx(0, abs=1e-15)
    np.testing.assert_allclose(plane.along_row, (1, 0, 0), atol=1e-6)


@pytest.mark.parametrize(
    ("gaps", "spacing"), [((2, 2, 2), 2), ((2, 4, 2), 2), ((2, 3, 2), 2), ((3, 2, 3, 3), 2), ((2.001, 1.999, 2), 2)]
)
def test_the_spacing_of_the_regular_grid(gaps: tuple[float, ...], spacing: float):
    assert check_gaps(np.cumsum((0.0, *gaps))) == pytest.approx(spacing, abs=0.01)


@pytest.mark.parametrize(("gaps", "code"), [((2, 2, 6, 2), "missing_slices"), ((2, 2, 0.1, 2), "uneven_spacing")])
def test_gaps_that_are_refused(gaps: tuple[float, ...], code: str):
    with pytest.raises(Problem) as refused:
        check_gaps(np.cumsum((0.0, *gaps)))
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("columns", "letters"),
    [
        (((0, 0, 1), (0, 1, 0), (1, 0, 0)), "SPL"),
        (((0, 0, -1), (0, -1, 0), (-1, 0, 0)), "IAR"),
        # Nearly between two: each letter is given once.
        (((0.7, 0, 0.71), (0, 1, 0), (0.71, 0, -0.7)), "SPL"),
    ],
)
def test_letters(columns: tuple[tuple[float, ...], ...], letters: str):
    affine = np.eye(4)
    affine[:3, :3] = np.array(columns).T
    assert orientation_letters(Grid.of((2, 2, 2), affine)) == letters
