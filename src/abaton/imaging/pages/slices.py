"""Draws a slice: grey values, outlines, lines with lengths, letters of the sides, a scale bar; true to millimetres."""

import html
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.imaging.pages.planes import Layout, Plane, layout_of
from abaton.imaging.pages.windows import Window, display_window
from abaton.imaging.volume import Volume
from abaton.pages.blocks import Figure
from abaton.pages.pictures import png_address

NOT_FOR_DIAGNOSIS = "not for primary diagnosis"

_FIELD = 200.0
"""Lettering is sized for a scan of this many millimetres across, and grows with the scan."""


MARGIN_MM = 20.0
"""What is shown around the thing that a close-up is of."""


class Frame(msgspec.Struct, frozen=True):
    """The part of a slice that is shown, in mm from its left and top edges."""

    left: float
    top: float
    width: float
    height: float


class Overlay(msgspec.Struct, frozen=True, eq=False):
    """Something outlined on a slice.

    Attributes:
        name: Told when the pointer rests on it.
        color: Such as `#b05cc6`.
        mask: Of the grid's shape: boolean, or how much of each voxel is inside, 0 to 1, for a smooth line.
        filled: Opacity of its inside, 0 to 1.
        dashed: Whether the outline is broken.
        wide: Width of the outline, 1 as usual.
    """

    name: str
    color: str
    mask: NDArray[np.bool_] | NDArray[np.float32]
    filled: float = 0.0
    dashed: bool = False
    wide: float = 1.0


class Mark(msgspec.Struct, frozen=True):
    """A line between two world positions in mm, projected onto the slice, with a text at its middle."""

    from_mm: tuple[float, float, float]
    to_mm: tuple[float, float, float]
    text: str = ""
    color: str = "#f4ead6"


def slice_picture(
    volume: Volume,
    plane: Plane,
    index: int | None = None,
    overlays: Sequence[Overlay] = (),
    *,
    marks: Sequence[Mark] = (),
    crossing_mm: ArrayLike | None = None,
    window: Window | None = None,
    caption: str | None = None,
    closeup: NDArray[np.bool_] | None = None,
) -> Figure:
    """A slice along the array's own axes, so that no value shown was computed from others.

    Args:
        volume: The scan.
        plane: Of the patient; the nearest plane of the array is drawn.
        index: Along the axis that is cut; None for the middle.
        overlays: Outlined on it, in this order.
        marks: Lines drawn on it.
        crossing_mm: A world position where thin lines cross, to show where other slices lie.
        window: Which values are black and white; None for the modality's.
        caption: Below the picture; None for one that names the plane and the place.
        closeup: Show only the surroundings of this mask; None for the whole slice.

    Returns:
        A figure in SVG, its user units millimetres.

    Raises:
        Problem: The index is not in the volume, or a mask has another shape.
    """
    layout = layout_of(volume.grid, plane)
    count = volume.grid.shape[layout.normal]
    index = count // 2 if index is None else index
    _check(volume.grid, index, count, overlays)
    window = window or display_window(volume)
    rows, columns = volume.grid.shape[layout.down], volume.grid.shape[layout.across]
    spacing = volume.grid.spacing_mm
    whole = Frame(0.0, 0.0, columns * spacing[layout.across], rows * spacing[layout.down])
    frame = whole if closeup is None else _around(closeup, layout, spacing, whole)
    largest = max(count * mm for count, mm in zip(volume.grid.shape, spacing, strict=True))
    size = (largest if closeup is None else max(frame.width, frame.height)) / _FIELD
    sides = f'width="{whole.width:.4f}" height="{whole.height:.4f}"'
    drawn = [
        f'<rect {sides} fill="#000"/>',
        f'<image {sides} preserveAspectRatio="none" href="{_png(volume, layout, index, window)}"/>',
        *(_outline(overlay, layout, index, spacing, size) for overlay in overlays),
        _crossing(volume.grid, layout, crossing_mm, whole, size),
        *(_mark(mark, volume.grid, layout, size) for mark in marks),
        _letters(layout, frame, size),
        _scale_bar(frame, size),
        _words(plane, window, volume.unit, frame, size),
    ]
    box = f"{frame.left:.4f} {frame.top:.4f} {frame.width:.4f} {frame.height:.4f}"
    picture = f'<svg viewBox="{box}" xmlns="http://www.w3.org/2000/svg">{"".join(drawn)}</svg>'
    place = _place(layout, volume.grid, index)
    return Figure(picture, _alt(layout, place, overlays), place if caption is None else caption, frame.width)


