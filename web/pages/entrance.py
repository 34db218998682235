"""Logging in and out, and where each kind of user begins."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from domain.terms import Role
from record.accounts import Account, log_in
from web.house import Home
from web.pages.forms import Typed
from web.pages.language import _
from web.pages.rendering import page
from web.sessions import Staff, account_of_request, begin, end

router = APIRouter()

AT_A_DESK = (Role.COORDINATOR, Role.UNIT_ADMIN, Role.UNIT_HEAD)
LOOKS_ON = (Role.SUPERVISOR, Role.AUDITOR)


def home(account: Account) -> str:
    """The page on which this person's work begins."""
    if any(account.actor.holds(role) for role in AT_A_DESK):
        return "/tugas"
    if any(account.actor.holds(role) for role in LOOKS_ON):
        return "/aduan"
    return "/pengaturan"


def own_path(path: str) -> str | None:
    """`path` if it leads to a page of ours; None for anything that might lead elsewhere."""
    ours = path.startswith("/") and not path.startswith("//")
    return path if ours and path.isprintable() and "\\" not in path else None


@router.get("/masuk")
async def ask(request: Request, house: Home, lanjut: str = "") -> Response:
    if account := await account_of_request(house, request):
        return RedirectResponse(own_path(lanjut) or home(account), 303)
    return page(request, "login.html", {"username": "", "lanjut": lanjut, "error": ""})


@router.post("/masuk")
async def enter(request: Request, house: Home, typed: Typed) -> Response:
    username, lanjut = typed.get("username", ""), typed.get("lanjut", "")
    account = await log_in(house.engine, username, typed.get("password", ""))
    if account is None:
        error = _("Nama akun atau kata sandi salah. Periksa keduanya, lalu coba lagi.")
        context = {"username": username, "lanjut": lanjut, "error": error}
        return page(request, "login.html", context, status=422)
    response = RedirectResponse(own_path(lanjut) or home(account), 303)
    await begin(house, request, response, account)
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


@router.get("/pengaturan")
async def administration(request: Request, account: Staff) -> Response:
    return page(
        request,
        "administration.html",
        {"may": account.actor.holds(Role.ADMINISTRATOR)},
    )
