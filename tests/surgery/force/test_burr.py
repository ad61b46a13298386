"""A burr against closed forms, and against hands that do what they should not."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.surgery.force.burr import (
    CYLINDER,
    EXCAVATOR,
    ROUND,
    SLOW,
    TAPERED,
    TURBINE,
    Burr,
    Drilling,
    Grip,
    Spindle,
    advance,
    begin,
    outcome,
)
from abaton.surgery.force.tooth import CARIES, DENTIN, ENAMEL, PULP, TISSUES, Tooth, molar, tooth_of

Array = NDArray[np.float64]
UP = np.array([0.0, 0.0, 1.0])
TOP_MM = 4.0
START = np.array([3.0, 3.0, 4.9])


def block(label: int = DENTIN, turned: bool = False) -> Tooth:
    """A cube of 6 mm whose lower 4 mm are one tissue, z up; its array's axes are z, y, x, or x, y, z."""
    voxel = 0.125
    labels = np.zeros((48, 48, 48), dtype=np.uint8)
    affine = np.eye(4)
    affine[:3, 3] = voxel / 2
    if turned:
        affine[:3, :3] *= voxel
        labels[:, :, :32] = label
    else:
        affine[:3, :3] = voxel * np.eye(3)[:, ::-1]
        labels[:32] = label
    return tooth_of(labels, Grid.of(labels.shape, affine))


def hold(
    tooth: Tooth, state: Drilling, at: Array, ticks: int, burr: Burr = ROUND, spindle: Spindle = TURBINE,
    pedal: bool = True,
) -> Drilling:  # fmt: skip
    for _ in range(ticks):
        state = advance(tooth, state, burr, spindle, at, UP, pedal)
    return state


def feed(tooth: Tooth, state: Drilling, to: Array, mm_s: float, burr: Burr = ROUND, pedal: bool = True) -> Drilling:
    begun = state.hand_mm
    ticks = math.ceil(float(np.linalg.norm(to - begun)) / mm_s * 1000)
    for n in range(1, ticks + 1):
        state = advance(tooth, state, burr, TURBINE, begun + (to - begun) * n / ticks, UP, pedal)
    return state


def at_height(z: float) -> Array:
    return np.array([3.0, 3.0, z])


@pytest.mark.parametrize("turned", [False, True])
def test_a_ball_held_in_dentin_leaves_a_round_hole_of_its_size(turned: bool) -> None:
    tooth = block(turned=turned)
    state = feed(tooth, begin(tooth, ROUND, START, UP), at_height(2.0), 2.0)
    state = hold(tooth, state, at_height(2.0), 2500)
    length = TOP_MM - 2.0
    whole = math.pi * 0.6**2 * length + 2 / 3 * math.pi * 0.6**3
    assert state.removed_mm3[DENTIN] == pytest.approx(whole, rel=0.02)
    assert float(tooth.volumes_mm3()[DENTIN] - state.remaining.sum() * 0.125**3) == pytest.approx(whole, rel=0.02)
    np.testing.assert_allclose(state.burr_mm, at_height(2.0), atol=0.01)
    assert state.pressing_n < 0.05


def test_a_dimple_is_a_spherical_cap() -> None:
    tooth = block()
    big = Burr("ball", 1.5)
    state = hold(tooth, begin(tooth, big, np.array([3.0, 3.0, 5.7]), UP), at_height(4.7), 3000, big)
    depth = TOP_MM + 1.5 - float(state.burr_mm[2])
    assert depth == pytest.approx(0.8, abs=0.05), "the last of it is cut with no force, so slowly"
    assert state.removed_mm3.sum() == pytest.approx(math.pi * depth**2 * (1.5 - depth / 3), rel=0.02)


