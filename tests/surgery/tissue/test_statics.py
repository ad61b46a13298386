"""What bodies come to rest at, against truths computed here: linear elements, closed forms, the law's own energy."""

import hashlib
import importlib
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import fsolve

from abaton.geometry.mesh import TriangleMesh
from abaton.surgery.tissue import materials
from abaton.surgery.tissue.body import Body, BodyState, at_rest, block, surface_triangles, volumes_m3
from abaton.surgery.tissue.cutting import cut
from abaton.surgery.tissue.materials import Material
from abaton.surgery.tissue.meshing import Plane, body_of_mesh
from abaton.surgery.tissue.solver import Moved, Solver, elastic_force_n, prepare, step, weight_n

Array = NDArray[np.float64]
BEAM = Material("beam", 3e5, 0.3, 1000.0)
"""Of the beam that solvers are compared by: 100 x 20 x 20 mm under its own weight."""
FIRM, WET = Material("firm", 10e3, 0.3, 1000.0), Material("wet", 10e3, 0.49, 1000.0)
BAR = (0.04, 0.02, 0.02)
AREA_M2 = BAR[1] * BAR[2]


def linear(body: Body, gravity_m_s2: float = 9.81) -> Array:
    """Displacements (n, 3) under own weight by scikit-fem's linear tetrahedra, solved directly."""
    fem: Any = importlib.import_module("skfem")
    models: Any = importlib.import_module("skfem.models.elasticity")
    material = body.materials[0]
    mesh = fem.MeshTet(body.rest_m.T.copy(), body.tetrahedra.T.astype(np.int64).copy())
    basis = fem.Basis(mesh, fem.ElementVector(fem.ElementTetP1()))

    def pull(test: Any, _: Any) -> Any:
        return -material.density_kg_m3 * gravity_m_s2 * test[2]

    stiffness = models.linear_elasticity(material.lame_pa, material.shear_modulus_pa).assemble(basis)
    load = fem.LinearForm(pull).assemble(basis)
    held = basis.nodal_dofs[:, body.fixed].ravel()
    found: Array = fem.solve(*fem.condense(stiffness, load, D=held))
    return found[basis.nodal_dofs].T


def beam_surface() -> TriangleMesh:
    corners = np.array([[i, j, k] for i in (0, 100) for j in (0, 20) for k in (0, 20)], dtype=np.float64)
    squares = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = np.array([part for a, b, c, d in squares for part in ((a, b, c), (a, c, d))], dtype=np.int32)
    return TriangleMesh(corners, faces)


def settled(solver: Solver, force: Array, steps: int) -> BodyState:
    state = at_rest(solver.body)
    for _ in range(steps):
        state = step(solver, state, force)
    return state


def pulled(body: Body, axial_n: float) -> Array:
    """(n, 3) an even pull of both ends along x."""
    force = np.zeros_like(body.rest_m)
    length = body.rest_m[:, 0].max()
    for place, sense in ((0.0, -1.0), (length, 1.0)):
        faces = surface_triangles(body)
        faces = faces[(np.abs(body.rest_m[faces, 0] - place) < 1e-9).all(axis=1)]
        a, b, c = (body.rest_m[faces[:, n]] for n in range(3))
        area = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
        np.add.at(force[:, 0], faces.ravel(), np.repeat(sense * axial_n * area / area.sum() / 3, 3))
    return force


def lame_of_the_law(material: Material) -> tuple[float, float]:
    """Smith, de Goes, Kim 2018, section 3.4: their mu and lambda from Lame's."""
    return 4 / 3 * material.shear_modulus_pa, material.lame_pa + 5 / 6 * material.shear_modulus_pa


def stretches(material: Material, stress_pa: float) -> tuple[float, float]:
    """Along and across a bar under a nominal stress, from ibid., eq. 13 without load on its sides."""
    mu, lame = lame_of_the_law(material)

    def unbalanced(both: Array) -> list[float]:
        along, across = float(both[0]), float(both[1])
        soft = mu * (1 - 1 / (along**2 + 2 * across**2 + 1))
        bulk = lame * (along * across**2 - 1) - 0.75 * mu
        return [soft * along + bulk * across**2 - stress_pa, soft * across + bulk * along * across]

    solve: Any = fsolve
    along, across = solve(unbalanced, [1.0, 1.0], xtol=1e-12)
    assert np.abs(unbalanced(np.array([along, across]))).max() < 1e-6 * material.youngs_modulus_pa
    return float(along), float(across)


