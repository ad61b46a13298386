"""Graded exposure to heights: an open lift climbs the outside of a tower over a city."""

import math
from enum import StrEnum
from typing import Annotated

from abaton.live.experience import Experience, Graded, Label, Range, State, Unit, command
from abaton.live.role import Role

LIFT_SPEED_MPS = 1.5
"""A slow goods lift; passenger lifts run at 1 m/s and more, and a brief acceleration is what comfort asks for."""

LIFT_ACCELERATION_MPS2 = 0.5

GUST_TIME_S = 2.0
"""How long a gust lasts: the correlation time of the wind."""


class Railing(StrEnum):
    """From the most to the least protection."""

    FULL = "full"
    LOW = "low"
    NONE = "none"


class Floor(StrEnum):
    """What one stands on."""

    OPAQUE = "opaque"
    GLASS = "glass"


Height = Annotated[float, Unit("m"), Range(0, 60, step=0.5), Graded()]
Wind = Annotated[float, Range(0, 1, step=0.05), Graded()]


class Heights(Experience):
    """Graded exposure to heights: an open lift climbs the outside of a tower over a city."""

    title = "Fear of heights"
    scene = "heights"

    class State(State):
        """Where the lift is and what protects whoever stands in it."""

        height_m: Height = 0.0
        target_m: Annotated[float, Unit("m"), Range(0, 60), Label("Going to")] = 0.0
        speed_mps: Annotated[float, Unit("m/s"), Label("Speed")] = 0.0
        railing: Annotated[Railing, Graded()] = Railing.FULL
        floor: Annotated[Floor, Graded()] = Floor.OPAQUE
        wind: Wind = 0.0
        gust: Annotated[float, Label("Wind now")] = 0.0

    state: State

    @command(by=Role.LEAD, every_s=0.2, shows="target_m")
    def rise_to(self, height_m: Height) -> None:
        """Take the lift to this height."""
        self.state.target_m = height_m

    @command(by=Role.LEAD)
    def set_railing(self, railing: Annotated[Railing, Graded()]) -> None:
        """Change what stands between the subject and the edge."""
        self.state.railing = railing

    @command(by=Role.LEAD)
    def set_floor(self, floor: Annotated[Floor, Graded()]) -> None:
        """Change what one stands on."""
        self.state.floor = floor

    @command(by=Role.LEAD)
    def set_wind(self, wind: Wind) -> None:
        """From a calm day to a stiff breeze."""
        self.state.wind = wind

    def tick(self, dt: float) -> None:
        """Move the lift gently towards its target, and let the wind come in gusts."""
        state = self.state
        state.height_m, state.speed_mps = _ride(state.height_m, state.speed_mps, state.target_m, dt)
        state.gust = self._gust(state.gust, state.wind, dt)

    def on_stop(self) -> None:
        """The lift stands still where it is."""
        self.state.target_m = self.state.height_m
        self.state.speed_mps = 0.0

    def _gust(self, gust: float, wind: float, dt: float) -> float:
        # An Ornstein-Uhlenbeck process around the wind: its spread is a quarter of the mean, as in open country.
        pull = (wind - gust) * dt / GUST_TIME_S
        push = 0.25 * wind * math.sqrt(2 * dt / GUST_TIME_S) * self.random.gauss(0.0, 1.0)
        return min(1.0, max(0.0, gust + pull + push))


def _ride(height_m: float, speed_mps: float, target_m: float, dt: float) -> tuple[float, float]:
    """One step of a lift with bounded speed and acceleration: height and signed speed after `dt` seconds."""
    distance_m = target_m - height_m
    # The speed from which the lift, after this step, can still brake within the distance left.
    slack_mps = LIFT_ACCELERATION_MPS2 * dt
    braking_mps = math.sqrt(slack_mps**2 + 2 * LIFT_ACCELERATION_MPS2 * abs(distance_m)) - slack_mps
    wanted_mps = math.copysign(min(LIFT_SPEED_MPS, braking_mps), distance_m)
    speed_mps += min(slack_mps, max(-slack_mps, wanted_mps - speed_mps))
    if abs(distance_m) < 1e-3 and abs(speed_mps) < 0.05:
        return target_m, 0.0
    return height_m + speed_mps * dt, speed_mps
