import gzip
import os
import subprocess
import sys
import textwrap
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from pydicom import Dataset

from abaton.core.errors import Problem
from abaton.imaging.importing.found import Found, Report
from abaton.imaging.importing.limits import Limits
from abaton.imaging.importing.sandbox import SPOOL_PREFIX, import_path, sweep
from tests.imaging.privacy.made import encoded, header

KEY = b"a key of an installation, secret"
HERE = Path(__file__).parent
MIB = 1 << 20
LIMITS = Limits()


@pytest.fixture
def spool(tmp_path: Path):
    """Where the reading process writes; nothing may be left in it, whatever happened."""
    folder = tmp_path / "spool"
    folder.mkdir()
    yield folder
    assert list(folder.iterdir()) == []


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    return made_scan(tmp_path / "scan", 3)


def made_scan(folder: Path, slices: int) -> Path:
    folder.mkdir()
    raw = encoded(header(7777) if slices < 100 else small_header(7777))
    for number in range(slices):
        (folder / f"{number:04}.dcm").write_bytes(raw.replace(b".3.7777", b".3.%04d" % number))
    return folder


def small_header(number: int) -> Dataset:
    """What 2,000 files can be made of in a test's time."""
    whole, small = header(number), Dataset()
    for name in (
        "SOPClassUID",
        "SOPInstanceUID",
        "SeriesInstanceUID",
        "PatientName",
        "PatientID",
        "ImagePositionPatient",
    ):
        small[name] = whole[name]
    return small


def silent(_doing: str, _done: float) -> None:
    """Reports nothing."""


def read(
    path: Path,
    spool: Path,
    reader: str = "honest",
    limits: Limits = LIMITS,
    report: Report = silent,
    cancelled: Callable[[], bool] = lambda: False,
    environment: Mapping[str, str] | None = None,
    monotonic_s: Callable[[], float] = time.monotonic,
) -> Found:
    return import_path(
        path,
        KEY,
        limits,
        report,
        cancelled=cancelled,
        spool_root=spool,
        reader=f"stand_in_readers:{reader}",
        environment={**os.environ, "PYTHONPATH": str(HERE), **(environment or {})},
        monotonic_s=monotonic_s,
    )


def refusal(
    path: Path,
    spool: Path,
    reader: str,
    limits: Limits = LIMITS,
    report: Report = silent,
    cancelled: Callable[[], bool] = lambda: False,
    monotonic_s: Callable[[], float] = time.monotonic,
) -> Problem:
    with pytest.raises(Problem) as refused:
        read(path, spool, reader, limits, report, cancelled, None, monotonic_s)
    assert "Papadopoulos" not in str(refused.value)
    assert refused.value.next_step
    return refused.value


def test_what_was_read_comes_over_whole(scan: Path, spool: Path):
    told: list[tuple[str, float]] = []
    found = read(scan, spool, report=lambda doing, done: told.append((doing, done)))
    (series,) = found.series
    volume = series.volume
    assert np.array_equal(volume.voxels, np.arange(60, dtype=np.int16).reshape(3, 4, 5))
    assert volume.grid.spacing_mm == (2.0, 1.0, 1.0)
    assert (volume.modality, volume.unit, volume.slope, volume.intercept, volume.padding) == (
        "CT", "HU", 1.5, -1024.0, -2000.0,
    )  # fmt: skip
    assert volume.certificate.remarks == ("remark",)
    assert [one.ImagePositionPatient for one in series.headers] == [[-1.5, 2.25, 3.0 * 7777]] * 3
    assert series.headers[0].PixelSpacing == [0.6666666666666666] * 2
    assert series.privacy.verified
    assert series.files == 3
    ((place, labels),) = found.segmentations
    assert (place, labels.names, labels.made_by) == (0, {1: "liver", 2: "spleen"}, "a rater")
    assert np.array_equal(labels.labels, np.arange(60).reshape(3, 4, 5) % 3)
    assert [skipped.code for skipped in found.skipped] == ["colour"]
    assert ("Reading slices", 0.5) in told


