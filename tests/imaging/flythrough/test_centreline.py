"""Ways through made organs whose middle is known."""

import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.imaging.flythrough import centreline, lumen_of
from tests.imaging.flythrough.tubes import arc, tube


def test_the_way_runs_along_the_middle_from_end_to_end() -> None:
    mask, grid = tube(arc(50, 180), 9.0)
    line = centreline(lumen_of(mask, grid))
    off = np.abs(np.linalg.norm(line.points_mm[:, :2], axis=1) - 50)
    assert off.max() < 3.0
    assert np.abs(line.points_mm[:, 2]).max() < 3.0
    ends = sorted(line.points_mm[[0, -1], 0].tolist())
    assert ends == pytest.approx([-50, 50], abs=8)
    assert line.unvisited == ()


def test_anisotropic_voxels_do_not_draw_the_way_aside() -> None:
    mask, grid = tube(arc(50, 180), 9.0, (4.0, 1.5, 2.0))
    line = centreline(lumen_of(mask, grid))
    assert np.abs(np.linalg.norm(line.points_mm[:, :2], axis=1) - 50).max() < 3.0
    assert np.abs(line.points_mm[:, 2]).max() < 4.1


def test_where_two_loops_touch_the_way_goes_around() -> None:
    # Nearly a full turn: the two ends touch over some voxels, which is the short way.
    points = arc(32, 318)
    mask, grid = tube(points, 12.0)
    lumen = lumen_of(mask, grid)
    between = np.linalg.norm(points[0] - points[-1])
    assert between < 24.0  # closer than two radii: the walls are open to each other
    line = centreline(lumen, start_mm=points[20], end_mm=points[-20])
    assert line.length_mm > 0.7 * 2 * np.pi * 32 * (318 / 360)


def test_the_way_passes_the_points_that_are_given_in_their_order() -> None:
    cross = np.concatenate(
        [
            np.stack([np.linspace(-60, 60, 300), np.zeros(300), np.zeros(300)], -1),
            np.stack([np.zeros(150), np.linspace(0, 60, 150), np.zeros(150)], -1),
        ]
    )
    mask, grid = tube(cross, 8.0)
    lumen = lumen_of(mask, grid)
    straight = centreline(lumen, start_mm=(-55, 0, 0), end_mm=(55, 0, 0), whole=False)
    assert np.abs(straight.points_mm[:, 1]).max() < 4
    (side,) = straight.unvisited
    assert side.through_mm[1] > 20
    assert side.volume_ml == pytest.approx(np.pi * 64 * 42 / 1000, rel=0.35)
    around = centreline(lumen, start_mm=(-55, 0, 0), end_mm=(55, 0, 0), through_mm=[side.through_mm])
    nearest = np.linalg.norm(around.points_mm - side.through_mm, axis=1).min()
    assert nearest < 2.0
    assert around.unvisited == ()
    by_itself = centreline(lumen, start_mm=(-55, 0, 0), end_mm=(55, 0, 0))
    assert by_itself.unvisited == ()
    assert by_itself.through_mm == (side.through_mm,)


def test_a_loop_that_a_wide_contact_lets_the_way_skip_is_flown_all_the_same() -> None:
    # In, nearly once around, and out beside where it came in: the contact is as wide as the tube.
    loop = arc(30, 300, 600)
    down = np.linspace(0, 60, 150)[:, None] * [0.0, -1.0, 0.0]
    points = np.concatenate([(loop[0] + down)[::-1], loop, loop[-1] + down * [1.0, 1.0, 1.0]])
    mask, grid = tube(points, 11.0)
    lumen = lumen_of(mask, grid)
    ends = {"start_mm": points[0], "end_mm": points[-1]}
    short = centreline(lumen, **ends, whole=False)
    found = centreline(lumen, **ends)
    assert found.unvisited == ()
    assert found.length_mm > short.length_mm
    top = np.linalg.norm(found.points_mm - loop[300], axis=1).min()
    assert top < 5


def test_the_same_organ_gives_the_same_way() -> None:
    mask, grid = tube(arc(50, 120), 9.0)
    lumen = lumen_of(mask, grid)
    assert np.array_equal(centreline(lumen).points_mm, centreline(lumen).points_mm)


def test_points_outside_and_ways_without_length_are_told() -> None:
    mask, grid = tube(arc(50, 180), 9.0)
    lumen = lumen_of(mask, grid)
    for point in ((0.0, 0.0, 0.0), (np.nan, 0.0, 0.0), (1.0, 2.0)):
        with pytest.raises(Problem) as problem:
            centreline(lumen, start_mm=point)
        assert problem.value.code == "point_outside_lumen"
    with pytest.raises(Problem, match="two ends apart"):
        centreline(lumen, start_mm=(50, 0, 0), end_mm=(50, 0, 0))
