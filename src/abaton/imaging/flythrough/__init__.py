"""Flights through hollow organs: centreline, camera path, and what of the wall is seen. Not for primary diagnosis."""

from abaton.imaging.flythrough.camera import CameraPath, Comfort, camera_path, turned_back
from abaton.imaging.flythrough.centreline import Centreline, Unvisited, centreline
from abaton.imaging.flythrough.coverage import Coverage, Patch, View, colors_of, coverage
from abaton.imaging.flythrough.flight import Flight, fly
from abaton.imaging.flythrough.lumen import Gap, Lumen, lumen_of

__all__ = [
    "CameraPath",
    "Centreline",
    "Comfort",
    "Coverage",
    "Flight",
    "Gap",
    "Lumen",
    "Patch",
    "Unvisited",
    "View",
    "camera_path",
    "centreline",
    "colors_of",
    "coverage",
    "fly",
    "lumen_of",
    "turned_back",
]
