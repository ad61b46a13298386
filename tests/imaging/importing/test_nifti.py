import gzip
import struct
from pathlib import Path
from random import Random
from typing import Any

import nibabel
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.imaging.importing.nifti import NiftiFile, NotNifti, read_nifti

library: Any = nibabel
OBLIQUE = np.array([[-0.9, 0.1, 0.2, 5], [0.1, 0.8, -0.3, -7], [0.1, 0.3, 1.9, 9], [0, 0, 0, 1]])


def upright(affine: NDArray[np.float64]) -> NDArray[np.float64]:
    """The nearest affine without shear."""
    sides = np.linalg.norm(affine[:3, :3], axis=0)
    left, _, right = np.linalg.svd(affine[:3, :3] / sides)
    result = affine.copy()
    result[:3, :3] = left @ right * sides
    return result


def save(
    path: Path, voxels: NDArray[Any], affine: NDArray[np.float64] | None = None, version: int = 1, **header: Any
) -> Path:
    kind = library.Nifti1Image if version == 1 else library.Nifti2Image
    image = kind(voxels, upright(OBLIQUE) if affine is None else affine, dtype=voxels.dtype)
    image.header.set_xyzt_units("mm")
    for key, value in header.items():
        image.header[key] = value
    library.save(image, path)
    return path


def patched(path: Path, **fields: tuple[str, int, Any]) -> Path:
    data = bytearray(path.read_bytes())
    for form, at, value in fields.values():
        struct.pack_into(form, data, at, *value if isinstance(value, tuple) else (value,))
    path.write_bytes(data)
    return path


def ramp(kind: str = "i2") -> NDArray[Any]:
    return np.arange(4 * 5 * 6).reshape(4, 5, 6).astype(kind)


def code_of(path: Path) -> str:
    with pytest.raises(Problem) as refused:
        read_nifti(path)
    return refused.value.code


def world_agrees(file: NiftiFile, path: Path) -> None:
    """Every voxel lies where nibabel says, left and back instead of right and front."""
    image = library.load(path)
    values = np.asarray(image.dataobj)
    indices = np.argwhere(np.ones(values.shape, bool))
    world = library.affines.apply_affine(image.affine, indices) * (-1, -1, 1)
    np.testing.assert_allclose(file.grid.to_world(indices[:, ::-1]), world, atol=1e-3)
    found = file.kept.voxels[tuple(indices[:, ::-1].T)] * np.float64(file.kept.slope) + file.kept.intercept
    np.testing.assert_allclose(found, values[tuple(indices.T)], rtol=1e-6)


@pytest.mark.parametrize("kind", ["u1", "i1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8", ">i2", ">f4"])
@pytest.mark.parametrize("name", ["scan.nii", "scan.nii.gz"])
@pytest.mark.parametrize("version", [1, 2])
def test_reads_what_nibabel_writes(tmp_path: Path, kind: str, name: str, version: int):
    path = save(tmp_path / name, ramp(kind), version=version)
    file = read_nifti(path)
    world_agrees(file, path)
    assert file.kept.voxels.dtype == (np.uint16 if kind in ("u1", "u2") else np.int16)
    assert file.certificate.evidence == "header"
    assert file.certificate.certified


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), flipped=st.booleans())
def test_qform_alone(tmp_path_factory: pytest.TempPathFactory, seed: int, flipped: bool):
    turn, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    affine = np.eye(4)
    affine[:3, :3] = turn * (0.7, 1.1, -2.0 if flipped else 2.0)
    affine[:3, 3] = (3, -4, 5)
    path = tmp_path_factory.mktemp("qform") / "scan.nii"
    save(path, ramp(), affine)
    image = library.load(path)
    image.set_sform(None, 0)
    image.set_qform(affine, 1)
    library.save(image, path)
    world_agrees(read_nifti(path), path)


def test_int32_that_fits_is_kept_in_16_bits_exactly(tmp_path: Path):
    voxels = ramp("i4") * 500 - 30_000
    file = read_nifti(save(tmp_path / "a.nii", voxels))
    assert file.kept.voxels.dtype == np.int16
    assert np.array_equal(file.kept.voxels, voxels.transpose(2, 1, 0))


def test_scale_is_kept_beside_the_stored_values(tmp_path: Path):
    path = patched(save(tmp_path / "a.nii", ramp()), scale=("<2f", 112, (0.5, -3.0)))
    file = read_nifti(path)
    assert (file.kept.slope, file.kept.intercept) == (0.5, -3.0)
    assert file.kept.voxels.dtype == np.int16
    world_agrees(file, path)


@pytest.mark.parametrize("slope", [0.0, float("nan")])
def test_no_scale(tmp_path: Path, slope: float):
    file = read_nifti(patched(save(tmp_path / "a.nii", ramp()), scale=("<2f", 112, (slope, 9.0))))
    assert (file.kept.slope, file.kept.intercept) == (1.0, 0.0)


