"""A record full of made-up complaints: skewed as real ones are, written straight with COPY.

Every case has the chain of events that led to where it stands, so that the record verifies.
"""

import json
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any
from uuid import UUID

import psycopg

from bench._lives import lives
from domain.chain import GENESIS, link_hash, stamp
from domain.policy import CATEGORIES
from record.ids import uuid7_floor

YEARS = 3
OPEN_SHARE = 0.03
BATCH = 10_000

COMMON = """
yang di dan ini dari untuk mohon sudah pak bapak ibu tidak ada kami saya warga desa jalan dengan ke
agar karena pada segera sangat bisa dapat akan sampai lagi tolong terima kasih sekitar belum masih
wilayah kecamatan purbalingga kabupaten pemerintah dinas bupati lapor laporan tindak lanjut
perbaikan diperbaiki rusak parah lama bulan tahun hari setiap sering banyak lebih juga oleh atau
depan dekat arah utara selatan timur barat raya gang rt rw dusun kelurahan lingkungan masyarakat
""".split()

TOPICS = {
    "infrastruktur": """jalan berlubang aspal mengelupas jembatan drainase lampu penerangan
        trotoar saluran selokan longsor tanjakan tikungan penambalan beton cor gorong irigasi
        bendungan tanggul kecelakaan pengendara motor truk tambal proyek kontraktor retak amblas
        genangan banjir rambu marka paving lebar""",
    "kesehatan": """puskesmas rumah sakit dokter obat antrean bpjs rujukan perawat imunisasi
        posyandu balita stunting demam berdarah fogging ambulans rawat inap kamar pelayanan""",
    "pendidikan": """sekolah guru murid siswa pungutan seragam kelas atap bocor zonasi ppdb
        beasiswa ijazah komite buku perpustakaan kepala bantuan operasional""",
    "sosial_masyarakat": """bantuan sosial pkh blt data penerima lansia miskin difabel sembako
        terdaftar dtks pendamping rastra yatim gelandangan tetangga bising karaoke""",
    "lingkungan": """sampah bau limbah pabrik sungai pencemaran asap kandang ayam lalat tpa
        pembuangan bakar pohon tumbang penebangan debu tambang pasir""",
    "permades_dan_kependudukan": """ktp kk akta kelahiran perangkat kades dana bumdes musyawarah
        surat pindah domisili dukcapil pencetakan blangko elektronik""",
    "ekonomi_dan_industri": """pasar pedagang kios retribusi umkm pinjaman gas elpiji pupuk
        kelangkaan harga minyak toko modern izin usaha buruh upah lowongan""",
    "bencana": """banjir longsor angin kebakaran tanah bergerak pengungsi bantuan darurat bpbd
        talud ambrol evakuasi rumah roboh""",
}
SYLLABLES = (
    "ka ra ji su tri wi no to man ti lah ro di ma pe sa ngan bu lu gi har ya ta mi nu".split()
)


@dataclass(frozen=True)
class Place:
    kecamatan: str
    village: str
    region_code: str


