"""What a citizen has said so far, between one page and the next; after sending, what became of it.

It is found by a cookie, so that it survives closing the browser and shows to that browser only.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from starlette.responses import RedirectResponse, Response

from record.drafts import drop_draft, new_cookie, read_draft, save_draft
from record.files.rows import drop_waiting, let_wait
from settings import Settings
from web.house import Home, House
from web.pages.forms import new_key
from web.sessions import is_secure

KEPT = timedelta(days=7)
SHOWN = timedelta(hours=1)
"""How long ticket and receipt are shown after sending."""

OPEN, HIDDEN, NOBODY = "terbuka", "dirahasiakan", "anonim"
"""How the reporter's identity is treated."""

WHAT, WHERE, ADDRESS, PHOTOS, CONTACT, NAME = (
    "isi", "lokasi", "alamat", "foto", "kontak", "nama",
)  # fmt: skip
CHECK = "periksa"
STEPS = (WHAT, WHERE, ADDRESS, PHOTOS, CONTACT, NAME)
NUMBERS = {WHAT: 1, WHERE: 2, ADDRESS: 2, PHOTOS: 3, CONTACT: 4, NAME: 4, CHECK: 5}
"""What of the five a page belongs to."""
NUMBER_OF_STEPS = 5


@dataclass(frozen=True)
class Draft:
    cookie: str
    key: str
    """Under which it is filed, once."""
    answers: Mapping[str, str] = field(default_factory=dict)
    photos: tuple[UUID, ...] = ()
    done: frozenset[str] = frozenset()
    filed: UUID | None = None
    """The complaint that it became."""

    @property
    def is_named(self) -> bool:
        return self.answers.get("identity") in (OPEN, HIDDEN)

    @property
    def steps(self) -> tuple[str, ...]:
        """The pages that this one has to pass."""
        return tuple(step for step in STEPS if step != NAME or self.is_named)

    @property
    def missing(self) -> str | None:
        """The first page that was not answered yet."""
        return next((step for step in self.steps if step not in self.done), None)

    def answered(self, step: str, answers: Mapping[str, str]) -> "Draft":
        kept = {name: value for name, value in {**self.answers, **answers}.items() if value}
        done = self.done | {step}
        if kept.get("identity") == NOBODY:  # who was somebody before is asked again
            done -= {NAME}
        return replace(self, answers=kept, done=done)

    def with_photos(self, photos: Iterable[UUID]) -> "Draft":
        return replace(self, photos=tuple(dict.fromkeys(photos)))

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "answers": dict(self.answers),
            "photos": [str(photo) for photo in self.photos],
            "done": sorted(self.done),
            "filed": self.filed and str(self.filed),
        }


def new_draft() -> Draft:
    return Draft(new_cookie(), new_key())


async def draft_of(house: House, request: Request) -> Draft | None:
    cookie = request.cookies.get(cookie_name(house.settings))
    if not cookie:
        return None
    kept = await read_draft(
        house.engine, cookie, house.now, secret=house.secret, keyring=house.keyring
    )
    if kept is None:
        return None
    return Draft(
        cookie=cookie,
        key=kept["key"],
        answers=kept["answers"],
        photos=tuple(UUID(photo) for photo in kept["photos"]),
        done=frozenset(kept["done"]),
        filed=UUID(kept["filed"]) if kept["filed"] else None,
    )


async def _draft(house: Home, request: Request) -> Draft | None:
    return await draft_of(house, request)


Drafted = Annotated[Draft | None, Depends(_draft)]
"""The draft of this browser, if it has one."""


async def keep(house: House, draft: Draft) -> None:
    """Store the draft, and its photos with it."""
    until = house.now + (SHOWN if draft.filed else KEPT)
    await save_draft(
        house.engine,
        draft.cookie,
        draft.as_json(),
        until,
        secret=house.secret,
        keyring=house.keyring,
    )
    if not draft.filed:
        await let_wait(house.engine, draft.photos, until)


async def forget(house: House, draft: Draft) -> None:
    """The draft, and photos that went nowhere."""
    await drop_draft(house.engine, draft.cookie, secret=house.secret)
    await drop_waiting(house.engine, draft.photos)


def go(house: House, url: str, draft: Draft | None) -> Response:
    """To another page, with the draft's cookie, or without any."""
    response = RedirectResponse(url, 303)
    name, secure = cookie_name(house.settings), is_secure(house.settings)
    if draft:
        kept = SHOWN if draft.filed else KEPT
        response.set_cookie(
            name,
            draft.cookie,
            max_age=int(kept.total_seconds()),
            secure=secure,
            httponly=True,
            samesite="lax",
        )
    else:
        response.delete_cookie(name, secure=secure, httponly=True, samesite="lax")
    return response


def cookie_name(settings: Settings) -> str:
    return "__Host-lapor" if is_secure(settings) else "lapor"
