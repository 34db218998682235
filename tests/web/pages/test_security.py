"""Headers, foreign forms, sessions, and what is served beside the pages."""

import gzip
import re
from collections.abc import Mapping
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response

from cli.parts import free_port
from domain.actors import Grant
from domain.terms import Role
from record.accounts import add_account
from record.seed import PRACTICE_PASSWORD
from record.staff import deactivate
from tests.conftest import Database
from tests.web.pages.conftest import settings_for
from tests.web.pages.house import SAME_ORIGIN, Site
from web import assets
from web.app import create_app

PUBLIC = ("/", "/lapor", "/lacak", "/masuk", "/keluar", "/tidak-ada")
STAFF = ("/tugas", "/aduan", "/eskalasi", "/audit", "/pengaturan", "/akun", "/akun/faktor-kedua")
LOGIN = {"username": "koordinator", "password": PRACTICE_PASSWORD}


def is_guarded(answer: httpx.Response) -> bool:
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    return bool(answer.headers["cache-control"] == "no-store")


@pytest.mark.parametrize("path", PUBLIC)
async def test_every_page_is_guarded_and_kept_nowhere(site: Site, path: str) -> None:
    async with site.browser() as browser:
        assert is_guarded(await browser.get(path))


async def test_a_staff_page_asks_who_it_is_and_goes_on_from_there(site: Site) -> None:
    async with site.browser() as browser:
        for path in (*STAFF, "/aduan/MB-2026-000001", "/aduan/MB-2026-000001/jejak"):
            answer = await browser.get(path)
            assert answer.url.path == "/masuk"
            assert answer.url.params["lanjut"] == path
        asked = await browser.post("/aduan/MB-2026-000001/tindakan/note", {"text": "Halo"})
        assert asked.status_code == 401
        answer = await browser.post("/masuk", LOGIN | {"lanjut": "/aduan?late=1"})
        assert answer.request.url.raw_path == b"/aduan?late=1"
        assert is_guarded(answer)


@pytest.mark.parametrize("lanjut", ["https://jahat.example", "//jahat.example", "/\\jahat", "x"])
async def test_login_leads_to_our_own_pages_only(site: Site, lanjut: str) -> None:
    async with site.browser() as browser:
        answer = await browser.post("/masuk", LOGIN | {"lanjut": lanjut})
        assert answer.url.path == "/tugas"


@pytest.mark.parametrize(
    ("username", "home"),
    [
        ("koordinator", "/tugas"),
        ("kel.bancar", "/tugas"),
        ("kepala.dpupr", "/tugas"),
        ("sekda", "/eskalasi"),
        ("bupati", "/eskalasi"),
        ("inspektorat", "/audit"),
        ("admin", "/pengaturan"),
    ],
)
async def test_everybody_has_a_home(site: Site, username: str, home: str) -> None:
    async with site.at_the_desk(username) as somebody:
        answer = await somebody.get("/masuk")
        assert answer.url.path == home
        assert answer.status_code == 200
        assert is_guarded(answer)


FOREIGN: tuple[Mapping[str, str], ...] = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://jahat.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://jahat.example"},
    {},
)


@pytest.mark.parametrize("headers", FOREIGN)
async def test_a_form_from_another_site_does_nothing(
    site: Site, headers: Mapping[str, str]
) -> None:
    filed = await site.report()
    async with site.at_the_desk("koordinator") as coordinator:
        before = await site.count("events")
        answer = await coordinator.post(
            f"/aduan/{filed.ticket}/tindakan/note", {"text": "Palsu"}, headers
        )
        assert answer.status_code == 403
        assert "dari situs lain" in answer.text
        assert is_guarded(answer)
        assert await site.count("events") == before


async def test_browsers_of_any_age_may_send_our_own_forms(site: Site) -> None:
    async with site.browser() as browser:
        for headers in (SAME_ORIGIN, {"Sec-Fetch-Site": "none"}, {"Origin": site.address}, {}):
            answer = await browser.post("/lacak", {"ticket": "MB-2026-1"}, headers)
            assert answer.status_code == 422


async def test_the_api_is_asked_with_tokens_and_answers_problems(site: Site) -> None:
    async with site.browser() as browser:
        answer = await browser.http.post(
            "/api/v1/track", json={"ticket": "MB-2026-1", "receipt": "1"}, headers=FOREIGN[0]
        )
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert is_guarded(answer)


