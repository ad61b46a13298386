"""Chance by counting: the same seed and place give the same number, however a run is cut or branched."""

import math

import numpy as np

from abaton.core.kernels import kernel

_TURN = 2.0 * math.pi


@kernel()
def uniform(seed: int, place: int) -> float:
    """Above 0 and below 1, by the mixing function of SplitMix64 (Steele, Lea and Flood 2014)."""
    mixed = np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(place) * np.uint64(0xD1B54A32D192ED03)
    mixed += np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed = mixed ^ (mixed >> np.uint64(31))
    return (float(mixed >> np.uint64(12)) + 0.5) / 4503599627370496.0


@kernel()
def normal(seed: int, place: int) -> float:
    """Of mean 0 and deviation 1 (Box and Muller 1958)."""
    return math.sqrt(-2.0 * math.log(uniform(seed, 2 * place))) * math.cos(_TURN * uniform(seed, 2 * place + 1))
