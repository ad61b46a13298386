from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any, cast

import pydicom
import pytest
from pydicom import Dataset
from pydicom.uid import UID

from abaton.imaging.importing.elements import ENCAPSULATED, PIXEL_DATA, TooShort, Unusual, scan
from tests.imaging.importing.made import slices, voxels_of, write

WANTED = frozenset((0x00080018, 0x00200032, 0x00280010, 0x00081140))


def file_of(tmp_path: Path, syntax: str, **attributes: Any) -> bytes:
    (dataset,) = slices(voxels_of(1), **attributes)
    dataset.file_meta.TransferSyntaxUID = UID(syntax)
    return write(tmp_path, [dataset])[0].read_bytes()


def nested() -> list[Dataset]:
    inner, outer = Dataset(), Dataset()
    inner.ReferencedSOPInstanceUID = "1.2.3"
    outer.ReferencedImageSequence = [inner, Dataset()]
    return [outer, Dataset()]


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"])
@pytest.mark.parametrize("undefined", [False, True])
def test_finds_what_pydicom_finds(tmp_path: Path, syntax: str, undefined: bool):
    sequence = pydicom.Sequence(nested())
    sequence.is_undefined_length = undefined
    for item in sequence:
        item.is_undefined_length_sequence_item = undefined
    data = file_of(tmp_path, syntax, ReferencedImageSequence=sequence)
    truth: Any = cast("Any", pydicom).dcmread(BytesIO(data))
    elements = scan(data, WANTED, whole=True)
    assert elements.syntax == syntax
    assert elements.values[0x00080018].decode().rstrip("\0") == truth.SOPInstanceUID
    position = elements.values[0x00200032].decode().strip().split("\\")
    assert position == [str(part) for part in truth.ImagePositionPatient]
    assert int.from_bytes(elements.values[0x00280010], "little") == truth.Rows
    assert elements.pixels == PIXEL_DATA
    assert data[elements.pixels_at : elements.pixels_at + elements.pixels_length] == truth.PixelData


def test_compressed_pixels_have_no_length(tmp_path: Path):
    (dataset,) = slices(voxels_of(1))
    dataset.compress("1.2.840.10008.1.2.5")
    elements = scan(write(tmp_path, [dataset])[0].read_bytes(), WANTED, whole=True)
    assert elements.pixels_length == ENCAPSULATED


def test_asks_for_more_of_a_longer_header(tmp_path: Path):
    data = file_of(tmp_path, "1.2.840.10008.1.2.1")
    for length in range(data.index(b"\x08\0\x08\0CS"), data.index(b"\xe0\x7f\x10\0")):
        with pytest.raises(TooShort):
            scan(data[:length], WANTED, whole=False)


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"])
def test_damage_never_leads_out_of_the_file(tmp_path: Path, syntax: str):
    random = Random(3)
    sequence = pydicom.Sequence(nested())
    sequence.is_undefined_length = True
    whole = file_of(tmp_path, syntax, ReferencedImageSequence=sequence)
    for _ in range(2000):
        data = bytearray(whole[: random.randrange(132, len(whole))] if random.random() < 0.3 else whole)
        for _ in range(random.choice((0, 1, 5))):
            data[random.randrange(132, len(data))] = random.choice((0, 1, 255, random.randrange(256)))
        try:
            elements = scan(bytes(data), WANTED, whole=random.random() < 0.5)
        except Unusual:
            continue
        assert set(elements.values) <= WANTED
        assert all(len(value) <= len(data) for value in elements.values.values())
