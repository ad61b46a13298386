"""Pads of tissue that a ball presses: tetrahedral bodies, condensed to the surface under the ball.

Each pad lies on a hard floor, and its sides are free. Where the ball comes down the pad is meshed, fine under the ball
and coarser away from it; a lump is tetrahedra of its own stiffness. The body's stiffness is that of the engine's
elements at rest, factored once (`force.condensing`); each tick the forces of the surface's vertices on a smooth round
ball are then found exactly: none pulls, and none lets the ball in.

What moves with its mass is left out, since it costs too much here: a force that is right within a tenth asks the
moving solver for 4 000 to 7 000 tetrahedra and up to 20 substeps, 1 to 4 ms of one core a tick; with mass added instead
the force of a moving ball is wrong by 5 to 60 %.
"""

import math
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel
from abaton.surgery.force.condensing import Compliance, compliance_of
from abaton.surgery.tissue.body import Body, grid
from abaton.surgery.tissue.materials import FAT, KIDNEY, LIVER, TUMOUR, Material
from abaton.surgery.tissue.solver import prepare

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

TISSUES = ("fat", "liver", "kidney", "liver with a lump")
MATERIALS = (FAT, LIVER, KIDNEY, LIVER)
PAD_X_M = (-0.105, -0.04, 0.025, 0.11)
PAD_HALF_M = (0.028, 0.028, 0.028, 0.04)
THICK_M = 0.025
PROBE_RADIUS_M = 0.015
DEEPEST_M = 0.015
"""The probe's arm stops here."""
LUMP_RADIUS_M, LUMP_DEPTH_M = 0.008, 0.0105
"""Of its middle below the surface."""
CELL_M, CORE_M, GROWTH = 0.003, 0.006, (1.4, 1.4, 1.4, 1.5)
"""Cells under the ball, about half of the radius of the circle of contact within the window; from the core's edge on
each is wider than the one before. So the force is right within a tenth where it is to be held, as the card shows, and
not with a growth of 1.8, whatever the cells. Where a lump is sought, force is compared from place to place, on some 34
meshes a run: there an eighth is let be."""
PLACES_M, LEAVES_M = 0.004, 0.003
"""Meshes lie on a lattice of places; one is left for the next when the ball is this far from its middle."""
_LEVELS = 8
_RINGS_M = (0.0085, 0.0115, 0.015, 0.022, math.inf)


class Answer(msgspec.Struct, frozen=True, eq=False):
    """What a pad answers.

    Attributes:
        force_n: On the ball, upwards.
        each_n: (s,), of each vertex of the surface.
        inside_m: How far a vertex lies within the ball at most.
        stored_j: In the tissue.
    """

    force_n: float
    each_n: Array
    inside_m: float
    stored_j: float


class Surface:
    """A meshed pad, condensed to its upper surface.

    Args:
        body: Meshed.
        place_m: (2,), middle of the mesh's fine part.

    Attributes:
        body: Meshed.
        points_m: (s, 2), of the surface's vertices, the nearest to the middle first.
        vertices: (s,), in the body.
        softness_m_n: (s, s), how far each sinks in for a newton on another, as far as `reach` has asked for it.
    """

    def __init__(self, body: Body, place_m: Array) -> None:
        self.body = body
        top = np.flatnonzero(body.rest_m[:, 2] > -1e-9)
        away = np.hypot(*(body.rest_m[top, :2] - place_m).T)
        order = np.argsort(away, kind="stable")
        self.vertices = top[order]
        self.points_m = np.ascontiguousarray(body.rest_m[self.vertices, :2])
        self.softness_m_n = np.zeros((len(top), len(top)))
        self._compliance: Compliance = compliance_of(prepare(body), body.rest_m)
        self._rows = np.searchsorted(self._compliance.free, 3 * self.vertices + 2)
        self._ends = [int((away < ring).sum()) for ring in _RINGS_M]
        self._place_m, self._rings, self._known = place_m, 0, 0

    def reach(self, at_m: Array, radius_m: float) -> None:
        """Solves for all vertices within a circle. Always in the same groups, so that bits do not tell the order."""
        far = float(np.hypot(*(at_m - self._place_m))) + radius_m
        while self._rings < len(_RINGS_M) and (self._rings == 0 or _RINGS_M[self._rings - 1] < far):
            begin, end = self._known, self._ends[self._rings]
            self._rings, self._known = self._rings + 1, end
            if end > begin:
                pushes = np.zeros((len(self._compliance.free), end - begin))
                pushes[self._rows[begin:end], np.arange(end - begin)] = 1.0
                factor: Any = self._compliance.factor
                self.softness_m_n[:, begin:end] = factor.solve(pushes)[self._rows]

    def press(self, tip_m: Array) -> Answer:
        """The ball with its lowest point here, (3,)."""
        depth = min(DEEPEST_M, -float(tip_m[2]))
        each = np.zeros(len(self.points_m))
        if depth <= 0.0:
            return Answer(0.0, each, 0.0, 0.0)
        circle = math.sqrt(depth * (2 * PROBE_RADIUS_M - depth))
        self.reach(tip_m[:2], circle)
        inside = _press(self.softness_m_n, self.points_m, float(tip_m[0]), float(tip_m[1]), depth, PROBE_RADIUS_M, each)
        pressing = np.flatnonzero(each)
        stored = 0.5 * float(each[pressing] @ self.softness_m_n[np.ix_(pressing, pressing)] @ each[pressing])
        return Answer(float(each.sum()), each, inside, stored)

    def sunk_m(self, each_n: Array) -> Array:
        """(s,), how far the surface's vertices sink in under these forces."""
        sunk: Array = self.softness_m_n @ each_n
        return sunk


