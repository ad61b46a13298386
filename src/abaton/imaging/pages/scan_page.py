"""The page of one scan: three slices, the volume in 3-D, labels, certificate, and what was removed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from abaton.geometry.grid import FloatArray, Grid
from abaton.imaging import words
from abaton.imaging.label_colors import label_color
from abaton.imaging.pages.planes import PLANES
from abaton.imaging.pages.slices import Overlay, index_at, slice_picture
from abaton.imaging.store import ScanRecord, Scans
from abaton.imaging.store.kernels import halve_labels
from abaton.imaging.store.levels import levels_of
from abaton.imaging.volume import Segmentation, Volume
from abaton.pages.blocks import Block, Figures, Heading, Page, Paragraph, Table, View3D

MOST_VOXELS_IN_VIEW = 48_000_000
"""A finer level is not put into a page: this many bytes are unpacked and held in the browser's memory."""

MOST_LABELS_IN_VIEW = 255
_FILLED = 0.14


def scan_page(scans: Scans, scan_id: str, *, shown: int | None = None, made_at: str = "") -> Page:
    """Everything that is known of a scan, on one page.

    Args:
        scans: Where it is kept.
        scan_id: Or a prefix.
        shown: Number of the segmentation to draw; None for the first.
        made_at: When the page is made, for its foot.

    Raises:
        Problem: There is no such scan or segmentation, or it is damaged.
    """
    record = scans.record(scan_id)
    volume = scans.volume(record.id)
    numbers = [one.number for one in record.segmentations]
    chosen = scans.segmentation(record.id, numbers[0] if shown is None else shown) if numbers or shown else None
    centre = _centre_mm(volume, chosen)
    blocks: list[Block] = [_slices(volume, chosen, centre)]
    if len(numbers) > 1:
        blocks += _raters(volume, scans.segmentations(record.id), centre)
    blocks += [Heading("In three dimensions"), _view(scans, record, chosen)]
    if chosen is not None:
        blocks += [Heading("Labels"), *_labels(record, chosen)]
    blocks += [Heading("The scan"), _facts(record)]
    blocks += [Heading("Geometry certificate"), *_certificate(record)]
    blocks += [Heading("Privacy"), *_privacy(record)]
    subtitle = f"Scan {words.short_id(record)}, imported {record.imported_at[:10]}"
    return Page(words.title(record), subtitle, blocks, made_at)


def _slices(volume: Volume, chosen: Segmentation | None, centre: FloatArray) -> Figures:
    overlays = [] if chosen is None else label_overlays(chosen)
    return Figures(
        [
            slice_picture(volume, plane, index_at(volume.grid, plane, centre), overlays, crossing_mm=centre)
            for plane in PLANES
        ]
    )


def label_overlays(segmentation: Segmentation) -> list[Overlay]:
    """Every label of a segmentation, outlined in its colour."""
    values = [int(value) for value in np.unique(segmentation.labels) if value]
    return [
        Overlay(
            segmentation.names.get(value, f"label {value}"), label_color(value), segmentation.labels == value, _FILLED
        )
        for value in values
    ]


def _raters(volume: Volume, all_of_them: Sequence[Segmentation], centre: FloatArray) -> list[Block]:
    overlays = [
        Overlay(one.made_by, label_color(place), one.labels > 0, wide=0.6)
        for place, one in enumerate(all_of_them, start=1)
    ]
    everything = np.logical_or.reduce([overlay.mask for overlay in overlays])
    figures = [
        slice_picture(volume, plane, index_at(volume.grid, plane, centre), overlays, closeup=everything)
        for plane in PLANES
    ]
    rows = [(one.made_by, _millilitres(int(np.count_nonzero(one.labels)), volume.grid)) for one in all_of_them]
    colors = {place: label_color(place + 1) for place in range(len(rows))}
    return [
        Heading("Who labelled what"),
        Paragraph("The outer border of everything that each of them labelled."),
        Figures(figures),
        Table(["Made by", "All labels together, ml"], rows, colors=colors),
    ]


def _view(scans: Scans, record: ScanRecord, chosen: Segmentation | None) -> View3D:
    levels = levels_of(record.grid)
    level = next(
        (at for at, (grid, _) in enumerate(levels) if np.prod(grid.shape) <= MOST_VOXELS_IN_VIEW), len(levels) - 1
    )
    grid = levels[level][0]
    labels = None
    names: dict[int, tuple[str, str]] = {}
    if chosen is not None and int(chosen.labels.max(initial=0)) <= MOST_LABELS_IN_VIEW:
        labels = _labels_at(chosen.labels, [factors for _, factors in levels[1 : level + 1]])
        present = [int(value) for value in np.unique(labels) if value]
        names = {value: (chosen.names.get(value, f"label {value}"), label_color(value)) for value in present}
    spacing = " x ".join(f"{mm:.2f}" for mm in reversed(grid.spacing_mm))
    detail = "" if level == 0 else f", at level of detail {level}"
    return View3D(
        values=scans.region(record.id, "working", level),
        grid=grid,
        range=record.working_range,
        unit=record.unit,
        modality=record.modality,
        title=words.title(record),
        alt=f"The whole scan seen from outside{', with its labels as surfaces' if labels is not None else ''}",
        caption=(
            f"Drawn from the working copy of 256 grey values, voxels of {spacing} mm{detail}. Numbers are read from "
            "the exact values, never from this picture. Not for primary diagnosis."
        ),
        labels=labels,
        label_names=names,
        # What is labelled mostly lies inside: a look through which it can be seen.
        preset="mr_brain" if names and record.modality != "CT" else None,
    )


