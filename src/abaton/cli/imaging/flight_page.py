"""The page of a flight: figures, the 3-D view with the way, curves, and pictures from inside."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from abaton.geometry.mesh import vertex_normals
from abaton.imaging.flythrough import Flight, colors_of
from abaton.imaging.flythrough.coverage import POLYP_MM2
from abaton.imaging.flythrough.curves import flight_curve
from abaton.imaging.flythrough.inside_view import inside_view, stations
from abaton.imaging.flythrough.rays import cells_of
from abaton.imaging.store import ScanRecord, Scans
from abaton.pages import (
    Block,
    Figure,
    Figures,
    FlightPath,
    Heading,
    Page,
    Paragraph,
    Table,
    View3D,
    ViewedMesh,
    png_address,
)

STATIONS = 6
PICTURE_DEG = 100.0
LISTED = 12


def figures_of(flight: Flight, both_ways: bool) -> list[tuple[str, str]]:
    """What a flight came to, as names and values."""
    path, seen = flight.path, flight.coverage
    minutes, seconds = divmod(round(float(path.times_s[-1])), 60)
    area = sum(patch.area_mm2 for patch in seen.patches)
    figures = [
        ("Way", f"{path.along_mm[-1] / 10:.1f} cm"),
        ("Flight", f"{minutes} min {seconds:02d} s one way"),
        (
            "Distance to the wall",
            f"{float(path.clearance_mm.min()):.1f} mm at least, {float(np.median(path.clearance_mm)):.1f} mm median",
        ),
        ("Tightest bend", f"radius {path.tightest_bend_mm:.1f} mm"),
        ("Wall", f"{seen.wall_mm2 / 100:.0f} cm²"),
        ("Seen on the way there", f"{100 * seen.forward:.1f} %"),
    ]
    if both_ways:
        figures.append(("Seen there and back", f"{100 * seen.both:.1f} %"))
    figures.append(
        ("Missed patches", f"{len(seen.patches)} of {POLYP_MM2:.0f} mm² or more, {area / 100:.1f} cm² in all")
    )
    return figures


def remarks_of(flight: Flight) -> list[str]:
    """What a reader must know: bridged gaps, crumbs left out, parts of the organ that the way does not pass."""
    remarks = [
        f"A collapsed stretch of {gap.length_mm:.0f} mm was bridged in a straight line near {_place(gap.from_mm)}."
        for gap in flight.lumen.gaps
    ]
    if flight.lumen.left_out:
        remarks.append(f"{flight.lumen.left_out} crumbs of the label were left out.")
    if flight.line.found:
        remarks.append(
            "The shortest way leaves out loops that touch others, for the label shows no wall between them. The way "
            f"was sent through {len(flight.line.through_mm)} points to pass them: see in the 3-D view whether their "
            "order is the organ's, or give the points to pass with --via."
        )
    remarks += [
        f"The way leaves out a part of {part.volume_ml:.0f} ml around {_place(part.through_mm)}: where loops touch, "
        "the label shows no wall between them. To pass there, add the point to --via."
        for part in flight.line.unvisited
    ]
    return remarks


def flight_page(scans: Scans, record: ScanRecord, label: str, flight: Flight) -> Page:
    """The page of a flight.

    Args:
        scans: Gives the working copy of the scan.
        record: Of the scan.
        label: The organ.
        flight: Through it.
    """
    both_ways = not np.array_equal(flight.coverage.seen_both, flight.coverage.seen_forward)
    blocks: list[Block] = [
        Table(columns=(), rows=figures_of(flight, both_ways)),
        *(Paragraph(remark, tone="note") for remark in remarks_of(flight)),
        _view(scans, record, label, flight),
        Heading("Along the way"),
        Figure(
            flight_curve(flight.path, flight.coverage),
            alt="Curves of the distance to the wall and of the share of the wall that is seen, along the way.",
            caption="Wall is counted where the flight passes it nearest, in stretches of 2 cm.",
        ),
        Heading("From inside"),
        Figures(_stations(flight)),
        *_missed(flight),
        Paragraph(_how(flight), tone="quiet"),
    ]
    return Page(title=f"Flight through: {label}", subtitle=record.description or record.modality, blocks=blocks)


def _view(scans: Scans, record: ScanRecord, label: str, flight: Flight) -> View3D:
    wall = flight.wall
    return View3D(
        values=_emptied(scans, record, flight),
        grid=record.grid,
        range=record.working_range,
        unit=record.unit,
        modality=record.modality,
        title=f"Flight through: {label}",
        alt=f"The {label} in three dimensions, its wall coloured where the flight sees it and blue where it does not.",
        caption="Wall: flesh where seen on the way there, sand where seen on the way back only, blue where missed. "
        "What the label holds is drawn empty in this view, also where there is stool or fluid.",
        meshes=[
            ViewedMesh(
                name=f"wall of the {label}",
                color="#e2ac94",
                vertices_mm=wall.vertices_mm,
                faces=wall.faces,
                colors=colors_of(wall, flight.coverage),
            )
        ],
        path=FlightPath(flight.path.positions_mm[::2], flight.view.field_of_view_deg),
    )


def _emptied(scans: Scans, record: ScanRecord, flight: Flight) -> NDArray[np.uint8]:
    """The working copy with the lumen as dark as can be, so that its content does not stand before the camera.

    One voxel more all around, or the scan's own surface would show through the wall's here and there.
    """
    values = np.array(scans.region(record.id, "working"), dtype=np.uint8)
    inside = np.argwhere(ndimage.binary_dilation(flight.lumen.mask))
    index = np.rint(record.grid.to_index(flight.lumen.grid.to_world(inside))).astype(np.int64)
    index = index[((index >= 0) & (index < record.grid.shape)).all(axis=1)]
    values[tuple(index.T)] = 0
    return values


def _stations(flight: Flight) -> list[Figure]:
    wall, path = flight.wall, flight.path
    cells, normals = cells_of(wall, max(flight.lumen.grid.spacing_mm)), vertex_normals(wall)
    found: list[Figure] = []
    for at in stations(cells, path, STATIONS):
        picture = inside_view(
            wall,
            cells,
            normals,
            ~flight.coverage.seen_both,
            path.positions_mm[at],
            path.directions[at],
            path.ups[at],
            PICTURE_DEG,
        )
        way = f"{path.along_mm[at] / 10:.0f} cm"
        found.append(
            Figure(png_address(picture), alt=f"The wall seen from inside at {way}.", caption=f"{way} from the start")
        )
    return found


def _missed(flight: Flight) -> list[Block]:
    patches = flight.coverage.patches
    if not patches:
        return [Heading("Missed"), Paragraph("No patch as large as the footprint of a polyp of 6 mm is missed.")]
    rows = [
        (str(place + 1), f"{patch.area_mm2 / 100:.2f}", f"{patch.along_mm / 10:.0f}", _place(patch.center_mm))
        for place, patch in enumerate(patches[:LISTED])
    ]
    more = f" The {LISTED} largest of {len(patches)}." if len(patches) > LISTED else ""
    caption = f"Patches of wall that the flight does not show.{more}"
    return [Heading("Missed"), Table(("Patch", "Area, cm²", "At, cm", "Place, mm (left, back, up)"), rows, caption)]


def _how(flight: Flight) -> str:
    view = flight.view
    return (
        f"The wall counts as seen where its middle lies in the camera's cone of {view.field_of_view_deg:g} degrees, "
        f"no further than {view.reach_mm:g} mm, at {view.grazing_deg:g} degrees to the wall or more, with no wall "
        f"between; looked at from a place every {view.every_mm:g} mm. The wall is the label's surface: what the label "
        "holds is taken for hollow, also where there is stool or fluid. The pictures are drawn from that surface alone."
    )


def _place(point: tuple[float, float, float]) -> str:
    return ",".join(f"{value:.0f}" for value in point)
