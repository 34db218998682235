"""Taking in what portals send: one complaint for one complaint, and its portals told so far."""

import asyncio
import secrets
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from domain.actions import AskReporter, LinkDuplicate, UnlinkDuplicate
from domain.case import Case
from domain.chain import seal
from domain.events import OriginJoined
from domain.evolve import fold
from domain.projection import project
from domain.terms import Channel
from record.append import append
from record.errors import FileGoneError
from record.events import load_events, mark_started
from record.files.rows import FileRow
from record.identity import Keyring, open_identity
from record.ids import uuid7
from record.portal_tables import attachments, deliveries, origins
from record.portals.calls import forget_calls, note_call, take_turn
from record.portals.health import calls
from record.portals.origins import (
    Dealt,
    Named,
    add_attachments,
    mark_closed,
    note_dealt,
    origin,
    origins_known,
    origins_of,
    told_the_end,
)
from record.portals.quarantine import (
    Kind,
    counts,
    drop,
    keep,
    mark_taken,
    quarantined,
    raw_of,
    understood,
    waiting,
)
from record.portals.state import (
    Mode,
    ensure_portal,
    move_cursor,
    pause,
    portal,
    portals,
    pull_failed,
    resume,
    set_mode,
    steps,
)
from record.portals.taking import Came, Outcome, Taken, take_in
from record.rotation import rotate
from record.tables import complaints, outbox, reporter_phones
from tests.record.office import COORDINATOR, Office, a_filing, count, statements

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
FIRST = b"1" * 32
OTHER = b"2" * 32


@pytest.fixture
async def desk(office: Office) -> Office:
    for code in ("sp4n", "laporgub", "open311"):
        await ensure_portal(office.engine, code, Mode.API, NOW)
    return office


def a_report(number: str, portal: str = "sp4n", **changes: Any) -> Came:
    return replace(Came(portal=portal, external_id=number, digest=FIRST, filed_at=NOW), **changes)


async def take(office: Office, came: Came, **changes: Any) -> Taken:
    filing = a_filing(**{"channel": Channel(came.portal), "received_at": NOW} | changes)
    event, case = office.received(filing)
    return await take_in(
        office.engine,
        filing,
        came,
        event,
        project(case, office.rules),
        secret=office.secret,
        keyring=office.keyring,
    )


async def told(office: Office, taken: Taken) -> list[tuple[str, int]]:
    """What the origin's portal is to be told, in order: kind and number of the event."""
    async with office.engine.connect() as connection:
        rows = await connection.execute(
            select(deliveries.c.kind, deliveries.c.seq)
            .where(deliveries.c.origin_id == taken.origin)
            .order_by(deliveries.c.number)
        )
        return [(row.kind, row.seq) for row in rows]


async def case_of(office: Office, taken: Taken) -> Case:
    return fold(taken.complaint, await load_events(office.engine, taken.complaint))


async def test_a_new_report_is_a_complaint_whose_portal_is_told(desk: Office) -> None:
    photo = Named(url="https://x/1.jpg?t=1", name="foto.jpg", media_type="image/jpeg", size=7)
    with statements() as sent:
        taken = await take(desk, a_report("1", attachments=(photo,), status="baru"))
    assert sent.total() == 1, "one round trip"
    assert (taken.outcome, taken.ticket) == (Outcome.NEW, "MB-2026-000001")
    assert await told(desk, taken) == [("received", 1)]
    found = await origin(desk.engine, taken.origin)
    assert found is not None
    assert (found.portal, found.external_id, found.status) == ("sp4n", "1", "baru")
    assert (found.joined, found.filed_at, found.changed_at) == (False, NOW, None)
    assert await open_identity(desk.engine, desk.keyring, taken.complaint) is not None
    assert await count(desk.engine, reporter_phones) == 1
    async with desk.engine.connect() as connection:
        row = (await connection.execute(select(attachments))).mappings().one()
    assert (row["n"], row["url"], row["state"]) == (1, photo.url, "waiting")


