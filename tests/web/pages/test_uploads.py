"""Uploads (what a hostile, or an unlucky, sender may try) at a page that takes files."""

import asyncio
import struct
import zipfile
import zlib
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pillow_heif import register_heif_opener
from starlette.exceptions import HTTPException

from record.files import apart, cleaning
from record.files.cleaning import Cleaned, Unacceptable, clean, safe_name
from record.files.store import Store
from tests.web.pages.house import REPORT, SAME_ORIGIN, Browser, Site
from web.limits import LimitMiddleware, Often, Recent
from web.problems import Problem
from web.uploading import LARGEST_FILE, MOST_FIELDS

GPS = 0x8825
ORIENTATION = 0x0112


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 480), **more: Any) -> bytes:
    register_heif_opener()
    written = BytesIO()
    image = Image.effect_noise(size, 40).convert("RGB")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    image.save(written, kind, **more)
    return written.getvalue()


def with_place(kind: str) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Kamera Rahasia"
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS).update({1: "S", 2: (7.0, 23.0, 1.5), 3: "E", 4: (109.0, 21.0, 3.2)})
    return picture(kind, exif=exif)


def pixel_bomb() -> bytes:
    """A PNG of 60,000 by 60,000 pixels in a few kilobytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1000 * 7501))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def archive() -> bytes:
    """A zip bomb: 20 MB of nothing."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("foto.jpg", bytes(20_000_000))
    return written.getvalue()


def document(**more: Any) -> bytes:
    """A PDF that would act in every way there is."""
    made = pikepdf.Pdf.new()
    made.add_blank_page()
    action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('Halo')")
    made.Root.OpenAction = action
    made.Root.AA = pikepdf.Dictionary(WC=action)
    made.pages[0].obj.AA = pikepdf.Dictionary(O=action)
    launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
    made.pages[0].obj.Annots = pikepdf.Array(
        [pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, A=launch)]
    )
    made.attachments["rahasia.txt"] = pikepdf.AttachedFileSpec(made, b"lampiran tersembunyi")
    made.docinfo["/Author"] = "Budi Santoso"
    with made.open_metadata() as metadata:
        metadata["dc:creator"] = ["Budi Santoso"]
    written = BytesIO()
    made.save(written, **more)
    return written.getvalue()


def pdf_bomb() -> bytes:
    """A PDF whose object stream unpacks to 3 GB."""
    packer, packed = zlib.compressobj(9), b""
    for _ in range(300):
        packed += packer.compress(bytes(10_000_000))
    packed += packer.flush()
    body = b"%PDF-1.5\n"
    first = len(body)
    body += b"1 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(
        packed
    )
    body += packed + b"\nendstream\nendobj\n"
    second = len(body)
    entries = b"".join(
        struct.pack(">BIB", *entry)
        for entry in ((0, 0, 0), (1, first, 0), (1, second, 0), (2, 1, 0))
    )
    body += b"2 0 obj\n<</Type/XRef/Size 4/W[1 4 1]/Root 3 0 R/Length %d>>stream\n" % len(entries)
    return body + entries + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % second


SVG = b"""<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"""


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_picture_is_made_anew_without_place_camera_and_turn(kind: str) -> None:
    sent = with_place(kind)
    assert b"Kamera Rahasia" in sent
    done = clean(sent, "foto")
    assert done.media_type == "image/jpeg"
    for data in (done.data, done.preview):
        assert data is not None
        assert b"Kamera" not in data
        assert b"Exif" not in data
        image = Image.open(BytesIO(data))
        assert image.format == "JPEG"
        assert not image.getexif()
        # A HEIF has a property of its own for that, which its decoder obeys.
        assert kind == "HEIF" or image.height > image.width, "turned as it was held"
    assert max(Image.open(BytesIO(done.preview or b"")).size) == cleaning.PREVIEW_SIDE


def test_a_large_photo_is_made_smaller() -> None:
    done = clean(picture(size=(6000, 4000)), "foto.jpg")
    assert Image.open(BytesIO(done.data)).size == (2560, 1707)


def test_a_picture_one_can_see_through_lies_on_white() -> None:
    written = BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(written, "PNG")
    done = clean(written.getvalue(), "x.png")
    assert Image.open(BytesIO(done.data)).getpixel((5, 5)) == (255, 255, 255)


