"""Text that is burned into a picture: found by what letters are, thin strokes of two brightnesses in rows."""

from typing import Any

import msgspec
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

TEXT_IN_PICTURE = (
    "Something that looks like text is burned into the picture, near its edge. It may name the patient: look at it."
)
SLICES_LOOKED_AT = 9
"""Evenly through the volume: text is burned into all of a series' slices, or into captured single ones."""
ROWS = 16
COLUMNS = 48
EDGE = 0.25
"""Share of the picture, from each side, that is looked at: in the middle lies the patient."""
SCALES = (1, 2, 4)
"""The picture is also looked at smaller, for larger letters."""


class TextArea(msgspec.Struct, frozen=True):
    """Where something looks like text.

    Attributes:
        slice_index: In the volume.
        row: First row.
        column: First column.
        rows: Its height.
        columns: Its width.
    """

    slice_index: int
    row: int
    column: int
    rows: int
    columns: int


def text_areas(voxels: NDArray[Any]) -> tuple[TextArea, ...]:
    """Areas in the outer parts of pictures that look like text.

    A window of 16 x 48 pixels looks like text if nearly all of its pixels have one of two brightnesses, strokes fill
    a small part of it and are thin, and several rows in a band cross many of them. Tissue is blurred by the scanner
    and has brightnesses between. Handwriting, text in the middle, and letters below 6 or above 60 pixels are not found.

    Args:
        voxels: (slices, rows, columns) or (rows, columns), any kind of number. Nine slices are looked at.

    Returns:
        Windows that overlap, in order of slices; none where nothing was found, which is no proof.
    """
    pictures = voxels[np.newaxis] if voxels.ndim == 2 else voxels
    if pictures.ndim != 3 or 0 in pictures.shape:
        return ()
    chosen = np.unique(np.linspace(0, len(pictures) - 1, min(len(pictures), SLICES_LOOKED_AT)).round().astype(int))
    areas: list[TextArea] = []
    for index in chosen.tolist():
        picture = np.nan_to_num(pictures[index].astype(np.float32))
        for scale in SCALES:
            rows, columns = picture.shape[0] // scale * scale, picture.shape[1] // scale * scale
            blocks = picture[:rows, :columns].reshape(rows // scale, scale, columns // scale, scale)
            for row, column in _windows(blocks.mean(axis=(1, 3))):
                areas.append(TextArea(index, row * scale, column * scale, ROWS * scale, COLUMNS * scale))
    return tuple(areas)


def _windows(picture: NDArray[np.float32]) -> list[tuple[int, int]]:
    """First row and column of windows that look like text."""
    rows, columns = picture.shape
    if rows < ROWS or columns < COLUMNS:
        return []
    corners = np.array([(row, column) for row in _steps(rows, ROWS) for column in _steps(columns, COLUMNS)])
    middle = (corners + np.array([ROWS, COLUMNS]) / 2) / (rows, columns)
    corners = corners[((middle < EDGE) | (middle > 1 - EDGE)).any(axis=1)]
    windows = sliding_window_view(picture, (ROWS, COLUMNS))[corners[:, 0], corners[:, 1]]
    low = windows.min(axis=(1, 2), keepdims=True)
    span = windows.max(axis=(1, 2), keepdims=True) - low
    level = (windows - low) / np.where(span > 0, span, 1)
    clear = span[:, 0, 0] > 0.2 * float(np.ptp(picture))
    between = ((level > 0.3) & (level < 0.7)).mean(axis=(1, 2))
    likely = clear & (between < 0.09)
    corners, level = corners[likely], level[likely]
    return [(int(row), int(column)) for (row, column), one in zip(corners, level, strict=True) if _is_text(one > 0.5)]


def _steps(length: int, window: int) -> list[int]:
    return [*range(0, length - window, window // 2), length - window]


def _is_text(strokes: NDArray[np.bool_]) -> bool:
    """Whether bright or dark strokes in a window are thin, in a band of rows, and many."""
    for ink in (strokes, ~strokes):
        share = float(ink.mean())
        if not 0.03 < share < 0.4:
            continue
        edges = np.diff(ink.astype(np.int8), axis=1)
        runs = (edges == 1).sum(axis=1) + ink[:, 0]
        crossed = runs >= 4
        thin = ink.sum() <= 4.0 * runs.sum()
        uneven = np.diff(ink.astype(np.int8), axis=0).astype(bool).mean()
        if thin and crossed.sum() >= 4 and float(uneven) > 0.03 and _varied(ink[crossed]):
            return True
    return False


def _varied(rows: NDArray[np.bool_]) -> bool:
    """Letters differ from row to row; rulers and hatching repeat."""
    return len(np.unique(rows, axis=0)) >= 4
