"""Slices of scans as pictures, and the page of a scan. Every one says 'not for primary diagnosis'."""

from abaton.imaging.label_colors import label_color
from abaton.imaging.pages.planes import PLANES, Plane
from abaton.imaging.pages.slices import Mark, Overlay, fullest_index, index_at, slice_picture
from abaton.imaging.pages.windows import Window, display_window

__all__ = [
    "PLANES",
    "Mark",
    "Overlay",
    "Plane",
    "Window",
    "display_window",
    "fullest_index",
    "index_at",
    "label_color",
    "slice_picture",
]
