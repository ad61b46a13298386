"""Local models against contact mechanics, and against what they must refuse."""

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.core.errors import Problem
from abaton.surgery.fixtures.reading import prepare
from abaton.surgery.fixtures.shapes import Cylinder, Fixture, Plane
from abaton.surgery.force import rendering
from abaton.surgery.force.coupling import coupling
from abaton.surgery.force.model import (
    LONGEST_SILENCE_S,
    LocalModel,
    Wall,
    condensed,
    free_space,
    half_space,
    walls_of,
)
from abaton.surgery.force.simulated import SIMULATED

UP = np.array([0.0, 0.0, 1.0])
T = 0.001


def felt(model: LocalModel, path_m: np.ndarray) -> np.ndarray:
    """The force at the end of a path that is gone tick by tick."""
    made = msgspec.structs.replace(coupling(SIMULATED, 1000.0), controlled=False)
    state, force = rendering.start(made), np.zeros(3)
    for n, at in enumerate(path_m):
        state, force = rendering.tick(state, model.words(n * T), np.array([*at, 0, 0, 0, n]), made.words(), n * T)
    return force


def test_half_space_is_a_flat_punch() -> None:
    # Sneddon: F = 2 a E d / (1 - nu^2): 5 kPa, nu 0.49, 5 mm, 1 mm deep.
    model = half_space(np.zeros(3), UP, 5000.0, 0.49, 0.005)
    assert model.stiffness_n_m[2, 2] * 0.001 == pytest.approx(0.0658, rel=1e-3)
    # Mindlin: k_t / k_n = 2 (1 - nu) / (2 - nu).
    assert model.stiffness_n_m[0, 0] / model.stiffness_n_m[2, 2] == pytest.approx(2 * 0.51 / 1.51)


@given(st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda n: np.linalg.norm(n) > 0.1))
def test_half_space_turns_with_its_normal(direction: tuple[float, float, float]) -> None:
    normal = np.array(direction) / np.linalg.norm(direction)
    stiffness = half_space(np.zeros(3), normal, 5000.0, 0.3, 0.005).stiffness_n_m
    np.testing.assert_allclose(stiffness @ normal, 2 * 0.005 * 5000 / (1 - 0.09) * normal, atol=1e-9)


def test_condensed_is_the_inverse_of_the_compliance_where_it_is_touched() -> None:
    # Three vertices on springs of their own: shared compliance is the sum of squared shares over stiffness.
    springs = np.array([100.0, 200.0, 400.0])
    weights = np.array([0.5, 0.25, 0.25])
    found = condensed(lambda forces: forces / springs[:, None], weights)
    np.testing.assert_allclose(found, np.eye(3) / (weights**2 / springs).sum())


@pytest.mark.parametrize("slack", [math.nan, 0.0, -1.0])
def test_a_body_that_nothing_holds_is_refused(slack: float) -> None:
    with pytest.raises(Problem) as told:
        condensed(lambda forces: forces * slack, np.ones(1))
    assert told.value.code == "body_not_held"


def test_walls_of_planes_are_the_planes() -> None:
    plane = Plane((0.01, 0.0, 0.0), (-1.0, 0.0, 0.0))
    (wall,) = walls_of(prepare((Fixture("side", plane, margin_m=0.002, stiffness_n_m=300.0),)), np.array([0.0, 3, 4]))
    np.testing.assert_allclose(wall.normal, [-1, 0, 0])
    assert (wall.offset_m, wall.stiffness_n_m) == (pytest.approx(-0.008), 300.0)


def test_the_nearest_four_fixtures_become_walls_and_none_become_none() -> None:
    floors = tuple(Fixture(f"{n}", Plane((0, 0, -0.01 * n), (0, 0, 1))) for n in range(6))
    found = walls_of(prepare(floors[::-1]), np.array([0, 0, 0.001]))
    np.testing.assert_allclose([wall.offset_m for wall in found], [0, -0.01, -0.02, -0.03], atol=1e-12)
    assert walls_of(prepare(()), np.zeros(3)) == ()


def test_a_wall_of_a_cylinder_touches_it_where_the_tool_is() -> None:
    inside = Fixture("trocar", Cylinder((0, 0, 0), (0, 0, 1), 0.005))
    (wall,) = walls_of(prepare((inside,)), np.array([0.004, 0, 0.1]))
    np.testing.assert_allclose(wall.normal, [-1, 0, 0], atol=1e-9)
    assert wall.offset_m == pytest.approx(-0.005)


