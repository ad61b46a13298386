"""Nothing penetrates, forces oppose, friction sticks and slips."""

import math
from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.geometry.signed_distance import SignedDistanceField
from abaton.surgery.tissue import solver
from abaton.surgery.tissue.body import Body, BodyState
from abaton.surgery.tissue.contact import Contacts, Touch, after_cut, find, forces, resolve, skin_of
from abaton.surgery.tissue.cutting import cut
from abaton.surgery.tissue.materials import LIVER
from abaton.surgery.tissue.nearest import segment_triangle
from abaton.surgery.tissue.tools import Capsule, Solid, Tool, Tools, prepare
from tests.surgery.tissue.plain import GRAVITY, PERIOD_S, Plain, at_rest, box, masses, plain

Array = NDArray[np.float64]
RADIUS_M = 0.003
_PAD = box((0.04, 0.04, 0.02), (8, 8, 4))
PAD = msgspec.structs.replace(_PAD, fixed=_PAD.rest_m[:, 2] < 1e-9)
PAD_STEP = plain(PAD)
ROD = prepare((Tool("rod", Capsule((0.0, -0.03, 0.0), (0.0, 0.03, 0.0), RADIUS_M), 0.2),))
TIP = prepare((Tool("tip", Capsule((0.0, 0.0, 0.0), (0.0, 0.0, 0.1), RADIUS_M), 0.2),))
CUBE = box((0.02, 0.02, 0.02), (2, 2, 2))
CUBE_STEP = plain(CUBE)


def at(x: float, y: float, z: float) -> Array:
    pose = np.eye(4)[None].copy()
    pose[0, :3, 3] = x, y, z
    return pose


def floor(friction: float) -> Tools:
    """A plate of 10 x 10 x 2 cm whose upper side is z = 0."""
    grid = Grid.of((52, 52, 12), np.array([[2, 0, 0, -41], [0, 2, 0, -41], [0, 0, 2, -21], [0, 0, 0, 1.0]]))
    mask = np.zeros(grid.shape, dtype=np.bool_)
    mask[1:-1, 1:-1, 1:11] = True
    return prepare((Tool("floor", Solid(SignedDistanceField.of(mask, grid)), friction),))


def one_step(
    moved: Plain, tools: Tools, state: BodyState, poses: Array, next_poses: Array, contacts: Contacts, pull: Array
) -> Touch:
    skin = skin_of(moved.body)
    found = find(skin, tools, state, poses, next_poses, contacts)
    after = moved.step(state, forces(skin, found) + pull)
    return resolve(skin, tools, state, after, poses, next_poses, found)


def play(
    moved: Plain, tools: Tools, way: Callable[[int], Array], steps: int, gravity: Array, state: BodyState
) -> tuple[Touch, Array]:
    """The last step, and the force on the first tool in each, (steps, 3)."""
    contacts, felt = Contacts.none(), np.zeros((steps, 3))
    touch = Touch(state, contacts, np.zeros((1, 3)), np.zeros((1, 3)))
    for step in range(steps):
        touch = one_step(
            moved, tools, touch.state, way(step), way(step + 1), touch.contacts, moved.mass[:, None] * gravity
        )
        felt[step] = touch.tool_force_n[0]
    return touch, felt


def gap_of(body: Body, state: BodyState, tool: Capsule, pose: Array) -> float:
    """Least distance of a capsule from any triangle of the skin; negative where it penetrates."""
    ends = np.array([tool.start_m, tool.end_m]) @ pose[:3, :3].T + pose[:3, 3]
    corners = state.position_m[skin_of(body).triangles]
    return min(segment_triangle(ends[0], ends[1], triangle, np.zeros(3))[0] for triangle in corners) - tool.radius_m


def test_before_it_touches_nothing_is_felt() -> None:
    touch, felt = play(PAD_STEP, ROD, lambda _: at(0.02, 0.02, 0.0231), 5, np.zeros(3), at_rest(PAD))
    assert not felt.any()
    assert not touch.contacts.touching.any()
    np.testing.assert_allclose(touch.state.position_m, PAD.rest_m, atol=1e-15)


