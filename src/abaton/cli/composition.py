"""Puts one installation's application together from its parts."""

from fastapi import FastAPI
from structlog.typing import FilteringBoundLogger

from abaton.cli.experiences import installed_experiences
from abaton.core.clock import Clock
from abaton.core.settings import Settings
from abaton.live.bus import LocalBus
from abaton.live.host import Host
from abaton.records.database import Database
from abaton.server.access import DeclaredSocketRoute
from abaton.server.app import create_app
from abaton.server.live.rooms import LiveRooms
from abaton.server.live.socket import live
from abaton.server.live.strap import DemonstrationStrap
from abaton.server.recordings import RecordedFolder
from abaton.server.session_material import keep_summary
from abaton.server.settings import ServerSettings
from abaton.signals.recorded_strap import resting_strap


def compose(
    settings: Settings, server: ServerSettings, records: Database, clock: Clock, log: FilteringBoundLogger
) -> FastAPI:
    """The application with its live rooms, its recordings and all installed experiences.

    Args:
        settings: Where recordings are kept, and whether this is a demo, whose subjects wear a recorded strap.
        server: How the server is reached.
        records: The database, open and migrated.
        clock: Time.
        log: The server's own log.

    Raises:
        Problem: An experience does not load.
    """
    folder = settings.data / "recordings"
    experiences = installed_experiences()

    async def on_closed(clinic_id: str, session_id: str) -> None:
        await keep_summary(app.state.services, clinic_id, session_id)

    each_second = DemonstrationStrap(resting_strap(), clock).play if settings.demo else _nothing
    rooms = LiveRooms(records, folder, experiences, clock, LocalBus(), log, on_closed, each_second)
    app = create_app(
        server,
        database=records,
        clock=clock,
        experiences=experiences,
        log=log,
        rooms=rooms,
        recordings=RecordedFolder(folder),
        sockets=[DeclaredSocketRoute("/api/live/{session_id}", live)],
    )
    return app


def _nothing(_: Host) -> None:
    """Clinics bring straps of their own."""
