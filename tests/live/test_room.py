import math

from hypothesis import given
from hypothesis import strategies as st

from abaton.live import log
from abaton.live.role import Phase, Role
from abaton.live.room import Room
from tests.live.conftest import Sea


def begun(**ceilings: float | str) -> Room:
    room = Room(Sea, 7, 60, ceilings)
    room.apply(log.Began())
    return room


def swell(room: Room, to_m: float) -> None:
    room.apply(log.Commanded("set_swell", 1, {"swell_m": to_m}))


def test_nothing_moves_before_it_begins() -> None:
    room = Room(Sea, 7, 60, {})
    before = room.state()
    room.step()
    assert (room.state(), room.phase, room.tick) == (before, Phase.LOBBY, 1)


def test_same_seed_and_facts_give_the_same_states() -> None:
    first, second, other = begun(), begun(), Room(Sea, 8, 60, {})
    other.apply(log.Began())
    states: list[list[object]] = [[], [], []]
    for _ in range(200):
        for room, seen in zip((first, second, other), states, strict=True):
            room.step()
            seen.append(room.state())
    assert states[0] == states[1] != states[2]
    assert first.digest() == second.digest() != other.digest()


def test_stop_holds_and_needs_both_to_go_on() -> None:
    room = begun()
    swell(room, 3.0)
    room.apply(log.Commanded("swell_by", 2, {"rising_mps": 1.0}))
    room.apply(log.Stopped(Role.SUBJECT, "grips"))
    assert room.phase is Phase.CALM
    for _ in range(60):
        room.step()
    assert room.state()["swell_m"] == 3.0
    room.apply(log.Agreed(Role.SUBJECT))
    room.apply(log.Agreed(Role.SUBJECT))
    room.apply(log.Agreed(Role.OBSERVER))
    assert (room.phase, room.agreed) == (Phase.CALM, {Role.SUBJECT})
    room.apply(log.Agreed(Role.LEAD))
    assert (room.phase, room.agreed, room.held) == (Phase.RUNNING, frozenset(), None)


def test_stopping_once_more_takes_back_ones_own_agreement() -> None:
    room = begun()
    room.apply(log.Stopped(Role.SUBJECT, "grips"))
    room.apply(log.Agreed(Role.SUBJECT))
    room.apply(log.Stopped(Role.SUBJECT, "grips"))
    room.apply(log.Agreed(Role.LEAD))
    assert room.phase is Phase.CALM
    room.apply(log.Stopped(Role.SUBJECT, "repeated by a network that was away"))
    room.apply(log.Agreed(Role.SUBJECT))
    assert room.phase is Phase.RUNNING


def test_a_lost_heartbeat_while_stopped_asks_both_again() -> None:
    room = begun()
    room.apply(log.Stopped(Role.SUBJECT, "grips"))
    room.apply(log.Agreed(Role.LEAD))
    room.apply(log.Stopped(None, "heartbeat of the subject"))
    room.apply(log.Agreed(Role.SUBJECT))
    assert room.phase is Phase.CALM


def test_while_stopped_the_lead_may_ease_and_nothing_rises() -> None:
    room = begun()
    swell(room, 3.0)
    room.apply(log.Stopped(Role.SUBJECT, "word"))
    swell(room, 1.0)
    assert room.state()["swell_m"] == 1.0
    room.apply(log.Commanded("swell_by", 3, {"rising_mps": 1.0}))
    for _ in range(600):
        room.step()
    assert room.state()["swell_m"] <= 3.0


def test_frozen_room_keeps_still() -> None:
    room = begun()
    room.apply(log.Commanded("swell_by", 1, {"rising_mps": 1.0}))
    room.apply(log.Froze("lead"))
    before = room.state()
    for _ in range(10):
        room.step()
    assert room.state() == before
    room.apply(log.Thawed())
    room.step()
    assert room.state()["swell_m"] > before["swell_m"]


@given(st.floats(0, 5), st.lists(st.floats(-1, 1), max_size=4))
def test_the_experience_itself_cannot_pass_the_ceiling(ceiling: float, rises: list[float]) -> None:
    room = begun(swell_m=ceiling)
    for rise in rises:
        room.apply(log.Commanded("swell_by", 1, {"rising_mps": rise}))
        for _ in range(120):
            room.step()
            assert room.state()["swell_m"] <= ceiling
    if room.fault is not None:
        assert (room.fault, room.phase, room.frozen_why) == ("ceiling", Phase.FROZEN, "ceiling")


def test_without_a_ceiling_the_range_is_the_limit() -> None:
    room = begun()
    room.apply(log.Commanded("swell_by", 1, {"rising_mps": 1.0}))
    for _ in range(60 * 7):
        room.step()
    assert (room.state()["swell_m"], room.fault) == (5.0, "ceiling")


def test_a_choice_has_a_ceiling_too() -> None:
    room = begun(weather="breeze")
    room.apply(log.Commanded("set_weather", 1, {"weather": "storm"}))
    assert room.state()["weather"] == "breeze"
    assert room.phase is Phase.FROZEN


def test_not_a_number_counts_as_above() -> None:
    room = begun(swell_m=2.0)
    swell(room, math.nan)
    assert room.state()["swell_m"] == 2.0
    assert room.phase is Phase.FROZEN


def test_a_failing_experience_freezes_its_room_only() -> None:
    room = begun()
    room.apply(log.Commanded("capsize", 1, {}))
    assert (room.phase, room.fault, room.frozen_why) == (Phase.FROZEN, "ZeroDivisionError", "fault")


def test_questions_are_asked_and_answered() -> None:
    room = begun()
    room.apply(log.Asked(room.next_question, "suds"))
    assert room.question is not None
    assert room.next_question == 2
    room.apply(log.Answered(1, "suds", 40.0, "gaze"))
    assert room.question is None


def test_after_a_restart_the_room_waits() -> None:
    room = begun()
    room.apply(log.Reopened())
    assert (room.phase, room.frozen_why) == (Phase.FROZEN, "restart")


def test_after_the_close_nothing_happens() -> None:
    room = begun()
    room.apply(log.Closed("lead"))
    room.apply(log.Stopped(Role.LEAD, "lead"))
    assert room.phase is Phase.CLOSED
