"""A scenario played from its beginning to its end, and played again with one act changed."""

import hashlib
from collections.abc import Callable
from typing import Literal

import msgspec
import numpy as np

from abaton.core.errors import Problem
from abaton.training.patient import Patient
from abaton.training.physiology.person import Person
from abaton.training.physiology.vitals import Vitals
from abaton.training.scenario.acts import Act, checked, ordered
from abaton.training.scenario.language import Scenario
from abaton.training.scenario.learners import Learner, recorded
from abaton.training.scenario.operating import operate
from abaton.training.scenario.run import Event, Run
from abaton.training.scenario.running import begin, seen_now, step
from abaton.training.scenario.score import Score, scored
from abaton.training.why import Why, why

Watch = Callable[[Run], None]
"""Is shown the run after each second."""

NUMBERS = tuple(name for name in Vitals.__struct_fields__ if name != "rhythm")


class Played(msgspec.Struct, frozen=True, eq=False):
    """A run that is over.

    Attributes:
        scenario: Which.
        seed: Of chance.
        person: Who the patient was.
        acts: What the learner did; with scenario and seed all the rest follows from them.
        timeline: True vital signs, one a second from arrival on.
        events: What happened.
        score: Of the checklist.
        outcome: recovered, stable, deteriorated or died.
        run: As it ended.
        digest: SHA-256 of scenario, seed, acts and timeline.
    """

    scenario: Scenario
    seed: int
    person: Person
    acts: tuple[Act, ...]
    timeline: tuple[Vitals, ...]
    events: tuple[Event, ...]
    score: Score
    outcome: str
    run: Run
    digest: str


def play(
    scenario: Scenario, learner: Learner, seed: int = 0, watch: Watch | None = None, person: Person | None = None
) -> Played:
    """Plays a scenario.

    Args:
        scenario: Which.
        learner: Who acts: a robot, a recording or any generator.
        seed: Of chance.
        watch: Is shown the run after each second.
        person: Another patient than the scenario's.

    Raises:
        Problem: An act that is none, a seed out of range, an insult that there is not.
    """
    run = begin(scenario, seed, person)
    doing = learner(scenario)
    next(doing)
    timeline = [run.vitals]
    while not run.outcome:
        run, _ = step(run, doing.send((run, seen_now(run))))
        timeline.append(run.vitals)
        if watch is not None:
            watch(run)
    doing.close()
    score = scored(scenario, run.held_s)
    digest = _digest(scenario, seed, run.acts, timeline)
    return Played(
        scenario, seed, run.patient.person, run.acts, tuple(timeline), run.events, score, run.outcome, run, digest
    )


def _digest(scenario: Scenario, seed: int, acts: tuple[Act, ...], timeline: list[Vitals]) -> str:
    numbers = np.array([[float(getattr(vitals, name)) for name in NUMBERS] for vitals in timeline])
    made = hashlib.sha256(msgspec.json.encode([scenario, seed, acts], order="sorted"))
    made.update(np.ascontiguousarray(numbers).tobytes())
    return made.hexdigest()


class Change(msgspec.Struct, frozen=True):
    """What is to be otherwise.

    Attributes:
        what: `remove` an act, `add` one, or `move` one to another time.
        number: Of the act in the run's list; not of one that is added.
        act: That is added.
        to_s: Where it is moved.
    """

    what: Literal["remove", "add", "move"]
    number: int = -1
    act: Act | None = None
    to_s: float = 0.0


class Difference(msgspec.Struct, frozen=True):
    """Something that came out otherwise.

    Attributes:
        what: A vital sign with which figure of it, an item, the score or the outcome.
        before: As it was.
        after: As it would have been.
    """

    what: str
    before: str
    after: str


class Counterfactual(msgspec.Struct, frozen=True, eq=False):
    """What would have been.

    Attributes:
        change: What was otherwise.
        told: The change in words.
        played: The run with it.
        differs: What came out otherwise.
    """

    change: Change
    told: str
    played: Played
    differs: tuple[Difference, ...]


LOWEST = ("mean_mmhg", "saturation_pct")
LAST = ("mean_mmhg", "heart_rate", "saturation_pct", "lactate_mmol_l", "coma_scale")


