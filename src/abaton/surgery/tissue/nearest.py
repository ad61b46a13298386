"""Where a triangle comes nearest to a tool.

Points on triangles by regions of barycentric coordinates, points on segments: Ericson, Real-Time Collision Detection
(2005), 5.1. A segment and a triangle that do not cross are nearest at an end of the segment or at an edge of the
triangle.
"""

import math

import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel
from abaton.surgery.tissue.tools import solid_distance

Array = NDArray[np.float64]

_ROUNDS = 10


@kernel()
def segment_distance(point: Array, start: Array, end: Array) -> float:
    """Distance of a point from a segment."""
    length, along = 0.0, 0.0
    for axis in range(3):
        length += (end[axis] - start[axis]) ** 2
        along += (end[axis] - start[axis]) * (point[axis] - start[axis])
    share = min(1.0, max(0.0, along / length)) if length > 0.0 else 0.0
    found = 0.0
    for axis in range(3):
        found += (point[axis] - start[axis] - share * (end[axis] - start[axis])) ** 2
    return math.sqrt(found)


@kernel()
def point_triangle(point: Array, corners: Array, weights: Array) -> float:
    """Squared distance of a point from a triangle (3, 3); the nearest point's barycentric weights are written."""
    d1, d2, d3, d4, d5, d6 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for axis in range(3):
        ab, ac = corners[1, axis] - corners[0, axis], corners[2, axis] - corners[0, axis]
        d1 += ab * (point[axis] - corners[0, axis])
        d2 += ac * (point[axis] - corners[0, axis])
        d3 += ab * (point[axis] - corners[1, axis])
        d4 += ac * (point[axis] - corners[1, axis])
        d5 += ab * (point[axis] - corners[2, axis])
        d6 += ac * (point[axis] - corners[2, axis])
    va, vb, vc = d3 * d6 - d5 * d4, d5 * d2 - d1 * d6, d1 * d4 - d3 * d2
    v, w = 0.0, 0.0
    if d1 <= 0.0 and d2 <= 0.0:
        pass
    elif d3 >= 0.0 and d4 <= d3:
        v = 1.0
    elif d6 >= 0.0 and d5 <= d6:
        w = 1.0
    elif vc <= 0.0 and d1 >= 0.0 and d3 <= 0.0:
        v = d1 / (d1 - d3) if d1 > d3 else 0.0
    elif vb <= 0.0 and d2 >= 0.0 and d6 <= 0.0:
        w = d2 / (d2 - d6) if d2 > d6 else 0.0
    elif va <= 0.0 and d4 - d3 >= 0.0 and d5 - d6 >= 0.0:
        whole = (d4 - d3) + (d5 - d6)
        w = (d4 - d3) / whole if whole > 0.0 else 0.0
        v = 1.0 - w
    else:
        whole = va + vb + vc
        v, w = (vb / whole, vc / whole) if whole > 0.0 else (0.0, 0.0)
    weights[0], weights[1], weights[2] = 1.0 - v - w, v, w
    found = 0.0
    for axis in range(3):
        found += (point[axis] - (1.0 - v - w) * corners[0, axis] - v * corners[1, axis] - w * corners[2, axis]) ** 2
    return found


@kernel()
def _segments(a: Array, b: Array, c: Array, d: Array) -> tuple[float, float, float]:
    """Squared distance of the segments a-b and c-d, and the shares along each where they are nearest."""
    aa, ee, f, cc, bb = 0.0, 0.0, 0.0, 0.0, 0.0
    for axis in range(3):
        one, two, gap = b[axis] - a[axis], d[axis] - c[axis], a[axis] - c[axis]
        aa += one * one
        ee += two * two
        f += two * gap
        cc += one * gap
        bb += one * two
    s, t = 0.0, 0.0
    if aa > 1e-24:
        whole = aa * ee - bb * bb
        s = min(1.0, max(0.0, (bb * f - cc * ee) / whole)) if whole > 1e-12 * aa * ee else 0.5
        if ee <= 1e-24:
            s = min(1.0, max(0.0, -cc / aa))
    t = (bb * s + f) / ee if ee > 1e-24 else 0.0
    if t < 0.0 or t > 1.0:
        t = min(1.0, max(0.0, t))
        s = min(1.0, max(0.0, (bb * t - cc) / aa)) if aa > 1e-24 else 0.0
    found = 0.0
    for axis in range(3):
        found += (a[axis] + s * (b[axis] - a[axis]) - c[axis] - t * (d[axis] - c[axis])) ** 2
    return found, s, t


