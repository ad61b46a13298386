"""The line between surgeon and arm: delay, jitter and loss, put in on purpose for training and tests."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec
import numpy as np

from abaton.core.errors import Problem

Message = TypeVar("Message")


class Line(msgspec.Struct, frozen=True):
    """How bad a line is.

    Up to 200 ms is held to be ideal for telesurgery, 300 ms suitable, 400 to 500 ms tiring (Xu et al. 2014);
    performance declines from 105 ms on (Kumcu et al. 2017).

    Attributes:
        delay_s: Of every message.
        jitter_s: Standard deviation of what is added, always later, never earlier (half-normal).
        loss: Share of messages that never arrive, 0 to 1.
    """

    delay_s: float = 0.0
    jitter_s: float = 0.0
    loss: float = 0.0


def arrivals(line: Line, sent_s: Sequence[float], rng: np.random.Generator) -> list[float | None]:
    """When each message arrives; None for one that is lost.

    Raises:
        Problem: A figure of the line is negative, not finite, or a share above 1.
    """
    figures = (line.delay_s, line.jitter_s, line.loss)
    if not all(np.isfinite(figure) and figure >= 0 for figure in figures) or line.loss > 1:
        raise Problem(
            "line_impossible",
            got=f"delay {line.delay_s} s, jitter {line.jitter_s} s, loss {line.loss}",
            expected="finite seconds of at least 0, and a share of 0 to 1",
            next_step="Correct the line's figures.",
        )
    late = np.abs(rng.normal(0.0, 1.0, len(sent_s))) * line.jitter_s
    lost = rng.random(len(sent_s)) < line.loss
    return [
        None if gone else sent + line.delay_s + float(more) for sent, more, gone in zip(sent_s, late, lost, strict=True)
    ]


def latest(
    messages: Sequence[Message], sent_s: Sequence[float], arrived_s: Sequence[float | None], now_s: float
) -> Message | None:
    """The newest message that is there by now; one overtaken by a newer one counts no more. None before the first."""
    newest: Message | None = None
    sent_newest = -np.inf
    for message, sent, arrived in zip(messages, sent_s, arrived_s, strict=True):
        if arrived is not None and arrived <= now_s and sent > sent_newest:
            newest, sent_newest = message, sent
    return newest
