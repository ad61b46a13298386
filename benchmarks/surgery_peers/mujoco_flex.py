"""MuJoCo's flex on the block and the beam; run by an interpreter that has `mujoco`, prints one JSON object."""

import importlib
import json
import time
from typing import Any

mujoco: Any = importlib.import_module("mujoco")


def text(numbers: list[int] | list[float]) -> str:
    """Numbers with spaces between."""
    return " ".join(str(number) for number in numbers)


def model(count: list[int], size: list[float], young: float, poisson: float, pins: list[int]) -> Any:
    """A grid of tetrahedra under its own weight, held at `pins` (a grid range)."""
    spacing = [length / (number - 1) for length, number in zip(size, count, strict=True)]
    mass = 1000 * size[0] * size[1] * size[2]
    return mujoco.MjModel.from_xml_string(f"""<mujoco><size memory="2G"/>
      <option timestep="0.001" integrator="discrete" solver="CG"><flag contact="disable"/></option>
      <worldbody><flexcomp name="body" type="grid" dim="3" count="{text(count)}" spacing="{text(spacing)}"
        mass="{mass}" radius="0.0001"><contact selfcollide="none"/>
        <elasticity young="{young}" poisson="{poisson}" damping="0.01"/><pin gridrange="{text(pins)}"/>
      </flexcomp></worldbody></mujoco>""")


def rate(cells: int) -> tuple[float, bool]:
    """Steps in a second over at most 10 s, and whether it diverged."""
    made = model([cells + 1] * 3, [0.1] * 3, 10e3, 0.45, [0, 0, 0, cells, cells, 0])
    data = mujoco.MjData(made)
    mujoco.mj_step(made, data)
    begun, steps = time.perf_counter(), 0
    while time.perf_counter() - begun < 8 and steps < 300:
        mujoco.mj_step(made, data)
        steps += 1
    return steps / (time.perf_counter() - begun), bool(data.warning[mujoco.mjtWarning.mjWARN_BADQACC].number)


def beam() -> tuple[float, float]:
    """Tip in mm, the mean over the last half second, and milliseconds a step."""
    made = model([21, 5, 5], [0.1, 0.02, 0.02], 0.3e6, 0.3, [0, 0, 0, 0, 4, 4])
    data = mujoco.MjData(made)
    mujoco.mj_forward(made, data)
    start = data.flexvert_xpos[-25:, 2].mean()
    begun, steps = time.perf_counter(), 0
    tips: list[float] = []
    while time.perf_counter() - begun < 20 and steps < 1500:
        mujoco.mj_step(made, data)
        tips.append(1000 * (start - data.flexvert_xpos[-25:, 2].mean()))
        steps += 1
    return sum(tips[len(tips) // 2 :]) / (len(tips) - len(tips) // 2), 1000 * (time.perf_counter() - begun) / steps


small, small_bad = rate(6)
large, large_bad = rate(12)
tip, milliseconds = beam()
figures: dict[str, Any] = {
    "mujoco_version": mujoco.__version__,
    "mujoco_1k_hz": round(small, 1),
    "mujoco_10k_hz": round(large, 1),
    "mujoco_diverged": small_bad or large_bad,
    "mujoco_beam_mm": round(tip, 3),
    "mujoco_beam_ms": round(milliseconds, 2),
}
print(json.dumps(figures))
