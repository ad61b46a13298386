"""Rotation vectors of commands."""

import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel

Array = NDArray[np.float64]


@kernel()
def rotation_of(turn: Array) -> Array:
    """The rotation, (3, 3), about a vector by its length, (3,) rad (Rodrigues); NaN where the vector is NaN."""
    angle = np.sqrt(turn[0] ** 2 + turn[1] ** 2 + turn[2] ** 2)
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = turn / angle
    across = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.eye(3) + np.sin(angle) * across + (1.0 - np.cos(angle)) * (across @ across)


@kernel()
def hand_pose(row: Array, rest: Array) -> Array:
    """The pose of a hand, (4, 4), of a row of a command, (8,); `rest` is its orientation without a turn, (3, 3)."""
    pose = np.eye(4)
    pose[:3, :3] = rotation_of(row[3:6]) @ rest
    pose[:3, 3] = row[:3]
    return pose


def turn_between(one: Array, other: Array) -> Array:
    """The rotation vector, (3,) rad, that brings one unit vector to another by the shortest way."""
    axis = np.cross(one, other)
    sine, cosine = float(np.linalg.norm(axis)), float(one @ other)
    if sine < 1e-12:
        return np.zeros(3)
    return axis * (np.arctan2(sine, cosine) / sine)
