"""TLS holds though the connection goes to an address: the certificate is the name's."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portals.addresses import Fetcher
from portals.protocol import Away
from tests.portals.test_addresses import nobody, none, resolve

NAME = "lampiran.contoh.id"


@pytest.fixture
def trusted(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server for NAME shows, and what trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    file = tmp_path / "server.pem"
    file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(pem)
    )
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(file)
    return shown, ssl.create_default_context(cadata=certificate.public_bytes(pem).decode())


@pytest.mark.parametrize(("name", "good"), [(NAME, True), ("lain.contoh.id", False)])
async def test_the_certificate_is_the_names(
    name: str,
    good: bool,
    trusted: tuple[ssl.SSLContext, ssl.SSLContext],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=trusted[0])
    resolve(monkeypatch, "127.0.0.1")
    made = Fetcher(allow_private=True, own=nobody, credentials=none)
    made._transport = httpx.AsyncHTTPTransport(verify=trusted[1], trust_env=False)
    url = f"https://{name}:{server.sockets[0].getsockname()[1]}/a"

    async with server:
        if good:
            assert await made.fetch(url, 2) == b"ok"
        else:
            with pytest.raises(Away):
                await made.fetch(url, 2)
    await made.close()

    assert len(asked) == int(good)
