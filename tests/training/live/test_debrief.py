"""What is told and written when a scenario that was played live is over."""

from pathlib import Path

import pytest

from abaton.core.errors import Problem
from abaton.training.live.bedside import ScenarioBedside
from abaton.training.live.debrief import debriefing
from abaton.training.live.typed import typed
from abaton.training.recording import chosen, read_record
from abaton.training.scenario.playing import play
from abaton.training.scenario.reading import shipped

SCENARIO = shipped("bleeding").scenario


def lived(to: Path, seconds: int) -> tuple[ScenarioBedside, str]:
    bedside = ScenarioBedside(SCENARIO, 7, debriefing(to, lambda: "2026-01-01 00:00 UTC"))
    for second in range(seconds):
        if second == 5:
            bedside.do(typed("treat tourniquet leg", float(second), bedside.devices))
        bedside.second()
    return bedside, bedside.debrief()


def test_what_was_played_live_can_be_played_again(tmp_path: Path) -> None:
    bedside, told = lived(tmp_path, 30)
    assert "Score" in told
    assert "You left after 30 s" in told
    record = tmp_path / "bleeding-live-7.mcap"
    assert str(record) in told
    assert "2026-01-01" in (tmp_path / "bleeding-live-7.html").read_text()
    who = chosen(str(record), SCENARIO)
    again = play(SCENARIO, who.learner, 7)
    assert again.digest == read_record(record).header.digest
    assert again.timeline[30] == bedside.run.vitals


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Problem, match="cannot be written"):
        lived(tmp_path / "file", 3)
