"""The moving body: prepared once, then stepped at a fixed period.

Explicit total-Lagrangian dynamics (Miller, Joldes, Lance, Wittek 2007): a cut needs no factorisation again, only
sums over tetrahedra. A period is divided into as many substeps as stability asks for; where that is more than
`most_substeps`, mass is added to the vertices that ask for it, and `Solver.added_mass_kg` says how much. What a body
comes to rest at does not depend on mass.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.surgery.tissue import elasticity
from abaton.surgery.tissue.body import Body, BodyState, checked, volumes_m3

Array = NDArray[np.float64]
Single = NDArray[np.float32]

_BULK_BY_SHEAR = 1.5
"""Bulk parameter lambda over mu that each tetrahedron bears by itself: a Poisson ratio of 0.3; more is averaged."""
_SAFETY = 0.8
"""Of the longest stable step; the rest is for strains at which tissue is stiffer than at rest."""
_VISCOUS = 0.15
"""Damping by strain rate, in substeps."""


class Moved(msgspec.Struct, frozen=True, eq=False):
    """Vertices that are held by something else, such as a grasper.

    Attributes:
        vertices: (k,) which.
        position_m: (k, 3) where they are at the end of the step.
    """

    vertices: NDArray[np.int32]
    position_m: Array


class Solver(msgspec.Struct, frozen=True, eq=False):
    """A body prepared for stepping. Its scratch arrays carry nothing from one step to the next.

    Attributes:
        body: Prepared for.
        period_s: Of one step.
        substeps: In one step.
        damping_per_s: Drag on all motion, per mass.
        mass_kg: (n,) of the vertices, without what was added.
        moved_mass_kg: (n,) with it.
        fastest_m_s: (n,) limit of speed.
        corners, shape, mu_volume, lame_volume, share, nodal, averaged: As of `elasticity.elastic`.
        edges, strain, swell, pressure, work, displacement, force: Scratch.
    """

    body: Body
    period_s: float
    substeps: int
    damping_per_s: float
    mass_kg: Array
    moved_mass_kg: Array
    fastest_m_s: Array
    corners: NDArray[np.uint32]
    shape: Single
    mu_volume: Single
    lame_volume: Single
    share: Single
    nodal: Single
    averaged: bool
    edges: Single
    strain: Single
    swell: Single
    pressure: Single
    work: Single
    displacement: Single
    force: Array

    @property
    def added_mass_kg(self) -> float:
        """What was added to all vertices together so that the substeps are stable."""
        return float(self.moved_mass_kg.sum() - self.mass_kg.sum())


def prepare(
    body: Body,
    period_s: float = 0.001,
    damping_per_s: float = 30.0,
    most_substeps: int = 16,
    averaged: bool = True,
) -> Solver:
    """Prepares a body, in time in proportion to its tetrahedra.

    Args:
        body: To be stepped.
        period_s: Of one step.
        damping_per_s: Drag on all motion, per mass.
        most_substeps: Above which mass is added instead.
        averaged: Whether the bulk stiffness above a Poisson ratio of 0.3 acts on volumes averaged around vertices;
            without, nearly incompressible tissue locks as linear tetrahedra do.

    Raises:
        Problem: The settings make no sense, or the body cannot be computed with; see `checked`.
    """
    if not (0 < period_s < 1 and 0 <= damping_per_s < math.inf and most_substeps >= 1):
        raise Problem(
            "solver_unusable",
            got=f"period {period_s} s, damping {damping_per_s} per s, {most_substeps} substeps",
            expected="a period between 0 and 1 s, damping of 0 or more, one substep or more",
            next_step="Correct the settings.",
        )
    count, tets = len(checked(body).rest_m), len(body.tetrahedra)
    gradient, volume = _gradients(body)
    mu, lame, density = (
        np.array(values)[body.material]
        for values in zip(
            *((one.shear_modulus_pa, one.lame_pa, one.density_kg_m3) for one in body.materials), strict=True
        )
    )
    own = np.minimum(lame, _BULK_BY_SHEAR * mu) if averaged else lame
    bulk = lame - own
    some = bulk > 1e-9 * mu
    share = np.where(some, volume / 4, 0.0)
    around, yielding = _sum_around(body, share), _sum_around(body, share / np.where(some, bulk, 1.0))
    # Series of springs around a vertex: the volume over the sum of volume by stiffness.
    stiff = np.divide(around, yielding, out=np.zeros(count), where=yielding > 0)
    nodal = np.divide(stiff, around, out=np.zeros(count), where=around > 0)
    mass = _sum_around(body, density * volume / 4)
    mass[mass == 0] = 1.0
    solver = Solver(
        body=body, period_s=period_s, substeps=1, damping_per_s=damping_per_s, mass_kg=mass, moved_mass_kg=mass,
        fastest_m_s=np.full(count, np.inf), corners=np.ascontiguousarray(body.tetrahedra, dtype=np.uint32),
        shape=np.ascontiguousarray(gradient.reshape(tets, 9).T, dtype=np.float32),
        mu_volume=(4 / 3 * mu * volume).astype(np.float32),
        # lambda of Smith et al. is Lame's plus 5/6 mu; theirs is written with det(F) - 1 and a shift.
        lame_volume=((own + 5 / 6 * mu) * volume).astype(np.float32),
        share=share.astype(np.float32), nodal=nodal.astype(np.float32), averaged=bool(some.any()),
        edges=np.empty((9, tets), dtype=np.float32),
        strain=np.empty((9, tets), dtype=np.float32), swell=np.empty(tets, dtype=np.float32),
        pressure=np.zeros(tets, dtype=np.float32), work=np.empty(count, dtype=np.float32),
        displacement=np.empty((count, 3), dtype=np.float32), force=np.empty((count, 3)),
    )  # fmt: skip
    squared = (gradient**2).sum(axis=(1, 2)) + (gradient.sum(axis=1) ** 2).sum(axis=1)
    stiffness = _sum_around(body, volume * (2 * mu + lame) * squared)
    stiffness[stiffness == 0] = 1.0
    stiffness *= _largest_share(solver, stiffness)
    # Symplectic Euler with damping beta by strain rate is stable while w^2 (dt^2 + 2 beta dt) < 4.
    limit = _SAFETY**2 * 4 / (1 + 2 * _VISCOUS)
    free = ~body.fixed
    needed = math.sqrt(float((stiffness / mass)[free].max(initial=0.0)) / limit) * period_s
    substeps = int(min(max(1, math.ceil(needed - 1e-9)), most_substeps))
    seconds = period_s / substeps
    edge = np.full(count, np.inf)
    height = 1 / np.sqrt(np.maximum((gradient**2).sum(axis=2).max(axis=1), (gradient.sum(axis=1) ** 2).sum(axis=1)))
    np.minimum.at(edge, body.tetrahedra.ravel(), np.repeat(height, 4))
    return msgspec.structs.replace(
        solver,
        substeps=substeps,
        moved_mass_kg=np.maximum(mass, stiffness * seconds**2 / limit),
        fastest_m_s=np.where(np.isfinite(edge), 0.3 * edge / seconds, 0.0),
    )


def step(solver: Solver, state: BodyState, force_n: Array | None = None, moved: Moved | None = None) -> BodyState:
    """The state one period later.

    Args:
        solver: Of the body.
        state: Now.
        force_n: (n, 3) outer forces on the vertices, constant over the period; weight among them.
        moved: Vertices led elsewhere, on a straight line. They keep no velocity.

    Raises:
        Problem: Arrays of other shapes, vertices that are none, or numbers that are not finite or too large to
            compute with. The state given is unharmed.
    """
    position, velocity = state.position_m.copy(), state.velocity_m_s.copy()
    shape = solver.body.rest_m.shape
    outer = np.zeros(shape) if force_n is None else np.ascontiguousarray(force_n, dtype=np.float64)
    if position.shape != shape or velocity.shape != shape or outer.shape != shape:
        raise Problem(
            "state_of_another_body",
            got=f"{position.shape} positions, {velocity.shape} velocities, {outer.shape} forces",
            expected=f"{shape} of each",
            next_step="Give the state of the body that the solver was prepared for.",
        )
    prescribed = solver.body.fixed
    velocity[prescribed] = 0.0
    if moved is not None:
        _check_moved(moved, len(prescribed))
        prescribed = prescribed.copy()
        prescribed[moved.vertices] = True
        if not np.isfinite(moved.position_m).all():
            raise _not_finite("positions of held vertices")
        velocity[moved.vertices] = (moved.position_m - position[moved.vertices]) / solver.period_s
    if not (math.isfinite(outer.sum()) and math.isfinite(position.sum()) and math.isfinite(velocity.sum())):
        raise _not_finite("forces, positions or velocities")
    seconds = solver.period_s / solver.substeps
    elasticity.advance(
        solver.substeps, seconds, solver.damping_per_s, _VISCOUS * seconds, position, velocity,
        solver.body.rest_m, outer, 1 / solver.moved_mass_kg, prescribed, solver.fastest_m_s, solver.displacement,
        solver.corners, solver.shape, solver.mu_volume, solver.lame_volume, solver.share, solver.nodal, solver.edges,
        solver.strain, solver.swell, solver.pressure, solver.work, solver.averaged, solver.force,
    )  # fmt: skip
    if moved is not None:
        position[moved.vertices] = moved.position_m
        velocity[moved.vertices] = 0.0
    if not math.isfinite(position.sum()):
        raise _not_finite("forces, positions or velocities so large that they lead to positions")
    return BodyState(position, velocity)


def elastic_force_n(solver: Solver, position_m: Array) -> Array:
    """(n, 3) forces of the tissue on its vertices; at a held vertex, what the holder feels."""
    np.subtract(position_m, solver.body.rest_m, out=solver.displacement, casting="same_kind")
    force = np.empty_like(solver.force)
    _elastic(solver, force)
    return force


def weight_n(solver: Solver, gravity_m_s2: tuple[float, float, float] = (0.0, 0.0, -9.81)) -> Array:
    """(n, 3) the vertices' own weight, without any mass added."""
    return solver.mass_kg[:, None] * np.array(gravity_m_s2)


