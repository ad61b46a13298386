"""`python -m abaton.server.openapi` prints the REST interface; the console's types are made from it."""

import json
import sys
from typing import Any

from fastapi.openapi.utils import get_openapi

from abaton.server.models.common import ErrorBody
from abaton.server.routes import api_routes

REFUSAL = {
    "description": "Why not, and what to do.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}},
}


def document() -> dict[str, Any]:
    """The OpenAPI document. The same code gives the same bytes, so that a check can compare them."""
    made = get_openapi(title="Abaton", version="1", routes=api_routes())
    schemas = made["components"]["schemas"]
    body = ErrorBody.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(body.pop("$defs"))
    schemas["ErrorBody"] = body
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for operations in made["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = REFUSAL
    return made


if __name__ == "__main__":
    sys.stdout.write(json.dumps(document(), indent=2, sort_keys=True) + "\n")
