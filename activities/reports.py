"""What a portal's report is here: a filing, and how it came."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.calendar import local_date
from domain.terms import Channel
from portals.protocol import Attachment, Person, Report
from record.engine import storable
from record.entries import SALT_BYTES
from record.filing import Filing
from record.identity import Reporter
from record.ids import uuid7
from record.keyed import keyed
from record.phones import international
from record.portals.origins import Named
from record.portals.taking import Came
from record.units import units_on

TITLE, BODY, ADDRESS = 150, 50_000, 300
"""Letters that are kept at most: what is longer was not written by hand."""
VILLAGE = len("33.03.09.2001")


@dataclass(frozen=True)
class Places:
    """Regions of the regency by Kemendagri's code, with the code of their kecamatan's unit."""

    kecamatan: Mapping[str, str]

    @classmethod
    async def on(cls, engine: AsyncEngine, now: datetime) -> "Places":
        units = await units_on(engine, local_date(now))
        by_path = {unit.path: unit.code for unit in units}
        return cls(
            {
                unit.region_code: by_path.get(unit.parent or "", unit.code)
                if len(unit.region_code) == VILLAGE
                else unit.code
                for unit in units
                if unit.region_code
            }
        )


def filing_of(report: Report, channel: Channel, now: datetime, places: Places) -> Filing:
    """The complaint it is where it is new, received now: the house's clocks cannot have begun
    before the house knew."""
    title, body = report.title.strip(), report.body.strip()
    region = report.region_code if report.region_code in places.kecamatan else None
    happened = report.occurred_on
    return Filing(
        id=uuid7(),
        channel=channel,
        received_at=now,
        title=_cut(title or body.partition("\n")[0] or "(tanpa judul)", TITLE),
        body=_cut(body or title or "(tanpa isi)", BODY),
        anonymous=report.anonymous,
        secret=report.secret,
        salt=secrets.token_bytes(SALT_BYTES),
        occurred_on=happened if happened and happened <= local_date(now) else None,
        kecamatan=places.kecamatan[region] if region else None,
        village_code=region if region and len(region) == VILLAGE else None,
        address=_cut(report.address.strip(), ADDRESS) or None if report.address else None,
        lat=report.lat,
        lng=report.lng,
        reporter=reporter_of(report.reporter),
    )


def came(report: Report, portal: str, *, secret: bytes) -> Came:
    """Without `changed_at`: that is noted once all that the report says was dealt with."""
    return Came(
        portal=portal,
        external_id=storable(report.id),
        digest=digest_of(report, secret),
        same_as=report.same_as,
        status=report.status and storable(report.status),
        filed_at=report.filed_at,
        attachments=named(report.attachments),
    )


def digest_of(report: Report, secret: bytes) -> bytes:
    """Of what the reporter said: a status, a message and a fresh address of a file change nothing.

    Keyed, so that nobody can try guesses on it after the text was erased.
    """
    said = [
        report.title,
        report.body,
        report.category,
        report.occurred_on and report.occurred_on.isoformat(),
        report.address,
        report.lat,
        report.lng,
        report.region_code,
        report.anonymous,
        report.secret,
        *([one.name, one.size] for one in report.attachments),
    ]
    return keyed(secret, "report", json.dumps(said))


def texts_of(report: Report) -> dict[str, str]:
    """What a changed report says now, as the case shows it."""
    texts = {"title": report.title.strip(), "body": _cut(report.body.strip(), BODY)}
    return texts | ({"address": report.address.strip()} if report.address else {})


def named(attachments: tuple[Attachment, ...]) -> tuple[Named, ...]:
    return tuple(
        Named(
            url=storable(one.url),
            name=storable(one.name),
            media_type=one.media_type and storable(one.media_type),
            size=one.size,
        )
        for one in attachments
    )


def reporter_of(person: Person | None) -> Reporter | None:
    if person is None:
        return None
    # What is a number is found by it; anything else is kept as it is.
    phone = person.phone and (international(person.phone) or person.phone)
    return Reporter(name=person.name, phone=phone or None, email=person.email)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
