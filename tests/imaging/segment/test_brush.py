"""The brush, on oblique grids with unlike spacings."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.imaging.segment.brush import Edit, History, Mode, Stroke, apply, ball, draw, painted, redo, undo
from tests.imaging.segment.made import ball_mask, oblique, places, point

GRID = oblique((16, 24, 20))
MIDDLE = point(GRID, 8, 12, 10)


def empty() -> NDArray[np.uint16]:
    return np.zeros(GRID.shape, dtype=np.uint16)


def drawn(labels: NDArray[np.uint16], stroke: Stroke) -> Edit:
    edit = painted(labels, GRID, stroke)
    apply(labels, edit)
    return edit


def test_a_dab_is_the_ball_in_millimetres() -> None:
    labels = empty()
    edit = drawn(labels, Stroke((MIDDLE,), ball(6.0), 4))
    assert np.array_equal(labels == 4, ball_mask(GRID, MIDDLE, 6.0))
    assert edit.box is not None
    held = np.argwhere(labels)
    assert edit.box.low == tuple(held.min(axis=0))
    assert edit.box.high == tuple(held.max(axis=0) + 1)


def test_an_ellipsoid_follows_its_own_axes() -> None:
    axes = ((5.0, 5.0, 0.0), (-1.5, 1.5, 0.0), (0.0, 0.0, 4.0))
    labels = empty()
    drawn(labels, Stroke((MIDDLE,), axes, 1))
    away = places(GRID) - np.array(MIDDLE)
    units = [np.array(axis) / np.dot(axis, axis) for axis in axes]
    expected = sum((away @ unit) ** 2 for unit in units) <= 1
    assert np.array_equal(labels == 1, expected)


def test_a_stroke_covers_all_between_its_points() -> None:
    start, end = np.array(point(GRID, 3, 4, 4)), np.array(point(GRID, 12, 20, 15))
    labels = empty()
    drawn(labels, Stroke((tuple(start), tuple(end)), ball(3.0), 1))
    along = end - start
    share = np.clip((places(GRID) - start) @ along / (along @ along), 0, 1)
    distance = np.linalg.norm(places(GRID) - start - share[..., None] * along, axis=-1)
    clear = abs(distance - 3.0) > 1e-6
    assert np.array_equal(labels[clear] == 1, distance[clear] < 3.0)


def test_the_smallest_dab_takes_the_voxel_it_is_in() -> None:
    labels = empty()
    drawn(labels, Stroke((point(GRID, 5.4, 6.4, 6.6),), ball(0.01), 9))
    assert np.argwhere(labels).tolist() == [[5, 6, 7]]


def test_adding_keeps_other_labels_replacing_does_not_and_erasing_takes_its_own() -> None:
    labels = empty()
    labels[:, :, 10:] = 2
    adding = labels.copy()
    drawn(adding, Stroke((MIDDLE,), ball(6.0), 1))
    assert (adding[:, :, 10:] == 2).all()
    assert (adding[:, :, :10] == 1).any()
    replacing = labels.copy()
    drawn(replacing, Stroke((MIDDLE,), ball(6.0), 1, "replace"))
    assert np.array_equal(replacing == 1, ball_mask(GRID, MIDDLE, 6.0))
    drawn(replacing, Stroke((MIDDLE,), ball(3.0), 2, "erase"))
    assert (replacing == 1).sum() == ball_mask(GRID, MIDDLE, 6.0).sum()
    drawn(replacing, Stroke((MIDDLE,), ball(3.0), 0, "erase"))
    assert not replacing[ball_mask(GRID, MIDDLE, 3.0)].any()


def test_only_allowed_voxels_change() -> None:
    allowed = np.random.default_rng(0).random(GRID.shape) < 0.5
    edit = painted(empty(), GRID, Stroke((MIDDLE,), ball(6.0), 1), allowed)
    labels = empty()
    apply(labels, edit)
    assert np.array_equal(labels == 1, ball_mask(GRID, MIDDLE, 6.0) & allowed)


def test_a_stroke_beside_the_scan_changes_nothing_and_one_across_its_edge_what_lies_inside() -> None:
    assert painted(empty(), GRID, Stroke(((0.0, 0.0, 0.0),), ball(6.0), 1)).box is None
    corner = point(GRID, 0, 0, 0)
    labels = empty()
    drawn(labels, Stroke((corner,), ball(6.0), 1))
    assert np.array_equal(labels == 1, ball_mask(GRID, corner, 6.0))


def dab(at: tuple[float, float, float], radius_mm: float, label: int, mode: Mode) -> Stroke:
    return Stroke((point(GRID, *at),), ball(radius_mm), label, mode)


MODES: tuple[Mode, ...] = ("add", "replace", "erase")
strokes = st.builds(
    dab,
    st.tuples(st.floats(-3, 18), st.floats(-3, 26), st.floats(-3, 22)),
    st.floats(0.1, 8.0),
    st.integers(1, 3),
    st.sampled_from(MODES),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(strokes, max_size=6), st.integers(0, 6))
def test_what_is_taken_back_is_as_before_and_done_again_as_after(many: list[Stroke], back: int) -> None:
    labels, history = empty(), History()
    states = [labels.copy()]
    for stroke in many:
        edit = painted(labels, GRID, stroke)
        if edit.box is not None:
            history = draw(history, labels, edit)
            states.append(labels.copy())
    steps = min(back, len(history.done))
    for step in range(steps):
        before = labels.copy()
        history, box = undo(history, labels)
        assert box is not None
        outside = np.ones(GRID.shape, dtype=np.bool_)
        outside[box.slices] = False
        assert np.array_equal(labels[outside], before[outside])
        assert np.array_equal(labels, states[-2 - step])
    for step in range(steps):
        history, _ = redo(history, labels)
        assert np.array_equal(labels, states[len(states) - steps + step])
    assert redo(history, labels)[1] is None


def test_a_new_stroke_forgets_what_was_taken_back() -> None:
    labels = empty()
    history = draw(History(), labels, painted(labels, GRID, Stroke((MIDDLE,), ball(4.0), 1)))
    history, _ = undo(history, labels)
    assert undo(history, labels)[1] is None
    history = draw(history, labels, painted(labels, GRID, Stroke((MIDDLE,), ball(2.0), 2)))
    assert history.undone == ()


@pytest.mark.parametrize(
    "stroke",
    [
        Stroke((), ball(1.0), 1),
        Stroke(((np.nan, 0, 0),), ball(1.0), 1),
        Stroke(((0, 0, 0),), ball(0.0), 1),
        Stroke(((0, 0, 0),), ball(np.inf), 1),
        Stroke(((0, 0, 0),), ball(1.0), 0),
        Stroke(((0, 0, 0),), ball(1.0), 65536),
    ],
)
def test_a_stroke_that_means_nothing_is_refused(stroke: Stroke) -> None:
    with pytest.raises(Problem, match="Draw again"):
        painted(empty(), GRID, stroke)
