"""Service requests as anybody may read them: the same complaints, and as much of each, as the
public's own pages show. So no address, no point, no picture, and of each moment the day."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.datastructures import QueryParams
from starlette.responses import Response

from domain.calendar import WIB, local_date
from domain.forms import category_label
from domain.masking import masked
from domain.terms import Stage
from record.published import Course, Published, Wanted, courses, published
from web.house import Directory, Home, House
from web.open311.answers import KEPT, Ours, Written, answer
from web.pages.public import STATUS_OF, WORDS
from web.problems import Problem, field_problem

router = APIRouter(dependencies=[Ours])

SPAN = timedelta(days=90)
PAGE_SIZE, LARGEST_PAGE = 100, 200
"""The standard allows 1,000; so many would hold up everybody else of this process for a blink."""
FARTHEST = 10_000
"""Rows that a client may page through before it has to ask by date."""
MOST_NAMED = 100
EARLIEST, LATEST = 2000, 2100
"""Years that a range of days may begin or end in."""
HIDDEN = "[disembunyikan]"
ERASED = "Teks laporan ini sudah dihapus."


@router.get("/requests.{format}")
async def listed(request: Request, house: Home, written: Written) -> Response:
    asked = request.query_params
    if tickets := _several(asked, "service_request_id"):
        if len(tickets) > MOST_NAMED:
            raise field_problem(service_request_id=f"Paling banyak {MOST_NAMED} sekaligus.")
        rows = await published(house.engine, Wanted(tickets=tickets), offset=0, limit=MOST_NAMED)
        return answer(written, "service_requests", await _shown(house, rows))
    wanted = _wanted(asked, local_date(house.now))
    page = _number(asked, "page", 1, 1, FARTHEST)
    size = _number(asked, "page_size", PAGE_SIZE, 1, LARGEST_PAGE)
    if page * size > FARTHEST:
        raise field_problem(page="Terlalu jauh ke belakang; persempit dengan end_date.")
    rows = await published(house.engine, wanted, offset=(page - 1) * size, limit=size + 1)
    headers = KEPT | (_further(request, page) if len(rows) > size else {})
    return answer(written, "service_requests", await _shown(house, rows[:size]), headers=headers)


@router.get("/requests/{ticket}.{format}")
async def one(house: Home, written: Written, ticket: str) -> Response:
    """Raises Problem 404, the same for what is not public and for what is not there."""
    rows = await published(house.engine, Wanted(tickets=[ticket]), offset=0, limit=1)
    if not rows:
        raise Problem(404, "service_request_id ini tidak ada atau tidak dibuka untuk umum.")
    return answer(written, "service_requests", await _shown(house, rows))


def _wanted(asked: QueryParams, today: date) -> Wanted:
    """Raises Problem 422."""
    first, last = _day(asked, "start_date"), _day(asked, "end_date")
    if first is None:
        first = (last or today) - SPAN
    if last is None:
        last = first + SPAN
    if last < first:
        raise field_problem(end_date="end_date lebih awal dari start_date.")
    if last - first > SPAN:
        raise field_problem(end_date=f"Paling lama {SPAN.days} hari sesudah start_date.")
    return Wanted(
        categories=_several(asked, "service_code"), open=_open(asked), first=first, last=last
    )


def _open(asked: QueryParams) -> bool | None:
    """None where it does not matter. Raises Problem 422."""
    named = {one.lower() for one in _several(asked, "status")}
    if named - {"open", "closed"}:
        raise field_problem(status="Pilih open atau closed.")
    return "open" in named if len(named) == 1 else None


def _several(asked: QueryParams, name: str) -> Sequence[str]:
    """Values that are separated by commas, or given again."""
    named = ",".join(asked.getlist(name)).split(",")
    return [one.strip() for one in named if one.strip()]


def _day(asked: QueryParams, name: str) -> date | None:
    """The day in Purbalingga of a moment in W3C's form. Raises Problem 422."""
    if not (value := asked.get(name, "").strip()):
        return None
    try:
        # A plus that was not encoded arrives as a space.
        moment = datetime.fromisoformat(value.replace(" ", "+"))
        day = local_date(moment if moment.tzinfo else moment.replace(tzinfo=WIB))
    except (ValueError, OverflowError):
        day = None
    if day is None or not EARLIEST <= day.year <= LATEST:
        raise field_problem(**{name: "Tulis seperti 2026-11-24T00:00:00Z."})
    return day


def _number(asked: QueryParams, name: str, otherwise: int, least: int, most: int) -> int:
    """Raises Problem 422."""
    value = asked.get(name, "").strip() or str(otherwise)
    if value.isdecimal() and least <= int(value[:9]) <= most:
        return int(value[:9])
    raise field_problem(**{name: f"Bilangan bulat {least} sampai {most}."})


def _further(request: Request, page: int) -> dict[str, str]:
    asked = [(n, v) for n, v in request.query_params.multi_items() if n != "page"]
    query = urlencode([*asked, ("page", str(page + 1))])
    return {"Link": f'<{request.url.path}?{query}>; rel="next"'}


async def _shown(house: House, rows: Sequence[Published]) -> list[dict[str, Any]]:
    units = await house.directory()
    told = await courses(house.engine, [row.complaint_id for row in rows])
    return [_request(row, told.get(row.complaint_id), units) for row in rows]


def _request(row: Published, course: Course | None, units: Directory) -> dict[str, Any]:
    district = units.by_code.get(row.kecamatan or "")
    place = f"{district.name}, " if district else ""
    return {
        "service_request_id": row.ticket,
        "status": "open" if row.open else "closed",
        "status_notes": _notes(row, course),
        "service_name": category_label(row.category) if row.category else None,
        "service_code": row.category,
        "description": _description(row),
        "agency_responsible": units.name(row.unit),
        "service_notice": None,
        "requested_datetime": _midnight(row.received_at),
        "updated_datetime": _midnight(course.changed_at if course else row.received_at),
        "expected_datetime": None,
        "address": f"{place}Kabupaten Purbalingga",
        "address_id": None,
        "zipcode": None,
        "lat": None,
        "long": None,
        "media_url": None,
    }


def _notes(row: Published, course: Course | None) -> str:
    """The public's word for where it stands, and the answer."""
    word = WORDS[STATUS_OF[Stage(row.stage)]]
    answered = course.answer if course else None
    return f"{word}: {masked(answered, HIDDEN)}" if answered else word


def _description(row: Published) -> str:
    if row.title is None or row.body is None:
        return ERASED
    begins_so = row.body.startswith(row.title.removesuffix("…"))
    return masked(row.body if begins_so else f"{row.title}\n\n{row.body}", HIDDEN)


def _midnight(moment: datetime) -> str:
    return datetime.combine(local_date(moment), time(), WIB).isoformat()
