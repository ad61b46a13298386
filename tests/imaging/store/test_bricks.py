import gzip
import math
from pathlib import Path

import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.imaging.store import Eye, Kind, Scans, in_order_of_need
from abaton.imaging.store.metadata import IMAGE
from tests.imaging.store.made import ball, series_of

SHAPE = (20, 150, 200)


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Scans:
    made = Scans(tmp_path_factory.mktemp("scans"))
    made.add(series_of(ball(SHAPE)))
    return made


@pytest.fixture(scope="module")
def scan_id(scans: Scans) -> str:
    return scans.records()[0].id


@pytest.mark.parametrize(("kind", "channels"), [("exact", ()), ("working", ()), ("gradients", (4,))])
def test_range_of_a_file_is_a_brick_that_a_browser_can_unpack(
    scans: Scans, scan_id: str, kind: Kind, channels: tuple[int, ...]
) -> None:
    whole = scans.region(scan_id, kind, 0)
    bricks = scans.bricks(scan_id, kind, 0)
    assert [brick.index for brick in bricks] == list(np.ndindex(1, 3, 4))
    for brick in bricks:
        a, b, c = (at * 64 for at in brick.index)
        expected = whole[a : a + 64, b : b + 64, c : c + 64]
        with (scans.folder_of(scan_id) / brick.path).open("rb") as file:
            file.seek(brick.offset)
            packed = file.read(brick.length)
        found = np.frombuffer(gzip.decompress(packed), whole.dtype).reshape(64, 64, 64, *channels)
        np.testing.assert_array_equal(found[tuple(slice(size) for size in expected.shape)], expected)
        assert not found[expected.shape[0] :].any()


def test_extremes_are_those_of_the_voxels(scans: Scans, scan_id: str) -> None:
    voxels, values = scans.region(scan_id), scans.region(scan_id, "working")
    for brick in scans.bricks(scan_id, "working", 0):
        inside = tuple(slice(at * 64, at * 64 + 64) for at in brick.index)
        assert (brick.low, brick.high) == (values[inside].min(), values[inside].max())
        assert (brick.low_voxel, brick.high_voxel) == (voxels[inside].min(), voxels[inside].max())


def test_brick_of_zeros_needs_no_request(tmp_path: Path) -> None:
    voxels = np.zeros((2, 70, 70), np.int16)
    voxels[0, 69, 69] = 500
    scans = Scans(tmp_path)
    record = scans.add(series_of(voxels, modality="MR", unit=""))
    lengths = [brick.length > 0 for brick in scans.bricks(record.id, "exact", 0)]
    assert lengths == [False, False, False, True]
    np.testing.assert_array_equal(scans.volume(record.id).voxels, voxels)


def test_coarse_before_fine_and_near_before_far(scans: Scans, scan_id: str) -> None:
    grids = list(scans.levels(scan_id))
    every = [brick for level in range(len(grids)) for brick in scans.bricks(scan_id, "working", level)]
    centre = grids[0].to_world((np.array(SHAPE) - 1) / 2)
    focus = (float(centre[0]), float(centre[1]), float(centre[2]))
    ordered = in_order_of_need(every, grids, focus)
    levels = [brick.level for brick in ordered]
    assert levels == sorted(levels, reverse=True)
    finest = [brick for brick in ordered if brick.level == 0]
    assert finest[0].index in ((0, 1, 1), (0, 1, 2))
    assert finest[-1].index in ((0, 0, 3), (0, 2, 3))


def test_what_the_transfer_function_hides_is_not_fetched(scans: Scans, scan_id: str) -> None:
    grids = list(scans.levels(scan_id))
    bricks = scans.bricks(scan_id, "working", 0)
    wanted = in_order_of_need(bricks, grids, (0.0, 0.0, 0.0), least_byte=150)
    assert {brick.index for brick in wanted} == {brick.index for brick in bricks if brick.high >= 150}
    assert 0 < len(wanted) < len(bricks)


def test_what_lies_behind_the_eye_comes_last(scans: Scans, scan_id: str) -> None:
    grids = list(scans.levels(scan_id))
    # From far on one side, looking away along the columns' axis: nothing is ahead; turned around, everything is.
    along = grids[0].affine[:3, 2] / np.linalg.norm(grids[0].affine[:3, 2])
    middle = grids[0].to_world([9.5, 74.5, 100.0])
    bricks = scans.bricks(scan_id, "working", 0)
    x, y, z = middle.tolist()
    dx, dy, dz = along.tolist()
    ahead = in_order_of_need(bricks, grids, (x, y, z), eye=Eye((x, y, z), (dx, dy, dz), 30.0))
    places = [brick.index[2] for brick in ahead]
    assert min(places[: len(places) // 2]) >= 1
    assert places[-1] == 0


@pytest.mark.parametrize("level", [-1, 9])
def test_level_that_there_is_not(scans: Scans, scan_id: str, level: int) -> None:
    with pytest.raises(Problem, match="level"):
        scans.bricks(scan_id, "exact", level)


def test_damaged_index_is_told(tmp_path: Path) -> None:
    scans = Scans(tmp_path)
    record = scans.add(series_of(ball((2, 3, 4))))
    shard = scans.folder_of(record.id) / IMAGE / "0/c/0/0/0"
    raw = bytearray(shard.read_bytes())
    raw[-20] ^= 1
    shard.write_bytes(raw)
    with pytest.raises(Problem) as refused:
        scans.bricks(record.id, "exact", 0)
    assert refused.value.code == "scan_damaged"


def test_eye_inside_a_brick_sees_it(scans: Scans, scan_id: str) -> None:
    grids = list(scans.levels(scan_id))
    x, y, z = grids[0].to_world([9.5, 74.5, 100.0]).tolist()
    (first, *_) = in_order_of_need(
        scans.bricks(scan_id, "working", 0), grids, (x, y, z), eye=Eye((x, y, z), (0.0, 0.0, math.pi), 10.0)
    )
    assert first.index in ((0, 1, 1), (0, 1, 2))
