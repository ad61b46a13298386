"""What the benchmark `raycast` draws: real scans as bytes, the views around them, the transfer functions."""

import json
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

DATA = Path(__file__).parents[2] / "shared" / "data" / "imaging"
VIEWPORT_PX = 256
VOXEL_MM = 1.0
VIEWS = 12

Vector = tuple[float, float, float]


class TransferPoint(msgspec.Struct, frozen=True):
    """Colour, 0 to 1, and opacity of 1 mm at a place in the byte range, 0 to 1; straight lines between."""

    at: float
    color: Vector
    opacity: float


class View(msgspec.Struct, frozen=True):
    """An orthographic view from outside: degrees, and the unit vectors of the picture. `back` points at the viewer."""

    azimuth: float
    elevation: float
    right: Vector
    up: Vector
    back: Vector


class Scan(msgspec.Struct, frozen=True, eq=False):
    """A volume of bytes about the world's origin; x towards the right, y to the front, z to the head.

    Attributes:
        values: uint8, (z, y, x), cubes of `VOXEL_MM`.
        transfer: Points in rising order from 0 to 1.
        half_height_mm: From the middle of the picture to its upper edge.
    """

    values: NDArray[np.uint8]
    transfer: tuple[TransferPoint, ...]

    @property
    def half_height_mm(self) -> float:
        """Three quarters of half the diagonal: the body fills the picture in every view."""
        return 0.75 * 0.5 * VOXEL_MM * math.hypot(*self.values.shape)


CT_RANGE_HU = (-1000.0, 1000.0)
"""Of byte 0 and byte 255."""


def views() -> list[View]:
    """An orbit in equal steps, from below, level and from above by turns."""
    return [view_from(360.0 * number / VIEWS, (10.0, 30.0, -10.0)[number % 3]) for number in range(VIEWS)]


def view_from(azimuth: float, elevation: float) -> View:
    """Niivue's view of this azimuth and elevation, which the others take over."""
    x = math.radians(270 - elevation)
    z = math.radians(azimuth - 180)
    about_x = np.array([[1, 0, 0], [0, math.cos(x), -math.sin(x)], [0, math.sin(x), math.cos(x)]])
    about_z = np.array([[math.cos(z), -math.sin(z), 0], [math.sin(z), math.cos(z), 0], [0, 0, 1]])
    right, up, _ = np.diag([-1.0, 1.0, 1.0]) @ about_x @ about_z
    back = np.cross(right, up)
    vectors = (cast("Vector", tuple(float(part) for part in vector)) for vector in (right, up, back))
    return View(azimuth, elevation, *vectors)


def t1(look: str) -> Scan:
    """The T1 head at 1 mm, cut to the head so that nobody gains by skipping the air beside it."""
    import SimpleITK as Itk

    itk: Any = Itk
    folder = DATA / "t1_head_dicom" / "dicoms"
    names = itk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder))
    values = _upright(itk.ReadImage(names))
    high = np.percentile(values[values > values.mean()], 99.5)
    scaled = np.clip(values / high * 255, 0, 255).round().astype(np.uint8)
    return Scan(_cut_to_body(scaled), preset(look, 0, 1))


def ct(look: str) -> Scan:
    """The CT of the abdomen, 3 mm as it comes, resampled to 1 mm: as much work as a scan of today."""
    import SimpleITK as Itk

    itk: Any = Itk
    values = _upright(itk.ReadImage(str(DATA / "abdomen_ct" / "ct.nii.gz")), outside=CT_RANGE_HU[0])
    return Scan(_ct_bytes(values), preset(look, *CT_RANGE_HU))


def slab() -> Scan:
    """The 20 slices of 512 x 512, resampled to cubes of 1 mm: a thin volume that is mostly tissue."""
    import SimpleITK as Itk

    itk: Any = Itk
    names = itk.ImageSeriesReader.GetGDCMSeriesFileNames(str(DATA / "abdomen_ct" / "dicom_j2k"))
    values = _upright(itk.ReadImage(names), outside=CT_RANGE_HU[0])
    low, high = CT_RANGE_HU
    return Scan(
        np.clip((values - low) / (high - low) * 255, 0, 255).round().astype(np.uint8),
        preset("ct_soft_tissue", low, high),
    )


SCANS: dict[str, Callable[[], Scan]] = {
    "t1": lambda: t1("mr_head"),
    "t1_brain": lambda: t1("mr_brain"),
    "ct": lambda: ct("ct_soft_tissue"),
    "ct_bone": lambda: ct("ct_bone"),
    "slab": slab,
}


def preset(name: str, low: float, high: float) -> tuple[TransferPoint, ...]:
    """The transfer function that the product's viewer has under this name, in a byte range from `low` to `high`."""
    module = Path(__file__).parents[1] / "client" / "src" / "stage" / "volume" / "presets.ts"
    script = (
        f"const {{ placePreset, presets }} = await import({json.dumps(module.as_uri())});"
        f"console.log(JSON.stringify(placePreset(presets[{json.dumps(name)}], [{low}, {high}])))"
    )
    node = Path(sys.executable).with_name("node")
    finished = subprocess.run([node, "--input-type=module", "-e", script], capture_output=True, text=True, check=True)
    return msgspec.json.decode(finished.stdout, type=tuple[TransferPoint, ...])


def _ct_bytes(values_hu: NDArray[np.float32]) -> NDArray[np.uint8]:
    low, high = CT_RANGE_HU
    return np.clip((values_hu - low) / (high - low) * 255, 0, 255).round().astype(np.uint8)


def _upright(image: Any, outside: float = 0.0) -> NDArray[np.float32]:
    """Values on cubes of `VOXEL_MM` along right, front and head, by linear interpolation; float32, (z, y, x)."""
    import SimpleITK as Itk

    itk: Any = Itk
    image = itk.Cast(image, itk.sitkFloat32)
    size = image.GetSize()
    corners = np.array(
        [
            image.TransformContinuousIndexToPhysicalPoint([-0.5 + far * n for far, n in zip(which, size, strict=True)])
            for which in np.ndindex(2, 2, 2)
        ]
    )
    low, high = corners.min(axis=0), corners.max(axis=0)
    counts = np.ceil((high - low) / VOXEL_MM).astype(int)
    # LPS to right, front, head: x and y run the other way.
    start = np.array([high[0], high[1], low[2]]) + VOXEL_MM * np.array([-0.5, -0.5, 0.5])
    direction = (-1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0)
    resampled = itk.Resample(
        image,
        [int(count) for count in counts],
        itk.Transform(),
        itk.sitkLinear,
        [float(part) for part in start],
        [VOXEL_MM] * 3,
        direction,
        outside,
    )
    return itk.GetArrayFromImage(resampled)


def _cut_to_body(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    from scipy import ndimage

    smooth = ndimage.uniform_filter(values.astype(np.float32), 5)
    (box,) = ndimage.find_objects((smooth > 20).astype(np.int8))
    return np.ascontiguousarray(values[box])
