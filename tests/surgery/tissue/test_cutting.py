"""Bodies come apart along the blade, and nothing else changes."""

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.surgery.tissue import severing
from abaton.surgery.tissue.body import Body, BodyState, volumes_m3
from abaton.surgery.tissue.cutting import Cut, Knife, carried, cut, draw, remove
from tests.surgery.tissue.plain import GRAVITY, at_rest, box, masses, plain, volumes

Array = NDArray[np.float64]
BLOCK = box((0.04, 0.03, 0.03), (8, 6, 6))
LEAST_QUALITY = 0.1


def blade(normal: Array, middle: Array, half_m: float = 0.1) -> Array:
    """A square around `middle`."""
    one = np.asarray(np.cross(normal, np.eye(3)[np.argmin(np.abs(normal))]), dtype=np.float64)
    one = one / np.linalg.norm(one)
    two = np.asarray(np.cross(normal / np.linalg.norm(normal), one), dtype=np.float64)
    corners: Array = middle + half_m * np.array([-one - two, one - two, one + two, two - one])
    return corners


def moving(body: Body) -> BodyState:
    """Bent and turning, by a linear motion."""
    turn = np.array([[0.9, 0.1, 0.0], [-0.2, 1.1, 0.1], [0.1, 0.0, 0.95]])
    return BodyState(body.rest_m @ turn.T + 0.01, body.rest_m @ (turn - 0.3).T)


def apart(made: Cut) -> None:
    """No vertex is shared by two parts."""
    for one in range(made.part_count):
        for two in range(one + 1, made.part_count):
            first = np.unique(made.body.tetrahedra[made.part == one])
            assert not np.isin(made.body.tetrahedra[made.part == two], first).any()


def test_a_block_in_two() -> None:
    made = cut(BLOCK, at_rest(BLOCK), blade(np.array([1.0, 0, 0]), np.array([0.022, 0.015, 0.015])))
    assert made.part_count == 2
    assert made.changed
    apart(made)
    sizes = np.bincount(made.part, volumes(made.body))
    np.testing.assert_allclose(sizes, [0.022 * 9e-4, 0.018 * 9e-4], rtol=1e-9)
    assert made.area_m2 == pytest.approx(9e-4)
    assert made.removed_m3 == 0.0
    assert made.touched == ("right",)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_any_blade_keeps_volume_mass_momentum_and_place(seed: int, bent: bool) -> None:
    random = np.random.default_rng(seed)
    state = moving(BLOCK) if bent else at_rest(BLOCK)
    normal = random.normal(size=3)
    middle = state.position_m[random.integers(len(state.position_m))] + random.normal(size=3) * 0.002
    made = cut(BLOCK, state, blade(normal / np.linalg.norm(normal), middle, float(random.uniform(0.005, 0.1))))
    found = volumes(made.body)
    assert found.min() > 0
    assert abs(found.sum() / volumes(BLOCK).sum() - 1) < 1e-9
    np.testing.assert_allclose(np.bincount(made.tetrahedron_from, found), volumes(BLOCK), rtol=1e-9)
    np.testing.assert_array_equal(made.body.material, BLOCK.material[made.tetrahedron_from])
    assert made.least_quality > LEAST_QUALITY
    # The motion is linear, so that each new vertex must lie where its place at rest says.
    if bent:
        expected = moving(made.body)
        np.testing.assert_allclose(made.state.position_m, expected.position_m, atol=1e-15)
        np.testing.assert_allclose(made.state.velocity_m_s, expected.velocity_m_s, atol=1e-15)
    before, after = masses(BLOCK), masses(made.body)
    np.testing.assert_allclose(after @ made.state.velocity_m_s, before @ state.velocity_m_s, rtol=1e-9, atol=1e-15)
    kept = np.arange(len(BLOCK.rest_m))
    np.testing.assert_array_equal(made.vertex_from[kept], kept)
    np.testing.assert_array_equal(made.state.position_m[kept], state.position_m)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_a_blade_larger_than_the_body_always_divides_it(seed: int) -> None:
    random = np.random.default_rng(seed)
    normal = random.normal(size=3)
    normal /= np.linalg.norm(normal)
    middle = np.array([0.02, 0.015, 0.015]) + random.uniform(-0.003, 0.003, size=3)
    made = cut(BLOCK, at_rest(BLOCK), blade(normal, middle))
    assert made.part_count == 2
    apart(made)
    edge = 0.005 * math.sqrt(3)
    for part in (0, 1):
        height = (made.body.rest_m[np.unique(made.body.tetrahedra[made.part == part])] - middle) @ normal
        # Both sides reach the blade and neither goes further beyond it than snapped vertices lie.
        assert min(height.max(), -height.min()) <= 0.25 * edge


