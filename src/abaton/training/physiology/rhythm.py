"""Rhythms of the heart: their names, which of them beat, and what a shock does."""

from enum import IntEnum


class Rhythm(IntEnum):
    """The heart's rhythm; the numbers are what records hold."""

    SINUS = 0
    BRADYCARDIA = 1
    TACHYCARDIA = 2
    ATRIAL_FIBRILLATION = 3
    VENTRICULAR_TACHYCARDIA = 4
    VENTRICULAR_FIBRILLATION = 5
    PULSELESS_ELECTRICAL_ACTIVITY = 6
    ASYSTOLE = 7


SHOCKABLE = frozenset({Rhythm.VENTRICULAR_TACHYCARDIA, Rhythm.VENTRICULAR_FIBRILLATION})
