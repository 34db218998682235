"""Impor: a portal's spreadsheet from its upload to the cases, and what goes back as one."""

import asyncio
import io
import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
import xlsxwriter
from openpyxl import load_workbook
from sqlalchemy import text
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from cli.parts import TemporalServer
from record.files.store import Store
from record.identity import Keyring
from record.portals.state import Mode, ensure_portal, set_mode
from tests.domain.cast import COORDINATOR
from tests.web.pages.house import DISPOSAL, SAME_ORIGIN, Browser, Site
from worker import Outside, make_intake_worker

HEADINGS = (
    "Tracking ID", "Judul Laporan", "Isi Laporan", "Tanggal Laporan", "Lokasi",
    "Nama Pelapor", "No HP", "Status",
)  # fmt: skip
Cells = Sequence[object]


@pytest.fixture(scope="module", autouse=True)
async def by_file(
    site: Site, temporal: TemporalServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[None]:
    """LaporGub and SP4N are served by files; what takes in runs."""
    for code in ("sp4n", "laporgub"):
        await ensure_portal(site.engine, code, Mode.FILE, datetime.now(UTC))
    await ensure_portal(site.engine, "open311", Mode.API, datetime.now(UTC))
    client = await Client.connect(temporal.address, data_converter=pydantic_data_converter)
    store = Store(tmp_path_factory.mktemp("files"))
    outside = Outside(site.engine, store, site.secret, Keyring({"k1": site.secret}), {})
    async with make_intake_worker(client, outside, {}):
        yield


def row(number: object, body: str, **other: object) -> Cells:
    cells = {
        "title": "Lampu padam",
        "filed": "24-11-2026 10:02 WIB",
        "place": "Bobotsari",
        "name": "Siti Aminah",
        "phone": "0812 3456 7890",
    } | other
    return (
        number, cells["title"], body, cells["filed"], cells["place"], cells["name"],
        cells["phone"], "baru",
    )  # fmt: skip


def xlsx(rows: Sequence[Cells], headings: Sequence[str] = HEADINGS) -> bytes:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write(0, 0, "Rekap laporan")
    for n, cells in enumerate([headings, *rows], start=2):
        sheet.write_row(n, 0, cells)
    book.close()
    return data.getvalue()


def cells_of(data: bytes) -> list[list[Any]]:
    book = load_workbook(io.BytesIO(data))
    return [[cell.value for cell in one] for one in book.worksheets[0].iter_rows()]


async def send(
    clerk: Browser, data: bytes, portal: str = "sp4n", name: str = "rekap.xlsx"
) -> httpx.Response:
    return await clerk.http.post(
        "/impor", data={"portal": portal}, files={"berkas": (name, data)}, headers=SAME_ORIGIN
    )


def chosen(page: str) -> dict[str, str]:
    """What stands selected in the form of columns."""
    selects = re.findall(r'<select id="(\w+)".*?</select>', page, re.S)
    found = {}
    for name in selects:
        select = re.search(rf'<select id="{name}".*?</select>', page, re.S)
        assert select
        if picked := re.search(r'value="([^"]*)" selected', select[0]):
            found[name] = picked[1]
    return found


async def previewed(
    clerk: Browser, data: bytes, portal: str = "sp4n", name: str = "rekap.xlsx"
) -> httpx.Response:
    """Upload a sheet and confirm the columns as they are guessed."""
    columns = await send(clerk, data, portal, name)
    assert columns.url.path.endswith("/kolom"), columns.text
    return await clerk.post(columns.url.path, chosen(columns.text))


def figures(page: str) -> dict[str, int]:
    pairs = re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", page)
    return {words: int(n) for words, n in pairs}


async def taken(clerk: Browser, preview: httpx.Response) -> dict[str, int]:
    """Take it in, and wait for the end."""
    page = await clerk.post(f"{preview.url.path}/ambil", {})
    async with asyncio.timeout(50):
        while "Selesai diambil" not in page.text:
            assert "Sedang diambil" in page.text, page.text
            await asyncio.sleep(0.1)
            page = await clerk.get(preview.url.path)
    return figures(page.text)


async def one(site: Site, query: str, **values: object) -> Any:
    async with site.engine.connect() as connection:
        return (await connection.execute(text(query), values)).scalar_one()


async def complaints(site: Site) -> int:
    return int(await one(site, "SELECT count(*) FROM complaints"))


async def test_a_sheet_becomes_cases_once_and_a_changed_row_tells_its_case(site: Site) -> None:
    rows = [row(100 + n, f"Lampu padam di RT {n}.") for n in range(6)]
    rows += [
        row("", "Tanpa nomor."),
        row(100, "Nomornya sudah ada."),
        row(107, "", title="Tanpa isi"),
        row(108, "Tanggalnya salah.", filed="31-02-2026"),
    ]
    before = await complaints(site)
    async with site.at_the_desk("koordinator") as clerk:
        preview = await previewed(clerk, xlsx(rows))
        shown = figures(preview.text)
        assert shown["Baris dalam berkas"] == 10
        assert shown["Laporan baru"] == 6
        assert shown["Salah, tidak diambil"] == 4
        assert "sama dengan baris 4" in preview.text
        faulty = cells_of((await clerk.get(f"{preview.url.path}/salah.xlsx")).content)
        assert [line[0] for line in faulty[1:]] == ["10", "11", "12", "13"]
        assert faulty[1][1] == "Nomor laporan di portal tidak diisi."
        assert "bukan tanggal" in faulty[4][1]
        assert faulty[4][4] == "Tanggalnya salah."
        done = await taken(clerk, preview)
        assert done["Aduan baru"] == 6
        assert await complaints(site) == before + 6

        again = await previewed(clerk, xlsx(rows))
        shown = figures(again.text)
        assert shown["Laporan baru"] == 0
        assert shown["Sudah tercatat, tidak ditambahkan"] == 6
        done = await taken(clerk, again)
        assert (done["Aduan baru"], done["Sudah tercatat, tidak ditambahkan"]) == (0, 6)
        assert await complaints(site) == before + 6

        rows[0] = row(100, "Lampu padam di dua tempat.")
        changed = await previewed(clerk, xlsx(rows))
        assert figures(changed.text)["Berubah sejak berkas sebelumnya"] == 1
        done = await taken(clerk, changed)
        assert (done["Berubah, aduannya diberi tahu"], done["Aduan baru"]) == (1, 0)
        ticket = await one(site, TICKET, number="100")
        assert "Lampu padam di dua tempat." in (await clerk.get(f"/aduan/{ticket}")).text
        known = await previewed(clerk, xlsx(rows))
        assert figures(known.text)["Berubah sejak berkas sebelumnya"] == 0


TICKET = """SELECT c.ticket FROM complaints c JOIN origins o ON o.complaint_id = c.id
    WHERE o.external_id = :number"""


async def test_five_thousand_rows_with_a_hundred_faulty_are_counted_exactly(site: Site) -> None:
    rows = [
        row(500_000 + n, "" if n % 50 == 7 else f"Jalan berlubang di RT {n}.") for n in range(5000)
    ]
    data = xlsx(rows)
    async with site.at_the_desk("koordinator") as clerk:
        preview = await previewed(clerk, data)
        shown = figures(preview.text)
        assert (shown["Baris dalam berkas"], shown["Laporan baru"]) == (5000, 4900)
        assert shown["Salah, tidak diambil"] == 100
        faulty = cells_of((await clerk.get(f"{preview.url.path}/salah.xlsx")).content)
        assert len(faulty) == 101


async def test_columns_are_remembered_and_required(site: Site) -> None:
    headings = ("Kunci", "Curahan", "Perihal")
    data = xlsx([("LG9001", "Saluran mampet.", "Saluran")], headings)
    async with site.at_the_desk("koordinator") as clerk:
        columns = await send(clerk, data, "laporgub")
        assert "id" not in chosen(columns.text)
        wrong = await clerk.post(columns.url.path, chosen(columns.text))
        assert wrong.status_code == 422
        assert "Pilih kolom yang berisi Nomor laporan di portal." in wrong.text
        twice = {"id": "Kunci", "body": "Kunci"}
        assert "sudah dipakai" in (await clerk.post(columns.url.path, twice)).text
        right = {"id": "Kunci", "body": "Curahan", "title": "Perihal"}
        preview = await clerk.post(columns.url.path, right)
        assert figures(preview.text)["Laporan baru"] == 1
        assert chosen((await send(clerk, data, "laporgub")).text) == right


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "Pilih berkas xlsx atau csv."),
        (b"%PDF-1.7\x00", "bukan xlsx atau csv"),
        (b"PK\x03\x04 dan seterusnya", "rusak"),
        (b"No Tiket;Uraian\n", "Tidak ada baris laporan"),
        (b"x" * 10_000_001, "terlalu besar"),
    ],
)
async def test_what_is_no_sheet_is_said_beside_the_field(site: Site, data: bytes, why: str) -> None:
    async with site.at_the_desk("koordinator") as clerk:
        answer = await send(clerk, data, name="a.xlsx" if data else "")
        assert answer.status_code == 422
        assert why in answer.text
        other = await send(clerk, b"No;Uraian\n1;a\n", "open311")
        assert "Pilih portal asal berkas ini." in other.text


