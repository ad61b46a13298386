"""Whole flights: through a made bent tube, and through the colon of a real abdomen."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from abaton.geometry.mesh import vertex_normals
from abaton.imaging.flythrough import Flight, View, fly
from abaton.imaging.flythrough.curves import flight_curve
from abaton.imaging.flythrough.inside_view import inside_view
from abaton.imaging.flythrough.rays import cells_of
from abaton.pages import png_address
from tests.imaging.flythrough.tubes import arc, tube

ABDOMEN = Path(__file__).parents[4] / "shared/data/imaging/abdomen_ct"


@pytest.fixture(scope="module")
def bent() -> Flight:
    mask, grid = tube(arc(45, 180), 10.0)
    return fly(mask, grid, both_ways=True)


def test_there_and_back_shows_a_smooth_tube_nearly_whole(bent: Flight) -> None:
    seen = bent.coverage
    assert seen.forward < seen.both
    assert seen.both > 0.98
    # 180 degrees of torus and two half spheres.
    closed = 2 * np.pi * 10 * np.pi * 45 + 4 * np.pi * 100
    assert seen.wall_mm2 == pytest.approx(closed, rel=0.04)
    assert bent.path.clearance_mm.min() > 3


def test_a_narrower_view_sees_less() -> None:
    mask, grid = tube(arc(45, 180), 10.0)
    wide, narrow = (fly(mask, grid, View(field_of_view_deg=degrees)).coverage.forward for degrees in (120.0, 50.0))
    assert narrow < wide - 0.05


def test_a_picture_from_inside_is_bright_near_and_dark_far(bent: Flight) -> None:
    cells = cells_of(bent.wall, 2.0)
    middle = len(bent.path.along_mm) // 2
    picture = inside_view(
        bent.wall,
        cells,
        vertex_normals(bent.wall),
        np.zeros(len(bent.wall.faces), dtype=bool),
        bent.path.positions_mm[middle],
        bent.path.directions[middle],
        bent.path.ups[middle],
        100.0,
        pixels=64,
    )
    assert picture.shape == (64, 64, 3)
    assert picture.min() > 5  # a closed wall: no ray escapes
    edge = picture[[0, -1]].mean()
    assert edge > 1.3 * picture[26:38, 26:38].mean()
    assert (picture[..., 0] > picture[..., 2]).all()  # flesh, and not what is missed
    assert png_address(picture).startswith("data:image/png;base64,")


def test_the_curve_is_sound_svg(bent: Flight) -> None:
    from xml.etree import ElementTree

    picture = flight_curve(bent.path, bent.coverage)
    root = ElementTree.fromstring(picture)  # noqa: S314 our own text
    words = [element.text for element in root.iter() if element.text]
    assert "Distance to the wall, mm" in words
    assert "seen on the way back" in words
    assert "nan" not in picture


@pytest.mark.skipif(not ABDOMEN.is_dir(), reason="the abdomen CT is not beside this checkout")
def test_the_colon_of_a_real_abdomen_is_flown_from_rectum_to_caecum() -> None:
    import nibabel

    from abaton.geometry.grid import Grid

    library: Any = nibabel
    image = library.load(ABDOMEN / "labels.nii.gz")
    labels: NDArray[np.uint8] = np.asarray(image.dataobj)
    to_lps: NDArray[np.float64] = np.diag([-1.0, -1.0, 1.0, 1.0]) @ image.affine
    grid = Grid.of(labels.T.shape, to_lps[:, [2, 1, 0, 3]])
    # The label shows no wall where loops of bowel touch; these points keep to the bowel's own course: the sigmoid's
    # loop, the descending colon, the splenic flexure, the transverse colon, the hepatic flexure, the ascending colon.
    course = [(112, -218, 295), (130, -188, 295), (119.5, -148, 295), (115, -187, 379), (70, -227, 403)]
    course += [(-44, -242, 337), (-77, -197, 325), (-110, -173, 292)]
    colon = labels.T == 20
    flight = fly(colon, grid, both_ways=True, through_mm=course)
    assert 900 < flight.path.along_mm[-1] < 2000
    inside = grid.to_index(flight.path.positions_mm).round().astype(int)
    assert colon[tuple(inside.T)].mean() > 0.999
    assert flight.path.clearance_mm.min() > 1.0
    assert flight.line.unvisited == ()
    assert flight.coverage.both > 0.95
    assert flight.coverage.both > flight.coverage.forward
    # Without them the way finds the skipped loops by itself, if not always through their right mouth.
    alone = fly(colon, grid, both_ways=True)
    assert alone.line.unvisited == ()
    assert len(alone.line.through_mm) > 3
    assert alone.coverage.both > 0.95
