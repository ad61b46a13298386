"""What a page is made of."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.geometry.grid import Grid

Tone: TypeAlias = Literal["plain", "quiet", "note"]


class Heading(msgspec.Struct, frozen=True):
    """A heading of a section.

    Attributes:
        text: In plain text.
        level: 2 for a section, 3 for a part of one.
    """

    text: str
    level: Literal[2, 3] = 2


class Paragraph(msgspec.Struct, frozen=True):
    """A paragraph of plain text.

    Attributes:
        text: In plain text.
        tone: `quiet` is smaller and paler; `note` stands in a box, for what must not be overlooked.
    """

    text: str
    tone: Tone = "plain"


class Table(msgspec.Struct, frozen=True):
    """A table. Cells that are numbers are set to the right.

    Attributes:
        columns: Headings of the columns; the first column heads the rows. Empty where there is no row of headings.
        rows: Cells in plain text or as numbers; numbers are shown as they are, so round them before.
        caption: What the table tells.
        colors: A colour such as `#b05cc6` beside a row's first cell, by the row's place.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str | int | float]]
    caption: str = ""
    colors: Mapping[int, str] = {}


class Figure(msgspec.Struct, frozen=True):
    """A picture.

    Attributes:
        picture: SVG text beginning with `<svg`, or a `data:image/png;base64,` address.
        alt: What it shows, for who cannot see it.
        caption: Stands below.
        width_mm: The width of what is shown, where the picture is to be drawn to scale beside others; else None.
    """

    picture: str
    alt: str
    caption: str = ""
    width_mm: float | None = None


class Figures(msgspec.Struct, frozen=True):
    """Pictures side by side, drawn to the same scale where they have a width in millimetres."""

    figures: Sequence[Figure]


class ViewedMesh(msgspec.Struct, frozen=True, eq=False):
    """A surface in a 3-D view.

    Attributes:
        vertices_mm: (n, 3), world positions.
        faces: (m, 3), indices of vertices.
        colors: (n, 3) uint8, a colour for each vertex, or None.
    """

    name: str
    color: str
    vertices_mm: NDArray[np.floating]
    faces: NDArray[np.integer]
    opacity: float = 1.0
    colors: NDArray[np.uint8] | None = None


class FlightPath(msgspec.Struct, frozen=True, eq=False):
    """A camera's way: (n, 3) world positions in mm, and the field of view it looks with."""

    points_mm: NDArray[np.floating]
    field_of_view_deg: float


class View3D(msgspec.Struct, frozen=True, eq=False):
    """The volume, turned by hand, drawn by the browser engine.

    Attributes:
        values: uint8, `grid.shape`: the working copy.
        grid: Where the values lie.
        range: Value in `unit` of byte 0 and of byte 255.
        unit: Of the values.
        modality: DICOM's.
        title: Of the view.
        alt: What it shows, for who cannot see it.
        caption: Stands below.
        labels: uint8 or uint16 below 256, `grid.shape`, or None.
        label_names: Name and colour by label value.
        meshes: Surfaces drawn with the volume.
        path: A flight through it, or None.
        preset: Name of the transfer function to begin with, or None.
    """

    values: NDArray[np.uint8]
    grid: Grid
    range: tuple[float, float]
    unit: str
    modality: str
    title: str
    alt: str
    caption: str = ""
    labels: NDArray[np.integer] | None = None
    label_names: Mapping[int, tuple[str, str]] = {}
    meshes: Sequence[ViewedMesh] = ()
    path: FlightPath | None = None
    preset: str | None = None


Block: TypeAlias = Heading | Paragraph | Table | Figure | Figures | View3D


class Page(msgspec.Struct, frozen=True, eq=False):
    """A whole page.

    Attributes:
        title: At its head and in the browser's tab. Holds no identifier.
        subtitle: Below the title.
        blocks: From top to bottom.
        made_at: When it was made, UTC, as shown at its foot; empty to leave it out.
        notice: What the page may not be taken for; at its head and foot.
    """

    title: str
    subtitle: str
    blocks: Sequence[Block]
    made_at: str = ""
    notice: str = "Not for primary diagnosis"
