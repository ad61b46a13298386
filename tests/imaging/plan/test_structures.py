import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.imaging.plan import BOUNDARY, choose, foreground
from tests.imaging.plan.made import ball, grid_of, labelled, volume_of

GRID = grid_of((30, 30, 30))
MIDDLE = (15, 15, 15)


def test_an_unknown_name_is_answered_with_those_that_there_are() -> None:
    drawn = labelled(GRID, tumour=ball(GRID, MIDDLE, 5.0), liver=ball(GRID, (5, 5, 5), 3.0))
    with pytest.raises(Problem, match="one of: liver, tumour"):
        choose(volume_of(GRID), [drawn], "tumor", ["liver"])
    with pytest.raises(Problem, match="no label 'colon'"):
        choose(volume_of(GRID), [drawn], "tumour", ["colon"])
    with pytest.raises(Problem, match="has none"):
        choose(volume_of(GRID), [], "tumour")


def test_a_label_without_a_voxel_is_refused() -> None:
    drawn = labelled(GRID, tumour=np.zeros(GRID.shape, np.bool_))
    with pytest.raises(Problem, match="without a voxel"):
        choose(volume_of(GRID), [drawn], "tumour")


def test_a_target_can_not_avoid_itself() -> None:
    drawn = labelled(GRID, tumour=ball(GRID, MIDDLE, 5.0))
    with pytest.raises(Problem, match="two different labels"):
        choose(volume_of(GRID), [drawn], "tumour", ["tumour"])


def test_labels_on_another_grid_are_refused() -> None:
    other = grid_of((30, 30, 30), (1.0, 1.0, 1.5))
    with pytest.raises(Problem, match="another grid"):
        choose(volume_of(GRID), [labelled(other, tumour=ball(other, MIDDLE, 5.0))], "tumour")


def test_what_more_than_half_of_the_raters_drew_counts() -> None:
    masks = [ball(GRID, (15, 15, 13 + n), 5.0) for n in range(4)]
    raters = [labelled(GRID, f"rater {n}", tumour=mask) for n, mask in enumerate(masks)]
    chosen = choose(volume_of(GRID, ball(GRID, MIDDLE, 12.0)), raters, "tumour")
    assert np.array_equal(chosen.target.mask, np.sum(masks, axis=0) >= 3)
    assert [one.made_by for one in chosen.target.raters] == [f"rater {n}" for n in range(4)]


def test_a_merged_drawing_is_no_rater_and_a_rater_without_a_drawing_is_named() -> None:
    body = ball(GRID, MIDDLE, 12.0)
    drawings = [
        labelled(GRID, "rater a", tumour=ball(GRID, MIDDLE, 5.0)),
        labelled(GRID, "rater b", tumour=ball(GRID, MIDDLE, 6.0)),
        labelled(GRID, "rater c", tumour=np.zeros(GRID.shape, np.bool_)),
        labelled(GRID, "file fused majority", tumour=ball(GRID, MIDDLE, 7.0)),
    ]
    chosen = choose(volume_of(GRID, body), drawings, "tumour")
    assert [one.made_by for one in chosen.target.raters] == ["rater a", "rater b"]
    assert any("file fused majority" in remark for remark in chosen.remarks)
    assert any("rater c drew no tumour" in remark for remark in chosen.remarks)
    alone = choose(volume_of(GRID, body), drawings[3:], "tumour")
    assert [one.made_by for one in alone.target.raters] == ["file fused majority"]


def test_raters_of_the_same_name_are_told_apart() -> None:
    drawings = [labelled(GRID, "file", tumour=ball(GRID, MIDDLE, 5.0 + n)) for n in range(2)]
    chosen = choose(volume_of(GRID, ball(GRID, MIDDLE, 12.0)), drawings, "tumour")
    assert [one.made_by for one in chosen.target.raters] == ["file", "file (2)"]


def test_raters_who_share_no_voxel_have_no_majority() -> None:
    drawings = [labelled(GRID, f"{n}", tumour=ball(GRID, (15, 15, 6 + 18 * n), 4.0)) for n in range(2)]
    with pytest.raises(Problem, match="no more than half"):
        choose(volume_of(GRID), drawings, "tumour", [BOUNDARY])


def test_a_label_named_boundary_goes_before_the_patient_s() -> None:
    drawn = labelled(GRID, tumour=ball(GRID, MIDDLE, 5.0), boundary=ball(GRID, (5, 5, 5), 3.0))
    (avoided,) = choose(volume_of(GRID), [drawn], "tumour", ["boundary"]).avoided
    assert not avoided.outside
    assert np.array_equal(avoided.mask, drawn.mask("boundary"))


def test_the_body_is_found_in_noise_without_holes_and_crumbs() -> None:
    body = ball(GRID, MIDDLE, 10.0)
    hollow = body & ~ball(GRID, MIDDLE, 3.0)
    hollow[1, 1, 1] = True
    assert np.array_equal(foreground(volume_of(GRID, hollow)), body)


def test_a_skull_stripped_brain_reaches_to_what_is_blank() -> None:
    volume = volume_of(GRID)
    brain = ball(GRID, MIDDLE, 10.0)
    volume.voxels[...] = np.where(brain, volume.voxels - 50, 0)
    assert np.array_equal(foreground(volume), brain)


def test_a_scan_of_nothing_has_no_boundary() -> None:
    volume = volume_of(GRID)
    volume.voxels[...] = 7
    with pytest.raises(Problem, match="air"):
        foreground(volume)
