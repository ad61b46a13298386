"""How stiffly a body answers where it is touched: the solver's own tangent, factored, and condensed to the contact.

The tangent is the second derivative of the very energy whose forces `tissue.elasticity` computes, averaged pressures
and all, in float64. It is factored once for a state, in a second or so for 10 k tetrahedra; then each vertex of the
skin costs one back-substitution, which is kept. A cut asks for a new one.
"""

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import linalg

from abaton.core.errors import Problem
from abaton.surgery.force.model import inverted
from abaton.surgery.tissue.body import surface_triangles
from abaton.surgery.tissue.solver import Solver

Array = NDArray[np.float64]
Index = NDArray[np.int32]
Matrix = Any
"""`scipy.sparse.csc_array` of float64."""

_SIGN = np.zeros((3, 3, 3))
_SIGN[[0, 1, 2], [1, 2, 0], [2, 0, 1]] = 1.0
_SIGN[[0, 2, 1], [2, 1, 0], [1, 0, 2]] = -1.0


class Compliance(msgspec.Struct, frozen=True, eq=False):
    """What unit forces on vertices of a body's skin do to the skin, as far as it was asked for.

    Attributes:
        skin: (s,) vertices of the skin, growing.
        place: (n,) where in `skin` a vertex is; -1 where it is not.
        free: (f,) degrees of freedom, 3 vertex + axis, that nothing holds.
        factor: Of the tangent over them.
        moved: By place in the skin, (3, s, 3) m/N: for a unit force along each axis, displacements of the skin.
    """

    skin: Index
    place: Index
    free: Index
    factor: Any
    moved: dict[int, Array]

    def known(self, vertices: Index) -> bool:
        """Whether `stiffness` of these needs no solving."""
        return all(int(self.place[vertex]) in self.moved for vertex in vertices)

    def learn(self, vertices: Index) -> None:
        """Solve for those vertices that are not known yet; milliseconds each. Other threads may read meanwhile."""
        for vertex in vertices:
            place = int(self.place[vertex])
            if place < 0:
                raise _not_held("a vertex that is not of the skin")
            if place not in self.moved:
                self.moved[place] = self._under_unit_forces(int(vertex))

    def stiffness(self, vertices: Index, weights: Array) -> Array:
        """(3, 3) N/m, W^-1: of a tool whose force is shared among vertices so, and which moves as they do on average.

        Args:
            vertices: (k,), of the skin, each once. What is not known yet is learnt.
            weights: (k,), not negative, not all zero.

        Raises:
            Problem: The body does not resist there: nothing holds it.
        """
        self.learn(vertices)
        shares = weights / weights.sum()
        places = self.place[vertices]
        compliance = np.zeros((3, 3))
        for share, place in zip(shares, places, strict=True):
            compliance += share * np.einsum("k,akb->ab", shares, self.moved[int(place)][:, places])
        return inverted(compliance)

    def face(self, vertices: Index) -> Array:
        """(3, 3) N/m, of a stiff face that sticks to the vertices and moves them all alike, whatever each needs.

        Args:
            vertices: (k,), of the skin, each once.
        """
        self.learn(vertices)
        places, count = self.place[vertices], len(vertices)
        compliance = np.empty((count, 3, count, 3))
        for row, place in enumerate(places):
            compliance[row] = self.moved[int(place)][:, places]
        whole = compliance.reshape(3 * count, 3 * count)
        alike = np.tile(np.eye(3), (count, 1))
        held: Array = np.linalg.solve((whole + whole.T) / 2, alike).astype(np.float64)
        return np.asarray(alike.T @ held, dtype=np.float64)

    def _under_unit_forces(self, vertex: int) -> Array:
        forces = (self.free[:, None] == 3 * vertex + np.arange(3)).astype(np.float64)
        everywhere = np.zeros((3 * len(self.place), 3))
        everywhere[self.free] = self.factor.solve(forces)
        return np.ascontiguousarray(everywhere.reshape(-1, 3, 3)[self.skin].transpose(2, 0, 1))


def compliance_of(solver: Solver, position_m: Array) -> Compliance:
    """The tangent of a body factored, with nothing solved for yet.

    Parts that nothing holds, such as a piece cut off, are left out: they answer a touch with no stiffness at all, and
    `Compliance.stiffness` refuses them.

    Args:
        solver: Of the body.
        position_m: (n, 3), about which it is linearised: at rest, or as it lies. Where the tangent is not positive
            there (tissue that buckles), it is taken at rest.

    Raises:
        Problem: No part of the body is held.
    """
    body = solver.body
    held = _held(solver)
    free = np.flatnonzero(np.repeat(held & ~body.fixed, 3)).astype(np.int32)
    if not len(free):
        raise _not_held("a body that is fixed nowhere, or everywhere")
    skin: Index = np.unique(surface_triangles(body)).astype(np.int32)
    place = np.full(len(body.rest_m), -1, dtype=np.int32)
    place[skin] = np.arange(len(skin))
    place[~held] = -1
    factor = _factored(stiffness_matrix(solver, position_m)[free][:, free])
    if factor is None:
        factor = _factored(stiffness_matrix(solver, body.rest_m)[free][:, free])
    if factor is None:
        raise _not_held("a stiffness that is not positive even at rest")
    return Compliance(skin, place, free, factor, {})


