"""Why a vital sign changed: how much of it came from each drug, wound, fluid, treatment and reflex.

The span is played again with some causes held as they were at its beginning, in every prefix of a few orders of the
causes; what a cause adds when it is let go, averaged over the orders, is its share (Shapley 1953, sampled by
permutations and their reverses as Castro 2009 and Mitchell 2022 do). In each order the parts telescope, so that they
add up to the whole exactly, whatever the number of orders; more orders make the split between causes that act together
fairer. What would have happened with everything held is told as `under way before`.
"""

import math
from collections.abc import Callable

import msgspec
import numpy as np

from abaton.core.errors import Problem
from abaton.training.patient import Frozen, Patient, acting, tick
from abaton.training.physiology.engine import Hold, sensed
from abaton.training.physiology.influences import INFLUENCES, LEAST, Support
from abaton.training.physiology.reflexes import REFLEXES
from abaton.training.physiology.vitals import Vitals

UNDER_WAY = "under way before"
SUPPORT = "breathing aid and compressions"


class Part(msgspec.Struct, frozen=True):
    """One cause's share.

    Attributes:
        cause: Its name.
        change: In the vital sign's unit.
        spread: Half the range over the orders; how far the share depends on what else acts.
    """

    cause: str
    change: float
    spread: float


class Why(msgspec.Struct, frozen=True):
    """A change taken apart.

    Attributes:
        sign: Name of the vital sign, a field of `Vitals`.
        first, last: Its mean over the first and last seconds of the span.
        parts: Largest first; with `under way before` they add up to `last - first`.
        runs: How often the span was played.
    """

    sign: str
    first: float
    last: float
    parts: tuple[Part, ...]
    runs: int


NOTHING = np.zeros(len(INFLUENCES))
LEVELS = np.array(
    [0.0 if math.isfinite(least) and name != "shunt" else 1.0 for name, least in zip(INFLUENCES, LEAST, strict=True)]
)
"""What is held stays at its level; what flows (bleeding, fluids, leak) is held by stopping it."""

Step = Callable[[Patient, int], Patient]
"""What hands did before a tick of the span: given the patient and the tick's number in the span."""


def why(
    start: Patient, seconds: int, sign: str, step: Step = lambda patient, _: patient, orders: int = 2, over: int = 5
) -> Why:
    """Takes the change of a vital sign over a span apart. Cost: at most 2 x orders x causes runs of the span.

    Args:
        start: The patient at the span's beginning.
        seconds: Length of the span.
        sign: A field of `Vitals` that is a number.
        step: The acts of the span, applied before each tick.
        orders: Permutations, each with its reverse.
        over: Seconds at both ends over which the sign is averaged.

    Raises:
        Problem: No such vital sign, or a span shorter than twice `over`.
    """
    if sign not in Vitals.__struct_fields__ or not isinstance(getattr(start.vitals, sign), float):
        names = [name for name in Vitals.__struct_fields__ if isinstance(getattr(start.vitals, name), float)]
        raise Problem("sign_unknown", f"the vital sign {sign!r}", "one of " + ", ".join(names), "Choose one of these.")
    if seconds < 2 * over:
        raise Problem("span_too_short", f"{seconds} s", f"at least {2 * over} s", "Choose a longer span.")
    play = _Play(start, seconds, sign, step, over)
    names = play.causes
    shares: dict[str, list[float]] = {name: [] for name in names}
    rng = np.random.default_rng(len(names))
    nothing, everything = play.value(frozenset()), play.value(frozenset(names))
    for _ in range(orders if len(names) > 1 else 1):
        order: list[str] = [names[int(place)] for place in rng.permutation(len(names))]
        for way in (order, order[::-1]):
            free: frozenset[str] = frozenset()
            before = nothing
            for name in way:
                free |= {name}
                now = play.value(free)
                shares[name].append(now - before)
                before = now
    parts = [Part(name, float(np.mean(each)), float(np.ptp(each)) / 2) for name, each in shares.items()]
    parts.append(Part(UNDER_WAY, nothing - play.first, 0.0))
    parts.sort(key=lambda part: -abs(part.change))
    return Why(sign, play.first, everything, tuple(parts), len(play.known))


class _Play:
    """Plays the span with any set of causes free and remembers what came out."""

    def __init__(self, start: Patient, seconds: int, sign: str, step: Step, over: int) -> None:
        self.start, self.seconds, self.sign, self.step, self.over = start, seconds, sign, step, over
        self.known: dict[frozenset[str], float] = {}
        self.at_start = acting(start)
        self.feels = sensed(start.body)
        names = set(self.at_start)
        patient = start
        signs: list[float] = []
        supports: set[Support] = set()
        for number in range(seconds):
            patient = step(patient, number)
            names |= set(acting(patient))
            supports.add(patient.support)
            patient, _ = tick(patient, 1000)
            signs.append(float(getattr(patient.vitals, sign)))
        self.first = float(np.mean(signs[:over]))
        self.helped = len(supports | {start.support}) > 1
        self.causes = sorted(names) + list(REFLEXES) + ([SUPPORT] if self.helped else [])
        self.known[frozenset(self.causes)] = float(np.mean(signs[-over:]))

    def value(self, free: frozenset[str]) -> float:
        """Mean of the sign over the last seconds with these causes free, all others held."""
        if free not in self.known:
            held = {
                name: self.at_start.get(name, NOTHING) * LEVELS
                for name in self.causes
                if name not in free and name not in REFLEXES and name != SUPPORT
            }
            share = np.array([1.0 if name in free else 0.0 for name in REFLEXES])
            frozen = Frozen(held, Hold(self.feels, share))
            patient = self.start
            signs: list[float] = []
            for number in range(self.seconds):
                patient = self.step(patient, number)
                if self.helped and SUPPORT not in free:
                    patient = msgspec.structs.replace(patient, support=self.start.support)
                patient, _ = tick(patient, 1000, frozen)
                if number >= self.seconds - self.over:
                    signs.append(float(getattr(patient.vitals, self.sign)))
            self.known[free] = float(np.mean(signs))
        return self.known[free]
