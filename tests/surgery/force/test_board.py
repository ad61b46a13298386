"""The board: what is read is whole, old or new, whoever writes meanwhile; and nothing is left behind."""

import multiprocessing
from collections.abc import Iterator
from multiprocessing.shared_memory import SharedMemory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from abaton.surgery.force import model, rendering
from abaton.surgery.force.board import KEPT_PERIODS, Board, block_words, fetch, post
from abaton.surgery.force.coupling import coupling
from abaton.surgery.force.simulated import SIMULATED

LAST = 5000


@pytest.fixture
def board() -> Iterator[Board]:
    made = Board()
    yield made
    made.close(unlink=True)


def write_on(name: str) -> None:
    """Of another process: messages whose words are all the same number, growing."""
    other = Board(name)
    for number in range(1, LAST + 1):
        other.publish(np.full(model.WORDS, float(number)))
    other.close()


def test_before_anything_is_written_there_is_nothing(board: Board) -> None:
    words = np.full(model.WORDS, 7.0)
    assert not board.newest(words)
    assert (words == 7.0).all()
    assert board.state() is None
    assert len(board.periods_s()) == 0


def test_both_ways_bit_for_bit_between_two_who_look_at_the_same(board: Board) -> None:
    other = Board(board.name)
    told = model.half_space(np.ones(3), np.array([0.0, 0, 1]), 5e3, 0.3, 0.01).words(12.5)
    board.publish(told)
    words = np.zeros(model.WORDS)
    assert other.newest(words)
    np.testing.assert_array_equal(words, told)
    state = rendering.start(coupling(SIMULATED))
    state[0], state[4:7] = 3.25, (1, 2, 3)
    other.tell(state, 0.001)
    found = board.state()
    assert found is not None
    assert found.at_s == 3.25
    np.testing.assert_array_equal(found.force_n, [1, 2, 3])
    other.close()


@given(st.lists(arrays.arrays(np.int64, 9), min_size=1, max_size=5))
def test_the_newest_is_read_whatever_its_bits(messages: list[np.ndarray]) -> None:
    block, found = np.zeros(block_words(9), dtype=np.int64), np.zeros(9, dtype=np.int64)
    for message in messages:
        post(block, message)
    assert fetch(block, found)
    np.testing.assert_array_equal(found, messages[-1])


@given(st.integers(0, 8), st.integers(1, 2**62))
def test_a_torn_message_is_never_seen(word: int, change: int) -> None:
    block, found = np.zeros(block_words(9), dtype=np.int64), np.full(9, 5, dtype=np.int64)
    post(block, np.arange(9))
    newest = 1 + (block[0] & 1) * 10
    block[newest + word] ^= change  # A writer that came round again is in the midst of it.
    assert not fetch(block, found)
    assert (found == 5).all()


def test_a_writer_that_stops_in_the_midst_leaves_the_last_whole_message() -> None:
    block, found = np.zeros(block_words(9), dtype=np.int64), np.zeros(9, dtype=np.int64)
    post(block, np.arange(9))
    block[1 + ((block[0] + 1) & 1) * 10 : 5 + ((block[0] + 1) & 1) * 10] = 99
    assert fetch(block, found)
    np.testing.assert_array_equal(found, np.arange(9))


def test_a_message_is_not_taken_for_whole_under_another_number() -> None:
    block, found = np.zeros(block_words(9), dtype=np.int64), np.zeros(9, dtype=np.int64)
    post(block, np.arange(9))
    block[0] += 2  # The number is seen before the words are.
    assert not fetch(block, found)


def test_another_process_that_writes_without_pause_is_read_whole_and_in_order(board: Board) -> None:
    process = multiprocessing.get_context("spawn").Process(target=write_on, args=(board.name,), daemon=True)
    process.start()
    words, seen = np.zeros(model.WORDS), [0.0]
    while seen[-1] < LAST and (process.is_alive() or board.newest(words)):
        if board.newest(words):
            assert (words == words[0]).all()
            assert words[0] >= seen[-1]
            if words[0] > seen[-1]:
                seen.append(float(words[0]))
    process.join(30)
    assert process.exitcode == 0
    assert seen[-1] == LAST


def test_old_news_are_noticed_by_the_loop(board: Board) -> None:
    made = coupling(SIMULATED)
    board.publish(model.free_space().words(1.0))
    words = np.zeros(model.WORDS)
    board.newest(words)
    state = rendering.start(made)
    for now, fault in ((1.0, ""), (1.003, ""), (1.0036, "physics_silent"), (1.1, "physics_silent")):
        state, _ = rendering.tick(state, words, np.array([0, 0, 0, 0, 0, 0, now]), made.words(), now)
        assert rendering.told(state).fault == fault


def test_words_to_end_and_of_what_was_granted(board: Board) -> None:
    assert not board.ending
    assert board.granted == (False, -1)
    board.grant(True, 3)
    board.end()
    assert board.ending
    assert board.granted == (True, 3)


def test_periods_are_kept_up_to_a_bound(board: Board) -> None:
    state = rendering.start(coupling(SIMULATED))
    for n in range(KEPT_PERIODS + 5):
        board.tell(state, float(n))
    kept = board.periods_s()
    assert len(kept) == KEPT_PERIODS
    assert kept.min() == 5.0


def test_nothing_is_left_behind() -> None:
    board = Board()
    other, name = Board(board.name), board.name
    other.close()
    SharedMemory(name).close()
    board.close(unlink=True)
    with pytest.raises(FileNotFoundError):
        SharedMemory(name)
