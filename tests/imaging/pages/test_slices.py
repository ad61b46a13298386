import base64
import io
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from scipy.spatial.transform import Rotation

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.imaging.certificate import GeometryCertificate
from abaton.imaging.pages import PLANES, Mark, Overlay, Plane, Window, fullest_index, index_at, slice_picture
from abaton.imaging.pages.planes import layout_of, side
from abaton.imaging.pages.windows import SOFT_TISSUE, display_window
from abaton.imaging.volume import Volume

CERTIFICATE = GeometryCertificate("header", True, (), 0.0, 0.0, "SPL")
SIZES_MM = (3.0, 1.0, 2.0)
BLACK_TO_WHITE = Window(0.0, 255.0, "all")

# World directions (LPS) of the array's three axes, for every way in which scans are commonly stored.
AXES = {
    "axial": ([0, 0, 1], [0, 1, 0], [1, 0, 0]),
    "axial from above, RAS": ([0, 0, -1], [0, -1, 0], [-1, 0, 0]),
    "coronal": ([0, 1, 0], [0, 0, -1], [1, 0, 0]),
    "sagittal": ([1, 0, 0], [0, 0, -1], [0, 1, 0]),
    "sagittal from the left": ([-1, 0, 0], [0, 0, 1], [0, -1, 0]),
    "mirrored": ([0, 0, 1], [0, 1, 0], [-1, 0, 0]),
}


def grid_of(axes: str, shape: tuple[int, int, int] = (9, 11, 13)) -> Grid:
    affine = np.eye(4)
    affine[:3, :3] = np.array(AXES[axes], dtype=np.float64).T * SIZES_MM
    affine[:3, 3] = (10, -20, 30)
    return Grid.of(shape, affine)


def with_bright(grid: Grid, towards: list[float]) -> Volume:
    """Black, but for the two outermost layers of voxels on one side of the patient."""
    index = np.moveaxis(np.indices(grid.shape), 0, -1)
    along = grid.to_world(index) @ np.array(towards, dtype=np.float64)
    outermost = np.unique(np.round(along, 6))[-2:]
    voxels = np.where(np.isin(np.round(along, 6), outermost), 255, 0).astype(np.int16)
    return Volume(voxels, grid, CERTIFICATE, modality="MR")


def pixels(picture: str) -> NDArray[np.uint8]:
    found = re.search(r'href="data:image/png;base64,([^"]+)"', picture)
    assert found is not None
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(found[1]))))


# Where a bright side of the patient must come to lie (radiological convention): edge of the picture.
EDGES: list[tuple[Plane, list[float], tuple[slice, slice]]] = [
    ("axial", [1, 0, 0], np.s_[:, -1:]),  # the patient's left is at the right
    ("axial", [0, -1, 0], np.s_[:1, :]),  # the front is at the top
    ("coronal", [1, 0, 0], np.s_[:, -1:]),
    ("coronal", [0, 0, 1], np.s_[:1, :]),  # the head is at the top
    ("sagittal", [0, -1, 0], np.s_[:, :1]),  # the face looks to the left
    ("sagittal", [0, 0, 1], np.s_[:1, :]),
]


@pytest.mark.parametrize("axes", AXES)
@pytest.mark.parametrize(("plane", "towards", "edge"), EDGES)
def test_slices_are_turned_as_radiologists_expect(
    axes: str, plane: Plane, towards: list[float], edge: tuple[slice, slice]
) -> None:
    volume = with_bright(grid_of(axes), towards)
    shown = pixels(slice_picture(volume, plane, window=BLACK_TO_WHITE).picture)
    assert (shown[edge] == 255).all()
    assert 0 < (shown == 255).mean() < 0.5


@pytest.mark.parametrize("axes", AXES)
def test_letters_are_those_of_the_sides(axes: str) -> None:
    letters = {plane: layout_of(grid_of(axes), plane) for plane in PLANES}
    assert [(one.left, one.right, one.top, one.bottom) for one in letters.values()] == [
        ("R", "L", "A", "P"),
        ("R", "L", "S", "I"),
        ("A", "P", "S", "I"),
    ]


@given(st.integers(0, 2**32 - 1))
def test_every_rotation_has_three_planes_and_letters_of_where_they_lead(seed: int) -> None:
    rotation = Rotation.random(rng=np.random.default_rng(seed)).as_matrix()
    affine = np.eye(4)
    affine[:3, :3] = rotation * SIZES_MM
    grid = Grid.of((5, 6, 7), affine)
    layouts = [layout_of(grid, plane) for plane in PLANES]
    assert {one.normal for one in layouts} == {0, 1, 2}
    for one in layouts:
        assert {one.normal, one.down, one.across} == {0, 1, 2}
        right = rotation[:, one.across] * (-1 if one.flip_across else 1)
        assert one.right == side(right)
        assert one.left == side(-right)
        # The first letter is that of the strongest component.
        strongest = int(np.argmax(np.abs(right)))
        assert one.right[0] == ("RL", "AP", "IS")[strongest][int(right[strongest] > 0)]


def test_picture_is_true_to_millimetres() -> None:
    figure = slice_picture(with_bright(grid_of("axial"), [1, 0, 0]), "axial")
    assert 'viewBox="0.0000 0.0000 26.0000 11.0000"' in figure.picture
    assert figure.width_mm == pytest.approx(26)
    assert 'preserveAspectRatio="none"' in figure.picture


