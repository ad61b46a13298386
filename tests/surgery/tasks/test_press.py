"""Pads against a closed form and against the moving solver, and the task that is played on them."""

import math

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from abaton.surgery.tasks import pads, press
from abaton.surgery.tasks.card import card
from abaton.surgery.tasks.running import Player, Run, play
from abaton.surgery.tissue import contact
from abaton.surgery.tissue.body import at_rest
from abaton.surgery.tissue.solver import elastic_force_n, prepare, step
from abaton.surgery.tissue.tools import Capsule, Tool
from abaton.surgery.tissue.tools import prepare as prepare_tools

Array = NDArray[np.float64]
SECONDS = 6.0


@pytest.fixture(scope="module")
def runs() -> dict[str, Run]:
    """The first pad, held by both hands."""
    task = msgspec.structs.replace(press.Press(), time_limit_s=SECONDS)
    return {skill: _played(task, skill) for skill in ("careful", "clumsy")}


def _played(task: press.Press, skill: str) -> Run:
    def player(state: press.State) -> Player:
        return task.trainee(skill, 1, state)

    return play(task, 1, player, skill)


def _layer_n(pad: int, depth_m: float) -> float:
    """A ball on a layer bonded to a hard floor: Dimitriadis and others, Biophys J 2002, eq. 12 (nu 0.5)."""
    ratio = math.sqrt(0.015 * depth_m) / 0.025
    floor = 1 + 1.133 * ratio + 1.283 * ratio**2 + 0.769 * ratio**3 + 0.0975 * ratio**4
    youngs_pa = (2000.0, 5400.0, 15000.0, 5400.0)[pad]
    return 4 / 3 * youngs_pa / (1 - 0.49**2) * math.sqrt(0.015) * depth_m**1.5 * floor


@pytest.mark.parametrize(("pad", "depth_m"), [(0, 0.0038), (1, 0.00205), (2, 0.0011)])
def test_the_probe_feels_the_closed_form_of_a_layer(pad: int, depth_m: float) -> None:
    middle = np.array([pads.PAD_X_M[pad], 0.0])
    surface = pads.surface_at(pad, middle, middle)
    for aside in ([0.0, 0.0], [0.001, 0.001], [0.0029, 0.0]):
        felt = surface.press(np.array([*(middle + aside), -depth_m]))
        assert felt.force_n == pytest.approx(_layer_n(pad, depth_m), rel=0.1)
        assert felt.inside_m <= 1e-9
        assert (felt.each_n >= 0).all()


def test_a_condensed_pad_is_the_solvers_own_body_at_rest() -> None:
    middle = np.array([pads.PAD_X_M[1], 0.0])
    surface = pads.surface_at(1, middle, middle)
    felt = surface.press(np.array([*middle, -1e-4]))
    solver = prepare(surface.body, 0.01, 2.0, 1)
    load = np.zeros_like(surface.body.rest_m)
    load[surface.vertices, 2] = -felt.each_n
    state = at_rest(surface.body)
    for _ in range(700):
        state = step(solver, state, load)
    unrest = elastic_force_n(solver, state.position_m)[~surface.body.fixed] + load[~surface.body.fixed]
    assert np.abs(unrest).max() < 0.02 * felt.each_n.max()
    sunk = -(state.position_m - surface.body.rest_m)[surface.vertices, 2]
    np.testing.assert_allclose(sunk, surface.sunk_m(felt.each_n), atol=0.02 * sunk.max())


def test_the_lump_is_felt_where_it_is() -> None:
    lump = np.array([pads.PAD_X_M[3] + 0.004, 0.01])
    felt: list[float] = []
    for aside in (0.0, 0.03):
        at = lump - np.array([aside, 0.0])
        place = pads.place_for(3, at, np.full(2, np.nan))
        felt.append(pads.surface_at(3, place, lump).press(np.array([*at, -0.002])).force_n)
    assert felt[0] > 1.5 * felt[1] > 0


def test_answers_do_not_tell_in_which_order_they_were_asked_for() -> None:
    place, lump = np.array([pads.PAD_X_M[3], 0.0]), (0.115, 0.0)
    body = pads.body_of(3, place, lump, 0.004)
    one, other = pads.Surface(body, place), pads.Surface(body, place)
    tip = np.array([*place, -0.002])
    one.press(np.array([*place, -0.009]))
    assert one.press(tip).force_n == other.press(tip).force_n


