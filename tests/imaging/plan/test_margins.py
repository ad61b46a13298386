import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.imaging.plan import Margins, choose, margins
from abaton.imaging.volume import Segmentation
from tests.imaging.plan.made import ball, grid_of, labelled, positions, volume_of

GRIDS = [
    grid_of((70, 90, 110)),
    grid_of((35, 90, 128), (2.0, 1.0, 0.86)),
    grid_of((35, 90, 128), (2.0, 1.0, 0.86), oblique=True),
]


def two_balls(grid: Grid, apart_mm: float, radii_mm: tuple[float, float] = (12.0, 15.0)) -> Segmentation:
    """A target and an organ, a gap apart along the grid's last axis but one and last."""
    middle = grid.to_world((np.array(grid.shape) - 1) / 2)
    along = grid.affine[:3, :3] @ np.array([0.0, 1.0, 1.0])
    along /= np.linalg.norm(along)
    near = middle - along * (radii_mm[0] + 4.0)
    far = near + along * (sum(radii_mm) + apart_mm)
    return labelled(grid, organ=ball(grid, far, radii_mm[1]), target=ball(grid, near, radii_mm[0]))


def planned(segmentation: Segmentation, margin_mm: float | None = None, **options: Any) -> Margins:
    grid = segmentation.grid
    return margins(choose(volume_of(grid), [segmentation], "target", ["organ"]), margin_mm, **options)[0]


@pytest.mark.parametrize("grid", GRIDS, ids=["isotropic", "anisotropic", "oblique"])
@pytest.mark.parametrize("apart_mm", [3.0, 7.5])
def test_two_balls_are_apart_as_far_as_they_are(grid: Grid, apart_mm: float) -> None:
    found = planned(two_balls(grid, apart_mm))
    assert found.closest.distance_mm == pytest.approx(apart_mm, abs=0.35 * max(grid.spacing_mm))
    assert found.closest.structure == "organ"
    ends = np.array([found.closest.on_target_mm, found.closest.on_structure_mm])
    assert np.linalg.norm(ends[1] - ends[0]) == pytest.approx(found.closest.distance_mm, abs=0.3)
    assert found.volume_mm3 == pytest.approx(4 / 3 * math.pi * 12**3, rel=0.02)
    assert found.surface_mm2 == pytest.approx(4 * math.pi * 12**2, rel=0.02)
    assert found.structures[0].volume_mm3 == pytest.approx(4 / 3 * math.pi * 15**3, rel=0.02)
    assert found.structures[0].overlap_mm3 == 0


@pytest.mark.parametrize("grid", GRIDS, ids=["isotropic", "anisotropic", "oblique"])
def test_areas_and_percentile_follow_the_closed_form(grid: Grid) -> None:
    found = planned(two_balls(grid, 3.0), limits_mm=(5.0, 10.0, 20.0))
    # A point of the target at angle t from the line of centres lies sqrt(d^2 + r^2 - 2 d r cos t) - R from the organ,
    # and the cap around the line up to t has the area 2 pi r^2 (1 - cos t).
    r, big, d = 12.0, 15.0, 30.0
    for limit, area in zip(found.limits_mm, found.within_mm2, strict=True):
        cosine = (d * d + r * r - (big + limit) ** 2) / (2 * d * r)
        expected = 2 * math.pi * r * r * (1 - max(-1.0, min(1.0, cosine)))
        assert area == pytest.approx(expected, abs=0.03 * found.surface_mm2)
    cosine = 1 - 2 * 0.05
    percentile = math.sqrt(d * d + r * r - 2 * d * r * cosine) - big
    assert found.percentile5_mm == pytest.approx(percentile, abs=0.35 * max(grid.spacing_mm))


@pytest.mark.parametrize("grid", GRIDS, ids=["isotropic", "anisotropic", "oblique"])
def test_shells_have_the_volume_of_shells_and_tell_what_enters_them(grid: Grid) -> None:
    found = planned(two_balls(grid, 4.0), limits_mm=(1.0, 3.0, 6.0))
    for shell in found.shells:
        expected = 4 / 3 * math.pi * ((12 + shell.within_mm) ** 3 - 12**3)
        # A shell thinner than a voxel is known less well.
        assert shell.volume_mm3 == pytest.approx(expected, rel=0.04 if shell.within_mm > 2 else 0.08)
        assert not shell.cut
    entered = [shell.entered_mm3["organ"] for shell in found.shells]
    assert entered[0] == 0
    # The lens that a ball of 18 mm and one of 15 mm share, 31 mm apart (Weisstein, Sphere-Sphere Intersection).
    one, other, d = 18.0, 15.0, 31.0
    lens = math.pi * (one + other - d) ** 2 * (d * d + 2 * d * (one + other) - 3 * (one - other) ** 2) / (12 * d)
    assert entered[2] == pytest.approx(lens, rel=0.25)
    assert entered[1] < 0.2 * entered[2]


def test_a_shell_that_leaves_the_scan_says_so() -> None:
    grid = grid_of((40, 60, 90))
    segmentation = two_balls(grid, 4.0)
    found = planned(segmentation, limits_mm=(1.0, 20.0))
    assert [shell.cut for shell in found.shells] == [False, True]


def test_a_planned_margin_is_achieved_or_violated_and_is_one_of_the_limits() -> None:
    segmentation = two_balls(GRIDS[0], 5.0)
    achieved, violated, none = planned(segmentation, 4.0), planned(segmentation, 6.0), planned(segmentation)
    assert achieved.achieved is True
    assert achieved.verdict == "planned margin achieved"
    assert achieved.limits_mm == (1.0, 4.0, 5.0, 10.0)
    assert achieved.within_mm2[1] == 0
    assert violated.achieved is False
    assert violated.verdict == "planned margin violated"
    assert violated.within_mm2[violated.limits_mm.index(6.0)] > 0
    assert none.achieved is None
    assert none.verdict == ""


