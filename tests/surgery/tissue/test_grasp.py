"""Jaws hold, pull, slip and let go."""

import math

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.surgery.tissue.body import BodyState
from abaton.surgery.tissue.contact import skin_of
from abaton.surgery.tissue.cutting import cut
from abaton.surgery.tissue.grasp import Grasp, Hold, Jaws, after_cut, close, forces, release, resolve, squeeze
from tests.surgery.tissue.plain import PERIOD_S, Plain, at_rest, box, plain

Array = NDArray[np.float64]
_STRIP = box((0.04, 0.02, 0.01), (8, 4, 2))
STRIP = msgspec.structs.replace(_STRIP, fixed=_STRIP.rest_m[:, 0] < 1e-9)
STEP = plain(STRIP)
SKIN = skin_of(STRIP)
JAWS = Jaws(length_m=0.02, width_m=0.03, opening_m=0.012)


def at(x: float) -> Array:
    """Jaws that reach over the strip's free end, hinge towards its fixed one."""
    pose = np.eye(4)
    pose[:3, 3] = x, 0.01, 0.005
    return pose


def pull(
    grasp: Grasp, steps: int, step_m: float, state: BodyState, moved: Plain = STEP, start: float = 0.034
) -> tuple[Hold, Array]:
    """Pulls along x, then waits as long again."""
    skin = skin_of(moved.body)
    held = Hold(state, grasp, np.zeros(3), np.zeros(3), slips=False)
    felt = np.zeros((2 * steps, 3))
    for step in range(2 * steps):
        pose, wanted = at(start + step_m * min(step, steps)), at(start + step_m * min(step + 1, steps))
        after = moved.step(held.state, forces(held.grasp, len(moved.body.rest_m)))
        held = resolve(held.grasp, skin, held.state, after, pose, wanted)
        felt[step] = held.tool_force_n
    return held, felt


def test_what_lies_between_the_jaws_is_held() -> None:
    grasp = close(JAWS, SKIN, at_rest(STRIP), at(0.034), 5.0)
    free_end = np.flatnonzero(STRIP.rest_m[:, 0] > 0.034)
    np.testing.assert_array_equal(grasp.vertices, free_end[np.isin(free_end, SKIN.triangles)])
    assert len(close(JAWS, SKIN, at_rest(STRIP), at(0.05), 5.0).vertices) == 0


def test_a_pull_is_felt_as_statics_says() -> None:
    grasp = close(JAWS, SKIN, at_rest(STRIP), at(0.034), 50.0)
    held, felt = pull(grasp, 100, 4e-5, at_rest(STRIP))
    moved = held.state.position_m[held.grasp.vertices] - STRIP.rest_m[held.grasp.vertices]
    np.testing.assert_allclose(moved, np.tile([0.004, 0, 0], (len(moved), 1)), atol=1e-9)
    assert not held.slips
    # In rest the jaws feel what the fixed end feels.
    elastic = (STEP.stiffness @ (held.state.position_m - STRIP.rest_m).ravel()).reshape(-1, 3)
    assert felt[-1, 0] == pytest.approx(elastic[STRIP.fixed, 0].sum(), rel=0.01)
    # A strip of E A / L = 27 N/m, stiffened at its held ends.
    assert 0.108 < -felt[-1, 0] < 0.2
    # Not quite along x: the tetrahedra all lean to one side.
    assert np.abs(felt[-1, 1:]).max() < 0.05 * -felt[-1, 0]


def test_action_is_reaction() -> None:
    grasp = close(JAWS, SKIN, at_rest(STRIP), at(0.034), 50.0)
    given = forces(grasp, len(STRIP.rest_m))
    after = STEP.step(at_rest(STRIP), given)
    held = resolve(grasp, SKIN, at_rest(STRIP), after, at(0.034), at(0.0341))
    change = held.state.velocity_m_s - after.velocity_m_s
    given = given + STEP.mass[:, None] * change / PERIOD_S
    np.testing.assert_allclose(held.tool_force_n, -given.sum(axis=0), atol=1e-12)
    lever = held.state.position_m - at(0.0341)[:3, 3]
    np.testing.assert_allclose(held.tool_torque_nm, -np.cross(lever, given).sum(axis=0), atol=1e-12)


