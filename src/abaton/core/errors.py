"""What went wrong, told so that the reader knows what to do next."""

from typing import Literal

Kind = Literal["invalid", "not_found", "conflict", "refused", "unavailable"]


class Problem(Exception):
    """A refusal or failure that a person can act on; the REST edge and the command line both show it.

    Args:
        code: Short stable word with underscores, for programs (`email_taken`).
        got: What was met. Never holds patient data.
        expected: What would have been right.
        next_step: What to do now.
        kind: The sort of problem, from which the edge derives a status code.
    """

    def __init__(self, code: str, got: str, expected: str, next_step: str, kind: Kind = "invalid") -> None:
        super().__init__(f"{got}; expected {expected}. {next_step}")
        self.code = code
        self.got = got
        self.expected = expected
        self.next_step = next_step
        self.kind: Kind = kind


def not_found(record: str, identifier: str) -> Problem:
    """The problem of a record that does not exist in the caller's clinic."""
    return Problem(
        f"{record}_not_found",
        got=f"no {record} {identifier!r} in this clinic",
        expected=f"the id of a {record} of this clinic",
        next_step="Check the id, or go back to the list and choose again.",
        kind="not_found",
    )
