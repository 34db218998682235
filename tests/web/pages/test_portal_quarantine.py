"""What could not be taken in: who reads how much of it, and what becomes of it."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from cli.parts import TemporalServer
from portals.mapping import PortalMapping
from portals.registry import load
from record.identity import Keyring
from record.portals.quarantine import Kind, drop, keep, quarantined, waiting
from record.portals.state import Mode, ensure_portal, steps
from tests.web.pages.conftest import serving, settings_for
from tests.web.pages.house import Browser, Site
from web.pages.portal_raw import masked_fields
from worker import Outside, make_intake_worker

NAME, STRANGE = "Sukirman Hadiwijaya", "tetangga Bu Lurah"
REASON = "tanggal: not a moment"
REPORT = {
    "tiket": "LGWP04350955",
    "isi": "Lampu jalan mati. Hubungi saya di 0812 3456 7890.",
    "pelapor": NAME,
    "kontak": {"wa": "0812 3456 7890"},
    "tanggal": "kemarin",
    "tambahan": STRANGE,
}


@pytest.fixture(autouse=True)
async def _known(site: Site) -> None:
    await ensure_portal(site.engine, "laporgub", Mode.RELAY, datetime.now(UTC))


@pytest.fixture
def keyring(site: Site) -> Keyring:
    return Keyring({"k1": site.secret})  # as `settings_for` makes it


@pytest.fixture
async def one(site: Site, keyring: Keyring) -> UUID:
    return await kept(site, keyring, json.dumps(REPORT).encode())


async def kept(
    site: Site, keyring: Keyring, raw: bytes, external_id: str | None = "LGWP04350955"
) -> UUID:
    now = datetime.now(UTC)
    await keep(
        site.engine, "laporgub", Kind.REPORT, external_id, raw, REASON, now,
        secret=site.secret, keyring=keyring,
    )  # fmt: skip
    return (await waiting(site.engine, "laporgub", limit=1000))[-1].id


@pytest.fixture
async def coordinator(site: Site) -> AsyncIterator[Browser]:
    async with site.at_the_desk("koordinator") as browser:
        yield browser


async def test_it_is_shown_without_who_reported(
    site: Site, one: UUID, coordinator: Browser
) -> None:
    listed = await coordinator.get("/portal/laporgub/karantina")
    assert f'href="/portal/karantina/{one}"' in listed.text
    assert REASON in listed.text
    page = (await coordinator.get(f"/portal/karantina/{one}")).text
    assert "Lampu jalan mati." in page
    assert "kemarin" in page, "what is wrong can be seen"
    for name in ("pelapor", "kontak.wa", "tambahan"):
        assert f"<code>{name}</code>" in page
    for secret in (NAME, "3456", STRANGE):
        assert secret not in page


@pytest.mark.parametrize("who", ["sekda", "inspektorat"])
async def test_those_who_oversee_read_it_and_decide_nothing(
    site: Site, one: UUID, who: str
) -> None:
    async with site.at_the_desk(who) as browser:
        page = (await browser.get(f"/portal/karantina/{one}")).text
        assert "Lampu jalan mati." in page
        assert '<form method="post" action="/portal' not in page
        for deed in ("utuh", "ambil", "singkirkan"):
            sent = await browser.post(f"/portal/karantina/{one}/{deed}", {})
            assert sent.status_code == 403, deed
            assert NAME not in sent.text
    assert (found := await quarantined(site.engine, one))
    assert found.state == "waiting"


async def test_an_administrator_sees_names_of_fields_alone(site: Site, one: UUID) -> None:
    async with site.at_the_desk("admin") as browser:
        page = (await browser.get(f"/portal/karantina/{one}")).text
        assert "<code>tanggal</code>" in page
        assert REASON in page
        assert "Lampu" not in page
        assert "kemarin" not in page
        assert (await browser.post(f"/portal/karantina/{one}/utuh", {})).status_code == 403


async def test_whoever_opens_it_whole_is_on_record(
    site: Site, one: UUID, coordinator: Browser
) -> None:
    before = await steps(site.engine, "laporgub", 100)
    page = (await coordinator.post(f"/portal/karantina/{one}/utuh", {})).text
    assert NAME in page
    assert "sudah tercatat" in page
    after = await steps(site.engine, "laporgub", 100)
    assert len(after) == len(before) + 1
    assert (after[0].what, after[0].detail) == ("opened", str(one))
    async with site.at_the_desk("inspektorat") as auditor:
        portal = (await auditor.get("/portal/laporgub")).text
        assert "Isi asli sebuah laporan di karantina dibuka" in portal


async def test_what_was_put_aside_is_gone_from_the_list_and_shown_no_more(
    site: Site, keyring: Keyring, coordinator: Browser
) -> None:
    one = await kept(site, keyring, b'{"tiket": "coba", "isi": "Percobaan saja."}')
    asked = await coordinator.get(f"/portal/karantina/{one}/singkirkan")
    assert "juga bila portal mengirimnya sekali lagi" in asked.text
    done = await coordinator.post(f"/portal/karantina/{one}/singkirkan", {})
    assert "Sudah disingkirkan dari karantina." in done.text
    assert str(one) not in done.text
    page = (await coordinator.get(f"/portal/karantina/{one}")).text
    assert "Percobaan saja." not in page
    for deed in ("utuh", "singkirkan"):
        again = await coordinator.post(f"/portal/karantina/{one}/{deed}", {})
        assert again.status_code == 409, deed


async def test_a_long_list_goes_on_by_its_last(
    site: Site, keyring: Keyring, coordinator: Browser
) -> None:
    await asyncio.gather(*(kept(site, keyring, b'{"n": %d}' % n) for n in range(27)))
    all_of_them = {str(one.id) for one in await waiting(site.engine, "laporgub", limit=1000)}
    seen: list[str] = []
    url = "/portal/laporgub/karantina"
    while url:
        page = (await coordinator.get(url)).text
        seen += [part.split('"')[0] for part in page.split('href="/portal/karantina/')[1:]]
        _before, there, rest = page.partition(f'href="{url.partition("?")[0]}?setelah=')
        url = f"/portal/laporgub/karantina?setelah={rest.split(chr(34))[0]}" if there else ""
    assert len(seen) == len(set(seen)) == len(all_of_them)


@pytest.fixture
async def connected(
    site: Site, temporal: TemporalServer, tmp_path: Path
) -> AsyncIterator[tuple[Site, Keyring]]:
    """The same record behind a house that reaches LaporGub; nothing asks it anything."""
    (tmp_path / "laporgub.toml").write_text(
        'address = "http://127.0.0.1:9"\n[credentials]\napi_key = "kunci"\n'
    )
    settings = settings_for(site.database).model_copy(update={"portals": tmp_path})
    client = await Client.connect(temporal.address, data_converter=pydantic_data_converter)
    outside = Outside.of(settings, site.engine)
    async with (
        outside.connected() as connectors,
        make_intake_worker(client, outside, connectors),
        serving(settings, temporal.address) as address,
    ):
        there = Site(address, site.engine, site.database, settings.secret_bytes)
        yield there, Keyring({"k1": settings.secret_bytes})


async def test_after_a_fix_it_is_taken_in_again_and_is_a_complaint(
    connected: tuple[Site, Keyring],
) -> None:
    site, keyring = connected
    understood = {"tiket": "LGWP-7", "jenis": 1, "kontak": "", "tanggal": "24-11-2026 10:02 WIB"}
    mended = REPORT | understood | {"linimasa": []}
    good = await kept(site, keyring, json.dumps(mended).encode())
    bad = await kept(site, keyring, json.dumps(REPORT | {"tiket": ""}).encode(), None)
    before = await site.count("complaints")
    async with site.at_the_desk("koordinator") as browser:
        page = (await browser.get(f"/portal/karantina/{good}")).text
        assert "Coba ambil lagi" in page
        done = await browser.post(f"/portal/karantina/{good}/ambil", {})
        assert "Berhasil: ini sudah diterima" in done.text
        assert str(good) not in done.text
        assert "Sudah diambil" in (await browser.get(f"/portal/karantina/{good}")).text
        again = await browser.post(f"/portal/karantina/{good}/ambil", {})
        assert again.status_code == 409
        failed = await browser.post(f"/portal/karantina/{bad}/ambil", {})
        assert "belum berhasil" in failed.text
        assert str(bad) in failed.text
    assert await site.count("complaints") == before + 1


async def test_all_are_taken_in_again_and_what_still_cannot_be_keeps_none_back(
    connected: tuple[Site, Keyring],
) -> None:
    site, keyring = connected
    for left in await waiting(site.engine, "laporgub", limit=1000):
        await drop(site.engine, left.id, "system", datetime.now(UTC))
    understood = {"jenis": 1, "kontak": "", "tanggal": "24-11-2026 10:02 WIB", "linimasa": []}
    for number in range(30):
        told = REPORT | understood | {"isi": str(number), "tiket": f"LGALL-{number}"}
        if number % 10 == 3:
            told |= {"tiket": ""}
        await kept(site, keyring, json.dumps(told).encode(), None)
    before = await site.count("complaints")
    async with site.at_the_desk("koordinator") as browser:
        assert "Coba ambil semua lagi" in (await browser.get("/portal/laporgub/karantina")).text
        begun = await browser.post("/portal/laporgub/karantina/ambil-semua", {})
        assert "Semuanya sedang dicoba lagi, satu per satu." in begun.text
        async with asyncio.timeout(60):
            while len(await waiting(site.engine, "laporgub", limit=1000)) > 3:
                await asyncio.sleep(0.1)
        assert await site.count("complaints") == before + 27
        assert "Karantina (3)" in (await browser.get("/portal/laporgub/karantina")).text
    async with site.at_the_desk("sekda") as browser:
        assert "Coba ambil semua" not in (await browser.get("/portal/laporgub/karantina")).text
        refused = await browser.post("/portal/laporgub/karantina/ambil-semua", {})
        assert refused.status_code == 403


@pytest.fixture(scope="module")
def mapping() -> PortalMapping:
    return load(Path("/nowhere"))["laporgub"]


def test_what_is_no_json_is_not_shown_in_parts(mapping: PortalMapping) -> None:
    assert masked_fields(b"<html>Sukirman", Kind.REPORT, mapping, values=True) is None


def test_a_message_shows_what_was_written_without_numbers(mapping: PortalMapping) -> None:
    raw = json.dumps({"id": "7", "text": "WA 081234567890", "attachments": [{"url": "u"}]}).encode()
    found = dict(masked_fields(raw, Kind.MESSAGE, mapping, values=True) or ())
    assert found == {
        "id": "7",
        "text": "WA [disembunyikan]",
        "attachments[1].url": "[disembunyikan]",
    }
