"""Files in the JIGSAWS text format, made here in its shape."""

from pathlib import Path

import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.surgery.skill.kinematics import PARTS, Track, Trial, read_jigsaws, write_jigsaws


def trial(samples: int = 90) -> Trial:
    rng = np.random.default_rng(8)
    tracks: dict[str, Track] = {}
    for part in PARTS:
        turns = np.linalg.qr(rng.normal(size=(samples, 3, 3)))[0]
        tracks[part] = Track(
            rng.normal(size=(samples, 3)),
            turns,
            rng.normal(size=(samples, 3)),
            rng.normal(size=(samples, 3)),
            rng.uniform(-0.3, 1.2, samples),
        )
    return Trial(30.0, tracks)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    written = trial()
    write_jigsaws(written, tmp_path / "Suturing_B001.txt")
    read = read_jigsaws(tmp_path / "Suturing_B001.txt")
    assert read.duration_s == pytest.approx(89 / 30)
    for part in PARTS:
        for field in Track.__struct_fields__:
            np.testing.assert_allclose(
                getattr(read.tracks[part], field), getattr(written.tracks[part], field), rtol=1e-9, atol=1e-9
            )


def test_columns_are_where_the_format_has_them(tmp_path: Path) -> None:
    row = " ".join(str(n) for n in range(76))
    (tmp_path / "a.txt").write_text(f"{row}\n\n{row}\n")
    right = read_jigsaws(tmp_path / "a.txt").tracks["slave right"]
    np.testing.assert_array_equal(right.position_m[0], [57, 58, 59])
    np.testing.assert_array_equal(right.rotation[0], [[60, 61, 62], [63, 64, 65], [66, 67, 68]])
    np.testing.assert_array_equal(right.velocity_m_s[0], [69, 70, 71])
    assert right.grip_rad[1] == 75


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1 2 3\n", "3 columns in line 1"),
        (" ".join(["1"] * 75 + ["x"]) + "\n", "no number in line 1"),
        (" ".join(["1"] * 75 + ["nan"]) + "\n", "not finite in line 1"),
        (" ".join(["1"] * 76) + "\n", "1 samples"),
        ("", "0 samples"),
    ],
)
def test_a_damaged_file_is_told_by_its_line(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(text)
    with pytest.raises(Problem, match=told):
        read_jigsaws(tmp_path / "a.txt")


def test_a_trial_without_all_parts_is_not_written(tmp_path: Path) -> None:
    whole = trial()
    half = Trial(30.0, {part: whole.tracks[part] for part in PARTS[:2]})
    with pytest.raises(Problem, match="no slave left"):
        write_jigsaws(half, tmp_path / "a.txt")
    assert not (tmp_path / "a.txt").exists()
