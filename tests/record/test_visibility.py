"""Who sees what, in SQL and in the domain: the same, case by case and viewer by viewer."""

import random
from uuid import uuid4

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Actor
from domain.case import Case
from domain.projection import project
from domain.terms import Role
from domain.visibility import can_see
from record.append import columns_of
from record.cases import Filters, get_case
from record.ids import uuid7
from record.search import list_cases
from record.tables import cases, complaints
from record.visibility import visible_to
from tests.record.office import MORNING, Office, a_filing, staff

UNITS = (
    "kab",
    "kab/dpupr",
    "kab/dinkominfo",
    "kab/inspektorat",
    "kab/kec.purbalingga",
    "kab/kec.purbalingga/kel.bancar",
    "kab/kec.bobotsari",
    "kab/kec.bobotsari/desa.gandasuli",
    # A name that begins like another's, and one that sorts right after what lies below it.
    "kab/kec.bobotsari-baru",
    "kab/dpupr.bina-marga",
)
ROLES = tuple(Role)


def viewers() -> list[Actor]:
    """Every role at every unit, roles without a unit, and people who hold several."""
    rng = random.Random(2)
    single: list[list[tuple[Role, str | None]]] = [
        [(role, unit)] for role in ROLES for unit in (*UNITS, None)
    ]
    several: list[list[tuple[Role, str | None]]] = [
        [(rng.choice(ROLES), rng.choice(UNITS)) for _ in range(rng.randint(2, 3))]
        for _ in range(60)
    ]
    return [staff(*held) for held in ([], *single, *several)]


async def store_cases(office: Office) -> list[Case]:
    """A case of every combination of unit, delegate, reported unit and secrecy, whether the domain
    would route it so or not, stored without its history."""
    _, plain = office.received(a_filing())
    made = [
        plain.model_copy(
            update={
                "id": uuid7(),
                "unit": unit,
                "delegate": delegate,
                "reported_unit": reported,
                "secret": secret,
            }
        )
        for unit in (None, *UNITS)
        for delegate in (None, "kab/kec.bobotsari/desa.gandasuli", "kab/dpupr")
        for reported in (
            None,
            "kab/kec.bobotsari",
            "kab/kec.purbalingga/kel.bancar",
            "kab/dinkominfo",
        )
        for secret in (False, True)
    ]
    facts = {"channel": "matur", "received_at": MORNING}
    async with office.engine.connect() as connection:
        await connection.execute(
            insert(complaints),
            [
                facts | {"id": case.id, "ticket": str(case.id), "receipt_hash": b"", "title": "x"}
                for case in made
            ],
        )
        for case in made:
            row = {"complaint_id": case.id, "seq": 1, "head": b"", **facts}
            projection = project(case, office.rules)
            row |= projection.model_dump(include=set(columns_of(projection)))
            await connection.execute(insert(cases), row)
    return made


async def seen(engine: AsyncEngine, actor: Actor) -> set[object]:
    async with engine.connect() as connection:
        result = await connection.execute(select(cases.c.complaint_id).where(visible_to(actor)))
        return set(result.scalars())


async def test_sql_says_what_the_domain_says(office: Office) -> None:
    stored = await store_cases(office)
    shares = set()
    for viewer in viewers():
        by_domain = {case.id for case in stored if can_see(case, viewer)}
        assert await seen(office.engine, viewer) == by_domain, viewer.grants
        shares.add(len(by_domain))
    assert {0, len(stored)} < shares, "the viewers differ in what they see"
    assert len(shares) > 10


async def test_a_single_case_and_a_list_say_the_same(office: Office) -> None:
    stored = await store_cases(office)
    bobotsari = staff((Role.UNIT_ADMIN, "kab/kec.bobotsari"))
    page = await list_cases(office.engine, bobotsari, Filters(), MORNING, limit=1000)
    listed = {row.complaint_id for row in page.rows}
    assert listed == await seen(office.engine, bobotsari)
    for case in stored:
        found = await get_case(office.engine, bobotsari, str(case.id), MORNING)
        assert (found is not None) == (case.id in listed)


async def test_an_unknown_ticket_is_no_case(office: Office) -> None:
    auditor = staff((Role.AUDITOR, None))
    for ticket in (str(uuid4()), "", "MB-2026-000001", "\x00"):
        assert await get_case(office.engine, auditor, ticket, MORNING) is None