async def test_the_same_report_again_is_known_and_another_text_is_a_change(desk: Office) -> None:
    first = await take(desk, a_report("1"))
    again = await take(desk, a_report("1"))
    assert (again.outcome, again.origin, again.receipt) == (
        Outcome.KNOWN, first.origin, first.receipt,
    )  # fmt: skip
    changed = a_report("1", digest=OTHER, changed_at=NOW)
    assert (await take(desk, changed)).outcome is Outcome.CHANGED
    assert (await take(desk, changed)).outcome is Outcome.CHANGED, "until it was dealt with"
    await note_dealt(desk.engine, [Dealt(origin=first.origin, digest=OTHER, changed_at=NOW)])
    assert (await take(desk, changed)).outcome is Outcome.KNOWN
    earlier = a_report("1", changed_at=NOW - timedelta(hours=1))
    assert (await take(desk, earlier)).outcome is Outcome.KNOWN, "an old state, come late"
    assert await count(desk.engine, complaints) == 1


async def test_twenty_at_once_are_one(desk: Office) -> None:
    taken = await asyncio.gather(*(take(desk, a_report("1")) for _ in range(20)))
    assert sorted(one.outcome for one in taken) == [Outcome.KNOWN] * 19 + [Outcome.NEW]
    assert len({(one.origin, one.complaint) for one in taken}) == 1
    assert await count(desk.engine, complaints) == 1
    assert await count(desk.engine, origins) == 1
    assert await count(desk.engine, deliveries) == 1


SP4N = a_report("77")
GUB = a_report("LG1", "laporgub", same_as=("sp4n", "77"))


@pytest.mark.parametrize("order", [(SP4N, GUB), (GUB, SP4N)])
async def test_a_report_that_another_portal_sent_joins_it(
    desk: Office, order: tuple[Came, Came]
) -> None:
    first, second = [await take(desk, came) for came in order]
    assert (first.outcome, second.outcome) == (Outcome.NEW, Outcome.JOINED)
    assert second.complaint == first.complaint
    assert [one.portal for one in await origins_of(desk.engine, first.complaint)] == [
        came.portal for came in order
    ]
    assert await told(desk, second) == [("received", 1)]
    assert (await take(desk, order[1])).outcome is Outcome.JOINED, "its case does not know yet"
    case = await case_of(desk, first)
    joined = OriginJoined(
        at=NOW, actor="system", portal=Channel(order[1].portal), origin=second.origin
    )
    await append(
        desk.engine,
        case.id,
        seal(case.id, case.seq, case.head, [joined]),
        project(case, desk.rules),
    )
    assert (await take(desk, order[1])).outcome is Outcome.KNOWN


async def test_all_that_name_one_report_are_one_complaint_however_many_at_once(
    desk: Office,
) -> None:
    named = [a_report(f"LG{n}", "laporgub", same_as=("sp4n", "77")) for n in range(10)]
    taken = await asyncio.gather(*(take(desk, came) for came in (*named, SP4N, SP4N)))
    assert len({one.complaint for one in taken}) == 1
    assert await count(desk.engine, complaints) == 1
    assert await count(desk.engine, origins) == 11


async def test_one_that_names_its_other_report_later_draws_it_to_itself(desk: Office) -> None:
    first = await take(desk, replace(GUB, same_as=None))
    assert (await take(desk, GUB)).outcome is Outcome.KNOWN
    assert (await take(desk, SP4N)).complaint == first.complaint


async def test_who_joins_is_told_what_the_reporter_was_told_so_far(desk: Office) -> None:
    first = await take(desk, SP4N)
    await mark_started(desk.engine, first.complaint)
    case = await case_of(desk, first)
    case = await desk.act(case, AskReporter(entry=a_filing().entry), COORDINATOR)
    second = await take(desk, GUB)
    assert await told(desk, first) == [("received", 1), ("asked", 2)]
    assert await told(desk, second) == [("received", 1), ("asked", 2)]


