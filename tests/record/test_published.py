"""What an Open311 client finds of the record, and how often its key may file."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.actions import Answer, LinkDuplicate
from domain.terms import Channel
from record.entries import store_entry
from record.ids import uuid7_floor
from record.open311 import BURST, EVERY, add_key, admit, keys, revoke_key
from record.published import Wanted, courses, published, ticket_filed_over_open311
from tests.record.office import COORDINATOR, DISPOSE, DPUPR, MORNING, Office, a_filing, statements

NOON = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)


async def found(office: Office, offset: int = 0, limit: int = 10, **wanted: Any) -> list[str]:
    with statements() as sent:
        rows = await published(office.engine, Wanted(**wanted), offset=offset, limit=limit)
    assert sent == {"SELECT": 1}
    return [row.ticket for row in rows]


async def on(office: Office, moment: datetime, category: str = "infrastruktur") -> str:
    """The ticket of a public complaint that came then."""
    filing = a_filing(id=uuid7_floor(int(moment.timestamp() * 1000)), received_at=moment)
    filed, case = await office.file(filing)
    await office.act(case, DISPOSE.model_copy(update={"category": category}), COORDINATOR)
    return filed.ticket


async def test_days_are_those_of_purbalingga_and_both_count(office: Office) -> None:
    last_minute = await on(office, datetime(2026, 3, 1, 16, 59, tzinfo=UTC))
    midnight = await on(office, datetime(2026, 3, 1, 17, 0, tzinfo=UTC))
    later = await on(office, datetime(2026, 3, 4, 1, 0, tzinfo=UTC), "kesehatan")
    assert await found(office) == [later, midnight, last_minute]
    assert await found(office, first=date(2026, 3, 2)) == [later, midnight]
    assert await found(office, last=date(2026, 3, 1)) == [last_minute]
    fourth = date(2026, 3, 4)
    assert await found(office, first=fourth, last=fourth) == [later]
    assert await found(office, categories=["kesehatan", "x\x00"]) == [later]
    assert await found(office, tickets=[midnight.lower(), "MB-2026-999999", "\x00"]) == [midnight]
    assert await found(office, offset=1, limit=1) == [midnight]


async def test_open_and_closed_and_what_is_not_public(office: Office) -> None:
    filed, case = await office.file()
    assert await found(office) == []
    case = await office.act(case, DISPOSE, COORDINATOR)
    assert await found(office, open=True) == [filed.ticket]
    assert await found(office, open=False) == []
    hidden, secret = await office.file(a_filing())
    await office.act(secret, DISPOSE.model_copy(update={"secret": True}), COORDINATOR)
    assert await found(office) == [filed.ticket]
    assert await found(office, tickets=[hidden.ticket]) == []


async def test_a_course_tells_the_last_answer_and_the_last_public_moment(office: Office) -> None:
    _, lead = await office.file()
    lead = await office.act(lead, DISPOSE, COORDINATOR, MORNING)
    _, case = await office.file(a_filing())
    case = await office.act(case, DISPOSE, COORDINATOR, MORNING)
    case = await office.act(case, LinkDuplicate(lead=lead.id), COORDINATOR, MORNING)
    told = await courses(office.engine, [lead.id, case.id])
    assert {one.answer for one in told.values()} == {None}
    entry = await store_entry(office.engine, lead.id, DPUPR.id, {"text": "Sudah."}, NOON)
    lead = await office.act(lead, Answer(entry=entry), DPUPR, NOON)
    with statements() as sent:
        told = await courses(office.engine, [lead.id, case.id])
    assert sent == {"SELECT": 2}
    assert [(told[one].answer, told[one].changed_at) for one in (lead.id, case.id)] == [
        ("Sudah.", NOON),
        ("Sudah.", MORNING),
    ]
    assert await courses(office.engine, []) == {}


async def test_a_token_stands_for_what_was_filed_over_open311(office: Office) -> None:
    theirs, case = await office.file(a_filing(channel=Channel.OPEN311))
    _, other = await office.file(a_filing())
    assert await ticket_filed_over_open311(office.engine, case.id) == theirs.ticket
    assert await ticket_filed_over_open311(office.engine, other.id) is None


async def test_a_key_opens_until_it_is_revoked(office: Office) -> None:
    secret = office.secret
    key = await add_key(office.engine, "aplikasi", MORNING, secret=secret)
    assert key is not None
    assert await add_key(office.engine, "aplikasi", MORNING, secret=secret) is None
    assert [one.used_at for one in await keys(office.engine)] == [None]
    with statements() as sent:
        admitted = await admit(office.engine, key, NOON, secret=secret)
    assert sum(sent.values()) == 1
    assert admitted is not None
    assert admitted.wait == 0
    assert [(one.name, one.used_at) for one in await keys(office.engine)] == [("aplikasi", NOON)]
    assert await admit(office.engine, f"{key}x", NOON, secret=secret) is None
    assert await admit(office.engine, key, NOON, secret=b"another" * 8) is None
    assert await revoke_key(office.engine, "aplikasi", NOON)
    assert not await revoke_key(office.engine, "aplikasi", NOON)
    assert await admit(office.engine, key, NOON, secret=secret) is None
    again = await add_key(office.engine, "aplikasi", NOON, secret=secret)
    assert again not in (None, key)


@pytest.mark.parametrize("pause", [timedelta(), timedelta(days=3)])
async def test_a_key_files_a_burst_and_then_at_its_rate(office: Office, pause: timedelta) -> None:
    key = await add_key(office.engine, "aplikasi", MORNING, secret=office.secret)
    assert key is not None
    now = MORNING + pause

    async def wait(at: datetime) -> int:
        admitted = await admit(office.engine, key, at, secret=office.secret)
        assert admitted is not None
        return admitted.wait

    assert [await wait(now) for _ in range(BURST)] == [0] * BURST, "however long it was quiet"
    assert await wait(now) == EVERY.total_seconds()
    assert await wait(now + EVERY) == 0
    assert await wait(now + EVERY) == EVERY.total_seconds(), "a refusal costs nothing"