def energy_j(solver: Solver, state: BodyState) -> float:
    """Of motion and of strain, by ibid., eq. 13, for a Poisson ratio at which no pressure is averaged."""
    mu, lame = lame_of_the_law(solver.body.materials[0])
    at, tetrahedra = solver.body.rest_m, solver.body.tetrahedra
    rest = at[tetrahedra[:, 1:]] - at[tetrahedra[:, :1]]
    now = state.position_m[tetrahedra[:, 1:]] - state.position_m[tetrahedra[:, :1]]
    gradient: Array = np.linalg.solve(rest, now).astype(np.float64)
    squares, volume = (gradient**2).sum(axis=(1, 2)), np.linalg.det(gradient)
    density = mu / 2 * (squares - 3) + lame / 2 * (volume - 1 - 0.75 * mu / lame) ** 2 - mu / 2 * np.log(squares + 1)
    density -= lame / 2 * (0.75 * mu / lame) ** 2 - mu / 2 * np.log(4)
    strained = float((volumes_m3(at, tetrahedra) * density).sum())
    return strained + 0.5 * float((solver.moved_mass_kg[:, None] * state.velocity_m_s**2).sum())


def test_the_beam_that_solvers_are_compared_by_hangs_as_linear_elements_on_its_tetrahedra_say() -> None:
    body = block((0.1, 0.02, 0.02), (20, 4, 4), BEAM, "left", alternate=True)
    assert len(body.tetrahedra) == 1600
    end = body.rest_m[:, 0] > 0.0999
    truth = -float(linear(body)[end, 2].mean())
    # The figure by which solvers are compared. A thick beam's closed form gives 12.77 mm, of which such elements fall
    # short: q L^4 / (8 E I) + q L^2 / (2 k G A) with k = 5/6.
    assert truth == pytest.approx(11.11e-3, rel=2e-3)
    solver = prepare(body, damping_per_s=70.0)
    state = settled(solver, weight_n(solver), 1000)
    assert np.abs(state.velocity_m_s).max() < 1e-3
    tip = float((body.rest_m - state.position_m)[end, 2].mean())
    assert tip == pytest.approx(truth, rel=0.02)


def test_a_body_made_from_a_surface_hangs_as_linear_elements_on_its_tetrahedra_say() -> None:
    body = body_of_mesh(beam_surface(), BEAM, 6.0, Plane((1.0, 0, 0), (1, 0, 0)))
    gravity = 0.981
    solver = prepare(body, damping_per_s=70.0)
    state = settled(solver, weight_n(solver, (0.0, 0.0, -gravity)), 1000)
    moved = state.position_m - body.rest_m
    truth = linear(body, gravity)
    np.testing.assert_allclose(moved, truth, atol=0.01 * np.abs(truth).max())
    # Nor are these tetrahedra far from the closed form of a thick beam, 1.277 mm; its first millimetre is held.
    assert -truth[:, 2].min() == pytest.approx(1.277e-3 * 0.99**4, rel=0.15)


@pytest.mark.parametrize("material", [FIRM, WET])
@pytest.mark.parametrize("stress_pa", [4000.0, 1000.0, -3000.0])
def test_a_bar_far_stretched_or_pressed_is_as_long_and_as_wide_as_its_law_says(
    material: Material, stress_pa: float
) -> None:
    along, across = stretches(material, stress_pa)
    assert abs(along - 1) > 0.08
    body = block(BAR, (4, 2, 2), material, "none")
    solver, load = prepare(body, damping_per_s=60.0), pulled(body, stress_pa * AREA_M2)
    answered = elastic_force_n(solver, body.rest_m * [along, across, across])
    np.testing.assert_allclose(answered, -load, atol=1e-3 * np.abs(load).max())
    # A free bar that is pressed turns around; one that is pulled finds its length by itself.
    if stress_pa > 0:
        state = settled(solver, load, 1000)
        extent = np.ptp(state.position_m, axis=0) / np.array(BAR)
        np.testing.assert_allclose(extent, [along, across, across], rtol=2e-3)


def test_small_strain_follows_youngs_modulus_and_poissons_ratio() -> None:
    for material in (FIRM, WET):
        along, across = stretches(material, 1e-3 * material.youngs_modulus_pa)
        assert along - 1 == pytest.approx(1e-3, rel=0.01)
        assert 1 - across == pytest.approx(material.poisson_ratio * 1e-3, rel=0.01)


def test_liver_and_tumour_one_after_the_other_stretch_in_the_ratio_of_their_moduli() -> None:
    size, cells = (0.08, 0.01, 0.01), (16, 2, 2)
    plain = block(size, cells, materials.LIVER, "none")
    firm = plain.rest_m[plain.tetrahedra].mean(axis=1)[:, 0] > size[0] / 2
    both = (materials.LIVER, materials.TUMOUR)
    body = Body(plain.rest_m, plain.tetrahedra, firm.astype(np.int32), both, plain.fixed)
    stress_pa = 50.0
    # Mass is added as a period so long asks for, and what it comes to rest at does not depend on it.
    solver = prepare(body, period_s=0.01, damping_per_s=20.0)
    state = settled(solver, pulled(body, stress_pa * 1e-4), 1500)
    assert np.abs(state.velocity_m_s).max() < 1e-4
    x = body.rest_m[:, 0]
    moved = state.position_m[:, 0] - x

    def strain(start: float, end: float) -> float:
        first, last = (moved[np.abs(x - place) < 1e-9].mean() for place in (start, end))
        return float((last - first) / (end - start))

    # A width and more away from the ends and from where the two meet.
    soft, hard = strain(0.01, 0.03), strain(0.05, 0.07)
    assert soft == pytest.approx(stretches(materials.LIVER, stress_pa)[0] - 1, rel=0.02)
    assert hard == pytest.approx(stretches(materials.TUMOUR, stress_pa)[0] - 1, rel=0.02)
    assert soft / hard == pytest.approx(23.4 / 5.4, rel=0.02)


