"""Segmenters that a clinic installs: found by entry point, asked what they lack, run in this process, checked."""

from collections.abc import Iterable, Sequence
from importlib import metadata
from typing import Any, Protocol, runtime_checkable

import msgspec
import numpy as np

from abaton.core.errors import Problem
from abaton.imaging.importing.found import Report
from abaton.imaging.segment.watch import QUIET, Cancelled, Stopped, Watch
from abaton.imaging.volume import Segmentation, Volume

GROUP = "abaton.segmenters"
"""The entry point group under which packages name their segmenters."""

_LONGEST_NAME = 64


class Requirement(msgspec.Struct, frozen=True):
    """Something that a segmenter needs.

    Attributes:
        what: Such as `weights of the model, 150 MB`.
        met: Whether it is there.
        install: What to do to have it, such as a command.
    """

    what: str
    met: bool
    install: str


@runtime_checkable
class Segmenter(Protocol):
    """What a plug-in provides: a class without arguments, or a function that makes one.

    Attributes:
        name: Short and unique, as typed after `--with`.
        segments: Names of the labels it makes.
        modalities: DICOM's modalities that it was made for; empty where any will do.
    """

    name: str
    segments: tuple[str, ...]
    modalities: tuple[str, ...]

    def requirements(self) -> Sequence[Requirement]:
        """What it needs; asked often, so it must answer at once."""
        ...

    def segment(self, volume: Volume, report: Report, cancelled: Cancelled) -> Segmentation:
        """Labels a scan.

        Args:
            volume: The scan; its voxels cannot be written to.
            report: To be told what is being done and how much of it is done, 0 to 1.
            cancelled: To be asked often; when it answers yes, raise `abaton.imaging.segment.watch.Stopped`.

        Returns:
            Labels on the volume's grid, a name for every value, and in `made_by` the model and its version.
        """
        ...


class Listed(msgspec.Struct, frozen=True):
    """A segmenter as it is listed.

    Attributes:
        name: As typed after `--with`.
        segments: Names of its labels.
        modalities: It was made for; empty where any will do.
        package: Where it comes from.
        missing: What it lacks; it can be used when there is nothing.
    """

    name: str
    segments: tuple[str, ...]
    modalities: tuple[str, ...]
    package: str
    missing: tuple[Requirement, ...]


def listed(entry_points: Iterable[metadata.EntryPoint] | None = None) -> tuple[Listed, ...]:
    """All installed segmenters by name, those too that cannot be used, with what they lack.

    Args:
        entry_points: Those of this Python environment when None.
    """
    found = (_listed(point) for point in _points(entry_points))
    return tuple(sorted(found, key=lambda one: one.name))


def segment_with(
    name: str,
    volume: Volume,
    watch: Watch = QUIET,
    entry_points: Iterable[metadata.EntryPoint] | None = None,
) -> Segmentation:
    """Runs a segmenter and checks what it gives.

    Raises:
        Problem: There is none of this name, it lacks something, is not made for this modality, fails, or gives labels
            that do not fit the scan.
        Stopped: The work was called off.
    """
    segmenter = _chosen(name, entry_points)
    lacking = [one for one in segmenter.requirements() if not one.met]
    if lacking:
        raise Problem(
            "segmenter_incomplete",
            got=f"segmenter {name!r} without {', '.join(one.what for one in lacking)}",
            expected="everything that it needs",
            next_step=" ".join(f"{one.install.rstrip('.')}." for one in lacking),
            kind="unavailable",
        )
    if segmenter.modalities and volume.modality not in segmenter.modalities:
        raise Problem(
            "wrong_modality",
            got=f"a scan of modality {volume.modality}",
            expected=f"{' or '.join(segmenter.modalities)}, for which {name!r} was made",
            next_step="Choose another scan or another segmenter; see `abaton scan segmenters`.",
        )
    voxels = volume.voxels.view()
    voxels.flags.writeable = False
    watch.at(f"Segmenting with {name}", 0.0)
    try:
        made = segmenter.segment(msgspec.structs.replace(volume, voxels=voxels), watch.at, watch.cancelled)
    except (Stopped, Problem):
        raise
    except Exception as error:
        # Its message may hold anything, so only the sort of failure is told.
        raise Problem(
            "segmenter_failed",
            got=f"a failure of segmenter {name!r} ({type(error).__name__})",
            expected="labels",
            next_step="Tell the makers of the plug-in; nothing was stored.",
            kind="unavailable",
        ) from error
    watch.at("Checking labels", 1.0)
    return checked(made, volume, name)


