"""A molar made in code: enamel, dentin, one carious lesion, pulp; stylised, of plausible sizes, the same each time.

Millimetres in the tooth's own axes: x towards the front teeth, y towards the cheek, z out of the gum, 0 at the neck.
The outside is an implicit shape: a bulging crown under four cusps and their fissures, on two roots. Enamel is what lies
within a depth of the outside; pulp is a chamber with a horn under each cusp and a canal down each root. The lesion
begins in a fissure, spreads where enamel meets dentin, and narrows towards the pulp. A labelled volume, of a cone-beam
scan say, may take its place: see `tooth_of`.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid

Array = NDArray[np.float64]
Labels = NDArray[np.uint8]

ENAMEL, DENTIN, CARIES, PULP = 1, 2, 3, 4
NAMES = {ENAMEL: "enamel", DENTIN: "dentin", CARIES: "caries", PULP: "pulp"}


class Tissue(msgspec.Struct, frozen=True):
    """What a burr meets.

    Attributes:
        density_kg_m3: For the mass of what was removed.
        hardness_n_mm2: Pressure that it bears before it yields (1 HV = 9.807 N/mm2); what slows the burr.
        share_of_stiffness: How firmly it pushes back, beside enamel as 1.
        source: Of the figures.
    """

    density_kg_m3: float
    hardness_n_mm2: float
    share_of_stiffness: float
    source: str


TISSUES = {
    ENAMEL: Tissue(2900.0, 2695.0, 1.0, "274.8 HV, Chun 2014 (10.1177/1758736014520809); density 2840-3000"),
    DENTIN: Tissue(2100.0, 643.0, 0.8, "65.6 HV, Chun 2014; density 2000-2200; stiffness chosen"),
    CARIES: Tissue(1700.0, 200.0, 0.3, "about 20 HV, softened dentin; recalled; density and stiffness chosen"),
    PULP: Tissue(1050.0, 20.0, 0.01, "soft: no hardness is measured, the figures are chosen"),
}
"""By label. Published hardness of enamel runs from 2.7 to 6.5 GPa by depth of the indent (Halgas 2013: 6.5 at the
outside, dentin 1.1): only the ratios, and the burr's `bite`, set how fast it cuts."""

CROWN_HEIGHT_MM = 7.0
ROOT_LENGTH_MM = 13.0
_CUSPS = np.array([[2.4, 2.3, 6.9], [-2.5, 2.3, 6.7], [2.4, -2.4, 7.0], [-2.5, -2.4, 6.8]])
_PITS = np.array([[0.0, 0.0], [2.2, 0.1], [-2.3, 0.0], [0.0, 1.6], [0.1, -1.7]])


class Tooth(msgspec.Struct, frozen=True, eq=False):
    """A tooth in voxels.

    Attributes:
        grid: Cubes along right-angled axes.
        labels: uint8, `grid.shape`; 0 is air.
        voxel_mm: Their edge.
        turn: (3, 3), from the tooth's axes to the grid's, by index.
        origin_mm: (3,), middle of the first voxel.
    """

    grid: Grid
    labels: Labels
    voxel_mm: float
    turn: Array
    origin_mm: Array

    def volumes_mm3(self) -> dict[int, float]:
        """Of each tissue, by label."""
        counts = np.bincount(self.labels.ravel(), minlength=PULP + 1)
        return {label: float(counts[label]) * self.grid.voxel_volume_mm3 for label in NAMES}


def tooth_of(labels: Labels, grid: Grid) -> Tooth:
    """A tooth from a labelled volume.

    Args:
        labels: 0 air, 1 enamel, 2 dentin, 3 caries, 4 pulp.
        grid: Where its voxels lie; cubes along right-angled axes.

    Raises:
        Problem: Another shape, other labels, no tissue, or voxels that are not cubes.
    """
    spacing = grid.spacing_mm
    axes = grid.affine[:3, :3] / np.maximum(np.array(spacing), 1e-30)
    cubes = bool(np.allclose(spacing, spacing[0], rtol=1e-4)) and bool(np.allclose(axes.T @ axes, np.eye(3), atol=1e-4))
    reason = ""
    if labels.shape != grid.shape or labels.dtype.kind not in "iu":
        reason = f"labels of shape {labels.shape} and type {labels.dtype} for a grid of {grid.shape}"
    elif labels.min() < 0 or labels.max() > PULP or not labels.any():
        reason = "labels that are none of 0 to 4, or air alone"
    elif not (np.isfinite(grid.affine).all() and spacing[0] > 0 and cubes):
        reason = f"voxels of {spacing[0]:g} x {spacing[1]:g} x {spacing[2]:g} mm, or axes that are not at right angles"
    if reason:
        raise Problem(
            "tooth_unusable",
            got=reason,
            expected="whole labels 0 to 4 on a grid of cubes",
            next_step="Resample the volume to cubes of 0.1 to 0.15 mm and label its tissues.",
        )
    return Tooth(
        grid, np.ascontiguousarray(labels, dtype=np.uint8), float(spacing[0]), axes.T.copy(), grid.affine[:3, 3].copy()
    )


