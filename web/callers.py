"""Who calls the API: a bearer token is an account with its grants."""

from dataclasses import dataclass
from typing import Annotated, NoReturn
from uuid import UUID

from fastapi import Depends, Header
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from record.access import account_of_token
from record.accounts import Account
from record.seen import caller_and_complaint
from web.house import Home
from web.problems import Problem, not_found


@dataclass(frozen=True)
class Asker:
    account: Account
    complaint: UUID


_bearer = HTTPBearer(auto_error=False, description="`matur token create USER` prints one.")


async def _caller(
    house: Home, sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Account:
    account = sent and await account_of_token(house.engine, sent.credentials, secret=house.secret)
    return account or _unknown()


async def _asker(
    house: Home,
    sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ticket: str,
) -> Asker:
    token = sent.credentials if sent else ""
    account, complaint = await caller_and_complaint(
        house.engine, token, ticket, secret=house.secret
    )
    account = account or _unknown()
    if complaint is None:
        raise not_found()
    return Asker(account, complaint)


def _unknown() -> NoReturn:
    raise Problem(
        401,
        "Kirim token yang berlaku: `Authorization: Bearer …`.",
        headers={"WWW-Authenticate": "Bearer"},
    )


Caller = Annotated[Account, Depends(_caller)]
Asking = Annotated[Asker, Depends(_asker)]
"""Who asks something of the complaint in the path, which they may see."""

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=200,
        description="The same key asks for the same thing once, however often it is sent.",
    ),
]
