"""Aduan publik and the start page: what anybody reads, and what nobody does."""

import re
from html import unescape

import pytest

from tests.record.office import COORDINATOR, DISPOSE, Office, a_filing
from tests.web.pages.house import Site
from web.pages.public import LEAST_TOLD

SECRET = {"title": "Pungutan di kantor", "body": "Oknum meminta uang", "secret": "1"}
TELLING = {
    "title": "Lampu mati, hubungi 0812-3456-7890",
    "body": "Gelap sekali.\nNIK 3303051203850001, surel budi@example.com, kata <b>saya</b>.",
}


async def answered(site: Site, text: str, **fields: str) -> str:
    filed = await site.disposed(**fields)
    async with site.at_the_desk("dpupr") as unit:
        await unit.act(filed.ticket, "note", text="Catatan dapur")
        await unit.act(filed.ticket, "answer", text=text)
    return filed.ticket


async def test_an_answered_complaint_is_read_by_anybody_without_its_reporter(site: Site) -> None:
    ticket = await answered(site, "Sudah ditambal.\nHubungi 0281 891234.")
    async with site.browser() as anybody:
        page = await anybody.get(f"/publik/{ticket}")
        listed = await anybody.get("/publik?q=berlubang")
    assert page.status_code == 200
    for words in (
        "Jalan berlubang di depan SD 1 Bancar",
        "Sudah ada yang jatuh.",
        "Sudah ditambal.\nHubungi [disembunyikan].",
        "Dinas Pekerjaan Umum dan Penataan Ruang",
        "Kecamatan Purbalingga",
        "Sudah dijawab",
    ):
        assert words in page.text
    for hidden in ("Budi", "7890", "Sungkono", "dapur", "Mohon dicek", "Admin DPUPR", "Kel"):
        assert hidden not in page.text.replace("Kelurahan", ""), hidden
    assert f'href="/publik/{ticket}"' in listed.text


async def test_what_a_text_gives_away_is_masked_in_list_and_page(site: Site) -> None:
    filed = await site.disposed(**TELLING)
    async with site.browser() as anybody:
        page = await anybody.get(f"/publik/{filed.ticket}")
        listed = await anybody.get("/publik?q=lampu")
        by_number = await anybody.get("/publik?q=0812-3456-7890")
        by_nik = await anybody.get("/publik?q=3303051203850001")
    assert "Lampu mati, hubungi [disembunyikan]" in page.text
    assert "Lampu mati, hubungi [disembunyikan]" in listed.text
    assert "NIK [disembunyikan], surel [disembunyikan], kata &lt;b&gt;saya" in page.text
    assert "Nomor telepon, NIK, dan alamat surel dalam tulisan disembunyikan." in page.text
    for leaking in (page, listed):
        assert not re.search(r"7890|3850001|budi@", leaking.text)
    for search in (by_number, by_nik):
        assert filed.ticket not in search.text


async def test_secret_unverified_and_unknown_look_the_same(site: Site) -> None:
    secret = await site.disposed(**SECRET)
    hidden = await site.disposed(**SECRET, identity="anonim")
    unverified = await site.report(title="Belum diperiksa")
    async with site.browser() as anybody:
        unknown = await anybody.get("/publik/MB-2026-999999")
        assert unknown.status_code == 404
        assert "tidak ada atau tidak dibuka untuk umum" in unknown.text
        for filed in (secret, hidden, unverified):
            answer = await anybody.get(f"/publik/{filed.ticket}")
            assert answer.status_code == 404
            same = answer.text.replace(filed.ticket, "MB-2026-999999")
            assert same == unknown.text
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers.keys() == unknown.headers.keys()
        listed = await anybody.get("/publik")
        for words in ("Pungutan", "Belum diperiksa", secret.ticket, unverified.ticket):
            assert words not in listed.text
        searched = await anybody.get("/publik?q=pungutan")
        assert "Tidak ada laporan yang cocok." in searched.text


async def test_whoever_answers_is_told_that_the_public_reads_it(site: Site) -> None:
    public, secret = await site.disposed(), await site.disposed(**SECRET)
    async with site.at_the_desk("dpupr") as unit:
        for filed, told in ((public, True), (secret, False)):
            form = await unit.get(f"/aduan/{filed.ticket}/tindakan/answer")
            assert ("dan oleh umum: jangan sebut nama" in form.text) is told


