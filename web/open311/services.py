"""What can be reported here: where the server is, its services, and what each may be told."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.forms import category_label
from web.house import Home, House
from web.open311.answers import PREFIX, READABLE, Ours, Written, answer
from web.problems import Problem

router = APIRouter()

CHANGED = "2026-11-24T00:00:00+07:00"
"""When this interface last changed."""

ABOUT: Mapping[str, tuple[str, str]] = {
    "infrastruktur": (
        "Jalan, jembatan, lampu jalan, saluran, dan bangunan umum.",
        "jalan,jembatan,lampu,drainase,trotoar",
    ),
    "kesehatan": (
        "Puskesmas, rumah sakit, layanan dan jaminan kesehatan.",
        "puskesmas,rumah sakit,bpjs,posyandu",
    ),
    "energi": ("Listrik, gas, dan bahan bakar.", "listrik,gas,lpg,bbm"),
    "pendidikan": ("Sekolah, guru, dan bantuan pendidikan.", "sekolah,guru,beasiswa,ppdb"),
    "kepegawaian": ("Pegawai pemerintah dan pelayanannya.", "pns,asn,pppk,pegawai"),
    "pertanian": (
        "Pertanian, peternakan, perikanan, dan pengairannya.",
        "pupuk,irigasi,ternak,ikan",
    ),
    "pembangunan_daerah": ("Rencana dan pelaksanaan pembangunan.", "proyek,musrenbang,rencana"),
    "permades_dan_kependudukan": (
        "Pemerintahan desa dan dokumen kependudukan.",
        "ktp,kk,akta,desa,dana desa",
    ),
    "keuangan_dan_aset": ("Pajak, retribusi, dan aset daerah.", "pajak,pbb,retribusi,aset"),
    "bencana": ("Bencana dan bahayanya.", "banjir,longsor,kebakaran,pohon tumbang"),
    "ekonomi_dan_industri": ("Pasar, usaha, dan tenaga kerja.", "pasar,umkm,kerja,upah"),
    "sosial_masyarakat": ("Bantuan sosial dan ketertiban.", "bansos,pkh,blt,ketertiban"),
    "lingkungan": ("Sampah, pencemaran, dan ruang hijau.", "sampah,limbah,polusi,taman"),
    "pariwisata_dan_budaya": ("Tempat wisata, seni, dan budaya.", "wisata,budaya,seni"),
    "lain_lain": ("Laporan lain kepada pemerintah kabupaten.", "lainnya"),
}
"""What a service is for, and words that people would look for it by."""

DATE, KECAMATAN, IDENTITY, SECRET = "tanggal_kejadian", "kecamatan", "identitas", "rahasia"
OPEN_IDENTITY, YES = "terbuka", "ya"


@router.get("/discovery.{format}")
async def discovery(request: Request, house: Home, written: Written) -> Response:
    origin = (house.settings.public_origin or str(request.base_url)).rstrip("/")
    desk = (await house.rules()).policy.coordinator_unit
    office = (await house.directory()).name(desk)
    found = {
        "changeset": CHANGED,
        "contact": f"{office}, Kabupaten Purbalingga. Laporan tanpa aplikasi: {origin}/lapor",
        "key_service": f"Minta api_key kepada {office}, Kabupaten Purbalingga.",
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": f"{origin}{PREFIX}",
                "changeset": CHANGED,
                "type": "production",
                "formats": ["application/json", "text/xml"],
            }
        ],
    }
    # Whoever asks can make up their Host: nothing may keep it for others.
    headers = READABLE | {"Cache-Control": "no-store"}
    return answer(written, "discovery", found, headers=headers)


@router.get("/services.{format}", dependencies=[Ours])
async def services(house: Home, written: Written) -> Response:
    return answer(written, "services", [_service(code) for code in await codes(house)])


@router.get("/services/{service_code}.{format}", dependencies=[Ours])
async def definition(house: Home, written: Written, service_code: str) -> Response:
    await known(house, service_code)
    found = {"service_code": service_code, "attributes": await attributes(house)}
    return answer(written, "service_definition", found)


async def codes(house: House) -> Sequence[str]:
    return (await house.rules()).policy.categories


async def known(house: House, service_code: str) -> None:
    """Raises Problem 404."""
    if service_code not in await codes(house):
        raise Problem(404, "service_code tidak dikenal; lihat daftar services.")


def _service(code: str) -> dict[str, Any]:
    name = category_label(code)
    description, keywords = ABOUT.get(code, (f"Laporan tentang {name.lower()}.", ""))
    return {
        "service_code": code,
        "service_name": name,
        "description": description,
        "metadata": True,
        "type": "realtime",
        "keywords": keywords,
        "group": "Pengaduan masyarakat",
    }


async def attributes(house: House) -> list[dict[str, Any]]:
    """The same for every service: what a filing here knows besides the standard's own fields."""
    units = (await house.directory()).by_region.values()
    districts = {
        unit.region_code: unit.name
        for unit in sorted(units, key=lambda unit: unit.name)
        if unit.kind == "kecamatan" and unit.region_code
    }
    return [
        _attribute(1, DATE, "datetime", "Kapan itu terjadi", "Hari, misalnya 2026-11-20."),
        _attribute(2, KECAMATAN, "singlevaluelist", "Kecamatan tempat itu", values=districts),
        _attribute(
            3,
            IDENTITY,
            "singlevaluelist",
            "Apakah unit yang menangani boleh tahu siapa pelapornya",
            "Tanpa pilihan: dirahasiakan.",
            {"dirahasiakan": "Rahasiakan nama saya", OPEN_IDENTITY: "Nama saya boleh diketahui"},
        ),
        _attribute(
            4,
            SECRET,
            "singlevaluelist",
            "Apakah laporan ini disembunyikan dari umum",
            "Tanpa pilihan: tidak.",
            {"tidak": "Laporan boleh dibaca umum", YES: "Sembunyikan laporan dari umum"},
        ),
    ]


def _attribute(
    order: int,
    code: str,
    datatype: str,
    description: str,
    hint: str | None = None,
    values: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    return {
        "variable": True,
        "code": code,
        "datatype": datatype,
        "required": False,
        "datatype_description": hint,
        "order": order,
        "description": description,
        "values": [{"key": key, "name": name} for key, name in (values or {}).items()],
    }
