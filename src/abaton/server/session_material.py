"""Gathers what a report is made of, from records and recordings, and keeps the summaries of closed sessions."""

from collections.abc import Sequence

from abaton.core.errors import Problem
from abaton.live.experience import Experience
from abaton.live.log import Entry
from abaton.records import sessions
from abaton.records.session_log import read_entries
from abaton.records.transaction import Reading
from abaton.server.services import Services
from abaton.server.session_report import Material, make_summary


def experience_of(services: Services, session: sessions.Session) -> type[Experience]:
    """The installed experience of a session; raises Problem when it is not installed any more."""
    experience = services.experiences.get(session.experience)
    if experience is None:
        raise Problem(
            "experience_not_installed",
            f"a session of the experience {session.experience}, which is not installed",
            "an installed experience",
            "Install the package that brings it.",
            "conflict",
        )
    return experience


async def gather(
    services: Services, session: sessions.Session, entries: Sequence[Entry], *, with_poses_hz: float | None = None
) -> Material:
    """The material of a session; poses only where a rate for them is given."""

    def streams() -> Material:
        recordings = services.recordings
        return Material(
            session_id=session.id,
            lead_id=session.lead_id,
            entries=entries,
            experience=experience_of(services, session),
            signals=recordings.signals(session.id),
            poses=[] if with_poses_hz is None else recordings.poses(session.id, with_poses_hz),
        )

    return await services.in_thread(streams)


def read_session(reading: Reading, clinic_id: str, session_id: str) -> tuple[sessions.Session, list[Entry]]:
    """A session and its log; raises Problem when the clinic has none such."""
    return sessions.get(reading, clinic_id, session_id), read_entries(reading, clinic_id, session_id)


async def keep_summary(services: Services, clinic_id: str, session_id: str) -> None:
    """Compute the summary of a closed session and keep it, so that trends need no replay.

    Where it cannot be made, the session is closed all the same: that is logged, and tried again when trends are asked.
    """
    try:
        await _keep_summary(services, clinic_id, session_id)
    except Problem as problem:
        services.log.warning("no_summary", session_id=session_id, code=problem.code)


async def _keep_summary(services: Services, clinic_id: str, session_id: str) -> None:
    session, entries = await services.read(lambda reading: read_session(reading, clinic_id, session_id))
    if session.state != "closed" or session.summary is not None or not entries:
        return
    summary = await services.compute(make_summary, await gather(services, session, entries))
    await services.write(lambda writing: sessions.set_summary(writing, clinic_id, session_id, summary))
