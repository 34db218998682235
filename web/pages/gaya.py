"""The design system, shown: every part that pages are made of, in every state it has.

For those who build pages, in practice mode only. Its samples are Indonesian in every language.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from web.house import Home, House
from web.pages.errors import show_problem
from web.pages.forms import Conflict, Field, Form, Group
from web.pages.rendering import page
from web.pages.saying import Happening, Kind
from web.pages.tags import Tag, Tone
from web.problems import TITLES, Problem, not_found
from web.sessions import account_of_request

router = APIRouter(prefix="/gaya")

AT = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)

COLOURS = (
    ("ink", "Teks"),
    ("muted", "Teks kedua"),
    ("line", "Garis"),
    ("line-strong", "Garis isian"),
    ("paper", "Kertas"),
    ("ground", "Dasar"),
    ("brand", "Merek"),
    ("brand-soft", "Merek, lembut"),
    ("link", "Tautan"),
    ("action", "Tindakan"),
    ("danger", "Galat, terlambat"),
    ("danger-soft", "Galat, lembut"),
    ("done", "Berhasil"),
    ("done-soft", "Berhasil, lembut"),
    ("warn", "Menunggu"),
    ("warn-soft", "Catatan"),
    ("focus", "Fokus"),
)

TAGS = (
    Tag("Diterima", Tone.NEW),
    Tag("Dikerjakan", Tone.WORK),
    Tag("Menunggu pelapor", Tone.WAIT),
    Tag("Selesai", Tone.DONE),
    Tag("Diarsipkan", Tone.OFF),
    Tag("Terlambat", Tone.LATE),
)

UNITS = (
    Group("Dinas, badan, dan kantor", [("dpupr", "Dinas Pekerjaan Umum dan Penataan Ruang")]),
    Group("Kecamatan Bobotsari", [("kec.bobotsari", "Kecamatan Bobotsari")]),
)
SCALE = (Group(None, [("1", "Tidak puas"), ("3", "Cukup"), ("5", "Puas")]),)
KINDS: Sequence[tuple[str, dict[str, Any]]] = (
    ("text", {"value": "Jl. Mayjend Sungkono"}),
    ("text", {"type": "date", "latest": "2026-11-24"}),
    ("text", {"type": "password"}),
    ("text", {"type": "file"}),
    ("number", {"value": "5"}),
    ("textarea", {"value": "Lubang besar sejak dua minggu.\nSudah ada yang jatuh."}),
    ("select", {"groups": UNITS, "empty": "Pilih"}),
    ("radios", {"groups": SCALE}),
)
"""Every widget, as `macros.field` draws it."""


@router.get("")
async def show(request: Request, house: Home) -> Response:
    await _only_in_practice(request, house)
    fields = [field for n, (widget, more) in enumerate(KINDS) for field in _states(n, widget, more)]
    context = {
        "colours": COLOURS,
        "tags": TAGS,
        "fields": fields,
        "form": _refused(),
        "rows": _rows(),
        "happenings": _happenings(),
        "steps": [
            {"words": "Diterima", "state": "done"},
            {"words": "Diverifikasi", "state": "done"},
            {"words": "Ditangani Kecamatan Bobotsari", "state": "current"},
            {"words": "Dijawab", "state": "ahead"},
        ],
        "bars": [
            {"label": "Dinas Pekerjaan Umum dan Penataan Ruang", "value": 41, "shown": "41"},
            {"label": "Kecamatan Bobotsari", "value": 12, "shown": "12"},
            {"label": "Kelurahan Bancar", "value": None, "shown": "< 5"},
        ],
        "tiles": {
            "kec.purbalingga": {"value": 41, "shown": "41", "url": "#peta"},
            "kec.bobotsari": {"value": 28, "shown": "28", "url": "#peta"},
            "kec.kalimanah": {"value": 17, "shown": "17"},
            "kec.rembang": {"value": 6, "shown": "6"},
            "kec.karangjambu": {"value": None, "shown": "< 5"},
        },
        "problems": [status for status in TITLES if status != 401],  # a page's 401 is the login
        "now": AT,
    }
    return page(request, "gaya.html", context)


@router.get("/galat/{status}")
async def problem(request: Request, house: Home, status: int) -> Response:
    """The page of a problem, as it is answered."""
    await _only_in_practice(request, house)
    if status not in TITLES:
        raise not_found()
    return await show_problem(request, Problem(status, TITLES[status]))


async def _only_in_practice(request: Request, house: House) -> None:
    if not house.settings.practice:
        raise not_found()
    request.state.account = await account_of_request(house, request)


def _states(n: int, widget: str, more: dict[str, Any]) -> Sequence[Field]:
    label = f"Isian {widget} {more.get('type', '')}".strip()
    return [
        Field(f"biasa-{n}", label, widget, required=True, **more),
        Field(f"petunjuk-{n}", label, widget, False, hint="Petunjuk yang singkat.", **more),
        Field(
            f"galat-{n}", label, widget, True, error=f"Isi atau pilih: {label}.", hint="…", **more
        ),
    ]


def _refused() -> Form:
    """A form whose case somebody else changed meanwhile."""
    return Form(
        action="gaya",
        url="/gaya",
        title="Jawab",
        fields=[Field("text", "Jawaban kepada pelapor", "textarea", True, "Sudah ditambal.")],
        hidden={},
        seen=True,
        audience="Yang Anda tulis akan terlihat oleh pelapor.",
        conflict=Conflict("Aduan ini sudah dijawab.", _happenings()[:1]),
    )


def _rows() -> Sequence[dict[str, Any]]:
    late, later = AT - timedelta(days=3), AT + timedelta(days=9)
    shared = {"url": "#baris", "place": "Kecamatan Bobotsari", "owner": "Admin DPUPR"}
    return [
        shared
        | {
            "ticket": "MB-2026-000123",
            "action": "Jawab",
            "title": "Jalan berlubang di depan SD 1 Bancar",
            "tag": TAGS[1],
            "clock": "Jawaban",
            "due_at": late,
            "standing": "terlambat 1 hari kerja",
            "late": True,
        },
        shared
        | {
            "ticket": "MB-2026-000124",
            "action": "Verifikasi",
            "title": "Lampu jalan padam di perempatan pasar, sudah lebih dari sebulan dan gelap",
            "tag": TAGS[0],
            "clock": "Verifikasi",
            "due_at": later,
            "standing": "sisa 6 hari kerja",
            "late": False,
        },
    ]


def _happenings() -> Sequence[Happening]:
    def one(seq: int, kind: Kind, title: str, who: str, *texts: tuple[str, str]) -> Happening:
        return Happening(seq=seq, kind=kind, title=title, who=who, at=AT.isoformat(), texts=texts)

    return [
        one(
            4, Kind.PROCESS, "Dijawab", "Admin DPUPR", ("", "Lubang sudah ditambal.\nTerima kasih.")
        ),
        one(
            3, Kind.INTERNAL, "Catatan internal", "Admin DPUPR", ("", "Aspal habis, besok lanjut.")
        ),
        one(2, Kind.SYSTEM, "Pengingat tenggat jawaban", "Sistem"),
        one(1, Kind.PROCESS, "Laporan diterima", "Pelapor"),
    ]
