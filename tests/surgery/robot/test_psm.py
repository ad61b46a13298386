"""The arm's kinematics against its Denavit-Hartenberg table and published positions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.surgery.robot import psm

Array = NDArray[np.float64]
QUARTER = math.pi / 2

fractions = st.lists(st.floats(0.02, 0.98), min_size=6, max_size=6)


def joints_at(shares: list[float]) -> Array:
    lower = psm.LOWER.copy()
    lower[2] = 0.03  # nearer, the wrist is at the remote centre
    return lower + np.array(shares) * (psm.UPPER - lower)


def modified_dh(alpha: float, a: float, d: float, theta: float) -> Array:
    """Craig's link transform: Rx(alpha) Tx(a) Rz(theta) Tz(d)."""
    ca, sa, ct, st_ = math.cos(alpha), math.sin(alpha), math.cos(theta), math.sin(theta)
    return np.array(
        [[ct, -st_, 0, a], [st_ * ca, ct * ca, -sa, -d * sa], [st_ * sa, ct * sa, ca, d * ca], [0, 0, 0, 1.0]]
    )


def by_the_table(q: Array) -> Array:
    return (
        modified_dh(QUARTER, 0, 0, q[0] + QUARTER)
        @ modified_dh(-QUARTER, 0, 0, q[1] - QUARTER)
        @ modified_dh(QUARTER, 0, q[2] - 0.4318, 0)
        @ modified_dh(0, 0, 0.4162, q[3])
        @ modified_dh(-QUARTER, 0, 0, q[4] - QUARTER)
        @ modified_dh(-QUARTER, 0.0091, 0, q[5] - QUARTER)
    )


@given(fractions)
def test_forward_is_the_product_of_the_table(shares: list[float]) -> None:
    joints = joints_at(shares)
    np.testing.assert_allclose(psm.forward(joints, psm.BARE_WRIST), by_the_table(joints), atol=1e-14)


def test_the_published_position_at_ten_centimetres() -> None:
    joints = np.array([0, 0, 0.1, 0, 0, 0])
    np.testing.assert_allclose(psm.forward(joints, psm.BARE_WRIST)[:3, 3], [0, 0, -0.0935], atol=1e-12)


@given(fractions)
def test_inverse_undoes_forward(shares: list[float]) -> None:
    joints = joints_at(shares)
    pose = psm.forward(joints, psm.NEEDLE_DRIVER)
    found = psm.inverse(pose, psm.NEEDLE_DRIVER, joints)
    np.testing.assert_allclose(psm.forward(found, psm.NEEDLE_DRIVER), pose, atol=1e-9)
    np.testing.assert_allclose(found, joints, atol=1e-9)


@given(fractions)
def test_every_solution_reaches_the_pose(shares: list[float]) -> None:
    pose = psm.forward(joints_at(shares), psm.NEEDLE_DRIVER)
    found = psm.solutions(pose, psm.NEEDLE_DRIVER)
    assert len(found) == 4
    for joints in found:
        np.testing.assert_allclose(psm.forward(joints, psm.NEEDLE_DRIVER), pose, atol=1e-9)


@given(fractions)
def test_the_shaft_passes_through_the_remote_centre(shares: list[float]) -> None:
    joints = joints_at(shares)
    deeper = joints.copy()
    deeper[2] += 0.05
    low = psm.forward(joints, psm.BARE_WRIST)[:3, 3]
    direction = (psm.forward(deeper, psm.BARE_WRIST)[:3, 3] - low) / 0.05
    straight = joints.copy()
    straight[3:] = 0
    wrist = psm.forward(straight, psm.BARE_WRIST)[:3, 3]
    assert np.linalg.norm(np.cross(wrist, direction)) < 1e-9


@given(fractions)
def test_the_jacobian_is_the_derivative(shares: list[float]) -> None:
    joints, tool, step = joints_at(shares), psm.NEEDLE_DRIVER, 1e-6
    here = psm.forward(joints, tool)
    expected = np.zeros((6, 6))
    for joint in range(6):
        moved = np.zeros(6)
        moved[joint] = step
        rate = (psm.forward(joints + moved, tool) - psm.forward(joints - moved, tool)) / (2 * step)
        spin = rate[:3, :3] @ here[:3, :3].T
        expected[:, joint] = [*rate[:3, 3], spin[2, 1], spin[0, 2], spin[1, 0]]
    np.testing.assert_allclose(psm.jacobian(joints, tool), expected, atol=1e-8)


def test_of_two_turns_of_the_roll_the_nearer_is_taken() -> None:
    joints = np.array([0.1, 0.1, 0.1, math.radians(200), 0.2, 0.1])
    pose = psm.forward(joints, psm.NEEDLE_DRIVER)
    near_left = joints.copy()
    near_left[3] = math.radians(-150)
    assert psm.inverse(pose, psm.NEEDLE_DRIVER, joints)[3] == pytest.approx(math.radians(200))
    assert psm.inverse(pose, psm.NEEDLE_DRIVER, near_left)[3] == pytest.approx(math.radians(-160))


@pytest.mark.parametrize("distance_m", [0.4, 5.0])
def test_too_far_is_refused(distance_m: float) -> None:
    pose = psm.forward(np.array([0, 0, 0.1, 0, 0, 0.0]), psm.BARE_WRIST)
    pose[2, 3] = -distance_m
    with pytest.raises(Problem, match="joint beyond its limit"):
        psm.inverse(pose, psm.BARE_WRIST, np.zeros(6))


def test_the_remote_centre_itself_is_refused_as_singular() -> None:
    pose = psm.forward(np.array([0, 0, 0.1, 0, 0, 0.0]), psm.BARE_WRIST)
    pose[:3, 3] = 0
    with pytest.raises(Problem, match="singular"):
        psm.inverse(pose, psm.BARE_WRIST, np.zeros(6))


@pytest.mark.parametrize("pose", [np.full((4, 4), math.nan), np.eye(3), np.diag([1.0, 1, -1, 1]), 2 * np.eye(4)])
def test_what_is_no_pose_is_refused(pose: Array) -> None:
    with pytest.raises(Problem) as problem:
        psm.inverse(pose, psm.BARE_WRIST, np.zeros(6))
    assert problem.value.code == "pose_not_rigid"