@pytest.mark.parametrize("axes", AXES)
@pytest.mark.parametrize("plane", PLANES)
def test_mark_lies_on_the_voxel_that_it_names(axes: str, plane: Plane) -> None:
    grid = grid_of(axes)
    layout = layout_of(grid, plane)
    voxels = np.zeros(grid.shape, np.int16)
    at = (6, 2, 9)
    voxels[at] = 255
    world = tuple(grid.to_world(at).tolist())
    volume = Volume(voxels, grid, CERTIFICATE)
    figure = slice_picture(volume, plane, at[layout.normal], marks=[Mark(world, world)], window=BLACK_TO_WHITE)
    found = re.search(r'<circle cx="([\d.]+)" cy="([\d.]+)"', figure.picture)
    assert found is not None
    row, column = np.argwhere(pixels(figure.picture) == 255)[0]
    expected = ((column + 0.5) * SIZES_MM[layout.across], (row + 0.5) * SIZES_MM[layout.down])
    assert (float(found[1]), float(found[2])) == pytest.approx(expected, abs=0.01)
    assert index_at(grid, plane, world) == at[layout.normal]


@pytest.mark.parametrize("axes", AXES)
def test_outline_runs_around_what_is_labelled(axes: str) -> None:
    grid = grid_of(axes)
    mask = np.zeros(grid.shape, np.bool_)
    mask[2:5, 3:7, 4:9] = True
    volume = Volume(mask.astype(np.int16) * 255, grid, CERTIFICATE)
    for plane in PLANES:
        layout = layout_of(grid, plane)
        figure = slice_picture(
            volume, plane, fullest_index(mask, grid, plane), [Overlay("thing", "#123456", mask)], window=BLACK_TO_WHITE
        )
        (path,) = re.findall(r'<path d="(M[^"]+Z)" fill="#123456"', figure.picture)
        points = np.array([[float(number) for number in point.split()] for point in re.split("[ML]", path[1:-1])])
        rows, columns = np.nonzero(pixels(figure.picture) == 255)
        # The line runs halfway between the outermost voxels and their neighbours: at their faces.
        across, down = SIZES_MM[layout.across], SIZES_MM[layout.down]
        assert points.min(axis=0) == pytest.approx([columns.min() * across, rows.min() * down], abs=0.011)
        assert points.max(axis=0) == pytest.approx([(columns.max() + 1) * across, (rows.max() + 1) * down], abs=0.011)


@pytest.mark.parametrize("axes", AXES)
def test_closeup_shows_what_it_is_of_with_a_margin(axes: str) -> None:
    grid = grid_of(axes, (60, 70, 80))
    mask = np.zeros(grid.shape, np.bool_)
    mask[30:34, 40:45, 35:37] = True
    for plane in PLANES:
        layout = layout_of(grid, plane)
        figure = slice_picture(Volume(mask.astype(np.int16), grid, CERTIFICATE), plane, closeup=mask)
        found = re.search(r'viewBox="([\d. ]+)"', figure.picture)
        assert found is not None
        left, top, width, height = map(float, found[1].split())
        mids = layout.on_screen_mm(grid, grid.to_world(np.argwhere(mask)))
        half = np.array([SIZES_MM[layout.across], SIZES_MM[layout.down]]) / 2
        whole = np.array([grid.shape[layout.across], grid.shape[layout.down]]) * half * 2
        expected = np.maximum(mids.min(axis=0) - half - 20, 0), np.minimum(mids.max(axis=0) + half + 20, whole)
        np.testing.assert_allclose([[left, top], [left + width, top + height]], expected, atol=1e-3)


def test_names_in_a_picture_cannot_break_out_of_it() -> None:
    grid = grid_of("axial")
    mask = np.ones(grid.shape, np.bool_)
    figure = slice_picture(
        Volume(mask.astype(np.int16), grid, CERTIFICATE), "axial", None,
        [Overlay("</title><script>alert(1)</script>", '"><script>', mask)],
    )  # fmt: skip
    assert "<script" not in figure.picture


def test_every_picture_says_that_it_is_not_for_diagnosis() -> None:
    assert "not for primary diagnosis" in slice_picture(with_bright(grid_of("axial"), [1, 0, 0]), "axial").picture


def test_what_was_not_measured_is_black() -> None:
    voxels = np.full((3, 4, 5), 200, np.float32)
    voxels[1, 0, 0] = np.nan
    voxels[1, 0, 1] = -1
    volume = Volume(voxels, grid_of("axial", (3, 4, 5)), CERTIFICATE, padding=-1)
    shown = pixels(slice_picture(volume, "axial", 1, window=Window(-100, 100, "any")).picture)
    assert (shown == 0).sum() == 2
    assert (shown == 255).sum() == 18


@pytest.mark.parametrize("index", [-1, 9])
def test_slice_that_there_is_not(index: int) -> None:
    with pytest.raises(Problem, match="0 to 8"):
        slice_picture(with_bright(grid_of("axial"), [1, 0, 0]), "axial", index)


def test_overlay_of_another_scan_is_refused() -> None:
    with pytest.raises(Problem, match="overlay"):
        slice_picture(
            with_bright(grid_of("axial"), [1, 0, 0]),
            "axial",
            None,
            [Overlay("x", "#fff", np.ones((2, 2, 2), np.bool_))],
        )


def test_ct_is_shown_in_the_soft_tissue_window_and_others_by_their_values() -> None:
    grid = grid_of("axial")
    ramp = np.linspace(0, 1000, 9 * 11 * 13).reshape(grid.shape).astype(np.int16)
    assert display_window(Volume(ramp, grid, CERTIFICATE, modality="CT", unit="HU")) == SOFT_TISSUE
    window = display_window(Volume(ramp, grid, CERTIFICATE, modality="MR", slope=2.0, intercept=100.0))
    assert (window.low, window.high) == pytest.approx((120, 2090), abs=12)
    nothing = display_window(Volume(np.full(grid.shape, np.nan, np.float32), grid, CERTIFICATE))
    assert nothing.high > nothing.low
