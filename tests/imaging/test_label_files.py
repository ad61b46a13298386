from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.imaging.label_files import laid_on_scan, made_by, only_one, read_label_files
from abaton.imaging.label_names import label_names, renamed
from abaton.imaging.privacy.uids import UidMap
from abaton.imaging.volume import Segmentation
from tests.imaging.store.made import ball, grid_of, labels_of

UIDS = UidMap(b"0123456789abcdef")


def in_order(segmentation: Segmentation, order: tuple[int, ...], flips: tuple[bool, ...]) -> Segmentation:
    """The same labels in the same place, with the array's axes in another order and direction."""
    affine = segmentation.grid.affine.copy()
    labels = segmentation.labels
    for axis, flip in enumerate(flips):
        if flip:
            affine[:3, 3] += affine[:3, axis] * (labels.shape[axis] - 1)
            affine[:3, axis] *= -1
            labels = np.flip(labels, axis)
    turned = affine.copy()
    turned[:3, :3] = affine[:3, list(order)]
    labels = np.ascontiguousarray(labels.transpose(order))
    return Segmentation(labels, Grid.of(labels.shape, turned), segmentation.names, segmentation.made_by)


@given(st.permutations(range(3)), st.tuples(*[st.booleans()] * 3))
def test_labels_in_any_order_of_axes_are_laid_on_their_scan(order: list[int], flips: tuple[bool, bool, bool]) -> None:
    labels = labels_of(ball((4, 30, 26)))
    laid = laid_on_scan(in_order(labels, tuple(order), flips), labels.grid)
    np.testing.assert_array_equal(laid.labels, labels.labels)
    assert laid.grid == labels.grid


def test_labels_of_a_part_of_the_scan_are_laid_there() -> None:
    whole = labels_of(ball((6, 30, 26)))
    affine = whole.grid.affine.copy()
    affine[:3, 3] = whole.grid.to_world([2, 5, 3])
    part = Segmentation(whole.labels[2:5, 5:25, 3:20], Grid.of((3, 20, 17), affine), whole.names, "part")
    laid = laid_on_scan(part, whole.grid).labels
    np.testing.assert_array_equal(laid[2:5, 5:25, 3:20], part.labels)
    laid[2:5, 5:25, 3:20] = 0
    assert not laid.any()


def test_labels_half_a_voxel_off_are_refused_with_the_distance() -> None:
    labels = labels_of(ball((4, 30, 26)))
    affine = labels.grid.affine.copy()
    affine[:3, 3] = labels.grid.to_world([0, 0.5, 0])
    shifted = Segmentation(labels.labels, Grid.of(labels.labels.shape, affine), labels.names, "x")
    with pytest.raises(Problem) as refused:
        laid_on_scan(shifted, labels.grid)
    assert refused.value.code == "labels_elsewhere"
    assert "0.2 mm apart" in refused.value.got or "0.3 mm apart" in refused.value.got
    assert "--nearest" in refused.value.next_step


def test_nearest_voxel_gives_the_label_when_asked() -> None:
    scan = grid_of((6, 30, 26))
    coarse_affine = scan.affine @ np.diag([1.0, 2.0, 2.0, 1.0])
    coarse_affine[:3, 3] = scan.to_world([0, 0.5, 0.5])
    labels = np.random.default_rng(4).integers(0, 5, (6, 15, 13)).astype(np.uint16)
    laid = laid_on_scan(Segmentation(labels, Grid.of(labels.shape, coarse_affine), {}, "coarse"), scan, nearest=True)
    np.testing.assert_array_equal(laid.labels, labels.repeat(2, axis=1).repeat(2, axis=2))
    assert laid.made_by == "coarse, resampled"
    assert made_by(laid, "rater").made_by == "rater, resampled"


def test_labels_of_another_place_are_refused_even_when_resampled() -> None:
    labels = labels_of(ball((4, 30, 26)))
    far = labels.grid.affine.copy()
    far[0, 3] += 500
    with pytest.raises(Problem) as refused:
        laid_on_scan(labels, Grid.of((4, 30, 27), far), nearest=True)
    assert refused.value.code == "labels_outside"


def write_nifti(path: Path, labels: np.ndarray, grid: Grid) -> None:
    affine = (np.diag([-1.0, -1.0, 1.0, 1.0]) @ grid.affine)[:, [2, 1, 0, 3]]
    library: Any = nibabel
    library.Nifti1Image(labels.T, affine).to_filename(path)


def test_nifti_of_labels_is_read_and_laid(tmp_path: Path) -> None:
    labels = labels_of(ball((4, 30, 26)))
    values = np.where(labels.labels == 40_000, 2, labels.labels).astype(np.uint8)
    write_nifti(tmp_path / "labels.nii.gz", values, labels.grid)
    found = only_one(read_label_files([tmp_path / "labels.nii.gz"], UIDS, lambda _doing, _share: None))
    laid = laid_on_scan(found, labels.grid)
    np.testing.assert_array_equal(laid.labels, values)
    assert laid.names == {1: "label 1", 2: "label 2"}


@pytest.mark.parametrize("values", [np.full((3, 4, 5), 0.5, np.float32), np.full((3, 4, 5), -1, np.int16)])
def test_nifti_that_holds_no_labels_is_refused(tmp_path: Path, values: np.ndarray) -> None:
    write_nifti(tmp_path / "scan.nii", values, grid_of((3, 4, 5)))
    with pytest.raises(Problem) as refused:
        only_one(read_label_files([tmp_path / "scan.nii"], UIDS, lambda _doing, _share: None))
    assert refused.value.code == "not_labels"


def test_names_from_lists_and_files(tmp_path: Path) -> None:
    total = label_names("TotalSegmentator")
    assert (len(total), total[5], total[20]) == (117, "liver", "colon")
    assert label_names("brats")[4] == "enhancing tumour"
    (tmp_path / "names.json").write_text('{"1": "tumour", "7": "cyst"}')
    assert label_names(str(tmp_path / "names.json")) == {1: "tumour", 7: "cyst"}
    (tmp_path / "itk.txt").write_text(
        '# ITK-SNAP\n0 0 0 0 0 0 0 "Clear Label"\n3 0 255 0 1 1 1 "Left kidney"\n9 spleen\n'
    )
    names = label_names(str(tmp_path / "itk.txt"))
    assert names == {0: "Clear Label", 3: "Left kidney", 9: "spleen"}
    kept = renamed(
        Segmentation(np.zeros((1, 1, 1), np.uint16), grid_of((1, 1, 1)), {3: "label 3", 4: "four"}, "x"), names
    )
    assert kept.names == {3: "Left kidney", 4: "four"}


@pytest.mark.parametrize("text", ["", "liver", "{]", '{"1": "a", "2": "a"}', "-1 liver"])
def test_names_that_cannot_be_read_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "names").write_text(text)
    with pytest.raises(Problem) as refused:
        label_names(str(tmp_path / "names"))
    assert refused.value.code == "label_names_unreadable"
    with pytest.raises(Problem):
        label_names(str(tmp_path / "none"))