def test_comments_and_profiles_do_not_come_through() -> None:
    told = PngInfo()
    told.add_text("Comment", "Rahasia sekali")
    assert b"Rahasia" not in clean(picture("PNG", pnginfo=told), "x.png").data
    assert b"Rahasia" not in clean(picture(comment=b"Rahasia sekali"), "x.jpg").data
    assert b"ICC_PROFILE" not in clean(picture(icc_profile=b"x" * 200), "x.jpg").data


@pytest.mark.parametrize("tail", [archive()[:5000], SVG, b"<?php system('id'); ?>", document()])
def test_a_second_format_behind_a_picture_does_not_survive(tail: bytes) -> None:
    assert tail[:20] not in clean(picture() + tail, "foto.jpg").data


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", cleaning.EMPTY),
        (SVG, cleaning.OTHER),
        (b"<?xml version='1.0'?>" + SVG, cleaning.OTHER),
        (b"<!doctype html><script>alert(1)</script>", cleaning.OTHER),
        (archive(), cleaning.OTHER),
        (b"GIF89a" + bytes(100), cleaning.OTHER),
        (b"MZ" + bytes(1000), cleaning.OTHER),
        (b"halo", cleaning.OTHER),
        (b"\x00", cleaning.OTHER),
        (pixel_bomb(), cleaning.TOO_MANY_PIXELS),
        (picture()[:2000], cleaning.BROKEN),
        (picture("HEIF")[:3000], cleaning.BROKEN),
        (b"\x00\x00\x00\x18ftypheic" + bytes(500), cleaning.BROKEN),
        (b"\xff\xd8\xff\xe0" + bytes(100), cleaning.BROKEN),
        (picture() + b"\xff\xda" * 500, cleaning.BROKEN),
        (b"%PDF-1.7\nbukan PDF", cleaning.BROKEN),
        (document(encryption=pikepdf.Encryption(owner="o", user="u")), cleaning.LOCKED),
        (document(encryption=pikepdf.Encryption(owner="o", user="")), cleaning.LOCKED),
    ],
)
def test_what_will_not_do_is_refused_in_words(data: bytes, why: str) -> None:
    for name in ("foto.jpg", "dokumen.pdf", ""):  # a name says nothing
        with pytest.raises(Unacceptable) as refused:
            clean(data, name)
        assert refused.value.why == why


def test_a_document_comes_through_with_nothing_that_acts_or_tells() -> None:
    done = clean(document(), "surat.pdf")
    assert done.media_type == "application/pdf"
    assert done.preview is None
    with pikepdf.open(BytesIO(done.data)) as opened:
        assert len(opened.pages) == 1
        assert set(opened.Root.keys()) == {"/Pages", "/Type"}
        assert "/Info" not in opened.trailer
        assert "/Annots" not in opened.pages[0].obj
        unpacked = BytesIO()
        opened.save(unpacked, stream_decode_level=pikepdf.StreamDecodeLevel.all)
    for word in (b"JavaScript", b"app.alert", b"cmd.exe", b"tersembunyi", b"Budi", b"/AA"):
        assert word not in unpacked.getvalue()


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("IMG_0001.JPG", "IMG_0001.jpg"),
        ("foto.php.jpg", "foto_php.jpg"),
        ("virus.jpg.exe", "virus_jpg.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\Budi\\foto.png", "foto.jpg"),
        ("..", "berkas.jpg"),
        ("", "berkas.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("a\x00b\r\nc\u202egpj.exe", "abcgpj.jpg"),
        ("<img src=x>.png", "img src=x.jpg"),
        ("n" * 500 + ".jpg", "n" * 80 + ".jpg"),
        ("Jalan rusak é.heic", "Jalan rusak é.jpg"),
    ],
)
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    assert safe_name(name, cleaning.JPEG) == safe


async def cleaned(data: bytes, name: str) -> Cleaned:
    async def read() -> bytes:
        return data

    return await apart.cleaned(read, name)