def _check_moved(moved: Moved, count: int) -> None:
    which = moved.vertices
    if moved.position_m.shape != (len(which), 3) or (len(which) and not 0 <= which.min() <= which.max() < count):
        raise Problem(
            "held_vertices_unusable",
            got=f"{len(which)} vertices of {count} and positions of {moved.position_m.shape}",
            expected="vertices of this body, and a place (k, 3) for each",
            next_step="After a cut or on another body, choose them again.",
        )


def _elastic(solver: Solver, force: Array) -> None:
    elasticity.elastic(
        solver.displacement, solver.corners, solver.shape, solver.mu_volume, solver.lame_volume, solver.share,
        solver.nodal, solver.edges, solver.strain, solver.swell, solver.pressure, solver.work, solver.averaged, force,
    )  # fmt: skip


def _gradients(body: Body) -> tuple[Array, Array]:
    """(m, 3, 3) gradients of the shape functions of corners 1, 2, 3, in rows, and volumes (m,)."""
    corners = body.rest_m[body.tetrahedra]
    edges = corners[:, 1:] - corners[:, :1]
    inverse: Array = np.linalg.inv(edges).astype(np.float64)
    return np.ascontiguousarray(inverse.transpose(0, 2, 1)), volumes_m3(body.rest_m, body.tetrahedra)


