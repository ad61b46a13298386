"""What is asked of every peer: how fast it steps, and where it comes to rest. Needs NumPy only.

All time is the processor's, so that a machine that does other things too changes little, and a second thread gains
nothing. An engine is tried in a few settings, cheapest first; the block only where the beam is right. The first that
brings both the beam and the small block to rest within 5 % of the reference, without diverging, is the one whose rates
count; where none does, the one that is the least wrong, and the peer counts as failed.
"""

import argparse
import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

ALLOWED_PCT = 5.0
PERIOD_S = 0.001
DRAG_PER_S = 70.0
"""Only while coming to rest, never in a rate; near critical for the slowest motion of all three bodies."""


@dataclass(frozen=True)
class Scene:
    """A body under its weight along -z; see `scenes.save` for the fields."""

    name: str
    rest_m: NDArray[np.float64]
    tetrahedra: NDArray[np.int32]
    fixed: NDArray[np.bool_]
    probed: NDArray[np.bool_]
    mass_kg: NDArray[np.float64]
    youngs_modulus_pa: float
    poisson_ratio: float
    density_kg_m3: float
    linear_mm: float
    linear_even_mm: float
    kirchhoff_mm: float

    @property
    def shear_modulus_pa(self) -> float:
        """Lame's mu."""
        return self.youngs_modulus_pa / (2 * (1 + self.poisson_ratio))

    @property
    def lame_pa(self) -> float:
        """Lame's lambda."""
        nu = self.poisson_ratio
        return self.youngs_modulus_pa * nu / ((1 + nu) * (1 - 2 * nu))


class Engine(Protocol):
    """A body made ready in a peer."""

    def step(self) -> None:
        """One period of 1 ms."""
        ...

    def positions_m(self) -> NDArray[np.float64]:
        """(n, 3) in the order of the scene."""
        ...

    def damp(self, keep: float) -> None:
        """Multiplies all velocities; does nothing where the peer does not let them be set."""
        ...


Maker = Callable[[Scene], Engine]
Reference = Literal["linear_mm", "linear_even_mm", "kirchhoff_mm"]


@dataclass
class Rest:
    """Where a body came to rest.

    Attributes:
        sag_mm: Mean over the last 50 steps; NaN if it diverged.
        error_pct: Against finite elements on the same mesh.
        unrest_pct: Change within those steps.
        milliseconds: A step, the median.
    """

    sag_mm: float
    error_pct: float
    unrest_pct: float
    milliseconds: float

    @property
    def rested(self) -> bool:
        """Changes by less than 1 % within 50 steps."""
        return self.unrest_pct < 1

    @property
    def right(self) -> bool:
        """Came to rest within what is allowed; NaN is not."""
        return self.rested and abs(self.error_pct) <= ALLOWED_PCT


NOT_TRIED = Rest(math.nan, math.nan, math.nan, math.nan)


@dataclass
class Attempt:
    """One setting and where it brings the beam and the small block."""

    setting: str
    beam: Rest
    block: Rest

    @property
    def right(self) -> bool:
        """Both are."""
        return self.beam.right and self.block.right

    @property
    def worst_pct(self) -> float:
        """The larger error; infinite where the beam diverged, the beam's where the block was not tried."""
        errors = [abs(one.error_pct) for one in (self.beam, self.block) if one is not NOT_TRIED]
        return max(errors) if all(math.isfinite(error) for error in errors) else math.inf


