"""The session log in the database: durable before it is acknowledged, and projected as it is written."""

from collections.abc import Sequence

from abaton.live.log import Entry
from abaton.records.database import Database
from abaton.records.transaction import Reading


class SessionLog:
    """The log of one session, as a `live.log.Log`."""

    def __init__(self, database: Database, clinic_id: str, session_id: str) -> None:
        self._database = database
        self._clinic_id = clinic_id
        self._session_id = session_id

    async def append(self, entries: Sequence[Entry]) -> None:
        """Return once the entries and what they project are durable.

        Raises:
            LogUnavailable: None of them was written.
        """
        raise NotImplementedError

    def read(self) -> list[Entry]:
        """All entries in order. Blocks; raises RecordsUnavailable."""
        raise NotImplementedError


def read_entries(reading: Reading, clinic_id: str, session_id: str) -> list[Entry]:
    """All entries of a session of this clinic, in order; raises Problem when it is another's."""
    raise NotImplementedError
