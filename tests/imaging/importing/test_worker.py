"""The real reader behind the sandbox: hostile and honest scans, and nothing of the patient in what comes out."""

import gzip
import os
import random
import struct
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest
from pydicom import Dataset

from abaton.core.errors import Problem
from abaton.imaging.importing.found import Found
from abaton.imaging.importing.limits import Limits
from abaton.imaging.importing.sandbox import import_path
from abaton.imaging.importing.worker import LENGTH, read_message
from tests.imaging.privacy.made import NAME, encoded, header

KEY = b"a key of an installation, secret"
LIMITS = Limits(memory_bytes=1 << 30)
SECRETS = ("papadopoulos", "eleni", "00471", "19450312", "12.03.1945", "hippokrates", "20210704", "1.3.12.2.1107")


@pytest.fixture
def spool(tmp_path: Path):
    folder = tmp_path / "spool"
    folder.mkdir()
    yield folder
    assert list(folder.iterdir()) == []


def read(path: Path, spool: Path, limits: Limits = LIMITS) -> Found:
    return import_path(path, KEY, limits, spool_root=spool, environment=os.environ)


def answered(path: Path, spool: Path) -> tuple[Found, list[str]]:
    """What came of it, and what the reader was told to do about the rest."""
    try:
        found = read(path, spool)
    except Problem as problem:
        return Found((), (), ()), [problem.next_step if problem.code != "reader_died" else ""]
    return found, [skipped.next_step for skipped in found.skipped]


def everything(found: Found) -> str:
    """All text of a result, as it would be stored."""
    told = [str(one.privacy) + one.volume.description + str(one.volume.certificate) for one in found.series]
    told += [str(header.to_json()) for one in found.series for header in one.headers]
    told += [str(labels.names) + labels.made_by for _, labels in found.segmentations]
    told += [str(skipped) for skipped in found.skipped]
    return " ".join(told).lower()


Change: TypeAlias = Callable[[Dataset], None]


def unchanged(_made: Dataset) -> None:
    """As it is."""


def slice_file(number: int, change: Change = unchanged) -> bytes:
    made = header(number)
    made.Rows, made.Columns = 16, 12
    made.BitsAllocated = made.BitsStored = 16
    made.HighBit, made.PixelRepresentation, made.SamplesPerPixel = 15, 1, 1
    made.PhotometricInterpretation = "MONOCHROME2"
    made.PixelData = np.full((16, 12), number, np.int16).tobytes()
    change(made)
    return encoded(made)


def series(folder: Path, count: int = 5, change: Change = unchanged) -> Path:
    folder.mkdir()
    for number in range(count):
        (folder / f"{NAME}-{number}.dcm").write_bytes(slice_file(number, change))
    return folder


def nifti(shape: tuple[int, ...], data: bytes) -> bytes:
    head = bytearray(352)
    struct.pack_into("<i", head, 0, 348)
    struct.pack_into("<8h", head, 40, len(shape), *shape, *([1] * (7 - len(shape))))
    struct.pack_into("<2h", head, 70, 4, 16)
    struct.pack_into("<4f", head, 76, 1, 1, 1, 1)
    struct.pack_into("<f", head, 108, 352.0)
    struct.pack_into("<h", head, 254, 1)
    for row in range(3):
        struct.pack_into("<f", head, 280 + 20 * row, 1.0)
    head[14:32] = b"Papadopoulos Eleni"
    head[148:168] = b"Papadopoulos 1945031"
    head[228:236] = b"HOSP0047"
    head[328:340] = b"Papadopoulos"
    head[344:348] = b"n+1\0"
    return bytes(head) + data


def test_a_series_comes_through_and_names_nobody(tmp_path: Path, spool: Path):
    found = read(series(tmp_path / NAME), spool)
    (one,) = found.series
    assert one.volume.certificate.certified
    assert sorted(set(one.volume.voxels.ravel().tolist())) == [0, 1, 2, 3, 4]
    assert one.volume.grid.spacing_mm == pytest.approx((3.0, 2 / 3, 2 / 3))
    assert one.privacy.verified
    assert [secret for secret in SECRETS if secret in everything(found)] == []


def test_a_nifti_file_comes_through_and_names_nobody(tmp_path: Path, spool: Path):
    values = np.arange(6 * 7 * 8, dtype=np.int16)
    path = tmp_path / "Papadopoulos_Eleni_T1.nii.gz"
    path.write_bytes(gzip.compress(nifti((6, 7, 8), values.tobytes())))
    found = read(path, spool)
    assert found.series[0].volume.voxels.size == values.size
    assert [secret for secret in SECRETS if secret in everything(found)] == []


def lying_rows(made: Dataset) -> None:
    made.Rows = made.Columns = 65_535


def lying_frames(made: Dataset) -> None:
    made.NumberOfFrames = 2_000_000_000


def nan_position(made: Dataset) -> None:
    made.add_new(0x00200032, "DS", ["0", "0", "0"])
    made["ImagePositionPatient"].value = [float("nan")] * 3


def no_pixels(made: Dataset) -> None:
    del made.PixelData


def colour(made: Dataset) -> None:
    made.SamplesPerPixel, made.PhotometricInterpretation = 3, "RGB"


def no_orientation(made: Dataset) -> None:
    del made.ImageOrientationPatient


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("change", [lying_rows, lying_frames, nan_position, no_pixels, colour, no_orientation])
def test_headers_that_lie_are_answered_within_the_limits(tmp_path: Path, spool: Path, change: Change):
    found, answers = answered(series(tmp_path / "scan", 4, change), spool)
    assert found.series == ()
    assert answers
    assert all(answers)


@pytest.mark.parametrize("keep", [140, 400, 900, 1200])
def test_files_cut_short_are_left_out_with_the_reason(tmp_path: Path, spool: Path, keep: int):
    folder = series(tmp_path / "scan", 4)
    for file in folder.iterdir():
        file.write_bytes(file.read_bytes()[:keep])
    found, answers = answered(folder, spool)
    assert found.series == ()
    assert answers
    assert all(answers)


def test_a_nifti_that_lies_about_its_size_is_refused(tmp_path: Path, spool: Path):
    (tmp_path / "t1.nii").write_bytes(nifti((32_000, 32_000, 32_000), bytes(100)))
    found = read(tmp_path / "t1.nii", spool)
    assert found.series == ()
    assert found.skipped


def test_noise_after_the_marks_of_a_scan_ends_with_an_answer(tmp_path: Path, spool: Path):
    folder = tmp_path / "scan"
    folder.mkdir()
    source = random.Random(5)
    whole = slice_file(1)
    for number in range(40):
        raw = bytearray(whole)
        for _ in range(source.randrange(1, 60)):
            raw[source.randrange(132, len(raw))] = source.randrange(256)
        (folder / f"{number}.dcm").write_bytes(raw)
    found, answers = answered(folder, spool)
    assert all(answers)
    assert [secret for secret in SECRETS if secret in everything(found)] == []


@pytest.mark.parametrize("raw", [b"", b"\1", LENGTH.pack(5) + b"abc"])
def test_a_message_that_is_cut_short_is_the_end(raw: bytes):
    with pytest.raises(EOFError):
        read_message(BytesIO(raw))


def test_a_message_that_is_too_long_is_refused():
    with pytest.raises(ValueError, match="too long"):
        read_message(BytesIO(LENGTH.pack(0xFFFFFFFF) + b"x" * 100))
