"""One tick of the force loop: from what the device says and what is known of the tissue to the force on the hand.

The proxy is where the tool would be if the hand could not press it deeper than the tissue lets it: the point at which
the tissue's answer f - K (x - a) and the coupling k (x_device - x) balance (god-object; Zilles and Salisbury 1995; on a
condensed compliance, F = W^-1 d). Energy is kept account of as in time-domain passivity control (Hannaford and Ryu
2002): what is held from tick to tick does exactly F'dx of work; the device's own damping takes b |dx|^2 / T or more.
What the hand gave and the springs no longer hold is forgotten but for a small reserve, so that a long harmless past
excuses nothing now.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel
from abaton.surgery.force.coupling import Coupling
from abaton.surgery.force.model import LARGEST

Array = NDArray[np.float64]

STATE_WORDS = 50
NO_FAULT, NOT_FINITE, LEAPT, DEVICE_SILENT, PHYSICS_SILENT, PHYSICS_NOT_FINITE = range(6)
FAULTS = ("", "device_not_finite", "device_leapt", "device_silent", "physics_silent", "physics_not_finite")


class Told(msgspec.Struct, frozen=True, eq=False):
    """A state in words for people and for the physics side.

    Attributes:
        at_s: When, by the clock of the loop; one that stays the same is a loop that stands still.
        force_n: (3,), last written.
        proxy_m: (3,).
        device_m: (3,).
        energy_j: That the hand gave and did not get back, beside the reserve; below 0 is not passive.
        least_energy_j: The least that it was.
        violations: Ticks at which it was below 0.
        controlled: Ticks at which the passivity controller took force away.
        limited: Ticks at which the force limit did.
        faults: Ticks of fault so far.
        fault: Of the last tick, or empty.
        gain: 0 to 1.
        touching: Whether the tool touches tissue.
    """

    at_s: float
    force_n: Array
    proxy_m: Array
    device_m: Array
    energy_j: float
    least_energy_j: float
    violations: int
    controlled: int
    limited: int
    faults: int
    fault: str
    gain: float
    touching: bool


def start(coupling: Coupling) -> Array:
    """The state before the first tick, (STATE_WORDS,)."""
    state = np.zeros(STATE_WORDS)
    state[0] = -1.0
    state[36] = state[37] = coupling.reserve_j
    state[43] = state[44] = -1.0
    return state


def told(state: Array) -> Told:
    """A state, to be read."""
    return Told(
        at_s=float(state[0]),
        force_n=state[4:7].copy(),
        proxy_m=state[7:10].copy(),
        device_m=state[1:4].copy(),
        energy_j=float(state[36]),
        least_energy_j=float(state[37]),
        violations=int(state[38]),
        controlled=int(state[39]),
        limited=int(state[40]),
        faults=int(state[41]),
        fault=FAULTS[int(state[42])],
        gain=float(state[46]),
        touching=bool(state[47]),
    )


def taken(state: Array) -> Array:
    """The state after something else took the force away: it comes back only once the tool touches nothing."""
    new = state.copy()
    new[4:7] = new[46] = new[48] = 0.0
    new[49] = 1.0
    return new


@kernel()
def tick(state: Array, model: Array, sample: Array, coupling: Array, now_s: float) -> tuple[Array, Array]:
    """The state a tick later and the force on the hand, (3,) N.

    Args:
        state: Of `start` or the tick before; not changed.
        model: `LocalModel.words`, the newest.
        sample: (7,), position m, velocity m/s, number of the measurement.
        coupling: `Coupling.words`.
        now_s: Of the clock that stamped the model.
    """
    new = state.copy()
    force = np.zeros(3)
    begun = state[0] >= 0.0
    period = min(max(now_s - state[0], 1e-5), 0.02) if begun else coupling[2]
    fault = _fault(new, model, sample, coupling, now_s, period, begun)
    new[0] = now_s
    lost = fault in (NOT_FINITE, LEAPT, DEVICE_SILENT, PHYSICS_NOT_FINITE)
    if fault != NO_FAULT:
        new[41] += 1
        new[46] = max(0.0, state[46] - period / coupling[7])
    else:
        new[46] = min(1.0, state[46] + period / coupling[8])
    if fault != NO_FAULT and new[46] == 0.0:
        new[49] = 1.0
    if new[49] > 0.0:
        # Force that a fault took away comes back only once the tool touches nothing: no hand is thrown out of tissue.
        new[46] = 0.0
    new[42] = fault
    if lost:
        # Nothing is known of the hand or of the tissue: what was last felt goes, and nothing new comes.
        _faded(new, state, force)
        return new, force
    if begun and new[48] > 0.0:
        _keep_account(new, sample, coupling, period)
    new[48] = 1.0
    stored = _answer(new, model, sample, coupling, period, force)
    _bound(new, sample, coupling, stored, force)
    if not math.isfinite(force[0] + force[1] + force[2] + new[36]):
        _begun_anew(new, state, sample, force)
    for axis in range(3):
        new[1 + axis] = sample[axis]
        new[4 + axis] = force[axis]
    return new, force


@kernel()
def _fault(new: Array, model: Array, sample: Array, coupling: Array, now_s: float, period: float, begun: bool) -> int:
    for axis in range(6):
        if not math.isfinite(sample[axis]):
            return NOT_FINITE
    if sample[6] != new[43]:
        new[43] = sample[6]
        new[45] = now_s
    elif now_s - new[45] >= coupling[6]:
        return DEVICE_SILENT
    if begun and new[48] > 0.0:
        way = 0.0
        for axis in range(3):
            way += (sample[axis] - new[1 + axis]) ** 2
        if math.sqrt(way) > coupling[10] * period:
            if new[46] > 0.0:
                return LEAPT
            new[48] = 0.0  # The force is gone: the hand may be taken up anew where it is.
    for word in range(model.shape[0]):
        if not abs(model[word]) <= LARGEST:
            return PHYSICS_NOT_FINITE
    if now_s - model[0] >= min(model[1], coupling[13]):
        return PHYSICS_SILENT
    return NO_FAULT


@kernel()
def _begun_anew(new: Array, state: Array, sample: Array, force: Array) -> None:
    """Numbers grew beyond what can be computed with: no force, and nothing is kept of what is felt."""
    new[10:36] = 0.0
    new[7:10] = sample[:3]
    new[36:41] = state[36:41]
    new[41] = state[41] + 1
    new[42] = NOT_FINITE
    new[44] = -1.0
    new[46] = 0.0
    new[48] = 0.0
    new[49] = 1.0
    force[:] = 0.0


@kernel()
def _faded(new: Array, state: Array, force: Array) -> None:
    share = new[46] / state[46] if state[46] > 0.0 else 0.0
    for axis in range(3):
        force[axis] = state[4 + axis] * share
        new[4 + axis] = force[axis]
    if new[46] == 0.0:
        new[48] = 0.0


@kernel()
def _keep_account(new: Array, sample: Array, coupling: Array, period: float) -> None:
    """What the hand gave since the last tick, beside what the device's damping took."""
    energy = new[36]
    for axis in range(3):
        way = sample[axis] - new[1 + axis]
        energy += -new[4 + axis] * way + coupling[4] * way * way / period
    new[36] = energy
    new[37] = min(new[37], energy)
    if energy < 0.0:
        new[38] += 1