@pytest.mark.parametrize("at", [(-0.04 + 0.0275, 0.0), (-0.04, -0.028), (-0.012001, 0.027999)])
def test_a_press_at_the_rim_and_as_deep_as_it_goes_is_answered(at: tuple[float, float]) -> None:
    task = press.Press()
    state = task.begin(1)
    row = np.zeros((1, 8))
    for height in (0.01, -0.002, -0.05):
        row[0, :3] = [*at, height]
        state = task.step(msgspec.structs.replace(state, probe_m=row[0, :3].copy()), row)
        assert 0 <= state.force_n < 20
    assert state.force_n > 0


def test_careful_hands_hold_and_clumsy_ones_do_not(runs: dict[str, Run]) -> None:
    careful, clumsy = runs["careful"], runs["clumsy"]
    assert careful.last.in_window_s[0] > 2
    assert careful.last.in_window_s[0] > clumsy.last.in_window_s[0] + 1
    assert careful.figures["peak_force_n"] < press.FORCE_LIMIT_N
    assert careful.figures["in_window_pct"] > clumsy.figures["in_window_pct"] + 20


def test_the_same_commands_give_the_same_bits(runs: dict[str, Run]) -> None:
    task = msgspec.structs.replace(press.Press(), time_limit_s=SECONDS)
    run = runs["careful"]

    def player(_: press.State) -> Player:
        for row in run.trace.commands:
            _ = yield row

    assert play(task, 1, player, "recorded").trace.digest() == run.trace.digest()


def test_a_hand_that_is_lost_or_jumps_moves_nothing() -> None:
    task = press.Press()
    state = task.begin(1)
    row = np.zeros((1, 8))
    row[0, :3] = press.START_M + np.array([0.0, 0.2, 0.0])
    assert task.step(state, row).probe_m.tolist() == press.START_M.tolist()
    at = np.array([pads.PAD_X_M[1], 0.0, -0.002])
    held = task.step(msgspec.structs.replace(state, probe_m=at), _row(at))
    for lost in (np.full(3, np.nan), at + 0.5):
        after = task.step(held, _row(lost))
        assert after.force_n == held.force_n > 0
        assert after.probe_m.tolist() == at.tolist()


def _row(at: Array) -> Array:
    row = np.zeros((1, 8))
    row[0, :3] = at
    return row


def test_the_moving_solver_and_its_contact_feel_about_the_same() -> None:
    # Contact on faces rather than vertices, finite strain, and a body in motion, 1.5 mm into liver on the same mesh.
    middle = np.array([pads.PAD_X_M[1], 0.0])
    surface = pads.surface_at(1, middle, middle)
    solver = prepare(surface.body, 0.001, 60.0, 3)
    skin = contact.skin_of(surface.body, solver.moved_mass_kg)
    tools = prepare_tools((Tool("probe", Capsule((0, 0, 0.015), (0, 0, 0.015), 0.015), 0.0),))
    state, contacts, pose = at_rest(surface.body), contact.Contacts.none(), np.eye(4)[None].copy()
    pose[0, :3, 3] = [*middle, 0.0]
    forces: list[float] = []
    for tick in range(450):
        after = pose.copy()
        after[0, 2, 3] = -0.0015 * min(1.0, tick / 150)
        found = contact.find(skin, tools, state, pose, after, contacts)
        moved = step(solver, state, contact.forces(skin, found))
        touch = contact.resolve(skin, tools, state, moved, pose, after, found)
        state, contacts, pose = touch.state, touch.contacts, after
        forces.append(float(touch.tool_force_n[0, 2]))
    still = surface.press(np.array([*middle, -0.0015])).force_n
    assert float(np.mean(forces[-100:])) == pytest.approx(still, rel=0.15)


def test_the_physics_card_tells_what_is_so() -> None:
    entries = card("press")
    assert {"Rate", "Mesh", "Static", "Contact", "Energy"} <= {entry.aspect for entry in entries}
    assert all(np.isnan(entry.error) or entry.error <= entry.bound for entry in entries)