def fill(url: str, count: int, now: datetime, seed: int = 1) -> None:
    """Add `count` complaints of the last `YEARS` years to a seeded, empty record.

    `url` is that of a superuser, who may leave foreign keys and indexes for later.
    """
    libpq = url.replace("+psycopg", "")
    with psycopg.connect(libpq) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET maintenance_work_mem = '512MB'")
        connection.execute("SET synchronous_commit = off")
        places = _places(connection)
        later = _drop_indexes(connection)
        made = Maker(random.Random(seed), places, count, now).complaints()
        while batch := [row for _, row in zip(range(BATCH), made, strict=False)]:
            for table, columns in COLUMNS.items():
                with connection.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                    for complaint in batch:
                        for row in complaint[table]:
                            copy.write_row(row)
        connection.execute(
            "INSERT INTO words SELECT word FROM ts_stat($$SELECT to_tsvector('simple',"
            " title || ' ' || body) FROM complaints ORDER BY id DESC LIMIT 100000$$)"
            " WHERE word ~ '^[a-z]{3,30}$'"
        )
        for definition in later:
            connection.execute(definition)
    with psycopg.connect(libpq, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")


def _places(connection: psycopg.Connection) -> list[Place]:
    rows = connection.execute(
        "SELECT k.code, u.path, u.region_code FROM units u JOIN units k ON k.path = u.parent"
        " WHERE u.kind IN ('desa', 'kelurahan') ORDER BY u.path"
    ).fetchall()
    return [Place(*row) for row in rows]


def _drop_indexes(connection: psycopg.Connection) -> list[str]:
    """Drops what is quicker built at once afterwards; the statements that build it."""
    rows = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('cases', 'complaints',"
        " 'words') AND indexname NOT LIKE '%pkey' AND indexname NOT LIKE '%_key'"
    ).fetchall()
    for name, _ in rows:
        connection.execute(f"DROP INDEX {name}")
    return [definition for _, definition in rows]


COLUMNS = {
    "complaints": "id, ticket, channel, received_at, title, body, kecamatan, village_code, salt,"
    " receipt_hash",
    "cases": "complaint_id, seq, head, stage, open, unit, delegate, desk, desk_unit,"
    " classification, category, anonymous, secret, reported_unit, due_clock, due_at, alarm_at,"
    " level, returns, rating, channel, kecamatan, received_at, updated_at, answered_at, ended_at",
    "events": "complaint_id, seq, type, at, actor, data, prev, hash",
    "entries": "id, complaint_id, author, texts, salt, digest, created_at",
}
Rows = dict[str, list[tuple[Any, ...]]]

TEXT = """Sudah kami tinjau bersama perangkat desa pada Senin pagi. Bahan didatangkan pekan ini dan
pekerjaan selesai sebelum akhir bulan, selama cuaca mengizinkan. Terima kasih atas laporannya."""

CHANNELS = {"whatsapp": 60, "matur": 15, "sp4n": 9, "laporgub": 9, "medsos": 4, "loket": 2.5,
            "open311": 0.5}  # fmt: skip
CATEGORY_WEIGHTS = [45, 6, 4, 7, 2, 3, 4, 7, 1.5, 1.5, 4, 9, 4, 1, 1]
OFFICE_OF = {
    "infrastruktur": "kab/dpupr", "kesehatan": "kab/dinkesppkb", "energi": "kab/dinhub",
    "pendidikan": "kab/dindikbud", "kepegawaian": "kab/bkpsdm", "pertanian": "kab/dinpertan",
    "pembangunan_daerah": "kab/bapperida", "permades_dan_kependudukan": "kab/dinpendukcapil",
    "keuangan_dan_aset": "kab/bakeuda", "bencana": "kab/bpbd",
    "ekonomi_dan_industri": "kab/dindagkopukm", "sosial_masyarakat": "kab/dinsospmdpppa",
    "lingkungan": "kab/dlhperkim", "pariwisata_dan_budaya": "kab/dinporapar",
    "lain_lain": "kab/satpolpp",
}  # fmt: skip
OPEN_STAGES = {"received": 20, "waiting_reporter": 10, "disposed": 15, "in_progress": 35,
               "in_review": 4, "answered": 16}  # fmt: skip
ENDED_STAGES = {"closed": 91, "archived": 7, "handed_back": 2}


class Maker:
    """Complaints in the order of time, the newest of them open."""

    def __init__(self, rng: random.Random, places: list[Place], count: int, now: datetime) -> None:
        self._rng, self._places, self._count, self._now = rng, places, count, now
        rare = ["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))) for _ in range(30_000)]
        self._rare = rare
        self._rare_weights = list(accumulate(1 / (rank + 10) for rank in range(len(rare))))
        self._lives = lives()
        self._topics = {name: words.split() for name, words in TOPICS.items()}
        self._common_weights = list(accumulate(1 / (rank + 3) for rank in range(len(COMMON))))
        self._place_weights = list(accumulate(1 / (rank + 20) for rank in range(len(places))))

    def complaints(self) -> Iterator[Rows]:
        span = timedelta(days=365 * YEARS) / self._count
        numbers: dict[int, int] = {}
        for k in range(self._count):
            received = self._now - span * (self._count - k)
            numbers[received.year] = number = numbers.get(received.year, 0) + 1
            yield self._complaint(received, f"MB-{received.year}-{number:06}", self._is_open(k))

    def _is_open(self, k: int) -> bool:
        """Half of what is open came lately, the rest has been lying about for up to a year."""
        age = (self._count - k) / self._count
        likely = 0.6 if age < OPEN_SHARE / 1.2 else 0.045 if age < 1 / YEARS else 0
        return self._rng.random() < likely

    def _complaint(self, received: datetime, ticket: str, is_open: bool) -> Rows:
        rng = self._rng
        complaint = UUID(
            int=uuid7_floor(int(received.timestamp() * 1000)).int | rng.getrandbits(62)
        )
        place = rng.choices(self._places, cum_weights=self._place_weights)[0]
        category = rng.choices(CATEGORIES, CATEGORY_WEIGHTS)[0]
        channel = _one_of(rng, CHANNELS)
        stage = _one_of(rng, OPEN_STAGES if is_open else ENDED_STAGES)
        routed = stage not in ("received", "waiting_reporter", "archived", "handed_back")
        unit = self._unit(category, place) if routed else None
        life = self._lives[stage].with_own(unit, category, channel)
        events = list(self._events(complaint, received, life))
        last = datetime.fromisoformat(events[-1]["at"])
        due = last + timedelta(days=rng.randint(-10, 20)) if is_open else None
        filed = (complaint, ticket, channel, received, *self._texts(category), place.kecamatan,
                 place.region_code, rng.randbytes(16), rng.randbytes(32))  # fmt: skip
        secret = rng.random() < 0.02
        desk = "none" if not is_open else "coordinator" if unit is None else "unit"
        case = (complaint, len(events), bytes.fromhex(events[-1]["hash"]), stage, is_open, unit,
                None, desk, unit if desk == "unit" else None,
                "tidak_berkadar" if routed else None, category if routed else None,
                rng.random() < 0.2, secret, None, "answer" if due else None, due, due,
                rng.choice((0, 0, 0, 1, 2, 3)) if is_open else 0, 0,
                rng.randint(1, 5) if stage == "closed" else None, channel, place.kecamatan,
                received, last, last if stage in ("answered", "closed") else None,
                None if is_open else last)  # fmt: skip
        rows = [
            (complaint, e["seq"], e["type"], e["at"], e["actor"], json.dumps(e["data"]),
             bytes.fromhex(e["prev"]), bytes.fromhex(e["hash"]))
            for e in events
        ]  # fmt: skip
        entries = [
            (UUID(e["data"]["entry"]["id"]), complaint, e["actor"], json.dumps({"text": TEXT}),
             rng.randbytes(16), rng.randbytes(32), e["at"])
            for e in events[1:]
            if "entry" in e["data"]
        ]  # fmt: skip
        return {"complaints": [filed], "cases": [case], "events": rows, "entries": entries}

    def _events(
        self,
        complaint: UUID,
        received: datetime,
        life: Iterable[tuple[str, str, dict[str, Any]]],
    ) -> Iterator[dict[str, Any]]:
        head, at = GENESIS, received
        for seq, (kind, actor, data) in enumerate(life, start=1):
            fields = {"seq": seq, "type": kind, "at": stamp(at), "actor": actor, "prev": head}
            entry = {"id": str(UUID(int=complaint.int ^ seq)), "digest": "ab" * 32}
            fields["data"] = data | ({"entry": entry} if "entry" in data else {})
            head = link_hash(complaint, fields)
            yield fields | {"hash": head}
            at = min(at + timedelta(hours=self._rng.expovariate(1 / 40)), self._now)

    def _unit(self, category: str, place: Place) -> str:
        chance = self._rng.random()
        if chance < 0.75:
            return OFFICE_OF[category]
        return place.village if chance < 0.85 else f"kab/{place.kecamatan}"

    def _texts(self, category: str) -> tuple[str, str]:
        topic = self._topics.get(category, self._topics["infrastruktur"])
        title = [*self._rng.choices(topic, k=2), "di", self._word(topic), self._rare_word()]
        body = [self._word(topic) for _ in range(max(8, int(self._rng.gauss(55, 25))))]
        return " ".join(title).capitalize(), " ".join(body).capitalize()

    def _word(self, topic: list[str]) -> str:
        chance = self._rng.random()
        if chance < 0.5:
            return self._rng.choices(COMMON, cum_weights=self._common_weights)[0]
        return self._rng.choice(topic) if chance < 0.8 else self._rare_word()

    def _rare_word(self) -> str:
        return self._rng.choices(self._rare, cum_weights=self._rare_weights)[0]


def _one_of(rng: random.Random, weights: Mapping[str, float]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]
