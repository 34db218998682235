"""A case with all that was recorded and typed about it, and what of that its reporter sees."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.actors import REPORTER
from domain.case import Case
from domain.chain import Recorded, stamp
from domain.events import Event, ExtensionGranted, Received
from domain.evolve import fold
from domain.notices import RELAYED_TO_DUPLICATES
from domain.policy import Rules
from domain.terms import ClockName
from domain.units import code_of
from domain.visibility import reporter_reads, reporter_sees
from record.cases import CaseFile
from record.entries import Typed, entries_of
from record.events import load_events
from web.house import House


@dataclass(frozen=True)
class Viewed:
    """As far as a page, or the API, may need it."""

    file: CaseFile
    case: Case
    recorded: tuple[Recorded, ...]
    typed: dict[UUID, Typed]
    rules: Rules

    @property
    def lead(self) -> UUID | None:
        """The case that this one follows, or followed when it ended."""
        lead = None
        for recorded in self.recorded:
            if recorded.type in ("linked", "unlinked"):
                lead = recorded.data.get("lead")
        return UUID(lead) if lead else None


async def view(house: House, file: CaseFile) -> Viewed:
    """Two more statements, whatever the case's length."""
    recorded = await load_events(house.engine, file.complaint_id)
    typed = await entries_of(house.engine, file.complaint_id)
    case = fold(file.complaint_id, recorded)
    return Viewed(file, case, tuple(recorded), typed, await house.rules())


@dataclass(frozen=True)
class Entry:
    """One thing the reporter sees: what happened, when, by whom in general, and the words."""

    type: str
    at: str
    by: str
    texts: dict[str, str]
    data: dict[str, Any]
    entry: UUID | None = None
    """What was typed, to which files may belong."""


def reporter_entries(viewed: Viewed) -> Iterable[Entry]:
    """The events that the reporter may see, with the texts that are theirs to read."""
    for recorded in viewed.recorded:
        event = recorded.event()
        if not reporter_sees(event):
            continue
        typed = event.entry and viewed.typed.get(event.entry.id)
        texts = typed.texts if typed and reporter_reads(event) else None
        shown = {
            str(name): recorded.data[name]
            for name in ("unit", "days", "score", "reason", "anonymous", "secret", "portal")
            if name in recorded.data
        }
        if "unit" in shown:
            shown["unit"] = code_of(shown["unit"])
        if due := _new_date(event):
            shown["due"] = due
        yield Entry(
            type=recorded.type,
            at=recorded.at,
            by=_who(recorded.actor),
            texts=texts or {},
            data=shown,
            entry=event.entry.id
            if event.entry and (reporter_reads(event) or isinstance(event, Received))
            else None,
        )


def _new_date(event: Event) -> str | None:
    """Until when an extension gives the unit."""
    if not isinstance(event, ExtensionGranted):
        return None
    due = [c.deadline.due_at for c in event.clocks if c.clock is ClockName.ANSWER and c.deadline]
    return stamp(due[0]) if due else None


def _who(actor: str) -> str:
    return actor if actor in (REPORTER.id, "system") else "staff"


def relayed_entries(lead: Viewed) -> Iterable[Entry]:
    """What the reporter of a duplicate reads of its lead: the answers, nothing of the reporter."""
    kinds = {kind.model_fields["type"].default for kind in RELAYED_TO_DUPLICATES}
    return (entry for entry in reporter_entries(lead) if entry.type in kinds)