@pytest.mark.parametrize(("burr", "ends"), [(CYLINDER, (0.5, 0.5, 4.0)), (TAPERED, (0.4, 0.7, 4.5))])
def test_a_body_leaves_its_own_form(burr: Burr, ends: tuple[float, float, float]) -> None:
    tooth = block()
    state = hold(tooth, begin(tooth, burr, START, UP), at_height(2.5), 4000, burr)
    np.testing.assert_allclose(state.burr_mm, at_height(2.5), atol=1e-4)
    depth = TOP_MM - 2.5
    low, high = ends[0], ends[0] + (ends[1] - ends[0]) * depth / ends[2]
    frustum = math.pi * depth / 3 * (low**2 + low * high + high**2)
    assert state.removed_mm3.sum() == pytest.approx(frustum, rel=0.04)


def test_in_air_there_is_no_force_and_nothing_goes() -> None:
    tooth = block()
    state = hold(tooth, begin(tooth, ROUND, START, UP), np.array([2.0, 3.5, 4.7]), 50)
    assert not state.force_n.any()
    assert state.pressing_n == state.removed_mm3.sum() == state.cutting_s == 0
    assert state.speed_share == 1
    np.testing.assert_allclose(state.burr_mm, [2.0, 3.5, 4.7], atol=1e-9)


@pytest.mark.parametrize("burr", [ROUND, CYLINDER, TAPERED])
def test_a_standing_burr_is_pushed_out_the_harder_the_deeper_up_to_the_limit(burr: Burr) -> None:
    tooth, pushes = block(ENAMEL), [0.0]
    state = begin(tooth, burr, START, UP)
    for z in np.arange(4.9, 1.0, -0.05):
        state = hold(tooth, state, at_height(float(z)), 5, burr, pedal=False)
        pushes.append(float(state.force_n[2]))
        assert np.abs(state.force_n[:2]).max() < 1e-6 + 0.01 * pushes[-1]
    assert (np.diff(pushes) >= -1e-9).all()
    assert pushes[-1] == pytest.approx(4.0, rel=1e-6)
    assert state.removed_mm3.sum() == 0
    assert state.burr_mm[2] > TOP_MM - 0.1, "it never sinks into what it did not cut"


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(*[st.floats(-0.6, 0.6)] * 2, st.floats(-0.9, 0.6)), min_size=1, max_size=5))
def test_a_standing_burr_gives_back_no_more_than_was_put_in(ways: list[tuple[float, float, float]]) -> None:
    tooth = block(DENTIN)
    state, work = begin(tooth, ROUND, START, UP), 0.0
    for way in [*ways, (0.0, 0.0, 0.6)]:
        goal = at_height(TOP_MM + 0.3) + np.array(way)
        begun = state.hand_mm
        for n in range(1, 101):
            before = state
            state = advance(tooth, state, ROUND, TURBINE, begun + (goal - begun) * n / 100, UP, False)
            work -= float((state.force_n + before.force_n) / 2 @ (state.hand_mm - before.hand_mm))
    # N mm; a thousandth of a millijoule is what the last voxel's corners leave.
    assert work > -5e-3


def test_what_is_harder_yields_more_slowly() -> None:
    gone: dict[int, float] = {}
    for label in (ENAMEL, DENTIN, CARIES, PULP):
        tooth = block(label)
        state = begin(tooth, ROUND, START, UP)
        for _ in range(600):
            # A hand that presses with 0.8 N, wherever the burr has come to.
            state = advance(tooth, state, ROUND, TURBINE, state.burr_mm - 0.4 * UP, UP, True)
            if state.burr_mm[2] < 1.0:
                break
        gone[label] = float(state.removed_mm3.sum()) / state.time_s
    assert gone[PULP] > gone[CARIES] > gone[DENTIN] > gone[ENAMEL] > 0.05
    assert gone[DENTIN] / gone[ENAMEL] == pytest.approx(4.2, rel=0.4)


def test_a_faster_feed_and_a_harder_tissue_take_more_force() -> None:
    mean: dict[tuple[int, float], float] = {}
    for label in (ENAMEL, DENTIN):
        for mm_s in (0.3, 0.6):
            tooth = block(label)
            state = feed(tooth, begin(tooth, ROUND, START, UP), at_height(3.2), mm_s)
            mean[label, mm_s] = state.mean_n
    assert mean[DENTIN, 0.3] < mean[DENTIN, 0.6] < mean[ENAMEL, 0.6]
    assert 0.15 < mean[DENTIN, 0.3] < 1.05, "hands press with 0.35 to 1.05 N, J Oral Rehabil 1995;22:67"
    assert 0.35 < mean[ENAMEL, 0.3] < 2.0


