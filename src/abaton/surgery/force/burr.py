"""A burr that cuts a tooth away, voxel by voxel, and what the hand feels of it; one tick a millisecond.

Two layers (Wu, Wang, Wang, Zhang 2009). In its outer layer the burr touches: each voxel that it covers, by its covered
part, pushes along the burr's normal there, so that the sum is the gradient of an energy and a burr at rest gives back
what was put in. What it covers is then worn away as Archard has it: volume by time = bite x force x speed of the
surface / hardness. Nothing is ever left within it, for the drawn burr is not the hand: a spring of limited force pulls
it after the hand, and it comes to rest where spring and tooth agree. So a hand that pushes harder cuts faster, never
deeper than was cut, and a hand that pushes too hard stalls the turbine, whose speed falls with its load.

A tick costs the burr's own box of voxels. Millimetres and newtons, in the axes of the tooth. What the sideways pull of
a running burr, its heat and water, and the shank's own contact would add is left out.

Forces: dentists press a turbine with 0.35 to 1.05 N (J Oral Rehabil 1995;22:67, 10.1111/j.1365-2842.1995.tb00212.x);
fed at 0.3 mm/s, a ball of 1.2 mm here presses dentin with 0.33 N and enamel with 1.4 N, and a scripted cavity takes
0.5 N in the mean. The 14 N published as a mean over drilling bone belong to burrs of about 6 mm: 25 times this area,
so about 13 N at the same pressure.

A burr that does not turn, pressed on a cusp, is held up and takes nothing:

>>> import numpy as np
>>> from abaton.surgery.force.tooth import molar
>>> tooth, up = molar(1, 0.25), np.array([0.0, 0.0, 1.0])
>>> state = begin(tooth, ROUND, np.array([2.4, 2.3, 7.6]), up)
>>> for depth_mm in np.arange(0.0, 1.2, 0.02):
...     state = advance(tooth, state, ROUND, TURBINE, np.array([2.4, 2.3, 7.6 - depth_mm]), up, pedal=False)
>>> bool(state.force_n[2] > 0), float(state.removed_mm3.sum())
(True, 0.0)
"""

import math
from typing import Literal, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.surgery.force.tooth import CARIES, PULP, TISSUES, Tooth
from abaton.surgery.force.wearing import Remaining, tick, touch

Array = NDArray[np.float64]
Phase: TypeAlias = Literal["resting", "drilling", "holding"]

LONGEST_JUMP_MM = 10.0
"""A hand that is elsewhere by this much after a tick was not followed but lost: 10 m/s."""
_HARDNESS = np.array([1.0, *(TISSUES[label].hardness_n_mm2 for label in sorted(TISSUES))])
_SHARES = np.array([0.0, *(TISSUES[label].share_of_stiffness for label in sorted(TISSUES))])


class Burr(msgspec.Struct, frozen=True):
    """The cutting end of a tool; the place of a ball is its middle, of the others the middle of their end face.

    Attributes:
        shape: `ball`, or `body`: a cylinder, or tapered where the radii differ.
        radius_mm: Of the ball, or at the end face.
        top_radius_mm: Towards the handpiece.
        length_mm: Of the body.
        bite: Archard's coefficient without dimension; chosen so that a diamond ball under 1 N takes about 0.2 mm3 of
            enamel and 1 mm3 of dentin a second.
    """

    shape: Literal["ball", "body"]
    radius_mm: float
    top_radius_mm: float = 0.0
    length_mm: float = 0.0
    bite: float = 0.05


ROUND = Burr("ball", 0.6)
CYLINDER = Burr("body", 0.5, 0.5, 4.0)
TAPERED = Burr("body", 0.4, 0.7, 4.5)
EXCAVATOR = Burr("ball", 0.7, bite=0.4)
"""A round carbide burr for the slow handpiece."""


class Spindle(msgspec.Struct, frozen=True):
    """What turns the burr: its speed falls in a straight line with the load, as that of turbines does.

    Attributes:
        free_rpm: Without load.
        stall_n_mm: Torque at which it stands. Its greatest power is a quarter of both multiplied.
    """

    free_rpm: float
    stall_n_mm: float

    @property
    def power_w(self) -> float:
        """The most that it gives, at half its free speed."""
        return self.stall_n_mm / 1000 * self.free_rpm * 2 * math.pi / 60 / 4


TURBINE = Spindle(400_000.0, 1.2)
"""About 12.6 W, as air turbines have; torque chosen."""
SLOW = Spindle(6_000.0, 30.0)
"""A straight motor for taking decay out; enamel it barely scratches."""


class Grip(msgspec.Struct, frozen=True):
    """How the burr hangs on the hand.

    Attributes:
        stiffness_n_mm: Of the spring between.
        limit_n: The most that it pulls, and that a hand ever feels.
        pressing_limit_n: Above it, time is counted as pressed too hard.
    """

    stiffness_n_mm: float = 2.0
    limit_n: float = 4.0
    pressing_limit_n: float = 1.5


