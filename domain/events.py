"""What happened, in the past tense. Events hold ids, enums, dates and digests, never free text.

An event that sets a deadline carries it whole (`clocks`), so that folding needs no calendar.
Field names and type names are the record's format for ever: add, never rename.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from domain.base import Value
from domain.clocks import Deadline
from domain.terms import ArchiveReason, Channel, Classification, ClockName, Stage
from domain.units import UnitPath


class Entry(Value):
    """What somebody typed, kept apart: its id and the salted SHA-256 of its text."""

    id: UUID
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")


class Change(StrEnum):
    STARTED = "started"
    STOPPED = "stopped"
    PAUSED = "paused"
    RESUMED = "resumed"
    MOVED = "moved"


class ClockChange(Value):
    """What an event does to one clock; `deadline` is set where the due time is new."""

    clock: ClockName
    change: Change
    deadline: Deadline | None = None


class EventBase(Value):
    at: datetime
    actor: str
    request: str | None = None
    """The id of the request that asked for it (a form's nonce), so that it is done once."""
    entry: Entry | None = None
    clocks: tuple[ClockChange, ...] = ()


class Received(EventBase):
    type: Literal["received"] = "received"
    channel: Channel
    anonymous: bool
    secret: bool
    identified: bool
    """Whether an identity is kept, sealed, apart from the case."""


class Disposed(EventBase):
    type: Literal["disposed"] = "disposed"
    classification: Classification
    category: str
    unit: UnitPath
    anonymous: bool
    secret: bool
    reported_unit: UnitPath | None = None


class Redisposed(EventBase):
    type: Literal["redisposed"] = "redisposed"
    unit: UnitPath


class Asked(EventBase):
    """The reporter was asked; `desk_unit` is the asking unit, none for the coordinator."""

    type: Literal["asked"] = "asked"
    desk_unit: UnitPath | None = None


class Replied(EventBase):
    type: Literal["replied"] = "replied"
    on_behalf: bool = False


class Archived(EventBase):
    type: Literal["archived"] = "archived"
    reason: ArchiveReason


class HandedBack(EventBase):
    type: Literal["handed_back"] = "handed_back"


class Linked(EventBase):
    type: Literal["linked"] = "linked"
    lead: UUID


class Unlinked(EventBase):
    type: Literal["unlinked"] = "unlinked"


class DuplicateJoined(EventBase):
    """Recorded at the lead: `duplicate` now gets its answers."""

    type: Literal["duplicate_joined"] = "duplicate_joined"
    duplicate: UUID


class DuplicateLeft(EventBase):
    type: Literal["duplicate_left"] = "duplicate_left"
    duplicate: UUID


class Accepted(EventBase):
    type: Literal["accepted"] = "accepted"


class Returned(EventBase):
    """Misrouted. A sub-unit returns to its unit (`delegated`), a unit to the coordinator."""

    type: Literal["returned"] = "returned"
    delegated: bool = False
    suggested_unit: UnitPath | None = None


class Delegated(EventBase):
    type: Literal["delegated"] = "delegated"
    unit: UnitPath


class TakenBack(EventBase):
    type: Literal["taken_back"] = "taken_back"


class ProgressReported(EventBase):
    type: Literal["progress_reported"] = "progress_reported"


class ExtensionRequested(EventBase):
    type: Literal["extension_requested"] = "extension_requested"
    days: int


class ExtensionGranted(EventBase):
    type: Literal["extension_granted"] = "extension_granted"
    days: int


class ExtensionRefused(EventBase):
    type: Literal["extension_refused"] = "extension_refused"


class AnswerSubmitted(EventBase):
    """An answer that needs four eyes; `approver_unit` is none where the coordinator approves."""

    type: Literal["answer_submitted"] = "answer_submitted"
    approver_unit: UnitPath | None = None


class AnswerSentBack(EventBase):
    type: Literal["answer_sent_back"] = "answer_sent_back"


class Answered(EventBase):
    """`entry` is the answer; `approved` names who wrote it when somebody else approved it."""

    type: Literal["answered"] = "answered"
    approved: str | None = None


class Rated(EventBase):
    type: Literal["rated"] = "rated"
    score: int


class Closed(EventBase):
    type: Literal["closed"] = "closed"
    with_lead: bool = False
    """Closed because the lead case of this duplicate ended."""


class Reopened(EventBase):
    """Back to the unit, or to the coordinator's desk where no unit ever had it."""

    type: Literal["reopened"] = "reopened"
    stage: Literal[Stage.RECEIVED, Stage.IN_PROGRESS]


class Reclassified(EventBase):
    type: Literal["reclassified"] = "reclassified"
    classification: Classification
    category: str
    secret: bool
    reported_unit: UnitPath | None = None


class VisibilitySet(EventBase):
    type: Literal["visibility_set"] = "visibility_set"
    anonymous: bool
    secret: bool


class IdentityOpened(EventBase):
    type: Literal["identity_opened"] = "identity_opened"


class Instructed(EventBase):
    type: Literal["instructed"] = "instructed"


class Noted(EventBase):
    type: Literal["noted"] = "noted"


class Reminded(EventBase):
    type: Literal["reminded"] = "reminded"
    clock: ClockName
    due_at: datetime
    """When this reminder was due, which is when it rang unless the engine was away."""


class Breached(EventBase):
    type: Literal["breached"] = "breached"
    clock: ClockName
    level: int
    due_at: datetime


class Escalated(EventBase):
    type: Literal["escalated"] = "escalated"
    clock: ClockName
    level: int
    due_at: datetime


class OriginJoined(EventBase):
    """The same complaint came by another portal: `origin` is the report there."""

    type: Literal["origin_joined"] = "origin_joined"
    portal: Channel
    origin: UUID


class OriginChanged(EventBase):
    """The report was changed in its portal; `entry` is its text since."""

    type: Literal["origin_changed"] = "origin_changed"
    portal: Channel
    origin: UUID


class OriginClosed(EventBase):
    """The portal closed the report by itself."""

    type: Literal["origin_closed"] = "origin_closed"
    portal: Channel
    origin: UUID


class FilesAdded(EventBase):
    """Attachments of the report, fetched later than it; they belong to `entry`."""

    type: Literal["files_added"] = "files_added"
    portal: Channel
    origin: UUID


class Replanned(EventBase):
    """The rules changed; `clocks` tells what moved."""

    type: Literal["replanned"] = "replanned"
    policy: int
    calendar: int


Event = Annotated[
    Received
    | Disposed
    | Redisposed
    | Asked
    | Replied
    | Archived
    | HandedBack
    | Linked
    | Unlinked
    | DuplicateJoined
    | DuplicateLeft
    | Accepted
    | Returned
    | Delegated
    | TakenBack
    | ProgressReported
    | ExtensionRequested
    | ExtensionGranted
    | ExtensionRefused
    | AnswerSubmitted
    | AnswerSentBack
    | Answered
    | Rated
    | Closed
    | Reopened
    | Reclassified
    | VisibilitySet
    | IdentityOpened
    | Instructed
    | Noted
    | Reminded
    | Breached
    | Escalated
    | OriginJoined
    | OriginChanged
    | OriginClosed
    | FilesAdded
    | Replanned,
    Field(discriminator="type"),
]

_adapter: TypeAdapter[Event] = TypeAdapter(Event)


def parse_event(fields: dict[str, Any]) -> Event:
    """The event of its JSON fields; ValidationError for what no version of this code wrote."""
    return _adapter.validate_python(fields)
