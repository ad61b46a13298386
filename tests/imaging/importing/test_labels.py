from itertools import permutations, product
from pathlib import Path

import numpy as np
import pytest

from abaton.geometry.grid import Grid
from abaton.imaging.importing.labels import Scans, laid_on, makers

HERE = Grid.of((3, 4, 5), [[0, 0, 0.5, 1], [0, 0.7, 0, 2], [2, 0, 0, 3], [0, 0, 0, 1]])
LABELS = np.arange(60, dtype=np.uint16).reshape(3, 4, 5)


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("backwards", list(product([False, True], repeat=3)))
def test_labels_with_axes_in_any_order_and_direction(order: tuple[int, ...], backwards: tuple[bool, ...]):
    steps = tuple(slice(None, None, -1 if back else 1) for back in backwards)
    shown = LABELS.transpose(order)[steps]
    affine = HERE.affine[:, [*order, 3]]
    for axis, back in enumerate(backwards):
        if back:
            affine[:, 3] += affine[:, axis] * (shown.shape[axis] - 1)
            affine[:, axis] *= -1
    laid = laid_on(shown, Grid.of(shown.shape, affine), HERE)
    assert laid is not None
    assert np.array_equal(laid, LABELS)


@pytest.mark.parametrize("change", ["moved", "spaced", "turned", "larger"])
def test_labels_on_another_grid_are_not_laid(change: str):
    affine, shape = HERE.affine, HERE.shape
    if change == "moved":
        affine[0, 3] += 0.25
    elif change == "spaced":
        affine[2, 0] = 2.05
    elif change == "turned":
        affine[:3, :3] = np.array([[1, 0.02, 0], [-0.02, 1, 0], [0, 0, 1]]) @ affine[:3, :3]
    else:
        shape = (4, 4, 5)
    assert laid_on(np.zeros(shape, np.uint16), Grid.of(shape, affine), HERE) is None


def test_labels_belong_to_scans_of_their_own_folder():
    """Data sets for learning hold many patients on one grid."""
    folders = (Path("/d/one"), Path("/d/two"), Path("/d/two"), Path("/d/three/dicom"))
    scans = Scans((HERE,) * 4, folders)
    assert scans.near(Path("/d/one"), lambda _: True) == (0,)
    assert scans.near(Path("/d/two/raters"), lambda _: True) == (1, 2)
    assert scans.near(Path("/d/three"), lambda _: True) == (3,)
    assert scans.near(Path("/d/labels"), lambda _: True) == ()
    assert Scans((HERE,), folders[:1]).near(Path("/d/labels"), lambda _: True) == (0,)


def test_makers_are_named_by_nothing_that_could_be_a_patient():
    folder = Path("/data/Rivers_Anna")
    paths = [
        folder / "raters/isen-20.nii.gz",
        folder / "raters/scan-20.nii.gz",
        folder / "raters/rivers_anna_1966_04711.nii.gz",
        folder / "fused_majority.nii.gz",
        folder / "Rivers_Anna_tumor_labels.nii",
        folder / "rivers.nii",
    ]
    said = makers(paths)
    assert [said[path] for path in paths[:3]] == ["rater 1", "rater 3", "rater 2"]
    assert [said[path] for path in paths[3:5]] == ["file fused majority", "file tumor labels"]
    assert said[paths[5]].startswith("label file ")
    alike = makers([folder / "isen-20.nii", folder / "scan-20.nii"])
    assert len(set(alike.values())) == 2
