"""Exact Euclidean distances between the two sides of a mask, along one axis of the grid after another.

Both sides are done at once. A voxel looks for the nearest centre of the other side. Along any line of voxels the other
side stands at both ends of the run that the voxel is in, and nothing beyond these ends can be nearer, so that every
run is a lower envelope of its own parabolas (Felzenszwalb and Huttenlocher 2012, Theory of Computing 8:415) with a
parabola of height 0 at each end. Three passes give the exact squared distance, `squared_mm2`, for inside and outside.

A result of a line depends on nothing but that line. That is what lets a stroke be followed line by line, with the
same numbers bit for bit as from the beginning: see `abaton.geometry.distance_editing`.

`depth` says how far a voxel's centre lies from the surface that runs past it: each centre next to the other side has
one, all others 0. It is carried along with the distance, from the centre that was found. Stored in units of
`depth_unit_mm`.
"""

import math

import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel, parallel_range

Bytes = NDArray[np.uint8]
Steps = NDArray[np.int16]
Depths = NDArray[np.uint16]
Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

NEAREST_CROSSING = 0.4
"""A surface never comes nearer to a voxel's centre than this part of the way to the next one. What the smoothed mask
says beyond that is mostly noise of the sampling."""

STRAIGHT_AHEAD = 24
"""How many voxels along each axis are looked at in search of a surface nearer than that of the nearest centre."""

_TILE = 32
_APART = 24
"""Added to the length of a tile's lines, so that the lines do not all fall on the same places of the cache."""


@kernel()
def _smooth(mask: Bytes, a: int, b: int, c: int) -> float:
    """The mask after binomial smoothing (1 2 1 along each axis), less half; the grid's edge is continued."""
    total = 0
    for i in range(-1, 2):
        ia = min(max(a + i, 0), mask.shape[0] - 1)
        for j in range(-1, 2):
            jb = min(max(b + j, 0), mask.shape[1] - 1)
            low, high = max(c - 1, 0), min(c + 1, mask.shape[2] - 1)
            row = int(mask[ia, jb, low]) + 2 * int(mask[ia, jb, c]) + int(mask[ia, jb, high])
            total += (2 - abs(i)) * (2 - abs(j)) * row
    return total / 64.0 - 0.5


@kernel()
def _crossing(mine: float, other: float, inside: bool) -> float:
    """How far along the edge between two centres, 0 to 1, the surface crosses it."""
    side = 1.0 if inside else -1.0
    if mine * side <= 0.0 or other * side > 0.0:
        return 0.5  # so thin that smoothing wiped it out: keep to the middle
    return min(max(mine / (mine - other), NEAREST_CROSSING), 1.0 - NEAREST_CROSSING)


@kernel()
def _depth_mm(mask: Bytes, a: int, b: int, c: int, spacing: Doubles) -> float:
    """Distance of a centre from the plane through the crossings beside it; 0 where there is none."""
    here = mask[a, b, c]
    mine = 0.0
    inverse_squares = 0.0
    for axis in range(3):
        nearest = 2.0
        for step in range(-1, 2, 2):
            x = a + step * (axis == 0)
            y = b + step * (axis == 1)
            z = c + step * (axis == 2)
            if not (0 <= x < mask.shape[0] and 0 <= y < mask.shape[1] and 0 <= z < mask.shape[2]):
                continue
            if mask[x, y, z] != here:
                if mine == 0.0:
                    mine = _smooth(mask, a, b, c)
                nearest = min(nearest, _crossing(mine, _smooth(mask, x, y, z), here != 0))
        if nearest < 2.0:
            inverse_squares += 1.0 / (nearest * spacing[axis]) ** 2
    return 1.0 / math.sqrt(inverse_squares) if inverse_squares > 0.0 else 0.0


@kernel(parallel=True)
def find_depths(mask: Bytes, spacing: Doubles, unit_mm: float, low: Integers, high: Integers, depth: Depths) -> None:
    """Write the depths of all voxels of a box; they depend on the mask up to two voxels outside it."""
    for a in parallel_range(low[0], high[0]):
        for b in range(low[1], high[1]):
            for c in range(low[2], high[2]):
                here = mask[a, b, c]
                lonely = (
                    (a == 0 or mask[a - 1, b, c] == here)
                    and (a == mask.shape[0] - 1 or mask[a + 1, b, c] == here)
                    and (b == 0 or mask[a, b - 1, c] == here)
                    and (b == mask.shape[1] - 1 or mask[a, b + 1, c] == here)
                    and (c == 0 or mask[a, b, c - 1] == here)
                    and (c == mask.shape[2] - 1 or mask[a, b, c + 1] == here)
                )
                if lonely:
                    depth[a, b, c] = 0
                else:
                    depth[a, b, c] = max(1, int(_depth_mm(mask, a, b, c, spacing) / unit_mm + 0.5))


