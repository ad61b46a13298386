"""Health and readiness, for whoever watches the server."""

from typing import Literal

from abaton.server.models.common import Model


class Health(Model):
    """The process answers."""

    status: Literal["ok"]


class Check(Model):
    """One thing that the server needs to do its work."""

    name: str
    ok: bool
    detail: str


class Readiness(Model):
    """Whether the server can take sessions now."""

    ready: bool
    checks: list[Check]
