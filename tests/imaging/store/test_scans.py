import errno
import json
import stat
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import zarr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from abaton.core.clock import ManualClock
from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.imaging.importing.found import ImportedSeries
from abaton.imaging.store import Scans
from abaton.imaging.store.metadata import IMAGE
from abaton.imaging.volume import Segmentation
from tests.imaging.store.made import PRIVACY, ball, grid_of, labels_of, series_of, volume_of


@pytest.fixture
def scans(tmp_path: Path) -> Scans:
    ids = iter(f"{letter}{number}scan" for letter in "ab" for number in range(100))
    return Scans(tmp_path / "scans", ManualClock(), lambda: next(ids))


def everything(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def test_scan_comes_back_as_it_was_stored(scans: Scans) -> None:
    series = series_of(ball(), slope=0.5, intercept=-3.0, padding=-1000.0)
    record = scans.add(series, report=lambda _doing, _share: None)
    back = scans.volume(record.id)
    assert back.voxels.dtype == np.int16
    np.testing.assert_array_equal(back.voxels, series.volume.voxels)
    for field in ("grid", "certificate", "modality", "unit", "slope", "intercept", "padding", "description"):
        assert getattr(back, field) == getattr(series.volume, field), field
    assert (record.source, record.files, record.imported_at) == ("DICOM", 20, "2025-06-15T15:06:40Z")
    assert record.privacy == series.privacy
    assert scans.records() == (record,)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    voxels=st.sampled_from(["int16", "uint16", "float32"]).flatmap(
        lambda kind: arrays.arrays(kind, st.tuples(*[st.integers(1, 5)] * 3))
    )
)
def test_any_voxels_come_back_to_the_last_bit(scans: Scans, voxels: np.ndarray[Any, Any]) -> None:
    record = scans.add(series_of(voxels))
    # Bit for bit: NaN and negative zeros too.
    assert scans.volume(record.id).voxels.tobytes() == voxels.tobytes()


@pytest.mark.parametrize("shape", [(1, 1, 1), (64, 64, 64), (65, 1, 129), (130, 3, 2), (2, 257, 3)])
def test_every_shape_around_bricks_and_files_comes_back(scans: Scans, shape: tuple[int, int, int]) -> None:
    voxels = np.random.default_rng(1).integers(-2000, 3000, shape, dtype=np.int16)
    record = scans.add(series_of(voxels))
    np.testing.assert_array_equal(scans.volume(record.id).voxels, voxels)


def test_other_byte_order_is_stored_in_this_machines(scans: Scans) -> None:
    voxels = ball((3, 4, 5))
    record = scans.add(series_of(voxels.astype(">i2")))
    back = scans.volume(record.id).voxels
    assert back.dtype == np.dtype(np.int16)
    np.testing.assert_array_equal(back, voxels)


def test_part_of_a_scan_is_read_by_its_bricks_alone(scans: Scans) -> None:
    voxels = ball((20, 150, 140))
    record = scans.add(series_of(voxels))
    box = (slice(3, 9), slice(100, 120), slice(130, 140))
    folder = scans.folder_of(record.id)
    shard = folder / IMAGE / "0" / "c" / "0" / "0" / "0"
    # The brick at (0, 0, 0) is spoilt: a part that does not meet it is read all the same.
    brick = next(one for one in scans.bricks(record.id, "exact", 0) if one.index == (0, 0, 0))
    content = bytearray(shard.read_bytes())
    content[brick.offset : brick.offset + brick.length] = bytes(brick.length)
    shard.write_bytes(content)
    np.testing.assert_array_equal(scans.region(record.id, "exact", 0, box), voxels[box])
    with pytest.raises(Problem, match="damaged"):
        scans.volume(record.id)


def test_headers_come_back(scans: Scans) -> None:
    series = series_of(ball((3, 4, 5)))
    record = scans.add(series)
    back = scans.headers(record.id)
    assert [header.SOPInstanceUID for header in back] == [header.SOPInstanceUID for header in series.headers]
    assert list(back[1].ImagePositionPatient) == [-30.5, 12.25, 102.0]


