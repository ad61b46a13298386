"""Patients, their limits, consents and screenings."""

import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from abaton.server.models.common import Identifier, LongText, Model, PersonName, ShortText, Value

Ceilings = Annotated[dict[str, Value], Field(max_length=32)]
"""The most that a patient may be given, by graded field of an experience's state: `{"height_m": 30}`."""


class PatientNew(Model):
    """A new patient."""

    given_name: PersonName
    family_name: PersonName
    birth_date: datetime.date
    mrn: ShortText | None = Field(default=None, description="The clinic's own number for this patient.")


class PatientChange(Model):
    """What to change of a patient; what is left out stays."""

    given_name: PersonName | None = None
    family_name: PersonName | None = None
    birth_date: datetime.date | None = None
    mrn: ShortText | None = None


class PatientSummary(Model):
    """A patient in a list."""

    id: Identifier
    given_name: str
    family_name: str
    birth_date: datetime.date
    mrn: str | None


class Patient(PatientSummary):
    """A patient with the limits set for them, by experience and graded field."""

    ceilings: dict[str, dict[str, Value]]
    created_at: AwareDatetime


class CeilingsNew(Model):
    """This patient's limits in one experience, in place of those before; a field left out has its full range."""

    values: Ceilings


class Purpose(StrEnum):
    """What a consent is for. Each is given and withdrawn apart."""

    CARE = "care"
    RECORDING = "recording"
    RESEARCH = "research"


class ConsentNew(Model):
    """A consent given or withdrawn; `version` names the text that the patient was shown."""

    purpose: Purpose
    given: bool
    version: ShortText


class Consent(Model):
    """One consent given or withdrawn. The latest of a purpose counts."""

    id: Identifier
    purpose: Purpose
    given: bool
    version: str
    recorded_at: AwareDatetime
    recorded_by: Identifier


class ConsentState(Model):
    """What the patient agrees to now, and how it came to be (latest first)."""

    care: bool
    recording: bool
    research: bool
    history: list[Consent]


class ScreeningAnswers(Model):
    """The screening questions; true means that it applies to the patient."""

    seizures: bool
    vestibular_disease: bool
    psychosis: bool
    intoxication: bool


class Outcome(StrEnum):
    """What a screening says: start, start once the lead has acknowledged the risk, or do not start."""

    CLEAR = "clear"
    CAUTION = "caution"
    BLOCK = "block"


class ScreeningNew(Model):
    """The answers of today. `acknowledged`: the lead has seen the caution and starts in spite of it."""

    answers: ScreeningAnswers
    acknowledged: bool = False
    note: LongText | None = None


class Screening(Model):
    """One screening and what it says. It holds until `valid_until`."""

    id: Identifier
    answers: ScreeningAnswers
    outcome: Outcome
    blocking: list[str] = Field(description="The questions whose answer forbids a session.")
    cautions: list[str] = Field(description="The questions whose answer must be acknowledged.")
    acknowledged: bool
    note: str | None
    recorded_at: AwareDatetime
    recorded_by: Identifier
    valid_until: AwareDatetime


class Trend(Model):
    """One closed session of a patient, in a line. A figure is null where nothing was measured."""

    session_id: Identifier
    experience: str
    opened_at: AwareDatetime
    duration_s: float
    suds_first: float | None
    suds_peak: float | None
    suds_last: float | None
    highest: dict[str, Value] = Field(description="The most that was reached of each graded field.")
    heart_rate_mean_bpm: float | None


PatientQuery = Annotated[str, StringConstraints(max_length=100)]
