"""How a burr's voxels push and wear: kernels over the burr's own box. See `burr` for what they mean.

Places and directions are along the grid's axes, in millimetres from the middle of the first voxel.
"""

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel
from abaton.surgery.force.tooth import PULP, Labels

Array = NDArray[np.float64]
Remaining: TypeAlias = NDArray[np.float32]

CONTACT_N_MM3 = 100.0
"""Push of enamel by covered volume: 1 N presses a ball of 1.2 mm in by 0.07 mm, half a voxel."""
FRICTION = 0.5
"""Tangential by normal force of a cutting burr, chosen; loads the spindle."""
POLE_SHARE = 0.25
"""Blades that cross at the end of a burr still cut where its surface has no speed: as a quarter of its rim."""
_CRUMB = 0.01  # Of a voxel: less than this falls off.
_MOVES = 12
_STILL_MM = 1e-6


@kernel()
def _depth(numbers: Array, around: float, up: float) -> tuple[float, float, float]:
    """Distance from the burr's surface, negative within, and its slope outwards and along the axis."""
    if numbers[0] == 0.0:
        away = math.sqrt(around * around + up * up)
        if away < 1e-9:
            return -numbers[1], 0.0, -1.0
        return away - numbers[1], around / away, up / away
    widening = (numbers[2] - numbers[1]) / numbers[3]
    cosine = 1.0 / math.sqrt(1.0 + widening * widening)
    side = (around - numbers[1] - widening * up) * cosine
    if side >= -up and side >= up - numbers[3]:
        return side, cosine, -widening * cosine
    if -up >= up - numbers[3]:
        return -up, 0.0, -1.0
    return up - numbers[3], 0.0, 1.0


@kernel()
def _box(shape: tuple[int, int, int], numbers: Array, edge: float, place: Array, axis: Array) -> NDArray[np.int64]:
    """First and last index along each axis that the burr may cover."""
    found = np.zeros((3, 2), dtype=np.int64)
    wide = max(numbers[1], numbers[2]) + edge
    for n in range(3):
        end = place[n] + numbers[3] * axis[n]
        found[n, 0] = max(0, math.floor((min(place[n], end) - wide) / edge))
        found[n, 1] = min(shape[n] - 1, math.ceil((max(place[n], end) + wide) / edge))
    return found


@kernel()
def touch(
    remaining: Remaining, labels: Labels, shares: Array, numbers: Array, edge: float, place: Array, axis: Array
) -> Array:
    """The tooth's push at a place: force (3), its stiffness (6: aa, bb, cc, ab, ac, bc), pressing, area, torque arm."""
    felt = np.zeros(12)
    box = _box(remaining.shape, numbers, edge, place, axis)
    for a in range(box[0, 0], box[0, 1] + 1):
        for b in range(box[1, 0], box[1, 1] + 1):
            for c in range(box[2, 0], box[2, 1] + 1):
                left = remaining[a, b, c]
                if left <= 0.0:
                    continue
                da, db, dc = a * edge - place[0], b * edge - place[1], c * edge - place[2]
                up = da * axis[0] + db * axis[1] + dc * axis[2]
                ra, rb, rc = da - up * axis[0], db - up * axis[1], dc - up * axis[2]
                around = math.sqrt(ra * ra + rb * rb + rc * rc)
                away, out, along = _depth(numbers, around, up)
                if away >= 0.5 * edge:
                    continue
                covered = min(1.0, 0.5 - away / edge)
                over = left - (1.0 - covered)
                if over <= 0.0:
                    continue
                scale = out / around if around > 1e-9 else 0.0
                na, nb, nc = ra * scale + along * axis[0], rb * scale + along * axis[1], rc * scale + along * axis[2]
                firm = CONTACT_N_MM3 * shares[labels[a, b, c]]
                push = firm * over * edge * edge * edge
                felt[0] -= push * na
                felt[1] -= push * nb
                felt[2] -= push * nc
                felt[9] += push
                felt[11] += push * around
                if away > -0.5 * edge:
                    felt[10] += edge * edge
                    stiff = firm * edge * edge
                    felt[3] += stiff * na * na
                    felt[4] += stiff * nb * nb
                    felt[5] += stiff * nc * nc
                    felt[6] += stiff * na * nb
                    felt[7] += stiff * na * nc
                    felt[8] += stiff * nb * nc
    return felt


