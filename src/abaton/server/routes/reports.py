"""What a session left behind: its report, and its replay in the browser."""

from typing import Annotated

from fastapi import APIRouter, Path

from abaton.live.log import Entry
from abaton.records import sessions
from abaton.records.transaction import Writing
from abaton.server import views
from abaton.server.access import Caller, ClinicalCaller
from abaton.server.models.common import Identifier
from abaton.server.models.report import Replay, Report
from abaton.server.playback import RATE_HZ
from abaton.server.services import Services, WithServices
from abaton.server.session_material import gather, read_session
from abaton.server.session_report import make_replay, make_timeline
from abaton.server.session_view import view_session

router = APIRouter(prefix="/api/sessions/{session_id}", tags=["reports"])
SessionId = Annotated[Identifier, Path()]


@router.get("/report", operation_id="get_report")
async def get_report(session_id: SessionId, caller: ClinicalCaller, services: WithServices) -> Report:
    """The summary and timeline of a session, also while it runs."""
    session, entries = await _read(services, caller, session_id, "read_report")
    made = await services.compute(make_timeline, await gather(services, session, entries))
    view = await services.read(lambda reading: view_session(reading, services, session))
    return Report(session=view, summary=made.summary, series=made.series, events=made.events, notes=made.notes)


@router.get("/replay", operation_id="get_replay")
async def get_replay(session_id: SessionId, caller: ClinicalCaller, services: WithServices) -> Replay:
    """The states of a session, computed again from its log, for the browser to draw."""
    session, entries = await _read(services, caller, session_id, "read_replay")
    return await services.compute(make_replay, await gather(services, session, entries, with_poses_hz=RATE_HZ))


async def _read(
    services: Services, caller: Caller, session_id: str, action: str
) -> tuple[sessions.Session, list[Entry]]:
    def read(writing: Writing) -> tuple[sessions.Session, list[Entry]]:
        found = read_session(writing, caller.clinic_id, session_id)
        views.note_read(writing, caller, "session", session_id, action)
        return found

    return await services.write(read)
