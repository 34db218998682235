"""The second step of the login: a one-time code, or a first key for them.

Both are open to a half session only, which the right password began.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from record import second_factor
from record.accounts import Account
from record.brake import Guess
from web.braking import FEW, KNOWN, TooOften, begin_guess, guessed_right
from web.devices import device_of
from web.house import Home, House
from web.pages.entrance import code_page, enrolment_page, entered
from web.pages.forms import Typed
from web.pages.language import N_, _
from web.problems import Problem
from web.sessions import account_of_request

router = APIRouter(prefix="/masuk")

WRONG = N_(
    "Kode ini salah, sudah dipakai, atau sudah lewat. Tunggu kode berikutnya, lalu coba lagi."
)


async def _half(house: Home, request: Request) -> Account:
    account = await account_of_request(house, request, half=True)
    if account is None:
        raise Problem(401, "Masuk dulu untuk membuka halaman ini.")
    return account


Half = Annotated[Account, Depends(_half)]
"""Whoever gave the right password and owes the second factor. Raises Problem 401."""


@router.get("/{step}")
async def start_over(step: str) -> Response:
    """An address that a browser may remember from a form."""
    return RedirectResponse("/masuk", 303)


@router.post("/kode")
async def check(request: Request, house: Home, account: Half, typed: Typed) -> Response:
    guess = code_guess(house, request, account)
    try:
        await begin_guess(house, guess)
    except TooOften as problem:
        return code_page(request, typed, _(problem.detail), problem.status, problem.headers)
    if not await is_code(house, account, typed.get("code", ""), typed.get("recovery", "")):
        return code_page(request, typed, _(WRONG), 422)
    await guessed_right(house, guess)
    return await entered(house, request, account, typed)


@router.post("/pasang")
async def enrol(request: Request, house: Home, account: Half, typed: Typed) -> Response:
    if await second_factor.standing(house.engine, account.id):
        return code_page(request, typed)  # enrolled meanwhile, elsewhere
    codes = await enrolled(house, account, typed.get("sealed", ""), typed.get("code", ""))
    if codes is None:
        return enrolment_page(house, request, account, typed, _(WRONG), 422)
    return await entered(house, request, account, typed, codes)


@router.post("/nanti")
async def skip(request: Request, house: Home, account: Half, typed: Typed) -> Response:
    """A trainee has no phone for the Bupati's account. Only in practice mode."""
    if not house.settings.practice or await second_factor.standing(house.engine, account.id):
        raise Problem(403, N_("Akun ini harus memakai faktor kedua."))
    return await entered(house, request, account, typed)


def code_guess(house: House, request: Request, account: Account) -> Guess:
    if device := device_of(house, request, account.username):
        return Guess("code/device", f"{device}/{account.id}", KNOWN)
    return Guess("code", str(account.id), FEW)


async def is_code(house: House, account: Account, code: str, recovery: str) -> bool:
    """Whether either counts; it never does again."""
    if code.strip():
        return await second_factor.accept_code(
            house.engine, house.keyring, account.id, code, house.now
        )
    return await second_factor.accept_recovery_code(
        house.engine, account.id, recovery, secret=house.secret
    )


async def enrolled(house: House, account: Account, sealed: str, code: str) -> list[str] | None:
    """New recovery codes, if `code` is one of the key that a form brought back."""
    now = house.now
    key = second_factor.open_new(house.keyring, account.id, sealed)
    step = second_factor.step_of(key, code, now) if key else None
    if key is None or step is None:
        return None
    return await second_factor.enrol(
        house.engine, house.keyring, account.id, key, step, now, secret=house.secret
    )
