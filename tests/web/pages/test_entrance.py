"""Coming in: the brake on guessing, the second factor, and a form whose session had ended."""

import base64
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pyotp
import pytest
import segno
from pydantic import SecretStr
from sqlalchemy import text

from cli.parts import TemporalServer
from record.seed import PRACTICE_PASSWORD
from tests.web.pages.conftest import serving, settings_for
from tests.web.pages.house import SAME_ORIGIN, Browser, Site, code_shown, hidden, key_shown

PASSWORD = {"password": PRACTICE_PASSWORD}
WRONG = {"password": "bukan-kata-sandinya"}


@asynccontextmanager
async def another_process(
    site: Site, temporal: TemporalServer, *, practice: bool = False
) -> AsyncIterator[Site]:
    """A second web process over the same record, with the same secret."""
    secret = SecretStr(base64.b64encode(site.secret).decode())
    changed = {"secret": secret, "practice": practice}
    settings = settings_for(site.database).model_copy(update=changed)
    async with serving(settings, temporal.address) as address:
        yield Site(address, site.engine, site.database, site.secret)


def come_from(address: str) -> dict[str, str]:
    """As the proxy says it."""
    return {"X-Forwarded-For": address}


async def log_in(browser: Browser, username: str, **fields: str) -> httpx.Response:
    return await browser.post("/masuk", {"username": username} | PASSWORD | fields)


async def guess(browser: Browser, username: str, times: int) -> list[int]:
    answers = [await browser.post("/masuk", {"username": username} | WRONG) for _ in range(times)]
    return [answer.status_code for answer in answers]


# The brake


async def test_who_guesses_waits_and_is_told_how_long(site: Site) -> None:
    async with site.browser(**come_from("192.0.2.1")) as browser:
        assert await guess(browser, "kec.bobotsari", 7) == [422] * 6 + [429]
        refused = await log_in(browser, "kec.bobotsari")
        assert refused.status_code == 429, "the right password is no way round it"
        assert "Coba lagi dalam 1 menit." in refused.text
        assert 0 < int(refused.headers["retry-after"]) <= 30
        assert PRACTICE_PASSWORD not in refused.text
        assert 'value="kec.bobotsari"' in refused.text


async def test_a_name_that_nobody_has_is_answered_the_same(site: Site) -> None:
    known: list[tuple[int, str]] = []
    unknown: list[tuple[int, str]] = []
    for username, answers in (("kepala.dpupr", known), ("tidak.ada", unknown)):
        async with site.browser(**come_from("192.0.2.2")) as browser:
            for _ in range(7):
                answer = await browser.post("/masuk", {"username": username} | WRONG)
                answers.append((answer.status_code, answer.text.replace(username, "")))
    assert known == unknown


async def test_it_holds_in_every_process(site: Site, temporal: TemporalServer) -> None:
    async with another_process(site, temporal) as other:
        for turn in range(6):
            at = (site, other)[turn % 2]
            async with at.browser(**come_from(f"192.0.2.{10 + turn}")) as browser:
                assert await guess(browser, "bersama", 1) == [422]
        async with other.browser(**come_from("192.0.2.19")) as browser:
            assert await guess(browser, "bersama", 1) == [429]


async def test_guessing_at_many_names_is_guessing_too(site: Site) -> None:
    async with site.browser(**come_from("192.0.2.20")) as browser:
        answers = [(await guess(browser, f"nama.{n}", 1))[0] for n in range(22)]
        assert answers == [422] * 21 + [429]
        async with site.browser(**come_from("192.0.2.21")) as neighbour:
            assert (await log_in(neighbour, "koordinator")).url.path == "/tugas"


