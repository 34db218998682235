"""What a reporter may see and do, with ticket and receipt."""

from typing import Annotated, Literal

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from domain.actors import REPORTER
from domain.terms import Stage
from record.cases import CaseFile, case_of_reporter
from record.receipts import DIGITS, check_receipt, digits_of, ticket_of
from web.acting import act
from web.api.problems import declared
from web.api.shapes import Acted, Tracked
from web.api.showing import tracked_shape
from web.braking import guessed_wrong, may_guess, receipt_guesses
from web.callers import IdempotencyKey
from web.house import Home, House
from web.problems import Problem
from web.viewing import Entry, Viewed, relayed_entries, view

router = APIRouter(prefix="/track", tags=["track"])

OPENS: JsonDict = {"ticket": "MB-2026-000123", "receipt": "1234 5678 9012 3456"}


RATES: JsonDict = {**OPENS, "action": "rate", "score": 5, "text": "Cepat ditangani."}


class Opened(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [OPENS]})

    ticket: str = Field(max_length=30)
    receipt: str = Field(max_length=40)


class SentReporterAction(Opened):
    """`action` and the fields that `available` names for it."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={"examples": [RATES]},
    )

    action: Literal["reporter_reply", "rate", "reopen", "set_visibility"]


@router.post("", responses=declared(404, 413, 422, 429, 503))
async def track(request: Request, house: Home, sent: Opened) -> Tracked:
    """What the reporter may see of their own complaint, and do."""
    viewed = await view(house, await opened(house, request, sent))
    return tracked_shape(viewed, await relayed(house, viewed), house.now)


@router.post(
    "/actions",
    responses=declared(404, 409, 413, 422, 429, 503),
    response_model_exclude_unset=True,
)
async def do(
    request: Request,
    house: Home,
    sent: Annotated[SentReporterAction, Body()],
    key: IdempotencyKey = None,
) -> Acted:
    """Do as the reporter what `available` offers. Returns when it is recorded."""
    file = await opened(house, request, sent)
    fields = sent.model_dump(exclude={"ticket", "receipt"})
    done = await act(house, file.complaint_id, REPORTER, fields, key)
    # As in `reporter_stage`: that an answer is being approved is internal.
    stage = Stage.IN_PROGRESS if done.stage is Stage.IN_REVIEW else done.stage
    return Acted(seq=done.seq, stage=stage)


async def opened(house: House, request: Request, sent: Opened) -> CaseFile:
    """The complaint that ticket and receipt open. Raises Problem 404, the same for either, and
    TooOften."""
    guesses = receipt_guesses(request, ticket_of(sent.ticket) or "")
    await may_guess(house, guesses)
    complaint = await check_receipt(house.engine, house.secret, sent.ticket, sent.receipt)
    file = complaint and await case_of_reporter(house.engine, complaint, house.now)
    if not file:
        if len(digits_of(sent.receipt)) == DIGITS:  # fewer opens nothing and is no guess
            await guessed_wrong(house, guesses)
        raise Problem(404, "Nomor aduan dan kode tanda terima tidak cocok. Periksa keduanya.")
    return file


async def relayed(house: House, viewed: Viewed) -> list[Entry]:
    """What the lead of a duplicate told its reporter, also after both have ended."""
    lead = viewed.lead and await case_of_reporter(house.engine, viewed.lead, house.now)
    return list(relayed_entries(await view(house, lead))) if lead else []
