"""Cycles in a signal (pulses, breaths) as a monitor counts them: by its swing, with hysteresis."""

import numpy as np

from abaton.core.kernels import kernel
from abaton.training.physiology.influences import Array

(CEILING, FLOOR, HIGH_NOW, MOST, LEAST, AGE, PERIOD, TOP, BOTTOM, COUNT) = range(10)
LENGTH = 10


def uncounted() -> Array:
    """(LENGTH,) before the first sample."""
    return np.zeros(LENGTH)


@kernel()
def follow(cycle: Array, value: float, step_s: float, forget_s: float, least_swing: float, weight: float) -> None:
    """One sample; changes `cycle`.

    A cycle begins when the signal rises above 0.6 of its swing after it was below 0.4. TOP is the highest of the last
    crest, BOTTOM the lowest before the last rise, PERIOD a running mean of the cycles' length in seconds.

    Args:
        cycle: (LENGTH,).
        value: Sample.
        step_s: Since the last sample.
        forget_s: Within which the swing of old cycles is forgotten.
        least_swing: Smaller ones do not count.
        weight: Of a new cycle in the running mean, 0 to 1.
    """
    if cycle[COUNT] < 0.5 and cycle[CEILING] == 0.0 and cycle[FLOOR] == 0.0:
        cycle[CEILING] = cycle[FLOOR] = cycle[MOST] = cycle[LEAST] = value
    swing = cycle[CEILING] - cycle[FLOOR]
    loss = swing * min(step_s / forget_s, 1.0)
    cycle[CEILING] = max(value, cycle[CEILING] - loss)
    cycle[FLOOR] = min(value, cycle[FLOOR] + loss)
    swing = cycle[CEILING] - cycle[FLOOR]
    cycle[AGE] += step_s
    cycle[MOST] = max(cycle[MOST], value)
    cycle[LEAST] = min(cycle[LEAST], value)
    if cycle[HIGH_NOW] < 0.5:
        if swing >= least_swing and value > cycle[FLOOR] + 0.6 * swing:
            cycle[HIGH_NOW] = 1.0
            cycle[COUNT] += 1.0
            # The first rise may be a part of one, so the first whole interval ends at the third.
            if cycle[COUNT] > 3.5:
                cycle[PERIOD] += weight * (cycle[AGE] - cycle[PERIOD])
            elif cycle[COUNT] > 2.5:
                cycle[PERIOD] = cycle[AGE]
            cycle[BOTTOM] = cycle[LEAST]
            cycle[MOST] = value
            cycle[AGE] = 0.0
    elif value < cycle[FLOOR] + 0.4 * swing:
        cycle[HIGH_NOW] = 0.0
        cycle[TOP] = cycle[MOST]
        cycle[LEAST] = value


@kernel()
def forget(cycle: Array) -> None:
    """Cycles have ceased; the next one is the first."""
    cycle[COUNT] = 0.0
    cycle[PERIOD] = 0.0