def molar(seed: int, voxel_mm: float = 0.125) -> Tooth:
    """A lower molar with a lesion; the seed sets where the lesion lies and how far it has come.

    >>> sorted(NAMES[label] for label, volume in molar(1, 0.25).volumes_mm3().items() if volume > 0)
    ['caries', 'dentin', 'enamel', 'pulp']

    Args:
        seed: Of the lesion.
        voxel_mm: Edge of the voxels, 0.08 to 0.3.

    Raises:
        Problem: The voxels are too fine or too coarse.
    """
    if not 0.08 <= voxel_mm <= 0.3:
        raise Problem(
            "voxels_out_of_range",
            got=f"voxels of {voxel_mm} mm",
            expected="0.08 to 0.3 mm",
            next_step="Choose 0.1 to 0.15 mm: finer is slow, coarser loses the fissures.",
        )
    low, high = np.array([-6.4, -6.0, -ROOT_LENGTH_MM - 0.8]), np.array([6.4, 6.0, 7.8])
    size = np.ceil((high - low) / voxel_mm).astype(np.int64)[::-1]
    affine = np.eye(4)
    affine[:3, :3] = voxel_mm * np.eye(3)[:, ::-1]
    affine[:3, 3] = low
    grid = Grid.of(size, affine)
    z, y, x = _lines(low[::-1], size, voxel_mm)
    outside = _outside(x, y, z)
    labels = np.where(outside < 0, DENTIN, 0).astype(np.uint8)
    depth = np.asarray(ndimage.distance_transform_edt(labels > 0), dtype=np.float64) * voxel_mm - voxel_mm / 2
    enamel = (labels > 0) & (depth < _enamel_mm(x, y, z))
    labels[enamel] = ENAMEL
    pulp = (_pulp(x, y, z) < 0) & (labels == DENTIN)
    labels[pulp] = PULP
    labels[_lesion(seed, x, y, z, labels, voxel_mm) & (labels > 0) & (labels != PULP)] = CARIES
    return tooth_of(labels, grid)


def _lines(low: Array, size: NDArray[np.int64], voxel_mm: float) -> tuple[Array, Array, Array]:
    """Coordinates along each axis of the array, shaped to be combined."""
    a, b, c = (first + voxel_mm * np.arange(count, dtype=np.float64) for first, count in zip(low, size, strict=True))
    return a.reshape(-1, 1, 1), b.reshape(1, -1, 1), c.reshape(1, 1, -1)


def _smooth_least(one: Array, two: Array, blend: float) -> Array:
    """The smaller of two distances, its corner rounded over `blend` mm (polynomial smooth minimum)."""
    share = np.clip(0.5 + 0.5 * (two - one) / blend, 0.0, 1.0)
    return two + (one - two) * share - blend * share * (1.0 - share)


def _smooth_most(one: Array, two: Array, blend: float) -> Array:
    return -_smooth_least(-one, -two, blend)


def _ease(value: Array) -> Array:
    kept = np.clip(value, 0.0, 1.0)
    return kept * kept * (3.0 - 2.0 * kept)


def _occlusal_mm(x: Array, y: Array) -> Array:
    """Height of the chewing surface: four cusps, ridges between them, a cross of fissures."""
    height = np.full(np.broadcast_shapes(x.shape, y.shape), 4.5)
    for cx, cy, top in _CUSPS:
        away = np.sqrt((x - cx) ** 2 + 0.9 * (y - cy) ** 2 + 0.25)
        height = -_smooth_least(-height, -(top + 0.45 - 0.85 * away), 0.5)
    rim = _ease((np.abs(x) - 3.3) / 1.3) * np.exp(-((y / 2.6) ** 2)) * 1.1
    groove = 0.75 * np.exp(-(((y - 0.3 * np.sin(1.5 * x + 0.4)) / 0.28) ** 2)) * _ease((3.7 - np.abs(x)) / 0.8)
    crossing = 0.65 * np.exp(-(((x - 0.28 * np.sin(1.4 * y - 0.5)) / 0.28) ** 2)) * _ease((4.3 - np.abs(y)) / 0.9)
    return height + rim - np.maximum(groove, crossing)


def _outside(x: Array, y: Array, z: Array) -> Array:
    """About the distance from the outside, mm, negative within."""
    up = np.clip(z / CROWN_HEIGHT_MM, 0.0, 1.0)
    bulge = np.sin(math.pi * np.clip(0.13 + 0.74 * up, 0.0, 1.0))
    below = _ease(-z / 3.5)
    half_x, half_y = 4.15 + 1.25 * bulge - 0.55 * up**3 - 0.5 * below, 3.95 + 1.15 * bulge - 0.85 * up**3 - 0.4 * below
    round_ = (np.abs(x / half_x) ** 2.7 + np.abs(y / half_y) ** 2.7) ** (1 / 2.7)
    sides = (round_ - 1.0) * 0.5 * (half_x + half_y)
    crown = _smooth_most(_smooth_most(sides, z - _occlusal_mm(x, y), 1.1), -z - 3.4, 2.6)
    shape = crown
    for side in (1.0, -1.0):
        shape = _smooth_least(shape, _root(x, y, z, side), 1.1)
    return shape


