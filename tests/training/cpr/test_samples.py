import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.core.errors import Problem
from abaton.training.cpr.samples import read_samples


def test_times_and_depths_are_read_and_lost_ones_are_lost(tmp_path: Path) -> None:
    file = tmp_path / "depths.csv"
    file.write_text("time_s, depth_mm\n0.00,0\n\n0.02,1.5\n0.04,\n")
    times, depths = read_samples(file)
    assert times.tolist() == [0.0, 0.02, 0.04]
    assert depths[:2].tolist() == [0.0, 1.5]
    assert math.isnan(depths[2])


@given(st.binary(max_size=60))
def test_whatever_is_in_a_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.mktemp("samples") / "depths.csv"
    file.write_bytes(b"time_s,depth_mm\n" + content)
    try:
        times, depths = read_samples(file)
    except Problem:
        return
    assert times.shape == depths.shape


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="CSV"):
        read_samples(tmp_path)
