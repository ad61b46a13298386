"""The agreement of raters as a page: tables, and a map of where they differ."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from abaton.imaging.label_colors import label_color
from abaton.imaging.pages import (
    PLANES,
    Block,
    Figure,
    Figures,
    Heading,
    Overlay,
    Page,
    Paragraph,
    Plane,
    Table,
    fullest_index,
    slice_picture,
)
from abaton.imaging.segment.agreement import Agreement, entropy_bits, votes
from abaton.imaging.volume import Segmentation, Volume


def summary_rows(found: Agreement) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Columns, and a row for each label: the mean over all pairs of raters and the worst pair."""
    columns = ("Label", "Raters", "Volume, ml", "Dice", "Jaccard", "HD95, mm", "Mean distance, mm", "Fleiss' kappa")
    rows: list[tuple[str, ...]] = []
    for label in found.labels:
        pairs = [pair.overlap for pair in found.pairs if pair.label == label]
        volumes = [volume / 1000 for volume in found.volumes_mm3[label]]
        drawn = sum(volume > 0 for volume in volumes)
        rows.append(
            (
                label,
                str(drawn),
                f"{min(volumes):.1f} to {max(volumes):.1f}",
                _range([pair.dice for pair in pairs], 2),
                _range([pair.jaccard for pair in pairs], 2),
                _range([pair.hd95_mm for pair in pairs], 1),
                _range([pair.mean_distance_mm for pair in pairs], 1),
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
    blocks: list[Block] = [
        Paragraph(
            "Means over all pairs of raters, with the least and the greatest in brackets. Distances run between border "
            "voxels, both ways. Kappa is over all voxels of the scan.",
            "quiet",
        ),
        Table(columns, rows, "Agreement by label"),
        Heading("Where they differ"),
        Paragraph(
            "Outlines: one colour a rater. Shaded: voxels on which they do not all agree, the darker the more divided."
        ),
        Figures([_picture(volume, raters, plane) for plane in PLANES]),
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
        Table(("Label", "First", "Second", "Dice", "HD95, mm", "Greatest distance, mm"), _pairs(found)),
    ]
    return Page("Agreement between raters", volume.description or volume.modality, blocks)


def _picture(volume: Volume, raters: Sequence[Segmentation], plane: Plane) -> Figure:
    divided = entropy_bits(raters)
    any_vote = np.zeros(volume.grid.shape, dtype=np.bool_)
    for name in dict.fromkeys(name for one in raters for name in one.names.values()):
        any_vote |= votes(raters, name) > 0
    most = float(divided.max())
    shades = [
        Overlay("raters differ", "#e6d25c", divided > 0, 0.25),
        Overlay("raters differ most", "#e6d25c", divided > 0.75 * most, 0.35),
    ]
    outlines = [Overlay(one.made_by, label_color(place + 1), _any(one)) for place, one in enumerate(raters)]
    index = fullest_index(any_vote, volume.grid, plane)
    return slice_picture(volume, plane, index, [*(shades if most > 0 else []), *outlines])


def _any(one: Segmentation) -> NDArray[np.bool_]:
    return one.labels > 0


def _pairs(found: Agreement) -> list[tuple[str, ...]]:
    return [
        (
            pair.label,
            found.raters[pair.first],
            found.raters[pair.second],
            _number(pair.overlap.dice, 3),
            _number(pair.overlap.hd95_mm, 1),
            _number(pair.overlap.hausdorff_mm, 1),
        )
        for pair in found.pairs
    ]


def _range(values: Sequence[float | None], digits: int) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "none"
    mean = sum(known) / len(known)
    return f"{mean:.{digits}f} ({min(known):.{digits}f} to {max(known):.{digits}f})"


def _number(value: float | None, digits: int) -> str:
    return "none" if value is None else f"{value:.{digits}f}"
