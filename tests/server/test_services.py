"""Work away from the event loop."""

import math
import os

import anyio
import pytest

from abaton.core.errors import Problem
from abaton.server.playback import play
from abaton.server.services import in_process
from abaton.therapy.experiences.heights import Heights


def test_long_work_runs_in_another_process_that_yields_to_this_one():
    async def run() -> tuple[int, int]:
        return await in_process(os.getpid), await in_process(os.getpriority, os.PRIO_PROCESS, 0)

    process, niceness = anyio.run(run)
    assert process != os.getpid()
    assert niceness > os.getpriority(os.PRIO_PROCESS, 0)


def test_a_refusal_there_is_the_same_refusal_here():
    async def run() -> None:
        await in_process(play, [], Heights)

    with pytest.raises(Problem) as refused:
        anyio.run(run)
    assert (refused.value.code, refused.value.kind) == ("not_opened", "conflict")


def test_a_process_that_dies_is_told_and_the_next_one_works():
    async def run() -> int:
        with pytest.raises(Problem) as refused:
            await in_process(os._exit, 1)
        assert (refused.value.code, refused.value.kind) == ("computing", "unavailable")
        return await in_process(math.isqrt, 9)

    assert anyio.run(run) == 3
