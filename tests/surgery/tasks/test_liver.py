"""The liver made in code, and labelled volumes in its place."""

from pathlib import Path

import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.surgery.tasks.liver import HEPATIC, LIVER, PORTAL, TUMOUR, from_file, made_up


def test_the_liver_is_of_plausible_size_and_the_same_for_the_same_seed() -> None:
    one, again = made_up(4), made_up(4)
    assert (one.labels == again.labels).all()
    assert (one.whole == again.whole).all()
    millilitres = float((one.whole > 0).sum()) * one.whole_grid.voxel_volume_mm3 / 1000
    # Adults' livers: about 1.0 to 2.0 litres.
    assert 1000 < millilitres < 2000
    for label in (LIVER, TUMOUR, PORTAL, HEPATIC):
        assert (one.whole == label).any()


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_tumour_lies_in_the_liver_with_a_vessel_beneath_it(seed: int) -> None:
    scene = made_up(seed)
    tumour = scene.labels == TUMOUR
    ball = 4 / 3 * np.pi * scene.radius_mm**3
    assert 0.5 * ball < tumour.sum() < ball
    assert 5 < scene.depth_mm < 20
    vessel = scene.grid.to_world(np.argwhere(scene.labels >= PORTAL)) - scene.centre_mm
    nearest = np.linalg.norm(vessel, axis=1).min()
    assert scene.radius_mm + 5 < nearest < 30


def test_a_labelled_volume_takes_its_place(tmp_path: Path) -> None:
    made = made_up(1)
    np.savez(tmp_path / "liver.npz", labels=made.whole, affine=made.whole_grid.affine)
    scene = from_file(tmp_path / "liver.npz")
    assert np.linalg.norm(scene.centre_mm - made.centre_mm) < 1.5
    assert float(scene.outward @ made.outward) > 0.97


@pytest.mark.parametrize("kind", ["missing", "words", "no tumour", "flat", "singular"])
def test_volumes_that_cannot_be_used_are_refused(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "liver.npz"
    labels, affine = np.ones((9, 9, 9), dtype=np.uint8), np.eye(4)
    labels[4, 4, 4] = TUMOUR
    if kind == "words":
        path.write_text("words")
    elif kind == "no tumour":
        np.savez(path, labels=np.ones((9, 9, 9), dtype=np.uint8), affine=affine)
    elif kind == "flat":
        np.savez(path, labels=labels[0], affine=affine)
    elif kind == "singular":
        np.savez(path, labels=labels, affine=np.diag([1.0, 1.0, 0.0, 1.0]))
    with pytest.raises(Problem):
        from_file(path)
