from importlib import resources
from pathlib import Path

import msgspec
import nibabel
import numpy as np
import pytest

from abaton.imaging.importing.found import ImportedSeries
from abaton.imaging.sample import make, read_sample
from abaton.imaging.sample.reading import ABOUT, VOXELS, About
from abaton.imaging.store.soundness import check_series

ORIGINAL = Path(__file__).parents[4] / "shared/data/imaging/t1_head_dicom/dicoms"
FOLDER = resources.files("abaton.imaging.sample")


@pytest.fixture(scope="module")
def sample() -> ImportedSeries:
    return read_sample()


def test_sample_is_small_and_sound(sample: ImportedSeries) -> None:
    assert len((FOLDER / VOXELS).read_bytes()) <= 8_000_000
    check_series(sample)
    assert sample.volume.grid.spacing_mm == pytest.approx((1.0, 1.0, 1.0), abs=1e-9)
    assert sample.volume.certificate.certified
    assert sample.privacy.verified


def test_sample_is_a_head_with_air_around_it(sample: ImportedSeries) -> None:
    values = sample.volume.voxels
    index = np.argwhere(values > 15)
    extent_mm = index.max(axis=0) - index.min(axis=0)
    assert (extent_mm > 150).all()
    # Rims are air: the head was not cut by the resampling at the top, front and back.
    assert np.percentile(values[:, :2], 95) < 15


def test_file_of_voxels_says_itself_where_it_lies(sample: ImportedSeries) -> None:
    with resources.as_file(FOLDER / VOXELS) as path:
        image = nibabel.Nifti1Image.from_filename(path)
        to_lps = np.diag([-1.0, -1.0, 1.0, 1.0])
        np.testing.assert_allclose((to_lps @ image.affine)[:, [2, 1, 0, 3]], sample.volume.grid.affine, atol=1e-4)


def test_notice_stands_beside_it() -> None:
    assert "Public Domain Dedication" in (FOLDER / "NOTICE.md").read_text()


@pytest.mark.skipif(not ORIGINAL.is_dir(), reason="the original scan is not on this machine")
def test_making_it_again_gives_the_same_grid_and_values(tmp_path: Path) -> None:
    make.main(ORIGINAL, tmp_path)
    made, kept = (msgspec.json.decode((folder / ABOUT).read_bytes(), type=About) for folder in (tmp_path, FOLDER))
    assert made.grid == kept.grid
    assert made.certificate.error_mm == pytest.approx(kept.certificate.error_mm, abs=1e-9)
    assert (tmp_path / VOXELS).read_bytes() == (FOLDER / VOXELS).read_bytes()
