"""Every route x everybody x every kind of case; tests/web/pages/matrix.py says what is right."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy import select

from record.access import create_token
from record.engine import fetch_one
from record.files.rows import files_of
from record.tables import complaints
from settings import Settings
from tests.web.pages.conftest import settings_for
from tests.web.pages.house import SAME_ORIGIN, Browser, Reported, Site
from tests.web.pages.matrix import LOGGED_IN, NOBODY, PEOPLE, ROWS, SEES, UNTRIED, Answer, Kind
from tests.web.pages.test_case_answer import picture
from web.app import create_app

NAME, PHONE = "Sukirman Hadiwijaya", "81234567890"
COMPLAINT: Mapping[str, Any] = {
    "title": "Jembatan gantung Penambongan miring",
    "body": "Tali sebelah kiri kendor sejak banjir.",
    "location": {"village_code": "33.03.09.2001"},
    "reporter": {"name": NAME, "phone": f"0{PHONE}", "email": None},
    "anonymous": False,
    "secret": False,
}
SAID = ("Jembatan gantung", "sebelah kiri kendor")
DISPOSE = {
    "action": "dispose",
    "classification": "tidak_berkadar",
    "category": "infrastruktur",
}
STATIC = re.compile(r"^/s/|^/(healthz|readyz|metrics)$")
ANSWERS = {401: Answer.LOGIN, 403: Answer.REFUSED, 404: Answer.UNKNOWN}

Route = tuple[str, str]


def routes(app: FastAPI) -> Iterator[Route]:
    """Method and path template of all that the application answers, but for assets and health."""
    for route in iter_route_contexts(app.router.routes):
        path = str(getattr(route, "path", ""))
        if not STATIC.match(path):
            for method in sorted(set(getattr(route, "methods", None) or ()) - {"HEAD"}):
                yield method, path


def test_no_route_is_without_a_row_and_no_row_without_a_route(
    any_settings: Settings,
) -> None:
    assert set(routes(create_app(any_settings))) == ROWS.keys() | UNTRIED.keys()
    assert not ROWS.keys() & UNTRIED.keys()


@pytest.fixture
def any_settings(module_database: object) -> Settings:
    return settings_for(module_database)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
async def people(site: Site) -> AsyncIterator[Mapping[str, Browser]]:
    """Everybody, each with a browser."""
    async with AsyncExitStack() as stack:
        found = {NOBODY: await stack.enter_async_context(site.browser())}
        for who in sorted(LOGGED_IN):
            found[who] = await stack.enter_async_context(site.at_the_desk(who))
        for browser in found.values():
            browser.http.follow_redirects = False
        yield found


@pytest.fixture(scope="module")
async def tokens(site: Site) -> Mapping[str, str]:
    """Everybody's API token."""
    found = {}
    for who in sorted(LOGGED_IN):
        token = await create_token(site.engine, who, datetime.now(UTC), secret=site.secret)
        assert token
        found[who] = token
    return found


@pytest.fixture(scope="module")
async def cases(site: Site, tokens: Mapping[str, str]) -> Mapping[Kind, Reported]:
    """One of each kind, in the hands of its unit."""
    return {
        Kind.OWN: await _case(site, tokens, "dpupr"),
        Kind.OTHER: await _case(site, tokens, "kec.bobotsari"),
        Kind.SECRET: await _case(site, tokens, "dpupr", secret=True),
        Kind.ANONYMOUS: await _case(site, tokens, "dpupr", anonymous=True),
    }


async def _case(site: Site, tokens: Mapping[str, str], unit: str, **more: bool) -> Reported:
    filed = {**COMPLAINT, **more}
    async with httpx.AsyncClient(base_url=f"{site.address}/api/v1", timeout=30) as api:
        answer = await api.post("/complaints", json=filed)
        assert answer.status_code == 201, answer.text
        found = Reported(**answer.json())
        for who, action in (
            ("koordinator", DISPOSE | {"unit": unit}),
            (unit, {"action": "accept"}),
        ):
            done = await api.post(
                f"/complaints/{found.ticket}/actions",
                json=action,
                headers={"Authorization": f"Bearer {tokens[who]}"},
            )
            assert done.status_code == 200, done.text
    return found


@pytest.fixture(scope="module")
async def files(
    site: Site, people: Mapping[str, Browser], cases: Mapping[Kind, Reported]
) -> Mapping[Kind, UUID]:
    """A picture in each case, which its unit took."""
    found = {}
    for kind, filed in cases.items():
        unit = people["kec.bobotsari" if kind is Kind.OTHER else "dpupr"]
        sent = await unit.http.post(
            f"/aduan/{filed.ticket}/tindakan/report_progress",
            data={"text": "Lihat foto."},
            files={"berkas": ("jalan.jpg", picture(), "image/jpeg")},
            headers=SAME_ORIGIN,
        )
        assert sent.status_code == 303, sent.text
        query = select(complaints.c.id).where(complaints.c.ticket == filed.ticket)
        row = await fetch_one(site.engine, query)
        assert row
        [file] = await files_of(site.engine, row["id"])
        found[kind] = file.id
    return found


def answered(response: httpx.Response) -> Answer:
    """A redirect to the way in is the same as 401."""
    if response.is_redirect and response.headers["location"].startswith("/masuk"):
        return Answer.LOGIN
    return ANSWERS.get(response.status_code, Answer.IN)


@pytest.mark.parametrize(("method", "path"), sorted(ROWS), ids=lambda part: part)
async def test_a_route_answers_each_as_it_should(
    method: str,
    path: str,
    site: Site,
    people: Mapping[str, Browser],
    tokens: Mapping[str, str],
    cases: Mapping[Kind, Reported],
    files: Mapping[Kind, UUID],
) -> None:
    row = ROWS[method, path]
    wrong = []
    for kind in Kind if row.about_case or row.public else (Kind.OWN,):
        sent = {name: value.format(**vars(cases[kind])) for name, value in row.fields.items()}
        url = path.format(**row.parts, ticket=cases[kind].ticket, file_id=files[kind])
        for who in PEOPLE:
            for fragment in (False, True) if method == "GET" else (False,):
                headers = SAME_ORIGIN | ({"HX-Request": "true"} if fragment else {})
                api = path.startswith("/api/")
                if api and who != NOBODY:
                    headers["Authorization"] = f"Bearer {tokens[who]}"
                response = await people[who].http.request(
                    method,
                    url,
                    headers=headers,
                    json=sent if api and sent else None,
                    data=None if api else sent,
                )
                assert response.status_code < 500, (who, kind, response.text)
                if answered(response) is not row.expected(who, kind):
                    wrong.append((who, kind, fragment, response.status_code))
                if row.about_case and who not in SEES[kind]:
                    shown = response.text
                    assert not [word for word in SAID if word in shown], (who, kind)
                assert NAME not in response.text, (who, kind, "sees who reported")
                assert PHONE not in response.text, (who, kind, "sees who reported")
    assert not wrong
