"""Segmenters as plug-ins."""

from collections.abc import Sequence
from importlib import metadata
from typing import Any, ClassVar

import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.imaging.importing.found import Report
from abaton.imaging.segment.plugin import GROUP, Requirement, checked, listed, segment_with
from abaton.imaging.segment.watch import Cancelled, Stopped, Watch
from abaton.imaging.volume import Segmentation, Volume
from tests.imaging.segment.made import oblique, volume_of


class Bright:
    """Labels what is bright."""

    name = "bright"
    segments = ("bright",)
    modalities = ("OT",)
    ready: ClassVar[bool] = True

    def requirements(self) -> Sequence[Requirement]:
        return (Requirement("weights, 1 kB", type(self).ready, "Copy them to the data folder"),)

    def segment(self, volume: Volume, report: Report, cancelled: Cancelled) -> Segmentation:
        report("Looking for bright voxels", 0.5)
        if cancelled():
            raise Stopped
        labels = (volume.values() > 100).astype(np.uint16)
        return Segmentation(labels, volume.grid, {1: "bright"}, "bright 1.0")


class Heavy(Bright):
    ready = False


class Writing(Bright):
    def segment(self, volume: Volume, report: Report, cancelled: Cancelled) -> Segmentation:
        volume.voxels[:] = 0
        return super().segment(volume, report, cancelled)


class Tomographic(Bright):
    modalities = ("CT",)


HERE = __name__
POINTS = [
    metadata.EntryPoint(name, f"{HERE}:{value}", GROUP)
    for name, value in {
        "bright": "Bright",
        "heavy": "Heavy",
        "writing": "Writing",
        "ct": "Tomographic",
        "gone": "NoSuchClass",
        "other": "HERE.upper",
    }.items()
]


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, HERE, sys.modules[Bright.__module__])


def scan() -> Volume:
    voxels = np.zeros((3, 4, 5), dtype=np.int16)
    voxels[1, 1, 1:4] = 200
    return volume_of(voxels)


def test_a_plug_in_labels_a_scan_and_tells_how_far_it_is() -> None:
    told: list[tuple[str, float]] = []
    made = segment_with("bright", scan(), Watch(report=lambda doing, share: told.append((doing, share))), POINTS)
    assert np.array_equal(np.argwhere(made.labels), [[1, 1, 1], [1, 1, 2], [1, 1, 3]])
    assert (made.names, made.made_by) == ({1: "bright"}, "bright 1.0")
    assert ("Looking for bright voxels", 0.5) in told


def test_the_listing_tells_what_is_missing_and_how_to_have_it() -> None:
    found = {one.name: one for one in listed(POINTS)}
    assert found["bright"].missing == ()
    assert found["bright"].segments == ("bright",)
    assert found["heavy"].missing == (Requirement("weights, 1 kB", False, "Copy them to the data folder"),)
    assert "AttributeError" in found["gone"].missing[0].what
    assert "TypeError" in found["other"].missing[0].what
    assert listed([]) == ()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("heavy", "without weights, 1 kB; expected everything that it needs. Copy them to the data folder."),
        ("ct", "modality OT"),
        ("gone", "cannot be loaded"),
        ("none", "no segmenter 'none'"),
        ("writing", r"a failure of segmenter 'writing' \(ValueError\)"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_to_do(name: str, message: str) -> None:
    volume = scan()
    with pytest.raises(Problem, match=message):
        segment_with(name, volume, entry_points=POINTS)
    assert volume.voxels.max() == 200


def test_it_can_be_called_off() -> None:
    asked = iter([False, False])
    with pytest.raises(Stopped):
        segment_with("bright", scan(), Watch(cancelled=lambda: next(asked, True)), POINTS)


def labelled(labels: Any, names: Any = None, grid: Grid | None = None) -> Segmentation:
    return Segmentation(labels, grid or oblique((3, 4, 5)), {1: "one"} if names is None else names, "")


ONE = np.pad(np.ones((1, 1, 1), dtype=np.int64), ((0, 2), (0, 3), (0, 4)))


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (None, "a NoneType"),
        (labelled(ONE[:2]), r"labels of \(2, 4, 5\) voxels"),
        (labelled(ONE.tolist()), "labels of no voxels"),
        (labelled(ONE, grid=oblique((3, 4, 5), (1.0, 1.0, 1.0))), "another grid"),
        (labelled(ONE.astype(np.float32)), "float32"),
        (labelled(-ONE), "labels from -1"),
        (labelled(ONE * 70000), "to 70000"),
        (labelled(ONE * 0), "no voxel"),
        (labelled(ONE * 2), r"without a name: \[2\]"),
        (labelled(ONE, {1: "one", 2: "one"}), "each its own"),
        (labelled(ONE, {1: "a\nb"}), "each its own"),
        (labelled(ONE, {1: ""}), "each its own"),
        (labelled(ONE, {1: 7}), "each its own"),
    ],
)
def test_labels_that_do_not_fit_are_refused(made: object, message: str) -> None:
    with pytest.raises(Problem, match=message):
        checked(made, scan(), "test")


def test_labels_that_fit_are_kept_as_sixteen_bits() -> None:
    made = checked(labelled(ONE), scan(), "test")
    assert made.labels.dtype == np.uint16
    assert made.made_by == "test"
