"""Which language a page speaks: Indonesian in the source, others by the catalogues in locale/."""

from contextvars import ContextVar
from pathlib import Path

from babel.support import NullTranslations, Translations
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from domain.sentences import Said, Value
from domain.words import either

LOCALE = Path(__file__).parents[2] / "locale"
LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}
SOURCE = "id"
COOKIE = "bahasa"

_catalogues: dict[str, NullTranslations] = {
    code: NullTranslations() if code == SOURCE else Translations.load(LOCALE, [code])
    for code in LANGUAGES
}
_spoken: ContextVar[str] = ContextVar("language", default=SOURCE)


def language() -> str:
    """The code of the language of this request."""
    return _spoken.get()


def _(message: str) -> str:
    """The message in the language of this request; of what is `Said` its parts as well."""
    if isinstance(message, Said) and message.values:
        return _translated(message.source) % {
            name: _value(value) for name, value in message.values.items()
        }
    return _translated(message)


def _translated(message: str) -> str:
    # The catalogue's answer to nothing is a description of itself.
    translated: str = _catalogues[language()].gettext(message) if message else ""
    return translated


def _value(value: Value) -> str:
    if isinstance(value, tuple):
        return either(map(_translated, value), _("atau"))
    return _(value) if isinstance(value, str) else str(value)


def ngettext(singular: str, plural: str, n: int) -> str:
    translated: str = _catalogues[language()].ngettext(singular, plural, n)
    return translated


def N_(message: str) -> str:  # noqa: N802 - gettext's name for it
    """Marks a message that `_` translates elsewhere."""
    return message


class LanguageMiddleware:
    """The user's choice, else what the browser asks for, else Indonesian."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        token = _spoken.set(_wanted(Request(scope)))
        try:
            await self.app(scope, receive, send)
        finally:
            _spoken.reset(token)


def _wanted(request: Request) -> str:
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    for code in _accepted(request.headers.get("accept-language", "")):
        if code in LANGUAGES:
            return code
    return SOURCE


def _accepted(header: str) -> list[str]:
    """`en-US,en;q=0.9,id;q=0.8` as `["en", "en", "id"]`, the best liked first."""
    liked: list[tuple[float, str]] = []
    for part in header.split(",")[:20]:
        tag, _sep, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            continue
        liked.append((weight, tag.partition("-")[0].lower()))
    return [tag for weight, tag in sorted(liked, key=lambda one: -one[0]) if weight > 0]
