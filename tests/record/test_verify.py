"""Whatever is changed behind the record's back, verification names the first bad event."""

from datetime import timedelta

import psycopg
import pytest

from domain.case import Case
from domain.events import Noted
from record.entries import entries_of, erase_entry, erase_texts, store_entry
from record.verify import Fault, count_cases, verify_case, verify_following, verify_record
from tests.record.office import Office, a_filing

EVENTS = 5


async def a_life(office: Office) -> Case:
    """A case of `EVENTS` events, each but the first with a text."""
    _, case = await office.file(a_filing())
    for number in range(2, EVENTS + 1):
        at = case.updated_at + timedelta(seconds=1)
        entry = await store_entry(
            office.engine, case.id, "system", {"text": f"Catatan {number}"}, at
        )
        case = await office.append(case, [Noted(at=at, actor="system", entry=entry)])
    return case


async def test_an_untouched_record_verifies(office: Office) -> None:
    made = [await a_life(office) for _ in range(3)]
    verified = await verify_record(office.engine)
    assert (verified.cases, verified.events, verified.faults) == (3, 3 * EVENTS, ())
    for case in made:
        assert await verify_case(office.engine, case.id) is None


@pytest.mark.parametrize(
    ("tampering", "bad"),
    [
        ("UPDATE events SET actor = 'reporter' WHERE seq = 3", 3),
        ("UPDATE events SET at = at + interval '1 microsecond' WHERE seq = 2", 2),
        ("UPDATE events SET type = 'instructed' WHERE seq = 5", 5),
        ("""UPDATE events SET data = data || '{"request": "x"}' WHERE seq = 1""", 1),
        ("UPDATE events SET hash = set_byte(hash, 31, get_byte(hash, 31) # 1) WHERE seq = 4", 4),
        ("UPDATE events SET prev = set_byte(prev, 0, get_byte(prev, 0) # 1) WHERE seq = 4", 4),
        ("UPDATE events SET seq = CASE seq WHEN 2 THEN 3 ELSE 2 END WHERE seq IN (2, 3)", 2),
        ("DELETE FROM events WHERE seq = 3", 3),
        ("DELETE FROM events WHERE seq = 1", 1),
        ("DELETE FROM events WHERE seq = 5", 5),
        ("DELETE FROM events", 1),
        ("UPDATE cases SET head = set_byte(head, 0, get_byte(head, 0) # 1)", 5),
        ("UPDATE cases SET seq = 7", 6),
        ("DELETE FROM cases", 5),
        ("UPDATE complaints SET title = title || '.'", 1),
        ("UPDATE complaints SET address = 'Jl. Raya 1'", 1),
        ("UPDATE complaints SET salt = set_byte(salt, 0, get_byte(salt, 0) # 1)", 1),
        (
            """UPDATE entries SET texts = '{"text": "x"}' WHERE texts ->> 'text' = 'Catatan 4'""",
            4,
        ),
        ("DELETE FROM entries WHERE texts ->> 'text' = 'Catatan 2'", 2),
    ],
)
async def test_tampering_is_named(
    office: Office, superuser: psycopg.AsyncConnection, tampering: str, bad: int
) -> None:
    case = await a_life(office)
    await superuser.execute("ALTER TABLE events DISABLE TRIGGER append_only")
    await superuser.execute("ALTER TABLE events DROP CONSTRAINT events_pkey")
    await superuser.execute(tampering.encode())
    whole = await a_life(office)
    verified = await verify_record(office.engine)
    assert [(fault.complaint_id, fault.seq) for fault in verified.faults] == [(case.id, bad)]
    fault = await verify_case(office.engine, case.id)
    assert fault == verified.faults[0]
    assert await verify_case(office.engine, whole.id) is None


async def test_the_record_is_verified_batch_by_batch(
    office: Office, superuser: psycopg.AsyncConnection
) -> None:
    made = [await a_life(office) for _ in range(5)]
    await superuser.execute("ALTER TABLE events DISABLE TRIGGER append_only")
    await superuser.execute(
        "UPDATE events SET actor = 'reporter' WHERE seq = 3 AND complaint_id = %s", [made[3].id]
    )
    seen, after = 0, None
    faults: list[Fault] = []
    while True:
        verified, last = await verify_following(office.engine, after, 2)
        if last is None:
            break
        assert verified.events == EVENTS * verified.cases
        seen, faults, after = seen + verified.cases, [*faults, *verified.faults], last
    assert seen == await count_cases(office.engine) == 5
    assert [(fault.complaint_id, fault.seq) for fault in faults] == [(made[3].id, 3)]


async def test_an_erased_text_is_no_tampering(office: Office) -> None:
    case = await a_life(office)
    entry, *rest = await entries_of(office.engine, case.id)
    await erase_entry(office.engine, entry)
    await erase_entry(office.engine, entry)
    kept = await entries_of(office.engine, case.id)
    assert kept[entry].texts is None
    assert all(kept[other].texts for other in rest)
    assert await verify_case(office.engine, case.id) is None
    await erase_texts(office.engine, case.id)
    assert all(one.texts is None for one in (await entries_of(office.engine, case.id)).values())
    assert await verify_case(office.engine, case.id) is None