def test_a_wall_alone_is_felt_as_two_springs_in_a_row() -> None:
    model = free_space((Wall(UP, 0.0, 500.0),))
    force = felt(model, np.tile([0.0, 0, -0.003], (300, 1)))
    np.testing.assert_allclose(force, [0, 0, 0.003 * 1000 * 500 / 1500], atol=1e-9)
    np.testing.assert_array_equal(felt(model, np.tile([0.0, 0, 0.003], (300, 1))), np.zeros(3))


@pytest.mark.parametrize("friction", [0.0, 0.2, 0.6])
def test_across_the_surface_force_is_coulombs(friction: float) -> None:
    model = LocalModel(np.zeros(3), UP, np.zeros(3), 500 * np.eye(3), friction=friction)
    pressed = np.tile([0.0, 0, -0.003], (300, 1))
    dragged = np.column_stack([np.linspace(0, 0.02, 400), np.zeros(400), np.full(400, -0.003)])
    force = felt(model, np.concatenate([pressed, dragged]))
    assert force[2] == pytest.approx(1.0)
    assert force[0] == pytest.approx(-friction, abs=1e-3)
    little = np.column_stack([np.linspace(0, 1e-4, 50), np.zeros(50), np.full(50, -0.003)])
    sticking = felt(model, np.concatenate([pressed, little]))
    assert sticking[0] == pytest.approx(-min(friction, 1e-4 * 1000 * 500 / 1500), abs=1e-3)


def test_behind_its_reach_the_proxy_is_held() -> None:
    model = LocalModel(np.zeros(3), UP, np.zeros(3), 10 * np.eye(3), reach_m=0.001)
    force = felt(model, np.tile([0.0, 0, -0.004], (300, 1)))
    assert force[2] == pytest.approx(1000 * 0.003)


def test_words_hold_everything() -> None:
    walls = (Wall(UP, 0.5, 7.0),)
    words = LocalModel(UP, UP, 2 * UP, np.diag([1.0, 2, 3]), True, 0.3, 4, 0.01, walls, 0.002).words(9.0)
    np.testing.assert_array_equal(words[:4], [9.0, 0.002, 1, 4])
    np.testing.assert_array_equal(words[13:22].reshape(3, 3), np.diag([1.0, 2, 3]))
    np.testing.assert_array_equal(words[22:25], [0.3, 0.01, 1])
    np.testing.assert_array_equal(words[27:32], [0, 0, 1, 0.5, 7])


@pytest.mark.parametrize(
    "broken",
    [{"stiffness_n_m": -np.eye(3)}, {"stiffness_n_m": np.array([[1.0, 1, 0], [0, 1, 0], [0, 0, 1]])},
     {"anchor_m": np.array([0, 0, math.nan])}, {"force_n": np.array([0, 0, math.inf])}, {"friction": -0.1},
     {"silence_s": 0.0}, {"silence_s": LONGEST_SILENCE_S * 1.01}, {"walls": (Wall(UP, 0.0, 1.0),) * 5},
     {"walls": (Wall(UP, 0.0, -1.0),)}],
)  # fmt: skip
def test_what_can_not_be_is_never_told_to_the_loop(broken: dict[str, object]) -> None:
    model = LocalModel(np.zeros(3), UP, np.zeros(3), np.eye(3))
    model.words(0.0)
    with pytest.raises(Problem) as told:
        msgspec.structs.replace(model, **broken).words(0.0)
    assert told.value.code == "local_model_impossible"


def test_numbers_too_large_to_compute_with_leave_no_force_and_are_not_told() -> None:
    model = LocalModel(np.zeros(3), UP, np.zeros(3), 500 * np.eye(3))
    with pytest.raises(Problem):
        msgspec.structs.replace(model, stiffness_n_m=1e200 * np.eye(3)).words(0.0)
    made = coupling(SIMULATED, 1000.0)
    state, force = rendering.start(made), np.zeros(3)
    at = np.array([0, 0, -0.003, 0, 0, 0, 0.0])
    for n in range(300):
        words, at[6] = model.words(n * T), n
        if n >= 200:
            words[13:22] = 1e308
        state, force = rendering.tick(state, words, at, made.words(), n * T)
        assert np.isfinite(force).all()
        assert (np.linalg.norm(force) > 0) == (n < 203)
    assert rendering.told(state).fault == "physics_not_finite"
