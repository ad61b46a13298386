"""How well raters agree: overlap, distances between borders in millimetres, votes, entropy, kappa."""

from collections.abc import Sequence
from itertools import combinations

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.geometry.grid import FloatArray, Grid
from abaton.imaging.segment.morphology import Mask
from abaton.imaging.segment.watch import QUIET, Watch
from abaton.imaging.volume import Segmentation

_BLOCK = 50_000


class Overlap(msgspec.Struct, frozen=True):
    """How two masks compare.

    Attributes:
        volume_mm3: Of the first.
        other_volume_mm3: Of the second.
        dice: 2 |A and B| / (|A| + |B|); None where both are empty.
        jaccard: |A and B| / |A or B|; None where both are empty.
        hausdorff_mm: The farthest that a border voxel of one lies from the other's border; None where one is empty.
        hd95_mm: The larger of the two 95th percentiles of those distances.
        mean_distance_mm: Their mean over the borders of both.
    """

    volume_mm3: float
    other_volume_mm3: float
    dice: float | None
    jaccard: float | None
    hausdorff_mm: float | None
    hd95_mm: float | None
    mean_distance_mm: float | None


class Pair(msgspec.Struct, frozen=True):
    """Two raters' masks of one label, the raters by their places in the list of segmentations."""

    label: str
    first: int
    second: int
    overlap: Overlap


class Agreement(msgspec.Struct, frozen=True):
    """How all raters of a scan compare.

    Attributes:
        raters: Who made each segmentation.
        labels: All names that occur.
        volumes_mm3: By label, one for each rater.
        pairs: Each label, each two raters.
        kappa: Fleiss' kappa by label, over all voxels of the scan; None where it is not defined.
    """

    raters: tuple[str, ...]
    labels: tuple[str, ...]
    volumes_mm3: dict[str, tuple[float, ...]]
    pairs: tuple[Pair, ...]
    kappa: dict[str, float | None]

    def mean_dice(self, label: str) -> float | None:
        """The mean over all pairs of raters for which it is defined."""
        known = [pair.overlap.dice for pair in self.pairs if pair.label == label and pair.overlap.dice is not None]
        return float(np.mean(known)) if known else None


def overlap_of(one: Mask, other: Mask, grid: Grid, watch: Watch = QUIET) -> Overlap:
    """Compares two masks.

    A voxel is on the border when one of its six neighbours is outside the mask or the scan. Distances run between
    centres of border voxels, in world millimetres, whatever the grid's angles and spacings.

    Raises:
        Problem: The masks have other shapes than the grid.
    """
    for mask in (one, other):
        if mask.shape != grid.shape:
            raise _elsewhere()
    return _overlap(one, other, grid, border_mm(one, grid), border_mm(other, grid), watch)


def agreement(segmentations: Sequence[Segmentation], watch: Watch = QUIET) -> Agreement:
    """Compares all raters' segmentations of one scan, label by label; labels are the same where their names are.

    Raises:
        Problem: There are fewer than two, or their grids differ.
    """
    grid = _common_grid(segmentations)
    labels = tuple(dict.fromkeys(name for one in segmentations for name in one.names.values()))
    couples = list(combinations(range(len(segmentations)), 2))
    pairs: list[Pair] = []
    volumes: dict[str, tuple[float, ...]] = {}
    kappa: dict[str, float | None] = {}
    for place, label in enumerate(labels):
        part = watch.part(place / len(labels), (place + 1) / len(labels))
        masks = [one.mask(label) for one in segmentations]
        borders = [border_mm(mask, grid) for mask in masks]
        volumes[label] = tuple(float(mask.sum()) * grid.voxel_volume_mm3 for mask in masks)
        kappa[label] = fleiss_kappa(np.sum(masks, axis=0), len(masks))
        for turn, (first, second) in enumerate(couples):
            share = part.part(turn / len(couples), (turn + 1) / len(couples))
            compared = _overlap(masks[first], masks[second], grid, borders[first], borders[second], share)
            pairs.append(Pair(label, first, second, compared))
    raters = tuple(one.made_by for one in segmentations)
    return Agreement(raters, labels, volumes, tuple(pairs), kappa)


def votes(segmentations: Sequence[Segmentation], label: str) -> NDArray[np.uint16]:
    """How many raters gave each voxel this label.

    Raises:
        Problem: There are fewer than two, or their grids differ.
    """
    grid = _common_grid(segmentations)
    count = np.zeros(grid.shape, dtype=np.uint16)
    for one in segmentations:
        count += one.mask(label)
    return count


