"""Frames to stacks: what belongs together, and what must not be mixed."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeAlias

import msgspec
import numpy as np

from abaton.core.errors import Problem
from abaton.geometry.grid import FloatArray
from abaton.imaging.importing.found import Skipped
from abaton.imaging.importing.frames import KINDS, Frame
from abaton.imaging.importing.geometry import (
    FEWEST_SLICES,
    SAME_PLACE_MM,
    Plane,
    Stack,
    corner_offsets_mm,
    fit,
)
from abaton.imaging.importing.refusals import refuse, skipped

_SAME_MM = 0.005
"""Frames whose corners would lie nearer than this to each other have one orientation and spacing."""

Frames: TypeAlias = Sequence[Frame]


class Candidate(msgspec.Struct, frozen=True):
    """Frames that may make a volume.

    Attributes:
        frames: At least three, with position, orientation and spacing; perhaps several at one place.
        plane: What they share.
        separated: What they were separated from by, in words for the reader; empty where they were alone.
    """

    frames: tuple[Frame, ...]
    plane: Plane
    separated: str = ""

    @property
    def positions_mm(self) -> FloatArray:
        """(frames, 3)."""
        return np.array([frame.position_mm for frame in self.frames], dtype=np.float64)


def candidates(frames: Frames) -> tuple[list[Candidate], list[Skipped]]:
    """Sorts frames into those that may make volumes, and the rest with the reason."""
    usable, left = _usable(frames)
    found: list[Candidate] = []
    for series in _grouped(usable, lambda frame: frame.series[:2]):
        parts = [part for together in _grouped(series, lambda frame: frame.series) for part in _alike(together)]
        small = [frame for part in parts if len(part) < FEWEST_SLICES for frame in part]
        if small:
            left.append(skipped(_mixed(len(parts)) if len(parts) > 1 else _too_few(len(small)), _files(small)))
        separated = "orientation, size, spacing or echo" if len(parts) > 1 else ""
        for part in parts:
            if len(part) >= FEWEST_SLICES:
                found.extend(_separated(Candidate(tuple(part), _plane(part[0]), separated)))
    found.sort(key=lambda candidate: candidate.frames[0].order)
    return found, left


def places(candidate: Candidate) -> list[list[int]]:
    """Indices of the candidate's frames by their place along the normal; more than one where a place is taken twice."""
    along = candidate.positions_mm @ candidate.plane.normal
    order = np.argsort(along, kind="stable")
    taken: list[list[int]] = []
    before = -np.inf
    for index in order.tolist():
        if along[index] - before < SAME_PLACE_MM:
            taken[-1].append(index)
        else:
            taken.append([index])
            before = float(along[index])
    return taken


def fitted(candidate: Candidate) -> Stack:
    """The grid of a candidate with one frame at each place."""
    orientations = [frame.orientation for frame in candidate.frames if frame.orientation is not None]
    return fit(candidate.positions_mm, candidate.plane, orientations)


def _usable(frames: Frames) -> tuple[list[Frame], list[Skipped]]:
    good: list[Frame] = []
    bad: dict[str, tuple[Problem, list[Frame]]] = {}
    for frame in frames:
        problem = frame.refusal
        if problem is None and frame.orientation is None:
            problem = _no_geometry("no_orientation", "orientation", "Image Orientation (Patient)")
        if problem is None and frame.position_mm is None:
            problem = _no_geometry("no_position", "position", "Image Position (Patient)")
        if problem is None and frame.spacing_mm is None:
            problem = _no_geometry("no_spacing", "pixel spacing", "Pixel Spacing")
        if problem is None:
            good.append(frame)
        else:
            bad.setdefault(problem.code, (problem, []))[1].append(frame)
    return good, [skipped(problem, _files(some)) for problem, some in bad.values()]


