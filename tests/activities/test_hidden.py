"""What a reporter hides in a portal after its report came is hidden here as well."""

import pytest

from domain import actions as a
from tests.activities.test_intake import Intake, Scripted, a_report, intake, later
from tests.workflows.world import COORDINATOR

__all__ = ["intake"]


async def hidden(intake: Intake, portal: str, number: str) -> tuple[bool, bool]:
    case = await intake.world.case((await intake.origin(portal, number)).complaint_id)
    return case.anonymous, case.secret


@pytest.mark.parametrize(
    ("changes", "after"),
    [({"anonymous": True}, (True, False)), ({"secret": True}, (False, True))],
    ids=["anonymous", "secret"],
)
async def test_it_is_hidden_by_its_reporter_before_the_case_is_told_of_the_change(
    intake: Intake, changes: dict[str, bool], after: tuple[bool, bool]
) -> None:
    changed = a_report("1", changed_at=later(5), **changes)
    await intake.pull_all("sp4n", Scripted([[a_report("1")], [changed], [changed]]))
    origin = await intake.origin("sp4n", "1")
    assert await intake.types(origin) == ["received", "visibility_set", "origin_changed"]
    assert await hidden(intake, "sp4n", "1") == after
    [_, event, _] = await intake.world.events(origin.complaint_id)
    assert event.event().actor == "reporter"


async def test_it_stays_hidden_where_it_is_shown_again(intake: Intake) -> None:
    secret = a_report("1", secret=True)
    shown = a_report("1", anonymous=True, changed_at=later(5))
    await intake.pull_all("sp4n", Scripted([[secret], [shown]]))
    assert await hidden(intake, "sp4n", "1") == (True, True)
    origin = await intake.origin("sp4n", "1")
    await intake.world.act(
        origin.complaint_id, COORDINATOR, a.SetVisibility(anonymous=True, secret=False)
    )
    later_yet = a_report("1", title="Jalan berlubang dalam", changed_at=later(9))
    await intake.pull_all("sp4n", Scripted([[], [], [later_yet]]))
    assert await hidden(intake, "sp4n", "1") == (True, False), "the desk may show it again"


async def test_one_that_joins_hides_what_the_first_did_not(intake: Intake) -> None:
    await intake.pull_all("sp4n", Scripted([[a_report("77")]]))
    joining = a_report("LG1", same_as=("sp4n", "77"), secret=True)
    await intake.pull_all("laporgub", Scripted([[joining], [joining]]))
    origin = await intake.origin("laporgub", "LG1")
    assert await intake.types(origin) == ["received", "visibility_set", "origin_joined"]
    assert await hidden(intake, "sp4n", "77") == (False, True)
