"""What was acknowledged survives the end of the process, and a system that refuses to write."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from abaton.core.clock import ManualClock
from abaton.live import log
from abaton.records.database import Database
from abaton.records.session_log import SessionLog, read_entries
from abaton.records.verification import verify_all
from tests.records.conftest import chain_of

ROOT = Path(__file__).parents[2]

WRITER = textwrap.dedent("""
    import asyncio, resource, sys
    from pathlib import Path
    from abaton.core.clock import ManualClock
    from abaton.live import log
    from abaton.records.database import Database
    from abaton.records.session_log import SessionLog
    from tests.records.conftest import OPENED, chain_of, make_place, make_session

    folder, how = Path(sys.argv[1]), sys.argv[2]
    database = Database.open(f"sqlite:///{folder / 'abaton.sqlite'}", ManualClock())
    database.migrate()
    session = make_session(database, make_place(database, "Kos"))
    (folder / "session").write_text(session.clinic_id + " " + session.id)
    journal = SessionLog(database, session.clinic_id, session.id)
    if how == "limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
    last, fact = None, OPENED
    for number in range(100_000):
        entries = chain_of(session.id, [fact], last)
        try:
            asyncio.run(journal.append(entries))
        except log.LogUnavailable:
            break
        last, fact = entries[-1], log.Noted("n" * 500)
        print(number + 1, flush=True)
""")


def command(folder: Path, how: str) -> list[str]:
    return [sys.executable, "-c", WRITER, str(folder), how]


def check_recovered(folder: Path, acknowledged: int) -> None:
    clinic_id, session_id = (folder / "session").read_text().split()
    database = Database.open(f"sqlite:///{folder / 'abaton.sqlite'}", ManualClock())
    try:
        with database.read() as reading:
            entries = read_entries(reading, clinic_id, session_id)
        assert len(entries) in (acknowledged, acknowledged + 1)
        assert log.verify(session_id, entries) == len(entries)
        assert verify_all(database).findings == ()
        again = chain_of(session_id, [log.Noted("goes on")], entries[-1])
        asyncio.run(SessionLog(database, clinic_id, session_id).append(again))
    finally:
        database.close()


def test_a_file_size_limit_in_the_middle_of_a_write_loses_nothing(tmp_path: Path) -> None:
    """The operating system refuses the write itself, as a full disk or a quota does."""
    done = subprocess.run(
        [sys.executable, "-c", WRITER, str(tmp_path), "limit"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    acknowledged = int(done.stdout.split()[-1])
    assert acknowledged > 1
    check_recovered(tmp_path, acknowledged)


@pytest.mark.parametrize("after", [1, 2, 17, 60])
def test_what_was_acknowledged_survives_kill_9(tmp_path: Path, after: int) -> None:
    writer = subprocess.Popen(command(tmp_path, "kill"), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    acknowledged = 0
    for line in writer.stdout:
        acknowledged = int(line)
        if acknowledged == after:
            os.kill(writer.pid, signal.SIGKILL)
            break
    for line in writer.stdout:
        acknowledged = int(line)
    writer.stdout.close()
    assert writer.wait(30) == -signal.SIGKILL
    assert acknowledged >= after
    check_recovered(tmp_path, acknowledged)
