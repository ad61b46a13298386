"""What drugs do: from concentrations to contributions that add up.

Hill curves come from the formulary as a table and are evaluated in one pass. Three things are not a curve of one
concentration: the bispectral index, where propofol and remifentanil add (Bouillon 2004); the opioid receptor, which
fentanyl and naloxone share (Mann 2022); and fluids, which are volumes in a time.
"""

import math
from functools import lru_cache

import numpy as np

from abaton.core.kernels import kernel
from abaton.training.drugs import compartments as model
from abaton.training.drugs.compartments import WIDTH, Array
from abaton.training.drugs.formulary import FORMULARY
from abaton.training.drugs.kinetics import FLUIDS, DrugState, concentration, flow_of, rates_table
from abaton.training.drugs.sedatives import RECEPTOR
from abaton.training.drugs.vasoactive import PROTECTION, SHOCK_ODDS, TONE
from abaton.training.physiology.influences import INDEX, INFLUENCES, TICK_S
from abaton.training.physiology.person import Person
from abaton.training.physiology.vitals import Vitals

PLACES = {"depot": model.DEPOT, "central": model.CENTRAL, "effect": model.EFFECT, "late_effect": model.LATE_EFFECT}
FLUID_LABELS = tuple(f"{name}/" for name in FLUIDS)
FLOOR = -20.0
"""The least logarithm of a factor: shut (see `influences`)."""


@kernel()
def evaluate(
    amounts: Array,
    rates: Array,
    terms: Array,
    hypnotics: Array,
    opioid: Array,
    flow: float,
    tone: float,
    influences: int,
) -> Array:
    """Contributions of all drugs, (n, influences).

    Args:
        amounts: (9 n + 2,).
        rates: (n, 11).
        terms: (t, 10): row, place, influence, most, half, steepness, remaining, competes, needs tone, scale.
        hypnotics: (n,): effect-site concentration of half the effect, 0 of what is no hypnotic.
        opioid: Row of fentanyl (-1: none), places of log_drive, log_wakefulness, bis_depression, log_heart_rate, then
            the two powers, most and power of hypnosis, its steepness, and the heart rate's logarithm, (11,).
        flow: Cardiac output over its resting value.
        tone: How much tone vessels have to give up, 0 to 1.
        influences: How many there are.
    """
    drugs = rates.shape[0]
    made = np.zeros((drugs, influences))
    car, cbr = amounts[drugs * 9], amounts[drugs * 9 + 1]
    free = max((1.0 - car - cbr) / max(1.0 - car, 1e-12), 1e-6)
    for t in range(terms.shape[0]):
        row, place = int(terms[t, 0]), int(terms[t, 1])
        level = amounts[row * 9 + place]
        if place == 2:
            level /= rates[row, 2] * (0.5 + 0.5 * min(flow, 1.0))
        if level <= 0.0:
            continue
        half = terms[t, 4] / free if terms[t, 7] > 0.0 else terms[t, 4]
        effect = terms[t, 3] / (1.0 + (half / level) ** terms[t, 5])
        if terms[t, 6] > 0.0:
            effect = math.log(max(1.0 - effect, 2.1e-9))
        if terms[t, 8] > 0.0:
            effect *= tone
        made[row, int(terms[t, 2])] += terms[t, 9] * effect
    units = np.zeros(drugs)
    for row in range(drugs):
        if hypnotics[row] > 0.0:
            units[row] = max(amounts[row * 9 + 5], 0.0) / hypnotics[row]
    row = int(opioid[0])
    if row >= 0 and car > 0.0:
        held = min(car, 1.0)
        made[row, int(opioid[1])] += math.log(max(1.0 - held ** opioid[5], 2.1e-9))
        made[row, int(opioid[2])] += math.log(max(1.0 - held ** opioid[6], 2.1e-9))
        made[row, int(opioid[4])] += opioid[10] * held
        units[row] = opioid[7] * held ** opioid[8]
    whole = units.sum()
    if whole > 0.0:
        # Bouillon 2004: U = Cp/C50p + Cr/C50r, depth = U^g / (1 + U^g); shared out by each one's part of U.
        depth = 1.0 / (1.0 + whole ** -opioid[9])
        for row in range(drugs):
            made[row, int(opioid[3])] += depth * units[row] / whole
    return made


