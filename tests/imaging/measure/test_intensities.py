"""Statistics of voxel values from the exact stored numbers."""

import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.imaging.measure import (
    Measurement,
    inside_label,
    inside_polygon,
    inside_sphere,
    intensity_statistics,
)
from tests.imaging.measure.phantoms import BAD, any_grid, empty_volume, grid_of, labelled, rotation, volume_of

UNIT_GRID = grid_of((30, 30, 30), (1, 1, 1), np.eye(3), (0, 0, 0))


def by_name(found: tuple[Measurement, ...]) -> dict[str, Measurement]:
    return {one.name: one for one in found}


def test_values_are_those_of_numpy_in_real_units_without_padding() -> None:
    rng = np.random.default_rng(3)
    voxels = rng.integers(-30000, 30000, UNIT_GRID.shape, dtype=np.int16)
    mask = np.zeros(UNIT_GRID.shape, dtype=bool)
    mask[3:20, 4:22, 5:25] = True
    voxels[5, 5:9, 6] = -32000
    volume = volume_of(voxels, UNIT_GRID, slope=0.25, intercept=-7.5, padding=-32000, unit="HU", modality="CT")
    found = by_name(intensity_statistics(volume, mask, label="lesion"))
    true = voxels[mask & (voxels != -32000)].astype(np.float64) * 0.25 - 7.5
    assert found["mean"].value == pytest.approx(true.mean(), rel=1e-12)
    assert found["standard deviation"].value == pytest.approx(true.std(ddof=1), rel=1e-12)
    assert found["minimum"].value == true.min()
    assert found["maximum"].value == true.max()
    assert found["median"].value == np.median(true)
    assert found["percentile 5"].value == np.percentile(true, 5)
    assert found["mean"].unit == "[hnsf'U]"
    assert "4 without a measurement left out" in found["mean"].method


def test_the_stated_uncertainty_covers_the_mean_and_spread_of_noise() -> None:
    covered: dict[str, list[bool]] = {}
    true = {"mean": 100.0, "standard deviation": 20.0, "median": 100.0, "percentile 95": 100 + 20 * 1.6449}
    for seed in range(200):
        rng = np.random.default_rng(seed)
        volume = volume_of(np.round(rng.normal(100, 20, UNIT_GRID.shape)).astype(np.int16), UNIT_GRID)
        region = inside_sphere(volume, [15, 15, 15], 5.0)
        found = by_name(intensity_statistics(volume, region))
        for name, value in true.items():
            covered.setdefault(name, []).append(abs(found[name].value - value) <= found[name].uncertainty)
    for name, hits in covered.items():
        assert np.mean(hits) >= 0.93, name


def test_other_tissue_in_the_outermost_layer_makes_the_mean_less_sure() -> None:
    mask = np.zeros(UNIT_GRID.shape, dtype=bool)
    mask[10:20, 10:20, 10:20] = True
    inner = np.zeros(UNIT_GRID.shape, dtype=bool)
    inner[11:19, 11:19, 11:19] = True
    even = intensity_statistics(volume_of(np.full(UNIT_GRID.shape, 50, dtype=np.int16), UNIT_GRID), mask)[0]
    mixed = volume_of(np.where(inner, 50, 30).astype(np.int16), UNIT_GRID)
    found = intensity_statistics(mixed, mask)[0]
    # 488 of 1000 voxels of the layer are 20 lower: the whole differs from the inner by 9.76.
    assert found.value == pytest.approx(50 - 9.76)
    assert found.uncertainty == pytest.approx(2 * 9.76 / np.sqrt(3), rel=0.02)
    assert even.uncertainty == pytest.approx(2 / np.sqrt(12), rel=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_a_sphere_holds_the_voxels_whose_centres_lie_in_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    grid = any_grid(rng)
    volume = empty_volume(grid)
    center = grid.to_world(rng.uniform(2, 22, 3))
    region = inside_sphere(volume, center, 7.0)
    at = grid.to_world(np.argwhere(np.ones(grid.shape, dtype=bool)))
    assert np.array_equal(region.ravel(), np.linalg.norm(at - center, axis=1) <= 7.0)


@pytest.mark.parametrize("seed", range(5))
def test_a_polygon_in_a_slice_holds_that_slice_only(seed: int) -> None:
    rng = np.random.default_rng(seed)
    grid = grid_of((20, 30, 40), rng.uniform(0.5, 3, 3), rotation(rng), rng.uniform(-99, 99, 3))
    outline = grid.to_world([[7, 4.5, 5.5], [7, 20.5, 5.5], [7, 20.5, 30.5], [7, 4.5, 30.5]])
    region = inside_polygon(empty_volume(grid), outline)
    true = np.zeros(grid.shape, dtype=bool)
    true[7, 5:21, 6:31] = True
    assert np.array_equal(region, true)


def test_values_that_are_not_numbers_are_left_out() -> None:
    voxels = np.full(UNIT_GRID.shape, 3.0, dtype=np.float32)
    voxels[4, 4, 4] = np.nan
    mask = np.zeros(UNIT_GRID.shape, dtype=bool)
    mask[4:6, 4:6, 4:6] = True
    found = intensity_statistics(volume_of(voxels, UNIT_GRID), mask)
    assert all(np.isfinite([one.value, one.uncertainty]).all() for one in found)
    assert found[0].method.startswith("7 voxels, 1 without")


def test_what_cannot_be_measured_is_told() -> None:
    mask = np.ones(UNIT_GRID.shape, dtype=bool)
    padded = empty_volume(UNIT_GRID, padding=0)
    for act, code in (
        (lambda: intensity_statistics(padded, mask), "nothing_measured"),
        (lambda: intensity_statistics(empty_volume(UNIT_GRID, certificate=BAD), mask), "not_certified"),
        (lambda: intensity_statistics(empty_volume(UNIT_GRID), mask, percents=(101,)), "percent_unusable"),
        (lambda: intensity_statistics(empty_volume(UNIT_GRID), mask, percents=(np.nan,)), "percent_unusable"),
        (lambda: inside_sphere(padded, [5, 5, 5], -1), "sphere_unusable"),
        (lambda: inside_sphere(padded, [5.4, 5.4, 5.4], 0.01), "region_empty"),
        (lambda: inside_sphere(padded, [500, 5, 5], 3), "point_outside_scan"),
        (lambda: inside_label(padded, labelled(mask, UNIT_GRID), "nothing"), "label_empty"),
    ):
        with pytest.raises(Problem) as problem:
            act()
        assert problem.value.code == code
