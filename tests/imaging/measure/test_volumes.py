"""Volumes and areas of labels and polygons, with bodies of known size."""

import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.imaging.measure import label_area, label_volume, polygon_area
from abaton.imaging.measure.boundary import surface_mm2
from tests.imaging.measure.phantoms import BAD, empty_volume, grid_of, labelled, rotation


def ellipsoid(grid: Grid, center: np.ndarray, axes: np.ndarray, half_mm: np.ndarray) -> np.ndarray:
    at = grid.to_world(np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1)) - center
    return ((at @ axes / half_mm) ** 2).sum(-1) <= 1


def test_the_stated_uncertainty_covers_the_true_volume_of_ellipsoids_at_any_orientation() -> None:
    covered: list[bool] = []
    off: list[float] = []
    for seed in range(120):
        rng = np.random.default_rng(seed)
        grid = grid_of((36, 36, 36), rng.uniform(0.7, 1.5, 3), rotation(rng), rng.uniform(-50, 50, 3))
        half = rng.uniform(4, 11, 3)
        center = grid.to_world(np.array(grid.shape) / 2 + rng.uniform(-0.5, 0.5, 3))
        true = 4 / 3 * np.pi * half.prod()
        measured = label_volume(
            empty_volume(grid), labelled(ellipsoid(grid, center, rotation(rng), half), grid), "lesion"
        )
        covered.append(abs(measured.value - true) <= measured.uncertainty)
        off.append(measured.uncertainty / true)
    assert np.mean(covered) >= 0.95
    # And it is not so wide that it says nothing.
    assert np.median(off) < 0.05


def test_flat_sides_along_the_grid_err_together() -> None:
    covered: list[bool] = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        spacing = rng.uniform(0.5, 3, 3)
        size = rng.uniform(8, 20, 3) * spacing
        grid = grid_of((30, 30, 30), spacing, np.eye(3), (0, 0, 0))
        start = rng.uniform(2, 4, 3) * spacing
        at = grid.to_world(np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1))
        box = np.asarray(((at >= start) & (at <= start + size)).all(-1))
        measured = label_volume(empty_volume(grid), labelled(box, grid), "lesion")
        covered.append(abs(measured.value - size.prod()) <= measured.uncertainty)
    assert 0.9 <= np.mean(covered) <= 0.995


def test_volume_is_voxels_times_their_volume() -> None:
    grid = grid_of((9, 9, 9), (2.0, 0.5, 3.0), rotation(np.random.default_rng(0)), (5, 6, 7))
    mask = np.zeros(grid.shape, dtype=bool)
    mask[2:5, 3:4, 1:8] = True
    measured = label_volume(empty_volume(grid), labelled(mask, grid), "lesion")
    assert measured.value == pytest.approx(3 * 1 * 7 * 3.0)
    assert measured.unit == "mm3"
    assert measured.label == "lesion"


def test_a_boundary_drawn_loosely_adds_its_surface() -> None:
    grid = grid_of((64, 64, 64), (1, 1, 1), np.eye(3), (0, 0, 0))
    ball = ellipsoid(grid, np.full(3, 32.0), np.eye(3), np.full(3, 20.0))
    assert surface_mm2(ball, grid) == pytest.approx(4 * np.pi * 400, rel=0.02)
    loose = label_volume(empty_volume(grid), labelled(ball, grid), "lesion", boundary_mm=0.5)
    assert loose.uncertainty == pytest.approx(2 * 0.5 * 4 * np.pi * 400, rel=0.03)