@kernel()
def _answer(new: Array, model: Array, sample: Array, coupling: Array, period: float, force: Array) -> float:
    """Force of tissue and fixtures through the coupling; the energy that the springs hold is returned."""
    stiffness = coupling[0]
    if model[2] > 0.5:
        _blend(new, model, coupling, period)
    else:
        new[44] = -1.0
    proxy = sample[:3].copy()
    pressed = 0.0
    if model[2] > 0.5:
        pressed = _balance(new, model, sample, stiffness, proxy)
    walls = int(model[24])
    for _ in range(2 if walls > 1 else 1):
        for n in range(walls):
            wall = model[27 + 5 * n : 32 + 5 * n]
            depth = wall[3]
            for axis in range(3):
                depth -= wall[axis] * proxy[axis]
            if depth > 0.0:
                share = wall[4] / (wall[4] + stiffness)
                for axis in range(3):
                    proxy[axis] += share * depth * wall[axis]
                pressed = 1.0
    new[47] = pressed
    if pressed == 0.0:
        new[49] = 0.0
    stored = 0.0
    for axis in range(3):
        new[7 + axis] = proxy[axis]
        stretched = proxy[axis] - sample[axis]
        force[axis] = new[46] * (stiffness * stretched - pressed * coupling[1] * sample[3 + axis])
        stored += 0.5 * stiffness * stretched * stretched
        if pressed > 0.0 and model[2] > 0.5:
            # Of the tissue's spring: half the force on the way from where it was none.
            stored += 0.5 * abs(stiffness * stretched) * abs(proxy[axis] - new[10 + axis])
    return stored


