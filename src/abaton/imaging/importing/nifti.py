"""NIfTI files to volumes: one affine in the header, and nothing else to hold it against.

Both versions, plain or gzipped, single file (https://nifti.nimh.nih.gov). Nothing is read beyond what the header
declares, and nothing is declared that the bytes cannot hold.
"""

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.geometry.grid import FloatArray, Grid
from abaton.imaging.certificate import TOLERANCE_MM, GeometryCertificate
from abaton.imaging.importing.geometry import orientation_letters
from abaton.imaging.importing.refusals import refuse, too_large, truncated
from abaton.imaging.importing.values import Kept, kept
from abaton.imaging.privacy.report import PrivacyReport, Removed

_MOST_DEFLATION = 1_100
"""Deflate cannot pack tighter than 1 032 to one."""
_LONGEST_EXTENSION = 1 << 20
_MOST_EXTENSIONS = 64
_CLOSEST_MM, _FURTHEST_MM = 1e-6, 1e5
"""Distances of voxels beyond which nothing of a body can be meant: the header is damaged."""

_UNITS_MM = {0: 1.0, 1: 1000.0, 2: 1.0, 3: 0.001}
_TYPES = {
    2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8",
}  # fmt: skip
_COLOURS = (128, 2304)
_LABEL_INTENT = 1002
_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


class NotNifti(Exception):
    """The file is something else."""


class NiftiFile(msgspec.Struct, frozen=True, eq=False):
    """One file, read.

    Attributes:
        kept: Voxels in the order third, second, first axis of the file.
        grid: Where they lie, LPS.
        certificate: Evidence `header`.
        whole_numbers: Whether the file holds integers without a scale.
        intent_label: Whether the header says that these are labels.
        extensions: Contents of header extensions, for names of labels; they are not kept.
        privacy: What was dropped.
    """

    kept: Kept
    grid: Grid
    certificate: GeometryCertificate
    whole_numbers: bool
    intent_label: bool
    extensions: tuple[bytes, ...]
    privacy: PrivacyReport


class _Header(msgspec.Struct, frozen=True):
    order: str
    dims: tuple[int, ...]
    kind: int
    spacing: tuple[float, ...]
    offset: int
    slope: float
    intercept: float
    units: int
    qform_code: int
    sform_code: int
    quaternion: tuple[float, ...]
    rows: tuple[float, ...]
    intent: int
    texts: tuple[tuple[str, bytes], ...]
    size: int


