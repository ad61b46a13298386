"""The page of a plan: where the target is nearest, its margins drawn in millimetres, on its surface and as figures."""

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.geometry.grid import Grid
from abaton.geometry.surface import surface_of
from abaton.imaging.label_colors import label_color
from abaton.imaging.pages.planes import PLANES
from abaton.imaging.pages.slices import Mark, Overlay, index_at, slice_picture
from abaton.imaging.plan import words
from abaton.imaging.plan.disagreement import Disagreement
from abaton.imaging.plan.distance_colors import colors_of, histogram
from abaton.imaging.plan.margins import Floats, Margins, MarginSurface, part_of
from abaton.imaging.plan.structures import Chosen, Structure
from abaton.imaging.plan.surface_picture import SIDES, surface_picture
from abaton.imaging.plan.surface_statistics import area_histogram, area_percentile
from abaton.imaging.volume import Volume
from abaton.pages.blocks import Block, Figure, Figures, Heading, Page, Paragraph, Table, View3D, ViewedMesh
from abaton.pages.pictures import png_address

TARGET_COLOR = "#f4ead6"
_SHELL_COLORS = ("#f2c14e", "#7fb8d8", "#9aa7c7", "#b9a3cf", "#8f9b8a")
_CLOSE_UP_MM = 30.0
_BARS = 24
_STRUCTURES_IN_VIEW = 12


class Plan(msgspec.Struct, frozen=True, eq=False):
    """Everything that a page tells of a plan.

    Attributes:
        chosen: Target and structures.
        margins: Of the target as most raters drew it.
        surface: Its surface.
        disagreement: Of the raters, where there are two or more.
        deviation_mm: (n,), at each vertex of the surface, with `disagreement`.
    """

    chosen: Chosen
    margins: Margins
    surface: MarginSurface
    disagreement: Disagreement | None = None
    deviation_mm: Floats | None = None


class Backdrop(msgspec.Struct, frozen=True, eq=False):
    """What the 3-D view shows behind the surfaces: a working copy of the scan, with the values of its bytes' ends."""

    values: NDArray[np.uint8]
    grid: Grid
    range: tuple[float, float]


def plan_page(volume: Volume, plan: Plan, backdrop: Backdrop, subtitle: str, made_at: str = "") -> Page:
    """The page of a plan.

    Args:
        volume: The scan, for the slices.
        plan: What was found.
        backdrop: For the 3-D view.
        subtitle: Names the scan, not the patient.
        made_at: When the page is made, for its foot.
    """
    low, high = color_range(plan)
    overlays = _overlays(plan)
    centre = volume.grid.to_world(np.argwhere(plan.chosen.target.mask).mean(axis=0))
    blocks: list[Block] = [
        Paragraph(words.summary(plan.margins, plan.disagreement), "note"),
        *(Paragraph(remark, "quiet") for remark in plan.chosen.remarks),
        Figures(
            [
                slice_picture(volume, plane, index_at(volume.grid, plane, centre), overlays, crossing_mm=centre)
                for plane in PLANES
            ]
        ),
        _legend(plan),
        Heading("Where it is nearest"),
        Paragraph(words.nearest(plan.margins)),
        Figures(_close_up(volume, plan, overlays)),
        Heading("On the target's surface"),
        _view(volume, plan, backdrop, low, high),
        _histogram(plan, low, high),
        *_alone(plan.surface, colors_of(plan.surface.distance_mm, low, high), plan.margins.target),
        Heading("Margins"),
        *_tables(plan.margins),
    ]
    if plan.disagreement is not None and plan.deviation_mm is not None:
        blocks += _raters(volume, plan, plan.disagreement, plan.deviation_mm)
    blocks += [Heading("How it was measured", 3), Paragraph(words.method(plan.margins), "quiet")]
    title = f"Margins of {plan.margins.target}"
    return Page(title, subtitle, blocks, made_at)


def color_range(plan: Plan) -> tuple[float, float]:
    """The distances at which the colours begin and end."""
    low = plan.margins.planned_mm or 0.0
    high = area_percentile(plan.surface.mesh, plan.surface.distance_mm, 98.0)
    return low, max(high, low + 1.0)


def _structure_color(place: int) -> str:
    return label_color(place + 2)


def _overlays(plan: Plan) -> list[Overlay]:
    found = [
        Overlay("boundary of the patient", _structure_color(place), ~one.mask)
        if one.outside
        else Overlay(one.name, _structure_color(place), one.mask, filled=0.12)
        for place, one in enumerate(plan.chosen.avoided)
    ]
    for place, shell in enumerate(plan.margins.shells):
        color = _SHELL_COLORS[place % len(_SHELL_COLORS)]
        found.append(Overlay(f"{shell.within_mm:g} mm", color, _within(plan, shell.within_mm), dashed=True))
    return [*found, Overlay(plan.margins.target, TARGET_COLOR, plan.chosen.target.mask, filled=0.18)]