def test_a_knife_that_is_drawn_through_in_short_ways_divides() -> None:
    normal, along, across = np.array([1.0, 0, 0.3]), np.array([0.0, 1, 0]), np.array([-0.3, 0, 1.0])
    normal, across = normal / np.linalg.norm(normal), across / np.linalg.norm(across)
    middle = np.array([0.0203, 0.015, 0.015])
    body, state = BLOCK, at_rest(BLOCK)
    ends = np.array([middle - 0.05 * across, middle + 0.05 * across])
    knife = Knife(ends - 0.02 * along)
    parts, cuts, least = 1, 0, 1.0
    for place in np.arange(-0.02, 0.0215, 0.0001):
        knife, way = draw(knife, ends + place * along, 0.0025)
        if way is not None:
            made = cut(body, state, way)
            body, state, parts = made.body, made.state, made.part_count
            least = min(least, made.least_quality)
            cuts += 1
    assert 10 < cuts < 20
    assert parts == 2
    assert abs(volumes(body).sum() / volumes(BLOCK).sum() - 1) < 1e-9
    assert least > LEAST_QUALITY


def test_a_cut_half_through_leaves_one_part_that_gapes() -> None:
    way = np.array([[0.02, -0.01, -0.01], [0.02, 0.0151, -0.01], [0.02, 0.0151, 0.04], [0.02, -0.01, 0.04]])
    made = cut(BLOCK, at_rest(BLOCK), way)
    assert made.part_count == 1
    assert made.area_m2 == pytest.approx(0.015 * 0.03, rel=0.4)
    copies = np.flatnonzero(np.bincount(made.vertex_from[made.vertex_from >= 0]) == 2)
    np.testing.assert_allclose(BLOCK.rest_m[copies, 0], 0.02)
    assert BLOCK.rest_m[copies, 1].max() < 0.02


def test_halves_drift_apart() -> None:
    body = msgspec.structs.replace(BLOCK, fixed=BLOCK.rest_m[:, 2] > 0.0299)
    made = cut(body, at_rest(body), blade(np.array([0.0, 0, 1]), np.array([0.02, 0.015, 0.016])))
    lowest = np.argmin(made.body.rest_m[made.body.tetrahedra[:, 0], 2])
    lower = np.unique(made.body.tetrahedra[made.part == made.part[lowest]])
    assert made.part_count == 2
    assert not made.body.fixed[lower].any()
    moved = plain(made.body)
    state = made.state
    for _ in range(50):
        state = moved.step(state, moved.mass[:, None] * np.array([0, 0, -GRAVITY]))
    fall = (made.state.position_m - state.position_m)[lower]
    # Implicit Euler: h^2 g n (n + 1) / 2.
    np.testing.assert_allclose(fall, np.tile([0, 0, GRAVITY * 1e-6 * 50 * 51 / 2], (len(lower), 1)), atol=1e-9)
    upper = np.setdiff1d(np.arange(len(made.body.rest_m)), lower)
    assert np.abs(state.position_m[upper] - made.state.position_m[upper]).max() < 0.002


def test_beside_the_body_nothing_changes() -> None:
    made = cut(BLOCK, at_rest(BLOCK), blade(np.array([1.0, 0, 0]), np.array([0.02, 0.2, 0.015]), 0.05))
    assert not made.changed
    assert made.part_count == 1
    assert made.touched == ()
    np.testing.assert_array_equal(made.body.tetrahedra, BLOCK.tetrahedra)
    np.testing.assert_array_equal(made.body.rest_m, BLOCK.rest_m)


