"""What touches tissue: rods with round ends, and solids given by their distance fields, each carried by a pose.

A pose is a (4, 4) matrix from the tool's own frame to the scene, metres, without scale or mirror.
"""

import math
from typing import Literal, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.core.kernels import kernel
from abaton.geometry.signed_distance import SignedDistanceField

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Voxels = NDArray[np.float32]
Vector: TypeAlias = tuple[float, float, float]
Held: TypeAlias = Literal["", "lost", "jumped"]

LONGEST_STEP_M = 0.02
"""How far any point of a tool may go within one step of 1 ms: 20 m/s, more than a hand does."""

_GREATEST_SHEAR = 1e-6
_MM = 1000.0


class Capsule(msgspec.Struct, frozen=True, tag=True):
    """A rod with round ends: shafts, jaws, probes, blades. Both ends in one place make a ball."""

    start_m: Vector
    end_m: Vector
    radius_m: float


class Solid(msgspec.Struct, frozen=True, eq=False, tag=True):
    """A rigid body of any shape. The field's world, in mm, is the tool's own frame."""

    field: SignedDistanceField


class Tool(msgspec.Struct, frozen=True, eq=False):
    """A shape and how it rubs.

    Attributes:
        name: As shown.
        shape: In the tool's own frame.
        friction: Coulomb's coefficient; 0 slides freely. Wet tissue on steel lies between 0.05 and 0.3.
    """

    name: str
    shape: Capsule | Solid
    friction: float = 0.1


class Tools(msgspec.Struct, frozen=True, eq=False):
    """All tools of a scene in the arrays that kernels read.

    Attributes:
        named: What they were made from.
        kinds: (t,), 0 for capsules, 1 for solids.
        numbers: (t, 24), of each shape; see `_write`.
        spans: (t, 4), where in `voxels_mm` a field begins, and its shape.
        voxels_mm: Flat, of all fields.
        friction: (t,).
        half_width_m: (t,), of the thinnest part: a capsule's radius, the depth of a solid's middle.
        box_m: (t, 2, 3), the least and greatest corner, own frame.
    """

    named: tuple[Tool, ...]
    kinds: Whole
    numbers: Array
    spans: Whole
    voxels_mm: Voxels
    friction: Array
    half_width_m: Array
    box_m: Array


class Following(msgspec.Struct, frozen=True, eq=False):
    """Where tools go in this step.

    Attributes:
        poses: (t, 4, 4), the wanted ones, or for tools that are held those from before.
        held: For each tool why it is held, or nothing.
    """

    poses: Array
    held: tuple[Held, ...]


def prepare(tools: tuple[Tool, ...]) -> Tools:
    """The tools as kernels read them.

    Raises:
        Problem: A number is not finite, a radius is not positive, friction is negative, or a solid has no surface.
    """
    for tool in tools:
        _check(tool)
    count = len(tools)
    made = Tools(
        named=tools,
        kinds=np.zeros(count, dtype=np.int64),
        numbers=np.zeros((count, 24)),
        spans=np.zeros((count, 4), dtype=np.int64),
        voxels_mm=np.concatenate([np.zeros(0, dtype=np.float32), *(_voxels(tool) for tool in tools)]),
        friction=np.array([tool.friction for tool in tools], dtype=np.float64),
        half_width_m=np.zeros(count),
        box_m=np.zeros((count, 2, 3)),
    )
    first = 0
    for index, tool in enumerate(tools):
        _write(made, index, tool, first)
        first += len(_voxels(tool))
    return made


