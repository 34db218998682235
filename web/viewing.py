"""A case as the API and the pages show it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.actions import ActionBase
from domain.actors import REPORTER, Actor
from domain.case import Case
from domain.chain import Recorded
from domain.clocks import Clock, ledger
from domain.evolve import fold
from domain.explain import explain
from domain.forms import form_fields
from domain.notices import RELAYED_TO_DUPLICATES
from domain.permissions import available
from domain.policy import Rules
from domain.units import code_of
from domain.visibility import (
    reporter_deadline,
    reporter_reads,
    reporter_sees,
    reporter_stage,
)
from record.cases import CaseFile
from record.entries import Typed, entries_of
from record.events import load_events
from web.house import House


@dataclass(frozen=True)
class Viewed:
    """A case with all that was recorded and typed about it, as far as a page may need it."""

    file: CaseFile
    case: Case
    recorded: tuple[Recorded, ...]
    typed: dict[UUID, Typed]
    rules: Rules


async def view(house: House, file: CaseFile) -> Viewed:
    """Two more statements, whatever the case's length."""
    recorded = await load_events(house.engine, file.complaint_id)
    typed = await entries_of(house.engine, file.complaint_id)
    case = fold(file.complaint_id, recorded)
    return Viewed(file, case, tuple(recorded), typed, await house.rules())


def unit_code(path: str | None) -> str | None:
    return code_of(path) if path else None


def case_json(viewed: Viewed, actor: Actor, now: datetime) -> dict[str, Any]:
    """The whole case for a member of staff."""
    file, case = viewed.file, viewed.case
    return {
        "ticket": file.ticket,
        "channel": case.channel,
        "title": file.title,
        "body": file.body,
        "occurred_on": file.occurred_on,
        "location": {
            "kecamatan": file.kecamatan,
            "village_code": file.village_code,
            "address": file.address,
            "lat": file.lat,
            "lng": file.lng,
        },
        "stage": case.stage,
        "unit": unit_code(case.unit),
        "delegate": unit_code(case.delegate),
        "desk": str(case.desk),
        "lead": file.lead_ticket,
        "classification": case.classification,
        "category": case.category,
        "anonymous": case.anonymous,
        "secret": case.secret,
        "reported_unit": unit_code(case.reported_unit),
        "identified": case.identified,
        "received_at": case.received_at,
        "answered_at": case.answered_at,
        "ended_at": case.ended_at,
        "rating": case.rating,
        "late": file.late,
        "level": case.level,
        "seq": case.seq,
        "deadlines": [deadline_json(clock, viewed.rules) for clock in case.clocks.values()]
        + [citizen_clock(case)],
        "available": [
            action_json(kind, viewed.rules) for kind in available(case, actor, now, viewed.rules)
        ],
    }


def deadline_json(clock: Clock, rules: Rules) -> dict[str, Any]:
    """A clock with the arithmetic of its deadline; the ledger under the calendar it was set by."""
    same_calendar = clock.deadline.calendar == rules.calendar.version
    return {
        "clock": clock.name,
        "state": "stopped" if clock.stopped_at else "paused" if clock.paused else "running",
        "started_at": clock.started_at,
        "stopped_at": clock.stopped_at,
        "due_at": clock.due_at,
        "level": clock.level,
        "policy_version": clock.deadline.policy,
        "calendar_version": clock.deadline.calendar,
        "arithmetic": explain(clock.deadline, clock.started_at),
        "ledger": ledger(clock, rules.calendar) if same_calendar else None,
    }


def citizen_clock(case: Case) -> dict[str, Any]:
    """The citizen's clock: no limit, no pause, stopped once by the first answer."""
    return {
        "clock": "citizen",
        "state": "stopped" if case.answered_at else "running",
        "started_at": case.received_at,
        "stopped_at": case.answered_at,
        "due_at": None,
    }


def action_json(kind: type[ActionBase], rules: Rules) -> dict[str, Any]:
    return {
        "action": kind.name(),
        "label": kind.LABEL,
        "fields": form_fields(kind, rules.policy),
    }


@dataclass(frozen=True)
class Entry:
    """One thing the reporter sees: what happened, when, by whom in general, and the words."""

    type: str
    at: str
    by: str
    texts: dict[str, str]
    data: dict[str, Any]


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
            for name in ("unit", "days", "score", "reason", "anonymous", "secret")
            if name in recorded.data
        }
        if "unit" in shown:
            shown["unit"] = code_of(shown["unit"])
        yield Entry(recorded.type, recorded.at, _who(recorded.actor), texts or {}, shown)


def _who(actor: str) -> str:
    return actor if actor in (REPORTER.id, "system") else "staff"


def relayed_entries(lead: Viewed) -> Iterable[Entry]:
    """What the reporter of a duplicate reads of its lead: the answers, nothing of the reporter."""
    kinds = {kind.model_fields["type"].default for kind in RELAYED_TO_DUPLICATES}
    return (entry for entry in reporter_entries(lead) if entry.type in kinds)


def track_json(viewed: Viewed, relayed: Iterable[Entry], now: datetime) -> dict[str, Any]:
    """What the reporter may see of their own complaint."""
    case, deadline = viewed.case, reporter_deadline(viewed.case)
    return {
        "ticket": viewed.file.ticket,
        "title": viewed.file.title,
        "body": viewed.file.body,
        "stage": reporter_stage(case),
        "unit": unit_code(case.unit),
        "anonymous": case.anonymous,
        "secret": case.secret,
        "received_at": case.received_at,
        "next": deadline and {"clock": deadline.name, "due_at": deadline.due_at},
        "timeline": [*reporter_entries(viewed), *relayed],
        "available": [
            action_json(kind, viewed.rules) for kind in available(case, REPORTER, now, viewed.rules)
        ],
    }
