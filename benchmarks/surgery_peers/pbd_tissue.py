"""pyPBD's tetrahedra by extended position-based dynamics, on one thread.

It takes a small tetrahedron for a flat one by a limit without units, and its weight is always 9.81 along -y. So lengths
are given 100 times as large and times 10 times as large, which leaves gravity what it is, and axes are turned.
"""

import importlib
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.surgery_peers import trial

pypbd: Any = importlib.import_module("pypbd")

LENGTH = 100.0
TIME = 10.0
TURN = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
"""From z upwards to y upwards."""
FINITE_ELEMENTS = 3
"""Of the kinds of constraint: finite elements by XPBD, whose stiffness is Young's modulus."""


class Tissue:
    """A tetrahedral model of the scene."""

    def __init__(self, substeps: int, iterations: int, scene: trial.Scene) -> None:
        # There is only one simulation in a process; the body before this one must go.
        if pypbd.Simulation.hasCurrent():
            pypbd.Simulation.getCurrent().getModel().cleanup()
            pypbd.Simulation.getCurrent().reset()
        else:
            pypbd.Simulation.getCurrent().initDefault()
        simulation = pypbd.Simulation.getCurrent()
        self.model = simulation.getModel()
        made = self.model.addTetModel(LENGTH * scene.rest_m @ TURN.T, scene.tetrahedra.ravel().tolist())
        self.particles = self.model.getParticles()
        for vertex, mass in enumerate(np.where(scene.fixed, 0.0, scene.mass_kg)):
            self.particles.setMass(vertex, float(mass))
        stiffness = scene.youngs_modulus_pa / LENGTH / TIME**2
        self.model.addSolidConstraints(made, FINITE_ELEMENTS, stiffness, scene.poisson_ratio, 1.0, False, False)
        if len(self.model.getConstraints()) != len(scene.tetrahedra):
            raise ValueError("pyPBD has left out tetrahedra")
        self.stepping = simulation.getTimeStep()
        kind = pypbd.TimeStepController
        self.stepping.setValueUInt(kind.NUM_SUB_STEPS, substeps)
        self.stepping.setValueUInt(kind.MAX_ITERATIONS, iterations)
        self.stepping.setValueUInt(kind.MAX_ITERATIONS_V, 0)
        pypbd.TimeManager.getCurrent().setTimeStepSize(trial.PERIOD_S * TIME)

    def step(self) -> None:
        """One period of 1 ms, in substeps."""
        self.stepping.step(self.model)

    def positions_m(self) -> NDArray[np.float64]:
        """Of the particles."""
        return np.array(self.particles.getVertices()) @ TURN / LENGTH

    def damp(self, keep: float) -> None:
        """Slows all particles."""
        for vertex in range(self.particles.getNumberOfParticles()):
            self.particles.setVelocity(vertex, keep * self.particles.getVelocity(vertex))


if __name__ == "__main__":
    trial.run(
        {
            f"{substeps} substeps of {iterations} iterations": partial(Tissue, substeps, iterations)
            for substeps, iterations in ((1, 1), (4, 1), (8, 1), (16, 1), (32, 1), (64, 1))
        },
        "kirchhoff_mm",
    )