async def test_a_bomb_bursts_in_a_process_apart_and_the_house_goes_on() -> None:
    bomb = asyncio.create_task(cleaned(pdf_bomb(), "bom.pdf"))
    ticks = 0
    while not bomb.done():
        await asyncio.sleep(0.01)
        ticks += 1
    with pytest.raises(Unacceptable):
        await bomb
    assert ticks > 2, "the event loop was not held up"
    done = await cleaned(picture(), "foto.jpg")
    assert done.name == "foto.jpg"


async def test_few_are_cleaned_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most = 0, 0
    start = asyncio.create_subprocess_exec

    async def counted(*arguments: Any, **more: Any) -> Any:
        nonlocal running, most
        running += 1
        most = max(most, running)
        process = await start(*arguments, **more)
        asyncio.get_running_loop().create_task(_ended(process))
        return process

    async def _ended(process: Any) -> None:
        nonlocal running
        await process.wait()
        running -= 1

    monkeypatch.setattr(asyncio, "create_subprocess_exec", counted)
    await asyncio.gather(*(cleaned(picture(), "foto.jpg") for _ in range(6)))
    assert most <= apart.AT_ONCE + 1  # one may be on its way out


@pytest.fixture
async def citizen(site: Site) -> AsyncIterator[Browser]:
    """Somebody on the page for photos."""
    async with site.browser() as browser:
        await browser.post("/lapor/isi", REPORT)
        await browser.post("/lapor/lokasi", {})
        await browser.post("/lapor/alamat", {})
        yield browser


async def test_an_iphones_photo_is_shown_as_a_jpeg(site: Site, citizen: Browser) -> None:
    page = await citizen.upload("/lapor/foto", ("IMG_2.HEIC", with_place("HEIF")), unggah="1")
    assert "IMG_2.jpg" in page.text
    assert 'src="/lapor/foto/' in page.text


@pytest.mark.parametrize(
    ("name", "data", "status", "says"),
    [
        ("foto.svg", SVG, 422, "foto.svg: Jenis berkas ini tidak dapat diterima."),
        ("kosong.jpg", b"", 422, "kosong.jpg: Berkas ini kosong."),
        ("bom.png", pixel_bomb(), 422, "bom.png: Gambar ini terlalu besar untuk dibuka."),
        ("<b>.jpg", b"halo", 422, "&lt;b&gt;.jpg: Jenis berkas"),
        (
            "besar.jpg",
            bytes(LARGEST_FILE + 1),
            413,
            "besar.jpg: Berkas ini lebih besar dari 10 MB.",
        ),
    ],
)
async def test_the_page_says_what_is_wrong_and_keeps_the_draft(
    site: Site, citizen: Browser, name: str, data: bytes, status: int, says: str
) -> None:
    before = await site.count("files")
    page = await citizen.upload("/lapor/foto", (name, data), unggah="1")
    assert page.status_code == status
    assert says in page.text
    assert '<a href="#berkas">' in page.text
    assert await site.count("files") == before
    assert (await citizen.upload("/lapor/foto")).url.path == "/lapor/kontak"


async def test_a_form_too_large_is_told_on_the_page_itself(citizen: Browser) -> None:
    four = [bytes(9_000_000)] * 4
    page = await citizen.upload("/lapor/foto", *four, unggah="1")
    assert page.status_code == 413
    assert "lebih besar dari 32 MB" in page.text
    assert "Tambahkan foto" in page.text


async def test_a_page_that_takes_no_files_takes_no_large_form(citizen: Browser) -> None:
    page = await citizen.upload("/lapor/isi", bytes(1_100_000))
    assert page.status_code == 413
    big = await citizen.upload("/masuk", bytes(1_100_000))
    assert big.status_code == 413


async def test_a_full_disk_is_told_and_the_report_goes_without(
    site: Site, citizen: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_store: Store, _data: bytes) -> bytes:
        raise OSError(28, "No space left on device")

    before = await site.count("files")
    monkeypatch.setattr(Store, "put", full)
    page = await citizen.upload("/lapor/foto", picture(), unggah="1")
    assert page.status_code == 503
    assert "Berkas belum dapat kami simpan." in page.text
    assert await site.count("files") == before
    assert (await citizen.upload("/lapor/foto")).url.path == "/lapor/kontak"


