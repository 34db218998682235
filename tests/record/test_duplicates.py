"""The shortlist of complaints that might tell of the same thing."""

from datetime import timedelta

from domain.actions import LinkDuplicate
from record.cases import CaseFile, get_case
from record.duplicates import candidates
from record.identity import Reporter
from tests.record.office import (
    COORDINATOR,
    DISPOSE,
    DPUPR,
    MORNING,
    Office,
    statements,
)


async def opened(office: Office, ticket: str) -> CaseFile:
    file = await get_case(office.engine, COORDINATOR, ticket, MORNING)
    assert file is not None
    return file


async def test_what_is_near_in_time_and_place_and_seen(office: Office) -> None:
    long_ago, _ = await office.file(received_at=MORNING - timedelta(days=90))
    elsewhere, _ = await office.file(village_code="33.03.05.1005")
    about_dpupr, case = await office.file()
    await office.act(case, DISPOSE, COORDINATOR)
    own, _ = await office.file()
    later, _ = await office.file(received_at=MORNING + timedelta(days=1))
    file = await opened(office, own.ticket)

    with statements() as sent:
        found = await candidates(office.engine, COORDINATOR, file)
    assert [one.ticket for one in found] == [later.ticket, about_dpupr.ticket, elsewhere.ticket]
    assert sent.total() == 1
    assert all(one.may_lead for one in found)
    assert long_ago.ticket not in [one.ticket for one in found]

    # A unit is shown what it handles, and nothing else.
    seen = await candidates(office.engine, DPUPR, file)
    assert [one.ticket for one in seen] == [about_dpupr.ticket]


async def test_what_follows_it_is_left_out_and_what_follows_another_may_not_lead(
    office: Office,
) -> None:
    own, _ = await office.file()
    _, other = await office.file()
    mine, duplicate = await office.file()
    theirs, second = await office.file()
    file = await opened(office, own.ticket)
    await office.act(duplicate, LinkDuplicate(lead=own.complaint_id), COORDINATOR)
    await office.act(second, LinkDuplicate(lead=other.id), COORDINATOR)

    found = {one.ticket: one.may_lead for one in await candidates(office.engine, COORDINATOR, file)}
    assert mine.ticket not in found
    assert found[theirs.ticket] is False


async def test_the_same_number_is_noticed_however_far_away(office: Office) -> None:
    siti = Reporter(name="Siti", phone="+6281234500000")
    far, _ = await office.file(reporter=siti, village_code="33.03.05.1005")
    another, _ = await office.file(reporter=Reporter(name="Siti", phone="+6281234511111"))
    nobody, _ = await office.file(reporter=None)
    own, _ = await office.file(reporter=siti)
    file = await opened(office, own.ticket)
    same = {
        one.ticket: one.same_reporter for one in await candidates(office.engine, COORDINATOR, file)
    }
    assert same == {far.ticket: True, another.ticket: False, nobody.ticket: False}

    file = await opened(office, nobody.ticket)
    assert not any(one.same_reporter for one in await candidates(office.engine, COORDINATOR, file))
