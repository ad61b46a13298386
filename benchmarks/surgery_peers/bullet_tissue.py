"""PyBullet's neo-Hookean deformable body.

Its material is Smith, de Goes and Kim's with its own constants, so that Lame's mu is given as 4/3 mu and lambda as
lambda + 5/6 mu; else it sags by a third too much. It takes a total mass and gives each vertex the same, and does not
let velocities be set: what it comes to rest by is its own damping, with which its rate is measured too.
"""

import importlib
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.surgery_peers import trial

bullet: Any = importlib.import_module("pybullet")


class Tissue:
    """A deformable body of the tetrahedra of the scene, in a world of its own."""

    def __init__(self, damping: float, scene: trial.Scene) -> None:
        self.world = bullet.connect(bullet.DIRECT)
        bullet.resetSimulation(bullet.RESET_USE_DEFORMABLE_WORLD, physicsClientId=self.world)
        bullet.setGravity(0, 0, -9.81, physicsClientId=self.world)
        bullet.setTimeStep(trial.PERIOD_S, physicsClientId=self.world)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "body.vtk"
            path.write_text(as_vtk(scene))
            self.body = bullet.loadSoftBody(
                str(path),
                mass=float(scene.mass_kg.sum()),
                useNeoHookean=1,
                NeoHookeanMu=4 / 3 * scene.shear_modulus_pa,
                NeoHookeanLambda=scene.lame_pa + 5 / 6 * scene.shear_modulus_pa,
                NeoHookeanDamping=damping,
                collisionMargin=1e-4,
                useSelfCollision=0,
                physicsClientId=self.world,
            )
        for vertex in np.flatnonzero(scene.fixed):
            bullet.createSoftBodyAnchor(self.body, int(vertex), -1, -1, physicsClientId=self.world)

    def step(self) -> None:
        """One step of 1 ms."""
        bullet.stepSimulation(physicsClientId=self.world)

    def positions_m(self) -> NDArray[np.float64]:
        """Of the nodes."""
        flags = bullet.MESH_DATA_SIMULATION_MESH
        return np.array(bullet.getMeshData(self.body, flags=flags, physicsClientId=self.world)[1])

    def damp(self, keep: float) -> None:
        """Nothing: velocities cannot be set."""


def as_vtk(scene: trial.Scene) -> str:
    """The body as a legacy VTK file, which is what PyBullet reads tetrahedra from."""
    places = "\n".join(" ".join(f"{value:.9g}" for value in place) for place in scene.rest_m)
    corners = "\n".join("4 " + " ".join(str(corner) for corner in one) for one in scene.tetrahedra)
    count = len(scene.tetrahedra)
    return (
        "# vtk DataFile Version 2.0\nbody\nASCII\nDATASET UNSTRUCTURED_GRID\n"
        f"POINTS {len(scene.rest_m)} double\n{places}\nCELLS {count} {5 * count}\n{corners}\n"
        f"CELL_TYPES {count}\n" + "10\n" * count
    )


if __name__ == "__main__":
    trial.run({f"damping {damping}": partial(Tissue, damping) for damping in (0.01, 0.001)}, "linear_even_mm")
