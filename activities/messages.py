"""Names and messages of the activities: ids, enums, dates and digests, never a typed word."""

from enum import StrEnum
from uuid import UUID

from domain.actions import Action
from domain.base import Value
from domain.chain import Recorded
from domain.notices import Notice
from domain.policy import Rules
from domain.projection import Projection


class Name(StrEnum):
    APPEND_EVENTS = "append_events"
    LOAD_EVENTS = "load_events"
    ASK_CASE = "ask_case"
    START_STRANDED = "start_stranded"
    OPEN_CASES = "open_cases"
    ANNOUNCE_RULES = "announce_rules"
    LEARN = "learn"
    PULL_PAGE = "pull_page"
    DELIVER_NEXT = "deliver_next"
    FETCH_NEXT = "fetch_next"
    TAKE_IN_AGAIN = "take_in_again"
    LIST_QUARANTINED = "list_quarantined"
    APPLY_IMPORT = "apply_import"
    WAKE_IDLE = "wake_idle"


DIVERGED = "Diverged"
"""Error type: the record holds other events than the workflow; the record is right."""


class Append(Value):
    """Events to record in order, with the case as it is after the last of them."""

    complaint: UUID
    events: tuple[Recorded, ...]
    projection: Projection
    notices: tuple[Notice, ...]


class History(Value):
    """All recorded events of a case, first to last."""

    events: tuple[Recorded, ...]


class AskCase(Value):
    """What one case asks of another; `request` makes it happen once."""

    complaint: UUID
    action: Action
    request: str


class Reply(Value):
    """`refused`: the other case's reason, None where it did as asked."""

    refused: str | None = None


class Announcement(Value):
    """New rules for the open cases after `after`, a page of them."""

    rules: Rules
    after: UUID | None = None


class Page(Value):
    """`last` is the last case told, None when there was none left; `silent` did not answer."""

    last: UUID | None
    silent: int = 0


class Learnt(Value):
    """The version of the model that stands; None where there was too little to learn from."""

    version: int | None


class OriginWork(Value):
    """A report of a portal that something is to be done about, one thing after the other."""

    origin: UUID
    portal: str


class Progress(Value):
    """`more`: whether there is more to do at once. `wait_s`: seconds until it is worth looking
    again, 0 for now."""

    more: bool
    wait_s: float = 0


class TakeAgain(Value):
    """What was kept in the quarantine of a portal, and who wants it taken in."""

    quarantined: UUID
    portal: str
    actor: str


class TakeAllAgain(Value):
    """All that waits in the quarantine of a portal, after `after`, and who wants it taken in."""

    portal: str
    actor: str
    after: UUID | None = None


class Waiting(Value):
    """Some of what waits in a quarantine, oldest first; empty where there is no more."""

    ids: tuple[UUID, ...]


class ImportWork(Value):
    """A spreadsheet of a portal that is to be taken in."""

    id: UUID
