"""Records of runs."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from mcap.reader import make_reader

from abaton.core.errors import Problem
from abaton.surgery.skill.kinematics import Track, Trial, write_jigsaws
from abaton.surgery.tasks.catalogue import run_task, task_of
from abaton.surgery.tasks.recording import read_record, tracks_of, write_record
from abaton.surgery.tasks.running import Run


@pytest.fixture(scope="module")
def run() -> Run:
    return run_task(task_of("needle"), "careful", 2)[0]


@pytest.fixture
def record(run: Run, tmp_path: Path) -> Path:
    path = tmp_path / "needle.mcap"
    write_record(path, run, ("needle",))
    return path


def test_a_record_played_again_gives_the_same_bits_and_score(run: Run, record: Path) -> None:
    again, read = run_task(task_of("needle"), str(record), 99)
    assert read is not None
    assert again.seed == run.seed
    assert again.trace.digest() == run.trace.digest() == read.header.digest
    assert again.score == run.score
    assert read.marks == run.score.total


def test_a_record_tells_people_poses_forces_events_and_score(record: Path, run: Run) -> None:
    with record.open("rb") as file:
        summary = make_reader(file).get_summary()
    assert summary is not None
    topics = {channel.topic for channel in summary.channels.values()}
    assert topics == {
        "/run", "/hand/commands", "/tool/needle/pose", "/tool/needle/force", "/readings", "/event", "/score",
    }  # fmt: skip
    assert all(chunk.compression == "zstd" for chunk in summary.chunk_indexes)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_record_that_is_cut_off_is_refused(record: Path, share: float) -> None:
    whole = record.read_bytes()
    record.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(Problem, match="cut off"):
        read_record(record)


def test_a_record_that_was_changed_is_refused(record: Path) -> None:
    whole = bytearray(record.read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    record.write_bytes(bytes(whole))
    with pytest.raises(Problem, match="changed"):
        read_record(record)


def test_a_record_with_a_number_that_is_none_is_refused(run: Run, tmp_path: Path) -> None:
    commands = run.trace.commands.copy()
    commands[50, 0, 1] = np.nan
    spoilt = msgspec.structs.replace(run, trace=msgspec.structs.replace(run.trace, commands=commands))
    write_record(tmp_path / "spoilt.mcap", spoilt, ("needle",))
    with pytest.raises(Problem, match="not finite"):
        read_record(tmp_path / "spoilt.mcap")


def test_a_record_of_another_task_is_refused(record: Path) -> None:
    with pytest.raises(Problem, match="record of needle"):
        run_task(task_of("press"), str(record), 1)


def test_a_file_that_is_no_record_is_refused(tmp_path: Path) -> None:
    (tmp_path / "words").write_text("words")
    with pytest.raises(Problem, match="no record"):
        run_task(task_of("press"), str(tmp_path / "words"), 1)


def test_a_jigsaws_trial_leads_the_tools_along_its_ways(tmp_path: Path) -> None:
    share = np.linspace(0, 1, 60)
    smooth = share**3 * (10 - 15 * share + 6 * share**2)
    tracks: dict[str, Track] = {}
    for n, part in enumerate(("master left", "master right", "slave left", "slave right")):
        at = smooth[:, None] * np.array([0.01 * (n + 1), 0.004, -0.01])
        turn = np.tile(np.eye(3), (60, 1, 1))
        tracks[part] = Track(at, turn, np.gradient(at, 1 / 30, axis=0), np.zeros_like(at), np.full(60, 0.6))
    write_jigsaws(Trial(30.0, tracks), tmp_path / "trial.txt")
    run, _ = run_task(task_of("peg_transfer"), str(tmp_path / "trial.txt"), 1)
    moved = run.trace.position_m[-1] - run.trace.position_m[0]
    np.testing.assert_allclose(moved, [[0.03, 0.004, -0.01], [0.04, 0.004, -0.01]], atol=5e-4)
    told = tracks_of(run).tracks["slave right"].position_m
    np.testing.assert_allclose(told[-1] - told[0], moved[1], atol=5e-4)
