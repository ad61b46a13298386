import gzip
import io
import os
import random
import stat
import struct
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.core.errors import Problem
from abaton.imaging.importing.limits import Limits
from abaton.imaging.importing.sources import Sources, gather, kind_of, nifti_bytes

MIB = 1 << 20
LIMITS = Limits()
DICOM = b"\0" * 128 + b"DICM" + b"\2\0\0\0UL\4\0" + b"\0" * 600


def nifti(shape: tuple[int, ...] = (4, 5, 6), data: bytes | None = None) -> bytes:
    head = bytearray(352)
    struct.pack_into("<i", head, 0, 348)
    struct.pack_into("<8h", head, 40, len(shape), *shape, *([1] * (7 - len(shape))))
    struct.pack_into("<2h", head, 70, 4, 16)
    struct.pack_into("<f", head, 108, 352.0)
    head[344:348] = b"n+1\0"
    size = 2
    for length in shape:
        size *= length
    return bytes(head) + (bytes(size) if data is None else data)


def gathered(path: Path, tmp_path: Path, limits: Limits = LIMITS, **options: Any) -> Sources:
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir(exist_ok=True)
    return gather(path, unpacked, limits, lambda _doing, _done: None, **options)


def refusal(path: Path, tmp_path: Path, limits: Limits = LIMITS, **options: Any) -> Problem:
    with pytest.raises(Problem) as refused:
        gathered(path, tmp_path, limits, **options)
    assert refused.value.next_step
    return refused.value


def zipped(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def codes(found: Sources) -> dict[str, int]:
    return {skipped.code: skipped.files for skipped in found.skipped}


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (DICOM, "dicom"),
        (b"\x08\0\x05\0CS\x0a\0ISO_IR 100" + bytes(100), "dicom"),
        (b"\x08\0\x05\0\x0a\0\0\0ISO_IR 100" + bytes(100), "dicom"),
        (nifti(), "nifti"),
        (gzip.compress(b"x"), "gzip"),
        (b"PK\3\4" + bytes(40), "zip"),
        (b"", "empty"),
        (b"%PDF-1.7", "other"),
        (b"\x08\0\x05\0\xff\xff\xff\xff" + bytes(40), "other"),
        (b"\xff\xd8\xff\xe0", "other"),
    ],
)
def test_a_file_is_told_by_its_first_bytes(head: bytes, kind: Any):
    assert kind_of(head) == kind


def test_the_index_of_a_cd_is_no_slice():
    assert kind_of(DICOM, "DICOMDIR") == "index"


@given(st.binary(max_size=700))
def test_any_bytes_are_told_apart_without_an_error(head: bytes):
    assert kind_of(head) in ("dicom", "nifti", "gzip", "zip", "empty", "other")


@given(st.binary(min_size=348, max_size=348))
def test_any_nifti_header_has_some_length(head: bytes):
    raw = bytearray(head)
    struct.pack_into("<i", raw, 0, 348)
    raw[344:348] = b"n+1\0"
    length = nifti_bytes(bytes(raw))
    assert length is not None
    assert length >= 352


def test_a_folder_is_looked_through_in_a_fixed_order(tmp_path: Path):
    root = tmp_path / "scan"
    (root / "b" / "deep").mkdir(parents=True)
    (root / "a").mkdir()
    for name in ("b/deep/2.dcm", "a/3.dcm", "b/1.dcm"):
        (root / name).write_bytes(DICOM)
    (root / "readme.txt").write_text("hello")
    (root / "empty.dcm").write_bytes(b"")
    (root / "DICOMDIR").write_bytes(DICOM)
    found = gathered(root, tmp_path)
    assert [str(file.relative_to(root)) for file in found.files] == ["a/3.dcm", "b/1.dcm", "b/deep/2.dcm"]
    assert codes(found) == {"not_a_scan": 1, "empty_file": 1}


@pytest.mark.parametrize("content", [None, b"", b"text", b"PK\5\6" + bytes(18)])
def test_nothing_to_read_is_said(tmp_path: Path, content: Any):
    root = tmp_path / "scan"
    root.mkdir()
    if content is not None:
        (root / "secret name").write_bytes(content)
    problem = refusal(root, tmp_path)
    assert problem.code == "no_scans"
    assert "secret" not in str(problem)


