"""Who calls the API: a bearer token is an account with its grants."""

from typing import Annotated

from fastapi import Depends, Header
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from record.access import account_of_token
from record.accounts import Account
from web.house import Home
from web.problems import Problem

_bearer = HTTPBearer(auto_error=False, description="`matur token create USER` prints one.")


async def _caller(
    house: Home, sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Account:
    account = sent and await account_of_token(house.engine, sent.credentials, secret=house.secret)
    if not account:
        raise Problem(
            401,
            "Kirim token yang berlaku: `Authorization: Bearer …`.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return account


Caller = Annotated[Account, Depends(_caller)]

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=200,
        description="The same key asks for the same thing once, however often it is sent.",
    ),
]
