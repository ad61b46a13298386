"""Labels that spread from seeds until they meet: watershed and random walker."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.imaging.segment import itk
from abaton.imaging.segment.morphology import Mask, dilated
from abaton.imaging.segment.places import inside_index
from abaton.imaging.segment.walking import probabilities
from abaton.imaging.segment.watch import QUIET, Watch
from abaton.imaging.volume import Volume

Seeds: TypeAlias = Mapping[int, Sequence[Sequence[float]]]
"""World positions in mm, LPS, for each label."""


def markers(volume: Volume, seeds_mm: Seeds, radius_mm: float, watch: Watch = QUIET) -> NDArray[np.uint16]:
    """Labels around seeds: the voxels that hold them, and all within the radius.

    Raises:
        Problem: A seed lies outside the scan, seeds of two labels reach the same voxel, or there is one label only.
    """
    if len(seeds_mm) < 2:
        raise Problem(
            "one_label",
            got=f"seeds of {len(seeds_mm)} label",
            expected="seeds of at least two labels, one of which may be the background",
            next_step="Add a seed for what is around, such as `--seed rest X Y Z`.",
        )
    labels = np.zeros(volume.grid.shape, dtype=np.uint16)
    for turn, (label, points) in enumerate(seeds_mm.items()):
        here = np.zeros(volume.grid.shape, dtype=np.bool_)
        for point in points:
            here[inside_index(volume.grid, point)] = True
        if radius_mm > 0:
            part = watch.part(turn / len(seeds_mm), (turn + 1) / len(seeds_mm))
            here = dilated(here, volume.grid, radius_mm, part)
        if (labels[here] > 0).any():
            raise Problem(
                "seeds_overlap",
                got=f"seeds of two labels that are less than {2 * radius_mm:g} mm apart",
                expected="seeds that do not reach into each other",
                next_step="Move them apart, or take a smaller radius.",
            )
        labels[here] = label
    return labels


def watershed(
    volume: Volume,
    seeds_mm: Seeds,
    within: Mask | None = None,
    radius_mm: float = 2.0,
    sigma_mm: float = 1.0,
    watch: Watch = QUIET,
) -> NDArray[np.uint16]:
    """Floods the scan from seeds; labels meet where the values change most (Beucher and Meyer, 1993).

    Args:
        volume: To flood.
        seeds_mm: Where each label begins.
        within: Only here are labels given; everywhere when None.
        radius_mm: Of the seeds.
        sigma_mm: Of the Gaussian before the gradient is taken; less follows finer borders, and more noise.
        watch: Progress and cancel.

    Returns:
        `grid.shape`, the seeds' labels; 0 outside `within`.

    Raises:
        Problem: See `markers`.
    """
    begun = markers(volume, seeds_mm, radius_mm, watch.part(0.0, 0.1))
    tools = itk.toolkit()
    slopes = tools.GradientMagnitudeRecursiveGaussianImageFilter()
    slopes.SetSigma(sigma_mm)
    values = itk.image(known_values(volume), volume.grid.spacing_mm)
    steep = itk.run(slopes, (values,), watch.part(0.1, 0.3), "Finding borders")
    if within is not None:
        # The flood may not take a way through what is not asked for: there the ground is higher than anywhere.
        steep = np.where(within | (begun > 0), steep, np.float32(steep.max()) + np.float32(1))
    flood = tools.MorphologicalWatershedFromMarkersImageFilter()
    flood.SetMarkWatershedLine(False)
    images = (itk.image(steep), itk.image(begun))
    labels = itk.run(flood, images, watch.part(0.3, 1.0), "Flooding").astype(np.uint16)
    if within is not None:
        labels[~within & (begun == 0)] = 0
    return labels


def random_walker(
    volume: Volume,
    seeds_mm: Seeds,
    within: Mask | None = None,
    radius_mm: float = 2.0,
    stiffness: float = 130.0,
    watch: Watch = QUIET,
) -> NDArray[np.uint16]:
    """Gives each voxel the label whose seed a random walker from there would most likely meet first (Grady, 2006).

    Finds weak and broken borders that a watershed leaks through, and takes longer.

    Args:
        volume: To label.
        seeds_mm: Where each label begins.
        within: Only here are labels given, and only here walkers go; everywhere when None.
        radius_mm: Of the seeds.
        stiffness: How much a change of value keeps walkers from passing: Grady's beta, for values scaled so that
            their standard deviation is 1 / sqrt(10). The values' unit does not matter.
        watch: Progress and cancel.

    Returns:
        `grid.shape`, the seeds' labels; 0 where no walker reaches a seed.

    Raises:
        Problem: See `markers`.
    """
    begun = markers(volume, seeds_mm, radius_mm, watch.part(0.0, 0.1))
    allowed = np.ones(volume.grid.shape, dtype=np.bool_) if within is None else within | (begun > 0)
    box = _box(allowed)
    order = list(seeds_mm)
    values = np.ascontiguousarray(known_values(volume)[box])
    chances = probabilities(
        values,
        np.ascontiguousarray(begun[box]),
        order,
        np.ascontiguousarray(allowed[box]),
        volume.grid.spacing_mm,
        stiffness,
        watch.part(0.1, 1.0),
    )
    labels = np.zeros(volume.grid.shape, dtype=np.uint16)
    labels[box] = np.where(chances.max(axis=0) > 0, np.array(order, dtype=np.uint16)[chances.argmax(axis=0)], 0)
    return labels


def _box(mask: Mask) -> tuple[slice, slice, slice]:
    """The smallest box that holds a mask that is not empty."""
    held = [np.flatnonzero(mask.any(axis=others)) for others in ((1, 2), (0, 2), (0, 1))]
    a, b, c = (slice(int(places[0]), int(places[-1]) + 1) for places in held)
    return a, b, c


def known_values(volume: Volume) -> NDArray[np.float32]:
    """All values; where nothing was measured, the least of those that were."""
    values = volume.values()
    unknown = ~np.isfinite(values)
    if volume.padding is not None:
        unknown |= volume.voxels == volume.padding
    if unknown.all():
        raise Problem(
            "nothing_measured",
            got="a scan in which nothing was measured",
            expected="values to find borders in",
            next_step="Choose another scan.",
        )
    values[unknown] = values[~unknown].min()
    return values
