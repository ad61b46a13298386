from abaton.core.clock import ManualClock
from abaton.live.roomclock import RoomClock


def test_time_goes_on_evenly_when_the_wall_clock_jumps() -> None:
    clock = ManualClock()
    room = RoomClock(clock)
    start_us = room.now_us()
    clock.advance(10)
    clock.jump(-3600)
    assert room.now_us() - start_us == 10_000_000
    assert room.jump_s() == -3600
    assert room.jump_s() == 0.0
    clock.advance(1)
    assert room.now_us() - start_us == 11_000_000
    clock.jump(3600)
    assert room.jump_s() == 3600


def test_small_corrections_are_no_jump() -> None:
    clock = ManualClock()
    room = RoomClock(clock)
    clock.jump(0.9)
    assert room.jump_s() == 0.0
