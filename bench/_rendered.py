"""Pages rendered whole by the real application, in this process: no network, no engine."""

import base64
import secrets
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import Message

from record.access import create_session
from record.accounts import log_in
from record.seed import PRACTICE_PASSWORD
from settings import Settings
from web.app import create_app
from web.sessions import cookie_name

LIFETIME = timedelta(hours=12)


@asynccontextmanager
async def rendered(
    database_url: str, engine: AsyncEngine, people: Iterable[str]
) -> AsyncIterator["Rendered"]:
    """The application over that record, with these practice accounts logged in."""
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    settings = Settings.model_validate(
        {
            "database_url": database_url,
            "secret": key,
            "identity_keys": f"k1:{key}",
            "practice": True,
            "log_level": "warning",
        }
    )
    app = create_app(settings)
    cookies = {}
    for who in people:
        account = await log_in(engine, who, PRACTICE_PASSWORD)
        assert account is not None, who
        session = await create_session(
            engine, account.id, datetime.now(UTC), LIFETIME, secret=settings.secret_bytes
        )
        cookies[who] = f"{cookie_name(settings)}={session}".encode()
    async with app.router.lifespan_context(app):
        yield Rendered(app, cookies)


@dataclass(frozen=True)
class Rendered:
    app: FastAPI
    cookies: dict[str, bytes]

    async def ask(self, who: str, url: str) -> int:
        """Bytes of the page as `who` gets it, as anybody where that is empty.

        Raises AssertionError where it is not answered with 200.
        """
        parts = urlsplit(url)
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "headers": [(b"host", b"localhost"), (b"cookie", self.cookies.get(who, b""))],
            "client": ("127.0.0.1", 1),
            "server": ("localhost", 80),
        }
        size, status = 0, 0

        async def send(message: Message) -> None:
            nonlocal size, status
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                size += len(message.get("body", b""))

        await self.app(scope, _nothing_to_read, send)
        assert status == 200, (who, url, status)
        return size


async def _nothing_to_read() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}
