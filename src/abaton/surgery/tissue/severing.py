"""How tetrahedra are divided along a plane and come apart.

Two steps, each right whatever the mesh. First, every edge that crosses the blade is bisected, with all tetrahedra
around it (Bey 1995 calls this an edge's star); an edge is bisected in the same order in each of them, so no face is
divided in two ways, and the parts of a tetrahedron fill it exactly. Then the faces on the blade are opened:
tetrahedra around a vertex that can no longer be reached from one another through closed faces get copies of that
vertex of their own (virtual nodes: Molino, Bao, Fedkiw 2004; Sifakis, Der, Fedkiw 2007). At the end of a cut all
tetrahedra are still reached, so the crack's front needs no case of its own.
"""

import math

import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel

Array = NDArray[np.float64]
Index = NDArray[np.int32]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

_BITS = 21


@kernel()
def _slot(keys: Whole, key: int) -> int:
    """Where a key is or may go: a table of open places, a power of two long, -1 where empty."""
    mask = keys.shape[0] - 1
    mixed = (key ^ (key >> 31)) * 2654435761
    place = (mixed ^ (mixed >> 29)) & mask
    while keys[place] != -1 and keys[place] != key:
        place = (place + 1) & mask
    return place


@kernel()
def _table(entries: int) -> Whole:
    size = 16
    while size < 2 * entries:
        size *= 2
    return np.full(size, -1, dtype=np.int64)


@kernel()
def _face_key(a: int, b: int, c: int) -> int:
    low, high = min(a, b, c), max(a, b, c)
    middle = a + b + c - low - high
    return (((low << 21) | middle) << 21) | high


@kernel()
def covered(point: Array, sides: Array, spare: float) -> bool:
    """Whether a point's foot lies in the blade, widened by `spare`. Sides: (k, 4), inward normal and offset."""
    for k in range(sides.shape[0]):
        inward = sides[k, 3]
        for axis in range(3):
            inward += sides[k, axis] * point[axis]
        if inward < -spare:
            return False
    return True


@kernel()
def mark(
    position: Array, tetrahedra: Index, middle: Array, normal: Array, sides: Array, edge: float, snap: float
) -> tuple[Array, Flags, Flags, Index, Array]:
    """What a blade does to the vertices and edges.

    Returns:
        Heights over the blade (n,), which vertices count as on it (n,), which tetrahedra straddle it (m,), the edges
        to be bisected (e, 2), lower vertex first, and the share along each (e,).
    """
    count = position.shape[0]
    height = np.empty(count)
    on = np.zeros(count, dtype=np.bool_)
    for v in range(count):
        height[v] = 0.0
        for axis in range(3):
            height[v] += normal[axis] * (position[v, axis] - middle[axis])
        on[v] = abs(height[v]) <= 1e-6 * edge and covered(position[v], sides, edge)
    straddles = np.zeros(tetrahedra.shape[0], dtype=np.bool_)
    room = 0
    for t in range(tetrahedra.shape[0]):
        below, above = False, False
        for corner in range(4):
            below = below or height[tetrahedra[t, corner]] < 0.0
            above = above or height[tetrahedra[t, corner]] > 0.0
        straddles[t] = below and above
        room += 6 if straddles[t] else 0
    keys = _table(room)
    edges = np.empty((room, 2), dtype=np.int32)
    share = np.empty(room)
    found = 0
    crossing = np.empty(3)
    for t in range(tetrahedra.shape[0]):
        if not straddles[t]:
            continue
        for one in range(3):
            for two in range(one + 1, 4):
                a = min(tetrahedra[t, one], tetrahedra[t, two])
                b = max(tetrahedra[t, one], tetrahedra[t, two])
                if height[a] * height[b] >= 0.0:
                    continue
                along = height[a] / (height[a] - height[b])
                length = 0.0
                for axis in range(3):
                    crossing[axis] = position[a, axis] + along * (position[b, axis] - position[a, axis])
                    length += (position[b, axis] - position[a, axis]) ** 2
                # Beside the blade as well: a cut that goes on meets the vertices that the one before ran through.
                if not covered(crossing, sides, edge):
                    continue
                near = snap if math.sqrt(length) > 0.5 * edge else 0.5
                if along <= near:
                    on[a] = True
                elif along >= 1.0 - near:
                    on[b] = True
                elif covered(crossing, sides, 1e-6 * edge):
                    place = _slot(keys, (np.int64(a) << _BITS) | b)
                    if keys[place] == -1:
                        keys[place] = (np.int64(a) << _BITS) | b
                        edges[found, 0], edges[found, 1], share[found] = a, b, along
                        found += 1
    kept = 0
    for e in range(found):
        # Its end may have been found to lie on the blade by another edge.
        if not on[edges[e, 0]] and not on[edges[e, 1]]:
            edges[kept] = edges[e]
            share[kept] = share[e]
            kept += 1
    return height, on, straddles, edges[:kept].copy(), share[:kept].copy()


