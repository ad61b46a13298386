"""Masks by value: thresholds, and regions that grow from a seed."""

from collections.abc import Sequence

import numpy as np

from abaton.core.errors import Problem
from abaton.imaging.segment.morphology import Mask, dilated, eroded, holding
from abaton.imaging.segment.places import inside_index
from abaton.imaging.segment.watch import QUIET, Watch
from abaton.imaging.volume import Volume

_SLAB = 8


def threshold(volume: Volume, low: float, high: float, watch: Watch = QUIET) -> Mask:
    """Voxels with values from `low` to `high`, both included.

    Args:
        volume: Of any size: it is read in slabs.
        low: In the volume's unit; may be minus infinity.
        high: May be infinity.
        watch: Progress and cancel.

    Returns:
        `grid.shape`. Padding and NaN are never in it.

    Raises:
        Problem: The interval is empty or not a number.
    """
    if not low <= high:
        raise Problem(
            "empty_interval",
            got=f"an interval from {low:g} to {high:g}",
            expected="a low value that is not above the high one",
            next_step="Exchange the two, or read typical values off the histogram of `abaton scan show`.",
        )
    mask = np.zeros(volume.grid.shape, dtype=np.bool_)
    for first in range(0, len(mask), _SLAB):
        watch.at("Reading values", first / len(mask))
        slab = volume.voxels[first : first + _SLAB]
        values = slab.astype(np.float64) * volume.slope + volume.intercept
        mask[first : first + _SLAB] = (values >= low) & (values <= high) & _measured(volume, first)
    return mask


def grown(
    volume: Volume,
    seeds_mm: Sequence[Sequence[float]],
    low: float,
    high: float,
    neck_mm: float = 0.0,
    watch: Watch = QUIET,
) -> Mask:
    """The region around seeds whose values lie in an interval.

    Args:
        volume: To grow in.
        seeds_mm: World positions, LPS.
        low: As for `threshold`.
        high: As for `threshold`.
        neck_mm: The region does not pass through necks narrower than about twice this; 0 lets it through wherever
            two voxels share a face. Brain and skull, say, are held apart by 2 mm.
        watch: Progress and cancel.

    Raises:
        Problem: A seed lies outside the scan or the interval, or in too narrow a place.
    """
    for seed in seeds_mm:
        inside_index(volume.grid, seed)
    allowed = threshold(volume, low, high, watch.part(0.0, 0.2))
    if neck_mm <= 0:
        return holding(allowed, volume.grid, seeds_mm, watch.part(0.2, 1.0))
    core = eroded(allowed, volume.grid, neck_mm, watch.part(0.2, 0.5))
    core = holding(core, volume.grid, seeds_mm, watch.part(0.5, 0.7))
    return allowed & dilated(core, volume.grid, neck_mm, watch.part(0.7, 1.0))


def grown_confidently(
    volume: Volume,
    seeds_mm: Sequence[Sequence[float]],
    deviations: float = 2.5,
    start_mm: float = 3.0,
    rounds: int = 4,
    watch: Watch = QUIET,
) -> Mask:
    """The region around seeds, whose interval of values is found from the region itself.

    It begins with the mean and the standard deviation of the values near the seeds, grows within
    mean +- deviations * standard deviation, and does so again with those of the region it has.

    Args:
        volume: To grow in.
        seeds_mm: World positions, LPS.
        deviations: Half the interval's width, in standard deviations.
        start_mm: Values within this distance of a seed begin.
        rounds: How often the interval is found anew.
        watch: Progress and cancel.

    Raises:
        Problem: A seed lies outside the scan, or nothing was measured around the seeds.
    """
    region = np.zeros(volume.grid.shape, dtype=np.bool_)
    for seed in seeds_mm:
        region[inside_index(volume.grid, seed)] = True
    region = dilated(region, volume.grid, start_mm, watch.part(0.0, 0.1))
    for turn in range(rounds + 1):
        low, high = _interval(volume, region, deviations)
        share = watch.part(0.1 + 0.9 * turn / (rounds + 1), 0.1 + 0.9 * (turn + 1) / (rounds + 1))
        grown_now = grown(volume, seeds_mm, low, high, watch=share)
        if turn > 0 and np.array_equal(grown_now, region):
            break
        region = grown_now
    return region


def _interval(volume: Volume, region: Mask, deviations: float) -> tuple[float, float]:
    measured = volume.voxels[region].astype(np.float64)
    kept = np.isfinite(measured)
    if volume.padding is not None:
        kept &= measured != volume.padding
    values = measured[kept] * volume.slope + volume.intercept
    if values.size == 0:
        raise Problem(
            "nothing_measured",
            got="seeds around which nothing was measured",
            expected="seeds within what was scanned",
            next_step="Move the seeds.",
        )
    half = deviations * float(values.std())
    return float(values.mean()) - half, float(values.mean()) + half


def _measured(volume: Volume, first: int) -> Mask:
    slab = volume.voxels[first : first + _SLAB]
    if volume.padding is None:
        return np.ones(slab.shape, dtype=np.bool_)
    return slab != volume.padding
