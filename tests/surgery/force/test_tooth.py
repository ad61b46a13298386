"""A molar of plausible sizes."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.surgery.force.tooth import CARIES, DENTIN, ENAMEL, NAMES, PULP, TISSUES, Tooth, molar, tooth_of


@pytest.fixture(scope="module")
def tooth() -> Tooth:
    return molar(1)


def points(tooth: Tooth, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    return tooth.grid.to_world(np.argwhere(mask))


def test_sizes_are_those_of_a_lower_first_molar(tooth: Tooth) -> None:
    whole = points(tooth, tooth.labels > 0)
    wide, deep, tall = np.ptp(whole, axis=0) + tooth.voxel_mm
    assert 10.4 < wide < 11.6, "mesiodistal, Wheeler: 11.0 mm"
    assert 9.7 < deep < 11.0, "buccolingual, Wheeler: 10.5 mm"
    assert 19.0 < tall < 22.0, "crown 7.5 mm and root 14 mm, Wheeler"


def test_volumes_are_plausible(tooth: Tooth) -> None:
    volumes = tooth.volumes_mm3()
    assert 200 < volumes[ENAMEL] < 350
    assert 450 < volumes[DENTIN] < 800
    assert 25 < volumes[PULP] < 50, "33 mm3 in upper first molars, Baltacioglu 2017"
    assert 2 < volumes[CARIES] < 25
    assert sum(volumes.values()) == pytest.approx(np.count_nonzero(tooth.labels) * 0.125**3)


def test_enamel_is_thick_over_cusps_and_ends_at_the_neck(tooth: Tooth) -> None:
    enamel = tooth.labels == ENAMEL
    thickest = 0.0
    for x, y in ((2.4, 2.3), (-2.5, 2.3), (2.4, -2.4), (-2.5, -2.4)):
        _, row, column = np.rint(tooth.grid.to_index(np.array([x, y, 0.0]))).astype(int)
        thickest = max(thickest, float(enamel[:, row, column].sum()) * tooth.voxel_mm)
    assert 1.5 < thickest < 3.0
    heights = points(tooth, enamel)[:, 2]
    assert heights.min() > -0.3
    ring = enamel[round(float(tooth.grid.to_index(np.array([0.0, 0.0, 1.0]))[0]))]
    row = ring[ring.shape[0] // 2]
    assert row.sum() * tooth.voxel_mm / 2 < 0.7, "thin at the neck"


def test_pulp_lies_within_dentin_and_reaches_both_roots(tooth: Tooth) -> None:
    around = ndimage.binary_dilation(tooth.labels == PULP) & (tooth.labels != PULP)
    apex = points(tooth, around & (tooth.labels != DENTIN))
    assert set(np.unique(tooth.labels[around]).tolist()) == {0, DENTIN}
    assert apex[:, 2].max() < -12.5, "canals open at the roots' ends only"
    _, parts = ndimage.label(tooth.labels == PULP, np.ones((3, 3, 3)))
    assert parts == 1
    low = points(tooth, tooth.labels == PULP)
    low = low[low[:, 2] < -10]
    assert low[:, 0].min() < -1 < 1 < low[:, 0].max()


@pytest.mark.parametrize("seed", range(8))
def test_a_lesion_opens_to_the_fissure_and_spares_the_pulp(seed: int) -> None:
    tooth = molar(seed, 0.15)
    caries = tooth.labels == CARIES
    _, parts = ndimage.label(caries, np.ones((3, 3, 3)))
    assert parts == 1
    assert (ndimage.binary_dilation(caries) & (tooth.labels == 0)).any()
    apart = ndimage.distance_transform_edt(tooth.labels != PULP)
    assert np.asarray(apart)[caries].min() * tooth.voxel_mm > 0.65


def test_the_seed_makes_the_tooth() -> None:
    np.testing.assert_array_equal(molar(3, 0.2).labels, molar(3, 0.2).labels)
    assert (molar(3, 0.2).labels != molar(4, 0.2).labels).any()


def test_hardness_falls_from_enamel_to_pulp() -> None:
    hardness = [TISSUES[label].hardness_n_mm2 for label in (ENAMEL, DENTIN, CARIES, PULP)]
    assert hardness == sorted(hardness, reverse=True)
    assert hardness[0] / hardness[1] == pytest.approx(4.2, abs=0.05), "Chun 2014: about 4.2 times"
    assert all(TISSUES[label].source for label in NAMES)


def test_what_is_no_tooth_is_refused() -> None:
    cubes = Grid.of((4, 4, 4), np.diag([0.1, 0.1, 0.1, 1]))
    full = np.ones((4, 4, 4), dtype=np.uint8)
    bad = [
        (full, Grid.of((4, 4, 5), np.diag([0.1, 0.1, 0.1, 1]))),
        (full * 9, cubes),
        (full * 0, cubes),
        (full, Grid.of((4, 4, 4), np.diag([0.1, 0.1, 0.2, 1]))),
        (full, Grid.of((4, 4, 4), np.diag([0.1, 0.1, math.nan, 1]))),
        (full, Grid.of((4, 4, 4), np.diag([0.0, 0.0, 0.0, 1]))),
    ]
    for labels, grid in bad:
        with pytest.raises(Problem) as problem:
            tooth_of(labels, grid)
        assert problem.value.code == "tooth_unusable"
    for voxel_mm in (0.01, 1.0, math.nan):
        with pytest.raises(Problem, match=r"0\.08 to 0\.3"):
            molar(1, voxel_mm)
