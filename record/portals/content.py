"""What a delivery says: made from the event and what was typed, the same at every attempt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.evolve import fold
from domain.portal_words import NEEDS_TEXT, speaker, to_portal
from record.engine import fetch, fetch_one
from record.events import load_events
from record.files.rows import FileRow, files_of
from record.portals.deliveries import Delivery
from record.rules import current_rules
from record.tables import entries, units


@dataclass(frozen=True)
class Content:
    """`unit`: the name of the one that speaks. `reference`: unique to the delivery, and the same
    whatever text it has. `at`: when it happened. `erased`: what was to be told is no more."""

    text: str
    unit: str
    reference: str
    at: datetime
    files: Sequence[FileRow]
    erased: bool = False


async def content_of(engine: AsyncEngine, delivery: Delivery) -> Content:
    """At most six statements."""
    recorded = (await load_events(engine, delivery.complaint_id))[: delivery.seq]
    event, case = recorded[-1].event(), fold(delivery.complaint_id, recorded)
    policy = (await current_rules(engine)).policy
    speaks = speaker(event, case, policy.coordinator_unit)
    names = await _names(engine, {speaks, case.unit or speaks})
    typed: Mapping[str, str] | None = {}
    files: Sequence[FileRow] = ()
    if event.entry and event.type != "received":
        typed = await _texts(engine, event.entry.id)
        kept = await files_of(engine, delivery.complaint_id)
        files = [file for file in kept if file.entry_id == event.entry.id]
    text = to_portal(event, typed or {}, delivery.reported_ticket, names[case.unit or speaks])
    erased = typed is None and isinstance(event, NEEDS_TEXT)
    if delivery.entry_id:
        edited = await _texts(engine, delivery.entry_id)
        text, erased = (edited or {}).get("text", ""), edited is None
    return Content(
        text=text,
        unit=names[speaks],
        reference=f"{delivery.reported_ticket}/{delivery.number}",
        at=event.at,
        files=files,
        erased=erased,
    )


async def _texts(engine: AsyncEngine, entry: UUID) -> Mapping[str, str] | None:
    """None once erased."""
    row = await fetch_one(engine, select(entries.c.texts).where(entries.c.id == entry))
    return row["texts"] if row else None


async def _names(engine: AsyncEngine, paths: set[str]) -> dict[str, str]:
    """Of a path that no unit has any more, its own last step."""
    rows = await fetch(engine, select(units.c.path, units.c.name).where(units.c.path.in_(paths)))
    return {path: path.rpartition("/")[2] for path in paths} | {r["path"]: r["name"] for r in rows}
