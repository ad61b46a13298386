"""Knife, scissors and energy: bodies are divided along a blade's way, or lose what lies in a tool's reach.

A cut makes a new body; the old one stays as it was, so that a scene can be saved before and branched after. Positions
and velocities are carried over by the same straight-line rule that the elements use: nothing leaps, and mass,
momentum and the volume at rest are kept to rounding.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.surgery.tissue import severing
from abaton.surgery.tissue.body import Body, BodyState

Array = NDArray[np.float64]
Index = NDArray[np.int32]
Flags = NDArray[np.bool_]

SNAP = 0.25
"""A vertex nearer to the blade than this share of an edge counts as on it: the cut runs through it instead of leaving
a sliver. So the cut surface lies within a quarter of an edge of the blade, and exactly on it elsewhere."""

FLATNESS = 0.05
"""How far from one plane a blade's corners may lie, as a share of its size."""


class Cut(msgspec.Struct, frozen=True, eq=False):
    """What came of a cut.

    Attributes:
        body, state: From now on.
        vertex_from: (n,), the old vertex that each is or is a copy of; -1 where an edge was divided. Old vertices
            keep their numbers unless tissue was removed.
        between: (n, 2) and `share` (n,): each new vertex lies at (1 - share) of the first old vertex and share of the
            second.
        share: See `between`.
        tetrahedron_from: (m,), the old tetrahedron that each is a part of.
        removed: (old m,), which old ones are gone.
        removed_m3: Their volume at rest.
        area_m2: Of the faces opened by the blade, at rest, counted once.
        part: (m,), which connected part each belongs to.
        part_count: How many there are.
        touched: Names of the materials that the blade divided or the tool removed, as `Body.materials` has them.
        least_quality: Mean ratio of the worst tetrahedron that was made, 1 where regular; 1 where none was.
        changed: Whether anything was.
    """

    body: Body
    state: BodyState
    vertex_from: Index
    between: Index
    share: Array
    tetrahedron_from: Index
    removed: Flags
    removed_m3: float
    area_m2: float
    part: Index
    part_count: int
    touched: tuple[str, ...]
    least_quality: float
    changed: bool


class Knife(msgspec.Struct, frozen=True, eq=False):
    """A cutting edge on its way.

    Attributes:
        edge_m: (2, 3), its ends where it last cut.
    """

    edge_m: Array


def draw(knife: Knife, edge_m: Array, least_m: float) -> tuple[Knife, Array | None]:
    """Moves a cutting edge; once it has gone far enough, gives the blade's way since, for `cut`.

    A hand moves a tenth of a millimetre in a step: ways are gathered so that each cut crosses whole elements.

    Args:
        knife: Where it last cut.
        edge_m: (2, 3), its ends now.
        least_m: How far either end must have gone; about half an edge of the mesh.

    Returns:
        The knife and the corners (4, 3) of the way, or nothing yet.

    Raises:
        Problem: The edge is not finite.
    """
    if np.shape(edge_m) != (2, 3) or not np.isfinite(edge_m).all():
        raise _unusable("an edge that is not two finite points", "(2, 3) metres")
    if float(np.linalg.norm(edge_m - knife.edge_m, axis=1).max()) < least_m:
        return knife, None
    way = np.array([knife.edge_m[0], knife.edge_m[1], edge_m[1], edge_m[0]])
    return Knife(np.array(edge_m, dtype=np.float64)), way


def cut(body: Body, state: BodyState, blade_m: Array) -> Cut:
    """Divides a body along a flat convex blade, as far as it reaches.

    Args:
        body: To be cut.
        state: Of the body; the blade meets it as it is now, bent.
        blade_m: (k, 3), corners in order around: what the knife's edge swept, or what lies between the blades of
            scissors. Beside the body, nothing changes. The cut ends at the last whole element behind the blade's end;
            going on from there opens what was left.

    Raises:
        Problem: The blade has fewer than three corners, no area, is not flat or not finite, or the state is not.
    """
    _check(body, state)
    middle, normal, sides = _blade(blade_m)
    edge = _mean_edge(body)
    height, on, straddles, edges, share = severing.mark(
        state.position_m, body.tetrahedra, middle, normal, sides, edge, SNAP
    )
    old = len(body.rest_m)
    divided, source = severing.bisect(body.tetrahedra, straddles, edges, old)
    ends = np.concatenate([np.repeat(np.arange(old, dtype=np.int32)[:, None], 2, axis=1), edges])
    along = np.concatenate([np.zeros(old), share])
    position, rest = _between(state.position_m, ends, along), _between(body.rest_m, ends, along)
    height = np.concatenate([height, np.zeros(len(edges))])
    on = np.concatenate([on, np.ones(len(edges), dtype=np.bool_)])
    opened, touched, area = severing.open_faces(position, rest, divided, height, on, sides, edge)
    apart, copies = severing.separate(divided, touched, opened)
    everything = np.concatenate([np.arange(len(ends), dtype=np.int32), copies])
    made = np.flatnonzero(np.bincount(source, minlength=len(body.tetrahedra))[source] > 1)
    hit: Index = np.unique(body.material[source[np.concatenate([made, _at(apart, touched, len(ends))])]])
    return _made(
        body, state, apart, source, ends[everything], along[everything],
        removed=np.zeros(len(body.tetrahedra), dtype=np.bool_), area_m2=float(area), touched=hit, made=made,
    )  # fmt: skip


