"""Reports of one HTML file each that opens anywhere and loads nothing: text, tables, pictures, one 3-D view."""

from abaton.pages.blocks import (
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
from abaton.pages.pictures import png_address
from abaton.pages.writing import write_page

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
    "png_address",
    "write_page",
]
