"""Fetches what lies at an address that somebody else wrote, and only where that is safe.

The address is resolved here, every one it resolves to must be a public one, and the connection goes
to the one that was checked: a name that answers differently a moment later gains nothing. Redirects
are followed by hand, each checked like the first.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urljoin

import httpx

from portals.http import MAINTENANCE, PASSING, retry_after, transport
from portals.protocol import Away, Expired, Refused, Throttled
from portals.waiting import within

A_FETCH_S = 45.0
"""Seconds that one attachment may take, redirects included."""
PATIENCE = httpx.Timeout(10.0, connect=5.0)
REDIRECTS = 3
ADDRESS = "address"
TOO_LARGE = "too_large"
_GONE = frozenset({401, 403, 404, 410})

HOME = [
    ip_network(network)
    for network in (
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7",
    )
]  # fmt: skip
"""This machine, and private networks. None is link-local, where clouds keep their secrets."""

IP = IPv4Address | IPv6Address
Own = Callable[[httpx.URL], bool]
Credentials = Callable[[], Awaitable[Mapping[str, str]]]


class Fetcher:
    def __init__(self, *, allow_private: bool, own: Own, credentials: Credentials) -> None:
        """`allow_private`: this machine's and network's addresses too, for practice. `credentials`:
        the headers for an address that is the portal's `own`; no other is shown any."""
        self._allow_private = allow_private
        self._own = own
        self._credentials = credentials
        # Without a client around it: that one would keep cookies and read redirects.
        self._transport = httpx.AsyncHTTPTransport(
            trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        )

    async def fetch(self, url: str, most: int) -> bytes:
        """The bytes at `url`, at most `most`.

        Raises: Refused (`address`, `too_large`), Expired, Throttled, Away.
        """
        async with within(A_FETCH_S):
            for _ in range(1 + REDIRECTS):
                found = await self._hop(url, most)
                if isinstance(found, bytes):
                    return found
                url = _joined(url, found)
        raise Refused(ADDRESS)

    async def close(self) -> None:
        await self._transport.aclose()

    async def _hop(self, url: str, most: int) -> bytes | str:
        """The bytes, or where they are said to be."""
        asked = _parsed(url)
        ip = await self._checked(asked)
        own = self._own(asked)
        request = httpx.Request(
            "GET",
            asked.copy_with(host=str(ip)),
            headers={
                "User-Agent": "matur",
                "Accept-Encoding": "identity",
                **(await self._credentials() if own else {}),
                "Host": asked.netloc.decode("ascii"),
            },
            extensions={
                "sni_hostname": asked.raw_host.decode("ascii"),
                "timeout": PATIENCE.as_dict(),
            },
        )
        async with transport():
            response = await self._transport.handle_async_request(request)
            try:
                return await _content(response, most, own)
            finally:
                await response.aclose()

    async def _checked(self, url: httpx.URL) -> IP:
        """The first of the addresses that the name has, where all of them may be asked."""
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            found = await asyncio.get_running_loop().getaddrinfo(
                url.host, port, type=socket.SOCK_STREAM
            )
        except socket.gaierror as error:
            if error.errno == socket.EAI_AGAIN:
                raise Away from None
            raise Refused(ADDRESS) from None
        except (UnicodeError, OSError):
            raise Refused(ADDRESS) from None
        addresses = [ip_address(sockaddr[0]) for *_, sockaddr in found]
        if not addresses or not all(may_be_asked(ip, self._allow_private) for ip in addresses):
            raise Refused(ADDRESS)
        return addresses[0]


def may_be_asked(ip: IP, allow_private: bool) -> bool:
    """Whether an address is a public one; or one of `HOME`, where these are allowed."""
    if allow_private and any(ip in network for network in HOME):
        return True
    special = ip.is_link_local or ip.is_multicast or ip.is_reserved or ip.is_unspecified
    if isinstance(ip, IPv6Address):
        # 6to4 carries an IPv4 address inside; those mapped or translated are reserved.
        special = special or ip.is_site_local or ip.sixtofour is not None
    return ip.is_global and not special


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise Refused(ADDRESS) from None


def _parsed(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
        parsed.raw_host.decode("ascii")
    except (httpx.InvalidURL, UnicodeError):
        raise Refused(ADDRESS) from None
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.userinfo:
        raise Refused(ADDRESS)
    return parsed


async def _content(response: httpx.Response, most: int, own: bool) -> bytes | str:
    status = response.status_code
    if status in (301, 302, 303, 307, 308) and "Location" in response.headers:
        return str(response.headers["Location"])
    if status in _GONE:
        raise Expired(f"HTTP {status}")
    if status == 429:
        raise Throttled(after=retry_after(response, datetime.now(UTC)))
    if status >= 500 or status in PASSING:
        raise Away(f"HTTP {status}", retry_after(response, datetime.now(UTC)))
    if status != 200:
        raise Refused(f"HTTP {status}")
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Refused("Content-Encoding")
    if own and "text/html" in response.headers.get("Content-Type", "").lower():
        raise Away(MAINTENANCE)
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and int(length[:18]) > most:
        raise Refused(TOO_LARGE)
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > most:
            raise Refused(TOO_LARGE)
    return bytes(body)
