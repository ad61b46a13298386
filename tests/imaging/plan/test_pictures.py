import numpy as np
import pytest

from abaton.geometry.surface import surface_of
from abaton.imaging.plan.distance_colors import BELOW, colors_of, hex_color, histogram
from abaton.imaging.plan.surface_picture import SIDES, surface_picture
from tests.imaging.plan.made import ball, grid_of


def test_colours_grow_lighter_with_distance_and_break_at_the_margin() -> None:
    colors = colors_of(np.linspace(5, 50, 30), 5.0, 50.0).astype(float)
    luminance = colors @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(luminance) > 0).all()
    assert hex_color(4.99, 5.0, 50.0) == BELOW
    assert hex_color(5.0, 5.0, 50.0) == "#1a3670"
    assert hex_color(np.inf, 5.0, 50.0) == hex_color(50.0, 5.0, 50.0)


def test_no_distance_is_drawn_in_the_red_that_means_stop() -> None:
    red, green, blue = colors_of(np.linspace(-5, 60, 200), 5.0, 50.0).astype(float).T
    assert not ((red > 150) & (green < 90) & (blue < 90)).any()


def test_bars_are_as_high_as_their_areas() -> None:
    drawn = histogram(np.array([0.0, 2.0, 4.0, 6.0]), np.array([10.0, 40.0, 20.0]), 2.0, 6.0, [2.0])
    heights = [float(part.split('"')[0]) for part in drawn.split(' height="')[1:]]
    assert heights[:3] == pytest.approx([heights[1] / 4, heights[1], heights[1] / 2], abs=0.1)
    assert "0.0 to 2.0 mm: 10 mm²" in drawn
    assert drawn.count(BELOW) == 1


def test_a_ball_is_a_disc_from_every_side_and_its_near_half_is_seen() -> None:
    grid = grid_of((40, 40, 40))
    mesh = surface_of(ball(grid, (19.5, 19.5, 19.5), 12.0), grid)
    colors = np.zeros((len(mesh.vertices_mm), 3), dtype=np.uint8)
    colors[:, 1] = np.where(mesh.vertices_mm[:, 1] < 19.5, 200, 0)  # the patient's front
    colors[:, 2] = np.where(mesh.vertices_mm[:, 0] > 19.5, 200, 0)  # the patient's left
    pictures = {side[0]: surface_picture(mesh, colors, side, 25.0) for side in SIDES}
    for picture in pictures.values():
        disc = np.count_nonzero(picture[..., 3]) / picture[..., 3].size
        assert disc == pytest.approx(np.pi / 4 * (24 / 25 / 1.06) ** 2, rel=0.05)
    front, back = pictures["from the front"], pictures["from the back"]
    assert front[150, 150, 1] > 150
    assert back[150, 150, 1] == 0
    # Who looks from the front sees the patient's left at the right, as in radiology.
    assert front[150, 220, 2] > 100
    assert front[150, 80, 2] == 0
    above = pictures["from above"]
    assert above[80, 150, 1] > 100
    assert above[150, 80, 2] > 100
