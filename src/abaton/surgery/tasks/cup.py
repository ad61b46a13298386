"""The scripted trainee's way around a tumour: a cup, cut in a spiral, and again where it still holds."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from abaton.surgery.tasks.hands import Hands, Part
from abaton.surgery.tasks.liver import Scene
from abaton.surgery.tasks.running import PERIOD_S

Array = NDArray[np.float64]

_APART_M = 0.25e-3
_SPARE_MM = 0.8
"""For the grid and the hand, added to the planned margin."""
_CLOSING, _FASTEST_M = 0.004, 2e-5
"""Of the eye that closes what is left between tip and way: share a tick, and at most."""


def cup_m(scene: Scene, planned_mm: float, tip_mm: float, spacing_mm: float = 3.1) -> Array:
    """The planned way of the tip's middle, (n, 3) m: down a cylinder's wall in turns, then inwards over a half ball.

    Points lie 0.25 mm apart. The specimen's margin along it is the planned one and a millimetre for grid and hand.
    """
    radius = scene.radius_mm + planned_mm + tip_mm + _SPARE_MM
    top = scene.depth_mm + 1.0
    turns_down = top / spacing_mm
    quarter = radius * math.pi / 2 / spacing_mm
    turns = np.arange(0.0, turns_down + quarter, 0.25 / (2 * math.pi * radius))
    below = np.clip((turns - turns_down) / quarter, 0.0, 1.0) * math.pi / 2
    wide = radius * np.cos(below)
    height = np.where(turns < turns_down, top - spacing_mm * turns, -radius * np.sin(below))
    angle = 2 * math.pi * turns
    way = np.stack([wide * np.cos(angle), wide * np.sin(angle), height], axis=1) / 1000
    return _even(way)


def out_m(scene: Scene, planned_mm: float, tip_mm: float, at_m: Array) -> Array:
    """The way out through the cut, (n, 3) m: along the cup from where the tip is to its rim, then up and clear of it.

    Straight up would lead through what is being cut out.
    """
    radius = scene.radius_mm + planned_mm + tip_mm + _SPARE_MM
    beside_mm, height_mm = 1000 * math.hypot(at_m[0], at_m[1]), 1000 * float(at_m[2])
    towards = np.array([at_m[0], at_m[1]]) * 1000 / beside_mm if beside_mm > 1e-3 else np.array([1.0, 0.0])
    along = np.linspace(math.atan2(min(0.0, height_mm), beside_mm), 0.0, 60 if height_mm < 0 else 1)
    wall = np.linspace(max(0.0, height_mm), max(scene.depth_mm, height_mm) + 12.0, 60)
    wide = np.concatenate([radius * np.cos(along), np.full(len(wall), radius)])
    height = np.concatenate([radius * np.sin(along), wall])[height_mm >= 0 :]
    way = np.column_stack([wide[height_mm >= 0 :, None] * towards, height]) / 1000
    return _even(np.vstack([at_m, way]))


def cut_cup(hands: Hands, planned_mm: float, tip_mm: float) -> Part:
    """Cuts the cup, and cuts it again where the specimen still hangs on."""
    skill, rng = hands.skill, hands.rng
    scene = hands.state.field.scene
    clumsy = skill.aim_mm > 1
    for again in range(3):
        way = cup_m(scene, planned_mm, tip_mm, 3.1 if again == 0 else 2.4)
        # The hand's picture of where the tumour lies is off by this, and wanders along the way.
        wander = _wander(rng, len(way), 0.16 * skill.aim_mm if not clumsy else 0.9 * skill.aim_mm)
        way = way + wander + rng.normal(0.0, (0.1 if not clumsy else 0.9) * skill.aim_mm, 3) / 1000
        yield from hands.reach(0, way[0] + np.array([0, 0, 0.006]), 3.0)
        yield from hands.grasp(0, 1.0, 0.05)
        yield from hands.reach(0, way[0], 3.0)
        yield from _follow(hands, way, 0.036 if not clumsy else 0.032, until_free=True)
        yield from hands.grasp(0, 0.0, 0.05)
        if not hands.state.freed:
            yield from hands.wait(1.0)
        out = out_m(scene, planned_mm, tip_mm, hands.tip_m(0)) + wander[-1]
        yield from _follow(hands, out, 0.05 / skill.pace)
        if hands.state.freed:
            break
    yield from hands.reach(0, hands.tip_m(0) * np.array([1, 1, 0]) + np.array([0.0, 0.0, 0.028]), 8.0)


def _even(way: Array) -> Array:
    """The same way, its points 0.25 mm apart."""
    step = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(way, axis=0), axis=1))])
    even = np.arange(0.0, step[-1], _APART_M)
    return np.stack([np.interp(even, step, way[:, n]) for n in range(3)], axis=1)


def _wander(rng: np.random.Generator, points: int, spread_mm: float) -> Array:
    """A smooth random walk around nothing, (points, 3) m, over about 20 mm of way."""
    rough = rng.normal(0.0, 1.0, (points + 480, 3))
    smooth = np.asarray(ndimage.gaussian_filter1d(rough, 40.0, axis=0))[240 : 240 + points]
    return spread_mm / 1000 * smooth / max(float(smooth.std()), 1e-9)


def _follow(hands: Hands, way: Array, speed_m_s: float, until_free: bool = False) -> Part:
    """Leads the tip along a way, the eye closing what is left between tip and way."""
    skill, rng = hands.skill, hands.rng
    at, pace, told = 0.0, 1.0, 0
    while at < len(way) - 1 and not (until_free and hands.state.freed):
        goal = way[int(at)]
        if told <= 0:
            if rng.random() < 0.5 * skill.hesitation:
                yield from hands.wait(rng.exponential(skill.hesitation_s))
            pace = float(np.clip(1 + rng.normal(0.0, 0.3 * (skill.pace - 0.8)), 0.4, 1.8))
            told = int(rng.uniform(800, 2000))
        told -= 1
        at += pace * speed_m_s * PERIOD_S / _APART_M
        ahead = way[min(int(at), len(way) - 1)] - goal
        closing = np.minimum(np.maximum(_CLOSING * (goal - hands.tip_m(0)), -_FASTEST_M), _FASTEST_M)
        hands.position_m[0] += hands.scale * (ahead + closing)
        yield
