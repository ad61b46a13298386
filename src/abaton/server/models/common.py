"""The base of all models, and the words that several of them share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class Model(BaseModel):
    """Base of all models: immutable, and a key that is not known is an error, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


# PostgreSQL cannot hold NUL, and a line break or another control character in a name is a mistake.
_ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
_TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z2-7]{26}$")]
"""An opaque id: 26 lower-case base32 characters."""

PersonName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=_ONE_LINE, strip_whitespace=True)]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=_ONE_LINE, strip_whitespace=True)]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=_TEXT, strip_whitespace=True)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
"""A name in code: an experience, a field, a measure."""

Value = float | str
"""The value of a graded field: a number in the field's unit, or one of its choices."""


class Problem(Model):
    """Why a request was not carried out, and what to do about it."""

    code: str = Field(description="A stable word for programs, such as `consent` or `not_found`.")
    got: str
    expected: str
    next: str = Field(description="What to do now.")


class ErrorBody(Model):
    """The body of every refusal."""

    error: Problem
