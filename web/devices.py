"""Browsers that logged in before: a signed cookie, so that others' guessing at a name does not hold
up whoever the name belongs to. It opens nothing. Decision 0010."""

import re
import secrets
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from record.engine import storable
from record.keyed import keyed, same
from web.house import House
from web.sessions import is_secure

KEPT = timedelta(days=180)
SHARED_BY = 6
"""Accounts that one browser is known to: a desk's computer is shared."""
_COOKIE = re.compile(r"([\w-]{22})((?:\.[0-9a-f]{64})+)")


def device_of(house: House, request: Request, username: str) -> str | None:
    """The id of this browser, if that account logged in with it before."""
    device, signatures = _read(house, request)
    mine = _signature(house, device, username)
    known = [one for one in signatures if same(bytes.fromhex(one), bytes.fromhex(mine))]
    return device if known else None


def remember_device(house: House, request: Request, response: Response, username: str) -> None:
    device, signatures = _read(house, request)
    device = device or secrets.token_urlsafe(16)
    mine = _signature(house, device, username)
    kept = [mine, *(one for one in signatures if one != mine)][:SHARED_BY]
    response.set_cookie(
        _name(house),
        ".".join((device, *kept)),
        max_age=int(KEPT.total_seconds()),
        secure=is_secure(house.settings),
        httponly=True,
        samesite="lax",
    )


def _name(house: House) -> str:
    return "__Host-peramban" if is_secure(house.settings) else "peramban"


def _read(house: House, request: Request) -> tuple[str, list[str]]:
    found = _COOKIE.fullmatch(request.cookies.get(_name(house), ""))
    return (found[1], found[2][1:].split(".")) if found else ("", [])


def _signature(house: House, device: str, username: str) -> str:
    named = storable(username).strip().lower()
    return keyed(house.secret, "device", f"{device}/{named}").hex()
