"""Margins: how far a target keeps from organs, vessels and the patient's boundary, and how sure that is."""

from abaton.imaging.plan.disagreement import Disagreement, RaterMargin, dice, disagreement
from abaton.imaging.plan.foreground import foreground
from abaton.imaging.plan.margins import (
    SHELLS_MM,
    Closest,
    Margins,
    MarginSurface,
    Shell,
    StructureMargin,
    margins,
    margins_of,
)
from abaton.imaging.plan.structures import BOUNDARY, Chosen, Rated, Structure, choose, known_names

__all__ = [
    "BOUNDARY",
    "SHELLS_MM",
    "Chosen",
    "Closest",
    "Disagreement",
    "MarginSurface",
    "Margins",
    "Rated",
    "RaterMargin",
    "Shell",
    "Structure",
    "StructureMargin",
    "choose",
    "dice",
    "disagreement",
    "foreground",
    "known_names",
    "margins",
    "margins_of",
]