@pytest.mark.parametrize("place", [0.05, 0.0463])
def test_a_beam_cut_across_hangs_as_two_of_its_own(place: float) -> None:
    plain = block((0.1, 0.02, 0.02), (20, 3, 3), BEAM, "none", alternate=True)
    ends = (plain.rest_m[:, 0] < 1e-9) | (plain.rest_m[:, 0] > 0.1 - 1e-9)
    body = Body(plain.rest_m, plain.tetrahedra, plain.material, plain.materials, ends)
    blade = np.array([[place, y, z] for y, z in ((-0.01, -0.01), (0.03, -0.01), (0.03, 0.03), (-0.01, 0.03))])
    made = cut(body, at_rest(body), blade)
    assert made.part_count == 2
    solver = prepare(made.body, damping_per_s=100.0)
    state = settled(solver, weight_n(solver), 600)
    moved = state.position_m - made.body.rest_m
    truth = linear(made.body)
    np.testing.assert_allclose(moved, truth, atol=0.02 * np.abs(truth).max())
    # Whole, it is held at both ends and sags less than half as much. Each half is a cantilever: a thick beam as above.
    assert np.abs(linear(body)[:, 2]).max() < 0.5 * np.abs(truth[:, 2]).max()
    for part in (0, 1):
        of_part = np.unique(made.body.tetrahedra[made.part == part])
        first = made.body.rest_m[of_part, 0].min() < 1e-9
        length = place if first else 0.1 - place
        bending, shearing = 12.26e-3 * (length / 0.1) ** 4, 0.51e-3 * (length / 0.1) ** 2
        assert -moved[of_part, 2].min() == pytest.approx(bending + shearing, rel=0.25)


def test_energy_does_not_grow_without_load() -> None:
    body = block(BAR, (6, 3, 3), FIRM, "left")
    solver = prepare(body, damping_per_s=0.0)
    state = at_rest(body)
    state.position_m[:, 0] *= 1.3
    state.position_m[:, 2] += 0.3 * body.rest_m[:, 0]
    begun = energy_j(solver, state)
    assert energy_j(solver, at_rest(body)) == pytest.approx(0, abs=1e-9 * begun)
    energies: list[float] = []
    for _ in range(600):
        state = step(solver, state)
        energies.append(energy_j(solver, state))
    # Symplectic Euler's own energy swings about the true one within a period; over the whole it only falls.
    assert max(energies) < 1.02 * begun
    assert max(energies[300:]) < max(energies[:300])
    assert energies[-1] < 0.9 * begun


def test_forces_are_the_slope_of_the_energy() -> None:
    body = block(BAR, (2, 2, 2), FIRM, "none")
    solver = prepare(body)
    generator = np.random.default_rng(4)
    position = body.rest_m * [1.2, 0.9, 1.1] + generator.normal(0, 1e-3, body.rest_m.shape)
    still = np.zeros_like(position)
    way = generator.normal(0, 1, position.shape)
    ahead, behind = (energy_j(solver, BodyState(position + sense * 1e-6 * way, still)) for sense in (1, -1))
    slope = (ahead - behind) / 2e-6
    assert -float((elastic_force_n(solver, position) * way).sum()) == pytest.approx(slope, rel=1e-4)


def told() -> str:
    """A body meshed, cut, hung and pulled about, as a digest of its state."""
    body = body_of_mesh(beam_surface(), materials.LIVER, 7.0, Plane((1.0, 0, 0), (1, 0, 0)))
    blade = np.array([[0.051, y, z] for y, z in ((-0.01, 0.009), (0.03, 0.009), (0.03, 0.03), (-0.01, 0.03))])
    made = cut(body, at_rest(body), blade)
    solver, state = prepare(made.body), made.state
    corner = np.array([len(body.rest_m) - 1], dtype=np.int32)
    for count in range(80):
        held = Moved(corner, body.rest_m[corner] + [0, 0, 1e-4 * count]) if count < 40 else None
        state = step(solver, state, weight_n(solver), held)
    return hashlib.sha256(state.position_m.tobytes() + state.velocity_m_s.tobytes()).hexdigest()


def test_another_process_comes_to_the_same_bits() -> None:
    first = told()
    assert told() == first
    code = "from tests.surgery.tissue.test_statics import told; print(told())"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == first
