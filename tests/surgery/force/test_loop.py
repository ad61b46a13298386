"""The loop under a clock of the test's own: its period, and that force goes whatever fails."""

import math
import time
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.shared_memory import SharedMemory

import numpy as np
import pytest
from numpy.typing import NDArray

from abaton.surgery.force import loop, model
from abaton.surgery.force.board import Board
from abaton.surgery.force.coupling import coupling
from abaton.surgery.force.device import Limits, Sample
from abaton.surgery.force.simulated import SIMULATED, Hand, SimulatedDevice

Array = NDArray[np.float64]
UP = np.array([0.0, 0.0, 1.0])
DEEP_M = -0.004


class Clock:
    """Time goes on as one sleeps, or as a driver dawdles."""

    def __init__(self) -> None:
        self.now, self.wakes = 100.0, list[Callable[[], None]]()

    def __call__(self) -> float:
        return self.now

    def sleep(self, deadline_s: float) -> None:
        self.now = max(self.now, deadline_s)
        for wake in self.wakes:
            wake()


class Scripted:
    """A driver that does as the test says, and notes every force with its time."""

    limits: Limits = SIMULATED

    def __init__(self, clock: Clock) -> None:
        self.clock, self.number, self.height_m, self.closed = clock, 0, DEEP_M, 0
        self.forces: list[tuple[float, float]] = []
        self.at_read: Callable[[], None] = lambda: None
        self.at_write: Callable[[], None] = lambda: None
        self.moves = True

    def open(self) -> None: ...

    def read(self) -> Sample:
        self.at_read()
        self.number += self.moves
        return Sample(np.array([0.0, 0.0, self.height_m]), np.zeros(3), 0, self.number)

    def write(self, force_n: Array) -> None:
        act, self.at_write = self.at_write, lambda: None
        act()
        self.forces.append((self.clock.now, float(np.linalg.norm(force_n))))

    def close(self) -> None:
        self.closed += 1
        self.forces.append((self.clock.now, 0.0))


class Bench:
    """A loop of tick after tick that can be run on, with a scene that tells each millisecond until it is stopped."""

    def __init__(self, board: Board, silence_s: float = 0.0035, stiffness_n_m: float = 500.0) -> None:
        self.board, self.clock, self.heart, self.told_s = board, Clock(), loop.Heart(), 0.0
        self.device = Scripted(self.clock)
        self.tells, self.silence_s = True, silence_s
        self.model = model.LocalModel(np.zeros(3), UP, np.zeros(3), stiffness_n_m * np.eye(3), silence_s=silence_s)
        self.clock.wakes.append(self.tell)
        self.events: dict[int, Callable[[], None]] = {}
        self.ticks = 0

    def tell(self) -> None:
        self.ticks += 1
        self.events.get(self.ticks, lambda: None)()
        if self.tells:
            self.told_s = self.clock.now
            self.board.publish(self.model.words(self.clock.now))

    def run(self, ticks: int) -> None:
        loop.run(self.board, self.device, coupling(SIMULATED), self.clock, self.clock.sleep, self.heart, ticks)

    def hang(self, milliseconds: int) -> None:
        """The driver does not come back for so long; the guard is asked each millisecond."""
        for _ in range(milliseconds):
            self.clock.now += 0.001
            loop.watch(self.device, self.heart, self.clock.now)

    def most_after(self, time_s: float) -> float:
        """The largest force on the hand from a time on; what was written before it holds until it is replaced."""
        held = [size for at, size in self.device.forces if at <= time_s][-1:]
        return max(held + [size for at, size in self.device.forces if at > time_s])


@pytest.fixture
def board() -> Iterator[Board]:
    made = Board()
    yield made
    made.close(unlink=True)


