"""What somebody has begun to report: sealed like identities, found by the keyed hash of a random
cookie, and forgotten by itself.

The database alone tells nobody what a draft says or whose it is; the cookie alone opens nothing.
"""

import json
import secrets
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from record.engine import execute, fetch_one
from record.identity import Keyring, Sealed
from record.keyed import keyed
from record.tables import drafts

COOKIE_BYTES = 32


def new_cookie() -> str:
    return secrets.token_urlsafe(COOKIE_BYTES)


async def save_draft(
    engine: AsyncEngine,
    cookie: str,
    content: dict[str, Any],
    until: datetime,
    *,
    secret: bytes,
    keyring: Keyring,
) -> None:
    """Keep `content` (as JSON) until then, in place of what was kept before."""
    place = keyed(secret, "draft", cookie)
    sealed = keyring.seal_bytes(json.dumps(content).encode(), place)
    values = {
        "key_id": sealed.key_id,
        "nonce": sealed.nonce,
        "sealed": sealed.sealed,
        "expires_at": until,
    }
    await execute(
        engine,
        insert(drafts)
        .values(hash=place, **values)
        .on_conflict_do_update(index_elements=[drafts.c.hash], set_=values),
    )


async def read_draft(
    engine: AsyncEngine, cookie: str, now: datetime, *, secret: bytes, keyring: Keyring
) -> dict[str, Any] | None:
    """None where there is none any more, or its key was dropped."""
    place = keyed(secret, "draft", cookie)
    row = await fetch_one(
        engine,
        select(drafts.c.key_id, drafts.c.nonce, drafts.c.sealed).where(
            drafts.c.hash == place, drafts.c.expires_at > now
        ),
    )
    if row is None:
        return None
    try:
        content: dict[str, Any] = json.loads(keyring.open_bytes(Sealed(**row), place))
    except (KeyError, InvalidTag):
        return None
    return content


async def drop_draft(engine: AsyncEngine, cookie: str, *, secret: bytes) -> None:
    """Safe to repeat."""
    place = keyed(secret, "draft", cookie)
    await execute(engine, delete(drafts).where(drafts.c.hash == place))
