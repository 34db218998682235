"""Who may ask what, and when: one table, from which the buttons, the refusals and
docs/domain-table.md all come.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from domain import actions as a
from domain.actors import REPORTER, SYSTEM, Actor
from domain.case import Case, DeskKind
from domain.policy import Rules
from domain.sentences import Said
from domain.terms import OPEN, ClockName, Role, Stage
from domain.units import covers, is_below
from domain.visibility import can_see, handles, reporter_stage, stands_for
from domain.words import STAGE


@dataclass(frozen=True)
class Refused:
    """Why not: `why` is a sentence for the person who asked (Indonesian), `Said` where it has
    values in it.

    `kind`: `unseen` the case is not theirs to know, `who` their role may never do this here,
    `state` something must happen first, `field` what was asked for is not possible.
    """

    kind: Literal["unseen", "who", "state", "field"]
    why: str


class Who(StrEnum):
    COORDINATOR = "coordinator"
    UNIT = "unit"
    HANDLER = "handler"
    UNIT_HEAD = "unit_head"
    APPROVER = "approver"
    SUPERVISOR = "supervisor"
    REPORTER = "reporter"
    SYSTEM = "system"


WHO = {
    Who.COORDINATOR: "koordinator",
    Who.UNIT: "admin unit yang menangani",
    Who.HANDLER: "admin unit atau subunit yang menangani",
    Who.UNIT_HEAD: "kepala unit yang menangani",
    Who.APPROVER: "penyetuju jawaban",
    Who.SUPERVISOR: "pengawas",
    Who.REPORTER: "pelapor",
    Who.SYSTEM: "sistem",
}
"""As people read it."""


ROLES_OF: dict[Who, tuple[Role, ...]] = {
    Who.COORDINATOR: (Role.COORDINATOR,),
    Who.UNIT: (Role.UNIT_ADMIN,),
    Who.HANDLER: (Role.UNIT_ADMIN,),
    Who.UNIT_HEAD: (Role.UNIT_HEAD,),
    Who.APPROVER: (Role.UNIT_HEAD, Role.COORDINATOR),
    Who.SUPERVISOR: (Role.SUPERVISOR,),
}

Condition = Callable[[Case, Actor, datetime, Rules], str | None]


@dataclass(frozen=True)
class Permission:
    who: tuple[Who, ...]
    stages: frozenset[Stage]
    conditions: tuple[Condition, ...] = ()


def in_window(case: Case, actor: Actor, now: datetime, rules: Rules) -> str | None:
    window = case.clock(ClockName.REOPEN_WINDOW)
    if case.open or (window and now < window.due_at):
        return None
    return "Batas waktu untuk membuka lagi aduan ini sudah lewat. Silakan buat aduan baru."


def not_routed_yet(case: Case, actor: Actor, now: datetime, rules: Rules) -> str | None:
    if case.returned:
        return "Aduan ini dikembalikan unit; alihkan ke unit lain, tidak perlu verifikasi ulang."
    return None


def was_returned(case: Case, actor: Actor, now: datetime, rules: Rules) -> str | None:
    if case.stage is Stage.RECEIVED and not case.returned:
        return "Aduan ini belum pernah didisposisikan; koordinator harus memverifikasinya dulu."
    return None


def not_answered_yet(case: Case, actor: Actor, now: datetime, rules: Rules) -> str | None:
    if case.answers:
        return "Aduan yang sudah pernah dijawab tidak dapat dikembalikan; mintalah pengalihan."
    return None


def leads_nobody(case: Case, actor: Actor, now: datetime, rules: Rules) -> str | None:
    if case.duplicates:
        return "Aduan ini menjadi induk laporan lain; lepaskan dulu laporan yang tertaut padanya."
    return None


def delegated(case: Case, actor: Actor, now: datetime, rules: Rules) -> str | None:
    return None if case.delegate else "Aduan ini tidak sedang didelegasikan."


def not_delegated(case: Case, actor: Actor, now: datetime, rules: Rules) -> str | None:
    if case.delegate:
        return "Aduan ini sedang didelegasikan; tarik kembali dulu delegasinya."
    return None


def returnable(case: Case, actor: Actor, now: datetime, rules: Rules) -> str | None:
    """A delegated case is returned by the sub-unit, or by nobody until it is taken back."""
    if case.unit is None or case.delegate is None:
        return None
    below = (held for held in actor.units_as(Role.UNIT_ADMIN) if is_below(held, case.unit))
    by_sub_unit = any(covers(held, case.delegate) for held in below)
    return None if by_sub_unit else not_delegated(case, actor, now, rules)


def extension_free(case: Case, actor: Actor, now: datetime, rules: Rules) -> str | None:
    if case.extension:
        return "Permintaan perpanjangan sudah diajukan dan menunggu keputusan koordinator."
    if case.extension_used:
        return "Perpanjangan hanya dapat diminta sekali untuk satu batas waktu jawaban."
    return None


def extension_asked(case: Case, actor: Actor, now: datetime, rules: Rules) -> str | None:
    if case.extension is None:
        return "Tidak ada permintaan perpanjangan yang menunggu keputusan."
    if case.extension.by == actor.id:
        return "Yang meminta perpanjangan tidak boleh memutuskannya sendiri."
    return None


def not_the_author(case: Case, actor: Actor, now: datetime, rules: Rules) -> str | None:
    if case.draft and case.draft.by == actor.id:
        return "Penulis jawaban tidak boleh menyetujui atau mengembalikan jawabannya sendiri."
    return None


def not_rated(case: Case, actor: Actor, now: datetime, rules: Rules) -> str | None:
    return "Aduan ini sudah Anda nilai." if case.rating is not None else None


def can_hide_more(case: Case, actor: Actor, now: datetime, rules: Rules) -> str | None:
    if actor == REPORTER and case.anonymous and case.secret:
        return "Aduan ini sudah anonim dan rahasia."
    return None


def identity_allowed(case: Case, actor: Actor, now: datetime, rules: Rules) -> str | None:
    if not case.identified:
        return "Pelapor tidak meninggalkan identitas."
    if actor.holds(Role.COORDINATOR):
        return None
    if case.anonymous or case.classification not in rules.policy.identity_for_units:
        return "Identitas pelapor aduan ini hanya dapat dibuka oleh koordinator."
    return None


_ROUTED = frozenset({Stage.DISPOSED, Stage.IN_PROGRESS})
_DESKS = _ROUTED | {Stage.RECEIVED}
_ASKED = _ROUTED | {Stage.WAITING_REPORTER}
_TICKING = OPEN - {Stage.DUPLICATE}
_ANY = frozenset(Stage)

PERMISSIONS: dict[type[a.ActionBase], Permission] = {
    a.Dispose: Permission((Who.COORDINATOR,), frozenset({Stage.RECEIVED}), (not_routed_yet,)),
    a.AskReporter: Permission((Who.COORDINATOR, Who.HANDLER), _DESKS),
    a.ReporterReply: Permission(
        (Who.REPORTER, Who.COORDINATOR, Who.HANDLER), OPEN | {Stage.ARCHIVED}, (in_window,)
    ),
    a.Archive: Permission(
        (Who.COORDINATOR, Who.SYSTEM), frozenset({Stage.RECEIVED, Stage.WAITING_REPORTER})
    ),
    a.HandBack: Permission((Who.COORDINATOR,), _DESKS),
    a.LinkDuplicate: Permission(
        (Who.COORDINATOR,), _DESKS | {Stage.WAITING_REPORTER}, (leads_nobody,)
    ),
    a.UnlinkDuplicate: Permission((Who.COORDINATOR,), frozenset({Stage.DUPLICATE})),
    a.Accept: Permission((Who.UNIT,), frozenset({Stage.DISPOSED})),
    a.Return: Permission((Who.HANDLER,), _ROUTED, (not_answered_yet, returnable)),
    a.Redispose: Permission((Who.COORDINATOR, Who.SUPERVISOR), _DESKS, (was_returned,)),
    a.Delegate: Permission((Who.UNIT,), frozenset({Stage.IN_PROGRESS}), (not_delegated,)),
    a.TakeBack: Permission((Who.UNIT,), frozenset({Stage.IN_PROGRESS}), (delegated,)),
    a.ReportProgress: Permission((Who.HANDLER,), frozenset({Stage.IN_PROGRESS})),
    a.RequestExtension: Permission((Who.UNIT,), _ROUTED, (extension_free,)),
    a.GrantExtension: Permission((Who.COORDINATOR, Who.SUPERVISOR), _ASKED, (extension_asked,)),
    a.RefuseExtension: Permission((Who.COORDINATOR, Who.SUPERVISOR), _ASKED, (extension_asked,)),
    a.Answer: Permission((Who.HANDLER,), _ROUTED),
    a.ApproveAnswer: Permission((Who.APPROVER,), frozenset({Stage.IN_REVIEW}), (not_the_author,)),
    a.SendBackAnswer: Permission((Who.APPROVER,), frozenset({Stage.IN_REVIEW}), (not_the_author,)),
    a.Rate: Permission((Who.REPORTER,), frozenset({Stage.ANSWERED, Stage.CLOSED}), (not_rated,)),
    a.Reopen: Permission(
        (Who.REPORTER, Who.COORDINATOR),
        frozenset({Stage.ANSWERED, Stage.CLOSED, Stage.HANDED_BACK}),
        (in_window,),
    ),
    a.Reclassify: Permission((Who.COORDINATOR,), OPEN),
    a.SetVisibility: Permission((Who.COORDINATOR, Who.REPORTER), _ANY, (can_hide_more,)),
    a.OpenIdentity: Permission((Who.COORDINATOR, Who.HANDLER), _ANY, (identity_allowed,)),
    a.Instruct: Permission((Who.SUPERVISOR, Who.UNIT_HEAD), OPEN),
    a.Note: Permission((Who.COORDINATOR, Who.HANDLER, Who.UNIT_HEAD, Who.SUPERVISOR), _ANY),
    a.Remind: Permission((Who.SYSTEM,), _TICKING),
    a.Breach: Permission((Who.SYSTEM,), _TICKING),
    a.Escalate: Permission((Who.SYSTEM,), _TICKING),
    a.Close: Permission((Who.SYSTEM,), frozenset({Stage.ANSWERED, Stage.DUPLICATE})),
    a.JoinDuplicate: Permission((Who.SYSTEM,), _TICKING),
    a.LeaveDuplicate: Permission((Who.SYSTEM,), _ANY),
    # Whatever has become of the case, what happened in a portal has happened.
    a.JoinOrigin: Permission((Who.SYSTEM,), _ANY),
    a.ChangeOrigin: Permission((Who.SYSTEM,), _ANY),
    a.CloseOrigin: Permission((Who.SYSTEM,), _ANY),
    a.AddFiles: Permission((Who.SYSTEM,), _ANY),
    a.Replan: Permission((Who.SYSTEM,), _ANY),
}


def permit(
    case: Case, kind: type[a.ActionBase], actor: Actor, now: datetime, rules: Rules
) -> Refused | None:
    """Why `actor` may not ask this of the case now, whatever its fields; None where they may."""
    if not can_see(case, actor):
        return Refused("unseen", "Aduan ini tidak ada atau bukan kewenangan Anda.")
    return _withheld(case, kind, actor, now, rules)


def _stage_for(actor: Actor, case: Case) -> Stage:
    return reporter_stage(case) if actor == REPORTER else case.stage


def available(
    case: Case, actor: Actor, now: datetime, rules: Rules
) -> tuple[type[a.ActionBase], ...]:
    """The actions this actor may ask for now, in the order of the table."""
    if not can_see(case, actor):
        return ()
    return tuple(kind for kind in PERMISSIONS if not _withheld(case, kind, actor, now, rules))


def _withheld(
    case: Case, kind: type[a.ActionBase], actor: Actor, now: datetime, rules: Rules
) -> Refused | None:
    """As `permit`, of an actor who sees the case."""
    permission = PERMISSIONS[kind]
    if not any(_could_be(one, actor) for one in permission.who):
        return _only(permission, kind)
    if case.stage not in permission.stages:
        not_now = Said(
            "Status aduan ini %(stage)s; %(does)s hanya dapat dilakukan saat %(when)s.",
            stage=STAGE[_stage_for(actor, case)],
            does=kind.DOES,
            when=tuple(STAGE[stage] for stage in Stage if stage in permission.stages),
        )
        return Refused("state", not_now)
    if not any(_is(one, case, actor) for one in permission.who):
        return _only(permission, kind)
    for condition in permission.conditions:
        if why := condition(case, actor, now, rules):
            return Refused("state", why)
    return None


def _only(permission: Permission, kind: type[a.ActionBase]) -> Refused:
    people = [one for one in permission.who if one is not Who.SYSTEM] or permission.who
    who = tuple(WHO[one] for one in people)
    return Refused("who", Said("Hanya %(who)s yang dapat %(does)s.", who=who, does=kind.DOES))


def _could_be(who: Who, actor: Actor) -> bool:
    match who:
        case Who.REPORTER:
            return actor.id == REPORTER.id
        case Who.SYSTEM:
            return actor.id == SYSTEM.id
        case _:
            return any(actor.holds(role) for role in ROLES_OF[who])


def _is(who: Who, case: Case, actor: Actor) -> bool:
    match who:
        case Who.UNIT:
            return stands_for(case, actor, Role.UNIT_ADMIN, case.unit)
        case Who.HANDLER:
            return handles(case, actor, Role.UNIT_ADMIN)
        case Who.UNIT_HEAD:
            return handles(case, actor, Role.UNIT_HEAD)
        case Who.APPROVER if case.approver and case.approver.kind is DeskKind.HEAD:
            return stands_for(case, actor, Role.UNIT_HEAD, case.approver.unit)
        case Who.APPROVER:
            return actor.holds(Role.COORDINATOR)
        case _:
            return _could_be(who, actor)