@kernel()
def _follow(felt: Array, place: Array, hand: Array, grip: Array) -> Array:
    """Newton's step towards where the spring to the hand and the tooth's push agree."""
    pull = hand - place
    length = math.sqrt(pull[0] ** 2 + pull[1] ** 2 + pull[2] ** 2)
    strength = grip[0] * length
    scale = grip[0] if strength <= grip[1] or felt[9] == 0.0 else grip[1] / length
    ga, gb, gc = scale * pull[0] + felt[0], scale * pull[1] + felt[1], scale * pull[2] + felt[2]
    aa, bb, cc = scale + felt[3], scale + felt[4], scale + felt[5]
    ab, ac, bc = felt[6], felt[7], felt[8]
    ma, mb, mc = bb * cc - bc * bc, ac * bc - ab * cc, ab * bc - ac * bb
    whole = aa * ma + ab * mb + ac * mc
    step = np.empty(3)
    step[0] = (ma * ga + mb * gb + mc * gc) / whole
    step[1] = (mb * ga + (aa * cc - ac * ac) * gb + (ab * ac - aa * bc) * gc) / whole
    step[2] = (mc * ga + (ab * ac - aa * bc) * gb + (aa * bb - ab * ab) * gc) / whole
    return step


@kernel()
def _wear(
    remaining: Remaining, labels: Labels, hardness: Array, shares: Array, numbers: Array, edge: float, place: Array,
    axis: Array, cutting: float, removed: Array,
) -> bool:  # fmt: skip
    """Takes away what the burr covers, by Archard: `cutting` is bite x angular speed x time. Is the pulp open now?"""
    opened = False
    slowest = POLE_SHARE * numbers[1]
    box = _box(remaining.shape, numbers, edge, place, axis)
    for a in range(box[0, 0], box[0, 1] + 1):
        for b in range(box[1, 0], box[1, 1] + 1):
            for c in range(box[2, 0], box[2, 1] + 1):
                left = remaining[a, b, c]
                if left <= 0.0:
                    continue
                da, db, dc = a * edge - place[0], b * edge - place[1], c * edge - place[2]
                up = da * axis[0] + db * axis[1] + dc * axis[2]
                ra, rb, rc = da - up * axis[0], db - up * axis[1], dc - up * axis[2]
                around = math.sqrt(ra * ra + rb * rb + rc * rc)
                away, _, _ = _depth(numbers, around, up)
                if away >= 0.5 * edge:
                    continue
                over = left - (1.0 - min(1.0, 0.5 - away / edge))
                if over <= 0.0:
                    continue
                label = labels[a, b, c]
                rate = CONTACT_N_MM3 * shares[label] * cutting * max(around, slowest) / hardness[label]
                kept = over * math.exp(-rate)
                after = np.float32(left - over + kept)
                after = np.float32(0.0) if after < _CRUMB else after
                removed[label] += (left - after) * edge * edge * edge
                remaining[a, b, c] = after
                if left >= 0.5 and after < 0.5:
                    opened = opened or _beside_pulp(labels, a, b, c)
    return opened


@kernel()
def _beside_pulp(labels: Labels, a: int, b: int, c: int) -> bool:
    if labels[a, b, c] == PULP:
        return True
    for n in range(6):
        side = 1 if n & 1 else -1
        i, j, k = a + (side if n >> 1 == 0 else 0), b + (side if n >> 1 == 1 else 0), c + (side if n >> 1 == 2 else 0)
        inside = 0 <= i < labels.shape[0] and 0 <= j < labels.shape[1] and 0 <= k < labels.shape[2]
        if inside and labels[i, j, k] == PULP:
            return True
    return False


@kernel()
def tick(
    remaining: Remaining, labels: Labels, hardness: Array, shares: Array, numbers: Array, edge: float, start: Array,
    hand: Array, axis: Array, grip: Array, drive: Array, period_s: float,
) -> tuple[Array, Array, Array, bool]:  # fmt: skip
    """Place of the burr, removed by label, (pressing, area, share of the free speed), whether pulp shows."""
    place = start.copy()
    felt = touch(remaining, labels, shares, numbers, edge, place, axis)
    for _ in range(_MOVES):
        step = _follow(felt, place, hand, grip)
        length = math.sqrt(step[0] ** 2 + step[1] ** 2 + step[2] ** 2)
        if length < _STILL_MM:
            break
        place += step * min(1.0, 0.5 * edge / length)
        felt = touch(remaining, labels, shares, numbers, edge, place, axis)
    removed = np.zeros(PULP + 1)
    share = max(0.0, 1.0 - FRICTION * felt[11] / drive[1])
    opened = False
    if drive[0] > 0.0 and felt[9] > 0.0 and share > 0.0:
        cutting = drive[2] * drive[0] * share * period_s
        opened = _wear(remaining, labels, hardness, shares, numbers, edge, place, axis, cutting, removed)
    return place, removed, np.array([felt[9], felt[10], share]), opened
