"""Recipes: the same again gives the same, and says what was done."""

import msgspec
import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.imaging.segment import recipe
from abaton.imaging.segment.recipe import Recipe, follow
from abaton.imaging.segment.watch import Stopped, Watch
from abaton.imaging.volume import Volume
from tests.imaging.segment.made import ball_mask, oblique, point, volume_of

GRID = oblique((20, 34, 26))
LEFT, RIGHT = point(GRID, 10, 10, 13), point(GRID, 10, 24, 13)


def scan() -> Volume:
    """A large ball of 200 with a hole, a small one of 300, in 100 with noise."""
    large, small = ball_mask(GRID, LEFT, 7.0), ball_mask(GRID, RIGHT, 4.0)
    voxels = 100 + 100 * large + 200 * small + np.random.default_rng(0).normal(0, 5, GRID.shape)
    voxels[10, 10, 13] = 0
    return volume_of(voxels.astype(np.int16), GRID)


def test_refinements_are_done_in_their_order_and_told() -> None:
    steps = (recipe.Largest(), recipe.FillHoles(), recipe.Smooth(1.0))
    made = follow(Recipe("ball", recipe.Threshold(150.0, np.inf), steps), scan())
    assert made.names == {1: "ball"}
    assert made.made_by == "threshold values from 150, largest part, holes filled, smoothed by 1 mm"
    truth = ball_mask(GRID, LEFT, 7.0)
    assert (made.mask("ball") ^ truth).sum() < 0.05 * truth.sum()
    assert made.mask("ball")[10, 10, 13]


@pytest.mark.parametrize("kind", [recipe.Watershed, recipe.RandomWalker])
def test_seeds_of_several_labels_give_several_labels_and_the_rest_none(
    kind: type[recipe.Watershed] | type[recipe.RandomWalker],
) -> None:
    seeds = (
        recipe.Seed("large", LEFT),
        recipe.Seed("small", RIGHT),
        recipe.Seed("rest", point(GRID, 2, 2, 2)),
        recipe.Seed("rest", point(GRID, 17, 31, 23)),
    )
    made = follow(Recipe("", kind(seeds)), scan())
    assert made.names == {1: "large", 2: "small"}
    for name, middle, radius_mm in (("large", LEFT, 7.0), ("small", RIGHT, 4.0)):
        truth = ball_mask(GRID, middle, radius_mm)
        assert (made.mask(name) ^ truth).sum() < 0.25 * truth.sum()


def test_a_recipe_can_be_stored_and_followed_again_bit_for_bit() -> None:
    first = Recipe("ball", recipe.GrowConfidently((RIGHT,), 3.0), (recipe.Open(1.0), recipe.Close(1.0)))
    again = msgspec.json.decode(msgspec.json.encode(first), type=Recipe)
    assert again == first
    volume = scan()
    assert np.array_equal(follow(first, volume).labels, follow(again, volume).labels)


def test_every_step_is_told_with_its_parameters() -> None:
    steps: list[recipe.Start | recipe.Refinement] = [
        recipe.Grow(((1.0, 2.0, 3.0),), 10.0, 20.0, 1.5),
        recipe.GrowConfidently(((1.0, 2.0, 3.0),), 2.25, 3.5),
        recipe.Watershed((recipe.Seed("a", (1.0, 2.0, 3.0)),), radius_mm=2.75, sigma_mm=0.5),
        recipe.RandomWalker((recipe.Seed("a", (1.0, 2.0, 3.0)),), stiffness=90.0),
        recipe.Holding(((4.0, 5.0, 6.0),)),
        recipe.LargerThan(12.5),
        recipe.Largest(3),
    ]
    expected = [
        "grown from (1, 2, 3) mm within 10 to 20, not through necks of 3 mm",
        "grown from (1, 2, 3) mm within 2.25 standard deviations, begun with 3.5 mm",
        "watershed from a (1, 2, 3) mm of 2.75 mm within any value, gradient over 0.5 mm",
        "random walker from a (1, 2, 3) mm of 2 mm within any value, stiffness 90",
        "parts that hold (4, 5, 6) mm",
        "parts of 12.5 mm³ or more",
        "3 largest parts",
    ]
    assert [step.told() for step in steps] == expected


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (Recipe("x", recipe.Threshold(1000.0, 2000.0)), "no voxel of 'x'"),
        (Recipe("x", recipe.Threshold(150.0, 400.0), (recipe.Open(np.nan),)), "radius mm of nan"),
        (Recipe("x", recipe.Threshold(150.0, 400.0), (recipe.Smooth(-1.0),)), "sigma mm of -1"),
        (Recipe("x", recipe.Threshold(150.0, 400.0), (recipe.Largest(0),)), "count of 0"),
        (Recipe("x", recipe.Threshold(150.0, 400.0), (recipe.Open(np.inf),)), "radius mm of inf"),
        (Recipe("x", recipe.Threshold(np.nan, 400.0)), "an interval from nan"),
    ],
)
def test_what_makes_no_sense_or_finds_nothing_is_refused(made: Recipe, message: str) -> None:
    with pytest.raises(Problem, match=message):
        follow(made, scan())


def test_progress_never_falls_and_ends_at_one() -> None:
    shares: list[float] = []
    steps = (recipe.Open(1.0), recipe.Largest(), recipe.Close(1.0), recipe.FillHoles())
    follow(Recipe("x", recipe.Threshold(150.0, 400.0), steps), scan(), Watch(lambda doing, share: shares.append(share)))
    assert (np.diff(shares) > -1e-6).all()
    assert shares[-1] == pytest.approx(1.0)


@pytest.mark.parametrize("patience", [0, 3, 8, 15])
def test_it_can_be_called_off_anywhere(patience: int) -> None:
    asked = iter([False] * patience)
    steps = (recipe.Open(1.0), recipe.Largest(), recipe.Close(1.0), recipe.FillHoles())
    watch = Watch(cancelled=lambda: next(asked, True))
    with pytest.raises(Stopped):
        follow(Recipe("x", recipe.Threshold(150.0, 400.0), steps), scan(), watch)