def remove(body: Body, state: BodyState, gone: Flags, crumbs: int = 0) -> Cut:
    """Takes tetrahedra out of a body: what an energy device or a suction tip destroys, or a part that is lifted out.

    What then hangs together only by a vertex or an edge comes apart.

    Args:
        body: To be resected.
        state: Of the body.
        gone: (m,), which tetrahedra; see `resection.within`.
        crumbs: Loose parts of no more tetrahedra than this, none of them fixed, are taken out as well.

    Raises:
        Problem: The mask does not fit, nothing would be left, or the state is not finite.
    """
    _check(body, state)
    count = len(body.tetrahedra)
    if gone.shape != (count,) or gone.dtype != np.bool_:
        raise _unusable(f"a mask of {gone.shape}, {gone.dtype}", f"booleans ({count},)")
    gone = gone.copy()
    if crumbs > 0 and gone.any() and not gone.all():
        part, parts = severing.label_parts(body.tetrahedra[~gone], len(body.rest_m))
        anchored = np.zeros(parts, dtype=np.bool_)
        anchored[part[body.fixed[body.tetrahedra[~gone]].any(axis=1)]] = True
        small = (np.bincount(part, minlength=parts) <= crumbs) & ~anchored
        gone[np.flatnonzero(~gone)[small[part]]] = True
    if gone.all():
        raise Problem(
            "nothing_left",
            got="a resection of the whole body",
            expected="a body of which something remains",
            next_step="Take the body out of the scene instead.",
            kind="refused",
        )
    kept = np.flatnonzero(~gone)
    old = len(body.rest_m)
    touched = np.zeros(old, dtype=np.bool_)
    touched[body.tetrahedra[gone]] = True
    apart, copies = severing.separate(body.tetrahedra[kept], touched, np.full(16, -1, dtype=np.int64))
    everything = np.concatenate([np.arange(old, dtype=np.int32), copies])
    used = np.zeros(len(everything), dtype=np.bool_)
    used[apart] = True
    number = np.cumsum(used, dtype=np.int32) - np.int32(1)
    source = everything[used]
    return _made(
        body, state, number[apart], kept.astype(np.int32), np.repeat(source[:, None], 2, axis=1), np.zeros(len(source)),
        removed=gone, area_m2=0.0, touched=np.unique(body.material[gone]), made=np.zeros(0, dtype=np.int64),
    )  # fmt: skip


def carried(made: Cut, state: BodyState) -> BodyState:
    """Where the cut body is once the uncut one has gone on: for a cut that was made beside a running scene.

    By the same rule as at the cut itself: of the uncut body's state then, this gives `made.state`, bit for bit.
    Mass, momentum and the volume of each piece of tissue are kept; `contact.after_cut` carries the contacts.

    Args:
        made: By `cut` or `remove`, from an earlier state of the body.
        state: Of the uncut body, now.

    Raises:
        Problem: The state is not finite, or is not one of the uncut body.
    """
    _check_finite(state)
    count = len(state.position_m)
    least = int(made.between.max()) + 1
    # A cut keeps all vertices; of a body of which tissue was removed, the last ones may be gone.
    if state.velocity_m_s.shape != (count, 3) or count < least or (count > least and not made.removed.any()):
        raise _unusable(
            f"{count} positions for a cut of a body of {least} vertices", "a state of the body before its cut"
        )
    return msgspec.structs.replace(
        state,
        position_m=_between(state.position_m, made.between, made.share),
        velocity_m_s=_between(state.velocity_m_s, made.between, made.share),
    )


