"""What the API answers with. Every time is UTC with microseconds, `2026-03-17T02:00:00.000000Z`,
as in the events."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, PlainSerializer, WithJsonSchema

from domain.chain import stamp
from domain.forms import Choice, FieldKind

Moment = Annotated[
    datetime,
    PlainSerializer(stamp, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Filed(Shape):
    ticket: str
    receipt: str
    """16 digits, shown this once: with the ticket it opens the complaint for its reporter."""


class Identity(Shape):
    name: str
    phone: str | None
    email: str | None
    source: str | None
    """Where they wrote, of a complaint found in social media."""


class Acted(Shape):
    seq: int
    """The number of the last event that followed."""
    stage: str
    identity: Identity | None = None
    """After `open_identity` only; null once erased."""


class Row(Shape):
    ticket: str
    title: str | None
    """Null once erased."""
    stage: str
    unit: str | None
    """A unit's code, as everywhere."""
    delegate: str | None
    desk: str
    """Who is accountable: coordinator, unit, head, lead or none."""
    desk_unit: str | None
    channel: str
    kecamatan: str | None
    classification: str | None
    category: str | None
    due: Moment | None
    """When the first of its clocks ends."""
    due_clock: str | None
    late: bool
    level: int
    """How high the case has been escalated."""
    received_at: Moment
    updated_at: Moment


class Listed(Shape):
    complaints: list[Row]
    after: UUID | None
    """Ask for `after` to get the next page; null on the last."""
    corrected: str | None
    """What was searched instead of `q`, where its words were found nowhere."""


class Run(Shape):
    """Consecutive days that were counted alike, `first` and `last` included."""

    first: date
    last: date
    kind: str
    """counted, added (extension), weekend, holiday or paused."""
    days: int | None = None
    hours: int | None = None
    """Instead of `days` for a clock of hours, which counts them all."""
    name: str | None = None
    """Of the holiday."""
    by: str | None = None
    """Who paused the clock, as in the events."""
    why: str | None = None


class Deadline(Shape):
    clock: str
    state: str
    """running, paused (the reporter was asked), held (a lead case stands for this one), stopped."""
    started_at: Moment
    stopped_at: Moment | None
    paused_since: Moment | None = None
    due: Moment | None
    """Null for the citizen's clock, which has no limit."""
    late: bool = False
    level: int = 0
    policy_version: int | None = None
    calendar_version: int | None = None
    """The versions that this deadline was counted under."""
    arithmetic: str | None = None
    """The ledger in a sentence."""
    ledger: tuple[Run, ...] = ()
    """Every day from start to due date."""


class Field(Shape):
    name: str
    label: str
    kind: FieldKind
    required: bool
    expects: str
    """What to send."""
    choices: tuple[Choice, ...]


class Offered(Shape):
    """An action that the caller may take now."""

    action: str
    label: str
    fields: tuple[Field, ...]


class Place(Shape):
    kecamatan: str | None
    village_code: str | None
    address: str | None
    lat: float | None
    lng: float | None


class Happened(Shape):
    """An event with what was typed for it."""

    seq: int
    type: str
    at: str
    actor: str
    texts: dict[str, str] | None
    """Null once erased."""


class CaseShape(Shape):
    """A case as a member of staff sees it. Texts and place are null once erased."""

    ticket: str
    channel: str
    title: str | None
    body: str | None
    occurred_on: date | None
    location: Place
    stage: str
    unit: str | None
    delegate: str | None
    desk: str
    desk_unit: str | None
    lead: str | None
    """The ticket of the case that this one duplicates."""
    classification: str | None
    category: str | None
    anonymous: bool
    secret: bool
    reported_unit: str | None
    identified: bool
    """Whether an identity is kept, sealed; `open_identity` opens it where that is allowed."""
    received_at: Moment
    answered_at: Moment | None
    ended_at: Moment | None
    rating: int | None
    late: bool
    level: int
    seq: int
    deadlines: list[Deadline]
    available: list[Offered]
    timeline: list[Happened]


class Event(Shape):
    """An event exactly as recorded; `hash` covers the others, `complaint` and `prev`."""

    seq: int
    type: str
    at: str
    actor: str
    """`reporter`, `system` or `account:` with an id."""
    data: dict[str, Any]
    prev: str
    """The hash of the event before; 64 zeros for the first."""
    hash: str


class Trail(Shape):
    complaint: UUID
    ticket: str
    events: list[Event]


class Told(Shape):
    """Something that the reporter sees; `by` is reporter, staff or system."""

    type: str
    at: str
    by: str
    texts: dict[str, str]
    data: dict[str, Any]


class Next(Shape):
    clock: str
    due: Moment


class Tracked(Shape):
    """What a reporter sees of their own complaint."""

    ticket: str
    title: str | None
    body: str | None
    stage: str
    unit: str | None
    anonymous: bool
    secret: bool
    received_at: Moment
    next: Next | None
    """What to expect next, and until when."""
    timeline: list[Told]
    available: list[Offered]
