import socket
import struct
import threading
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import psutil
import pytest
from pydicom import Dataset
from pynetdicom import AE, evt

from abaton.core.errors import Problem
from abaton.imaging.importing.found import Found
from abaton.imaging.importing.limits import Limits
from abaton.imaging.network.receiver import Bounds, Peer, Received, Receiver, import_with
from tests.imaging.privacy.made import decoded, header, with_meta

CT = "1.2.840.10008.5.1.4.1.1.2"
SCANNER = Peer("SCANNER")
_senders: list[socket.socket] = []


class Inbox:
    """Takes transfers and problems, and keeps what is gone when the receiver has removed it."""

    def __init__(self):
        self.transfers: SimpleQueue[tuple[Received, list[str], list[int]]] = SimpleQueue()
        self.problems: SimpleQueue[Problem] = SimpleQueue()

    def take(self, one: Received) -> None:
        files = sorted(one.folder.iterdir())
        self.transfers.put((one, [file.name for file in files], [int(decoded(f).InstanceNumber) for f in files]))


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def spool(tmp_path: Path):
    yield tmp_path
    assert list(tmp_path.iterdir()) == []


def receiver(inbox: Inbox, spool: Path, peers: Any = (SCANNER,), **options: Any) -> Receiver:
    return Receiver(peers, inbox.take, spool, port=0, failed=inbox.problems.put, **options)


def slice_of(number: int) -> Dataset:
    return with_meta(header(number))


def associated(port: int, title: str = "SCANNER", called: str = "ABATON"):
    entity: Any = AE(ae_title=title)
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = 10
    entity.add_requested_context(CT, "1.2.840.10008.1.2.1")

    def opened(event: Any) -> None:
        _senders.append(event.assoc.dul.socket.socket)

    return entity.associate("127.0.0.1", port, ae_title=called, evt_handlers=[(evt.EVT_CONN_OPEN, opened)])


@pytest.fixture(autouse=True)
def _hang_up():
    """Closes senders' sockets, which their library forgets when the receiver ends the connection."""
    yield
    while _senders:
        _senders.pop().close()


def send(port: int, count: int, **options: Any) -> list[int]:
    association = associated(port, **options)
    if not association.is_established:
        return []
    statuses = [association.send_c_store(slice_of(number)).get("Status", -1) for number in range(count)]
    association.release()
    return statuses


def test_a_transfer_is_handed_over_whole_and_its_files_removed(inbox: Inbox, spool: Path):
    with receiver(inbox, spool) as listening:
        assert send(listening.port, 3) == [0, 0, 0]
        one, names, numbers = inbox.transfers.get(timeout=10)
    assert (one.title, one.instances, numbers) == ("SCANNER", 3, [0, 1, 2])
    assert names == ["00000.dcm", "00001.dcm", "00002.dcm"]
    assert not one.folder.exists()


def test_transfers_are_handed_over_one_after_another(inbox: Inbox, spool: Path):
    with receiver(inbox, spool) as listening:
        for count in (1, 2):
            send(listening.port, count)
        assert [inbox.transfers.get(timeout=10)[0].instances for _ in range(2)] == [1, 2]


@pytest.mark.parametrize(("title", "called"), [("STRANGER", "ABATON"), ("SCANNER", "OTHER"), ("scanner", "ABATON")])
def test_who_is_not_on_the_list_is_refused(inbox: Inbox, spool: Path, title: str, called: str):
    with receiver(inbox, spool) as listening:
        assert send(listening.port, 1, title=title, called=called) == []
    assert inbox.transfers.empty()


def test_a_title_from_another_address_is_refused(inbox: Inbox, spool: Path):
    with receiver(inbox, spool, [Peer("SCANNER", "192.0.2.7")]) as listening:
        assert send(listening.port, 1) == []
    assert inbox.transfers.empty()


def test_a_title_and_an_address_must_belong_together(inbox: Inbox, spool: Path):
    with receiver(inbox, spool, [Peer("SCANNER", "192.0.2.7"), Peer("ARCHIVE", "127.0.0.1")]) as listening:
        assert 0 not in send(listening.port, 1)
        assert send(listening.port, 1, title="ARCHIVE") == [0]
        assert inbox.transfers.get(timeout=10)[0].title == "ARCHIVE"


def test_it_listens_to_this_machine_alone(inbox: Inbox, spool: Path):
    with receiver(inbox, spool) as listening:
        (bound,) = [one.laddr for one in psutil.Process().net_connections() if one.laddr.port == listening.port]
    assert bound.ip == "127.0.0.1"


@pytest.mark.parametrize("peers", [(), (Peer(""),), (Peer("A TITLE THAT IS TOO LONG"),), (Peer(" X"),), (Peer("Ä"),)])
def test_nobody_is_not_everybody(inbox: Inbox, spool: Path, peers: Any):
    with pytest.raises(Problem) as refused:
        receiver(inbox, spool, peers)
    assert refused.value.code == "receiver_peers"


