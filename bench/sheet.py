"""A portal's spreadsheet of 5,000 rows, 100 of them faulty: until its preview stands, and until all
of it is taken in; then the same sheet once more, which adds nothing.
"""

import asyncio
import io
import os
import re
from time import perf_counter

import httpx
import xlsxwriter

from bench._house import House, house
from bench._report import against, report
from record.seed import PRACTICE_PASSWORD

ROWS, FAULTY_EACH = 5_000, 50
HEADINGS = (
    "Tracking ID", "Judul Laporan", "Isi Laporan", "Tanggal Laporan", "Lokasi", "Nama Pelapor",
    "No HP", "Status",
)  # fmt: skip
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
MOST_PREVIEW_S = 5.0


def sheet() -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADINGS)
        for n in range(ROWS):
            body = "" if n % FAULTY_EACH == 7 else f"Jalan berlubang di RT {n}, dalam sekali."
            cells = (
                500_000 + n, f"Jalan berlubang {n}", body, "24-11-2026 10:02 WIB", "Bobotsari",
                f"Warga {n}", f"0812 3000 {n:04}", "baru",
            )  # fmt: skip
            page.write_row(n + 1, 0, cells)
    return data.getvalue()


def figures(page: str) -> dict[str, int]:
    return {words: int(n) for words, n in re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", page)}


def chosen(page: str) -> dict[str, str]:
    """What the form of columns has guessed."""
    found = {}
    for name, options in re.findall(r'<select id="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        if picked := re.search(r'value="([^"]*)" selected', options):
            found[name] = picked[1]
    return found


async def clerk_of(home: House) -> httpx.AsyncClient:
    clerk = httpx.AsyncClient(
        base_url=home.url.removesuffix("/api/v1"),
        follow_redirects=True,
        timeout=60,
        trust_env=False,
        headers=SAME_ORIGIN,
    )
    who = {"username": "koordinator", "password": PRACTICE_PASSWORD}
    (await clerk.post("/masuk", data=who)).raise_for_status()
    changed = await clerk.post("/portal/sp4n/ubah/berkas")
    changed.raise_for_status()
    return clerk


async def imported(clerk: httpx.AsyncClient, data: bytes, number: int) -> dict[str, object]:
    began = perf_counter()
    columns = await clerk.post(
        "/impor", data={"portal": "sp4n"}, files={"berkas": ("rekap.xlsx", data)}
    )
    preview = await clerk.post(columns.url.path, data=chosen(columns.text))
    shown, previewed = figures(preview.text), perf_counter()
    page = await clerk.post(f"{preview.url.path}/ambil")
    while "Selesai diambil" not in page.text:
        assert "Sedang diambil" in page.text, page.text
        await asyncio.sleep(0.5)
        page = await clerk.get(preview.url.path)
    done, took = figures(page.text), perf_counter() - previewed
    return {
        "import": number,
        "preview s": round(previewed - began, 2),
        "new": shown["Laporan baru"],
        "faulty": shown["Salah, tidak diambil"],
        "known": shown["Sudah tercatat, tidak ditambahkan"],
        "became complaints": done["Aduan baru"],
        "taken in s": round(took, 1),
        "rows a second": round(ROWS / took, 1),
    }


async def main() -> None:
    data = sheet()
    async with house() as home:
        clerk = await clerk_of(home)
        rows = [await imported(clerk, data, number) for number in (1, 2)]
        await clerk.aclose()
    slowest = max(float(str(row["preview s"])) for row in rows)
    added = float(str(rows[1]["became complaints"]))
    report(
        "sheet",
        rows,
        {
            "preview, slower of the two, s": against(slowest, MOST_PREVIEW_S, at_most=True),
            "complaints added by the second import": against(added, 0, at_most=True),
        },
    )


if __name__ == "__main__":
    asyncio.run(main())
    os._exit(0)
