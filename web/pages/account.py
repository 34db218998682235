"""Akun: what one may know and change about one's own account."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from domain.actors import Grant
from domain.words import ROLE
from record import second_factor
from record.access import (
    revoke_other_sessions,
    revoke_session_named,
    sessions_of,
)
from record.accounts import (
    SHORTEST_PASSWORD,
    Account,
    is_password,
    set_password,
    set_shortcuts,
)
from record.brake import Guess
from web.braking import FEW, begin_guess, guessed_right
from web.house import Home, House
from web.pages.done import forget, remember, remembered_name
from web.pages.enrolment import enrolment
from web.pages.forms import Typed
from web.pages.language import N_, _
from web.pages.rendering import page
from web.pages.second_step import WRONG, enrolled
from web.pages.tags import upper
from web.problems import Problem
from web.sessions import IDLE, Staff, session_of

router = APIRouter(prefix="/akun")

DONE = {
    "password": N_("Kata sandi sudah diganti. Sesi Anda yang lain sudah diakhiri."),
    "shortcuts": N_("Pilihan pintasan papan ketik sudah disimpan."),
    "session": N_("Sesi sudah diakhiri."),
    "sessions": N_("Semua sesi yang lain sudah diakhiri."),
    "factor-off": N_("Faktor kedua sudah dilepas."),
}


@dataclass(frozen=True)
class Faults:
    """What is wrong with the change of password, by field."""

    old: str = ""
    new: str = ""
    again: str = ""

    @property
    def listed(self) -> Sequence[tuple[str, str]]:
        named = (("old", self.old), ("new", self.new), ("again", self.again))
        return [(name, message) for name, message in named if message]


@router.get("")
async def show(request: Request, house: Home, account: Staff) -> Response:
    done = remembered_name(request)
    response = await _account(request, house, account, done=_(DONE[done]) if done in DONE else "")
    return forget(response) if done in DONE else response


@router.post("/kata-sandi")
async def change_password(request: Request, house: Home, account: Staff, typed: Typed) -> Response:
    new, old = typed.get("new", ""), typed.get("old", "")
    faults = Faults(new=_weakness(new, old))
    if not faults.new and typed.get("again") != new:
        faults = Faults(again=_("Kedua kata sandi baru tidak sama."))
    if faults.listed:
        return await _account(request, house, account, faults=faults, status=422)
    try:
        await _prove(house, account, old)
    except Problem as problem:
        faults = Faults(old=_(problem.detail))
        return await _account(request, house, account, faults=faults, status=problem.status)
    await set_password(house.engine, account.id, new)
    await _end_others(house, request, account)
    return _go("password")


@router.post("/pintasan")
async def change_shortcuts(house: Home, account: Staff, typed: Typed) -> Response:
    await set_shortcuts(house.engine, account.id, typed.get("shortcuts") == "on")
    return _go("shortcuts")


@router.post("/sesi/akhiri")
async def end_session(house: Home, account: Staff, typed: Typed) -> Response:
    await revoke_session_named(house.engine, account.id, typed.get("session", ""), house.now)
    return _go("session")


@router.post("/sesi/akhiri-lain")
async def end_other_sessions(request: Request, house: Home, account: Staff) -> Response:
    await _end_others(house, request, account)
    return _go("sessions")


@router.get("/faktor-kedua")
async def ask_factor(request: Request, house: Home, account: Staff) -> Response:
    return await _factor(request, house, account, {})


@router.post("/faktor-kedua")
async def set_factor(request: Request, house: Home, account: Staff, typed: Typed) -> Response:
    """A first key, or a new one: the old one counts until the new one is confirmed."""
    try:
        await _prove(house, account, typed.get("password", ""))
    except Problem as problem:
        errors = [("password", _(problem.detail))]
        return await _factor(request, house, account, typed, errors, problem.status)
    codes = await enrolled(house, account, typed.get("sealed", ""), typed.get("code", ""))
    if codes is None:
        return await _factor(request, house, account, typed, [("code", _(WRONG))], 422)
    return page(request, "account_codes.html", {"codes": codes})


@router.post("/faktor-kedua/lepas")
async def remove_factor(request: Request, house: Home, account: Staff, typed: Typed) -> Response:
    if second_factor.is_required(account):
        raise Problem(403, N_("Akun ini harus memakai faktor kedua."))
    try:
        await _prove(house, account, typed.get("password", ""))
    except Problem as problem:
        errors = [("password-lepas", _(problem.detail))]
        return await _factor(request, house, account, typed, errors, problem.status)
    await second_factor.remove(house.engine, account.id)
    return _go("factor-off")


def _weakness(new: str, old: str) -> str:
    if len(new) < SHORTEST_PASSWORD:
        return _("Kata sandi baru paling sedikit %(n)s karakter.") % {"n": SHORTEST_PASSWORD}
    return _("Kata sandi baru harus lain dari yang lama.") if new == old else ""


async def _prove(house: House, account: Account, password: str) -> None:
    """A borrowed session is no place to guess it. Raises Problem 422, TooOften."""
    guess = Guess("password", str(account.id), FEW)
    await begin_guess(house, guess)
    if not await is_password(house.engine, account.id, password):
        raise Problem(422, N_("Kata sandi Anda yang sekarang salah."))
    await guessed_right(house, guess)


async def _end_others(house: House, request: Request, account: Account) -> None:
    session = session_of(house, request)
    await revoke_other_sessions(house.engine, account.id, session, house.now, secret=house.secret)


def _go(done: str) -> Response:
    response = RedirectResponse("/akun", 303)
    remember(response, done)
    return response


async def _account(
    request: Request,
    house: House,
    account: Account,
    *,
    faults: Faults | None = None,
    done: str = "",
    status: int = 200,
) -> Response:
    session = session_of(house, request)
    context = {
        "roles": await roles_of(house, account.grants),
        "faults": faults or Faults(),
        "shortest": SHORTEST_PASSWORD,
        "factor": await second_factor.standing(house.engine, account.id),
        "required": second_factor.is_required(account),
        "sessions": await sessions_of(
            house.engine, account.id, session, house.now, IDLE, secret=house.secret
        ),
        "done": done,
    }
    return page(request, "account.html", context, status=status)


async def roles_of(house: House, grants: Iterable[Grant]) -> Sequence[str]:
    """What somebody is, and where."""
    units = await house.directory()
    held = [(upper(_(ROLE[grant.role])), units.name(grant.unit)) for grant in grants]
    return [f"{role}, {unit}" if unit else role for role, unit in held]


async def _factor(
    request: Request,
    house: House,
    account: Account,
    typed: Mapping[str, str],
    errors: Sequence[tuple[str, str]] = (),
    status: int = 200,
) -> Response:
    context = {
        "new": enrolment(house, account, typed.get("sealed", "")),
        "factor": await second_factor.standing(house.engine, account.id),
        "required": second_factor.is_required(account),
        "errors": errors,
        "faults": dict(errors),
    }
    return page(request, "account_factor.html", context, status=status)