def test_the_same_cut_gives_the_same_bits() -> None:
    one, two = (cut(BLOCK, moving(BLOCK), blade(np.array([0.3, 0.9, 0.2]), np.full(3, 0.02))) for _ in range(2))
    for field in ("tetrahedra", "rest_m", "material"):
        assert getattr(one.body, field).tobytes() == getattr(two.body, field).tobytes()
    assert one.state.position_m.tobytes() == two.state.position_m.tobytes()


@pytest.mark.parametrize(
    "corners",
    [
        np.zeros((0, 3)),
        np.zeros((4, 3)),
        np.array([[0.0, 0, 0], [1, 0, 0]]),
        np.array([[0.0, 0, 0], [1, 0, 0], [math.nan, 1, 0]]),
        np.array([[0.0, 0, 0], [1, 0, 0], [2, 0, 0]]),
        np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 1], [0, 1, 0]]),
        np.array([[0.0, 0, 0], [1, 0, 0], [0.2, 0.2, 0], [0, 1, 0]]),
    ],
)
def test_a_blade_that_means_nothing_is_refused(corners: Array) -> None:
    with pytest.raises(Problem) as refused:
        cut(BLOCK, at_rest(BLOCK), corners)
    assert refused.value.code == "cut_unusable"


def test_a_state_that_is_lost_is_refused() -> None:
    state = at_rest(BLOCK)
    state.position_m[3, 1] = math.nan
    with pytest.raises(Problem):
        cut(BLOCK, state, blade(np.array([1.0, 0, 0]), np.full(3, 0.02)))


def test_what_is_removed_is_gone_and_counted() -> None:
    middle = BLOCK.rest_m[BLOCK.tetrahedra].mean(axis=1)
    gone = (middle[:, 0] > 0.015) & (middle[:, 0] < 0.025)
    made = remove(BLOCK, moving(BLOCK), gone)
    assert made.part_count == 2
    assert made.removed_m3 == pytest.approx(0.01 * 9e-4)
    assert volumes(made.body).sum() + made.removed_m3 == pytest.approx(volumes(BLOCK).sum(), rel=1e-9)
    assert len(np.unique(made.body.tetrahedra)) == len(made.body.rest_m)
    np.testing.assert_array_equal(made.body.rest_m, BLOCK.rest_m[made.vertex_from])
    np.testing.assert_array_equal(made.state.velocity_m_s, moving(BLOCK).velocity_m_s[made.vertex_from])
    assert made.touched == ("left", "right")


