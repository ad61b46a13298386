"""Numeric heart of the kinetics: every drug's compartments in one vector, moved on exactly while rates hold.

A drug has nine places in the vector: depot, transit, central, fast, slow (ug), the two effect sites (ug/l), what has
left the body (ug), and what was lost on the way in (ug). A row of rates says how they are joined, per second.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel

Array = NDArray[np.float64]

WIDTH: Final = 9
DEPOT, TRANSIT, CENTRAL, FAST, SLOW, EFFECT, LATE_EFFECT, GONE, LOST = range(WIDTH)
RATES: Final = (
    "depot",
    "transit",
    "central_l",
    "clearance",
    "fast",
    "fast_l",
    "slow",
    "slow_l",
    "effect",
    "late",
    "flow",
)
COLUMNS: Final = 4
"""Of a line: row of the drug (-1 crystalloid, -2 blood), place, rate (ug/s, ml/s), seconds left (inf: no end)."""
ORDER: Final = 14
"""Terms of the series: the remainder is below 1e-15 of the amounts for a step of at most half a rate."""
RECEPTOR_STEP_S: Final = 0.5


@kernel()
def slope(x: Array, rates: Array, flow: float, made: Array) -> None:
    """dx/dt of one drug without input, (WIDTH,); flow is cardiac output over its resting value.

    The classical mammillary model with an effect site (Sheiner 1979): dCe/dt = ke0 (C1 - Ce). Exchange, absorption and
    effect sites go with flow, clearance with flow to the drug's power, and the central volume shrinks to a half without
    flow (Mann 2022 has 1 to 1/2).
    """
    volume = rates[2] * (0.5 + 0.5 * min(flow, 1.0))
    concentration = x[2] / volume
    out = rates[3] * flow ** rates[10] * concentration
    absorbed = rates[0] * flow * x[0]
    arrived = absorbed
    made[0] = -absorbed
    made[1] = 0.0
    if rates[1] > 0.0:
        arrived = rates[1] * flow * x[1]
        made[1] = absorbed - arrived
    fast = 0.0
    if rates[5] > 0.0:
        fast = rates[4] * flow * (concentration - x[3] / rates[5])
    slow = 0.0
    if rates[7] > 0.0:
        slow = rates[6] * flow * (concentration - x[4] / rates[7])
    made[2] = arrived - fast - slow - out
    made[3] = fast
    made[4] = slow
    made[5] = rates[8] * flow * (concentration - x[5])
    made[6] = rates[9] * flow * (concentration - x[6])
    made[7] = out
    made[8] = 0.0


@kernel()
def fastest(rates: Array, flow: float) -> float:
    """A bound on the sum of the rates that leave any compartment, 1/s."""
    volume = rates[2] * (0.5 + 0.5 * min(flow, 1.0))
    bound = (rates[3] * flow ** rates[10] + (rates[4] + rates[6]) * flow) / volume
    if rates[5] > 0.0:
        bound = max(bound, bound + rates[4] * flow / rates[5])
    if rates[7] > 0.0:
        bound += rates[6] * flow / rates[7]
    return bound + (rates[0] + rates[1] + rates[8] + rates[9]) * flow


@kernel()
def move(x: Array, rates: Array, inputs: Array, flow: float, seconds: float) -> None:
    """x(t) = exp(A t) x + integral of exp(A s) ds r, in place, by the series of the exponential acting on the vector.

    The step is at most half the inverse of the fastest rate, where 14 terms are exact to the last digits of a float.
    """
    bound = fastest(rates, flow)
    steps = max(1, math.ceil(2.0 * bound * seconds))
    step = seconds / steps
    term = np.empty(9)
    following = np.empty(9)
    for _ in range(steps):
        slope(x, rates, flow, term)
        for place in range(9):
            term[place] = (term[place] + inputs[place]) * step
            x[place] += term[place]
        for order in range(2, ORDER + 1):
            slope(term, rates, flow, following)
            largest = 0.0
            for place in range(9):
                term[place] = following[place] * step / order
                x[place] += term[place]
                largest = max(largest, abs(term[place]))
            if largest == 0.0:
                break


@kernel()
def bind(bound: Array, agonist: float, antagonist: float, constants: Array, seconds: float) -> None:
    """Moves the receptor's occupancies on, in place, exactly for ligands that stay as they are.

    Mann 2022: dCAR/dt = A1 (1 - CAR - CBR) L^n - B1 CAR, and so for CBR with the antagonist. Two linear equations with
    real, negative eigenvalues, solved by Sylvester's formula.

    Args:
        bound: CAR and CBR, fractions (2,).
        agonist: Its concentration at the receptor, pmol/l.
        antagonist: The same of the antagonist.
        constants: A1, B1, n, A2, B2, n2.
        seconds: How long.
    """
    on = constants[0] * agonist ** constants[2] if agonist > 0.0 else 0.0
    on_other = constants[3] * antagonist ** constants[5] if antagonist > 0.0 else 0.0
    off, off_other = constants[1], constants[4]
    determinant = on * off_other + on_other * off + off * off_other
    goal, goal_other = on * off_other / determinant, on_other * off / determinant
    middle = -0.5 * (on + off + on_other + off_other)
    spread = math.sqrt(max(middle * middle - determinant, 0.0))
    slowly, quickly = math.exp((middle + spread) * seconds), math.exp((middle - spread) * seconds)
    mean = 0.5 * (slowly + quickly)
    tilt = 0.5 * (slowly - quickly) / spread if spread > 1e-12 else seconds * mean
    away, away_other = bound[0] - goal, bound[1] - goal_other
    bound[0] = goal + mean * away + tilt * ((-on - off - middle) * away - on * away_other)
    bound[1] = (
        goal_other + mean * away_other + tilt * (-on_other * away + (-on_other - off_other - middle) * away_other)
    )


@kernel()
def advance(
    amounts: Array, rates: Array, lines: Array, receptor: Array, flow: float, seconds: float
) -> tuple[Array, Array, int]:
    """All drugs, their lines and the receptor, moved on.

    Args:
        amounts: (9 n + 2,): n drugs, then CAR and CBR.
        rates: (n, 11), per second and litre.
        lines: (m, 4).
        receptor: Rows of agonist and antagonist (-1: none), their molar masses, then the six constants, (10,).
        flow: Cardiac output over its resting value.
        seconds: How long.

    Returns:
        The amounts, the lines, and how many lines have run out: those have nothing left.
    """
    after = amounts.copy()
    left = lines.copy()
    drugs = rates.shape[0]
    agonist_row, antagonist_row = int(receptor[0]), int(receptor[1])
    binding = agonist_row >= 0 or antagonist_row >= 0
    inputs = np.zeros((drugs, 9))
    remaining = seconds
    while remaining > 1e-12:
        step = min(remaining, RECEPTOR_STEP_S) if binding else remaining
        inputs[:] = 0.0
        for line in range(left.shape[0]):
            if left[line, 3] > 1e-12:
                step = min(step, left[line, 3])
                if left[line, 0] >= 0.0:
                    inputs[int(left[line, 0]), int(left[line, 1])] += left[line, 2]
        agonist = after[agonist_row * 9 + 5] if agonist_row >= 0 else 0.0
        antagonist = after[antagonist_row * 9 + 5] if antagonist_row >= 0 else 0.0
        for drug in range(drugs):
            move(after[drug * 9 : drug * 9 + 9], rates[drug], inputs[drug], flow, step)
        if binding:
            agonist += after[agonist_row * 9 + 5] if agonist_row >= 0 else 0.0
            antagonist += after[antagonist_row * 9 + 5] if antagonist_row >= 0 else 0.0
            # ug/l is 1e6 pmol/l over g/mol; the mean of both ends of the step.
            bind(
                after[drugs * 9 :],
                0.5e6 * agonist / receptor[2],
                0.5e6 * antagonist / receptor[3],
                receptor[4:10],
                step,
            )
        for line in range(left.shape[0]):
            left[line, 3] = max(left[line, 3] - step, 0.0)
        remaining -= step
    ended = 0
    for line in range(left.shape[0]):
        if left[line, 3] <= 1e-12:
            ended += 1
    return after, left, ended
