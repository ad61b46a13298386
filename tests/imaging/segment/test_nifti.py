"""Labels as NIfTI, read back by nibabel and SimpleITK."""

import gzip
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from abaton.imaging.segment.nifti import write_nifti
from abaton.imaging.volume import Segmentation
from tests.imaging.segment.made import oblique

GRID = oblique((5, 6, 7))
LABELS = np.random.default_rng(1).integers(0, 4, GRID.shape).astype(np.uint16) * 300
NAMES = {300: "liver", 600: "a <lesion> & more", 900: "tumor"}


def test_nibabel_reads_the_same_labels_at_the_same_places(tmp_path: Path) -> None:
    path = tmp_path / "labels.nii.gz"
    write_nifti(path, Segmentation(LABELS, GRID, NAMES, "rater"))
    nibabel: Any = import_module("nibabel")
    read = nibabel.load(path)
    values = np.asarray(read.dataobj)
    assert np.array_equal(values.transpose(2, 1, 0), LABELS)
    for index in ((0, 0, 0), (4, 2, 6), (1, 5, 3)):
        right_front_up = read.affine @ (*index[::-1], 1)
        assert right_front_up[:3] * (-1, -1, 1) == pytest.approx(GRID.to_world(index), abs=1e-3)
    assert len(read.header.extensions) == 1
    assert b'<Label Key="600">a &lt;lesion&gt; &amp; more</Label>' in gzip.decompress(path.read_bytes())


def test_simpleitk_puts_voxels_where_the_grid_does(tmp_path: Path) -> None:
    path = tmp_path / "labels.nii.gz"
    write_nifti(path, Segmentation(LABELS, GRID, NAMES, "rater"))
    tools: Any = import_module("SimpleITK")
    image = tools.ReadImage(str(path))
    assert np.array_equal(tools.GetArrayFromImage(image), LABELS)
    assert image.TransformIndexToPhysicalPoint((6, 2, 4)) == pytest.approx(GRID.to_world((4, 2, 6)).tolist(), abs=1e-3)


def test_the_same_labels_give_the_same_bytes_and_nothing_is_left_beside_them(tmp_path: Path) -> None:
    one, other = tmp_path / "one.nii.gz", tmp_path / "other.nii.gz"
    for path in (one, other):
        write_nifti(path, Segmentation(LABELS, GRID, NAMES, "rater"))
    assert one.read_bytes() == other.read_bytes()
    assert sorted(tmp_path.iterdir()) == [one, other]
