"""The condensed stiffness against the solver's own forces, against its full static answer, and against a bar."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abaton.core.errors import Problem
from abaton.surgery.force.condensing import compliance_of, stiffness_matrix
from abaton.surgery.tissue import cutting
from abaton.surgery.tissue.body import Body, at_rest, block
from abaton.surgery.tissue.materials import LIVER, Material
from abaton.surgery.tissue.solver import Moved, Solver, elastic_force_n, prepare, step

CORK = Material("cork", youngs_modulus_pa=10e3, poisson_ratio=0.0, density_kg_m3=200.0, source="made up")
SLAB = block((0.03, 0.03, 0.02), (5, 5, 4), LIVER)


def nearest(body: Body, place_m: tuple[float, float, float]) -> int:
    return int(np.argmin(np.linalg.norm(body.rest_m - place_m, axis=1)))


def static_force_n(solver: Solver, vertices: np.ndarray, by_m: np.ndarray) -> np.ndarray:
    """What holds vertices that were led away, once all is still: the solver's own, full and nonlinear."""
    state = at_rest(solver.body)
    held = Moved(vertices.astype(np.int32), solver.body.rest_m[vertices] + by_m)
    for _ in range(2500):
        state = step(solver, state, moved=held)
    assert np.abs(state.velocity_m_s).max() < 1e-6
    return -elastic_force_n(solver, state.position_m)[vertices].sum(axis=0)


@settings(max_examples=10)
@given(st.integers(0, 1000), st.floats(0, 6e-4), st.sampled_from([0.0, 0.3, 0.45, 0.49]))
def test_the_tangent_is_the_derivative_of_the_solvers_forces(seed: int, bent_m: float, poisson: float) -> None:
    rng = np.random.default_rng(seed)
    body = block((0.03, 0.03, 0.03), (3, 3, 3), Material("one", 5e3, poisson, 1e3, "made up"))
    solver = prepare(body)
    position = body.rest_m + rng.normal(0, bent_m, body.rest_m.shape)
    way, small = rng.normal(0, 1, body.rest_m.shape), 1e-5
    change = elastic_force_n(solver, position + small * way) - elastic_force_n(solver, position - small * way)
    found = (stiffness_matrix(solver, position) @ way.ravel()).reshape(-1, 3)
    np.testing.assert_allclose(-change / (2 * small), found, atol=1e-3 * np.abs(found).max())


def test_the_tangent_is_symmetric_and_no_rigid_shift_costs_force() -> None:
    solver = prepare(SLAB)
    matrix = stiffness_matrix(solver, SLAB.rest_m)
    assert abs(matrix - matrix.T).max() < 1e-12 * abs(matrix).max()
    shift = np.tile([1.0, 2.0, 3.0], len(SLAB.rest_m))
    assert np.abs(matrix @ shift).max() < 1e-5 * abs(matrix).max()


@pytest.mark.parametrize("by_m", [(0.0, 0.0, -0.0004), (0.0003, 0.0, 0.0), (0.0002, -0.0001, -0.0003)])
def test_a_small_press_on_one_vertex_is_the_full_static_answer_within_2_percent(
    by_m: tuple[float, float, float],
) -> None:
    solver, way = prepare(SLAB), np.array(by_m)
    vertex = np.array([nearest(SLAB, (0.012, 0.018, 0.02))])
    full = static_force_n(solver, vertex, way)
    found = compliance_of(solver, SLAB.rest_m).stiffness(vertex, np.ones(1)) @ way
    assert np.linalg.norm(found - full) < 0.02 * np.linalg.norm(full)


def test_a_face_that_sticks_is_the_full_static_answer_within_2_percent() -> None:
    solver, way = prepare(SLAB), np.array([0.0001, 0, -0.0003])
    face = np.flatnonzero(
        (SLAB.rest_m[:, 2] > 0.0199) & (np.abs(SLAB.rest_m[:, :2] - 0.015).max(axis=1) < 0.0071)
    ).astype(np.int32)
    assert len(face) >= 4
    full = static_force_n(solver, face, way)
    compliance = compliance_of(solver, SLAB.rest_m)
    found = compliance.face(face) @ way
    assert np.linalg.norm(found - full) < 0.02 * np.linalg.norm(full)
    # A tool that shares its force as it likes is never stiffer than one that holds all alike.
    shared = compliance.stiffness(face, np.ones(len(face)))
    assert np.linalg.eigvalsh(compliance.face(face) - shared)[0] > -1e-9


