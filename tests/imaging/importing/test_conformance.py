"""Real series of scanners: certified within 0.01 mm, or resampled or refused for the right reason."""

from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray

from abaton.geometry.grid import Grid
from abaton.imaging.certificate import TOLERANCE_MM
from abaton.imaging.importing.dicom import Read, read_volumes
from abaton.imaging.importing.labels import turned
from abaton.imaging.volume import Volume

DATA = Path(__file__).parents[4] / "shared/data/imaging"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the real scans are not beside the checkout: {DATA}")

CERTIFIED = (
    "ge/anatomical/001",
    "ge/anatomical/001_implicit",
    "generic/compressed_jpegls/001",
    "generic/compressed_rle/001",
    "siemens/anatomical/001",
    "siemens/anatomical/001_implicit",
    "siemens_multiframe/anatomical/001",
)


def read(folder: str) -> Read:
    return read_volumes(sorted(path for path in (DATA / folder).iterdir() if path.is_file()))


def only(folder: str) -> Volume:
    found = read(folder)
    assert found.skipped == ()
    (series,) = found.series
    return series.volume


def truth(path: Path) -> tuple[NDArray[Any], Grid]:
    """Another program's NIfTI, read by nibabel, in the order third, second, first axis and LPS."""
    library: Any = nibabel
    image = library.load(path)
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ image.affine
    voxels = np.asarray(image.dataobj).transpose(2, 1, 0)
    return voxels, Grid.of(voxels.shape, affine[:, [2, 1, 0, 3]])


@pytest.mark.parametrize("series", CERTIFIED)
@pytest.mark.parametrize("kind", ["", "_reoriented"])
def test_certified_and_equal_to_the_truth_voxel_for_voxel(series: str, kind: str):
    volume = only(f"conformance/{series}")
    assert volume.certificate.certified
    assert volume.certificate.evidence == "slice positions"
    assert volume.certificate.error_mm <= TOLERANCE_MM
    voxels, grid = truth(DATA / f"conformance/{series}_ground_truth{kind}.nii.gz")
    same = turned(voxels, grid, volume.grid)
    assert same is not None, "it lies elsewhere"
    assert np.array_equal(same * volume.slope + volume.intercept, volume.voxels * volume.slope + volume.intercept)


@pytest.mark.parametrize(
    ("series", "code"),
    [
        ("failing/slicecount/001", "too_few_slices"),
        ("ge/anatomical/001_single_slice", "too_few_slices"),
        ("failing/sliceorientation/001", "mixed_orientation"),
    ],
)
def test_refused(series: str, code: str):
    found = read(f"conformance/{series}")
    assert found.series == ()
    assert [skipped.code for skipped in found.skipped] == [code]


@pytest.mark.parametrize(
    ("series", "tilt_deg", "slices", "furthest_mm"),
    [
        # Positions: 18.1, 23.1, 28.1 and 38.1 mm; a line through them misses the third by 2 mm.
        ("failing/sliceincrement/001", 0.0, 5, 2.0),
        # Orientation (1 0 0) (0 0.9636 -0.2672): asin 0.26724 = 15.5 degrees, and the fourth of five slices missing.
        ("failing/sliceincrement/002", 15.5, 5, 0.519),
        # asin 0.24192 = 14 degrees, 5 mm apart along z: the ends are displaced by 7.5 mm * sin 14 = 1.814 mm.
        ("failing/gantrytilting/001", 14.0, 4, 1.814),
    ],
)
def test_resampled(series: str, tilt_deg: float, slices: int, furthest_mm: float):
    volume = only(f"conformance/{series}")
    certificate = volume.certificate
    assert (certificate.evidence, certificate.certified) == ("resampled", True)
    assert certificate.tilt_deg == pytest.approx(tilt_deg, abs=0.01)
    assert max(certificate.slice_errors_mm) == pytest.approx(furthest_mm, abs=0.002)
    assert certificate.error_mm <= TOLERANCE_MM
    assert len(volume.voxels) == slices
    axes = volume.grid.affine[:3, :3] / np.array(volume.grid.spacing_mm)
    np.testing.assert_allclose(axes.T @ axes, np.eye(3), atol=1e-9)


def test_a_resampled_volume_holds_the_recorded_slices_at_their_places():
    """Slices of the tilted CT, looked up in the resampled volume where their headers say that they lie."""
    reader: Any = pydicom

    volume = only("conformance/failing/gantrytilting/001")
    for path in sorted((DATA / "conformance/failing/gantrytilting/001").iterdir()):
        header = reader.dcmread(path)
        position = np.array(header.ImagePositionPatient, float)
        row, column = np.array(header.ImageOrientationPatient, float).reshape(2, 3)
        rows, columns = np.meshgrid(np.arange(40, 470, 7), np.arange(40, 470, 7), indexing="ij")
        down, right = header.PixelSpacing
        world = position + rows[..., None] * down * column + columns[..., None] * right * row
        found = volume.grid.to_index(world)
        a, b, c = np.rint(found[..., 0]).astype(int), found[..., 1], found[..., 2]
        assert np.abs(found[..., 0] - a).max() < 1e-3
        low = np.floor(b).astype(int)
        part = b - low
        cc = np.rint(c).astype(int)
        seen = volume.voxels[a, low, cc] * (1 - part) + volume.voxels[a, low + 1, cc] * part
        # The volume mixes neighbouring rows once, this look-up once more: within the spread of the three.
        recorded = header.pixel_array.astype(float)
        around = np.stack([recorded[rows + d, columns] for d in (-1, 0, 1)])
        assert (seen >= around.min(axis=0) - 1).all()
        assert (seen <= around.max(axis=0) + 1).all()


def test_the_head_and_the_abdomen():
    head = only("t1_head_dicom/dicoms")
    assert head.voxels.shape == (384, 384, 274)
    np.testing.assert_allclose(head.grid.spacing_mm, (0.66667, 0.66667, 0.69999), atol=1e-4)
    assert (head.modality, head.certificate.orientation) == ("MR", "SPL")
    assert head.certificate.error_mm < 1e-5
    abdomen = only("abdomen_ct/dicom_j2k")
    assert abdomen.voxels.shape == (20, 512, 512)
    # Slice thickness is 3 mm; the positions are 2 mm apart.
    np.testing.assert_allclose(abdomen.grid.spacing_mm, (2.0, 0.9765625, 0.9765625))
    assert (abdomen.modality, abdomen.unit, abdomen.slope, abdomen.intercept) == ("CT", "HU", 1.0, -1024.0)
