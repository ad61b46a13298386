"""The picture that the renderers of `raycast` are held to: every ray in quarter-voxel steps, nothing skipped.

Written for clarity in Python and Numba, apart from every shader: trilinear interpolation of the bytes, the transfer
function as straight lines, opacity of a step of d mm `1 - (1 - opacity)^d`, composited from front to back in double
precision over black.
"""

import math

import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel, parallel_range
from benchmarks.raycast_scene import VIEWPORT_PX, VOXEL_MM, Scan, View

STEP_VOXELS = 0.25
LEVELS = 4096
"""Steps of the transfer table between byte 0 and byte 255: 16 a byte, and straight lines between these."""


FAINTEST, CLEAR = 0.004, 0.03


class Light:
    """A lamp at the eye on surfaces seen from either side (Blinn-Phong).

    The light of a sample is `color * (ambient + diffuse * c) + specular * c^power`, with c the cosine between the
    gradient of the values and the ray. Where the gradient is too faint to have a direction, the colour stays as it is:
    with g = 1 - exp(-gradient / 16) in bytes a millimetre, light fades in from `FAINTEST` to `CLEAR`.
    """

    ambient = 0.3
    diffuse = 0.7
    specular = 0.2
    power = 20.0


def render(scan: Scan, view: View, lit: bool) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The picture, (n, n, 4) red, green, blue times opacity, and opacity, 0 to 1, top row first; and the rays that hit.

    Args:
        scan: What is drawn.
        view: From where.
        lit: With `Light`.
    """
    levels = np.linspace(0, 1, LEVELS)
    at = [point.at for point in scan.transfer]
    table = np.column_stack(
        [
            *(np.interp(levels, at, [point.color[channel] for point in scan.transfer]) for channel in range(3)),
            # Natural logarithm of what one step lets pass.
            STEP_VOXELS
            * VOXEL_MM
            * np.log1p(-np.minimum(np.interp(levels, at, [point.opacity for point in scan.transfer]), 0.999999)),
        ]
    )
    picture = np.zeros((VIEWPORT_PX, VIEWPORT_PX, 4))
    hit = np.zeros((VIEWPORT_PX, VIEWPORT_PX), dtype=np.bool_)
    light = np.array([Light.ambient, Light.diffuse, Light.specular, Light.power])
    vectors = np.array([view.right, view.up, view.back])
    _render(scan.values, table, vectors, scan.half_height_mm / VOXEL_MM, lit, light, picture, hit)
    return picture, hit


@kernel(inline=True)
def _value(values: NDArray[np.uint8], x: float, y: float, z: float) -> float:
    """The interpolated byte at (x, y, z) in voxels from the corner of the box; the border goes on outside."""
    depth, height, width = values.shape
    fx = min(max(x - 0.5, 0.0), width - 1.0)
    fy = min(max(y - 0.5, 0.0), height - 1.0)
    fz = min(max(z - 0.5, 0.0), depth - 1.0)
    i, j, k = int(fx), int(fy), int(fz)
    fx -= i
    fy -= j
    fz -= k
    right, front, above = min(i + 1, width - 1), min(j + 1, height - 1), min(k + 1, depth - 1)
    low = (values[k, j, i] * (1 - fx) + values[k, j, right] * fx) * (1 - fy) + (
        values[k, front, i] * (1 - fx) + values[k, front, right] * fx
    ) * fy
    high = (values[above, j, i] * (1 - fx) + values[above, j, right] * fx) * (1 - fy) + (
        values[above, front, i] * (1 - fx) + values[above, front, right] * fx
    ) * fy
    return low * (1 - fz) + high * fz


@kernel(parallel=True)
def _render(
    values: NDArray[np.uint8],
    table: NDArray[np.float64],
    vectors: NDArray[np.float64],
    half_height: float,
    lit: bool,
    light: NDArray[np.float64],
    picture: NDArray[np.float64],
    hit: NDArray[np.bool_],
) -> None:
    count = picture.shape[0]
    size = np.array([values.shape[2], values.shape[1], values.shape[0]], dtype=np.float64)
    reach = 2 * half_height + np.sqrt((size * size).sum())
    direction = -vectors[2]
    for row in parallel_range(count):
        for column in range(count):
            right = (2 * (column + 0.5) / count - 1) * half_height
            up = (1 - 2 * (row + 0.5) / count) * half_height
            start = size / 2 + right * vectors[0] + up * vectors[1] + reach * vectors[2]
            enter, leave = 0.0, 2 * reach
            for axis in range(3):
                if direction[axis] != 0:
                    one = -start[axis] / direction[axis]
                    other = (size[axis] - start[axis]) / direction[axis]
                    enter = max(enter, min(one, other))
                    leave = min(leave, max(one, other))
                elif start[axis] < 0 or start[axis] > size[axis]:
                    leave = -1.0
            if leave <= enter:
                continue
            hit[row, column] = True
            passed = 1.0
            red, green, blue = 0.0, 0.0, 0.0
            along = enter + 0.5 * STEP_VOXELS
            while along < leave and passed > 0.0005:
                x = start[0] + along * direction[0]
                y = start[1] + along * direction[1]
                z = start[2] + along * direction[2]
                level = _value(values, x, y, z) / 255 * (table.shape[0] - 1)
                below = min(int(level), table.shape[0] - 2)
                part = level - below
                log_passed = table[below, 3] * (1 - part) + table[below + 1, 3] * part
                if log_passed < 0:
                    weight = passed * -math.expm1(log_passed)
                    shade, gloss = 1.0, 0.0
                    if lit:
                        gx = _value(values, x + 1, y, z) - _value(values, x - 1, y, z)
                        gy = _value(values, x, y + 1, z) - _value(values, x, y - 1, z)
                        gz = _value(values, x, y, z + 1) - _value(values, x, y, z - 1)
                        steep = math.sqrt(gx * gx + gy * gy + gz * gz)
                        if steep > 0:
                            cosine = abs(gx * direction[0] + gy * direction[1] + gz * direction[2]) / steep
                            share = (1 - math.exp(-steep / (2 * VOXEL_MM) / 16) - FAINTEST) / (CLEAR - FAINTEST)
                            share = min(max(share, 0.0), 1.0)
                            share = share * share * (3 - 2 * share)
                            shade = 1 + share * (light[0] + light[1] * cosine - 1)
                            gloss = share * light[2] * cosine ** light[3]
                    red += weight * ((table[below, 0] * (1 - part) + table[below + 1, 0] * part) * shade + gloss)
                    green += weight * ((table[below, 1] * (1 - part) + table[below + 1, 1] * part) * shade + gloss)
                    blue += weight * ((table[below, 2] * (1 - part) + table[below + 1, 2] * part) * shade + gloss)
                    passed *= math.exp(log_passed)
                along += STEP_VOXELS
            picture[row, column, 0] = red
            picture[row, column, 1] = green
            picture[row, column, 2] = blue
            picture[row, column, 3] = 1 - passed