async def test_hiding_a_complaint_takes_it_out(site: Site) -> None:
    filed = await site.disposed(title="Nanti dirahasiakan")
    async with site.browser() as anybody, site.at_the_desk("koordinator") as coordinator:
        assert (await anybody.get(f"/publik/{filed.ticket}")).status_code == 200
        await coordinator.act(filed.ticket, "set_visibility", anonymous="true", secret="true")
        assert (await anybody.get(f"/publik/{filed.ticket}")).status_code == 404
        assert "Nanti dirahasiakan" not in (await anybody.get("/publik")).text


async def test_filters_stand_in_the_address_and_come_off_again(site: Site) -> None:
    filed = await site.disposed(title="Trotoar retak")
    async with site.browser() as anybody:
        asked = "q=trotoar&kecamatan=kec.purbalingga&category=infrastruktur&status=ditangani"
        page = await anybody.get(f"/publik?{asked}")
        assert filed.ticket in page.text
        chips = re.findall(r'class="chip" href="([^"]+)"', page.text)
        assert len(chips) == 4
        for chip in chips:
            assert (await anybody.get(chip.replace("&amp;", "&"))).text.count('class="chip"') == 3
        elsewhere = await anybody.get("/publik?q=trotoar&kecamatan=kec.bobotsari")
        closed = await anybody.get("/publik?q=trotoar&status=selesai")
        nonsense = await anybody.get("/publik?kecamatan=x&category=y&status=z&after=w")
    assert filed.ticket not in elsewhere.text
    assert filed.ticket not in closed.text
    assert nonsense.status_code == 200
    assert 'class="chip"' not in nonsense.text


async def test_anything_between_may_keep_a_public_page_and_it_says_nothing_of_who_asks(
    site: Site,
) -> None:
    filed = await site.disposed()
    async with site.browser() as anybody, site.at_the_desk("koordinator") as coordinator:
        for path in ("/publik", f"/publik/{filed.ticket}"):
            page = await anybody.get(path)
            assert page.headers["cache-control"] == "public, max-age=60"
            assert "set-cookie" not in page.headers
            assert f'<link rel="canonical" href="{path}">' in page.text
            assert re.search(r'<meta name="description" content="[^"]{20,}">', page.text)
            assert (await coordinator.get(path)).text == page.text


async def test_a_long_list_goes_on_and_only_large_numbers_are_told(engineless: Site) -> None:
    office = await Office.opened(engineless.engine)
    for n in range(27):
        _, case = await office.file(a_filing(title=f"Antre {n:02}", body="Antrean panjang"))
        await office.act(case, DISPOSE, COORDINATOR)
    async with engineless.browser() as anybody:
        first = await anybody.get("/publik?q=antrean")
        (further,) = re.findall(r'href="(/publik\?[^"]*after=[^"]+)"', first.text)
        second = await anybody.get(unescape(further))
    titles = [re.findall(r"Antre \d\d", page.text) for page in (first, second)]
    assert titles == [[f"Antre {n:02}" for n in range(26, 1, -1)], ["Antre 01", "Antre 00"]]
    assert 'href="/publik?q=antrean">' in second.text, "back to the first page"
    tiles = dict(re.findall(r'href="/publik\?kecamatan=([\w.]+)".*?<strong>([^<]*)', first.text))
    assert len(tiles) == 18
    assert int(tiles["kec.bobotsari"]) >= 27
    assert tiles["kec.bukateja"] == "0"
    assert set(tiles.values()) <= {"0", "&lt;5", *map(str, range(LEAST_TOLD, 100))}


@pytest.mark.parametrize("language", ["id", "en"])
async def test_the_start_page_says_what_the_policy_says(site: Site, language: str) -> None:
    async with site.browser(**{"Accept-Language": language}) as anybody:
        page = await anybody.get("/")
    assert page.status_code == 200
    assert "112" not in page.text
    if language == "id":
        assert "Paling lama 24 jam: tanggapan pertama" in page.text
        assert "Paling lama 3 hari kerja: laporan diperiksa" in page.text
        assert "Paling lama 5 sampai 60 hari kerja setelah diperiksa" in page.text
        assert "Lapor sekarang" in page.text
