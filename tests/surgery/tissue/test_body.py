"""Bodies that cannot be computed with, and the surface of those that can."""

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.surgery.tissue.body import Body, block, surface_triangles
from abaton.surgery.tissue.materials import LIVER
from abaton.surgery.tissue.solver import prepare

BODY = block((0.03, 0.02, 0.02), (3, 2, 2), LIVER)


def _with_nan() -> Body:
    rest = BODY.rest_m.copy()
    rest[3, 1] = np.nan
    return msgspec.structs.replace(BODY, rest_m=rest)


def _inverted() -> Body:
    tetrahedra = BODY.tetrahedra.copy()
    tetrahedra[5] = tetrahedra[5][[1, 0, 2, 3]]
    return msgspec.structs.replace(BODY, tetrahedra=tetrahedra)


def _flat() -> Body:
    rest = BODY.rest_m.copy()
    rest[:, 2] = 0.0
    return msgspec.structs.replace(BODY, rest_m=rest)


def _branching() -> Body:
    tetrahedra = np.concatenate([BODY.tetrahedra, BODY.tetrahedra[:1]])
    return msgspec.structs.replace(BODY, tetrahedra=tetrahedra, material=np.zeros(len(tetrahedra), dtype=np.int32))


def _empty() -> Body:
    none: NDArray[np.int32] = np.zeros((0, 4), dtype=np.int32)
    return msgspec.structs.replace(BODY, tetrahedra=none, material=np.zeros(0, dtype=np.int32))


def _beyond() -> Body:
    tetrahedra = BODY.tetrahedra.copy()
    tetrahedra[0, 0] = len(BODY.rest_m)
    return msgspec.structs.replace(BODY, tetrahedra=tetrahedra)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (_with_nan(), "not numbers"),
        (_inverted(), "1 inverted or flat"),
        (_flat(), "inverted or flat"),
        # Every face of the tetrahedron that is there twice has three or, on the surface, two.
        (_branching(), "more than two"),
        (_empty(), "no tetrahedra"),
        (_beyond(), "no vertex"),
        (msgspec.structs.replace(BODY, material=np.ones(len(BODY.tetrahedra), dtype=np.int32)), "no material"),
        (msgspec.structs.replace(BODY, fixed=np.zeros(2, dtype=np.bool_)), "different lengths"),
    ],
)
def test_a_body_that_cannot_be_computed_with_is_not_prepared(body: Body, said: str) -> None:
    with pytest.raises(Problem, match=said) as refused:
        prepare(body)
    assert refused.value.code == "body_unusable"


def test_the_surface_is_every_face_of_one_tetrahedron() -> None:
    faces = surface_triangles(BODY)
    # Two triangles a square of the box's sides.
    assert len(faces) == 2 * 2 * (3 * 2 + 3 * 2 + 2 * 2)
    a, b, c = (BODY.rest_m[faces[:, n]] for n in range(3))
    outwards = np.cross(b - a, c - a)
    away = (a + b + c) / 3 - BODY.rest_m.mean(axis=0)
    assert (np.einsum("ij,ij->i", outwards, away) > 0).all()
