import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.imaging.store.working_copy import Bytes, working_range
from tests.imaging.store.made import ball, volume_of


def test_ct_goes_from_air_to_bone_whatever_metal_there_is() -> None:
    assert working_range(volume_of(ball())) == (-1024.0, 1000.0)
    metal = ball()
    metal[:3, :9, :9] = 20_000
    assert working_range(volume_of(metal)) == (-1024.0, 3071.0)


def test_few_bright_voxels_do_not_darken_an_mr() -> None:
    voxels = np.random.default_rng(2).integers(0, 400, (40, 60, 60)).astype(np.uint16)
    voxels[0, 0, :20] = 60_000
    low, high = working_range(volume_of(voxels, modality="MR", unit=""))
    assert (low, high) == pytest.approx((0, 399), abs=2)


@pytest.mark.parametrize("kind", ["int16", "float32"])
def test_padding_and_scale_count(kind: str) -> None:
    voxels = np.linspace(0, 1000, 1001).reshape(1, 13, 77).astype(kind)
    voxels[0, 0, 0] = -2000
    volume = volume_of(voxels, modality="PT", unit="Bq/ml", slope=-2.0, intercept=5.0, padding=-2000.0)
    low, high = working_range(volume)
    assert (low, high) == pytest.approx((-1995, 5), abs=4)


@pytest.mark.parametrize(
    "voxels",
    [
        np.zeros((2, 3, 4), np.int16),
        np.full((2, 3, 4), np.nan, np.float32),
        np.full((2, 3, 4), np.inf, np.float32),
    ],
)
def test_scan_of_one_value_or_of_none_has_a_range(voxels: np.ndarray) -> None:
    volume = volume_of(voxels, modality="MR", unit="")
    low, high = working_range(volume)
    assert np.isfinite([low, high]).all()
    assert high > low
    assert Bytes(volume, (low, high)).of(voxels).max() in (0, 255)


@given(st.floats(-3000, 3000), st.floats(-3000, 3000).filter(lambda high: abs(high) > 1), st.floats(-4, 4))
def test_bytes_are_within_half_a_step_of_the_value(low: float, span: float, slope: float) -> None:
    ends = (low, low + abs(span))
    slope = slope or 1.0
    volume = volume_of(np.arange(-32768, 32768, 97, dtype=np.int16).reshape(1, 1, -1), slope=slope, intercept=3.0)
    values = volume.voxels * slope + 3.0
    inside = (values >= ends[0]) & (values <= ends[1])
    back = ends[0] + Bytes(volume, ends).of(volume.voxels) / 255 * (ends[1] - ends[0])
    assert np.abs(back - values)[inside].max(initial=0) <= (ends[1] - ends[0]) / 255 * 0.5001


def test_what_was_not_measured_is_black() -> None:
    voxels = np.array([[[np.nan, -5.0, 9.0]]], np.float32)
    assert Bytes(volume_of(voxels, padding=9.0), (-10.0, 0.0)).of(voxels).tolist() == [[[0, 128, 0]]]
