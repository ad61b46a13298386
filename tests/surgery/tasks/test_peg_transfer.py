"""The peg transfer."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abaton.surgery.tasks import peg_transfer
from abaton.surgery.tasks.catalogue import run_task, task_of
from abaton.surgery.tasks.peg_transfer import LEFT, OPEN_RAD, RIGHT, PegTransfer


@pytest.fixture(scope="module")
def marks() -> dict[str, float]:
    return {skill: run_task(task_of("peg_transfer"), skill, 1)[0].score.total for skill in ("careful", "clumsy")}


def test_scores_tell_careful_from_clumsy(marks: dict[str, float]) -> None:
    assert marks["careful"] > 85
    assert marks["clumsy"] < marks["careful"] - 10


@pytest.mark.parametrize(("height_m", "named"), [(0.03, ["dropped"]), (0.003, [])])
def test_a_ring_let_go_over_the_board_is_dropped_unless_it_was_laid_down(height_m: float, named: list[str]) -> None:
    task = PegTransfer()
    first = task.begin(1)
    rings = first.ring_m.copy()
    rings[0] = [0.0, 0.0, height_m]
    state = msgspec.structs.replace(first, ring_m=rings, fell_from_m=np.full(3, height_m))
    rest = np.zeros((2, 8))
    rest[:, 7] = OPEN_RAD
    for _ in range(120):
        state = task.step(state, rest)
    assert [event.name for event in state.events] == named
    assert state.ring_m[0, 2] == peg_transfer.RING_THICK_M


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2), st.floats(-0.006, 0.006), st.floats(-0.006, 0.006), st.floats(0.0, 0.02), st.booleans())
def test_a_ring_counts_as_placed_on_a_peg_of_the_other_side_only(
    ring: int, x_m: float, y_m: float, z_m: float, held: bool
) -> None:
    first = PegTransfer().begin(1)
    rings, hands = first.ring_m.copy(), first.held.copy()
    rings[ring] = peg_transfer.TO_PEGS_M[1] + [x_m, y_m, z_m]
    hands[ring, RIGHT] = held
    state = msgspec.structs.replace(first, ring_m=rings, held=hands)
    near = np.hypot(x_m, y_m) <= peg_transfer.CLEARANCE_M + 1e-6
    expected = np.zeros(3, dtype=np.bool_)
    expected[ring] = near and z_m < peg_transfer.PEG_HEIGHT_M and not held
    assert state.placed().tolist() == expected.tolist()


def test_a_tip_that_leaves_the_picture_is_out_of_view() -> None:
    task = PegTransfer()
    state = task.begin(1)
    assert task.seen(state).readings[1] == 0
    poses = state.poses.copy()
    poses[LEFT, 0, 3] -= 0.12
    assert task.seen(msgspec.structs.replace(state, poses=poses)).readings[1] == 1
