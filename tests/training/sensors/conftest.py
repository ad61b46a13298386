from collections.abc import Callable

import msgspec
import numpy as np
import pytest

from abaton.training.physiology.engine import Body, Course, advance, begin, set_rhythm
from abaton.training.physiology.influences import INFLUENCES, Array, Support
from abaton.training.physiology.person import Person
from abaton.training.physiology.rhythm import Rhythm
from abaton.training.physiology.vitals import Vitals, vitals_of

QUIET = np.zeros(len(INFLUENCES))


class Played(msgspec.Struct, frozen=True, eq=False):
    """What a body did, second by second."""

    courses: tuple[Course, ...]
    vitals: tuple[Vitals, ...]

    def all(self, name: str) -> Array:
        return np.concatenate([course[name] for course in self.courses])


Play = Callable[..., Played]


@pytest.fixture(scope="session")
def rest() -> Body:
    return begin(Person())


@pytest.fixture(scope="session")
def play(rest: Body) -> Play:
    """Plays a body at rest for some seconds: ten at rest, then with a rhythm, a support or influences."""

    def played(
        seconds: int, rhythm: Rhythm | None = None, energy: float | None = None, support: Support | None = None,
        influences: Array = QUIET,
    ) -> Played:  # fmt: skip
        body, courses, vitals = rest, list[Course](), list[Vitals]()
        for second in range(10 + seconds):
            if second == 10 and rhythm is not None:
                body = set_rhythm(body, rhythm, energy)
            acts = second >= 10
            body, course = advance(body, influences if acts else QUIET, support or Support() if acts else Support())
            courses.append(course)
            vitals.append(vitals_of(body))
        return Played(tuple(courses), tuple(vitals))

    return played