def test_id_may_be_cut_short_as_long_as_it_is_clear(scans: Scans) -> None:
    records = [scans.add(series_of(ball((2, 3, 4), seed))) for seed in range(11)]
    assert scans.record("a3").id == records[3].id
    assert scans.record("A3SCAN").id == records[3].id
    for wrong in ("a1", "zzz", "", "../a3scan"):
        with pytest.raises(Problem) as refused:
            scans.record(wrong)
        assert refused.value.code == "scan_not_found"


def test_same_scan_is_recognised(scans: Scans) -> None:
    series = series_of(ball((3, 4, 5)))
    record = scans.add(series)
    found = scans.find(series.volume)
    assert found is not None
    assert found.id == record.id
    moved = msgspec.structs.replace(series.volume, grid=grid_of((3, 4, 5), turned=False))
    assert scans.find(moved) is None


def test_other_viewers_find_an_image_in_millimetres(scans: Scans) -> None:
    record = scans.add(series_of(ball((20, 150, 140))), [labels_of(ball((20, 150, 140)))])
    root = json.loads((scans.folder_of(record.id) / IMAGE / "zarr.json").read_text())
    (image,) = root["attributes"]["ome"]["multiscales"]
    assert root["attributes"]["ome"]["version"] == "0.5"
    assert [axis["unit"] for axis in image["axes"]] == ["millimeter"] * 3
    scale, translation = image["datasets"][1]["coordinateTransformations"]
    # Rows and columns are halved first, as slices are thicker: 2 x 1 x 1.2 mm.
    assert scale["scale"] == pytest.approx([2.0, 1.0, 1.2])
    assert translation["translation"] == pytest.approx([0.0, 0.25, 0.3])
    library: Any = zarr
    group = library.open_group(scans.folder_of(record.id) / IMAGE, mode="r")
    for level, grid in enumerate(scans.levels(record.id)):
        assert group[str(level)].shape == group[f"working/{level}"].shape == grid.shape
        assert group[f"gradients/{level}"].shape == (*grid.shape, 4)
    assert group["labels"].attrs["ome"]["labels"] == ["1"]
    properties = group["labels/1"].attrs["ome"]["image-label"]["properties"]
    assert {"label-value": 40_000, "name": "core"} in properties


def test_levels_hold_means_of_what_lies_there(scans: Scans) -> None:
    voxels = ball((20, 150, 140))
    record = scans.add(series_of(voxels))
    levels = scans.levels(record.id)
    assert [grid.shape for grid in levels] == [(20, 150, 140), (20, 75, 70), (20, 38, 35)]
    expected = voxels.reshape(20, 75, 2, 70, 2).astype(np.float64).mean(axis=(2, 4))
    np.testing.assert_array_equal(scans.region(record.id, "exact", 1), np.floor(expected + 0.5))
    # The centre of a mean of voxels is the mean of their centres.
    np.testing.assert_allclose(levels[1].to_world([0, 0, 0]), levels[0].to_world([0, 0.5, 0.5]))


def test_segmentations_are_added_and_taken_back(scans: Scans) -> None:
    voxels = ball()
    record = scans.add(series_of(voxels), [labels_of(voxels)])
    second = scans.add_segmentation(record.id, labels_of(voxels, "rater two"))
    assert second.number == 2
    assert second.voxels == {1: int(((voxels >= 300) & (voxels < 1000)).sum()), 40_000: int((voxels == 1000).sum())}
    first, again = scans.segmentations(record.id)
    np.testing.assert_array_equal(first.labels, labels_of(voxels).labels)
    assert (again.made_by, again.names) == ("rater two", {1: "shell", 40_000: "core"})
    scans.remove_segmentation(record.id, 2)
    assert [one.number for one in scans.record(record.id).segmentations] == [1]
    # The number is not given again: a plan may still name it.
    assert scans.add_segmentation(record.id, labels_of(voxels, "rater three")).number == 3
    with pytest.raises(Problem) as refused:
        scans.segmentation(record.id, 2)
    assert refused.value.code == "segmentation_not_found"