def fullest_index(mask: NDArray[np.bool_], grid: Grid, plane: Plane) -> int:
    """The index along the plane's axis where the mask is largest; the middle where it is empty."""
    layout = layout_of(grid, plane)
    others = tuple(axis for axis in range(3) if axis != layout.normal)
    counts = np.count_nonzero(mask, axis=others)
    return int(np.argmax(counts)) if counts.any() else mask.shape[layout.normal] // 2


def index_at(grid: Grid, plane: Plane, world_mm: ArrayLike) -> int:
    """The index of the slice nearest to a world position, within the volume."""
    layout = layout_of(grid, plane)
    nearest = round(float(grid.to_index(world_mm)[layout.normal]))
    return min(max(nearest, 0), grid.shape[layout.normal] - 1)


def _check(grid: Grid, index: int, count: int, overlays: Sequence[Overlay]) -> None:
    if not 0 <= index < count:
        raise Problem("no_such_slice", f"slice {index}", f"0 to {count - 1}", "Choose a slice of this volume.")
    for overlay in overlays:
        if overlay.mask.shape != grid.shape:
            raise Problem(
                "overlay_elsewhere",
                got=f"an overlay of {overlay.mask.shape} voxels",
                expected=f"{grid.shape}, as the scan has",
                next_step="Resample it onto the scan's grid first.",
            )


def _png(volume: Volume, layout: Layout, index: int, window: Window) -> str:
    voxels = layout.picture(volume.voxels, index)
    values: NDArray[np.float32] = voxels.astype(np.float32)
    grey = (values * np.float32(volume.slope) + np.float32(volume.intercept) - window.low) / (window.high - window.low)
    hidden = ~np.isfinite(grey)
    if volume.padding is not None:
        hidden |= voxels == volume.padding
    return png_address(np.where(hidden, 0, np.clip(np.nan_to_num(grey) * 255 + 0.5, 0, 255)).astype(np.uint8))


def _outline(overlay: Overlay, layout: Layout, index: int, spacing: tuple[float, float, float], size: float) -> str:
    mask = layout.picture(overlay.mask, index)
    if not mask.any():
        return ""
    across, down = spacing[layout.across], spacing[layout.down]
    rings = _contours(np.pad(mask.astype(np.float32), 1))
    path = "".join(_ring(ring, across, down) for ring in rings)
    dashes = f' stroke-dasharray="{3 * size:.3f} {2 * size:.3f}"' if overlay.dashed else ""
    color = html.escape(overlay.color)
    return (
        f'<path d="{path}" fill="{color}" fill-opacity="{overlay.filled:g}" fill-rule="evenodd" stroke="{color}" '
        f'stroke-width="{0.9 * overlay.wide * size:.3f}" stroke-linejoin="round"{dashes}>'
        f"<title>{html.escape(overlay.name)}</title></path>"
    )


def _contours(mask: NDArray[np.float32]) -> list[NDArray[np.float64]]:
    """Closed lines halfway between inside and outside, each (n, 2) as row and column."""
    from skimage import measure

    untyped: Any = measure
    rings: list[NDArray[np.float64]] = untyped.find_contours(mask, 0.5)
    return rings


def _ring(ring: NDArray[np.float64], across_mm: float, down_mm: float) -> str:
    # Less one for the rim that was put around the mask, and half a voxel from its centre to the picture's edge.
    points = (f"{(column - 0.5) * across_mm:.2f} {(row - 0.5) * down_mm:.2f}" for row, column in ring[:-1].tolist())
    return f"M{'L'.join(points)}Z"


def _around(mask: NDArray[np.bool_], layout: Layout, spacing: tuple[float, float, float], whole: Frame) -> Frame:
    """The part of the picture around a mask, over all slices; the whole where the mask is empty."""
    seen = layout.picture(np.asarray(mask.any(axis=layout.normal, keepdims=True)), 0)
    if not seen.any():
        return whole
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    across, down = spacing[layout.across], spacing[layout.down]
    left, right = columns[0] * across - MARGIN_MM, (columns[-1] + 1) * across + MARGIN_MM
    top, bottom = rows[0] * down - MARGIN_MM, (rows[-1] + 1) * down + MARGIN_MM
    left, top = max(left, 0.0), max(top, 0.0)
    return Frame(left, top, min(right, whole.width) - left, min(bottom, whole.height) - top)


