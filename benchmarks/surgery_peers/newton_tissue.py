"""Newton's vertex block descent and extended position-based dynamics, on the CPU.

Its volumetric material takes Lame's parameters and converts them itself; the masses are those of the tetrahedra.
"""

import importlib
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.surgery_peers import trial

warp: Any = importlib.import_module("warp")
warp.config.quiet = True
warp.set_device("cpu")
newton: Any = importlib.import_module("newton")


class Tissue:
    """A soft mesh of the tetrahedra of the scene."""

    def __init__(self, solver: str, substeps: int, iterations: int, scene: trial.Scene) -> None:
        builder = newton.ModelBuilder(gravity=(0.0, 0.0, -9.81))
        builder.add_soft_mesh(
            pos=warp.vec3(0, 0, 0),
            rot=warp.quat_identity(),
            scale=1.0,
            vel=warp.vec3(0, 0, 0),
            vertices=[warp.vec3(*place) for place in scene.rest_m],
            indices=scene.tetrahedra.ravel().tolist(),
            density=scene.density_kg_m3,
            k_mu=scene.shear_modulus_pa,
            k_lambda=scene.lame_pa,
            k_damp=0.0,
        )
        for vertex in np.flatnonzero(scene.fixed):
            builder.particle_mass[vertex] = 0.0
            builder.particle_flags[vertex] = int(builder.particle_flags[vertex]) & ~int(newton.ParticleFlags.ACTIVE)
        builder.color()
        self.model = builder.finalize()
        kinds = {"vbd": newton.solvers.SolverVBD, "xpbd": newton.solvers.SolverXPBD}
        self.solver = kinds[solver](self.model, iterations=iterations)
        self.now, self.next = self.model.state(), self.model.state()
        self.control = self.model.control()
        self.substeps = substeps

    def step(self) -> None:
        """One period of 1 ms, in substeps."""
        for _ in range(self.substeps):
            self.now.clear_forces()
            self.solver.step(self.now, self.next, self.control, None, trial.PERIOD_S / self.substeps)
            self.now, self.next = self.next, self.now

    def positions_m(self) -> NDArray[np.float64]:
        """Of the particles."""
        return np.array(self.now.particle_q.numpy(), dtype=np.float64)

    def damp(self, keep: float) -> None:
        """Slows all particles; on the CPU the array is seen, not copied."""
        self.now.particle_qd.numpy()[:] *= keep


if __name__ == "__main__":
    trial.run(
        {
            f"{solver}, {substeps} substeps of {iterations} iterations": partial(Tissue, solver, substeps, iterations)
            for solver, substeps, iterations in (
                ("vbd", 1, 10),
                ("vbd", 10, 1),
                ("vbd", 20, 1),
                ("vbd", 40, 1),
                ("vbd", 5, 10),
                ("xpbd", 1, 2),
                ("xpbd", 16, 2),
            )
        }
    )
