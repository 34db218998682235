"""Tugas saya: what waits for this person, the most urgent first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from domain.terms import Role
from record.accounts import Account
from record.inbox import COUNTED_TO, Cursor, Delegation, Tasks, count_arrivals, count_tasks, inbox
from record.notes import latest_notes
from record.portals.refused import awaited
from web.house import Directory, Home, House
from web.pages.dates import Urgency, urgency_bounds
from web.pages.done import forget, remembered
from web.pages.filtering import TASKS, Asked, asked, chips, choices, filters_of, url
from web.pages.rendering import page, wants_block
from web.pages.rows import Row, rows_of, very_late_after
from web.pages.saved import Saving, shelf
from web.sessions import OpenPage, Staff

router = APIRouter()


@dataclass(frozen=True)
class Section:
    """A group of tasks; `count` is of all pages together."""

    urgency: Urgency
    count: int
    rows: Sequence[Row]


@router.get("/tugas")
async def show(request: Request, house: Home, account: Staff) -> Response:
    chosen = asked(TASKS, request.query_params, await house.directory(), await house.rules())
    return await list_tasks(request, house, account, chosen)


@router.get("/tugas/baru")
async def arrivals(request: Request, house: Home, account: OpenPage) -> Response:
    """How many tasks came since the list was drawn, and nothing else: the list stays as it is."""
    since = _moment(request.query_params.get("sejak", ""))
    if since is None or not wants_block(request):
        return RedirectResponse("/tugas", 303)
    units = await house.directory()
    chosen = asked(TASKS, request.query_params, units, await house.rules())
    tasks = _tasks(account, chosen, units)
    count = await count_arrivals(house.engine, tasks, since, house.now)
    if not count:
        return Response(status_code=204)
    return page(
        request, "arrivals.html", {"count": count, "url": url(TASKS, chosen)}, block="arrivals"
    )


async def list_tasks(
    request: Request, house: House, account: Account, chosen: Asked, saving: Saving | None = None
) -> Response:
    """Five statements, whatever is shown."""
    now, rules, units = house.now, await house.rules(), await house.directory()
    tasks = _tasks(account, chosen, units)
    after = cursor(request.query_params.get("setelah", ""))
    found = await inbox(house.engine, tasks, now, after=after)
    bounds = urgency_bounds(now, rules.calendar, very_late_after(rules))
    counts = dict(zip(Urgency, await count_tasks(house.engine, tasks, now, bounds), strict=True))
    notes = await latest_notes(house.engine, [row.complaint_id for row in found.rows])
    rows = rows_of(found.rows, units, rules, now, notes)
    count, done = sum(counts.values()), remembered(request)
    context = {
        "count": f"{count}+" if count >= COUNTED_TO else count,
        "sections": [
            Section(key, counts[key], list(group))
            for key, group in groupby(rows, key=lambda row: row.urgency)
        ],
        "chosen": chosen,
        "chips": chips(TASKS, chosen, units),
        "choices": choices(TASKS, units, rules),
        "shelf": await shelf(house, account, TASKS, chosen, saving),
        "awaited": await awaited(house.engine, account.actor),
        "may_dispose": account.actor.holds(Role.COORDINATOR),
        "poll": url("tugas/baru", chosen, sejak=now.isoformat()),
        "first": "" if after is None else url(TASKS, chosen),
        "further": found.after and url(TASKS, chosen, setelah=written(found.after)),
        "now": now,
        "done": done,
    }
    status = 422 if saving else 200
    response = page(request, "tasks.html", context, status=status)
    return forget(response) if done else response


def _tasks(account: Account, chosen: Asked, units: Directory) -> Tasks:
    delegated = chosen.get("delegated")
    return Tasks(
        account.actor, filters_of(chosen, units), Delegation(delegated) if delegated else None
    )


def written(cursor: Cursor) -> str:
    return f"{cursor.due_at.isoformat() if cursor.due_at else ''}~{cursor.complaint_id}"


def cursor(value: str) -> Cursor | None:
    due, _sep, id_ = value.partition("~")
    try:
        found = UUID(id_)
    except ValueError:
        return None
    due_at = _moment(due)
    return Cursor(due_at, found) if due_at or not due else None


def _moment(value: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at if at.tzinfo else None
