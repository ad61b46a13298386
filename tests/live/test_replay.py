from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abaton.live import log
from abaton.live.replay import Frame, ReplayMismatch, opening, rebuild, replay
from abaton.live.role import Phase, Role
from abaton.live.room import Room
from tests.live.conftest import SESSION, Sea


def commanded(name: str, argument: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[log.AnyFact]:
    return values.map(lambda value: log.Commanded(name, 1, {argument: value}))


facts: st.SearchStrategy[log.AnyFact] = st.one_of(
    commanded("set_swell", "swell_m", st.floats(0, 5)),
    commanded("swell_by", "rising_mps", st.floats(-1, 1)),
    commanded("set_weather", "weather", st.sampled_from(["calm", "breeze", "storm"])),
    st.just(log.Commanded("capsize", 1, {})),
    st.sampled_from(Role).map(lambda role: log.Stopped(role, "grips")),
    st.sampled_from([log.Agreed(Role.LEAD), log.Agreed(Role.SUBJECT)]),
    st.just(log.Froze("lead")),
    st.just(log.Thawed()),
    st.just(log.Reopened()),
)


class Live:
    """A room that is run by hand, with its log."""

    def __init__(self, seed: int) -> None:
        self.room = Room(Sea, seed, 60, {"swell_m": 4.0})
        self.entries: list[log.Entry] = []
        self.states: list[Frame] = []
        self.time_us = 0
        self.happen(log.Opened("sea", "1", seed, 60, {"swell_m": 4.0}))
        self.happen(log.Began())

    def happen(self, fact: log.AnyFact) -> None:
        last = self.entries[-1] if self.entries else None
        self.entries.append(log.chain(SESSION, last, self.room.tick, self.time_us, "lead", fact))
        before = self.room.phase
        self.room.apply(fact)
        if self.room.phase is not before:
            self.states.append(self.frame())

    def step(self, ticks: int) -> None:
        for _ in range(ticks):
            self.states.append(self.frame())
            self.room.step()
            self.time_us += 16_666

    def frame(self) -> Frame:
        return Frame(self.room.tick, self.time_us, self.room.phase, self.room.state())


@settings(max_examples=60)
@given(st.integers(0, 2**32), st.lists(st.tuples(st.integers(0, 90), facts), max_size=12))
def test_replay_gives_every_state_bit_for_bit(seed: int, script: list[tuple[int, log.AnyFact]]) -> None:
    live = Live(seed)
    for ticks, fact in script:
        live.step(ticks)
        live.happen(fact)
        live.happen(log.Checkpoint(live.room.digest()))
    written = [msgspec.structs.replace(e, fact=log.decode_fact(log.encode_fact(e.fact))) for e in live.entries]
    found = list(replay(written, Sea))
    assert [timeless(frame) for frame in found] == [timeless(frame) for frame in [*live.states, live.frame()]]
    assert max(abs(a.time_us - b.time_us) for a, b in zip(found, [*live.states, live.frame()], strict=True)) < 100
    assert rebuild(written, Sea).digest() == live.room.digest()


def timeless(frame: Frame) -> Frame:
    return msgspec.structs.replace(frame, time_us=0)


def test_frames_can_be_thinned_but_no_change_of_phase_is_left_out() -> None:
    live = Live(1)
    live.step(45)
    live.happen(log.Froze("lead"))
    live.time_us += 7_000_000
    live.happen(log.Thawed())
    live.step(55)
    live.happen(log.Closed("lead"))
    frames = [*replay(live.entries, Sea, every=30)]
    assert [frame.tick for frame in frames] == [0, 0, 30, 45, 45, 60, 90, 100]
    frozen, thawed = frames[3:5]
    assert (frozen.phase, thawed.phase, thawed.time_us - frozen.time_us) == (
        Phase.FROZEN,
        Phase.RUNNING,
        7_000_000,
    )
    assert [*replay(live.entries, Sea, every=30)][-1].phase is Phase.CLOSED


def test_a_changed_experience_is_noticed() -> None:
    live = Live(1)
    live.step(10)
    live.happen(log.Checkpoint("0" * 64))
    with pytest.raises(ReplayMismatch, match="tick 10"):
        rebuild(live.entries, Sea)


def test_what_was_written_too_late_is_skipped() -> None:
    live = Live(1)
    late = log.chain(SESSION, live.entries[-1], 0, 0, "lead", log.Commanded("set_swell", 1, {"swell_m": 3.0}))
    live.entries.append(late)
    live.step(5)
    live.happen(log.Voided(late.number))
    assert rebuild(live.entries, Sea).state()["swell_m"] == 0.0


@pytest.mark.parametrize("entries", [[], [log.chain(SESSION, None, 0, 0, "lead", log.Began())]])
def test_a_log_begins_with_its_opening(entries: list[log.Entry]) -> None:
    with pytest.raises(ValueError, match="begins with its opening"):
        opening(entries)