def test_area_of_a_label_in_a_slice() -> None:
    covered: list[bool] = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        grid = grid_of((5, 60, 50), (4.0, *rng.uniform(0.6, 1.2, 2)), rotation(rng), (1, 2, 3))
        center = grid.to_world([2, *(np.array([30, 25]) + rng.uniform(-0.5, 0.5, 2))])
        at = grid.to_world(np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1)) - center
        radius = rng.uniform(5, 14)
        disc = (at**2).sum(-1) <= radius**2
        disc[[0, 1, 3, 4]] = False
        measured = label_area(empty_volume(grid), labelled(disc, grid), "lesion", 0, 2)
        covered.append(abs(measured.value - np.pi * radius**2) <= measured.uncertainty)
    assert np.mean(covered) >= 0.93
    grid = grid_of((5, 6, 7), (1, 1, 1), np.eye(3), (0, 0, 0))
    disc = np.zeros(grid.shape, dtype=bool)
    disc[2, 2:4, 2:4] = True
    with pytest.raises(Problem, match="between 2 and 2"):
        label_area(empty_volume(grid), labelled(disc, grid), "lesion", 0, 3)
    with pytest.raises(Problem, match="slice of the scan"):
        label_area(empty_volume(grid), labelled(disc, grid), "lesion", 0, 5)


def test_the_stated_uncertainty_covers_the_true_area_of_a_polygon() -> None:
    covered: list[bool] = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        grid = grid_of((40, 40, 40), rng.uniform(0.8, 2, 3), rotation(rng), rng.uniform(-100, 100, 3))
        angles = np.linspace(0, 2 * np.pi, 7, endpoint=False)
        outline = np.stack([np.zeros(7), 10 * np.cos(angles), 8 * np.sin(angles)], axis=-1) + 20
        true = polygon_area(empty_volume(grid), grid.to_world(outline)).value
        in_plane = np.array([0, 1, 1]) * rng.uniform(-0.5, 0.5, (7, 3))
        measured = polygon_area(empty_volume(grid), grid.to_world(outline + in_plane))
        covered.append(abs(measured.value - true) <= measured.uncertainty)
    assert np.mean(covered) >= 0.9


def test_area_of_a_square_and_outlines_that_are_none() -> None:
    volume = empty_volume(grid_of((50, 50, 50), (1, 1, 1), np.eye(3), (0, 0, 0)))
    square = [[5, 5, 9], [25, 5, 9], [25, 25, 9], [5, 25, 9]]
    assert polygon_area(volume, square).value == pytest.approx(400)
    for outline, code in (
        ([[5, 5, 9], [25, 5, 9], [5, 25, 9], [25, 25, 9]], "polygon_crosses_itself"),
        ([[5, 5, 9], [25, 5, 9], [25, 25, 19], [5, 25, 9]], "polygon_not_flat"),
        ([[5, 5, 9], [25, 25, 9], [15, 15, 9]], "polygon_degenerate"),
        ([[5, 5, 9], [5, 5, 9], [5, 5, 9]], "polygon_degenerate"),
        ([[5, 5, 9], [25, 25, 9]], "points_unusable"),
    ):
        with pytest.raises(Problem) as problem:
            polygon_area(volume, outline)
        assert problem.value.code == code


def test_labels_that_cannot_be_measured_are_told() -> None:
    grid = grid_of((5, 5, 5), (1, 1, 1), np.eye(3), (0, 0, 0))
    mask = np.zeros(grid.shape, dtype=bool)
    mask[2, 2, 2] = True
    volume, labels = empty_volume(grid), labelled(mask, grid)
    with pytest.raises(Problem, match="holds no voxel"):
        label_volume(volume, labels, "nothing")
    with pytest.raises(Problem, match="lesion, nothing"):
        label_volume(volume, labels, "liver")
    with pytest.raises(Problem, match="another grid"):
        label_volume(empty_volume(grid_of((5, 5, 5), (1, 1, 2), np.eye(3), (0, 0, 0))), labels, "lesion")
    with pytest.raises(Problem, match="0 mm or more"):
        label_volume(volume, labels, "lesion", boundary_mm=float("nan"))
    with pytest.raises(Problem, match="certified"):
        label_volume(empty_volume(grid, certificate=BAD), labels, "lesion")
