"""Kinematics of the patient-side manipulator: closed forms both ways.

The arm is the da Vinci Classic PSM in modified Denavit-Hartenberg parameters: yaw, pitch, insertion, roll, wrist pitch,
wrist yaw. Its first three axes meet in the remote centre of motion, which is the origin of the base frame, so that the
shaft passes through the same point of the body wall wherever the tool goes.

Lengths in metres, angles in radians. A pose is a 4 x 4 matrix, from the tool's frame to the arm's base.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.core.kernels import kernel

Array = NDArray[np.float64]

JOINTS = ("yaw", "pitch", "insertion", "roll", "wrist pitch", "wrist yaw")
LOWER = np.array([-math.radians(91), -math.radians(53), 0.0, -math.radians(255), -math.radians(70), -math.radians(80)])
"""Lower limits of the joints, rad and for the insertion m."""
UPPER = np.array([math.radians(91), math.radians(53), 0.24, math.radians(255), math.radians(70), math.radians(80)])
"""Upper limits of the joints, rad and for the insertion m."""
JAW_LIMITS_RAD = (-math.radians(20), math.radians(80))

WRIST_BEHIND_INSERTION_M = 0.4318 - 0.4162
"""The wrist's centre lies this much less than the insertion past the remote centre."""
WRIST_LENGTH_M = 0.0091
"""From the pitch axis of the wrist to its yaw axis."""

BARE_WRIST = np.eye(4)
"""Tool frame of an arm without a tool: the frame of the wrist's yaw axis."""
NEEDLE_DRIVER = np.array([[0.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0102], [-1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]])
"""From the wrist's last frame to the tip of a large needle driver: z along the jaws, 10.2 mm past the yaw axis."""

_SINGULAR_M = 1e-9
_INSIDE_RAD = 1e-9  # rounding must not throw a joint at its limit out


@kernel()
def forward(joints: Array, tool: Array) -> Array:
    """Pose of the tool, (4, 4).

    Args:
        joints: (6,), rad and m, in the order of `JOINTS`.
        tool: (4, 4), from the wrist's last frame to the tool, such as `NEEDLE_DRIVER`.
    """
    shaft, wrist = _frames(joints)
    pose = np.eye(4)
    pose[:3, :3] = wrist @ _yawed(joints[5])
    pose[:3, 3] = (joints[2] - WRIST_BEHIND_INSERTION_M) * shaft[:, 2] + WRIST_LENGTH_M * wrist[:, 0]
    return pose @ tool


@kernel()
def jacobian(joints: Array, tool: Array) -> Array:
    """Velocity of the tool by velocity of the joints, (6, 6): three rows m/s, three rows rad/s, in the base's axes.

    Args:
        joints: (6,), rad and m.
        tool: (4, 4), from the wrist's last frame to the tool.
    """
    shaft, wrist = _frames(joints)
    pitch_axis_at = (joints[2] - WRIST_BEHIND_INSERTION_M) * shaft[:, 2]
    yaw_axis_at = pitch_axis_at + WRIST_LENGTH_M * wrist[:, 0]
    tip = forward(joints, tool)[:3, 3]
    columns = np.zeros((6, 6))
    axes = np.zeros((6, 3))
    axes[0, 1] = -1.0
    axes[1] = shaft[:, 1]
    axes[3] = shaft[:, 2]
    axes[4] = wrist[:, 2]
    axes[5] = wrist @ np.array([0.0, 1.0, 0.0])
    for joint in range(6):
        arm = tip.copy()
        if joint == 4:
            arm -= pitch_axis_at
        elif joint == 5:
            arm -= yaw_axis_at
        columns[:3, joint] = np.cross(axes[joint], arm)
        columns[3:, joint] = axes[joint]
    columns[:3, 2] = shaft[:, 2]
    return columns


@kernel()
def solutions(pose: Array, tool: Array) -> Array:
    """Every joint position that reaches a pose, limits apart, (n, 6); none where it is out of reach or singular.

    The wrist's pitch axis is perpendicular to the shaft, and the shaft passes through the remote centre. With the
    wrist's last frame at p in its own axes, that leaves tan(wrist yaw) = p_x / p_y; the rest follows in turn.

    Args:
        pose: (4, 4), of the tool.
        tool: (4, 4), from the wrist's last frame to the tool.
    """
    wrist_pose = pose @ _inverse_rigid(tool)
    rotation = np.ascontiguousarray(wrist_pose[:3, :3])
    position = np.ascontiguousarray(wrist_pose[:3, 3])
    seen = rotation.T @ position
    found = np.zeros((4, 6))
    count = 0
    if math.hypot(seen[0], seen[1]) < _SINGULAR_M:
        return found[:0]
    for turned in range(2):
        yaw = math.atan2(seen[0], seen[1]) + turned * math.pi
        along = rotation @ np.array([math.sin(yaw), math.cos(yaw), 0.0])
        centre = position - WRIST_LENGTH_M * along
        distance = math.sqrt(centre[0] ** 2 + centre[1] ** 2 + centre[2] ** 2)
        if distance < _SINGULAR_M:
            continue
        for side in (1.0, -1.0):
            axis = centre * (side / distance)
            joints = found[count]
            joints[0] = math.atan2(axis[0], -axis[2])
            joints[1] = math.asin(min(1.0, max(-1.0, -axis[1])))
            joints[2] = side * distance + WRIST_BEHIND_INSERTION_M
            joints[5] = _wrapped(yaw)
            shaft, _ = _frames(joints)
            rest = shaft.T @ rotation @ _yawed(yaw).T
            joints[3] = math.atan2(-rest[0, 2], rest[1, 2])
            joints[4] = math.atan2(-rest[2, 1], rest[2, 0])
            count += 1
    return found[:count]