def _root_line(z: Array, side: float) -> tuple[Array, Array]:
    """How far down a root it is, 0 to 1, and the x of the root's middle there; the root bends back at its end."""
    down = np.clip(-z / ROOT_LENGTH_MM, 0.0, 1.0)
    return down, side * (2.0 + 1.9 * np.sin(1.9 * down)) - 0.9 * down**2.5


def _root(x: Array, y: Array, z: Array, side: float) -> Array:
    down, middle = _root_line(z, side)
    half_x, half_y = 2.15 - 1.3 * down**1.3, 3.75 - 2.4 * down**1.2
    round_ = np.sqrt(((x - middle) / half_x) ** 2 + (y / half_y) ** 2)
    sides = (round_ - 1.0) * half_x
    return _smooth_most(_smooth_most(sides, -z - ROOT_LENGTH_MM, 1.6), z - 1.0, 0.6)


def _enamel_mm(x: Array, y: Array, z: Array) -> Array:
    """Thickness: about 2.2 mm over the cusps, 1.2 on the sides, little at the neck, none below it."""
    # The neck's line rises between neighbours.
    neck = 0.9 * _ease((np.abs(x) - 2.0) / 2.4)
    up = np.clip((z - neck) / (CROWN_HEIGHT_MM - 1.0), 0.0, 1.0)
    return np.where(z > neck, 0.15 + 2.1 * up**0.75, 0.0) - 0.5 * _ease(1.0 - np.hypot(x, y) / 2.0) * (z > 4.0)


def _rod(x: Array, y: Array, z: Array, start: Array, end: Array, wide: float, narrow: float) -> Array:
    """Distance from a rod with round ends whose radius goes from `wide` to `narrow`."""
    way = end - start
    along = ((x - start[0]) * way[0] + (y - start[1]) * way[1] + (z - start[2]) * way[2]) / float(way @ way)
    along = np.clip(along, 0.0, 1.0)
    away = np.sqrt(
        (x - start[0] - along * way[0]) ** 2
        + (y - start[1] - along * way[1]) ** 2
        + (z - start[2] - along * way[2]) ** 2
    )
    return away - (wide + (narrow - wide) * along)


def _pulp(x: Array, y: Array, z: Array) -> Array:
    """Chamber, horns, two canals in each root."""
    chamber = (np.sqrt((x / 2.5) ** 2 + (y / 1.9) ** 2 + ((z - 0.1) / 0.95) ** 2) - 1.0) * 0.95
    for cx, cy, _ in _CUSPS:
        horn = _rod(x, y, z, np.array([0.55 * cx, 0.5 * cy, 0.4]), np.array([0.75 * cx, 0.72 * cy, 2.7]), 0.6, 0.16)
        chamber = _smooth_least(chamber, horn, 0.5)
    for side in (1.0, -1.0):
        down, middle = _root_line(z, side)
        apart = 1.1 * (1.0 - 0.75 * down)
        away = np.minimum(np.hypot(x - middle, y - apart), np.hypot(x - middle, y + apart))
        canal = np.maximum(away - (0.42 - 0.24 * down), np.maximum(z, -z - ROOT_LENGTH_MM + 0.3))
        chamber = _smooth_least(chamber, canal, 0.4)
    return chamber


def _lesion(seed: int, x: Array, y: Array, z: Array, labels: Labels, voxel_mm: float) -> NDArray[np.bool_]:
    """A narrow way in through the fissure, a disc where enamel meets dentin, a cone towards the pulp."""
    rng = np.random.default_rng([seed, 73])
    px, py = (float(value) for value in _PITS[rng.integers(len(_PITS))] + rng.uniform(-0.2, 0.2, 2))
    wide, deep = float(rng.uniform(1.1, 1.6)), float(rng.uniform(1.0, 1.7))
    column_x = round((px - float(x.min())) / voxel_mm)
    column_y = round((py - float(y.min())) / voxel_mm)
    column = np.flatnonzero(labels[:, column_y, column_x] == DENTIN)
    junction = float(z.ravel()[column[-1]])
    below = junction - z
    away = np.hypot((x - px) / 1.15, y - py)
    cone = (below > -0.1) & (below < deep) & (away < wide * np.sqrt(np.clip(1.0 - below / deep, 0.0, 1.0)))
    undermined = (np.abs(below) <= 0.35) & (away < wide * np.sqrt(np.clip(1.0 - (below / 0.4) ** 2, 0.0, 1.0)))
    mouth = (below <= 0.0) & (away < 0.22 + 0.18 * _ease(-below))
    # Decay has not reached the pulp: 0.7 mm of sound dentin lie between them.
    nearest = np.asarray(ndimage.distance_transform_edt(labels != PULP), dtype=np.float64) * voxel_mm
    return (cone | undermined | mouth) & (nearest > 0.7)
