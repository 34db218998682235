"""What was just done, told on the next page and then forgotten: a cookie that names the action."""

from starlette.requests import Request
from starlette.responses import Response

from domain.actions import BY_NAME
from web.pages.forms import staff_label

COOKIE = "selesai"
KEPT_SECONDS = 60


def remember(response: Response, action: str) -> None:
    response.set_cookie(COOKIE, action, max_age=KEPT_SECONDS, httponly=True, samesite="lax")


def remembered_name(request: Request) -> str:
    """What was remembered, for pages that have words of their own for it."""
    return request.cookies.get(COOKIE, "")


def remembered(request: Request) -> str | None:
    """The action's words."""
    kind = BY_NAME.get(remembered_name(request))
    return staff_label(kind) if kind else None


def forget(response: Response) -> Response:
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return response
