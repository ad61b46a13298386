"""The random walker's equations, solved without a matrix, so that progress is true and cancel works at once."""

import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.core.kernels import kernel, parallel_range
from abaton.imaging.segment.morphology import parts
from abaton.imaging.segment.watch import Watch

_TOLERANCE = 1e-3
_MOST_ROUNDS = 3000
_LEAST_WEIGHT = 1e-10

Chances = NDArray[np.float32]


def probabilities(
    values: NDArray[np.float32],
    seeds: NDArray[np.uint16],
    order: list[int],
    allowed: NDArray[np.bool_],
    spacing_mm: tuple[float, float, float],
    stiffness: float,
    watch: Watch,
) -> Chances:
    """The chance that a random walker from each voxel meets each label's seeds first.

    Grady, 'Random walks for image segmentation', IEEE PAMI 28, 2006. Walkers step across faces, with a weight of
    exp(-stiffness * difference^2) / spacing^2. The linear equations are solved by conjugate gradients with the
    diagonal as preconditioner; the last label's chance is what the others leave.

    Args:
        values: (a, b, c), finite.
        seeds: (a, b, c), labels of `order`, 0 elsewhere.
        order: Labels.
        allowed: (a, b, c): where walkers go; true at the seeds.
        spacing_mm: Along each axis.
        stiffness: For values scaled to a standard deviation of 1 / sqrt(10).
        watch: Progress and cancel.

    Returns:
        (labels, a, b, c); 0 for all labels where no walker meets a seed.

    Raises:
        Problem: The equations were not solved after 3000 rounds.
    """
    spread = float(values[allowed].std()) * np.sqrt(10.0)
    scaled = values / np.float32(spread if spread > 0 else 1.0)
    ends = tuple(1.0 / step**2 for step in spacing_mm)
    most = max(ends)
    weights = [_weights(scaled, allowed, axis, stiffness, end / most, _LEAST_WEIGHT) for axis, end in enumerate(ends)]
    reached = _reached(allowed, seeds > 0, watch.part(0.0, 0.05))
    free = reached & (seeds == 0)
    solved = len(order) - 1
    chances = np.zeros((len(order), *values.shape), dtype=np.float32)
    for place, label in enumerate(order[:-1]):
        part = watch.part(0.05 + 0.95 * place / solved, 0.05 + 0.95 * (place + 1) / solved)
        chances[place] = _solve(weights, free, (seeds == label).astype(np.float32), part)
    chances[-1] = np.where(reached, 1.0 - chances[:-1].sum(axis=0), 0.0)
    return chances


def _solve(weights: list[Chances], free: NDArray[np.bool_], fixed: Chances, watch: Watch) -> Chances:
    """Conjugate gradients for the free voxels, the others held."""
    a, b, c = weights
    pressed = np.zeros_like(fixed)
    diagonal = np.zeros_like(fixed)
    _apply(a, b, c, np.ones_like(free), fixed, pressed, diagonal)
    residual = np.where(free, -pressed, np.float32(0))
    scale = np.where(free & (diagonal > 0), 1 / np.maximum(diagonal, np.float32(1e-30)), np.float32(0))
    chance = np.zeros_like(fixed)
    preconditioned = scale * residual
    direction = preconditioned.copy()
    product = _dot(residual, preconditioned)
    first = product
    doing = "Walking at random"
    for _ in range(_MOST_ROUNDS):
        if product <= _TOLERANCE**2 * first or product == 0:
            return chance + fixed
        # Each round takes about the same share off the residual's logarithm.
        watch.at(doing, np.log(product / first) / (2 * np.log(_TOLERANCE)))
        _apply(a, b, c, free, direction, pressed, diagonal)
        step = product / _dot(direction, pressed)
        _advance(chance, residual, direction, pressed, np.float32(step))
        preconditioned = scale * residual
        following = _dot(residual, preconditioned)
        direction = preconditioned + np.float32(following / product) * direction
        product = following
    raise Problem(
        "walker_lost",
        got=f"equations that were not solved in {_MOST_ROUNDS} rounds",
        expected="seeds between which walkers can go",
        next_step="Lower the stiffness, or place more seeds.",
    )


def _dot(one: Chances, other: Chances) -> float:
    # Each slice has its own sum, and the sums are added in order: the same bits on any number of cores.
    sums = np.zeros(len(one))
    _products(one, other, sums)
    return float(sums.sum())


def _weights(
    values: NDArray[np.float32], allowed: NDArray[np.bool_], axis: int, stiffness: float, share: float, least: float
) -> Chances:
    """Weight of the step from each voxel to the next along an axis; 0 for the last, and where none may go."""
    weights = np.zeros(values.shape, dtype=np.float32)
    here = [slice(None)] * 3
    there = [slice(None)] * 3
    here[axis], there[axis] = slice(None, -1), slice(1, None)
    near, far = tuple(here), tuple(there)
    step = np.exp(-stiffness * (values[far] - values[near]) ** 2) * share + least
    weights[near] = np.where(allowed[near] & allowed[far], step, 0)
    return weights


def _reached(allowed: NDArray[np.bool_], seeds: NDArray[np.bool_], watch: Watch) -> NDArray[np.bool_]:
    """Voxels that can walk to a seed."""
    numbered = parts(allowed, watch)
    return np.isin(numbered, np.setdiff1d(numbered[seeds], [0]))


@kernel(parallel=True)
def _apply(
    a: Chances,
    b: Chances,
    c: Chances,
    free: NDArray[np.bool_],
    values: Chances,
    out: Chances,
    diagonal: Chances,
) -> None:
    """The graph's Laplacian times `values`, at free voxels, and the Laplacian's diagonal."""
    slices, rows, columns = values.shape
    for i in parallel_range(slices):
        for j in range(rows):
            for k in range(columns):
                total = np.float32(0)
                degree = np.float32(0)
                if not free[i, j, k]:
                    out[i, j, k] = 0
                    continue
                here = values[i, j, k]
                if i > 0:
                    degree += a[i - 1, j, k]
                    total += a[i - 1, j, k] * (here - values[i - 1, j, k])
                if i + 1 < slices:
                    degree += a[i, j, k]
                    total += a[i, j, k] * (here - values[i + 1, j, k])
                if j > 0:
                    degree += b[i, j - 1, k]
                    total += b[i, j - 1, k] * (here - values[i, j - 1, k])
                if j + 1 < rows:
                    degree += b[i, j, k]
                    total += b[i, j, k] * (here - values[i, j + 1, k])
                if k > 0:
                    degree += c[i, j, k - 1]
                    total += c[i, j, k - 1] * (here - values[i, j, k - 1])
                if k + 1 < columns:
                    degree += c[i, j, k]
                    total += c[i, j, k] * (here - values[i, j, k + 1])
                out[i, j, k] = total
                diagonal[i, j, k] = degree


@kernel(parallel=True)
def _advance(chance: Chances, residual: Chances, direction: Chances, pressed: Chances, step: np.float32) -> None:
    slices, rows, columns = chance.shape
    for i in parallel_range(slices):
        for j in range(rows):
            for k in range(columns):
                chance[i, j, k] += step * direction[i, j, k]
                residual[i, j, k] -= step * pressed[i, j, k]


@kernel(parallel=True)
def _products(one: Chances, other: Chances, sums: NDArray[np.float64]) -> None:
    slices, rows, columns = one.shape
    for i in parallel_range(slices):
        total = 0.0
        for j in range(rows):
            for k in range(columns):
                total += float(one[i, j, k]) * float(other[i, j, k])
        sums[i] = total
