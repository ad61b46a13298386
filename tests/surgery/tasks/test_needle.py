"""The needle's task: layers on its way, the vessel, and hands that hold it."""

from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from abaton.surgery.force.needle import depth_at
from abaton.surgery.tasks import needle
from abaton.surgery.tasks.card import card
from abaton.surgery.tasks.catalogue import run_task, task_of
from abaton.surgery.tasks.running import Run
from abaton.surgery.tasks.turning import turn_between

Array = NDArray[np.float64]


@pytest.fixture(scope="module")
def runs() -> dict[str, list[Run]]:
    return {skill: [run_task(task_of("needle"), skill, seed)[0] for seed in (2, 3)] for skill in ("careful", "clumsy")}


def led(state: needle.State, heights_m: Sequence[float], at_m: Array, turn: Array | None = None) -> list[needle.State]:
    """The states of a hand that goes along its needle's axis, by the height of the tip over a place of the skin."""
    task, row, states = needle.Needle(), np.zeros((1, 8)), [state]
    row[0, 3:6] = 0.0 if turn is None else turn
    axis = needle.DOWN if turn is None else (state.target_m - at_m) / np.linalg.norm(state.target_m - at_m)
    for height in heights_m:
        row[0, :3] = at_m + axis * (height / axis[2])
        states.append(task.step(states[-1], row))
    return states


def straight(seed: int, deepest_m: float, step_m: float = 1e-5) -> list[needle.State]:
    first = needle.Needle().begin(seed)
    return led(first, np.arange(0.01, -deepest_m, -step_m).tolist(), np.array([*first.vessel_m[:2], 0.0]))


def test_scores_tell_careful_from_clumsy(runs: dict[str, list[Run]]) -> None:
    marks = {skill: [run.score.total for run in some] for skill, some in runs.items()}
    assert min(marks["careful"]) > 85
    assert max(marks["clumsy"]) < min(marks["careful"]) - 10


def test_the_same_seed_gives_the_same_bits_and_another_does_not() -> None:
    task = msgspec.structs.replace(needle.Needle(), time_limit_s=3.0)
    one, again, other = (run_task(task, "clumsy", seed)[0].trace.digest() for seed in (3, 3, 4))
    assert one == again != other


def test_a_needle_led_straight_down_meets_skin_then_capsule_then_the_vessel() -> None:
    states = straight(1, 0.06)
    assert [event.name for event in states[-1].events] == ["punctured", "punctured", "vessel"]
    assert [event.text for event in states[-1].events[:2]] == ["The skin gives way.", "The capsule gives way."]
    # The vessel's wall is a layer of its own on this way: 8 mm across, as its diameter.
    wall = next(layer for layer in states[-1].layers if layer.name == "vessel")
    assert wall.thickness_m == pytest.approx(0.008, abs=2e-4)


def test_each_layer_gives_way_at_its_strength_and_depth() -> None:
    states = straight(1, 0.03)
    forces = np.array([state.force_n[0] for state in states])
    skin, capsule = (state.tick for state in (states[event.tick] for event in states[-1].events[:2]))
    rising = needle.LAYERS[0]
    assert forces[:skin].max() == pytest.approx(rising.puncture_n, rel=0.02)
    assert -states[skin].tip_m[2] == pytest.approx(depth_at(rising, rising.puncture_n), abs=5e-5)
    assert forces[skin] < 0.3 * rising.puncture_n
    # The capsule is met at its depth, and holds for as long as its stiffness says.
    assert -states[capsule].tip_m[2] == pytest.approx(needle.CAPSULE_M + 0.004, abs=0.0015)
    assert forces[skin + 1 : capsule + 1].max() > 1.5


def test_liver_is_cut_with_the_published_force_and_friction_grows_with_depth() -> None:
    states = straight(1, 0.04)
    forces = {round(-1e4 * state.tip_m[2]): float(state.force_n[0]) for state in states}
    liver = needle.LAYERS[3]
    # 10 mm more of shaft at 10 mm/s; cutting itself stays.
    expected = 0.01 * (liver.friction_n_m + liver.viscous_n_s_m2 * 0.01)
    assert forces[390] - forces[290] == pytest.approx(expected, rel=0.05)
    assert forces[290] > liver.cutting_n


def test_the_way_round_the_vessel_hits_nothing_and_the_way_back_is_pulled() -> None:
    first = needle.Needle().begin(1)
    across = np.cross(first.vessel_axis, needle.DOWN)
    entry = np.array([*(first.target_m + 0.04 * across / np.linalg.norm(across))[:2], 0.0])
    axis = (first.target_m - entry) / np.linalg.norm(first.target_m - entry)
    down = np.arange(0.01, first.target_m[2], -2e-5)
    states = led(first, [*down.tolist(), *down[::-1].tolist()], entry, turn_between(needle.DOWN, axis))
    assert [event.name for event in states[-1].events] == ["punctured", "punctured", "withdrawn"]
    assert states[-1].clear_m > 0.002
    assert np.linalg.norm(states[len(down)].tip_m - first.target_m) < 1e-4
    assert states[len(down) + 1000].force_n[0] < 0


def test_a_tip_that_leaps_across_the_vessel_has_hit_it() -> None:
    states = straight(1, 0.03)
    task, row = needle.Needle(), np.zeros((1, 8))
    row[0, :3] = [*states[0].vessel_m[:2], states[0].vessel_m[2] - 0.02]
    assert states[-1].clear_m > 0
    after = task.step(states[-1], row)
    assert after.clear_m < 0
    assert [event.name for event in after.events][-1] == "vessel"


def test_a_lost_hand_holds_the_needle() -> None:
    state = straight(1, 0.03)[-1]
    row = np.full((1, 8), np.nan)
    after = needle.Needle().step(state, row)
    assert after.tip_m.tolist() == state.tip_m.tolist()
    assert after.tick == state.tick + 1


def test_the_physics_card_tells_what_is_so() -> None:
    entries = card("needle")
    assert {"Rate", "Mesh", "Static", "Contact", "Energy"} <= {entry.aspect for entry in entries}
    assert all(np.isnan(entry.error) or entry.error <= entry.bound for entry in entries)
