"""What a page answers when something is wrong: what happened, in the API's own sentences, what
became of what was sent, what to do, and a way on."""

import re
from collections.abc import Sequence
from math import ceil
from urllib.parse import quote, urlsplit

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from web.open311.answers import PREFIX as OPEN311
from web.open311.answers import open311_error
from web.pages.entrance import expired
from web.pages.language import N_, _
from web.pages.rendering import page, wants_block
from web.problems import TITLES, Problem, api_error, as_problem
from web.security import API, HEADERS, SAFE_METHODS

AWAY = N_("Sebagian sistem sedang tidak dapat dihubungi. Coba lagi sebentar lagi.")
ERROR_PLACE = {"HX-Retarget": "#galat", "HX-Reswap": "innerHTML"}
"""Where htmx shows what went wrong, so that what was typed stays as it is."""

ADVICE = {
    400: N_("Tidak ada yang tercatat. Kembali ke halaman tadi dan coba lagi dari sana."),
    401: N_("Yang sudah tercatat tetap aman. Masuk, lalu lanjutkan."),
    403: N_("Tidak ada yang berubah. Kalau menurut Anda ini keliru, hubungi koordinator."),
    404: N_("Mungkin alamatnya salah tulis, atau halamannya bukan untuk Anda. Cari dari menu."),
    405: N_("Tidak ada yang berubah. Buka halamannya lagi dari menu."),
    408: N_("Kiriman ini belum kami terima. Kembali, lalu kirim lagi saat sambungan lebih baik."),
    409: N_("Tidak ada yang tercatat dari kiriman ini. Buka lagi halamannya, lihat keadaannya."),
    413: N_(
        "Kiriman ini belum kami terima. Kembali, pilih foto yang lebih sedikit atau lebih kecil,"
        " atau perpendek tulisannya, lalu kirim lagi."
    ),
    415: N_("Tidak ada yang tercatat. Kembali dan pilih jenis berkas yang lain."),
    422: N_("Tidak ada yang tercatat. Kembali, perbaiki isiannya, lalu kirim lagi."),
    429: N_("Tidak ada yang tercatat dari percobaan ini. Tunggu sebentar, lalu coba lagi."),
}
"""What became of what was sent, and what to do, by status."""
FAILED = N_("Yang sudah tercatat tetap aman. Coba lagi.")
FAILED_SENDING = N_(
    "Yang sudah tercatat tetap aman. Sebelum mengirim lagi, lihat dulu apakah kiriman Anda sudah"
    " tercatat."
)
AWAY_READING = N_("Yang sudah tercatat tetap aman. Tunggu beberapa detik, lalu coba lagi.")
AWAY_SENDING = N_(
    "Tulisan Anda masih ada di halaman ini. Tunggu beberapa detik, lalu kirim lagi dari sini;"
    " yang terkirim dua kali hanya dicatat sekali."
)
AWAY_LOST = N_("Kiriman ini belum kami terima. Buka lagi halamannya, isi lagi, lalu kirim.")
WAIT = N_("Tidak ada yang tercatat dari percobaan ini. Coba lagi kira-kira %(n)s menit lagi.")

SECRET = re.compile(r"code|.*password.*")
"""Names of fields that no page gives back."""


async def on_error(request: Request, error: Exception) -> Response:
    """For every exception of the application."""
    if request.url.path.startswith(API):
        return await api_error(request, error)
    if request.url.path.startswith(OPEN311):
        return await open311_error(request, error)
    problem = as_problem(error)
    if problem.status == 503:
        # What the API says of it speaks of headers.
        problem = Problem(503, AWAY, headers=problem.headers)
    return await show_problem(request, problem)


async def show_problem(request: Request, problem: Problem) -> Response:
    if problem.status == 401 and request.method == "GET" and not wants_block(request):
        return RedirectResponse(f"/masuk?lanjut={quote(_path(request))}", 303)
    if problem.status == 401 and request.method == "POST":
        return await expired(request)
    sent = await _sent(request) if problem.status == 503 else None
    context = {
        "part": wants_block(request),
        "title": _(TITLES.get(problem.status, TITLES[500])),
        "detail": _(problem.detail),
        "errors": [_(error["message"]) for error in problem.errors],
        "advice": _advice(request, problem, sent),
        "login": f"/masuk?lanjut={quote(_path(request))}" if problem.status == 401 else None,
        "sent": sent,
        "url": request.url.path,
        "back": None if sent else _back(request, problem.status),
    }
    # Some of these are answered outside of all middleware, where nothing adds the headers.
    headers = HEADERS | dict(problem.headers or {}) | (ERROR_PLACE if wants_block(request) else {})
    return page(
        request, "problem.html", context, block="galat", status=problem.status, headers=headers
    )


def _advice(
    request: Request, problem: Problem, sent: Sequence[tuple[str, str, bool]] | None
) -> str:
    reads = request.method in SAFE_METHODS
    match problem.status:
        case 503 if sent:
            return _(AWAY_SENDING)
        case 503:
            return _(AWAY_READING if reads else AWAY_LOST)
        case 429 if (seconds := (problem.headers or {}).get("Retry-After", "")).isdecimal():
            return _(WAIT) % {"n": max(1, ceil(int(seconds) / 60))}
        case status if status in ADVICE:
            return _(ADVICE[status])
        case _:
            return _(FAILED if reads else FAILED_SENDING)


async def _sent(request: Request) -> Sequence[tuple[str, str, bool]] | None:
    """What a form brought, to be sent again as it is: name, value, whether it is to be read.

    None where there is nothing to repeat: files, which no page can hold, and what is secret.
    """
    if request.method in SAFE_METHODS or wants_block(request):
        return None
    if "form" not in request.headers.get("content-type", ""):
        return None
    form = await request.form()
    fields = []
    for name, value in form.multi_items():
        if SECRET.fullmatch(name):
            return None
        if isinstance(value, UploadFile):
            if value.filename:
                return None
        else:
            words = " " in value.strip() and any(letter.isalpha() for letter in value)
            fields.append((name, value, words))
    return fields or None


def _back(request: Request, status: int) -> str | None:
    """The page itself where only the moment was wrong, else the page of ours that led here."""
    if request.method in SAFE_METHODS:
        return _path(request) if status in (429, 500, 503) else None
    referrer = urlsplit(request.headers.get("referer", ""))
    if referrer.netloc != request.url.netloc or not referrer.path.startswith("/"):
        return None
    path = "/" + referrer.path.lstrip("/")
    return f"{path}?{referrer.query}" if referrer.query else path


def _path(request: Request) -> str:
    """Where to go on: the page itself, or the one a form was sent from."""
    path = request.url.path.partition("/tindakan/")[0]
    return f"{path}?{request.url.query}" if request.url.query else path
