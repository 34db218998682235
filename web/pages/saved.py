"""Saved views: a set of filters under a name, above the list it belongs to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from record.accounts import Account
from record.views import views_of
from web.house import House
from web.pages.filtering import Asked, url

LONGEST_NAME = 60


@dataclass(frozen=True)
class Saved:
    """`current`: its filters are those that the list shows."""

    id: UUID
    name: str
    url: str
    current: bool


@dataclass(frozen=True)
class Saving:
    """What was typed to save a view, and what is wrong with it."""

    name: str = ""
    error: str = ""


@dataclass(frozen=True)
class Shelf:
    """All that a page shows about saved views."""

    page: str
    views: Sequence[Saved]
    query: Mapping[str, str]
    """The filters that would be saved."""
    saving: Saving


async def shelf(
    house: House, account: Account, page: str, chosen: Asked, saving: Saving | None = None
) -> Shelf:
    """One statement."""
    kept = await views_of(house.engine, account.id, page)
    views = [
        Saved(one.id, one.name, url(page, one.query), dict(one.query) == dict(chosen))
        for one in kept
    ]
    return Shelf(page, views, chosen, saving or Saving())
