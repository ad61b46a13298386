"""Label maps among the files: which they are, what their labels are called, and on which scan they lie."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.geometry.grid import Grid
from abaton.imaging.importing.nifti import NiftiFile
from abaton.imaging.importing.sources import RATER_FOLDERS
from abaton.imaging.privacy.descriptors import clean

MOST_LABELS = 256
_SHARE_OF_EQUAL_NEIGHBOURS = 0.75
_SAME_VOXEL = 0.01
"""Grids whose corners lie nearer than this to each other, in voxels, are the same."""

_CARET_LABEL = re.compile(rb'<Label Key="(\d{1,5})"[^>]{0,400}>(?:<!\[CDATA\[)?([^<\]]{1,200})')
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _+/().,-]{0,63}")
_PLAIN_WORDS = frozenset(
    (
        *("average", "consensus", "edited", "final", "fused", "ground", "gt", "label", "labels", "majority", "manual"),
        *("mask", "masks", "mean", "roi", "seg", "segmentation", "segmentations", "simple", "staple", "truth"),
        *("union", "vote"),
    )
)


class Scans(msgspec.Struct, frozen=True):
    """Where scans lie, in the patient and among the files.

    Attributes:
        grids: Of each scan.
        folders: From which each was read.
        series: UID of each as recorded; empty where there is none.
    """

    grids: tuple[Grid, ...]
    folders: tuple[Path, ...]
    series: tuple[str, ...] = ()

    def drawn_on(self, series: str, fits: Callable[[Grid], bool]) -> tuple[int, ...]:
        """Scans of the series to which labels refer, and on whose grid they lie."""
        same = [place for place, uid in enumerate(self.series) if uid and uid == series]
        return tuple(place for place in same if fits(self.grids[place]))

    def near(self, folder: Path, fits: Callable[[Grid], bool]) -> tuple[int, ...]:
        """Scans on whose grid labels from a folder were drawn.

        Data sets for learning put every patient on one grid, so the grid alone does not tell whose labels these are:
        scans of the same folder come first, then of the folders above, then of those below; and others only where
        they are all in one folder.
        """
        fitting = tuple(place for place, grid in enumerate(self.grids) if fits(grid))
        for above in (folder, *folder.parents):
            here = tuple(place for place in fitting if self.folders[place] == above)
            if here:
                return here
        below = tuple(place for place in fitting if folder in self.folders[place].parents)
        chosen = below or fitting
        return chosen if len({self.folders[place] for place in chosen}) == 1 else ()


def looks_like_labels(file: NiftiFile) -> bool:
    """Whether a volume holds labels: few whole numbers from 0, in regions, or so declared."""
    if not file.whole_numbers:
        return False
    if file.intent_label or any(b"<CaretExtension" in extension for extension in file.extensions):
        return True
    voxels = file.kept.voxels
    if voxels.dtype.kind not in "ui" or file.kept.intercept != 0 or int(voxels.min()) != 0:
        return False
    found = present(voxels)
    if not 1 < len(found) <= MOST_LABELS:
        return False
    return _in_regions(voxels)


def present(voxels: NDArray[Any]) -> list[int]:
    """The different values of a volume of whole numbers from 0; of more than labels can have, some."""
    if voxels.size == 0 or int(voxels.min()) < 0:
        return []
    counts = np.zeros(int(voxels.max()) + 1, np.int64)
    for plane in voxels:
        found = np.bincount(plane.ravel())
        counts[: len(found)] += found
    return np.flatnonzero(counts).tolist()


def _in_regions(voxels: NDArray[Any]) -> bool:
    """Whether most voxels that are not 0 have the value of the next in their row; measured values rarely do."""
    next_to, here = voxels[:, :, 1:], voxels[:, :, :-1]
    inside = here != 0
    count = int(np.count_nonzero(inside))
    return count > 0 and int(np.count_nonzero(inside & (next_to == here))) >= _SHARE_OF_EQUAL_NEIGHBOURS * count


def names_of(file: NiftiFile, values: Sequence[int]) -> dict[int, str]:
    """What each label is called, from a table in the header (CaretExtension), otherwise `label 5`."""
    table: dict[int, str] = {}
    for extension in file.extensions:
        for key, raw in _CARET_LABEL.findall(extension):
            name = raw.decode("utf-8", "replace").strip()
            if _SAFE_NAME.fullmatch(name):
                table[int(key)] = name
    return {value: table.get(value, f"label {value}") for value in values if value}


def makers(paths: Sequence[Path]) -> dict[Path, str]:
    """Who or what drew each file of labels, without names that may be a person's.

    In a folder of raters each file is a rater's, numbered from 1 in the order of the file names. Elsewhere only words
    of imaging stay, numbered where several files of a folder would be called the same. What has none is numbered too.
    """
    ordered = sorted(paths, key=lambda path: (str(path.parent), path.name))
    said = {path: _imaging_words(path) for path in ordered}
    names: dict[Path, str] = {}
    for number, path in enumerate(ordered, start=1):
        beside = [other for other in ordered if other.parent == path.parent]
        alike = [other for other in beside if said[other] == said[path]]
        if path.parent.name.lower().rsplit("-", 1)[-1] in RATER_FOLDERS and len(beside) > 1:
            names[path] = f"rater {beside.index(path) + 1}"
        elif not said[path]:
            names[path] = f"label file {number}"
        else:
            names[path] = f"file {said[path]}" + (f", {alike.index(path) + 1}" if len(alike) > 1 else "")
    return names


def _imaging_words(path: Path) -> str:
    stem = path.name.lower().removesuffix(".gz").removesuffix(".nii")
    return " ".join(word for word in re.split(r"[^a-z0-9]+", stem) if word in _PLAIN_WORDS or clean(word))


def same_grid(one: Grid, other: Grid) -> bool:
    """Whether two grids have the same voxels, in whatever order and direction."""
    return turned(np.broadcast_to(np.uint16(0), one.shape), one, other) is not None


def laid_on(labels: NDArray[Any], lies: Grid, scan: Grid) -> NDArray[np.uint16] | None:
    """Labels in the order of a scan's voxels; None where they lie on another grid. Arguments as for `turned`."""
    same = turned(labels, lies, scan)
    return None if same is None else np.ascontiguousarray(same, dtype=np.uint16)