def test_links_are_followed_within_the_folder_and_never_out(tmp_path: Path):
    root, outside = tmp_path / "scan", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "secret.dcm").write_bytes(DICOM)
    (root / "1.dcm").write_bytes(DICOM)
    (root / "again.dcm").symlink_to("1.dcm")
    (root / "out.dcm").symlink_to(outside / "secret.dcm")
    (root / "up").symlink_to(outside, target_is_directory=True)
    (root / "loop").symlink_to(root, target_is_directory=True)
    (root / "broken.dcm").symlink_to("nowhere")
    found = gathered(root, tmp_path)
    assert [file.name for file in found.files] == ["1.dcm"]
    assert codes(found) == {"link_outside": 3, "unreadable_file": 1}


def test_a_pipe_does_not_make_it_wait(tmp_path: Path):
    root = tmp_path / "scan"
    root.mkdir()
    os.mkfifo(root / "pipe.dcm")
    (root / "1.dcm").write_bytes(DICOM)
    assert codes(gathered(root, tmp_path)) == {"special_file": 1}


def test_a_path_to_nothing_is_said_without_the_path(tmp_path: Path):
    problem = refusal(tmp_path / "Papadopoulos", tmp_path)
    assert problem.code == "path_not_found"
    assert "Papadopoulos" not in str(problem)


def test_more_files_than_allowed_are_refused(tmp_path: Path):
    root = tmp_path / "scan"
    root.mkdir()
    for number in range(6):
        (root / f"{number}.txt").write_text("x")
    assert refusal(root, tmp_path, Limits(files=5)).code == "too_much_files"
    archive = zipped(tmp_path / "many.zip", {f"{number}.dcm": DICOM for number in range(6)})
    assert refusal(archive, tmp_path, Limits(files=5)).code == "too_much_files"


def test_a_zip_is_unpacked_under_our_own_names(tmp_path: Path):
    members = {"Smith^John/1.dcm": DICOM, "Smith^John/b/1.dcm": DICOM, "x\\2.dcm": DICOM, "notes.txt": b"text"}
    found = gathered(zipped(tmp_path / "scan.zip", members), tmp_path)
    assert len(found.files) == 3
    assert all(file.read_bytes() == DICOM for file in found.files)
    assert all(file.is_relative_to(tmp_path / "unpacked") for file in found.files)
    assert not any("Smith" in part for file in found.files for part in file.relative_to(tmp_path).parent.parts)
    assert codes(found) == {"not_a_scan": 1}


def test_names_that_differ_only_in_what_is_replaced_stay_apart(tmp_path: Path):
    members = {"a?.dcm": DICOM + b"1", "a*.dcm": DICOM + b"2", "a|.dcm": DICOM + b"3"}
    found = gathered(zipped(tmp_path / "scan.zip", members), tmp_path)
    assert {file.read_bytes()[-1:] for file in found.files} == {b"1", b"2", b"3"}


def test_a_header_and_its_picture_stay_together(tmp_path: Path):
    header = nifti()[:344] + b"ni1\0"
    found = gathered(zipped(tmp_path / "pair.zip", {"a/t1.hdr": header, "a/t1.img": bytes(240)}), tmp_path)
    (file,) = found.files
    assert file.with_suffix(".img").read_bytes() == bytes(240)


@pytest.mark.parametrize(
    "name",
    ["../evil.dcm", "a/../../evil.dcm", "/etc/evil.dcm", "..\\evil.dcm", "C:\\evil.dcm", "\\\\host\\evil.dcm", "a/.."],
)
def test_a_zip_that_reaches_out_is_refused_whole(tmp_path: Path, name: str):
    archive = zipped(tmp_path / "evil.zip", {"good.dcm": DICOM, name: DICOM})
    assert refusal(archive, tmp_path).code == "zip_path"
    assert list((tmp_path / "unpacked").rglob("*")) == []
    assert not list(tmp_path.rglob("evil.dcm"))


def test_links_in_a_zip_are_not_made(tmp_path: Path):
    link = zipfile.ZipInfo("link.dcm")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "links.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("1.dcm", DICOM)
    found = gathered(tmp_path / "links.zip", tmp_path)
    assert len(found.files) == 1
    assert codes(found) == {"zip_link": 1}


def test_zips_within_zips_and_folders_are_left_out(tmp_path: Path):
    inner = zipped(tmp_path / "inner.zip", {"1.dcm": DICOM}).read_bytes()
    found = gathered(zipped(tmp_path / "outer.zip", {"inner.zip": inner, "1.dcm": DICOM}), tmp_path)
    assert codes(found) == {"nested_zip": 1}
    root = tmp_path / "scan"
    root.mkdir()
    (root / "inner.zip").write_bytes(inner)
    (root / "hidden.gz").write_bytes(gzip.compress(inner))
    assert refusal(root, tmp_path).code == "no_scans"