def follow(tools: Tools, poses: Array, wanted: Array, longest_step_m: float = LONGEST_STEP_M) -> Following:
    """Takes each tool to its wanted pose, or holds it where tracking is lost or leaps.

    A tool is held as 'lost' where a number is not finite or the matrix is no rotation with a position, and as
    'jumped' where a corner of its box would go further than `longest_step_m`. The caller asks for the old pose's
    neighbourhood again (or places the tool anew with `poses`) to go on.

    Args:
        tools: Of the scene.
        poses: (t, 4, 4), where they are; right ones.
        wanted: (t, 4, 4).
        longest_step_m: In this step.

    Raises:
        Problem: The poses do not fit the tools, or the longest step is no length.
    """
    shape = (len(tools.named), 4, 4)
    if poses.shape != shape or wanted.shape != shape:
        raise _unusable(f"poses of {poses.shape} and {wanted.shape}", f"one matrix a tool, {shape}")
    if not longest_step_m >= 0.0:
        raise _unusable(f"a longest step of {longest_step_m} m", "0 m or more")
    held: list[Held] = []
    next_poses = np.array(poses, dtype=np.float64)
    for index in range(len(tools.named)):
        if not is_pose(wanted[index]):
            held.append("lost")
        elif _farthest(tools.box_m[index], poses[index], wanted[index]) > longest_step_m:
            held.append("jumped")
        else:
            held.append("")
            next_poses[index] = wanted[index]
    return Following(next_poses, tuple(held))


def is_pose(matrix: Array) -> bool:
    """Whether a (4, 4) matrix is finite and turns and moves without scale, shear or mirror."""
    if matrix.shape != (4, 4) or not bool(np.isfinite(matrix).all()):
        return False
    turn = matrix[:3, :3]
    upright = bool(np.abs(turn @ turn.T - np.eye(3)).max() < _GREATEST_SHEAR) and float(np.linalg.det(turn)) > 0.0
    return upright and matrix[3].tolist() == [0.0, 0.0, 0.0, 1.0]


def _farthest(box: Array, before: Array, after: Array) -> float:
    corners = np.array([[box[(n >> axis) & 1, axis] for axis in range(3)] for n in range(8)])
    moved = corners @ (after - before)[:3, :3].T + (after - before)[:3, 3]
    return float(np.linalg.norm(moved, axis=1).max())


def _check(tool: Tool) -> None:
    if not (math.isfinite(tool.friction) and tool.friction >= 0.0):
        raise _unusable(f"the tool {tool.name!r} with a friction of {tool.friction}", "0 or more")
    match tool.shape:
        case Capsule(start_m, end_m, radius_m):
            if not bool(np.isfinite([*start_m, *end_m, radius_m]).all()) or radius_m <= 0.0:
                raise _unusable(f"the capsule {tool.name!r} of radius {radius_m} m", "finite ends, a positive radius")
        case Solid(field):
            if not field.has_surface:
                raise _unusable(f"the solid {tool.name!r} without a surface", "a mask neither empty nor full")


def _voxels(tool: Tool) -> Voxels:
    return tool.shape.field.distance_mm.ravel() if isinstance(tool.shape, Solid) else np.zeros(0, dtype=np.float32)


def _write(made: Tools, index: int, tool: Tool, first: int) -> None:
    match tool.shape:
        case Capsule(start_m, end_m, radius_m):
            ends = np.array([start_m, end_m])
            made.numbers[index, :6] = ends.ravel()
            made.numbers[index, 6] = radius_m
            made.half_width_m[index] = radius_m
            made.box_m[index] = ends.min(axis=0) - radius_m, ends.max(axis=0) + radius_m
        case Solid(field):
            made.kinds[index] = 1
            made.numbers[index, :12] = np.linalg.inv(field.grid.affine)[:3].ravel()
            made.numbers[index, 12:15] = field.grid.spacing_mm
            made.numbers[index, 15:24] = (field.grid.affine[:3, :3] / field.grid.spacing_mm).ravel()
            made.spans[index] = first, *field.distance_mm.shape
            made.half_width_m[index] = -float(field.distance_mm.min()) / _MM
            inside = np.argwhere(field.distance_mm <= 0.0)
            low, high = inside.min(axis=0) - 1.0, inside.max(axis=0) + 1.0
            corners = [[(low, high)[(n >> axis) & 1][axis] for axis in range(3)] for n in range(8)]
            world = field.grid.to_world(np.array(corners)) / _MM
            made.box_m[index] = world.min(axis=0), world.max(axis=0)


def _unusable(got: str, expected: str) -> Problem:
    return Problem("tool_unusable", got=got, expected=expected, next_step="Correct the tool; it is held until then.")