async def test_who_joins_a_duplicate_is_told_what_its_leads_told(desk: Office) -> None:
    lead = await case_of(desk, await take(desk, a_report("1")))
    taken = await take(desk, SP4N)
    duplicate = await desk.act(await case_of(desk, taken), LinkDuplicate(lead=lead.id), COORDINATOR)
    async with desk.engine.connect() as connection:
        before = (await connection.execute(select(outbox.c.kind))).scalars().all()
        # As the lead's notices for the reporter of a duplicate.
        await connection.execute(
            text(
                "INSERT INTO outbox SELECT :lead, 2, 1, 'reporter:' || :duplicate, 'answered',"
                " :now, :now"
            ).bindparams(lead=lead.id, duplicate=str(duplicate.id), now=NOW + timedelta(days=1))
        )
        await connection.execute(
            text(
                "INSERT INTO outbox SELECT :lead, 3, 1, 'reporter:' || :other, 'closed', :now, :now"
            ).bindparams(lead=lead.id, other=str(lead.id), now=NOW + timedelta(days=1))
        )
    assert "linked" in before
    await desk.act(duplicate, UnlinkDuplicate(entry=a_filing().entry), COORDINATOR)
    joined = await take(desk, GUB)
    assert sorted(await told(desk, joined)) == sorted(await told(desk, taken))
    kinds = [kind for kind, _ in await told(desk, joined)]
    assert {"received", "linked", "answered"} <= set(kinds)
    assert "closed" not in kinds, "what the lead told somebody else"


async def test_an_answer_and_a_joining_at_once_miss_nothing(desk: Office) -> None:
    for number in range(10):
        first = await take(desk, a_report(f"{number}"))
        case = await case_of(desk, first)
        gub = a_report(f"LG{number}", "laporgub", same_as=("sp4n", f"{number}"))
        _, second = await asyncio.gather(
            desk.act(case, AskReporter(entry=a_filing().entry), COORDINATOR), take(desk, gub)
        )
        assert await told(desk, second) == [("received", 1), ("asked", 2)]


async def test_a_file_that_is_gone_takes_nothing_in(desk: Office) -> None:
    gone = FileRow(
        id=uuid7(), complaint_id=None, entry_id=None, name="foto.jpg", media_type="image/jpeg",
        size=7, sha256="0" * 64, has_preview=False, author="reporter", created_at=NOW,
    )  # fmt: skip
    with pytest.raises(FileGoneError):
        await take(desk, a_report("1"), files=(gone,))
    assert await count(desk.engine, origins) == 0


async def test_attachments_are_known_again_without_what_expires(desk: Office) -> None:
    one = Named(url="https://x/1.jpg?t=1", name="foto.jpg")
    taken = await take(desk, a_report("1", attachments=(one,)))
    for token in "23":
        more = [
            Named(url=f"https://x/1.jpg?t={token}", name="foto.jpg"),
            Named(url=f"https://x/2.jpg?t={token}", name="foto.jpg"),
        ]
        await add_attachments(desk.engine, taken.origin, more, NOW)
    async with desk.engine.connect() as connection:
        rows = await connection.execute(
            select(attachments.c.n, attachments.c.url).order_by(attachments.c.n)
        )
        assert [tuple(row) for row in rows] == [
            (1, "https://x/1.jpg?t=1"), (2, "https://x/2.jpg?t=2"),
        ]  # fmt: skip


async def test_what_was_dealt_with_is_remembered(desk: Office) -> None:
    taken = await take(desk, a_report("1"))
    await note_dealt(desk.engine, [Dealt(origin=taken.origin, status="diproses", changed_at=NOW)])
    await note_dealt(desk.engine, [Dealt(origin=taken.origin, last_message="m1")])
    found = (await origins_known(desk.engine, "sp4n", ["1", "2"]))["1"]
    assert (found.digest, found.status, found.changed_at) == (FIRST, "diproses", NOW)
    assert found.last_message == "m1"
    assert not await told_the_end(desk.engine, taken.origin)
    await mark_closed(desk.engine, taken.origin, NOW)
    await mark_closed(desk.engine, taken.origin, NOW + timedelta(days=1))
    closed = await origin(desk.engine, taken.origin)
    assert closed is not None
    assert closed.closed_at == NOW