def test_what_hangs_by_an_edge_comes_apart() -> None:
    body = box((0.02, 0.02, 0.01), (2, 2, 1))
    cell = (body.rest_m[body.tetrahedra].mean(axis=1) // 0.01).astype(int)
    made = remove(body, at_rest(body), cell[:, 0] != cell[:, 1])
    assert made.part_count == 2
    apart(made)


def test_crumbs_are_taken_along() -> None:
    body = msgspec.structs.replace(BLOCK, fixed=BLOCK.rest_m[:, 0] < 1e-9)
    middle = body.rest_m[body.tetrahedra].mean(axis=1)
    gone = (middle[:, 0] > 0.03) & (middle[:, 0] < 0.035)
    assert remove(body, at_rest(body), gone).part_count == 2
    made = remove(body, at_rest(body), gone, crumbs=6 * 36)
    assert made.part_count == 1
    assert made.removed_m3 == pytest.approx(0.01 * 9e-4)


@pytest.mark.parametrize("gone", [np.ones(len(BLOCK.tetrahedra), dtype=np.bool_), np.zeros(3, dtype=np.bool_)])
def test_nothing_or_nonsense_is_refused(gone: NDArray[np.bool_]) -> None:
    with pytest.raises(Problem):
        remove(BLOCK, at_rest(BLOCK), gone)


def test_a_regular_tetrahedron_has_quality_one() -> None:
    corners = np.array([[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    volume, quality = severing.measure(corners, np.array([[0, 2, 1, 3]], dtype=np.int32))
    assert abs(volume[0]) == pytest.approx(8 / 3)
    assert quality[0] == pytest.approx(1 if volume[0] > 0 else 0)


def meanwhile(body: Body, seed: int) -> BodyState:
    """Bent and moving in no simple way, but for what is fixed."""
    random, free = np.random.default_rng(seed), ~body.fixed[:, None]
    moved = random.normal(size=body.rest_m.shape)
    return BodyState(body.rest_m + 2e-4 * free * moved, 0.1 * free * random.normal(size=body.rest_m.shape))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_a_cut_made_beside_takes_over_where_the_body_has_come_to(seed: int) -> None:
    random = np.random.default_rng(seed)
    body = msgspec.structs.replace(BLOCK, fixed=BLOCK.rest_m[:, 2] < 1e-9)
    normal = random.normal(size=3)
    begun, now = meanwhile(body, 1), meanwhile(body, 2)
    made = cut(body, begun, blade(normal / np.linalg.norm(normal), np.array([0.02, 0.015, 0.015])))
    assert len(made.body.rest_m) > len(body.rest_m)
    for one, other in zip(bits(carried(made, begun)), bits(made.state), strict=True):
        assert one == other
    going = carried(made, now)
    kept = made.vertex_from >= 0
    np.testing.assert_array_equal(going.position_m[kept], now.position_m[made.vertex_from[kept]])
    np.testing.assert_array_equal(going.velocity_m_s[kept], now.velocity_m_s[made.vertex_from[kept]])
    ends, share = now.position_m[made.between], made.share[:, None]
    np.testing.assert_allclose(going.position_m, (1 - share) * ends[:, 0] + share * ends[:, 1], atol=1e-15)
    # What was fixed rests where it was; each piece of tissue has its volume as bent now, and all has its momentum.
    np.testing.assert_allclose(going.position_m[made.body.fixed], made.body.rest_m[made.body.fixed], atol=1e-15)
    assert not going.velocity_m_s[made.body.fixed].any()
    pieces = np.bincount(made.tetrahedron_from, volumes_m3(going.position_m, made.body.tetrahedra))
    np.testing.assert_allclose(pieces, volumes_m3(now.position_m, body.tetrahedra), rtol=1e-9)
    before, after = masses(body), masses(made.body)
    assert after.sum() == pytest.approx(before.sum(), rel=1e-12)
    np.testing.assert_allclose(after @ going.velocity_m_s, before @ now.velocity_m_s, rtol=1e-9, atol=1e-15)


def test_a_removal_made_beside_takes_over_what_is_left() -> None:
    middle = BLOCK.rest_m[BLOCK.tetrahedra].mean(axis=1)
    made = remove(BLOCK, at_rest(BLOCK), middle[:, 0] > 0.025)
    now = meanwhile(BLOCK, 3)
    going = carried(made, now)
    np.testing.assert_array_equal(going.position_m, now.position_m[made.vertex_from])
    np.testing.assert_array_equal(going.velocity_m_s, now.velocity_m_s[made.vertex_from])


@pytest.mark.parametrize("wrong", ["lost", "of another", "already cut"])
def test_no_other_state_is_carried_into_a_cut(wrong: str) -> None:
    made = cut(BLOCK, at_rest(BLOCK), blade(np.array([1.0, 0, 0]), np.array([0.022, 0.015, 0.015])))
    lost = at_rest(BLOCK)
    lost.velocity_m_s[5, 0] = math.inf
    states = {"lost": lost, "of another": at_rest(box((0.02, 0.02, 0.01), (2, 2, 1))), "already cut": made.state}
    with pytest.raises(Problem) as refused:
        carried(made, states[wrong])
    assert refused.value.code == "cut_unusable"


def bits(state: BodyState) -> tuple[bytes, bytes]:
    return state.position_m.tobytes(), state.velocity_m_s.tobytes()
