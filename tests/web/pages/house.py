"""People at the pages, over HTTP as a browser without JavaScript would send it."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any
from uuid import UUID

import httpx
import pyotp
from playwright.async_api import Page
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from record import second_factor
from record.accounts import id_of
from record.files.rows import files_of
from record.seed import PRACTICE_PASSWORD
from tests.conftest import Database

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}

REPORT = {
    "title": "Jalan berlubang di depan SD 1 Bancar",
    "body": "Lubang besar sejak dua minggu.\nSudah ada yang jatuh.",
    "occurred_on": "2026-11-20",
    "village_code": "33.03.05.1005",
    "address": "Jl. Mayjend Sungkono",
    "identity": "dirahasiakan",
    "name": "Budi Santoso",
    "phone": "0812 3456 7890",
}
DISPOSAL = {
    "classification": "tidak_berkadar",
    "category": "infrastruktur",
    "unit": "dpupr",
    "text": "Mohon dicek segera.",
}


@dataclass
class Browser:
    """One person's browser: cookies, and forms sent from our own pages."""

    http: httpx.AsyncClient

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.http.get(path, **more)

    async def post(
        self, path: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        sent = SAME_ORIGIN if headers is None else headers
        return await self.http.post(path, data=dict(fields), headers=dict(sent))

    async def act(self, ticket: str, action: str, **fields: str) -> httpx.Response:
        """Open the form of an action and send it, following to the page that comes of it."""
        path = f"/aduan/{ticket}/tindakan/{action}"
        form = await self.get(path)
        assert form.status_code == 200, form.text
        return await self.post(path, hidden(form.text, "key", "seq") | fields)

    async def tell(self, *photos: bytes, **fields: str) -> httpx.Response:
        """Fill in the pages of a complaint, up to the last, which shows the answers."""
        told = REPORT | fields
        told = {"kecamatan_code": told["village_code"][:8]} | told
        for step, names in PAGES.items():
            if step == "foto":
                page = await self.upload("/lapor/foto", *photos)
            elif step == "nama" and told["identity"] == "anonim":
                continue
            else:
                answers = {name: told[name] for name in names if name in told}
                page = await self.post(f"/lapor/{step}", answers)
            assert page.status_code == 200, page.text
        assert page.url.path == "/lapor/periksa", page.text
        return page

    async def upload(
        self, path: str, *files: bytes | tuple[str, bytes], **fields: str
    ) -> httpx.Response:
        """Send a form with files: bytes, or a name and bytes."""
        named = [one if isinstance(one, tuple) else ("IMG_0001.JPG", one) for one in files]
        parts: list[Any] = [("berkas", one) for one in named]
        # As a browser sends a file field in which nothing was chosen.
        return await self.http.post(
            path, data=fields, files=parts or [("berkas", ("", b""))], headers=SAME_ORIGIN
        )


PAGES = {
    "isi": ("title", "body", "occurred_on"),
    "lokasi": ("kecamatan_code",),
    "alamat": ("village_code", "address", "lat", "lng"),
    "foto": (),
    "kontak": ("identity", "secret"),
    "nama": ("name", "phone", "email"),
}
"""The pages of a complaint, and what each asks."""


@dataclass(frozen=True)
class Reported:
    ticket: str
    receipt: str

    @property
    def opens(self) -> dict[str, str]:
        return {"ticket": self.ticket, "receipt": self.receipt}


@dataclass(frozen=True)
class Site:
    address: str
    engine: AsyncEngine
    database: Database
    secret: bytes
    """Of the house: what its tokens are keyed with."""

    NEED_A_CODE = ("sekda", "bupati", "inspektorat", "admin")

    @asynccontextmanager
    async def browser(self, **headers: str) -> AsyncIterator[Browser]:
        async with httpx.AsyncClient(
            base_url=self.address, follow_redirects=True, headers=headers, timeout=30
        ) as http:
            yield Browser(http)

    @asynccontextmanager
    async def at_the_desk(self, username: str) -> AsyncIterator[Browser]:
        """Somebody logged in, with a second factor of this day where they need one."""
        await self.forget_second_factor(username)
        async with self.browser() as browser:
            answer = await browser.post(
                "/masuk", {"username": username, "password": PRACTICE_PASSWORD}
            )
            if 'name="sealed"' in answer.text:
                code = {"code": code_shown(answer.text)}
                answer = await browser.post("/masuk/pasang", hidden(answer.text, "sealed") | code)
            assert answer.status_code == 200, answer.text
            yield browser

    async def set_up_a_phone(self, page: Page) -> None:
        """In a real browser, at the first login of somebody who needs a second factor."""
        code = page.get_by_label("Kode 6 angka")
        await code.wait_for()
        await code.fill(code_shown(await page.content()))
        await page.get_by_role("button", name="Pasang", exact=True).click()
        await page.get_by_role("link", name="Lanjutkan").click()
        await page.get_by_role("heading", level=1).first.wait_for()

    async def forget_second_factor(self, username: str) -> None:
        """As if its phone was never set up: a code counts once, and tests are quicker than it."""
        if account := await id_of(self.engine, username):
            await second_factor.remove(self.engine, account)

    async def report(self, *photos: bytes, **fields: str) -> Reported:
        """Files a complaint through the pages, with `photos`."""
        async with self.browser() as citizen:
            await citizen.tell(*photos, **fields)
            answer = await citizen.post("/lapor/kirim", {})
            assert answer.status_code == 200, answer.text
            return reported(answer.text)

    async def disposed(self, **fields: str) -> Reported:
        """A complaint at DPUPR."""
        filed = await self.report(**fields)
        async with self.at_the_desk("koordinator") as coordinator:
            answer = await coordinator.act(filed.ticket, "dispose", **DISPOSAL)
            assert "Didisposisikan" in answer.text, answer.text
        return filed

    async def files_of(self, ticket: str) -> list[UUID]:
        """The files of what is recorded about a complaint, oldest first."""
        async with self.engine.connect() as connection:
            query = text("SELECT id FROM complaints WHERE ticket = :ticket")
            complaint = (await connection.execute(query, {"ticket": ticket})).scalar_one()
        return [file.id for file in await files_of(self.engine, complaint)]

    async def count(self, table: str) -> int:
        async with self.engine.connect() as connection:
            found = await connection.execute(text(f"SELECT count(*) FROM {table}"))  # noqa: S608
            return int(found.scalar_one())


def reported(html: str) -> Reported:
    """Ticket and receipt of a confirmation page."""
    ticket, receipt = re.findall(r'<dd class="code">([^<]+)</dd>', html)
    return Reported(ticket, receipt)


def key_shown(html: str) -> str:
    match = re.search(r'<code class="key">([^<]+)</code>', html)
    assert match, "no key"
    return match[1].replace(" ", "")


def code_shown(html: str) -> str:
    """What the phone says now that has taken the key of a page."""
    return pyotp.TOTP(key_shown(html)).now()


def hidden(html: str, *names: str) -> dict[str, str]:
    """The values of hidden fields in a page's first form that has them."""
    found = {}
    for name in names:
        match = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)">', html)
        assert match, f"no hidden field {name}"
        found[name] = unescape(match[1])
    return found
