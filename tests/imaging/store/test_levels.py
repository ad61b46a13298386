from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from abaton.geometry.grid import Grid
from abaton.imaging.store.building import cells_along, halve
from abaton.imaging.store.kernels import cell_extremes, halve_labels, pack_gradients
from abaton.imaging.store.levels import factors_of, levels_of


def grid_of(shape: tuple[int, int, int], spacing_mm: tuple[float, float, float]) -> Grid:
    return Grid.of(shape, np.diag([*spacing_mm, 1.0]))


def test_voxels_grow_towards_cubes() -> None:
    # A CT of 40 slices 5 mm apart: rows and columns are halved until they are as coarse as the slices.
    spacings = [grid.spacing_mm for grid, _ in levels_of(grid_of((70, 512, 512), (5.0, 0.7, 0.7)))]
    assert spacings == [
        pytest.approx(mm) for mm in [(5, 0.7, 0.7), (5, 1.4, 1.4), (5, 2.8, 2.8), (5, 5.6, 5.6), (10, 11.2, 11.2)]
    ]
    assert factors_of(grid_of((64, 64, 64), (1.0, 1.0, 1.0))) is None
    assert factors_of(grid_of((1, 100, 100), (0.1, 1.0, 1.0))) == (1, 2, 2)


@given(st.tuples(*[st.integers(1, 3000)] * 3), st.tuples(*[st.floats(0.1, 10)] * 3))
def test_levels_end_in_one_brick_and_cover_the_same_place(
    shape: tuple[int, int, int], spacing_mm: tuple[float, float, float]
) -> None:
    levels = levels_of(grid_of(shape, spacing_mm))
    finest, coarsest = levels[0][0], levels[-1][0]
    assert max(coarsest.shape) <= 64
    assert len(levels) <= 24
    # The outer face of the first voxel stays where it is.
    np.testing.assert_allclose(coarsest.to_world([-0.5] * 3), finest.to_world([-0.5] * 3), atol=1e-6)


@given(
    arrays.arrays(np.int16, st.tuples(*[st.integers(1, 5)] * 3)),
    st.tuples(*[st.integers(1, 2)] * 3),
    st.one_of(st.none(), st.integers(-32768, 32767)),
)
def test_halving_is_the_mean_of_what_was_measured(
    block: NDArray[np.int16], factors: tuple[int, int, int], padding: int | None
) -> None:
    found = halve(block, factors, padding)
    for at in np.ndindex(*found.shape):
        voxels = block[tuple(slice(i * f, i * f + f) for i, f in zip(at, factors, strict=True))].ravel()
        measured = voxels if padding is None else voxels[voxels != padding]
        expected = np.floor(measured.astype(np.float64).mean() + 0.5) if measured.size else padding
        assert found[at] == expected


def test_halving_of_floats_leaves_out_what_is_no_number() -> None:
    block = np.array([[[1.0, np.nan, np.nan, np.nan, 7.0]]], np.float32)
    np.testing.assert_array_equal(halve(block, (1, 1, 2), None), [[[1.0, np.nan, 7.0]]])


@pytest.mark.parametrize(
    ("voxels", "winner"), [([0, 0, 3, 3], 3), ([0, 0, 0, 3], 0), ([1, 2, 2, 9], 2), ([5, 5, 5, 5], 5)]
)
def test_most_frequent_label_wins_and_something_before_nothing(voxels: list[int], winner: int) -> None:
    assert halve_labels(np.array(voxels, np.uint16).reshape(1, 2, 2), (1, 2, 2)) == winner


NO_HALO = np.zeros((3, 2), np.int64)


def unpacked(packed: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Vector and magnitude in bytes per mm."""
    return (packed[..., :3] - 127.5) / 127.5, -16 * np.log1p(-packed[..., 3].astype(np.float64) / 255)


def test_gradient_of_a_ramp_points_to_falling_values_in_the_world() -> None:
    # 4 bytes a voxel along the array's last axis, which leads towards -y in the world at 2 mm a voxel.
    block = np.broadcast_to(np.arange(10, dtype=np.uint8) * 4, (5, 6, 10)).copy()
    affine = np.array([[3.0, 0, 0], [0, 0, -2.0], [0, 1.5, 0]])
    vector, magnitude = unpacked(pack_gradients(block, NO_HALO, np.linalg.inv(affine).T.copy()))
    # 2 bytes per mm: 2 / (2 + 8) of the full length.
    np.testing.assert_allclose(vector, np.broadcast_to([0, 0.2, 0], vector.shape), atol=0.01)
    np.testing.assert_allclose(magnitude, 2.0, rtol=0.05)


def test_gradient_of_a_part_is_that_of_the_whole() -> None:
    whole = np.random.default_rng(3).integers(0, 255, (6, 7, 8), dtype=np.uint8)
    covector = np.eye(3)
    part = pack_gradients(whole[1:5, 2:6, 3:8].copy(), np.array([[1, 1], [1, 1], [1, 0]]), covector)
    np.testing.assert_array_equal(part, pack_gradients(whole, NO_HALO, covector)[2:4, 3:5, 4:8])


def test_gradients_are_those_of_the_browser_to_the_byte() -> None:
    z, y, x = np.indices((3, 4, 5))
    block = ((37 * x + 101 * y + 59 * z + 13 * x * y * z) % 256).astype(np.uint8)
    # Voxels of 0.5, 1 and 2 mm; the array's axes run from slices to columns.
    covector = np.array([[0, 0, 2.0], [0, 1.0, 0], [0.5, 0, 0]])
    packed = pack_gradients(block, NO_HALO, covector).ravel().astype(np.int64)
    # The same figures stand in client/src/stage/volume/gradients.test.ts.
    assert packed[:4].tolist() == [58, 33, 100, 255]
    assert int((packed * np.arange(1, packed.size + 1)).sum() % 65521) == 30696


def test_cells_bound_everything_that_interpolation_meets() -> None:
    values = np.random.default_rng(5).integers(0, 255, (17, 20, 9), dtype=np.uint8)
    cells = tuple(cells_along(size) for size in values.shape)
    assert cells == (2, 3, 1)
    low, high = cell_extremes(values, 8, (2, 3, 1))
    for a, b, c in np.ndindex(2, 3, 1):
        inside = values[a * 8 : a * 8 + 9, b * 8 : b * 8 + 9, c * 8 : c * 8 + 9]
        assert (low[a, b, c], high[a, b, c]) == (inside.min(), inside.max())