def test_a_rod_that_presses_lies_on_the_surface_and_feels_statics() -> None:
    def way(step: int) -> Array:
        return at(0.0201, 0.02, 0.023 - 0.002 * min(1.0, step / 50))

    smooth = prepare((Tool("rod", ROD.named[0].shape, 0.0),))
    touch, felt = play(PAD_STEP, smooth, way, 200, np.zeros(3), at_rest(PAD))
    shape = ROD.named[0].shape
    assert isinstance(shape, Capsule)
    assert abs(gap_of(PAD, touch.state, shape, way(200)[0])) < 2e-6
    # In rest the tool's force is what the elastic body gives back at the vertices that it touches.
    elastic = (PAD_STEP.stiffness @ (touch.state.position_m - PAD.rest_m).ravel()).reshape(-1, 3)[~PAD.fixed]
    assert felt[150:, 2].mean() == pytest.approx(-elastic[:, 2].sum(), rel=0.03)
    assert felt[150:, 2].std() < 0.02 * felt[150:, 2].mean()


def test_on_the_real_solver_it_feels_what_the_tissue_gives_back() -> None:
    """Pressed 2 mm and held: on average the elastic force; each step trembles around it by a percent or two."""
    block = msgspec.structs.replace(PAD, materials=(LIVER, LIVER))
    made = solver.prepare(block)
    skin = skin_of(block, made.moved_mass_kg)
    state, contacts, felt = at_rest(block), Contacts.none(), np.zeros((400, 2))
    for step in range(400):
        pose = at(0.0201, 0.02, 0.023 - 0.002 * min(1.0, step / 100))
        wanted = at(0.0201, 0.02, 0.023 - 0.002 * min(1.0, (step + 1) / 100))
        contacts = find(skin, ROD, state, pose, wanted, contacts)
        after = solver.step(made, state, forces(skin, contacts))
        touch = resolve(skin, ROD, state, after, pose, wanted, contacts)
        state, contacts = touch.state, touch.contacts
        felt[step] = (
            touch.tool_force_n[0, 2],
            solver.elastic_force_n(made, state.position_m)[~block.fixed, 2].sum(),
        )
    assert felt[200:, 0].mean() == pytest.approx(felt[200:, 1].mean(), rel=0.01)
    assert felt[200:, 0].std() < 0.03 * felt[200:, 0].mean()


def test_action_is_reaction() -> None:
    """What the tool gets, the tissue gets with the other sign, in force and torque."""
    skin = skin_of(PAD)
    state, contacts = at_rest(PAD), Contacts.none()
    pose, greatest = at(0.0173, 0.02, 0.0232), 0.0
    for step in range(20):
        wanted = at(0.0173 + 0.0002 * step, 0.02, 0.0232 - 0.0001 * step)
        found = find(skin, ROD, state, pose, wanted, contacts)
        guess = forces(skin, found)
        after = PAD_STEP.step(state, guess)
        touch = resolve(skin, ROD, state, after, pose, wanted, found)
        given = guess + PAD_STEP.mass[:, None] * (touch.state.velocity_m_s - after.velocity_m_s) / PERIOD_S
        np.testing.assert_allclose(touch.tool_force_n[0], -given.sum(axis=0), atol=1e-12)
        lever = touch.state.position_m - wanted[0, :3, 3]
        np.testing.assert_allclose(touch.tool_torque_nm[0], -np.cross(lever, given).sum(axis=0), atol=1e-13)
        state, contacts, pose = touch.state, touch.contacts, wanted
        greatest = max(greatest, float(np.abs(touch.tool_force_n).max()))
    assert greatest > 0.01


