"""`abaton patient` as it is typed."""

import math
from pathlib import Path

import msgspec
import pytest

from abaton.training.scenario.reading import shipped_names
from tests.cli.conftest import Abaton


def test_a_run_prints_score_and_course_and_writes_record_and_page(abaton: Abaton, tmp_path: Path) -> None:
    done = abaton("patient", "run", "bleeding", "--learner", "ideal", "--seed", 3, "--to", tmp_path)
    assert done.code == 0
    for told in ("Puts on a tourniquet", "critical", "Lactate", "Score", "recovered", "never for care"):
        assert told in done.output
    assert "The act that mattered most" in (tmp_path / "bleeding-ideal-3.html").read_text()
    again = abaton("patient", "run", "bleeding", "--learner", tmp_path / "bleeding-ideal-3.mcap", "--json", "--no-page",
                   "--to", tmp_path)  # fmt: skip
    assert "bit for bit" in again.errors
    told = msgspec.json.decode(again.output)
    assert told["header"]["seed"] == 3
    assert f"Score {told['score']['total']:.0f} " in done.output
    assert not (tmp_path / "bleeding-ideal-3-again.html").exists()


def test_a_cohort_is_played(abaton: Abaton, tmp_path: Path) -> None:
    first = abaton("patient", "run", "bleeding", "--cohort", 3, "--json")
    people = msgspec.json.decode(first.output)
    assert len({one["digest"] for one in people}) == 3
    assert abaton("patient", "run", "bleeding", "--cohort", 3, "--json").output == first.output
    assert "on average" in abaton("patient", "run", "bleeding", "--cohort", 2).output


def test_scenarios_are_listed_and_sound(abaton: Abaton) -> None:
    listed = abaton("patient", "list").output
    for name in shipped_names():
        assert name in listed


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("run", "appendix"), 3, "appendix"),
        (("run", "bleeding", "--learner", "nobody"), 3, "ideal"),
        (("run", "absent.yaml"), 2, "absent.yaml"),
        (("live", "appendix"), 3, "appendix"),
    ],
)
def test_wrong_words_are_answered(
    abaton: Abaton, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = abaton("patient", *words)
    assert done.code == code
    assert told in done.errors
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_linted_by_line(abaton: Abaton, tmp_path: Path) -> None:
    from importlib import resources

    whole = resources.files("abaton.training.scenarios").joinpath("bleeding.yaml").read_text()
    sound = tmp_path / "mine.yaml"
    sound.write_text(whole)
    assert abaton("patient", "lint", sound).code == 0
    sound.write_text(whole.replace("after: [arrest]", "after: [ghost]"))
    broken = abaton("patient", "lint", sound)
    assert broken.code != 0
    assert "mine.yaml:" in broken.output + broken.errors
    assert "ghost" in broken.output + broken.errors


def test_a_scenario_that_is_not_sound_is_never_played(abaton: Abaton, tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "src/abaton/training/scenarios/bleeding.yaml"
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(
        shipped.read_text().replace("rate_ml_min: 420}", "rate_ml_min: 420000}").replace("weight: 20", "weight: 9")
    )
    done = abaton("patient", "run", wrong, "--to", tmp_path)
    assert done.code == 2
    assert "wrong.yaml:27: haemorrhage: rate_ml_min = 420000" in done.errors
    assert "1 more" in done.errors
    assert list(tmp_path.iterdir()) == [wrong]


def test_compressions_are_scored_from_a_file(abaton: Abaton, tmp_path: Path) -> None:
    times = [number / 50 for number in range(50 * 30)]
    depths = [27.5 * (1 - math.cos(2 * math.pi * time * 110 / 60)) for time in times]
    lines = [f"{time},{depth:.2f}" for time, depth in zip(times, depths, strict=True)]
    lines[700] = f"{times[700]},"
    good = tmp_path / "good.csv"
    good.write_text("time_s,depth_mm\n" + "\n".join(lines))
    told = abaton("patient", "compressions", good, "--device-error", 1)
    assert told.code == 0
    assert "Score 100 of 100" in told.output
    assert "no certificate" in told.output
    wide = msgspec.json.decode(abaton("patient", "compressions", good, "--json").output)
    assert wide["low"] < wide["score"] <= wide["high"]
    for text, named in (("t,d\n1,2", ":1"), ("time_s,depth_mm\n0,1\nx,2", ":3"), ("time_s,depth_mm\n", "without")):
        bad = tmp_path / "bad.csv"
        bad.write_text(text)
        refused = abaton("patient", "compressions", bad)
        assert refused.code != 0
        assert named in refused.errors
    assert abaton("patient", "compressions", tmp_path / "none.csv").code != 0
