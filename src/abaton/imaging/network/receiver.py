"""A receiver of C-STORE (PS3.4 B): scanners and archives that are on its list send scans to it.

It writes what comes to files of its own naming and parses none of it; the importer does, in a process of its own.
A DICOM peer tells who it is and nobody checks: addresses are on the list too, and it listens to this machine alone
unless it is told otherwise. Give `tls` where scans cross a network.
"""

import shutil
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import msgspec

from abaton.core.errors import Problem
from abaton.imaging.importing.found import Found
from abaton.imaging.importing.limits import GIB, Limits

PDU_BYTES = 1 << 20
"""The longest piece of a message; a peer that announces a longer one is let go before it is read."""
ASSOCIATE_BYTES = 1 << 16
"""The longest request for an association; until one is accepted nothing else is read."""
SILENCE_S = 30.0
"""A peer that says nothing for so long is let go."""
ASSOCIATE_S = 5.0
"""How long a peer may take to ask for an association, and to close one."""

_STORED = 0x0000
_OUT_OF_RESOURCES = 0xA700
_NOT_AUTHORIZED = 0x0124
_CLASSES = (
    "CTImageStorage", "EnhancedCTImageStorage", "LegacyConvertedEnhancedCTImageStorage",
    "MRImageStorage", "EnhancedMRImageStorage", "LegacyConvertedEnhancedMRImageStorage",
    "PositronEmissionTomographyImageStorage", "EnhancedPETImageStorage", "LegacyConvertedEnhancedPETImageStorage",
    "XRay3DAngiographicImageStorage", "SegmentationStorage",
)  # fmt: skip
_SYNTAXES = (
    "1.2.840.10008.1.2.1",  # explicit little endian
    "1.2.840.10008.1.2",  # implicit little endian
    "1.2.840.10008.1.2.1.99",  # deflated
    "1.2.840.10008.1.2.4.70",  # JPEG lossless
    "1.2.840.10008.1.2.4.57",
    "1.2.840.10008.1.2.4.80",  # JPEG-LS
    "1.2.840.10008.1.2.4.90",  # JPEG 2000
    "1.2.840.10008.1.2.5",  # run length
)


class Peer(msgspec.Struct, frozen=True):
    """Who may send.

    Attributes:
        title: Its application entity's title.
        address: The IP address that it sends from.
    """

    title: str
    address: str = "127.0.0.1"


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """How much a peer may send in one association.

    Attributes:
        instances: Most of them.
        instance_bytes: Of one; it is held in memory while it comes.
        total_bytes: Of all.
        associations: At once, of all peers.
        spare_disk_bytes: What must stay free on the disk.
    """

    instances: int = 20_000
    instance_bytes: int = GIB // 2
    total_bytes: int = 16 * GIB
    associations: int = 4
    spare_disk_bytes: int = GIB // 4


class Received(msgspec.Struct, frozen=True):
    """What came in one association, whole.

    Attributes:
        title: Of the peer that sent it.
        folder: Of files; whoever takes it removes it. Patients' names are in it.
        instances: How many.
    """

    title: str
    folder: Path
    instances: int


