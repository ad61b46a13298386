"""The audit log: who did what, to which record, when. It holds ids and words, never a patient's data."""

from pydantic import AwareDatetime, Field

from abaton.server.models.common import Model


class AuditEntry(Model):
    """One read or write."""

    number: int
    at: AwareDatetime
    actor: str = Field(description="A practitioner's id, or `subject`, `room`, `setup` or `system`.")
    actor_name: str | None = Field(description="The practitioner's name; null for other actors.")
    action: str
    record: str = Field(description="What kind of record: patient, session, practitioner…")
    record_id: str
    detail: dict[str, str | int | bool] = Field(description="Ids, numbers and names of fields.")


class AuditPage(Model):
    """Entries, latest first; ask again with `before=next_before` for older ones, until it is null."""

    entries: list[AuditEntry]
    next_before: int | None


class AuditFinding(Model):
    """A record that does not fit, as in `audit entry 17`, and why."""

    record: str
    reason: str


class AuditVerification(Model):
    """Whether the audit log is as it was written; else what does not fit."""

    intact: bool
    entries: int
    findings: list[AuditFinding]
