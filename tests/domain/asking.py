"""Actions with fields that a form of the case would allow."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar
from uuid import UUID

from hypothesis import strategies as st

from domain import actions as a
from domain.actors import REPORTER, Actor
from domain.case import Case
from domain.policy import Policy
from domain.terms import ArchiveReason, Channel, Classification, ClockName
from domain.units import covers
from tests.domain.cast import DPUPR, HEALTH, INSPECTORATE, KEC, KEL, UNITS
from tests.domain.life import TYPED

T = TypeVar("T")

OTHERS = tuple(UUID(int=number) for number in (101, 102, 103))
"""Other complaints, to lead this one or to follow it."""
PORTALS = (Channel.SP4N, Channel.LAPORGUB, Channel.OPEN311)
REPORTABLE = (DPUPR, KEC, KEL, HEALTH, INSPECTORATE, "kab/setda")


class Pick(Protocol):
    """Chooses one of the options: at random, or always alike."""

    def __call__(self, options: Sequence[T], /) -> T: ...


def turn(number: int) -> Pick:
    """Always the option of that number, counted around."""

    def pick(options: Sequence[T]) -> T:
        return options[number % len(options)]

    return pick


def drawn(data: st.DataObject) -> Pick:
    """Any of the options."""

    def pick(options: Sequence[T]) -> T:
        return data.draw(st.sampled_from(options))

    return pick


def valid(
    kind: type[a.ActionBase], case: Case, actor: Actor, policy: Policy, pick: Pick
) -> a.Action:
    """An action of that kind whose fields the case's form offers; made up where it has no form."""
    action: a.Action
    if make := _MAKERS.get(kind):
        action = make(case, actor, policy, pick)
    else:
        action = a.action_adapter.validate_python({"action": kind.name()})
    return action.model_copy(update={"entry": TYPED}) if kind.TEXTS else action


def _clear_of(case: Case, reported: str | None, units: Sequence[str]) -> list[str]:
    """Those of the units that may have a case about the reported unit."""
    about = reported or case.reported_unit
    return [unit for unit in units if about is None or not covers(about, unit)]


def _suspects(case: Case) -> list[str]:
    """The units that may be reported in the case where it is."""
    having = [unit for unit in (case.unit, case.delegate) if unit]
    return [one for one in REPORTABLE if not any(covers(one, unit) for unit in having)]


def _dispose(case: Case, actor: Actor, policy: Policy, pick: Pick) -> a.Dispose:
    classification = pick(tuple(Classification))
    berkadar = classification is Classification.BERKADAR
    optional: list[str | None] = [*([] if berkadar else [None]), *REPORTABLE]
    reported = pick(optional)
    if berkadar:
        natural = _clear_of(case, reported, [policy.inspectorate])
        unit = pick(natural or _clear_of(case, reported, UNITS))
    else:
        unit = pick(_clear_of(case, reported, UNITS))
    return a.Dispose(
        classification=classification,
        category=pick(policy.categories),
        unit=unit,
        anonymous=pick((None, True, False)),
        secret=pick((None, False, True)),
        reported_unit=reported,
    )


def _redispose(case: Case, actor: Actor, policy: Policy, pick: Pick) -> a.Redispose:
    return a.Redispose(unit=pick([u for u in _clear_of(case, None, UNITS) if u != case.unit]))


def _delegate(case: Case, actor: Actor, policy: Policy, pick: Pick) -> a.Delegate:
    unit = case.unit or DPUPR
    below = [KEL if unit == KEC else f"{unit}/upt.jalan", f"{unit}/upt.lain"]
    return a.Delegate(unit=(_clear_of(case, None, below) or below)[0])


def _reclassify(case: Case, actor: Actor, policy: Policy, pick: Pick) -> a.Reclassify:
    classification = pick(tuple(Classification))
    must = classification is Classification.BERKADAR and case.reported_unit is None
    optional: list[str | None] = [*([] if must else [None]), *_suspects(case)]
    return a.Reclassify(
        classification=classification,
        category=pick(policy.categories),
        reported_unit=pick(optional),
    )


def _extension(case: Case, actor: Actor, policy: Policy, pick: Pick) -> a.RequestExtension:
    answer = case.clocks.get(ClockName.ANSWER)
    return a.RequestExtension(days=pick(range(1, answer.deadline.limit.n + 1 if answer else 2)))


def _visibility(case: Case, actor: Actor, policy: Policy, pick: Pick) -> a.SetVisibility:
    """Something changes; the reporter only hides more."""
    now = (case.anonymous, case.secret)
    choices = [(anonymous, secret) for anonymous in (True, False) for secret in (True, False)]
    changed = [choice for choice in choices if choice != now]
    if actor == REPORTER and not all(now):
        changed = [c for c in changed if c[0] >= case.anonymous and c[1] >= case.secret]
    anonymous, secret = pick(changed)
    return a.SetVisibility(anonymous=anonymous, secret=secret)


def _clock(case: Case, actor: Actor, policy: Policy, pick: Pick) -> ClockName:
    return pick(tuple(ClockName))


def _origin(pick: Pick) -> dict[str, Any]:
    return {"portal": pick(PORTALS), "origin": pick(OTHERS)}


Maker = Callable[[Case, Actor, Policy, Pick], a.Action]

_MAKERS: dict[type[a.ActionBase], Maker] = {
    a.Dispose: _dispose,
    a.Redispose: _redispose,
    a.Delegate: _delegate,
    a.Reclassify: _reclassify,
    a.RequestExtension: _extension,
    a.SetVisibility: _visibility,
    a.Archive: lambda _c, _a, _p, pick: a.Archive(reason=pick(tuple(ArchiveReason))),
    a.LinkDuplicate: lambda _c, _a, _p, pick: a.LinkDuplicate(lead=pick(OTHERS)),
    a.Return: lambda _c, _a, _p, pick: a.Return(suggested_unit=pick((None, *UNITS))),
    a.Rate: lambda _c, _a, _p, pick: a.Rate(score=pick(range(1, 6))),
    a.Remind: lambda *given: a.Remind(clock=_clock(*given)),
    a.Breach: lambda *given: a.Breach(clock=_clock(*given)),
    a.Escalate: lambda *given: a.Escalate(clock=_clock(*given)),
    a.JoinDuplicate: lambda _c, _a, _p, pick: a.JoinDuplicate(duplicate=pick(OTHERS)),
    a.LeaveDuplicate: lambda _c, _a, _p, pick: a.LeaveDuplicate(duplicate=pick(OTHERS)),
    a.JoinOrigin: lambda _c, _a, _p, pick: a.JoinOrigin(**_origin(pick)),
    a.ChangeOrigin: lambda _c, _a, _p, pick: a.ChangeOrigin(entry=TYPED, **_origin(pick)),
    a.CloseOrigin: lambda _c, _a, _p, pick: a.CloseOrigin(**_origin(pick)),
    a.AddFiles: lambda _c, _a, _p, pick: a.AddFiles(entry=TYPED, **_origin(pick)),
}
