"""Small DICOM series made for tests, with whatever is wrong with them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, FileDataset, filewriter
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from abaton.geometry.grid import Grid

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
MR = "1.2.840.10008.5.1.4.1.1.4"
ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"


def voxels_of(slices: int = 5, rows: int = 6, columns: int = 7, kind: Any = np.int16) -> NDArray[Any]:
    """Every voxel another value."""
    return np.arange(slices * rows * columns, dtype=kind).reshape(slices, rows, columns)


def decimal(number: float) -> str:
    """As scanners write decimal strings: at most 16 characters."""
    for digits in range(14, 0, -1):
        text = f"{number:.{digits}g}"
        if len(text) <= 16:
            return text
    return "0"


def oblique(degrees: Sequence[float]) -> tuple[float, ...]:
    """Orientation of a slice turned about x, y and z."""
    a, b, c = np.radians(degrees)
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    turned = about_z @ about_y @ about_x
    return (*turned[:, 0].tolist(), *turned[:, 1].tolist())


def positions(
    count: int, orientation: Sequence[float], gap_mm: float = 2.0, first_mm: Sequence[float] = (-10.0, 20.0, 30.0)
) -> NDArray[np.float64]:
    """Of slices along their normal."""
    normal = np.cross(orientation[:3], orientation[3:])
    return np.array(first_mm) + np.arange(count)[:, None] * gap_mm * normal


def grid_of(
    count: int, orientation: Sequence[float], spacing: Sequence[float], shape: Sequence[int], **at: Any
) -> Grid:
    """Where the slices of `positions` lie: the truth to compare with."""
    places = positions(count, orientation, **at)
    affine = np.eye(4)
    affine[:3, 0] = places[1] - places[0]
    affine[:3, 1] = np.array(orientation[3:]) * spacing[0]
    affine[:3, 2] = np.array(orientation[:3]) * spacing[1]
    affine[:3, 3] = places[0]
    return Grid.of((count, *shape), affine)


def header(**attributes: Any) -> FileDataset:
    """Of one slice, without geometry and pixels."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID = MR
    dataset.SOPInstanceUID = generate_uid()
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.FrameOfReferenceUID = "1.2.3", "1.2.3.4", "1.2.3.5"
    dataset.Modality = "MR"
    dataset.PatientName, dataset.PatientID = "Rivers^Anna", "4711-0815"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "M"]
    dataset.SliceThickness, dataset.SpacingBetweenSlices = "9", "7"  # both wrong: neither may be used
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


def set_pixels(dataset: Dataset, pixels: NDArray[Any], bits_stored: int | None = None) -> None:
    """Uncompressed pixels, little endian."""
    dataset.Rows, dataset.Columns = pixels.shape[-2:]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = (
        1,
        dataset.get("PhotometricInterpretation", "MONOCHROME2"),
    )
    dataset.BitsAllocated = 8 * pixels.dtype.itemsize
    if pixels.dtype.kind == "f":
        name = "FloatPixelData" if pixels.dtype.itemsize == 4 else "DoubleFloatPixelData"
        setattr(dataset, name, pixels.astype(pixels.dtype.newbyteorder("<")).tobytes())
        return
    dataset.BitsStored = bits_stored or dataset.BitsAllocated
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    data = pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()
    dataset.PixelData = data + b"\0" * (len(data) % 2)


def slices(
    voxels: NDArray[Any],
    orientation: Sequence[float] = AXIAL,
    spacing: Sequence[float] = (0.5, 0.8),
    at_mm: NDArray[np.float64] | None = None,
    **attributes: Any,
) -> list[FileDataset]:
    """A classic series, one data set a slice; instance numbers run against the positions."""
    places = positions(len(voxels), orientation) if at_mm is None else at_mm
    made: list[FileDataset] = []
    for number, (plane, place) in enumerate(zip(voxels, places, strict=True)):
        dataset = header(**attributes)
        dataset.InstanceNumber = len(voxels) - number
        dataset.ImagePositionPatient = [decimal(part) for part in place.tolist()]
        dataset.ImageOrientationPatient = [decimal(part) for part in orientation]
        dataset.PixelSpacing = [decimal(part) for part in spacing]
        set_pixels(dataset, plane)
        made.append(dataset)
    return made


def write(folder: Path, datasets: Sequence[Dataset], name: str = "slice") -> list[Path]:
    """Each into a file of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    library: Any = filewriter

    for number, dataset in enumerate(datasets):
        path = folder / f"{name}{number:04}.dcm"
        little = dataset.file_meta.TransferSyntaxUID != "1.2.840.10008.1.2.2"
        implicit = dataset.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2"
        library.dcmwrite(path, dataset, implicit_vr=implicit, little_endian=little, enforce_file_format=True)
        paths.append(path)
    return paths


def functional_groups(place: Sequence[float], orientation: Sequence[float], spacing: Sequence[float]) -> Dataset:
    """Of one frame of an enhanced object."""
    group = Dataset()
    group.PlanePositionSequence = [Dataset()]
    group.PlanePositionSequence[0].ImagePositionPatient = [decimal(part) for part in place]
    group.PlaneOrientationSequence = [Dataset()]
    group.PlaneOrientationSequence[0].ImageOrientationPatient = [decimal(part) for part in orientation]
    group.PixelMeasuresSequence = [Dataset()]
    group.PixelMeasuresSequence[0].PixelSpacing = [decimal(part) for part in spacing]
    return group


def enhanced(
    voxels: NDArray[Any],
    order: Sequence[int],
    orientation: Sequence[float] = AXIAL,
    spacing: Sequence[float] = (0.5, 0.8),
) -> FileDataset:
    """One enhanced object whose frames are in some order."""
    places = positions(len(voxels), orientation)
    dataset = header(SOPClassUID=ENHANCED_MR)
    set_pixels(dataset, voxels[list(order)])
    dataset.NumberOfFrames = len(voxels)
    dataset.PerFrameFunctionalGroupsSequence = [
        functional_groups(places[index].tolist(), orientation, spacing) for index in order
    ]
    return dataset