@kernel()
def pose_between(before: Array, after: Array, share: float, pose: Array) -> None:
    """Writes the pose at a share of the way: the position along a line, the rotation about one axis."""
    for row in range(3):
        pose[row, 3] = before[row, 3] + share * (after[row, 3] - before[row, 3])
    if share >= 1.0:
        pose[:3, :3] = after[:3, :3]
        return
    turn = np.zeros((3, 3))
    for row in range(3):
        for column in range(3):
            for k in range(3):
                turn[row, column] += before[k, row] * after[k, column]
    cosine = min(1.0, max(-1.0, 0.5 * (turn[0, 0] + turn[1, 1] + turn[2, 2] - 1.0)))
    angle = math.acos(cosine)
    if angle < 1e-12:
        pose[:3, :3] = before[:3, :3]
        return
    scale = 0.5 / max(math.sin(angle), 1e-12)
    x = (turn[2, 1] - turn[1, 2]) * scale
    y = (turn[0, 2] - turn[2, 0]) * scale
    z = (turn[1, 0] - turn[0, 1]) * scale
    sine, rest = math.sin(share * angle), 1.0 - math.cos(share * angle)
    part = np.empty((3, 3))
    part[0, 0], part[0, 1], part[0, 2] = 1 - rest * (y * y + z * z), rest * x * y - sine * z, rest * x * z + sine * y
    part[1, 0], part[1, 1], part[1, 2] = rest * x * y + sine * z, 1 - rest * (x * x + z * z), rest * y * z - sine * x
    part[2, 0], part[2, 1], part[2, 2] = rest * x * z - sine * y, rest * y * z + sine * x, 1 - rest * (x * x + y * y)
    for row in range(3):
        for column in range(3):
            pose[row, column] = 0.0
            for k in range(3):
                pose[row, column] += before[row, k] * part[k, column]


@kernel()
def solid_distance(numbers: Array, field: NDArray[np.float32], pose: Array, point: Array, outward: Array) -> float:
    """Distance in m of a scene point from a solid, negative inside; its direction of growth is written, length 1.

    Outside the field's grid the distance is the lower bound that Pythagoras gives.
    """
    local = np.empty(3)
    for axis in range(3):
        local[axis] = 0.0
        for other in range(3):
            local[axis] += pose[other, axis] * (point[other] - pose[other, 3])
    low = np.empty(3, dtype=np.int64)
    part = np.empty(3)
    beyond = np.empty(3)
    far = 0.0
    for axis in range(3):
        index = numbers[4 * axis + 3]
        for other in range(3):
            index += numbers[4 * axis + other] * local[other] * 1000.0
        inside = min(field.shape[axis] - 1.0, max(0.0, index))
        beyond[axis] = (index - inside) * numbers[12 + axis]
        far += beyond[axis] ** 2
        low[axis] = max(0, min(int(inside), field.shape[axis] - 2))
        part[axis] = inside - low[axis]
    value = 0.0
    slope = np.zeros(3)
    for corner in range(8):
        a, b, c = corner >> 2, (corner >> 1) & 1, corner & 1
        wa = part[0] if a else 1.0 - part[0]
        wb = part[1] if b else 1.0 - part[1]
        wc = part[2] if c else 1.0 - part[2]
        here = float(
            field[
                min(low[0] + a, field.shape[0] - 1),
                min(low[1] + b, field.shape[1] - 1),
                min(low[2] + c, field.shape[2] - 1),
            ]
        )
        value += wa * wb * wc * here
        slope[0] += (1.0 if a else -1.0) * wb * wc * here
        slope[1] += (1.0 if b else -1.0) * wa * wc * here
        slope[2] += (1.0 if c else -1.0) * wa * wb * here
    for axis in range(3):
        slope[axis] /= numbers[12 + axis]
    if far > 0.0 and value > 0.0:
        bound = math.sqrt(value**2 + far)
        for axis in range(3):
            slope[axis] = (value * slope[axis] + beyond[axis]) / bound
        value = bound
    for axis in range(3):
        local[axis] = 0.0
        for other in range(3):
            local[axis] += numbers[15 + 3 * axis + other] * slope[other]
    length = math.sqrt(local[0] ** 2 + local[1] ** 2 + local[2] ** 2)
    for axis in range(3):
        outward[axis] = 0.0
        for other in range(3):
            outward[axis] += pose[axis, other] * local[other]
        outward[axis] = outward[axis] / length if length > 1e-12 else 0.0
    return value / 1000.0
