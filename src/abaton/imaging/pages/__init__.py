"""Pages: one HTML file each that opens anywhere, loads nothing, and says 'not for primary diagnosis'."""

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
from abaton.imaging.pages.writing import write_page

__all__ = [
    "Block",
    "Figure",
    "Figures",
    "FlightPath",
    "Heading",
    "Page",
    "Paragraph",
    "Table",
    "View3D",
    "ViewedMesh",
    "write_page",
]