def pad_at(point_m: Array) -> int:
    """The pad below a point, -1 where there is none."""
    for pad in range(4):
        if abs(point_m[0] - PAD_X_M[pad]) <= PAD_HALF_M[pad] and abs(point_m[1]) <= PAD_HALF_M[pad]:
            return pad
    return -1


def place_for(pad: int, at_m: Array, before_m: Array) -> Array:
    """(2,), the middle of the mesh for a ball here: the one before as long as it will do."""
    if np.isfinite(before_m[0]) and pad_at(before_m) == pad and float(np.abs(at_m[:2] - before_m).max()) < LEAVES_M:
        return before_m
    middle = np.array([PAD_X_M[pad], 0.0])
    return middle + PLACES_M * np.rint((at_m[:2] - middle) / PLACES_M)


def surface_at(pad: int, place_m: Array, lump_m: Array) -> Surface:
    """The pad meshed for a place; the last ones are kept."""
    lump = (float(lump_m[0]), float(lump_m[1])) if pad == 3 else (math.nan, math.nan)
    steps = np.rint((place_m - np.array([PAD_X_M[pad], 0.0])) / PLACES_M).astype(int)
    return _surface(pad, int(steps[0]), int(steps[1]), lump if pad == 3 else None)


@lru_cache(maxsize=10)
def _surface(pad: int, x_steps: int, y_steps: int, lump_m: tuple[float, float] | None) -> Surface:
    place = np.array([PAD_X_M[pad] + PLACES_M * x_steps, PLACES_M * y_steps])
    return Surface(body_of(pad, place, lump_m), place)


def body_of(pad: int, place_m: Array, lump_m: tuple[float, float] | None, cell_m: float | None = None) -> Body:
    """The pad of tetrahedra, fine around a place.

    Args:
        pad: Which.
        place_m: (2,).
        lump_m: Where the lump is, if there is one.
        cell_m: Of the finest cells, if another than usual.
    """
    half, growth, cell = PAD_HALF_M[pad], GROWTH[pad], CELL_M if cell_m is None else cell_m
    axes: list[Array] = []
    for axis, middle in ((0, PAD_X_M[pad]), (1, 0.0)):
        at = float(min(max(place_m[axis], middle - half), middle + half))
        low, high = at - _steps(at - middle + half, cell, growth), at + _steps(middle + half - at, cell, growth)
        axes.append(np.concatenate([low[:0:-1], [at] if len(low) and len(high) else [], high[1:]]))
    depth = -_steps(THICK_M, cell, growth)[::-1]
    body = grid((axes[0], axes[1], depth), MATERIALS[pad], "bottom", alternate=True)
    return body if lump_m is None else _with_lump(body, lump_m)


