"""What the physics side tells the loop of the tissue around the tool: a first-order picture that holds for a moment."""

from collections.abc import Callable

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.surgery.fixtures.reading import Fixtures, distances

Array = NDArray[np.float64]

MOST_WALLS = 4
WORDS = 27 + 5 * MOST_WALLS
LONGEST_SILENCE_S = 0.005
"""With the loop's period and `Coupling.ramp_down_s` it stays below 10 ms: so soon the force of a scene that hangs is
gone, whatever the scene asked for. What takes longer, as a cut does, is done beside the scene."""
LARGEST = 1e12
"""No number of a model is larger; products of three stay finite."""


class Wall(msgspec.Struct, frozen=True, eq=False):
    """A fixture where the tool is: a plane that pushes back as a spring.

    Attributes:
        normal: (3,), unit, outward.
        offset_m: The wall holds where `normal @ x < offset`.
        stiffness_n_m: Of the spring.
    """

    normal: Array
    offset_m: float
    stiffness_n_m: float


class LocalModel(msgspec.Struct, frozen=True, eq=False):
    """The tissue around the tool: f(x) = force - stiffness (x - anchor), as long as it does not pull.

    Attributes:
        anchor_m: (3,), where the tool was when the force was computed; on the surface where nothing touches yet.
        normal: (3,), of the surface, unit, outward.
        force_n: (3,), of the tissue on a tool at the anchor.
        stiffness_n_m: (3, 3), symmetric, positive; condensed from the body (`condensed`).
        touching: Whether there is tissue here at all.
        friction: Coulomb's coefficient; beyond it the anchor slips. `inf` where the physics side does friction itself.
        patch: Another number begins another contact: what slipped before is forgotten.
        reach_m: How far behind its anchor the model means anything; there the proxy is held.
        walls: Fixtures, at most four.
        silence_s: How long the physics side may be silent after this, at most `LONGEST_SILENCE_S`.
    """

    anchor_m: Array
    normal: Array
    force_n: Array
    stiffness_n_m: Array
    touching: bool = True
    friction: float = np.inf
    patch: int = 0
    reach_m: float = 0.02
    walls: tuple[Wall, ...] = ()
    silence_s: float = 0.0035

    def words(self, stamp_s: float) -> Array:
        """As the loop reads it, (WORDS,), published at `stamp_s` of the clock that both sides share.

        Raises:
            Problem: Something is not finite, the stiffness is not positive, or there are too many walls.
        """
        words = np.zeros(WORDS)
        words[0:4] = stamp_s, self.silence_s, self.touching, self.patch
        words[4:7], words[7:10], words[10:13] = self.anchor_m, self.normal, self.force_n
        words[13:22] = np.asarray(self.stiffness_n_m).ravel()
        words[22:25] = min(self.friction, 1e9), self.reach_m, min(len(self.walls), MOST_WALLS)
        for n, wall in enumerate(self.walls[:MOST_WALLS]):
            words[27 + 5 * n : 30 + 5 * n] = wall.normal
            words[30 + 5 * n : 32 + 5 * n] = wall.offset_m, wall.stiffness_n_m
        self._check(words)
        return words

    def _check(self, words: Array) -> None:
        symmetric = words[13:22].reshape(3, 3)
        fit = (
            bool(np.isfinite(words).all() and np.abs(words).max() <= LARGEST)
            and len(self.walls) <= MOST_WALLS
            and 0 < self.silence_s <= LONGEST_SILENCE_S
            and float(np.abs(symmetric - symmetric.T).max()) <= 1e-6 * float(np.abs(symmetric).max())
            and bool(np.linalg.eigvalsh((symmetric + symmetric.T) / 2)[0] >= 0)
            and all(wall.stiffness_n_m >= 0 for wall in self.walls)
            and self.friction >= 0
        )
        if not fit:
            raise Problem(
                "local_model_impossible",
                got="a local model that is not finite, not symmetric or not positive, has more than four walls or a "
                f"silence of {self.silence_s:g} s",
                expected=f"finite numbers, a positive stiffness, four walls, at most {LONGEST_SILENCE_S:g} s",
                next_step="Publish nothing instead: the loop takes the force away within 10 ms.",
            )


def free_space(walls: tuple[Wall, ...] = (), silence_s: float = 0.0035) -> LocalModel:
    """Nothing near but fixtures."""
    zero = np.zeros(3)
    return LocalModel(zero, np.array([0.0, 0.0, 1.0]), zero, np.zeros((3, 3)), False, walls=walls, silence_s=silence_s)


def half_space(
    anchor_m: Array, normal: Array, youngs_modulus_pa: float, poisson_ratio: float, radius_m: float
) -> LocalModel:
    """A thick body under a flat round tool: k_n = 2 a E / (1 - nu^2), k_t = 8 a G / (2 - nu).

    Johnson, Contact Mechanics 1985, eq. 3.36 and 7.40 (Mindlin). The force at the surface is zero.

    Args:
        anchor_m: (3,), on the surface.
        normal: (3,), unit, outward.
        youngs_modulus_pa: E.
        poisson_ratio: nu.
        radius_m: a, of the tool's face.
    """
    along = 2 * radius_m * youngs_modulus_pa / (1 - poisson_ratio**2)
    across = 8 * radius_m * youngs_modulus_pa / (2 * (1 + poisson_ratio) * (2 - poisson_ratio))
    outer = np.outer(normal, normal)
    return LocalModel(anchor_m, normal, np.zeros(3), along * outer + across * (np.eye(3) - outer))


def condensed(solve: Callable[[Array], Array], weights: Array) -> Array:
    """The stiffness that a body shows where a tool touches it, (3, 3) N/m: W^-1, with W = w' K^-1 w.

    Args:
        solve: From forces at the vertices, (n, 3) N, to displacements, (n, 3) m: one back-substitution of the body.
        weights: (n,), how the tool's force is shared among vertices; they add up to one.

    Raises:
        Problem: The body does not resist there: nothing holds it.
    """
    compliance = np.empty((3, 3))
    for axis in range(3):
        forces = np.zeros((len(weights), 3))
        forces[:, axis] = weights
        compliance[axis] = weights @ solve(forces)
    return inverted(compliance)


def inverted(compliance: Array) -> Array:
    """(3, 3) N/m of (3, 3) m/N, made symmetric.

    Raises:
        Problem: `body_not_held`: it is not finite or not positive.
    """
    even = (compliance + compliance.T) / 2
    if not np.isfinite(even).all() or np.linalg.eigvalsh(even)[0] <= 0:
        raise Problem(
            "body_not_held",
            got="a compliance that is not finite or not positive",
            expected="a body that is fixed somewhere and resists where it is touched",
            next_step="Fix some of the body's vertices.",
        )
    return np.asarray(np.linalg.inv(even), dtype=np.float64)


def walls_of(fixtures: Fixtures, point_m: Array) -> tuple[Wall, ...]:
    """The fixtures nearest to a point as planes: exact for planes, first order for all else."""
    if not fixtures.named:
        return ()
    found, outward = distances(fixtures, point_m)
    order: list[int] = np.argsort(found - fixtures.margins_m)[:MOST_WALLS].tolist()
    offsets = outward @ point_m - found + fixtures.margins_m
    return tuple(
        Wall(outward[n], float(offsets[n]), fixtures.named[n].stiffness_n_m) for n in order if outward[n].any()
    )