def _alike(frames: Frames) -> list[list[Frame]]:
    """Parts of one size, type, spacing and orientation; one pass, as each frame is compared with a part's first."""
    parts: list[list[Frame]] = []
    exact: dict[Hashable, list[Frame]] = {}
    for frame in frames:
        layout = frame.layout
        kind = (layout.rows, layout.columns, layout.bits_allocated, layout.signed, layout.floating)
        key = (kind, frame.orientation, frame.spacing_mm)
        part = exact.get(key)
        if part is None:
            part = next((part for part in parts if _same_plane(part[0], frame)), None)
            if part is None:
                part = list[Frame]()
                parts.append(part)
            exact[key] = part
        part.append(frame)
    return parts


def _same_plane(one: Frame, other: Frame) -> bool:
    a, b = one.layout, other.layout
    if (a.rows, a.columns, a.bits_allocated, a.signed, a.floating) != (
        b.rows, b.columns, b.bits_allocated, b.signed, b.floating,
    ):  # fmt: skip
        return False
    return float(np.abs(_corners(one) - _corners(other)).max()) <= _SAME_MM


def _corners(frame: Frame) -> FloatArray:
    assert frame.orientation is not None and frame.spacing_mm is not None  # noqa: S101, PT018 - usable frames only
    return corner_offsets_mm(frame.orientation, frame.spacing_mm, frame.layout.rows, frame.layout.columns)


def _plane(frame: Frame) -> Plane:
    assert frame.orientation is not None and frame.spacing_mm is not None  # noqa: S101, PT018 - usable frames only
    return Plane.of(frame.orientation, frame.spacing_mm, frame.layout.rows, frame.layout.columns)


def _separated(candidate: Candidate) -> list[Candidate]:
    """Splits by acquisition, time, diffusion or kind of image, where frames would make no regular stack otherwise."""
    taken = places(candidate)
    alone = all(len(place) == 1 for place in taken)
    if alone and fitted(candidate).regular:
        return [candidate]
    for regular in (True, False):
        if alone and not regular:
            break
        for number, keyword in enumerate(KINDS):
            parts = _grouped(candidate.frames, lambda frame, number=number: frame.kind[number])
            if len(parts) < 2 or any(len(part) < FEWEST_SLICES for part in parts):
                continue
            split = [Candidate(tuple(part), candidate.plane, _words(keyword)) for part in parts]
            if regular and all(_is_regular(part) for part in split):
                return split
            if not regular and len(parts) <= max(map(len, taken)):
                return [end for part in split for end in _separated(part)]
    return [candidate]


def _is_regular(candidate: Candidate) -> bool:
    return all(len(place) == 1 for place in places(candidate)) and fitted(candidate).regular


def _grouped(frames: Iterable[Frame], key: Callable[[Frame], Hashable]) -> list[list[Frame]]:
    groups: defaultdict[Hashable, list[Frame]] = defaultdict(list)
    for frame in frames:
        groups[key(frame)].append(frame)
    return list(groups.values())


def _files(frames: Frames) -> int:
    return len(Counter(frame.path for frame in frames))


def _words(keyword: str) -> str:
    return {
        "AcquisitionNumber": "acquisition",
        "TemporalPositionIdentifier": "time point",
        "TemporalPositionIndex": "time point",
        "TriggerTime": "trigger time",
        "DiffusionBValue": "diffusion weighting",
        "DiffusionGradientOrientation": "diffusion direction",
        "ImageType": "kind of image",
        "AcquisitionTime": "acquisition time",
    }[keyword]


def _too_few(count: int) -> Problem:
    return refuse(
        "too_few_slices",
        got=f"a series of {count} {'slice' if count == 1 else 'slices'}",
        expected=f"at least {FEWEST_SLICES}: two positions always agree with each other, so nothing vouches for them",
        next_step="Import the whole series.",
    )


def _mixed(parts: int) -> Problem:
    return refuse(
        "mixed_orientation",
        got=f"a series that mixes {parts} orientations, sizes or echoes, with fewer than {FEWEST_SLICES} slices of one",
        expected="slices of one orientation, size and spacing",
        next_step="This is a localizer or a mixture; import the series that it points to.",
    )


def _no_geometry(code: str, what: str, attribute: str) -> Problem:
    return refuse(
        code,
        got=f"images without a usable {what}",
        expected=f"{attribute} in every slice, finite and consistent",
        next_step="Without it no millimetre is certain; export the original series instead of a derived picture.",
    )
