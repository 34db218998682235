"""Whom an audience means: the desk it names, or the next above where somebody is."""

from datetime import UTC, date, datetime

import psycopg
import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.policy import Policy
from domain.terms import Role
from record.accounts import id_of, set_away
from record.engine import transaction
from record.ids import uuid7
from record.recipients import recipients
from record.staff import deactivate
from record.tables import accounts, grants
from tests.record.office import statements

TODAY = date(2026, 3, 2)
POLICY = Policy(version=1)
BANCAR = "kab/kec.purbalingga/kel.bancar"
STAFF = {
    "koordinator": [(Role.COORDINATOR, "kab/dinkominfo")],
    "kepala.dinkominfo": [(Role.UNIT_HEAD, "kab/dinkominfo")],
    "dpupr": [(Role.UNIT_ADMIN, "kab/dpupr")],
    "dpupr2": [(Role.UNIT_ADMIN, "kab/dpupr")],
    "kepala.dpupr": [(Role.UNIT_HEAD, "kab/dpupr")],
    "bancar": [(Role.UNIT_ADMIN, BANCAR)],
    "lurah": [(Role.UNIT_HEAD, BANCAR)],
    "kec": [(Role.UNIT_ADMIN, "kab/kec.purbalingga")],
    "camat": [(Role.UNIT_HEAD, "kab/kec.purbalingga")],
    "sekda": [(Role.SUPERVISOR, "kab/setda")],
    "bupati": [(Role.SUPERVISOR, "kab")],
}


@pytest.fixture
async def unstaffed(engine: AsyncEngine, superuser: psycopg.AsyncConnection) -> AsyncEngine:
    """A record without the accounts of practice mode."""
    await superuser.execute("DELETE FROM grants")
    await superuser.execute("DELETE FROM accounts")
    return engine


@pytest.fixture
async def staffed(unstaffed: AsyncEngine) -> AsyncEngine:
    ids = {username: uuid7() for username in STAFF}
    people = [
        {"id": ids[username], "username": username, "name": username, "password_hash": ""}
        for username in STAFF
    ]
    held = [
        {"account_id": ids[username], "role": role, "unit": unit}
        for username, roles in STAFF.items()
        for role, unit in roles
    ]
    async with transaction(unstaffed) as connection:
        await connection.execute(insert(accounts), people)
        await connection.execute(insert(grants), held)
    return unstaffed


async def who(engine: AsyncEngine, audience: str, reported: str | None = None) -> list[str]:
    found = await recipients(engine, audience, POLICY, TODAY, reported)
    return [one.username for one in found]


LADDERS = {
    "coordinator": [["koordinator"], ["kepala.dinkominfo"], ["sekda"], ["bupati"]],
    "unit:kab/dpupr": [["dpupr", "dpupr2"], ["kepala.dpupr"], ["sekda"], ["bupati"]],
    "head:kab/dpupr": [["kepala.dpupr"], ["sekda"], ["bupati"]],
    f"unit:{BANCAR}": [["bancar"], ["lurah"], ["kec"], ["camat"], ["sekda"], ["bupati"]],
    f"head:{BANCAR}": [["lurah"], ["camat"], ["sekda"], ["bupati"]],
    "supervisor:kab/setda": [["sekda"], ["bupati"]],
    "supervisor:kab": [["bupati"], ["sekda"]],
    "unit:kab/setwan": [["sekda"], ["bupati"]],
}


@pytest.mark.parametrize(("audience", "ladder"), LADDERS.items())
async def test_it_climbs_where_nobody_is(
    staffed: AsyncEngine, audience: str, ladder: list[list[str]]
) -> None:
    for k, desk in enumerate(ladder):
        assert await who(staffed, audience) == desk
        for username in desk:
            if k % 2:
                account = await id_of(staffed, username)
                assert account
                await deactivate(staffed, account, datetime.now(UTC))
            else:
                await set_away(staffed, username, TODAY)
    away = next(desk for k, desk in enumerate(ladder) if k % 2 == 0)
    assert await who(staffed, audience) == away, "all are away: it still goes to somebody"


async def test_one_of_two_away_leaves_the_other(staffed: AsyncEngine) -> None:
    await set_away(staffed, "dpupr", TODAY)
    assert await who(staffed, "unit:kab/dpupr") == ["dpupr2"]


async def test_away_ends_with_its_last_day(staffed: AsyncEngine) -> None:
    await set_away(staffed, "sekda", date(2026, 3, 1))
    assert await who(staffed, "supervisor:kab/setda") == ["sekda"]


async def test_nobody_of_the_reported_unit_is_told(staffed: AsyncEngine) -> None:
    assert await who(staffed, "coordinator", "kab/dinkominfo") == ["sekda"]
    assert await who(staffed, f"unit:{BANCAR}", "kab/kec.purbalingga") == ["sekda"]
    assert await who(staffed, f"unit:{BANCAR}", BANCAR) == ["kec"]
    assert await who(staffed, "supervisor:kab/setda", "kab/setda") == ["sekda"], (
        "supervisors see all"
    )


async def test_nobody_at_all(unstaffed: AsyncEngine) -> None:
    assert await who(unstaffed, "coordinator") == []


@pytest.mark.parametrize("audience", ["reporter", "unit:", "everybody", ""])
async def test_who_is_not_staff_is_refused(staffed: AsyncEngine, audience: str) -> None:
    with pytest.raises(ValueError, match="not an audience of staff"):
        await who(staffed, audience)


async def test_one_statement(staffed: AsyncEngine) -> None:
    with statements() as sent:
        await who(staffed, f"unit:{BANCAR}", "kab/dpupr")
    assert sent == {"SELECT": 1}
