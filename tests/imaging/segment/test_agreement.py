"""Agreement between raters, beside SimpleITK's overlap measures and published values."""

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.imaging.segment.agreement import (
    agreement,
    border_mm,
    entropy_bits,
    fleiss_kappa,
    majority,
    overlap_of,
    votes,
)
from abaton.imaging.segment.watch import Stopped, Watch
from abaton.imaging.volume import Segmentation
from tests.imaging.segment.made import SPACING_MM, ball_mask, oblique, point

RATERS = Path(__file__).parents[4] / "shared/data/imaging/glioma/raters"
GRID = oblique((20, 34, 26))


def rater(mask: NDArray[np.bool_], name: str = "tumour", who: str = "rater") -> Segmentation:
    return Segmentation(mask.astype(np.uint16), GRID, {1: name}, who)


def box(first: int, last: int) -> NDArray[np.bool_]:
    mask = np.zeros(GRID.shape, dtype=np.bool_)
    mask[4:14, first:last, 5:20] = True
    return mask


def test_boxes_pushed_along_an_axis_are_as_far_apart_as_they_were_pushed() -> None:
    compared = overlap_of(box(5, 15), box(8, 18), GRID)
    assert compared.dice == pytest.approx(0.7)
    assert compared.jaccard == pytest.approx(7 / 13)
    assert compared.hausdorff_mm == pytest.approx(3 * SPACING_MM[1])
    assert compared.hd95_mm == pytest.approx(3 * SPACING_MM[1])
    assert compared.volume_mm3 == pytest.approx(1500 * np.prod(SPACING_MM))


def test_a_ball_within_a_ball_is_everywhere_as_far_as_their_radii_differ() -> None:
    grid = oblique((40, 60, 50), (0.6, 0.5, 0.55))
    middle = point(grid, 20, 30, 25)
    compared = overlap_of(ball_mask(grid, middle, 10.0), ball_mask(grid, middle, 7.0), grid)
    for distance_mm in (compared.mean_distance_mm, compared.hd95_mm, compared.hausdorff_mm):
        assert distance_mm == pytest.approx(3.0, abs=0.6)
    assert compared.dice == pytest.approx(2 * 7**3 / (10**3 + 7**3), abs=0.01)


def test_the_same_mask_agrees_fully_and_empty_ones_have_no_distance() -> None:
    same = overlap_of(box(5, 15), box(5, 15), GRID)
    assert (same.dice, same.jaccard, same.hausdorff_mm, same.mean_distance_mm) == (1, 1, 0, 0)
    none = np.zeros(GRID.shape, dtype=np.bool_)
    one = overlap_of(box(5, 15), none, GRID)
    assert (one.dice, one.jaccard, one.hausdorff_mm) == (0, 0, None)
    assert overlap_of(none, none, GRID).dice is None


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.05, 0.9), st.floats(0.05, 0.9))
def test_simpleitk_measures_the_same(seed: int, filled: float, other_filled: float) -> None:
    rng = np.random.default_rng(seed)
    grid = Grid.of((6, 7, 8), np.diag([*SPACING_MM, 1.0]))
    one, other = rng.random(grid.shape) < filled, rng.random(grid.shape) < other_filled
    one[0, 0, 0] = other[5, 6, 7] = True
    compared = overlap_of(one, other, grid)
    tools: Any = import_module("SimpleITK")

    def image(mask: NDArray[np.bool_]) -> Any:
        made = tools.GetImageFromArray(mask.astype(np.uint8))
        made.SetSpacing(SPACING_MM[::-1])
        return made

    measures = tools.LabelOverlapMeasuresImageFilter()
    measures.Execute(image(one), image(other))
    assert compared.dice == pytest.approx(measures.GetDiceCoefficient())
    assert compared.jaccard == pytest.approx(measures.GetJaccardCoefficient())
    borders: list[NDArray[np.bool_]] = []
    for mask in (one, other):
        border = np.zeros(mask.shape, dtype=np.bool_)
        border[tuple(np.rint(grid.to_index(border_mm(mask, grid))).astype(int).T)] = True
        borders.append(border)
    far = tools.HausdorffDistanceImageFilter()
    far.Execute(image(borders[0]), image(borders[1]))
    assert compared.hausdorff_mm == pytest.approx(far.GetHausdorffDistance(), abs=1e-5)
    assert compared.mean_distance_mm is not None
    assert compared.mean_distance_mm <= far.GetHausdorffDistance() + 1e-5


