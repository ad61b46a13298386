"""The audit log: who did what, to which record, when. It holds ids and words, never a patient's data."""

from pydantic import AwareDatetime, Field

from abaton.server.models.common import Model


class AuditEntry(Model):
    """One read or write."""

    number: int
    at: AwareDatetime
    actor_id: str | None = Field(description="Null for what happened before anyone was signed in.")
    actor_name: str | None
    action: str
    target: str | None = Field(description="What kind of record: patient, session, practitioner…")
    target_id: str | None


class AuditPage(Model):
    """Entries, latest first; ask again with `before=next_before` for older ones, until it is null."""

    entries: list[AuditEntry]
    next_before: int | None


class AuditVerification(Model):
    """Whether the audit log is as it was written; else the first entry that does not fit."""

    intact: bool
    entries: int
    broken_at: int | None
    reason: str | None
