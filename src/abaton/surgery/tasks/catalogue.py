"""All tasks, by name."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from abaton.core.errors import Problem
from abaton.surgery.tasks import needle, peg_transfer, press, resect
from abaton.surgery.tasks.hands import SKILLS
from abaton.surgery.tasks.liver import from_file
from abaton.surgery.tasks.needle import Needle
from abaton.surgery.tasks.peg_transfer import PegTransfer
from abaton.surgery.tasks.press import Press
from abaton.surgery.tasks.recording import Record, jigsaws_player, read_record
from abaton.surgery.tasks.resect import Resect
from abaton.surgery.tasks.running import Run, Task, play

NAMES = ("press", "needle", "resect", "peg_transfer")


def task_of(name: str, labels: Path | None = None) -> Task:
    """A task by its name; `labels` is a labelled volume to resect from.

    Raises:
        Problem: There is none of that name, or it takes no labelled volume, or that cannot be used.
    """
    if name not in NAMES:
        raise Problem(
            "task_unknown",
            got=f"the task {name!r}",
            expected="one of " + ", ".join(NAMES),
            next_step="Choose one of these.",
            kind="not_found",
        )
    if labels is not None and name != "resect":
        raise Problem("labels_unused", f"labels for {name}", "labels for resect only", "Leave out --labels.")
    if name == "resect":
        return Resect(from_file(labels), digest_of(labels)) if labels is not None else Resect()
    tasks: dict[str, Task] = {"press": Press(), "needle": Needle(), "peg_transfer": PegTransfer()}
    return tasks[name]


def run_task(task: Task, trainee: str, seed: int, watch: Any = None) -> tuple[Run, Record | None]:
    """A run by a scripted trainee or from a file, and the record that it was played from, if it was one.

    Args:
        task: Which.
        trainee: A skill's name, or the path of an MCAP record or a JIGSAWS text file.
        seed: Of the scene and of the scripted trainee; a record brings its own.
        watch: See `running.play`.

    Raises:
        Problem: There is no such trainee, the file cannot be read, or is of another task or another labelled volume.
    """
    if trainee in SKILLS:
        return play(task, seed, lambda state: task.trainee(trainee, seed, state), trainee, watch), None
    path = Path(trainee)
    if path.suffix == ".txt" and path.is_file():
        starts = {
            "peg_transfer": (np.array([[-0.25, 0.0, 0.0], [0.25, 0.0, 0.0]]), peg_transfer.SCALE),
            "press": (press.START_M[None], 1.0),
            "needle": (needle.START_M[None], 1.0),
            "resect": (resect.START_M[None], resect.SCALE),
        }
        commands = jigsaws_player(path, *starts[task.name], len(task.tools))
        if task.name != "peg_transfer":
            # A tool without jaws has a button or pedal in their place: jaws that close press it.
            commands[:, :, 7] = commands[:, :, 7] <= peg_transfer.CLOSED_RAD
        return play(task, seed, lambda _: (row for row in commands), "recorded", watch), None
    record = read_record(path)
    if record.header.task != task.name:
        raise Problem(
            "record_of_another_task",
            got=f"a record of {record.header.task}",
            expected=f"one of {task.name}",
            next_step=f"Run `abaton surgery run {record.header.task}` with it.",
        )
    _check_labels(record, task)
    return play(task, record.header.seed, record.player, record.header.trainee, watch), record


def _check_labels(record: Record, task: Task) -> None:
    """Refuses to play a record on another liver than the one that it was made on: nothing would be where it was."""
    given = task.labels if isinstance(task, Resect) else ""
    made = record.header.labels
    if made == given:
        return
    told = {True: "no labelled volume", False: "the labelled volume with SHA-256 "}
    raise Problem(
        "record_of_other_labels",
        got=f"{told[not given]}{given[:12]}",
        expected=f"{told[not made]}{made[:12]}, which the record was made with",
        next_step="Leave out --labels." if not made else "Give the same file with --labels.",
    )


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