@kernel(parallel=True)
def first_pass(mask: Bytes, depth: Depths, low: Integers, high: Integers, steps: Steps) -> None:
    """Along axis 2: the way to the nearest centre of the other side in voxels, with its sign; 0 where there is none.

    Lines (a, b) from `low` to `high` are written whole.
    """
    length = mask.shape[2]
    for a in parallel_range(low[0], high[0]):
        for b in range(low[1], high[1]):
            start = 0
            while start < length:
                here = mask[a, b, start]
                end = start + 1
                while end < length and mask[a, b, end] == here:
                    end += 1
                before = start > 0
                after = end < length
                for c in range(start, end):
                    back, ahead = c - start + 1, end - c
                    if before and (not after or back < ahead):
                        steps[a, b, c] = -back
                    elif after and (not before or ahead < back):
                        steps[a, b, c] = ahead
                    elif before:
                        deeper_ahead = depth[a, b, end] > depth[a, b, start - 1]
                        steps[a, b, c] = ahead if deeper_ahead else -back
                    else:
                        steps[a, b, c] = 0
                start = end


@kernel()
def _line(
    side: Bytes,
    height_mm2: Floats,
    depth: Depths,
    own_depth: Depths,
    length: int,
    spacing_mm: float,
    inverse: Doubles,
    centre: Integers,
    base: Doubles,
    first: Integers,
    out_mm2: Floats,
    out_depth: Depths,
) -> None:
    """Lower envelopes of all runs of one line.

    Args:
        side: Which side each voxel is on.
        height_mm2: Squared distance found so far, at each voxel, or infinity.
        depth: Of the centre that it was found at.
        own_depth: Of the voxels of this line themselves.
        length: Of the line; arrays may be longer.
        spacing_mm: Of the line's voxels.
        inverse: 1 / (2 n spacing^2) at n.
        centre: Buffer of the line's length and two: of the parabolas of the envelope.
        base: Buffer likewise: their heights at 0.
        first: Buffer likewise: the first voxel of each.
        out_mm2: Result, squared distances.
        out_depth: Result, of the centres that they lead to.
    """
    square = spacing_mm * spacing_mm
    start = 0
    while start < length:
        end = start + 1
        while end < length and side[end] == side[start]:
            end += 1
        top = -1
        for j in range(max(start - 1, 0), min(end + 1, length)):
            mine = float(j * j) * square
            if start <= j < end:
                if height_mm2[j] == np.inf:
                    continue
                mine += height_mm2[j]
            begins = start
            while top >= 0:
                # A parabola begins at the first voxel where it is no higher than the one before it.
                place = float((mine - base[top]) * inverse[j - centre[top]])
                if place > first[top]:
                    begins = math.ceil(place)
                    break
                top -= 1
            if begins < end:
                top += 1
                centre[top] = j
                base[top] = mine
                first[top] = begins
        if top < 0:
            out_mm2[start:end] = np.inf
            out_depth[start:end] = 0
        for k in range(top + 1):
            stop = first[k + 1] if k < top else end
            j = centre[k]
            inner = start <= j < end
            found = depth[j] if inner else own_depth[j]
            height = height_mm2[j] if inner else np.float32(0.0)
            for i in range(first[k], stop):
                out_mm2[i] = float((i - j) * (i - j)) * square + height
                out_depth[i] = found
        start = end


@kernel()
def _inverses(length: int, spacing_mm: float) -> Doubles:
    inverse = np.zeros(length + 2)
    for n in range(1, length + 2):
        inverse[n] = 0.5 / (n * spacing_mm * spacing_mm)
    return inverse


@kernel(parallel=True)
def second_pass(
    mask: Bytes,
    depth: Depths,
    steps: Steps,
    spacing: Doubles,
    low: int,
    wanted: Flags,
    squared_mm2: Floats,
    found_depth: Depths,
    changed: Flags,
) -> None:
    """Along axis 1, for the lines that are `wanted` (a - low, c); marks in `changed` (b, c) where results are new."""
    _, rows, columns = mask.shape
    inverse = _inverses(rows, spacing[1])
    for plane in parallel_range(wanted.shape[0]):
        a = low + plane
        side = np.empty((_TILE, rows + _APART), dtype=np.uint8)
        height_mm2 = np.empty((_TILE, rows + _APART), dtype=np.float32)
        carried = np.empty((_TILE, rows + _APART), dtype=np.uint16)
        own = np.empty((_TILE, rows + _APART), dtype=np.uint16)
        out_mm2 = np.empty((_TILE, rows + _APART), dtype=np.float32)
        out_depth = np.empty((_TILE, rows + _APART), dtype=np.uint16)
        centre, base, first = np.empty(rows + 2, np.int64), np.empty(rows + 2), np.empty(rows + 2, np.int64)
        chosen = np.empty(_TILE, dtype=np.int64)
        at = 0
        while at < columns:
            width = 0
            while at < columns and width < _TILE:
                if wanted[plane, at]:
                    chosen[width] = at
                    width += 1
                at += 1
            for b in range(rows):
                for k in range(width):
                    c = chosen[k]
                    step = steps[a, b, c]
                    away_mm = step * spacing[2]
                    side[k, b] = mask[a, b, c]
                    own[k, b] = depth[a, b, c]
                    height_mm2[k, b] = away_mm * away_mm if step != 0 else np.inf
                    carried[k, b] = depth[a, b, c + step]
            for k in range(width):
                _line(
                    side[k], height_mm2[k], carried[k], own[k], rows, spacing[1], inverse, centre, base, first,
                    out_mm2[k], out_depth[k],
                )  # fmt: skip
            for b in range(rows):
                for k in range(width):
                    c = chosen[k]
                    if out_mm2[k, b] != squared_mm2[a, b, c] or out_depth[k, b] != found_depth[a, b, c]:
                        squared_mm2[a, b, c] = out_mm2[k, b]
                        found_depth[a, b, c] = out_depth[k, b]
                        changed[b, c] = True


