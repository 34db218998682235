"""What SP4N sends, by the names of its mapping."""

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from portals.protocol import Attachment, BadSignature, Hint, Message, Misread, Person, Report
from portals.reading import (
    Item,
    Puzzling,
    day,
    dig,
    flag,
    moment,
    needed,
    number,
    perhaps,
    position,
    rows,
    same,
    text,
    when,
    whole,
)
from portals.sp4n_mapping import Sp4nMapping, Webhook

FRESH = timedelta(minutes=5)
"""How far a webhook's time may lie from ours."""


def read_report(mapping: Sp4nMapping, item: object) -> Report | Misread:
    try:
        return _report(mapping, item)
    except Puzzling as puzzle:
        found = perhaps(item, mapping.report.id)
        return Misread(id=found, raw=whole(item), reason=puzzle.reason)


def message_of(mapping: Sp4nMapping, item: object, otherwise: datetime) -> Message:
    """`otherwise`: its time, where that cannot be read: one odd message keeps no others from
    coming. Raises Puzzling."""
    names = mapping.message
    return Message(
        id=needed(item, names.id),
        by_reporter=same(perhaps(item, names.author), mapping.words.reporter),
        text=perhaps(item, names.text) or "",
        at=when(item, names.at, mapping.time_zone) or otherwise,
        attachments=_attachments(mapping, item, names.attachments),
    )


def read_hint(
    names: Webhook, secret: str, headers: Mapping[str, str], body: bytes, now: datetime
) -> Hint:
    """What a webhook says, where the portal signed it within five minutes of `now`, as
    `t=<unix>,v1=<hex HMAC-SHA-256 of "t.body">`. Raises BadSignature."""
    given = {name.lower(): value for name, value in headers.items()}
    parts = dict(
        part.strip().partition("=")[::2]
        for part in given.get(names.signature.lower(), "").split(",")
    )
    at, signature = parts.get("t", ""), parts.get("v1", "")
    expected = hmac.new(secret.encode(), at.encode() + b"." + body, sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
        raise BadSignature
    try:
        if abs(now - datetime.fromtimestamp(int(at), UTC)) > FRESH:
            raise BadSignature
        said = json.loads(body)
        return Hint(event=text(said, names.event) or "", report=text(said, names.report))
    except (ValueError, OverflowError, OSError, RecursionError, Puzzling):
        raise BadSignature from None


def _report(mapping: Sp4nMapping, item: object) -> Report:
    names, zone = mapping.report, mapping.time_zone
    if not isinstance(item, Mapping):
        raise Puzzling(mapping.page.items, "bukan laporan")
    filed_at = moment(item, names.filed_at, zone)
    if filed_at is None:
        raise Puzzling(names.filed_at, "tidak ada atau kosong")
    status = text(item, names.status)
    lat, lng = position(item, names.lat, names.lng)
    return Report(
        id=needed(item, names.id),
        title=needed(item, names.title),
        body=needed(item, names.body),
        category=text(item, names.category),
        occurred_on=day(item, names.occurred_on),
        address=text(item, names.address),
        lat=lat,
        lng=lng,
        region_code=text(item, names.region_code),
        anonymous=flag(item, names.anonymous),
        secret=flag(item, names.secret),
        reporter=_person(mapping, item),
        attachments=_attachments(mapping, item, names.attachments),
        filed_at=filed_at,
        changed_at=moment(item, names.changed_at, zone) or filed_at,
        status=status,
        closed=same(status, mapping.words.closed),
    )


def _person(mapping: Sp4nMapping, item: Item) -> Person | None:
    found = dig(item, mapping.report.reporter)
    if found is None:
        return None
    return Person(
        name=needed(found, mapping.person.name),
        phone=text(found, mapping.person.phone),
        email=text(found, mapping.person.email),
    )


def _attachments(mapping: Sp4nMapping, item: object, path: str) -> tuple[Attachment, ...]:
    names = mapping.attachment
    return tuple(
        Attachment(
            url=needed(row, names.url),
            name=text(row, names.name) or needed(row, names.url).rsplit("/", 1)[-1],
            media_type=text(row, names.media_type),
            size=_size(row, names.size),
        )
        for row in rows(item, path)
    )


def _size(row: Item, path: str) -> int | None:
    found = number(row, path, 0, 1e12)
    return None if found is None else int(found)
