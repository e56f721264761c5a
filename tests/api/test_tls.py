"""Certificates are always checked; a certificate of one's own is trusted by adding its file."""

import asyncio
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

from qr_tui.api.client import QuickRouter
from qr_tui.api.download import Download
from qr_tui.api.safe_get import Source, SourceFailed
from qr_tui.core.answers import CallFailed, Created, Delivery
from qr_tui.core.failures import Kind, Trouble
from qr_tui.secrets import Key
from qr_tui.store.part_file import PartFile
from tests.support.servers import OK, SECRET, SEED, Server
from tests.support.wire import wire

x509 = pytest.importorskip("cryptography.x509", reason="needs cryptography to make a certificate")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 and its key."""
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "qr-tui test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(private, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    public, secret = folder / "cert.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return public, secret


def call(certificate: tuple[Path, Path], *, ca_file: str = "", scheme: str = "https") -> tuple[object, Server]:
    async def run() -> tuple[object, Server]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server = Server(OK)
        async with server.running(context):
            server.base_url = f"{scheme}://{server.base_url.partition('://')[2]}"
            client = server.client(ca_file=ca_file)
            try:
                return await client.create(wire(SEED)), server
            except CallFailed as failed:
                return failed, server
            finally:
                await client.aclose()

    return asyncio.run(run())


def test_an_unknown_certificate_ends_it_before_anything_is_sent(certificate: tuple[Path, Path]) -> None:
    failed, server = call(certificate)
    assert isinstance(failed, CallFailed)
    assert (failed.kind, failed.delivery) == (Kind.TLS, Delivery.NOT_SENT)
    assert "self-signed" in str(failed.detail)
    assert server.requests == []


def test_its_own_file_makes_it_trusted(certificate: tuple[Path, Path]) -> None:
    created, server = call(certificate, ca_file=str(certificate[0]))
    assert isinstance(created, Created)
    assert len(server.requests) == 1


def test_https_to_a_port_that_speaks_http() -> None:
    async def plain(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(plain, "127.0.0.1", 0)
        base_url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        client = QuickRouter(base_url, Key(SECRET, "memory", base_url))
        with pytest.raises(CallFailed) as caught:
            await client.create(wire(SEED))
        assert (caught.value.kind, caught.value.delivery) == (Kind.UNREACHABLE, Delivery.NOT_SENT)
        assert "https" in str(caught.value.detail)
        await client.aclose()
        server.close()

    asyncio.run(run())


def test_http_to_a_port_that_speaks_https_is_never_a_refusal(certificate: tuple[Path, Path]) -> None:
    failed, server = call(certificate, scheme="http")
    assert isinstance(failed, CallFailed)
    assert failed.delivery is Delivery.UNKNOWN  # the bytes left; what became of them nobody knows
    assert server.requests == []


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_ca_file_that_cannot_be_used(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Trouble) as caught:
        QuickRouter("https://relay.invalid", Key(SECRET, "memory", ""), ca_file=str(path))
    assert caught.value.kind is Kind.CONFIG
    assert str(path) in str(caught.value.detail)


def test_a_film_is_not_followed_from_https_to_http(certificate: tuple[Path, Path], tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"https://127.0.0.1:{listener.getsockname()[1]}"

    def serve() -> None:
        line, _ = listener.accept()
        with context.wrap_socket(line, server_side=True) as secure:
            secure.recv(65_536)
            secure.sendall(b"HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:1/x\r\nContent-Length: 0\r\n\r\n")

    threading.Thread(target=serve, daemon=True).start()
    part = PartFile(tmp_path, "key")
    part.open()
    with pytest.raises(SourceFailed) as caught, listener:
        Download(part, ca_file=str(certificate[0])).fetch(Source(f"{url}/a.mp4", url))
    assert caught.value.kind is Kind.BAD_REDIRECT
    assert "http://127.0.0.1" in str(caught.value.detail)
