"""The solver against closed forms, against linear finite elements on the same mesh, and against abuse."""

import itertools
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import linalg

from abaton.core.errors import Problem
from abaton.surgery.tissue.body import Body, BodyState, at_rest, block, surface_triangles, volumes_m3
from abaton.surgery.tissue.materials import Material
from abaton.surgery.tissue.solver import Moved, elastic_force_n, prepare, step, weight_n

Array = NDArray[np.float64]
SOFT = Material("soft", 10e3, 0.3, 1000.0)
WET = Material("wet", 5.4e3, 0.49, 1060.0)
SIZE = (0.04, 0.03, 0.02)


def linear_tip(body: Body, force: Array) -> Array:
    """Displacements (n, 3) by linear elements on the same mesh, assembled and solved directly."""
    count = len(body.rest_m)
    rows: list[Array] = []
    columns: list[Array] = []
    values: list[Array] = []
    material = body.materials[0]
    mu, lame = material.shear_modulus_pa, material.lame_pa
    volumes = volumes_m3(body.rest_m, body.tetrahedra)
    for corners, volume in zip(body.tetrahedra, volumes, strict=True):
        inverse: Array = np.linalg.inv(np.column_stack([np.ones(4), body.rest_m[corners]])).astype(np.float64)
        gradient = inverse[1:].T
        stiff = lame * np.einsum("ai,bj->aibj", gradient, gradient)
        stiff += mu * np.einsum("aj,bi->aibj", gradient, gradient)
        stiff += mu * np.einsum("ak,bk,ij->aibj", gradient, gradient, np.eye(3))
        at = (3 * corners[:, None] + np.arange(3)).ravel()
        rows.append(np.repeat(at, 12))
        columns.append(np.tile(at, 12))
        values.append((volume * stiff).ravel())
    places = (np.concatenate(rows), np.concatenate(columns))
    scipy_sparse: Any = sparse
    matrix = scipy_sparse.csc_matrix((np.concatenate(values), places), shape=(3 * count, 3 * count))
    free = np.repeat(~body.fixed, 3)
    found = np.zeros(3 * count)
    found[free] = linalg.spsolve(matrix[free][:, free], force.ravel()[free])
    return found.reshape(-1, 3)


@pytest.mark.parametrize("material", [SOFT, WET])
def test_a_turned_body_feels_no_force(material: Material) -> None:
    body = block(SIZE, (4, 3, 2), material, "none")
    angle = 2.0
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1.0]])
    found = elastic_force_n(prepare(body), body.rest_m @ turn.T + 0.1)
    # Against E times an area of a tetrahedron's face: 0.5 N.
    assert np.abs(found).max() < 1e-5


@pytest.mark.parametrize("material", [SOFT, WET])
@pytest.mark.parametrize("shear", [0.0, 1e-3])
def test_small_even_strain_gives_the_stress_of_hookes_law_on_the_faces(material: Material, shear: float) -> None:
    body = block(SIZE, (4, 3, 2), material, "none")
    strain = np.array([[1e-3, 0, shear], [0, -4e-4, 0], [shear, 0, -2e-4]])
    found = elastic_force_n(prepare(body), body.rest_m @ (np.eye(3) + strain).T)
    stress = 2 * material.shear_modulus_pa * strain + material.lame_pa * np.trace(strain) * np.eye(3)
    end = body.rest_m[:, 0] > SIZE[0] - 1e-9
    expected = -stress[:, 0] * SIZE[1] * SIZE[2]
    # Vertices on the end's rim also bear the other faces' traction, which cancels over the whole in axis 0 only.
    inside = end & (np.abs(body.rest_m[:, 1] - 0.015) < 0.014) & (np.abs(body.rest_m[:, 2] - 0.01) < 0.009)
    share = inside.sum() / (3 * 2)
    np.testing.assert_allclose(found[inside].sum(axis=0), expected * share, rtol=0.02, atol=1e-5)
    middle = ((body.rest_m > 1e-9) & (body.rest_m < np.array(SIZE) - 1e-9)).all(axis=1)
    assert np.abs(found[middle]).max() < 1e-2 * np.abs(expected).max()


