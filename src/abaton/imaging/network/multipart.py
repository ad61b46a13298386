"""Parts of a multipart answer (RFC 2046), piece by piece, so that a part need not fit into memory."""

from collections.abc import Iterable, Iterator

LONGEST_HEAD = 16_384
LONGEST_BOUNDARY = 200


class BadMultipart(Exception):
    """The answer is cut short, or no multipart."""


def parts(content_type: str, chunks: Iterable[bytes]) -> Iterator[Iterator[bytes]]:
    """The bodies of the parts; read each to its end before the next.

    Args:
        content_type: Of the answer, with its boundary.
        chunks: The answer, in pieces of any length.

    Raises:
        BadMultipart: While it is read.
    """
    reader = _Reader(b"\r\n--" + _boundary(content_type), iter(chunks))
    for _ in reader.body():  # What stands before the first part.
        pass
    while reader.another():
        body = reader.body()
        yield body
        for _ in body:
            pass


def _boundary(content_type: str) -> bytes:
    kind, *parameters = content_type.split(";")
    if kind.strip().lower() != "multipart/related":
        raise BadMultipart
    for parameter in parameters:
        name, _, value = parameter.strip().partition("=")
        boundary = value.strip().strip('"')
        if name.strip().lower() == "boundary" and 0 < len(boundary) <= LONGEST_BOUNDARY and boundary.isascii():
            return boundary.encode()
    raise BadMultipart


class _Reader:
    def __init__(self, delimiter: bytes, chunks: Iterator[bytes]) -> None:
        self._delimiter = delimiter
        self._chunks = chunks
        self._buffer = b"\r\n"  # The first delimiter may stand at the very start.

    def another(self) -> bool:
        """Whether a part follows; its head is read."""
        self._fill(2)
        if self._buffer.startswith(b"--"):
            return False
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > LONGEST_HEAD:
                raise BadMultipart
            self._more()
        if end > LONGEST_HEAD:
            raise BadMultipart
        self._buffer = self._buffer[end + 4 :]
        return True

    def body(self) -> Iterator[bytes]:
        """Up to the next delimiter."""
        while (end := self._buffer.find(self._delimiter)) < 0:
            keep = len(self._delimiter) - 1
            ready = self._buffer[:-keep]
            if ready:
                self._buffer = self._buffer[-keep:]
                yield ready
            self._more()
        ready = self._buffer[:end]
        self._buffer = self._buffer[end + len(self._delimiter) :]
        if ready:
            yield ready

    def _fill(self, count: int) -> None:
        while len(self._buffer) < count:
            self._more()

    def _more(self) -> None:
        chunk = next(self._chunks, None)
        if chunk is None:
            raise BadMultipart
        self._buffer += chunk
