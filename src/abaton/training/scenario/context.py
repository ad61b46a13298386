"""What conditions ask about: a run as it is, or as its learner knows it."""

from typing import TYPE_CHECKING, Final

from abaton.training.physiology.rhythm import SHOCKABLE
from abaton.training.scenario.operating import UG_IN_MG, Deed, running
from abaton.training.scenario.seeing import CONSCIOUS_SCALE, Seen

if TYPE_CHECKING:
    from abaton.training.scenario.run import Run

DONE_BY: Final = {"infusing": "infusion", "misused": "use_error"}
"""Calls whose deeds have another name."""
COUNTED: Final = {"doses": "given", "total_mg": "given", "total_ml": "given", "times": "done"}


class RunContext:
    """A run as it is.

    Args:
        run: Which.
    """

    def __init__(self, run: "Run") -> None:
        self.run = run

    def sign(self, name: str) -> float | None:
        """A vital sign or count; of `rhythm`, its code."""
        run = self.run
        if name == "time":
            return run.time_s
        if name == "shocks":
            return float(run.shocks)
        if name == "hands_off_s":
            return run.hands_off_s
        if name == "compression_fraction":
            return run.compressed_s / run.pulseless_s if run.pulseless_s else None
        if name in ("compression_per_min", "compression_depth_mm", "inspired_oxygen"):
            return float(getattr(run.patient.support, name))
        return float(getattr(run.patient.vitals, name))

    def flag(self, name: str) -> bool:
        """One of `predicates.FLAGS`."""
        vitals, support = self.run.patient.vitals, self.run.patient.support
        if name == "pulse":
            return vitals.pulse
        if name == "conscious":
            return vitals.coma_scale >= CONSCIOUS_SCALE
        if name == "compressing":
            return support.compression_per_min > 0
        if name == "ventilating":
            return support.ventilation != "spontaneous"
        if name == "shockable":
            return vitals.rhythm in SHOCKABLE
        return any(deed.kind == name for deed in self.run.deeds)

    def call(self, name: str, arguments: tuple[str, ...]) -> bool:
        """One of `predicates.CALLS`."""
        if name == "fulfilled":
            return arguments[0] in self.run.held_s
        if name == "in_state":
            return self.run.state == arguments[0]
        if name == "infusing":
            return running(self.run.patient, arguments[0])
        if name == "device_in":
            device = self.run.defibrillator
            return device is not None and arguments[0] in ("aed", "defibrillator") and device.state in arguments[1:]
        if name == "attached":
            return arguments[0] in self.run.senses.attached
        return any(True for _ in self.deeds(name, arguments))

    def count(self, name: str, arguments: tuple[str, ...]) -> float:
        """One of `predicates.COUNTS`."""
        found = self.deeds(COUNTED[name], arguments)
        if name == "total_mg":
            return sum(deed.amount for deed in found) / UG_IN_MG
        if name == "total_ml":
            return sum(deed.amount for deed in found)
        return float(sum(1 for _ in found))

    def last(self, name: str, arguments: tuple[str, ...]) -> float | None:
        """When an act was last done."""
        return max((deed.time_s for deed in self.deeds(name, arguments)), default=None)

    def deeds(self, kind: str, arguments: tuple[str, ...]) -> list[Deed]:
        """Those of a kind, of a name and perhaps with a detail."""
        kind = DONE_BY.get(kind, kind)
        return [
            deed
            for deed in self.run.deeds
            if deed.kind == kind and deed.name == arguments[0] and arguments[1:] in ((), (deed.detail,))
        ]


class SeenContext(RunContext):
    """A run as its learner knows it: signs that nothing shows are unknown, acts are known.

    Args:
        run: Which.
        seen: What can be known now.
    """

    OPEN: Final = frozenset(
        ["time", "shocks", "inspired_oxygen", "compression_per_min", "compression_depth_mm", "hands_off_s"]
    )

    def __init__(self, run: "Run", seen: Seen) -> None:
        super().__init__(run)
        self.seen = seen

    def sign(self, name: str) -> float | None:
        """A vital sign that is shown, or something that the learner does."""
        return super().sign(name) if name in self.OPEN else self.seen.known.get(name)

    def flag(self, name: str) -> bool:
        """What is not known does not hold."""
        if name in ("pulse", "shockable"):
            return bool(getattr(self.seen, name))
        return super().flag(name)