@kernel()
def segment_triangle(start: Array, end: Array, corners: Array, weights: Array) -> tuple[float, float]:
    """Distance of a segment from a triangle, and the share along the segment; barycentric weights are written.

    Where they cross, the distance is 0.
    """
    trial = np.empty(3)
    best = point_triangle(start, corners, weights)
    along = 0.0
    found = point_triangle(end, corners, trial)
    if found < best:
        best, along = found, 1.0
        weights[:] = trial
    for edge in range(3):
        after = (edge + 1) % 3
        found, s, t = _segments(start, end, corners[edge], corners[after])
        if found < best:
            best, along = found, s
            weights[:] = 0.0
            weights[edge], weights[after] = 1.0 - t, t
    one, two = 0.0, 0.0
    for axis in range(3):
        y, z = (axis + 1) % 3, (axis + 2) % 3
        normal = (corners[1, y] - corners[0, y]) * (corners[2, z] - corners[0, z]) - (corners[1, z] - corners[0, z]) * (
            corners[2, y] - corners[0, y]
        )
        one += normal * (start[axis] - corners[0, axis])
        two += normal * (end[axis] - corners[0, axis])
    if one * two < 0.0:
        share = one / (one - two)
        crossing = start + share * (end - start)
        found = point_triangle(crossing, corners, trial)
        if found < 1e-24:
            best, along = 0.0, share
            weights[:] = trial
    return math.sqrt(best), along


@kernel()
def solid_triangle(
    numbers: Array, field: NDArray[np.float32], pose: Array, corners: Array, weights: Array, outward: Array
) -> float:
    """Least distance of a triangle from a solid; weights and direction out of the solid are written.

    The best of corners and middle is followed down the field, kept on the triangle, with steps that halve where they
    no longer help (projected descent, after Macklin et al. 2020, Local Optimization for Robust Signed Distance Field
    Collision). A solid with several dents below one triangle may hide all but one; smaller triangles find them.
    """
    trial = np.empty(3)
    slope = np.empty(3)
    point = np.empty(3)
    best = math.inf
    longest = 0.0
    for n in range(4):
        for axis in range(3):
            trial[axis] = 1.0 / 3.0 if n == 3 else (1.0 if axis == n else 0.0)
        for axis in range(3):
            point[axis] = trial[0] * corners[0, axis] + trial[1] * corners[1, axis] + trial[2] * corners[2, axis]
        found = solid_distance(numbers, field, pose, point, slope)
        if found < best:
            best = found
            weights[:] = trial
            outward[:] = slope
        if n < 3:
            away = 0.0
            for axis in range(3):
                away += (corners[(n + 1) % 3, axis] - corners[n, axis]) ** 2
            longest = max(longest, math.sqrt(away))
    if best > longest:
        return best
    step = 0.5 * longest
    for _ in range(_ROUNDS):
        for axis in range(3):
            point[axis] = weights[0] * corners[0, axis] + weights[1] * corners[1, axis] + weights[2] * corners[2, axis]
            point[axis] -= step * outward[axis]
        point_triangle(point, corners, trial)
        for axis in range(3):
            point[axis] = trial[0] * corners[0, axis] + trial[1] * corners[1, axis] + trial[2] * corners[2, axis]
        found = solid_distance(numbers, field, pose, point, slope)
        if found < best - 1e-12:
            best = found
            weights[:] = trial
            outward[:] = slope
        else:
            step *= 0.5
    return best