@kernel()
def bisect(tetrahedra: Index, straddles: Flags, edges: Index, first_new: int) -> tuple[Index, Index]:
    """Divides the tetrahedra at the edges' new vertices, numbered from `first_new` in the edges' order.

    Returns:
        The tetrahedra (m', 4); the first part of each stays in its place, the others follow at the end. And of which
        old one each is a part (m',).
    """
    keys = _table(edges.shape[0])
    vertex = np.empty(keys.shape[0], dtype=np.int32)
    for e in range(edges.shape[0]):
        key = (np.int64(edges[e, 0]) << _BITS) | edges[e, 1]
        place = _slot(keys, key)
        keys[place] = key
        vertex[place] = first_new + e
    count = tetrahedra.shape[0]
    room = count + 64
    made = np.empty((room, 4), dtype=np.int32)
    source = np.empty(room, dtype=np.int32)
    made[:count] = tetrahedra
    for t in range(count):
        source[t] = t
    total = count
    stack = np.empty((16, 4), dtype=np.int32)
    for t in range(count):
        if not straddles[t]:
            continue
        stack[0] = tetrahedra[t]
        depth = 1
        first = True
        while depth > 0:
            depth -= 1
            best, best_one, best_two = -1, 0, 0
            for one in range(3):
                for two in range(one + 1, 4):
                    a = min(stack[depth, one], stack[depth, two])
                    b = max(stack[depth, one], stack[depth, two])
                    place = _slot(keys, (np.int64(a) << _BITS) | b)
                    if keys[place] != -1 and (best == -1 or vertex[place] < best):
                        best, best_one, best_two = vertex[place], one, two
            if best >= 0:
                stack[depth + 1] = stack[depth]
                stack[depth, best_one] = best
                stack[depth + 1, best_two] = best
                depth += 2
                continue
            if first:
                made[t] = stack[depth]
                first = False
                continue
            if total == room:
                room *= 2
                made = np.concatenate((made, made))
                source = np.concatenate((source, source))
            made[total] = stack[depth]
            source[total] = t
            total += 1
    return made[:total].copy(), source[:total].copy()


@kernel()
def open_faces(
    position: Array, rest: Array, tetrahedra: Index, height: Array, on: Flags, sides: Array, edge: float
) -> tuple[Whole, Flags, float]:
    """The faces on the blade between tetrahedra on either side.

    Returns:
        Table of the faces' keys, which vertices they touch (n,), and their area at rest in m2.
    """
    room = 0
    for t in range(tetrahedra.shape[0]):
        marked = 0
        for corner in range(4):
            marked += 1 if on[tetrahedra[t, corner]] else 0
        room += 1 if marked == 3 else (4 if marked == 4 else 0)
    seen = _table(room)
    side_seen = np.zeros(seen.shape[0], dtype=np.int8)
    opened = _table(room)
    touched = np.zeros(position.shape[0], dtype=np.bool_)
    area = 0.0
    centre = np.empty(3)
    for t in range(tetrahedra.shape[0]):
        total, whole, marked = 0.0, 0.0, 0
        for corner in range(4):
            v = tetrahedra[t, corner]
            whole += height[v]
            if on[v]:
                marked += 1
            else:
                total += height[v]
        if marked < 3:
            continue
        side = np.int8(1) if (total if marked == 3 else whole) >= 0.0 else np.int8(-1)
        for left_out in range(4):
            a = tetrahedra[t, (left_out + 1) & 3]
            b = tetrahedra[t, (left_out + 2) & 3]
            c = tetrahedra[t, (left_out + 3) & 3]
            if not (on[a] and on[b] and on[c]):
                continue
            key = _face_key(a, b, c)
            place = _slot(seen, key)
            if seen[place] == -1:
                seen[place] = key
                side_seen[place] = side
                continue
            if side_seen[place] == side:
                continue
            for axis in range(3):
                centre[axis] = (position[a, axis] + position[b, axis] + position[c, axis]) / 3.0
            if not covered(centre, sides, edge):
                continue
            opened[_slot(opened, key)] = key
            touched[a], touched[b], touched[c] = True, True, True
            across = np.cross(rest[b] - rest[a], rest[c] - rest[a])
            area += 0.5 * math.sqrt(across[0] ** 2 + across[1] ** 2 + across[2] ** 2)
    return opened, touched, area


