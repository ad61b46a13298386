"""Meshes as STL and PLY, read back by their own definitions."""

import struct

import numpy as np
import pytest

from abaton.geometry.grid import Grid
from abaton.geometry.mesh import TriangleMesh, area_mm2, enclosed_volume_mm3, is_closed
from abaton.geometry.mesh_files import as_ply, as_stl
from abaton.geometry.surface import surface_of

MESH = surface_of(np.ones((3, 4, 5), dtype=np.bool_), Grid.of((3, 4, 5), np.diag([2.0, 1.0, 1.5, 1.0])))


def test_stl_holds_every_triangle_with_its_normal() -> None:
    data = as_stl(MESH)
    assert len(data) == 84 + 50 * len(MESH.faces)
    assert not data.startswith(b"solid")
    assert b"SPACE=LPS" in data[:80]
    assert struct.unpack_from("<I", data, 80) == (len(MESH.faces),)
    for face in (0, len(MESH.faces) - 1):
        normal, corners = np.split(np.array(struct.unpack_from("<12f", data, 84 + 50 * face)), [3])
        a, b, c = corners.reshape(3, 3)
        assert corners.reshape(3, 3) == pytest.approx(MESH.vertices_mm[MESH.faces[face]], abs=1e-5)
        crossed = np.cross(b - a, c - a)
        assert normal == pytest.approx(crossed / np.linalg.norm(crossed), abs=1e-4)


def test_ply_holds_vertices_colours_and_faces() -> None:
    colors = np.arange(3 * len(MESH.vertices_mm), dtype=np.uint8).reshape(-1, 3)
    data = as_ply(MESH, colors)
    header, body = data.split(b"end_header\n", 1)
    assert f"element vertex {len(MESH.vertices_mm)}".encode() in header
    count = len(MESH.vertices_mm)
    place = struct.unpack_from("<3f3B", body, 15 * 7)
    assert place[:3] == pytest.approx(MESH.vertices_mm[7], abs=1e-5)
    assert place[3:] == tuple(colors[7])
    assert struct.unpack_from("<B3i", body, 15 * count + 13 * 5) == (3, *MESH.faces[5])
    assert len(body) == 15 * count + 13 * len(MESH.faces)
    assert b"uchar red" not in as_ply(MESH)


def test_a_tetrahedron_has_its_area_and_volume_and_an_open_one_is_not_closed() -> None:
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]) + 1000.0
    faces = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], dtype=np.int32)
    mesh = TriangleMesh(vertices, faces)
    assert is_closed(mesh)
    assert enclosed_volume_mm3(mesh) == pytest.approx(1 / 6, rel=1e-9)
    assert area_mm2(mesh) == pytest.approx(1.5 + np.sqrt(3) / 2)
    assert not is_closed(TriangleMesh(vertices, faces[:3]))
    assert not is_closed(TriangleMesh(vertices, np.vstack([faces[:3], faces[3:, ::-1]])))
    assert enclosed_volume_mm3(TriangleMesh(vertices, faces[:, ::-1])) == pytest.approx(-1 / 6)