def test_periods_are_as_long_as_told_and_the_device_ends_without_force(board: Board) -> None:
    bench = Bench(board)
    bench.run(200)
    np.testing.assert_allclose(board.periods_s(), 0.001, atol=1e-12)
    assert len(board.periods_s()) == 200
    assert bench.most_after(100.15) > 0.5
    assert bench.device.closed == 1
    assert bench.device.forces[-1][1] == 0.0


def test_a_late_tick_makes_no_later_one_late_and_what_was_missed_is_skipped(board: Board) -> None:
    bench = Bench(board)

    def oversleep() -> None:
        bench.clock.now += 0.0053

    bench.events[50] = oversleep
    bench.run(100)
    times = np.array([at for at, _ in bench.device.forces[:-1]]) - 100.0
    np.testing.assert_allclose(times[:49], np.arange(1, 50) * 0.001, atol=1e-9)
    assert times[49] == pytest.approx(0.0553)
    np.testing.assert_allclose(times[50:], np.arange(56, 106) * 0.001, atol=1e-9)


@pytest.mark.parametrize("silence_s", [0.0035, model.LONGEST_SILENCE_S])
def test_a_scene_that_falls_silent_leaves_no_force_after_10_ms(board: Board, silence_s: float) -> None:
    bench = Bench(board, silence_s)
    bench.events[300] = lambda: setattr(bench, "tells", False)
    bench.run(400)
    assert bench.most_after(bench.told_s) > 0.5
    assert bench.most_after(bench.told_s + silence_s - 1e-6) > 0.5
    assert bench.most_after(bench.told_s + 0.010) == 0.0


def test_a_scene_that_asks_the_loop_for_longer_is_not_believed(board: Board) -> None:
    bench = Bench(board)

    def lie() -> None:
        bench.tells = False
        words = bench.model.words(bench.clock.now)
        words[1], bench.told_s = 60.0, bench.clock.now
        board.publish(words)

    bench.events[300] = lie
    bench.run(400)
    assert bench.most_after(bench.told_s + 0.004) > 0.5
    assert bench.most_after(bench.told_s + 0.010) == 0.0


def test_a_device_that_measures_nothing_new_loses_its_force_within_10_ms(board: Board) -> None:
    bench = Bench(board)
    bench.events[300] = lambda: setattr(bench.device, "moves", False)
    bench.run(400)
    assert bench.most_after(100.299) > 0.5
    assert bench.most_after(100.299 + 0.010) == 0.0


@pytest.mark.parametrize("where", ["at_read", "at_write"])
@pytest.mark.parametrize("milliseconds", [9, 60])
def test_a_driver_that_hangs_loses_its_force_within_10_ms_and_deals_no_blow_after(
    board: Board, where: str, milliseconds: int
) -> None:
    bench = Bench(board)

    def hang_once() -> None:
        bench.device.at_read = lambda: None
        bench.hang(milliseconds)

    bench.events[300] = lambda: setattr(bench.device, where, hang_once)
    bench.run(600)
    assert bench.most_after(100.299) > 0.5
    # What is held after all that was written at a time: a `write` that hung is carried out late, and made good at once.
    held = dict(bench.device.forces)
    after = [size for at, size in held.items() if at >= 100.310]
    assert len(after) > 200
    assert max(after) == 0.0


def test_after_a_hang_force_comes_back_only_once_the_tool_has_left_the_tissue(board: Board) -> None:
    bench = Bench(board)

    def hang_once() -> None:
        bench.device.at_read = lambda: None
        bench.hang(20)

    def lift_to(height_m: float) -> None:
        bench.device.height_m = height_m

    bench.events = {
        300: lambda: setattr(bench.device, "at_read", hang_once),
        400: partial(lift_to, -0.0005), 500: partial(lift_to, 0.003), 550: partial(lift_to, -0.0015),
    }  # fmt: skip
    bench.run(900)
    free = [at for at, size in bench.device.forces if size > 0 and at > 100.31]
    assert free
    assert min(free) > 100.5


