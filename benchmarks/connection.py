"""How a client of the load generator connects; servers tell it, `load.mjs` does it."""

import msgspec


class Connection(msgspec.Struct, frozen=True):
    """One client: path, further headers of its handshake, and the frames that it sends first.

    A client that sends first frames counts as connected when the server has answered them.
    """

    path: str
    headers: dict[str, str] = {}
    first: list[bytes] = []
