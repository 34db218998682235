"""What happened in a portal: recorded at any stage, moving nothing, told to who has the case."""

from uuid import UUID

import pytest

from domain import actions as a
from domain import events as e
from domain.actors import REPORTER, SYSTEM, Actor
from domain.alarms import next_alarm
from domain.evolve import fold
from domain.projection import project
from domain.terms import ArchiveReason, Channel, Stage
from domain.visibility import PUBLIC_SEES, reporter_reads, reporter_sees
from tests.domain.cast import COORDINATOR, DPUPR_ADMIN, SEKDA
from tests.domain.life import TYPED, Life, answered, at, disposed, in_progress, received

START = at("2026-06-02")
ORIGIN = UUID(int=201)
HERE = {"portal": Channel.LAPORGUB, "origin": ORIGIN}
JOIN, CLOSE = a.JoinOrigin(**HERE), a.CloseOrigin(**HERE)
CHANGE, FILES = a.ChangeOrigin(**HERE, entry=TYPED), a.AddFiles(**HERE, entry=TYPED)
ALL: tuple[a.Action, ...] = (JOIN, CHANGE, CLOSE, FILES)


def archived() -> Life:
    life = received(START)
    life.do(COORDINATOR, a.Archive(reason=ArchiveReason.WITHDRAWN, entry=TYPED))
    return life


def final() -> Life:
    life = archived()
    life.wait_until(at("2026-09-01"))
    assert life.case.is_final(life.now)
    return life


def linked() -> Life:
    life = disposed(START)
    life.do(COORDINATOR, a.LinkDuplicate(lead=UUID(int=42), entry=TYPED))
    return life


def waiting() -> Life:
    life = in_progress(START)
    life.do(DPUPR_ADMIN, a.AskReporter(entry=TYPED))
    return life


@pytest.mark.parametrize(
    "begun", [lambda: received(START), lambda: answered(START), waiting, linked, archived, final]
)
def test_it_is_recorded_at_any_stage_and_moves_nothing(begun: object) -> None:
    assert callable(begun)
    life = begun()
    before, alarm = life.case, next_alarm(life.case, life.now, life.rules)

    for action in ALL:
        [event] = life.do(SYSTEM, action)
        assert (event.portal, event.origin, event.actor) == (Channel.LAPORGUB, ORIGIN, "system")

    after = life.case
    assert (after.stage, after.desk, after.clocks, after.is_final(life.now)) == (
        before.stage, before.desk, before.clocks, before.is_final(life.now),
    )  # fmt: skip
    assert next_alarm(after, life.now, life.rules) == alarm
    row, was = project(after, life.rules), project(before, life.rules)
    moved = {"seq", "head", "updated_at", "alarm_at"}
    assert row.model_dump(exclude=moved) == was.model_dump(exclude=moved)
    assert fold(after.id, life.recorded) == after


def test_a_report_joins_once() -> None:
    life = received(START, channel=Channel.SP4N)

    life.do(SYSTEM, JOIN)

    assert life.case.origins == (ORIGIN,)
    assert life.do(SYSTEM, JOIN) == [], "asked again, under another request"
    assert life.case.channel is Channel.SP4N, "it came by the first"


@pytest.mark.parametrize("actor", [COORDINATOR, DPUPR_ADMIN, SEKDA, REPORTER])
@pytest.mark.parametrize("action", ALL, ids=lambda action: action.action)
def test_only_the_system_says_so(actor: Actor, action: a.Action) -> None:
    refused = disposed(START).refusal(actor, action)

    assert refused.kind == "who"
    assert refused.why.startswith("Hanya sistem yang dapat ")


def test_the_desk_is_told_in_working_hours_and_the_reporter_is_not() -> None:
    life = in_progress(START)
    life.wait_until(at("2026-06-02", "22:00"))

    told = {}
    for action in ALL:
        life.do(SYSTEM, action)
        told[action.action] = life.audiences()

    assert told == {
        "join_origin": [],
        "change_origin": ["unit:kab/dpupr"],
        "close_origin": ["unit:kab/dpupr"],
        "add_files": ["unit:kab/dpupr"],
    }
    assert {one.not_before for one in life.told if one.seq > 3} == {at("2026-06-03", "07:30")}


def test_an_ended_case_is_nobodys_to_be_told_of() -> None:
    life = archived()
    known = len(life.told)

    for action in ALL:
        life.do(SYSTEM, action)

    assert len(life.told) == known
    assert life.stage() is Stage.ARCHIVED


def test_a_change_needs_what_was_written() -> None:
    for name in ("change_origin", "add_files"):
        with pytest.raises(ValueError, match="entry"):
            a.action_adapter.validate_python(
                {"action": name, "portal": "sp4n", "origin": str(ORIGIN)}
            )


def test_the_reporter_sees_their_change_and_their_files_and_the_public_nothing() -> None:
    life = received(START)
    [joined], [changed], [closed], [files] = (life.do(SYSTEM, action) for action in ALL)

    assert [reporter_sees(one) for one in (joined, changed, closed, files)] == [
        False, True, False, True,
    ]  # fmt: skip
    assert reporter_reads(changed)
    assert reporter_reads(files), "then the files are theirs to open"
    assert not isinstance(joined, PUBLIC_SEES)
    assert not any(isinstance(one, PUBLIC_SEES) for one in (changed, closed, files))
    assert isinstance(files, e.FilesAdded)
    assert files.entry == TYPED
