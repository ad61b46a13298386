"""Report and replay of a session, computed from its log."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from abaton.live.role import Phase, Role
from abaton.server.models.common import Identifier, Model, Value
from abaton.server.models.experience import ExperienceShape
from abaton.server.models.session import Session

Seconds = Annotated[float, Field(ge=0, description="Since the session opened.")]


class Series(Model):
    """One line of the plot: `values[i]` was measured at `at_s[i]`. `source` tells recorded signals from live ones."""

    key: str = Field(description="`suds`, `heart_rate`, or a field of the state.")
    label: str
    unit: str | None
    source: str | None
    step: bool = Field(description="The value holds until the next one; otherwise a line joins them.")
    at_s: list[float]
    values: list[float | str | bool]


class TimelineEvent(Model):
    """Something that happened, for the plot's margin: `kind` is the kind of fact in the log."""

    at_s: Seconds
    kind: str
    by: Role | None
    text: str


class TimelineNote(Model):
    """The lead's note."""

    at_s: Seconds
    text: str


class Highest(Model):
    """The most that was reached of a graded field, and the patient's limit."""

    field: str
    label: str
    unit: str | None
    value: Value
    ceiling: Value | None


class ReportSummary(Model):
    """The session in a few figures. Null where nothing was measured."""

    duration_s: float
    running_s: float
    suds_first: float | None
    suds_peak: float | None
    suds_last: float | None
    heart_rate_mean_bpm: float | None
    heart_rate_max_bpm: float | None
    heart_rate_source: str | None
    highest: list[Highest]
    stops: int
    notes: int
    recorded: bool


class Report(Model):
    """The summary and the timeline of a session."""

    session: Session
    summary: ReportSummary
    series: list[Series]
    events: list[TimelineEvent]
    notes: list[TimelineNote]


class Frame(Model):
    """The state from `at_s` on, until the next frame. Frames where nothing changed are left out."""

    at_s: Seconds
    tick: int
    phase: Phase
    state: dict[str, float | str | bool | None]


class PoseTrack(Model):
    """The recorded poses of one participant: `packed[i]` is the wire's packed pose in base64 at `at_s[i]`."""

    participant: str
    role: Role
    at_s: list[float]
    packed: list[str]


class Replay(Model):
    """A session to be played again in the browser. `poses` is empty where recording was not consented to."""

    session_id: Identifier
    experience: ExperienceShape
    seed: int
    rate_hz: float = Field(description="How often the state was sampled.")
    opened_at: AwareDatetime
    duration_s: float
    frames: list[Frame]
    events: list[TimelineEvent]
    notes: list[TimelineNote]
    series: list[Series]
    poses: list[PoseTrack]
