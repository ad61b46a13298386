"""What a scenario says: the structures that a file of YAML is read into.

A published schema of the same structures is in `scenario.schema.json`; `reading` reads files, `linter` tells what is
not sound in one that could be read.
"""

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta as Bound

from abaton.training.dialogue.conversation import Disclosure, Voice
from abaton.training.physiology.person import Person

Word: TypeAlias = Annotated[str, Bound(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
"""A name made of small letters, figures and underscores."""
Text: TypeAlias = Annotated[str, Bound(min_length=1, max_length=4000)]
Condition: TypeAlias = Annotated[
    str, Bound(min_length=1, max_length=400, description="Such as: mean_mmhg < 55 for 60s")
]
Day: TypeAlias = Annotated[str, Bound(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Seconds: TypeAlias = Annotated[float, Bound(ge=0, le=7200)]
Share: TypeAlias = Annotated[float, Bound(ge=0, le=1)]
Points: TypeAlias = Annotated[float, Bound(ge=0, le=100)]
Kind = Literal[
    "order", "treat", "shock", "compress", "ventilate", "device", "ask", "call", "examine", "airway", "position"
]
Argument: TypeAlias = bool | float | str


class Guideline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the content follows.

    Attributes:
        name: As in the table of current editions.
        edition: Of the guideline.
        date: When that edition was published.
    """

    name: Word
    edition: str
    date: Day


class Meta(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """About the scenario.

    Attributes:
        id: Short stable word; the file is named so.
        title: As people call it.
        edition: The day of this version; a record says which one was played.
        guidelines: That the content follows, the main one first.
        authors: Who wrote it.
        pilot: Whether learners have tried it.
        minutes: How long it lasts at most.
        setting: Where it happens.
        language: Of its texts.
    """

    id: Word
    title: Text
    edition: Day
    guidelines: Annotated[tuple[Guideline, ...], Bound(min_length=1)]
    authors: Annotated[tuple[str, ...], Bound(min_length=1)]
    pilot: Literal["not piloted", "piloted", "validated"]
    minutes: Annotated[float, Bound(ge=1, le=60)]
    setting: Text
    language: str = "en"


class Objective(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is learnt; a measurable sentence."""

    id: Word
    text: Text


class Insult(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What befalls the patient.

    Attributes:
        name: Of the insult, or `drug`: then `arguments` has `order`, such as "fentanyl 1.5 mg iv".
        arguments: Of the insult.
        at_s: When, s; before 0, when the learner arrives, it has been going on.
    """

    name: Word
    arguments: dict[str, Argument] = {}
    at_s: Annotated[float, Bound(ge=-3600, le=7200)] = 0.0


class State(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stage of the story; the first is the one that it begins in.

    Attributes:
        name: Of the stage.
        when: What must hold for it to be entered; not of the first.
        after: Stages from which it is entered; any where none is named.
        says: Told to the learner on entering.
        insults: What befalls the patient then; `at_s` counts from there.
        outcome: Set where the scenario ends with it.
    """

    name: Word
    when: Condition = ""
    after: tuple[Word, ...] = ()
    says: str = ""
    insults: tuple[Insult, ...] = ()
    outcome: Literal["", "recovered", "stable", "deteriorated", "died"] = ""


class Action(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may be done here.

    Attributes:
        do: Kind of act.
        of: Drugs, treatments, devices, parts ... of that kind; any where none is named.
        delay_s: From saying so to its being done.
    """

    do: Kind
    of: tuple[str, ...] = ()
    delay_s: Annotated[float, Bound(ge=0, le=600)] = 0.0


class Device(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands there.

    Attributes:
        name: monitor, defibrillator, aed, pump or ventilator.
        attached: Sensors or pads that are on the patient already.
    """

    name: Literal["monitor", "defibrillator", "aed", "pump", "ventilator"]
    attached: tuple[str, ...] = ()


class Disclosures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What can be learnt by asking.

    Attributes:
        teller: Who answers: the patient while conscious, or a companion at all times.
        facts: One for an intent.
        voice: How the teller speaks where there is no fact to tell.
    """

    teller: Literal["patient", "companion"] = "patient"
    facts: tuple[Disclosure, ...] = ()
    voice: Voice = Voice()


class Finding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an examination finds; the first whose condition holds is told.

    Attributes:
        of: What is examined.
        text: Told.
        when: What must hold; always where it is empty.
    """

    of: Word
    text: Text
    when: str = ""


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of the checklist.

    Attributes:
        id: Of the item.
        text: What a good learner does, or (never) does not do.
        kind: must and should earn their weight, never costs it.
        when: What holds once it is done.
        objective: That it measures.
        weight: Points; those of must and should add up to 100.
        by_s: Until when; later earns half; 0 is any time.
        after: Items that must have been done before.
        before: Items that may be done only after this one.
        critical: Missing it (or doing what never should be) caps the score.
        evidence: Why; a guideline with its edition.
    """

    id: Word
    text: Text
    kind: Literal["must", "should", "never"]
    when: Condition
    objective: Word
    weight: Points
    evidence: Text
    by_s: Seconds = 0.0
    after: tuple[Word, ...] = ()
    before: tuple[Word, ...] = ()
    critical: bool = False


class Scoring(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How points become a score.

    Attributes:
        passing: From which the scenario is passed.
        critical_cap: The most that is left when a critical item fails.
        late_share: Part of the weight for what is done late or out of order.
    """

    passing: Points = 70.0
    critical_cap: Points = 40.0
    late_share: Share = 0.5


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the debrief says about an item.

    Attributes:
        item: Its id.
        met: Where it went well.
        missed: Where it did not.
    """

    item: Word
    met: Text
    missed: Text


class Debriefing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Texts of the debrief.

    Attributes:
        opening: First question.
        items: Bound to the checklist.
        reflect: Questions to talk over.
        sign: The vital sign whose course the why-trace explains.
    """

    opening: Text
    items: tuple[Said, ...]
    reflect: tuple[str, ...] = ()
    sign: str = "mean_mmhg"


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a robot learner does.

    Attributes:
        do: Kind of act.
        arguments: Of the act.
        at_s: Not before, s since arrival.
        when: What must hold of what the learner can know; empty is at once.
        again_s: Repeated after so long while `when` holds; 0 is once.
        times: At most so often.
    """

    do: Kind
    arguments: dict[str, Argument] = {}
    at_s: Seconds = 0.0
    when: str = ""
    again_s: Seconds = 0.0
    times: Annotated[int, Bound(ge=1, le=100)] = 100


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the patient is like at the end of a robot's run, as the objectives say.

    Attributes:
        ideal: Holds at the end of the ideal run.
        idle: Holds at some time in the idle run.
    """

    ideal: Condition
    idle: Condition


class Robots(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Learners that prove the scenario.

    Attributes:
        ideal: Scores high.
        harmful: Fails a critical item.
        expect: What becomes of the patient.
    """

    ideal: tuple[Move, ...]
    harmful: tuple[Move, ...]
    expect: Expected


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One scenario.

    Attributes:
        meta: About it.
        objectives: What is learnt.
        prebrief: Read to the learner before it begins.
        patient: Who.
        insults: What befalls the patient.
        states: Stages of the story.
        actions: What may be done.
        devices: What stands there.
        disclosures: What can be learnt by asking.
        findings: What can be found by examining.
        checklist: What is looked at.
        score: How points become a score.
        debrief: Texts for afterwards.
        learners: Robots that prove it.
    """

    meta: Meta
    objectives: Annotated[tuple[Objective, ...], Bound(min_length=1)]
    prebrief: Text
    patient: Person
    insults: tuple[Insult, ...]
    states: Annotated[tuple[State, ...], Bound(min_length=1)]
    actions: Annotated[tuple[Action, ...], Bound(min_length=1)]
    checklist: Annotated[tuple[Item, ...], Bound(min_length=1)]
    debrief: Debriefing
    learners: Robots
    devices: tuple[Device, ...] = ()
    disclosures: Disclosures = Disclosures()
    findings: tuple[Finding, ...] = ()
    score: Scoring = Scoring()
