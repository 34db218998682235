"""What a new record begins with."""

from collections import Counter
from datetime import UTC, date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from cli.parts import Postgres
from cli.parts.postgres import APPLICATION, OWNER
from domain.policy import Policy
from domain.terms import Role
from record.accounts import log_in, usernames
from record.engine import create_engine
from record.migrations import upgrade
from record.rules import (
    add_calendar,
    add_policy,
    calendar_of,
    current_rules,
    policy_of,
)
from record.seed import PRACTICE_ACCOUNTS, PRACTICE_PASSWORD, seed
from record.tables import accounts, grants
from record.tables import units as units_table
from record.units import unit_by_code, units_on
from tests.record.office import count

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TODAY = NOW.date()


async def test_the_regency(engine: AsyncEngine) -> None:
    found = await units_on(engine, TODAY)
    by_path = {unit.path: unit for unit in found}
    kinds = Counter(unit.kind for unit in found)
    assert (kinds["kecamatan"], kinds["kelurahan"], kinds["desa"]) == (18, 15, 224)
    offices = [unit for unit in found if unit.parent == "kab" and unit.kind != "kecamatan"]
    assert len(offices) == 23
    assert sum(unit.assumed for unit in offices) == 17
    assert {"dpupr", "dinkominfo", "inspektorat", "setda", "satpolpp"} <= {u.code for u in offices}
    for unit in found:
        assert unit.parent is None or unit.parent in by_path
        assert unit.path == (f"{unit.parent}/{unit.code}" if unit.parent else unit.code)
    assert len({unit.code for unit in found}) == len(found)
    assert by_path["kab/kec.purbalingga/kel.bancar"].region_code == "33.03.05.1005"
    gandasuli = by_path["kab/kec.bobotsari/desa.gandasuli"]
    assert (gandasuli.region_code, gandasuli.name) == ("33.03.09.2001", "Desa Gandasuli")
    assert "kab/kec.kutasari/desa.karangreja.kutasari" in by_path
    assert "kab/kec.karangreja/desa.karangreja.karangreja" in by_path


async def test_units_are_found_by_code_path_and_parent(engine: AsyncEngine) -> None:
    bancar = await unit_by_code(engine, "kel.bancar")
    assert bancar is not None
    assert await unit_by_code(engine, bancar.path) == bancar
    assert await unit_by_code(engine, "tak-ada\x00") is None
    below = await units_on(engine, TODAY, "kab/kec.purbalingga")
    assert below[0].code == "kec.purbalingga"
    assert bancar in below[1:]
    assert {unit.parent for unit in below[1:]} == {"kab/kec.purbalingga"}


async def test_a_unit_that_ended_is_offered_no_more(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.execute(
            text("UPDATE units SET valid_to = '2026-03-01' WHERE code = 'kel.bancar'")
        )
    assert "kel.bancar" not in {unit.code for unit in await units_on(engine, TODAY)}
    assert "kel.bancar" in {unit.code for unit in await units_on(engine, date(2026, 3, 1))}
    assert await unit_by_code(engine, "kel.bancar"), "its cases keep their name"


async def test_rules_are_the_defaults_and_the_holidays(engine: AsyncEngine) -> None:
    rules = await current_rules(engine)
    assert rules.policy == Policy(version=1)
    calendar = rules.calendar
    assert calendar.version == 1
    assert calendar.days_off[date(2026, 3, 20)] == "Cuti Bersama Hari Raya Idul Fitri"
    assert {day.year for day in calendar.days_off} == {2024, 2025, 2026, 2027}
    assert calendar.nth_working_day(date(2026, 3, 17), 14) == date(2026, 4, 14)
    ramadan = next(period for period in calendar.periods if period.first.year == 2026)
    assert (ramadan.first, ramadan.last) == (date(2026, 2, 19), date(2026, 3, 20))


async def test_a_new_version_leaves_the_old(engine: AsyncEngine) -> None:
    rules = await current_rules(engine)
    days_off = rules.calendar.days_off | {date(2026, 3, 26): "Libur tambahan"}
    added = await add_calendar(
        engine, rules.calendar.model_copy(update={"days_off": days_off}), "SKB", NOW
    )
    policy = await add_policy(
        engine, rules.policy.model_copy(update={"returns_until_supervisor": 2}), "Perbup", NOW
    )
    assert (added.version, policy.version) == (2, 2)
    now = await current_rules(engine)
    assert (now.calendar, now.policy) == (added, policy)
    assert await calendar_of(engine, 1) == rules.calendar
    assert await policy_of(engine, 1) == rules.policy
    assert await calendar_of(engine, 3) is None


async def test_seeding_again_changes_nothing(engine: AsyncEngine) -> None:
    await seed(engine, NOW, practice=True)
    async with engine.connect() as connection:
        await connection.execute(text("UPDATE units SET name = 'DPU' WHERE code = 'dpupr'"))
    before = [await count(engine, table) for table in (units_table, accounts, grants)]
    await seed(engine, NOW, practice=True)
    assert [await count(engine, table) for table in (units_table, accounts, grants)] == before
    unit = await unit_by_code(engine, "dpupr")
    assert unit is not None
    assert unit.name == "DPU"


async def test_accounts_to_try_it_with_exist_in_practice_only(postgres: Postgres) -> None:
    await postgres.create_database("fresh")
    upgrade(postgres.url(OWNER, "fresh"), APPLICATION)
    engine = create_engine(postgres.url(APPLICATION, "fresh"))
    await seed(engine, NOW, practice=False)
    assert await usernames(engine) == set()
    assert len(await units_on(engine, TODAY)) == 1 + 23 + 18 + 239
    await seed(engine, NOW, practice=True)
    assert await usernames(engine) == {
        "koordinator", "dpupr", "kec.bobotsari", "kec.purbalingga", "kel.bancar", "kepala.dpupr",
        "sekda", "bupati", "inspektorat", "admin",
    }  # fmt: skip
    for username, _, role, unit in PRACTICE_ACCOUNTS:
        account = await log_in(engine, username, PRACTICE_PASSWORD)
        assert account is not None
        assert [(grant.role, grant.unit) for grant in account.grants] == [(role, unit)]
    assert {role for _, _, role, _ in PRACTICE_ACCOUNTS} == set(Role)
    await engine.dispose()
    await postgres.drop_database("fresh")
