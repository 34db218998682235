"""Verification and disposition at the coordinator's desk, and the talk with the reporter."""

from datetime import datetime

from domain import actions as a
from domain import deadlines
from domain import events as e
from domain.actors import REPORTER, SYSTEM, Actor
from domain.decisions.base import NOT_DUE, Context, Outcome, decide_on
from domain.permissions import Refused
from domain.policy import Rules
from domain.sentences import Said
from domain.terms import Channel, Classification, ClockName, Role, Stage
from domain.units import covers
from domain.visibility import handles


def receive(
    channel: Channel,
    *,
    anonymous: bool,
    secret: bool,
    identified: bool,
    entry: e.Entry,
    now: datetime,
    rules: Rules,
    actor: Actor = REPORTER,
) -> e.Received:
    """The first event of a case; `entry` stands for title and body. `actor` is whoever typed it in
    for the reporter, where it was not they themselves."""
    return e.Received(
        at=now,
        actor=actor.id,
        entry=entry,
        channel=channel,
        anonymous=anonymous,
        secret=secret,
        identified=identified,
        clocks=(
            deadlines.start(ClockName.FIRST_RESPONSE, now, rules),
            deadlines.start(ClockName.VERIFICATION, now, rules),
        ),
    )


@decide_on.register
def _(action: a.Dispose, ctx: Context) -> Outcome:
    case, berkadar = ctx.case, action.classification is Classification.BERKADAR
    reported = action.reported_unit or case.reported_unit
    if berkadar and reported is None:
        return Refused("field", "Pengaduan berkadar pengawasan harus menyebut unit terlapor.")
    if fault := ctx.routing_fault(action.unit, reported):
        return fault
    if berkadar and (fault := inspectorate_fault(action.unit, reported, ctx)):
        return fault
    if fault := category_fault(action.category, ctx):
        return fault
    clocks = (
        *ctx.staff_was_seen(),
        *ctx.stop(ClockName.VERIFICATION),
        deadlines.start(ClockName.FOLLOW_UP, ctx.now, ctx.rules),
    )
    if case.clock(ClockName.ANSWER) is None:
        clocks += (deadlines.start_answer(action.classification, ctx.now, ctx.rules),)
    return [
        e.Disposed(
            **ctx.typed,
            classification=action.classification,
            category=action.category,
            unit=action.unit,
            anonymous=case.anonymous if action.anonymous is None else action.anonymous,
            secret=berkadar or (case.secret if action.secret is None else action.secret),
            reported_unit=reported,
            clocks=clocks,
        )
    ]


@decide_on.register
def _(action: a.AskReporter, ctx: Context) -> Outcome:
    by_unit = handles(ctx.case, ctx.actor, Role.UNIT_ADMIN)
    clocks = (
        *ctx.staff_was_seen(),
        *deadlines.pause_all(ctx.case),
        deadlines.start(ClockName.REPORTER_INFO, ctx.now, ctx.rules),
    )
    desk_unit = ctx.case.own_desk.unit if by_unit else None
    return [e.Asked(**ctx.typed, desk_unit=desk_unit, clocks=clocks)]


@decide_on.register
def _(action: a.ReporterReply, ctx: Context) -> Outcome:
    clocks: deadlines.Changes = ()
    if ctx.case.own_stage is Stage.WAITING_REPORTER:
        clocks = (
            *ctx.stop(ClockName.REPORTER_INFO),
            *deadlines.resume_all(ctx.case, ctx.now, ctx.rules),
        )
    elif ctx.case.own_stage is Stage.ARCHIVED:
        clocks = (
            *ctx.stop(ClockName.REOPEN_WINDOW),
            deadlines.start(ClockName.VERIFICATION, ctx.now, ctx.rules),
        )
    return [e.Replied(**ctx.typed, on_behalf=ctx.actor != REPORTER, clocks=clocks)]


@decide_on.register
def _(action: a.Archive, ctx: Context) -> Outcome:
    if ctx.actor == SYSTEM and not ctx.is_due(ClockName.REPORTER_INFO):
        return NOT_DUE
    return [e.Archived(**ctx.typed, reason=action.reason, clocks=ctx.ended())]


@decide_on.register
def _(action: a.HandBack, ctx: Context) -> Outcome:
    return [e.HandedBack(**ctx.typed, clocks=ctx.ended())]


@decide_on.register
def _(action: a.Redispose, ctx: Context) -> Outcome:
    if action.unit == ctx.case.unit:
        return Refused("field", "Aduan ini sudah berada di unit tersebut; pilih unit lain.")
    if fault := ctx.routing_fault(action.unit, ctx.case.reported_unit):
        return fault
    clocks = (
        *ctx.staff_was_seen(),
        *ctx.stop(ClockName.DELEGATION),
        deadlines.start(ClockName.FOLLOW_UP, ctx.now, ctx.rules),
    )
    return [e.Redisposed(**ctx.typed, unit=action.unit, clocks=clocks)]


@decide_on.register
def _(action: a.Reclassify, ctx: Context) -> Outcome:
    case, berkadar = ctx.case, action.classification is Classification.BERKADAR
    reported = action.reported_unit or case.reported_unit
    if berkadar and reported is None:
        return Refused("field", "Pengaduan berkadar pengawasan harus menyebut unit terlapor.")
    if reported and case.unit and covers(reported, case.unit):
        return Refused("field", "Alihkan dulu aduan ini dari unit yang dilaporkan.")
    if reported and case.delegate and covers(reported, case.delegate):
        return Refused("field", "Tarik kembali dulu delegasi kepada unit yang dilaporkan.")
    if fault := category_fault(action.category, ctx):
        return fault
    return [
        e.Reclassified(
            **ctx.typed,
            classification=action.classification,
            category=action.category,
            secret=case.secret or berkadar,
            reported_unit=reported,
            clocks=deadlines.reclassify_answer(case, action.classification, ctx.rules),
        )
    ]


@decide_on.register
def _(action: a.Reopen, ctx: Context) -> Outcome:
    case = ctx.case
    to_unit = case.unit is not None and case.stage is not Stage.HANDED_BACK
    stopped = ctx.stop(ClockName.REPORTER_SAY, ClockName.REOPEN_WINDOW)
    if to_unit:
        assert case.classification is not None
        started = deadlines.start_answer(case.classification, ctx.now, ctx.rules, reopened=True)
    else:
        started = deadlines.start(ClockName.VERIFICATION, ctx.now, ctx.rules)
    stage = Stage.IN_PROGRESS if to_unit else Stage.RECEIVED
    return [e.Reopened(**ctx.typed, stage=stage, clocks=(*stopped, started))]


def inspectorate_fault(unit: str, reported: str | None, ctx: Context) -> Refused | None:
    """A `berkadar` case begins at the Inspektorat, unless that is what it is about."""
    inspectorate = ctx.rules.policy.inspectorate
    if unit == inspectorate or (reported and covers(reported, inspectorate)):
        return None
    return Refused("field", "Pengaduan berkadar pengawasan didisposisikan ke Inspektorat dulu.")


def category_fault(category: str, ctx: Context) -> Refused | None:
    if category in ctx.rules.policy.categories:
        return None
    why = Said("Kategori “%(category)s” tidak dikenal; pilih dari daftar.", category=category)
    return Refused("field", why)
