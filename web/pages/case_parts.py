"""The other pages of a case: what happened, files, what the reporter reads, and the audit trail."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from record.files.rows import files_of
from record.verify import verify_case
from web.house import Home
from web.pages.audit import may_audit
from web.pages.case_portals import missing_of
from web.pages.casefile import happenings, namer, seen, shown
from web.pages.language import _
from web.pages.rendering import page
from web.pages.saying import TOPICS, Topic
from web.pages.tracked import content
from web.pages.trail import step, why_words
from web.sessions import Staff
from web.viewing import view

router = APIRouter(prefix="/aduan/{ticket}")

ALL = "semua"


@router.get("/riwayat")
async def history(
    request: Request, house: Home, account: Staff, ticket: str, jenis: str = ALL
) -> Response:
    viewed = await view(house, await seen(house, account, ticket))
    files = await files_of(house.engine, viewed.file.complaint_id)
    happened = await happenings(house, viewed, files=files)
    url = f"/aduan/{viewed.file.ticket}/riwayat"
    topic = Topic(jenis) if jenis in set(Topic) else None
    ways = [(_("Semua"), url, topic is None, len(happened))]
    for one in Topic:
        count = sum(one in happening.topics for happening in happened)
        ways.append((_(TOPICS[one]), f"{url}?jenis={one}", topic is one, count))
    context = {
        "page": await shown(house, account, viewed),
        "topics": ways,
        "happenings": [one for one in happened if topic is None or topic in one.topics],
    }
    return page(request, "case_history.html", context)


@router.get("/berkas")
async def files(request: Request, house: Home, account: Staff, ticket: str) -> Response:
    viewed = await view(house, await seen(house, account, ticket))
    found = await files_of(house.engine, viewed.file.complaint_id)
    filed = [one for one in found if one.entry_id == viewed.file.complaint_id]
    later = [one for one in await happenings(house, viewed, files=found) if one.files]
    context = {
        "page": await shown(house, account, viewed),
        "filed": filed,
        "later": [one for one in later if one.seq > 1],
        "missing": await missing_of(house, viewed),
    }
    return page(request, "case_files.html", context)


@router.get("/pesan")
async def messages(request: Request, house: Home, account: Staff, ticket: str) -> Response:
    viewed = await view(house, await seen(house, account, ticket))
    told = await content(house, viewed, {})
    context = {
        "page": await shown(house, account, viewed),
        "happenings": told["happenings"],
        "steps": told["steps"],
        "next": told["next"],
    }
    return page(request, "case_messages.html", context)


@router.get("/jejak")
async def trail(request: Request, house: Home, account: Staff, ticket: str) -> Response:
    viewed = await view(house, await seen(house, account, ticket))
    units = await house.directory()
    name = await namer(house, [one.actor for one in viewed.recorded])
    fault = await verify_case(house.engine, viewed.file.complaint_id)
    context = {
        "page": await shown(house, account, viewed),
        "complaint": viewed.file.complaint_id,
        "steps": [step(one, viewed, units, name) for one in viewed.recorded],
        "fault": fault,
        "why": why_words(fault.why) if fault else "",
        "may_audit": may_audit(account),
        "now": house.now,
    }
    return page(request, "trail.html", context)
