"""Rhythms of the heart: their names, which of them beat, and what a shock does."""

from enum import IntEnum

import msgspec

from abaton.core.errors import Problem


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


class Shock(msgspec.Struct, frozen=True):
    """What a shock did.

    Attributes:
        before: The rhythm it met.
        after: The rhythm that followed.
        chance: Of ending the arrhythmia, 0 to 1, as computed.
        told: In words, for the debrief.
    """

    before: Rhythm
    after: Rhythm
    chance: float
    told: str


ENOUGH_ENERGY = 0.4
"""Heart muscle with at least this store beats again after a successful shock."""


def success_chance(joules: float, energy: float, odds: float = 1.0) -> float:
    """Chance that one biphasic shock ends fibrillation.

    About 0.9 for 150 J or more in a well-oxygenated heart (van Alem 2003, Morrison 2013; recalled, to be checked), less
    at lower energies by a dose-response with half effect at 90 J, and falling as the heart's store runs down, so that
    the chance falls by about a tenth a minute without compressions (Larsen 1993).

    Args:
        joules: Delivered.
        energy: The heart's store, 0 to 1.
        odds: Factor on the odds, by drugs.
    """
    strength = joules**4 / (joules**4 + 90.0**4)
    chance = 0.93 * strength * min(1.0, 0.25 + 0.95 * energy)
    return odds * chance / (1.0 - chance + odds * chance)


def shocked(rhythm: Rhythm, energy: float, joules: float, synchronised: bool, draw: float, odds: float = 1.0) -> Shock:
    """What a shock does to a rhythm.

    Args:
        rhythm: That it meets.
        energy: The heart's store, 0 to 1.
        joules: Delivered, 1 to 360.
        synchronised: With the R wave.
        draw: A uniform random number, 0 to 1.
        odds: See `success_chance`.

    Raises:
        Problem: Joules that no defibrillator gives.
    """
    if not 1 <= joules <= 360:
        raise Problem("shock_energy", f"{joules:g} J", "1 to 360 J", "Choose an energy that the device has.")
    chance = success_chance(joules, energy, odds)
    if rhythm in SHOCKABLE:
        if rhythm is Rhythm.VENTRICULAR_FIBRILLATION and synchronised:
            return Shock(
                rhythm, rhythm, 0.0, "No R wave to wait for: a synchronised shock is not given in fibrillation."
            )
        if draw >= chance:
            return Shock(rhythm, rhythm, chance, "The arrhythmia goes on.")
        if energy < ENOUGH_ENERGY:
            after = Rhythm.ASYSTOLE if energy < 0.15 else Rhythm.PULSELESS_ELECTRICAL_ACTIVITY
            return Shock(rhythm, after, chance, "The arrhythmia ends, but the heart is too spent to beat.")
        return Shock(rhythm, Rhythm.SINUS, chance, "The arrhythmia ends and the heart beats.")
    if rhythm in (Rhythm.ATRIAL_FIBRILLATION, Rhythm.TACHYCARDIA):
        if not synchronised and draw > 0.85:
            return Shock(rhythm, Rhythm.VENTRICULAR_FIBRILLATION, 0.0, "An unsynchronised shock fell on the T wave.")
        if draw < chance:
            return Shock(rhythm, Rhythm.SINUS, chance, "Sinus rhythm returns.")
        return Shock(rhythm, rhythm, chance, "The arrhythmia goes on.")
    if rhythm in (Rhythm.ASYSTOLE, Rhythm.PULSELESS_ELECTRICAL_ACTIVITY):
        return Shock(rhythm, rhythm, 0.0, "A shock does nothing for this rhythm.")
    if not synchronised and draw > 0.85:
        return Shock(rhythm, Rhythm.VENTRICULAR_FIBRILLATION, 0.0, "A beating heart was shocked into fibrillation.")
    return Shock(rhythm, rhythm, 0.0, "A beating heart was shocked; it goes on beating.")
