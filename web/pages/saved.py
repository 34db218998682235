"""Saved views: a set of filters under a name, above the list it belongs to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from record.accounts import Account
from record.views import views_of
from web.house import House
from web.pages.filtering import NAMES, Asked, url

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
    views = []
    for one in kept:
        # In the order of the list's own URLs, which the record does not keep.
        query = {name: one.query[name] for name in NAMES[page] if name in one.query}
        views.append(Saved(one.id, one.name, url(page, query), query == dict(chosen)))
    return Shelf(page, views, chosen, saving or Saving())