@kernel()
def _blend(new: Array, model: Array, coupling: Array, period: float) -> None:
    """The model that is felt follows the published one; another patch begins at once, with nothing slipped."""
    share = 1.0
    if new[44] == model[3]:
        share = 1.0 - math.exp(-period / coupling[9])
    else:
        new[44] = model[3]
        for axis in range(3):
            new[31 + axis] = 0.0
    for word in range(18):  # anchor, normal, force, stiffness
        new[10 + word] += share * (model[4 + word] - new[10 + word])


@kernel()
def _balance(new: Array, model: Array, sample: Array, stiffness: float, proxy: Array) -> float:
    """Put the proxy where tissue and coupling balance; 0 where the tissue would have to pull."""
    matrix = np.empty((3, 3))
    right = np.empty(3)
    for a in range(3):
        right[a] = new[16 + a] + stiffness * sample[a]
        for b in range(3):
            felt = new[19 + 3 * a + b]
            matrix[a, b] = felt + (stiffness if a == b else 0.0)
            right[a] += felt * (new[10 + b] + new[31 + b])
    found: Array = np.linalg.solve(matrix, right).astype(np.float64)
    along = 0.0
    for axis in range(3):
        along += new[13 + axis] * stiffness * (found[axis] - sample[axis])
    if along <= 0.0:
        # Let go: the tissue is touched anew where the tool comes back.
        height = 0.0
        for axis in range(3):
            new[31 + axis] = sample[axis] - new[10 + axis]
            height += new[31 + axis] * new[13 + axis]
        for axis in range(3):
            new[31 + axis] -= height * new[13 + axis]
        return 0.0
    _slip(new, model[22], stiffness, sample, along, found)
    deep = 0.0
    for axis in range(3):
        deep -= (found[axis] - new[10 + axis]) * new[13 + axis]
    for axis in range(3):
        proxy[axis] = found[axis] + max(0.0, deep - model[23]) * new[13 + axis]
    return 1.0


@kernel()
def _slip(new: Array, friction: float, stiffness: float, sample: Array, along: float, found: Array) -> None:
    """Coulomb: force across the normal is at most friction times the force along it; what is too much slips."""
    across = np.empty(3)
    size = 0.0
    for axis in range(3):
        across[axis] = stiffness * (found[axis] - sample[axis]) - along * new[13 + axis]
        size += across[axis] ** 2
    size = math.sqrt(size)
    if size <= friction * along:
        return
    left = friction * along / size
    felt = 0.0  # Stiffness of the tissue in the direction of slip.
    for a in range(3):
        for b in range(3):
            felt += across[a] * new[19 + 3 * a + b] * across[b] / (size * size)
    for axis in range(3):
        found[axis] -= (1.0 - left) * across[axis] / stiffness
        slipped = (1.0 - left) * across[axis] * (1.0 / stiffness + (1.0 / felt if felt > 1e-9 else 0.0))
        new[31 + axis] -= slipped


@kernel()
def _bound(new: Array, sample: Array, coupling: Array, stored: float, force: Array) -> None:
    """The limit of the device, then the passivity controller; both only ever take force away."""
    size = math.sqrt(force[0] ** 2 + force[1] ** 2 + force[2] ** 2)
    if size > coupling[3]:
        new[40] += 1
        for axis in range(3):
            force[axis] *= coupling[3] / size
    new[36] = min(new[36], stored + coupling[11])
    if coupling[12] < 0.5:
        return
    # Where the hand will be after this tick, the force's own push included; half the reserve is kept for the error.
    period = coupling[2]
    way = np.empty(3)
    work, length = 0.0, 0.0
    for axis in range(3):
        way[axis] = sample[3 + axis] * period + force[axis] / coupling[5] * period * period / 2
        work += force[axis] * way[axis]
        length += way[axis] ** 2
    allowed = max(0.0, new[36] - coupling[11] / 2) + coupling[4] * length / period
    if work > allowed and length > 0.0:
        new[39] += 1
        for axis in range(3):
            force[axis] -= (work - allowed) / length * way[axis]