@kernel()
def _root(parent: Index, member: int) -> int:
    while parent[member] != member:
        parent[member] = parent[parent[member]]
        member = parent[member]
    return member


@kernel()
def separate(tetrahedra: Index, touched: Flags, opened: Whole) -> tuple[Index, Index]:
    """Gives tetrahedra that came apart at a touched vertex their own copies of it.

    Returns:
        The tetrahedra (m, 4) with the new vertices, and of which vertex each new one is a copy (k,).
    """
    count = tetrahedra.shape[0]
    parent = np.arange(4 * count, dtype=np.int32)
    room = 0
    for t in range(count):
        for corner in range(4):
            if touched[tetrahedra[t, corner]]:
                room += 4
                break
    seen = _table(room)
    owner = np.empty(seen.shape[0], dtype=np.int32)
    for t in range(count):
        near = False
        for corner in range(4):
            near = near or touched[tetrahedra[t, corner]]
        if not near:
            continue
        for left_out in range(4):
            a = tetrahedra[t, (left_out + 1) & 3]
            b = tetrahedra[t, (left_out + 2) & 3]
            c = tetrahedra[t, (left_out + 3) & 3]
            if not (touched[a] or touched[b] or touched[c]):
                continue
            key = _face_key(a, b, c)
            if opened[_slot(opened, key)] == key:
                continue
            place = _slot(seen, key)
            if seen[place] == -1:
                seen[place] = key
                owner[place] = t
                continue
            other = owner[place]
            for corner in range(4):
                v = tetrahedra[t, corner]
                if corner == left_out or not touched[v]:
                    continue
                for twin in range(4):
                    if tetrahedra[other, twin] == v:
                        one, two = _root(parent, 4 * t + corner), _root(parent, 4 * other + twin)
                        parent[max(one, two)] = min(one, two)
    number = np.full(4 * count, -1, dtype=np.int32)
    taken = np.zeros(touched.shape[0], dtype=np.bool_)
    made = tetrahedra.copy()
    copy_of = np.empty(max(room, 1), dtype=np.int32)
    copies = 0
    for t in range(count):
        for corner in range(4):
            v = tetrahedra[t, corner]
            if not touched[v]:
                continue
            root = _root(parent, 4 * t + corner)
            if number[root] == -1:
                if taken[v]:
                    copy_of[copies] = v
                    number[root] = touched.shape[0] + copies
                    copies += 1
                else:
                    taken[v] = True
                    number[root] = v
            made[t, corner] = number[root]
    return made, copy_of[:copies].copy()


@kernel()
def label_parts(tetrahedra: Index, vertex_count: int) -> tuple[Index, int]:
    """Which connected part each tetrahedron belongs to (m,), numbered as they appear, and how many there are."""
    parent = np.arange(vertex_count, dtype=np.int32)
    for t in range(tetrahedra.shape[0]):
        for corner in range(1, 4):
            one, two = _root(parent, tetrahedra[t, 0]), _root(parent, tetrahedra[t, corner])
            parent[max(one, two)] = min(one, two)
    number = np.full(vertex_count, -1, dtype=np.int32)
    part = np.empty(tetrahedra.shape[0], dtype=np.int32)
    count = 0
    for t in range(tetrahedra.shape[0]):
        root = _root(parent, tetrahedra[t, 0])
        if number[root] == -1:
            number[root] = count
            count += 1
        part[t] = number[root]
    return part, count


@kernel()
def measure(rest: Array, tetrahedra: Index) -> tuple[Array, Array]:
    """Volumes (m,) in m3 and mean-ratio qualities (m,), 12 (3 V)^(2/3) / sum of squared edges: 1 where regular."""
    volume, quality = np.empty(tetrahedra.shape[0]), np.empty(tetrahedra.shape[0])
    for t in range(tetrahedra.shape[0]):
        edges = 0.0
        for one in range(3):
            for two in range(one + 1, 4):
                for axis in range(3):
                    edges += (rest[tetrahedra[t, one], axis] - rest[tetrahedra[t, two], axis]) ** 2
        a = rest[tetrahedra[t, 0]]
        u, v, w = rest[tetrahedra[t, 1]] - a, rest[tetrahedra[t, 2]] - a, rest[tetrahedra[t, 3]] - a
        volume[t] = (
            u[0] * (v[1] * w[2] - v[2] * w[1]) + u[1] * (v[2] * w[0] - v[0] * w[2]) + u[2] * (v[0] * w[1] - v[1] * w[0])
        ) / 6.0
        quality[t] = 12.0 * (3.0 * max(volume[t], 0.0)) ** (2.0 / 3.0) / edges if edges > 0.0 else 0.0
    return volume, quality
