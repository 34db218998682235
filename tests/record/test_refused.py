"""Who sees, and who mends, what portals refused: the same in SQL and in words."""

from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.case import Case
from domain.visibility import can_see
from record.engine import execute
from record.ids import uuid7
from record.portal_tables import deliveries, origins
from record.portals.refused import awaited, may_mend, undone_seen
from record.portals.state import Mode, ensure_portal
from tests.record.office import MORNING, Office
from tests.record.test_visibility import store_cases, viewers

KINDS = ("answered", "disposed")


async def refused_of(office: Office, made: list[Case]) -> dict[UUID, tuple[Case, str]]:
    """Two refused deliveries of each case: what its unit said, and what the coordinator did."""
    await ensure_portal(office.engine, "sp4n", Mode.RELAY, MORNING)
    came = {case.id: uuid7() for case in made}
    rows = [
        {"id": id_, "portal": "sp4n", "external_id": str(case), "complaint_id": case}
        | {"joined": False, "digest": b"", "created_at": MORNING}
        for case, id_ in came.items()
    ]
    await execute(office.engine, insert(origins).values(rows))
    told = {uuid7(): (case, kind) for case in made for kind in KINDS}
    rows = [
        {"id": id_, "origin_id": came[case.id], "complaint_id": case.id, "seq": 2, "kind": kind}
        | {"state": "refused", "touched_at": MORNING, "created_at": MORNING}
        for id_, (case, kind) in told.items()
    ]
    await execute(office.engine, insert(deliveries).values(rows))
    return told


async def test_sql_and_words_agree_on_who_sees_and_who_mends(engine: AsyncEngine) -> None:
    office = await Office.opened(engine)
    told = await refused_of(office, await store_cases(office))
    mended = 0
    for actor in viewers():
        seen = await undone_seen(engine, actor, "refused", "sp4n", limit=len(told) + 1)
        assert {line.id for line in seen} == {
            id_ for id_, (case, _kind) in told.items() if can_see(case, actor)
        }, actor
        theirs = sum(may_mend(case, kind, actor) for case, kind in told.values())
        assert (await awaited(engine, actor)).refused == theirs, actor
        mended += theirs > 0
    assert mended > 20, "some mend something"
