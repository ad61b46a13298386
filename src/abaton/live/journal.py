"""The live end of a session log: chains facts, makes them durable in order, and loses none while it cannot."""

import asyncio
from collections.abc import Sequence

import msgspec

from abaton.live import log

PATIENCE_S = 2.0
"""How long a room holds still for its log before it goes on without the fact."""


class Draft(msgspec.Struct, frozen=True):
    """A fact that has no place in the chain yet."""

    tick: int
    time_us: int
    actor: str
    fact: log.AnyFact


class Journal:
    """Writes one session's facts.

    Attributes:
        entries: everything durable so far, in order.
    """

    def __init__(
        self, session: str, destination: log.Log, entries: Sequence[log.Entry] = (), patience_s: float = PATIENCE_S
    ) -> None:
        self.entries = list(entries)
        self._session = session
        self._log = destination
        self._patience_s = patience_s
        self._backlog: list[Draft] = []
        self._late: asyncio.Task[None] | None = None
        self._failing = False

    @property
    def durable(self) -> bool:
        """Whether everything that happened is written and the last attempt to write succeeded."""
        return not (self._failing or self._backlog or self._late)

    async def write(self, draft: Draft) -> Sequence[log.Entry]:
        """Make a fact durable, after any that wait; returns all entries that became durable, this one last.

        Raises:
            log.LogUnavailable: it was not written in time. Should it still be written later, an entry that voids it
                follows.
        """
        return await self._attempt([*self._backlog, draft], refusable=1)

    def keep(self, draft: Draft) -> None:
        """Hold a fact that has already taken effect until it can be written."""
        self._backlog.append(draft)

    async def flush(self) -> Sequence[log.Entry]:
        """Write what waits and return what became durable; raises log.LogUnavailable as `write` does."""
        return await self._attempt(self._backlog, refusable=0) if self._backlog else []

    async def _attempt(self, drafts: Sequence[Draft], refusable: int) -> Sequence[log.Entry]:
        if self._late is not None:
            raise log.LogUnavailable("an earlier entry is still being written")
        entries = self._chained(drafts)
        task = asyncio.ensure_future(self._log.append(entries))
        try:
            await asyncio.wait_for(asyncio.shield(task), self._patience_s)
        except TimeoutError:
            self._failing, self._late = True, task
            task.add_done_callback(lambda done: self._settle(done, entries, refusable))
            raise log.LogUnavailable(f"it took longer than {self._patience_s} s") from None
        except log.LogUnavailable:
            self._failing = True
            raise
        self._accept(entries, refusable)
        return entries

    def _chained(self, drafts: Sequence[Draft]) -> list[log.Entry]:
        entries: list[log.Entry] = []
        previous = self.entries[-1] if self.entries else None
        for draft in drafts:
            previous = log.chain(self._session, previous, draft.tick, draft.time_us, draft.actor, draft.fact)
            entries.append(previous)
        return entries

    def _accept(self, entries: Sequence[log.Entry], refusable: int) -> None:
        self.entries += entries
        del self._backlog[: len(entries) - refusable]
        self._failing = False

    def _settle(self, done: "asyncio.Task[None]", entries: Sequence[log.Entry], refusable: int) -> None:
        """A late write is over: if it succeeded after all, what was refused meanwhile must be voided."""
        self._late = None
        if done.cancelled() or done.exception() is not None:
            return
        self._accept(entries, refusable)
        refused = entries[len(entries) - refusable :]
        self._backlog[:0] = [Draft(entry.tick, entry.time_us, "room", log.Voided(entry.number)) for entry in refused]