def test_a_bar_of_cork_is_ea_over_l() -> None:
    bar = block((0.02, 0.01, 0.01), (4, 2, 2), CORK, fixed="left")
    end = np.flatnonzero(bar.rest_m[:, 0] > 0.0199).astype(np.int32)
    found = compliance_of(prepare(bar), bar.rest_m).face(end)
    assert found[0, 0] == pytest.approx(10e3 * 1e-4 / 0.02, rel=1e-6)


def test_what_is_known_is_not_solved_again_and_comes_out_the_same() -> None:
    compliance = compliance_of(prepare(SLAB), SLAB.rest_m)
    two = np.array([nearest(SLAB, (0.01, 0.01, 0.02)), nearest(SLAB, (0.02, 0.02, 0.02))], dtype=np.int32)
    assert not compliance.known(two)
    first = compliance.stiffness(two, np.array([1.0, 3.0]))
    assert compliance.known(two)
    np.testing.assert_array_equal(compliance.stiffness(two, np.array([2.0, 6.0])), first)
    # Maxwell and Betti: what one does to the other, the other does to the one.
    place = compliance.place[two]
    one, other = compliance.moved[int(place[0])][:, place[1]], compliance.moved[int(place[1])][:, place[0]]
    np.testing.assert_allclose(one, other.T, atol=1e-12)


def test_stiffer_tissue_beneath_is_felt() -> None:
    lump = Material("lump", 50e3, 0.45, 1060.0, "made up")
    middle = np.linalg.norm(SLAB.rest_m[SLAB.tetrahedra].mean(axis=1) - [0.015, 0.015, 0.013], axis=1)
    with_lump = Body(
        SLAB.rest_m, SLAB.tetrahedra, (middle < 0.006).astype(np.int32), (LIVER, lump), SLAB.fixed
    )  # fmt: skip
    vertex = np.array([nearest(SLAB, (0.012, 0.012, 0.02))])
    plain, hard = (
        compliance_of(prepare(body), body.rest_m).stiffness(vertex, np.ones(1))[2, 2] for body in (SLAB, with_lump)
    )
    assert hard > 1.5 * plain


def test_what_nothing_holds_is_refused_before_it_is_solved() -> None:
    loose = block((0.01, 0.01, 0.01), (2, 2, 2), LIVER, fixed="none")
    with pytest.raises(Problem, match="fixed nowhere"):
        compliance_of(prepare(loose), loose.rest_m)


def test_a_piece_that_was_cut_off_is_refused_and_the_rest_answers() -> None:
    blade = np.array([[-0.01, -0.01, 0.012], [0.04, -0.01, 0.012], [0.04, 0.04, 0.012], [-0.01, 0.04, 0.012]])
    cut = cutting.cut(SLAB, at_rest(SLAB), blade)
    assert cut.part_count == 2
    compliance = compliance_of(prepare(cut.body), cut.body.rest_m)
    with pytest.raises(Problem) as told:
        compliance.stiffness(np.array([nearest(cut.body, (0.015, 0.015, 0.02))]), np.ones(1))
    assert told.value.code == "body_not_held"
    side = np.array([nearest(cut.body, (0.0, 0.012, 0.005))])
    assert np.linalg.eigvalsh(compliance.stiffness(side, np.ones(1)))[0] > 0


def test_where_the_tangent_is_not_positive_that_of_rest_stands_in() -> None:
    solver = prepare(SLAB)
    crushed = SLAB.rest_m * [1.0, 1.0, 0.05]
    vertex = np.array([nearest(SLAB, (0.012, 0.018, 0.02))])
    found, rest = (compliance_of(solver, at).stiffness(vertex, np.ones(1)) for at in (crushed, SLAB.rest_m))
    assert np.linalg.eigvalsh(found)[0] > 0
    assert np.isfinite(rest).all()
