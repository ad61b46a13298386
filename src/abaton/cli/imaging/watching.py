"""Work with a bar on the screen that Ctrl-C calls off cleanly."""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

from abaton.cli.screen import errors, progress
from abaton.imaging.segment.watch import Stopped, Watch


@contextmanager
def watched() -> Generator[Watch]:
    """Shows progress; the first Ctrl-C asks the work to stop, the second ends the program as ever.

    Raises:
        KeyboardInterrupt: The work was called off.
    """
    asked = threading.Event()

    def interrupted(_signal: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        with progress() as bar:
            task = bar.add_task("Beginning", total=1.0)

            def report(doing: str, share: float) -> None:
                bar.update(task, description=doing, completed=share)

            yield Watch(report, asked.is_set)
    except Stopped:
        errors().print("Called off; nothing was stored.")
        raise KeyboardInterrupt from None
    finally:
        signal.signal(signal.SIGINT, before)
