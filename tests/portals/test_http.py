"""What an answer means, whatever the portal: it passes, it is throttled, refused, or unreadable."""

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from portals import http, laporgub
from portals.protocol import (
    Away,
    Connector,
    PortalError,
    Refused,
    Throttled,
    Unreadable,
)
from portals.registry import connect, load
from practice.serving import running
from tests.portals.conftest import CREDENTIALS, Meet, a_push


class Portal:
    """Answers every call with what it is told to."""

    def __init__(self) -> None:
        self.answer: Response = Response("[]")
        self.calls = 0

    async def respond(self, request: Request) -> Response:
        self.calls += 1
        return self.answer


@pytest.fixture
async def portal() -> AsyncIterator[tuple[Portal, str]]:
    made = Portal()
    app = Starlette(routes=[Route("/{path:path}", made.respond, methods=["GET", "POST"])])
    async with running(app) as address:
        yield made, address


@pytest.fixture
async def city(portal: tuple[Portal, str], tmp_path: Path) -> AsyncIterator[Connector]:
    (tmp_path / "open311.toml").write_text(
        f'address = "{portal[1]}"\n[credentials]\n{CREDENTIALS["open311"]}'
    )

    async def no_turn() -> None: ...

    made = connect(load(tmp_path)["open311"], no_turn)
    yield made
    await made.close()


def json(text: str, status: int = 200, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(text, status, named, "application/json")


@pytest.mark.parametrize(
    ("answer", "raised", "words"),
    [
        (HTMLResponse("<!doctype html><p>Pemeliharaan"), Away, "halaman pemeliharaan"),
        (json(" <!DOCTYPE html><p>Pemeliharaan"), Away, "halaman pemeliharaan"),
        (HTMLResponse("<p>Mati", 502), Away, "HTTP 502"),
        (json("{}", 500), Away, "HTTP 500"),
        (json("{}", 503), Away, "HTTP 503"),
        (json("{}", 408), Away, "HTTP 408"),
        (json("{}", 429), Throttled, ""),
        (json("kacau"), Unreadable, "bukan JSON"),
        (json("[" * 100_000), Unreadable, "bukan JSON"),
        (json('{"a": 1}'), Unreadable, "jawaban: bukan daftar"),
        (json('""'), Unreadable, "jawaban: bukan daftar"),
        (RedirectResponse("/lain"), Unreadable, "HTTP 307: alamatnya pindah"),
        (json('[{"code": "400", "description": "lat\\u0000 salah"}]', 400), Refused,
         "lat salah (HTTP 400)"),
        (json('[{"description": 7}]', 422), Refused, "HTTP 422"),
        (json("[]", 400), Refused, "HTTP 400"),
        (HTMLResponse("<h1>Tidak boleh", 405), Refused, "HTTP 405"),
        (json('[{"description": "' + "x" * 9000 + '"}]', 400), Refused,
         "x" * 500 + " (HTTP 400)"),
        (json('[{"description": "Kunci salah"}]', 403), http.Unauthorised,
         "Kunci salah (HTTP 403)"),
    ],
)  # fmt: skip
async def test_what_an_answer_means(
    answer: Response,
    raised: type[PortalError],
    words: str,
    city: Connector,
    portal: tuple[Portal, str],
) -> None:
    portal[0].answer = answer

    with pytest.raises(raised) as caught:
        await city.pull(None)

    assert type(caught.value) is raised
    assert caught.value.words == words
    assert str(caught.value) == raised.__name__


ENTITY = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a><b>&b;</b></a>'
LAUGH = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]><a><b>&c;</b></a>'


