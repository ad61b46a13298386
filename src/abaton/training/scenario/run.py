"""A scenario under way, as data: all that has happened so far, and what is still to take effect."""

import msgspec

from abaton.training.devices.defibrillator import Defibrillator
from abaton.training.dialogue.conversation import Conversation
from abaton.training.patient import Patient
from abaton.training.physiology.vitals import Vitals
from abaton.training.scenario.acts import Act
from abaton.training.scenario.language import Scenario
from abaton.training.scenario.operating import Deed, Operation
from abaton.training.scenario.predicates import Memory
from abaton.training.scenario.seeing import Senses


class Event(msgspec.Struct, frozen=True):
    """Something on the timeline.

    Attributes:
        time_s: Since arrival.
        kind: act, told, refused, answer, finding, state, shock, rhythm, item or outcome.
        text: In words.
        name: Of the item, state or kind of act that it is about.
    """

    time_s: float
    kind: str
    text: str
    name: str = ""


class Run(msgspec.Struct, frozen=True, eq=False):
    """A scenario under way.

    Attributes:
        scenario: Which.
        seed: Of chance.
        time_s: Since the learner arrived; negative before.
        patient: Now.
        state: Name of the stage.
        passed_states: Stages so far, the first first.
        state_s: When the stage was entered.
        waiting: What takes effect later, and when.
        deeds: What was done so far.
        events: The timeline so far.
        operations: What took effect on the body, by the second.
        acts: The learner's, so far.
        conversation: What was asked and answered.
        senses: What is attached and was looked at.
        memory: Of conditions with `for`.
        held_s: When each item of the checklist first held.
        pulseless_s: Seconds without a pulse.
        compressed_s: Of these, those with compressions.
        hands_off_s: Seconds without a pulse since the last compression.
        shocks: Given.
        outcome: Empty while it goes on.
        defibrillator: The one that stands there.
    """

    scenario: Scenario
    seed: int
    time_s: float
    patient: Patient
    state: str
    passed_states: tuple[str, ...]
    state_s: float
    waiting: tuple[tuple[float, Operation], ...]
    deeds: tuple[Deed, ...]
    events: tuple[Event, ...]
    operations: tuple[tuple[float, Operation], ...]
    acts: tuple[Act, ...]
    conversation: Conversation
    senses: Senses
    memory: Memory
    held_s: dict[str, float]
    pulseless_s: float = 0.0
    compressed_s: float = 0.0
    hands_off_s: float = 0.0
    shocks: int = 0
    outcome: str = ""
    defibrillator: Defibrillator | None = None

    @property
    def vitals(self) -> Vitals:
        """The true vital signs; their time counts from arrival."""
        return msgspec.structs.replace(self.patient.vitals, time_s=self.time_s)


def noted(run: Run, kind: str, text: str, name: str = "") -> Run:
    """With one event more."""
    return msgspec.structs.replace(run, events=(*run.events, Event(run.time_s, kind, text, name)))


def did(run: Run, *deeds: Deed) -> Run:
    """With deeds done now."""
    now = tuple(msgspec.structs.replace(deed, time_s=run.time_s) for deed in deeds)
    return msgspec.structs.replace(run, deeds=(*run.deeds, *now)) if now else run