def _within(plan: Plan, limit_mm: float) -> NDArray[np.float32]:
    """How much of each voxel lies within a distance of the target, near enough to draw its line smoothly."""
    field = plan.surface.field
    near = np.clip(0.5 + (limit_mm - field.distance_mm) / (2.0 * max(field.grid.spacing_mm)), 0.0, 1.0)
    whole = np.zeros(plan.chosen.grid.shape, dtype=np.float32)
    a, b, c = (slice(low, low + n) for low, n in zip(plan.surface.corner, near.shape, strict=True))
    whole[a, b, c] = near
    return whole


def _legend(plan: Plan) -> Table:
    colors = [TARGET_COLOR, *(_structure_color(place) for place in range(len(plan.chosen.avoided)))]
    rows: list[tuple[str, str]] = [(plan.margins.target, "target")]
    rows += [(_shown_name(one), "to be avoided") for one in plan.chosen.avoided]
    for place, shell in enumerate(plan.margins.shells):
        colors.append(_SHELL_COLORS[place % len(_SHELL_COLORS)])
        planned = ", the planned margin" if shell.within_mm == plan.margins.planned_mm else ""
        rows.append((f"{shell.within_mm:g} mm", f"all within this distance of the target{planned}, broken line"))
    return Table([], rows, "Lines on the slices", dict(enumerate(colors)))


def _shown_name(one: Structure) -> str:
    return "boundary of the patient" if one.outside else one.name


def _close_up(volume: Volume, plan: Plan, overlays: Sequence[Overlay]) -> list[Figure]:
    """The three slices through the nearest place, cut to its surroundings."""
    nearest = plan.margins.closest
    ends = np.array([nearest.on_target_mm, nearest.on_structure_mm])
    reach = max(_CLOSE_UP_MM, 1.5 * abs(nearest.distance_mm) + 10.0)
    low, high = _surroundings(volume.grid, ends, reach)
    cut = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    grid = part_of(volume.grid, low, high)
    part = msgspec.structs.replace(volume, voxels=np.ascontiguousarray(volume.voxels[cut]), grid=grid)
    near = [msgspec.structs.replace(one, mask=np.ascontiguousarray(one.mask[cut])) for one in overlays]
    mark = Mark(nearest.on_target_mm, nearest.on_structure_mm, f"{nearest.distance_mm:.1f} mm")
    middle = ends.mean(axis=0)
    return [
        slice_picture(
            part, plane, index_at(grid, plane, middle), near, marks=[mark], caption=f"{plane.capitalize()}, close up"
        )
        for plane in PLANES
    ]


