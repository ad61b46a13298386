"""The agreement of raters as a page: tables, and a map of where they differ."""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.geometry.grid import Grid
from abaton.imaging.label_colors import label_color
from abaton.imaging.pages import PLANES, Overlay, Plane, fullest_index, slice_picture
from abaton.imaging.segment.agreement import Agreement, entropy_bits
from abaton.imaging.volume import Segmentation, Volume
from abaton.pages import Block, Figure, Figures, Heading, Page, Paragraph, Table

_MARGIN_MM = 15.0
_DISSENT = "#e6d25c"


def summary_rows(found: Agreement) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Columns, and a row for each label: the mean over all pairs of raters, and the worst pair."""
    columns = ("Label", "Raters", "Volume, ml", "Dice", "HD95, mm", "Kappa")
    rows: list[tuple[str, ...]] = []
    for label in found.labels:
        pairs = [pair.overlap for pair in found.pairs if pair.label == label]
        volumes = [volume / 1000 for volume in found.volumes_mm3[label]]
        drawn = sum(volume > 0 for volume in volumes)
        rows.append(
            (
                label,
                f"{drawn} of {len(volumes)}",
                f"{min(volumes):.1f} to {max(volumes):.1f}",
                _mean([pair.dice for pair in pairs], 2, "least", min),
                _mean([pair.hd95_mm for pair in pairs], 1, "most", max),
                _number(found.kappa[label], 2),
            )
        )
    return columns, rows


def agreement_page(volume: Volume, raters: Sequence[Segmentation], found: Agreement) -> Page:
    """A page with the summary, all pairs, and slices on which every rater's outline and their dissent can be seen.

    Args:
        volume: The scan.
        raters: As compared.
        found: Of the comparison.
    """
    columns, rows = summary_rows(found)
    near, near_raters = _around(volume, raters)
    blocks: list[Block] = [
        Paragraph(
            "Means over all pairs of raters, with the worst pair in brackets. Distances run between border voxels, "
            "both ways; HD95 is the distance that 95 % of them do not exceed. Kappa is Fleiss', over all voxels.",
            "quiet",
        ),
        Table(columns, rows, "Agreement by label"),
        Heading("Where they differ"),
        Paragraph("Each rater's outline of everything labelled, a colour a rater."),
        Figures([_outlines(near, near_raters, plane) for plane in PLANES]),
        Paragraph("How divided they are, voxel by voxel: the stronger the colour, the nearer to half against half."),
        Figures([_dissent(near, near_raters, plane) for plane in PLANES]),
        Heading("Raters"),
        Table(
            ("Rater", *(f"{label}, ml" for label in found.labels)),
            [
                (name, *(f"{found.volumes_mm3[label][place] / 1000:.2f}" for label in found.labels))
                for place, name in enumerate(found.raters)
            ],
            "Volumes",
            {place: label_color(place + 1) for place in range(len(found.raters))},
        ),
        Heading("All pairs"),
        Table(("Label", "First", "Second", "Dice", "Jaccard", "HD95, mm", "Mean distance, mm"), _pairs(found)),
    ]
    return Page("Agreement between raters", volume.description or volume.modality, blocks)


def _around(volume: Volume, raters: Sequence[Segmentation]) -> tuple[Volume, list[Segmentation]]:
    """The part of the scan around everything that was labelled."""
    low, high = np.array(volume.grid.shape), np.zeros(3, dtype=np.int64)
    for one in raters:
        held = np.argwhere(one.labels > 0)
        if len(held):
            low, high = np.minimum(low, held.min(axis=0)), np.maximum(high, held.max(axis=0) + 1)
    margin = np.ceil(_MARGIN_MM / np.array(volume.grid.spacing_mm)).astype(np.int64)
    low = np.maximum(low - margin, 0)
    high = np.minimum(high + margin, volume.grid.shape)
    if (low >= high).any():
        return volume, list(raters)
    affine = volume.grid.affine
    affine[:3, 3] = volume.grid.to_world(low)
    grid = Grid.of(high - low, affine)
    a, b, c = (slice(int(first), int(last)) for first, last in zip(low, high, strict=True))
    part = msgspec.structs.replace(volume, voxels=np.ascontiguousarray(volume.voxels[a, b, c]), grid=grid)
    return part, [
        msgspec.structs.replace(one, labels=np.ascontiguousarray(one.labels[a, b, c]), grid=grid) for one in raters
    ]


def _outlines(volume: Volume, raters: Sequence[Segmentation], plane: Plane) -> Figure:
    drawn = [Overlay(one.made_by, label_color(place + 1), _any(one)) for place, one in enumerate(raters)]
    index = fullest_index(np.any([_any(one) for one in raters], axis=0), volume.grid, plane)
    return slice_picture(volume, plane, index, drawn, caption="")


def _dissent(volume: Volume, raters: Sequence[Segmentation], plane: Plane) -> Figure:
    divided = entropy_bits(raters)
    steps = np.unique(divided)[1:]
    # Each step lies on those below it, so that colour grows with dissent.
    shades = [
        Overlay(f"dissent of {step:.2f} bits or more", _DISSENT, divided >= step, 0.8 / len(steps)) for step in steps
    ]
    index = fullest_index(np.any([_any(one) for one in raters], axis=0), volume.grid, plane)
    return slice_picture(volume, plane, index, shades[-6:])


def _any(one: Segmentation) -> NDArray[np.bool_]:
    return one.labels > 0


def _pairs(found: Agreement) -> list[tuple[str, ...]]:
    return [
        (
            pair.label,
            found.raters[pair.first],
            found.raters[pair.second],
            _number(pair.overlap.dice, 3),
            _number(pair.overlap.jaccard, 3),
            _number(pair.overlap.hd95_mm, 1),
            _number(pair.overlap.mean_distance_mm, 2),
        )
        for pair in found.pairs
    ]


def _mean(values: Sequence[float | None], digits: int, word: str, worst: Callable[[Sequence[float]], float]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "none"
    return f"{sum(known) / len(known):.{digits}f} ({word} {worst(known):.{digits}f})"


def _number(value: float | None, digits: int) -> str:
    return "none" if value is None else f"{value:.{digits}f}"