def counterfactual(played: Played, change: Change) -> Counterfactual:
    """The run again from its start with one act changed; the other acts stay when they were.

    Raises:
        Problem: An act that the run does not have, or one that may not be.
    """
    acts, told = _changed(played.acts, change)
    again = play(played.scenario, recorded(acts), played.seed, person=played.person)
    return Counterfactual(change, told, again, differences(played, again))


def differences(before: Played, after: Played) -> tuple[Difference, ...]:
    """What came out otherwise in another run of the same scenario."""
    found: list[Difference] = []

    def compare(what: str, first: str, second: str) -> None:
        if first != second:
            found.append(Difference(what, first, second))

    compare("outcome", before.outcome, after.outcome)
    compare("score", f"{before.score.total:.0f}", f"{after.score.total:.0f}")
    compare("length, s", f"{before.run.time_s:.0f}", f"{after.run.time_s:.0f}")
    for name in LOWEST:
        lows = [min(float(getattr(vitals, name)) for vitals in each.timeline) for each in (before, after)]
        compare(f"lowest {name}", f"{lows[0]:.0f}", f"{lows[1]:.0f}")
    for name in LAST:
        ends = [float(getattr(each.timeline[-1], name)) for each in (before, after)]
        compare(f"last {name}", f"{ends[0]:.3g}", f"{ends[1]:.3g}")
    for first, second in zip(before.score.results, after.score.results, strict=True):
        compare(first.text, first.verdict, second.verdict)
    return tuple(found)


def _changed(acts: tuple[Act, ...], change: Change) -> tuple[tuple[Act, ...], str]:
    if change.what == "add":
        if change.act is None:
            raise Problem("change_malformed", "an added act that is not given", "an act", "Say which act.")
        added = checked(change.act)
        return ordered([*acts, added]), f"with {added.text} at {added.time_s:.0f} s"
    if not 0 <= change.number < len(acts):
        raise Problem("act_not_found", f"act {change.number}", f"0 to {len(acts) - 1}", "Choose an act of the run.")
    act = acts[change.number]
    rest = acts[: change.number] + acts[change.number + 1 :]
    if change.what == "remove":
        return rest, f"without {act.text} at {act.time_s:.0f} s"
    moved = checked(msgspec.structs.replace(act, time_s=change.to_s))
    return ordered([*rest, moved]), f"with {act.text} at {change.to_s:.0f} s instead of {act.time_s:.0f} s"


def why_changed(played: Played, sign: str, from_s: float, to_s: float, orders: int = 1) -> Why:
    """How much of a vital sign's change in a span of the run came from what.

    Args:
        played: The run.
        sign: A field of `Vitals`.
        from_s: Begin of the span, s since arrival.
        to_s: Its end.
        orders: See `why`; more take longer.

    Raises:
        Problem: No such sign, or a span outside the run or too short.
    """
    if not 0 <= from_s < to_s <= played.run.time_s:
        raise Problem(
            "span_outside",
            f"{from_s:g} to {to_s:g} s",
            f"a span within 0 to {played.run.time_s:g} s",
            "Choose a span of the run.",
        )
    start = patient_at(played, from_s)
    due: dict[int, list[int]] = {}
    for number, (when, _) in enumerate(played.run.operations):
        due.setdefault(round(when - from_s), []).append(number)

    def act(patient: Patient, second: int) -> Patient:
        for number in due.get(second, ()):
            # What was given is given, whatever the patient is like with causes held.
            done = played.run.operations[number][1]
            arguments = {**done.arguments, "insist": True} if done.kind == "order" else done.arguments
            patient = operate(patient, msgspec.structs.replace(done, arguments=arguments)).patient
        return patient

    return why(start, round(to_s - from_s), sign, act, orders)


def patient_at(played: Played, time_s: float) -> Patient:
    """The patient at a second of the run, before that second's acts."""
    run = begin(played.scenario, played.seed, played.person)
    doing = recorded(played.acts)(played.scenario)
    next(doing)
    while run.time_s < time_s:
        run, _ = step(run, doing.send((run, seen_now(run))))
    return run.patient
