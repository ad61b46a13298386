"""Whether limits set for a patient fit an experience."""

from collections.abc import Mapping

from abaton.core.errors import Problem, not_found
from abaton.live.experience import Experience, graded_fields
from abaton.live.wire import Parameter


def check_ceilings(
    experiences: Mapping[str, type[Experience]], experience: str, values: Mapping[str, float | str]
) -> None:
    """Raise Problem unless each value limits a graded field of the experience, within its range or choices."""
    if experience not in experiences:
        raise not_found("experience", experience)
    fields = graded_fields(experiences[experience])
    for name, value in values.items():
        if name not in fields:
            known = ", ".join(fields) or "none"
            raise Problem("ceiling_field", f"a limit for {name}", f"one of {known}", "Choose one of these.")
        if not _fits(fields[name], value):
            raise Problem("ceiling_value", f"{name} = {value}", _range(fields[name]), "Choose within these.")


def _fits(field: Parameter, value: float | str) -> bool:
    if field.choices is not None:
        return value in field.choices
    low = float("-inf") if field.minimum is None else field.minimum
    high = float("inf") if field.maximum is None else field.maximum
    return not isinstance(value, str) and low <= value <= high


def _range(field: Parameter) -> str:
    if field.choices is not None:
        return f"one of {', '.join(field.choices)}"
    return f"a number from {field.minimum} to {field.maximum} {field.unit or ''}".strip()
