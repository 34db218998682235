"""Templates: a whole page, or the block of it that htmx swaps."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2_fragments.fastapi import Jinja2Blocks
from lucide.jinja import lucide
from starlette.requests import Request
from starlette.responses import Response

from web import assets
from web.pages import dates
from web.pages.language import LANGUAGES, _, language, ngettext
from web.pages.navigation import navigation

TEMPLATES = Path(__file__).parents[1] / "templates"


def wants_block(request: Request) -> bool:
    """Whether htmx asks for a part; going back in history it wants the page."""
    headers = request.headers
    return "hx-request" in headers and "hx-history-restore-request" not in headers


def page(
    request: Request,
    name: str,
    context: Mapping[str, Any] | None = None,
    *,
    block: str | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The template `name`, or its `block` where htmx asks."""
    return _templates().TemplateResponse(
        request,
        name,
        {"me": getattr(request.state, "account", None), **(context or {})},
        status_code=status,
        headers={"Vary": "HX-Request, Cookie, Accept-Language", **(headers or {})},
        block_name=block if wants_block(request) else None,
    )


@lru_cache
def _templates() -> Jinja2Blocks:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=_, ngettext=ngettext, newstyle=True
    )
    environment.globals |= {
        "asset": assets.load().urls.__getitem__,
        "icon": _icon,
        "language": language,
        "languages": LANGUAGES,
        "navigation": navigation,
    }
    environment.filters |= {
        "moment": dates.moment,
        "day": dates.day,
        "hour": dates.hour,
        "machine": dates.machine,
    }
    return Jinja2Blocks(env=environment)


@lru_cache
def _icon(name: str) -> str:
    """A drawing beside words, which say the same."""
    return lucide(name, size=20, **{"aria-hidden": "true", "class": "icon"})