async def test_nobody_is_locked_out_of_a_browser_that_the_account_knows(site: Site) -> None:
    async with site.browser(**come_from("192.0.2.30")) as own:
        await log_in(own, "kel.bancar")
        await own.post("/keluar", {})
        async with site.browser(**come_from("192.0.2.30")) as stranger:
            assert 429 in await guess(stranger, "kel.bancar", 8)
            assert 429 in await guess(stranger, "nama.lain", 22), "nor by the office's address"
        assert (await log_in(own, "kel.bancar")).url.path == "/tugas"
        await own.post("/keluar", {})
        assert await guess(own, "kel.bancar", 12) == [422] * 11 + [429], "its own count holds"


async def test_a_browser_known_to_one_account_is_a_stranger_to_another(site: Site) -> None:
    async with site.browser(**come_from("192.0.2.40")) as browser:
        await log_in(browser, "koordinator")
        assert await guess(browser, "nama.orang", 7) == [422] * 6 + [429]
        forged = browser.http.cookies["peramban"].split(".")[0] + "." + "0" * 64
        browser.http.cookies.set("peramban", forged)
        assert await guess(browser, "nama.orang", 1) == [429]


async def test_right_passwords_leave_no_count(site: Site) -> None:
    async with site.browser(**come_from("192.0.2.50")) as browser:
        for _ in range(8):
            assert (await log_in(browser, "dpupr")).url.path == "/tugas"
            browser.http.cookies.clear()


async def test_guessing_receipts_is_slowed_and_the_reporter_gets_in(site: Site) -> None:
    filed = await site.report()
    wrong = {"ticket": filed.ticket, "receipt": "1234 5678 9012 3456"}
    statuses = []
    async with site.browser(**come_from("192.0.2.60")) as thief:
        for _ in range(12):
            statuses.append((await thief.post("/lacak", wrong)).status_code)
        assert statuses == [422] * 11 + [429]
        refused = await thief.post("/lacak", filed.opens)
        assert refused.status_code == 429
        assert "Coba lagi dalam 1 menit." in refused.text
        problem = await thief.http.post("/api/v1/track", json=filed.opens)
        assert problem.status_code == 429
        assert int(problem.headers["retry-after"]) > 0
        assert "Coba lagi dalam 1 menit." in problem.json()["detail"]
    async with site.browser(**come_from("192.0.2.61")) as reporter:
        assert (await reporter.post("/lacak", filed.opens)).status_code == 200
        assert (await reporter.http.post("/api/v1/track", json=filed.opens)).status_code == 200


async def test_guessing_at_many_tickets_is_slowed_by_address(site: Site) -> None:
    filed = await site.report()
    async with site.browser(**come_from("192.0.2.70")) as thief:
        for number in range(31):
            sent = {"ticket": f"MB-2026-9{number:05}", "receipt": "1" * 16}
            assert (await thief.http.post("/api/v1/track", json=sent)).status_code == 404
        assert (await thief.post("/lacak", filed.opens)).status_code == 429


async def test_what_cannot_be_a_receipt_is_no_guess(site: Site) -> None:
    filed = await site.report()
    async with site.browser(**come_from("192.0.2.80")) as reporter:
        for _ in range(15):
            await reporter.post("/lacak", filed.opens | {"receipt": "1234"})
        assert (await reporter.post("/lacak", filed.opens)).status_code == 200


# The second factor


@asynccontextmanager
async def half_way(site: Site, username: str = "sekda") -> AsyncIterator[tuple[Browser, str]]:
    """Somebody whose password was right, for the first time; and the page they see."""
    await site.forget_second_factor(username)
    async with site.browser() as browser:
        answer = await log_in(browser, username)
        yield browser, answer.text


async def test_half_a_login_opens_nothing(site: Site) -> None:
    filed = await site.report()
    async with half_way(site) as (browser, _page):
        assert "matur" in browser.http.cookies
        for path in ("/eskalasi", "/aduan", "/akun", "/tugas", f"/aduan/{filed.ticket}"):
            assert (await browser.get(path)).url.path == "/masuk", path
        for path in ("/akun/pintasan", f"/aduan/{filed.ticket}/tindakan/note"):
            assert (await browser.post(path, {"text": "x"})).status_code == 401, path
        assert (await browser.get("/masuk/kode")).url.path == "/masuk"


