"""The routes of the REST interface, one module for each kind of resource."""

from fastapi.routing import APIRoute

from abaton.server.routes import (
    audit,
    consents,
    experiences,
    exports,
    health,
    pairing,
    patients,
    practitioners,
    reports,
    screenings,
    sessions,
    setup,
    sign_in,
)


def api_routes() -> list[APIRoute]:
    """All routes under `/api`, in the order of the document."""
    modules = (
        health, setup, sign_in, practitioners, experiences, patients, consents, screenings,
        sessions, pairing, reports, exports, audit,
    )  # fmt: skip
    return [route for module in modules for route in module.router.routes if isinstance(route, APIRoute)]