def test_a_taken_port_is_said(inbox: Inbox, spool: Path):
    with receiver(inbox, spool) as first, pytest.raises(Problem) as refused:
        Receiver([SCANNER], inbox.take, spool, port=first.port).__enter__()
    assert refused.value.code == "receiver_port"


def test_a_transfer_that_breaks_off_is_dropped(inbox: Inbox, spool: Path):
    with receiver(inbox, spool) as listening:
        association = associated(listening.port)
        association.send_c_store(slice_of(0))
        association.abort()
        assert inbox.problems.get(timeout=10).code == "transfer_broken_off"
    assert inbox.transfers.empty()


@pytest.mark.parametrize("bounds", [Bounds(instances=2), Bounds(total_bytes=5000)])
def test_more_than_may_be_sent_is_refused_and_nothing_kept(inbox: Inbox, spool: Path, bounds: Any):
    with receiver(inbox, spool, bounds=bounds) as listening:
        statuses = send(listening.port, 6)
        assert statuses[0] == 0
        assert statuses[-1] == 0xA700
        assert inbox.problems.get(timeout=10).code == "transfer_broken_off"
    assert inbox.transfers.empty()


def nearly_none(_folder: Path) -> int:
    return 5


def test_a_full_disk_is_told_to_the_peer(inbox: Inbox, spool: Path):
    with receiver(inbox, spool, free_bytes=nearly_none) as listening:
        assert send(listening.port, 1) == [0xA700]
    assert inbox.transfers.empty()


def test_an_instance_that_is_too_large_ends_the_connection(inbox: Inbox, spool: Path):
    with receiver(inbox, spool, bounds=Bounds(instance_bytes=20_000)) as listening:
        association = associated(listening.port)
        large = slice_of(0)
        large.PixelData = bytes(1 << 20)
        large.BitsAllocated = 8
        assert association.send_c_store(large).get("Status", -1) == -1
        association.abort()
    assert inbox.transfers.empty()


@pytest.mark.parametrize("kind", [1, 4, 7])
def test_a_peer_that_announces_gigabytes_is_let_go_before_it_is_read(inbox: Inbox, spool: Path, kind: Any):
    with receiver(inbox, spool) as listening, socket.create_connection(("127.0.0.1", listening.port)) as connection:
        connection.settimeout(10)
        connection.sendall(struct.pack(">BBL", kind, 0, 0xFFFFFFF0))
        assert connection.recv(4096) == b""
    assert inbox.transfers.empty()


def test_noise_does_not_stop_it(inbox: Inbox, spool: Path):
    with receiver(inbox, spool) as listening:
        for noise in (b"", b"GET / HTTP/1.0\r\n\r\n", b"\1\0\0\0\0\4abcd", bytes(1000)):
            with socket.create_connection(("127.0.0.1", listening.port)) as connection:
                connection.sendall(noise)
        assert send(listening.port, 1) == [0]
        assert inbox.transfers.get(timeout=10)[0].instances == 1


def test_a_problem_with_one_transfer_is_told_and_the_next_is_taken(inbox: Inbox, spool: Path):
    taken: SimpleQueue[int] = SimpleQueue()

    def received(one: Received) -> None:
        taken.put(one.instances)
        if one.instances == 1:
            raise ValueError("broken")

    with Receiver([SCANNER], received, spool, port=0, failed=inbox.problems.put) as listening:
        send(listening.port, 1)
        send(listening.port, 2)
        assert [taken.get(timeout=10) for _ in range(2)] == [1, 2]
        assert inbox.problems.get(timeout=10).code == "transfer_not_taken"


def test_nothing_of_it_is_left_running(inbox: Inbox, spool: Path):
    before = threading.active_count()
    with receiver(inbox, spool) as listening:
        send(listening.port, 1)
        inbox.transfers.get(timeout=10)
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(timeout=5)
    assert threading.active_count() <= before


def test_what_is_sent_is_imported_and_names_nobody(inbox: Inbox, spool: Path):
    found: SimpleQueue[Found] = SimpleQueue()
    received = import_with(b"a key of an installation, secret", Limits(), found.put)
    with Receiver([SCANNER], received, spool, port=0, failed=inbox.problems.put) as listening:
        association = associated(listening.port)
        for number in range(4):
            one = slice_of(number)
            one.BitsAllocated = one.BitsStored = 16
            one.HighBit, one.PixelRepresentation, one.SamplesPerPixel = 15, 1, 1
            one.PhotometricInterpretation, one.PixelData = "MONOCHROME2", bytes([number, 0]) * 64 * 64
            assert association.send_c_store(one).Status == 0
        association.release()
        (series,) = found.get(timeout=60).series
    assert inbox.problems.empty()
    assert series.volume.voxels[:, 0, 0].tolist() == [0, 1, 2, 3]
    assert series.volume.certificate.certified
    assert "Papadopoulos" not in str(series.headers)
    assert series.privacy.verified