def test_a_zip_bomb_is_stopped_at_the_limit_whatever_it_declares(tmp_path: Path):
    archive = zipped(tmp_path / "bomb.zip", {"1.dcm": DICOM + bytes(40 * MIB)})
    raw = bytearray(archive.read_bytes())
    at = raw.rindex(b"PK\1\2")
    struct.pack_into("<I", raw, at + 24, 1000)
    struct.pack_into("<I", raw, 22, 1000)
    archive.write_bytes(raw)
    unpacked = tmp_path / "unpacked"
    try:
        assert refusal(archive, tmp_path, Limits(unpacked_bytes=8 * MIB)).code in ("too_much_unpacked", "no_scans")
    finally:
        assert sum(file.stat().st_size for file in unpacked.rglob("*") if file.is_file()) <= 9 * MIB


def test_many_small_members_count_together(tmp_path: Path):
    archive = zipped(tmp_path / "bomb.zip", {f"{number}.dcm": DICOM + bytes(MIB) for number in range(20)})
    assert refusal(archive, tmp_path, Limits(unpacked_bytes=8 * MIB)).code == "too_much_unpacked"


def test_a_zip_bomb_is_stopped_by_how_much_it_swells_long_before_the_limit(tmp_path: Path):
    archive = zipped(tmp_path / "bomb.zip", {"1.dcm": DICOM + bytes(160 * MIB)})
    assert refusal(archive, tmp_path, Limits(unpacked_bytes=4096 * MIB)).code == "too_much_unpacked"


