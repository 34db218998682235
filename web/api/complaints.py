"""Complaints: filing by anybody; lists, cases, actions and events for staff."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query
from pydantic import BaseModel, ConfigDict

from domain.chain import Recorded
from domain.terms import Channel, Stage
from record.cases import CaseFile, CaseRow, Filters, get_case
from record.events import load_events
from record.identity import open_identity
from record.search import list_cases
from record.seen import complaint_seen
from web.acting import act
from web.callers import Caller, IdempotencyKey
from web.filing import SentComplaint, file_complaint
from web.house import Home, House
from web.problems import field_problem, not_found
from web.viewing import case_json, unit_code, view
from workflows.messages import Done

router = APIRouter(prefix="/complaints", tags=["complaints"])


class Filed(BaseModel):
    ticket: str
    receipt: str
    """16 digits, shown this once: with the ticket it opens the complaint for its reporter."""


class Listed(BaseModel):
    complaints: list[dict[str, Any]]
    after: UUID | None
    """Ask for `after` to get the next page; null on the last."""


class SentAction(BaseModel):
    """`action` and the fields that `available` names for it."""

    model_config = ConfigDict(extra="allow")

    action: str


@router.post("", status_code=201)
async def file_one(house: Home, sent: SentComplaint, key: IdempotencyKey = None) -> Filed:
    filed = await file_complaint(house, sent, Channel.MATUR, key)
    return Filed(ticket=filed.ticket, receipt=filed.receipt)


@router.get("")
async def list_all(
    house: Home,
    caller: Caller,
    stage: Stage | None = None,
    unit: str | None = None,
    channel: Channel | None = None,
    late: bool | None = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> Listed:
    filters = Filters(stage=stage, unit=await _unit_path(house, unit), channel=channel, late=late)
    page = await list_cases(
        house.engine, caller.actor, filters, house.now, q=q, after=after, limit=limit
    )
    return Listed(complaints=[row_json(row) for row in page.rows], after=page.after)


@router.get("/{ticket}")
async def show(house: Home, caller: Caller, ticket: str) -> dict[str, Any]:
    file = await _seen(house, caller, ticket)
    return case_json(await view(house, file), caller.actor, house.now)


@router.get("/{ticket}/events")
async def events(house: Home, caller: Caller, ticket: str) -> dict[str, Any]:
    file = await _seen(house, caller, ticket)
    recorded: list[Recorded] = await load_events(house.engine, file.complaint_id)
    return {"complaint": file.complaint_id, "ticket": file.ticket, "events": recorded}


@router.post("/{ticket}/actions")
async def do(
    house: Home,
    caller: Caller,
    ticket: str,
    sent: Annotated[SentAction, Body()],
    key: IdempotencyKey = None,
) -> dict[str, Any]:
    complaint = await complaint_seen(house.engine, caller.actor, ticket)
    if complaint is None:
        raise not_found()
    done: Done = await act(house, complaint, caller.actor, sent.model_dump(), key)
    answer: dict[str, Any] = {"seq": done.seq, "stage": done.stage}
    if sent.action == "open_identity":
        answer["identity"] = await open_identity(house.engine, house.keyring, complaint)
    return answer


async def _seen(house: House, caller: Caller, ticket: str) -> CaseFile:
    file = await get_case(house.engine, caller.actor, ticket, house.now)
    if file is None:
        raise not_found()
    return file


async def _unit_path(house: House, code: str | None) -> str | None:
    if code is None:
        return None
    unit = (await house.directory()).by_code.get(code)
    if unit is None:
        raise field_problem(unit=f"Unit “{code}” tidak dikenal.")
    return unit.path


def row_json(row: CaseRow) -> dict[str, Any]:
    return {
        "ticket": row.ticket,
        "title": row.title,
        "stage": row.stage,
        "unit": unit_code(row.unit),
        "delegate": unit_code(row.delegate),
        "desk": row.desk,
        "channel": row.channel,
        "kecamatan": row.kecamatan,
        "classification": row.classification,
        "category": row.category,
        "due_clock": row.due_clock,
        "due_at": row.due_at,
        "late": row.late,
        "level": row.level,
        "received_at": row.received_at,
        "updated_at": row.updated_at,
    }