def read_nifti(path: Path) -> NiftiFile:
    """Reads one file.

    Raises:
        NotNifti: It is something else.
        Problem: It cannot be used.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        source = cast("BinaryIO", gzip.GzipFile(fileobj=file)) if packed else file
        most = size * _MOST_DEFLATION if packed else size
        try:
            header = _header(source)
            shape, item = _shape(header), _type(header)
            if header.offset + math.prod(shape) * item.itemsize > most:
                raise too_large() if packed else truncated()
            extensions = _extensions(source, header)
            voxels = _voxels(source, shape, item)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise truncated() from None
    return _read(header, voxels, extensions)


def _read(header: _Header, voxels: NDArray[Any], extensions: tuple[bytes, ...]) -> NiftiFile:
    scaled = header.slope not in (0.0, 1.0) and math.isfinite(header.slope)
    shifted = header.slope != 0 and math.isfinite(header.slope) and header.intercept != 0
    shifted = shifted and math.isfinite(header.intercept)
    whole = voxels.dtype.kind in "ui" and not scaled and not shifted
    affine, remarks, disagreement, certified = _affine(header, voxels.shape)
    grid = Grid.of(voxels.shape, affine)
    values = kept(voxels, header.slope if scaled else 1.0, header.intercept if shifted else 0.0, None)
    certificate = GeometryCertificate(
        evidence="header",
        certified=certified,
        slice_errors_mm=(),
        error_mm=disagreement,
        tilt_deg=0.0,
        orientation=orientation_letters(grid),
        remarks=(*remarks, *values.remarks),
    )
    label = header.intent == _LABEL_INTENT
    return NiftiFile(values, grid, certificate, whole, label, extensions, _privacy(header, len(extensions)))


def _header(source: BinaryIO) -> _Header:
    head = source.read(348)
    for order in "<>":
        if len(head) == 348 and struct.unpack_from(f"{order}i", head)[0] == 348 and head[344:348] == b"n+1\0":
            return _first_version(head, order)
        if len(head) == 348 and struct.unpack_from(f"{order}i", head)[0] == 540 and head[4:8] == b"n+2\0":
            return _second_version(head + source.read(192), order)
    if len(head) == 348 and head[344:348] == b"ni1\0":
        raise refuse(
            "nifti_pair",
            got="a NIfTI header whose voxels are in a second file (.hdr and .img)",
            expected="one .nii or .nii.gz file",
            next_step="Convert the pair to one file.",
        )
    raise NotNifti


def _first_version(head: bytes, order: str) -> _Header:
    def get(form: str, at: int) -> tuple[Any, ...]:
        return struct.unpack_from(order + form, head, at)

    texts = (("db_name", head[14:32]), ("descrip", head[148:228]), ("aux_file", head[228:252]))
    return _Header(
        order,
        dims=get("8h", 40),
        kind=get("h", 70)[0],
        spacing=get("8f", 76),
        offset=_offset(get("f", 108)[0], 352),
        slope=get("f", 112)[0],
        intercept=get("f", 116)[0],
        units=head[123] & 7,
        qform_code=get("h", 252)[0],
        sform_code=get("h", 254)[0],
        quaternion=get("6f", 256),
        rows=get("12f", 280),
        intent=get("h", 68)[0],
        texts=(*texts, ("intent_name", head[328:344])),
        size=348,
    )


def _second_version(head: bytes, order: str) -> _Header:
    if len(head) < 540:
        raise EOFError

    def get(form: str, at: int) -> tuple[Any, ...]:
        return struct.unpack_from(order + form, head, at)

    return _Header(
        order,
        dims=get("8q", 16),
        kind=get("h", 12)[0],
        spacing=get("8d", 104),
        offset=_offset(get("q", 168)[0], 544),
        slope=get("d", 176)[0],
        intercept=get("d", 184)[0],
        units=get("i", 500)[0] & 7,
        qform_code=get("i", 344)[0],
        sform_code=get("i", 348)[0],
        quaternion=get("6d", 352),
        rows=get("12d", 400),
        intent=get("i", 504)[0],
        texts=(("descrip", head[240:320]), ("aux_file", head[320:344]), ("intent_name", head[508:524])),
        size=540,
    )


def _offset(recorded: float, least: int) -> int:
    if not math.isfinite(recorded) or not 0 <= recorded < 1 << 31:
        raise too_large()
    return max(int(recorded), least)


def _shape(header: _Header) -> tuple[int, int, int]:
    """Third, second, first axis."""
    count = header.dims[0]
    if not 1 <= count <= 7:
        raise too_large()
    dims = header.dims[1 : count + 1]
    if any(dim < 1 or dim > 1 << 15 for dim in dims):
        raise too_large()
    if any(dim > 1 for dim in dims[3:]):
        raise refuse(
            "several_volumes",
            got=f"a series of {math.prod(dims[3:])} volumes in one file",
            expected="one volume (three dimensions)",
            next_step="Split the file, and import the volume that you want to see.",
        )
    if len(dims) < 3 or min(dims[:3]) < 2:
        raise refuse(
            "not_a_volume",
            got="a NIfTI file of a line or a single picture",
            expected="three dimensions of at least two voxels",
            next_step="Import the whole volume.",
        )
    return dims[2], dims[1], dims[0]


def _type(header: _Header) -> np.dtype[Any]:
    name = _TYPES.get(header.kind)
    if name is not None:
        return np.dtype(header.order + name)
    colour = header.kind in _COLOURS
    raise refuse(
        "colour" if colour else "unsupported_pixels",
        got="a colour volume" if colour else f"voxels of NIfTI type {header.kind}, such as complex numbers",
        expected="integers of 8 to 64 bits or floating point of 32 or 64, one value a voxel",
        next_step="Convert it to one measured value a voxel.",
    )


def _extensions(source: BinaryIO, header: _Header) -> tuple[bytes, ...]:
    """Extensions between header and voxels; the source stands at the voxels afterwards."""
    between = source.read(min(header.offset - header.size, _MOST_EXTENSIONS * _LONGEST_EXTENSION))
    found: list[bytes] = []
    at = 4
    if between[:1] not in (b"", b"\0"):
        while at + 8 <= len(between) and len(found) < _MOST_EXTENSIONS:
            length = struct.unpack_from(f"{header.order}i", between, at)[0]
            if length < 8 or at + length > len(between):
                break
            found.append(between[at + 8 : at + min(length, _LONGEST_EXTENSION)])
            at += length
    left = header.offset - header.size - len(between)
    while left > 0:
        skipped = len(source.read(min(left, 1 << 20)))
        if not skipped:
            raise EOFError
        left -= skipped
    return tuple(found)


def _voxels(source: BinaryIO, shape: tuple[int, int, int], item: np.dtype[Any]) -> NDArray[Any]:
    try:
        voxels = np.empty(shape, item)
    except MemoryError:
        raise too_large() from None
    space: memoryview = voxels.reshape(-1).view(np.uint8).data
    at = 0
    while at < len(space):
        count = source.readinto(space[at : at + (16 << 20)])  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        if not count:
            raise EOFError
        at += int(count)  # pyright: ignore[reportUnknownArgumentType]
    return voxels


def _affine(header: _Header, shape: tuple[int, ...]) -> tuple[FloatArray, list[str], float, bool]:
    """LPS affine for the array's axes, remarks, by how many mm the recorded two disagree, and whether to trust it."""
    if header.units not in _UNITS_MM:
        raise _no_affine("a unit of length that is none")
    scale = _UNITS_MM[header.units]
    remarks: list[str] = []
    if header.units == 0:
        remarks.append("The file names no unit of length; millimetres are assumed.")
    recorded = [matrix for matrix in (_sform(header), _qform(header)) if matrix is not None]
    if not recorded:
        raise _no_affine("a file without sform and qform")
    for matrix in recorded:
        if not np.isfinite(matrix).all() or abs(np.linalg.det(matrix[:3, :3])) < 1e-12:
            raise _no_affine("an affine with no numbers in it, or a flat one")
    axes = [_of_array(matrix, scale) for matrix in recorded]
    apart = np.linalg.norm(axes[0][:3, :3], axis=0)
    if apart.min() < _CLOSEST_MM or apart.max() > _FURTHEST_MM:
        raise _no_affine(f"voxels {apart.min():.3g} to {apart.max():.3g} mm apart")
    disagreement = _distance(axes[0], axes[1], shape) if len(axes) > 1 else 0.0
    certified = True
    if disagreement > TOLERANCE_MM:
        if header.sform_code == header.qform_code:
            certified = False
            remarks.append(
                f"sform and qform claim the same space and lie up to {disagreement:.3f} mm apart; sform is shown, "
                "and nothing may be measured."
            )
        else:
            disagreement = 0.0
            remarks.append("sform and qform name different spaces; sform is used.")
    _check_shear(axes[0], shape)
    return axes[0], remarks, disagreement, certified


