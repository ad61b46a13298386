"""Servers that `benchmarks.live` loads side by side, each a process of its own that prints its port."""

import socket


def listen() -> socket.socket:
    """Listens on a free port of this machine and prints it, as every server here does."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(listener.getsockname()[1], flush=True)
    return listener
