"""Flights: inside, smooth, without roll, at a speed that can be borne."""

import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.imaging.flythrough import CameraPath, Comfort, Lumen, camera_path, centreline, lumen_of, turned_back
from abaton.imaging.flythrough.camera import frame_along
from tests.imaging.flythrough.tubes import arc, tube


@pytest.fixture(scope="module")
def bent() -> tuple[Lumen, CameraPath]:
    quarter = arc(45, 200)
    rising = quarter + np.stack([0 * quarter[:, 0], 0 * quarter[:, 0], np.linspace(0, 70, len(quarter))], axis=-1)
    mask, grid = tube(rising, 10.0)
    lumen = lumen_of(mask, grid)
    return lumen, camera_path(centreline(lumen), lumen)


def test_the_camera_stays_inside_with_the_clearance_that_is_stated(bent: tuple[Lumen, CameraPath]) -> None:
    lumen, path = bent
    assert np.array_equal(path.clearance_mm, lumen.clearance_at(path.positions_mm))
    assert path.clearance_mm.min() > 4.0
    assert path.tightest_bend_mm >= 8.0


def test_steps_are_equal_and_the_length_is_that_of_the_tube(bent: tuple[Lumen, CameraPath]) -> None:
    _, path = bent
    steps = np.linalg.norm(np.diff(path.positions_mm, axis=0), axis=1)
    assert steps == pytest.approx(np.full(len(steps), steps.mean()), rel=0.02)
    assert path.along_mm[-1] == pytest.approx(np.hypot(45 * np.radians(200), 70), rel=0.08)


def test_the_camera_looks_along_its_way_and_does_not_roll(bent: tuple[Lumen, CameraPath]) -> None:
    _, path = bent
    assert np.linalg.norm(path.orientations, axis=1) == pytest.approx(1.0)
    tangents = np.gradient(path.positions_mm, axis=0)
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    assert (tangents * path.directions).sum(1).min() > np.cos(np.radians(12))
    assert np.abs((path.ups * path.directions).sum(1)).max() < 1e-9
    # Roll: what turns the up vector about the line of sight from one sample to the next.
    turned = np.diff(path.ups, axis=0)
    across = np.cross(path.directions, path.ups)[:-1]
    assert np.abs((turned * across).sum(1)).max() < np.radians(0.2)


def test_in_a_flat_bend_up_stays_up() -> None:
    looks = np.gradient(arc(50, 180, 200), axis=0)
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    quaternions = frame_along(looks)
    from scipy.spatial.transform import Rotation

    axes = Rotation.from_quat(quaternions).as_matrix()
    assert axes[:, :, 2] == pytest.approx(-looks)
    assert axes[:, 2, 1] == pytest.approx(np.full(200, axes[0, 2, 1]))
    assert np.linalg.det(axes) == pytest.approx(1.0)


def test_speed_and_turning_stay_below_their_bounds(bent: tuple[Lumen, CameraPath]) -> None:
    lumen, _ = bent
    for comfort in (Comfort(), Comfort(speed_mm_s=40, turning_deg_s=15, acceleration_mm_s2=5)):
        path = camera_path(centreline(lumen), lumen, comfort)
        seconds = np.diff(path.times_s)
        assert (seconds > 0).all()
        speed = np.diff(path.along_mm) / seconds
        assert speed.max() <= comfort.speed_mm_s * 1.001
        turns = np.degrees(np.arccos(np.clip((path.directions[1:] * path.directions[:-1]).sum(1), -1, 1)))
        assert (turns / seconds).max() <= comfort.turning_deg_s * 1.01
        middles = (path.times_s[1:] + path.times_s[:-1]) / 2
        assert np.abs(np.diff(speed) / np.diff(middles)).max() <= comfort.acceleration_mm_s2 * 1.1


def test_the_way_back_looks_back(bent: tuple[Lumen, CameraPath]) -> None:
    _, path = bent
    back = turned_back(path)
    assert np.array_equal(back.positions_mm, path.positions_mm[::-1])
    assert back.directions == pytest.approx(-path.directions[::-1])
    assert back.ups == pytest.approx(path.ups[::-1])
    assert back.times_s[0] == 0
    assert (np.diff(back.times_s) > 0).all()


@pytest.mark.parametrize(
    "comfort", [Comfort(speed_mm_s=0), Comfort(turning_deg_s=float("nan")), Comfort(clearance_share=1.5)]
)
def test_bounds_that_cannot_be_are_told(bent: tuple[Lumen, CameraPath], comfort: Comfort) -> None:
    lumen, _ = bent
    with pytest.raises(Problem) as problem:
        camera_path(centreline(lumen), lumen, comfort)
    assert problem.value.code == "comfort_unusable"
