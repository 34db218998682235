"""What a page loads besides itself: our own style and script, and htmx out of its wheel.

Each lies under a path that names its content, so that a browser keeps it for good.
"""

import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from mimetypes import guess_type
from os import PathLike, stat_result
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from web.compression import accepts_gzip

OWN = Path(__file__).parent / "static"
OWN_FILES = ("matur.css", "matur.js", "matur.svg", "shortcuts.js", "lapor.js", "salin.js")

HTMX_VERSION = "2.0.10"
HTMX = "htmx-2.min.js"
HTMX_SHA256 = "71ea67185bfa8c98c39d31717c6fce5d852370fcdfd129db4543774d3145c0de"
"""As npm publishes `htmx.org` of that version."""

FOR_GOOD = "public, max-age=31536000, immutable"


class NamedFiles(StaticFiles):
    """Serves the files named and no others of their directory."""

    def __init__(
        self,
        names: Iterable[str],
        *,
        directory: Path | None = None,
        packages: list[str | tuple[str, str]] | None = None,
    ) -> None:
        super().__init__(directory=directory, packages=packages)
        self.names = frozenset(names)

    def lookup_path(self, path: str) -> tuple[str, stat_result | None]:
        return super().lookup_path(path) if path in self.names else ("", None)

    def file_response(
        self,
        full_path: "PathLike[str] | str",
        stat_result: stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        if accepts_gzip(Headers(scope=scope)):
            kind, _ = guess_type(full_path)
            response = Response(_packed(str(full_path)), status_code, media_type=kind)
            response.headers["Content-Encoding"] = "gzip"
        else:
            response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = FOR_GOOD
        response.headers["Vary"] = "Accept-Encoding"
        return response

    def content(self, name: str) -> bytes:
        return Path(self.lookup_path(name)[0]).read_bytes()


@cache
def _packed(path: str) -> bytes:
    """As small as it gets, once: all of these are text."""
    return gzip.compress(Path(path).read_bytes(), 9, mtime=0)


@dataclass(frozen=True)
class Assets:
    """`routes` serve the files; `urls` says where each is."""

    routes: tuple[Mount, ...]
    urls: dict[str, str]


@lru_cache
def load() -> Assets:
    """Raises RuntimeError where the installed htmx is not the one we know."""
    own = NamedFiles(OWN_FILES, directory=OWN)
    htmx = NamedFiles([HTMX], packages=[("django_htmx", "static/django_htmx")])
    if sha256(htmx.content(HTMX)).hexdigest() != HTMX_SHA256:
        raise RuntimeError(f"the installed {HTMX} is not htmx {HTMX_VERSION}")
    digest = sha256(b"".join(own.content(name) for name in OWN_FILES)).hexdigest()[:12]
    mounted = ((f"/s/{digest}", own), (f"/s/htmx-{HTMX_VERSION}", htmx))
    return Assets(
        routes=tuple(Mount(path, files) for path, files in mounted),
        urls={name: f"{path}/{name}" for path, files in mounted for name in files.names},
    )
