"""What may be asked: a table of intents, each with questions that mean it, stamped with its edition."""

from functools import lru_cache
from importlib import resources

import msgspec

from abaton.core.errors import Problem

LEAST_SEEDS = 2


class Intent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that a learner may want to know.

    Args:
        name: Short stable word; scenarios give facts by it.
        gloss: What it is about in the patient's words, after "Do you mean".
        phase: Where it belongs in an orderly history: 0 opening, 1 complaint, 2 its details, 3 other symptoms, 4 the
            past, 5 family and life, 6 ideas and closing.
        seeds: Questions that mean it.
        courtesy: What is answered where the scenario gives nothing. Empty where a fact is asked for.
    """

    name: str
    gloss: str
    phase: int
    seeds: tuple[str, ...]
    courtesy: str = ""


class OutOfScope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said to a patient and means none of the intents."""

    seeds: tuple[str, ...]


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table.

    Args:
        edition: Changes whenever an intent or a seed does; logged with every conversation.
        language: Of the seeds.
        intents: In the order of the file.
        out_of_scope: Teaches the classifier to say no.
    """

    edition: str
    language: str
    intents: tuple[Intent, ...]
    out_of_scope: OutOfScope

    @property
    def names(self) -> tuple[str, ...]:
        """Of the intents, in order."""
        return tuple(intent.name for intent in self.intents)

    def intent(self, name: str) -> Intent:
        """One intent by its name.

        Raises:
            Problem: There is none of that name.
        """
        for intent in self.intents:
            if intent.name == name:
                return intent
        raise Problem(
            "intent_unknown",
            got=f"the intent {name!r}",
            expected=f"one of {', '.join(self.names)}",
            next_step="Correct the name in the scenario.",
        )


def read_catalogue(text: bytes) -> Catalogue:
    """A catalogue from TOML.

    Raises:
        Problem: It is not well formed, names an intent twice or has an intent with too few seeds.
    """
    try:
        catalogue = msgspec.toml.decode(text, type=Catalogue)
    except msgspec.DecodeError as error:
        raise _malformed(str(error)) from error
    if len(set(catalogue.names)) < len(catalogue.names):
        raise _malformed("an intent named twice")
    for intent in catalogue.intents:
        if len(intent.seeds) < LEAST_SEEDS:
            raise _malformed(f"{intent.name} with {len(intent.seeds)} seeds")
    if len(catalogue.intents) < LEAST_SEEDS or len(catalogue.out_of_scope.seeds) < LEAST_SEEDS:
        raise _malformed("too few intents or seeds out of scope")
    return catalogue


@lru_cache(maxsize=1)
def shipped() -> Catalogue:
    """The catalogue of the package: general and emergency history taking, in English."""
    return read_catalogue(resources.files("abaton.training.dialogue").joinpath("intents.toml").read_bytes())


def _malformed(got: str) -> Problem:
    return Problem(
        "intents_malformed",
        got=got,
        expected=f"a catalogue of intents, each with a name of its own and at least {LEAST_SEEDS} seeds",
        next_step="Correct the file of intents.",
    )
