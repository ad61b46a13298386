"""What recording costs, and whether `kill -9` loses anything that was acknowledged.

Cost: the poses of twenty people at 60 Hz and their heart rates for 60 s, written as the recorder's thread writes
them: in batches of 0.2 s, made durable each second. Time is simulated and fed as fast as it is taken, so `cpu_s` is
the processor time that one minute of recording takes, and nothing of the room's own.

- `cpu_s`: processor seconds for the 60 s, compression and disk included.
- `bytes`: size of the sealed segments.

Kills: a real room (`benchmarks.crash`) is killed at random moments, opened again, and killed again.

- `kills`: how often.
- `acknowledged_lost`: acknowledged commands missing in the log, and samples that were reported as durable missing in
  the recovered recording; each is looked for again after every later kill of its session.
- `replay_mismatch`: replays that did not come to the state that the room had, at each checkpoint of the log and at
  the last acknowledged command.
"""

import argparse
import math
import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from abaton.core.clock import ManualClock
from abaton.live.recorder import SegmentedWriter
from abaton.live.segments import POSE, Recorded, SignalData, read, segments
from benchmarks import crash, output

PEOPLE = 20
RATE_HZ = 60
SECONDS = 60
BATCHES_PER_S = 5
KILLS_PER_SESSION = 10
LONGEST_LIFE_S = 1.5


def pose(random: Random, person: int, time_s: float) -> bytes:
    """43 bytes, as many as a head and two hands take, that move and tremble as bodies do."""
    parts = [0x43, *round(time_s * 1e4).to_bytes(6, "little")]
    for part in range(3):
        for axis in range(6):
            sway = 300 * math.sin(time_s * (0.3 + 0.1 * axis) + person + part)
            parts += round(sway + random.gauss(0, 4)).to_bytes(2, "little", signed=True)
    return bytes(parts)


def minute(random: Random, start_us: int) -> list[list[Recorded]]:
    """Everyone's samples of a minute, in the batches in which the recorder's thread takes them."""
    batches: list[list[Recorded]] = []
    for batch in range(SECONDS * BATCHES_PER_S):
        samples: list[Recorded] = []
        for step in range(RATE_HZ // BATCHES_PER_S):
            number = batch * (RATE_HZ // BATCHES_PER_S) + step
            time_us = start_us + number * 1_000_000 // RATE_HZ
            for person in range(PEOPLE):
                data = pose(random, person, number / RATE_HZ)
                samples.append(Recorded(f"person{person}", POSE, time_us, time_us + 9_000, number, data))
        if batch % BATCHES_PER_S == 0:
            second = batch // BATCHES_PER_S
            data = msgspec.json.encode(SignalData([72.0 + second % 5, 0.833, 0.82], "strap"))
            time_us = start_us + second * 1_000_000
            samples += [
                Recorded(f"person{person}", "heart_rate", time_us, time_us, second, data) for person in range(PEOPLE)
            ]
        batches.append(samples)
    return batches


def record(batches: list[list[Recorded]], folder: Path) -> tuple[float, int]:
    """Record the batches; processor seconds and bytes."""
    clock = ManualClock()
    writer = SegmentedWriter(folder, clock, lambda _: None)
    before_s = time.process_time()
    for batch in batches:
        writer.write(batch)
        clock.advance(1 / BATCHES_PER_S)
        writer.sync_when_due()
    writer.seal()
    used_s = time.process_time() - before_s
    found = sum(1 for _ in read(segments(folder)))
    assert found == sum(map(len, batches)), "not everything was recorded"
    return used_s, sum(path.stat().st_size for path in segments(folder))


def kill_often(kills: int, folder: Path, random: Random) -> dict[str, int]:
    """Kill rooms at random moments and count what is missing."""
    found = {"kills": 0, "acknowledged_lost": 0, "replay_mismatch": 0, "acknowledged_commands": 0}
    samples = 0
    while found["kills"] < kills:
        place = crash.in_process(crash.make_session, folder / f"session{found['kills']}")
        acknowledged: list[crash.Acknowledgement] = []
        for life in range(min(KILLS_PER_SESSION, kills - found["kills"])):
            output.progress(f"kill {found['kills'] + 1} of {kills}")
            new = crash.live_and_die(place, life, random.uniform(0, LONGEST_LIFE_S))
            acknowledged += new
            findings = crash.in_process(crash.find_again, place, acknowledged)
            found["kills"] += 1
            found["acknowledged_lost"] += findings.commands_lost + findings.samples_lost
            found["replay_mismatch"] += findings.replay_mismatch
            found["acknowledged_commands"] += sum(isinstance(one, crash.CommandAcknowledged) for one in new)
            samples += max((one.count for one in new if isinstance(one, crash.SamplesDurable)), default=0)
    return {**found, "acknowledged_samples": samples}


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    output.add_arguments(parser)
    parser.add_argument("--kills", type=int, default=200, help="how often a room is killed")
    arguments = parser.parse_args()
    random = Random(arguments.seed)  # noqa: S311 - made-up movements and moments
    with TemporaryDirectory() as folder:
        killed = kill_often(arguments.kills, Path(folder) / "kills", random)
        output.progress("recording a minute")
        cpu_s, size_bytes = record(minute(random, ManualClock().now_us()), Path(folder) / "minute")
    figures: dict[str, Any] = {"cpu_s": round(cpu_s, 3), "bytes": size_bytes, **killed}
    output.show("recorder", figures, arguments)


if __name__ == "__main__":
    main()