def stiffness_matrix(solver: Solver, position_m: Array) -> Matrix:
    """(3 n, 3 n) N/m, minus the derivative of `solver.elastic_force_n`: symmetric, of all vertices, held ones too.

    Args:
        solver: Of the body.
        position_m: (n, 3), where.
    """
    count, corners = len(position_m), solver.body.tetrahedra
    inner = solver.shape.T.reshape(-1, 3, 3).astype(np.float64)
    gradient = np.concatenate([-inner.sum(axis=1, keepdims=True), inner], axis=1)
    deformed = np.einsum("tca,tcb->tab", (position_m - solver.body.rest_m)[corners], gradient) + np.eye(3)
    cofactor = np.einsum("abc,ijk,tbj,tck->tai", _SIGN, _SIGN, deformed, deformed, optimize=True) / 2
    swell = np.einsum("tai,tai->t", cofactor, deformed) / 3 - 1
    push = np.einsum("tai,tci->tca", cofactor, gradient)  # Of det(F), by each corner.
    shared = solver.share.astype(np.float64)
    bulk = solver.lame_volume * swell - 0.75 * solver.mu_volume
    spread = _spread(push * shared[:, None, None], corners, count)
    nodal = solver.nodal.astype(np.float64)
    if solver.averaged:
        around = nodal * np.bincount(corners.ravel(), np.repeat(shared * swell, 4), count)
        bulk = bulk + shared * around[corners].sum(axis=1)
    blocks = _blocks(solver, deformed, gradient, push, bulk)
    dof = (3 * corners[:, :, None] + np.arange(3)).reshape(len(corners), 12)
    rows, columns = np.repeat(dof, 12, axis=1).ravel(), np.tile(dof, (1, 12)).ravel()
    local: Matrix = sparse.coo_array((blocks.ravel(), (rows, columns)), shape=(3 * count, 3 * count)).tocsc()
    if not solver.averaged:
        return local
    weighted: Matrix = sparse.diags_array(nodal)
    return (local + spread.T @ weighted @ spread).tocsc()


def _blocks(solver: Solver, deformed: Array, gradient: Array, push: Array, bulk: Array) -> Array:
    """(m, 12, 12) of each tetrahedron by itself."""
    inverse = 1 / ((deformed**2).sum(axis=(1, 2)) + 1)
    along = np.einsum("tai,tci->tca", deformed, gradient).reshape(-1, 12)
    flat = push.reshape(-1, 12)
    blocks = (2 * solver.mu_volume * inverse**2)[:, None, None] * along[:, :, None] * along[:, None]
    blocks += solver.lame_volume[:, None, None] * flat[:, :, None] * flat[:, None]
    close = np.einsum("tci,tdi->tcd", gradient, gradient) * (solver.mu_volume * (1 - inverse))[:, None, None]
    # The cofactor's own derivative: sign abc, sign ijk, F ck.
    turn = np.einsum("abc,ijk,tck->tabij", _SIGN, _SIGN, deformed, optimize=True)
    turned = (
        np.einsum("tabij,tci,tdj->tcadb", turn, gradient, gradient, optimize=True) * bulk[:, None, None, None, None]
    )
    turned += close[:, :, None, :, None] * np.eye(3)[:, None, :]
    return np.asarray(blocks + turned.reshape(-1, 12, 12), dtype=np.float64)


def _spread(values: Array, corners: Index, count: int) -> Matrix:
    """(n, 3 n): by how much the summed swelling around each vertex grows with each degree of freedom."""
    dof = (3 * corners[:, :, None] + np.arange(3)).reshape(len(corners), 12)
    rows, columns = np.repeat(corners, 12, axis=1).ravel(), np.tile(dof, (1, 4)).ravel()
    data = np.tile(values.reshape(-1, 12), (1, 4)).ravel()
    made: Matrix = sparse.coo_array((data, (rows, columns)), shape=(count, 3 * count))
    return made.tocsr()


def _held(solver: Solver) -> NDArray[np.bool_]:
    """(n,) vertices of parts that are fixed at three vertices or more."""
    corners, count = solver.body.tetrahedra, len(solver.body.rest_m)
    ones = np.ones(3 * len(corners))
    links: Matrix = sparse.coo_array(
        (ones, (np.repeat(corners[:, 0], 3), corners[:, 1:].ravel())), shape=(count, count)
    )
    graph: Any = sparse.csgraph
    _, part = graph.connected_components(links, directed=False)
    fixed = np.bincount(part[solver.body.fixed], minlength=int(part.max()) + 1)
    return np.asarray(fixed[part] >= 3, dtype=np.bool_)


def _factored(matrix: Matrix) -> Any:
    """LU without pivoting, which a positive matrix does not need; None where it is not positive."""
    solving: Any = linalg
    try:
        factor = solving.splu(
            matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
        )
    except RuntimeError:
        return None
    diagonal = factor.U.diagonal()
    return factor if bool(np.isfinite(diagonal).all() and (diagonal > 0).all()) else None


def _not_held(got: str) -> Problem:
    return Problem(
        "body_not_held",
        got=got,
        expected="a body that is fixed somewhere and resists where it is touched",
        next_step="Fix some of the body's vertices.",
    )