async def test_the_key_is_shown_confirmed_and_then_asked_for(site: Site) -> None:
    async with half_way(site) as (browser, shown):
        assert '<svg class="qr"' in shown
        assert "Nanti (mode latihan)" not in shown
        half = browser.http.cookies["matur"]
        sealed = hidden(shown, "sealed")
        wrong = await browser.post("/masuk/pasang", sealed | {"code": "000000"})
        assert wrong.status_code == 422
        assert key_shown(wrong.text) == key_shown(shown), "the phone need not begin again"
        used = {"code": code_shown(shown)}
        done = await browser.post("/masuk/pasang", hidden(wrong.text, "sealed") | used)
        codes = re.findall(r"<li><code>([a-z0-9-]+)</code>", done.text)
        assert len(set(codes)) == 10
        assert browser.http.cookies["matur"] != half
        assert (await browser.get("/eskalasi")).url.path == "/eskalasi"
        totp = pyotp.TOTP(key_shown(shown))
    async with site.browser() as browser:
        asked = await log_in(browser, "sekda", lanjut="/aduan?late=1")
        assert "Ketik kode autentikator" in asked.text
        passed = hidden(asked.text, "lanjut")
        again = await browser.post("/masuk/kode", passed | used)
        assert again.status_code == 422, "it was used already"
        assert "sudah dipakai" in again.text
        entered = await browser.post("/masuk/kode", passed | {"code": totp.at(_now() + 30)})
        assert entered.request.url.raw_path == b"/aduan?late=1"
    async with site.browser() as browser:
        await log_in(browser, "sekda")
        recovery = {"code": "", "recovery": codes[3].upper()}
        assert (await browser.post("/masuk/kode", recovery)).url.path == "/eskalasi"
        await browser.post("/keluar", {})
        await log_in(browser, "sekda")
        assert (await browser.post("/masuk/kode", recovery)).status_code == 422
        account = await browser.post("/masuk/kode", {"recovery": codes[4], "lanjut": "/akun"})
        assert "Kode pemulihan tersisa 8." in account.text


async def test_the_qr_code_says_the_key_that_is_written_below_it(site: Site) -> None:
    async with half_way(site, "bupati") as (_browser, shown):
        drawn = re.search(r'viewBox="0 0 (\d+) \d+".*?<path d="([^"]+)"', shown)
        assert drawn
    totp = pyotp.TOTP(key_shown(shown))
    uri = totp.provisioning_uri(name="bupati", issuer_name="Matur Bupati")
    expected = {
        (x, y)
        for y, row in enumerate(segno.make(uri, error="m", micro=False).matrix_iter(border=4))
        for x, dark in enumerate(row)
        if dark
    }
    bars = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", drawn[2])
    assert all(there == back for _x, _y, there, back in bars)
    dark = {(int(x) + n, int(y)) for x, y, length, _ in bars for n in range(int(length))}
    assert dark == expected
    assert max(x for x, _y in dark) + 5 == int(drawn[1])


def _now() -> int:
    return int(time.time())


async def test_codes_are_not_to_be_guessed(site: Site) -> None:
    async with site.at_the_desk("bupati"):
        pass
    async with site.browser(**come_from("192.0.2.90")) as browser:
        await log_in(browser, "bupati")
        statuses = []
        for n in range(12):
            answer = await browser.post("/masuk/kode", {"code": f"00000{n}"[-6:]})
            statuses.append(answer.status_code)
        assert statuses.count(422) <= 6
        assert statuses[-1] == 429
        assert "Coba lagi dalam 1 menit." in answer.text


