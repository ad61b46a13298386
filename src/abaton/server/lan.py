"""Lets a headset on the same network in: this machine's addresses, a certificate made on the spot, a QR code.

A headset enters virtual reality only from a secure context, so a server on the local network needs HTTPS. A
certificate that this machine signs for itself gives it, at the price of one warning that the wearer accepts.
"""

import io
import ipaddress
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import psutil
import segno
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from abaton.core.clock import Clock

LIFETIME = timedelta(days=397)
"""Browsers refuse server certificates that are valid for more than 398 days."""

RENEW_BEFORE = timedelta(days=14)
"""A certificate with less than this left is made again."""

_CLOCK_TOLERANCE = timedelta(days=1)
_VIRTUAL_INTERFACES = ("br-", "cali", "cni", "docker", "lxc", "tailscale", "tap", "tun", "veth", "virbr", "wg")


@dataclass(frozen=True)
class Certificate:
    """A certificate on disk and what a person needs to recognise it."""

    path: Path
    key_path: Path
    fingerprint: str
    """SHA-256 of the certificate: upper-case hexadecimal pairs with colons, as browsers show it."""
    expires: datetime
    addresses: frozenset[IPv4Address]


def interface_addresses() -> dict[str, list[str]]:
    """The IPv4 addresses of each interface that is up, as the operating system tells; sends nothing."""
    up = {name for name, state in psutil.net_if_stats().items() if state.isup}
    return {
        name: [entry.address for entry in entries if entry.family.name == "AF_INET"]
        for name, entries in psutil.net_if_addrs().items()
        if name in up
    }


def lan_addresses(interfaces: Mapping[str, Sequence[str]]) -> list[IPv4Address]:
    """Picks the addresses that another device on the local network can reach, likeliest first.

    Args:
        interfaces: IPv4 addresses by the name of their interface, as from `interface_addresses`.

    Returns:
        Addresses without loopback and link-local ones; those of containers, bridges and tunnels come last.
    """
    found = [
        (name.startswith(_VIRTUAL_INTERFACES), not address.is_private, name, address)
        for name, texts in interfaces.items()
        for address in map(IPv4Address, texts)
        if not (address.is_loopback or address.is_link_local or address.is_unspecified)
    ]
    return list(dict.fromkeys(address for *_, address in sorted(found)))


def ensure_certificate(folder: Path, addresses: Iterable[IPv4Address], clock: Clock) -> Certificate:
    """Returns the folder's certificate, made anew when it is missing, unreadable, near its end or for others.

    Args:
        folder: Where `certificate.pem` and `key.pem` are kept; made if missing, for this user only.
        addresses: What the server is reached by, besides `localhost` and 127.0.0.1.
        clock: Tells when the certificate begins and whether an old one still holds.

    Raises:
        OSError: If the folder cannot be written.
    """
    wanted = frozenset(addresses)
    now = datetime.fromtimestamp(clock.now_us() / 1e6, UTC)
    kept = _read(folder)
    if kept is not None and kept.addresses == wanted and now + RENEW_BEFORE < kept.expires:
        return kept
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _sign(key, wanted, now)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(folder / "key.pem", private)
    _write(folder / "certificate.pem", certificate.public_bytes(serialization.Encoding.PEM))
    return _describe(folder, certificate)


def qr_code(text: str) -> str:
    """Draws `text` as a QR code for a terminal, two modules a character high, with its quiet border."""
    drawing = io.StringIO()
    segno.make(text, error="m", micro=False).terminal(drawing, compact=True, border=2)
    return drawing.getvalue()


def trust_steps(address: str, certificate: Certificate) -> list[str]:
    """How to open the room on a headset and get past the warning, one step an item.

    Args:
        address: The room's HTTPS address.
        certificate: The one that the server shows.
    """
    return [
        "Connect the headset to the same Wi-Fi as this computer.",
        f"Open the headset's browser at {address} (or point its camera at the code).",
        "The browser warns that the connection is not private: this computer vouches for itself, and no "
        "authority does. Choose Advanced, then Proceed. The browser asks once for each new certificate.",
        "To be sure that it is this computer, compare the certificate's SHA-256 fingerprint: "
        f"{certificate.fingerprint}",
        f"The certificate holds until {certificate.expires:%d %B %Y}, as long as this computer keeps its address.",
    ]


def _sign(key: ec.EllipticCurvePrivateKey, addresses: frozenset[IPv4Address], now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Abaton on the local network")])
    local = [ipaddress.ip_address("127.0.0.1"), *sorted(addresses)]
    alternatives = x509.SubjectAlternativeName([x509.DNSName("localhost"), *map(x509.IPAddress, local)])
    begins = now - _CLOCK_TOLERANCE  # a headset that was switched off for long may have a clock that is late
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + LIFETIME)
        .add_extension(alternatives, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )


def _read(folder: Path) -> Certificate | None:
    """The certificate kept in `folder`; None if there is none, it is damaged or the key is not its own."""
    try:
        certificate = x509.load_pem_x509_certificate((folder / "certificate.pem").read_bytes())
        key = serialization.load_pem_private_key((folder / "key.pem").read_bytes(), password=None)
    except (OSError, ValueError):
        return None
    return _describe(folder, certificate) if key.public_key() == certificate.public_key() else None


def _describe(folder: Path, certificate: x509.Certificate) -> Certificate:
    alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = alternatives.get_values_for_type(x509.IPAddress)
    return Certificate(
        path=folder / "certificate.pem",
        key_path=folder / "key.pem",
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(":").upper(),
        expires=certificate.not_valid_after_utc,
        addresses=frozenset(
            address for address in addresses if isinstance(address, IPv4Address) and not address.is_loopback
        ),
    )


def _write(path: Path, content: bytes) -> None:
    """Replaces a file whole, readable by this user only from its first byte on."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    draft.replace(path)
