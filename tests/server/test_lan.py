import ssl
import stat
import threading
from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path
from socket import create_connection, create_server

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from abaton.core.clock import ManualClock, SystemClock
from abaton.server.lan import (
    LIFETIME,
    RENEW_BEFORE,
    ensure_certificate,
    interface_addresses,
    lan_addresses,
    qr_code,
    trust_steps,
)

HOME = IPv4Address("192.168.1.20")
OTHER = IPv4Address("10.0.0.7")
DAY_S = 86_400.0


def test_addresses_leave_out_what_no_headset_can_reach() -> None:
    interfaces = {
        "lo": ["127.0.0.1"],
        "docker0": ["172.17.0.1"],
        "eth1": ["169.254.3.4"],
        "wlan0": ["192.168.1.20"],
        "wg0": ["10.8.0.2"],
    }
    assert list(map(str, lan_addresses(interfaces))) == ["192.168.1.20", "172.17.0.1", "10.8.0.2"]


def test_private_addresses_come_before_public_ones() -> None:
    interfaces = {"eth0": ["8.8.8.8"], "eth1": ["10.0.0.7"]}
    assert list(map(str, lan_addresses(interfaces))) == ["10.0.0.7", "8.8.8.8"]


@given(st.dictionaries(st.sampled_from(["lo", "eth0", "docker0"]), st.lists(st.ip_addresses(v=4).map(str))))
def test_every_reachable_address_is_listed_once(interfaces: dict[str, list[str]]) -> None:
    found = lan_addresses(interfaces)
    given_ = {IPv4Address(text) for texts in interfaces.values() for text in texts}
    assert len(found) == len(set(found))
    assert set(found) == {
        address for address in given_ if not (address.is_loopback or address.is_link_local or address.is_unspecified)
    }


def test_this_machine_has_a_loopback_interface() -> None:
    assert "127.0.0.1" in {text for texts in interface_addresses().values() for text in texts}


def test_certificate_names_every_address_and_holds_less_than_398_days(tmp_path: Path) -> None:
    made = ensure_certificate(tmp_path / "tls", [HOME, OTHER], ManualClock())
    certificate = x509.load_pem_x509_certificate(made.path.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert set(names.get_values_for_type(x509.IPAddress)) == {IPv4Address("127.0.0.1"), HOME, OTHER}
    assert (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days <= 398


def test_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    made = ensure_certificate(tmp_path / "tls", [HOME], ManualClock())
    assert stat.S_IMODE(made.key_path.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.key_path.parent.stat().st_mode) == 0o700


def test_certificate_is_kept_while_it_holds(tmp_path: Path) -> None:
    clock = ManualClock()
    first = ensure_certificate(tmp_path, [HOME], clock)
    clock.advance((LIFETIME - RENEW_BEFORE).total_seconds() - 2 * DAY_S)
    assert ensure_certificate(tmp_path, [HOME], clock) == first


def test_certificate_is_renewed_before_its_end(tmp_path: Path) -> None:
    clock = ManualClock()
    first = ensure_certificate(tmp_path, [HOME], clock)
    clock.advance((LIFETIME - RENEW_BEFORE).total_seconds())
    second = ensure_certificate(tmp_path, [HOME], clock)
    assert second.expires > first.expires
    assert second.fingerprint != first.fingerprint


def test_certificate_is_made_anew_for_a_new_address(tmp_path: Path) -> None:
    first = ensure_certificate(tmp_path, [HOME], ManualClock())
    second = ensure_certificate(tmp_path, [OTHER], ManualClock())
    assert second.addresses == {OTHER}
    assert second.fingerprint != first.fingerprint


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:40])


@pytest.mark.parametrize("damage", [Path.unlink, _cut], ids=["missing", "truncated"])
@pytest.mark.parametrize("name", ["certificate.pem", "key.pem"])
def test_damaged_certificate_is_replaced(tmp_path: Path, name: str, damage: Callable[[Path], None]) -> None:
    first = ensure_certificate(tmp_path, [HOME], ManualClock())
    damage(tmp_path / name)
    second = ensure_certificate(tmp_path, [HOME], ManualClock())
    assert second.fingerprint != first.fingerprint
    assert ensure_certificate(tmp_path, [HOME], ManualClock()) == second


def test_another_certificates_key_is_not_kept(tmp_path: Path) -> None:
    first = ensure_certificate(tmp_path / "a", [HOME], ManualClock())
    other = ensure_certificate(tmp_path / "b", [HOME], ManualClock())
    first.key_path.write_bytes(other.key_path.read_bytes())
    assert ensure_certificate(tmp_path / "a", [HOME], ManualClock()).fingerprint != first.fingerprint


def test_client_that_trusts_the_certificate_connects(tmp_path: Path) -> None:
    made = ensure_certificate(tmp_path, [HOME], SystemClock())
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(made.path, made.key_path)
    listener = create_server(("127.0.0.1", 0))

    def answer() -> None:
        with listener, server_side.wrap_socket(listener.accept()[0], server_side=True) as connection:
            connection.sendall(b"welcome")

    thread = threading.Thread(target=answer)
    thread.start()
    trusting = ssl.create_default_context(cafile=made.path)
    with (
        create_connection(listener.getsockname()) as raw,
        trusting.wrap_socket(raw, server_hostname="127.0.0.1") as connection,
    ):
        assert connection.recv(16) == b"welcome"
    thread.join()


def test_qr_code_is_a_square_of_half_blocks() -> None:
    lines = qr_code("https://192.168.1.20:8443/room").splitlines()
    assert len({len(line) for line in lines}) == 1
    assert set("".join(lines)) <= set(" ▀▄█")
    assert len(lines) * 2 >= len(lines[0])


def test_steps_tell_the_address_and_the_fingerprint(tmp_path: Path) -> None:
    made = ensure_certificate(tmp_path, [HOME], ManualClock())
    steps = "\n".join(trust_steps("https://192.168.1.20:8443/room", made))
    assert "https://192.168.1.20:8443/room" in steps
    assert made.fingerprint in steps
    assert "Proceed" in steps
