"""The server's own log: one JSON object a line. It tells what the software does, nothing of patients."""

from typing import TextIO, cast

import structlog
from structlog.typing import FilteringBoundLogger


def json_log(stream: TextIO, level: str = "info") -> FilteringBoundLogger:
    """A log that writes JSON lines with UTC times to a stream."""
    return cast(
        "FilteringBoundLogger",
        structlog.wrap_logger(
            structlog.PrintLogger(stream),
            wrapper_class=structlog.make_filtering_bound_logger(level),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.JSONRenderer(sort_keys=True),
            ],
        ),
    )