class Drilling(msgspec.Struct, frozen=True, eq=False):
    """How far it has come.

    `remaining` is one array that every tick writes into and hands on: the caller owns it. `branched` gives a copy.

    Attributes:
        remaining: float32, the tooth's shape: how much of each voxel is left, 0 to 1.
        burr_mm: (3,), where the burr is, and is to be drawn.
        hand_mm: (3,), where the hand was last seen.
        phase: `holding`: tracking was lost; lift the pedal in free air to begin anew.
        force_n: (3,), on the hand.
        pressing_n: Between burr and tooth, however directed.
        contact_mm2: Area of the contact.
        speed_share: Of the free speed; 0 where it stands.
        removed_mm3: (5,), by label.
        pulp_exposed: Whether a way to the pulp was opened.
        event: `pulp exposed` or `tracking lost` in the tick in which that happened, or empty.
        time_s, cutting_s, over_limit_s: In all; in contact with the burr turning; of that, pressed too hard.
        impulse_n_s: Pressing summed over `cutting_s`.
        peak_n: The hardest.
    """

    remaining: Remaining
    burr_mm: Array
    hand_mm: Array
    phase: Phase
    force_n: Array
    removed_mm3: Array
    pressing_n: float = 0.0
    contact_mm2: float = 0.0
    speed_share: float = 0.0
    pulp_exposed: bool = False
    event: str = ""
    time_s: float = 0.0
    cutting_s: float = 0.0
    over_limit_s: float = 0.0
    impulse_n_s: float = 0.0
    peak_n: float = 0.0

    @property
    def mean_n(self) -> float:
        """Mean pressing while it cut."""
        return self.impulse_n_s / self.cutting_s if self.cutting_s > 0 else 0.0

    def branched(self) -> "Drilling":
        """The same with a voxel array of its own."""
        return msgspec.structs.replace(self, remaining=self.remaining.copy())


class Outcome(msgspec.Struct, frozen=True):
    """What a cavity is judged by.

    Attributes:
        caries_removed_mm3, caries_left_mm3: Of the lesion.
        healthy_removed_mm3: Enamel, dentin and pulp.
        removed_mg: Of all tissues, by their densities.
        pulp_exposed: Whether a way to the pulp was opened.
        mean_n, peak_n, over_limit_s: Of pressing.
    """

    caries_removed_mm3: float
    caries_left_mm3: float
    healthy_removed_mm3: float
    removed_mg: float
    pulp_exposed: bool
    mean_n: float
    peak_n: float
    over_limit_s: float


def begin(tooth: Tooth, burr: Burr, hand_mm: Array, axis: Array) -> Drilling:
    """An untouched tooth, with the burr in the hand.

    Raises:
        Problem: The hand is not tracked or within the tooth, or the burr has no size.
    """
    _check(burr)
    remaining = (tooth.labels > 0).astype(np.float32)
    at, along = np.asarray(hand_mm, dtype=np.float64), _unit(axis)
    if along is None or not np.isfinite(at).all() or not _free(tooth, remaining, burr, at, along):
        raise Problem(
            "burr_not_free",
            got="a burr that is not tracked, or that begins within the tooth",
            expected="a finite position and axis in free air",
            next_step="Hold the burr clear of the tooth, then begin.",
        )
    return Drilling(remaining, at.copy(), at.copy(), "resting", np.zeros(3), np.zeros(PULP + 1))