async def test_a_file_that_is_not_what_it_was_is_not_shown(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed = await site.report(picture())
    [file] = await site.files_of(filed.ticket)
    monkeypatch.setattr(Path, "read_bytes", lambda _path: b"ditukar")
    async with site.at_the_desk("koordinator") as coordinator:
        answer = await coordinator.get(f"/berkas/{file}")
    assert answer.status_code == 500
    assert "sedang tidak dapat dibaca" in answer.text


@pytest.mark.parametrize("encoded", [True, False])
async def test_ten_thousand_fields_are_too_many(citizen: Browser, encoded: bool) -> None:
    fields = {f"f{number}": "x" for number in range(10_000)}
    parts = None if encoded else [("berkas", ("a.jpg", b""))]
    path = "/lapor/isi" if encoded else "/lapor/foto"
    answer = await citizen.http.post(path, data=fields, files=parts, headers=SAME_ORIGIN)
    assert answer.status_code == 422
    assert "Formulir ini tidak utuh" in answer.text
    few = {f"f{number}": "x" for number in range(MOST_FIELDS - 10)}
    assert (await citizen.upload("/lapor/foto", **few)).url.path == "/lapor/kontak"


async def test_many_files_at_once_are_too_many(site: Site, citizen: Browser) -> None:
    before = await site.count("files")
    for number in (6, 50):
        page = await citizen.upload("/lapor/foto", *[picture(size=(8, 8))] * number)
        assert page.status_code == 422
    assert await site.count("files") == before


@pytest.mark.parametrize(
    "body",
    [b"", b"--x", b"--x\r\nContent-Disposition: form-data\r\n\r\nhalo\r\n--x--\r\n", b"\x00" * 500],
)
async def test_a_torn_form_is_refused(citizen: Browser, body: bytes) -> None:
    headers = {**SAME_ORIGIN, "Content-Type": "multipart/form-data; boundary=x"}
    answer = await citizen.http.post("/lapor/foto", content=body, headers=headers)
    assert answer.status_code in (200, 422)
    assert answer.url.path in ("/lapor/foto", "/lapor/kontak")


async def test_the_longer_a_body_takes_the_more_must_have_come() -> None:
    """A sender that drips is let go; one that is slow but steady is not."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass

    async def ask(pause: float, piece: int, pieces: int) -> None:
        left = pieces

        async def receive() -> dict[str, Any]:
            nonlocal left
            left -= 1
            await asyncio.sleep(pause)
            return {"type": "http.request", "body": bytes(piece), "more_body": left > 0}

        async def send(_: Any) -> None: ...

        scope = {"type": "http", "path": "/lapor/foto", "headers": [], "method": "POST"}
        await middleware(scope, receive, send)

    async def answer(_: Any, error: Exception) -> Any:
        raise error

    middleware = LimitMiddleware(application, 100_000, 1_000_000, answer, patience=0.2)
    with pytest.raises(HTTPException) as slow:
        await ask(pause=0.05, piece=1, pieces=100)
    assert slow.value.status_code == 408
    await ask(pause=0.05, piece=1000, pieces=10)
    with pytest.raises(HTTPException) as large:
        await ask(pause=0, piece=10_000, pieces=11)
    assert large.value.status_code == 413


async def test_who_was_let_go_reads_why(citizen: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    async def impatient(_body: Any) -> Any:
        raise HTTPException(408)

    monkeypatch.setattr("web.limits._Body._next", impatient)
    for path in ("/lapor/isi", "/lapor/foto"):
        answer = await citizen.post(path, REPORT)
        assert answer.status_code == 408
        assert "terlalu lama sampai kepada kami" in answer.text


def test_too_often_from_one_address_is_said_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("web.limits.monotonic", lambda: now)
    often, recent = Often(2, "Terlalu sering."), Recent()
    for address in ("a", "a", "b"):
        often.check(recent, address)
        often.count(recent, address)
    now = 600.0
    often.check(recent, "b")
    Often(2, "Lain lagi.").check(recent, "a")
    with pytest.raises(Problem) as refused:
        often.check(recent, "a")
    assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "3000"})
    now = 3601.0
    often.check(recent, "a")
    assert not recent.of(often), "nothing is remembered longer"