def turned(voxels: NDArray[Any], lies: Grid, scan: Grid) -> NDArray[Any] | None:
    """A view of voxels in the order of a scan's; None where they lie on another grid.

    Args:
        voxels: `lies.shape`.
        lies: Their grid, perhaps with its axes in another order or direction.
        scan: The scan's.
    """
    # Columns: what one step along each axis of the labels is in the scan's voxels.
    steps = np.linalg.solve(scan.affine, lies.affine)
    axes = np.rint(steps[:3, :3])
    order = np.abs(axes).argmax(axis=1)
    if sorted(order.tolist()) != [0, 1, 2] or np.abs(axes).sum() != 3:
        return None
    sides: list[int] = [lies.shape[axis] for axis in order.tolist()]
    if tuple(sides) != scan.shape:
        return None
    corners = np.array(np.meshgrid(*([0, side - 1] for side in lies.shape), indexing="ij")).reshape(3, -1)
    found = steps[:3, :3] @ corners + steps[:3, 3:4]
    backwards = [axes[axis, order[axis]] < 0 for axis in range(3)]
    ends = np.array([scan.shape[axis] - 1 if backwards[axis] else 0 for axis in range(3)])
    if np.abs(found - (axes @ corners + ends[:, None])).max() > _SAME_VOXEL:
        return None
    directions = [slice(None, None, -1 if back else 1) for back in backwards]
    return voxels.transpose(order)[tuple(directions)]
