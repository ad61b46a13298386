"""The resection: its margin after each cut, its tip, its fixture, and the same cut in a deforming body."""

import math
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from abaton.surgery.fixtures.reading import prepare as prepare_fixtures
from abaton.surgery.margin import margin_map
from abaton.surgery.tasks import resect
from abaton.surgery.tasks.catalogue import run_task, task_of
from abaton.surgery.tasks.cup import cup_m, out_m
from abaton.surgery.tasks.liver import HEPATIC, LIVER, PORTAL, TUMOUR, made_up
from abaton.surgery.tasks.resect import PLANNED_MM, TIP_MM, Resect, State
from abaton.surgery.tasks.running import Run
from abaton.surgery.tasks.tip import REDUCED_PA, cap_depth, hertz_n, press, take
from abaton.surgery.tissue import materials
from abaton.surgery.tissue.body import at_rest, volumes_m3
from abaton.surgery.tissue.cutting import remove
from abaton.surgery.tissue.meshing import body_of_labels
from abaton.surgery.tissue.resection import removed_mask, within
from abaton.surgery.tissue.solver import prepare, step
from abaton.surgery.tissue.tools import Capsule, Tool
from abaton.surgery.tissue.tools import prepare as prepare_tools

Array = NDArray[np.float64]


@pytest.fixture(scope="module")
def run() -> Run:
    return run_task(task_of("resect"), "careful", 1)[0]


def test_the_resection_keeps_its_margin_in_careful_hands(run: Run) -> None:
    assert run.score.total > 85
    assert run.figures["tumour_left_mm3"] == 0
    assert run.figures["margin_mm"] >= 5
    # The specimen is what was cut out: tumour, and healthy liver around it, and nothing else.
    assert run.last.specimen[run.last.field.aim.tumour].all()
    assert not (run.last.specimen & run.last.gone).any()


def test_the_margin_is_mapped_after_each_cut(run: Run) -> None:
    cuts = run.last.cuts
    with_energy = float(run.trace.readings["energy"].sum()) / resect.CUT_TICKS
    assert 0.6 * with_energy < len(cuts) <= with_energy + 2
    assert all(a.tick < b.tick for a, b in pairwise(cuts))
    assert all(a.healthy_mm3 <= b.healthy_mm3 for a, b in pairwise(cuts))
    # More cut surface can only come nearer, until the specimen is free and only its own surface counts.
    assert all(b.minimum_mm <= a.minimum_mm + 0.5 for a, b in pairwise(cuts[:-1]))
    assert cuts[-1].verdict == "planned margin achieved"
    assert cuts[-1].minimum_mm == run.figures["margin_mm"]
    assert cuts[-1].certain_mm == pytest.approx(cuts[-1].minimum_mm - 1.645 * resect.REGISTRATION_SD_MM)
    assert cuts[-1].healthy_mm3 / 1000 == run.figures["healthy_ml"]


def test_the_record_has_the_margin_as_it_stood(run: Run) -> None:
    least = run.trace.readings["least margin"]
    first = run.last.cuts[0]
    assert np.isnan(least[: first.tick - 1]).all()
    for cut in run.last.cuts:
        assert least[cut.tick - 1] == cut.minimum_mm
        assert run.trace.readings["cut surface below plan"][cut.tick - 1] == cut.below_plan_mm2


def test_a_cut_too_near_is_told_at_once() -> None:
    task = Resect()
    state = task.begin(1)
    top = np.array([0.0, 0.0, state.field.scene.depth_mm / 1000])
    # Straight down onto the tumour: the pedal is down from above the liver until 2 mm of liver are left.
    end = np.array([0.0, 0.0, (state.field.scene.radius_mm + 2 + TIP_MM) / 1000])
    state = _led(task, state, [top + np.array([0, 0, 0.004]), end], pedal=True)[-1]
    assert state.cuts[-1].verdict == "planned margin violated"
    # The surface lies about half a voxel beyond the nearest centre that is gone.
    nearest = float(state.field.aim.field.distance_mm[state.gone].min()) - 0.5
    assert state.cuts[-1].minimum_mm == pytest.approx(nearest, abs=0.5)
    assert state.cuts[-1].below_plan_mm2 > 0
    assert "margin" in [event.name for event in state.events]
    whole = margin_map(state.field.aim, state.gone)
    assert state.cuts[-1].minimum_mm == pytest.approx(whole.minimum_mm, abs=0.6)


@pytest.mark.parametrize("label", [LIVER, TUMOUR, PORTAL, HEPATIC])
@pytest.mark.parametrize("depth_mm", [0.5, 1.0, 2.0])
def test_the_tip_presses_flat_tissue_by_hertz(label: int, depth_mm: float) -> None:
    labels = np.zeros((16, 16, 16), dtype=np.uint8)
    labels[8:] = label
    nothing = np.zeros(labels.shape, dtype=np.bool_)
    felt = press(labels, nothing, np.array([7.5 - TIP_MM + depth_mm, 7.3, 7.1]), np.ones(3), TIP_MM, REDUCED_PA)
    assert felt == pytest.approx(hertz_n(float(REDUCED_PA[label]), TIP_MM, depth_mm), rel=0.05)


def test_hertz_is_that_of_the_reference() -> None:
    # E 5.4 kPa, nu 0.49, R 5 mm: 21.2 mN at 1 mm and 59.9 mN at 2 mm.
    assert hertz_n(float(REDUCED_PA[LIVER]), 5.0, 1.0) == pytest.approx(0.0212, abs=5e-5)
    assert hertz_n(float(REDUCED_PA[LIVER]), 5.0, 2.0) == pytest.approx(0.0599, abs=5e-5)


