"""Scripted trainees: hands that mean well, one pair of them steady and one not.

A hand's motion is made of reaches of minimum jerk (Flash and Hogan 1985) whose duration grows with difficulty (Fitts
1954), of errors of aim and of overshoot that later reaches correct, of pauses, and of tremor from `robot.hand`.
"""

import math
from collections.abc import Callable, Generator, Iterator
from typing import Any, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.surgery.robot.hand import tremor
from abaton.surgery.tasks.running import PERIOD_S, RATE_HZ

Array = NDArray[np.float64]
Part: TypeAlias = Iterator[None]
"""Something a hand does; each turn is a tick."""


class Skill(msgspec.Struct, frozen=True):
    """How well hands do what they mean.

    Attributes:
        name: As given on the command line.
        tremor_mm: Amplitude of the hand's tremor. Physiological tremor of surgeons is about 0.05 to 0.1 mm.
        aim_mm: Standard deviation of where a reach of the tool ends, along each axis.
        overshoot: Share of a reach by which it goes too far.
        pace: Time of a reach, in that of a practised hand.
        corrections: How many further reaches mend an error.
        content_mm: An error that is let be.
        hesitation: Chance of a pause before a reach.
        hesitation_s: Its mean length.
        force_error: Share by which a felt force is judged wrongly; novices press about 22.7 % harder.
        attention_s: Delay between what is felt and what is done about it.
    """

    name: str
    tremor_mm: float
    aim_mm: float
    overshoot: float
    pace: float
    corrections: int
    content_mm: float
    hesitation: float
    hesitation_s: float
    force_error: float
    attention_s: float


SKILLS = {
    "careful": Skill("careful", 0.08, 0.35, 0.02, 1.0, 3, 0.5, 0.05, 0.2, 0.03, 0.15),
    "clumsy": Skill("clumsy", 0.45, 1.5, 0.22, 1.5, 1, 2.0, 0.5, 0.9, 0.28, 0.3),
}


def skill_of(name: str) -> Skill:
    """A skill by its name.

    Raises:
        Problem: There is none of that name.
    """
    if name not in SKILLS:
        raise Problem(
            "trainee_unknown",
            got=f"the trainee {name!r}",
            expected=f"{', '.join(SKILLS)}, or a record's file",
            next_step="Check the name, or the path of the file.",
            kind="not_found",
        )
    return SKILLS[name]


class Hands:
    """Both hands of a scripted trainee, or the one.

    Args:
        start_m: (tools, 3), where the hands are at first.
        skill: How well they do what they mean.
        rng: Where chance comes from.
        scale: How far a hand moves for a unit of the tool's motion.
        tips: Where the tools' tips are in a state, (tools, 3).
        seconds: For how long there is tremor at hand.
        first: The state before the first tick.
    """

    def __init__(
        self,
        start_m: Array,
        skill: Skill,
        rng: np.random.Generator,
        scale: float,
        tips: Callable[[Any], Array],
        seconds: float,
        first: Any,
    ) -> None:
        self.skill, self.rng, self.scale = skill, rng, scale
        self.state = first
        self.position_m = start_m.copy()
        self.turn = np.zeros_like(start_m)
        self.grip = np.zeros(len(start_m))
        self.tick = 0
        self._tips = tips
        shaking = tremor(rng, round(seconds * RATE_HZ) + 2, RATE_HZ, skill.tremor_mm, 3 * len(start_m))
        # Tremor grows in over half a second: the hand comes to the instrument, it does not appear on it.
        grown = np.minimum(1.0, np.arange(len(shaking)) / (0.5 * RATE_HZ))
        self._tremor_m = (shaking * grown[:, None] / 1000).reshape(-1, len(start_m), 3)

    def drive(self, *parts: Part) -> Generator[Array, Any, None]:
        """Commands until every part has ended; the parts run side by side."""
        going = list(parts)
        while going:
            going = [part for part in going if next(part, self) is not self]
            if going:
                self.state = yield self.command()

    def command(self) -> Array:
        """Of this tick."""
        rows = np.empty((len(self.position_m), 8))
        np.add(self.position_m, self._tremor_m[min(self.tick, len(self._tremor_m) - 1)], out=rows[:, :3])
        rows[:, 3:6] = self.turn
        rows[:, 6] = 1.0
        rows[:, 7] = self.grip
        self.tick += 1
        return rows

    def tip_m(self, tool: int) -> Array:
        """(3,), where a tool's tip is."""
        return self._tips(self.state)[tool]

    def wait(self, seconds: float) -> Part:
        """Rests."""
        for _ in range(round(seconds * RATE_HZ)):
            yield

    def until(self, happens: Callable[[Any], bool], longest_s: float = 60.0) -> Part:
        """Rests until something is so."""
        for _ in range(round(longest_s * RATE_HZ)):
            if happens(self.state):
                return
            yield

    def grasp(self, tool: int, to: float, seconds: float = 0.15) -> Part:
        """Moves the jaws."""
        begun = self.grip[tool]
        steps = max(1, round(seconds * RATE_HZ))
        for n in range(1, steps + 1):
            self.grip[tool] = begun + (to - begun) * n / steps
            yield

    def reach(self, tool: int, goal_m: Array, width_mm: float = 1.0, speed: float = 1.0) -> Part:
        """Brings a tool's tip to a place, with the errors of this skill and the reaches that mend them.

        Args:
            tool: Which.
            goal_m: (3,), in the task's world.
            width_mm: Of the goal; a smaller one takes longer.
            speed: How much faster than usual.
        """
        if self.rng.random() < self.skill.hesitation:
            yield from self.wait(self.rng.exponential(self.skill.hesitation_s))
        for again in range(1 + self.skill.corrections):
            way = goal_m - self.tip_m(tool)
            far = float(np.linalg.norm(way))
            if again and 1000 * far < self.skill.content_mm:
                return
            # Errors of aim shrink with the reach: one of a millimetre is not missed by two.
            spread = self.skill.aim_mm / 1000 * min(1.0, 0.2 + far / 0.02)
            way = way * (1 + self.skill.overshoot * self.rng.uniform(0.4, 1.6)) if not again else way
            aim = way + self.rng.normal(0.0, spread, 3)
            seconds = self.skill.pace * (0.16 + 0.11 * math.log2(1 + 1000 * far / width_mm)) / speed
            yield from self.move(tool, self.scale * aim, seconds * (0.6 if again else 1.0))
            yield from self.wait(0.05 * self.skill.pace)

    def move(self, tool: int, by_m: Array, seconds: float) -> Part:
        """Moves the hand by a vector, (3,) m, with the least jerk."""
        begun = self.position_m[tool].copy()
        steps = max(20, round(seconds * RATE_HZ))
        for n in range(1, steps + 1):
            share = n / steps
            self.position_m[tool] = begun + share**3 * (10 - 15 * share + 6 * share**2) * by_m
            yield

    def seconds(self) -> float:
        """Since the beginning."""
        return self.tick * PERIOD_S
