"""How a segmentation is made, as data: the same recipe on the same scan gives the same labels, bit for bit."""

from typing import TypeAlias

import msgspec
import numpy as np

from abaton.core.errors import Problem
from abaton.imaging.segment import growing, morphology, seeded
from abaton.imaging.segment.morphology import Mask
from abaton.imaging.segment.watch import QUIET, Watch
from abaton.imaging.volume import Segmentation, Volume

Point: TypeAlias = tuple[float, float, float]


class Threshold(msgspec.Struct, frozen=True, tag=True):
    """All voxels with values from `low` to `high`."""

    low: float
    high: float

    def told(self) -> str:
        """In words."""
        return f"threshold {_interval(self.low, self.high)}"


class Grow(msgspec.Struct, frozen=True, tag=True):
    """The region around seeds with values from `low` to `high`; see `growing.grown`."""

    seeds_mm: tuple[Point, ...]
    low: float
    high: float
    neck_mm: float = 0.0

    def told(self) -> str:
        """In words."""
        neck = f", not through necks of {2 * self.neck_mm:g} mm" if self.neck_mm else ""
        return f"grown from {_points(self.seeds_mm)} within {_interval(self.low, self.high)}{neck}"


class GrowConfidently(msgspec.Struct, frozen=True, tag=True):
    """The region around seeds with values like those at the seeds; see `growing.grown_confidently`."""

    seeds_mm: tuple[Point, ...]
    deviations: float = 2.5
    start_mm: float = 3.0

    def told(self) -> str:
        """In words."""
        return (
            f"grown from {_points(self.seeds_mm)} within {self.deviations:g} standard deviations, "
            f"begun with {self.start_mm:g} mm"
        )


class Seed(msgspec.Struct, frozen=True):
    """Where a label begins."""

    name: str
    at_mm: Point


class Watershed(msgspec.Struct, frozen=True, tag=True):
    """Labels that flood the scan from seeds; see `seeded.watershed`."""

    seeds: tuple[Seed, ...]
    low: float = -np.inf
    high: float = np.inf
    radius_mm: float = 2.0
    sigma_mm: float = 1.0

    def told(self) -> str:
        """In words."""
        return (
            f"watershed from {_seeds(self.seeds)} of {self.radius_mm:g} mm within {_interval(self.low, self.high)}, "
            f"gradient over {self.sigma_mm:g} mm"
        )


class RandomWalker(msgspec.Struct, frozen=True, tag=True):
    """Labels by random walks to seeds; see `seeded.random_walker`."""

    seeds: tuple[Seed, ...]
    low: float = -np.inf
    high: float = np.inf
    radius_mm: float = 2.0
    stiffness: float = 130.0

    def told(self) -> str:
        """In words."""
        return (
            f"random walker from {_seeds(self.seeds)} of {self.radius_mm:g} mm within "
            f"{_interval(self.low, self.high)}, stiffness {self.stiffness:g}"
        )


class Largest(msgspec.Struct, frozen=True, tag=True):
    """Keeps the largest connected parts."""

    count: int = 1

    def told(self) -> str:
        """In words."""
        return "largest part" if self.count == 1 else f"{self.count} largest parts"


class LargerThan(msgspec.Struct, frozen=True, tag=True):
    """Keeps connected parts of at least this volume."""

    volume_mm3: float

    def told(self) -> str:
        """In words."""
        return f"parts of {self.volume_mm3:g} mm³ or more"


class Holding(msgspec.Struct, frozen=True, tag=True):
    """Keeps the connected parts that hold one of the points."""

    points_mm: tuple[Point, ...]

    def told(self) -> str:
        """In words."""
        return f"parts that hold {_points(self.points_mm)}"


class Open(msgspec.Struct, frozen=True, tag=True):
    """Takes away what a ball of this radius does not fit into."""

    radius_mm: float

    def told(self) -> str:
        """In words."""
        return f"opened by {self.radius_mm:g} mm"


class Close(msgspec.Struct, frozen=True, tag=True):
    """Fills gaps that a ball of this radius does not fit into."""

    radius_mm: float

    def told(self) -> str:
        """In words."""
        return f"closed by {self.radius_mm:g} mm"


class Smooth(msgspec.Struct, frozen=True, tag=True):
    """Rounds the mask by a Gaussian and keeps its volume."""

    sigma_mm: float

    def told(self) -> str:
        """In words."""
        return f"smoothed by {self.sigma_mm:g} mm"


class FillHoles(msgspec.Struct, frozen=True, tag=True):
    """Fills what the mask encloses."""

    def told(self) -> str:
        """In words."""
        return "holes filled"


Start: TypeAlias = Threshold | Grow | GrowConfidently | Watershed | RandomWalker
Refinement: TypeAlias = Largest | LargerThan | Holding | Open | Close | Smooth | FillHoles

BACKGROUND = "rest"
"""Seeds of this name stand for everything else; they leave no label."""


