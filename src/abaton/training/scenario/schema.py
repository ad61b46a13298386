"""The published JSON Schema of scenarios, made from the structures themselves."""

from importlib import resources
from typing import Any

import msgspec

from abaton.training.scenario.language import Scenario

FILE = "scenario.schema.json"
ADDRESS = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """The schema of the language as it is now."""
    made = msgspec.json.schema(Scenario)
    return {"$schema": ADDRESS, "title": "Abaton scenario", **made}


def schema_text() -> bytes:
    """As it is written to the file that is published."""
    return msgspec.json.format(msgspec.json.encode(schema(), order="sorted"), indent=2) + b"\n"


def published() -> bytes:
    """The file that comes with the product."""
    return resources.files("abaton.training.scenario").joinpath(FILE).read_bytes()