def _crossing(grid: Grid, layout: Layout, world_mm: ArrayLike | None, whole: Frame, size: float) -> str:
    if world_mm is None:
        return ""
    x, y = layout.on_screen_mm(grid, np.asarray(world_mm, dtype=np.float64)).tolist()
    style = f'stroke="#d2ae64" stroke-opacity="0.55" stroke-width="{0.35 * size:.3f}"'
    gap = 6 * size
    lines = ((0, y, x - gap, y), (x + gap, y, whole.width, y), (x, 0, x, y - gap), (x, y + gap, x, whole.height))
    return "".join(f'<line x1="{a:.2f}" y1="{b:.2f}" x2="{c:.2f}" y2="{d:.2f}" {style}/>' for a, b, c, d in lines)


def _mark(mark: Mark, grid: Grid, layout: Layout, size: float) -> str:
    (x1, y1), (x2, y2) = layout.on_screen_mm(grid, np.array([mark.from_mm, mark.to_mm])).tolist()
    color = html.escape(mark.color)
    ends = "".join(
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{1.2 * size:.3f}" fill="{color}"/>' for x, y in ((x1, y1), (x2, y2))
    )
    line = (
        f'<line x1="{x1:.2f}" y1="{y1:.2f}" x2="{x2:.2f}" y2="{y2:.2f}" stroke="{color}" '
        f'stroke-width="{0.8 * size:.3f}"/>'
    )
    return (
        line + ends + _text(mark.text, (x1 + x2) / 2 + 2 * size, (y1 + y2) / 2 - 2 * size, 5.5 * size, "start", color)
    )


def _letters(layout: Layout, frame: Frame, size: float) -> str:
    high, rim = 8 * size, 4 * size
    middle, right, bottom = frame.left + frame.width / 2, frame.left + frame.width, frame.top + frame.height
    beside = frame.top + frame.height / 2 + high / 3
    return (
        _text(layout.left, frame.left + rim, beside, high, "start")
        + _text(layout.right, right - rim, beside, high, "end")
        + _text(layout.top, middle, frame.top + rim + high * 0.75, high, "middle")
        + _text(layout.bottom, middle, bottom - rim, high, "middle")
    )


def _scale_bar(frame: Frame, size: float) -> str:
    length = max((mm for mm in (1, 2, 5, 10, 20, 50, 100) if mm <= frame.width / 3), default=1)
    label = f"{length // 10} cm" if length >= 10 else f"{length} mm"
    left, bottom = frame.left + 5 * size, frame.top + frame.height - 5 * size
    tick = 1.5 * size
    return (
        f'<path d="M{left:.2f} {bottom - tick:.2f}V{bottom:.2f}H{left + length:.2f}V{bottom - tick:.2f}" fill="none" '
        f'stroke="#f3eee6" stroke-width="{0.8 * size:.3f}"/>'
        + _text(label, left, bottom - 3 * size, 5.5 * size, "start")
    )


def _words(plane: Plane, window: Window, unit: str, frame: Frame, size: float) -> str:
    high, left = 5.5 * size, frame.left + 5 * size
    unit_text = f" {unit}" if unit else ""
    return (
        _text(plane.capitalize(), left, frame.top + 9 * size, high, "start")
        + _text(f"{window.text}{unit_text}", left, frame.top + 16 * size, 4.5 * size, "start", "#c6bbac")
        + _text(
            NOT_FOR_DIAGNOSIS, frame.left + frame.width - 5 * size, frame.top + 9 * size, 4.5 * size, "end", "#c6bbac"
        )
    )


def _text(text: str, x: float, y: float, high: float, anchor: str, color: str = "#f3eee6") -> str:
    """Letters that can be read on black and on white."""
    if not text:
        return ""
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-size="{high:.3f}" text-anchor="{anchor}" fill="{color}" stroke="#000" '
        f'stroke-opacity="0.85" stroke-width="{high / 6:.3f}" stroke-linejoin="round" paint-order="stroke">'
        f"{html.escape(text)}</text>"
    )


def _place(layout: Layout, grid: Grid, index: int) -> str:
    lean = f", {layout.oblique_deg:.0f}° oblique" if layout.oblique_deg >= 1 else ""
    return f"{layout.plane.capitalize()}, slice {index + 1} of {grid.shape[layout.normal]}{lean}"


def _alt(layout: Layout, place: str, overlays: Sequence[Overlay]) -> str:
    names = ", ".join(overlay.name for overlay in overlays)
    sides = f"{layout.left} at the left, {layout.right} at the right, {layout.top} at the top, {layout.bottom} below"
    return f"{place}; {sides}{f'; outlined: {names}' if names else ''}"
