"""A haptic device that is made of numbers: a handle held by a hand, with noise and delay. For tests and benchmarks."""

import threading
import time
from collections.abc import Callable

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel
from abaton.surgery.force.device import Limits, Sample

Array = NDArray[np.float64]
SIMULATED = Limits(force_n=7.9, damping_n_s_m=1.5, mass_kg=0.09)
"""Force and mass of the size of a desktop stylus; the damping is a brushed drive's. Not a certain device's."""


class Hand(msgspec.Struct, frozen=True):
    """How a hand holds a handle: a spring and a damper towards where it means to be.

    Between 100 and 1000 N/m and 2 and 20 N s/m for a stylus grip (Hogan 1989; Kuchenbecker et al. 2003), recalled.
    """

    stiffness_n_m: float = 300.0
    damping_n_s_m: float = 5.0
    amplitude_m: float = 0.006
    frequency_hz: float = 0.7


@kernel()
def swing(
    moving: Array, force: Array, goal: Array, goal_speed: Array, numbers: Array, span_s: float, steps: int
) -> tuple[Array, float]:
    """Position and velocity, (6,), a span later under a held force; and the work that the force did on the handle.

    Args:
        moving: (6,).
        force: (3,), held.
        goal: (3,), where the hand means to be.
        goal_speed: (3,).
        numbers: Mass, device damping, hand stiffness, hand damping.
        span_s: How long.
        steps: Into how many (semi-implicit) steps it is cut.
    """
    new = moving.copy()
    work, step = 0.0, span_s / steps
    for _ in range(steps):
        for axis in range(3):
            spring = numbers[2] * (goal[axis] - new[axis]) + numbers[3] * goal_speed[axis]
            speed = new[3 + axis] + step / numbers[0] * (force[axis] + spring)
            new[3 + axis] = speed / (1.0 + step / numbers[0] * (numbers[1] + numbers[3]))
            new[axis] += step * new[3 + axis]
            work += force[axis] * step * new[3 + axis]
    return new, work


class SimulatedDevice:
    """A driver without a device.

    Args:
        hand: That holds it; it swings up and down through the plane z = 0 and slowly across.
        limits: Of the device.
        noise_m: Standard deviation of measured positions.
        seed: Of the noise.
        clock: That drives the simulation.
    """

    limits: Limits = SIMULATED

    def __init__(
        self,
        hand: Hand | None = None,
        limits: Limits = SIMULATED,
        noise_m: float = 5e-6,
        seed: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits = limits
        self.hand = hand or Hand()
        self.written_n = np.zeros(3)
        self._numbers = np.array(
            [limits.mass_kg, limits.damping_n_s_m, self.hand.stiffness_n_m, self.hand.damping_n_s_m]
        )
        self._moving = np.array([0.0, 0.0, self.hand.amplitude_m, 0.0, 0.0, 0.0])
        self._rng, self._noise_m = np.random.default_rng(seed), noise_m
        self._clock, self._lock, self._number = clock, threading.Lock(), 0
        self._begun_s = self._at_s = 0.0

    def open(self) -> None:
        """The hand takes the handle."""
        self._begun_s = self._at_s = self._clock()
        swing(self._moving, self.written_n, np.zeros(3), np.zeros(3), self._numbers, 1e-6, 1)

    def read(self) -> Sample:
        """Where the handle is by now."""
        now = self._clock()
        span = min(max(now - self._at_s, 0.0), 0.05)
        since, turn = now - self._begun_s, 2 * np.pi * self.hand.frequency_hz
        reach = self.hand.amplitude_m
        goal = np.array([0.3 * reach * np.sin(0.37 * turn * since), 0.0, reach * np.cos(turn * since)])
        speed = np.array([0.11 * reach * turn * np.cos(0.37 * turn * since), 0.0, -reach * turn * np.sin(turn * since)])
        if span > 0:
            self._moving, _ = swing(self._moving, self.written_n, goal, speed, self._numbers, span, 10)
        self._at_s, self._number = now, self._number + 1
        return Sample(
            self._moving[:3] + self._rng.normal(0.0, self._noise_m, 3), self._moving[3:].copy(), 0, self._number
        )

    def write(self, force_n: Array) -> None:
        """The force on the handle from now on."""
        with self._lock:
            self.written_n = np.array(force_n)

    def close(self) -> None:
        """No force."""
        self.write(np.zeros(3))
