"""Distances and angles against a made phantom, and their uncertainty against random placement."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.imaging.measure import angle, angle_between_lines, distance, polyline
from tests.imaging.measure.phantoms import BAD, any_grid, empty_volume, grid_of, rotation

SEEDS = st.integers(0, 2**32 - 1)


def beads(grid: Grid, centers_mm: np.ndarray, width_mm: float) -> np.ndarray:
    """16-bit picture of round beads of Gaussian brightness."""
    at = grid.to_world(np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1))
    picture = sum(np.exp(-((at - c) ** 2).sum(-1) / (2 * width_mm**2)) for c in centers_mm)
    return np.round(np.asarray(picture) * 20000).astype(np.int16)


def centroid(picture: np.ndarray, grid: Grid, near_mm: np.ndarray, reach_mm: float) -> np.ndarray:
    """Where a bead is found: its centre of brightness."""
    at = grid.to_world(np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1))
    close = ((at - near_mm) ** 2).sum(-1) < reach_mm**2
    weight = picture[close].astype(np.float64)
    return (at[close] * weight[:, None]).sum(0) / weight.sum()


@pytest.mark.parametrize("seed", range(6))
def test_distances_in_a_phantom_are_within_a_tenth_of_a_millimetre_at_any_orientation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    grid = any_grid(rng)
    direction = rng.normal(size=3)
    half = direction / np.linalg.norm(direction) * rng.uniform(10, 20)
    true = grid.to_world(np.array(grid.shape) / 2) + np.array([-half, half])
    picture = beads(grid, true, 2.2)
    volume = empty_volume(grid)
    found = np.array([centroid(picture, grid, near, 8.0) for near in true + rng.uniform(-0.3, 0.3, (2, 3))])
    measured = distance(volume, found)
    assert measured.value == pytest.approx(float(np.linalg.norm(true[1] - true[0])), abs=0.1)
    assert measured.unit == "mm"
    assert measured.k == 2.0


def test_swapped_spacings_would_be_noticed() -> None:
    grid = grid_of((10, 20, 30), (5.0, 2.0, 0.5), np.eye(3), (0, 0, 0))
    volume = empty_volume(grid)
    for axis, spacing in enumerate((5.0, 2.0, 0.5)):
        ends = np.zeros((2, 3))
        ends[1, axis] = 8
        assert distance(volume, grid.to_world(ends)).value == pytest.approx(8 * spacing)


def test_uncertainty_along_an_axis_is_the_closed_form() -> None:
    # Two rectangular distributions of width s: variance 2 s^2 / 12 along the line; across it second order only.
    grid = grid_of((40, 40, 400), (1.0, 1.0, 0.8), np.eye(3), (0, 0, 0))
    measured = distance(empty_volume(grid), grid.to_world([[20, 20, 10], [20, 20, 390]]))
    assert measured.uncertainty == pytest.approx(2 * 0.8 / np.sqrt(6), rel=1e-3)


def test_what_the_certificate_leaves_over_counts() -> None:
    from msgspec.structs import replace

    grid = grid_of((40, 40, 40), (1.0, 1.0, 1.0), np.eye(3), (0, 0, 0))
    volume = empty_volume(grid)
    worse = replace(volume, certificate=replace(volume.certificate, error_mm=3.0))
    ends = [[5.0, 5, 5], [35, 5, 5]]
    assert distance(worse, ends).uncertainty > distance(volume, ends).uncertainty + 3


@pytest.mark.parametrize("apart_mm", [0.0, 1.0, 4.0, 30.0])
def test_the_stated_uncertainty_covers_the_true_distance(apart_mm: float) -> None:
    covered: list[bool] = []
    for seed in range(400):
        rng = np.random.default_rng([seed, int(apart_mm)])
        grid = any_grid(rng)
        index = np.array(grid.shape) / 2
        direction = rng.normal(size=3)
        half = direction / np.linalg.norm(direction) * apart_mm / 2
        true = grid.to_world(index) + np.array([-half, half])
        placed = grid.to_world(grid.to_index(true) + rng.uniform(-0.5, 0.5, (2, 3)))
        measured = distance(empty_volume(grid), placed)
        covered.append(abs(measured.value - apart_mm) <= measured.uncertainty)
    # At no distance at all every error lengthens, so that the interval is one-sided (see `propagation`).
    assert (0.92 if apart_mm > 0 else 0.8) <= np.mean(covered) <= (1.0 if apart_mm < 5 else 0.99)


@pytest.mark.parametrize("true_deg", [3.0, 40.0, 90.0, 150.0, 180.0])
def test_the_stated_uncertainty_covers_the_true_angle(true_deg: float) -> None:
    covered: list[bool] = []
    for seed in range(300):
        rng = np.random.default_rng([seed, int(true_deg)])
        grid = any_grid(rng)
        turn = rotation(rng)
        turned = np.array([np.cos(np.radians(true_deg)), np.sin(np.radians(true_deg)), 0])
        vertex = grid.to_world(np.array(grid.shape) / 2)
        reach = min(np.array(grid.shape) * grid.spacing_mm) * 0.4
        true = np.array([vertex + turn @ [reach, 0, 0], vertex, vertex + turn @ turned * reach])
        placed = grid.to_world(grid.to_index(true) + rng.uniform(-0.5, 0.5, (3, 3)))
        measured = angle(empty_volume(grid), placed)
        covered.append(abs(measured.value - true_deg) <= measured.uncertainty)
    assert (0.92 if true_deg < 180 else 0.88) <= np.mean(covered)


@given(SEEDS)
def test_a_distance_does_not_depend_on_where_and_how_the_scan_lies(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.uniform(-5, 5, (2, 3))
    spacing = rng.uniform(0.5, 2, 3)
    turn, shift = rotation(rng), rng.uniform(-100, 100, 3)
    straight = empty_volume(grid_of((60, 60, 60), spacing, np.eye(3), spacing * -30))
    turned = empty_volume(grid_of((60, 60, 60), spacing, turn, turn @ (spacing * -30) + shift))
    one, other = distance(straight, points), distance(turned, points @ turn.T + shift)
    assert one.value == pytest.approx(other.value, abs=1e-9)
    assert one.uncertainty == pytest.approx(other.uncertainty, rel=1e-6)


def test_closed_forms() -> None:
    volume = empty_volume(grid_of((50, 50, 50), (1, 1, 1), np.eye(3), (0, 0, 0)))
    assert polyline(volume, [[1, 1, 1], [4, 5, 1], [4, 5, 13]]).value == pytest.approx(17)
    assert angle(volume, [[10, 0, 0], [0, 0, 0], [0, 10, 0]]).value == pytest.approx(90)
    assert angle(volume, [[10, 0, 0], [5, 0, 0], [0, 0, 0]]).value == pytest.approx(180)
    skew = [[0, 0, 0], [20, 0, 0], [0, 5, 30], [10, 5 + 10 * np.sqrt(3), 30]]
    assert angle_between_lines(volume, skew).value == pytest.approx(60)
    backwards = [[20, 0, 0], [0, 0, 0], [0, 5, 30], [10, 5 + 10 * np.sqrt(3), 30]]
    assert angle_between_lines(volume, backwards).value == pytest.approx(60)


def test_longer_arms_make_the_angle_surer() -> None:
    volume = empty_volume(grid_of((50, 50, 50), (1, 1, 1), np.eye(3), (0, 0, 0)))
    short = angle(volume, [[5, 0, 0], [0, 0, 0], [0, 5, 0]])
    long = angle(volume, [[40, 0, 0], [0, 0, 0], [0, 40, 0]])
    assert long.uncertainty < short.uncertainty / 6


@pytest.mark.parametrize(
    ("points", "code"),
    [
        ([[1, 1, 1], [np.nan, 1, 1]], "points_unusable"),
        ([[1, 1, 1], [np.inf, 1, 1]], "points_unusable"),
        ([[1, 1, 1]], "points_unusable"),
        ([[1, 1, 1], [2, 2, 2], [3, 3, 3]], "points_unusable"),
        ([[1, 1], [2, 2]], "points_unusable"),
        ([[1, 1, 1], [500, 1, 1]], "point_outside_scan"),
        ([[1, 1, 1], [-0.6, 1, 1]], "point_outside_scan"),
    ],
)
def test_unusable_points_are_told(points: list[list[float]], code: str) -> None:
    volume = empty_volume(grid_of((50, 50, 50), (1, 1, 1), np.eye(3), (0, 0, 0)))
    with pytest.raises(Problem) as problem:
        distance(volume, points)
    assert problem.value.code == code


def test_angles_without_arms_are_told() -> None:
    volume = empty_volume(grid_of((50, 50, 50), (1, 1, 1), np.eye(3), (0, 0, 0)))
    with pytest.raises(Problem, match="two arms with a length"):
        angle(volume, [[1, 1, 1], [1, 1, 1], [5, 5, 5]])
    with pytest.raises(Problem, match="two arms with a length"):
        angle_between_lines(volume, [[1, 1, 1], [2, 2, 2], [5, 5, 5], [5, 5, 5]])


def test_nothing_is_measured_without_a_certificate() -> None:
    volume = empty_volume(grid_of((50, 50, 50), (1, 1, 1), np.eye(3), (0, 0, 0)), certificate=BAD)
    with pytest.raises(Problem, match=r"48\.8 mm") as problem:
        distance(volume, [[1, 1, 1], [2, 2, 2]])
    assert problem.value.code == "not_certified"
    assert "original DICOM" in problem.value.next_step