def run(settings: Mapping[str, Maker], reference: Reference = "linear_mm") -> None:
    """Tries the settings in their order and prints one JSON object.

    Args:
        settings: What makes the engine ready, by a name for people.
        reference: Which of the scene's the engine's law and masses call for.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=45.0, help="of the processor's time, for all of it")
    parser.add_argument("--only", default="", help="settings whose name begins so")
    arguments = parser.parse_args()
    scenes = {name: load(arguments.folder, name) for name in ("1k", "10k", "beam")}
    tried: list[Attempt] = []
    for name, make in settings.items():
        # What is left for the large block must not be used up here.
        left = 0.6 * arguments.seconds - time.process_time()
        if not name.startswith(arguments.only) or (tried and left < 2):
            continue
        beam = settle(make(scenes["beam"]), scenes["beam"], reference, left)
        left = 0.6 * arguments.seconds - time.process_time()
        block = settle(make(scenes["1k"]), scenes["1k"], reference, left) if beam.right else NOT_TRIED
        tried.append(Attempt(name, beam, block))
        if tried[-1].right:
            break
    chosen = min(tried, key=lambda attempt: (not attempt.right, attempt.worst_pct))
    make = settings[chosen.setting]
    figures: dict[str, Any] = {"setting": chosen.setting}
    diverged = not math.isfinite(chosen.worst_pct)
    for name in ("1k", "10k"):
        figures[f"{name}_hz"], gone = rate(make(scenes[name]), scenes[name])
        diverged = diverged or gone
    left = max(5.0, arguments.seconds - time.process_time())
    large = settle(make(scenes["10k"]), scenes["10k"], reference, left)
    diverged = diverged or not math.isfinite(large.sag_mm)
    # A large block that had no time to come to rest says nothing, neither for the engine nor against it.
    figures["right"] = chosen.right and not diverged and (large.right or not large.rested)
    figures |= {"diverged": diverged, "beam": said(chosen.beam), "block_1k": said(chosen.block)}
    figures["block_10k"] = said(large)
    figures["tried"] = [{"setting": one.setting, "beam": said(one.beam), "block_1k": said(one.block)} for one in tried]
    print(json.dumps(figures))


def said(rest: Rest) -> dict[str, float | None]:
    """For JSON, which has no NaN; without an error where it is still moving."""
    fields = {
        "sag_mm": rest.sag_mm,
        "error_pct": rest.error_pct,
        "unrest_pct": rest.unrest_pct,
        "ms": rest.milliseconds,
    }
    if not rest.rested:
        fields["error_pct"] = math.nan
    return {name: round(value, 3) if math.isfinite(value) else None for name, value in fields.items()}


def whole(positions_m: NDArray[np.float64], scene: Scene) -> bool:
    """Whether all positions are numbers and none has moved further than the body is long."""
    moved = np.abs(positions_m - scene.rest_m).max()
    return bool(np.isfinite(moved) and moved <= np.ptp(scene.rest_m, axis=0).max())


def settle(engine: Engine, scene: Scene, reference: Reference, seconds: float) -> Rest:
    """Steps with drag until the mean of what is probed changes by less than 0.1 % in 50 steps, or time is up.

    What has sunk twice as far as it should is not waited for: its error is that or more.
    """
    exact = float(getattr(scene, reference))
    begun = time.process_time()
    sags: list[float] = []
    took: list[float] = []
    while len(sags) < 1500 and (time.process_time() - begun < seconds or len(sags) < 50):
        before = time.process_time()
        engine.step()
        took.append(time.process_time() - before)
        positions = engine.positions_m()
        if not whole(positions, scene):
            return Rest(math.nan, math.nan, math.nan, 1000 * float(np.median(took)))
        sags.append(1000 * float((scene.rest_m - positions)[scene.probed, 2].mean()))
        if len(sags) % 5 == 0:
            engine.damp(math.exp(-5 * DRAG_PER_S * PERIOD_S))
        if sags[-1] > 2 * exact:
            return Rest(sags[-1], 100 * (sags[-1] / exact - 1), 0.0, 1000 * float(np.median(took)))
        if len(sags) >= 150 and np.ptp(sags[-50:]) < 1e-3 * abs(sags[-1]):
            break
    sag = float(np.mean(sags[-50:]))
    unrest = 100 * float(np.ptp(sags[-50:])) / exact
    return Rest(sag, 100 * (sag / exact - 1), unrest, 1000 * float(np.median(took)))


def rate(engine: Engine, scene: Scene) -> tuple[float, bool]:
    """Steps in a second of the processor, the best of five runs of 100 steps or a second; and whether it diverged."""
    engine.step()
    best, good = 0.0, True
    for _ in range(5):
        begun, steps = time.process_time(), 0
        while steps < 100 and time.process_time() - begun < 1:
            engine.step()
            steps += 1
        best = max(best, steps / (time.process_time() - begun))
        good = good and whole(engine.positions_m(), scene)
    return round(best, 1), not good


def load(folder: Path, name: str) -> Scene:
    """A scene from its file."""
    with np.load(folder / f"{name}.npz") as file:
        arrays: dict[str, Any] = {key: file[key] for key in file.files}
    fields: dict[str, Any] = {key: value if value.ndim else float(value) for key, value in arrays.items()}
    return Scene(name, **fields)