def test_momentum_is_what_the_tool_gave() -> None:
    """A free cube that is hit: no other force acts, so its momentum is the tool's impulse."""
    skin = skin_of(CUBE)
    state, contacts, impulse = at_rest(CUBE), Contacts.none(), np.zeros(3)
    for step in range(30):
        touch = one_step(
            CUBE_STEP, ROD, state, at(0.01, 0.01, 0.0232 - 2e-4 * step), at(0.01, 0.01, 0.023 - 2e-4 * step),
            contacts, np.zeros_like(CUBE.rest_m),
        )  # fmt: skip
        state, contacts = touch.state, touch.contacts
        impulse -= touch.tool_force_n[0] * PERIOD_S
    assert len(skin.triangles)
    np.testing.assert_allclose(masses(CUBE) @ state.velocity_m_s, impulse, atol=1e-12)
    assert impulse[2] < -1e-4


@settings(max_examples=12, deadline=None)
@given(st.floats(0.1, 1.0), st.floats(-0.3, 0.3), st.integers(2, 40))
def test_a_fast_tool_passes_no_triangle(share: float, slant: float, steps: int) -> None:
    """Up to 5 mm a step, 5 m/s: the axis stays outside, and the surface keeps its distance."""
    step_m = 0.005 * share
    direction = np.array([slant, 0.1 * slant, -1.0])
    start = np.array([0.0201, 0.0213, 0.0235 + 0.5 * step_m])
    deepest = min(steps, int(0.01 / step_m))

    def way(step: int) -> Array:
        return at(*(start + direction * step_m * min(step, deepest)).tolist())

    touch, _ = play(PAD_STEP, TIP, way, steps, np.zeros(3), at_rest(PAD))
    shape = TIP.named[0].shape
    assert isinstance(shape, Capsule)
    assert np.isfinite(touch.state.position_m).all()
    assert gap_of(PAD, touch.state, shape, way(steps)[0]) > -1e-4
    # Tissue under the tip is below it.
    tip = way(steps)[0, :3, 3]
    top = PAD.rest_m[:, 2] > 0.0199
    near = top & (np.linalg.norm(touch.state.position_m[:, :2] - tip[:2], axis=1) < 0.5 * RADIUS_M)
    assert (touch.state.position_m[near, 2] < tip[2]).all()


def test_a_thin_tool_does_not_slip_between_vertices() -> None:
    """A needle's width against triangles 5 mm wide, at the middle of one."""
    thin = prepare((Tool("wire", Capsule((0.0, 0.0, 0.0), (0.0, 0.0, 0.05), 0.0005), 0.2),))
    touch, felt = play(
        PAD_STEP, thin, lambda step: at(0.0217, 0.0208, 0.0206 - 2e-5 * step), 100, np.zeros(3), at_rest(PAD)
    )
    assert felt[-1, 2] > 0.01
    shape = thin.named[0].shape
    assert isinstance(shape, Capsule)
    assert abs(gap_of(PAD, touch.state, shape, at(0.0217, 0.0208, 0.0186)[0])) < 1e-5


def test_a_block_at_rest_weighs_on_the_floor() -> None:
    tools = floor(0.3)
    touch, felt = play(CUBE_STEP, tools, lambda _: at(0, 0, 0), 600, np.array([0, 0, -GRAVITY]), at_rest(CUBE))
    weight = masses(CUBE).sum() * GRAVITY
    assert -felt[300:, 2].mean() == pytest.approx(weight, rel=0.02)
    assert touch.state.position_m[:, 2].min() > -1e-6
    assert np.abs(felt[300:, :2].mean(axis=0)).max() < 0.02 * weight