def test_a_beam_bends_under_its_weight_as_linear_elements_on_the_same_mesh_do() -> None:
    body = block((0.1, 0.02, 0.02), (10, 2, 2), Material("beam", 3e5, 0.3, 1000.0), "left", alternate=True)
    solver = prepare(body, damping_per_s=70.0)
    load = weight_n(solver, (0.0, 0.0, -0.981))
    state = at_rest(body)
    for _ in range(1000):
        state = step(solver, state, load)
    end = body.rest_m[:, 0] > 0.0999
    expected = linear_tip(body, load)[end, 2].mean()
    assert (state.position_m - body.rest_m)[end, 2].mean() == pytest.approx(expected, rel=3e-3)


def test_energy_of_motion_only_falls_without_outer_forces() -> None:
    body = block(SIZE, (4, 3, 2), WET)
    solver = prepare(body, damping_per_s=0.0)
    state = at_rest(body)
    state.velocity_m_s[:] = np.random.default_rng(1).normal(0, 0.05, body.rest_m.shape) * ~body.fixed[:, None]
    highest: list[float] = []
    for _ in range(6):
        energies: list[float] = []
        for _ in range(150):
            state = step(solver, state)
            energies.append(0.5 * float((solver.moved_mass_kg[:, None] * state.velocity_m_s**2).sum()))
        highest.append(max(energies))
    assert all(later <= earlier for earlier, later in itertools.pairwise(highest))


@pytest.mark.parametrize("kind", ["crushed", "random", "torn"])
def test_whatever_is_done_to_it_the_body_comes_back(kind: str) -> None:
    body = block(SIZE, (4, 3, 2), WET)
    solver = prepare(body)
    state = at_rest(body)
    if kind == "crushed":
        state.position_m[~body.fixed, 2] = 0.0
    elif kind == "random":
        spread = np.random.default_rng(2).uniform(0, 0.04, body.rest_m.shape)
        state.position_m[~body.fixed] = spread[~body.fixed]
    else:
        corner = np.array([len(body.rest_m) - 1], dtype=np.int32)
        state = step(solver, state, moved=Moved(corner, body.rest_m[corner] + 0.1))
        for _ in range(50):
            state = step(solver, state, moved=Moved(corner, body.rest_m[corner] + 0.1))
            assert np.isfinite(state.position_m).all()
    for _ in range(3000):
        state = step(solver, state)
    assert np.abs(state.position_m - body.rest_m).max() < 1e-4


def test_the_same_steps_give_the_same_bits_also_from_a_state_kept_aside() -> None:
    body = block(SIZE, (4, 3, 2), WET)

    def run(state: BodyState, steps: int) -> BodyState:
        solver = prepare(body)
        load = weight_n(solver)
        for _ in range(steps):
            state = step(solver, state, load)
        return state

    whole, parts = run(at_rest(body), 60), run(run(at_rest(body), 25), 35)
    assert whole.position_m.tobytes() == parts.position_m.tobytes()
    assert whole.velocity_m_s.tobytes() == parts.velocity_m_s.tobytes()


def test_numbers_that_are_not_finite_are_refused() -> None:
    body = block(SIZE, (2, 2, 2), WET)
    force = np.zeros_like(body.rest_m)
    force[0, 0] = np.nan
    with pytest.raises(Problem, match="not numbers"):
        step(prepare(body), at_rest(body), force)


def test_the_surface_is_closed_and_looks_outwards() -> None:
    body = block(SIZE, (4, 3, 2), SOFT)
    a, b, c = (body.rest_m[surface_triangles(body)[:, corner]] for corner in range(3))
    volume = np.einsum("ij,ij->", a, np.cross(b, c)) / 6
    assert volume == pytest.approx(SIZE[0] * SIZE[1] * SIZE[2])