def _steps(room_m: float, cell_m: float, growth: float, core_m: float = CORE_M) -> Array:
    """From 0 to the end of the room: even steps through the core, then growing ones, stretched to fit."""
    if room_m <= cell_m / 2:
        return np.array([0.0])
    if room_m <= core_m:
        return np.linspace(0.0, room_m, max(1, round(room_m / cell_m)) + 1)
    steps = [cell_m * n for n in range(round(core_m / cell_m) + 1)]
    core, size = steps[-1], cell_m
    while steps[-1] < room_m - 1e-9:
        size *= growth
        steps.append(steps[-1] + size)
    # The last step would hang over: all of the growing ones shrink together.
    found = np.array(steps)
    outer = found > core + 1e-9
    found[outer] = core + (found[outer] - core) * (room_m - core) / (found[-1] - core)
    return found


def _with_lump(body: Body, lump_m: tuple[float, float]) -> Body:
    """Tetrahedra that the lump's sphere cuts are mixed by their share of it, in eighths."""
    shares = np.array([[n, m, k, 4 - n - m - k] for n in range(5) for m in range(5 - n) for k in range(5 - n - m)])
    weights = (shares + 0.25) / 5.0
    points = np.einsum("wc,tcx->twx", weights, body.rest_m[body.tetrahedra])
    away = np.linalg.norm(points - np.array([*lump_m, -LUMP_DEPTH_M]), axis=-1)
    level = np.rint(_LEVELS * (away < LUMP_RADIUS_M).mean(axis=1)).astype(np.int32)
    soft, hard = LIVER.youngs_modulus_pa, TUMOUR.youngs_modulus_pa
    mixed = tuple(
        Material("liver and lump", soft + (hard - soft) * n / _LEVELS, 0.49, 1060.0, TUMOUR.source)
        for n in range(_LEVELS + 1)
    )
    return msgspec.structs.replace(body, material=level, materials=mixed)


@kernel()
def _press(softness: Array, points: Array, x: float, y: float, depth: float, radius: float, each: Array) -> float:
    """Writes the forces that keep vertices out of a ball and never pull; tells how far one lies inside at most.

    An active set: vertices that would pull are let go, vertices that the ball runs into are taken up again.
    """
    count = 0
    near = np.empty(len(points), dtype=np.int64)
    wanted = np.empty(len(points))
    for n in range(len(points)):
        squared = (points[n, 0] - x) ** 2 + (points[n, 1] - y) ** 2
        if squared < radius * radius:
            needed = depth - radius + math.sqrt(radius * radius - squared)
            if needed > 0.0:
                near[count], wanted[count] = n, needed
                count += 1
    held = np.ones(count, dtype=np.bool_)
    found = np.zeros(count)
    worst = 0.0
    for _ in range(60):
        found[:] = 0.0
        _solve(softness, near[:count], wanted, held, found)
        pulling = False
        for n in range(count):
            if found[n] < 0.0:
                held[n] = False
                pulling = True
        if pulling:
            continue
        worst = 0.0
        for n in range(count):
            if not held[n]:
                sunk = 0.0
                for m in range(count):
                    sunk += softness[near[n], near[m]] * found[m]
                if wanted[n] - sunk > 1e-9:
                    worst = max(worst, wanted[n] - sunk)
                    held[n] = True
        if worst == 0.0:
            break
    for n in range(count):
        each[near[n]] = max(0.0, found[n])
    return worst


@kernel()
def _solve(softness: Array, near: Whole, wanted: Array, held: NDArray[np.bool_], found: Array) -> None:
    """Forces of the held vertices that bring them where they are wanted (Cholesky)."""
    which = np.flatnonzero(held)
    size = len(which)
    lower = np.empty((size, size))
    for row in range(size):
        for column in range(row + 1):
            a, b = near[which[row]], near[which[column]]
            value = 0.5 * (softness[a, b] + softness[b, a])
            for k in range(column):
                value -= lower[row, k] * lower[column, k]
            if row == column:
                lower[row, row] = math.sqrt(max(value, 1e-30))
            else:
                lower[row, column] = value / lower[column, column]
    for row in range(size):
        value = wanted[which[row]]
        for k in range(row):
            value -= lower[row, k] * found[which[k]]
        found[which[row]] = value / lower[row, row]
    for row in range(size - 1, -1, -1):
        value = found[which[row]]
        for k in range(row + 1, size):
            value -= lower[k, row] * found[which[k]]
        found[which[row]] = value / lower[row, row]
