"""MuJoCo's flex: `full` has three unknowns a vertex; `trilinear` 8 and `quadratic` 27 nodes that carry all vertices.

Its law is that of St. Venant and Kirchhoff. It gives the mass of what is held to the rest, and in `full` the same to
every vertex: a free part that is too heavy. So each vertex is given the mass of its tetrahedra here, and each node that
of its shape function, as the reference has it. `quadratic` is also tried with MuJoCo's own masses.
"""

import importlib
from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.surgery_peers import trial

mujoco: Any = importlib.import_module("mujoco")


class Flex:
    """A flex of the tetrahedra of the scene."""

    def __init__(self, unknowns: str, own_masses: bool, scene: trial.Scene) -> None:
        loose = mujoco.MjModel.from_xml_string(described(scene, unknowns, ()))
        interpolated = unknowns != "full"
        bodies = loose.flex_nodebodyid if interpolated else loose.flex_vertbodyid
        placed = mujoco.MjData(loose)
        mujoco.mj_forward(loose, placed)
        place = np.array(placed.xpos[bodies])
        axis = int(np.argmin(np.ptp(scene.rest_m[scene.fixed], axis=0)))
        held = place[:, axis] < scene.rest_m[:, axis].min() + 1e-6
        self.model = mujoco.MjModel.from_xml_string(described(scene, unknowns, np.flatnonzero(held)))
        if not own_masses:
            bodies = self.model.flex_nodebodyid if interpolated else self.model.flex_vertbodyid
            mass = node_mass_kg(place, scene) if interpolated else scene.mass_kg
            self.model.body_mass[bodies[~held]] = mass[~held]
        self.data = mujoco.MjData(self.model)
        mujoco.mj_setConst(self.model, self.data)
        mujoco.mj_forward(self.model, self.data)

    def step(self) -> None:
        """One step of 1 ms."""
        mujoco.mj_step(self.model, self.data)

    def positions_m(self) -> NDArray[np.float64]:
        """Of the vertices; NaN where MuJoCo has begun again because it diverged."""
        if self.data.warning[mujoco.mjtWarning.mjWARN_BADQACC].number:
            return np.full((self.model.nflexvert, 3), np.nan)
        return np.array(self.data.flexvert_xpos)

    def damp(self, keep: float) -> None:
        """Slows all unknowns."""
        self.data.qvel *= keep


def node_mass_kg(place_m: NDArray[np.float64], scene: trial.Scene) -> NDArray[np.float64]:
    """(k,) the integral of each node's shape function: by axis 1/2 1/2, or 1/6 2/3 1/6."""
    low, high = scene.rest_m.min(axis=0), scene.rest_m.max(axis=0)
    middle = np.abs(place_m - (low + high) / 2) < 0.1 * (high - low)
    share = np.where(middle, 2 / 3, 1 / 6) if middle.any() else np.full(place_m.shape, 0.5)
    return scene.mass_kg.sum() * share.prod(axis=1)


def described(scene: trial.Scene, unknowns: str, held: Iterable[int]) -> str:
    """The model as MJCF."""
    pins = numbers(held)
    return f"""<mujoco><size memory="2G"/>
      <option timestep="{trial.PERIOD_S}" integrator="discrete" solver="CG" gravity="0 0 -9.81">
        <flag contact="disable"/></option>
      <worldbody><flexcomp name="body" type="direct" dim="3" dof="{unknowns}" mass="{scene.mass_kg.sum()}"
        radius="0.0001" point="{numbers(scene.rest_m.ravel())}" element="{numbers(scene.tetrahedra.ravel())}">
        <contact selfcollide="none"/>
        <elasticity young="{scene.youngs_modulus_pa}" poisson="{scene.poisson_ratio}" damping="0.01"/>
        {f'<pin id="{pins}"/>' if pins else ""}
      </flexcomp></worldbody></mujoco>"""


def numbers(values: Iterable[float]) -> str:
    """With spaces between."""
    return " ".join(str(value) for value in values)


if __name__ == "__main__":
    settings = {name: partial(Flex, name, False) for name in ("full", "trilinear", "quadratic")}
    trial.run(settings | {"quadratic, own masses": partial(Flex, "quadratic", True)}, "kirchhoff_mm")