class Receiver:
    """Listens while it is entered as a context.

    A transfer is whole when the peer releases its association; one that breaks off is dropped, and the peer sends it
    again. Transfers are handed over one after another, by a thread of the receiver's.

    Args:
        peers: Who may send; nobody else.
        received: Takes each transfer. What it raises is told to `failed`.
        folder: For what comes in.
        title: Its own title; peers must call it by that.
        host: The address to listen on.
        port: 0 for any; `port` then tells which.
        bounds: On what is sent.
        tls: Server-side context, or None.
        failed: Told of what went wrong with a transfer.
        free_bytes: Of a folder's disk.

    Raises:
        Problem: No peer is named, a title is none, or the port is taken.
    """

    def __init__(
        self,
        peers: Sequence[Peer],
        received: Callable[[Received], None],
        folder: Path,
        *,
        title: str = "ABATON",
        host: str = "127.0.0.1",
        port: int = 11112,
        bounds: Bounds = Bounds(),  # noqa: B008
        tls: ssl.SSLContext | None = None,
        failed: Callable[[Problem], None] = lambda _: None,
        free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        _check_titles([title, *(peer.title for peer in peers)], bool(peers))
        self.port = port
        self._peers = frozenset((peer.title, peer.address) for peer in peers)
        self._received = received
        self._folder = folder
        self._title = title
        self._host = host
        self._bounds = bounds
        self._tls = tls
        self._failed = failed
        self._free_bytes = free_bytes
        self._transfers: dict[int, _Transfer] = {}
        self._lock = threading.Lock()
        self._done: SimpleQueue[tuple[Any, _Transfer] | None] = SimpleQueue()

    def __enter__(self) -> "Receiver":
        from pynetdicom import evt

        handlers: list[Any] = [
            (evt.EVT_CONN_OPEN, self._opened),
            (evt.EVT_CONN_CLOSE, self._closed),
            (evt.EVT_C_STORE, self._store),
        ]
        entity = self._application_entity()
        try:
            server: Any = entity.make_server(
                (self._host, self.port),
                ssl_context=self._tls,
                evt_handlers=handlers,
                server_class=_guarded({address for _, address in self._peers}),
            )
        except OSError:
            raise Problem(
                "receiver_port",
                got=f"port {self.port}, which is taken or not allowed",
                expected="a free port of this machine",
                next_step="Choose another port, 11112 for instance, and tell the peers.",
                kind="unavailable",
            ) from None
        entity._servers.append(server)
        self._server = server
        self.port = int(server.server_address[1])
        self._threads = [
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True),
            threading.Thread(target=self._hand_over, daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        associations: list[Any] = self._server.active_associations
        self._server.shutdown()
        for transfer in self._still_open():
            transfer.end()
        for association in associations:
            association.join(SILENCE_S)
        self._done.put(None)
        for thread in self._threads:
            thread.join()
        for transfer in self._still_open():
            transfer.close()
            transfer.drop()

    def _still_open(self) -> "list[_Transfer]":
        with self._lock:
            return list(self._transfers.values())

    def _application_entity(self) -> Any:
        from pynetdicom import AE, sop_class

        entity = AE(ae_title=self._title)
        for name in _CLASSES:
            entity.add_supported_context(getattr(sop_class, name), list(_SYNTAXES))
        entity.add_supported_context(sop_class.Verification)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType]
        entity.require_called_aet = True
        entity.require_calling_aet = sorted({title for title, _ in self._peers})
        entity.maximum_associations = self._bounds.associations
        entity.maximum_pdu_size = PDU_BYTES // 4
        entity.network_timeout = entity.dimse_timeout = SILENCE_S
        entity.acse_timeout = ASSOCIATE_S
        return entity

    def _opened(self, event: Any) -> None:
        """Bounds what is read of a new connection."""
        wrapped = event.assoc.dul.socket
        transfer = _Transfer(self._bounds, wrapped.socket)
        with self._lock:
            self._transfers[id(event.assoc)] = transfer
            if len(self._transfers) > 2 * self._bounds.associations:
                transfer.end()
        wrapped.socket.settimeout(SILENCE_S)
        read = wrapped.recv

        def bounded(count: int) -> Any:
            if not transfer.allows(count, bool(event.assoc.is_established)):
                transfer.end()
                return b""
            return read(count)

        wrapped.recv = bounded

    def _store(self, event: Any) -> int:
        requestor = event.assoc.requestor
        with self._lock:
            transfer = self._transfers.get(id(event.assoc))
        if transfer is None or (str(requestor.ae_title).strip(), requestor.address) not in self._peers:
            event.assoc.abort()
            return _NOT_AUTHORIZED
        try:
            room = self._free_bytes(self._folder) >= self._bounds.spare_disk_bytes
            if room and transfer.keep(event.encoded_dataset(), self._folder):
                return _STORED
        except OSError:
            pass
        transfer.whole = False
        return _OUT_OF_RESOURCES

    def _closed(self, event: Any) -> None:
        with self._lock:
            transfer = self._transfers.pop(id(event.assoc), None)
        if transfer is not None:
            transfer.close()
        if transfer is not None and transfer.instances:
            self._done.put((event.assoc, transfer))
        elif not event.assoc.is_established:
            # The association's thread waits for a request that will not come any more; this ends its waiting.
            event.assoc.dul.to_user_queue.put(None)

    def _hand_over(self) -> None:
        while (closed := self._done.get()) is not None:
            association, transfer = closed
            # Only when its thread has ended is it known whether the peer released it.
            association.join(SILENCE_S)
            folder = transfer.take()
            if folder is None:
                continue
            try:
                if not (association.is_released and transfer.whole):
                    raise _broken_off()
                self._received(Received(str(association.requestor.ae_title).strip(), folder, transfer.instances))
            except Problem as problem:
                self._failed(problem)
            except Exception as problem:
                self._failed(_not_taken(problem))
            finally:
                shutil.rmtree(folder, ignore_errors=True)


def _guarded(addresses: Collection[str]) -> Any:
    """A server that lets go of connections from elsewhere before anything is read or started for them."""
    from pynetdicom.transport import ThreadedAssociationServer

    class Guarded(ThreadedAssociationServer):
        def get_request(self) -> Any:
            listening: Any = self.socket
            connection, address = listening.accept()
            try:
                if address[0] not in addresses:
                    raise OSError("not on the list")
                connection.settimeout(ASSOCIATE_S)
                if self.ssl_context:
                    connection = self.ssl_context.wrap_socket(connection, server_side=True)
            except OSError:
                connection.close()
                raise
            return connection, address

    return Guarded


def import_with(key: bytes, limits: Limits, found: Callable[[Found], None]) -> Callable[[Received], None]:
    """What to give a receiver as `received`: imports each transfer, de-identified, and removes its files.

    Args:
        key: See `UidMap`.
        limits: Of the import.
        found: Takes what came of it, such as `Scans.add` for each series.
    """

    def received(one: Received) -> None:
        from abaton.imaging.importing.sandbox import import_path

        found(import_path(one.folder, key, limits))

    return received


class _Transfer:
    """Files of one association, and what of its bounds is left; not `whole` where an instance could not be kept."""

    def __init__(self, bounds: Bounds, connection: socket.socket) -> None:
        self.instances = 0
        self.whole = True
        self._bounds = bounds
        self._bytes = 0
        self._instance_bytes = 0
        self._folder: Path | None = None
        self._socket = connection

    def allows(self, announced: int, associated: bool) -> bool:
        """Counts what is about to be read, before it is; False where it is too much."""
        self._instance_bytes += announced
        longest = PDU_BYTES if associated else ASSOCIATE_BYTES
        return announced <= longest and self._instance_bytes <= self._bounds.instance_bytes

    def end(self) -> None:
        """Ends the connection: the library reads an end of file and tidies up."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Closes the connection for good, which the library forgets where it broke off."""
        self._socket.close()

    def keep(self, encoded: bytes, root: Path) -> bool:
        """Writes one instance under a name of ours; False where no more are taken."""
        self._instance_bytes = 0
        self._bytes += len(encoded)
        if self.instances >= self._bounds.instances or self._bytes > self._bounds.total_bytes:
            return False
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="abaton-received-", dir=root))
        (self._folder / f"{self.instances:05}.dcm").write_bytes(encoded)
        self.instances += 1
        return True

    def take(self) -> Path | None:
        """The folder, which is the caller's from now on; None where nothing came."""
        folder, self._folder = self._folder, None
        return folder

    def drop(self) -> None:
        """Removes what came."""
        if (folder := self.take()) is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _check_titles(titles: Sequence[str], anybody: bool) -> None:
    if not anybody or not all(0 < len(title) <= 16 and title.isascii() and title == title.strip() for title in titles):
        raise Problem(
            "receiver_peers",
            got="a receiver that nobody may send to, or a title that is none",
            expected="at least one peer, and titles of 1 to 16 characters",
            next_step="Name the scanners and archives that may send, each with its title and address.",
        )


def _broken_off() -> Problem:
    return Problem(
        "transfer_broken_off",
        got="a transfer that broke off, or that was more than may be sent",
        expected="one that the peer ends itself",
        next_step="Send it again. Nothing of it was stored.",
        kind="unavailable",
    )


def _not_taken(problem: Exception) -> Problem:
    return Problem(
        "transfer_not_taken",
        got=f"a transfer that could not be taken over ({type(problem).__name__})",
        expected="one that is imported",
        next_step="Send it again, and report this.",
        kind="unavailable",
    )
