"""What a reporter may see and do, with ticket and receipt."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field

from domain.actors import REPORTER
from record.cases import CaseFile, case_of_reporter
from record.receipts import check_receipt
from web.acting import act
from web.callers import IdempotencyKey
from web.house import Home, House
from web.problems import Problem
from web.viewing import Entry, relayed_entries, track_json, view

router = APIRouter(prefix="/track", tags=["track"])


class Opened(BaseModel):
    ticket: str = Field(max_length=30)
    receipt: str = Field(max_length=40)


class SentReporterAction(Opened):
    """`action` and the fields that `available` names for it."""

    model_config = ConfigDict(extra="allow")

    action: Literal["reporter_reply", "rate", "reopen", "set_visibility"]


@router.post("")
async def track(house: Home, sent: Opened) -> dict[str, Any]:
    file = await opened(house, sent)
    viewed = await view(house, file)
    return track_json(viewed, await relayed(house, file), house.now)


@router.post("/actions")
async def do(
    house: Home, sent: Annotated[SentReporterAction, Body()], key: IdempotencyKey = None
) -> dict[str, Any]:
    file = await opened(house, sent)
    fields = sent.model_dump(exclude={"ticket", "receipt"})
    done = await act(house, file.complaint_id, REPORTER, fields, key)
    return {"seq": done.seq, "stage": done.stage}


async def opened(house: House, sent: Opened) -> CaseFile:
    """The complaint that ticket and receipt open. Raises Problem 404, the same for either."""
    complaint = await check_receipt(house.engine, house.secret, sent.ticket, sent.receipt)
    file = complaint and await case_of_reporter(house.engine, complaint, house.now)
    if not file:
        raise Problem(404, "Nomor aduan dan kode tanda terima tidak cocok. Periksa keduanya.")
    return file


async def relayed(house: House, file: CaseFile) -> list[Entry]:
    """What the lead of a duplicate told its reporter."""
    lead = file.lead and await case_of_reporter(house.engine, file.lead, house.now)
    return list(relayed_entries(await view(house, lead))) if lead else []