def test_a_weak_grip_slips_and_carries_no_more_than_friction() -> None:
    grip = 0.05
    held, felt = pull(close(JAWS, SKIN, at_rest(STRIP), at(0.034), grip), 200, 5e-5, at_rest(STRIP))
    assert np.linalg.norm(felt, axis=1).max() <= 2 * JAWS.friction * grip * (1 + 1e-9)
    assert held.state.position_m[:, 0].max() < 0.04 + 0.005
    assert len(held.grasp.vertices) < len(close(JAWS, SKIN, at_rest(STRIP), at(0.034), grip).vertices)


def test_let_go_it_feels_nothing() -> None:
    grasp = release(close(JAWS, SKIN, at_rest(STRIP), at(0.034), 5.0))
    held, felt = pull(grasp, 3, 1e-3, at_rest(STRIP))
    assert not felt.any()
    np.testing.assert_allclose(held.state.position_m, STRIP.rest_m, atol=1e-15)


def test_held_vertices_survive_a_cut_and_the_piece_comes_along() -> None:
    grasp = close(JAWS, SKIN, at_rest(STRIP), at(0.034), 50.0)
    blade = np.array([[0.022, -1, -1], [0.022, 1, -1], [0.022, 1, 1], [0.022, -1, 1.0]])
    made = cut(STRIP, at_rest(STRIP), blade)
    assert made.part_count == 2
    kept = after_cut(grasp, made.vertex_from)
    np.testing.assert_array_equal(made.body.rest_m[kept.vertices], STRIP.rest_m[grasp.vertices])
    held, felt = pull(kept, 100, 1e-4, made.state, plain(made.body))
    outermost = np.argmax(made.body.rest_m[made.body.tetrahedra[:, 0], 0])
    loose = np.unique(made.body.tetrahedra[made.part == made.part[outermost]])
    moved = held.state.position_m[loose] - made.body.rest_m[loose]
    np.testing.assert_allclose(moved[:, 0], 0.01, atol=2e-3)
    assert np.abs(felt[-1]).max() < 0.05
    others = np.setdiff1d(np.arange(len(made.body.rest_m)), loose)
    np.testing.assert_allclose(held.state.position_m[others], made.body.rest_m[others], atol=1e-12)


def test_a_cut_through_the_grasp_holds_both_sides() -> None:
    grasp = close(JAWS, SKIN, at_rest(STRIP), at(0.034), 50.0)
    made = cut(STRIP, at_rest(STRIP), np.array([[-1, 0.01, -1], [1, 0.01, -1], [1, 0.01, 1], [-1, 0.01, 1.0]]))
    kept = after_cut(msgspec.structs.replace(grasp, guess_n=np.ones_like(grasp.guess_n)), made.vertex_from)
    assert len(kept.vertices) > len(grasp.vertices)
    np.testing.assert_allclose(kept.guess_n.sum(axis=0), len(grasp.vertices))


def test_gripped_harder_it_carries_more() -> None:
    grasp = close(JAWS, SKIN, at_rest(STRIP), at(0.034), 0.0)
    _, slipping = pull(grasp, 5, 1e-5, at_rest(STRIP))
    assert not slipping.any()
    _, holding = pull(squeeze(grasp, 50.0), 5, 1e-5, at_rest(STRIP))
    assert holding[1:4, 0].max() < -1e-3


@pytest.mark.parametrize("grip", [-1.0, math.nan, math.inf])
def test_a_grip_that_means_nothing_is_refused(grip: float) -> None:
    with pytest.raises(Problem):
        close(JAWS, SKIN, at_rest(STRIP), at(0.034), grip)
    with pytest.raises(Problem):
        squeeze(close(JAWS, SKIN, at_rest(STRIP), at(0.034), 1.0), grip)


def test_lost_tracking_is_refused() -> None:
    grasp = close(JAWS, SKIN, at_rest(STRIP), at(0.034), 1.0)
    with pytest.raises(Problem) as refused:
        resolve(grasp, SKIN, at_rest(STRIP), at_rest(STRIP), at(0.034), at(math.nan))
    assert refused.value.code == "grasp_unusable"
