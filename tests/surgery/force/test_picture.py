"""From the scene to the hand: the loop renders what the tissue's full solution says."""

from collections.abc import Iterator
from concurrent.futures import Executor, Future
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from abaton.surgery.force import model, rendering
from abaton.surgery.force.board import Board
from abaton.surgery.force.condensing import compliance_of
from abaton.surgery.force.coupling import coupling
from abaton.surgery.force.picture import APPROACHING, TOUCHING, Picture, bearing, local_model
from abaton.surgery.force.simulated import SIMULATED
from abaton.surgery.tissue import contact, cutting, tools
from abaton.surgery.tissue.body import BodyState, at_rest, block
from abaton.surgery.tissue.materials import LIVER
from abaton.surgery.tissue.solver import Solver, prepare, step

Array = NDArray[np.float64]
BALL_M, TOP_M = 0.006, 0.02
UP = np.array([0.0, 0.0, 1.0])
BODY = block((0.03, 0.03, TOP_M), (6, 6, 4), LIVER)
OVER = np.array([0.0163, 0.0143, TOP_M + BALL_M])
TOOLS = tools.prepare((tools.Tool("ball", tools.Capsule((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), BALL_M), friction=0.0),))


class AtOnce(Executor):
    """What is submitted waits until `work`."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Any, tuple[Any, ...]]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.waiting.append((future, fn, args))
        return future

    def work(self) -> None:
        for future, fn, args in self.waiting:
            try:
                future.set_result(fn(*args))
            except Exception as error:
                future.set_exception(error)
        self.waiting = []


class Scene:
    """A ball over a slab of liver."""

    def __init__(self, solver: Solver | None = None, state: BodyState | None = None) -> None:
        self.solver = solver or prepare(BODY)
        self.state = state or at_rest(self.solver.body)
        self.skin = contact.skin_of(self.solver.body, self.solver.moved_mass_kg)
        self.contacts: contact.Contacts = contact.Contacts.none()
        self.pose: Array = np.eye(4)
        self.force_n: Array = np.zeros(3)
        self.pose[:3, 3] = OVER + 0.004 * UP

    def lead(self, height_m: float, steps: int) -> None:
        begin = self.pose[2, 3] - OVER[2]
        for share in np.arange(1, steps + 1) / steps:
            self.go(begin + share * (height_m - begin))

    def go(self, height_m: float) -> None:
        pose = self.pose.copy()
        pose[:3, 3] = OVER + height_m * UP
        found = contact.find(self.skin, TOOLS, self.state, self.pose[None], pose[None], self.contacts)
        stepped = step(self.solver, self.state, contact.forces(self.skin, found))
        touch = contact.resolve(self.skin, TOOLS, self.state, stepped, self.pose[None], pose[None], found)
        self.state, self.contacts, self.pose, self.force_n = touch.state, touch.contacts, pose, touch.tool_force_n[0]


@pytest.fixture
def board() -> Iterator[Board]:
    made = Board()
    yield made
    made.close(unlink=True)


@pytest.fixture(scope="module")
def pressed() -> dict[float, Scene]:
    """Scenes at rest with the ball so deep: the full static solution, contact and all."""
    scene, found = Scene(), dict[float, Scene]()
    for depth in (0.0006, 0.001):
        scene.lead(-depth, 200)
        for _ in range(600):
            scene.go(-depth)
        kept = Scene(scene.solver, scene.state)
        kept.contacts, kept.pose, kept.force_n = scene.contacts, scene.pose, scene.force_n
        found[depth] = kept
    return found


def rendered(told: model.LocalModel, at_m: Array) -> tuple[Array, Array]:
    """Force and proxy of a loop of stiff coupling that comes to rest there."""
    made = msgspec.structs.replace(coupling(SIMULATED), controlled=False)
    state, force = rendering.start(made), np.zeros(3)
    for n in range(400):
        sample = np.array([*at_m, 0, 0, 0, n])
        state, force = rendering.tick(state, told.words(n * 0.001), sample, made.words(), n * 0.001)
    return force, rendering.told(state).proxy_m


def test_the_loop_renders_the_full_static_force_between_two_words_of_the_scene(pressed: dict[float, Scene]) -> None:
    less, more = pressed[0.0006], pressed[0.001]
    compliance = compliance_of(less.solver, less.state.position_m)
    stiffness = compliance.stiffness(*bearing(less.contacts, less.skin, TOOLS, less.pose))
    told = local_model(less.contacts, TOOLS, less.pose, less.force_n, stiffness)
    assert told.patch == TOUCHING
    # The hand is as deep as brings the proxy to where the scene's tool was: there the force is the scene's.
    force, proxy = rendered(told, less.pose[:3, 3] - less.force_n / coupling(SIMULATED).stiffness_n_m)
    np.testing.assert_allclose(proxy, less.pose[:3, 3], atol=1e-8)
    np.testing.assert_allclose(force, less.force_n, atol=1e-6)
    # And 0.4 mm deeper, of which the scene has said nothing yet, it is the full solution's within 3 %.
    force, proxy = rendered(told, more.pose[:3, 3] - more.force_n / coupling(SIMULATED).stiffness_n_m)
    assert force[2] == pytest.approx(more.force_n[2], rel=0.03)
    half = model.half_space(told.anchor_m, told.normal, LIVER.youngs_modulus_pa, LIVER.poisson_ratio, BALL_M)
    assert abs(half.stiffness_n_m[2, 2] / ((more.force_n - less.force_n)[2] / 0.0004) - 1) > 0.1


def test_vertices_bear_the_force_in_shares(pressed: dict[float, Scene]) -> None:
    scene = pressed[0.001]
    vertices, weights = bearing(scene.contacts, scene.skin, TOOLS, scene.pose)
    assert weights.sum() == pytest.approx(1.0)
    assert len(set(vertices.tolist())) == len(vertices)
    assert (np.linalg.norm(BODY.rest_m[vertices] - (OVER - BALL_M * UP), axis=1) < 0.009).all()


def test_before_it_touches_the_surface_is_told_where_it_is() -> None:
    scene = Scene()
    scene.lead(0.0005, 60)
    assert not scene.force_n.any()
    vertices, weights = bearing(scene.contacts, scene.skin, TOOLS, scene.pose)
    assert len(vertices)
    assert weights.sum() == pytest.approx(1.0)
    told = local_model(scene.contacts, TOOLS, scene.pose, scene.force_n, 50 * np.eye(3))
    assert (told.patch, told.touching) == (APPROACHING, True)
    np.testing.assert_allclose(told.anchor_m, OVER, atol=2e-6)
    np.testing.assert_allclose(told.normal, [0, 0, 1], atol=1e-6)
    force, _ = rendered(told, OVER + 0.0003 * UP)
    np.testing.assert_array_equal(force, np.zeros(3))


def test_far_from_tissue_there_are_only_walls() -> None:
    scene = Scene()
    scene.lead(0.01, 5)
    wall = model.Wall(np.array([0.0, 0, 1]), 0.0, 100.0)
    assert not len(bearing(scene.contacts, scene.skin, TOOLS, scene.pose)[0])
    told = local_model(scene.contacts, TOOLS, scene.pose, scene.force_n, np.eye(3), walls=(wall,))
    assert not told.touching
    assert told.walls == (wall,)


def test_the_loop_is_told_at_once_and_more_exactly_once_it_is_solved(board: Board, pressed: dict[float, Scene]) -> None:
    scene, beside = pressed[0.001], AtOnce()
    picture = Picture(board, TOOLS, scene.solver, BODY.rest_m, np.array([0.0, 0.0, TOP_M]), beside)

    def tell(now_s: float) -> Array:
        told = picture.tell(now_s, scene.contacts, scene.skin, scene.pose, scene.force_n, origin_m=OVER)
        words = np.zeros(model.WORDS)
        assert board.newest(words)
        np.testing.assert_array_equal(words, told.words(now_s))
        np.testing.assert_allclose(told.anchor_m, [0, 0, -0.001], atol=1e-9)
        np.testing.assert_array_equal(told.force_n, scene.force_n)
        return told.stiffness_n_m

    corner = tell(1.0)
    assert len(beside.waiting) == 1
    np.testing.assert_array_equal(tell(1.001), corner)
    assert len(beside.waiting) == 1
    beside.work()
    exact = compliance_of(scene.solver, BODY.rest_m).stiffness(*bearing(scene.contacts, scene.skin, TOOLS, scene.pose))
    np.testing.assert_allclose(tell(1.002), exact)
    assert exact[2, 2] > 1.2 * corner[2, 2]


def test_after_a_cut_the_last_stiffness_stands_in_until_the_new_one_is_there(
    board: Board, pressed: dict[float, Scene]
) -> None:
    scene, beside = pressed[0.001], AtOnce()
    picture = Picture(board, TOOLS, scene.solver, BODY.rest_m, OVER, beside)
    last = picture.stiffness_n_m
    blade = np.array([[0.019, -0.01, 0.004], [0.019, 0.04, 0.004], [0.019, 0.04, 0.03], [0.019, -0.01, 0.03]])
    made = cutting.cut(BODY, at_rest(BODY), blade)
    cut = Scene(prepare(made.body), made.state)
    picture.after_cut(cut.solver, made.state.position_m)
    cut.lead(-0.001, 300)
    told = picture.tell(1.0, cut.contacts, cut.skin, cut.pose, cut.force_n)
    np.testing.assert_array_equal(told.stiffness_n_m, last)
    for now in (1.001, 1.002, 1.003):
        beside.work()
        told = picture.tell(now, cut.contacts, cut.skin, cut.pose, cut.force_n)
    exact = compliance_of(cut.solver, made.state.position_m).stiffness(
        *bearing(cut.contacts, cut.skin, TOOLS, cut.pose)
    )
    np.testing.assert_allclose(told.stiffness_n_m, exact)


def test_tissue_that_nothing_holds_any_more_keeps_the_scene_going(board: Board, pressed: dict[float, Scene]) -> None:
    scene, beside = pressed[0.001], AtOnce()
    picture = Picture(board, TOOLS, scene.solver, BODY.rest_m, OVER, beside)
    last = picture.stiffness_n_m
    loose = prepare(msgspec.structs.replace(BODY, fixed=np.zeros_like(BODY.fixed)))
    picture.after_cut(loose, BODY.rest_m)
    beside.work()
    told = picture.tell(1.0, scene.contacts, scene.skin, scene.pose, scene.force_n)
    np.testing.assert_array_equal(told.stiffness_n_m, last)