@pytest.mark.parametrize("depth_mm", [0.0, 0.3, 2.2, 4.4])
def test_a_caps_height_follows_from_its_volume(depth_mm: float) -> None:
    volume = math.pi * depth_mm**2 * (TIP_MM - depth_mm / 3)
    assert cap_depth(volume, TIP_MM) == pytest.approx(depth_mm, abs=1e-4)


def test_the_tip_takes_its_ball_once() -> None:
    labels = np.ones((20, 20, 20), dtype=np.uint8)
    gone, taken = np.zeros(labels.shape, dtype=np.bool_), np.zeros(5, dtype=np.int64)
    for _ in range(2):
        take(labels, gone, np.array([9.5, 9.5, 9.5]), np.full(3, 0.5), TIP_MM, taken)
    ball = 4 / 3 * math.pi * TIP_MM**3
    assert taken[1] == gone.sum()
    assert taken[1] * 0.125 == pytest.approx(ball, rel=0.04)


def test_the_fixture_keeps_the_arm_off_the_vessels_and_nothing_else_does() -> None:
    task = Resect()
    held = task.begin(1)
    labels, world = held.field.scene.labels, np.linalg.inv(held.field.to_index)
    vessels = np.argwhere(labels >= PORTAL) @ world[:3, :3].T + world[:3, 3]
    nearest = vessels[int(np.argmin(np.linalg.norm(vessels, axis=1)))]
    led = _led(task, held, [nearest], pedal=False)
    assert min(state.vessel_m for state in led) >= resect.VESSEL_MARGIN_M - 1e-4
    assert "vessel" in [event.name for event in led[-1].events]
    bare = msgspec.structs.replace(held, field=msgspec.structs.replace(held.field, fixtures=prepare_fixtures(())))
    assert np.linalg.norm(_led(task, bare, [nearest], pedal=False)[-1].tip_m() - nearest) < 0.001


def test_the_way_out_leads_through_the_cut_and_clear_of_the_specimen() -> None:
    scene = made_up(1)
    way = cup_m(scene, PLANNED_MM, TIP_MM)
    out = out_m(scene, PLANNED_MM, TIP_MM, way[-1])
    nearest = np.array([np.linalg.norm(way - point, axis=1).min() for point in out if point[2] < scene.depth_mm / 1000])
    # Turns of the cut lie 3.1 mm apart, and the tip takes 2.2 mm around it.
    assert nearest.max() < 0.0022
    assert out[-1, 2] > scene.depth_mm / 1000 + 0.01


def test_a_meshed_liver_is_cut_along_the_same_way_and_goes_on() -> None:
    """The tissue engine, on the same labels: volume is accounted for, loose parts apart, and the body still moves."""
    task = Resect()
    state = task.begin(1)
    scene = state.field.scene
    of_label = {1: materials.LIVER, 2: materials.TUMOUR, 3: materials.VESSEL, 4: materials.VESSEL}
    floor = scene.grid.shape[0] - 6

    def held(points_mm: Array) -> NDArray[np.bool_]:
        return scene.grid.to_index(points_mm)[:, 0] > floor

    body: Any = body_of_labels(scene.labels, scene.grid, of_label, 8.0, held)
    moving: Any = at_rest(body)
    whole = volumes_m3(body.rest_m, body.tetrahedra).sum()
    tools = prepare_tools((Tool("tip", Capsule((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), TIP_MM / 1000)),))
    way = cup_m(scene, PLANNED_MM, TIP_MM)[::240]
    points = scene.grid.to_world(way @ state.field.to_index[:3, :3].T + state.field.to_index[:3, 3]) / 1000
    removed, voxels, cuts = 0.0, np.zeros(scene.grid.shape, dtype=np.bool_), 0
    for point in points:
        pose = np.eye(4)
        pose[:3, 3] = point
        gone = within(body, moving, tools, 0, pose, 0.002)
        if not gone.any():
            continue
        voxels |= removed_mask(body, gone, scene.grid)
        made = remove(body, moving, gone)
        body, moving, cuts, removed = made.body, made.state, cuts + 1, removed + made.removed_m3
        solver = prepare(body)
        for _ in range(3):
            moving = step(solver, moving)
        assert np.isfinite(moving.position_m).all()
    left = volumes_m3(body.rest_m, body.tetrahedra).sum()
    assert cuts > 5
    assert removed + left == pytest.approx(whole, rel=1e-9)
    assert voxels.sum() * scene.grid.voxel_volume_mm3 * 1e-9 == pytest.approx(removed, rel=0.05)
    # Without load nothing moves: 3 steps after each cut, and no vertex has gone a tenth of a millimetre.
    assert np.abs(moving.position_m - body.rest_m).max() < 1e-4


def _led(task: Resect, state: State, through: list[Array], pedal: bool) -> list[State]:
    """States while the hand leads the tip through places, at 50 mm/s at most, and stays at the last a little."""
    row, states = np.zeros((1, 8)), list[State]()
    row[0, 6] = 1.0
    hand, at = resect.START_M.copy(), state.tip_m()
    for n, goal in enumerate(through):
        way = goal - at
        ticks = max(1, round(float(np.linalg.norm(way)) / 0.05 * 1000))
        for tick in range(1, ticks + 1):
            row[0, :3] = hand + resect.SCALE * tick / ticks * way
            row[0, 7] = float(pedal and n > 0)
            state = task.step(state, row)
            states.append(state)
        hand, at = row[0, :3].copy(), goal
    for tick in range(100):
        row[0, 7] = float(pedal and tick < 60)
        state = task.step(state, row)
        states.append(state)
    return states