async def test_it_is_no_news_that_a_portal_closed_what_it_was_told_is_answered(
    desk: Office,
) -> None:
    taken = await take(desk, a_report("1"))
    assert not await told_the_end(desk.engine, taken.origin)
    async with desk.engine.connect() as connection:
        await connection.execute(
            text("UPDATE deliveries SET kind = 'answered', attempts = 1, state = 'delivered'")
        )
    assert await told_the_end(desk.engine, taken.origin)


# How portals stand ----------------------------------------------------------------------------


async def test_what_people_do_to_a_portal_is_on_record_once(desk: Office) -> None:
    engine, actor = desk.engine, COORDINATOR
    assert [one.code for one in await portals(engine)] == ["laporgub", "open311", "sp4n"]
    await ensure_portal(engine, "sp4n", Mode.RELAY, NOW)
    for _ in range(2):
        await pause(engine, "sp4n", actor, NOW)
    state = await portal(engine, "sp4n")
    assert state is not None
    assert (state.mode, state.paused_at, state.called) == (Mode.API, NOW, False)
    for _ in range(2):
        await resume(engine, "sp4n", actor, NOW)
        await set_mode(engine, "sp4n", Mode.FILE, actor, NOW)
    state = await portal(engine, "sp4n")
    assert state is not None
    assert (state.mode, state.paused_at, state.called) == (Mode.FILE, None, False)
    done = [(step.what, step.detail, step.actor) for step in await steps(engine, "sp4n", 10)]
    assert done == [
        ("mode", "file", actor.id), ("resumed", None, actor.id), ("paused", None, actor.id),
    ]  # fmt: skip
    assert await portal(engine, "lain") is None


async def test_a_cursor_moves_from_where_it_was_read(desk: Office) -> None:
    engine = desk.engine
    await pull_failed(engine, "sp4n", "away", NOW)
    assert await move_cursor(engine, "sp4n", None, "a", NOW, NOW - timedelta(hours=1))
    assert not await move_cursor(engine, "sp4n", None, "b", NOW, None)
    assert await move_cursor(engine, "sp4n", "a", "b", NOW, NOW - timedelta(hours=2))
    state = await portal(engine, "sp4n")
    assert state is not None
    assert (state.cursor, state.failure, state.failed_at) == ("b", None, NOW)
    assert state.newest_at == NOW - timedelta(hours=1)


async def test_calls_keep_to_the_share_of_the_limit_over_all_workers(desk: Office) -> None:
    """Of 50 a minute: 15 at once, then one in 2 s, whoever asks."""
    waits = await asyncio.gather(*(take_turn(desk.engine, "sp4n", 50, NOW) for _ in range(30)))
    assert Counter(waits) == {0: 15, 2: 1, 4: 1, 6: 13}, "one that is far away is not kept"
    made = 0
    for second in range(1, 601):
        wait = await take_turn(desk.engine, "sp4n", 50, NOW + timedelta(seconds=second))
        made += wait <= 5
    assert 298 <= made <= 302


async def test_pulling_goes_before_those_who_wait_and_all_stay_within_the_limit(
    desk: Office,
) -> None:
    for _ in range(100):
        await take_turn(desk.engine, "sp4n", 50, NOW)
    pulls = [await take_turn(desk.engine, "sp4n", 50, NOW, first=True) for _ in range(10)]
    assert pulls[0] == 0
    at_once = 15 + 2 + sum(wait <= 5 for wait in pulls)
    assert at_once + 50 * 0.6 <= 55, "a minute's limit, and the two or three who wait for theirs"
    assert await take_turn(desk.engine, "laporgub", 50, NOW) == 0, "each portal its own"


