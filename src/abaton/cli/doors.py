"""Where a server can be reached: on this computer, and on the local network if headsets are to be let in."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address

from rich.console import Console
from rich.text import Text

from abaton.cli.listeners import CertificateFiles, Listener, listen
from abaton.core.clock import Clock
from abaton.core.errors import Problem
from abaton.core.settings import Settings
from abaton.server import lan

LAN_PORT = 8443
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104


@dataclass(frozen=True)
class LanDoor:
    """The way in for headsets: an address on the local network and the certificate that it shows."""

    addresses: tuple[IPv4Address, ...]
    certificate: lan.Certificate
    listener: Listener

    @property
    def origin(self) -> str:
        """Scheme, host and port of the likeliest address."""
        return f"https://{self.addresses[0]}:{self.listener.port}"


@dataclass(frozen=True)
class Doors:
    """Every way into one server."""

    host: str
    listener: Listener
    lan: LanDoor | None = None

    @property
    def listeners(self) -> list[Listener]:
        """All sockets to serve on."""
        return [self.listener, *([self.lan.listener] if self.lan else [])]

    @property
    def origin(self) -> str:
        """Scheme, host and port for a browser on this computer."""
        scheme = "https" if self.listener.certificate else "http"
        host = "127.0.0.1" if self.host in _EVERYWHERE else self.host
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.listener.port}"

    def hosts(self, allowed: Iterable[str]) -> frozenset[str]:
        """The names by which browsers may reach the server: those allowed, and the addresses of the doors."""
        own = {str(address) for address in self.lan.addresses} if self.lan else set[str]()
        if self.host not in _EVERYWHERE:
            own.add(f"[{self.host}]" if ":" in self.host else self.host)
        return frozenset({*allowed, *own})


def open_doors(settings: Settings, clock: Clock, *, lan_port: int | None = None) -> Doors:
    """Binds the server's addresses.

    Args:
        settings: Host, port, certificate, and the folder that keeps the one for the local network.
        clock: Tells whether a kept certificate still holds.
        lan_port: Also listen on the local network, by HTTPS on this port; 0 takes a free one.

    Raises:
        Problem: A port is taken, or this computer is on no network.
    """
    files = None
    if settings.certificate is not None:
        files = CertificateFiles(settings.certificate, settings.private_key or settings.certificate)
    listener = listen(settings.host, settings.port, files)
    try:
        door = None if lan_port is None else _open_lan_door(settings, clock, lan_port)
    except Problem:
        listener.socket.close()
        raise
    return Doors(settings.host, listener, door)


def announce(doors: Doors, screen: Console) -> None:
    """Prints where the console and the room are."""
    rows = [("Console", f"{doors.origin}/"), ("Room", f"{doors.origin}/room")]
    if doors.lan:
        rows.append(("Headset", f"{doors.lan.origin}/room"))
    for name, address in rows:
        screen.print(Text.assemble((f"{name:9}", "dim"), (address, "bold")))


def announce_lan(doors: Doors, screen: Console) -> None:
    """Prints how a headset on the local network gets in, if it is let in."""
    if doors.lan:
        room = f"{doors.lan.origin}/room"
        screen.print(f"\n{lan.qr_code(room)}")
        for number, step in enumerate(lan.trust_steps(room, doors.lan.certificate), 1):
            # As it stands: not wrapped, so that it can be copied whole, and no ":AB:" of a fingerprint made a picture.
            screen.print(f"{number}. {step}", soft_wrap=True, emoji=False, markup=False)


def _open_lan_door(settings: Settings, clock: Clock, port: int) -> LanDoor:
    addresses = lan.lan_addresses(lan.interface_addresses())
    if not addresses:
        raise Problem(
            "no_network",
            got="no address on a local network",
            expected="this computer on the same Wi-Fi or cable network as the headset",
            next_step="Join a network and try again, or leave out --lan.",
            kind="unavailable",
        )
    certificate = lan.ensure_certificate(settings.data / "tls", addresses, clock)
    files = CertificateFiles(certificate.path, certificate.key_path)
    return LanDoor(tuple(addresses), certificate, listen("0.0.0.0", port, files))  # noqa: S104
