"""Elastic forces of tetrahedra at finite strain, and the steps of time.

Stable neo-Hookean solid (Smith, de Goes, Kim 2018, eq. 13 with the Lame parameters of section 3.4): it needs no
decomposition of the deformation and pushes back also from inside out. The part of the bulk stiffness above that of a
Poisson ratio of 0.3 acts on the mean change of volume around each vertex (average nodal pressure: Bonet, Burton
1998), without which linear tetrahedra lock. Both derive from an energy.

Deformation is kept as displacement, in float32 within a tetrahedron; positions, velocities and sums are float64.
"""

import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel

Array = NDArray[np.float64]
Single = NDArray[np.float32]
Places = NDArray[np.uint32]
Flags = NDArray[np.bool_]


@kernel()
def gather(moved: Single, corners: Places, edges: Single) -> None:
    """Displacements of corners 1, 2, 3 against corner 0: edges (9, m) from moved (n, 3)."""
    for t in range(corners.shape[0]):
        a, b, c, d = corners[t, 0], corners[t, 1], corners[t, 2], corners[t, 3]
        for axis in range(3):
            start = moved[a, axis]
            edges[axis, t] = moved[b, axis] - start
            edges[3 + axis, t] = moved[c, axis] - start
            edges[6 + axis, t] = moved[d, axis] - start


@kernel()
def stretch(edges: Single, shape: Single, strain: Single) -> None:
    """Deformation gradient minus one of each tetrahedron: strain (9, m) from edges and shape (9, m)."""
    for axis in range(3):
        for t in range(edges.shape[1]):
            one, two, three = edges[axis, t], edges[3 + axis, t], edges[6 + axis, t]
            strain[3 * axis, t] = one * shape[0, t] + two * shape[3, t] + three * shape[6, t]
            strain[3 * axis + 1, t] = one * shape[1, t] + two * shape[4, t] + three * shape[7, t]
            strain[3 * axis + 2, t] = one * shape[2, t] + two * shape[5, t] + three * shape[8, t]


@kernel()
def swelling(strain: Single, swell: Single) -> None:
    """det(F) - 1 of each tetrahedron, written so that small strains keep their digits."""
    for t in range(swell.shape[0]):
        a, b, c = strain[0, t], strain[1, t], strain[2, t]
        d, e, f = strain[3, t], strain[4, t], strain[5, t]
        g, h, i = strain[6, t], strain[7, t], strain[8, t]
        second = a * e + e * i + a * i - b * d - f * h - c * g
        third = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
        swell[t] = a + e + i + second + third


@kernel()
def stress(strain: Single, swell: Single, mu_volume: Single, lame_volume: Single, pressure: Single) -> None:
    """First Piola-Kirchhoff stress times volume, written over `strain`. Pressure (m,) times volume comes on top."""
    one = np.float32(1.0)
    for t in range(swell.shape[0]):
        a, b, c = strain[0, t], strain[1, t], strain[2, t]
        d, e, f = strain[3, t], strain[4, t], strain[5, t]
        g, h, i = strain[6, t], strain[7, t], strain[8, t]
        # |F|^2 - 3; mu (1 - 1 / (|F|^2 + 1)) F - 3/4 mu cof F, sorted so that nothing large cancels at rest.
        excess = np.float32(2.0) * (a + e + i) + a * a + b * b + c * c + d * d + e * e + f * f + g * g + h * h + i * i
        # Through NumPy, since a division that may raise keeps the loop from being vectorised.
        inverse = np.divide(one, excess + np.float32(4.0))
        soft = mu_volume[t] * (one - inverse)
        bulk = lame_volume[t] * swell[t] + pressure[t]
        rest = bulk - np.float32(0.75) * mu_volume[t]
        both = bulk + mu_volume[t] * (np.float32(0.25) - inverse)
        ca, cb, cc = e + i + e * i - f * h, f * g - d * (one + i), d * h - (one + e) * g
        cd, ce, cf = c * h - b * (one + i), a + i + a * i - c * g, b * g - (one + a) * h
        cg, ch, ci = b * f - c * (one + e), c * d - (one + a) * f, a + e + a * e - b * d
        strain[0, t] = soft * a + rest * ca + both
        strain[1, t] = soft * b + rest * cb
        strain[2, t] = soft * c + rest * cc
        strain[3, t] = soft * d + rest * cd
        strain[4, t] = soft * e + rest * ce + both
        strain[5, t] = soft * f + rest * cf
        strain[6, t] = soft * g + rest * cg
        strain[7, t] = soft * h + rest * ch
        strain[8, t] = soft * i + rest * ci + both