def _sum_around(body: Body, values: Array) -> Array:
    summed: Array = np.bincount(body.tetrahedra.ravel(), np.repeat(values, 4), len(body.rest_m)).astype(np.float64)
    return summed


def _largest_share(solver: Solver, stiffness: Array) -> float:
    """Largest eigenvalue of the stiffness matrix at rest over the diagonal given, by power iteration."""
    count = len(stiffness)
    # A fixed pattern that no symmetry of a mesh shares.
    shape = np.modf(np.sin(np.arange(1, 3 * count + 1) * 12.9898) * 43758.5453)[0].reshape(count, 3)
    shape[solver.body.fixed] = 0.0
    root = np.sqrt(stiffness)[:, None]
    scale = 1e-4 * float(np.sqrt(1 / (solver.shape**2).sum(axis=0).max()))
    found = 0.0
    force = np.empty_like(solver.force)
    for _ in range(30):
        size = float(np.linalg.norm(shape))
        if size == 0:
            return 1.0
        shape /= size
        back = shape / root
        largest = float(np.abs(back).max())
        solver.displacement[:] = back * (scale / largest)
        _elastic(solver, force)
        shape = -force / root * (largest / scale)
        shape[solver.body.fixed] = 0.0
        found = float(np.linalg.norm(shape))
    return 1.05 * found


def _not_finite(what: str) -> Problem:
    return Problem(
        "not_finite", got=f"{what} that are not numbers", expected="finite numbers", next_step="Correct the input."
    )
