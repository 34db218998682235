"""What every connector does, whatever the portal behind it calls it.

A connector keeps nothing: its cursor, what was taken in and what was delivered are in the record,
and retries are the engine's. Every call has a deadline, and waits for its turn first (`Turn`).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

Turn = Callable[[], Awaitable[None]]
"""Waits for this portal's next call to be due, counted over all workers. Raises Throttled where
that is long from now."""


class PortalError(Exception):
    """A call that did not do what it should. `words`: the portal's own, as far as it said any."""

    outcome = "away"

    def __init__(self, words: str = "", after: timedelta | None = None) -> None:
        super().__init__(type(self).__name__)
        self.words = words
        self.after = after
        """When the portal wants to be asked again."""


class Away(PortalError):
    """Out of reach, too slow, failing (5xx), or showing a maintenance page: it passes."""


class Throttled(PortalError):
    """Too many calls: `after` says when the next may come."""

    outcome = "throttled"


class Unreadable(PortalError):
    """An answer that is not what the mapping says: somebody must look at the mapping."""

    outcome = "unreadable"


class Refused(PortalError):
    """A 4xx that will not pass on a retry: a person must look at it."""

    outcome = "refused"


class Expired(Refused):
    """An attachment's address that no longer serves: the report, asked again, has a fresh one."""


class BadSignature(Exception):
    """A webhook that the portal did not sign, or too long ago."""


@dataclass(frozen=True, kw_only=True)
class Person:
    name: str
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """`url` may need the connector's credentials, and may expire: the report has a fresh one."""

    url: str
    name: str
    media_type: str | None = None
    size: int | None = None


@dataclass(frozen=True, kw_only=True)
class Message:
    """What was written in the portal under a report. `id` is the portal's, told apart only by
    being another: the order is that of the list."""

    id: str
    by_reporter: bool
    text: str
    at: datetime
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Report:
    """A report as the portal holds it now, in plain text and times with a zone."""

    id: str
    title: str
    body: str
    category: str | None = None
    """As the portal calls it."""
    occurred_on: date | None = None
    address: str | None = None
    lat: float | None = None
    lng: float | None = None
    region_code: str | None = None
    """Kemendagri's, of a kecamatan or village, where the portal gives one."""
    anonymous: bool = False
    secret: bool = False
    reporter: Person | None = None
    attachments: tuple[Attachment, ...] = ()
    filed_at: datetime
    changed_at: datetime
    status: str | None = None
    """The portal's word."""
    closed: bool = False
    """Whether that word means that the portal has done with it."""
    same_as: tuple[str, str] | None = None
    """Portal and id of the same report elsewhere: `("sp4n", "1916449")`."""
    messages: tuple[Message, ...] = ()
    """Where the portal sends them with the report."""


@dataclass(frozen=True, kw_only=True)
class Misread:
    """A report that could not be understood: `raw` whole as it came, and what is wrong with it."""

    id: str | None
    raw: bytes
    reason: str


@dataclass(frozen=True, kw_only=True)
class Pulled:
    """A page of reports. `cursor` covers all of it and all before; it may repeat reports."""

    reports: Sequence[Report | Misread]
    cursor: str
    more: bool


class Told(StrEnum):
    """What a portal is told; the values are the types of the domain's events."""

    RECEIVED = "received"
    DISPOSED = "disposed"
    ASKED = "asked"
    PROGRESS = "progress_reported"
    EXTENDED = "extension_granted"
    ANSWERED = "answered"
    CLOSED = "closed"
    ARCHIVED = "archived"
    HANDED_BACK = "handed_back"
    LINKED = "linked"
    REOPENED = "reopened"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A file that goes with a push."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Push:
    """One thing to tell the portal about one of its reports.

    `key` stays the same over retries; `reference` (`MB-2026-000123/7`) is unique too and is
    written into the text where the portal has no key to tell a repetition by.
    """

    key: UUID
    told: Told
    text: str
    unit: str
    """The unit that speaks, as people call it."""
    at: datetime
    reference: str
    files: tuple[Sent, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """Proof that the portal has it: its id for the entry, and its time."""

    id: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Hint:
    """A webhook's word that something happened: a reason to pull, never the data itself."""

    event: str
    report: str | None = None


class Connector(Protocol):
    """Every method raises PortalError; times out by itself."""

    async def pull(self, cursor: str | None) -> Pulled:
        """Reports new or changed since `cursor`, a page of them; from the start where None."""

    async def report(self, report: str) -> Report | Misread | None:
        """A single report as it is now, with fresh attachment addresses; None where it is gone."""

    async def messages(self, report: str, after: str | None) -> Sequence[Message]:
        """What was written under a report after that message, in order."""

    def read(self, raw: bytes) -> Report | Misread:
        """A report that was kept as it came (`Misread.raw`), by the mapping of today."""

    async def push(self, report: str, push: Push, *, again: bool) -> Receipt | None:
        """Tell the portal. `again`: it may have been told before, without our knowing. None where
        the mapping has no word for this: there is nothing to tell."""

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        """An attachment's bytes, at most `most` of them. Raises Refused with the words `address`
        (not one to be asked) or `too_large`, and Expired where the address no longer serves."""

    def hint(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Hint:
        """What a webhook says. Raises BadSignature."""

    async def close(self) -> None: ...
