"""Attachments are fetched from public addresses only, whatever their names and redirects say."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from portals import addresses
from portals.addresses import Fetcher, may_be_asked
from portals.protocol import Away, Expired, Refused, Throttled
from practice.serving import running

PUBLIC = ["8.8.8.8", "103.166.156.1", "2606:4700::1111"]
LOOPBACK = ["127.0.0.1", "127.8.9.10", "::1"]
HOME = ["10.0.0.1", "172.16.0.1", "192.168.1.1", "fd00::1"]
NEVER = [
    "0.0.0.0",  # noqa: S104
    "169.254.169.254", "100.64.0.1", "192.0.0.1", "198.18.0.1", "224.0.0.1",
    "240.0.0.1", "255.255.255.255", "::", "fe80::1", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808", "2002:7f00:1::1",
    "2001:db8::1", "fec0::1",
]  # fmt: skip


def nobody(url: httpx.URL) -> bool:
    return False


async def none() -> Mapping[str, str]:
    return {}


class Site:
    """A server that notes who asked it for what."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.address = ""

    async def answer(self, request: Request) -> Response:
        self.asked.append(request)
        match request.path_params["what"]:
            case "to":
                return RedirectResponse(request.query_params["url"])
            case "loop":
                return RedirectResponse(f"/loop?n={int(request.query_params['n']) + 1}")
            case "coded":
                return Response(b"x", headers={"Content-Encoding": "gzip"})
            case "page":
                return HTMLResponse("<p>Pemeliharaan")
            case "busy":
                return Response(status_code=429, headers={"Retry-After": "7"})
            case what if what.isdecimal():
                return Response(status_code=int(what))
        return Response(b"12345678")


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    found = Site()
    async with running(Starlette(routes=[Route("/{what}", found.answer)])) as address:
        found.address = address
        yield found


@asynccontextmanager
async def fetcher(
    *, allow_private: bool = True, own: Any = nobody, shown: Any = none
) -> AsyncIterator[Fetcher]:
    made = Fetcher(allow_private=allow_private, own=own, credentials=shown)
    try:
        yield made
    finally:
        await made.close()


def resolve(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Lets every name have these addresses, one at each question; the questions asked."""
    asked: list[str] = []

    async def getaddrinfo(host: str, port: int, **_: object) -> list[Any]:
        given = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in given.split(",")
        ]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize("ip", PUBLIC)
def test_a_public_address_may_be_asked(ip: str) -> None:
    assert may_be_asked(ip_address(ip), False)
    assert may_be_asked(ip_address(ip), True)


@pytest.mark.parametrize("ip", [*LOOPBACK, *HOME])
def test_a_private_address_may_be_asked_in_practice_only(ip: str) -> None:
    assert not may_be_asked(ip_address(ip), False)
    assert may_be_asked(ip_address(ip), True)


@pytest.mark.parametrize("ip", NEVER)
def test_a_special_address_is_never_asked(ip: str) -> None:
    assert not may_be_asked(ip_address(ip), False)
    assert not may_be_asked(ip_address(ip), True)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/a",
        "http://localhost:{port}/a",
        "http://[::1]:{port}/a",
        "http://[::ffff:127.0.0.1]:{port}/a",
        "http://2130706433:{port}/a",
        "http://0x7f.1:{port}/a",
        "http://0177.0.0.1:{port}/a",
        "http://0.0.0.0:{port}/a",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "ftp://contoh.id/a",
        "//contoh.id/a",
        "http://a:b@contoh.id/a",
        "http://",
        "http://[::1",
        "http://con\x00toh.id/",
        "bukan alamat",
        "",
    ],
)
async def test_what_is_not_to_be_asked_is_refused_unasked(url: str, site: Site) -> None:
    async with fetcher(allow_private=False) as made:
        with pytest.raises(Refused) as caught:
            await made.fetch(url.format(port=site.address.rsplit(":", 1)[1]), 100)

    assert caught.value.words == "address"
    assert not isinstance(caught.value, Expired)
    assert site.asked == []


async def test_practice_may_fetch_from_this_machine(site: Site) -> None:
    async with fetcher() as made:
        assert await made.fetch(f"{site.address}/a", 8) == b"12345678"


async def test_a_name_with_one_private_address_among_others_is_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, "8.8.8.8,127.0.0.1")

    async with fetcher(allow_private=False) as made:
        with pytest.raises(Refused):
            await made.fetch(f"http://contoh.id:{site.address.rsplit(':', 1)[1]}/a", 100)

    assert site.asked == []


async def test_the_connection_goes_to_the_address_that_was_checked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: the name's second answer would lead elsewhere, and is never asked for."""
    asked = resolve(monkeypatch, "127.0.0.1", "203.0.113.9")
    port = site.address.rsplit(":", 1)[1]

    async with fetcher() as made:
        assert await made.fetch(f"http://contoh.id:{port}/a", 8) == b"12345678"

    assert asked == ["contoh.id"]
    assert [request.headers["host"] for request in site.asked] == [f"contoh.id:{port}"]


async def test_a_name_that_turns_to_loopback_after_the_check_gains_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, "203.0.113.9", "127.0.0.1")
    monkeypatch.setattr(addresses, "may_be_asked", lambda ip, _: str(ip) == "203.0.113.9")
    monkeypatch.setattr(addresses, "A_FETCH_S", 1.0)

    async with fetcher(allow_private=False) as made:
        with pytest.raises(Away):
            await made.fetch(f"http://contoh.id:{site.address.rsplit(':', 1)[1]}/a", 100)

    assert site.asked == []


