"""The words of conditions, and what a condition is once it is read."""

from typing import Final, TypeAlias

import msgspec

from abaton.training.physiology.rhythm import Rhythm
from abaton.training.physiology.vitals import Vitals

RHYTHMS: Final = {
    "sinus": Rhythm.SINUS,
    "bradycardia": Rhythm.BRADYCARDIA,
    "tachycardia": Rhythm.TACHYCARDIA,
    "AF": Rhythm.ATRIAL_FIBRILLATION,
    "VT": Rhythm.VENTRICULAR_TACHYCARDIA,
    "VF": Rhythm.VENTRICULAR_FIBRILLATION,
    "PEA": Rhythm.PULSELESS_ELECTRICAL_ACTIVITY,
    "asystole": Rhythm.ASYSTOLE,
}
"""Names that `rhythm` is compared with."""

MORE_SIGNS: Final = {
    "time": "seconds since the learner arrived",
    "inspired_oxygen": "fraction of oxygen breathed",
    "compression_per_min": "chest compressions a minute now",
    "compression_depth_mm": "depth of compressions now",
    "compression_fraction": "share of the time without a pulse in which the chest was compressed",
    "hands_off_s": "seconds without a pulse since the chest was last compressed",
    "shocks": "shocks given so far",
}
SIGNS: Final[tuple[str, ...]] = (
    *(name for name in Vitals.__struct_fields__ if name not in ("time_s", "rhythm", "pulse")),
    *MORE_SIGNS,
)
"""What is a number and stands without brackets."""

FLAGS: Final = {
    "pulse": "a pulse can be felt",
    "conscious": "the patient can answer (coma scale of 13 or more)",
    "compressing": "the chest is being compressed",
    "ventilating": "somebody or a machine breathes for the patient",
    "shockable": "the rhythm is one that a shock may end",
    "shocked_unclear": "a shock was given while somebody touched the patient",
    "shocked_beating": "a shock was given to a rhythm that is not treated by shocks",
}
"""What holds or not and stands without brackets."""

CALLS: Final[dict[str, tuple[str, ...]]] = {
    "given": ("drug", "route"),
    "ordered": ("drug",),
    "insisted": ("drug",),
    "infusing": ("drug",),
    "done": ("treatment", "place"),
    "tried": ("treatment", "place"),
    "asked": ("intent",),
    "called": ("whom",),
    "examined": ("part",),
    "attached": ("device",),
    "used": ("device", "command"),
    "device_in": ("device", "state"),
    "misused": ("error",),
    "airway": ("airway",),
    "positioned": ("position",),
    "fulfilled": ("item",),
    "in_state": ("state",),
}
"""What holds or not of something named in brackets: the first must be named, the second may be."""

COUNTS: Final[dict[str, tuple[str, ...]]] = {
    "doses": ("drug", "route"),
    "total_mg": ("drug",),
    "total_ml": ("drug",),
    "times": ("treatment",),
}
"""What is a number of something named in brackets."""


class Number(msgspec.Struct, frozen=True):
    """A figure."""

    value: float


class Name(msgspec.Struct, frozen=True):
    """A sign, flag or rhythm."""

    name: str


class Call(msgspec.Struct, frozen=True):
    """A name with arguments."""

    name: str
    arguments: tuple[str, ...]


class Since(msgspec.Struct, frozen=True):
    """Seconds since an act was last done."""

    act: Call


class Compare(msgspec.Struct, frozen=True):
    """Two numbers, or `rhythm` and its name."""

    sign: str
    left: "Node"
    right: "Node"


class Not(msgspec.Struct, frozen=True):
    """The opposite."""

    inner: "Node"


class Both(msgspec.Struct, frozen=True):
    """All of them."""

    parts: tuple["Node", ...]


class Either(msgspec.Struct, frozen=True):
    """At least one of them."""

    parts: tuple["Node", ...]


class Held(msgspec.Struct, frozen=True):
    """Without a break for so long; `place` tells several in one text apart."""

    inner: "Node"
    seconds: float
    place: int


Node: TypeAlias = Number | Name | Call | Since | Compare | Not | Both | Either | Held
