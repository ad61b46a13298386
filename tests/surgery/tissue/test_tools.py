"""What tools are, and when they are held."""

import math

import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.geometry.signed_distance import SignedDistanceField
from abaton.surgery.tissue.tools import Capsule, Solid, Tool, follow, is_pose, pose_between, prepare, solid_distance

PROBE = Tool("probe", Capsule((0.0, 0.0, 0.0), (0.0, 0.0, 0.1), 0.003))
GRID = Grid.of((24, 24, 24), np.array([[1, 0, 0, -11.5], [0, 1, 0, -11.5], [0, 0, 1, -11.5], [0, 0, 0, 1.0]]))
CENTRES = np.stack(np.meshgrid(*[np.arange(24) - 11.5] * 3, indexing="ij"), axis=-1)
BALL = SignedDistanceField.of(np.linalg.norm(CENTRES, axis=-1) <= 8.0, GRID)


def turned(angle: float) -> np.ndarray:
    pose = np.eye(4)
    pose[:2, :2] = [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
    return pose


def test_a_tool_goes_where_it_is_wanted() -> None:
    wanted = np.eye(4)[None].copy()
    wanted[0, 0, 3] = 0.005
    following = follow(prepare((PROBE,)), np.eye(4)[None], wanted)
    assert following.held == ("",)
    np.testing.assert_array_equal(following.poses, wanted)


@pytest.mark.parametrize(("entry", "value"), [((0, 3), math.nan), ((1, 1), math.inf), ((0, 0), 2.0), ((3, 0), 1.0)])
def test_a_tool_without_tracking_is_held(entry: tuple[int, int], value: float) -> None:
    wanted = np.eye(4)[None].copy()
    wanted[0][entry] = value
    following = follow(prepare((PROBE,)), np.eye(4)[None], wanted)
    assert following.held == ("lost",)
    np.testing.assert_array_equal(following.poses, np.eye(4)[None])


def test_a_tool_that_jumps_is_held_and_the_other_goes_on() -> None:
    wanted = np.stack([np.eye(4), np.eye(4)])
    wanted[:, 0, 3] = 0.1, 0.01
    following = follow(prepare((PROBE, PROBE)), np.stack([np.eye(4), np.eye(4)]), wanted)
    assert following.held == ("jumped", "")
    assert following.poses[:, 0, 3].tolist() == [0.0, 0.01]


def test_a_mirror_is_no_pose() -> None:
    assert is_pose(turned(1.0))
    assert not is_pose(np.diag([-1.0, 1, 1, 1]))


def test_between_two_poses_a_tool_turns_evenly() -> None:
    pose = np.eye(4)
    pose_between(turned(0.2), turned(1.4), 0.25, pose)
    np.testing.assert_allclose(pose, turned(0.5), atol=1e-12)


def test_a_solid_knows_its_distance_in_the_scene() -> None:
    tools = prepare((Tool("ball", Solid(BALL)),))
    pose = turned(0.7)
    pose[:3, 3] = 0.1, 0.2, 0.3
    outward = np.zeros(3)
    field = tools.voxels_mm.reshape(BALL.distance_mm.shape)
    for local in (np.array([1.0, 0, 0]), np.array([0.6, 0.0, -0.8]), np.array([-0.5, 0.5, 0.5])):
        for away_mm in (5.1, 8.3, 10.7):
            value, slope = BALL.sample_with_gradient(away_mm * local)
            point = pose[:3, :3] @ (away_mm * local / 1000) + pose[:3, 3]
            assert solid_distance(tools.numbers[0], field, pose, point, outward) == pytest.approx(float(value) / 1000)
            np.testing.assert_allclose(outward, pose[:3, :3] @ slope / np.linalg.norm(slope), atol=1e-9)
        far = solid_distance(tools.numbers[0], field, pose, pose[:3, 3] + 0.03 * local, outward)
        assert 0.01 < far <= np.linalg.norm(0.03 * local) - 0.008 + 0.0005


@pytest.mark.parametrize(
    "tool",
    [
        Tool("thin", Capsule((0.0, 0.0, 0.0), (0.0, 0.0, 0.1), 0.0)),
        Tool("lost", Capsule((math.nan, 0.0, 0.0), (0.0, 0.0, 0.1), 0.003)),
        Tool("odd", PROBE.shape, friction=-0.1),
        Tool("empty", Solid(SignedDistanceField.of(np.zeros(GRID.shape, dtype=np.bool_), GRID))),
    ],
)
def test_a_tool_that_means_nothing_is_refused(tool: Tool) -> None:
    with pytest.raises(Problem) as refused:
        prepare((tool,))
    assert refused.value.code == "tool_unusable"


def test_poses_that_do_not_fit_are_refused() -> None:
    with pytest.raises(Problem):
        follow(prepare((PROBE,)), np.eye(4)[None], np.zeros((2, 4, 4)))