@kernel()
def load(stressed: Single, shape: Single, loads: Single) -> None:
    """Forces on corners 1, 2, 3, turned around: loads (9, m) from stress times volume and shape (9, m)."""
    for axis in range(3):
        for t in range(loads.shape[1]):
            p, q, r = stressed[3 * axis, t], stressed[3 * axis + 1, t], stressed[3 * axis + 2, t]
            loads[axis, t] = p * shape[0, t] + q * shape[1, t] + r * shape[2, t]
            loads[3 + axis, t] = p * shape[3, t] + q * shape[4, t] + r * shape[5, t]
            loads[6 + axis, t] = p * shape[6, t] + q * shape[7, t] + r * shape[8, t]


@kernel()
def scatter(loads: Single, corners: Places, force: Array) -> None:
    """Forces of all tetrahedra on their corners, in N, set in force (n, 3)."""
    force[:] = 0.0
    for t in range(corners.shape[0]):
        a, b, c, d = corners[t, 0], corners[t, 1], corners[t, 2], corners[t, 3]
        for axis in range(3):
            one, two, three = loads[axis, t], loads[3 + axis, t], loads[6 + axis, t]
            force[b, axis] -= one
            force[c, axis] -= two
            force[d, axis] -= three
            force[a, axis] += one + two + three


@kernel()
def even_out(swell: Single, corners: Places, share: Single, nodal: Single, pressure: Single, work: Single) -> None:
    """Pressure times volume (m,) from the mean swelling around each vertex.

    Args:
        swell: (m,) det(F) - 1.
        corners: (m, 4).
        share: (m,) a quarter of the volume; 0 where no bulk stiffness is averaged.
        nodal: (n,) averaged bulk stiffness over the volume around the vertex.
        pressure: (m,) out.
        work: (n,) scratch.
    """
    work[:] = np.float32(0.0)
    for t in range(corners.shape[0]):
        part = share[t] * swell[t]
        work[corners[t, 0]] += part
        work[corners[t, 1]] += part
        work[corners[t, 2]] += part
        work[corners[t, 3]] += part
    for v in range(work.shape[0]):
        work[v] *= nodal[v]
    for t in range(corners.shape[0]):
        pressure[t] = share[t] * (work[corners[t, 0]] + work[corners[t, 1]] + work[corners[t, 2]] + work[corners[t, 3]])


@kernel()
def elastic(
    moved: Single,
    corners: Places,
    shape: Single,
    mu_volume: Single,
    lame_volume: Single,
    share: Single,
    nodal: Single,
    edges: Single,
    strain: Single,
    swell: Single,
    pressure: Single,
    work: Single,
    averaged: bool,
    force: Array,
) -> None:
    """Elastic forces in N on the vertices, set in force (n, 3), of displacements moved (n, 3)."""
    gather(moved, corners, edges)
    stretch(edges, shape, strain)
    swelling(strain, swell)
    if averaged:
        even_out(swell, corners, share, nodal, pressure, work)
    stress(strain, swell, mu_volume, lame_volume, pressure)
    load(strain, shape, edges)
    scatter(edges, corners, force)


@kernel()
def advance(
    count: int,
    seconds: float,
    drag: float,
    viscous: float,
    position: Array,
    velocity: Array,
    rest: Array,
    outer: Array,
    inverse_mass: Array,
    prescribed: Flags,
    fastest: Array,
    moved: Single,
    corners: Places,
    shape: Single,
    mu_volume: Single,
    lame_volume: Single,
    share: Single,
    nodal: Single,
    edges: Single,
    strain: Single,
    swell: Single,
    pressure: Single,
    work: Single,
    averaged: bool,
    force: Array,
) -> None:
    """`count` steps of symplectic Euler of `seconds` each; position and velocity (n, 3) are changed in place.

    Forces are taken at the displacement plus `viscous` times the velocity: damping in proportion to the rate of
    strain, which rigid motion does not feel. Prescribed vertices keep the velocity they have. No vertex is let move
    faster than `fastest` (n,), a part of an edge each step: whatever is done to the body, it comes back.
    """
    keep = 1.0 / (1.0 + drag * seconds)
    for _ in range(count):
        for v in range(position.shape[0]):
            for axis in range(3):
                moved[v, axis] = position[v, axis] - rest[v, axis] + viscous * velocity[v, axis]
        elastic(
            moved,
            corners,
            shape,
            mu_volume,
            lame_volume,
            share,
            nodal,
            edges,
            strain,
            swell,
            pressure,
            work,
            averaged,
            force,
        )
        for v in range(position.shape[0]):
            if not prescribed[v]:
                speed = 0.0
                for axis in range(3):
                    pushed = velocity[v, axis] + seconds * inverse_mass[v] * (force[v, axis] + outer[v, axis])
                    velocity[v, axis] = keep * pushed
                    speed += velocity[v, axis] ** 2
                if speed > fastest[v] ** 2:
                    slower = fastest[v] / np.sqrt(speed)
                    for axis in range(3):
                        velocity[v, axis] *= slower
            for axis in range(3):
                position[v, axis] += seconds * velocity[v, axis]
