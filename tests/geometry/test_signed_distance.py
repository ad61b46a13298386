import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from abaton.core.errors import Problem
from abaton.geometry.distance_editing import DistanceEditor
from abaton.geometry.grid import FloatArray, Grid
from abaton.geometry.signed_distance import SignedDistanceField, distance_workings

Mask = NDArray[np.bool_]
SPACINGS_MM = [(1.0, 1.0, 1.0), (3.0, 0.7, 0.7), (2.0, 1.0, 0.8), (1.0, 0.5, 2.5), (5.0, 0.8, 0.8)]


def rotation(seed: int) -> FloatArray:
    """Any rotation, by the QR decomposition of random numbers."""
    q, r = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    return q * np.sign(np.diag(r))


def grid_of(
    shape: tuple[int, int, int], spacing_mm: tuple[float, float, float] = (1.0, 1.0, 1.0), seed: int | None = None
) -> Grid:
    """Upright, or turned and moved at random."""
    affine = np.eye(4)
    turned = np.eye(3) if seed is None else rotation(seed)
    affine[:3, :3] = turned * spacing_mm
    if seed is not None:
        affine[:3, 3] = np.random.default_rng(seed).uniform(-200, 200, 3)
    return Grid.of(shape, affine)


def sphere(grid: Grid, centre_mm: FloatArray, radius_mm: float) -> FloatArray:
    """The true signed distance at every voxel."""
    index = np.stack(np.meshgrid(*[np.arange(n) for n in grid.shape], indexing="ij"), axis=-1)
    return np.linalg.norm(grid.to_world(index) - centre_mm, axis=-1) - radius_mm


def random_mask(shape: tuple[int, int, int], seed: int) -> Mask:
    noise = np.random.default_rng(seed).random(shape)
    return ndimage.gaussian_filter(noise, 1.5) > 0.5


