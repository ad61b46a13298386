"""What an import found."""

from collections.abc import Callable
from typing import TypeAlias

import msgspec
from pydicom import Dataset

from abaton.imaging.privacy.report import PrivacyReport
from abaton.imaging.volume import Segmentation, Volume

Report: TypeAlias = Callable[[str, float], None]
"""Told what is being done, and how much of it is done, 0 to 1."""


class ImportedSeries(msgspec.Struct, frozen=True, eq=False):
    """One series, read, checked and freed of identifiers.

    Attributes:
        volume: With its certificate.
        headers: De-identified, without pixels, one for each slice in the volume's order; none for NIfTI, and none
            where the volume was resampled.
        privacy: What was removed.
        files: How many files it came from.
    """

    volume: Volume
    headers: tuple[Dataset, ...]
    privacy: PrivacyReport
    files: int


class Skipped(msgspec.Struct, frozen=True):
    """What could not be used, and what to do about it. Names neither files nor people.

    Attributes:
        code: Short stable word with underscores, such as `mixed_orientation`.
        got: What was met.
        expected: What would have been right.
        next_step: What to do now.
        files: How many files it concerns.
    """

    code: str
    got: str
    expected: str
    next_step: str
    files: int


class Found(msgspec.Struct, frozen=True, eq=False):
    """Everything that came of one path.

    Attributes:
        series: Volumes, in the order of series number and time.
        segmentations: Labels that lie on the grid of one of the series, by the series' place in `series`.
        skipped: What was left out, with the reason.
    """

    series: tuple[ImportedSeries, ...]
    segmentations: tuple[tuple[int, Segmentation], ...]
    skipped: tuple[Skipped, ...]