@lru_cache(maxsize=512)
def plan(present: tuple[str, ...]) -> tuple[Array, Array, Array]:
    """Terms, hypnotics and the opioid row of the drugs present; a pure function, kept by its argument."""
    terms: list[list[float]] = []
    hypnotics = np.zeros(len(present))
    for row, name in enumerate(present):
        drug = FORMULARY.drugs[name]
        hypnotics[row] = drug.hypnotic_half.value if drug.hypnotic_half else 0.0
        terms.extend(
            [
                row,
                PLACES[effect.place],
                INDEX[effect.influence],
                effect.most.value,
                effect.half.value,
                effect.steepness.value,
                float(effect.remaining),
                float(effect.competes),
                float(effect.needs_tone),
                effect.scale.value,
            ]
            for effect in drug.effects
        )
    places = [INDEX[name] for name in ("log_drive", "log_wakefulness", "bis_depression", "log_heart_rate")]
    names = ("drive_power", "wakefulness_power", "hypnotic_most", "hypnotic_power", "hypnotic_steepness", "heart_rate")
    fentanyl = float(present.index("fentanyl")) if "fentanyl" in present else -1.0
    opioid = np.array([fentanyl, *places, *(RECEPTOR[name].value for name in names)])
    return np.array(terms, float).reshape(-1, 10), hypnotics, opioid


def tone_of(vitals: Vitals | None) -> float:
    """How much tone the vessels have to give up, 0 to 1, from mean pressure; 1 where no vital signs are given."""
    if vitals is None:
        return 1.0
    none, full = TONE["none"].value, TONE["full"].value
    return min(max((vitals.mean_mmhg - none) / (full - none), 0.0), 1.0)


def contributions(state: DrugState, person: Person, vitals: Vitals | None) -> tuple[tuple[str, Array], ...]:
    """What each drug and fluid does in the coming tick: its name and vector (len(INFLUENCES),), of those present only.

    Ask before the tick, and move the drugs on with `kinetics.after` after it. A fluid that runs out within the tick
    gives what is left of it, so that the volumes of all ticks add up to the volume ordered.
    """
    if not state.present and not state.labels:
        return ()
    table, _ = rates_table(state.present, person)
    terms, hypnotics, opioid = plan(state.present)
    flow, tone = flow_of(person, vitals), tone_of(vitals)
    made = evaluate(state.amounts, table, terms, hypnotics, opioid, flow, tone, len(INFLUENCES))
    found = tuple(zip(state.present, made, strict=True))
    for label in state.labels:
        if label.startswith(FLUID_LABELS):
            return found + _fluids(state)
    return found


def _fluids(state: DrugState) -> tuple[tuple[str, Array], ...]:
    found: list[tuple[str, Array]] = []
    for name, row in FLUIDS.items():
        running = state.lines[state.lines[:, 0] == row]
        if len(running):
            vector = np.zeros(len(INFLUENCES))
            volume = running[:, 2] * np.minimum(running[:, 3], TICK_S)
            vector[INDEX[f"{name}_ml_s"]] = volume.sum() / TICK_S
            found.append((name, vector))
    return tuple(found)


def depth_of_anaesthesia(state: DrugState) -> float:
    """0 awake to 1: the sum of all drugs' parts in the bispectral index's fall."""
    if not state.present:
        return 0.0
    units = 0.0
    _, hypnotics, opioid = plan(state.present)
    for row, half in enumerate(hypnotics):
        if half > 0.0:
            units += state.amounts[row * WIDTH + model.EFFECT] / half
    if opioid[0] >= 0.0:
        units += opioid[7] * min(max(state.amounts[-2], 0.0), 1.0) ** opioid[8]
    return float(1.0 / (1.0 + units ** -opioid[9])) if units > 0.0 else 0.0


def shock_odds(state: DrugState, person: Person, vitals: Vitals | None = None) -> float:
    """The factor on the odds that a shock ends fibrillation for good: 1 without amiodarone, up to 1.6 with it."""
    level = concentration(state, person, "amiodarone", vitals)
    most, half = SHOCK_ODDS["most"].value, SHOCK_ODDS["half"].value
    return most ** (level / (level + half))


def hazard_factor(state: DrugState, person: Person, vitals: Vitals | None = None) -> float:
    """The factor on the summed hazard of fibrillation: 1 without amiodarone, down to 0.4 with it."""
    level = concentration(state, person, "amiodarone", vitals)
    return 1.0 - PROTECTION["most"].value * level / (level + PROTECTION["half"].value)