def advance(
    tooth: Tooth,
    before: Drilling,
    burr: Burr,
    spindle: Spindle,
    hand_mm: Array,
    axis: Array,
    pedal: bool,
    period_s: float = 0.001,
    grip: Grip | None = None,
) -> Drilling:
    """The tooth a tick later; `before.remaining` is written in place and is part of what is given back.

    Args:
        tooth: What is drilled.
        before: The state before.
        burr: The tool.
        spindle: What turns it.
        hand_mm: (3,), where the hand holds the burr's place; NaN where tracking is lost.
        axis: (3,), from the burr's end to the handpiece; of any length but none.
        pedal: Whether the burr turns.
        period_s: Since the tick before.
        grip: Spring and limits between hand and burr.

    Raises:
        Problem: The burr, the spindle or the period is not a positive size.
    """
    _check(burr)
    held = grip if grip is not None else Grip()
    figures = (period_s, spindle.free_rpm, spindle.stall_n_mm, held.stiffness_n_mm, held.limit_n)
    if not all(math.isfinite(figure) and figure > 0 for figure in figures):
        raise _meaningless(f"a period, speed, torque, stiffness or limit among {figures}")
    at, along = np.asarray(hand_mm, dtype=np.float64), _unit(axis)
    time_s = before.time_s + period_s
    known = along is not None and bool(np.isfinite(at).all())
    if along is None or not known or before.phase == "holding":
        freed = along is not None and known and not pedal and _free(tooth, before.remaining, burr, at, along)
        return _held(before, at if freed else None, time_s)
    if float(np.linalg.norm(at - before.hand_mm)) > LONGEST_JUMP_MM:
        return _held(before, None, time_s)
    spin = spindle.free_rpm * 2 * math.pi / 60 if pedal else 0.0
    place, removed, felt, opened = tick(
        before.remaining, tooth.labels, _HARDNESS, _SHARES, _numbers(burr), tooth.voxel_mm,
        tooth.turn @ (before.burr_mm - tooth.origin_mm), tooth.turn @ (at - tooth.origin_mm), tooth.turn @ along,
        np.array([held.stiffness_n_mm, held.limit_n]), np.array([spin, spindle.stall_n_mm, burr.bite]), period_s,
    )  # fmt: skip
    pressing, area, share = (float(value) for value in felt)
    burr_mm = tooth.origin_mm + tooth.turn.T @ place
    pull = held.stiffness_n_mm * (burr_mm - at)
    strength = float(np.linalg.norm(pull))
    force = pull * min(1.0, held.limit_n / strength) if pressing > 0 and strength > 0 else np.zeros(3)
    cutting = period_s if pedal and pressing > 0 else 0.0
    return Drilling(
        remaining=before.remaining,
        burr_mm=burr_mm,
        hand_mm=at.copy(),
        phase="drilling" if pedal else "resting",
        force_n=force,
        removed_mm3=before.removed_mm3 + removed,
        pressing_n=pressing,
        contact_mm2=area,
        speed_share=share if pedal else 0.0,
        pulp_exposed=before.pulp_exposed or opened,
        event="pulp exposed" if opened and not before.pulp_exposed else "",
        time_s=time_s,
        cutting_s=before.cutting_s + cutting,
        over_limit_s=before.over_limit_s + (cutting if pressing > held.pressing_limit_n else 0.0),
        impulse_n_s=before.impulse_n_s + pressing * cutting,
        peak_n=max(before.peak_n, pressing if cutting > 0 else 0.0),
    )


def outcome(tooth: Tooth, drilling: Drilling) -> Outcome:
    """What was done to the tooth so far."""
    there, gone = tooth.volumes_mm3(), drilling.removed_mm3
    return Outcome(
        caries_removed_mm3=float(gone[CARIES]),
        caries_left_mm3=there[CARIES] - float(gone[CARIES]),
        healthy_removed_mm3=float(gone.sum() - gone[CARIES]),
        removed_mg=sum(float(gone[label]) * tissue.density_kg_m3 / 1000 for label, tissue in TISSUES.items()),
        pulp_exposed=drilling.pulp_exposed,
        mean_n=drilling.mean_n,
        peak_n=drilling.peak_n,
        over_limit_s=drilling.over_limit_s,
    )


def _held(before: Drilling, freed_mm: Array | None, time_s: float) -> Drilling:
    """Nothing is cut and nothing pushes; the burr stays until the hand is found in free air with the pedal up."""
    place = before.burr_mm if freed_mm is None else freed_mm.copy()
    return msgspec.structs.replace(
        before,
        burr_mm=place,
        hand_mm=before.hand_mm if freed_mm is None else place,
        phase="holding" if freed_mm is None else "resting",
        force_n=np.zeros(3),
        pressing_n=0.0,
        contact_mm2=0.0,
        speed_share=0.0,
        event="tracking lost" if before.phase != "holding" and freed_mm is None else "",
        time_s=time_s,
    )


def _unit(axis: Array) -> Array | None:
    given = np.asarray(axis, dtype=np.float64)
    length = float(np.linalg.norm(given))
    return given / length if math.isfinite(length) and length > 1e-9 else None


def _free(tooth: Tooth, remaining: Remaining, burr: Burr, at: Array, axis: Array) -> bool:
    place, along = tooth.turn @ (at - tooth.origin_mm), tooth.turn @ axis
    felt = touch(remaining, tooth.labels, _SHARES, _numbers(burr), tooth.voxel_mm, place, along)
    return felt[9] == 0.0


def _check(burr: Burr) -> None:
    sizes = [burr.radius_mm, burr.bite, *([burr.top_radius_mm, burr.length_mm] if burr.shape == "body" else [])]
    if not all(math.isfinite(size) and 0 < size <= 20 for size in sizes):
        raise _meaningless(f"a burr with sizes {sizes}")


def _meaningless(got: str) -> Problem:
    return Problem(
        "drill_meaningless",
        got=got,
        expected="finite sizes above 0, of a burr at most 20 mm",
        next_step="Correct the burr, spindle or grip.",
    )


def _numbers(burr: Burr) -> Array:
    kind = 0.0 if burr.shape == "ball" else 1.0
    return np.array([kind, burr.radius_mm, burr.top_radius_mm, burr.length_mm])
