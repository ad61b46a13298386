"""Tasks as scripted hands play them."""

from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.surgery.tasks.card import card
from abaton.surgery.tasks.catalogue import NAMES, run_task, task_of

Array = NDArray[np.float64]


@pytest.mark.parametrize("name", NAMES)
def test_a_step_changes_nothing_of_the_state_before(name: str) -> None:
    task = task_of(name)
    state = task.begin(1)
    before = msgspec.json.encode(_plain(state))
    row = next(task.trainee("clumsy", 1, state))
    for _ in range(20):
        task.step(state, row)
    assert msgspec.json.encode(_plain(state)) == before


@pytest.mark.parametrize("name", NAMES)
def test_a_lost_hand_moves_nothing(name: str) -> None:
    task = task_of(name)
    state = task.begin(1)
    row = next(task.trainee("careful", 1, state))
    state = task.step(state, row)
    lost = row.copy()
    lost[:, :3] = np.nan
    there = task.seen(state).position_m
    for _ in range(30):
        state = task.step(state, lost)
    np.testing.assert_allclose(task.seen(state).position_m, there, atol=1e-9)


@pytest.mark.parametrize("name", ["resect", "peg_transfer"])
def test_the_physics_card_tells_what_is_so(name: str) -> None:
    entries = card(name)
    assert {"Rate", "Mesh", "Static", "Contact", "Energy"} <= {entry.aspect for entry in entries}
    for entry in entries:
        assert np.isnan(entry.error) or entry.error <= entry.bound, entry.aspect


def test_unknown_names_are_refused() -> None:
    with pytest.raises(Problem, match="appendix"):
        task_of("appendix")
    with pytest.raises(Problem, match="no file"):
        run_task(task_of("press"), "nobody", 1)


def _plain(given: object) -> Any:
    """What of a state can be written: arrays as lists, the scene left out."""
    state: Any = given
    if isinstance(state, np.ndarray):
        array: Any = given
        numbers = np.nan_to_num(array.astype(np.float64)).ravel()
        return [array.shape, numbers.sum().item(), numbers[:200].tolist()]
    if isinstance(state, msgspec.Struct):
        return {n: _plain(getattr(state, n)) for n in state.__struct_fields__ if n not in ("field", "clutch")}
    if isinstance(state, tuple):
        parts: Any = given
        return [_plain(one) for one in parts]
    return state
