"""Complaints: filing by anybody; lists, cases, actions and events for staff."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query
from pydantic import BaseModel, ConfigDict

from domain.actions import OpenIdentity
from domain.terms import Channel, Stage
from record.cases import CaseFile, Filters, get_case
from record.events import load_events
from record.identity import open_identity
from record.search import list_cases
from web.acting import act, typed_texts, unknown_unit
from web.api.problems import declared
from web.api.shapes import Acted, CaseShape, Event, Filed, Identity, Listed, Trail
from web.api.showing import calendar_versions, case_shape, row_shape
from web.callers import Bearer, Caller, IdempotencyKey, asker
from web.filing import SentComplaint, file_complaint
from web.house import Home, House
from web.problems import Problem, field_problem, not_found
from web.viewing import view

router = APIRouter(prefix="/complaints", tags=["complaints"])


class SentAction(BaseModel):
    """`action` and the fields that `available` names for it."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "action": "dispose",
                    "classification": "tidak_berkadar",
                    "category": "infrastruktur",
                    "unit": "dpupr",
                },
                {"action": "answer", "text": "Lubang sudah kami tambal hari ini."},
            ]
        },
    )

    action: str


@router.post("", status_code=201, responses=declared(413, 422, 503))
async def file_one(house: Home, sent: SentComplaint, key: IdempotencyKey = None) -> Filed:
    """File a complaint; anybody may. The same key files it once and gives the same receipt."""
    filed = await file_complaint(house, sent, Channel.MATUR, key)
    return Filed(ticket=filed.ticket, receipt=filed.receipt)


@router.get("", responses=declared(401, 422, 503))
async def list_all(
    house: Home,
    caller: Caller,
    stage: Stage | None = None,
    unit: Annotated[
        str | None, Query(description="A unit's code; its sub-units too.", examples=["dpupr"])
    ] = None,
    channel: Channel | None = None,
    late: bool | None = None,
    q: Annotated[
        str | None,
        Query(max_length=200, description="A ticket, or words of title and text."),
    ] = None,
    after: Annotated[
        UUID | None, Query(description="`after` of the page before, for the next one.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> Listed:
    """The complaints that you may see, newest first."""
    filters = Filters(stage=stage, unit=await _unit_path(house, unit), channel=channel, late=late)
    page = await list_cases(
        house.engine, caller.actor, filters, house.now, q=q, after=after, limit=limit
    )
    rows = [row_shape(row) for row in page.rows]
    return Listed(complaints=rows, after=page.after, corrected=page.corrected)


@router.get("/{ticket}", responses=declared(401, 404, 503))
async def show(house: Home, caller: Caller, ticket: str) -> CaseShape:
    """A case: where it stands, its deadlines, what happened, and what you may do."""
    file = await _seen(house, caller, ticket)
    viewed = await view(house, file)
    calendars = await house.calendars(calendar_versions(viewed.case))
    return case_shape(viewed, caller.actor, house.now, calendars)


@router.get("/{ticket}/events", responses=declared(401, 404, 503))
async def events(house: Home, caller: Caller, ticket: str) -> Trail:
    """All events of a case as recorded; docs/record.md says how to check their chain."""
    file = await _seen(house, caller, ticket)
    recorded = await load_events(house.engine, file.complaint_id)
    listed = [Event.model_validate(vars(event)) for event in recorded]
    return Trail(complaint=file.complaint_id, ticket=file.ticket, events=listed)


@router.post(
    "/{ticket}/actions",
    responses=declared(401, 403, 404, 409, 413, 422, 503),
    response_model_exclude_unset=True,
)
async def do(
    house: Home,
    bearer: Bearer,
    ticket: str,
    sent: Annotated[SentAction, Body()],
    key: IdempotencyKey = None,
) -> Acted:
    """Do what `available` offers. Returns when it is recorded."""
    fields = sent.model_dump()
    try:
        texts = typed_texts(fields)
    except Problem:  # whoever may not ask at all hears that first
        await asker(house, bearer, ticket, {})
        raise
    who = await asker(house, bearer, ticket, texts)
    complaint = who.complaint
    done = await act(house, complaint, who.account.actor, fields, key, entry=who.entry)
    if sent.action != OpenIdentity.name():
        return Acted(seq=done.seq, stage=done.stage)
    reporter = await open_identity(house.engine, house.keyring, complaint)
    identity = Identity.model_validate(vars(reporter)) if reporter else None
    return Acted(seq=done.seq, stage=done.stage, identity=identity)


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
        raise field_problem(unit=unknown_unit(code))
    return unit.path