def inverse(pose: Array, tool: Array, near: Array) -> Array:
    """The joint position within limits that reaches a pose with the least motion from `near`, (6,).

    Args:
        pose: (4, 4), of the tool; a rotation and a position in m.
        tool: (4, 4), from the wrist's last frame to the tool.
        near: (6,), joints now; settles which of several solutions and which turn of the roll.

    Raises:
        Problem: The pose is not a finite rigid one, or is outside the arm's workspace, or is singular; or the joints
            are not finite.
    """
    _check_rigid(pose)
    if not np.isfinite(near).all():
        raise Problem(
            "tracking_lost",
            got="joints that are not finite",
            expected="six finite numbers",
            next_step="The arm holds. Read its encoders anew.",
            kind="unavailable",
        )
    joints, status = nearest(pose, tool, near)
    if status:
        raise Problem(
            "pose_out_of_reach",
            got=f"a tool position {1000 * float(np.linalg.norm(pose[:3, 3])):.1f} mm from the remote centre, "
            + _REASONS[status],
            expected="a pose within the joints' limits, at least 16 mm past the remote centre",
            next_step="Move the tool back towards the middle of the workspace, or set the ports anew.",
        )
    return joints


_REASONS = {1: "where the arm is singular", 2: "which needs a joint beyond its limit"}


@kernel()
def nearest(pose: Array, tool: Array, near: Array) -> tuple[Array, int]:
    """As `inverse`, for loops: joints and a status, 0 found, 1 singular, 2 beyond limits; joints are `near` then."""
    best = near.copy()
    least = math.inf
    found = solutions(pose, tool)
    for number in range(found.shape[0]):
        for turn in range(-1, 2):
            joints = found[number].copy()
            joints[3] += 2.0 * math.pi * turn
            if np.any(joints < LOWER - _INSIDE_RAD) or np.any(joints > UPPER + _INSIDE_RAD):
                continue
            motion = np.max(np.abs(joints - near))
            if motion < least:
                least = motion
                best = joints
    if least < math.inf:
        return best, 0
    return best, 1 if found.shape[0] == 0 else 2


@kernel()
def _frames(joints: Array) -> tuple[Array, Array]:
    """Axes of the insertion frame, whose z is the shaft, and of the wrist after roll and pitch."""
    s1, c1 = math.sin(joints[0]), math.cos(joints[0])
    s2, c2 = math.sin(joints[1]), math.cos(joints[1])
    s4, c4 = math.sin(joints[3]), math.cos(joints[3])
    s5, c5 = math.sin(joints[4]), math.cos(joints[4])
    shaft = np.array([[-s1 * s2, -c1, s1 * c2], [-c2, 0.0, -s2], [c1 * s2, -s1, -c1 * c2]])
    rolled = np.array([[c4 * s5, c4 * c5, -s4], [s4 * s5, s4 * c5, c4], [c5, -s5, 0.0]])
    return shaft, shaft @ rolled


@kernel()
def _yawed(yaw: float) -> Array:
    s6, c6 = math.sin(yaw), math.cos(yaw)
    return np.array([[s6, c6, 0.0], [0.0, 0.0, 1.0], [c6, -s6, 0.0]])


@kernel()
def _inverse_rigid(pose: Array) -> Array:
    inverted = np.eye(4)
    rotation = np.ascontiguousarray(pose[:3, :3])
    inverted[:3, :3] = rotation.T
    inverted[:3, 3] = -(rotation.T @ np.ascontiguousarray(pose[:3, 3]))
    return inverted


@kernel()
def _wrapped(angle: float) -> float:
    return math.atan2(math.sin(angle), math.cos(angle))


def _check_rigid(pose: Array) -> None:
    given: Any = np.asarray(pose)
    rigid = given.shape == (4, 4) and bool(np.isfinite(given).all())
    if rigid:
        rotation = given[:3, :3]
        rigid = bool(np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-6)) and float(np.linalg.det(rotation)) > 0
    if not rigid:
        raise Problem(
            "pose_not_rigid",
            got=f"an array of shape {given.shape} that is not a finite rotation with a position",
            expected="a 4 x 4 matrix of a rotation and a position in metres",
            next_step="Check what the tracker or the file gives; hold the arm until it is right.",
        )
