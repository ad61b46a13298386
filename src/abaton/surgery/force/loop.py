"""The force loop: a process of its own around `rendering.tick`, woken at absolute times."""

import gc
import math
import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abaton.surgery.force import model, rendering
from abaton.surgery.force.board import Board
from abaton.surgery.force.coupling import Coupling
from abaton.surgery.force.device import HapticDevice

Array = NDArray[np.float64]
Clock = Callable[[], float]

HUNG_S = 0.0045
"""A tick that lasts longer hangs in the driver; the guard then takes the force away in `FADES` steps of 1 ms."""
FADES = 3
LOOP_PRIORITY, SCENE_PRIORITY = 50, 10
REST_S = 0.0001
"""What a scene that got ahead leaves to others after each step of about 1 ms."""
_SPIN_S = 0.00005


def sleep_until(deadline_s: float) -> None:
    """Return at a time of the monotonic clock; the last 50 us are waited for awake."""
    left = deadline_s - time.monotonic() - _SPIN_S
    if left > 0:
        time.sleep(left)
    while time.monotonic() < deadline_s:
        pass


class Heart:
    """When the loop last came round, and the force that it left on the hand; read by the guard."""

    def __init__(self) -> None:
        self.beat_s = math.inf
        self.force_n = np.zeros(3)
        self.hung = 0
        self.taken = False


def run(
    board: Board,
    device: HapticDevice,
    coupling: Coupling,
    clock: Clock = time.monotonic,
    sleep: Callable[[float], None] = sleep_until,
    heart: Heart | None = None,
    ticks: int | None = None,
) -> None:
    """Tick until the board says that it ends, or `ticks` times. The device ends with no force on it.

    Deadlines are absolute: a late tick makes the next no later. Deadlines that were missed altogether are skipped.
    """
    state, words, numbers = rendering.start(coupling), np.zeros(model.WORDS), coupling.words()
    sample = np.zeros(7)
    heart = heart or Heart()
    rendering.tick(state, words, sample, numbers, 0.0)  # Compiled or loaded before the first deadline.
    try:
        due = before = clock()
        while not board.ending and ticks != 0:
            due += coupling.period_s
            sleep(due)
            now = clock()
            heart.beat_s = now
            board.newest(words)
            said = device.read()
            if heart.taken:
                # The driver hung, and the guard took the force: what it reads now is not followed by a blow.
                state, now, heart.taken = rendering.taken(state), clock(), False
            sample[0:3], sample[3:6], sample[6] = said.position_m, said.velocity_m_s, said.number
            state, force = rendering.tick(state, words, sample, numbers, now)
            device.write(force)
            if heart.taken:  # It hung in `write`, which may have come after the guard's.
                device.write(np.zeros(3))
            heart.force_n = force
            board.tell(state, now - before)
            before = now
            due += coupling.period_s * max(0, math.floor((now - due) / coupling.period_s))
            ticks = None if ticks is None else ticks - 1
    finally:
        heart.beat_s = math.inf
        device.close()


def watch(device: HapticDevice, heart: Heart, now_s: float) -> bool:
    """`guard`, which a driver that raises does not end: it is asked again a millisecond later."""
    try:
        return guard(device, heart, now_s)
    except Exception:
        return True


def guard(device: HapticDevice, heart: Heart, now_s: float) -> bool:
    """Take force away where the loop hangs in its driver; called each millisecond by a second thread.

    Returns:
        Whether it hangs.
    """
    if now_s - heart.beat_s < HUNG_S:
        heart.hung = 0
        return False
    heart.hung += 1
    heart.taken = True
    device.write(heart.force_n * max(0.0, 1.0 - heart.hung / FADES))
    return True


def spawn(make_device: Callable[[], HapticDevice], coupling: Coupling, board: Board, core: int | None = None) -> Any:
    """Start the loop in a process of its own; end it by `board.end()`.

    Args:
        make_device: A class or function that can be found by its name from another process.
        coupling: Made by `coupling.coupling`, so that it is passive.
        board: Of this process.
        core: To pin the loop on; None leaves that to the system.
    """
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_main, args=(board.name, make_device, coupling, core), daemon=True)
    process.start()
    return process


def _main(name: str, make_device: Callable[[], HapticDevice], coupling: Coupling, core: int | None) -> None:
    board = Board(name)
    board.grant(get_ahead(LOOP_PRIORITY), _pin(core))
    over = threading.Event()
    try:
        device, heart = make_device(), Heart()
        device.open()
        watcher = threading.Thread(target=_keep_watch, args=(device, heart, board, over), daemon=True)
        watcher.start()
        gc.collect()
        gc.freeze()
        gc.disable()
        run(board, device, coupling, heart=heart)
    finally:
        over.set()
        board.close()


def _keep_watch(device: HapticDevice, heart: Heart, board: Board, over: threading.Event) -> None:
    """Each millisecond: is the driver there; now and then: is the scene's process there, or must the loop end?"""
    parent, turn = multiprocessing.parent_process(), 0
    while not over.wait(0.001):
        watch(device, heart, time.monotonic())
        turn = (turn + 1) % 100
        if turn == 0 and parent is not None and not parent.is_alive():
            board.end()
            return


def get_ahead(priority: int) -> bool:
    """Let this thread run before all others of the machine (SCHED_FIFO), where the system permits it.

    A scene that waits for other programs falls silent, and its force goes; so it gets ahead as well, after the loop.
    Not for a machine of one core. Linux stops such threads for 50 ms of a second in which they left nothing to others
    (`sched_rt_runtime_us`), so a scene rests for `REST_S` after each step.

    Args:
        priority: `LOOP_PRIORITY` or `SCENE_PRIORITY`.
    """
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))
    except (AttributeError, OSError):
        return False
    return True


def get_back() -> None:
    """This thread runs among all others again."""
    try:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    except (AttributeError, OSError):
        return


def _pin(core: int | None) -> int:
    """The core on which this process is from now on, or -1."""
    if core is None:
        return -1
    try:
        os.sched_setaffinity(0, {core})
    except (AttributeError, OSError):
        return -1
    return core
