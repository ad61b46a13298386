"""Coverage against closed forms: a straight cylinder, a cylinder with a fold, a torus."""

import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.imaging.flythrough import View, colors_of, coverage, turned_back
from abaton.imaging.flythrough.coverage import BACK_COLOR, MISSED_COLOR, SEEN_COLOR
from tests.imaging.flythrough.tubes import arc, path_along, revolved, torus

RADIUS, LENGTH = 10.0, 100.0
ALONG = np.linspace(0.0, LENGTH, 201)
CYLINDER = revolved(lambda z: np.full_like(z, RADIUS), ALONG)
AXIS = path_along(np.stack([0 * ALONG, 0 * ALONG, ALONG], axis=-1))


def view(degrees: float, **more: float) -> View:
    return View(field_of_view_deg=degrees, **{"grazing_deg": 0.0, "reach_mm": 1000.0, "every_mm": 0.5, **more})


@pytest.mark.parametrize("degrees", [60.0, 90.0, 120.0])
def test_a_cylinder_is_seen_from_where_the_first_cone_meets_the_wall(degrees: float) -> None:
    # From the axis at z = 0 the cone's edge meets the wall at R / tan(half the field of view).
    first = RADIUS / np.tan(np.radians(degrees / 2))
    found = coverage(CYLINDER, AXIS, view(degrees), both_ways=True)
    assert found.forward == pytest.approx(1 - first / LENGTH, abs=0.006)
    assert found.both == pytest.approx(1.0, abs=1e-12)
    assert found.patches == ()
    assert found.wall_mm2 == pytest.approx(2 * np.pi * RADIUS * LENGTH, rel=1e-3)


def test_what_is_missed_is_one_ring_in_its_place() -> None:
    found = coverage(CYLINDER, AXIS, view(90.0))
    first = RADIUS / np.tan(np.radians(45))
    assert len(found.patches) == 1
    assert found.patches[0].area_mm2 == pytest.approx(2 * np.pi * RADIUS * first, rel=0.07)
    assert found.patches[0].along_mm < first
    middles, forward, both = found.along(5.0)
    assert forward[middles < first] == pytest.approx(0.0, abs=0.11)
    assert forward[middles > first + 2.5] == pytest.approx(1.0)
    assert np.array_equal(forward, both)
    colors = colors_of(CYLINDER, found)
    assert tuple(colors[0]) == MISSED_COLOR
    assert tuple(colors[-1]) == SEEN_COLOR
    back = colors_of(CYLINDER, coverage(CYLINDER, AXIS, view(90.0), both_ways=True))
    assert tuple(back[0]) == BACK_COLOR


@pytest.mark.parametrize("reach", [15.0, 30.0])
def test_reach_and_grazing_limit_how_far_ahead_the_wall_is_seen(reach: float) -> None:
    # From one place only: seen between R / tan(60 deg) and sqrt(reach^2 - R^2), or R / tan(grazing).
    still = path_along(np.stack([np.zeros(3), np.zeros(3), np.array([0.0, 1e-4, 2e-4])], axis=-1))
    first = RADIUS / np.tan(np.radians(60))
    far = np.sqrt(reach**2 - RADIUS**2)
    assert coverage(CYLINDER, still, view(120.0, reach_mm=reach)).forward == (
        pytest.approx((far - first) / LENGTH, abs=0.008)
    )
    flat = RADIUS / np.tan(np.radians(20))
    assert coverage(CYLINDER, still, view(120.0, grazing_deg=20.0)).forward == (
        pytest.approx((flat - first) / LENGTH, abs=0.008)
    )


@pytest.mark.parametrize("edge", [4.0, 7.0])
def test_a_fold_hides_the_strip_behind_it_from_who_does_not_look_back(edge: float) -> None:
    # A thin ring from R to `edge` at z = 60. The ray along the cone's edge that just clears the fold leaves the axis at
    # 60 - edge / tan, and meets the wall at 60 + (R - edge) / tan: what lies between is hidden.
    fold = np.array([0.0, *np.arange(0.5, 59.9, 0.5), 59.9, 60.0, 60.1, *np.arange(60.5, 100.1, 0.25)])
    wall = revolved(lambda z: np.where(np.abs(z - 60.0) < 0.05, edge, RADIUS), fold, around=72)
    tangent = np.tan(np.radians(50))
    found = coverage(wall, AXIS, view(100.0, every_mm=0.25), both_ways=True)
    middles = wall.vertices_mm[wall.faces].mean(axis=1)
    behind = (middles[:, 2] > 60.2) & ~found.seen_forward
    hidden = (RADIUS - edge) / tangent
    assert behind.any()
    assert middles[behind, 2].max() == pytest.approx(60 + hidden, abs=0.5)
    shown = (middles[:, 2] > 60 + hidden + 0.5) & (middles[:, 2] < 99)
    assert found.seen_forward[shown].all()
    on_cylinder = (np.abs(middles[:, 2] - 60) > 0.3) & (middles[:, 2] > 10) & (middles[:, 2] < 90)
    assert found.seen_both[on_cylinder].all()


@pytest.mark.parametrize(("degrees", "seen"), [(90.0, False), (104.0, True)])
def test_the_inner_equator_of_a_torus_needs_a_field_of_view_that_reaches_it(degrees: float, seen: bool) -> None:
    # From the middle of the tube the line that touches the inner wall leaves at acos((R - r) / R) = 48.2 degrees: who
    # looks ahead sees the inner equator only with more than twice that.
    wall = torus(30.0, 10.0)
    path = path_along(arc(30.0, 360.0, 721))
    found = coverage(wall, path, view(degrees, every_mm=1.0), both_ways=False)
    middles = wall.vertices_mm[wall.faces].mean(axis=1)
    inner = (np.linalg.norm(middles[:, :2], axis=1) < 20.2) & (np.abs(middles[:, 2]) < 1.0)
    assert inner.sum() > 200
    assert found.seen_forward[inner].mean() == pytest.approx(1.0 if seen else 0.0, abs=0.02)
    if seen:
        assert found.forward > 0.98
        assert found.wall_mm2 == pytest.approx(4 * np.pi**2 * 300, rel=3e-3)


def test_the_way_back_is_the_way_there_turned() -> None:
    back = coverage(CYLINDER, turned_back(AXIS), view(90.0))
    both = coverage(CYLINDER, AXIS, view(90.0), both_ways=True)
    there = coverage(CYLINDER, AXIS, view(90.0))
    assert np.array_equal(both.seen_both, back.seen_forward | there.seen_forward)


def test_the_same_flight_sees_the_same() -> None:
    one, other = (coverage(CYLINDER, AXIS, view(70.0)) for _ in range(2))
    assert np.array_equal(one.seen_forward, other.seen_forward)
    assert one.patches == other.patches


@pytest.mark.parametrize(
    "blind",
    [
        View(field_of_view_deg=0),
        View(field_of_view_deg=180),
        View(field_of_view_deg=float("nan")),
        View(reach_mm=-1),
        View(reach_mm=float("inf")),
        View(grazing_deg=90),
        View(every_mm=0),
    ],
)
def test_a_camera_that_cannot_see_is_told(blind: View) -> None:
    with pytest.raises(Problem) as problem:
        coverage(CYLINDER, AXIS, blind)
    assert problem.value.code == "view_unusable"
