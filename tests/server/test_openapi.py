"""The document from which the console's types are made."""

import json
import subprocess
import sys

from abaton.server.openapi import document


def test_it_is_printed_the_same_each_time():
    command = [sys.executable, "-m", "abaton.server.openapi"]
    first, second = (subprocess.run(command, capture_output=True, check=True, text=True).stdout for _ in range(2))
    assert first == second
    assert json.loads(first) == document()


def test_every_operation_has_a_name_a_summary_and_the_refusal():
    operations = [operation for path in document()["paths"].values() for operation in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    for operation in operations:
        assert operation["description"]
        assert "422" not in operation["responses"]
        refusal = operation["responses"]["default"]["content"]["application/json"]["schema"]
        assert refusal == {"$ref": "#/components/schemas/ErrorBody"}


def test_every_reference_leads_somewhere():
    made = document()
    text = json.dumps(made)
    named = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert named <= set(made["components"]["schemas"])
