"""A needle on its way through layers: stiffness, puncture, cutting, friction, and another way back.

Okamura, Simone, O'Leary 2004 (doi 10.1109/TBME.2004.831542): before puncture the tip is pressed back by a1 d + a2 d^2;
beyond it by a constant cutting force, and the shaft by friction on its length (Karnopp). Each is a spring with a limit:
what exceeds the limit moves the spring's foot and is lost as heat or fracture, so that energy is never created.
Cutting takes force on new ground only; the way back, and in again, meets friction alone.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem

Array = NDArray[np.float64]
STICK_N_M = 2000.0
"""Per metre of shaft: how far tissue goes along with a needle before it slips."""


class Layer(msgspec.Struct, frozen=True):
    """A tissue on the needle's way.

    Attributes:
        name: Of the tissue.
        thickness_m: Along the needle.
        a1_n_m: Stiffness before puncture.
        a2_n_m2: Its growth.
        puncture_n: Force at which the layer's surface gives way.
        cutting_n: Force of cutting within, not above the former.
        friction_n_m: Per metre of shaft.
        viscous_n_s_m2: Per metre of shaft and speed.
        source: Of the figures.
    """

    name: str
    thickness_m: float
    a1_n_m: float
    a2_n_m2: float
    puncture_n: float
    cutting_n: float
    friction_n_m: float
    viscous_n_s_m2: float
    source: str


_RECALLED = "plausible, not measured by us"
SKIN = Layer("skin", 0.002, 300.0, 6e4, 2.0, 0.5, 20.0, 100.0, _RECALLED)
FAT = Layer("fat", 0.012, 120.0, 2e4, 0.25, 0.2, 8.0, 80.0, _RECALLED)
CAPSULE = Layer("capsule", 0.0003, 2.0, 2300.0, 1.5, 0.94, 18.5, 250.0, "shape: Okamura 2004, figures recalled")
LIVER = Layer("liver", 0.05, 2.0, 2300.0, 0.94, 0.94, 18.5, 250.0, "Okamura 2004: cutting 0.94 N; others recalled")
HELD_CAPSULE = Layer("capsule", 0.0003, 150.0, 6e4, 1.5, 0.94, 18.5, 250.0, "stiffness chosen: a liver within its bed")
HELD_LIVER = Layer("liver", 0.05, 150.0, 6e4, 0.94, 0.94, 18.5, 250.0, "as `LIVER`; stiffness chosen: within its bed")
"""A liver that lies on a table, as Okamura's, gives way by 20 mm before it is cut; one between ribs and bowel by 3."""
VESSEL = Layer("vessel", 0.004, 100.0, 1e5, 1.2, 0.1, 5.0, 50.0, _RECALLED)


class NeedleState(msgspec.Struct, frozen=True):
    """What a needle has done.

    Attributes:
        tip_m: Along its way, 0 at the first surface.
        track_m: Foot of the tip's spring: how deep it was cut.
        punctured: How many layers' surfaces gave way.
        stuck_m: By how much the shaft drags tissue along, positive inwards.
        force_n: On the hand, negative inwards: it resists.
        stored_j: In the springs.
        event: Name of the first layer that was punctured in this step, or empty.
    """

    tip_m: float = -1e-3
    track_m: float = 0.0
    punctured: int = 0
    stuck_m: float = 0.0
    force_n: float = 0.0
    stored_j: float = 0.0
    event: str = ""


def tip_force(layer: Layer, depth_m: float) -> float:
    """a1 d + a2 d^2, N."""
    return layer.a1_n_m * depth_m + layer.a2_n_m2 * depth_m**2


def depth_at(layer: Layer, force_n: float) -> float:
    """The indentation at which a layer answers with a force: the inverse of `tip_force`, m."""
    a, b = layer.a2_n_m2, layer.a1_n_m
    return (math.sqrt(b * b + 4 * a * force_n) - b) / (2 * a) if a > 0 else force_n / b


def advance(layers: tuple[Layer, ...], state: NeedleState, tip_m: float, period_s: float) -> NeedleState:
    """The needle with its tip at another depth.

    Args:
        layers: From the outside in.
        state: Before.
        tip_m: Where the tip is now.
        period_s: Since then.

    Raises:
        Problem: The depth is not finite.
    """
    if not math.isfinite(tip_m):
        raise Problem(
            "tracking_lost",
            got="a depth of the needle that is not finite",
            expected="finite metres",
            next_step="Hold the needle where it was.",
            kind="unavailable",
        )
    surfaces = np.cumsum([0.0, *(layer.thickness_m for layer in layers)])
    track, punctured, event = state.track_m, state.punctured, ""
    pressing, stored_tip = 0.0, 0.0
    while tip_m > track:
        at_surface = punctured < len(layers) and track >= surfaces[punctured]
        inside = layers[min(punctured, len(layers) - 1) if at_surface else punctured - 1]
        limit = inside.puncture_n if at_surface else inside.cutting_n
        pressing = tip_force(inside, tip_m - track)
        if pressing < limit:
            stored_tip = inside.a1_n_m * (tip_m - track) ** 2 / 2 + inside.a2_n_m2 * (tip_m - track) ** 3 / 3
            break
        if at_surface:
            punctured, event = punctured + 1, event or inside.name
            pressing = 0.0
            if inside.puncture_n > inside.cutting_n:
                continue
        foot = tip_m - depth_at(inside, inside.cutting_n)
        below = float(surfaces[punctured]) if punctured < len(layers) else math.inf
        track = max(track, min(foot, below))
        if track < below:
            pressing = inside.cutting_n
            depth = tip_m - track
            stored_tip = inside.a1_n_m * depth**2 / 2 + inside.a2_n_m2 * depth**3 / 3
            break
    rubbing, stuck, stored_shaft = _friction(layers[:punctured], surfaces, state, tip_m, period_s)
    return NeedleState(tip_m, track, punctured, stuck, -pressing - rubbing, stored_tip + stored_shaft, event)


def _friction(
    layers: tuple[Layer, ...], surfaces: Array, state: NeedleState, tip_m: float, period_s: float
) -> tuple[float, float, float]:
    """Force, how far tissue is dragged along, and the energy of that."""
    way = tip_m - state.tip_m
    lengths = [max(0.0, min(tip_m - float(surfaces[n]), layer.thickness_m)) for n, layer in enumerate(layers)]
    length = sum(lengths)
    if length <= 0.0:
        return 0.0, 0.0, 0.0
    most = sum(layer.friction_n_m * part for layer, part in zip(layers, lengths, strict=True))
    viscous = sum(layer.viscous_n_s_m2 * part for layer, part in zip(layers, lengths, strict=True))
    stiffness = STICK_N_M * length
    # More shaft within tissue makes the spring stiffer: its stretch shrinks so that no energy comes of it.
    before = max(length - max(way, 0.0), 0.0)
    stuck = state.stuck_m * (before / length if length > 0 else 0.0) + way
    stuck = max(-most / stiffness, min(most / stiffness, stuck))
    return stiffness * stuck + viscous * way / period_s, stuck, stiffness * stuck**2 / 2