@pytest.mark.parametrize(("code", "millimetres"), [(1, 1000.0), (2, 1.0), (3, 0.001), (0, 1.0)])
def test_units(tmp_path: Path, code: int, millimetres: float):
    plain = read_nifti(save(tmp_path / "a.nii", ramp()))
    file = read_nifti(patched(save(tmp_path / "b.nii", ramp()), units=("<B", 123, code)))
    np.testing.assert_allclose(file.grid.spacing_mm, np.array(plain.grid.spacing_mm) * millimetres)
    assert ("millimetres are assumed" in " ".join(file.certificate.remarks)) == (code == 0)


def test_no_numbers_are_marked(tmp_path: Path):
    voxels = ramp("f4") / 8
    voxels[1, 2, 3] = np.nan
    file = read_nifti(save(tmp_path / "a.nii", voxels))
    assert np.isfinite(file.kept.voxels).all()
    assert file.kept.voxels[3, 2, 1] == file.kept.padding
    assert code_of(save(tmp_path / "b.nii", np.full((4, 4, 4), np.nan, np.float32))) == "no_numbers"


def test_sform_and_qform_that_contradict_each_other_may_not_be_measured(tmp_path: Path):
    path = save(tmp_path / "a.nii", ramp())
    image = library.load(path)
    moved = upright(OBLIQUE)
    moved[0, 3] += 2
    image.set_sform(upright(OBLIQUE), 1)
    image.set_qform(moved, 1)
    library.save(image, path)
    file = read_nifti(path)
    assert not file.certificate.certified
    assert file.certificate.error_mm == pytest.approx(2, abs=1e-3)
    image.set_qform(moved, 2)
    library.save(image, path)
    assert read_nifti(path).certificate.certified


def test_refusals(tmp_path: Path):
    sheared = np.eye(4)
    sheared[0, 1] = 0.2
    colour = np.zeros((3, 3, 3), [("R", "u1"), ("G", "u1"), ("B", "u1")])
    assert code_of(save(tmp_path / "a.nii", ramp(), sheared)) == "sheared"
    assert code_of(save(tmp_path / "b.nii", colour)) == "colour"
    assert code_of(save(tmp_path / "c.nii", ramp("c8"))) == "unsupported_pixels"
    assert code_of(save(tmp_path / "d.nii", np.zeros((3, 3, 3, 2), np.int16))) == "several_volumes"
    assert code_of(save(tmp_path / "e.nii", np.zeros((3, 3), np.int16))) == "not_a_volume"
    neither = patched(save(tmp_path / "f.nii", ramp()), codes=("<2h", 252, (0, 0)))
    assert code_of(neither) == "no_orientation"
    lost = patched(save(tmp_path / "g.nii", ramp()), row=("<f", 280, float("nan")))
    assert code_of(lost) == "no_orientation"


def test_one_volume_in_four_dimensions(tmp_path: Path):
    assert read_nifti(save(tmp_path / "a.nii", ramp()[..., None])).grid.shape == (6, 5, 4)


@pytest.mark.parametrize("name", ["scan.nii", "scan.nii.gz"])
def test_cut_short(tmp_path: Path, name: str):
    path = save(tmp_path / name, np.random.default_rng(1).integers(0, 999, (20, 20, 20), np.int16))
    path.write_bytes(path.read_bytes()[:-200])
    assert code_of(path) == "truncated"


def test_a_header_that_lies_about_its_size(tmp_path: Path):
    plain = patched(save(tmp_path / "a.nii", ramp()), dims=("<3h", 42, (30_000, 30_000, 30_000)))
    assert code_of(plain) == "truncated"
    packed = tmp_path / "a.nii.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert code_of(packed) == "size_does_not_fit"
    negative = patched(save(tmp_path / "b.nii", ramp()), dims=("<3h", 42, (-4, 5, 6)))
    assert code_of(negative) == "size_does_not_fit"


def test_other_files(tmp_path: Path):
    for number, data in enumerate((b"", b"\x1f\x8b", gzip.compress(b"text" * 200), b"n+1\0" * 100)):
        path = tmp_path / str(number)
        path.write_bytes(data)
        with pytest.raises((NotNifti, Problem)):
            read_nifti(path)


def test_random_damage_is_answered(tmp_path: Path):
    random, path = Random(5), save(tmp_path / "a.nii", ramp())
    whole = path.read_bytes()
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(random.choice((1, 4, 40))):
            damaged[random.randrange(352)] = random.randrange(256)
        path.write_bytes(damaged)
        try:
            file = read_nifti(path)
        except (NotNifti, Problem):
            continue
        assert np.isfinite(file.grid.affine).all()
        assert np.isfinite(file.kept.voxels).all()


def test_texts_of_the_header_are_dropped_and_said(tmp_path: Path):
    path = save(tmp_path / "a.nii", ramp(), descrip=b"Rivers Anna 1966", aux_file=b"")
    assert [(removed.tag, removed.action) for removed in read_nifti(path).privacy.removed] == [("descrip", "removed")]