async def test_a_key_sealed_for_somebody_else_is_not_taken(site: Site) -> None:
    async with half_way(site, "bupati") as (_browser, shown):
        theirs = hidden(shown, "sealed") | {"code": code_shown(shown)}
    async with half_way(site, "inspektorat") as (browser, _shown):
        assert (await browser.post("/masuk/pasang", theirs)).status_code == 422
        assert (await browser.get("/audit")).url.path == "/masuk"


@pytest.mark.parametrize("username", ["sekda", "bupati", "inspektorat"])
async def test_a_trainee_without_a_phone_may_wait_with_it(
    site: Site, temporal: TemporalServer, username: str
) -> None:
    async with half_way(site, username) as (browser, _shown):
        assert (await browser.post("/masuk/nanti", {})).status_code == 403
        assert (await browser.get("/aduan")).url.path == "/masuk"
    async with (
        another_process(site, temporal, practice=True) as training,
        half_way(training, username) as (browser, shown),
    ):
        assert "Nanti (mode latihan)" in shown
        entered = await browser.post("/masuk/nanti", hidden(shown, "lanjut"))
        assert entered.url.path in ("/eskalasi", "/audit")
        assert entered.status_code == 200


async def test_who_has_a_phone_is_asked_in_training_too(
    site: Site, temporal: TemporalServer
) -> None:
    async with (
        another_process(site, temporal, practice=True) as training,
        training.at_the_desk("inspektorat"),
        training.browser() as browser,
    ):
        assert "Ketik kode autentikator" in (await log_in(browser, "inspektorat")).text
        assert (await browser.post("/masuk/nanti", {})).status_code == 403


# A form whose session had ended


async def expire(site: Site) -> None:
    async with site.engine.connect() as connection:
        await connection.execute(text("UPDATE sessions SET expires_at = now()"))


NOTE = "Sudah ditelepon; “menunggu” <foto>.\n\nBaris kedua."


async def test_a_form_goes_through_the_login_and_acts_once(site: Site) -> None:
    filed = await site.report()
    path = f"/aduan/{filed.ticket}/tindakan/note"
    async with site.at_the_desk("koordinator") as coordinator:
        form = hidden((await coordinator.get(path)).text, "key", "seq")
        await expire(site)
        asked = await coordinator.post(path, form | {"text": NOTE.replace("\n", "\r\n")})
        assert asked.status_code == 401
        assert "tulisan Anda tidak hilang" in asked.text
        passed = hidden(asked.text, "lanjut", "carried")
        mistyped = await coordinator.post("/masuk", {"username": "koordinator"} | WRONG | passed)
        assert hidden(mistyped.text, "carried") == hidden(asked.text, "carried")
        shown = await log_in(coordinator, "koordinator", **passed)
        assert "Kirim yang tadi Anda tulis" in shown.text
        assert "“menunggu” &lt;foto&gt;." in shown.text
        assert "Anda kini masuk sebagai Koordinator Pengaduan." in shown.text
        assert f'<form method="post" action="{path}">' in shown.text
        sent = hidden(shown.text, "key", "seq", "text")
        assert sent == form | {"text": NOTE}
        for _ in range(2):
            done = await coordinator.post(path, sent)
            assert done.status_code == 200
        history = await coordinator.get(f"/aduan/{filed.ticket}/jejak")
        assert history.text.count("Catatan internal") == 1


async def test_htmx_shows_the_login_in_the_pages_place(site: Site) -> None:
    filed = await site.report()
    path = f"/aduan/{filed.ticket}/tindakan/note"
    async with site.at_the_desk("koordinator") as coordinator:
        form = hidden((await coordinator.get(path)).text, "key", "seq")
        await expire(site)
        asked = await coordinator.post(
            path, form | {"text": NOTE}, SAME_ORIGIN | {"HX-Request": "true"}
        )
        assert asked.status_code == 401
        assert asked.headers["hx-retarget"] == "#isi"
        assert "hx-redirect" not in asked.headers
        assert "<html" not in asked.text
        assert "menunggu" in hidden(asked.text, "carried")["carried"]