async def test_a_sheet_is_there_for_whoever_uploaded_it_alone(site: Site) -> None:
    async with site.at_the_desk("koordinator") as clerk:
        preview = await previewed(clerk, b"No Tiket;Uraian\nLG9100;Got mampet\n", name="a.csv")
        id = UUID(preview.url.path.rpartition("/")[2])
        async with site.engine.begin() as connection:
            sealed = await connection.execute(
                text("SELECT sealed FROM imports WHERE id = :id"), {"id": id}
            )
            assert b"Got mampet" not in sealed.scalar_one()
            await connection.execute(
                text("UPDATE imports SET actor = :other WHERE id = :id"),
                {"id": id, "other": "account:other"},
            )
        for path in ("", "/kolom", "/salah.xlsx"):
            assert (await clerk.get(f"/impor/{id}{path}")).status_code == 404
        assert (await clerk.post(f"/impor/{id}/ambil", {})).status_code == 404


async def test_what_goes_back_is_a_sheet_and_its_references_settle_it(site: Site) -> None:
    async with site.at_the_desk("koordinator") as clerk:
        sheet = b"No Tiket;Uraian\nLG9200;Got mampet di Kalikabong\n"
        await taken(clerk, await previewed(clerk, sheet, "laporgub", "a.csv"))
        ticket = await one(site, TICKET, number="LG9200")
        await clerk.act(ticket, "dispose", **(DISPOSAL | {"text": "=1+1 segera dicek"}))
        out = await clerk.get("/impor/keluar/laporgub.xlsx")
        assert "attachment" in out.headers["content-disposition"]
        headings, *lines = cells_of(out.content)
        mine = [line for line in lines if line[1] == "LG9200"]
        assert mine[0][3] == "Tanda terima"
        assert len(mine) == 2
        assert not [cell for line in lines for cell in line if cell and str(cell)[0] in "=+-@"]

        late = xlsx([[*mine[1][:-1], "R-2"]], headings)
        assert "Ada kiriman yang lebih dulu" in (await give_back(clerk, late)).text
        both = xlsx(
            [[*mine[1][:-1], "R-2"], [*mine[0][:-1], "R-1"], ["x", *[""] * 7, "R"]], headings
        )
        page = (await give_back(clerk, both)).text
        assert "tercatat sampai: 2. Sudah tercatat sebelumnya: 0. Tidak dapat dicatat: 1" in page
        assert "sebelumnya: 2" in (await give_back(clerk, both)).text
        settled = """SELECT string_agg(d.receipt, ' ' ORDER BY d.number) FROM deliveries d
            JOIN origins o ON o.id = d.origin_id WHERE o.external_id = 'LG9200'
            AND d.state = 'settled'"""
        assert await one(site, settled) == "R-1 R-2"
        assert (await give_back(clerk, b"a;b\n1;2\n")).status_code == 422

        await set_mode(site.engine, "laporgub", Mode.API, COORDINATOR, datetime.now(UTC))
        assert (await clerk.get("/impor/keluar/laporgub.xlsx")).status_code == 404
        await set_mode(site.engine, "laporgub", Mode.FILE, COORDINATOR, datetime.now(UTC))


async def give_back(clerk: Browser, data: bytes) -> httpx.Response:
    return await clerk.http.post(
        "/impor/acuan", files={"acuan": ("keluar.xlsx", data)}, headers=SAME_ORIGIN
    )
