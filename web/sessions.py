"""Who is logged in: a random cookie whose keyed hash is in the record, revocable at once."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response

from domain.terms import Role
from record.access import account_of_session, create_session, revoke_session
from record.accounts import Account
from settings import Settings
from web.house import Home, House
from web.problems import Problem

IDLE = timedelta(hours=2)
LIFETIME = timedelta(hours=12)
"""A day at the desk; whoever comes back tomorrow logs in again."""
HALF = timedelta(minutes=15)
"""For which a right password waits for its second factor."""

BROWSERS = (
    ("SamsungBrowser", "Samsung Internet"),
    ("UCBrowser", "UC Browser"),
    ("OPR/", "Opera"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
"""Marks of a user agent; the first that fits, since each claims to be those after it."""


def is_secure(settings: Settings) -> bool:
    """Whether people reach us by https; a browser keeps `__Host-` cookies only then."""
    return (settings.public_origin or "").startswith("https://")


def cookie_name(settings: Settings) -> str:
    return "__Host-matur" if is_secure(settings) else "matur"


def session_of(house: House, request: Request) -> str:
    """What the cookie says, true or not."""
    return request.cookies.get(cookie_name(house.settings), "")


def browser_of(request: Request) -> str:
    """The family by name; nothing for one we do not know. No more of the user agent is kept."""
    agent = request.headers.get("user-agent", "")
    return next((name for mark, name in BROWSERS if mark in agent), "")


async def begin(
    house: House, request: Request, response: Response, account: Account, *, half: bool = False
) -> None:
    """Log in under a new id, so that one planted before is worth nothing.

    `half`: the second factor is still to come, and the session opens nothing else.
    """
    await end(house, request, response)
    session = await create_session(
        house.engine,
        account.id,
        house.now,
        HALF if half else LIFETIME,
        secret=house.secret,
        half=half,
        browser=browser_of(request),
    )
    response.set_cookie(
        cookie_name(house.settings),
        session,
        secure=is_secure(house.settings),
        httponly=True,
        samesite="lax",
    )


async def end(house: House, request: Request, response: Response) -> None:
    """Log out; safe to repeat."""
    if session := session_of(house, request):
        await revoke_session(house.engine, session, house.now, secret=house.secret)
    response.delete_cookie(
        cookie_name(house.settings),
        secure=is_secure(house.settings),
        httponly=True,
        samesite="lax",
    )


async def account_of_request(
    house: House, request: Request, *, half: bool = False, used: bool = True
) -> Account | None:
    """Whoever is logged in; with `half`, whoever still owes the second factor."""
    session = session_of(house, request)
    if not session:
        return None
    return await account_of_session(
        house.engine, session, house.now, IDLE, secret=house.secret, half=half, used=used
    )


async def _staff(house: Home, request: Request) -> Account:
    return _known(request, await account_of_request(house, request))


async def _open_page(house: Home, request: Request) -> Account:
    return _known(request, await account_of_request(house, request, used=False))


def _known(request: Request, account: Account | None) -> Account:
    if account is None:
        raise Problem(401, "Masuk dulu untuk membuka halaman ini.")
    request.state.account = account
    return account


Staff = Annotated[Account, Depends(_staff)]
"""Whoever is logged in. Raises Problem 401, which a page answers with the way to log in."""

OpenPage = Annotated[Account, Depends(_open_page)]
"""As `Staff`, for what an open page asks by itself: it keeps no forgotten session alive."""


def only(why: str, *roles: Role) -> Any:
    """A dependency: whoever is logged in and holds one of these roles. Raises Problem 401, and 403
    with `why`."""

    async def holder(account: Staff) -> Account:
        if not any(account.actor.holds(role) for role in roles):
            raise Problem(403, why)
        return account

    return Depends(holder)