@kernel()
def _straight_ahead_mm(
    mask: Bytes,
    depth: Depths,
    a: int,
    b: int,
    c: int,
    spacing: Doubles,
    unit_mm: float,
    centre_mm: float,
    limit_mm: float,
) -> float:
    """The least distance to the surface in front of a centre straight along an axis, where it is below a limit.

    The nearest centre of the other side, at `centre_mm`, is not always the one with the nearest surface in front of
    it: above a flat cap, the tip of the next layer may be nearer than the centre below. Far away it makes no
    difference, so that only the next few voxels are looked at.
    """
    here = mask[a, b, c]
    for axis in range(3):
        count = math.ceil(centre_mm / float(spacing[axis]) - 1e-6)
        if count < 2 or count > STRAIGHT_AHEAD or (count - 1.0 + NEAREST_CROSSING) * spacing[axis] >= limit_mm:
            continue
        for sign in range(-1, 2, 2):
            step = sign * count
            x, y, z = a + step * (axis == 0), b + step * (axis == 1), c + step * (axis == 2)
            if not (0 <= x < mask.shape[0] and 0 <= y < mask.shape[1] and 0 <= z < mask.shape[2]):
                continue
            before = mask[x - sign * (axis == 0), y - sign * (axis == 1), z - sign * (axis == 2)]
            if mask[x, y, z] != here and before == here:
                limit_mm = min(limit_mm, count * spacing[axis] - depth[x, y, z] * unit_mm)
    return limit_mm


@kernel(parallel=True)
def third_pass(
    mask: Bytes,
    depth: Depths,
    squared_mm2: Floats,
    found_depth: Depths,
    spacing: Doubles,
    unit_mm: float,
    wanted: Flags,
    distance_mm: Floats,
) -> None:
    """Along axis 0, for the lines that are `wanted` (b, c): the signed distance, negative inside."""
    planes, rows, columns = mask.shape
    inverse = _inverses(planes, spacing[0])
    near_mm = np.float32(STRAIGHT_AHEAD * max(spacing[0], spacing[1], spacing[2]))
    unit = np.float32(unit_mm)
    for b in parallel_range(rows):
        side = np.empty((_TILE, planes + _APART), dtype=np.uint8)
        height_mm2 = np.empty((_TILE, planes + _APART), dtype=np.float32)
        carried = np.empty((_TILE, planes + _APART), dtype=np.uint16)
        own = np.empty((_TILE, planes + _APART), dtype=np.uint16)
        out_mm2 = np.empty((_TILE, planes + _APART), dtype=np.float32)
        out_depth = np.empty((_TILE, planes + _APART), dtype=np.uint16)
        centre, base, first = np.empty(planes + 2, np.int64), np.empty(planes + 2), np.empty(planes + 2, np.int64)
        chosen = np.empty(_TILE, dtype=np.int64)
        away_mm = np.empty(planes, dtype=np.float32)
        c = 0
        while c < columns:
            width = 0
            while c < columns and width < _TILE:
                if wanted[b, c]:
                    chosen[width] = c
                    width += 1
                c += 1
            for a in range(planes):
                for k in range(width):
                    at = chosen[k]
                    side[k, a] = mask[a, b, at]
                    own[k, a] = depth[a, b, at]
                    height_mm2[k, a] = squared_mm2[a, b, at]
                    carried[k, a] = found_depth[a, b, at]
            for k in range(width):
                _line(
                    side[k], height_mm2[k], carried[k], own[k], planes, spacing[0], inverse, centre, base, first,
                    out_mm2[k], out_depth[k],
                )  # fmt: skip
                for a in range(planes):
                    away_mm[a] = np.sqrt(out_mm2[k, a])
                    out_mm2[k, a] = away_mm[a] - np.float32(out_depth[k, a]) * unit
                for a in range(planes):
                    if away_mm[a] <= near_mm:
                        nearest_mm = float(out_mm2[k, a])
                        if own[k, a] != 0:
                            nearest_mm = min(nearest_mm, own[k, a] * unit_mm)
                        out_mm2[k, a] = _straight_ahead_mm(
                            mask, depth, a, b, chosen[k], spacing, unit_mm, float(away_mm[a]), nearest_mm
                        )
            for a in range(planes):
                for k in range(width):
                    distance_mm[a, b, chosen[k]] = -out_mm2[k, a] if side[k, a] != 0 else out_mm2[k, a]