def _labels_at(labels: NDArray[np.uint16], halvings: Sequence[tuple[int, int, int]]) -> NDArray[np.uint16]:
    for factors in halvings:
        labels = halve_labels(labels, factors)
    return labels


def _labels(record: ScanRecord, chosen: Segmentation) -> list[Block]:
    values, counts = np.unique(chosen.labels, return_counts=True)
    found = [(int(value), int(count)) for value, count in zip(values, counts, strict=True) if value]
    rows = [
        (chosen.names.get(value, f"label {value}"), value, count, _millilitres(count, record.grid))
        for value, count in found
    ]
    colors = {place: label_color(value) for place, (value, _) in enumerate(found)}
    caption = (
        f"Made by {chosen.made_by}. Volumes count voxels; the command “abaton scan measure” tells how sure they are."
    )
    return [Table(["Label", "Value", "Voxels", "Volume, ml"], rows, caption, colors)]


def _facts(record: ScanRecord) -> Table:
    low, high = record.working_range
    unit = f" {record.unit}" if record.unit else ""
    rows = [
        ("Modality", record.modality),
        ("Series", record.description or "no description"),
        ("Size", words.size_text(record)),
        ("Spacing", words.spacing_text(record)),
        ("Extent", words.extent_text(record)),
        ("Orientation", words.orientation_text(record)),
        ("Stored as", f"{record.dtype}, exact; value = {record.slope:g} x stored + {record.intercept:g}{unit}"),
        ("Working copy", f"{low:g} to {high:g}{unit} in 256 steps"),
        ("Came from", f"{record.files} {record.source} file{'' if record.files == 1 else 's'}"),
        ("Imported", record.imported_at),
        ("SHA-256", record.digest),
    ]
    return Table([], rows)


def _certificate(record: ScanRecord) -> list[Block]:
    certificate = record.certificate
    errors = certificate.slice_errors_mm
    compared = f"{len(errors)} slices" if errors else "nothing: the file holds no slice positions"
    rows: list[tuple[str, str]] = [
        ("Certified", "yes: world millimetres may be measured" if certificate.certified else "no: no measuring"),
        ("Evidence", certificate.evidence),
        ("Compared", compared),
        ("Largest error", f"{certificate.error_mm:.6f} mm"),
        *(
            [("Before resampling", f"{max(errors):.3f} mm at most")]
            if certificate.evidence == "resampled" and errors
            else []
        ),
        ("Gantry tilt", f"{certificate.tilt_deg:.2f} degrees"),
        ("Axes", words.orientation_text(record)),
    ]
    summary = words.certificate_text(certificate)
    said: Block = Paragraph(f"{summary[0].upper()}{summary[1:]}.", "plain" if certificate.certified else "note")
    return [said, Table([], rows), *(Paragraph(remark, "quiet") for remark in certificate.remarks)]


def _privacy(record: ScanRecord) -> list[Block]:
    privacy = record.privacy
    summary = words.privacy_text(privacy)
    blocks: list[Block] = [Paragraph(f"{summary[0].upper()}{summary[1:]}."), Paragraph(privacy.profile, "quiet")]
    blocks += [Paragraph(f"Look at this: {warning}", "note") for warning in privacy.warnings]
    rows = [(one.name, one.tag, one.action, one.count) for one in privacy.removed]
    if rows:
        blocks.append(
            Table(["Attribute", "Tag", "What was done", "Places"], rows, "Changed in the headers before storing.")
        )
    return blocks


def _centre_mm(volume: Volume, chosen: Segmentation | None) -> FloatArray:
    """The middle of what is labelled, or of what is not background."""
    if chosen is not None and chosen.labels.any():
        return volume.grid.to_world(_middle(chosen.labels > 0))
    step = 4
    coarse = volume.voxels[::step, ::step, ::step].astype(np.float32)
    known = coarse[np.isfinite(coarse)]
    if not known.size:
        return volume.grid.to_world((np.array(volume.grid.shape) - 1) / 2)
    low, high = np.percentile(known, [1, 99.5])
    inside = coarse > low + 0.15 * (high - low)
    return volume.grid.to_world(_middle(inside) * step if inside.any() else (np.array(volume.grid.shape) - 1) / 2)


def _middle(mask: NDArray[np.bool_]) -> FloatArray:
    """The mean index of a mask; of several parts, a place in the one that is met first."""
    return np.array([float(np.mean(found)) for found in np.nonzero(mask)])


def _millilitres(voxels: int, grid: Grid) -> float:
    return round(voxels * grid.voxel_volume_mm3 / 1000, 2)
