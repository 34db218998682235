"""Filing by a client with a key: a service request becomes a complaint like any other."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import structlog
from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from domain.calendar import WIB, local_date
from domain.forms import category_label
from domain.terms import Channel
from record.engine import storable
from record.open311 import admit
from record.published import ticket_filed_over_open311
from web.callers import IdempotencyKey
from web.filing import SentComplaint, file_complaint
from web.house import Home, House
from web.open311.answers import READABLE, Ours, Written, answer, check_jurisdiction
from web.open311.media import fetched
from web.open311.services import (
    DATE,
    IDENTITY,
    KECAMATAN,
    OPEN_IDENTITY,
    SECRET,
    YES,
    attributes,
    known,
)
from web.problems import Problem, field_problem, validation_errors

router = APIRouter()
log = structlog.get_logger("open311")

LONGEST = 4000
"""Letters of a description, by the standard."""
LONGEST_TITLE = 100
MOST_FIELDS = 100
FORM = "application/x-www-form-urlencoded"
ATTRIBUTE = re.compile(r"attribute\[([^\]]*)\](?:\[\])?")
NAMELESS = "Tidak menyebut nama"

Form = Mapping[str, str]
OWN = {"Cache-Control": "no-store"}


@router.post("/requests.{format}")
async def file(
    request: Request, house: Home, written: Written, key: IdempotencyKey = None
) -> Response:
    form = await _form(request)
    check_jurisdiction(form.get("jurisdiction_id"))
    client = await _client(house, form.get("api_key", ""))
    sent = await _complaint(house, form)
    media = await fetched(house, form["media_url"]) if form.get("media_url") else None
    own_key = f"open311:{client}:{key}" if key else None
    filed = await file_complaint(
        house, sent, Channel.OPEN311, own_key, [media.file] if media and media.file else []
    )
    log.info("filed over open311", key=str(client), complaint=str(filed.complaint_id))
    notice = f"Nomor aduan {filed.ticket}, kode tanda terima {filed.receipt}. Simpan keduanya:"
    notice += " dengan itu pelapor melacak dan membalas di halaman Lacak."
    if media and media.why:
        notice += f" Foto tidak ikut: {media.why}"
    told = {
        "service_request_id": filed.ticket,
        "token": str(filed.complaint_id),
        "service_notice": notice,
        "account_id": form.get("account_id"),
    }
    return answer(written, "service_requests", [told], 201, OWN)


@router.get("/tokens/{token}.{format}", dependencies=[Ours])
async def token(house: Home, written: Written, token: str) -> Response:
    try:
        ticket = await ticket_filed_over_open311(house.engine, UUID(token))
    except ValueError:
        ticket = None
    if ticket is None:
        raise Problem(404, "Token ini tidak dikenal.")
    told = {"service_request_id": ticket, "token": token}
    return answer(written, "service_requests", [told], headers=READABLE | OWN)


async def _form(request: Request) -> Form:
    """Its fields; of one that comes twice the last. Raises Problem 415, 422."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise Problem(415, f"Kirim sebagai {FORM}.")
    try:
        body = (await request.body()).decode()
        fields = parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Problem(422, "Isi kiriman tidak dapat dibaca.") from None
    return {name: kept for name, value in fields if (kept := storable(value).strip())}


async def _client(house: House, api_key: str) -> UUID:
    """Whose key it is, counted. Raises Problem 403, 429."""
    admitted = await admit(house.engine, api_key, house.now, secret=house.secret)
    if admitted is None:
        raise Problem(403, "api_key tidak ada atau tidak berlaku.")
    if admitted.wait:
        raise Problem(
            429,
            "Terlalu banyak kiriman dengan api_key ini. Coba lagi sebentar lagi.",
            headers={"Retry-After": str(admitted.wait)},
        )
    return admitted.key


async def _complaint(house: House, form: Form) -> SentComplaint:
    """Raises Problem 404, 422."""
    if "service_code" not in form:
        raise field_problem(service_code="Wajib diisi.")
    await known(house, form["service_code"])
    if ("lat" in form) is not ("long" in form):
        raise field_problem(lat="Kirim lat bersama long.")
    if "lat" not in form and "address_string" not in form:
        # `address_id` alone says nothing: we gave nobody any.
        raise field_problem(address_string="Kirim lat dan long, atau address_string.")
    description = form.get("description", "")
    if len(description) > LONGEST:
        raise field_problem(description=f"Paling banyak {LONGEST} huruf.")
    chosen = _attributes(form, await attributes(house))
    service = category_label(form["service_code"])
    try:
        return SentComplaint.model_validate(
            {
                "title": _title(description) or service,
                "body": f"{description}\n\nLayanan yang dipilih: {service}".strip(),
                "occurred_on": _day(chosen.get(DATE)),
                "location": {
                    "kecamatan_code": chosen.get(KECAMATAN),
                    "address": form.get("address_string"),
                    "lat": form.get("lat"),
                    "lng": form.get("long"),
                },
                "reporter": _reporter(form),
                "anonymous": chosen.get(IDENTITY) != OPEN_IDENTITY,
                "secret": chosen.get(SECRET) == YES,
            }
        )
    except ValidationError as error:
        raise Problem(422, "Ada isian yang harus diperbaiki.", validation_errors(error)) from None


def _title(description: str) -> str:
    """Its first line, shortened at a word."""
    line = next((one.strip() for one in description.splitlines() if one.strip()), "")
    if len(line) <= LONGEST_TITLE:
        return line
    most = line[: LONGEST_TITLE - 1]
    return (most.rpartition(" ")[0].rstrip() or most) + "…"


def _reporter(form: Form) -> dict[str, Any] | None:
    name = " ".join(form[part] for part in ("first_name", "last_name") if part in form)
    phone, email = form.get("phone"), form.get("email")
    if not (name or phone or email):
        return None
    return {"name": name or NAMELESS, "phone": phone, "email": email}


def _attributes(form: Form, defined: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What was chosen of the service's attributes. Raises Problem 422."""
    allowed = {one["code"]: [value["key"] for value in one["values"]] for one in defined}
    chosen = {}
    for name, value in form.items():
        if not (found := ATTRIBUTE.fullmatch(name)):
            continue
        if found[1] not in allowed:
            raise field_problem(**{name: "Atribut ini tidak ada di definisi layanan."})
        if allowed[found[1]] and value not in allowed[found[1]]:
            raise field_problem(**{name: "Pilih salah satu key dari definisi layanan."})
        chosen[found[1]] = value
    return chosen


def _day(value: str | None) -> date | None:
    """Raises Problem 422."""
    try:
        moment = datetime.fromisoformat(value) if value else None
        return moment and local_date(moment if moment.tzinfo else moment.replace(tzinfo=WIB))
    except (ValueError, OverflowError):
        raise field_problem(occurred_on="Tulis hari seperti 2026-11-20.") from None
