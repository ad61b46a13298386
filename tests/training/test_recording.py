"""Records of runs of scenarios."""

from pathlib import Path

import msgspec
import pytest
from mcap.reader import make_reader

from abaton.core.errors import Problem
from abaton.training.recording import chosen, read_record, write_record
from abaton.training.scenario.learners import robot
from abaton.training.scenario.playing import Played, play
from abaton.training.scenario.reading import shipped


@pytest.fixture(scope="module")
def played() -> Played:
    return play(shipped("bleeding").scenario, robot("ideal"), 3)


@pytest.fixture
def record(played: Played, tmp_path: Path) -> Path:
    path = tmp_path / "bleeding.mcap"
    write_record(path, played, "ideal")
    return path


def test_a_record_played_again_gives_the_same_bits_and_score(played: Played, record: Path) -> None:
    who = chosen(str(record), played.scenario)
    assert who.record is not None
    header = who.record.header
    again = play(played.scenario, who.learner, header.seed, person=header.person)
    assert again.digest == played.digest == header.digest
    assert again.score.total == played.score.total == who.record.marks
    assert (header.scenario, header.learner, header.outcome) == ("bleeding", "ideal", "recovered")


def test_a_record_tells_vital_signs_each_second_acts_events_and_score(played: Played, record: Path) -> None:
    count: dict[str, int] = {}
    with record.open("rb") as file:
        for _, channel, message in make_reader(file, validate_crcs=True).iter_messages():
            count[channel.topic] = count.get(channel.topic, 0) + 1
            if channel.topic == "/vitals" and count["/vitals"] == 61:
                vitals = msgspec.json.decode(message.data)
                assert message.log_time == 60_000_000_000
                assert vitals["mean_mmhg"] == played.timeline[60].mean_mmhg
                assert vitals["rhythm"] == "sinus"
    assert count == {
        "/run": 1, "/act": len(played.acts), "/event": len(played.events), "/vitals": len(played.timeline), "/score": 1,
        "/dialogue": len(played.run.conversation.exchanges),
    }  # fmt: skip


@pytest.mark.parametrize("share", [0.0, 0.4, 0.9, 0.999])
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


def test_a_record_of_another_scenario_or_edition_is_refused(played: Played, record: Path) -> None:
    with pytest.raises(Problem, match="'bleeding'"):
        chosen(str(record), shipped("anaphylaxis").scenario)
    meta = msgspec.structs.replace(played.scenario.meta, edition="2020-01-01")
    with pytest.raises(Problem, match="edition 2020-01-01"):
        chosen(str(record), msgspec.structs.replace(played.scenario, meta=meta))
    item = msgspec.structs.replace(played.scenario.checklist[0], weight=1)
    changed = msgspec.structs.replace(played.scenario, checklist=(item, *played.scenario.checklist[1:]))
    with pytest.raises(Problem, match="as it was when the record was made"):
        chosen(str(record), changed)


def test_learners_are_robots_or_files(played: Played, tmp_path: Path) -> None:
    acts = tmp_path / "mine.jsonl"
    acts.write_text('{"time_s": 5, "kind": "treat", "arguments": {"name": "tourniquet", "site": "leg"}}\n')
    who = chosen(str(acts), played.scenario)
    assert who.name == "mine"
    assert play(played.scenario, who.learner, 3).acts[0].time_s == 5
    for nobody in ("nobody", "idea", str(tmp_path / "absent.mcap")):
        with pytest.raises(Problem):
            chosen(nobody, played.scenario)


def test_a_record_that_cannot_be_written_leaves_nothing(played: Played, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(Problem, match="cannot be written"):
        write_record(blocked / "a.mcap", played, "ideal")
    assert list(tmp_path.iterdir()) == [blocked]
