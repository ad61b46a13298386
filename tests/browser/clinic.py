"""A demo clinic on a real server, in a process of its own that tests can stop, kill and start again."""

import re
import subprocess
import sys
from pathlib import Path


class Clinic:
    """A server of the demo clinic on a free port; the port and the data stay the same when it is started again.

    Attributes:
        data: The folder of its records.
        origin: Scheme, host and port.
        emails: Who can sign in: a lead, an administrator and an observer, in this order.
        password: The password of each.
    """

    def __init__(self, folder: Path, python: Path = Path(sys.executable)) -> None:
        self.data = folder / "data"
        self.origin = ""
        self.emails: list[str] = []
        self.password = ""
        self._log = folder / "server.log"
        self._port = 0
        self._python = python
        self._process: subprocess.Popen[str] | None = None

    @property
    def console(self) -> str:
        """Where the lead works."""
        return f"{self.origin}/"

    @property
    def room(self) -> str:
        """Where the subject enters."""
        return f"{self.origin}/room"

    def start(self) -> None:
        """Starts the server and waits until it has told its addresses; it answers from then on."""
        command = [str(self._python), "-m", "abaton.cli", "demo", "--port", str(self._port), "--data", str(self.data)]
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                command, cwd=self.data.parent, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self._process.stdout is not None
        told = ""
        for line in self._process.stdout:
            told += line
            if "Ctrl+C" in line:
                break
        else:
            raise AssertionError(f"the server ended at once:\n{told}{self._log.read_text()}")
        self.origin = self._find(r"Console\s+(\S+)/\s", told)
        self.emails = self._find(r"Sign in\s+(.+)", told).split(" or ")
        self.password = self._find(r"Password\s+(\S+)", told)
        self._port = int(self.origin.rpartition(":")[2])

    def stop(self) -> None:
        """Ends the server as Ctrl+C does."""
        self._end("terminate")

    def kill(self) -> None:
        """Ends the server at once, as a power cut does."""
        self._end("kill")

    def _end(self, how: str) -> None:
        if self._process is not None:
            getattr(self._process, how)()
            self._process.communicate()
            self._process = None

    @staticmethod
    def _find(pattern: str, text: str) -> str:
        found = re.search(pattern, text)
        assert found, f"nothing like {pattern!r} in what the server told:\n{text}"
        return found[1]
