"""What the REST interface asks of the live rooms. `abaton.server.live` runs them; tests pass their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from abaton.live.role import Phase


@dataclass(frozen=True)
class RoomOrder:
    """Everything that a room needs to begin; the session's row is already durable and `open`.

    Attributes:
        session_id: The session; the key of the room.
        clinic_id: Whose it is.
        patient_id: Whom it is for.
        lead_id: The practitioner who leads it; the only one who may.
        experience: Its installed name.
        seed: What its random generator begins with.
        ceilings: This patient's limits by graded field.
        recording: The patient consents to recording of poses and signals.
    """

    session_id: str
    clinic_id: str
    patient_id: str
    lead_id: str
    experience: str
    seed: int
    ceilings: Mapping[str, float | str]
    recording: bool


@dataclass(frozen=True)
class RoomNow:
    """A live room at this moment."""

    phase: Phase
    subject_connected: bool
    recording: bool


class Rooms(Protocol):
    """The live rooms of this server. All is called from the event loop; nothing here may block it."""

    async def start(self) -> None:
        """Make the rooms of unfinished sessions again from their logs; called once, before the first request."""
        ...

    async def stop(self) -> None:
        """Tell everyone that the server goes, make what was acknowledged durable, and leave; called once."""
        ...

    async def open(self, order: RoomOrder) -> None:
        """Make a room and write the first entry of its log.

        Raises:
            Problem: the log cannot be written (`unavailable`). Then there is no room.
        """
        ...

    async def consent_changed(self, clinic_id: str, patient_id: str, recording: bool) -> None:
        """Switch recording in the patient's live rooms, before this returns. No room is no error."""
        ...

    async def care_withdrawn(self, clinic_id: str, patient_id: str) -> None:
        """The patient no longer consents to care: bring their live rooms to the calm place. No room is no error."""
        ...

    async def paired(self, session_id: str) -> None:
        """A new device was paired: whoever was connected with the device before it must leave."""
        ...

    async def signed_out(self, practitioner_id: str) -> None:
        """The practitioner's sign-ins ended: close the sockets that they opened."""
        ...

    async def close(self, session_id: str, by: str) -> bool:
        """Close a room for good, as the practitioner `by`; False where there is none.

        Raises:
            Problem: the closing entry cannot be written (`unavailable`).
        """
        ...

    def status(self, session_id: str) -> RoomNow | None:
        """The room now, or None where there is none."""
        ...


class NoRooms:
    """A server without live rooms, for tests and for making the OpenAPI document."""

    async def start(self) -> None:
        """Do nothing."""

    async def stop(self) -> None:
        """Do nothing."""

    async def open(self, order: RoomOrder) -> None:
        """Do nothing."""

    async def consent_changed(self, clinic_id: str, patient_id: str, recording: bool) -> None:
        """Do nothing."""

    async def care_withdrawn(self, clinic_id: str, patient_id: str) -> None:
        """Do nothing."""

    async def paired(self, session_id: str) -> None:
        """Do nothing."""

    async def signed_out(self, practitioner_id: str) -> None:
        """Do nothing."""

    async def close(self, session_id: str, by: str) -> bool:  # noqa: ARG002
        """There is no room to close."""
        return False

    def status(self, session_id: str) -> RoomNow | None:  # noqa: ARG002
        """There is no room."""
        return None
