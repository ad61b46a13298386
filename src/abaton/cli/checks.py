"""What `abaton doctor` looks at. Each check takes what it judges, so that it can be tried with anything."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from tempfile import TemporaryFile

from cryptography import x509

from abaton.core.clock import Clock
from abaton.records.database import Health

OLDEST_PYTHON = (3, 11)
LEAST_FREE_BYTES = 2 * 2**30
"""An hour with full recording takes about 0.2 GB; with less than this the disk fills within a day or two."""

CERTIFICATE_WARNING = timedelta(days=30)


class Verdict(Enum):
    """How a check ended: all is well, works but look at it, does not work."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class Check:
    """One line of the doctor's report; `advice` says what to do where not all is well."""

    name: str
    verdict: Verdict
    finding: str
    advice: str = ""


def check_python(version: tuple[int, int, int]) -> Check:
    """Whether this Python is one that Abaton runs on."""
    found = ".".join(map(str, version))
    if version >= OLDEST_PYTHON:
        return Check("Python", Verdict.GOOD, found)
    oldest = ".".join(map(str, OLDEST_PYTHON))
    return Check("Python", Verdict.BAD, found, f"Install Python {oldest} or newer and set Abaton up again.")


def check_client(static: Path) -> Check:
    """Whether the pages were built, both of them."""
    advice = "Run `make setup` in the checkout, or install the package again."
    missing = [name for name in ("console.html", "room.html") if not (static / name).is_file()]
    if missing:
        return Check("Client", Verdict.BAD, f"{' and '.join(missing)} not found in {static}", advice)
    return Check("Client", Verdict.GOOD, f"built, in {static}")


def check_data_folder(folder: Path) -> Check:
    """Whether records can be written to the data folder, and how much room is left."""
    existing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    try:
        with TemporaryFile(dir=existing):
            pass
    except OSError as error:
        advice = "Let this user write there, or choose another folder with --data."
        return Check("Data folder", Verdict.BAD, f"{folder} cannot be written: {error.strerror}", advice)
    free_bytes = shutil.disk_usage(existing).free
    finding = f"{folder.absolute()}, {free_bytes / 2**30:.1f} GiB free"
    if free_bytes < LEAST_FREE_BYTES:
        return Check("Data folder", Verdict.WARNING, finding, "Free some space: recordings stop when the disk is full.")
    return Check("Data folder", Verdict.GOOD, finding)


def check_database(health: Health) -> list[Check]:
    """Whether the database can be used, is of this version's form, and how it guards against known faults."""
    if not health.ready:
        finding = " ".join(health.problems) or f"{health.kind} {health.library_version} is not ready"
        return [Check("Database", Verdict.BAD, finding, "Put it right, then run this again.")]
    found = [Check("Database", Verdict.GOOD, f"{health.kind} {health.library_version}, reachable")]
    if health.wal_reset_bug:
        found.append(
            Check(
                "SQLite",
                Verdict.GOOD,
                f"{health.library_version} is one of 3.7.0 to 3.51.2, which can damage a file that two connections "
                "write; Abaton writes through one connection, which keeps clear of it",
            )
        )
    if health.revision != health.newest_revision:
        finding = f"tables are at {health.revision or 'nothing yet'}, this version needs {health.newest_revision}"
        found.append(
            Check("Tables", Verdict.WARNING, finding, "Make a copy of the data; `abaton serve` then updates them.")
        )
    found += [Check("Database", Verdict.WARNING, problem) for problem in health.problems]
    return found


def check_certificate(path: Path | None, clock: Clock) -> Check:
    """Whether the certificate that the server is to show can be read and still holds."""
    if path is None:
        return Check("Certificate", Verdict.GOOD, "none set: pages are served to this computer only, or by a proxy")
    try:
        expires = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as error:
        advice = "Point ABATON_CERTIFICATE at a certificate in PEM form that this user may read."
        return Check("Certificate", Verdict.BAD, f"{path} cannot be read: {error}", advice)
    left = expires - datetime.fromtimestamp(clock.now_us() / 1e6, UTC)
    finding = f"{path} holds until {expires:%d %B %Y}"
    if left <= timedelta(0):
        return Check("Certificate", Verdict.BAD, f"{path} expired on {expires:%d %B %Y}", "Renew it.")
    if left < CERTIFICATE_WARNING:
        return Check("Certificate", Verdict.WARNING, finding, "Renew it soon.")
    return Check("Certificate", Verdict.GOOD, finding)