def entropy_bits(segmentations: Sequence[Segmentation]) -> NDArray[np.float32]:
    """How divided the raters are at each voxel: the entropy of their votes over all labels and none, in bits.

    0 where all say the same, 1 where two halves differ.

    Raises:
        Problem: There are fewer than two, or their grids differ.
    """
    grid = _common_grid(segmentations)
    labels = dict.fromkeys(name for one in segmentations for name in one.names.values())
    entropy = np.zeros(grid.shape, dtype=np.float32)
    none = np.full(grid.shape, len(segmentations), dtype=np.int32)
    for label in labels:
        count = votes(segmentations, label)
        none -= count
        entropy += _part_of_entropy(count, len(segmentations))
    return entropy + _part_of_entropy(none, len(segmentations))


def majority(segmentations: Sequence[Segmentation]) -> Segmentation:
    """Each voxel's label by more than half of the raters; none where no label has that many.

    Raises:
        Problem: There are fewer than two, or their grids differ.
    """
    grid = _common_grid(segmentations)
    names = dict(enumerate(dict.fromkeys(name for one in segmentations for name in one.names.values()), start=1))
    labels = np.zeros(grid.shape, dtype=np.uint16)
    for value, name in names.items():
        labels[2 * votes(segmentations, name) > len(segmentations)] = value
    return Segmentation(labels, grid, names, f"majority of {len(segmentations)} raters")


def fleiss_kappa(count: NDArray[np.integer], raters: int) -> float | None:
    """Fleiss' kappa of yes or no at each voxel (Fleiss, 1971).

    Args:
        count: How many raters said yes, any shape.
        raters: How many there are, at least 2.

    Returns:
        1 where all agree, 0 for agreement by chance; None where everyone says yes everywhere, or no.
    """
    voxels = np.bincount(count.ravel(), minlength=raters + 1).astype(np.float64)
    yes = np.arange(raters + 1)
    agreeing = (yes * (yes - 1) + (raters - yes) * (raters - yes - 1)) / (raters * (raters - 1))
    share = float((voxels * yes).sum() / (raters * voxels.sum()))
    by_chance = share**2 + (1 - share) ** 2
    if by_chance == 1:
        return None
    return float(((voxels * agreeing).sum() / voxels.sum() - by_chance) / (1 - by_chance))


def border_mm(mask: Mask, grid: Grid) -> FloatArray:
    """(n, 3): world positions of a mask's border voxels."""
    inner = mask.copy()
    for axis in range(3):
        along = np.moveaxis(mask, axis, 0)
        kept = np.moveaxis(inner, axis, 0)
        kept[1:] &= along[:-1]
        kept[:-1] &= along[1:]
        kept[[0, -1]] = False
    return grid.to_world(np.argwhere(mask & ~inner))


def _overlap(one: Mask, other: Mask, grid: Grid, border: FloatArray, other_border: FloatArray, watch: Watch) -> Overlap:
    count, other_count = int(np.count_nonzero(one)), int(np.count_nonzero(other))
    both = int(np.count_nonzero(one & other))
    either = count + other_count - both
    volumes = count * grid.voxel_volume_mm3, other_count * grid.voxel_volume_mm3
    if either == 0:
        return Overlap(*volumes, None, None, None, None, None)
    dice, jaccard = 2 * both / (count + other_count), both / either
    if count == 0 or other_count == 0:
        return Overlap(*volumes, dice, jaccard, None, None, None)
    there = _distances(border, other_border, watch.part(0.0, 0.5))
    back = _distances(other_border, border, watch.part(0.5, 1.0))
    return Overlap(
        *volumes,
        dice,
        jaccard,
        float(max(there.max(), back.max())),
        float(max(np.percentile(there, 95), np.percentile(back, 95))),
        float(np.concatenate([there, back]).mean()),
    )


def _distances(start: FloatArray, end: FloatArray, watch: Watch) -> FloatArray:
    """(n,): from each of the start points to the nearest of the end points."""
    from scipy.spatial import cKDTree

    tree = cKDTree(end)
    found = np.empty(len(start))
    for first in range(0, len(start), _BLOCK):
        watch.at("Comparing borders", first / len(start))
        found[first : first + _BLOCK] = tree.query(start[first : first + _BLOCK])[0]
    return found


def _part_of_entropy(count: NDArray[np.integer], raters: int) -> NDArray[np.float32]:
    share = np.arange(raters + 1) / raters
    parts = -share * np.log2(np.where(share > 0, share, 1.0))
    return parts.astype(np.float32)[count]


def _common_grid(segmentations: Sequence[Segmentation]) -> Grid:
    if len(segmentations) < 2:
        raise Problem(
            "too_few_raters",
            got=f"{len(segmentations)} segmentation",
            expected="at least two of the same scan",
            next_step="Import or make another one first.",
        )
    if any(one.grid.shape != segmentations[0].grid.shape for one in segmentations):
        raise _elsewhere()
    return segmentations[0].grid


def _elsewhere() -> Problem:
    return Problem(
        "other_grid",
        got="labels on another grid",
        expected="the scan's grid for all",
        next_step="Resample them onto the scan first.",
    )