class Recipe(msgspec.Struct, frozen=True):
    """How to make a segmentation.

    Attributes:
        name: What a single label means; seeds have names of their own.
        start: Makes the labels.
        then: Done to each label, in this order.
    """

    name: str
    start: Start
    then: tuple[Refinement, ...] = ()

    def told(self) -> str:
        """In words, as the segmentation's `made_by`."""
        return ", ".join(step.told() for step in (self.start, *self.then))


def follow(recipe: Recipe, volume: Volume, watch: Watch = QUIET) -> Segmentation:
    """Makes the segmentation of a recipe.

    Raises:
        Problem: A parameter cannot be used, or nothing was found.
        Stopped: The work was called off.
    """
    _check(recipe)
    masks = _started(recipe, volume, watch.part(0.0, 0.6 if recipe.then else 1.0))
    labels = np.zeros(volume.grid.shape, dtype=np.uint16)
    steps = max(len(masks) * len(recipe.then), 1)
    for value, (name, mask) in enumerate(masks.items(), start=1):
        refined = mask
        for place, step in enumerate(recipe.then):
            done = ((value - 1) * len(recipe.then) + place) / steps
            refined = _refined(step, refined, volume, watch.part(0.6 + 0.4 * done, 0.6 + 0.4 * (done + 1 / steps)))
        if not refined.any():
            raise Problem(
                "nothing_segmented",
                got=f"no voxel of {name!r}",
                expected="at least one",
                next_step="Widen the interval, move the seeds, or leave out a refinement.",
            )
        labels[refined & (labels == 0)] = value
    names = dict(enumerate(masks, start=1))
    return Segmentation(labels, volume.grid, names, recipe.told())


def _started(recipe: Recipe, volume: Volume, watch: Watch) -> dict[str, Mask]:
    """Each label's mask by its name."""
    start = recipe.start
    if isinstance(start, Threshold):
        return {recipe.name: growing.threshold(volume, start.low, start.high, watch)}
    if isinstance(start, Grow):
        return {recipe.name: growing.grown(volume, start.seeds_mm, start.low, start.high, start.neck_mm, watch)}
    if isinstance(start, GrowConfidently):
        grown = growing.grown_confidently(volume, start.seeds_mm, start.deviations, start.start_mm, watch=watch)
        return {recipe.name: grown}
    names = list(dict.fromkeys(seed.name for seed in start.seeds))
    seeds = {
        value: [seed.at_mm for seed in start.seeds if seed.name == name] for value, name in enumerate(names, start=1)
    }
    everywhere = start.low == -np.inf and start.high == np.inf
    within = None if everywhere else growing.threshold(volume, start.low, start.high, watch.part(0.0, 0.1))
    rest = watch.part(0.1, 1.0)
    if isinstance(start, Watershed):
        labels = seeded.watershed(volume, seeds, within, start.radius_mm, start.sigma_mm, rest)
    else:
        labels = seeded.random_walker(volume, seeds, within, start.radius_mm, start.stiffness, rest)
    return {name: labels == value for value, name in enumerate(names, start=1) if name != BACKGROUND}


def _refined(step: Refinement, mask: Mask, volume: Volume, watch: Watch) -> Mask:
    match step:
        case Largest(count):
            return morphology.largest(mask, count, watch)
        case LargerThan(volume_mm3):
            return morphology.larger_than(mask, volume.grid, volume_mm3, watch)
        case Holding(points_mm):
            return morphology.holding(mask, volume.grid, points_mm, watch)
        case Open(radius_mm):
            return morphology.opened(mask, volume.grid, radius_mm, watch)
        case Close(radius_mm):
            return morphology.closed(mask, volume.grid, radius_mm, watch)
        case Smooth(sigma_mm):
            return morphology.smoothed(mask, volume.grid, sigma_mm, watch)
        case FillHoles():
            return morphology.filled(mask, watch)


def _check(recipe: Recipe) -> None:
    """Lengths, volumes and counts must be positive and finite; an interval may have an open end."""
    for step in (recipe.start, *recipe.then):
        for field, value in msgspec.structs.asdict(step).items():
            if field in ("low", "high") or not isinstance(value, float | int):
                continue
            least = 0.0 if field in ("neck_mm", "radius_mm") and step is recipe.start else 1e-6
            if not least <= value < np.inf:
                raise Problem(
                    "unusable_parameter",
                    got=f"{field.replace('_', ' ')} of {value:g}",
                    expected="a finite number above 0",
                    next_step="Give another value.",
                )


def _interval(low: float, high: float) -> str:
    if low == -np.inf:
        return "any value" if high == np.inf else f"values to {high:g}"
    return f"values from {low:g}" if high == np.inf else f"{low:g} to {high:g}"


def _points(points: tuple[Point, ...]) -> str:
    return " and ".join("(" + ", ".join(f"{value:g}" for value in point) + ") mm" for point in points)


def _seeds(seeds: tuple[Seed, ...]) -> str:
    return "; ".join(f"{seed.name} {_points((seed.at_mm,))}" for seed in seeds)