def _surroundings(grid: Grid, points_mm: Floats, reach_mm: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First index and end of the part of the grid around some points."""
    index = grid.to_index(points_mm)
    room = reach_mm / np.array(grid.spacing_mm)
    low = np.clip(np.floor(index.min(axis=0) - room), 0, np.array(grid.shape) - 1).astype(np.int64)
    high = np.clip(np.ceil(index.max(axis=0) + room) + 1, low + 1, grid.shape).astype(np.int64)
    return low, high


def _view(volume: Volume, plan: Plan, backdrop: Backdrop, low: float, high: float) -> View3D:
    meshes = [
        ViewedMesh(
            plan.margins.target,
            TARGET_COLOR,
            plan.surface.mesh.vertices_mm,
            plan.surface.mesh.faces,
            colors=colors_of(plan.surface.distance_mm, low, high),
        )
    ]
    for place, one in enumerate(plan.chosen.avoided[:_STRUCTURES_IN_VIEW]):
        if not one.outside:
            mesh = surface_of(one.mask, plan.chosen.grid)
            meshes.append(ViewedMesh(one.name, _structure_color(place), mesh.vertices_mm, mesh.faces, opacity=0.2))
    below = f"magenta: nearer than {low:g} mm" if plan.margins.planned_mm else "magenta: inside a structure"
    return View3D(
        values=backdrop.values,
        grid=backdrop.grid,
        range=backdrop.range,
        unit=volume.unit,
        modality=volume.modality,
        title=f"Margins of {plan.margins.target}",
        alt="The target's surface in three dimensions, coloured by its distance to the nearest avoided structure.",
        caption=(
            f"The target's surface by its distance to the nearest structure: {below}; deep blue {low:g} mm, through "
            f"green, to pale yellow {high:.0f} mm and more. Turn the scan off to see the surfaces alone. "
            "Not for primary diagnosis."
        ),
        meshes=meshes,
        preset="mip",
    )


def _alone(surface: MarginSurface, colors: NDArray[np.uint8], name: str) -> list[Block]:
    """The surface by itself, so that nothing hides any part of it."""
    extents = np.ptp(surface.mesh.vertices_mm, axis=0)
    width_mm = float(extents.max())
    figures = [
        Figure(
            png_address(surface_picture(surface.mesh, colors, side, width_mm)),
            alt=f"The surface of {name} {side[0]}, coloured as above.",
            caption=f"{side[0].capitalize()}",
            width_mm=width_mm,
        )
        for side in SIDES
    ]
    return [Figures(figures[:3]), Figures(figures[3:])]


def _histogram(plan: Plan, low: float, high: float) -> Figure:
    distance = plan.surface.distance_mm
    edges = _edges(float(distance.min()), high, plan.margins.planned_mm)
    last = float(edges[-1])
    areas = area_histogram(plan.surface.mesh, distance, edges)
    marks = [] if plan.margins.planned_mm is None else [plan.margins.planned_mm]
    beyond = max(plan.margins.surface_mm2 - float(areas.sum()), 0.0)
    rest = f" {beyond:.0f} mm² lie further away than {last:.1f} mm." if beyond >= 1.0 else ""
    return Figure(
        histogram(edges, areas, low, high, marks),
        alt="Bars: area of the target's surface by its distance to the nearest structure.",
        caption=f"Area of the target's surface by its distance, in the colours of the surface above.{rest}",
    )


def _edges(least_mm: float, high_mm: float, planned_mm: float | None) -> Floats:
    """Of about as many bars as are wanted; 0 and the planned margin lie between two bars."""
    step = (high_mm - min(least_mm, 0.0)) / _BARS
    if planned_mm:
        step = planned_mm / math.ceil(planned_mm / step)
    counts = np.arange(math.floor(min(least_mm, 0.0) / step), math.ceil(high_mm / step) + 1, dtype=np.float64)
    return step * counts


def _tables(margins: Margins) -> list[Block]:
    near = [f"< {limit:g} mm, mm²" for limit in margins.limits_mm]
    structures = Table(
        ["Structure", "Nearest, mm", "5 % nearer than, mm", *near, "Overlap, mm³", "Volume, ml", "Nearest at, mm"],
        words.structure_rows(margins),
        "Distances from the target's surface to each structure, and areas of that surface nearer than each limit. "
        "A distance below 0 is a depth. Places are world millimetres: left, back, up.",
    )
    shells = Table(
        ["Within", "Volume, ml", *(f"{one.name}, ml" for one in margins.structures), "In the scan"],
        words.shell_rows(margins),
        "What lies outside the target within each distance, and how much of each structure is in it.",
    )
    return [structures, shells]


def _raters(volume: Volume, plan: Plan, found: Disagreement, deviation_mm: Floats) -> list[Block]:
    raters = plan.chosen.target.raters
    colors = [label_color(place + 1) for place in range(len(raters))]
    outlines = [Overlay(one.made_by, color, one.mask) for one, color in zip(raters, colors, strict=True)]
    worst = plan.surface.mesh.vertices_mm[int(np.argmax(deviation_mm))]
    spread = max(area_percentile(plan.surface.mesh, deviation_mm, 98.0), 0.1)
    return [
        Heading("Where the raters differ"),
        Paragraph(words.disagreement_text(found)),
        Table(
            ["Rater", "Volume, ml", "Nearest, mm", "to", "5 % nearer than, mm", "Planned margin", "Dice", "HD95, mm"],
            words.rater_rows(found),
            "Each rater's target beside what most raters drew; HD95: 95 % of both surfaces are nearer to the other.",
            dict(enumerate(colors)),
        ),
        Heading("How far their boundaries lie apart", 3),
        Paragraph(
            "Standard deviation of the raters' boundaries on the surface that most of them drew: deep blue 0 mm, "
            f"through green, to pale yellow {spread:.1f} mm and more."
        ),
        *_alone(plan.surface, colors_of(deviation_mm, 0.0, spread), f"{plan.margins.target} by the raters' deviation"),
        Heading("Outlines where they differ most", 3),
        Figures(_rater_pictures(volume, outlines, worst)),
    ]


def _rater_pictures(volume: Volume, outlines: Sequence[Overlay], place: Floats) -> list[Figure]:
    low, high = _surroundings(volume.grid, place[None], _CLOSE_UP_MM)
    cut = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    grid = part_of(volume.grid, low, high)
    part = msgspec.structs.replace(volume, voxels=np.ascontiguousarray(volume.voxels[cut]), grid=grid)
    near = [msgspec.structs.replace(one, mask=np.ascontiguousarray(one.mask[cut])) for one in outlines]
    return [
        slice_picture(
            part, plane, index_at(grid, plane, place), near, caption=f"{plane.capitalize()}, each rater's outline"
        )
        for plane in PLANES
    ]
