"""A patient's closed sessions, each in a line."""

from abaton.records import patients, sessions
from abaton.records.transaction import Reading, Writing
from abaton.server import views
from abaton.server.access import Caller
from abaton.server.models.patient import Trend
from abaton.server.services import Services
from abaton.server.session_material import keep_summary


async def trends_of(services: Services, caller: Caller, patient_id: str) -> list[Trend]:
    """The patient's closed sessions, oldest first; summaries that are not there yet are made now."""

    def find(writing: Writing) -> list[sessions.Session]:
        patients.get(writing, caller.clinic_id, patient_id)
        views.note_read(writing, caller, "patient", patient_id, "read_trends")
        return _closed(writing, caller.clinic_id, patient_id)

    for session in await services.write(find):
        if session.summary is None:
            await keep_summary(services, caller.clinic_id, session.id)
    closed = await services.read(lambda reading: _closed(reading, caller.clinic_id, patient_id))
    return [trend for session in reversed(closed) if (trend := _trend(session)) is not None]


def _closed(reading: Reading, clinic_id: str, patient_id: str) -> list[sessions.Session]:
    found = sessions.of_patient(reading, clinic_id, patient_id)
    return [session for session in found if session.state == "closed"]


def _trend(session: sessions.Session) -> Trend | None:
    summary = session.summary
    if summary is None or session.opened_us is None:
        return None
    return Trend(
        session_id=session.id,
        experience=session.experience,
        opened_at=views.at(session.opened_us),
        duration_s=summary.duration_s,
        suds_first=summary.suds_first,
        suds_peak=summary.suds_peak,
        suds_last=summary.suds_last,
        highest=dict(summary.peaks),
        heart_rate_mean_bpm=summary.heart_rate_mean_bpm,
    )