def test_kappa_is_that_of_a_published_example() -> None:
    # Two raters, 50 grants: both yes 20, both no 15, split 15; pooled chance agreement is 0.505 (Scott's pi, which
    # Fleiss' kappa is for two raters): (0.7 - 0.505) / 0.495.
    count = np.array([2] * 20 + [0] * 15 + [1] * 15)
    assert fleiss_kappa(count, 2) == pytest.approx((0.7 - 0.505) / 0.495)
    assert fleiss_kappa(np.array([0, 3, 3, 0]), 3) == 1.0
    assert fleiss_kappa(np.zeros(4, dtype=int), 3) is None


def test_votes_entropy_and_majority_of_three() -> None:
    raters = [rater(box(5, 15)), rater(box(8, 15)), rater(box(8, 18))]
    count = votes(raters, "tumour")
    assert [int((count == n).sum()) for n in (1, 2, 3)] == [900, 0, 1050]
    divided = entropy_bits(raters)
    assert np.unique(divided.round(4)).tolist() == pytest.approx(
        [0, -np.log2(1 / 3) / 3 - 2 / 3 * np.log2(2 / 3)], abs=1e-4
    )
    assert np.array_equal(majority(raters).mask("tumour"), box(8, 15))


def test_all_pairs_of_all_labels_are_compared_by_name() -> None:
    labels = np.where(box(5, 10), 4, 0) + np.where(box(10, 15), 9, 0)
    both = Segmentation(labels.astype(np.uint16), GRID, {4: "core", 9: "tumour"}, "both")
    found = agreement([rater(box(10, 15)), both, rater(box(5, 15), "core")])
    assert found.labels == ("tumour", "core")
    assert len(found.pairs) == 6
    dice = {(pair.label, pair.first, pair.second): pair.overlap.dice for pair in found.pairs}
    assert dice["tumour", 0, 1] == 1.0
    assert dice["tumour", 0, 2] == 0.0
    assert dice["core", 1, 2] == pytest.approx(2 / 3)
    assert found.volumes_mm3["core"][0] == 0.0
    assert found.mean_dice("core") == pytest.approx((0 + 0 + 2 / 3) / 3)


def test_one_rater_or_another_grid_is_refused_and_work_can_be_called_off() -> None:
    with pytest.raises(Problem, match="at least two"):
        agreement([rater(box(5, 15))])
    small = Segmentation(np.zeros((2, 2, 2), dtype=np.uint16), oblique((2, 2, 2)), {}, "other")
    with pytest.raises(Problem, match="another grid"):
        agreement([rater(box(5, 15)), small])
    with pytest.raises(Stopped):
        agreement([rater(box(5, 15)), rater(box(5, 15))], Watch(cancelled=lambda: True))


@pytest.mark.skipif(not RATERS.exists(), reason="the glioma is not beside this checkout")
def test_raters_of_a_glioma_agree_as_raters_do() -> None:
    nibabel: Any = import_module("nibabel")
    masks: list[Segmentation] = []
    for path in sorted(RATERS.glob("*.nii.gz"))[:3]:
        image = nibabel.load(path)
        whole: NDArray[np.uint16] = (np.asarray(image.dataobj) > 0).astype(np.uint16)
        masks.append(Segmentation(whole, Grid.of(whole.shape, image.affine), {1: "tumour"}, path.name))
    found = agreement(masks)
    mean = found.mean_dice("tumour")
    assert mean is not None
    assert 0.8 < mean < 1.0
    kappa = found.kappa["tumour"]
    assert kappa is not None
    # Where background abounds, kappa tends to Dice (Zijdenbos and others, 1994).
    assert kappa == pytest.approx(mean, abs=0.03)