@pytest.mark.parametrize("to", ["http://169.254.169.254/a", "file:///etc/passwd", "http://[::1"])
async def test_a_redirect_is_checked_like_the_first_address(to: str, site: Site) -> None:
    async with fetcher() as made:
        with pytest.raises(Refused) as caught:
            await made.fetch(str(httpx.URL(f"{site.address}/to", params={"url": to})), 100)

    assert caught.value.words == "address"
    assert len(site.asked) == 1


async def test_a_redirect_to_this_machine_is_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = site.address.rsplit(":", 1)[1]
    monkeypatch.setattr(addresses, "may_be_asked", lambda ip, _: str(ip) == "127.0.0.1")

    async with fetcher(allow_private=False) as made:
        with pytest.raises(Refused):
            await made.fetch(f"{site.address}/to?url=http://127.0.0.2:{port}/a", 100)

    assert [request.url.path for request in site.asked] == ["/to"]


async def test_redirects_end(site: Site) -> None:
    async with fetcher() as made:
        assert await made.fetch(f"{site.address}/to?url=/to%3Furl%3D/a", 8) == b"12345678"
        site.asked.clear()
        with pytest.raises(Refused):
            await made.fetch(f"{site.address}/loop?n=0", 100)

    assert len(site.asked) == 4


async def test_a_stranger_that_it_redirects_to_sees_no_credentials(site: Site) -> None:
    async def shown() -> Mapping[str, str]:
        return {"Authorization": "Bearer t"}

    def own(url: httpx.URL) -> bool:
        return url.host == "127.0.0.1"

    heads: list[bytes] = []

    async def stranger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).lower())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        writer.close()

    server = await asyncio.start_server(stranger, "127.0.0.2", 0)
    async with server, fetcher(own=own, shown=shown) as made:
        to = f"http://127.0.0.2:{server.sockets[0].getsockname()[1]}/a"
        assert await made.fetch(f"{site.address}/to?url={to}", 100) == b"ok"

    assert [request.headers.get("authorization") for request in site.asked] == ["Bearer t"]
    assert len(heads) == 1
    assert b"authorization" not in heads[0]


async def test_what_is_too_large_is_refused(site: Site) -> None:
    async with fetcher() as made:
        with pytest.raises(Refused) as caught:
            await made.fetch(f"{site.address}/a", 7)

    assert caught.value.words == "too_large"


async def test_what_is_too_large_without_saying_so_is_refused() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * 65_536)
                await writer.drain()
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(endless, "127.0.0.1", 0)
    async with server, fetcher() as made:
        with pytest.raises(Refused) as caught:
            await made.fetch(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", 1_000_000)

    assert caught.value.words == "too_large"


async def test_what_drips_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "A_FETCH_S", 0.5)

    async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        try:
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.05)
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(dripping, "127.0.0.1", 0)
    async with server, fetcher() as made:
        with pytest.raises(Away):
            await made.fetch(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", 1_000_000)


@pytest.mark.parametrize(
    ("what", "raised"),
    [
        ("401", Expired), ("403", Expired), ("404", Expired), ("410", Expired),
        ("400", Refused), ("204", Refused), ("coded", Refused),
        ("408", Away), ("500", Away), ("503", Away), ("busy", Throttled),
    ],
)  # fmt: skip
async def test_what_an_answer_means(what: str, raised: type[Exception], site: Site) -> None:
    async with fetcher() as made:
        with pytest.raises(raised) as caught:
            await made.fetch(f"{site.address}/{what}", 100)

    assert type(caught.value) is raised
    assert site.address not in str(caught.value)
    assert caught.value.__cause__ is None


async def test_a_page_of_the_portal_itself_is_its_maintenance(site: Site) -> None:
    async with fetcher(own=lambda url: True) as made:
        with pytest.raises(Away):
            await made.fetch(f"{site.address}/page", 100)
    async with fetcher() as made:
        assert await made.fetch(f"{site.address}/page", 100) == b"<p>Pemeliharaan"
