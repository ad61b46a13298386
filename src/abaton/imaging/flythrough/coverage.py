"""How much of the wall a flight shows, and what it misses.

A triangle of the wall is seen from a place on the way when its middle lies in the camera's cone, no further than the
reach, met at no flatter an angle than the grazing limit, with no other wall between. Area counts, not triangles. The
camera's cone is round; the field of view is its whole angle.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from abaton.core.errors import Problem
from abaton.geometry.mesh import TriangleMesh
from abaton.imaging.flythrough.camera import CameraPath
from abaton.imaging.flythrough.rays import cells_of, seen_from

FloatArray = NDArray[np.float64]

POLYP_MM2 = 28.0
"""A missed patch counts from here: the footprint of a polyp of 6 mm, the smallest that is reported (C-RADS, M. E. Zalis
and others, CT colonography reporting and data system, Radiology 236, 2005)."""

SEEN_COLOR = (226, 172, 148)
BACK_COLOR = (240, 205, 150)
MISSED_COLOR = (58, 96, 200)


class View(msgspec.Struct, frozen=True):
    """What the camera can see.

    Attributes:
        field_of_view_deg: The whole angle of its cone.
        reach_mm: Nothing further away counts as seen.
        grazing_deg: Nor does wall that the line of sight meets at less than this angle.
        every_mm: Distance between the places on the way from which the wall is looked at.
    """

    field_of_view_deg: float = 120.0
    reach_mm: float = 120.0
    grazing_deg: float = 10.0
    every_mm: float = 4.0


class Patch(msgspec.Struct, frozen=True):
    """A missed patch of wall.

    Attributes:
        area_mm2: Of its triangles.
        center_mm: World position of the point of the patch that is nearest its middle.
        along_mm: Where the flight passes it.
    """

    area_mm2: float
    center_mm: tuple[float, float, float]
    along_mm: float


class Coverage(msgspec.Struct, frozen=True, eq=False):
    """What a flight shows of the wall.

    Attributes:
        wall_mm2: The whole.
        forward: Share of the area seen on the way there, 0 to 1.
        both: Share seen there or back; equal to `forward` where there was no way back.
        seen_forward: (m,), for each triangle.
        seen_both: (m,).
        patches: Missed, the largest first; patches below a polyp's footprint are not among them.
        specks: How many smaller ones there are.
        face_along_mm: (m,), where the flight passes each triangle.
        face_area_mm2: (m,).
    """

    wall_mm2: float
    forward: float
    both: float
    seen_forward: NDArray[np.bool_]
    seen_both: NDArray[np.bool_]
    patches: tuple[Patch, ...]
    specks: int
    face_along_mm: FloatArray
    face_area_mm2: FloatArray

    def along(self, step_mm: float) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Coverage by stretches of the way: their middles in mm, and the shares seen forward and both ways.

        A stretch without wall has NaN.
        """
        stretch = (self.face_along_mm // step_mm).astype(np.int64)
        count = int(stretch.max()) + 1
        whole = np.bincount(stretch, self.face_area_mm2, count)
        middles: FloatArray = np.arange(count, dtype=np.float64) * step_mm + step_mm / 2
        forward, both = (
            np.bincount(stretch, self.face_area_mm2 * seen, count) / np.where(whole > 0, whole, np.nan)
            for seen in (self.seen_forward, self.seen_both)
        )
        return middles, forward, both


def coverage(wall: TriangleMesh, path: CameraPath, view: View | None = None, both_ways: bool = False) -> Coverage:
    """What a flight shows of a wall.

    Args:
        wall: Surface of the lumen, normals outward, so away from the camera.
        path: Inside it.
        view: What the camera sees.
        both_ways: Whether the flight comes back the same way, looking back.

    Raises:
        Problem: The view cannot see, or there is no wall.
    """
    view = view or View()
    _require_sight(view)
    if len(wall.faces) == 0:
        raise Problem(
            "no_wall", got="a surface without triangles", expected="a lumen's wall", next_step="Choose another label."
        )
    corners = wall.vertices_mm[wall.faces]
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    twice: FloatArray = np.linalg.norm(cross, axis=1)
    outward = cross / np.maximum(twice, 1e-300)[:, None]
    areas = twice / 2
    middles = np.ascontiguousarray(corners.mean(axis=1))
    at = _stations(path, view.every_mm)
    eyes = np.ascontiguousarray(path.positions_mm[at])
    nearest = np.asarray(cKDTree(eyes).query(middles)[1], dtype=np.int64)
    cells = cells_of(wall, size_mm=2.0 * float(np.sqrt(max(float(np.median(areas)), 1e-6)) * 1.5))

    def seen(looks: FloatArray) -> NDArray[np.bool_]:
        return seen_from(
            cells.corners,
            cells.low_mm,
            cells.size_mm,
            cells.counts,
            cells.starts,
            cells.members,
            middles,
            outward,
            nearest,
            eyes,
            np.ascontiguousarray(looks),
            float(np.cos(np.radians(view.field_of_view_deg / 2))),
            view.reach_mm,
            float(np.sin(np.radians(view.grazing_deg))),
        )

    forward = seen(path.directions[at])
    both = forward | seen(-path.directions[at]) if both_ways else forward
    whole = float(areas.sum())
    along = path.along_mm[at][nearest]
    patches, specks = _patches(wall, ~both, areas, middles, along)
    return Coverage(
        wall_mm2=whole,
        forward=float(areas[forward].sum()) / whole,
        both=float(areas[both].sum()) / whole,
        seen_forward=forward,
        seen_both=both,
        patches=patches,
        specks=specks,
        face_along_mm=along,
        face_area_mm2=areas,
    )


def colors_of(wall: TriangleMesh, found: Coverage) -> NDArray[np.uint8]:
    """A colour for each vertex, (n, 3): seen on the way there, seen only on the way back, missed."""
    faces = np.full((len(wall.faces), 3), MISSED_COLOR, dtype=np.float64)
    faces[found.seen_both] = BACK_COLOR
    faces[found.seen_forward] = SEEN_COLOR
    total = np.zeros((len(wall.vertices_mm), 3))
    weight = np.zeros(len(wall.vertices_mm))
    for corner in range(3):
        np.add.at(total, wall.faces[:, corner], faces * found.face_area_mm2[:, None])
        np.add.at(weight, wall.faces[:, corner], found.face_area_mm2)
    return np.rint(total / np.maximum(weight, 1e-12)[:, None]).astype(np.uint8)


def _require_sight(view: View) -> None:
    right = (
        0 < view.field_of_view_deg < 180
        and 0 < view.reach_mm < np.inf
        and 0 <= view.grazing_deg < 90
        and 0 < view.every_mm < np.inf
    )
    if not right:
        raise Problem(
            "view_unusable",
            got="a camera that cannot see: " + ", ".join(f"{value:g}" for value in msgspec.structs.astuple(view)),
            expected="a field of view between 0 and 180 degrees, a reach above 0 mm, a grazing angle below 90 degrees",
            next_step="Try 120 degrees and 120 mm.",
        )


def _stations(path: CameraPath, every_mm: float) -> NDArray[np.int64]:
    """Samples of the way at about this distance, first and last among them."""
    count = max(int(np.ceil(path.along_mm[-1] / every_mm)), 1) + 1
    wanted: FloatArray = np.linspace(0, float(path.along_mm[-1]), count)
    return np.unique(np.minimum(np.searchsorted(path.along_mm, wanted - 1e-9), len(path.along_mm) - 1))


def _patches(
    wall: TriangleMesh, missed: NDArray[np.bool_], areas: FloatArray, middles: FloatArray, along: FloatArray
) -> tuple[tuple[Patch, ...], int]:
    """Missed triangles that share an edge make a patch."""
    faces = np.flatnonzero(missed)
    if faces.size == 0:
        return (), 0
    edges = np.sort(wall.faces[faces][:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    of_face = np.repeat(np.arange(faces.size), 3)
    key = edges[:, 0].astype(np.int64) * len(wall.vertices_mm) + edges[:, 1]
    order = np.argsort(key, kind="stable")
    same = key[order][1:] == key[order][:-1]
    first, second = of_face[order][:-1][same], of_face[order][1:][same]
    links = coo_array((np.ones(first.size, dtype=np.int8), (first, second)), shape=(faces.size, faces.size))
    count, patch_of = connected_components(links.tocsr(), directed=False)
    size = np.bincount(patch_of, areas[faces], count)
    found: list[Patch] = []
    for number in np.flatnonzero(size >= POLYP_MM2).tolist():
        inside = faces[patch_of == number]
        middle = np.average(middles[inside], axis=0, weights=areas[inside])
        nearest = inside[np.linalg.norm(middles[inside] - middle, axis=1).argmin()]
        x, y, z = middles[nearest].tolist()
        found.append(Patch(float(size[number]), (x, y, z), float(along[nearest])))
    return tuple(sorted(found, key=lambda one: -one.area_mm2)), int(np.count_nonzero(size < POLYP_MM2))