def test_a_target_that_touches_has_no_margin() -> None:
    grid = grid_of((30, 30, 40))
    index = positions(grid)
    target: NDArray[np.bool_] = np.abs(index - (15, 15, 12)).max(axis=-1) < 6.4
    organ: NDArray[np.bool_] = np.abs(index - (15, 15, 25)).max(axis=-1) < 6.4
    found = planned(labelled(grid, organ=organ, target=target), 0.0)
    assert found.closest.distance_mm == pytest.approx(0.0, abs=0.15)
    assert found.structures[0].overlap_mm3 == 0


def test_a_target_that_overlaps_has_a_negative_margin() -> None:
    grid = grid_of((50, 50, 60))
    one, other = ball(grid, (25, 25, 20), 12.0), ball(grid, (25, 25, 35), 10.0)
    found = margins(
        choose(
            volume_of(grid), [labelled(grid, "a", target=one), labelled(grid, "b", organ=other)], "target", ["organ"]
        )
    )[0]
    assert found.closest.distance_mm == pytest.approx(-7.0, abs=0.5)
    assert found.structures[0].overlap_mm3 == np.count_nonzero(one & other)


def test_a_vessel_inside_the_target_is_no_margin_either() -> None:
    grid = grid_of((50, 50, 50))
    tumour, vessel = ball(grid, (25, 25, 25), 15.0), ball(grid, (25, 25, 25), 4.0)
    found = margins(
        choose(
            volume_of(grid),
            [labelled(grid, "a", target=tumour), labelled(grid, "b", organ=vessel)],
            "target",
            ["organ"],
        )
    )[0]
    # The surface keeps 11 mm from the vessel, but the target holds it.
    assert found.percentile5_mm > 10
    assert found.closest.distance_mm == pytest.approx(-4.0, abs=0.6)


def test_the_nearest_of_several_structures_counts() -> None:
    grid = grid_of((50, 50, 90))
    drawn = labelled(
        grid,
        target=ball(grid, (25.2, 25.4, 40.1), 8.0),
        left=ball(grid, (25.2, 25.4, 20.1), 6.0),
        right=ball(grid, (25.2, 25.4, 64.1), 6.0),
    )
    found, surface = margins(choose(volume_of(grid), [drawn], "target", ["right", "left"]))
    assert [one.name for one in found.structures] == ["right", "left"]
    assert found.closest.structure == "left"
    assert found.closest.distance_mm == pytest.approx(6.0, abs=0.35)
    assert found.structures[0].closest.distance_mm == pytest.approx(10.0, abs=0.5)
    assert np.array_equal(surface.distance_mm, surface.by_structure_mm.min(axis=0))
    beyond = surface.mesh.vertices_mm[:, 2] > 46
    assert (surface.nearest[beyond] == 0).all()


def test_the_boundary_of_the_patient_is_avoided_where_nothing_else_is_named() -> None:
    grid = grid_of((60, 60, 60))
    body = ball(grid, (30, 30, 30), 24.0)
    drawn = labelled(grid, target=ball(grid, (30, 30, 40), 8.0))
    found = margins(choose(volume_of(grid, body), [drawn], "target"), 5.0)[0]
    assert found.closest.structure == "boundary"
    assert found.closest.distance_mm == pytest.approx(24 - 18, abs=0.6)
    assert found.structures[0].volume_mm3 is None
    assert found.achieved is True


@pytest.mark.parametrize("limit", [math.nan, -1.0, math.inf])
def test_margins_that_are_no_lengths_are_refused(limit: float) -> None:
    segmentation = two_balls(GRIDS[0], 5.0)
    with pytest.raises(Problem, match="length"):
        planned(segmentation, limit)
    with pytest.raises(Problem, match="length"):
        planned(segmentation, limits_mm=(limit,))


def test_real_abdomen_matches_a_search_over_all_pairs_of_voxels() -> None:
    folder = Path(__file__).parents[3] / "shared/data/imaging/abdomen_ct"
    folder = folder if folder.is_dir() else Path(__file__).parents[4] / "shared/data/imaging/abdomen_ct"
    if not folder.is_dir():
        pytest.skip("the shared test data is not beside this checkout")
    import nibabel
    from scipy.spatial import KDTree

    untyped: Any = nibabel
    image = untyped.load(folder / "labels.nii.gz")
    labels = np.asarray(image.dataobj).astype(np.uint16)
    grid = Grid.of(labels.shape, np.diag([-1.0, -1.0, 1.0, 1.0]) @ image.affine)
    # TotalSegmentator: 2 right kidney, 5 liver, 20 colon.
    drawn = Segmentation(labels, grid, {2: "target", 5: "liver", 20: "colon"}, "file")
    found = margins(choose(volume_of(grid), [drawn], "target", ["liver", "colon"]))[0]
    kidney = KDTree(grid.to_world(np.argwhere(labels == 2)))
    for structure, value in zip(found.structures, (5, 20), strict=True):
        centres = float(np.min(kidney.query(grid.to_world(np.argwhere(labels == value)))[0]))
        # Surfaces lie up to half a voxel before the centres on each side.
        assert centres - 3.0 * math.sqrt(3) <= structure.closest.distance_mm <= centres


@pytest.mark.parametrize("margin_mm", [-1.0, math.nan, math.inf, 1e9])
def test_a_margin_that_no_body_holds_is_refused(margin_mm: float) -> None:
    with pytest.raises(Problem) as problem:
        planned(two_balls(GRIDS[1], 3.0), margin_mm)
    assert problem.value.code == "margin_unusable"
