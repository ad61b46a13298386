"""The link by which the first administrator comes in."""

from abaton.records import clinics, sign_ins
from abaton.records.database import Database
from abaton.server.settings import ServerSettings

PURPOSE = "setup"


def issue_setup_path(database: Database, settings: ServerSettings) -> str | None:
    """A path with a secret that makes the first administrator, to be printed after the server's address.

    It works once, until `settings.setup_link_s` have passed or the next is issued. None once there is a clinic.
    """
    with database.write() as writing:
        if clinics.every(writing):
            return None
        secret = sign_ins.issue_link(writing, PURPOSE, lifetime_s=settings.setup_link_s)
    return f"/setup?link={secret}"