def test_empty_segmentation_and_values_without_a_name(scans: Scans) -> None:
    voxels = ball((3, 4, 5))
    record = scans.add(series_of(voxels))
    empty = Segmentation(np.zeros((3, 4, 5), np.uint16), grid_of((3, 4, 5)), {}, "nobody")
    assert scans.add_segmentation(record.id, empty).voxels == {}
    assert not scans.segmentation(record.id, 1).labels.any()
    nameless = msgspec.structs.replace(empty, labels=np.full((3, 4, 5), 9, np.uint16))
    assert scans.add_segmentation(record.id, nameless).names == {9: "label 9"}


@pytest.mark.parametrize("grid", [grid_of((3, 4, 6)), grid_of((3, 4, 5), turned=False)])
def test_labels_from_elsewhere_are_refused(scans: Scans, grid: Grid) -> None:
    record = scans.add(series_of(ball((3, 4, 5))))
    with pytest.raises(Problem) as refused:
        scans.add_segmentation(record.id, Segmentation(np.ones(grid.shape, np.uint16), grid, {}, "x"))
    assert refused.value.code == "labels_elsewhere"
    assert scans.record(record.id).segmentations == ()


def test_removed_scan_is_gone(scans: Scans, tmp_path: Path) -> None:
    record = scans.add(series_of(ball((3, 4, 5))))
    scans.remove(record.id)
    assert scans.records() == ()
    assert everything(tmp_path / "scans") == set()


def fail_at(monkeypatch: pytest.MonkeyPatch, count: int, error: BaseException) -> None:
    """Lets the write of the n-th file of bricks fail."""
    from abaton.imaging.store import building

    written = 0
    write = building.write_shard

    def failing(*arguments: Any) -> None:
        nonlocal written
        written += 1
        if written == count:
            raise error
        write(*arguments)

    monkeypatch.setattr(building, "write_shard", failing)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_full_disk_leaves_nothing(scans: Scans, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    fail_at(monkeypatch, count, OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(Problem) as refused:
        scans.add(series_of(ball()))
    assert refused.value.code == "disk_full"
    assert everything(tmp_path / "scans") == set()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), MemoryError()])
