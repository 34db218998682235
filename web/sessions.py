"""Who is logged in: a random cookie whose keyed hash is in the record, revocable at once."""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from record.access import account_of_session, create_session, revoke_session
from record.accounts import Account
from settings import Settings
from web.house import Home, House
from web.problems import Problem

IDLE = timedelta(hours=2)
LIFETIME = timedelta(hours=12)
"""A day at the desk; whoever comes back tomorrow logs in again."""


def is_secure(settings: Settings) -> bool:
    """Whether people reach us by https; a browser keeps `__Host-` cookies only then."""
    return (settings.public_origin or "").startswith("https://")


def cookie_name(settings: Settings) -> str:
    return "__Host-matur" if is_secure(settings) else "matur"


async def begin(house: House, request: Request, response: Response, account: Account) -> None:
    """Log in under a new id, so that one planted before is worth nothing."""
    await end(house, request, response)
    session = await create_session(
        house.engine, account.id, house.now, LIFETIME, secret=house.secret
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
    name = cookie_name(house.settings)
    if session := request.cookies.get(name):
        await revoke_session(house.engine, session, house.now, secret=house.secret)
    response.delete_cookie(name, secure=is_secure(house.settings), httponly=True, samesite="lax")


async def account_of_request(house: House, request: Request) -> Account | None:
    session = request.cookies.get(cookie_name(house.settings))
    if not session:
        return None
    return await account_of_session(house.engine, session, house.now, IDLE, secret=house.secret)


async def _staff(house: Home, request: Request) -> Account:
    account = await account_of_request(house, request)
    if account is None:
        raise Problem(401, "Masuk dulu untuk membuka halaman ini.")
    request.state.account = account
    return account


Staff = Annotated[Account, Depends(_staff)]
"""Whoever is logged in. Raises Problem 401, which a page answers with the way to log in."""
