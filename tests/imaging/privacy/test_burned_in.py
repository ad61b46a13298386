from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from abaton.imaging.privacy.burned_in import text_areas


def noise(rows: int = 256, columns: int = 256) -> np.ndarray:
    return np.abs(np.random.default_rng(7).normal(20, 6, (rows, columns)))


def tissue(rows: int = 256, columns: int = 256) -> np.ndarray:
    """Smooth blobs to the very edge, with a sharp bright ring: what anatomy looks like to the detector."""
    y, x = np.mgrid[:rows, :columns] / rows
    smooth = 200 * np.sin(9 * x) ** 2 * np.cos(7 * y + 3 * x) ** 2
    radius = np.hypot(x - 0.5, y - 0.5)
    return smooth + 600 * (np.abs(radius - 0.42) < 0.02) + noise(rows, columns) / 4


def written(picture: np.ndarray, text: str, at: tuple[int, int], size: int, ink: float = 255) -> np.ndarray:
    page = Image.new("L", picture.shape[::-1])
    ImageDraw.Draw(page).text(at, text, font=ImageFont.load_default(size=size), fill=255)
    share = np.asarray(page) / 255
    return picture * (1 - share) + share * ink


@pytest.mark.parametrize("size", [9, 12, 16, 24, 40])
@pytest.mark.parametrize("at", [(6, 6), (6, 200), (120, 226)])
@pytest.mark.parametrize("ground", [noise, tissue])
def test_printed_letters_at_the_edge_are_found(size: int, at: Any, ground: Any):
    picture = written(ground(), "SMITH^JOHN 12.03.1945", at, size, ink=800)
    areas = text_areas(picture)
    assert areas
    row = at[1] + size / 2
    assert any(area.row - 64 <= row <= area.row + area.rows + 64 for area in areas)


def test_dark_letters_on_a_bright_ground_are_found():
    assert text_areas(written(noise() + 500, "HOSPITAL 4711 SMITH", (6, 6), 16, ink=0))


@pytest.mark.parametrize("ground", [noise, tissue])
def test_pictures_without_text_are_not_suspected(ground: Any):
    assert text_areas(ground()) == ()
    assert text_areas(np.stack([ground()] * 12)) == ()


def test_text_in_one_captured_slice_of_few_is_found():
    slices = np.stack([noise() for _ in range(5)])
    slices[3] = written(slices[3], "SMITH^JOHN", (6, 6), 16)
    assert {area.slice_index for area in text_areas(slices)} == {3}


@pytest.mark.parametrize(
    "voxels",
    [
        np.zeros((3, 64, 64)),
        np.full((64, 64), np.nan),
        np.zeros((0, 64, 64)),
        np.zeros((1, 4, 4)),
        np.full((2, 64, 64), -32768, np.int16),
    ],
)
def test_odd_pictures_are_looked_at_without_harm(voxels: Any):
    assert text_areas(voxels) == ()


@pytest.mark.parametrize("name", ["glioma/t1.nii.gz", "glioma/flair.nii.gz"])
def test_real_heads_are_not_suspected(name: str):
    nibabel = pytest.importorskip("nibabel")
    path = Path(__file__).parents[4] / "shared/data/imaging" / name
    if not path.is_file():
        pytest.skip("the shared recordings are not beside this checkout")
    assert text_areas(np.asarray(nibabel.load(path).dataobj).T) == ()
