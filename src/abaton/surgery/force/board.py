"""The board between physics and force loop: shared memory that neither side ever waits for.

Two slots and a number. A writer fills the slot that is not being read, then changes the number; a reader copies the
slot of the number and checks its sum. A copy torn by a writer that came round again is found by the sum, whatever order
a processor lets memory be seen in, and the last good copy is kept.
"""

import gc
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel
from abaton.surgery.force import model, rendering

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

KEPT_PERIODS = 200_000
_MODEL, _STATE = model.WORDS, rendering.STATE_WORDS


def block_words(length: int) -> int:
    """Words of 8 bytes that a double-buffered message of so many needs."""
    return 1 + 2 * (length + 1)


@kernel()
def post(block: Whole, message: Whole) -> None:
    """Writes a message; never waits."""
    length = message.shape[0]
    number = block[0] + 1
    begin = 1 + (number & 1) * (length + 1)
    total = number
    for n in range(length):
        block[begin + n] = message[n]
        total = total * 31 + message[n]
    block[begin + length] = total
    block[0] = number


@kernel()
def fetch(block: Whole, message: Whole) -> bool:
    """Copies the newest message if it is whole; else the old one is left as it was. Never waits."""
    length = message.shape[0]
    copy = np.empty(length, dtype=np.int64)
    for _ in range(2):
        number = block[0]
        begin = 1 + (number & 1) * (length + 1)
        total = number
        for n in range(length):
            copy[n] = block[begin + n]
            total = total * 31 + copy[n]
        if number > 0 and total == block[begin + length]:
            message[:] = copy
            return True
    return False


class Board:
    """Model (physics to loop), state (loop to physics), periods as they were, and the word to end.

    Args:
        name: Of a board that is there; None makes one.
    """

    def __init__(self, name: str | None = None) -> None:
        sizes = (block_words(_MODEL), block_words(_STATE), 4, KEPT_PERIODS)
        self._memory = SharedMemory(name, create=name is None, size=8 * sum(sizes))
        buffer: Any = self._memory.buf
        words = np.frombuffer(buffer, dtype=np.int64, count=sum(sizes))
        ends = np.cumsum(sizes)
        self._model, self._state = words[: ends[0]], words[ends[0] : ends[1]]
        self._flags = words[ends[1] : ends[2]]
        self._periods = words[ends[2] : ends[3]].view(np.float64)
        if name is None:
            words[:] = 0

    @property
    def name(self) -> str:
        """By which another process finds it."""
        return self._memory.name

    def publish(self, words: Array) -> None:
        """Post `LocalModel.words`."""
        post(self._model, words.view(np.int64))

    def newest(self, words: Array) -> bool:
        """Overwrites `words` with the newest whole model; False where there is none."""
        return bool(fetch(self._model, words.view(np.int64)))

    def tell(self, state: Array, period_s: float) -> None:
        """Post the loop's state, and note how long its tick took."""
        post(self._state, state.view(np.int64))
        count = int(self._flags[1])
        self._periods[count % KEPT_PERIODS] = period_s
        self._flags[1] = count + 1

    def state(self) -> rendering.Told | None:
        """What the loop last told; None before its first tick."""
        words = np.zeros(_STATE)
        return rendering.told(words) if fetch(self._state, words.view(np.int64)) else None

    def periods_s(self) -> Array:
        """Of the last ticks, at most `KEPT_PERIODS`, in no order."""
        return self._periods[: min(int(self._flags[1]), KEPT_PERIODS)].copy()

    def end(self) -> None:
        """The loop takes the force away and ends."""
        self._flags[0] = 1

    @property
    def ending(self) -> bool:
        """Whether it was told to."""
        return bool(self._flags[0])

    @property
    def granted(self) -> tuple[bool, int]:
        """Whether the loop runs ahead of all others (SCHED_FIFO), and on which core it is pinned, or -1."""
        return bool(self._flags[2]), int(self._flags[3]) - 1

    def grant(self, ahead: bool, core: int) -> None:
        """Notes what `granted` tells."""
        self._flags[2:4] = ahead, core + 1

    def close(self, unlink: bool = False) -> None:
        """Let go of the memory; with `unlink` it ends with its last user."""
        del self._model, self._state, self._flags, self._periods
        gc.collect()  # A kernel's first call leaves its arguments in a cycle, and memory in use can not be let go.
        self._memory.close()
        if unlink:
            self._memory.unlink()