def test_the_turbine_slows_under_load_and_stalls() -> None:
    weak = Spindle(400_000, 0.3)
    assert TURBINE.power_w == pytest.approx(12.57, abs=0.01)
    shares: list[float] = []
    for spindle in (TURBINE, weak):
        tooth = block(ENAMEL)
        state = hold(tooth, begin(tooth, ROUND, START, UP), at_height(2.0), 300, spindle=spindle)
        shares.append(state.speed_share)
        if spindle is weak:
            assert state.removed_mm3.sum() < 0.01
    assert 0.2 < shares[0] < 0.9
    assert shares[1] == 0


def test_a_slow_excavator_takes_decay_but_hardly_enamel() -> None:
    gone: list[float] = []
    for label in (CARIES, ENAMEL):
        tooth = block(label)
        state = begin(tooth, EXCAVATOR, np.array([3.0, 3.0, 4.9]), UP)
        state = hold(tooth, state, at_height(4.2), 1500, EXCAVATOR, SLOW)
        gone.append(float(state.removed_mm3.sum()))
    assert gone[0] > 4 * gone[1]


@pytest.fixture(scope="module")
def opened() -> tuple[Tooth, list[Drilling]]:
    """A hand that drills straight down into the pulp."""
    tooth = molar(1, 0.15)
    states = [begin(tooth, ROUND, np.array([0.0, 0.0, 8.0]), UP)]
    for _ in range(12_000):
        before = states[-1]
        states.append(advance(tooth, before, ROUND, TURBINE, before.burr_mm - 0.5 * UP, UP, True))
        if states[-1].burr_mm[2] < 0.3:
            break
    return tooth, states


def test_the_pulp_is_reported_open_once(opened: tuple[Tooth, list[Drilling]]) -> None:
    tooth, states = opened
    told = [n for n, state in enumerate(states) if state.event == "pulp exposed"]
    assert len(told) == 1
    assert not any(state.pulp_exposed for state in states[: told[0]])
    assert all(state.pulp_exposed for state in states[told[0] :])
    # It opens when the wall goes, before pulp itself is cut.
    assert states[told[0]].removed_mm3[PULP] < 0.05
    done = outcome(tooth, states[-1])
    assert done.pulp_exposed
    assert done.healthy_removed_mm3 > 1
    assert done.caries_left_mm3 + done.caries_removed_mm3 == pytest.approx(tooth.volumes_mm3()[CARIES])
    grams = sum(states[-1].removed_mm3[label] * TISSUES[label].density_kg_m3 / 1000 for label in TISSUES)
    assert done.removed_mg == pytest.approx(grams)


def test_what_is_counted_is_what_is_gone(opened: tuple[Tooth, list[Drilling]]) -> None:
    tooth, states = opened
    last = states[-1]
    for label in TISSUES:
        left = float(last.remaining[tooth.labels == label].sum(dtype=np.float64)) * tooth.grid.voxel_volume_mm3
        assert tooth.volumes_mm3()[label] - left == pytest.approx(last.removed_mm3[label], abs=1e-4)


def test_pressing_too_hard_is_timed() -> None:
    tooth = block(ENAMEL)
    grip = Grip(pressing_limit_n=0.5)
    state = begin(tooth, ROUND, START, UP)
    for _ in range(400):
        state = advance(tooth, state, ROUND, TURBINE, state.burr_mm - 0.5 * UP, UP, True, grip=grip)
    assert 0.2 < state.over_limit_s <= state.cutting_s < 0.4001
    patient = feed(tooth, begin(tooth, ROUND, START, UP), at_height(4.7), 1.0)
    assert patient.over_limit_s == patient.peak_n == 0
    assert state.peak_n > state.mean_n > 0.5