async def test_calls_are_counted_by_how_they_went(desk: Office) -> None:
    for outcome, at in (("done", 0), ("done", 20), ("away", 30), ("done", 61)):
        await note_call(desk.engine, "sp4n", outcome, 0.5, NOW + timedelta(seconds=at))
    await note_call(desk.engine, "laporgub", "refused", 0.5, NOW - timedelta(hours=1))
    found = await calls(desk.engine, ["sp4n", "laporgub"], NOW + timedelta(minutes=2))
    assert {code: one.hour for code, one in found.items()} == {"sp4n": {"done": 3, "away": 1}}
    a_month_on = NOW + timedelta(days=30, seconds=30)
    assert await forget_calls(desk.engine, a_month_on) == 3
    assert await forget_calls(desk.engine, a_month_on) == 0


# The quarantine ---------------------------------------------------------------------------------


async def put_aside(office: Office, raw: bytes, number: str | None, reason: str = "judul") -> None:
    await keep(
        office.engine, "sp4n", Kind.REPORT, number, raw, reason, NOW,
        same=number, secret=office.secret, keyring=office.keyring,
    )  # fmt: skip


async def test_what_cannot_be_understood_is_kept_whole_and_once(desk: Office) -> None:
    raw = b'{"pelapor": "Siti Aminah"}'
    await put_aside(desk, b"old", "1")
    for _ in range(2):
        await put_aside(desk, raw, "1", "isi: kosong")
        await put_aside(desk, b"\x00no json", None)
    one, other = await waiting(desk.engine, "sp4n")
    assert (one.external_id, one.reason, one.kind) == ("1", "isi: kosong", Kind.REPORT)
    assert await raw_of(desk.engine, desk.keyring, one.id) == raw
    assert await raw_of(desk.engine, desk.keyring, other.id) == b"\x00no json"
    assert await waiting(desk.engine, "sp4n", after=one.id) == [other]
    assert await waiting(desk.engine, "sp4n", limit=1) == [one]
    assert await counts(desk.engine) == {"sp4n": 2}
    async with desk.engine.connect() as connection:
        rows = await connection.execute(text("SELECT q::text FROM quarantine q"))
        assert "Siti" not in " ".join(rows.scalars())


async def test_the_quarantine_follows_a_change_of_the_key(desk: Office) -> None:
    old, new = secrets.token_bytes(32), secrets.token_bytes(32)
    await put_aside(replace(desk, keyring=Keyring({"old": old})), b"whole", "1")
    both = Keyring({"new": new, "old": old})
    [kept] = await waiting(desk.engine)
    assert (await rotate(desk.engine, both))["quarantine"] == 1
    assert (await rotate(desk.engine, both))["quarantine"] == 0
    assert await raw_of(desk.engine, Keyring({"new": new}), kept.id) == b"whole"


async def test_it_is_settled_once_and_what_was_dropped_stays_dropped(desk: Office) -> None:
    await put_aside(desk, b"1", "1")
    await put_aside(desk, b"2", "2")
    await put_aside(desk, b"3", "3")
    one, two, _ = await waiting(desk.engine, "sp4n")
    assert await drop(desk.engine, one.id, COORDINATOR.id, NOW)
    assert not await mark_taken(desk.engine, one.id, COORDINATOR.id, NOW)
    assert await mark_taken(desk.engine, two.id, COORDINATOR.id, NOW)
    await understood(desk.engine, "sp4n", ["3", "4"], NOW)
    assert await counts(desk.engine) == {}
    await put_aside(desk, b"1", "1")
    await put_aside(desk, b"2 anew", "2")
    assert [kept.id for kept in await waiting(desk.engine)] == [two.id]
    kept = await quarantined(desk.engine, one.id)
    assert kept is not None
    assert kept.state == "dropped"