def _sform(header: _Header) -> FloatArray | None:
    if header.sform_code <= 0:
        return None
    return np.vstack([np.array(header.rows, dtype=np.float64).reshape(3, 4), [0, 0, 0, 1]])


def _qform(header: _Header) -> FloatArray | None:
    """The standard's method 2: a rotation as a quaternion, spacing and a handedness."""
    if header.qform_code <= 0:
        return None
    b, c, d, x, y, z = (float(number) for number in header.quaternion)
    rest = 1.0 - (b * b + c * c + d * d)
    if rest < 1e-7:
        length = math.sqrt(b * b + c * c + d * d) or 1.0
        a, b, c, d = 0.0, b / length, c / length, d / length
    else:
        a = math.sqrt(rest)
    rotation = np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
        ]
    )
    sides = np.abs(np.array(header.spacing[1:4], dtype=np.float64))
    sides[2] *= -1.0 if header.spacing[0] < 0 else 1.0
    matrix = np.eye(4)
    matrix[:3, :3] = rotation * sides
    matrix[:3, 3] = (x, y, z)
    return matrix


def _of_array(matrix: FloatArray, scale: float) -> FloatArray:
    """From first, second, third axis and RAS in the file's unit to third, second, first and LPS in mm."""
    lps = _TO_LPS @ matrix
    lps[:3] *= scale
    return lps[:, [2, 1, 0, 3]]


def _distance(one: FloatArray, other: FloatArray, shape: tuple[int, ...]) -> float:
    """The largest distance between corresponding corners."""
    a, b, c = (np.array([0.0, side - 1]) for side in shape)
    corners = np.stack([*(axis.ravel() for axis in np.meshgrid(a, b, c, indexing="ij")), np.ones(8)])
    return float(np.linalg.norm(((one - other) @ corners)[:3], axis=0).max())


def _check_shear(affine: FloatArray, shape: tuple[int, ...]) -> None:
    """Refuses axes that are not perpendicular."""
    sides = np.linalg.norm(affine[:3, :3], axis=0)
    left, _, right = np.linalg.svd(affine[:3, :3] / sides)
    upright = affine.copy()
    upright[:3, :3] = left @ right * sides
    if _distance(affine, upright, shape) > TOLERANCE_MM:
        raise refuse(
            "sheared",
            got="an affine whose axes are not perpendicular",
            expected="a grid of right angles",
            next_step="Resample the volume onto an orthogonal grid, or import the DICOM series it was made from.",
        )


def _privacy(header: _Header, extensions: int) -> PrivacyReport:
    removed = [Removed(name, "Text of the header", "removed", 1) for name, text in header.texts if text.strip(b"\0 ")]
    if extensions:
        removed.append(Removed("extension", "Header extension", "removed", extensions))
    return PrivacyReport(
        "NIfTI: nothing of the header but its grid and scale is kept", tuple(removed), 0, (), verified=True
    )


def _no_affine(got: str) -> Exception:
    return refuse(
        "no_orientation",
        got=got,
        expected="an affine (sform or qform) that says where the voxels lie in the patient",
        next_step="Convert the original DICOM series again, or import that.",
    )
