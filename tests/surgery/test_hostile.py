"""What a careless program or a stranger's file may give: held, kept within bounds or refused, and never half done."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from mcap.writer import Writer
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.pages import Paragraph
from abaton.surgery.page import Shots, run_page
from abaton.surgery.skill.kinematics import read_jigsaws
from abaton.surgery.skill.metrics import motion
from abaton.surgery.skill.smoothness import ldlj, sparc
from abaton.surgery.tasks.catalogue import NAMES, run_task, task_of
from abaton.surgery.tasks.recording import Header, check_writable, read_record
from abaton.surgery.tasks.running import COMMAND, RATE_HZ
from abaton.surgery.tissue import grasp, materials
from abaton.surgery.tissue.body import Body, BodyState, at_rest, block, checked, volumes_m3
from abaton.surgery.tissue.contact import skin_of
from abaton.surgery.tissue.cutting import Knife, cut, draw
from abaton.surgery.tissue.solver import Moved, Solver, prepare, step
from abaton.surgery.tissue.tools import is_pose

Array = NDArray[np.float64]

NOWHERE = [math.nan, math.inf, 1e300, 0.1]
JAWS = grasp.Jaws(0.01, 0.01, 0.01)


@pytest.fixture(scope="module")
def body() -> Body:
    return block((0.03, 0.03, 0.02), (6, 6, 4), materials.LIVER)


@pytest.fixture(scope="module")
def solver(body: Body) -> Solver:
    return prepare(body)


def pose(x_m: float) -> Array:
    made = np.eye(4)
    made[:3, 3] = [x_m, 0.015, 0.02]
    return made


# Tissue


MESHES: list[Callable[[Body], dict[str, Any]]] = [
    lambda body: {"rest_m": body.rest_m[:, :2]},
    lambda body: {"tetrahedra": body.tetrahedra[:, :3]},
    lambda body: {"tetrahedra": body.tetrahedra.astype(np.float64)},
    lambda body: {"tetrahedra": body.tetrahedra[:, [0, 2, 1, 3]]},
    lambda body: {"tetrahedra": np.vstack([body.tetrahedra, body.tetrahedra[:1]]), "material": np.zeros(865, int)},
    lambda body: {"tetrahedra": body.tetrahedra[:0], "material": body.material[:0]},
    lambda body: {"rest_m": np.where(np.arange(len(body.rest_m))[:, None] == 3, np.nan, body.rest_m)},
    lambda body: {"rest_m": np.where(np.arange(len(body.rest_m))[:, None] == 3, 1e300, body.rest_m)},
]


@pytest.mark.parametrize("changed", MESHES)
def test_a_mesh_that_is_none_is_refused(body: Body, changed: Callable[[Body], dict[str, Any]]) -> None:
    with pytest.raises(Problem):
        checked(msgspec.structs.replace(body, **changed(body)))


@pytest.mark.parametrize("period_s", [0.0, -0.001, math.nan, math.inf, 5.0])
def test_an_absurd_period_is_refused(body: Body, period_s: float) -> None:
    with pytest.raises(Problem, match="period"):
        prepare(body, period_s)


@pytest.mark.parametrize("size", [math.nan, math.inf, 1e30, 1e200])
@pytest.mark.parametrize("of_velocity", [False, True])
def test_a_state_beyond_numbers_is_refused_and_unharmed(solver: Solver, size: float, of_velocity: bool) -> None:
    state = at_rest(solver.body)
    if not of_velocity and math.isinf(size):
        state = BodyState(state.position_m + 1.0, state.velocity_m_s)
    given = BodyState(*(state.position_m, state.velocity_m_s + size) if of_velocity
                      else (state.position_m * size, state.velocity_m_s))  # fmt: skip
    before = [given.position_m.copy(), given.velocity_m_s.copy()]
    with np.errstate(all="ignore"):
        try:
            after = step(solver, given)
        except Problem:
            after = state
    assert np.isfinite(after.position_m).all()
    np.testing.assert_array_equal(given.position_m, before[0])
    np.testing.assert_array_equal(given.velocity_m_s, before[1])


def test_a_state_of_another_body_is_refused(solver: Solver) -> None:
    state = at_rest(solver.body)
    with pytest.raises(Problem, match="245"):
        step(solver, BodyState(state.position_m[:5], state.velocity_m_s[:5]))


@pytest.mark.parametrize(("vertices", "count"), [([9999], 1), ([-1], 1), ([1, 2], 3)])
def test_held_vertices_that_are_none_are_refused(solver: Solver, vertices: list[int], count: int) -> None:
    with pytest.raises(Problem, match="vertices"):
        step(solver, at_rest(solver.body), None, Moved(np.array(vertices, dtype=np.int32), np.zeros((count, 3))))


def test_vertices_led_off_by_10_cm_come_back(solver: Solver) -> None:
    state = at_rest(solver.body)
    top = np.flatnonzero(state.position_m[:, 2] > 0.0199)[:9].astype(np.int32)
    led = Moved(top, state.position_m[top] + [0.1, 0.0, 0.0])
    for _ in range(100):
        state = step(solver, state, None, led)
    assert float(np.abs(state.position_m).max()) < 0.2
    for _ in range(600):
        state = step(solver, state)
    np.testing.assert_allclose(state.position_m, solver.body.rest_m, atol=1e-4)


@pytest.mark.parametrize("leap_m", [0.1, 1e6, 1e200])
def test_jaws_that_leap_pull_no_harder_than_they_grip(solver: Solver, leap_m: float) -> None:
    skin, state = skin_of(solver.body, solver.moved_mass_kg), at_rest(solver.body)
    held = grasp.close(JAWS, skin, state, pose(0.01), 5.0)
    assert len(held.vertices) > 0
    at = pose(0.01)
    strongest = 0.0
    for _ in range(100):
        after = step(solver, state, grasp.forces(held, len(state.position_m)))
        with np.errstate(all="ignore"):
            pulled = grasp.resolve(held, skin, state, after, at, pose(0.01 + leap_m))
        state, held, at = pulled.state, pulled.grasp, pose(0.01 + leap_m)
        strongest = max(strongest, float(np.linalg.norm(pulled.tool_force_n)))
        assert np.isfinite(state.position_m).all()
        assert float(np.abs(state.position_m - solver.body.rest_m).max()) < 0.02
    assert strongest <= 5.0 * (1 + 1e-9)
    assert len(held.vertices) == 0


def test_jaws_that_cannot_be_are_refused(solver: Solver) -> None:
    skin, state = skin_of(solver.body), at_rest(solver.body)
    for friction in (math.nan, -1.0):
        with pytest.raises(Problem, match="friction"):
            grasp.close(msgspec.structs.replace(JAWS, friction=friction), skin, state, pose(0.01), 5.0)
    held = grasp.close(JAWS, skin, state, pose(0.01), 5.0)
    for period_s in (0.0, -1.0, math.nan):
        with pytest.raises(Problem, match="a step of"):
            grasp.resolve(held, skin, state, state, pose(0.01), pose(0.01), period_s)
    lost = BodyState(np.full_like(state.position_m, np.nan), state.velocity_m_s)
    with pytest.raises(Problem, match="not finite"):
        grasp.resolve(held, skin, state, lost, pose(0.01), pose(0.01))
    assert not is_pose(np.eye(4)[:3])


@pytest.mark.parametrize("leap_m", [0.1, 1e6])
def test_a_knife_that_leaps_through_a_body_halves_it_and_loses_nothing(body: Body, leap_m: float) -> None:
    edge = np.array([[0.0151, -0.01, 0.03], [0.0151, 0.04, 0.03]])
    _, way = draw(Knife(edge), edge - [0.0, 0.0, leap_m], 0.002)
    assert way is not None
    made = cut(body, at_rest(body), way)
    assert made.part_count == 2
    whole = float(volumes_m3(body.rest_m, body.tetrahedra).sum())
    assert float(volumes_m3(made.body.rest_m, made.body.tetrahedra).sum()) == pytest.approx(whole, rel=1e-12)


# Records


def record(path: Path, commands: Array, **changed: Any) -> Path:
    """A record as a stranger may make one."""
    header = msgspec.to_builtins(
        Header("press", 1, "careful", ("tool",) * commands.shape[1], len(commands), RATE_HZ, COMMAND, "0" * 64)
    )
    messages = {
        "/run": msgspec.json.encode({**header, **changed}),
        "/hand/commands": commands.astype("<f8").tobytes(),
        "/score": b'{"total": 5.0}',
    }
    with path.open("wb") as file:
        writer = Writer(file)
        writer.start("abaton", "abaton")
        schema = writer.register_schema("any", "jsonschema", b"{}")
        for topic, data in messages.items():
            writer.add_message(writer.register_channel(topic, "json", schema), 0, data, 0)
        writer.finish()
    return path


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"trainee": "../../elsewhere"}, "elsewhere"),
        ({"trainee": ""}, "plain name"),
        ({"seed": -3}, "seed -3"),
        ({"rate_hz": 100.0}, "100 Hz"),
        ({"columns": ["x"] * 8}, "1000 Hz"),
        ({"ticks": 10**12}, "cut off"),
    ],
)
def test_a_record_that_lies_about_itself_is_refused(tmp_path: Path, changed: dict[str, Any], named: str) -> None:
    with pytest.raises(Problem, match=named):
        read_record(record(tmp_path / "one.mcap", np.zeros((200, 1, 8)), **changed))


@pytest.mark.parametrize("task", NAMES)
@pytest.mark.parametrize("where", NOWHERE)
def test_a_hand_that_goes_nowhere_earns_nothing_and_its_run_has_a_page(task: str, where: float, tmp_path: Path) -> None:
    chosen = task_of(task)
    commands = np.zeros((150, len(chosen.tools), 8))
    commands[:, :, 6] = 1.0
    commands[100:, :, :6] = where
    shots = Shots(50)
    path = record(tmp_path / "one.mcap", commands, task=task)
    played, _ = run_task(chosen, str(path), 1, shots)
    assert np.isfinite(played.trace.position_m).all()
    assert played.score.total == 0.0
    assert played.score.failed
    if where == NOWHERE[0]:
        page = run_page(chosen, played, shots)
        assert any(isinstance(part, Paragraph) and part.text.startswith("Failed: ") for part in page.blocks)


def test_a_folder_that_is_a_file_is_refused_before_a_task_is_played(tmp_path: Path) -> None:
    file = tmp_path / "notes"
    file.write_text("mine")
    for folder in (file, file / "deeper"):
        with pytest.raises(Problem, match="cannot be written"):
            check_writable(folder)
    check_writable(tmp_path / "new" / "deeper")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes"]


# Skill


@pytest.mark.parametrize("rate_hz", [0.0, -30.0, math.nan, math.inf])
def test_a_rate_that_is_none_is_refused(rate_hz: float, tmp_path: Path) -> None:
    way = np.cumsum(np.ones((100, 3)), axis=0)
    for measure in (motion, ldlj):
        with pytest.raises(Problem, match="a finite rate"):
            measure(way, rate_hz)
    with pytest.raises(Problem, match="a finite rate"):
        sparc(way[:, 0], rate_hz)
    with pytest.raises(Problem, match="a finite rate"):
        read_jigsaws(tmp_path / "none.txt", rate_hz)