@pytest.mark.parametrize(("slope", "slides"), [(0.15, False), (0.6, True)])
def test_a_block_on_a_slope_sticks_or_slides(slope: float, slides: bool) -> None:
    """Coulomb: it slides where the slope is above mu = 0.3, and then with g (slope - mu)."""
    tools, steps = floor(0.3), 120
    start = BodyState(CUBE.rest_m - [0.035, 0.01, 0.0], np.zeros_like(CUBE.rest_m))
    rested, _ = play(CUBE_STEP, tools, lambda _: at(0, 0, 0), 300, np.array([0, 0, -GRAVITY]), start)
    gravity = GRAVITY * np.array([slope, 0, -1])
    touch, felt = play(CUBE_STEP, tools, lambda _: at(0, 0, 0), steps, gravity, rested.state)
    below = CUBE.rest_m[:, 2] < 1e-9
    moved = (touch.state.position_m - rested.state.position_m)[below, 0].mean()
    assert (np.hypot(felt[:, 0], felt[:, 1]) <= 0.3 * -felt[:, 2] + 1e-6).all()
    if slides:
        assert moved == pytest.approx((slope - 0.3) * GRAVITY * (steps * PERIOD_S) ** 2 / 2, rel=0.1)
        assert felt[20:, 0].mean() / -felt[20:, 2].mean() == pytest.approx(0.3, rel=0.05)
    else:
        # It trembles a little as it settles; without friction it would go 10 mm.
        assert abs(moved) < 0.05 * slope * GRAVITY * (steps * PERIOD_S) ** 2 / 2


def test_a_tool_that_begins_inside_is_pressed_out_slowly() -> None:
    pose = at(0.02, 0.02, 0.019)
    touch, _ = play(PAD_STEP, ROD, lambda _: pose, 100, np.zeros(3), at_rest(PAD))
    assert np.isfinite(touch.state.position_m).all()
    assert np.abs(touch.state.velocity_m_s).max() < 1.0
    deep, _ = play(PAD_STEP, ROD, lambda _: at(0.02, 0.02, 0.01), 20, np.zeros(3), at_rest(PAD))
    assert np.abs(deep.state.position_m - PAD.rest_m).max() < 0.004


def test_after_a_cut_contact_goes_on() -> None:
    def way(step: int) -> Array:
        return at(0.0201, 0.02, 0.023 - 0.002 * min(1.0, step / 50))

    touch, felt = play(PAD_STEP, ROD, way, 80, np.zeros(3), at_rest(PAD))
    side = np.array([[0.03, -1, -1], [0.03, 1, -1], [0.03, 1, 1], [0.03, -1, 1.0]])
    made = cut(PAD, touch.state, side)
    assert made.part_count == 2
    moved = plain(made.body)
    again = one_step(
        moved, ROD, made.state, way(80), way(80), after_cut(touch.contacts), np.zeros_like(made.body.rest_m)
    )
    assert again.tool_force_n[0, 2] == pytest.approx(felt[-1, 2], rel=0.2)
    assert np.abs(again.state.position_m - made.state.position_m).max() < 2e-4


def test_the_same_play_gives_the_same_bits() -> None:
    def way(step: int) -> Array:
        return at(0.0201 + 1e-4 * step, 0.02, 0.023 - 5e-5 * step)

    one, two = (play(PAD_STEP, ROD, way, 20, np.zeros(3), at_rest(PAD)) for _ in range(2))
    assert one[0].state.position_m.tobytes() == two[0].state.position_m.tobytes()
    assert one[1].tobytes() == two[1].tobytes()


def test_two_tools_each_feel_their_own() -> None:
    both = prepare((ROD.named[0], ROD.named[0]))

    def way(step: int) -> Array:
        return np.concatenate([at(0.01, 0.02, 0.023 - 1e-5 * step), at(0.03, 0.02, 0.05)])

    touch, _ = play(PAD_STEP, both, way, 30, np.zeros(3), at_rest(PAD))
    assert touch.tool_force_n[0, 2] > 0.001
    assert not touch.tool_force_n[1].any()


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_lost_poses_are_refused(bad: float) -> None:
    with pytest.raises(Problem) as refused:
        find(skin_of(PAD), ROD, at_rest(PAD), at(0, 0, 1), at(0, bad, 1), Contacts.none())
    assert refused.value.code == "tool_pose_unusable"


def test_the_skin_of_another_body_is_refused() -> None:
    with pytest.raises(Problem) as refused:
        find(skin_of(CUBE), ROD, at_rest(PAD), at(0, 0, 1), at(0, 0, 1), Contacts.none())
    assert refused.value.code == "skin_outdated"