def test_the_volume_outlives_its_file_and_is_the_callers_own(scan: Path, spool: Path):
    found = read(scan, spool)
    assert list(spool.iterdir()) == []
    voxels = found.series[0].volume.voxels
    voxels[0, 0, 0] = 99
    assert voxels[0, 0, 0] == 99
    assert voxels.sum() == 99 + sum(range(60))


def test_a_description_is_cleaned_again_on_the_way_out(scan: Path, spool: Path):
    assert read(scan, spool).series[0].volume.description == "Abdomen"


def test_a_zip_and_a_packed_file_are_read_like_a_folder(scan: Path, spool: Path, tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "scan.zip", "w") as archive:
        for file in scan.iterdir():
            archive.write(file, f"Papadopoulos/{file.name}")
    assert read(tmp_path / "scan.zip", spool).series[0].files == 3
    (tmp_path / "one.dcm.gz").write_bytes(gzip.compress((scan / "0000.dcm").read_bytes()))
    assert read(tmp_path / "one.dcm.gz", spool).series[0].files == 1


def test_two_thousand_slices(tmp_path: Path, spool: Path):
    found = read(made_scan(tmp_path / "many", 2000), spool)
    assert len({str(one.SOPInstanceUID) for one in found.series[0].headers}) == 2000


def test_a_hanging_reader_is_ended_when_time_is_up(scan: Path, spool: Path):
    now_s = [0.0]

    def report(doing: str, _done: float) -> None:
        if doing == "Hanging":
            now_s[0] = 1e6

    problem = refusal(scan, spool, "hanging", report=report, monotonic_s=lambda: now_s[0])
    assert problem.code == "too_much_time"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on processor time")
def test_a_busy_reader_is_ended_by_its_processor_time(scan: Path, spool: Path):
    assert refusal(scan, spool, "busy", Limits(cpu_s=2)).code == "too_much_time"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds to a limit on address space")
@pytest.mark.parametrize("reader", ["hungry", "believing"])
def test_memory_is_bounded(scan: Path, spool: Path, reader: str):
    assert refusal(scan, spool, reader, Limits(memory_bytes=256 * MIB)).code == "too_much_memory"


@pytest.mark.parametrize(
    ("reader", "code"),
    [
        ("crashing", "reader_died"),
        ("aborting", "too_much_memory"),
        ("refusing", "mixed"),
        ("failing", "scan_unreadable"),
        ("recursing", "scan_unreadable"),
        ("lying", "reader_broken"),
        ("missing", "scan_unreadable"),
    ],
)
def test_whatever_becomes_of_the_reader_the_answer_is_clear(scan: Path, spool: Path, reader: str, code: str):
    assert refusal(scan, spool, reader).code == code


def test_what_does_not_fit_on_the_disk_is_said(scan: Path, spool: Path):
    assert refusal(scan, spool, "writing", Limits(unpacked_bytes=8 * MIB)).code == "disk_full"
    assert refusal(scan, spool, "honest", Limits(spare_disk_bytes=1 << 60)).code == "disk_full"


def test_a_reader_that_prints_is_not_heard(scan: Path, spool: Path, capfd: pytest.CaptureFixture[str]):
    assert read(scan, spool, "chatty").series
    heard = capfd.readouterr()
    assert heard.out + heard.err == ""


def test_a_series_with_an_identifier_is_not_handed_over(scan: Path, spool: Path):
    found = read(scan, spool, "leaking")
    assert (found.series, found.segmentations) == ((), ())
    assert [(skipped.code, skipped.files) for skipped in found.skipped] == [("identifier_left", 3)]