def checked(made: object, volume: Volume, name: str) -> Segmentation:
    """What a segmenter gave, if it fits the scan.

    Raises:
        Problem: It does not, with how.
    """
    if not isinstance(made, Segmentation):
        raise _unfit(name, f"a {type(made).__name__}", "a Segmentation")
    labels: Any = made.labels
    if not _is_array(labels) or labels.shape != volume.grid.shape:
        raise _unfit(name, f"labels of {getattr(labels, 'shape', 'no')} voxels", f"{volume.grid.shape}, as the scan")
    if made.grid.shape != volume.grid.shape or not np.allclose(made.grid.affine, volume.grid.affine, atol=1e-6):
        raise _unfit(name, "labels on another grid", "the scan's own grid")
    if not np.issubdtype(labels.dtype, np.integer):
        raise _unfit(name, f"labels of type {labels.dtype}", "whole numbers")
    if labels.min() < 0 or labels.max() > np.iinfo(np.uint16).max:
        raise _unfit(name, f"labels from {labels.min()} to {labels.max()}", "values from 0 to 65535")
    values = set(np.flatnonzero(np.bincount(labels.ravel())).tolist()) - {0}
    if not values:
        raise _unfit(name, "no voxel with a label", "at least one")
    nameless = sorted(values - set(made.names))
    if nameless:
        raise _unfit(name, f"values without a name: {nameless[:5]}", "a name for every value")
    titles = list(made.names.values())
    if 0 in made.names or len(set(titles)) < len(titles) or not all(_usable(title) for title in titles):
        raise _unfit(name, f"the names {titles[:5]}", "one for each value above 0, each its own, of 1 to 64 characters")
    return Segmentation(
        np.ascontiguousarray(labels, dtype=np.uint16), volume.grid, dict(made.names), made.made_by or name
    )


def _is_array(value: object) -> bool:
    return isinstance(value, np.ndarray)


def _usable(title: Any) -> bool:
    return isinstance(title, str) and 1 <= len(title.strip()) <= _LONGEST_NAME and title.isprintable()


def _points(entry_points: Iterable[metadata.EntryPoint] | None) -> list[metadata.EntryPoint]:
    return list(metadata.entry_points(group=GROUP) if entry_points is None else entry_points)


def _listed(point: metadata.EntryPoint) -> Listed:
    package = point.dist.name if point.dist is not None else point.module
    try:
        segmenter = _made(point)
        missing = tuple(one for one in segmenter.requirements() if not one.met)
        return Listed(point.name, segmenter.segments, segmenter.modalities, package, missing)
    except Exception as error:
        # Whatever a plug-in does while it is loaded, the others are listed.
        reason = Requirement(
            f"a plug-in that can be loaded ({type(error).__name__})", False, f"Install or update the package {package}"
        )
        return Listed(point.name, (), (), package, (reason,))


def _made(point: metadata.EntryPoint) -> Segmenter:
    made = point.load()()
    if not isinstance(made, Segmenter):
        raise TypeError(f"{point.value} makes no segmenter")
    return made


def _chosen(name: str, entry_points: Iterable[metadata.EntryPoint] | None) -> Segmenter:
    points = [point for point in _points(entry_points) if point.name == name]
    if not points:
        raise Problem(
            "segmenter_not_found",
            got=f"no segmenter {name!r}",
            expected="the name of one that is installed",
            next_step="See `abaton scan segmenters`, or install the plug-in's package beside Abaton.",
            kind="not_found",
        )
    try:
        return _made(points[0])
    except Exception as error:
        raise Problem(
            "segmenter_broken",
            got=f"segmenter {name!r}, which cannot be loaded ({type(error).__name__})",
            expected="a plug-in for this version of Abaton",
            next_step="Install its package again, with everything it needs.",
            kind="unavailable",
        ) from error


def _unfit(name: str, got: str, expected: str) -> Problem:
    return Problem(
        "labels_unfit",
        got=f"from segmenter {name!r}: {got}",
        expected=expected,
        next_step="Tell the makers of the plug-in; nothing was stored.",
    )
