"""A plain body and a plain way to move it: linear elasticity, implicit Euler, the whole matrix factored."""

from itertools import permutations

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csc_matrix, diags
from scipy.sparse.linalg import SuperLU, splu

from abaton.surgery.tissue.body import Body, BodyState
from abaton.surgery.tissue.materials import Material

Array = NDArray[np.float64]
PERIOD_S = 0.001
GRAVITY = 9.81
LEFT = Material("left", youngs_modulus_pa=5400.0, poisson_ratio=0.4, density_kg_m3=1000.0, source="made up")
RIGHT = Material("right", youngs_modulus_pa=5400.0, poisson_ratio=0.4, density_kg_m3=1000.0, source="made up")


def box(size_m: tuple[float, float, float], cells: tuple[int, int, int]) -> Body:
    """A block from the origin, six tetrahedra a cell (Kuhn 1960), nothing fixed; half is left, half is right."""
    axes = [np.linspace(0, length, count + 1) for length, count in zip(size_m, cells, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    number = np.arange(len(points)).reshape([count + 1 for count in cells])
    corner = number[:-1, :-1, :-1].ravel()
    step = np.array([number[1, 0, 0], number[0, 1, 0], 1])
    made: list[NDArray[np.int64]] = []
    for order in permutations(range(3)):
        chain = [corner + int(step[list(order[:n])].sum()) for n in range(4)]
        if np.linalg.det(np.eye(3)[list(order)]) < 0:
            chain[1], chain[2] = chain[2], chain[1]
        made.append(np.stack(chain, axis=1))
    tetrahedra = np.stack(made, axis=1).reshape(-1, 4).astype(np.int32)
    right = points[tetrahedra].mean(axis=1)[:, 0] > size_m[0] / 2
    return Body(points, tetrahedra, right.astype(np.int32), (LEFT, RIGHT), np.zeros(len(points), dtype=np.bool_))


def at_rest(body: Body) -> BodyState:
    return BodyState(body.rest_m.copy(), np.zeros_like(body.rest_m))


def masses(body: Body) -> Array:
    """(n,) kg."""
    density = np.array([material.density_kg_m3 for material in body.materials])[body.material]
    shares = np.repeat(density * volumes(body) / 4, 4)
    mass = np.zeros(len(body.rest_m))
    np.add.at(mass, body.tetrahedra.ravel(), shares)
    return mass


def volumes(body: Body) -> Array:
    """(m,) m3."""
    corners = body.rest_m[body.tetrahedra]
    found: Array = np.linalg.det(corners[:, 1:] - corners[:, :1]) / 6
    return found


class Plain(msgspec.Struct, frozen=True, eq=False):
    """The factored matrix M / h^2 + K of a body, and what else a step needs."""

    body: Body
    stiffness: csc_matrix
    factors: SuperLU
    mass: Array

    def step(self, state: BodyState, force_n: Array) -> BodyState:
        free = np.repeat(~self.body.fixed, 3)
        internal = self.stiffness @ (state.position_m - self.body.rest_m).ravel()
        load = force_n.ravel() - internal + np.repeat(self.mass, 3) * state.velocity_m_s.ravel() / PERIOD_S
        moved = self.factors.solve(np.where(free, load, 0.0)).reshape(-1, 3)
        return BodyState(state.position_m + moved, moved / PERIOD_S)


def plain(body: Body) -> Plain:
    youngs, poisson = LEFT.youngs_modulus_pa, LEFT.poisson_ratio
    shear, lame = youngs / 2 / (1 + poisson), youngs * poisson / (1 + poisson) / (1 - 2 * poisson)
    corners = body.rest_m[body.tetrahedra]
    edges = corners[:, 1:] - corners[:, :1]
    slopes = np.linalg.inv(edges).transpose(0, 2, 1)
    slopes = np.concatenate([-slopes.sum(axis=1, keepdims=True), slopes], axis=1)
    volume = volumes(body)
    outer = np.einsum("tai,tbj->tabij", slopes, slopes)
    dots = np.einsum("tai,tbi->tab", slopes, slopes)
    blocks = lame * outer + shear * outer.transpose(0, 1, 2, 4, 3)
    blocks += shear * dots[..., None, None] * np.eye(3)
    blocks *= volume[:, None, None, None, None]
    at = 3 * body.tetrahedra[:, :, None] + np.arange(3)
    rows = np.broadcast_to(at[:, :, None, :, None], blocks.shape).ravel()
    columns = np.broadcast_to(at[:, None, :, None, :], blocks.shape).ravel()
    size = 3 * len(body.rest_m)
    stiffness = coo_matrix((blocks.ravel(), (rows, columns)), shape=(size, size)).tocsc()
    mass = masses(body)
    held = np.repeat(body.fixed, 3)
    free = diags((~held).astype(np.float64))
    whole = free @ (stiffness + diags(np.repeat(mass, 3) / PERIOD_S**2)) @ free + diags(held.astype(np.float64))
    return Plain(body, stiffness, splu(whole.tocsc()), mass)
