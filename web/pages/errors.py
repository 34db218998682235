"""What a page answers when something is wrong: the API's own sentences, as HTML."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from web.pages.language import N_, _
from web.pages.rendering import page, wants_block
from web.problems import TITLES, Problem, api_error, as_problem
from web.security import API, HEADERS

AWAY = N_("Sebagian sistem sedang tidak dapat dihubungi. Coba lagi sebentar lagi.")
ERROR_PLACE = {"HX-Retarget": "#galat", "HX-Reswap": "innerHTML"}
"""Where htmx shows what went wrong, so that what was typed stays as it is."""


async def on_error(request: Request, error: Exception) -> Response:
    """For every exception of the application."""
    if request.url.path.startswith(API):
        return await api_error(request, error)
    problem = as_problem(error)
    if problem.status == 503:
        # What the API says of it speaks of headers.
        problem = Problem(503, AWAY, headers=problem.headers)
    return await show_problem(request, problem)


async def show_problem(request: Request, problem: Problem) -> Response:
    if problem.status == 401 and request.method == "GET" and not wants_block(request):
        return RedirectResponse(f"/masuk?lanjut={quote(_path(request))}", 303)
    faults = [error["message"] for error in problem.errors]
    context = {
        "title": _(TITLES.get(problem.status, TITLES[500])),
        "detail": _(problem.detail),
        "errors": [_(fault) for fault in faults],
        "login": f"/masuk?lanjut={quote(_path(request))}" if problem.status == 401 else None,
    }
    # Some of these are answered outside of all middleware, where nothing adds the headers.
    headers = HEADERS | dict(problem.headers or {}) | (ERROR_PLACE if wants_block(request) else {})
    return page(
        request, "problem.html", context, block="galat", status=problem.status, headers=headers
    )


def _path(request: Request) -> str:
    """Where to go on: the page itself, or the one a form was sent from."""
    path = request.url.path.partition("/tindakan/")[0]
    return f"{path}?{request.url.query}" if request.url.query else path
