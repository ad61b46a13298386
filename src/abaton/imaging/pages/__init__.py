"""Pages: one HTML file each that opens anywhere, loads nothing, and says 'not for primary diagnosis'."""

from abaton.imaging.label_colors import label_color
from abaton.imaging.pages.blocks import (
    Block,
    Figure,
    Figures,
    FlightPath,
    Heading,
    Page,
    Paragraph,
    Table,
    View3D,
    ViewedMesh,
)
from abaton.imaging.pages.planes import PLANES, Plane
from abaton.imaging.pages.slices import Mark, Overlay, fullest_index, index_at, png_address, slice_picture
from abaton.imaging.pages.windows import Window, display_window
from abaton.imaging.pages.writing import write_page

__all__ = [
    "PLANES",
    "Block",
    "Figure",
    "Figures",
    "FlightPath",
    "Heading",
    "Mark",
    "Overlay",
    "Page",
    "Paragraph",
    "Plane",
    "Table",
    "View3D",
    "ViewedMesh",
    "Window",
    "display_window",
    "fullest_index",
    "index_at",
    "label_color",
    "png_address",
    "slice_picture",
    "write_page",
]
