"""The pump's hazards as a table, and the page made from it: `python -m abaton.training.devices.hazards`."""

import sys
import tomllib
from importlib.resources import files
from typing import Final, Literal

import msgspec

CLASSES: Final = (
    "operational", "environmental", "electrical", "hardware", "software", "mechanical", "biological/chemical", "use",
)  # fmt: skip
"""Of the generic infusion pump's hazard analysis (GPCA; training reference, section 10)."""


class Hazard(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"kind": "class"}):
    """One hazard.

    Attributes:
        kind: Its class.
        name: What may go wrong.
        answer: What the pump does about it.
        test: File and name of the test, under `tests/training/devices`.
    """

    kind: Literal[
        "operational", "environmental", "electrical", "hardware", "software", "mechanical", "biological/chemical", "use"
    ]
    name: str
    answer: str
    test: str


def hazards() -> tuple[Hazard, ...]:
    """All hazards of the pump, in order of their classes."""
    text = files("abaton.training.devices").joinpath("hazards.toml").read_text(encoding="utf-8")
    return tuple(msgspec.convert(tomllib.loads(text)["hazard"], list[Hazard]))


def page() -> str:
    """The page `docs/reference/pump_hazards.md`."""
    lines = [
        "# Hazards of the infusion pump",
        "",
        "What may go wrong with an infusion pump, by the classes of the generic infusion pump's hazard analysis",
        "(GPCA), what the pump of the training department does about it, and the test that shows it. The pump is a",
        "model for training: it is no medical device, and this table is no risk file of one.",
        "",
        "Made by `python -m abaton.training.devices.hazards` from `hazards.toml`; the tests are in",
        "`tests/training/devices`.",
        "",
        "| class | hazard | what the pump does | test |",
        "|---|---|---|---|",
    ]
    lines.extend(f"| {hazard.kind} | {hazard.name} | {hazard.answer} | `{hazard.test}` |" for hazard in hazards())
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