def test_interrupted_import_leaves_nothing(
    scans: Scans, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    fail_at(monkeypatch, 2, error)
    with pytest.raises(type(error)):
        scans.add(series_of(ball()))
    assert everything(tmp_path / "scans") == set()


def test_full_disk_keeps_the_segmentations_that_were_there(scans: Scans, monkeypatch: pytest.MonkeyPatch) -> None:
    from abaton.imaging.store import labels

    voxels = ball()
    record = scans.add(series_of(voxels), [labels_of(voxels)])
    before = everything(scans.folder_of(record.id))

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(labels, "write_shard", full)
    with pytest.raises(Problem) as refused:
        scans.add_segmentation(record.id, labels_of(voxels, "rater two"))
    assert refused.value.code == "disk_full"
    assert everything(scans.folder_of(record.id)) == before
    assert len(scans.segmentations(record.id)) == 1


_DIES = """
import os, sys
from pathlib import Path
from abaton.imaging.store import Scans, building
from tests.imaging.store.made import ball, series_of
building.write_shard = lambda *_: os._exit(9)
Scans(Path(sys.argv[1])).add(series_of(ball((3, 4, 5))))
"""


def test_process_that_died_leaves_what_the_next_open_removes(tmp_path: Path) -> None:
    folder = tmp_path / "scans"
    ended = subprocess.run([sys.executable, "-c", _DIES, folder], cwd=Path(__file__).parents[3], check=False)
    assert ended.returncode == 9
    assert any(path.name.startswith(".writing-") for path in folder.iterdir())
    assert Scans(folder).records() == ()
    assert everything(folder) == set()


def test_open_while_another_writes_removes_nothing(scans: Scans, tmp_path: Path) -> None:
    seen: list[int] = []

    def look(_doing: str, _share: float) -> None:
        Scans(tmp_path / "scans")
        seen.append(1)

    record = scans.add(series_of(ball()), report=look)
    assert seen
    np.testing.assert_array_equal(scans.volume(record.id).voxels, ball())


@pytest.mark.parametrize("spoil", ["missing", "short"])
def test_lost_file_is_told_and_not_taken_for_zeros(scans: Scans, spoil: str) -> None:
    record = scans.add(series_of(ball()))
    shard = scans.folder_of(record.id) / IMAGE / "0" / "c" / "0" / "0" / "0"
    if spoil == "missing":
        shard.unlink()
    else:
        shard.write_bytes(shard.read_bytes()[:-7])
    with pytest.raises(Problem) as refused:
        scans.volume(record.id)
    assert refused.value.code == "scan_damaged"


def test_lost_labels_are_told_and_not_taken_for_none(scans: Scans) -> None:
    record = scans.add(series_of(ball()), [labels_of(ball())])
    (scans.folder_of(record.id) / IMAGE / "labels/1/0/c/0/0/0").unlink()
    with pytest.raises(Problem) as refused:
        scans.segmentation(record.id, 1)
    assert refused.value.code == "scan_damaged"


def test_scan_with_a_damaged_record_does_not_hide_the_others(scans: Scans) -> None:
    spoilt, sound = scans.add(series_of(ball((2, 3, 4)))), scans.add(series_of(ball((3, 3, 4))))
    (scans.folder_of(spoilt.id) / "scan.json").write_text("{")
    assert [record.id for record in scans.records()] == [sound.id]
    assert scans.damaged() == (spoilt.id,)
    with pytest.raises(Problem) as refused:
        scans.record(spoilt.id)
    assert refused.value.code == "scan_damaged"


@pytest.mark.parametrize(
    "given",
    [
        {"slope": 0.0},
        {"slope": float("nan")},
        {"intercept": float("inf")},
    ],
)
def test_scaling_that_loses_the_values_is_refused(scans: Scans, tmp_path: Path, given: dict[str, float]) -> None:
    with pytest.raises(Problem) as refused:
        scans.add(series_of(ball((2, 3, 4)), **given))
    assert refused.value.code == "series_unsound"
    assert not (tmp_path / "scans").exists()


def test_type_that_is_not_stored_exactly_is_refused(scans: Scans) -> None:
    with pytest.raises(Problem) as refused:
        scans.add(series_of(ball((2, 3, 4)).astype(np.int32)))
    assert refused.value.code == "series_unsound"


def test_secret_is_kept_from_others_and_stays_the_same(scans: Scans, tmp_path: Path) -> None:
    key = scans.key
    assert len(key) == 32
    assert Scans(tmp_path / "scans").key == key
    assert Scans(tmp_path / "elsewhere").key != key
    (path,) = (tmp_path / "scans").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_bytes(b"short")
    with pytest.raises(Problem) as refused:
        _ = scans.key
    assert refused.value.code == "key_damaged"


def test_same_scan_stored_twice_has_the_same_bytes(tmp_path: Path) -> None:
    folders: list[Path] = []
    for name in ("one", "two"):
        store = Scans(tmp_path / name, ManualClock(), lambda: "same")
        store.add(series_of(ball()), [labels_of(ball())])
        folders.append(tmp_path / name)
    one, two = (
        {path.relative_to(top): path.read_bytes() for path in top.rglob("*") if path.is_file()} for top in folders
    )
    assert one == two


def peak_bytes(scans: Scans, voxels: np.ndarray[Any, Any]) -> int:
    """Most memory that Python's arrays took while the scan was stored; mapped files do not count."""
    series = ImportedSeries(volume_of(voxels, modality="MR", unit=""), (), PRIVACY, 1)
    tracemalloc.start()
    try:
        scans.add(series)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_scan(scans: Scans, tmp_path: Path) -> None:
    peaks: list[int] = []
    for slices in (512, 1280):
        voxels = np.memmap(tmp_path / f"{slices}.raw", np.int16, "w+", shape=(slices, 64, 64))
        voxels[::7, 20:40, 20:40] = 500
        peaks.append(peak_bytes(scans, voxels))
    small, large = peaks
    assert large < 1.3 * small
    assert small < 60_000_000
