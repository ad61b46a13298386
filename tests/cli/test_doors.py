from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from rich.console import Console

from abaton.cli.doors import Doors, announce, announce_lan, open_doors
from abaton.core.clock import ManualClock
from abaton.core.errors import Problem
from abaton.core.settings import Settings


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> None:
    """This computer on one local network."""
    monkeypatch.setattr("abaton.server.lan.interface_addresses", lambda: {"wlan0": ["192.168.1.20"]})


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def _open(closing: ExitStack, data: Path, *, host: str = "127.0.0.1", lan_port: int | None = None) -> Doors:
    doors = open_doors(Settings(data=data, host=host, port=0), ManualClock(), lan_port=lan_port)
    for listener in doors.listeners:
        closing.enter_context(listener.socket)
    return doors


def _told(doors: Doors) -> str:
    screen = Console(record=True, width=200)
    announce(doors, screen)
    announce_lan(doors, screen)
    return screen.export_text()


def test_server_is_reached_on_this_computer_alone_unless_asked(closing: ExitStack, tmp_path: Path) -> None:
    doors = _open(closing, tmp_path)
    assert doors.origin == f"http://127.0.0.1:{doors.listener.port}"
    assert doors.hosts(["localhost"]) == {"localhost", "127.0.0.1"}
    assert len(doors.listeners) == 1
    assert not (tmp_path / "tls").exists()


@pytest.mark.usefixtures("network")
def test_headsets_come_in_by_https_with_a_certificate_of_their_own(closing: ExitStack, tmp_path: Path) -> None:
    doors = _open(closing, tmp_path, lan_port=0)
    assert doors.lan is not None
    assert doors.lan.origin == f"https://192.168.1.20:{doors.lan.listener.port}"
    assert doors.hosts(["localhost"]) == {"localhost", "127.0.0.1", "192.168.1.20"}
    assert doors.listener.certificate is None
    assert doors.lan.listener.certificate is not None
    assert doors.lan.listener.certificate.key_path.is_file()


@pytest.mark.usefixtures("network")
def test_addresses_code_and_steps_are_told(closing: ExitStack, tmp_path: Path) -> None:
    doors = _open(closing, tmp_path, lan_port=0)
    assert doors.lan is not None
    told = _told(doors)
    for address in (f"{doors.origin}/", f"{doors.origin}/room", f"{doors.lan.origin}/room"):
        assert address in told
    assert "█" in told
    assert doors.lan.certificate.fingerprint in told


def test_nothing_is_told_of_headsets_that_are_not_let_in(closing: ExitStack, tmp_path: Path) -> None:
    assert "Headset" not in _told(_open(closing, tmp_path))


def test_computer_without_a_network_is_told_so(
    closing: ExitStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("abaton.server.lan.interface_addresses", lambda: {"lo": ["127.0.0.1"]})
    with pytest.raises(Problem, match="no address on a local network") as caught:
        _open(closing, tmp_path, lan_port=0)
    assert "--lan" in caught.value.next_step