def _made(
    body: Body, state: BodyState, tetrahedra: Index, source: Index, between: Index, share: Array, *,
    removed: Flags, area_m2: float, touched: Index, made: NDArray[np.int64],
) -> Cut:  # fmt: skip
    part, parts = severing.label_parts(tetrahedra, len(between))
    new_body = msgspec.structs.replace(
        body,
        rest_m=_between(body.rest_m, between, share),
        tetrahedra=tetrahedra,
        material=body.material[source],
        fixed=body.fixed[between].all(axis=1),
    )
    new_state = msgspec.structs.replace(
        state,
        position_m=_between(state.position_m, between, share),
        velocity_m_s=_between(state.velocity_m_s, between, share),
    )
    lost = np.ascontiguousarray(body.tetrahedra[removed])
    _, quality = severing.measure(new_body.rest_m, np.ascontiguousarray(tetrahedra[made]))
    return Cut(
        body=new_body,
        state=new_state,
        vertex_from=np.where(share == 0.0, between[:, 0], -1).astype(np.int32),
        between=between,
        share=share,
        tetrahedron_from=source,
        removed=removed,
        removed_m3=float(severing.measure(body.rest_m, lost)[0].sum()),
        area_m2=area_m2,
        part=part,
        part_count=int(parts),
        touched=tuple(body.materials[int(index)].name for index in touched),
        least_quality=float(quality.min(initial=1.0)),
        changed=bool(len(made) or len(between) != len(body.rest_m) or removed.any()),
    )


def _between(values: Array, ends: Index, share: Array) -> Array:
    # a + s (b - a), not (1 - s) a + s b: vertices that stay keep their bits.
    first = values[ends[:, 0]]
    moved: Array = first + share[:, None] * (values[ends[:, 1]] - first)
    return moved


def _at(tetrahedra: Index, touched: Flags, first_copy: int) -> NDArray[np.int64]:
    """The tetrahedra with a copied vertex."""
    return np.flatnonzero((tetrahedra >= first_copy).any(axis=1)) if touched.any() else np.zeros(0, dtype=np.int64)


def _blade(blade_m: Array) -> tuple[Array, Array, Array]:
    """Middle (3,), normal (3,), and sides (k, 4): inward unit normals in the plane and their offsets."""
    blade = np.asarray(blade_m, dtype=np.float64)
    if blade.ndim != 2 or blade.shape[1:] != (3,) or len(blade) < 3 or not np.isfinite(blade).all():
        raise _unusable(f"a blade of shape {blade.shape}, or not finite", "three or more finite corners")
    middle = blade.mean(axis=0)
    local = blade - middle
    following = np.roll(local, -1, axis=0)
    doubled = np.cross(local, following).sum(axis=0)
    size = float(np.linalg.norm(local, axis=1).max())
    area = float(np.linalg.norm(doubled)) / 2
    if not (size > 0.0 and area > 1e-9 * size * size):
        raise _unusable("a blade without area", "corners that span one")
    normal = doubled / (2 * area)
    if float(np.abs(local @ normal).max()) > FLATNESS * size:
        raise _unusable("a blade that is not flat", "corners in a plane; divide the way into shorter pieces")
    inward = np.cross(normal, following - local)
    length = np.linalg.norm(inward, axis=1)
    whole = length > 1e-9 * size
    inward = inward[whole] / length[whole, None]
    offset = -np.einsum("ij,ij->i", inward, blade[whole])
    if float((inward @ blade.T + offset[:, None]).min()) < -FLATNESS * size:
        raise _unusable("a blade with a dent", "corners in order around a convex shape; divide it")
    return middle, normal, np.ascontiguousarray(np.column_stack([inward, offset]))


def _mean_edge(body: Body) -> float:
    """Edge in m of the regular tetrahedron as large as the middle one of the body."""
    volume, _ = severing.measure(body.rest_m, body.tetrahedra)
    return float((6.0 * math.sqrt(2.0) * np.median(volume)) ** (1.0 / 3.0))


def _check(body: Body, state: BodyState) -> None:
    _check_finite(state)
    if state.position_m.shape != body.rest_m.shape:
        raise _unusable(f"{len(state.position_m)} positions for {len(body.rest_m)} vertices", "the body's own state")


def _check_finite(state: BodyState) -> None:
    if not (np.isfinite(state.position_m).all() and np.isfinite(state.velocity_m_s).all()):
        raise _unusable("a state that is not finite", "finite positions and velocities")


def _unusable(got: str, expected: str) -> Problem:
    return Problem("cut_unusable", got=got, expected=expected, next_step="Nothing was cut; correct it and cut again.")
