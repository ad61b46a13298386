"""Records of runs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mcap.reader import make_reader

from abaton.core.errors import Problem
from abaton.surgery.skill.kinematics import Track, Trial, write_jigsaws
from abaton.surgery.tasks.catalogue import NAMES, run_task, task_of
from abaton.surgery.tasks.liver import made_up
from abaton.surgery.tasks.recording import read_record, tracks_of, write_record
from abaton.surgery.tasks.resect import Resect
from abaton.surgery.tasks.running import Player, Run, play


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


@pytest.mark.parametrize("name", NAMES)
def test_a_run_with_lost_tracking_is_played_again_the_same(name: str, tmp_path: Path) -> None:
    task = task_of(name)

    def hand(state: Any) -> Player:
        playing = task.trainee("careful", 3, state)
        command = next(playing)
        for tick in range(500):
            given = command.copy()
            if 250 <= tick < 300:
                given[:, :6] = np.nan
            state = yield given
            command = playing.send(state)

    run = play(task, 3, hand, "careful")
    assert np.isnan(run.trace.commands).any()
    assert np.isfinite(run.trace.position_m).all()
    write_record(tmp_path / "lost.mcap", run, task.tools)
    again, read = run_task(task_of(name), str(tmp_path / "lost.mcap"), 1)
    assert read is not None
    assert again.trace.digest() == run.trace.digest() == read.header.digest
    # The record's score may be of figures that could not be measured; it is the same once more.
    assert [part.marks for part in again.score.parts] == [part.marks for part in run.score.parts]


@pytest.fixture(scope="module")
def volumes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("volumes")
    for seed in (1, 2):
        made = made_up(seed)
        np.savez(folder / f"{seed}.npz", labels=made.whole, affine=made.whole_grid.affine)
    return folder / "1.npz", folder / "2.npz"


@pytest.mark.parametrize(("made_with", "given"), [(0, 0), (0, 1), (0, None), (None, 0)])
def test_a_record_is_played_again_on_its_own_labelled_volume_only(
    made_with: int | None, given: int | None, volumes: tuple[Path, Path], tmp_path: Path
) -> None:
    task = task_of("resect", None if made_with is None else volumes[made_with])
    assert isinstance(task, Resect)

    def hand(state: Any) -> Player:
        playing = task.trainee("careful", 3, state)
        command = next(playing)
        for _ in range(150):
            command = playing.send((yield command))

    run = play(task, 3, hand, "careful")
    write_record(tmp_path / "cut.mcap", run, task.tools, task.labels)
    other = task_of("resect", None if given is None else volumes[given])
    if given == made_with:
        assert run_task(other, str(tmp_path / "cut.mcap"), 1)[0].trace.digest() == run.trace.digest()
        return
    with pytest.raises(Problem) as problem:
        run_task(other, str(tmp_path / "cut.mcap"), 1)
    assert problem.value.code == "record_of_other_labels"
    assert "--labels" in problem.value.next_step


def test_a_record_of_another_task_is_refused(record: Path) -> None:
    with pytest.raises(Problem, match="record of needle"):
        run_task(task_of("press"), str(record), 1)


def test_a_file_that_is_no_record_is_refused(tmp_path: Path) -> None:
    (tmp_path / "words").write_text("words")
    with pytest.raises(Problem, match="no record"):
        run_task(task_of("press"), str(tmp_path / "words"), 1)


def trial(path: Path) -> Path:
    """A second and a half of four tracks in the JIGSAWS text format, the jaws open."""
    share = np.linspace(0, 1, 45)
    smooth = share**3 * (10 - 15 * share + 6 * share**2)
    tracks: dict[str, Track] = {}
    for n, part in enumerate(("master left", "master right", "slave left", "slave right")):
        at = smooth[:, None] * np.array([0.01 * (n + 1), 0.004, -0.01])
        turn = np.tile(np.eye(3), (45, 1, 1))
        tracks[part] = Track(at, turn, np.gradient(at, 1 / 30, axis=0), np.zeros_like(at), np.full(45, 0.6))
    write_jigsaws(Trial(30.0, tracks), path)
    return path


@pytest.mark.parametrize("name", NAMES)
def test_a_jigsaws_trial_leads_the_tools_of_every_task_along_its_ways(name: str, tmp_path: Path) -> None:
    run, _ = run_task(task_of(name), str(trial(tmp_path / "trial.txt")), 1)
    moved = run.trace.position_m[-1] - run.trace.position_m[0]
    led = np.array([[0.03, 0.004, -0.01], [0.04, 0.004, -0.01]])[-len(moved) :]
    np.testing.assert_allclose(moved, led, atol=5e-4)
    told = tracks_of(run).tracks["slave right" if len(moved) == 2 else "slave left"].position_m
    np.testing.assert_allclose(told[-1] - told[0], moved[-1], atol=5e-4)
    assert 0 <= run.score.total <= 100


def test_jaws_that_close_press_the_pedal(tmp_path: Path) -> None:
    lines = trial(tmp_path / "trial.txt").read_text().splitlines()
    closed = [" ".join([*line.split()[:-1], "-0.2"]) for line in lines]
    (tmp_path / "closed.txt").write_text("\n".join(closed))
    for name, pedal in (("trial.txt", 0.0), ("closed.txt", 1.0)):
        run, _ = run_task(task_of("resect"), str(tmp_path / name), 1)
        assert (run.trace.readings["energy"] == pedal).all()