def test_a_file_that_was_cut_short_is_told_as_that(tmp_path: Path):
    whole = gzip.compress(nifti((20, 20, 20), bytes(range(250)) * 64))
    (tmp_path / "cut.nii.gz").write_bytes(whole[: len(whole) // 2])
    problem = refusal(tmp_path / "cut.nii.gz", tmp_path)
    assert problem.code == "gzip_damaged"
    assert "cut short" in problem.got


def test_a_gzip_bomb_is_stopped(tmp_path: Path):
    (tmp_path / "bomb.nii.gz").write_bytes(gzip.compress(nifti((200, 200, 200), bytes(40 * MIB)), 1))
    assert refusal(tmp_path / "bomb.nii.gz", tmp_path, Limits(unpacked_bytes=8 * MIB)).code == "too_much_unpacked"


def test_a_gzip_that_holds_more_than_its_header_says_is_stopped_early(tmp_path: Path):
    (tmp_path / "bomb.nii.gz").write_bytes(gzip.compress(nifti((2, 2, 2), bytes(40 * MIB)), 1))
    assert refusal(tmp_path / "bomb.nii.gz", tmp_path).code == "too_much_unpacked"
    assert sum(file.stat().st_size for file in (tmp_path / "unpacked").rglob("*") if file.is_file()) <= 3 * MIB


def test_a_gzip_bomb_within_a_zip_is_stopped(tmp_path: Path):
    bomb = gzip.compress(nifti((2, 2, 2), bytes(40 * MIB)), 1)
    archive = zipped(tmp_path / "both.zip", {"t1.nii.gz": bomb})
    assert refusal(archive, tmp_path).code == "too_much_unpacked"


def test_whole_gzips_are_unpacked_but_for_nifti_which_stays_beside_its_scan(tmp_path: Path):
    root = tmp_path / "scan"
    root.mkdir()
    (root / "t1.nii.gz").write_bytes(gzip.compress(nifti()))
    (root / "1.dcm.gz").write_bytes(gzip.compress(DICOM))
    (root / "notes.txt.gz").write_bytes(gzip.compress(b"text"))
    found = gathered(root, tmp_path)
    assert sorted(file.name for file in found.files) == ["1.dcm", "t1.nii.gz"]
    assert next(file for file in found.files if file.name == "t1.nii.gz") == root / "t1.nii.gz"
    assert next(file for file in found.files if file.name == "1.dcm").read_bytes() == DICOM
    assert codes(found) == {"not_a_scan": 1}


def test_folders_of_a_zip_keep_their_places(tmp_path: Path):
    names = ("one/t1.nii", "one/raters/ann.nii.gz", "two/t1.nii", "two/raters/ann.nii.gz", "top.nii")
    members = {name: gzip.compress(nifti()) if name.endswith("gz") else nifti() for name in names}
    found = gathered(zipped(tmp_path / "a.zip", members), tmp_path)
    raters = [file for file in found.files if file.name == "ann.nii"]
    assert all(rater.parent.name.endswith("-raters") for rater in raters)
    assert {rater.parent.parent for rater in raters} == {f.parent for f in found.files if f.name == "t1.nii"}
    assert len({file.parent for file in found.files}) == 5


@pytest.mark.parametrize("cut", [1, 8, 60, 300])
def test_a_gzip_that_is_cut_short_is_said_and_leaves_nothing(tmp_path: Path, cut: int):
    noise = random.Random(1).randbytes(240)
    root = tmp_path / "scan"
    root.mkdir()
    (root / "t1.nii.gz").write_bytes(gzip.compress(nifti(data=noise))[:-cut])
    (root / "1.dcm").write_bytes(DICOM)
    assert codes(gathered(root, tmp_path)) == {"gzip_damaged": 1}
    assert [file for file in (tmp_path / "unpacked").rglob("*") if file.is_file()] == []


@pytest.mark.parametrize("keep", [30, 200, 2000])
def test_a_zip_that_is_cut_short_is_said(tmp_path: Path, keep: int):
    noise = random.Random(2).randbytes(4000)
    archive = zipped(tmp_path / "cut.zip", {"1.dcm": DICOM + noise})
    archive.write_bytes(archive.read_bytes()[:keep])
    assert refusal(archive, tmp_path).code == "zip_damaged"


def test_a_member_with_a_wrong_checksum_is_left_out(tmp_path: Path):
    archive = zipped(tmp_path / "bad.zip", {"1.dcm": DICOM + b"slice one", "2.dcm": DICOM}, zipfile.ZIP_STORED)
    archive.write_bytes(archive.read_bytes().replace(b"slice one", b"slice two"))
    found = gathered(archive, tmp_path)
    assert len(found.files) == 1
    assert codes(found) == {"zip_member_damaged": 1}


@given(st.binary(min_size=1, max_size=30), st.integers(0, 10_000), st.booleans())
def test_a_zip_with_any_bytes_overwritten_never_raises_anything_else(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: Any, packed: bool
):
    folder = tmp_path_factory.mktemp("zips")
    archive = zipped(folder / "a.zip", {"a/1.dcm": DICOM, "b.nii.gz": gzip.compress(nifti())}, 8 if packed else 0)
    raw = bytearray(archive.read_bytes())
    at %= len(raw)
    raw[at : at + len(noise)] = noise
    archive.write_bytes(raw)
    found = Sources((), ())
    with suppress(Problem):
        found = gathered(archive, folder)
    assert all(file.is_relative_to(folder / "unpacked") for file in found.files)


def test_a_zip_with_a_password_is_said(tmp_path: Path):
    archive = zipped(tmp_path / "locked.zip", {"1.dcm": DICOM})
    raw = bytearray(archive.read_bytes())
    raw[6] |= 1
    raw[raw.rindex(b"PK\1\2") + 8] |= 1
    archive.write_bytes(raw)
    assert refusal(archive, tmp_path).code == "zip_encrypted"


def test_methods_that_need_much_memory_are_not_read(tmp_path: Path):
    found = zipped(tmp_path / "lzma.zip", {"1.dcm": DICOM}, zipfile.ZIP_LZMA)
    assert refusal(found, tmp_path).code == "no_scans"


def nearly_none(_folder: Path) -> int:
    return 1000


def test_a_full_disk_stops_unpacking(tmp_path: Path):
    archive = zipped(tmp_path / "scan.zip", {"1.dcm": DICOM})
    problem = refusal(archive, tmp_path, free_bytes=nearly_none)
    assert problem.code == "disk_full"
    assert problem.kind == "unavailable"


def test_a_disk_that_fills_while_it_is_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    archive = zipped(tmp_path / "scan.zip", {"1.dcm": DICOM + bytes(3 * MIB)})

    class Full(io.FileIO):
        def write(self, data: Any):
            raise OSError(28, "No space left on device")

    opened: Any = Path.open

    def opening(path: Path, mode: str = "r", *rest: Any) -> Any:
        return Full(path, "x") if mode == "xb" else opened(path, mode, *rest)

    monkeypatch.setattr(Path, "open", opening)
    assert refusal(archive, tmp_path).code == "disk_full"


def test_two_thousand_slices_are_found(tmp_path: Path):
    root = tmp_path / "scan"
    root.mkdir()
    for number in range(2000):
        (root / f"{number:04}.dcm").write_bytes(DICOM[:200])
    assert len(gathered(root, tmp_path).files) == 2000
