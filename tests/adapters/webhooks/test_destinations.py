"""Where webhooks may be sent, and that nothing on the way changes it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters.webhooks.destinations import RESOLVE_WITHIN, Unresolved, addresses, is_public, parse, resolve_by_dns
from adapters.webhooks.schedule import LEASE
from adapters.webhooks.sending import ANSWER_WITHIN, CONNECT_WITHIN, NoAnswer, Sender
from application.refusals import Invalid
from domain.refusal import Refusal
from tests.adapters.webhooks.receiver import receiving


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("100.100.100.200", "0.0.0.0", "0.1.2.3", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1"),
        *("224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.88.99.1", "168.63.129.16"),
        *("::", "::1", "fe80::1", "fec0::1", "fc00::1", "fd12::1", "ff02::1", "ff0e::1", "2001:db8::1", "2001::1", "3fff::1"),
        *("::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "100::1", "5f00::1"),
    ],
)
def test_addresses_that_are_nobodys_or_somebodys_own_are_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "93.184.216.34", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"])
def test_public_addresses_are_sent_to(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "0177.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0"])
def test_no_way_of_writing_this_machine_gets_through(host: str) -> None:
    with pytest.raises(Refusal, match="destination_refused"):
        Sender().accepts(f"https://{host}/hooks")


@pytest.mark.parametrize(
    "url",
    [
        *("", "hooks", "ftp://shop.example/", "file:///etc/passwd", "https://", "https:///x", "https://sh%6fp.example/"),
        *("https://shop.example:0/", "https://shop.example:x/", "https://shop.example:99999/", "https://[::1/", "https://a\\@b/"),
        *("https://shop.example/#a", "https://shop.example/a b", "https://shop.example/\n", "https://shöp.example/"),
    ],
)
def test_what_is_no_url_of_a_web_server_is_invalid(url: str) -> None:
    with pytest.raises(Invalid):
        parse(url, allow_private=True)


@pytest.mark.parametrize(
    "url", ["http://shop.example/", "https://me@shop.example/", "https://me:secret@shop.example/", "https://@shop.example/"]
)
def test_plain_http_and_credentials_are_refused(url: str) -> None:
    with pytest.raises(Refusal, match="destination_refused"):
        parse(url)


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    to = parse("https://shop.example/hooks")
    with pytest.raises(Refusal, match="destination_refused"):
        addresses(to, False, lambda *_: ["8.8.8.8", "10.0.0.1"])
    assert addresses(to, False, lambda *_: ["8.8.8.8", "8.8.8.8"]) == ("8.8.8.8",)
    with pytest.raises(Refusal, match="destination_refused"):
        addresses(to, False, lambda *_: ["fe80::1%eth0"])


def test_a_name_without_an_address_is_kept_and_looked_at_again_with_each_try() -> None:
    def nowhere(host: str, port: int) -> Sequence[str]:
        raise Unresolved(host)

    sender = Sender(resolve=nowhere)
    sender.accepts("https://shop.example/hooks")
    with pytest.raises(NoAnswer):
        sender.post("https://shop.example/hooks", {}, b"{}")
    with pytest.raises(Unresolved):
        resolve_by_dns("no-such-name.invalid", 443)


def test_a_name_that_turns_private_after_it_was_put_is_not_connected_to() -> None:
    with receiving() as receiver:
        replies = [["8.8.8.8"], ["127.0.0.1"]]
        sender = Sender(resolve=lambda *_: replies.pop(0))
        url = f"https://shop.example:{receiver.port}/hooks"
        sender.accepts(url)
        with pytest.raises(NoAnswer, match="destination refused"):
            sender.post(url, {}, b"{}")
        assert receiver.got == []


def test_each_try_resolves_once_and_connects_to_the_address_that_was_checked() -> None:
    asked: list[str] = []

    def once(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with receiving() as receiver:
        status = Sender(allow_private=True, resolve=once).post(f"http://shop.example:{receiver.port}/a?b=c", {}, b"{}")
        assert (status, asked, receiver.got[0].path) == (204, ["shop.example"], "/a?b=c")
        assert receiver.got[0].headers["host"] == f"shop.example:{receiver.port}"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ssl.SSLContext, ssl.SSLContext]]:
    """A server's context with a certificate for shop.example, and a client's that believes it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop.example")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - timedelta(1), now + timedelta(1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("shop.example")]), critical=False)
    pem = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file: Path = tmp_path_factory.mktemp("tls") / "server.pem"
    file.write_bytes(private + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    yield server, ssl.create_default_context(cadata=pem.decode())


def test_the_certificate_is_held_against_the_name_though_an_address_is_connected_to(
    certificates: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    server, client = certificates
    with receiving(server) as receiver:
        believing = Sender(allow_private=True, tls=client, resolve=lambda *_: ["127.0.0.1"])
        assert believing.post(f"https://shop.example:{receiver.port}/", {}, b"{}") == 204
        with pytest.raises(NoAnswer, match="TLS"):
            believing.post(f"https://other.example:{receiver.port}/", {}, b"{}")
        with pytest.raises(NoAnswer, match="TLS"):
            Sender(allow_private=True, resolve=lambda *_: ["127.0.0.1"]).post(f"https://shop.example:{receiver.port}/", {}, b"{}")
        assert len(receiver.got) == 1


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 100 Continue\r\n\r\n", b"220 mail ready\r\n"])
def test_an_answer_that_never_comes_or_never_ends_is_none(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def trickle() -> None:
            connection, _ = listening.accept()
            with connection:
                try:
                    while connection.recv(65536) and answer:
                        while True:
                            connection.sendall(answer)
                except OSError:
                    return

        Thread(target=trickle, daemon=True).start()
        with pytest.raises(NoAnswer):
            Sender(allow_private=True, answer_within=0.3).post(f"http://127.0.0.1:{listening.getsockname()[1]}/", {}, b"{}")


def test_a_handshake_that_never_ends_is_no_answer_within_the_lease() -> None:
    assert RESOLVE_WITHIN + CONNECT_WITHIN + ANSWER_WITHIN < LEASE
    with socket.create_server(("127.0.0.1", 0)) as listening, pytest.raises(NoAnswer):
        sender = Sender(resolve=lambda *_: ["127.0.0.1"], allow_private=True, answer_within=0.2)
        sender.post(f"https://shop.example:{listening.getsockname()[1]}/", {}, b"{}")


def test_the_next_address_is_tried_where_one_does_not_answer() -> None:
    with receiving() as receiver:
        sender = Sender(allow_private=True, resolve=lambda *_: ["::1", "127.0.0.1"])
        assert sender.post(f"http://shop.example:{receiver.port}/", {}, b"{}") == 204