async def test_a_session_changes_at_login_and_ends_at_logout(site: Site) -> None:
    async with site.browser() as browser:
        await browser.post("/masuk", LOGIN)
        first = browser.http.cookies["matur"]
        await browser.post("/masuk", LOGIN)
        second = browser.http.cookies["matur"]
        assert first != second
        left = await browser.post("/keluar", {})
        assert "Anda sudah keluar" in left.text
        assert "matur" not in browser.http.cookies
        for old in (first, second):
            browser.http.cookies.set("matur", old)
            assert (await browser.get("/tugas")).url.path == "/masuk"


@pytest.mark.parametrize(
    "change",
    ["last_seen_at = now() - interval '3 hours'", "expires_at = now()", "revoked_at = now()"],
)
async def test_a_session_ends_by_itself(site: Site, change: str) -> None:
    async with site.at_the_desk("dpupr") as unit:
        assert (await unit.get("/tugas")).url.path == "/tugas"
        async with site.engine.connect() as connection:
            await connection.execute(text(f"UPDATE sessions SET {change}"))  # noqa: S608
        assert (await unit.get("/tugas")).url.path == "/masuk"


async def test_a_session_planted_before_is_worth_nothing_after(site: Site) -> None:
    planted = "A" * 43
    async with site.browser() as victim:
        victim.http.cookies.set("matur", planted, domain="127.0.0.1", path="/")
        assert (await victim.post("/masuk", LOGIN)).url.path == "/tugas"
        assert victim.http.cookies["matur"] != planted
    async with site.browser() as thief:
        thief.http.cookies.set("matur", planted)
        assert (await thief.get("/tugas")).url.path == "/masuk"


async def test_a_changed_role_counts_at_once(site: Site) -> None:
    held = [Grant(role=Role.UNIT_ADMIN, unit="kab/dpupr")]
    moved = await add_account(site.engine, "pindah.tugas", "Pindah", PRACTICE_PASSWORD, held)
    filed = await site.disposed()
    async with site.at_the_desk("pindah.tugas") as browser:
        assert (await browser.get(f"/aduan/{filed.ticket}")).status_code == 200
        async with site.engine.connect() as connection:
            change = "UPDATE grants SET role = 'administrator', unit = NULL WHERE account_id = :id"
            await connection.execute(text(change), {"id": moved.id})
        assert (await browser.get(f"/aduan/{filed.ticket}")).status_code == 404
        assert (await browser.get("/pengaturan")).status_code == 200


async def test_a_disabled_account_is_out_at_once(site: Site) -> None:
    held = [Grant(role=Role.UNIT_ADMIN, unit="kab/dpupr")]
    gone = await add_account(site.engine, "keluar.kerja", "Keluar", PRACTICE_PASSWORD, held)
    async with site.at_the_desk("keluar.kerja") as browser:
        await deactivate(site.engine, gone.id, datetime.now(UTC))
        assert (await browser.get("/tugas")).url.path == "/masuk"


async def test_use_keeps_a_session_and_only_use(site: Site) -> None:
    async with site.at_the_desk("dpupr") as unit:
        for _ in range(3):
            async with site.engine.connect() as connection:
                aged = "UPDATE sessions SET last_seen_at = last_seen_at - interval '90 minutes'"
                await connection.execute(text(aged))
            assert (await unit.get("/tugas")).url.path == "/tugas"
        async with site.engine.connect() as connection:
            await connection.execute(text("UPDATE sessions SET expires_at = now()"))
        assert (await unit.get("/tugas")).url.path == "/masuk", "twelve hours are the most"


async def test_staff_pages_are_kept_nowhere(site: Site) -> None:
    filed = await site.report()
    case = f"/aduan/{filed.ticket}"
    async with site.at_the_desk("koordinator") as coordinator:
        for path in ("/tugas", "/aduan", case, f"{case}/jejak", f"{case}/tindakan/note", "/akun"):
            for headers in ({}, {"HX-Request": "true"}):
                answer = await coordinator.get(path, headers=headers)
                assert answer.status_code == 200
                assert answer.headers["cache-control"] == "no-store", path


