"""Logging in and out, and where each kind of user begins."""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from domain.terms import Role
from record.accounts import Account, log_in
from record.brake import Guess
from record.second_factor import is_required, standing
from web.braking import FEW, KNOWN, OFFICE, TooOften, address_of, begin_guess, guessed_right
from web.devices import device_of, remember_device
from web.house import Home, House
from web.pages.carried import CARRIED, again, carried, carry
from web.pages.enrolment import enrolment
from web.pages.forms import Typed
from web.pages.language import _
from web.pages.rendering import page, wants_block
from web.security import HEADERS, own_path
from web.sessions import account_of_request, begin, end

router = APIRouter()

HOMES = (
    (Role.COORDINATOR, "/tugas"),
    (Role.UNIT_ADMIN, "/tugas"),
    (Role.UNIT_HEAD, "/tugas"),
    (Role.SUPERVISOR, "/eskalasi"),
    (Role.AUDITOR, "/audit"),
    (Role.ADMINISTRATOR, "/pengaturan"),
)
"""The first role that somebody holds decides."""

Passed = Mapping[str, str]
"""What the login's forms pass on: `lanjut`, the page to go on to, and what a form said."""


def home(account: Account) -> str:
    """The page on which this person's work begins."""
    return next((path for role, path in HOMES if account.actor.holds(role)), "/akun")


@router.get("/masuk")
async def ask(request: Request, house: Home, lanjut: str = "") -> Response:
    if account := await account_of_request(house, request):
        return RedirectResponse(own_path(lanjut) or home(account), 303)
    return _login(request, {"lanjut": lanjut})


@router.post("/masuk")
async def enter(request: Request, house: Home, typed: Typed) -> Response:
    username = typed.get("username", "")
    guesses = _guesses(house, request, username)
    try:
        await begin_guess(house, *guesses)
    except TooOften as problem:
        return _login(request, typed, _(problem.detail), problem.status, problem.headers)
    account = await log_in(house.engine, username, typed.get("password", ""))
    if account is None:
        error = _("Nama akun atau kata sandi salah. Periksa keduanya, lalu coba lagi.")
        return _login(request, typed, error, 422)
    await guessed_right(house, *guesses)
    if await standing(house.engine, account.id):
        response = code_page(request, typed)
    elif is_required(account):
        response = enrolment_page(house, request, account, typed)
    else:
        return await entered(house, request, account, typed)
    await begin(house, request, response, account, half=True)
    return response


def _guesses(house: House, request: Request, username: str) -> Sequence[Guess]:
    """A browser that the account knows is counted by itself, whatever others do to its name."""
    if device := device_of(house, request, username):
        return [Guess("login/device", f"{device}/{username}", KNOWN)]
    return [
        Guess("login/name", username, FEW),
        Guess("login/address", address_of(request), OFFICE),
    ]


async def expired(request: Request) -> Response:
    """For a form whose session has ended: the login, which carries what it said."""
    if request.url.path.startswith("/masuk/"):  # too slow with the second factor
        typed = (await request.form()).multi_items()
        passed = {name: value for name, value in typed if isinstance(value, str)}
    else:
        what = await carry(request)
        passed = {
            "lanjut": request.url.path.partition("/tindakan/")[0],
            CARRIED: what.model_dump_json() if what else "",
        }
    headers = dict(HEADERS)
    if wants_block(request):
        headers |= {"HX-Retarget": "#isi", "HX-Reswap": "innerHTML show:window:top"}
    return _login(request, passed, status=401, headers=headers, expired=True)


def _login(
    request: Request,
    passed: Passed,
    error: str = "",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    expired: bool = False,
) -> Response:
    what = carried(passed)
    context = {
        **_passed(passed),
        "username": passed.get("username", ""),
        "error": error,
        "expired": expired,
        "keeps": bool(what),
        "files": bool(what and what.files),
    }
    return page(request, "login.html", context, block="main", status=status, headers=headers)


def _passed(typed: Passed) -> dict[str, str]:
    return {name: typed.get(name, "") for name in ("lanjut", CARRIED)}


def code_page(
    request: Request,
    typed: Passed,
    error: str = "",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Asks for a one-time code. It has no address of its own: what was typed comes along."""
    context = {**_passed(typed), "error": error}
    return page(request, "login_code.html", context, status=status, headers=headers)


def enrolment_page(
    house: House,
    request: Request,
    account: Account,
    typed: Passed,
    error: str = "",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Shows a new key, to be confirmed by a code."""
    context = {
        **_passed(typed),
        "new": enrolment(house, account, typed.get("sealed", "")),
        "practice": house.settings.practice,
        "error": error,
    }
    return page(request, "login_enrol.html", context, status=status, headers=headers)


async def entered(
    house: House,
    request: Request,
    account: Account,
    typed: Passed,
    codes: Sequence[str] = (),
) -> Response:
    """Logged in: on to where they were going, with what they carry and new recovery codes."""
    what, url = carried(typed), own_path(typed.get("lanjut", "")) or home(account)
    if what or codes:
        request.state.account = account
        context = {"codes": codes, "again": what and await again(house, what), "url": url}
        response = page(request, "entered.html", context)
    else:
        response = RedirectResponse(url, 303)
    await begin(house, request, response, account)
    remember_device(house, request, response, account.username)
    return response


@router.get("/keluar")
async def left(request: Request, house: Home) -> Response:
    request.state.account = await account_of_request(house, request)
    return page(request, "logout.html")


@router.post("/keluar")
async def leave(request: Request, house: Home) -> Response:
    response = RedirectResponse("/keluar", 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    await end(house, request, response)
    return response