def test_the_reader_is_told_no_secrets(scan: Path, spool: Path):
    told: list[str] = []
    secrets = {"ABATON_DATABASE_URL": "postgresql://user:hidden@host/db", "AWS_SECRET_ACCESS_KEY": "hidden"}
    read(scan, spool, "surroundings", environment=secrets, report=lambda doing, _done: told.append(doing))
    seen = " ".join(told)
    assert "worker" in seen
    assert "hidden" not in seen
    assert "ABATON" not in seen
    assert "scan" not in seen.split("worker")[1].split()[0]


def test_a_module_in_the_current_folder_is_not_run(
    scan: Path, spool: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "msgspec.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    (scan / "numpy.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    monkeypatch.chdir(tmp_path)
    read(scan, spool)
    monkeypatch.chdir(scan)
    read(scan, spool)
    assert not (tmp_path / "ran").exists()


def children() -> set[int]:
    return {process.pid for process in psutil.Process().children(recursive=True)}


def test_cancelling_ends_the_reader(scan: Path, spool: Path):
    before = children()
    seen: list[str] = []
    problem = refusal(
        scan, spool, "hanging", report=lambda doing, _done: seen.append(doing), cancelled=lambda: "Hanging" in seen
    )
    assert problem.code == "import_cancelled"
    assert children() == before


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, RuntimeError])
def test_an_interrupt_ends_the_reader(scan: Path, spool: Path, interrupt: Any):
    before = children()

    def report(_doing: str, _done: float) -> None:
        raise interrupt

    with pytest.raises(interrupt):
        read(scan, spool, "hanging", report=report)
    assert children() == before


@pytest.mark.skipif(os.name == "nt", reason="kills as POSIX does")
def test_the_reader_ends_and_tidies_up_when_its_parent_is_killed(scan: Path, spool: Path):
    program = f"""
        import os
        from pathlib import Path
        from abaton.imaging.importing.sandbox import import_path
        import_path(Path({str(scan)!r}), {KEY!r}, report=lambda doing, _: print(doing, flush=True),
                    spool_root=Path({str(spool)!r}), reader="stand_in_readers:hanging",
                    environment={{**os.environ, "PYTHONPATH": {str(HERE)!r}}})
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        while parent.stdout.readline() not in (b"Hanging\n", b""):
            pass
        (reader,) = psutil.Process(parent.pid).children()
        parent.kill()
    reader.wait(timeout=20)
    for _ in range(200):
        if not list(spool.iterdir()):
            break
        time.sleep(0.02)


def test_what_a_crash_of_the_machine_left_is_swept_and_nothing_else(tmp_path: Path):
    dead = 2**22 + 7
    old = tmp_path / f"{SPOOL_PREFIX}{dead}-abc"
    running = tmp_path / f"{SPOOL_PREFIX}{os.getppid()}-abc"
    odd = tmp_path / f"{SPOOL_PREFIX}letters"
    other = tmp_path / "precious"
    target = tmp_path / "linked"
    for folder in (old, running, odd, other, target):
        folder.mkdir()
    link = tmp_path / f"{SPOOL_PREFIX}{dead}-link"
    link.symlink_to(target, target_is_directory=True)
    sweep(tmp_path)
    assert not old.exists()
    assert all(folder.exists() for folder in (running, odd, other, target, link))


@pytest.mark.parametrize("kind", ["nothing", "empty", "text"])
def test_a_path_without_scans_is_said(tmp_path: Path, spool: Path, kind: Any):
    path = tmp_path / "Papadopoulos"
    if kind != "nothing":
        path.mkdir()
    if kind == "text":
        (path / "notes.txt").write_text("Papadopoulos")
    problem = refusal(path, spool, "honest")
    assert problem.code == ("path_not_found" if kind == "nothing" else "no_scans")


def test_a_short_key_is_refused_before_anything_is_read(scan: Path, spool: Path):
    with pytest.raises(Problem) as refused:
        import_path(scan, b"short", spool_root=spool)
    assert refused.value.code == "privacy_key"