async def test_the_session_is_kept_as_a_hash(site: Site) -> None:
    async with site.at_the_desk("dpupr") as unit:
        session = unit.http.cookies["matur"]
        async with site.engine.connect() as connection:
            rows = await connection.execute(text("SELECT sessions::text FROM sessions"))
            assert not [
                row for row in rows if session in row[0] or session.encode().hex() in row[0]
            ]


async def test_over_https_the_cookie_is_bound_to_the_host(
    site: Site, module_database: Database
) -> None:
    app = create_app(settings_for(module_database, "https://matur.example"))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="https://matur.example"
        ) as http,
    ):
        answer = await http.post("/masuk", data=LOGIN, headers={"Origin": "https://matur.example"})
        kept = [cookie for cookie in answer.headers.get_list("set-cookie") if '""' not in cookie]
        assert {cookie.partition("=")[0] for cookie in kept} == {"__Host-matur", "__Host-peramban"}
        for cookie in kept:
            for flag in ("HttpOnly", "Path=/", "SameSite=lax", "Secure"):
                assert flag in cookie
            assert "Domain" not in cookie
        assert "max-age" in answer.headers["strict-transport-security"]
        other = await http.post("/masuk", data=LOGIN, headers={"Origin": "https://evil.example"})
        assert other.status_code == 403


async def test_what_breaks_is_said_in_a_page_as_guarded_as_any() -> None:
    nowhere = Database("x", f"postgresql://x@127.0.0.1:{free_port()}/x", "")
    app = create_app(settings_for(nowhere))

    async def break_down(_: Request) -> Response:
        raise RuntimeError("rahasia")

    app.add_route("/rusak", break_down)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://matur.test") as http,
    ):
        page = await http.get("/publik")
        assert page.status_code == 503
        assert "Sebagian sistem sedang tidak dapat dihubungi." in page.text
        assert is_guarded(page)
        broken = await http.get("/rusak")
        assert broken.status_code == 500
        assert "Ada kesalahan di sistem kami" in broken.text
        assert "rahasia" not in broken.text
        assert is_guarded(broken)
        api = await http.post("/api/v1/track", json={"ticket": "MB-2026-1", "receipt": "1"})
        assert api.headers["content-type"] == "application/problem+json"


async def test_a_wrong_password_says_no_more_than_that(site: Site) -> None:
    async with site.browser() as browser:
        answers = [
            await browser.post("/masuk", {"username": username, "password": "salah"})
            for username in ("koordinator", "tidak.ada")
        ]
    for answer in answers:
        assert answer.status_code == 422
        assert "Nama akun atau kata sandi salah." in answer.text
        assert "salah</input" not in answer.text
        assert 'value="salah"' not in answer.text
    assert "matur" not in answers[0].cookies


async def test_what_a_page_loads_is_ours_named_and_kept_for_good(site: Site) -> None:
    filed = await site.report()
    async with site.at_the_desk("koordinator") as coordinator:
        page = (await coordinator.get(f"/aduan/{filed.ticket}")).text
        loaded = set(re.findall(r'(?:src|href)="(/s/[^"]+)"', page))
        assert {path.rpartition("/")[2] for path in loaded} == {
            "htmx-2.min.js",
            "matur.css",
            "matur.js",
            "matur.svg",
            "shortcuts.js",
        }
        for path in loaded:
            answer = await coordinator.get(path)
            assert answer.status_code == 200
            assert answer.headers["cache-control"] == assets.FOR_GOOD
        htmx = next(path for path in loaded if "htmx-2" in path)
        for other in ("htmx-4.min.js", "ext/hx-ws-2.min.js", "..%2f__init__.py"):
            answer = await coordinator.get(htmx.replace("htmx-2.min.js", other))
            assert answer.status_code == 404


def test_another_htmx_than_ours_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "HTMX_SHA256", "0" * 64)
    with pytest.raises(RuntimeError, match="is not htmx"):
        assets.load.__wrapped__()


def test_style_and_scripts_keep_within_the_budget() -> None:
    files = {name: (assets.OWN / name).read_bytes() for name in assets.OWN_FILES}
    packed = {name: len(gzip.compress(content)) for name, content in files.items()}
    assert packed["matur.css"] <= 14_000
    assert packed["matur.js"] <= 2_000
