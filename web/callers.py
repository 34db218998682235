"""Who calls the API: a bearer token is an account with its grants."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, NoReturn
from uuid import UUID

from fastapi import Depends, Header
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from domain.events import Entry
from record.access import account_of_token
from record.accounts import Account
from record.seen import caller_and_complaint, writer_and_complaint
from web.house import Home, House
from web.problems import Problem, not_found


@dataclass(frozen=True)
class Asker:
    account: Account
    complaint: UUID
    entry: Entry | None
    """What they typed, kept; None where they typed nothing."""


_bearer = HTTPBearer(auto_error=False, description="`matur token create USER` prints one.")


async def _caller(
    house: Home, sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Account:
    account = sent and await account_of_token(house.engine, sent.credentials, secret=house.secret)
    return account or _unknown()


async def asker(house: House, bearer: str, ticket: str, texts: Mapping[str, str]) -> Asker:
    """Who asks something of a complaint that they may see, with what they typed. Raises Problem
    401, 404."""
    entry = None
    if texts:
        account, complaint, entry = await writer_and_complaint(
            house.engine, bearer, ticket, texts, house.now, secret=house.secret
        )
    else:
        account, complaint = await caller_and_complaint(
            house.engine, bearer, ticket, secret=house.secret
        )
    account = account or _unknown()
    if complaint is None:
        raise not_found()
    return Asker(account, complaint, entry)


async def _bearer_token(
    sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> str:
    return sent.credentials if sent else _unknown()


def _unknown() -> NoReturn:
    raise Problem(
        401,
        "Kirim token yang berlaku: `Authorization: Bearer …`.",
        headers={"WWW-Authenticate": "Bearer"},
    )


Caller = Annotated[Account, Depends(_caller)]
Bearer = Annotated[str, Depends(_bearer_token)]
"""A token that was sent, whoever it belongs to."""

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=200,
        description="The same key asks for the same thing once, however often it is sent.",
    ),
]
