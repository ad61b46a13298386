from hypothesis import given
from hypothesis import strategies as st

from abaton.live.watchdog import CALM_AFTER_S, FREEZE_AFTER_S, Alarm, Verdict, Watchdog


def test_silence_freezes_then_calms() -> None:
    dog = Watchdog()
    dog.heard("subject", 100.0)
    assert dog.judge(102.9) == Verdict(Alarm.NONE, None)
    assert dog.judge(103.0) == Verdict(Alarm.FREEZE, "subject")
    assert dog.judge(110.0) == Verdict(Alarm.CALM, "subject")
    dog.heard("subject", 110.5)
    assert dog.judge(110.6) == Verdict(Alarm.NONE, None)


def test_the_longest_silence_counts() -> None:
    dog = Watchdog()
    dog.heard("lead", 0.0)
    dog.heard("subject", 4.0)
    assert dog.judge(5.0).who == "lead"
    dog.forget("lead")
    assert dog.judge(5.0).alarm is Alarm.NONE


def test_nobody_is_watched_before_being_heard() -> None:
    assert Watchdog().judge(1e9) == Verdict(Alarm.NONE, None)


@given(st.lists(st.floats(0.01, 2.9), min_size=1))
def test_regular_heartbeats_never_alarm(gaps_s: list[float]) -> None:
    dog, now_s = Watchdog(), 0.0
    dog.heard("subject", now_s)
    for gap_s in gaps_s:
        now_s += gap_s
        assert dog.judge(now_s).alarm is Alarm.NONE
        dog.heard("subject", now_s)
    assert dog.judge(now_s + FREEZE_AFTER_S + 1e-6).alarm is Alarm.FREEZE
    assert dog.judge(now_s + CALM_AFTER_S + 1e-6).alarm is Alarm.CALM