def test_a_driver_that_raises_ends_without_force(board: Board) -> None:
    bench = Bench(board)

    def fail() -> None:
        raise OSError("unplugged")

    bench.events[300] = lambda: setattr(bench.device, "at_read", fail)
    with pytest.raises(OSError, match="unplugged"):
        bench.run(400)
    assert bench.device.closed == 1
    assert bench.device.forces[-1][1] == 0.0
    assert bench.heart.beat_s == math.inf


def test_a_driver_that_raises_does_not_end_the_guard(board: Board) -> None:
    bench = Bench(board)

    def fail() -> None:
        raise OSError("busy")

    bench.run(100)
    bench.heart.beat_s = bench.clock.now
    bench.device.at_write = fail
    bench.hang(10)
    assert bench.device.forces[-1][1] == 0.0
    assert bench.heart.hung >= loop.FADES


def test_a_driver_that_is_in_time_is_let_be(board: Board) -> None:
    bench = Bench(board)
    bench.run(10)
    bench.heart.beat_s, written = bench.clock.now, len(bench.device.forces)
    bench.hang(4)
    assert len(bench.device.forces) == written


@pytest.mark.parametrize("broken", [math.nan, math.inf, -0.5])
def test_positions_that_are_none_or_leap_take_the_force_away(board: Board, broken: float) -> None:
    bench = Bench(board)
    bench.events[300] = lambda: setattr(bench.device, "height_m", broken)
    bench.run(330)
    assert all(math.isfinite(size) for _, size in bench.device.forces)
    assert bench.most_after(100.299) > 0.5
    assert bench.most_after(100.310) == 0.0


def test_no_force_is_above_the_limit(board: Board) -> None:
    bench = Bench(board, stiffness_n_m=1e6)
    bench.device.height_m = -0.05
    bench.run(500)
    assert 1.0 < bench.most_after(100.0) <= SIMULATED.force_n
    told = board.state()
    assert told is not None
    assert told.limited > 0


def test_the_simulated_hand_presses_and_all_stays_passive(board: Board) -> None:
    clock = Clock()
    device = SimulatedDevice(Hand(frequency_hz=2.0), clock=clock)
    soft = model.half_space(np.zeros(3), UP, 5400.0, 0.49, 0.005)
    clock.wakes.append(lambda: board.publish(soft.words(clock.now)))
    device.open()
    seen: list[float] = []
    clock.wakes.append(lambda: seen.append(float(device.written_n[2])))
    loop.run(board, device, coupling(SIMULATED), clock, clock.sleep, ticks=1500)
    told = board.state()
    assert told is not None
    assert (told.violations, told.faults) == (0, 0)
    # At most 6 mm into 72 N/m in a row with the coupling.
    assert 0.3 < max(seen) < 0.45
    assert min(seen) >= 0.0


def test_a_process_of_its_own_runs_and_ends_and_leaves_nothing() -> None:
    board = Board()
    name = board.name
    board.publish(model.free_space().words(time.monotonic()))
    process = loop.spawn(SimulatedDevice, coupling(SIMULATED), board)
    try:
        while (told := board.state()) is None and process.is_alive():
            pass
        first = told
        while (told := board.state()) is not None and first is not None and told.at_s == first.at_s:
            assert process.is_alive()
    finally:
        board.end()
        process.join(30)
    assert process.exitcode == 0
    last = board.state()
    assert last is not None
    assert last.violations == 0
    board.close(unlink=True)
    with pytest.raises(FileNotFoundError):
        SharedMemory(name)


def test_a_device_that_can_not_be_made_ends_its_process_and_leaves_nothing() -> None:
    board = Board()
    process = loop.spawn(partial(SimulatedDevice, limits=Limits(1, 1, 0), seed=-1), coupling(SIMULATED), board)
    process.join(60)
    assert process.exitcode == 1
    assert board.state() is None
    name = board.name
    board.close(unlink=True)
    with pytest.raises(FileNotFoundError):
        SharedMemory(name)
