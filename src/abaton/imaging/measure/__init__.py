"""Lengths, angles, areas, volumes and intensities, each with its uncertainty. Not for primary diagnosis."""

from abaton.imaging.measure.areas import label_area, polygon_area
from abaton.imaging.measure.intensities import (
    inside_label,
    inside_polygon,
    inside_sphere,
    intensity_statistics,
)
from abaton.imaging.measure.lengths import angle, angle_between_lines, distance, polyline
from abaton.imaging.measure.measurement import Measurement
from abaton.imaging.measure.structured_report import (
    ReportUids,
    read_report,
    structured_report,
    write_report,
)
from abaton.imaging.measure.volumes import label_volume

__all__ = [
    "Measurement",
    "ReportUids",
    "angle",
    "angle_between_lines",
    "distance",
    "inside_label",
    "inside_polygon",
    "inside_sphere",
    "intensity_statistics",
    "label_area",
    "label_volume",
    "polygon_area",
    "polyline",
    "read_report",
    "structured_report",
    "write_report",
]
