"""What makes the stored arrays an OME-Zarr 0.5 image that other viewers open."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from abaton.geometry.grid import Grid
from abaton.imaging.store.atomic import write_file
from abaton.imaging.store.record import SegmentationRecord
from abaton.imaging.volume import Volume

IMAGE = "image.ome.zarr"
VERSION = "0.5"


def write_groups(image: Path, volume: Volume, grids: Sequence[Grid], ends: tuple[float, float]) -> None:
    """Writes the groups of an image and of its working copy, with their levels.

    OME-Zarr 0.5 knows a scale and an offset for each axis and no rotation: viewers show the volume along its own
    axes, in millimetres. The whole matrix stands beside it under `abaton`.
    """
    low, high = sorted((end - volume.intercept) / volume.slope for end in ends)
    window = {"start": low, "end": high, "min": low, "max": high}
    channel = {"label": volume.modality, "color": "FFFFFF", "active": True, "window": window}
    attributes = _attributes(grids, volume.description or volume.modality)
    attributes["ome"]["omero"] = {"channels": [channel], "rdefs": {"model": "greyscale"}}
    attributes["abaton"] |= {"slope": volume.slope, "intercept": volume.intercept, "unit": volume.unit}
    _group(image, attributes)
    working = _attributes(grids, "working copy, for drawing only")
    working["abaton"] |= {"range": list(ends), "unit": volume.unit}
    _group(image / "working", working)
    form = "vector towards falling values in LPS, of length m / (m + 8), and 1 - exp(-m / 16); m in bytes per mm"
    _group(image / "gradients", {"abaton": {"form": form}})
    _group(image / "extremes", {})
    write_label_list(image, [])


def write_label_list(image: Path, numbers: Sequence[int], last: int = 0) -> None:
    """Names the segmentations that other viewers are to find, in place of those named before.

    Args:
        image: The image's group.
        numbers: Of the segmentations.
        last: The highest number that was ever given.
    """
    ome = {"version": VERSION, "labels": [str(number) for number in numbers]}
    attributes = {"ome": ome, "abaton": {"last": last}}
    group = {"zarr_format": 3, "node_type": "group", "attributes": attributes}
    (image / "labels").mkdir(exist_ok=True)
    write_file(image / "labels" / "zarr.json", json.dumps(group).encode())


def write_label_group(folder: Path, grid: Grid, record: SegmentationRecord, colors: Mapping[int, str]) -> None:
    """Writes the group of one segmentation, with the names and colours of its labels; the record stands in it."""
    attributes = _attributes([grid], record.made_by)
    attributes["abaton"]["record"] = msgspec.to_builtins(record, str_keys=True)
    attributes["ome"]["image-label"] = {
        "version": VERSION,
        "colors": [{"label-value": value, "rgba": _rgba(color)} for value, color in colors.items()],
        "properties": [{"label-value": value, "name": name} for value, name in record.names.items()],
        "source": {"image": "../../"},
    }
    _group(folder, attributes)


def _attributes(grids: Sequence[Grid], name: str) -> dict[str, Any]:
    axes = [{"name": axis, "type": "space", "unit": "millimeter"} for axis in "zyx"]
    finest = grids[0]
    datasets = [
        {
            "path": str(number),
            "coordinateTransformations": [
                {"type": "scale", "scale": list(grid.spacing_mm)},
                {"type": "translation", "translation": _offset_mm(finest, grid)},
            ],
        }
        for number, grid in enumerate(grids)
    ]
    return {
        "ome": {"version": VERSION, "multiscales": [{"name": name, "axes": axes, "datasets": datasets}]},
        "abaton": {"world": "LPS", "affines_mm": [grid.affine.tolist() for grid in grids]},
    }


def _offset_mm(finest: Grid, grid: Grid) -> list[float]:
    """How far the centre of a level's first voxel lies from the finest's, along the axes of the array."""
    first = finest.to_index(grid.affine[:3, 3])
    return np.round(first * np.asarray(finest.spacing_mm), 9).tolist()


def _rgba(color: str) -> list[int]:
    return [*bytes.fromhex(color.removeprefix("#")), 255]


def _group(folder: Path, attributes: dict[str, Any]) -> None:
    import zarr

    untyped: Any = zarr
    untyped.create_group(store=folder, attributes=attributes, overwrite=False)
