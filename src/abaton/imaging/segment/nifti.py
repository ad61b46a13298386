"""Labels to NIfTI."""

import gzip
import struct
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np

from abaton.imaging.segment.files import written
from abaton.imaging.volume import Segmentation

_HEADER_BYTES = 348
_SINGLE_FILE = b"n+1\0"
_UINT16, _SCANNER, _LABEL_INTENT = 512, 1, 1002
_MILLIMETRES = 2
_CARET_LABELS = 30
"""Number of the NIfTI extension that holds names of labels as XML, as Caret and Workbench write it."""


def write_nifti(path: Path, segmentation: Segmentation) -> None:
    """Saves labels as a gzipped NIfTI-1 file, whole or not at all; the names go into an extension.

    The array is written as it lies in memory: the file's first axis is the array's last. World coordinates are turned
    from LPS to NIfTI's RAS. The same labels give the same file, byte for byte.

    Args:
        path: Ends with `.nii.gz`.
        segmentation: To save.
    """
    extension = _names(segmentation.names)
    header = _header(segmentation, _HEADER_BYTES + 4 + len(extension))
    with written(path) as beside, beside.open("wb") as file, gzip.GzipFile("", "wb", 6, file, 0) as packed:
        packed.write(header)
        packed.write(b"\1\0\0\0")
        packed.write(extension)
        for plane in segmentation.labels:
            packed.write(np.ascontiguousarray(plane, dtype="<u2").tobytes())


def _header(segmentation: Segmentation, offset: int) -> bytes:
    # Axes in the file's order, and left and back turned into right and front.
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ segmentation.grid.affine[:, [2, 1, 0, 3]]
    slices, rows, columns = segmentation.grid.shape
    spacing = segmentation.grid.spacing_mm[::-1]
    header = bytearray(_HEADER_BYTES)
    struct.pack_into("<i", header, 0, _HEADER_BYTES)
    struct.pack_into("<8h", header, 40, 3, columns, rows, slices, 1, 1, 1, 1)
    struct.pack_into("<h", header, 68, _LABEL_INTENT)
    struct.pack_into("<hh", header, 70, _UINT16, 16)
    struct.pack_into("<8f", header, 76, 1.0, *spacing, 0.0, 0.0, 0.0, 0.0)
    struct.pack_into("<f", header, 108, float(offset))
    struct.pack_into("<ff", header, 112, 1.0, 0.0)
    header[123] = _MILLIMETRES
    header[148:228] = b"Labels by Abaton, not for primary diagnosis".ljust(80, b"\0")
    struct.pack_into("<hh", header, 252, 0, _SCANNER)
    for row in range(3):
        struct.pack_into("<4f", header, 280 + 16 * row, *affine[row].tolist())
    header[344:348] = _SINGLE_FILE
    return bytes(header)


def _names(names: dict[int, str]) -> bytes:
    """The extension with all names, padded to a multiple of 16 bytes."""
    labels = "".join(f'<Label Key="{value}">{escape(name)}</Label>' for value, name in sorted(names.items()))
    text = f"<LabelTable>{labels}</LabelTable>".encode()
    size = -(-(len(text) + 8) // 16) * 16
    return struct.pack("<ii", size, _CARET_LABELS) + text.ljust(size - 8, b"\0")