async def test_it_goes_through_the_second_factor_as_well(site: Site) -> None:
    filed = await site.disposed()
    path = f"/aduan/{filed.ticket}/tindakan/instruct"
    async with site.at_the_desk("sekda") as sekda:
        form = hidden((await sekda.get(path)).text, "key", "seq")
        await expire(site)
        asked = await sekda.post(path, form | {"text": "Segera."})
        await site.forget_second_factor("sekda")
        shown = await log_in(sekda, "sekda", **hidden(asked.text, "lanjut", "carried"))
        passed = hidden(shown.text, "lanjut", "carried", "sealed")
        await expire(site)
        slow = await sekda.post("/masuk/pasang", passed | {"code": code_shown(shown.text)})
        assert slow.status_code == 401
        assert hidden(slow.text, "carried") == hidden(asked.text, "carried")
        shown = await log_in(sekda, "sekda", **hidden(slow.text, "lanjut", "carried"))
        passed = hidden(shown.text, "lanjut", "carried", "sealed")
        shown = await sekda.post("/masuk/pasang", passed | {"code": code_shown(shown.text)})
        assert "Simpan kode pemulihan ini" in shown.text
        done = await sekda.post(path, hidden(shown.text, "key", "seq", "text"))
        assert done.status_code == 200
        assert "Segera." in done.text


async def test_files_are_said_not_to_come_along(site: Site) -> None:
    filed = await site.report()
    path = f"/aduan/{filed.ticket}/tindakan/note"
    async with site.at_the_desk("koordinator") as coordinator:
        await expire(site)
        asked = await coordinator.http.post(
            path,
            data={"text": "Lihat foto"},
            files={"berkas": ("foto.jpg", b"\xff\xd8\xff", "image/jpeg")},
            headers=SAME_ORIGIN,
        )
        assert "Berkas yang Anda lampirkan tidak dapat kami simpan" in asked.text
        shown = await log_in(coordinator, "koordinator", **hidden(asked.text, "carried"))
        assert "Berkas yang Anda lampirkan tidak ikut." in shown.text


@pytest.mark.parametrize(
    ("path", "fields", "read"),
    [
        (
            "/catat",
            {"channel": "loket", "title": "Lampu mati", "body": "Sejak kemarin."},
            "Lampu mati",
        ),
        (
            "/disposisi",
            {"ticket": "MB-2026-000009", "unit": "dpupr", "text": "Mohon dicek."},
            "Dinas Pekerjaan Umum dan Penataan Ruang",
        ),
    ],
)
async def test_other_forms_go_through_too(
    site: Site, path: str, fields: dict[str, str], read: str
) -> None:
    async with site.at_the_desk("koordinator") as coordinator:
        await expire(site)
        asked = await coordinator.post(path, fields | {"key": "k" * 20})
        assert asked.status_code == 401
        shown = await log_in(coordinator, "koordinator", **hidden(asked.text, "carried"))
        assert read in shown.text
        assert hidden(shown.text, "key", *fields) == fields | {"key": "k" * 20}


async def test_passwords_are_never_sent_back(site: Site) -> None:
    typed = {"old": PRACTICE_PASSWORD, "new": "sangat-rahasia-sekali", "again": "x"}
    async with site.browser() as browser:
        for path in ("/akun/kata-sandi", "/pengaturan/akun-baru"):
            asked = await browser.post(path, typed)
            assert asked.status_code == 401
            assert "rahasia" not in asked.text
            assert PRACTICE_PASSWORD not in asked.text


@pytest.mark.parametrize(
    "carried",
    ["x", "[]", '{"path": "//jahat.example", "fields": []}', '{"path": "x", "fields": []}'],
)
async def test_what_leads_elsewhere_is_not_carried(site: Site, carried: str) -> None:
    async with site.browser() as browser:
        assert (await log_in(browser, "koordinator", carried=carried)).url.path == "/tugas"