@pytest.mark.parametrize("spacing_mm", SPACINGS_MM)
@pytest.mark.parametrize("radius_voxels", [6.0, 9.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_spheres_are_true_to_half_a_voxel_at_any_spacing_and_orientation(
    spacing_mm: tuple[float, float, float], radius_voxels: float, seed: int
) -> None:
    radius_mm = radius_voxels * max(spacing_mm)
    shape = tuple(int((2 * radius_mm + 8 * max(spacing_mm)) / mm) + 2 for mm in spacing_mm)
    grid = grid_of((shape[0], shape[1], shape[2]), spacing_mm, seed)
    rng = np.random.default_rng(seed)
    centre = grid.to_world(np.array(shape) / 2 + rng.uniform(-0.5, 0.5, 3))
    truth = sphere(grid, centre, radius_mm)
    field = SignedDistanceField.of(truth < 0, grid)
    wrong = np.abs(field.distance_mm - truth)
    # A voxel's width along the way to the surface; in the middle of the sphere that way may be any.
    ways = np.abs(np.gradient(truth, *spacing_mm, axis=(0, 1, 2))) * np.array(spacing_mm)[:, None, None, None]
    width = np.where(truth < max(spacing_mm) - radius_mm, max(spacing_mm), ways.sum(axis=0))
    assert (wrong / width).max() <= 0.5
    assert np.sqrt(np.mean(wrong**2)) <= 0.15 * max(spacing_mm)
    assert abs(np.mean(field.distance_mm - truth)) <= 0.06 * max(spacing_mm)


def test_faces_along_the_grid_lie_halfway_between_centres() -> None:
    mask = np.zeros((20, 24, 22), dtype=np.bool_)
    mask[:, :, 9:] = True
    field = SignedDistanceField.of(mask, grid_of(mask.shape, (3.0, 0.7, 1.2)))
    expected = (8.5 - np.arange(22)) * 1.2
    np.testing.assert_allclose(field.distance_mm, np.broadcast_to(expected, mask.shape), atol=1e-4)


def test_a_box_far_from_its_corners_is_exact() -> None:
    mask = np.zeros((30, 30, 30), dtype=np.bool_)
    mask[10:20, 10:20, 10:20] = True
    field = SignedDistanceField.of(mask, grid_of(mask.shape, (2.0, 1.0, 0.5)))
    # Centre lines through the faces: half a voxel before the first centre inside.
    np.testing.assert_allclose(field.distance_mm[:10, 15, 15], (9.5 - np.arange(10)) * 2.0, atol=1e-4)
    np.testing.assert_allclose(field.distance_mm[15, :10, 15], (9.5 - np.arange(10)) * 1.0, atol=1e-4)
    np.testing.assert_allclose(field.distance_mm[15, 15, :10], (9.5 - np.arange(10)) * 0.5, atol=1e-4)


@given(st.integers(0, 10_000), st.sampled_from(SPACINGS_MM))
@settings(max_examples=15, deadline=None)
def test_between_centres_it_is_scipy_s_exact_distance(seed: int, spacing_mm: tuple[float, float, float]) -> None:
    mask = random_mask((9, 23, 17), seed)
    work = distance_workings(mask, grid_of(mask.shape, spacing_mm))
    transform: Any = ndimage.distance_transform_edt
    for plane, ours in zip(mask, work.squared_mm2, strict=True):
        if plane.all() or not plane.any():
            assert np.isinf(ours).all()
            continue
        theirs = transform(plane, sampling=spacing_mm[1:]) + transform(~plane, sampling=spacing_mm[1:])
        np.testing.assert_allclose(np.sqrt(ours), theirs, rtol=1e-5)


@given(st.integers(0, 10_000), st.sampled_from(SPACINGS_MM))
@settings(max_examples=15, deadline=None)
def test_the_surface_lies_before_the_nearest_centre_of_the_other_side(
    seed: int, spacing_mm: tuple[float, float, float]
) -> None:
    mask = random_mask((12, 23, 17), seed)
    field = SignedDistanceField.of(mask, grid_of(mask.shape, spacing_mm)).distance_mm
    transform: Any = ndimage.distance_transform_edt
    centres = transform(mask, sampling=spacing_mm) + transform(~mask, sampling=spacing_mm)
    assert np.array_equal(field < 0, mask)
    away = np.abs(field)
    assert (away <= centres * (1 + 1e-5)).all()
    assert (away > 0).all()
    # Never nearer than the other side's centre less a way from a centre to its surface.
    assert (away >= centres - 0.8 * max(spacing_mm)).all()


def test_inside_and_outside_mirror_each_other() -> None:
    mask = random_mask((20, 18, 25), 3)
    grid = grid_of(mask.shape, (2.0, 1.0, 0.8))
    np.testing.assert_allclose(
        SignedDistanceField.of(~mask, grid).distance_mm, -SignedDistanceField.of(mask, grid).distance_mm, atol=1e-4
    )


@given(st.data(), st.integers(0, 10_000), st.sampled_from(SPACINGS_MM))
@settings(max_examples=25, deadline=None)
def test_after_any_strokes_the_field_is_the_one_made_anew(
    data: st.DataObject, seed: int, spacing_mm: tuple[float, float, float]
) -> None:
    shape = (14, 19, 23)
    start = data.draw(st.sampled_from([random_mask(shape, seed), np.zeros(shape, np.bool_), np.ones(shape, np.bool_)]))
    grid = grid_of(shape, spacing_mm)
    editor = DistanceEditor(start, grid)
    expected = start.copy()
    for _ in range(data.draw(st.integers(1, 4))):
        place = np.array([data.draw(st.floats(-3.0, n + 3.0)) for n in shape])
        radius_mm = data.draw(st.floats(0.3, 8.0))
        inside = data.draw(st.booleans())
        changed = editor.paint_ball(grid.to_world(place), radius_mm, inside)
        ball = sphere(grid, grid.to_world(place), radius_mm) <= 0
        surely = np.abs(sphere(grid, grid.to_world(place), radius_mm)) > 1e-6
        assert np.array_equal(editor.mask[surely], np.where(ball, inside, expected)[surely])
        assert changed == np.count_nonzero(editor.mask != expected)
        expected = editor.mask.copy()
        anew = SignedDistanceField.of(expected, grid)
        assert np.array_equal(editor.field.distance_mm, anew.distance_mm)


def test_the_editor_leaves_the_mask_that_it_was_given() -> None:
    mask = random_mask((10, 10, 10), 1)
    before = mask.copy()
    DistanceEditor(mask, grid_of(mask.shape)).paint_ball((5, 5, 5), 3.0, inside=True)
    assert np.array_equal(mask, before)


@pytest.mark.parametrize(("centre", "radius_mm"), [((0, 0, math.nan), 1.0), ((0, 0, 0), 0.0), ((0, 0, 0), math.inf)])
def test_a_brush_that_is_none_is_refused(centre: tuple[float, float, float], radius_mm: float) -> None:
    editor = DistanceEditor(np.zeros((4, 4, 4), np.bool_), grid_of((4, 4, 4)))
    with pytest.raises(Problem, match="brush"):
        editor.paint_ball(centre, radius_mm, inside=True)


def test_a_box_outside_the_grid_is_refused() -> None:
    editor = DistanceEditor(np.zeros((4, 4, 4), np.bool_), grid_of((4, 4, 4)))
    with pytest.raises(Problem, match="box"):
        editor.paint((2, 2, 2), np.ones((3, 1, 1), np.bool_), inside=True)


def test_an_empty_mask_is_infinitely_far_and_a_full_one_infinitely_deep() -> None:
    grid = grid_of((4, 5, 6), seed=3)
    empty = SignedDistanceField.of(np.zeros(grid.shape, np.bool_), grid)
    full = SignedDistanceField.of(np.ones(grid.shape, np.bool_), grid)
    middle = grid.to_world([1.5, 2.2, 3.1])
    assert (empty.distance_mm == np.inf).all()
    assert (full.distance_mm == -np.inf).all()
    value, gradient = empty.sample_with_gradient(middle)
    assert value == np.inf
    assert not gradient.any()
    assert full.sample(middle) == -np.inf
    assert empty.sample(grid.to_world([-9, 2, 2]), beyond="bound") == np.inf
    assert not empty.has_surface
    with pytest.raises(Problem, match="empty"):
        empty.project(middle)


def test_samples_and_gradients_in_an_oblique_grid() -> None:
    grid = grid_of((30, 44, 40), (1.5, 1.0, 1.1), seed=5)
    centre = grid.to_world([15, 22, 20])
    field = SignedDistanceField.of(sphere(grid, centre, 12.0) < 0, grid)
    rng = np.random.default_rng(0)
    directions = rng.normal(size=(300, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    away = rng.uniform(6.0, 17.0, (300, 1))
    value, gradient = field.sample_with_gradient(centre + directions * away)
    assert np.abs(value - (away[:, 0] - 12.0)).max() < 0.75
    assert np.sqrt(np.mean((value - (away[:, 0] - 12.0)) ** 2)) < 0.2
    assert np.median(np.sum(gradient * directions, axis=1)) == pytest.approx(1.0, abs=0.05)
    landed = field.project(centre + directions * away)
    assert landed.remaining_mm.max() < 0.02
    radii = np.linalg.norm(landed.points_mm - centre, axis=1)
    assert np.abs(radii - 12.0).max() < 0.75
    # Along the radius, as far as the voxels show it.
    cosines = np.sum((landed.points_mm - centre) * directions, axis=1) / radii
    assert np.quantile(cosines, 0.05) > 0.99


def test_values_at_centres_are_those_of_the_field_and_between_them_straight() -> None:
    mask = random_mask((8, 9, 7), 11)
    grid = grid_of(mask.shape, (2.0, 1.0, 0.8), seed=8)
    field = SignedDistanceField.of(mask, grid)
    index = np.argwhere(mask | ~mask)
    np.testing.assert_allclose(field.sample(grid.to_world(index)), field.distance_mm[mask | ~mask], atol=1e-5)
    between = field.sample(grid.to_world([3.25, 4, 2]))
    assert between == pytest.approx(0.75 * field.distance_mm[3, 4, 2] + 0.25 * field.distance_mm[4, 4, 2], abs=1e-5)


def test_points_outside_are_refused_or_bounded_from_below() -> None:
    grid = grid_of((20, 20, 20), (2.0, 1.0, 1.0), seed=2)
    centre = grid.to_world([10, 10, 10])
    field = SignedDistanceField.of(sphere(grid, centre, 6.0) < 0, grid)
    outside = grid.to_world(np.random.default_rng(4).uniform(-30, 50, (400, 3)))
    index = grid.to_index(outside)
    outside = outside[((index < -0.6) | (index > 19.6)).any(axis=1)]
    with pytest.raises(Problem, match="outside the grid"):
        field.sample(outside)
    value, gradient = field.sample_with_gradient(outside, beyond="bound")
    truth = np.linalg.norm(outside - centre, axis=1) - 6.0
    assert (value <= truth + 1.0).all()
    assert (value > 0).all()
    assert np.linalg.norm(gradient, axis=1).max() < 1.2
    step = 1e-4 * gradient / np.linalg.norm(gradient, axis=1, keepdims=True)
    assert (field.sample(outside + step, beyond="bound") > value).all()


@pytest.mark.parametrize("point", [(math.nan, 0, 0), (0, math.inf, 0), (0, 0)])
def test_places_that_are_none_are_refused(point: tuple[float, ...]) -> None:
    field = SignedDistanceField.of(random_mask((5, 5, 5), 0), grid_of((5, 5, 5)))
    with pytest.raises(Problem, match=r"NaN|three coordinates"):
        field.sample(point)


def test_masks_that_are_none_are_refused() -> None:
    untyped: Any = np.full((4, 4, 4), np.nan)
    with pytest.raises(Problem, match="booleans"):
        SignedDistanceField.of(untyped, grid_of((4, 4, 4)))
    with pytest.raises(Problem, match="mask of"):
        SignedDistanceField.of(np.zeros((4, 4, 5), np.bool_), grid_of((4, 4, 4)))
    sheared = np.eye(4)
    sheared[0, 1] = 0.2
    with pytest.raises(Problem, match="right angles"):
        SignedDistanceField.of(np.zeros((4, 4, 4), np.bool_), Grid.of((4, 4, 4), sheared))
    broken = np.eye(4)
    broken[2, 3] = np.nan
    with pytest.raises(Problem, match="size"):
        SignedDistanceField.of(np.zeros((4, 4, 4), np.bool_), Grid.of((4, 4, 4), broken))


@pytest.mark.parametrize("shape", [(1, 1, 8), (1, 12, 9), (10, 1, 1)])
def test_flat_grids_work(shape: tuple[int, int, int]) -> None:
    mask = np.zeros(shape, dtype=np.bool_)
    mask.flat[: mask.size // 2] = True
    grid = grid_of(shape)
    field = SignedDistanceField.of(mask, grid)
    assert np.array_equal(field.distance_mm < 0, mask)
    assert np.isfinite(field.sample(grid.to_world((np.array(shape) - 1) / 2)))
