"""Writes a session as files that other software reads."""

import json
from pathlib import Path

from rich.progress import Progress

from abaton.cli.experiences import installed_experiences
from abaton.cli.kept_sessions import experience_of, find_session, open_to_look
from abaton.core.settings import Settings
from abaton.records import fhir as fhir_records
from abaton.records import parquet as parquet_records
from abaton.server.recordings import RecordedFolder
from abaton.server.session_report import Material, make_export_series


def export_session(
    settings: Settings, session_id: str, folder: Path, bar: Progress, *, fhir: bool = True, parquet: bool = True
) -> list[Path]:
    """Writes one session to a folder.

    Args:
        settings: Where the records and recordings are.
        session_id: Which session.
        folder: Where to write; made if it is not there.
        bar: Shows how far it is.
        fhir: Write a FHIR R4 bundle.
        parquet: Write Parquet tables, one for the events and one for each series.

    Returns:
        The files written.

    Raises:
        Problem: There is no such session, or it cannot be replayed.
    """
    steps = 1 + fhir + parquet
    task = bar.add_task("Replaying", total=steps)
    with open_to_look(settings) as records, records.read() as reading:
        session = find_session(reading, session_id)
        dossier = fhir_records.dossier(reading, session.clinic_id, session_id)
    material = Material(
        session_id=session_id,
        lead_id=session.lead_id,
        entries=dossier.entries,
        experience=experience_of(session, installed_experiences()),
        signals=RecordedFolder(settings.data / "recordings").signals(session_id),
        poses=[],
    )
    series = make_export_series(material)
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    if fhir:
        bar.update(task, advance=1, description="Writing FHIR")
        path = folder / f"abaton-session-{session_id}.fhir.json"
        path.write_text(json.dumps(fhir_records.bundle(dossier, series), ensure_ascii=False), encoding="utf-8")
        written.append(path)
    if parquet:
        bar.update(task, advance=1, description="Writing Parquet")
        written += parquet_records.write_folder(folder / f"abaton-session-{session_id}", dossier.entries, series)
    return written
