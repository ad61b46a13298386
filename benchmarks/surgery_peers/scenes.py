"""The blocks and the beam that all engines are given, and where finite elements on the same mesh come to rest."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import linalg

from abaton.surgery.tissue.body import Body, block, volumes_m3
from abaton.surgery.tissue.materials import Material

Array = NDArray[np.float64]

BLOCK = Material("block", 10e3, 0.45, 1000.0)
BEAM = Material("beam", 0.3e6, 0.3, 1000.0)
GRAVITY_M_S2 = 9.81


def bodies() -> dict[str, Body]:
    """`1k` and `10k`: 1 296 and 10 368 tetrahedra in 100 mm; `beam`: 1 600 in 100 x 20 x 20 mm."""
    return {
        "1k": block((0.1, 0.1, 0.1), (6, 6, 6), BLOCK),
        "10k": block((0.1, 0.1, 0.1), (12, 12, 12), BLOCK),
        "beam": block((0.1, 0.02, 0.02), (20, 4, 4), BEAM, "left", alternate=True),
    }


def probed(body: Body) -> NDArray[np.bool_]:
    """(n,) the vertices whose mean sinking is compared: the top of a block, the end of the beam."""
    held = body.rest_m[body.fixed]
    axis = int(np.argmin(np.ptp(held, axis=0)))
    return body.rest_m[:, axis] > body.rest_m[:, axis].max() - 1e-6


def lumped_kg(body: Body) -> Array:
    """(n,) a quarter of each tetrahedron's mass at each of its corners."""
    density = np.array([one.density_kg_m3 for one in body.materials])[body.material]
    share = density * volumes_m3(body.rest_m, body.tetrahedra) / 4
    return np.bincount(body.tetrahedra.ravel(), np.repeat(share, 4), len(body.rest_m)).astype(np.float64)


def sag_mm(body: Body, mass_kg: Array, finite_strain: bool = False) -> float:
    """Mean sinking of the probed vertices under the masses given, by linear tetrahedra.

    Args:
        body: Held at its fixed vertices.
        mass_kg: (n,) at the vertices.
        finite_strain: The law of St. Venant and Kirchhoff, by Newton's method, rather than linear elasticity.
    """
    load = np.zeros((len(body.rest_m), 3))
    load[:, 2] = -GRAVITY_M_S2 * mass_kg
    free = np.flatnonzero(np.repeat(~body.fixed, 3))
    moved = np.zeros((len(body.rest_m), 3))
    for _ in range(12 if finite_strain else 1):
        stiffness, force = stiffness_and_force(body, moved)
        inner = stiffness[free][:, free].tocsr()
        scaling = sparse.diags_array(1 / inner.diagonal())
        change, unsolved = linalg.cg(inner, (load - force).ravel()[free], rtol=1e-9, maxiter=20000, M=scaling)
        if unsolved:
            raise ArithmeticError("the reference does not converge")
        moved.reshape(-1)[free] += change
        if np.abs(change).max() < 1e-8:
            break
    return float(-1000 * moved[probed(body), 2].mean())


def stiffness_and_force(body: Body, moved_m: Array) -> tuple[sparse.csr_array, Array]:
    """(3n, 3n) tangent stiffness and (n, 3) inner forces of St. Venant-Kirchhoff tetrahedra at displacements (n, 3).

    With b_a = F g_a, S = lambda tr(E) 1 + 2 mu E: K_ab = V ((g_a . S g_b) 1 + lambda b_a b_b' + mu b_b b_a' +
    mu (g_a . g_b) F F'), f_a = V F S g_a. At rest that is linear elasticity.
    """
    corners = body.rest_m[body.tetrahedra]
    inner = np.linalg.inv(corners[:, 1:] - corners[:, :1]).transpose(0, 2, 1)
    gradient = np.concatenate([-inner.sum(axis=1, keepdims=True), inner], axis=1)
    volume = volumes_m3(body.rest_m, body.tetrahedra)
    lame, mu = (
        np.array(values)[body.material]
        for values in zip(*((one.lame_pa, one.shear_modulus_pa) for one in body.materials), strict=True)
    )
    deformation = np.eye(3) + np.einsum("tai,taj->tij", moved_m[body.tetrahedra], gradient)
    strain = (np.einsum("tki,tkj->tij", deformation, deformation) - np.eye(3)) / 2
    stress = (lame * np.trace(strain, axis1=1, axis2=2))[:, None, None] * np.eye(3) + 2 * mu[:, None, None] * strain
    pushed = np.einsum("tij,taj->tai", deformation, gradient)
    forces = np.einsum("t,tij,tjk,tak->tai", volume, deformation, stress, gradient)
    geometric = np.einsum("t,tai,tij,tbj->tab", volume, gradient, stress, gradient)
    shear = np.einsum("t,tak,tbk->tab", volume * mu, gradient, gradient)
    left = np.einsum("tik,tjk->tij", deformation, deformation)
    element = np.einsum("tab,ij->taibj", geometric, np.eye(3)) + np.einsum("tab,tij->taibj", shear, left)
    element += np.einsum("t,tai,tbj->taibj", volume * lame, pushed, pushed)
    element += np.einsum("t,tbi,taj->taibj", volume * mu, pushed, pushed)
    unknown = (3 * body.tetrahedra[:, :, None] + np.arange(3)).reshape(len(volume), 12)
    entries = (element.ravel(), (np.repeat(unknown, 12, axis=1).ravel(), np.tile(unknown, (1, 12)).ravel()))
    size = moved_m.size
    summed = np.zeros_like(moved_m)
    np.add.at(summed, body.tetrahedra, forces)
    return sparse.csr_array(sparse.coo_array(entries, shape=(size, size))), summed


def save(folder: Path) -> dict[str, dict[str, float]]:
    """Writes each body as NAME.npz for the engines; gives the references in mm.

    `linear_mm` by linear elasticity with the mass of each tetrahedron at its corners; `linear_even_mm` with the same
    mass at every vertex, for an engine that takes a total only; `kirchhoff_mm` as the first, for an engine that has the
    law of St. Venant and Kirchhoff, which gives way more the more it is pressed.
    """
    references: dict[str, dict[str, float]] = {}
    for name, body in bodies().items():
        mass = lumped_kg(body)
        material = body.materials[0]
        even = np.full(len(mass), mass.sum() / len(mass))
        references[name] = {
            "linear_mm": sag_mm(body, mass),
            "linear_even_mm": sag_mm(body, even),
            "kirchhoff_mm": sag_mm(body, mass, finite_strain=True),
        }
        fields: dict[str, Any] = {
            "rest_m": body.rest_m,
            "tetrahedra": body.tetrahedra,
            "fixed": body.fixed,
            "probed": probed(body),
            "mass_kg": mass,
            "youngs_modulus_pa": material.youngs_modulus_pa,
            "poisson_ratio": material.poisson_ratio,
            "density_kg_m3": material.density_kg_m3,
        }
        np.savez(folder / f"{name}.npz", allow_pickle=False, **(fields | references[name]))
    return references
