"""Recorded motions of two hands and two tools, and the JIGSAWS text format.

A file has 76 columns at 30 Hz: four blocks of 19 for master left, master right, slave left and slave right, each of
position (3, m), rotation matrix (9, by rows), linear velocity (3, m/s), angular velocity (3, rad/s) and gripper angle
(1, rad) (Gao et al. 2014, JHU-ISI Gesture and Skill Assessment Working Set).
"""

import math
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem

Array = NDArray[np.float64]

JIGSAWS_RATE_HZ = 30.0
PARTS = ("master left", "master right", "slave left", "slave right")
_COLUMNS = 76
_BLOCK = 19
_LARGEST_FILE = 256 * 1024 * 1024


class Track(msgspec.Struct, frozen=True, eq=False):
    """One hand or tool over time.

    Attributes:
        position_m: (n, 3).
        rotation: (n, 3, 3).
        velocity_m_s: (n, 3).
        turning_rad_s: (n, 3).
        grip_rad: (n,), opening of the gripper.
    """

    position_m: Array
    rotation: Array
    velocity_m_s: Array
    turning_rad_s: Array
    grip_rad: Array


class Trial(msgspec.Struct, frozen=True, eq=False):
    """One go at a task.

    Attributes:
        rate_hz: Of the samples.
        tracks: By name, of `PARTS`; a trial may lack some.
    """

    rate_hz: float
    tracks: dict[str, Track]

    @property
    def duration_s(self) -> float:
        """From the first sample to the last."""
        longest = max(len(track.position_m) for track in self.tracks.values())
        return (longest - 1) / self.rate_hz


def read_jigsaws(path: Path, rate_hz: float = JIGSAWS_RATE_HZ) -> Trial:
    """A trial from a text file.

    Raises:
        Problem: The file has another number of columns, a word that is no number, a number that is not finite, fewer
            than two lines, or is larger than 256 MiB; says in which line. Or the rate is none.
        OSError: It cannot be read.
    """
    if not 0 < rate_hz < math.inf:
        raise _unreadable(f"{rate_hz} samples a second", "a finite rate above 0")
    if path.stat().st_size > _LARGEST_FILE:
        raise _unreadable(f"a file of {path.stat().st_size} bytes", f"at most {_LARGEST_FILE} bytes")
    rows: list[list[float]] = []
    with path.open(encoding="ascii", errors="replace") as file:
        for number, line in enumerate(file, 1):
            words = line.split()
            if not words:
                continue
            if len(words) != _COLUMNS:
                raise _unreadable(f"{len(words)} columns in line {number}", f"{_COLUMNS} columns")
            rows.append(_numbers(words, number))
    if len(rows) < 2:
        raise _unreadable(f"{len(rows)} samples", "at least two")
    table = np.array(rows)
    blocks = {part: table[:, n * _BLOCK : (n + 1) * _BLOCK] for n, part in enumerate(PARTS)}
    return Trial(rate_hz, {part: _track(block) for part, block in blocks.items()})


def write_jigsaws(trial: Trial, path: Path) -> None:
    """Writes a trial with all four parts; what is read again agrees to nine digits.

    Raises:
        Problem: A part is missing, or the parts are not equally long.
        OSError: It cannot be written.
    """
    missing = [part for part in PARTS if part not in trial.tracks]
    lengths = {len(track.position_m) for track in trial.tracks.values()}
    if missing or len(lengths) != 1:
        got = f"no {', no '.join(missing)}" if missing else f"parts of {sorted(lengths)} samples"
        raise Problem(
            "trial_incomplete",
            got=got,
            expected="all of " + ", ".join(PARTS) + ", equally long",
            next_step="Record both hands and both tools, or keep the trial in its own record.",
        )
    blocks = [_block(trial.tracks[part]) for part in PARTS]
    np.savetxt(path, np.concatenate(blocks, axis=1), fmt="%.10g")


def _numbers(words: list[str], line: int) -> list[float]:
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        raise _unreadable(f"a word that is no number in line {line}", "numbers only") from None
    if not np.isfinite(numbers).all():
        raise _unreadable(f"a number that is not finite in line {line}", "finite numbers")
    return numbers


def _track(block: Array) -> Track:
    return Track(
        position_m=block[:, :3].copy(),
        rotation=block[:, 3:12].reshape(-1, 3, 3).copy(),
        velocity_m_s=block[:, 12:15].copy(),
        turning_rad_s=block[:, 15:18].copy(),
        grip_rad=block[:, 18].copy(),
    )


def _block(track: Track) -> Array:
    rotation = track.rotation.reshape(-1, 9)
    return np.column_stack([track.position_m, rotation, track.velocity_m_s, track.turning_rad_s, track.grip_rad])


def _unreadable(got: str, expected: str) -> Problem:
    return Problem(
        "kinematics_unreadable",
        got=got,
        expected=f"{expected}: the JIGSAWS text format",
        next_step="Check the line that is named, or export the trial again.",
    )
