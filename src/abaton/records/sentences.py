"""The facts of a session log as sentences for people."""

from collections.abc import Mapping

from abaton.live import log
from abaton.live.log import AnyFact


def sentence(fact: AnyFact) -> str | None:
    """What happened, in a sentence; None for what the timeline does not show as an event."""
    match fact:
        case log.Noted() | log.Checkpoint() | log.Voided():
            return None
        case log.Commanded() | log.Asked() | log.Answered():
            return _asked(fact)
        case log.Recording() | log.Sealed() | log.ClockJumped():
            return _kept(fact)
        case _:
            return _happened(fact)


def _asked(fact: log.Commanded | log.Asked | log.Answered) -> str:
    match fact:
        case log.Commanded():
            return f"{fact.name.replace('_', ' ').capitalize()} {_listed(fact.arguments)}".strip()
        case log.Asked():
            return f"{fact.measure.upper()} asked"
        case log.Answered():
            return f"{fact.measure.upper()} {_plain(fact.value)}, by {fact.how}"


def _kept(fact: log.Recording | log.Sealed | log.ClockJumped) -> str:
    match fact:
        case log.Recording():
            return f"Recording {'on' if fact.on else 'off'} ({fact.why})"
        case log.Sealed():
            return f"Recorded segment {fact.segment} sealed"
        case log.ClockJumped():
            return f"The clock was set {'forward' if fact.by_s > 0 else 'back'} by {abs(fact.by_s):g} s"


def _happened(fact: AnyFact) -> str | None:
    match fact:
        case log.Opened():
            return "Session opened"
        case log.Reopened():
            return "Session reopened after the server ended"
        case log.Joined():
            return f"The {fact.role.value} came in"
        case log.Admitted():
            return "The lead let them in"
        case log.Left():
            return {"lost": "A connection was lost", "removed": "Someone was removed"}.get(fact.why, "Someone left")
        case log.Began():
            return "The experience began"
        case log.Stopped():
            return f"Stopped ({fact.why})" if fact.by is None else f"Stopped by the {fact.by.value} ({fact.why})"
        case log.Agreed():
            return f"The {fact.by.value} agreed to go on"
        case log.Froze():
            return f"Held still ({fact.why})"
        case log.Thawed():
            return "Moving again"
        case log.Closed():
            return "Session closed"
        case _:
            return None


def _listed(arguments: Mapping[str, object]) -> str:
    """The values; with their names where there are several."""
    if len(arguments) == 1:
        return _plain(*arguments.values())
    return ", ".join(f"{name.replace('_', ' ')} {_plain(value)}" for name, value in arguments.items())


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
