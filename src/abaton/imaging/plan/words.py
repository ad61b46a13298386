"""What commands and pages say of margins, in the same words: achieved or violated, and never what follows from it."""

from abaton.imaging.plan.disagreement import Disagreement
from abaton.imaging.plan.margins import Margins, Point


def summary(margins: Margins, found: Disagreement | None) -> str:
    """The verdict, or the smallest distance where no margin was planned, with what the raters make of it."""
    closest = margins.closest
    said = f"{margins.target} comes within {closest.distance_mm:.1f} mm of {_the(closest.structure)}"
    if closest.distance_mm <= 0.0:
        said = f"{margins.target} overlaps {_the(closest.structure)}, {-closest.distance_mm:.1f} mm deep"
    if margins.planned_mm is not None:
        verdict = margins.verdict[0].upper() + margins.verdict[1:]
        said = f"{verdict}: {margins.planned_mm:g} mm were planned; {said}"
        if abs(closest.distance_mm - margins.planned_mm) < margins.voxel_mm:
            said += f". The difference is less than half a voxel ({margins.voxel_mm:.2f} mm)"
    if found is not None:
        least, greatest = found.closest_mm
        said += f". By rater {least:.1f} to {greatest:.1f} mm"
        if found.achieved_by is not None:
            said += f"; achieved in {found.achieved_by} of {len(found.raters)} raters' drawings"
    return f"{said}."


def nearest(margins: Margins) -> str:
    """Where the target comes nearest."""
    closest = margins.closest
    return (
        f"{closest.distance_mm:.2f} mm (drawn to half a voxel, {margins.voxel_mm:.2f} mm) between "
        f"{place_text(closest.on_target_mm)} on {margins.target} and {place_text(closest.on_structure_mm)} on "
        f"{_the(closest.structure)}; world millimetres, left, back, up."
    )


def method(margins: Margins) -> str:
    """How the figures were made, and where they end."""
    by = f"the {margins.made_by}" if margins.made_by.startswith("majority") else margins.made_by
    return (
        f"Target as drawn by {by}: {margins.volume_mm3 / 1000:.2f} ml in voxels, "
        f"{margins.surface_mm2:.0f} mm² of smooth closed surface. Distances run from that surface to the exact "
        "Euclidean distance field of each structure, in the scan's world millimetres whatever the direction and size "
        "of its voxels; both surfaces lie within half a voxel of the drawing. What lies outside the scan is not known. "
        "Whether the drawing is right, and what moves between scan and treatment, is not in these figures."
    )


def disagreement_text(found: Disagreement) -> str:
    """What the raters' disagreement amounts to."""
    least, greatest = found.closest_mm
    return (
        f"{len(found.raters)} raters. Smallest distance {least:.1f} to {greatest:.1f} mm, standard deviation "
        f"{found.closest_deviation_mm:.2f} mm. Their boundaries lie {found.boundary_deviation_mm:.2f} mm (standard "
        f"deviation) apart over the target's surface, 95 % of it within {found.boundary_deviation95_mm:.2f} mm, and "
        f"{found.at_closest_mm:.2f} mm where it is nearest to a structure."
    )


def structure_rows(margins: Margins) -> list[tuple[str | float, ...]]:
    """A row for each structure; the last for the nearest of them, where there are several."""
    rows: list[tuple[str | float, ...]] = [
        (
            one.name,
            round(one.closest.distance_mm, 2),
            round(one.percentile5_mm, 2),
            *(round(area) for area in one.within_mm2),
            round(one.overlap_mm3),
            "" if one.volume_mm3 is None else round(one.volume_mm3 / 1000, 2),
            place_text(one.closest.on_target_mm),
        )
        for one in margins.structures
    ]
    if len(rows) > 1:
        areas = [round(area) for area in margins.within_mm2]
        least = round(margins.closest.distance_mm, 2)
        place = place_text(margins.closest.on_target_mm)
        rows.append(("nearest of them", least, round(margins.percentile5_mm, 2), *areas, "", "", place))
    return rows


def shell_rows(margins: Margins) -> list[tuple[str | float, ...]]:
    """A row for each shell."""
    return [
        (
            f"{shell.within_mm:g} mm",
            round(shell.volume_mm3 / 1000, 2),
            *(round(shell.entered_mm3[one.name] / 1000, 2) for one in margins.structures),
            "cut by its edge" if shell.cut else "whole",
        )
        for shell in margins.shells
    ]


def rater_rows(found: Disagreement) -> list[tuple[str | float, ...]]:
    """A row for each rater."""
    kept = {None: "", True: "achieved", False: "violated"}
    return [
        (
            one.made_by,
            round(one.volume_mm3 / 1000, 2),
            round(one.closest_mm, 2),
            one.closest_to,
            round(one.percentile5_mm, 2),
            kept[one.achieved],
            round(one.dice, 3),
            round(one.hausdorff95_mm, 2),
        )
        for one in found.raters
    ]


def place_text(place: Point) -> str:
    """A world position, rounded to tenths of a millimetre."""
    return ", ".join(f"{value:.1f}" for value in place)


def _the(structure: str) -> str:
    return "the patient's boundary" if structure == "boundary" else structure