@pytest.mark.parametrize("what", ["place", "axis", "no axis", "jump"])
def test_a_lost_or_leaping_hand_cuts_nothing_until_the_pedal_is_lifted_in_free_air(what: str) -> None:
    tooth = block()
    state = feed(tooth, begin(tooth, ROUND, START, UP), at_height(3.8), 0.5)
    before = state.branched()
    at, axis = at_height(3.8), UP
    if what == "place":
        at = np.array([math.nan, 3.0, 3.8])
    elif what == "jump":
        at = np.array([3.0, 103.0, 3.8])
    else:
        axis = np.array([0, math.inf, 1.0]) if what == "axis" else np.zeros(3)
    held = advance(tooth, state, ROUND, TURBINE, at, axis, True)
    assert (held.phase, held.event) == ("holding", "tracking lost")
    assert not held.force_n.any()
    np.testing.assert_array_equal(held.burr_mm, before.burr_mm)
    # Back, deep in the tooth, pedal down; pedal up but within the tooth: it holds, and says so once.
    for pedal in (True, False):
        held = advance(tooth, held, ROUND, TURBINE, at_height(1.0), UP, pedal)
        assert (held.phase, held.event) == ("holding", "")
    np.testing.assert_array_equal(held.remaining, before.remaining)
    free = advance(tooth, held, ROUND, TURBINE, np.array([1.0, 1.0, 5.0]), UP, False)
    assert free.phase == "resting"
    np.testing.assert_array_equal(free.burr_mm, [1.0, 1.0, 5.0])
    again = feed(tooth, free, np.array([1.0, 1.0, 4.4]), 1.0)
    assert again.phase == "drilling"
    assert again.removed_mm3.sum() > before.removed_mm3.sum()


def test_the_burr_stays_out_while_the_hand_rushes_through() -> None:
    tooth = block(ENAMEL)
    state = feed(tooth, begin(tooth, ROUND, START, UP), at_height(-3.0), 500.0)
    assert state.burr_mm[2] > TOP_MM
    assert state.force_n[2] == pytest.approx(4.0)


def test_outside_the_grid_is_air() -> None:
    tooth = block()
    away = np.array([-50.0, 200.0, 4.0])
    state = hold(tooth, begin(tooth, TAPERED, away, UP), away, 3, TAPERED)
    assert not state.force_n.any()


def test_the_same_hand_gives_the_same_voxels_bit_for_bit() -> None:
    ends: list[Drilling] = []
    for _ in range(2):
        tooth = block()
        state = feed(tooth, begin(tooth, ROUND, START, UP), np.array([3.3, 2.9, 3.7]), 1.0)
        ends.append(feed(tooth, state, np.array([3.9, 3.4, 3.6]), 1.5))
    assert ends[0].remaining.tobytes() == ends[1].remaining.tobytes()
    assert ends[0].removed_mm3.tobytes() == ends[1].removed_mm3.tobytes()
    assert ends[0].force_n.tobytes() == ends[1].force_n.tobytes()


def test_a_branch_has_voxels_of_its_own() -> None:
    tooth = block()
    state = begin(tooth, ROUND, START, UP)
    branch = state.branched()
    feed(tooth, branch, at_height(3.9), 1.0)
    assert state.remaining.sum() == tooth.labels.astype(bool).sum()
    assert branch.remaining.sum() < state.remaining.sum()


def test_what_means_nothing_is_refused() -> None:
    tooth = block()
    for at in (at_height(3.0), np.full(3, math.nan)):
        with pytest.raises(Problem) as problem:
            begin(tooth, ROUND, at, UP)
        assert problem.value.code == "burr_not_free"
    for burr in (Burr("ball", math.nan), Burr("ball", -1.0), Burr("body", 0.5, 0.5, 0.0), Burr("ball", 1.0, bite=0.0)):
        with pytest.raises(Problem, match="a burr with sizes"):
            begin(tooth, burr, START, UP)
    state = begin(tooth, ROUND, START, UP)
    for spindle, period_s in ((Spindle(0.0, 1.0), 0.001), (TURBINE, math.nan), (Spindle(1e5, math.inf), 0.001)):
        with pytest.raises(Problem) as problem:
            advance(tooth, state, ROUND, spindle, START, UP, True, period_s)
        assert problem.value.code == "drill_meaningless"
