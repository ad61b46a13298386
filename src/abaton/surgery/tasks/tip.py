"""The ball at the end of an energy device among voxels of tissue: how hard it presses, and what it takes away.

Force: the ball presses as it would by Hertz's law on a flat piece of the tissue that it meets, pushed in until it has
displaced as much: F = 4/3 E* sqrt(R) d^1.5, with d the depth at which a cap of the ball has that volume and E* the
mean of E / (1 - nu^2) over it, each voxel by the part of it that the ball covers. On flat tissue this is Hertz's law.
Tissue keeps its place: what lies under the ball neither moves aside nor relaxes.
"""

import math

import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel
from abaton.surgery.tasks.liver import HEPATIC, PORTAL, TUMOUR
from abaton.surgery.tissue import materials

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Labels = NDArray[np.uint8]

_FINER = 5
_OF_LABEL = {TUMOUR: materials.TUMOUR, PORTAL: materials.VESSEL, HEPATIC: materials.VESSEL}
REDUCED_PA = np.array(
    [0.0]
    + [
        material.youngs_modulus_pa / (1 - material.poisson_ratio**2)
        for material in (_OF_LABEL.get(label, materials.LIVER) for label in range(1, HEPATIC + 1))
    ]
)
"""E* = E / (1 - nu^2) of each label, Pa; nothing resists where there is no tissue."""


def hertz_n(reduced_pa: float, radius_mm: float, depth_mm: float) -> float:
    """Force of a ball pressed into a flat half-space, N (Hertz 1881)."""
    return float(4 / 3 * reduced_pa * math.sqrt(radius_mm / 1000) * (depth_mm / 1000) ** 1.5)


@kernel()
def press(labels: Labels, gone: Mask, at: Array, spacing_mm: Array, radius_mm: float, reduced_pa: Array) -> float:
    """How hard the ball presses on the tissue that it lies in, N. O(voxels of the ball's box).

    Args:
        labels: Of the field.
        gone: Where there is tissue no longer.
        at: (3,), the ball's middle in indices of the field.
        spacing_mm: (3,).
        radius_mm: Of the ball.
        reduced_pa: E* of each label.
    """
    voxel_mm3 = spacing_mm[0] * spacing_mm[1] * spacing_mm[2]
    corner_mm = 0.5 * math.sqrt(spacing_mm[0] ** 2 + spacing_mm[1] ** 2 + spacing_mm[2] ** 2)
    low, high = np.empty(3, dtype=np.int64), np.empty(3, dtype=np.int64)
    for axis in range(3):
        reach = radius_mm / spacing_mm[axis] + 1.0
        low[axis] = max(0, math.floor(at[axis] - reach))
        high[axis] = min(labels.shape[axis] - 1, math.ceil(at[axis] + reach))
    volume, weighed = 0.0, 0.0
    for i in range(low[0], high[0] + 1):
        for j in range(low[1], high[1] + 1):
            for k in range(low[2], high[2] + 1):
                if labels[i, j, k] == 0 or gone[i, j, k]:
                    continue
                away = math.sqrt(
                    ((i - at[0]) * spacing_mm[0]) ** 2
                    + ((j - at[1]) * spacing_mm[1]) ** 2
                    + ((k - at[2]) * spacing_mm[2]) ** 2
                )
                if away >= radius_mm + corner_mm:
                    continue
                covered = voxel_mm3
                if away > radius_mm - corner_mm:
                    covered *= _covered(i - at[0], j - at[1], k - at[2], spacing_mm, radius_mm)
                volume += covered
                weighed += covered * reduced_pa[labels[i, j, k]]
    if volume <= 0.0:
        return 0.0
    depth = cap_depth(volume, radius_mm)
    return 4.0 / 3.0 * (weighed / volume) * math.sqrt(radius_mm / 1000.0) * (depth / 1000.0) ** 1.5


@kernel()
def _covered(i: float, j: float, k: float, spacing_mm: Array, radius_mm: float) -> float:
    """Share of a voxel that the ball covers, of 125 points in it; (i, j, k) is its way from the ball's middle."""
    inside = 0
    for a in range(_FINER):
        x = (i + (a + 0.5) / _FINER - 0.5) * spacing_mm[0]
        for b in range(_FINER):
            y = (j + (b + 0.5) / _FINER - 0.5) * spacing_mm[1]
            for c in range(_FINER):
                z = (k + (c + 0.5) / _FINER - 0.5) * spacing_mm[2]
                inside += x * x + y * y + z * z <= radius_mm * radius_mm
    return inside / _FINER**3


@kernel()
def cap_depth(volume_mm3: float, radius_mm: float) -> float:
    """The height of a ball's cap of a volume, mm: V = pi d^2 (R - d / 3), by halving; the whole ball at most."""
    low, high = 0.0, 2.0 * radius_mm
    for _ in range(40):
        middle = 0.5 * (low + high)
        if math.pi * middle * middle * (radius_mm - middle / 3.0) < volume_mm3:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@kernel()
def take(labels: Labels, gone: Mask, at: Array, spacing_mm: Array, radius_mm: float, taken: NDArray[np.int64]) -> None:
    """Marks as gone what tissue has its voxels' centres in the ball, and counts it by label.

    Args:
        labels: Of the field.
        gone: Written.
        at: (3,), the ball's middle in indices of the field.
        spacing_mm: (3,).
        radius_mm: Of the ball.
        taken: (labels,), added to.
    """
    low, high = np.empty(3, dtype=np.int64), np.empty(3, dtype=np.int64)
    for axis in range(3):
        reach = radius_mm / spacing_mm[axis]
        low[axis] = max(0, math.ceil(at[axis] - reach))
        high[axis] = min(labels.shape[axis] - 1, math.floor(at[axis] + reach))
    for i in range(low[0], high[0] + 1):
        for j in range(low[1], high[1] + 1):
            for k in range(low[2], high[2] + 1):
                if labels[i, j, k] == 0 or gone[i, j, k]:
                    continue
                away = (
                    ((i - at[0]) * spacing_mm[0]) ** 2
                    + ((j - at[1]) * spacing_mm[1]) ** 2
                    + ((k - at[2]) * spacing_mm[2]) ** 2
                )
                if away <= radius_mm * radius_mm:
                    gone[i, j, k] = True
                    taken[labels[i, j, k]] += 1