@pytest.mark.parametrize(
    ("body", "status", "raised", "words"),
    [
        (ENTITY, 200, Unreadable, "bukan XML"),
        (LAUGH, 200, Unreadable, "bukan XML"),
        ("<a>" * 50_000 + "</a>" * 50_000, 200, Unreadable, "bukan XML"),
        ('<?xml version="1.0" encoding="x-kacau"?><a/>', 200, Unreadable, "bukan XML"),
        ("kacau", 200, Unreadable, "bukan XML"),
        ("", 200, Unreadable, "bukan XML"),
        ("<html><body>Pemeliharaan", 200, Away, "halaman pemeliharaan"),
        (
            "<errors><error><code>400</code><description>lat salah</description></error></errors>",
            400, Refused, "lat salah (HTTP 400)",
        ),
        ("<errors/>", 400, Refused, "HTTP 400"),
        (ENTITY, 400, Refused, "HTTP 400"),
        ('[{"description": "lat salah"}]', 400, Refused, "lat salah (HTTP 400)"),
    ],
)  # fmt: skip
async def test_what_an_answer_in_xml_means(
    body: str,
    status: int,
    raised: type[PortalError],
    words: str,
    portal: tuple[Portal, str],
    tmp_path: Path,
) -> None:
    portal[0].answer = Response(body, status, media_type="text/xml")
    (tmp_path / "open311.toml").write_text(
        f'address = "{portal[1]}"\nformat = "xml"\n[credentials]\n{CREDENTIALS["open311"]}'
    )

    async def no_turn() -> None: ...

    made = connect(load(tmp_path)["open311"], no_turn)
    with pytest.raises(raised) as caught:
        await made.pull(None)
    await made.close()

    assert type(caught.value) is raised
    assert caught.value.words == words


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("said", "after"),
    [
        ("7", timedelta(seconds=7)),
        ("0", timedelta()),
        ("999999999999", timedelta(days=1)),
        ("nanti", None),
        ("-1", None),
        ("", None),
    ],
)
async def test_retry_after_is_obeyed(
    status: int, said: str, after: timedelta | None, city: Connector, portal: tuple[Portal, str]
) -> None:
    portal[0].answer = json("{}", status, Retry_After=said)

    with pytest.raises(PortalError) as caught:
        await city.pull(None)

    assert caught.value.after == after


def test_retry_after_may_be_a_date() -> None:
    now = datetime(2026, 11, 24, 3, tzinfo=UTC)

    def after(when: datetime) -> timedelta | None:
        said = {"Retry-After": format_datetime(when, usegmt=True)}
        return http.retry_after(httpx.Response(503, headers=said), now)

    assert after(now + timedelta(minutes=3)) == timedelta(minutes=3)
    assert after(now - timedelta(minutes=3)) == timedelta()
    assert after(now + timedelta(days=300)) == timedelta(days=1)


async def test_an_answer_without_end_is_left(
    city: Connector, portal: tuple[Portal, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "MOST_BYTES", 1000)
    portal[0].answer = json("[" + " " * 2000 + "]")

    with pytest.raises(Unreadable) as caught:
        await city.pull(None)

    assert caught.value.words == "jawaban terlalu besar"


async def test_a_slow_portal_is_away(meet: Meet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laporgub, "ALL_S", 0.2)
    async with meet("laporgub") as pair:
        pair.fail(slow=1, slow_s=1)
        with pytest.raises(Away):
            await pair.connector.pull(None)


async def test_nobody_there_is_away(tmp_path: Path) -> None:
    (tmp_path / "laporgub.toml").write_text(
        'address = "http://127.0.0.1:1"\n[credentials]\napi_key = "k"'
    )

    async def no_turn() -> None: ...

    nobody = connect(load(tmp_path)["laporgub"], no_turn)
    with pytest.raises(Away) as caught:
        await nobody.pull(None)
    await nobody.close()

    assert caught.value.__cause__ is None


async def test_without_an_address_nobody_is_called(tmp_path: Path) -> None:
    async def no_turn() -> None:
        raise AssertionError

    for mapping in load(tmp_path).values():
        connector = connect(mapping, no_turn)
        with pytest.raises(Away):
            await connector.pull(None)
        with pytest.raises(Away):
            await connector.push("1", a_push(), again=False)
        await connector.close()


async def test_the_limit_holds_before_the_call(portal: tuple[Portal, str], tmp_path: Path) -> None:
    async def full() -> None:
        raise Throttled(after=timedelta(seconds=30))

    for code, given in CREDENTIALS.items():
        (tmp_path / f"{code}.toml").write_text(f'address = "{portal[1]}"\n[credentials]\n{given}')
    for mapping in load(tmp_path).values():
        connector = connect(mapping, full)
        with pytest.raises(Throttled):
            await connector.pull(None)
        await connector.close()

    assert portal[0].calls == 0


async def test_no_address_that_is_called_reaches_the_log(
    meet: Meet, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        async with meet("sp4n") as pair:
            await pair.connector.pull(None)

    assert pair.address not in caplog.text
    assert "/v1/laporan" not in caplog.text
