"""Makes the sample from the public-domain T1 head: `python -m abaton.imaging.sample.make PATH`.

The scan has voxels of 0.700 x 0.667 x 0.667 mm. A Gaussian takes away what a grid of 1 mm cannot hold (its width makes
up the difference between a voxel of the scan and one of 1 mm), cubic B-splines interpolate, and values are rounded to
whole numbers. The same files give the same bytes.
"""

import gzip
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.geometry.grid import Grid
from abaton.imaging.certificate import GeometryCertificate
from abaton.imaging.importing.found import ImportedSeries
from abaton.imaging.sample.reading import ABOUT, VOXELS, About

SPACING_MM = 1.0
_WIDTH_OF_HALF_HEIGHT = 2.354820045
"""Of a Gaussian with a standard deviation of 1."""
_GZIP_LEVEL = 9
_KEY = b"the sample holds no UIDs"


def main(path: Path, folder: Path) -> None:
    """Reads the scan at a path and writes the two files of the sample."""
    from abaton.imaging.importing.reading import read_files
    from abaton.imaging.privacy.uids import UidMap

    files = sorted(one for one in path.rglob("*") if one.is_file())
    (series,) = read_files(files, UidMap(_KEY), lambda _doing, _share: None).series
    grid, voxels = resampled(series)
    (folder / VOXELS).write_bytes(nifti(voxels, grid))
    about = About(grid, _certificate(series), series.privacy, "T1 head, 1 mm", series.files)
    (folder / ABOUT).write_bytes(msgspec.json.format(msgspec.json.encode(about)) + b"\n")


def resampled(series: ImportedSeries) -> tuple[Grid, NDArray[np.int16]]:
    """The scan on a grid of 1 mm with the same axes and the same middle."""
    volume = series.volume
    spacing = np.array(volume.grid.spacing_mm)
    counts = np.array(volume.grid.shape)
    fewer = np.floor((counts - 1) * spacing / SPACING_MM).astype(int) + 1
    directions = volume.grid.affine[:3, :3] / spacing
    affine = np.eye(4)
    affine[:3, :3] = directions * SPACING_MM
    affine[:3, 3] = volume.grid.to_world((counts - 1) / 2) - affine[:3, :3] @ ((fewer - 1) / 2)
    grid = Grid.of(fewer, affine)
    widths = np.sqrt(np.maximum(SPACING_MM**2 - spacing**2, 0)) / _WIDTH_OF_HALF_HEIGHT
    values = _interpolated(volume.values(), volume.grid, grid, widths)
    return grid, np.clip(np.rint(values), 0, np.iinfo(np.int16).max).astype(np.int16)


def nifti(voxels: NDArray[np.int16], grid: Grid) -> bytes:
    """A NIfTI file, compressed, without a time stamp."""
    import nibabel

    to_ras = np.diag([-1.0, -1.0, 1.0, 1.0])
    affine = (to_ras @ grid.affine)[:, [2, 1, 0, 3]]
    untyped: Any = nibabel
    image = untyped.Nifti1Image(voxels.T, affine)
    image.header.set_xyzt_units("mm")
    return gzip.compress(image.to_bytes(), _GZIP_LEVEL, mtime=0)


def _interpolated(values: NDArray[np.float32], grid: Grid, onto: Grid, widths_mm: NDArray[np.float64]) -> Any:
    import SimpleITK

    itk: Any = SimpleITK
    image = itk.GetImageFromArray(values)
    directions = grid.affine[:3, :3] / np.array(grid.spacing_mm)
    image.SetSpacing(tuple(reversed(grid.spacing_mm)))
    image.SetOrigin(grid.affine[:3, 3].tolist())
    image.SetDirection(directions[:, ::-1].ravel().tolist())
    smooth = itk.DiscreteGaussian(image, (widths_mm[::-1] ** 2).tolist(), 9, 0.001, True)
    size = [int(count) for count in reversed(onto.shape)]
    origin, spacing = onto.affine[:3, 3].tolist(), list(reversed(onto.spacing_mm))
    onto_mm = itk.Resample(
        smooth, size, itk.Transform(), itk.sitkBSpline, origin, spacing, image.GetDirection(), 0.0, itk.sitkFloat32
    )
    return itk.GetArrayFromImage(onto_mm)


def _certificate(series: ImportedSeries) -> GeometryCertificate:
    was = series.volume.certificate
    spacing = " x ".join(f"{mm:.3f}" for mm in series.volume.grid.spacing_mm)
    remark = f"Computed on a grid of 1 mm from a certified scan of {spacing} mm, of which the figures here tell."
    return msgspec.structs.replace(was, evidence="resampled", remarks=(*was.remarks, remark))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).parent)
